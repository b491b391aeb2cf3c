"""Splits, delistings, volume, the gross limit, whole shares and ruin, as working orders meet them."""

from dataclasses import replace

import pytest
from markets import account, market
from order_drivers import FREE, RICH, bars, filled, flat, life, states

from tradewright.values import outcome as out
from tradewright.values.order import Amend, Bracket, Order, OrderState, OrderType, TimeInForce
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT

GTC = TimeInForce.GTC
FRACTIONS = replace(RICH, fractional=True)


def after_split(ratio: float, *later: tuple, row: int = 2):
    """Calm bars at 100, a split on a row, and bars in new prices from there."""
    rows = [flat() for _ in range(row)] + list(later)
    return bars(rows, actions=[(row, 0, SPLIT, ratio)])


def test_a_split_restates_a_working_limit(trade_orders):
    panel = after_split(2.0, (50, 51, 47, 49), (50, 50, 44, 46))
    outcome = trade_orders(panel, [(0, Order.limit("A", 10, 90.0, GTC))], RICH, FREE)
    assert filled(outcome) == [(3, 20.0, 45.0)]
    assert outcome.orders["qty"].tolist() == [20.0]
    assert states(outcome) == ["filled"]


def test_a_reverse_split_restates_a_working_stop(trade_orders):
    panel = after_split(0.1, (1000, 1010, 990, 1000), (1000, 1010, 940, 960))
    outcome = trade_orders(panel, [(0, Order.stop("A", -10, 95.0, GTC))], RICH, FREE)
    assert filled(outcome) == [(3, -1.0, 950.0)]


def test_a_split_before_the_arrival_restates_what_was_said(trade_orders):
    # Decided at the close of row 1, at old prices; the split acts before row 2 opens.
    panel = after_split(2.0, (50, 51, 44, 46))
    outcome = trade_orders(panel, [(1, Order.limit("A", 10, 90.0))], RICH, FREE)
    assert filled(outcome) == [(2, 20.0, 45.0)]


def test_a_split_restates_a_trail(trade_orders):
    order = Order("A", -10, OrderType.TRAILING_STOP, trail_usd=10.0, time_in_force=GTC)
    panel = after_split(2.0, (50, 51, 49, 50), (50, 50, 45, 46))
    outcome = trade_orders(panel, [(0, order)], RICH, FREE)
    # The best price was 51 in new shares, and the trail is 5.
    assert filled(outcome) == [(3, -20.0, 46.0)]


def test_a_split_restates_exits_that_wait(trade_orders):
    bracket = Bracket.around(Order.limit("A", 10, 96.0, GTC), 110.0, 90.0)
    panel = after_split(2.0, (50, 51, 47, 49), (49, 56, 48, 55))
    outcome = trade_orders(panel, [(0, bracket)], RICH, FREE)
    assert filled(outcome) == [(2, 20.0, 48.0), (3, -20.0, 55.0)]


def test_a_split_that_leaves_no_whole_share_ends_the_order(trade_orders):
    panel = after_split(0.01, (10_000, 10_100, 9_900, 10_000))
    outcome = trade_orders(panel, [(0, Order.limit("A", 10, 90.0, GTC))], RICH, FREE)
    assert states(outcome) == ["cancelled"]


def test_a_split_leaves_fractions_where_they_are_allowed(trade_orders):
    panel = after_split(0.01, (10_000, 10_100, 9_900, 10_000), (9_000, 9_100, 8_000, 8_500))
    outcome = trade_orders(panel, [(0, Order.limit("A", 10, 95.0, GTC))], FRACTIONS, FREE)
    assert filled(outcome) == [(3, pytest.approx(0.1), 9_000.0)]


def test_two_splits_restate_twice(trade_orders):
    rows = [flat(), flat(), flat(50), flat(25), (24, 25, 21, 22)]
    panel = bars(rows, actions=[(2, 0, SPLIT, 2.0), (3, 0, SPLIT, 2.0)])
    outcome = trade_orders(panel, [(0, Order.limit("A", 10, 90.0, GTC))], RICH, FREE)
    assert filled(outcome) == [(4, 40.0, 22.5)]


def test_a_dividend_leaves_orders_as_they_are(trade_orders):
    rows = [flat(), flat(), flat(), (94, 95, 93, 94)]
    panel = bars(rows, actions=[(2, 0, DIVIDEND, 3.0)])
    outcome = trade_orders(panel, [(0, Order.limit("A", 10, 95.0, GTC))], RICH, FREE)
    assert filled(outcome) == [(3, 10.0, 94.0)]


def test_an_amendment_in_flight_over_a_split_is_refused(trade_orders):
    late = replace(FREE, latency_bars=2)
    panel = bars([flat(), flat(), flat(), flat(50), flat(50), flat(50)], actions=[(3, 0, SPLIT, 2.0)])
    said = [(0, Order.limit("A", 10, 90.0, GTC)), (2, Amend(0, limit_usd=95.0))]
    outcome = trade_orders(panel, said, RICH, late)
    assert outcome.refusals.tolist() == [(2, 0, out.SPLIT_BETWEEN)]


def test_an_order_in_flight_over_a_split_is_rejected(trade_orders):
    late = replace(FREE, latency_bars=2)
    panel = bars([flat(), flat(), flat(50), flat(50), flat(50)], actions=[(2, 0, SPLIT, 2.0)])
    outcome = trade_orders(panel, [(1, Order.market("A", 10))], RICH, late)
    assert states(outcome) == ["rejected"]
    assert outcome.refusals.tolist() == [(1, 0, out.SPLIT_BETWEEN)]


def test_a_delisting_ends_all_orders(trade_orders):
    rows = [flat(), flat(), flat(), flat()]
    panel = bars(rows, actions=[(2, 0, DELISTING, 1.0)])
    said = [(0, Order.limit("A", 10, 90.0, GTC)), (0, Bracket.around(Order.market("A", 1), 120.0, 80.0))]
    outcome = trade_orders(panel, said, RICH, FREE)
    assert states(outcome) == ["cancelled", "filled", "cancelled", "cancelled"]
    assert outcome.positions[0] == 0.0


def test_an_order_for_a_delisted_name_is_rejected(trade_orders):
    panel = bars([flat() for _ in range(4)], actions=[(1, 0, DELISTING, 1.0)])
    outcome = trade_orders(panel, [(2, Order.market("A", 10))], RICH, FREE)
    assert life(outcome, 0) == [OrderState.REJECTED]
    assert outcome.refusals.tolist() == [(2, 0, out.DELISTED)]
    assert outcome.equity_usd[-1] == RICH.capital_usd


def test_an_order_for_a_name_without_a_price_is_rejected(trade_orders):
    silent = (float("nan"),) * 4
    outcome = trade_orders(bars([silent, flat()]), [(0, Order.market("A", 10))], RICH, FREE)
    assert outcome.refusals.tolist() == [(0, 0, out.NO_PRICE)]
    assert states(outcome) == ["rejected"]


@pytest.mark.parametrize("volume", [0.0, float("nan"), -5.0])
def test_a_bar_without_volume_fills_nothing(trade_orders, volume):
    rows = [flat(), (100, 120, 80, 100, volume), flat()]
    said = [
        (0, Order.limit("A", 10, 95.0, GTC)),
        (0, Order.stop("A", 10, 105.0, GTC)),
        (0, Order.at_close("A", 10)),
        (0, Order.market("A", 1, GTC)),
    ]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(2, 1.0, 100.0)]
    assert states(outcome) == ["working", "working", "expired", "filled"]


@pytest.mark.parametrize("price", [0.0, -3.0, float("nan"), float("inf")])
def test_a_price_that_cannot_have_printed_sets_nothing_off(trade_orders, price):
    rows = [flat(), (100, 100, price, 100), flat()]
    outcome = trade_orders(bars(rows), [(0, Order.stop("A", -10, 95.0))], RICH, FREE)
    assert len(outcome.fills) == 0


def test_a_bar_whose_high_is_missing_still_knows_open_and_close(trade_orders):
    rows = [flat(), (100, float("nan"), 99, 104), flat()]
    outcome = trade_orders(bars(rows), [(0, Order.stop("A", 10, 103.0))], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 103.0)]


def test_orders_of_a_bar_share_its_volume(trade_orders):
    rows = [flat(), (100, 101, 98, 100, 15), (100, 101, 98, 100, 15)]
    said = [(0, Order.limit("A", 10, 99.0, GTC)), (0, Order.limit("A", 10, 99.0, GTC))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 99.0), (1, 5.0, 99.0), (2, 5.0, 99.0)]


def test_participation_caps_what_a_bar_fills(trade_orders):
    rows = [flat(), (100, 101, 98, 100, 50), (100, 101, 98, 100, 50)]
    capped = replace(FREE, participation=0.1)
    outcome = trade_orders(bars(rows), [(0, Order.market("A", 10, GTC))], RICH, capped)
    assert filled(outcome) == [(1, 5.0, 100.0), (2, 5.0, 100.0)]


def test_target_weights_come_first_at_the_open(trade_orders):
    from markets import wishes

    rows = [flat(), (100, 101, 98, 100, 12), flat()]
    poor = account(capital_usd=1_000.0, max_gross=10.0)
    said = [(0, Order.market("A", 10))]
    outcome = trade_orders(bars(rows), said, poor, FREE, wishes({0: 1.0}))
    assert filled(outcome) == [(1, 10.0, 100.0), (1, 2.0, 100.0)]
    assert outcome.orders["ticket"].tolist() == [0, -1]


@pytest.mark.parametrize(("gross", "shares"), [(0.5, 5.0), (1.0, 10.0), (2.0, 20.0), (10.0, 30.0)])
def test_the_gross_limit_cuts_an_order(trade_orders, gross, shares):
    poor = account(capital_usd=1_000.0, max_gross=gross)
    outcome = trade_orders(bars([flat(), flat()]), [(0, Order.market("A", 30))], poor, FREE)
    assert outcome.fills["qty"].tolist() == [shares]
    assert states(outcome) == ["filled" if shares == 30.0 else "cancelled"]


def test_a_reduction_is_never_cut(trade_orders):
    poor = account(capital_usd=1_000.0, max_gross=2.0)
    rows = [flat(), flat(), flat(60), flat(60)]
    said = [(0, Order.market("A", 20)), (2, Order.market("A", -20))]
    outcome = trade_orders(bars(rows), said, poor, FREE)
    assert outcome.positions[0] == 0.0


def test_the_reducing_half_of_a_turn_is_never_cut(trade_orders):
    poor = account(capital_usd=1_000.0, max_gross=1.0)
    said = [(0, Order.market("A", 10)), (1, Order.market("A", -40))]
    outcome = trade_orders(bars([flat(), flat(), flat()]), said, poor, FREE)
    assert outcome.fills["qty"].tolist() == [10.0, -20.0]


def test_other_positions_count_in_the_gross_limit(trade_orders):
    panel = market([[100.0, 50.0]] * 4)
    poor = account(capital_usd=1_000.0, max_gross=1.0)
    said = [(0, Order.market("A", 6)), (1, Order.market("B", 100))]
    outcome = trade_orders(panel, said, poor, FREE)
    assert outcome.fills["qty"].tolist() == [6.0, 8.0]


def test_a_size_of_a_billion_trades_what_the_bar_and_the_money_allow(trade_orders):
    outcome = trade_orders(bars([flat(), flat()]), [(0, Order.market("A", 1e9))], RICH, FREE)
    assert outcome.fills["qty"].tolist() == [100_000.0]
    assert outcome.equity_usd[-1] == pytest.approx(RICH.capital_usd)


@pytest.mark.parametrize(("size", "shares"), [(2.7, 2.0), (-2.7, -2.0), (1.0, 1.0)])
def test_parts_of_a_share_are_dropped_where_shares_are_whole(trade_orders, size, shares):
    outcome = trade_orders(bars([flat(), flat()]), [(0, Order.market("A", size))], RICH, FREE)
    assert outcome.fills["qty"].tolist() == [shares]


def test_parts_of_a_share_trade_where_they_are_allowed(trade_orders):
    outcome = trade_orders(bars([flat(), flat()]), [(0, Order.market("A", 2.7))], FRACTIONS, FREE)
    assert outcome.fills["qty"].tolist() == [2.7]


def test_less_than_one_whole_share_is_rejected(trade_orders):
    outcome = trade_orders(bars([flat(), flat()]), [(0, Order.market("A", 0.7))], RICH, FREE)
    assert outcome.refusals.tolist() == [(0, 0, out.UNDER_ONE_SHARE)]


@pytest.mark.parametrize("held", [0.0, 10.0])
def test_a_reduce_only_order_never_opens(trade_orders, held):
    said = [(0, Order.market("A", held))] if held else []
    said.append((1, Order("A", 5, reduce_only=True)))
    outcome = trade_orders(bars([flat(), flat(), flat()]), said, RICH, FREE)
    assert outcome.positions[0] == held
    assert out.NOTHING_TO_REDUCE in outcome.refusals["reason"].tolist()


def test_a_reduce_only_order_stops_at_zero(trade_orders):
    said = [(0, Order.market("A", 10)), (1, Order("A", -25, reduce_only=True))]
    outcome = trade_orders(bars([flat(), flat(), flat()]), said, RICH, FREE)
    assert outcome.positions[0] == 0.0
    assert outcome.fills["qty"].tolist() == [10.0, -10.0]


def test_ruin_cancels_all_orders(trade_orders):
    poor = account(capital_usd=1_000.0, max_gross=10.0)
    rows = [flat(), flat(), flat(80), flat(80), flat(80)]
    said = [(0, Order.market("A", 100)), (0, Order.limit("A", 1, 10.0, GTC))]
    outcome = trade_orders(bars(rows), said, poor, FREE)
    assert outcome.ruined_row == 2
    assert states(outcome)[1] == "cancelled"


def test_after_ruin_only_exits_are_taken(trade_orders):
    poor = account(capital_usd=1_000.0, max_gross=10.0)
    rows = [flat(), flat(), flat(80), flat(80), flat(80), flat(80)]
    said = [(0, Order.market("A", 100)), (2, Order.market("A", 5)), (2, Order.market("A", -500))]
    outcome = trade_orders(bars(rows), said, poor, FREE)
    assert states(outcome)[1] == "rejected"
    assert (2, 0, out.RUINED) in outcome.refusals.tolist()
    assert outcome.positions[0] == 0.0
    assert filled(outcome)[-1] == (3, -100.0, 80.0)


def test_liquidation_cancels_what_still_works(trade_orders):
    ends = replace(RICH, liquidate_at_end=True)
    said = [(0, Order.market("A", 10)), (0, Order.limit("A", 10, 90.0, GTC))]
    outcome = trade_orders(bars([flat(), flat(), flat(101)]), said, ends, FREE)
    assert states(outcome) == ["filled", "cancelled"]
    assert outcome.positions[0] == 0.0


def test_costs_are_charged_as_on_target_weights(trade_orders):
    dear = replace(FREE, half_spread_bps=10.0, commission_per_share_usd=0.01, commission_minimum_usd=1.0)
    outcome = trade_orders(bars([flat(), flat()]), [(0, Order.market("A", 500))], RICH, dear)
    fill = outcome.fills[0]
    assert fill["price"] == pytest.approx(100.1)
    assert fill["commission_usd"] == pytest.approx(5.0)
    assert outcome.cash_usd[-1] == pytest.approx(1e6 - 500 * 100.1 - 5.0)


@pytest.mark.parametrize(
    ("order", "price"),
    [
        (Order.stop("A", 10, 95.0), 98.0),
        (Order.limit("A", 10, 110.0), 104.0),
        (Order.stop("A", -10, 110.0), 104.0),
        (Order.limit("A", -10, 90.0), 98.0),
    ],
)
def test_without_an_open_nothing_trades_outside_the_bar(trade_orders, order, price):
    rows = [flat(), (float("nan"), 104, 98, 100), flat()]
    assert filled(trade_orders(bars(rows), [(0, order)], RICH, FREE)) == [(1, order.qty, price)]


@pytest.mark.parametrize("sign", [1, -1])
def test_without_an_open_a_stop_limit_that_was_jumped_waits_for_its_limit(trade_orders, sign):
    # The stop was jumped while nothing printed, and so was the limit.
    bar = (float("nan"), 112, 108, 110) if sign > 0 else (float("nan"), 92, 88, 90)
    order = Order("A", 10 * sign, OrderType.STOP_LIMIT, 100.0 + 5 * sign, 100.0 + 4 * sign)
    outcome = trade_orders(bars([flat(), bar, flat()]), [(0, order)], RICH, FREE)
    assert len(outcome.fills) == 0
    assert OrderState.TRIGGERED in life(outcome, 0)
