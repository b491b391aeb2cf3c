"""The risk profiles: what defines them, how they nest, and how a simulation holds them."""

import math
from dataclasses import fields, replace

import pytest

from tradewright.execution.limits.contract import FREE, Limits
from tradewright.execution.limits.registry import (
    LIVE_DEFAULT,
    NOT_SIMULATED,
    PROFILES,
    RESEARCH_DEFAULT,
    find,
    simulated,
)
from tradewright.execution.limits.research import NEEDS, RESEARCH
from tradewright.values.errors import InvalidOption, UnknownName

LIVE = ("conservative", "balanced", "aggressive")
MAXIMA = [one.name for one in fields(Limits) if one.name.startswith("max_")]


@pytest.mark.parametrize(
    ("name", "drawdown", "cooldown_min", "day_loss"),
    [
        ("conservative", 0.03, 60.0, 0.025),
        ("balanced", 0.05, 90.0, 0.03),
        ("aggressive", 0.07, 120.0, 0.04),
    ],
)
def test_each_profile_is_defined_by_its_kill_its_cool_down_and_its_daily_loss(
    name, drawdown, cooldown_min, day_loss
):
    limits = find(name)
    assert limits.max_session_drawdown == drawdown
    assert limits.cooldown_min == cooldown_min
    assert limits.max_day_loss == day_loss
    assert limits.needs_kill_switch == 1


@pytest.mark.parametrize("name", LIVE)
def test_every_limit_of_a_live_profile_binds(name):
    binding = find(name).binding()
    assert [one.name for one in fields(Limits) if one.name not in (*binding, "name")] == []


@pytest.mark.parametrize("name", MAXIMA)
def test_a_bolder_profile_is_never_narrower(name):
    values = [getattr(find(profile), name) for profile in LIVE]
    assert values == sorted(values)


@pytest.mark.parametrize("name", ["collar_bps", "collar_sigma"])
def test_a_bolder_profile_lets_prices_stray_further(name):
    values = [getattr(find(profile), name) for profile in LIVE]
    assert values == sorted(set(values))


def test_a_bolder_profile_has_a_smaller_haircut_and_a_longer_cool_down():
    haircuts = [find(profile).buying_power_haircut for profile in LIVE]
    cooldowns = [find(profile).cooldown_min for profile in LIVE]
    assert haircuts == sorted(haircuts, reverse=True)
    assert cooldowns == sorted(cooldowns)


@pytest.mark.parametrize("name", LIVE)
def test_soft_limits_begin_before_hard_ones(name):
    assert 0.0 < find(name).soft_share < 1.0


def test_research_binds_nothing_but_windows():
    assert [name for name in RESEARCH.binding() if name.startswith(("max_", "needs_", "collar"))] == []
    assert math.isinf(RESEARCH.buying_power_haircut)


def test_live_and_research_have_defaults_of_their_own():
    assert LIVE_DEFAULT == "conservative"
    assert RESEARCH_DEFAULT == "research"


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_found_by_its_name(name):
    assert find(name).name == name


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("conservativ", "conservative"),
        ("Balanced", "balanced"),
        ("agressive", "aggressive"),
        ("reserch", "research"),
    ],
)
def test_a_misspelt_profile_gets_the_nearest_name(given, meant):
    with pytest.raises(UnknownName, match=f"Did you mean '{meant}'"):
        find(given)


@pytest.mark.parametrize("value", [-1.0, math.nan])
@pytest.mark.parametrize("name", ["max_gross", "collar_bps", "max_orders_1s", "cooldown_min", "max_day_loss"])
def test_a_limit_that_is_no_number_of_zero_or_more_is_refused_by_name(name, value):
    with pytest.raises(InvalidOption, match=f"{name} = {value} in limits 'own'"):
        Limits(name="own", **{name: value})


@pytest.mark.parametrize("name", NEEDS)
@pytest.mark.parametrize("value", [2, 0.5])
def test_a_need_is_yes_or_no(name, value):
    with pytest.raises(InvalidOption, match=rf"{name} = {value} .* Give 0 or 1"):
        Limits(name="own", **{name: value})


@pytest.mark.parametrize(
    "name",
    [
        "soft_share",
        "max_day_loss",
        "max_rolling_loss",
        "max_session_drawdown",
        "max_drawdown",
    ],
)
@pytest.mark.parametrize("value", [0.0, 1.5])
def test_a_loss_limit_is_a_share(name, value):
    with pytest.raises(InvalidOption, match=rf"{name} = {value} .* above 0, at most 1"):
        Limits(name="own", **{name: value})


def test_limits_of_ones_own_need_a_name_alone_and_then_ask_every_fact():
    own = Limits(name="own")
    assert all(getattr(own, name) == 1 for name in NEEDS)
    assert all(getattr(own, name) == FREE for name in MAXIMA)


# In a simulation.


@pytest.mark.parametrize("name", LIVE)
def test_a_simulation_leaves_out_what_bars_cannot_tell_and_says_so(name):
    held, left_out = simulated(find(name))
    assert set(left_out) == set(NOT_SIMULATED)
    for limit in left_out:
        assert getattr(held, limit) == NOT_SIMULATED[limit]


@pytest.mark.parametrize("name", LIVE)
def test_a_simulation_keeps_size_exposure_and_losses(name):
    limits, (held, _) = find(name), simulated(find(name))
    for limit in (
        "max_order_shares",
        "max_order_share",
        "max_volume_share",
        "max_position_share",
        "max_gross",
        "max_net",
        "max_leverage",
        "max_working_share",
        "max_working_orders",
        "buying_power_haircut",
        "max_orders_day",
        "max_symbols",
        "max_day_loss",
        "max_rolling_loss",
        "max_session_drawdown",
        "max_drawdown",
        "needs_kill_switch",
    ):
        assert getattr(held, limit) == getattr(limits, limit), limit


def test_research_leaves_nothing_out_because_it_asks_nothing():
    held, left_out = simulated(RESEARCH)
    assert left_out == ()
    assert held == replace(RESEARCH, needs_kill_switch=0)


# The stages of the promotion ladder


@pytest.mark.parametrize(
    ("name", "symbols", "position"), [("live-1", 1.0, 0.10), ("live-2", 3.0, 0.15), ("live-3", 7.0, 0.20)]
)
def test_a_stage_with_money_is_defined_by_its_names_and_the_share_of_one_position(name, symbols, position):
    limits = find(name)
    assert limits.max_symbols == symbols
    assert limits.max_position_share == limits.max_order_share == position
    assert limits.needs_stage_capital == limits.needs_kill_switch == limits.needs_attestation == 1


@pytest.mark.parametrize("name", ["max_day_loss", "max_rolling_loss", "max_session_drawdown", "max_drawdown"])
def test_each_stage_has_a_loss_budget_of_its_own_that_grows_with_it_and_never_past_the_conservative(name):
    budgets = [getattr(find(stage), name) for stage in ("live-1", "live-2", "live-3")]
    assert budgets == sorted(set(budgets))
    assert budgets[-1] <= getattr(find("conservative"), name)


@pytest.mark.parametrize("name", ["live-1", "live-2", "live-3"])
def test_what_a_stage_does_not_say_is_conservative(name):
    said = {
        "name", "max_symbols", "max_position_share", "max_order_share", "max_day_loss", "max_rolling_loss",
        "max_session_drawdown", "max_drawdown",
    }  # fmt: skip
    for one in fields(Limits):
        if one.name not in said:
            assert getattr(find(name), one.name) == getattr(find("conservative"), one.name)
