"""Brackets and one-cancels-other: what one order's fill does to the orders it is tied to."""

from dataclasses import replace

import pytest
from order_drivers import FREE, RICH, bars, filled, flat, life, states

from tradewright.values import outcome as out
from tradewright.values.order import (
    Bracket,
    Cancel,
    OneCancelsOther,
    Order,
    OrderState,
    OrderType,
    TimeInForce,
)

MARKET = Order.market("A", 10)
GTC = TimeInForce.GTC
FULL_LIFE = [OrderState.HELD, OrderState.WORKING, OrderState.FILLED]


def around(entry: Order = MARKET, target: float | None = 110.0, stop: float | None = 95.0) -> Bracket:
    """A bracket with a target above and a stop below."""
    return Bracket.around(entry, target, stop)


def test_exits_wait_until_the_entry_fills(trade_orders):
    rows = [flat(), flat(103), flat(104)]
    outcome = trade_orders(bars(rows), [(0, around(Order.limit("A", 10, 99.0, GTC)))], RICH, FREE)
    assert states(outcome) == ["working", "held", "held"]
    assert len(outcome.fills) == 0


def test_exits_work_from_the_fill_on(trade_orders):
    rows = [flat(), flat(100), flat(101)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert states(outcome) == ["filled", "working", "working"]


def test_the_target_ends_the_stop(trade_orders):
    rows = [flat(), flat(100), (105, 111, 104, 108)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 100.0), (2, -10.0, 110.0)]
    assert states(outcome) == ["filled", "filled", "cancelled"]
    assert life(outcome, 1) == FULL_LIFE


def test_the_stop_ends_the_target(trade_orders):
    rows = [flat(), flat(100), (99, 100, 94, 96)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 100.0), (2, -10.0, 95.0)]
    assert states(outcome) == ["filled", "cancelled", "filled"]


def test_a_gap_past_the_stop_fills_at_the_open(trade_orders):
    rows = [flat(), flat(100), (90, 115, 89, 112)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome)[1] == (2, -10.0, 90.0)


def test_a_gap_past_the_target_fills_at_the_open(trade_orders):
    rows = [flat(), flat(100), (115, 116, 90, 92)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome)[1] == (2, -10.0, 115.0)


def test_stop_and_target_inside_one_bar_are_read_against_the_strategy(trade_orders):
    rows = [flat(), flat(100), (100, 112, 94, 111)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome)[1] == (2, -10.0, 95.0)


def test_both_on_the_entrys_own_bar_are_read_against_the_strategy(trade_orders):
    rows = [flat(), (100, 112, 94, 111), flat(111)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 100.0), (1, -10.0, 95.0)]


def test_a_target_on_the_bar_of_an_entry_at_the_open_counts(trade_orders):
    rows = [flat(), (100, 112, 99, 111)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 100.0), (1, -10.0, 110.0)]


def test_a_target_inside_the_bar_of_an_entry_inside_it_waits(trade_orders):
    rows = [flat(), (104, 112, 98, 105), (106, 107, 104, 105)]
    bracket = around(Order.limit("A", 10, 99.0), 110.0, 95.0)
    outcome = trade_orders(bars(rows), [(0, bracket)], RICH, FREE)
    # The 112 may have printed before the 99 was met: nobody knows, so nobody earns it.
    assert filled(outcome) == [(1, 10.0, 99.0)]
    assert states(outcome)[1] == "working"


def test_a_stop_inside_the_bar_of_an_entry_inside_it_is_met(trade_orders):
    rows = [flat(), (100, 104, 94, 101)]
    bracket = around(Order.stop("A", 10, 102.0), 110.0, 95.0)
    outcome = trade_orders(bars(rows), [(0, bracket)], RICH, FREE)
    # The 94 may have printed before the 102: read against the strategy.
    assert filled(outcome) == [(1, 10.0, 102.0), (1, -10.0, 95.0)]


def test_exits_grow_with_their_entry(trade_orders):
    rows = [flat(), (*flat(100)[:4], 4), (*flat(100)[:4], 3), (99, 100, 94, 96)]
    bracket = around(replace(MARKET, time_in_force=GTC))
    outcome = trade_orders(bars(rows), [(0, bracket)], RICH, FREE)
    assert filled(outcome) == [(1, 4.0, 100.0), (2, 3.0, 100.0), (3, 3.0, 99.0), (3, -10.0, 95.0)]


def test_an_exit_ends_an_entry_that_still_works(trade_orders):
    rows = [flat(), (*flat(100)[:4], 4), (94, 95, 93, 94, 4), flat(94)]
    bracket = around(replace(MARKET, time_in_force=GTC))
    outcome = trade_orders(bars(rows), [(0, bracket)], RICH, FREE)
    # On row 2 the entry comes first and takes the four shares; then all eight are to be sold.
    assert outcome.positions[0] == 0.0
    assert states(outcome)[0] in ("cancelled", "filled")


def test_an_entry_that_expires_takes_its_exits_along(trade_orders):
    rows = [flat(), flat(101), flat(101)]
    outcome = trade_orders(bars(rows), [(0, around(Order.limit("A", 10, 99.0)))], RICH, FREE)
    assert states(outcome) == ["expired", "cancelled", "cancelled"]
    assert life(outcome, 2) == [OrderState.HELD, OrderState.CANCELLED]


def test_an_entry_that_is_cancelled_takes_its_exits_along(trade_orders):
    rows = [flat(), flat(101), flat(101)]
    said = [(0, around(Order.limit("A", 10, 99.0, GTC))), (1, Cancel(0))]
    assert states(trade_orders(bars(rows), said, RICH, FREE)) == ["cancelled"] * 3


def test_cancelling_an_entry_that_filled_in_part_leaves_its_exits(trade_orders):
    rows = [flat(), (*flat(100)[:4], 4), (*flat(100)[:4], 0), (99, 100, 94, 96)]
    said = [(0, around(replace(MARKET, time_in_force=GTC))), (1, Cancel(0))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(1, 4.0, 100.0), (3, -4.0, 95.0)]
    assert states(outcome) == ["cancelled", "cancelled", "filled"]


def test_cancelling_one_exit_leaves_the_other(trade_orders):
    rows = [flat(), flat(100), flat(100), (99, 111, 94, 96)]
    said = [(0, around()), (1, Cancel(2))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome)[1] == (3, -10.0, 110.0)
    assert states(outcome) == ["filled", "filled", "cancelled"]


def test_a_target_that_fills_in_part_shrinks_the_stop(trade_orders):
    rows = [flat(), flat(100), (105, 111, 104, 108, 4), (99, 100, 94, 96)]
    outcome = trade_orders(bars(rows), [(0, around())], RICH, FREE)
    assert filled(outcome)[1:] == [(2, -4.0, 110.0), (3, -6.0, 95.0)]
    assert outcome.positions[0] == 0.0
    assert states(outcome) == ["filled", "cancelled", "filled"]


def test_exits_only_reduce(trade_orders):
    # The position is sold by a plain order: the exits find nothing to reduce.
    rows = [flat(), flat(100), flat(100), (99, 100, 94, 96), flat(96)]
    said = [(0, around()), (1, Order.market("A", -10))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert outcome.positions[0] == 0.0
    assert states(outcome)[2] == "cancelled"
    assert out.NOTHING_TO_REDUCE in outcome.refusals["reason"].tolist()


def test_exits_sell_no_more_than_is_held(trade_orders):
    rows = [flat(), flat(100), flat(100), (99, 100, 94, 96), flat(96)]
    said = [(0, around()), (1, Order.market("A", -7))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome)[-1] == (3, -3.0, 95.0)
    assert outcome.positions[0] == 0.0


@pytest.mark.parametrize("exit_", ["target", "stop"])
def test_a_bracket_may_have_one_exit(trade_orders, exit_):
    rows = [flat(), flat(100), (105, 111, 94, 96)]
    bracket = around(MARKET, 110.0 if exit_ == "target" else None, 95.0 if exit_ == "stop" else None)
    outcome = trade_orders(bars(rows), [(0, bracket)], RICH, FREE)
    assert filled(outcome)[1] == (2, -10.0, 110.0 if exit_ == "target" else 95.0)


def test_a_short_bracket_is_the_mirror(trade_orders):
    rows = [flat(), flat(100), (95, 96, 89, 92)]
    bracket = Bracket.around(Order.market("A", -10), 90.0, 105.0)
    outcome = trade_orders(bars(rows), [(0, bracket)], RICH, FREE)
    assert filled(outcome) == [(1, -10.0, 100.0), (2, 10.0, 90.0)]


def test_a_trailing_exit_begins_at_the_entrys_price(trade_orders):
    stop = Order("A", -10, OrderType.TRAILING_STOP, trail_usd=5.0, time_in_force=GTC)
    rows = [flat(90), (100, 101, 99.5, 100), (100, 108, 99, 107), (106, 107, 102, 103)]
    outcome = trade_orders(bars(rows), [(0, Bracket(MARKET, None, stop))], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 100.0), (2, -10.0, 103.0)]


def test_two_brackets_do_not_disturb_each_other(trade_orders):
    rows = [flat(), flat(100), (105, 111, 104, 108), (106, 121, 105, 119)]
    said = [(0, around(MARKET, 110.0, 95.0)), (0, around(MARKET, 120.0, 90.0))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome)[2:] == [(2, -10.0, 110.0), (3, -10.0, 120.0)]
    assert states(outcome) == ["filled", "filled", "cancelled"] * 2


def test_one_cancels_other(trade_orders):
    pair = OneCancelsOther(Order.stop("A", 10, 103.0, GTC), Order.stop("A", -10, 97.0, GTC))
    rows = [flat(), flat(101), (102, 104, 101, 103), (100, 100, 95, 96)]
    outcome = trade_orders(bars(rows), [(0, pair)], RICH, FREE)
    assert filled(outcome) == [(2, 10.0, 103.0)]
    assert states(outcome) == ["filled", "cancelled"]


def test_one_cancels_other_in_parts_never_trades_more_than_its_size(trade_orders):
    pair = OneCancelsOther(Order.limit("A", -10, 103.0, GTC), Order.stop("A", -10, 97.0, GTC))
    rows = [flat(), (102, 104, 101, 103, 6), (100, 100, 95, 96)]
    said = [(0, pair)]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(1, -6.0, 103.0), (2, -4.0, 97.0)]
    assert states(outcome) == ["cancelled", "filled"]


def test_cancelling_one_of_a_pair_leaves_the_other(trade_orders):
    pair = OneCancelsOther(Order.limit("A", -10, 103.0, GTC), Order.stop("A", -10, 97.0, GTC))
    rows = [flat(), flat(100), flat(100), (100, 100, 95, 96)]
    outcome = trade_orders(bars(rows), [(0, pair), (1, Cancel(0))], RICH, FREE)
    assert states(outcome) == ["cancelled", "filled"]


def test_a_rejected_entry_rejects_its_exits(trade_orders):
    outcome = trade_orders(bars([flat(), flat()]), [(0, around(Order.market("A", 0.5), 110, 95))], RICH, FREE)
    assert states(outcome) == ["rejected"] * 3
    assert outcome.refusals["reason"].tolist() == [out.UNDER_ONE_SHARE]


def test_exits_of_a_cut_entry_cover_what_was_filled(trade_orders):
    poor = replace(RICH, capital_usd=500.0, max_gross=1.0)
    rows = [flat(), flat(100), (99, 100, 94, 96)]
    outcome = trade_orders(bars(rows), [(0, around())], poor, FREE)
    assert filled(outcome) == [(1, 5.0, 100.0), (2, -5.0, 95.0)]
    assert states(outcome) == ["cancelled", "cancelled", "filled"]
