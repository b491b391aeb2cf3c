"""Amendments, cancellations and the time they take to arrive."""

from dataclasses import replace

import pytest
from order_drivers import FREE, RICH, bars, filled, flat, life, states

from tradewright.kernel.session import Session
from tradewright.values import outcome as out
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.order import (
    Amend,
    Bracket,
    Cancel,
    OneCancelsOther,
    Order,
    OrderState,
    OrderType,
    TimeInForce,
)

GTC = TimeInForce.GTC
LIMIT = Order.limit("A", 10, 95.0, GTC)
CALM = [flat() for _ in range(8)]
DIP = (100, 101, 94, 99)


def slow(bars_late: int):
    """A profile whose words take longer."""
    return replace(FREE, latency_bars=bars_late)


def test_a_cancelled_order_never_fills(trade_orders):
    outcome = trade_orders(bars([*CALM[:2], DIP, DIP]), [(0, LIMIT), (1, Cancel(0))], RICH, FREE)
    assert states(outcome) == ["cancelled"]
    assert outcome.events["row"].tolist() == [1, 2]


def test_a_cancellation_comes_too_late_for_the_bar_before_it(trade_orders):
    outcome = trade_orders(bars([CALM[0], DIP, DIP]), [(0, LIMIT), (1, Cancel(0))], RICH, FREE)
    assert filled(outcome) == [(1, 10.0, 95.0)]
    assert outcome.refusals.tolist() == [(1, 0, out.ORDER_ENDED)]


def test_cancelling_twice_is_refused_the_second_time(trade_orders):
    said = [(0, LIMIT), (1, Cancel(0)), (1, Cancel(0)), (2, Cancel(0))]
    outcome = trade_orders(bars(CALM), said, RICH, FREE)
    assert outcome.refusals["reason"].tolist() == [out.ORDER_ENDED] * 2


def test_an_order_and_its_cancellation_said_at_once_cancel_out(trade_orders):
    outcome = trade_orders(bars([CALM[0], DIP]), [(0, LIMIT), (0, Cancel(0))], RICH, FREE)
    assert life(outcome, 0) == [OrderState.WORKING, OrderState.CANCELLED]
    assert len(outcome.fills) == 0


def test_an_amended_limit_works_at_its_new_price(trade_orders):
    said = [(0, LIMIT), (1, Amend(0, limit_usd=93.0)), (3, Amend(0, limit_usd=99.0))]
    outcome = trade_orders(bars([*CALM[:2], DIP, CALM[0], (98, 100, 97, 99)]), said, RICH, FREE)
    assert filled(outcome) == [(4, 10.0, 98.0)]


def test_an_amended_stop_works_at_its_new_price(trade_orders):
    said = [(0, Order.stop("A", -10, 95.0, GTC)), (1, Amend(0, stop_usd=99.5))]
    outcome = trade_orders(bars([*CALM[:2], (100, 101, 99, 100)]), said, RICH, FREE)
    assert filled(outcome) == [(2, -10.0, 99.5)]


@pytest.mark.parametrize("qty", [4.0, 25.0])
def test_an_amended_size_is_the_whole_size(trade_orders, qty):
    said = [(0, LIMIT), (1, Amend(0, qty=qty))]
    outcome = trade_orders(bars([*CALM[:2], DIP]), said, RICH, FREE)
    assert filled(outcome) == [(2, qty, 95.0)]
    assert states(outcome) == ["filled"]


def test_what_was_filled_is_part_of_an_amended_size(trade_orders):
    rows = [CALM[0], (100, 101, 94, 99, 6), CALM[0], DIP]
    outcome = trade_orders(bars(rows), [(0, LIMIT), (1, Amend(0, qty=8.0))], RICH, FREE)
    assert filled(outcome) == [(1, 6.0, 95.0), (3, 2.0, 95.0)]


@pytest.mark.parametrize("qty", [6.0, 3.0])
def test_amending_to_no_more_than_was_filled_ends_the_order(trade_orders, qty):
    rows = [CALM[0], (100, 101, 94, 99, 6), CALM[0], DIP]
    outcome = trade_orders(bars(rows), [(0, LIMIT), (1, Amend(0, qty=qty))], RICH, FREE)
    assert filled(outcome) == [(1, 6.0, 95.0)]
    assert states(outcome) == ["cancelled"]


def test_amending_an_order_that_ended_is_refused(trade_orders):
    outcome = trade_orders(bars([CALM[0], DIP, DIP]), [(0, LIMIT), (1, Amend(0, qty=4.0))], RICH, FREE)
    assert outcome.refusals.tolist() == [(1, 0, out.ORDER_ENDED)]


def test_an_exit_can_be_amended_while_it_waits(trade_orders):
    bracket = Bracket.around(Order.limit("A", 10, 98.0, GTC), 110.0, 95.0)
    said = [(0, bracket), (1, Amend(2, stop_usd=90.0))]
    rows = [*CALM[:3], (99, 100, 97, 99), (96, 97, 94, 95), (92, 93, 89, 90)]
    assert filled(trade_orders(bars(rows), said, RICH, FREE)) == [(3, 10.0, 98.0), (5, -10.0, 90.0)]


@pytest.mark.parametrize("late", [0, 1, 3])
def test_an_order_arrives_as_late_as_the_profile_says(trade_orders, late):
    rows = [flat(100 + k) for k in range(8)]
    outcome = trade_orders(bars(rows), [(1, Order.market("A", 10))], RICH, slow(late))
    assert filled(outcome) == [(2 + late, 10.0, 102.0 + late)]


@pytest.mark.parametrize("late", [0, 1, 2])
def test_a_cancellation_arrives_as_late_as_the_profile_says(trade_orders, late):
    # The price comes on row 4; the cancellation of row 2 arrives at row 3 + late.
    rows = [*CALM[:4], DIP, CALM[0]]
    outcome = trade_orders(bars(rows), [(0, LIMIT), (2, Cancel(0))], RICH, slow(late))
    assert states(outcome) == ["cancelled" if late < 2 else "filled"]


@pytest.mark.parametrize("late", [0, 1, 2])
def test_an_amendment_arrives_as_late_as_the_profile_says(trade_orders, late):
    rows = [*CALM[:4], (98, 99, 97, 98), CALM[0]]
    outcome = trade_orders(bars(rows), [(0, LIMIT), (2, Amend(0, limit_usd=98.5))], RICH, slow(late))
    assert bool(len(outcome.fills)) == (late < 2)


def test_an_order_still_on_its_way_when_the_data_ends_is_no_order(trade_orders):
    outcome = trade_orders(bars(CALM[:3]), [(1, Order.market("A", 10))], RICH, slow(2))
    assert len(outcome.orders) == 0


def test_tickets_are_given_in_the_order_of_what_was_said():
    session = Session(bars(CALM), RICH, FREE)
    session.advance(0)
    assert session.submit(LIMIT) == (0,)
    assert session.submit(Bracket.around(Order.market("A", 1), 110.0, 90.0)) == (1, 2, 3)
    pair = OneCancelsOther(Order.stop("A", 1, 105.0), Order.stop("A", -1, 95.0))
    assert session.submit(LIMIT, pair) == (4, 5, 6)
    assert session.submit(Cancel(0)) == ()
    session.advance(1)
    assert session.submit(LIMIT) == (7,)


def test_a_session_shows_its_working_orders():
    session = Session(bars([*CALM[:2], DIP, *CALM]), RICH, FREE)
    session.advance(0)
    session.submit(replace(LIMIT, tag="dip"), Order.stop("A", -10, 90.0, GTC))
    on_their_way = session.working_orders
    assert [one.state for one in on_their_way] == [OrderState.PENDING] * 2
    assert on_their_way[0].tag == "dip"
    session.advance(1)
    first, second = session.working_orders
    assert (first.ticket, first.state, first.limit_usd, first.stop_usd) == (0, OrderState.WORKING, 95.0, None)
    assert (second.ticket, second.type, second.stop_usd) == (1, OrderType.STOP, 90.0)
    assert first.remaining_qty == 10.0
    session.advance(2)
    assert [one.ticket for one in session.working_orders] == [1]
    session.submit(Cancel(1))
    session.advance(3)
    assert session.working_orders == ()


def test_a_session_shows_what_is_left_of_an_order():
    session = Session(bars([CALM[0], (100, 101, 94, 99, 6), CALM[0]]), RICH, FREE)
    session.advance(0)
    session.submit(LIMIT)
    session.advance(1)
    (one,) = session.working_orders
    assert (one.qty, one.filled_qty, one.remaining_qty) == (10.0, 6.0, 4.0)
    assert one.state is OrderState.PARTIALLY_FILLED


def test_an_exit_names_its_entry():
    session = Session(bars(CALM), RICH, FREE)
    session.advance(0)
    session.submit(Bracket.around(LIMIT, 110.0, 90.0))
    session.advance(1)
    assert [one.entry for one in session.working_orders] == [None, 0, 0]
    assert [one.state for one in session.working_orders[1:]] == [OrderState.HELD] * 2


def test_nothing_can_be_said_before_the_first_bar_or_after_the_end():
    session = Session(bars(CALM), RICH, FREE)
    with pytest.raises(InvalidOption, match="outside the session"):
        session.submit(LIMIT)
    session.advance(0)
    session.finish()
    with pytest.raises(InvalidOption, match="outside the session"):
        session.submit(LIMIT)


def test_a_symbol_that_is_not_in_the_panel_is_refused_with_the_nearest(trade_orders):
    with pytest.raises(UnknownName, match="'B' is not a symbol of this panel"):
        trade_orders(bars(CALM), [(0, Order.market("B", 1))], RICH, FREE)


@pytest.mark.parametrize("word", [Cancel(1), Amend(1, qty=4.0)])
def test_a_ticket_that_was_never_given_is_refused(trade_orders, word):
    with pytest.raises(InvalidOption, match="Ticket 1 was never given"):
        trade_orders(bars(CALM), [(0, LIMIT), (1, word)], RICH, FREE)


@pytest.mark.parametrize(
    ("word", "what"),
    [
        (Amend(0, stop_usd=90.0), "has no stop_usd"),
        (Amend(0, qty=-4.0), "turns its side"),
        (Amend(2, qty=-4.0), "tied to"),
        (Amend(1, limit_usd=90.0), "has no limit_usd"),
    ],
)
def test_an_amendment_that_does_not_fit_its_order_is_refused(trade_orders, word, what):
    said = [(0, LIMIT), (0, Bracket.around(Order.market("A", 10), 110.0, 90.0)), (1, word)]
    with pytest.raises(InvalidOption, match=what):
        trade_orders(bars(CALM), said, RICH, FREE)


@pytest.mark.parametrize("row", [-1, 8, 100])
def test_a_row_outside_the_panel_is_refused(row):
    from tradewright.kernel.batch import simulate_orders

    with pytest.raises(InvalidOption, match=f"row {row} of a panel of 8 rows"):
        simulate_orders(bars(CALM), [(row, LIMIT)], RICH, FREE)


def test_words_are_said_in_the_order_of_their_rows():
    from tradewright.kernel.batch import simulate_orders

    with pytest.raises(InvalidOption, match="row 1 after one of row 3"):
        simulate_orders(bars(CALM), [(3, LIMIT), (1, LIMIT)], RICH, FREE)


def test_many_words_make_the_records_grow(trade_orders):
    rows = [flat() for _ in range(300)]
    said = [(row, Order.market("A", 1 if row % 2 else -1)) for row in range(299)]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert outcome.orders["ticket"].tolist() == list(range(299))
    assert len(outcome.fills) == 299
