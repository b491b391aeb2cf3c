"""At every bar of every stream, equity changes by exactly its causes."""

import numpy as np
import pytest
from accountant import cash_of, changes_of_equity, claims_of, holdings_of, marks_of, worth
from drivers import DRIVERS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markets import DAY_NS, DEAR, Traits, draw, profile

from tradewright.execution.profiles.registry import PROFILES
from tradewright.values.outcome import BORROW_FEE, FILLED, INTEREST, WORKING
from tradewright.values.profile import AccountOptions

seeds = st.integers(0, 2**32 - 1)
costs = st.sampled_from(
    [*PROFILES.values(), profile(), DEAR, profile(commission_bps=30.0, half_spread_bps=50.0)]
)
accounts = st.builds(
    AccountOptions,
    capital_usd=st.sampled_from([500.0, 10_000.0, 1_000_000.0]),
    max_gross=st.sampled_from([0.5, 1.0, 2.0, 4.0]),
    fractional=st.booleans(),
    liquidate_at_end=st.booleans(),
    type=st.sampled_from(["unrestricted", "cash", "margin"]),
)
markets = st.builds(
    Traits,
    bars=st.integers(2, 45),
    assets=st.integers(1, 4),
    gaps=st.sampled_from([0.0, 0.1, 0.4]),
    acts=st.integers(0, 6),
    closes_alone=st.booleans(),
    pace=st.integers(1, 8),
    volume=st.sampled_from([300.0, 1e5]),
    facts=st.sampled_from([0, 0, 6]),
    abroad=st.booleans(),
    length_ns=st.sampled_from([0, 3_600 * 10**9, DAY_NS]),
)
streams = st.builds(draw, seeds, markets, accounts, costs)
simulate = DRIVERS["batch"]

CENT = 1e-9


def scale_of(outcome):
    """What a relative error is relative to: the money in play at each row."""
    return np.maximum(outcome.long_usd + outcome.short_usd + np.abs(outcome.cash_usd), 1.0)


# A dividend from abroad that is due and not paid yet: what changing it costs is owed with it.
FROM_ABROAD = draw(
    0,
    Traits(bars=5, assets=4, gaps=0.0, acts=2, pace=1, volume=300.0, abroad=True, length_ns=0),
    AccountOptions(capital_usd=500.0, max_gross=0.5, fractional=False),
    PROFILES["idealistic"],
)


@settings(max_examples=150, deadline=None)
@example(FROM_ABROAD)
@given(streams)
def test_equity_is_cash_plus_long_minus_short_at_every_bar(stream):
    outcome = simulate(*stream.all)
    worth_usd = outcome.cash_usd + outcome.long_usd - outcome.short_usd
    claims = claims_of(stream.panel, outcome, marks_of(stream.panel), stream.profile.conversion_bps)
    settled = claims == 0.0
    assert np.array_equal(outcome.equity_usd[settled], worth_usd[settled])
    assert np.all(np.abs(outcome.equity_usd - worth_usd - claims) <= CENT * scale_of(outcome))
    assert np.all(np.abs(outcome.receivable_usd - claims) <= CENT * scale_of(outcome))


@settings(max_examples=150, deadline=None)
@given(streams)
def test_equity_changes_by_price_moves_flows_and_costs_alone(stream):
    outcome = simulate(*stream.all)
    expected = changes_of_equity(stream.panel, outcome, stream.profile.conversion_bps)
    found = np.diff(outcome.equity_usd, prepend=stream.account.capital_usd)
    assert np.all(np.abs(found - expected) <= CENT * scale_of(outcome))


@settings(max_examples=150, deadline=None)
@given(streams)
def test_cash_is_what_fills_flows_and_interest_leave(stream):
    outcome = simulate(*stream.all)
    expected = cash_of(stream.panel, outcome, stream.account.capital_usd)
    assert np.all(np.abs(outcome.cash_usd - expected) <= CENT * scale_of(outcome))


@settings(max_examples=100, deadline=None)
@given(streams)
def test_long_and_short_are_the_positions_at_the_last_known_close(stream):
    outcome = simulate(*stream.all)
    marks = marks_of(stream.panel)
    _, traded = holdings_of(stream.panel, outcome, marks)
    for row in range(len(marks)):
        long = worth(np.maximum(traded[row], 0.0), marks[row])
        short = -worth(np.minimum(traded[row], 0.0), marks[row])
        assert outcome.long_usd[row] == pytest.approx(long, rel=1e-9, abs=1e-6)
        assert outcome.short_usd[row] == pytest.approx(short, rel=1e-9, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(streams)
def test_positions_at_the_end_are_the_sum_of_fills_and_corporate_actions(stream):
    outcome = simulate(*stream.all)
    _, traded = holdings_of(stream.panel, outcome, marks_of(stream.panel))
    assert outcome.positions == pytest.approx(traded[-1], rel=1e-9, abs=1e-6)


@settings(max_examples=150, deadline=None)
@given(streams)
def test_every_fill_meets_a_price_that_printed_on_its_own_row(stream):
    outcome = simulate(*stream.all)
    prices = stream.panel.close if stream.panel.is_close_only else stream.panel.open
    last = len(prices) - 1
    fills = outcome.fills
    if stream.account.liquidate_at_end:
        fills = fills[: len(fills) - final_sales(outcome, last)]
    assert np.array_equal(fills["reference"], prices[fills["row"], fills["asset"]])


def final_sales(outcome, last):
    """How many fills closed the account: orders decided on the last row."""
    return int((outcome.orders["row"] == last).sum())


@settings(max_examples=150, deadline=None)
@given(streams)
def test_no_order_meets_the_market_on_the_row_of_its_decision(stream):
    outcome = simulate(*stream.all)
    decided = outcome.orders["row"][outcome.fills["order_id"]]
    later = outcome.fills["row"] - decided
    last = len(stream.panel.instants) - 1
    at_the_end = (decided == last) & stream.account.liquidate_at_end
    assert np.all((later >= 1) | at_the_end)


@settings(max_examples=150, deadline=None)
@given(streams)
def test_fills_of_a_bar_never_exceed_its_share_of_the_volume(stream):
    outcome = simulate(*stream.all)
    if stream.panel.is_close_only:
        return
    rules = stream.profile
    share = min(1.0, rules.participation * rules.partial_fill_multiple)
    fills = outcome.fills[outcome.orders["row"][outcome.fills["order_id"]] < outcome.fills["row"]]
    for fill in fills:
        assert abs(fill["qty"]) <= share * stream.panel.volume[fill["row"], fill["asset"]] * (1.0 + 1e-12)


@settings(max_examples=150, deadline=None)
@given(streams)
def test_gross_exposure_stays_inside_its_limit_at_the_prices_of_the_fills(stream):
    outcome = simulate(*stream.all)
    panel, limit = stream.panel, stream.account.max_gross
    marks = marks_of(panel)
    acted, traded = holdings_of(panel, outcome, marks)
    prices = panel.close if panel.is_close_only else panel.open
    decided = outcome.orders["row"][outcome.fills["order_id"]]
    last = len(marks) - 1
    for row in np.unique(outcome.fills["row"][decided < outcome.fills["row"]]):
        if row == last and stream.account.liquidate_at_end:
            continue
        printed = np.where(np.isfinite(prices[row]), prices[row], restated(panel, marks, row))
        grew = np.abs(traded[row]) > np.abs(acted[row])
        if not grew.any():
            continue
        held = traded[row] != 0.0
        gross = np.abs(traded[row][held]) @ printed[held]
        equity = outcome.cash_usd[row] + traded[row][held] @ printed[held]
        assert gross <= limit * equity + 1e-7 * max(1.0, gross)


def restated(panel, marks, row):
    """The marks of the row before, in the shares of this row."""
    before = marks[row - 1].copy() if row else np.full(marks.shape[1], np.nan)
    for action in panel.actions[(panel.actions["row"] == row) & (panel.actions["kind"] == 1)]:
        before[action["asset"]] /= action["value"]
    return before


@settings(max_examples=100, deadline=None)
@given(streams)
def test_order_ids_count_up_and_are_never_given_twice(stream):
    orders = simulate(*stream.all).orders
    assert np.array_equal(orders["order_id"], np.arange(len(orders)))
    assert np.all(np.diff(orders["row"]) >= 0)


@settings(max_examples=100, deadline=None)
@given(streams)
def test_orders_hold_what_their_fills_add_up_to(stream):
    outcome = simulate(*stream.all)
    if len(stream.panel.actions):
        return
    filled = np.zeros(len(outcome.orders))
    np.add.at(filled, outcome.fills["order_id"], outcome.fills["qty"])
    assert filled == pytest.approx(outcome.orders["filled_qty"], rel=1e-12, abs=1e-9)
    whole = outcome.orders["state"] == FILLED
    assert filled[whole] == pytest.approx(outcome.orders["qty"][whole], rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(streams)
def test_an_instrument_never_has_two_working_orders(stream):
    outcome = simulate(*stream.all)
    working = outcome.orders[outcome.orders["state"] == WORKING]
    assert len(np.unique(working["asset"])) == len(working)


@settings(max_examples=100, deadline=None)
@given(streams)
def test_whole_share_accounts_hold_whole_shares_only(stream):
    if stream.account.fractional:
        return
    outcome = simulate(*stream.all)
    assert np.array_equal(outcome.positions, np.rint(outcome.positions))
    assert np.array_equal(outcome.fills["qty"], np.rint(outcome.fills["qty"]))


@settings(max_examples=100, deadline=None)
@given(streams)
def test_every_fill_costs_the_spread_and_at_least_the_minimum(stream):
    outcome = simulate(*stream.all)
    fills, rules = outcome.fills, stream.profile
    against = np.sign(fills["qty"]) * (fills["price"] - fills["reference"])
    unknown = fills["usual_volume"] == 0.0
    share = rules.half_spread_bps * rules.slippage_multiple * 1e-4
    flat = share * fills["reference"] * np.abs(fills["qty"])
    assert fills["spread_usd"][unknown] == pytest.approx(flat[unknown], rel=1e-6, abs=1e-9)
    moved = fills["spread_usd"] + fills["impact_usd"] + fills["latency_usd"]
    assert moved == pytest.approx(np.abs(fills["qty"]) * against, rel=1e-9, abs=1e-9)
    assert np.all(fills["commission_usd"] >= rules.commission_minimum_usd)


@settings(max_examples=100, deadline=None)
@given(streams)
def test_no_cost_of_a_fill_is_negative_and_fees_are_on_sales_alone(stream):
    fills = simulate(*stream.all).fills
    for name in ("spread_usd", "impact_usd", "latency_usd", "commission_usd", "regulatory_usd"):
        assert np.all(fills[name] >= 0.0)
    assert not fills["regulatory_usd"][fills["qty"] > 0.0].any()


@settings(max_examples=60, deadline=None)
@given(streams)
def test_flows_hold_the_totals_of_interest_and_borrow_fees_once(stream):
    outcome = simulate(*stream.all)
    for kind, total in ((INTEREST, outcome.interest_usd[-1]), (BORROW_FEE, -outcome.borrow_fee_usd[-1])):
        flows = outcome.flows[outcome.flows["kind"] == kind]
        assert flows["amount_usd"].tolist() == ([total] if total else [])
        assert np.all(flows["row"] == len(stream.panel.instants) - 1)


@settings(max_examples=60, deadline=None)
@given(streams)
def test_an_account_that_liquidates_ends_in_cash_alone(stream):
    outcome = simulate(*stream.all)
    if stream.account.liquidate_at_end:
        assert not outcome.positions.any()
        owed = claims_of(stream.panel, outcome, marks_of(stream.panel), stream.profile.conversion_bps)[-1]
        assert outcome.equity_usd[-1] - outcome.cash_usd[-1] == pytest.approx(owed, rel=1e-9, abs=1e-6)
        assert WORKING not in outcome.orders["state"]


@settings(max_examples=60, deadline=None)
@given(streams)
def test_nothing_is_nan_and_nothing_is_infinite(stream):
    outcome = simulate(*stream.all)
    for column in (
        outcome.equity_usd,
        outcome.cash_usd,
        outcome.long_usd,
        outcome.short_usd,
        outcome.positions,
    ):
        assert np.isfinite(column).all()
    for name in outcome.fills.dtype.names:
        assert np.isfinite(outcome.fills[name]).all()


def seeds_of_the_past() -> list:
    """Streams that once failed: a whole-share account that lives through several actions on one row."""
    found = []
    for seed in (1, 24375):
        traits = Traits(bars=5, assets=1, gaps=0.0, acts=3, closes_alone=False, pace=1, volume=300.0)
        for capital in (500.0, 10_000.0):
            account = AccountOptions(capital_usd=capital, max_gross=0.5)
            found.append(draw(seed, traits, account, PROFILES["idealistic"]))
    return found


@pytest.mark.parametrize("stream", seeds_of_the_past())
def test_a_split_and_a_delisting_on_one_row_are_each_accounted_for(stream):
    outcome = simulate(*stream.all)
    marks = marks_of(stream.panel)
    _, traded = holdings_of(stream.panel, outcome, marks)
    assert outcome.positions == pytest.approx(traded[-1], rel=1e-9, abs=1e-6)
    for row in range(len(marks)):
        long, short = (
            worth(np.maximum(traded[row], 0.0), marks[row]),
            worth(np.minimum(traded[row], 0.0), marks[row]),
        )
        assert outcome.long_usd[row] == pytest.approx(long, rel=1e-9, abs=1e-6)
        assert outcome.short_usd[row] == pytest.approx(-short, rel=1e-9, abs=1e-6)
