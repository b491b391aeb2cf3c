"""The three named profiles: what they assume, how they stand to each other, and how they are found."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from tradewright.execution.profiles import idealistic, realistic, registry, stressed
from tradewright.execution.profiles.idealistic import IDEALISTIC
from tradewright.execution.profiles.realistic import REALISTIC
from tradewright.execution.profiles.registry import DEFAULT, PROFILES, find
from tradewright.execution.profiles.stressed import STRESSED
from tradewright.values.errors import InvalidOption, Misuse, UnknownName
from tradewright.values.profile import ExecutionProfile

FROM_MILD_TO_HARD = (IDEALISTIC, REALISTIC, STRESSED)
COSTS = (
    "half_spread_bps",
    "slippage_multiple",
    "spread_scale_bps",
    "impact_coefficient",
    "latency_low_ms",
    "latency_high_ms",
    "reject_share",
    "commission_bps",
    "commission_per_share_usd",
    "commission_minimum_usd",
    "margin_rate",
    "borrow_rate",
)
COMFORTS = (
    "participation",
    "partial_fill_multiple",
    "cash_rate",
)


def spread_of(profile: ExecutionProfile) -> float:
    """Basis points that a fill is worse than the print."""
    return profile.half_spread_bps * profile.slippage_multiple


def share_of(profile: ExecutionProfile) -> float:
    """Share of a bar's volume that may trade."""
    return profile.participation * profile.partial_fill_multiple


@pytest.mark.parametrize("name", ["idealistic", "realistic", "stressed"])
def test_a_profile_is_found_by_its_name(name):
    assert find(name).name == name


def test_there_are_exactly_three_profiles():
    assert sorted(PROFILES) == ["idealistic", "realistic", "stressed"]


def test_realistic_is_the_default():
    assert DEFAULT == "realistic"
    assert find(DEFAULT) is REALISTIC


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
def test_every_profile_is_registered_under_its_own_name(profile):
    assert PROFILES[profile.name] is profile


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("realstic", "realistic"),
        ("Realistic", "realistic"),
        ("ideal", "idealistic"),
        ("idealist", "idealistic"),
        ("stress", "stressed"),
        ("stresed", "stressed"),
    ],
)
def test_a_misspelt_profile_gets_the_nearest_name(given, near):
    with pytest.raises(UnknownName, match=f"Did you mean '{near}'"):
        find(given)


def test_a_stranger_gets_the_list_without_a_guess():
    with pytest.raises(UnknownName) as failure:
        find("xyz")
    assert "Did you mean" not in str(failure.value)
    assert "idealistic, realistic, stressed" in str(failure.value)


def test_an_empty_name_is_refused():
    with pytest.raises(UnknownName, match="'' is not a profile"):
        find("")


def test_an_unknown_profile_is_misuse():
    with pytest.raises(Misuse):
        find("xyz")


@pytest.mark.parametrize("name", COSTS)
def test_no_cost_falls_from_mild_to_hard(name):
    values = [getattr(profile, name) for profile in FROM_MILD_TO_HARD]
    assert values == sorted(values)


@pytest.mark.parametrize("name", COMFORTS)
def test_no_comfort_rises_from_mild_to_hard(name):
    values = [getattr(profile, name) for profile in FROM_MILD_TO_HARD]
    assert values == sorted(values, reverse=True)


def test_the_spread_widens_strictly():
    spreads = [spread_of(profile) for profile in FROM_MILD_TO_HARD]
    assert spreads == sorted(set(spreads))


def test_the_share_of_a_bar_narrows_strictly():
    shares = [share_of(profile) for profile in FROM_MILD_TO_HARD]
    assert shares == sorted(set(shares), reverse=True)


@pytest.mark.parametrize(
    ("profile", "slippage", "partial"),
    [
        (IDEALISTIC, 0.7, 1.1),
        (REALISTIC, 1.0, 1.0),
        (STRESSED, 1.6, 0.75),
    ],
    ids=["idealistic", "realistic", "stressed"],
)
def test_multiples_are_those_of_the_design(profile, slippage, partial):
    assert profile.slippage_multiple == slippage
    assert profile.partial_fill_multiple == partial


@pytest.mark.parametrize(
    ("profile", "bps"),
    [
        (IDEALISTIC, 1.4),
        (REALISTIC, 2.0),
        (STRESSED, 8.0),
    ],
    ids=["idealistic", "realistic", "stressed"],
)
def test_the_spread_is_what_the_docstring_says(profile, bps):
    assert spread_of(profile) == pytest.approx(bps)


@pytest.mark.parametrize(
    ("profile", "low_ms", "high_ms", "rejected"),
    [
        (IDEALISTIC, 2.0, 20.0, 0.0),
        (REALISTIC, 15.0, 120.0, 0.0),
        (STRESSED, 80.0, 500.0, 0.02),
    ],
    ids=["idealistic", "realistic", "stressed"],
)
def test_latency_and_rejects_are_those_of_the_design(profile, low_ms, high_ms, rejected):
    assert (profile.latency_low_ms, profile.latency_high_ms) == (low_ms, high_ms)
    assert profile.reject_share == rejected


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
def test_the_square_root_law_has_a_coefficient_from_a_half_to_one(profile):
    assert 0.5 <= profile.impact_coefficient <= 1.0


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
def test_the_spread_of_the_benchmark_stock_is_the_published_one(profile):
    assert profile.spread_scale_bps == 2.08


def test_numbers_leave_out_what_is_no_number_of_the_profile():
    names = set(REALISTIC.numbers())
    assert "fee_multiple" in names
    assert not names & {"name", "seed", "fee_schedule", "commission_tiers"}


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["spread_scale_bps", "impact_coefficient", "latency_low_ms", "fee_multiple"])
def test_a_term_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(InvalidOption, match=name):
        replace(REALISTIC, **{name: value})


@pytest.mark.parametrize(
    ("profile", "share"),
    [
        (IDEALISTIC, 0.11),
        (REALISTIC, 0.10),
        (STRESSED, 0.075),
    ],
    ids=["idealistic", "realistic", "stressed"],
)
def test_the_share_of_volume_is_what_the_docstring_says(profile, share):
    assert share_of(profile) == pytest.approx(share)


def test_realistic_charges_the_published_plan_of_a_broker():
    assert REALISTIC.commission_per_share_usd == 0.005
    assert REALISTIC.commission_minimum_usd == 1.0
    assert REALISTIC.commission_bps == 0.0


def test_realistic_has_rates_on_cash_debt_and_borrowed_shares():
    assert REALISTIC.cash_rate > 0.0
    assert REALISTIC.margin_rate > REALISTIC.cash_rate
    assert REALISTIC.borrow_rate > 0.0


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
def test_money_costs_more_than_it_earns(profile):
    assert profile.margin_rate > profile.cash_rate


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
def test_no_profile_trades_more_than_a_fifth_of_a_bar(profile):
    assert 0.0 < share_of(profile) <= 0.2


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
def test_no_profile_is_free(profile):
    assert spread_of(profile) > 0.0


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
@pytest.mark.parametrize("field", [field.name for field in fields(ExecutionProfile)])
def test_a_profile_cannot_be_changed(profile, field):
    with pytest.raises(FrozenInstanceError):
        setattr(profile, field, 0.0)


@pytest.mark.parametrize("profile", FROM_MILD_TO_HARD, ids=lambda profile: profile.name)
def test_a_variant_is_a_new_profile(profile):
    variant = replace(profile, name="mine", half_spread_bps=9.0)
    assert variant.half_spread_bps == 9.0
    assert profile.half_spread_bps != 9.0
    assert find(profile.name) is profile


@pytest.mark.parametrize("field", [*COSTS, "participation", "partial_fill_multiple", "cash_rate"])
def test_no_number_of_a_profile_may_be_negative(field):
    with pytest.raises(InvalidOption, match=f"{field} = -0.1"):
        replace(REALISTIC, **{field: -0.1})


@pytest.mark.parametrize("field", [*COSTS, "participation", "partial_fill_multiple", "cash_rate"])
def test_no_number_of_a_profile_may_be_nan(field):
    with pytest.raises(InvalidOption, match=field):
        replace(REALISTIC, **{field: float("nan")})


@pytest.mark.parametrize("share", [0.0, 1.01, 5.0])
def test_participation_is_a_share_of_the_bar(share):
    with pytest.raises(InvalidOption, match="participation"):
        replace(REALISTIC, participation=share)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (idealistic, ("Spread and impact", "Commission", "Participation", "D'Avolio")),
        (
            realistic,
            ("Spread and impact", "Commission", "Participation", "Kyle and Obizhaeva", "D'Avolio", "Margin"),
        ),
        (stressed, ("Spread and impact", "Commission", "Participation", "D'Avolio")),
    ],
    ids=["idealistic", "realistic", "stressed"],
)
def test_every_assumption_is_justified_beside_its_number(module, words):
    with open(module.__file__, encoding="utf-8") as file:
        source = file.read()
    for word in words:
        assert word in source


def test_the_registry_is_built_from_the_modules():
    assert set(registry.PROFILES.values()) == {IDEALISTIC, REALISTIC, STRESSED}


@pytest.mark.parametrize("price", [5.0, 50.0, 500.0])
def test_realistic_costs_of_a_round_lot_are_a_few_basis_points(price):
    # A hundred shares: spread both ways and two commissions, in basis points of the notional.
    notional = 100 * price
    commission = max(REALISTIC.commission_minimum_usd, 100 * REALISTIC.commission_per_share_usd)
    round_trip_bps = 2 * spread_of(REALISTIC) + 2 * commission / notional * 1e4
    assert 4.0 < round_trip_bps < 50.0


@pytest.mark.parametrize("days", [1, 21, 252])
def test_a_year_of_idle_cash_earns_about_its_rate(days):
    grown = (1.0 + REALISTIC.cash_rate / 252) ** days
    assert grown == pytest.approx(1.0 + REALISTIC.cash_rate * days / 252, rel=1e-4)
