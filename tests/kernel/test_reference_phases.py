"""Each phase of the plain kernel by itself, on a state set up by hand."""

import math

import numpy as np
import pytest
from markets import DAY_NS, NAN, account, close_only, market, profile

from tradewright.kernel import reference
from tradewright.kernel.costs import Rates, Slippage
from tradewright.kernel.inputs import terms_of
from tradewright.kernel.reference_state import Intent, Match, Order
from tradewright.values import outcome as out
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT

YEAR = 365 * DAY_NS


def state_of(panel, rules=None, options=None, **fields):
    """A fresh state over a panel, some of its fields set."""
    state = reference.opened(panel, terms_of(panel, options or account(), rules or profile()))
    for name, value in fields.items():
        setattr(state, name, value)
    return state


def order_of(state, asset, qty, order_id=0):
    """A working order put into the state."""
    order = Order(order_id, 0, asset, qty, qty)
    state.orders.append(order)
    state.working[asset] = order
    return order


TWO = market([[100.0, 10.0]] * 4)


# --- accrue -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cash", "short", "expected"),
    [
        (1_000.0, 0.0, 1_100.0),
        (1_000.0, 400.0, 1_060.0 - 8.0),
        (1_000.0, 2_000.0, 1_000.0 - 40.0),
        (0.0, 0.0, 0.0),
        (-1_000.0, 0.0, -1_200.0),
        (-1_000.0, 500.0, -1_200.0 - 10.0),
    ],
)
def test_accrue_over_a_year(cash, short, expected):
    panel = market([1.0, 1.0], instants=[0, YEAR])
    rules = profile(cash_rate=0.1, margin_rate=0.2, borrow_rate=0.02)
    state = state_of(panel, rules, cash=cash, short=short)
    reference.accrue(state, 1)
    assert state.cash == pytest.approx(expected)


def test_accrue_keeps_interest_and_fees_apart():
    panel = market([1.0, 1.0], instants=[0, YEAR])
    state = state_of(panel, profile(cash_rate=0.1, borrow_rate=0.02), cash=1_000.0, short=400.0)
    reference.accrue(state, 1)
    assert state.interest == pytest.approx(60.0)
    assert state.borrow_fee == pytest.approx(8.0)


def test_accrue_does_nothing_on_the_first_row():
    state = state_of(TWO, profile(cash_rate=9.0))
    reference.accrue(state, 0)
    assert state.cash == 1_000.0


# --- act ----------------------------------------------------------------------------------------------


def acted(actions, **fields):
    """The state after the actions of row 1."""
    panel = market([[100.0, 10.0]] * 4, actions=actions)
    state = state_of(panel, mark=[100.0, 10.0], **fields)
    reference.act(state, 1)
    return state


def test_act_reads_the_actions_of_its_row_alone():
    state = acted([(0, 0, SPLIT, 2.0), (2, 0, SPLIT, 2.0)], qty=[5.0, 0.0])
    assert state.qty == [5.0, 0.0]


@pytest.mark.parametrize(
    ("action", "qty", "mark"),
    [
        ((1, 0, SPLIT, 2.0), [10.0, 30.0], [50.0, 10.0]),
        ((1, 1, SPLIT, 0.5), [5.0, 15.0], [100.0, 20.0]),
        ((1, 0, DIVIDEND, 2.0), [5.0, 30.0], [100.0, 10.0]),
        ((1, 1, DELISTING, 1.0), [5.0, 0.0], [100.0, 10.0]),
    ],
)
def test_act_changes_shares_and_marks(action, qty, mark):
    state = acted([action], qty=[5.0, 30.0])
    assert (state.qty, state.mark) == (qty, mark)


@pytest.mark.parametrize(
    ("action", "cash"),
    [
        ((1, 0, SPLIT, 2.0), 1_000.0),
        ((1, 0, DIVIDEND, 2.0), 1_010.0),
        ((1, 1, DIVIDEND, 0.5), 985.0),
        ((1, 0, DELISTING, 1.0), 1_500.0),
        ((1, 0, DELISTING, 0.2), 1_100.0),
        ((1, 1, DELISTING, 1.0), 700.0),
    ],
)
def test_act_pays_longs_and_charges_shorts(action, cash):
    state = acted([action], qty=[5.0, -30.0])
    assert state.cash == pytest.approx(cash)


def test_act_takes_a_split_before_a_dividend_before_a_delisting():
    actions = [(1, 0, DELISTING, 1.0), (1, 0, DIVIDEND, 1.0), (1, 0, SPLIT, 2.0)]
    state = acted(actions, qty=[5.0, 0.0])
    kinds = [flow[2] for flow in state.flows]
    assert kinds == [out.DIVIDEND_CASH, out.DELISTING_CASH]
    assert state.cash == pytest.approx(1_000.0 + 10.0 + 10.0 * 50.0)


def test_delist_ends_the_working_order_and_remembers():
    panel = market([[100.0, 10.0]] * 4, actions=[(1, 0, DELISTING, 1.0)])
    state = state_of(panel, mark=[100.0, 10.0])
    order = order_of(state, 0, 5.0)
    reference.act(state, 1)
    assert order.state == out.CANCELLED
    assert state.working == {}
    assert state.delisted == {0}


@pytest.mark.parametrize(
    ("ratio", "qty", "remaining"),
    [
        (2.0, 10.0, 10.0),
        (1.5, 7.5, 7.0),
        (0.2, 1.0, 1.0),
    ],
)
def test_split_restates_an_order(ratio, qty, remaining):
    panel = market([[100.0, 10.0]] * 4, actions=[(1, 0, SPLIT, ratio)])
    state = state_of(panel, mark=[100.0, 10.0])
    order = order_of(state, 0, 5.0)
    reference.act(state, 1)
    assert (order.qty, order.remaining) == (qty, remaining)


# --- admit --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "target", "shares"),
    [
        (0.0, 0.5, 5.0),
        (0.0, -0.5, -5.0),
        (5.0, 0.5, 0.0),
        (5.0, 0.0, -5.0),
        (5.0, -0.2, -7.0),
        (-5.0, 0.0, 5.0),
        (2.0, 0.55, 3.0),
        (0.0, 0.0, 0.0),
    ],
)
def test_wanted_shares_are_the_target_less_what_is_held(held, target, shares):
    state = state_of(TWO, mark=[100.0, 10.0], qty=[held, 0.0])
    assert reference.wanted_shares(state, 0, target, in_shares=False) == (shares, 0)


@pytest.mark.parametrize(
    ("fields", "target", "reason"),
    [
        ({"mark": [NAN, 10.0]}, 0.5, out.NO_PRICE),
        ({"delisted": {0}}, 0.5, out.DELISTED),
        ({"delisted": {0}, "mark": [NAN, 10.0]}, 0.5, out.DELISTED),
        ({}, 0.01, out.UNDER_ONE_SHARE),
        ({}, -0.01, out.UNDER_ONE_SHARE),
        ({"ruined_row": 0}, 0.5, out.RUINED),
        ({"ruined_row": 0, "qty": [-5.0, 0.0]}, -0.9, out.RUINED),
    ],
)
def test_wanted_shares_are_refused_with_a_reason(fields, target, reason):
    state = state_of(TWO, **{"mark": [100.0, 10.0], **fields})
    assert reference.wanted_shares(state, 0, target, in_shares=False) == (0.0, reason)


@pytest.mark.parametrize(
    ("held", "target", "shares"),
    [
        (5.0, 0.0, -5.0),
        (5.0, 0.2, -3.0),
        (5.0, -0.9, -5.0),
        (-5.0, 0.9, 5.0),
        (-5.0, -0.2, 3.0),
    ],
)
def test_a_ruined_account_trades_toward_zero_alone(held, target, shares):
    state = state_of(TWO, mark=[100.0, 10.0], qty=[held, 0.0], ruined_row=0)
    assert reference.wanted_shares(state, 0, target, in_shares=False) == (shares, 0)


def test_negative_equity_sizes_nothing():
    state = state_of(TWO, mark=[100.0, 10.0], qty=[-5.0, 0.0], ruined_row=0, equity=-500.0)
    assert reference.wanted_shares(state, 0, 0.9, in_shares=False) == (5.0, 0)


def test_targets_in_shares_need_no_equity():
    state = state_of(TWO, mark=[100.0, 10.0], equity=0.0)
    assert reference.wanted_shares(state, 0, 7.0, in_shares=True) == (7.0, 0)


def test_admit_numbers_orders_and_replaces_old_ones():
    state = state_of(TWO, mark=[100.0, 10.0])
    old = order_of(state, 1, 4.0)
    reference.admit(state, Intent(2, np.array([0.5, 0.5])))
    assert (old.state, old.done_row) == (out.REPLACED, 2)
    assert [order.order_id for order in state.orders] == [0, 1, 2]
    assert [order.qty for order in state.orders] == [4.0, 5.0, 50.0]


def test_admit_leaves_alone_what_is_nan():
    state = state_of(TWO, mark=[100.0, 10.0])
    old = order_of(state, 1, 4.0)
    reference.admit(state, Intent(2, np.array([NAN, NAN])))
    assert state.working == {1: old}


# --- match and fit ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "ordered", "reducing"),
    [
        (0.0, 5.0, 0.0),
        (3.0, 5.0, 0.0),
        (-3.0, 5.0, 3.0),
        (-8.0, 5.0, 5.0),
        (0.0, -5.0, 0.0),
        (3.0, -5.0, -3.0),
        (8.0, -5.0, -5.0),
        (-3.0, -5.0, 0.0),
    ],
)
def test_a_match_knows_which_part_reduces(held, ordered, reducing):
    state = state_of(TWO, qty=[held, 0.0], mark=[100.0, 10.0])
    order_of(state, 0, ordered)
    (match,) = reference.matches(state, 1, NO_FEES)
    assert (match.qty, match.reducing) == (ordered, reducing)


def test_matches_come_in_the_order_of_instruments():
    state = state_of(TWO, mark=[100.0, 10.0])
    order_of(state, 1, 5.0)
    order_of(state, 0, 5.0, order_id=1)
    assert [match.order.asset for match in reference.matches(state, 1, NO_FEES)] == [0, 1]


@pytest.mark.parametrize("price", [NAN, 0.0, -1.0, math.inf])
def test_nothing_matches_a_price_that_did_not_print(price):
    panel = market([[100.0, 10.0]] * 4, open=[[100.0, 10.0], [price, 10.0], [1.0, 1.0], [1.0, 1.0]])
    state = state_of(panel, mark=[100.0, 10.0])
    order_of(state, 0, 5.0)
    assert reference.matches(state, 1, NO_FEES) == []


def test_capacity_without_any_volume_is_endless():
    state = state_of(close_only([1.0, 2.0]))
    assert reference.capacity(state, 1, 0) == math.inf


@pytest.mark.parametrize(
    ("volume", "share", "expected"),
    [
        (100.0, 0.1, 10.0),
        (105.0, 0.1, 10.0),
        (9.0, 0.1, 0.0),
        (0.0, 0.1, 0.0),
        (NAN, 0.1, 0.0),
        (-5.0, 0.1, 0.0),
        (70.0, 1.0, 70.0),
    ],
)
def test_capacity_is_a_whole_share_of_the_volume(volume, share, expected):
    panel = market([1.0, 1.0, 1.0], volume=[50.0, volume, 50.0])
    state = state_of(panel, profile(participation=share))
    assert reference.capacity(state, 1, 0) == expected


NO_FEES, FREELY = Rates(), Slippage(0.0)


def slip_of(state):
    """The flat spread of the state's terms."""
    return Slippage(state.terms.spread_bps * 1e-4)


def shares_of(state, *wanted):
    """The fitting share of the first of some matches, given as (asset, reducing, qty)."""
    found = [
        Match(order_of(state, asset, qty), 100.0, reducing, qty, slip_of(state))
        for asset, reducing, qty in wanted
    ]
    return reference.fit(state, 1, found, NO_FEES)[0][1]


ROOM = market([[100.0, 100.0]] * 4)


@pytest.mark.parametrize(
    ("cash", "limit", "qty", "share"),
    [
        (1_000.0, 1.0, 5.0, 1.0),
        (1_000.0, 1.0, 10.0, 1.0),
        (1_000.0, 1.0, 20.0, 0.5),
        (1_000.0, 2.0, 20.0, 1.0),
        (1_000.0, 0.5, 20.0, 0.25),
        (1_000.0, 1.0, -20.0, 0.5),
        (-1.0, 1.0, 20.0, 0.0),
    ],
)
def test_fit_gives_the_share_the_limit_leaves(cash, limit, qty, share):
    state = state_of(ROOM, options=account(max_gross=limit), cash=cash)
    assert shares_of(state, (0, 0.0, qty)) == pytest.approx(share)


def test_fit_counts_what_reductions_free():
    state = state_of(ROOM, options=account(max_gross=1.0), cash=0.0, qty=[10.0, 0.0], mark=[100.0, 100.0])
    assert shares_of(state, (0, -10.0, -10.0), (1, 0.0, 10.0)) == 1.0


def test_fit_without_increases_is_whole():
    state = state_of(ROOM, options=account(max_gross=0.1), cash=0.0, qty=[10.0, 0.0], mark=[100.0, 100.0])
    assert shares_of(state, (0, -5.0, -5.0)) == 1.0


def test_fit_pays_the_costs_of_reductions_first():
    rules = profile(commission_minimum_usd=100.0)
    state = state_of(ROOM, rules, account(max_gross=1.0), cash=0.0, qty=[10.0, 0.0], mark=[100.0, 100.0])
    # 1000 in shares, 100 for the sale, 100 for the purchase: 800 are left for ten shares at 100.
    assert shares_of(state, (0, -10.0, -10.0), (1, 0.0, 10.0)) == pytest.approx(0.8)


# --- trade, book and mark -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "filled", "remaining", "how"),
    [
        (1.0, 5.0, 0.0, out.FILLED),
        (0.5, 2.0, 0.0, out.CANCELLED),
        (0.0, 0.0, 0.0, out.CANCELLED),
    ],
)
def test_trade_fills_what_fits_and_drops_the_rest(share, filled, remaining, how):
    state = state_of(TWO, mark=[100.0, 10.0])
    order = order_of(state, 0, 5.0)
    reference.trade(state, 1, Match(order, 100.0, 0.0, 5.0, FREELY), (NO_FEES, share))
    assert (order.filled, order.remaining, order.state) == (filled, remaining, how)


def test_trade_keeps_working_what_the_bar_could_not_take():
    state = state_of(TWO, mark=[100.0, 10.0])
    order = order_of(state, 0, 5.0)
    reference.trade(state, 1, Match(order, 100.0, 0.0, 2.0, FREELY), (NO_FEES, 1.0))
    assert (order.filled, order.remaining, order.state) == (2.0, 3.0, out.WORKING)
    assert state.working == {0: order}


def test_book_moves_cash_and_position():
    state = state_of(TWO, profile(half_spread_bps=100.0, commission_minimum_usd=1.0))
    match = Match(Order(0, 0, 0, 5.0, 0.0), 100.0, 0.0, 5.0, slip_of(state))
    reference.book(state, 1, match, 5.0, NO_FEES)
    assert state.cash == pytest.approx(1_000.0 - 505.0 - 1.0)
    assert state.qty == [5.0, 0.0]


def test_book_leaves_no_dust_behind():
    state = state_of(TWO, qty=[0.1 + 0.2, 0.0])
    reference.book(state, 1, Match(Order(0, 0, 0, -0.3, 0.0), 100.0, 0.0, -0.3, FREELY), -0.3, NO_FEES)
    assert state.qty == [0.0, 0.0]


@pytest.mark.parametrize(
    ("qty", "long", "short"),
    [
        ([5.0, 0.0], 500.0, 0.0),
        ([-5.0, 0.0], 0.0, 500.0),
        ([5.0, -20.0], 500.0, 200.0),
        ([0.0, 0.0], 0.0, 0.0),
    ],
)
def test_mark_values_both_sides(qty, long, short):
    state = state_of(TWO, qty=qty)
    reference.mark(state, 1)
    assert (state.long, state.short) == (long, short)
    assert state.equity == 1_000.0 + long - short


def test_mark_carries_the_last_known_close():
    panel = market([100.0, NAN, 120.0])
    state = state_of(panel, qty=[5.0])
    seen = []
    for row in range(3):
        reference.mark(state, row)
        seen.append(state.long)
    assert seen == [500.0, 500.0, 600.0]


@pytest.mark.parametrize(("equity", "row"), [(1.0, -1), (0.0, 3), (-5.0, 3)])
def test_guard_notes_the_first_row_without_equity(equity, row):
    state = state_of(TWO, equity=equity)
    order = order_of(state, 0, 5.0)
    reference.guard(state, 3)
    assert state.ruined_row == row
    assert order.state == (out.WORKING if row < 0 else out.CANCELLED)


def test_guard_keeps_the_first_row():
    state = state_of(TWO, equity=-1.0, ruined_row=1)
    reference.guard(state, 3)
    assert state.ruined_row == 1
