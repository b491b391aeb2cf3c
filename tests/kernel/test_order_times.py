"""How long orders work: times in force, sessions, auctions and their cut-off."""

from dataclasses import replace

import pytest
from markets import DAY_NS
from order_drivers import FREE, RICH, bars, filled, flat, life, states

from tradewright.kernel.inputs import BEGINS, ENDS, session_marks
from tradewright.values.order import Order, OrderState, OrderType, TimeInForce
from tradewright.values.panel import panel_of_closes

GTC, GTD, IOC, FOK = TimeInForce.GTC, TimeInForce.GTD, TimeInForce.IOC, TimeInForce.FOK
THIN = (100, 100, 100, 100, 4)


def test_a_day_order_works_for_one_session(trade_orders):
    rows = [flat(), flat(101), (98, 99, 97, 98)]
    outcome = trade_orders(bars(rows), [(0, Order.limit("A", 10, 99.0))], RICH, FREE)
    assert states(outcome) == ["expired"]
    assert outcome.events["row"].tolist() == [1, 1]


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_day_order_lives_to_the_end_of_its_session(trade_orders, row):
    # Three bars a day: rows 0-2 are one session, rows 3-5 the next.
    rows = [flat(101) for _ in range(6)]
    outcome = trade_orders(bars(rows, 3), [(row, Order.limit("A", 10, 99.0))], RICH, FREE)
    assert outcome.events["row"].tolist() == [row + 1, 2 if row < 2 else 5]


def test_a_day_order_fills_on_any_bar_of_its_session(trade_orders):
    rows = [flat(101), flat(101), flat(101), flat(101), flat(101), (100, 100, 98, 99)]
    outcome = trade_orders(bars(rows, 3), [(2, Order.limit("A", 10, 99.0))], RICH, FREE)
    assert filled(outcome) == [(5, 10.0, 99.0)]


def test_good_till_cancelled_works_on(trade_orders):
    rows = [flat(), *[flat(101) for _ in range(30)], (98, 99, 97, 98)]
    outcome = trade_orders(bars(rows), [(0, Order.limit("A", 10, 99.0, GTC))], RICH, FREE)
    assert filled(outcome) == [(31, 10.0, 98.0)]


def test_good_till_cancelled_still_works_when_the_data_ends(trade_orders):
    outcome = trade_orders(bars([flat(), flat(101)]), [(0, Order.limit("A", 10, 99.0, GTC))], RICH, FREE)
    assert states(outcome) == ["working"]


@pytest.mark.parametrize(("days", "fills"), [(1, False), (2, False), (3, True), (9, True)])
def test_good_till_date_works_on_bars_that_end_by_then(trade_orders, days, fills):
    # Row 2 ends just before day 3 begins.
    order = Order("A", 10, OrderType.LIMIT, 99.0, time_in_force=GTD, good_till=days * DAY_NS - 1)
    rows = [flat(), flat(101), (98, 99, 97, 98), flat(101)]
    outcome = trade_orders(bars(rows), [(0, order)], RICH, FREE)
    assert filled(outcome) == ([(2, 10.0, 98.0)] if fills else [])
    assert states(outcome) == ["filled" if fills else "expired"]


def test_good_till_a_date_that_has_passed_expires_at_once(trade_orders):
    order = Order("A", 10, OrderType.LIMIT, 99.0, time_in_force=GTD, good_till=5)
    outcome = trade_orders(bars([flat(), (98, 99, 97, 98)]), [(0, order)], RICH, FREE)
    assert life(outcome, 0) == [OrderState.WORKING, OrderState.EXPIRED]


def test_immediate_or_cancel_takes_what_there_is(trade_orders):
    order = Order.market("A", 10, IOC)
    outcome = trade_orders(bars([flat(), THIN, flat()]), [(0, order)], RICH, FREE)
    assert filled(outcome) == [(1, 4.0, 100.0)]
    assert life(outcome, 0) == [OrderState.WORKING, OrderState.PARTIALLY_FILLED, OrderState.CANCELLED]


def test_immediate_or_cancel_does_not_wait_for_its_limit(trade_orders):
    outcome = trade_orders(
        bars([flat(), (100, 101, 98, 99)]), [(0, Order.limit("A", 10, 99.0, IOC))], RICH, FREE
    )
    assert states(outcome) == ["cancelled"]
    assert len(outcome.fills) == 0


def test_immediate_or_cancel_at_a_marketable_limit(trade_orders):
    outcome = trade_orders(
        bars([flat(), (98, 101, 97, 99)]), [(0, Order.limit("A", 10, 99.0, IOC))], RICH, FREE
    )
    assert filled(outcome) == [(1, 10.0, 98.0)]


@pytest.mark.parametrize("volume", [4, 9, 9.99])
def test_fill_or_kill_takes_nothing_rather_than_a_part(trade_orders, volume):
    rows = [flat(), (100, 100, 100, 100, volume), flat()]
    outcome = trade_orders(bars(rows), [(0, Order.market("A", 10, FOK))], RICH, FREE)
    assert states(outcome) == ["cancelled"]
    assert len(outcome.fills) == 0


@pytest.mark.parametrize("volume", [10, 11, 1e6])
def test_fill_or_kill_takes_all_where_it_can(trade_orders, volume):
    rows = [flat(), (100, 100, 100, 100, volume), flat()]
    outcome = trade_orders(bars(rows), [(0, Order.market("A", 10, FOK))], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 100.0)]


def test_fill_or_kill_is_not_cut_by_the_gross_limit(trade_orders):
    poor = replace(RICH, capital_usd=500.0, max_gross=1.0)
    outcome = trade_orders(bars([flat(), flat()]), [(0, Order.market("A", 10, FOK))], poor, FREE)
    assert len(outcome.fills) == 0
    assert states(outcome) == ["cancelled"]


@pytest.mark.parametrize("kind", [IOC, FOK])
def test_at_once_means_the_next_bar_even_where_nothing_prints(trade_orders, kind):
    silent = (float("nan"),) * 4
    outcome = trade_orders(bars([flat(), silent, flat()]), [(0, Order.market("A", 10, kind))], RICH, FREE)
    assert states(outcome) == ["cancelled"]


def test_a_market_order_waits_where_nothing_prints(trade_orders):
    silent = (float("nan"),) * 4
    outcome = trade_orders(bars([flat(), silent, flat(101)]), [(0, Order.market("A", 10, GTC))], RICH, FREE)
    assert filled(outcome) == [(2, 10.0, 101.0)]


@pytest.mark.parametrize("row", [0, 1, 2])
def test_market_on_open_waits_for_a_session_to_begin(trade_orders, row):
    rows = [flat(100 + k) for k in range(7)]
    outcome = trade_orders(bars(rows, 3), [(row, Order.at_open("A", 10))], RICH, FREE)
    assert filled(outcome) == [(3, 10.0, 103.0)]


def test_market_on_open_ends_with_its_auction(trade_orders):
    outcome = trade_orders(bars([flat(), THIN, flat()]), [(0, Order.at_open("A", 10))], RICH, FREE)
    assert filled(outcome) == [(1, 4.0, 100.0)]
    assert states(outcome) == ["expired"]


def test_market_on_open_without_a_print_ends(trade_orders):
    rows = [flat(), (float("nan"), 101, 99, 100), flat()]
    outcome = trade_orders(bars(rows), [(0, Order.at_open("A", 10))], RICH, FREE)
    assert states(outcome) == ["expired"]
    assert len(outcome.fills) == 0


@pytest.mark.parametrize("row", [0, 1])
def test_market_on_close_takes_the_last_price_of_the_session(trade_orders, row):
    rows = [(100 + k, 101 + k, 99 + k, 100.5 + k) for k in range(6)]
    outcome = trade_orders(bars(rows, 3), [(row, Order.at_close("A", 10))], RICH, FREE)
    assert filled(outcome) == [(2, 10.0, 102.5)]


def test_market_on_close_said_at_the_close_waits_for_the_next_one(trade_orders):
    rows = [(100 + k, 101 + k, 99 + k, 100.5 + k) for k in range(6)]
    outcome = trade_orders(bars(rows, 3), [(2, Order.at_close("A", 10))], RICH, FREE)
    assert filled(outcome) == [(5, 10.0, 105.5)]


@pytest.mark.parametrize(("cutoff_hours", "row"), [(1, 2), (7.9, 2), (8.1, 5), (15, 5)])
def test_market_on_close_after_its_cut_off_waits_for_the_next_one(trade_orders, cutoff_hours, row):
    # Eight hours a bar: what is said at the close of row 1 comes eight hours before the auction.
    late = replace(FREE, auction_cutoff_s=cutoff_hours * 3600.0)
    rows = [(100 + k, 101 + k, 99 + k, 100.5 + k) for k in range(6)]
    outcome = trade_orders(bars(rows, 3), [(1, Order.at_close("A", 10))], RICH, late)
    assert filled(outcome) == [(row, 10.0, 100.5 + row)]


def test_market_on_close_ends_with_its_auction(trade_orders):
    outcome = trade_orders(bars([flat(), THIN, flat()]), [(0, Order.at_close("A", 10))], RICH, FREE)
    assert filled(outcome) == [(1, 4.0, 100.0)]
    assert states(outcome) == ["expired"]


def test_market_on_close_without_a_close_ends(trade_orders):
    rows = [flat(), (100, 101, 99, float("nan")), flat()]
    outcome = trade_orders(bars(rows), [(0, Order.at_close("A", 10))], RICH, FREE)
    assert states(outcome) == ["expired"]
    assert len(outcome.fills) == 0


def test_the_closing_auction_shares_the_bars_volume(trade_orders):
    rows = [flat(), (100, 101, 99, 100.5, 12)]
    said = [(0, Order.market("A", 10)), (0, Order.at_close("A", 10))]
    assert filled(trade_orders(bars(rows), said, RICH, FREE)) == [(1, 10.0, 100.0), (1, 2.0, 100.5)]


@pytest.mark.parametrize("bars_a_day", [1, 2, 3, 8])
def test_every_session_begins_once_and_ends_once(bars_a_day):
    marks = session_marks(bars([flat() for _ in range(24)], bars_a_day)).tolist()
    begins = [row for row, mark in enumerate(marks) if mark & BEGINS]
    ends = [row for row, mark in enumerate(marks) if mark & ENDS]
    assert begins == list(range(0, 24, bars_a_day))
    assert len(ends) == len(begins)
    assert ends[-1] == 23


def test_daily_rows_are_sessions_of_their_own():
    panel = panel_of_closes(bars([flat()] * 4).instants, ("A",), bars([flat()] * 4).close.copy())
    assert session_marks(panel).tolist() == [BEGINS + ENDS] * 4


def test_a_close_only_series_trades_at_its_closes(trade_orders):
    panel = panel_of_closes(
        bars([flat()] * 4).instants, ("A",), bars([flat(), flat(98), flat(105), flat(94)]).close.copy()
    )
    said = [
        (0, Order.limit("A", 10, 99.0)),
        (1, Order.stop("A", 10, 103.0)),
        (2, Order.market("A", -5)),
        (2, Order.at_open("A", 3)),
        (2, Order.at_close("A", 3)),
    ]
    outcome = trade_orders(panel, said, RICH, FREE)
    # A series of closes has no opening auction.
    assert filled(outcome) == [(1, 10.0, 98.0), (2, 10.0, 105.0), (3, -5.0, 94.0), (3, 3.0, 94.0)]
    assert states(outcome) == ["filled", "filled", "filled", "expired", "filled"]
