"""Words that travel: amendments and cancellations that take milliseconds, and auctions that are shut."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import Traits, account, profile, wishes
from order_drivers import FREE, ORDER_DRIVERS, RICH, bars, filled, flat, life, states
from order_streams import draw_orders, orders_in

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel.session import Session
from tradewright.values import outcome as out
from tradewright.values.order import Amend, Bracket, Cancel, OneCancelsOther, Order, OrderState, TimeInForce
from tradewright.values.panel import SPLIT, panel_of_closes
from tradewright.values.reading import Reading

GTC = TimeInForce.GTC
# Every order and every word is a tenth of a second on its way.
SLOW = replace(FREE, latency_low_ms=100.0, latency_high_ms=100.0)
LIMIT, STOP = Order.limit("A", 10, 95.0, GTC), Order.stop("A", -10, 95.0, GTC)
# Closes that move, so that volatility is known; nothing comes near 95 on them.
CALM = [(100, 101, 99, 100 + row % 2) for row in range(8)]
GAP, DIP = (90, 91, 89, 90), (100, 101, 94, 99)
PROMPT_AND_SLOW = pytest.mark.parametrize("rules", [FREE, SLOW], ids=["prompt", "slow"])


# --- what the next open fills, no word of the close before it can change ----------------------------------


@PROMPT_AND_SLOW
def test_a_cancellation_saves_no_order_from_the_gap_before_it_arrives(trade_orders, rules):
    outcome = trade_orders(bars([*CALM, GAP]), [(1, LIMIT), (7, Cancel(0))], RICH, rules)
    assert filled(outcome) == ([(8, 10.0, 90.0)] if rules is SLOW else [])
    assert outcome.refusals.tolist() == ([(7, 0, out.TOO_LATE)] if rules is SLOW else [])


@PROMPT_AND_SLOW
def test_an_amendment_moves_no_stop_out_of_the_way_of_a_gap(trade_orders, rules):
    outcome = trade_orders(bars([*CALM, GAP]), [(1, STOP), (7, Amend(0, stop_usd=80.0))], RICH, rules)
    assert filled(outcome) == ([(8, -10.0, 90.0)] if rules is SLOW else [])


def test_an_amendment_enlarges_no_fill_at_the_open(trade_orders):
    outcome = trade_orders(bars([*CALM, GAP]), [(1, LIMIT), (7, Amend(0, qty=500.0))], RICH, SLOW)
    assert filled(outcome) == [(8, 10.0, 90.0)]
    assert states(outcome) == ["filled"]


def test_a_word_that_is_a_bar_late_is_late_for_that_bars_open_too(trade_orders):
    rules = replace(SLOW, latency_bars=1)
    said = [(1, LIMIT), (6, Cancel(0))]
    assert filled(trade_orders(bars([*CALM, GAP]), said, RICH, rules)) == [(8, 10.0, 90.0)]
    assert filled(trade_orders(bars([*CALM, CALM[0], GAP]), said, RICH, rules)) == []


@pytest.mark.parametrize("name", ["realistic", "stressed"])
def test_the_named_profiles_hear_words_after_the_open(trade_orders, name):
    said = [(1, replace(STOP, qty=-10)), (7, Amend(0, stop_usd=80.0))]
    rules = replace(PROFILES[name], reject_share=0.0)
    assert filled(trade_orders(bars([*CALM, GAP]), said, RICH, rules)) == [(8, -10.0, 90.0)]


# --- from then on they hold -------------------------------------------------------------------------------


def test_a_cancellation_is_there_before_the_bar_moves(trade_orders):
    outcome = trade_orders(bars([*CALM, DIP]), [(1, LIMIT), (7, Cancel(0))], RICH, SLOW)
    assert states(outcome) == ["cancelled"]
    assert outcome.events["row"].tolist() == [2, 8]


def test_an_amended_limit_is_met_inside_the_bar_at_its_new_price(trade_orders):
    outcome = trade_orders(bars([*CALM, DIP]), [(1, LIMIT), (7, Amend(0, limit_usd=98.5))], RICH, SLOW)
    assert filled(outcome) == [(8, 10.0, 98.5)]


def test_a_limit_amended_through_the_market_meets_the_open_as_a_new_order_would(trade_orders):
    panel = bars([*CALM, DIP])
    amended = trade_orders(panel, [(1, LIMIT), (7, Amend(0, limit_usd=105.0))], RICH, SLOW)
    fresh = trade_orders(panel, [(7, Order.limit("A", 10, 105.0, GTC))], RICH, SLOW)
    assert filled(amended) == filled(fresh) == [(8, 10.0, 100.0)]
    assert amended.fills["latency_usd"][0] == fresh.fills["latency_usd"][0] > 0.0
    assert amended.fills["price"][0] == fresh.fills["price"][0]


def test_a_stop_amended_through_the_market_is_set_off_at_the_open(trade_orders):
    outcome = trade_orders(bars([*CALM, DIP]), [(1, STOP), (7, Amend(0, stop_usd=105.0))], RICH, SLOW)
    assert filled(outcome) == [(8, -10.0, 100.0)]
    assert life(outcome, 0) == [OrderState.WORKING, OrderState.TRIGGERED, OrderState.FILLED]


def test_an_exit_amended_through_the_market_travels_as_any_order_does(trade_orders):
    bracket = Bracket.around(Order.market("A", 10), 110.0, 90.0)
    outcome = trade_orders(bars([*CALM, DIP]), [(1, bracket), (7, Amend(2, stop_usd=104.0))], RICH, SLOW)
    assert filled(outcome)[-1] == (8, -10.0, 100.0)
    assert outcome.fills["latency_ms"].tolist() == [100.0, 100.0]
    assert outcome.fills["latency_usd"][-1] > 0.0


def test_an_order_and_its_cancellation_arrive_in_the_order_they_were_sent(trade_orders):
    outcome = trade_orders(bars(CALM), [(1, Order.market("A", 10)), (1, Cancel(0))], RICH, SLOW)
    assert states(outcome) == ["filled"]
    assert outcome.refusals.tolist() == [(1, 0, out.TOO_LATE)]


def test_a_word_on_an_order_that_ended_long_ago_is_refused_where_nothing_works(trade_orders):
    said = [(0, Order.market("A", 10)), (5, Cancel(0)), (6, Amend(0, qty=4.0))]
    outcome = trade_orders(bars(CALM), said, RICH, SLOW)
    assert outcome.refusals.tolist() == [(5, 0, out.ORDER_ENDED), (6, 0, out.ORDER_ENDED)]


def test_words_of_one_close_are_heard_in_their_order(trade_orders):
    said = [(1, LIMIT), (7, Amend(0, limit_usd=98.5)), (7, Amend(0, qty=4.0)), (7, Amend(0, limit_usd=96.0))]
    assert filled(trade_orders(bars([*CALM, DIP]), said, RICH, SLOW)) == [(8, 4.0, 96.0)]


IN_FLIGHT = [(Amend(0, limit_usd=48.0), [out.SPLIT_BETWEEN]), (Cancel(0), [])]


@pytest.mark.parametrize(("word", "reasons"), IN_FLIGHT)
def test_a_split_before_the_open_overtakes_an_amendment(trade_orders, word, reasons):
    rows = [*CALM, (50, 51, 49, 50)]
    outcome = trade_orders(bars(rows, actions=[(8, 0, SPLIT, 2.0)]), [(1, LIMIT), (7, word)], RICH, SLOW)
    assert outcome.refusals["reason"].tolist() == reasons
    assert states(outcome) == ["working" if reasons else "cancelled"]


def test_on_closes_alone_a_word_has_a_bar_to_arrive(trade_orders):
    closes = np.array([[100.0], [101.0], [100.0], [90.0]])
    panel = panel_of_closes(bars([flat()] * 4).instants, ("A",), closes)
    assert states(trade_orders(panel, [(0, LIMIT), (2, Cancel(0))], RICH, SLOW)) == ["cancelled"]


def test_a_pair_keeps_its_tie_whatever_is_said_too_late(trade_orders):
    pair = OneCancelsOther(Order.limit("A", 10, 95.0, GTC), Order.stop("A", 10, 105.0, GTC))
    outcome = trade_orders(bars([*CALM, GAP, (106, 107, 105, 106)]), [(1, pair), (7, Cancel(1))], RICH, SLOW)
    assert filled(outcome) == [(8, 10.0, 90.0)]
    assert states(outcome) == ["filled", "cancelled"]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    cut=st.integers(1, 20),
    rules=st.sampled_from([PROFILES["realistic"], SLOW, replace(SLOW, participation=0.05)]),
    driver=st.sampled_from(["reference", "batch"]),
)
def test_no_cancellation_at_a_close_changes_a_fill_at_the_next_open(seed, cut, rules, driver):
    stream = draw_orders(seed, Traits(bars=22, acts=3, volume=500.0), account(capital_usd=1e5), rules)
    said = [(row, word) for row, word in stream.said if row <= cut]
    last = stream.panel.rows(0, cut + 2)
    panel = replace(last, **{name: untold(getattr(last, name)) for name in ("high", "low", "close")})
    tickets = sum(len(orders_in(word)) for _, word in said)
    ending = [(cut, Cancel(ticket)) for ticket in range(tickets)]
    calm = replace(stream.account, liquidate_at_end=False)
    one, other = (ORDER_DRIVERS[driver](panel, words, calm, rules) for words in (said, [*said, *ending]))
    assert first_fills(one) == first_fills(other)


def first_fills(outcome) -> dict[tuple, tuple]:
    """The first fill of every order on each row: another one on the same row comes inside the bar."""
    found: dict[tuple, tuple] = {}
    for fill in outcome.fills:
        found.setdefault((int(fill["order_id"]), int(fill["row"])), fill.tolist())
    return found


def untold(column: np.ndarray) -> np.ndarray:
    """The same prices, but of the last bar nothing: it has its open alone."""
    told = column.copy()
    told[-1] = np.nan
    return told


def test_an_exit_amended_while_it_is_held_still_waits_at_the_market(trade_orders):
    bracket = Bracket.around(Order.limit("A", 10, 95.0, GTC), 120.0, 90.5)
    said = [(1, bracket), (7, Amend(2, stop_usd=90.5))]
    outcome = trade_orders(bars([*CALM, CALM[0], GAP]), said, RICH, SLOW)
    assert filled(outcome) == [(9, 10.0, 90.0), (9, -10.0, 90.0)]
    assert outcome.fills["latency_ms"].tolist() == [100.0, 0.0]


# --- under every other rule -------------------------------------------------------------------------------


def test_a_quiet_stretch_between_two_words_changes_nothing(trade_orders):
    # The compiled loop glides over bars that reach no order; a word wakes it, and so does the bar after it.
    quiet = [(100, 101, 99, 100 + row % 2) for row in range(60)]
    said = [(1, LIMIT), (30, Amend(0, limit_usd=97.0)), (50, Amend(0, limit_usd=96.0))]
    outcome = trade_orders(bars([*quiet, (100, 101, 96.5, 100), GAP]), said, RICH, SLOW)
    assert filled(outcome) == [(61, 10.0, 90.0)]


def test_many_words_that_are_all_too_late_make_the_records_grow(trade_orders):
    said = [(0, Order.market("A", 1))] + [(row, Cancel(0)) for row in range(1, 299) for _ in range(3)]
    outcome = trade_orders(bars([flat() for _ in range(300)]), said, RICH, SLOW)
    assert outcome.refusals["row"].tolist() == [row for row, _ in said[1:]]
    assert set(outcome.refusals["reason"].tolist()) == {out.ORDER_ENDED}


@pytest.mark.parametrize("reading", Reading)
def test_every_reading_hears_words_after_the_open(trade_orders, reading):
    said = [(1, LIMIT), (2, STOP), (7, Cancel(0)), (7, Amend(1, stop_usd=70.0))]
    outcome = trade_orders(bars([*CALM, GAP]), said, RICH, SLOW, None, reading)
    assert filled(outcome) == [(8, 10.0, 90.0), (8, -10.0, 90.0)]


@pytest.mark.parametrize(("limit", "row"), [(18.0, None), (19.2, 9), (20.0, 8), (30.0, 8)])
def test_a_limit_amended_abroad_arrives_at_the_rate_of_its_bar(trade_orders, limit, row):
    # Quoted at 20, at two dollars each up to row 7 and three from row 8 on: 40 dollars, then 60.
    rates = np.where(np.arange(10)[:, None] < 8, 2.0, 3.0)
    quoted = bars([*[(20, 20.5, 19.5, 20 + 0.1 * (row % 2)) for row in range(9)], (20, 20, 19, 20)])
    told = {name: getattr(quoted, name) * rates for name in ("open", "high", "low", "close")}
    panel = replace(quoted, **told, rates=rates)
    # A word counts in the account's money, at the rate that was known when it was said.
    said = [(1, Order.limit("A", 10, 20.0, GTC)), (7, Amend(0, limit_usd=2.0 * limit))]
    outcome = trade_orders(panel, said, RICH, SLOW)
    assert [at for at, _, _ in filled(outcome)] == ([] if row is None else [row])
    assert all(fill["price"] <= 3.0 * limit for fill in outcome.fills)


def test_a_working_order_shows_its_old_price_until_the_word_has_arrived():
    session = Session(bars([*CALM, *CALM]), RICH, SLOW)
    session.advance(1)
    session.submit(LIMIT)
    session.advance(3)
    session.submit(Amend(0, limit_usd=96.0))
    assert [one.limit_usd for one in session.working_orders] == [95.0]
    session.advance(4)
    assert [one.limit_usd for one in session.working_orders] == [96.0]
    session.submit(Cancel(0))
    assert [one.state for one in session.working_orders] == [OrderState.WORKING]
    session.advance(5)
    assert session.working_orders == ()


def test_target_weights_of_the_same_close_trade_before_a_word_is_heard(trade_orders):
    # The weight sells at the open what the exit would have sold; its cancellation comes after both.
    said = [(0, Order.market("A", 10)), (1, replace(STOP, reduce_only=True)), (7, Cancel(1))]
    decisions = wishes({7: 0.0})
    outcome = trade_orders(bars([*CALM, GAP]), said, RICH, SLOW, decisions)
    assert filled(outcome)[1:] == [(8, -10.0, 90.0)]
    assert outcome.refusals["reason"].tolist() == [out.NOTHING_TO_REDUCE, out.TOO_LATE]


@pytest.mark.parametrize("qty", [9.0, 400.0])
def test_an_amendment_that_ends_an_order_or_outgrows_the_bar_is_taken_as_said(trade_orders, qty):
    thin = [(*bar, 90.0) for bar in CALM]
    said = [(1, replace(LIMIT, limit_usd=100.5, qty=300.0)), (2, Amend(0, qty=qty))]
    outcome = trade_orders(bars(thin), said, RICH, SLOW)
    # Rows 2 and 3 gave 90 each before the word arrived; 9 is less than what was filled by then.
    assert sum(shares for _, shares, _ in filled(outcome)) == (180.0 if qty == 9.0 else 400.0)
    assert states(outcome) == ["cancelled" if qty == 9.0 else "filled"]


# --- the closing auction takes no word after its cut-off ---------------------------------------------------

# Four bars a day: rows 0 to 3 are a session; the close of row 2 is six hours before its end.
DAY = [(100, 101, 99, 100)] * 8
MOC = Order.at_close("A", 10)


def closing(hours: float):
    """A profile whose closing auction is shut so many hours before it."""
    return replace(FREE, auction_cutoff_s=hours * 3600.0)


@pytest.mark.parametrize("word", [Amend(0, qty=1000.0), Amend(0, qty=4.0), Cancel(0)])
@pytest.mark.parametrize(("hours", "is_heard"), [(0.0, True), (5.9, True), (6.1, False), (12.0, False)])
def test_the_cut_off_binds_later_words_as_it_binds_orders(trade_orders, word, hours, is_heard):
    outcome = trade_orders(bars(DAY, 4), [(0, MOC), (2, word)], RICH, closing(hours))
    wanted = {Cancel: [], Amend: [(3, getattr(word, "qty", None), 100.0)]}[type(word)]
    assert filled(outcome) == (wanted if is_heard else [(3, 10.0, 100.0)])
    assert outcome.refusals.tolist() == ([] if is_heard else [(2, 0, out.PAST_CUTOFF)])


@pytest.mark.parametrize("word", [Amend(0, qty=40.0), Cancel(0)])
def test_an_order_too_late_for_this_auction_can_still_be_changed(trade_orders, word):
    outcome = trade_orders(bars(DAY, 4), [(1, MOC), (2, word)], RICH, closing(13.0))
    assert filled(outcome) == ([(7, 40.0, 100.0)] if isinstance(word, Amend) else [])
    assert len(outcome.refusals) == 0


def test_the_cut_off_binds_no_other_order(trade_orders):
    said = [(0, Order.limit("A", 10, 95.0)), (2, Cancel(0))]
    assert states(trade_orders(bars(DAY, 4), said, RICH, closing(23.0))) == ["cancelled"]


def test_a_slow_word_is_shut_out_as_a_prompt_one_is(trade_orders):
    rules = replace(closing(7.0), latency_low_ms=100.0, latency_high_ms=100.0)
    outcome = trade_orders(bars(DAY, 4), [(0, MOC), (2, Amend(0, qty=1000.0))], RICH, rules)
    assert filled(outcome) == [(3, 10.0, 100.0)]
    assert outcome.refusals["reason"].tolist() == [out.PAST_CUTOFF]


def test_the_refusal_says_that_the_order_stays(trade_orders):
    assert "stays as it was" in out.REFUSAL_NAMES[out.PAST_CUTOFF]
    said = [(0, MOC), (2, Cancel(0)), (3, Cancel(0))]
    outcome = trade_orders(bars(DAY, 4), said, RICH, closing(7.0))
    assert outcome.refusals["reason"].tolist() == [out.PAST_CUTOFF, out.ORDER_ENDED]


# --- one price for everybody in an auction ------------------------------------------------------------------

NIGHT_NS = 60 * 10**9


def after_a_night(rows, bars_a_day=1):
    """The same bars, each of them opening a minute after the close before it."""
    panel = bars(rows, bars_a_day)
    return replace(panel, opens_at=panel.opens_at + NIGHT_NS)


@pytest.mark.parametrize("name", ["realistic", "stressed"])
@pytest.mark.parametrize("order", [Order.at_open("A", 1000), Order.at_close("A", 1000)])
def test_an_auction_has_one_price_whatever_the_latency(trade_orders, name, order):
    rules = replace(PROFILES[name], reject_share=0.0)
    outcome = trade_orders(after_a_night([*CALM, (100, 101, 99.5, 100.5)]), [(7, order)], RICH, rules)
    (fill,) = outcome.fills
    assert fill["row"] == 8
    assert fill["latency_usd"] == 0.0 < fill["latency_ms"]
    assert fill["price"] == pytest.approx(
        fill["reference"] + (fill["spread_usd"] + fill["impact_usd"]) / 1000
    )


def test_a_market_order_beside_it_still_drifts(trade_orders):
    outcome = trade_orders(after_a_night([*CALM, DIP]), [(7, Order.market("A", 10))], RICH, SLOW)
    assert outcome.fills["latency_usd"][0] > 0.0


@pytest.mark.parametrize(("latency_ms", "row"), [(59_999.0, 8), (60_001.0, 9)])
def test_an_order_that_misses_the_opening_auction_waits_for_the_next(trade_orders, latency_ms, row):
    rules = replace(FREE, latency_low_ms=latency_ms, latency_high_ms=latency_ms)
    outcome = trade_orders(after_a_night([*CALM, DIP, DIP]), [(7, Order.at_open("A", 10))], RICH, rules)
    assert [(at, qty) for at, qty, _ in filled(outcome)] == [(row, 10.0)]
    assert outcome.fills["latency_usd"].tolist() == [0.0]


@pytest.mark.parametrize("word", [Cancel(0), Amend(0, qty=1.0)])
@pytest.mark.parametrize("latency_ms", [100.0, 59_999.0, 60_001.0])
def test_a_word_on_an_order_for_the_auction_has_the_night_too(trade_orders, word, latency_ms):
    # Four bars a day: the order of row 5 waits for the open of row 8, the word of row 7 is in time or not.
    rules = replace(FREE, latency_low_ms=latency_ms, latency_high_ms=latency_ms)
    panel = after_a_night([*CALM, DIP, DIP], 4)
    outcome = trade_orders(panel, [(5, Order.at_open("A", 10)), (7, word)], RICH, rules)
    changed = [] if isinstance(word, Cancel) else [(8, 1.0, 100.0)]
    assert filled(outcome) == (changed if latency_ms < 60_000.0 else [(8, 10.0, 100.0)])


def test_without_a_night_an_auction_is_over_before_a_slow_order_arrives(trade_orders):
    said = [(7, Order.at_open("A", 10))]
    assert [row for row, _, _ in filled(trade_orders(bars([*CALM, DIP, DIP]), said, RICH, SLOW))] == [9]
    assert [row for row, _, _ in filled(trade_orders(bars([*CALM, DIP, DIP]), said, RICH, profile()))] == [8]
