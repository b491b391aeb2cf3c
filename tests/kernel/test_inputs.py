"""What the kernel refuses before it trades, by name; and the numbers it reads off a profile."""

import numpy as np
import pytest
from drivers import DRIVERS
from markets import NAN, account, close_only, market, profile, wishes

from tradewright.kernel.inputs import check_decisions, check_panel, check_weights, terms_of
from tradewright.kernel.session import Session
from tradewright.kernel.sweep import simulate_many
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT

PANEL = market([[100.0, 50.0]] * 4)
SIMULATORS = {name: DRIVERS[name] for name in ("reference", "batch")}


@pytest.fixture(params=sorted(SIMULATORS))
def simulate(request):
    """The two kernels that take all decisions at once."""
    return SIMULATORS[request.param]


def test_weights_for_another_number_of_instruments_are_refused(simulate):
    with pytest.raises(InvalidOption, match="Weights for 3 instruments, but the panel has 2"):
        simulate(PANEL, wishes({0: [0.1, 0.2, 0.3]}), account(), profile())


@pytest.mark.parametrize("row", [4, 5, 1_000])
def test_a_row_after_the_panel_is_refused(simulate, row):
    with pytest.raises(InvalidOption, match=f"A decision at row {row} of a panel of 4 rows"):
        simulate(PANEL, wishes({row: [0.1, 0.2]}), account(), profile())


@pytest.mark.parametrize("row", [-1, -7])
def test_a_row_before_the_panel_is_refused(simulate, row):
    with pytest.raises(InvalidOption, match=f"A decision at row {row} "):
        simulate(PANEL, wishes({row: [0.1, 0.2]}), account(), profile())


@pytest.mark.parametrize("weight", [float("inf"), float("-inf")])
@pytest.mark.parametrize(("asset", "symbol"), [(0, "A"), (1, "B")])
def test_an_infinite_weight_is_refused_with_its_symbol_and_row(simulate, weight, asset, symbol):
    weights = [0.1, 0.2]
    weights[asset] = weight
    with pytest.raises(InvalidOption, match=rf"Weight -?inf for {symbol} at row 2"):
        simulate(PANEL, wishes({0: [0.1, 0.1], 2: weights}), account(), profile())


def test_an_infinite_weight_far_down_names_its_own_row(simulate):
    bars = 9_000
    panel = market([100.0] * bars)
    weights = np.full((bars, 1), 0.5)
    weights[8_500] = np.inf
    with pytest.raises(InvalidOption, match="at row 8500"):
        check_decisions(Decisions(np.arange(bars), weights), panel)


def test_nan_is_a_valid_weight(simulate):
    outcome = simulate(PANEL, wishes({0: [NAN, NAN]}), account(), profile())
    assert len(outcome.orders) == 0


def test_a_strategy_that_never_speaks_is_valid(simulate):
    outcome = simulate(PANEL, no_decisions(2), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_the_mend_says_which_rows_there_are(simulate):
    with pytest.raises(InvalidOption, match="Give rows 0 to 3"):
        simulate(PANEL, wishes({9: [0.1, 0.2]}), account(), profile())


def test_a_spread_of_the_whole_price_is_refused(simulate):
    rules = profile(half_spread_bps=5_000.0, slippage_multiple=2.0)
    with pytest.raises(InvalidOption, match="half_spread_bps x slippage_multiple = 10000"):
        simulate(PANEL, no_decisions(2), account(), rules)


def test_a_spread_just_below_the_whole_price_is_not(simulate):
    rules = profile(half_spread_bps=9_999.0)
    assert len(simulate(PANEL, no_decisions(2), account(), rules).equity_usd) == 4


@pytest.mark.parametrize("asset", [-1, 2, 99])
def test_an_action_of_a_stranger_is_refused(simulate, asset):
    panel = market([[100.0, 50.0]] * 4, actions=[(1, asset, SPLIT, 2.0)])
    with pytest.raises(InvalidOption, match=f"row 1 for instrument {asset}"):
        simulate(panel, no_decisions(2), account(), profile())


@pytest.mark.parametrize("ratio", [0.0, -2.0, NAN, float("inf")])
def test_a_split_that_cannot_be_is_refused(simulate, ratio):
    panel = market([[100.0, 50.0]] * 4, actions=[(1, 1, SPLIT, ratio)])
    with pytest.raises(InvalidOption, match=r"A split of .* for B at row 1"):
        simulate(panel, no_decisions(2), account(), profile())


@pytest.mark.parametrize("amount", [-1.0, NAN, float("inf")])
@pytest.mark.parametrize(("kind", "word"), [(DIVIDEND, "dividend"), (DELISTING, "delisting")])
def test_a_payment_that_cannot_be_is_refused(simulate, kind, word, amount):
    panel = market([[100.0, 50.0]] * 4, actions=[(3, 0, kind, amount)])
    with pytest.raises(InvalidOption, match=rf"A {word} of .* for A at row 3"):
        simulate(panel, no_decisions(2), account(), profile())


@pytest.mark.parametrize("kind", [0, 7, -3])
def test_an_action_of_an_unknown_kind_is_refused(simulate, kind):
    panel = market([[100.0, 50.0]] * 4, actions=[(1, 0, kind, 1.0)])
    with pytest.raises(InvalidOption, match=f"action of kind {kind}"):
        simulate(panel, no_decisions(2), account(), profile())


@pytest.mark.parametrize("kind", [DIVIDEND, DELISTING])
def test_a_payment_of_nothing_is_valid(kind):
    check_panel(market([[100.0, 50.0]] * 4, actions=[(1, 0, kind, 0.0)]))


def test_sessions_and_sweeps_refuse_the_same_panels():
    panel = market([[100.0, 50.0]] * 4, actions=[(1, 0, SPLIT, -1.0)])
    with pytest.raises(InvalidOption, match="split"):
        Session(panel, account(), profile())
    with pytest.raises(InvalidOption, match="split"):
        simulate_many(panel, [no_decisions(2)], account(), profile())


def test_weights_of_the_wrong_order_in_memory_are_read_right(simulate):
    straight = np.array([[0.1, 0.2], [0.3, 0.1]])
    turned = np.asfortranarray(straight)
    rows = np.array([0, 2])
    one = simulate(PANEL, Decisions(rows, straight), account(), profile())
    other = simulate(PANEL, Decisions(rows, turned), account(), profile())
    assert one.positions.tolist() == other.positions.tolist()


def test_weights_cut_from_a_larger_table_are_read_right(simulate):
    table = np.arange(16.0).reshape(4, 4) / 100.0
    cut = table[::2, ::2]
    copy = cut.copy()
    rows = np.array([0, 2])
    one = simulate(PANEL, Decisions(rows, cut), account(), profile())
    other = simulate(PANEL, Decisions(rows, copy), account(), profile())
    assert one.positions.tolist() == other.positions.tolist()


def test_weights_as_whole_numbers_are_read_right(simulate):
    outcome = simulate(PANEL, Decisions(np.array([0]), np.array([[1, 0]])), account(), profile())
    assert outcome.positions.tolist() == [10.0, 0.0]


def test_rows_of_a_smaller_kind_of_number_are_read_right(simulate):
    rows = np.array([0, 2], dtype=np.int32)
    outcome = simulate(PANEL, Decisions(rows, np.array([[0.5, 0.0]] * 2)), account(), profile())
    assert outcome.positions.tolist() == [5.0, 0.0]


def test_check_weights_names_the_first_culprit():
    weights = np.array([[0.1, np.inf], [np.inf, 0.1]])
    with pytest.raises(InvalidOption, match="for B at row 7"):
        check_weights(weights, [7, 9], ("A", "B"))


def test_terms_multiply_spread_and_participation():
    rules = profile(half_spread_bps=4.0, slippage_multiple=1.5, participation=0.2, partial_fill_multiple=0.5)
    terms = terms_of(PANEL, account(), rules)
    assert terms.spread_bps == pytest.approx(6.0)
    assert terms.capacity_share == pytest.approx(0.1)


def test_terms_cap_the_share_of_volume_at_all_of_it():
    rules = profile(participation=0.9, partial_fill_multiple=2.0)
    assert terms_of(PANEL, account(), rules).capacity_share == 1.0


def test_terms_turn_basis_points_into_a_share():
    assert terms_of(PANEL, account(), profile(commission_bps=3.0)).commission_share == pytest.approx(3e-4)


def test_terms_read_the_account():
    terms = terms_of(PANEL, account(max_gross=1.7, fractional=True, liquidate_at_end=True), profile())
    assert (terms.capital_usd, terms.max_gross) == (1_000.0, 1.7)
    assert not terms.whole
    assert terms.liquidate


def test_terms_find_out_what_the_panel_knows():
    full, closes = (
        terms_of(PANEL, account(), profile()),
        terms_of(close_only([1.0, 2.0]), account(), profile()),
    )
    assert (full.close_only, full.has_volume) == (False, True)
    assert (closes.close_only, closes.has_volume) == (True, False)


@pytest.mark.parametrize("place", [0, 1, 4_095, 4_096, 4_097, 8_192, 9_999])
def test_a_single_known_open_anywhere_is_found(place):
    opens = [NAN] * 10_000
    opens[place] = 100.0
    assert not terms_of(market([100.0] * 10_000, open=opens), account(), profile()).close_only


@pytest.mark.parametrize("place", [0, 1, 4_096, 9_999])
def test_a_single_known_volume_anywhere_is_found(place):
    volume = [NAN] * 10_000
    volume[place] = 0.0
    assert terms_of(market([100.0] * 10_000, volume=volume), account(), profile()).has_volume


def test_terms_agree_with_the_panel_about_closes_alone():
    for panel in (PANEL, close_only([1.0, NAN, 3.0])):
        assert terms_of(panel, account(), profile()).close_only == panel.is_close_only


# --- what is read off a profile for its costs ---------------------------------------------------------


def read(**changes):
    """The terms of a free profile with these changes."""
    return terms_of(PANEL, account(), profile(**changes))


@pytest.mark.parametrize(
    ("changes", "estimates"),
    [
        ({}, False),
        ({"half_spread_bps": 9.0, "commission_bps": 3.0, "reject_share": 0.5}, False),
        ({"spread_scale_bps": 2.08}, True),
        ({"impact_coefficient": 0.6}, True),
        ({"latency_high_ms": 1.0}, True),
    ],
)
def test_only_what_asks_for_liquidity_makes_the_kernel_look_for_it(changes, estimates):
    assert read(**changes).estimates is estimates


def test_scales_are_read_as_shares():
    found = read(spread_scale_bps=2.08, impact_coefficient=0.6, slippage_multiple=1.6)
    assert (found.spread_scale, found.impact, found.slippage) == (pytest.approx(2.08e-4), 0.6, 1.6)


def test_a_range_of_latency_and_the_seed_are_read_as_they_are():
    found = read(latency_low_ms=15.0, latency_high_ms=120.0, seed=9)
    assert (found.latency_low_ms, found.latency_high_ms, found.seed) == (15.0, 120.0, 9)


def test_without_tiers_and_fees_the_tables_are_empty():
    found = read()
    assert found.tiers.shape == (0, 2)
    assert found.steps.shape == (0, 5)


def test_tiers_are_a_table_of_shares_and_prices():
    tiers = ((0.0, 0.01), (500.0, 0.005))
    assert read(commission_tiers=tiers).tiers.tolist() == [list(tier) for tier in tiers]
