"""Words behind the gate: amendments, cancels and exits are asked for and counted alike by both twins."""

from dataclasses import replace

import numpy as np
import pytest
from gated import (
    EARLY,
    FALL,
    FLAT,
    KILLED,
    LIVE,
    LONG,
    NOTHING,
    RICH,
    SLOW,
    WIDE,
    both,
    said,
    stop,
    streams,
    waiting,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import market, profile, wishes
from order_drivers import bars

from tradewright.execution.checks.contract import GATEWAY
from tradewright.runs.gate.plain import decision_of
from tradewright.values.decisions import no_decisions
from tradewright.values.order import Amend, Cancel, Order, OrderType, TimeInForce
from tradewright.values.outcome import (
    CANCELLED,
    FILLED,
    PAST_CUTOFF,
    WORKING,
)


@pytest.mark.parametrize("costs", [profile(), SLOW], ids=["prompt", "slow"])
def test_an_amendment_that_the_gate_refuses_leaves_the_order_whenever_it_arrives(costs):
    words = (0, waiting("A", 100.0, 90.0)), (1, Amend(0, qty=1e6, limit_usd=101.0))
    decisions = replace(no_decisions(1), said=words)
    outcome, record = both(FLAT, decisions, RICH, costs, LIVE[0])
    assert record.log["row"].tolist() == [0, 1]
    assert outcome.orders["qty"].tolist() == [100.0]
    assert len(outcome.fills) == 0  # at its new price it would have met the open
    assert outcome.refusals["reason"].tolist() == [GATEWAY + record.log["code"][1]]


def test_a_slow_amendment_is_judged_by_what_the_open_left():
    # Ninety shares fill at the open of row 2; a word of row 1 then asks for what is left of its size alone.
    falls = market([100.0] * 2 + [80.0] * 6, volume=[90.0] * 8)
    words = (0, waiting("A", 100.0, 90.0)), (1, Amend(0, qty=150.0))
    for costs, asked in ((profile(), 150.0), (SLOW, 60.0)):
        decisions = replace(no_decisions(1), said=words)
        outcome, record = both(falls, decisions, RICH, costs, NOTHING)
        assert record.log["admitted"].tolist() == [100.0, asked]
        assert outcome.positions.tolist() == [150.0]


@pytest.mark.parametrize("costs", [profile(), SLOW], ids=["prompt", "slow"])
def test_whoever_cancels_a_stop_after_the_kill_and_sells_at_the_market_is_out(costs):
    # The sale is no more than is held once the stop is left out: its cancellation is already on the way.
    words = LONG, (1, stop(-5_000.0, 60.0)), (3, Cancel(1)), (3, Order.market("A", -5_000.0))
    outcome, record = both(FALL, replace(no_decisions(2), said=words), RICH, costs, KILLED)
    asked = record.log[record.log["is_cancel"] == 0]
    assert asked["code"].tolist() == [0, 0, 0]
    assert outcome.positions.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("costs", [profile(), SLOW], ids=["prompt", "slow"])
def test_a_sale_said_before_the_cancellation_is_asked_for_beside_the_stop(costs):
    # Words are taken in their order: at that moment both would sell the same shares.
    words = LONG, (1, stop(-5_000.0, 60.0)), (3, Order.market("A", -5_000.0)), (3, Cancel(1))
    outcome, record = both(FALL, replace(no_decisions(2), said=words), RICH, costs, KILLED)
    asked = record.log[record.log["is_cancel"] == 0]
    assert asked["code"].tolist()[:2] == [0, 0] and asked["code"][2] > 0
    assert asked["working_sells"].tolist() == [0.0, 0.0, 5_000.0]
    assert outcome.refusals["reason"].tolist() == [GATEWAY + asked["code"][2]]


def test_what_is_being_cancelled_is_out_of_the_book_and_nothing_else_is():
    others = (0, waiting("A", 100.0, 80.0)), (0, waiting("A", 30.0, 81.0))
    words = *others, (1, Cancel(0)), (1, waiting("A", 7.0, 82.0)), (2, waiting("A", 7.0, 83.0))
    for costs in (profile(), SLOW):
        decisions = replace(no_decisions(1), said=words)
        _, record = both(FLAT, decisions, RICH, costs, LIVE[0])
        asked = record.log[record.log["is_cancel"] == 0]
        assert asked["working_buys"].tolist() == [0.0, 100.0, 30.0, 37.0]
        assert asked["working_orders"].tolist() == [0, 1, 1, 2]


def test_an_order_whose_cancellation_comes_too_late_for_the_auction_stays_in_the_book():
    hours = 8 * 3600 * 10**9
    panel = replace(
        market([100.0] * 8), opens_at=np.arange(8) * hours, instants=(np.arange(8) + 1) * hours - 1
    )
    costs = replace(SLOW, auction_cutoff_s=9 * 3600.0)
    words = (
        (2, Order.at_close("A", 50.0)),
        (4, Cancel(0)),
        (4, waiting("A", 7.0, 82.0)),
        (5, waiting("A", 7.0, 83.0)),
    )
    outcome, record = both(panel, replace(no_decisions(1), said=words), RICH, costs, NOTHING)
    asked = record.log[record.log["is_cancel"] == 0]
    assert outcome.refusals.tolist() == [(4, 0, PAST_CUTOFF)]
    assert outcome.positions.tolist() == [50.0]
    # The word is refused where it is said: the auction will fill the order, and has by the next decision.
    assert asked["working_buys"].tolist() == [0.0, 50.0, 7.0]
    assert asked["position"].tolist() == [0.0, 0.0, 50.0]


@given(
    stream=streams,
    limits=st.sampled_from([*LIVE, WIDE, EARLY, replace(WIDE, max_cancels_day=1)]),
    costs=st.sampled_from([SLOW, profile()]),
    times=st.integers(1, 2),
)
@settings(max_examples=40, deadline=None)
def test_twins_agree_on_who_cancels_and_sends_anew_behind_the_gate(stream, limits, costs, times):
    panel, words, terms, _ = stream.all
    said_ = []
    for row, word in words:
        if not isinstance(word, Order):
            continue
        if said_ and row % 3:
            ticket = sum(isinstance(one, Order) for _, one in said_) - 1
            said_ += [(row, Cancel(ticket))] * times  # the newest one, and a new one in its place
        said_.append((row, word))
    both(panel, replace(no_decisions(len(panel.symbols)), said=tuple(said_)), terms, costs, limits)


TWO = replace(NOTHING, max_symbols=2.0)


def test_names_that_are_held_or_about_to_be_are_counted():
    panel = market([[100.0, 50.0, 20.0]] * 8)
    # A is held, B on its way; C would be the third name. What is sold makes room.
    decisions = wishes({0: [0.2, 0.2, np.nan], 2: [np.nan, np.nan, 0.2], 4: [0.0, np.nan, 0.2]})
    outcome, record = both(panel, decisions, RICH, profile(), TWO)
    assert outcome.refusals[["row", "asset", "reason"]].tolist() == [
        (2, 2, GATEWAY + 16),
        (4, 2, GATEWAY + 16),
    ]
    assert record.log["other_symbols"].tolist() == [0.0, 1.0, 2.0, 1.0, 2.0]
    later = wishes({0: [0.2, 0.2, np.nan], 2: [0.0, np.nan, np.nan], 4: [np.nan, np.nan, 0.2]})
    assert not len(both(panel, later, RICH, profile(), TWO)[0].refusals)


def test_an_order_that_only_reduces_is_asked_for_counted_and_passes_as_an_exit():
    exits = [(2, waiting("A", -10.0, 150.0, reduce_only=True)) for _ in range(30)]
    words = (0, Order.market("A", 50.0)), *exits, (3, Order.limit("A", 1.0, 50.0, TimeInForce.GTC))
    outcome, record = said(*words, limits=replace(NOTHING, max_orders_day=2))
    assert len(record.log) == 32
    assert record.log["is_exit"].tolist() == [0] + [1] * 30 + [0]
    assert record.log["code"].tolist() == [0] * 32  # a throttle never stands in the way out
    assert not len(outcome.refusals)


def test_an_exit_is_held_to_what_binds_exits_alone():
    far = waiting("A", -10.0, 50.0, reduce_only=True)  # a sale at half the price
    outcome, record = said((0, Order.market("A", 50.0)), (2, far), limits=LIVE[0])
    assert record.log["code"].tolist() == [0, 5]
    assert outcome.refusals.tolist() == [(2, 0, GATEWAY + 5)]


def test_cancels_of_a_session_are_counted_and_the_next_one_is_refused():
    panel = bars([(100, 100, 100, 100)] * 8, bars_a_day=4)
    words = [(0, Order.limit("A", 1.0, 50.0, TimeInForce.GTC)) for _ in range(6)]
    words += [(1, Cancel(ticket)) for ticket in range(5)] + [(5, Cancel(5))]
    outcome, record = said(*words, limits=replace(NOTHING, max_cancels_day=3), panel=panel)
    assert record.log["is_cancel"].tolist() == [0] * 6 + [1] * 6
    assert record.log["code"].tolist() == [0] * 9 + [10, 10, 0]
    assert record.log["cancels_day"].tolist()[6:] == [0, 1, 2, 3, 3, 0]
    assert outcome.orders["state"].tolist() == [CANCELLED] * 3 + [WORKING] * 2 + [CANCELLED]
    assert "4 cancels in a session" in decision_of(record.log[9], record, panel).refusal.words


def test_after_the_kill_cancels_pass():
    words = LONG, (1, waiting("A", -100.0, 200.0)), (5, Cancel(1))
    outcome, record = both(FALL, replace(no_decisions(2), said=words), RICH, profile(), KILLED)
    assert outcome.orders["state"].tolist() == [FILLED, CANCELLED]
    assert record.log["code"].tolist() == [0, 0, 0]


@given(stream=streams, most=st.integers(0, 3), latency_bars=st.integers(0, 2))
@settings(max_examples=30, deadline=None)
def test_twins_agree_where_cancels_are_limited(stream, most, latency_bars):
    panel, words, terms, costs = stream.all
    costs = replace(costs, latency_bars=latency_bars)
    limits = replace(WIDE, max_cancels_day=most)
    outcome, record = both(
        panel, replace(no_decisions(len(panel.symbols)), said=tuple(words)), terms, costs, limits
    )
    passed = record.log[(record.log["is_cancel"] == 1) & (record.log["code"] == 0)]
    assert (passed["cancels_day"] < most).all()
    refused = np.count_nonzero((record.log["is_cancel"] == 1) & (record.log["code"] != 0))
    assert np.count_nonzero(outcome.refusals["reason"] == GATEWAY + 10) >= refused


def test_an_amendment_is_judged_at_the_price_of_its_day():
    # Nothing is held and nothing else works: the price of the day on which the order came is no reference.
    rises = market([100.0] * 3 + [120.0] * 4)
    words = (0, Order.limit("A", 100.0, 98.0, TimeInForce.GTC)), (4, Amend(0, limit_usd=119.0))
    outcome, record = said(*words, limits=LIVE[0], panel=rises)
    assert record.log["reference_usd"].tolist() == [100.0, 120.0]
    assert record.log["code"].tolist() == [0, 0]
    assert not len(outcome.refusals)


@pytest.mark.parametrize("costs", [profile(), SLOW], ids=["prompt", "slow"])
def test_no_throttle_and_no_collar_stops_an_order_from_becoming_smaller(costs):
    # A buy stop-limit far above the market, and one order a day: what is risked may always shrink.
    far = Order("A", 1_000.0, OrderType.STOP_LIMIT, 130.0, 125.0, time_in_force=TimeInForce.GTC)
    words = (0, far), (1, Amend(0, qty=10.0)), (2, Amend(0, qty=10.0)), (3, Amend(0, qty=11.0))
    limits = replace(NOTHING, max_orders_day=1, collar_bps=500.0)
    # Asked for at the close of row 0 it is near the market; then the market falls far below it.
    panel = bars([(128, 128, 124, 124), *[(100, 100, 100, 100)] * 5], bars_a_day=6)
    outcome, record = both(panel, replace(no_decisions(1), said=words), RICH, costs, limits)
    assert record.log["is_exit"].tolist() == [0, 1, 1, 0]
    assert record.log["code"].tolist()[:3] == [0, 0, 0] and record.log["code"][3] > 0
    assert np.isnan(record.log["limit_usd"][1:3]).all()
    assert outcome.orders["qty"].tolist() == [10.0]


def test_a_smaller_size_at_a_new_price_is_asked_for_as_before():
    words = (0, waiting("A", 100.0, 90.0)), (1, Amend(0, qty=10.0, limit_usd=110.0))
    outcome, record = said(*words, limits=LIVE[0])
    assert record.log["code"].tolist() == [0, 5]
    assert outcome.orders["qty"].tolist() == [100.0]


def test_a_smaller_size_passes_after_losses_that_stop_what_opens():
    words = LONG, (1, waiting("A", 900.0, 60.0)), (3, Amend(1, qty=20.0)), (3, waiting("A", 1.0, 60.0))
    limits = replace(KILLED, needs_kill_switch=0)
    outcome, record = both(FALL, replace(no_decisions(2), said=words), RICH, profile(), limits)
    assert record.log["code"].tolist() == [0, 0, 0, 15]
    assert outcome.orders["qty"].tolist()[:2] == [5_000.0, 20.0]


NO_CANCELS = replace(NOTHING, max_cancels_day=0)


@pytest.mark.parametrize("costs", [profile(), SLOW], ids=["prompt", "slow"])
@pytest.mark.parametrize("kills", [0, 1], ids=["at rest", "killed"])
def test_a_stop_whose_cancellation_is_refused_stands_in_the_book_beside_the_sale(costs, kills):
    # Left out of the book, it would let the sale pass as an exit, and then sell the same shares again.
    words = LONG, (1, stop(-5_000.0, 60.0)), (3, Cancel(1)), (3, Order.market("A", -5_000.0))
    limits = replace(NO_CANCELS, needs_kill_switch=kills, max_day_loss=0.05)
    panel = market([[100.0, 50.0]] * 3 + [[75.0, 50.0]] * 2 + [[55.0, 50.0]] * 3)
    outcome, record = both(panel, replace(no_decisions(2), said=words), RICH, costs, limits)
    assert record.log["is_cancel"].tolist() == [0, 0, 1, 0]
    assert record.log["code"][2] == 10
    assert record.log["working_sells"][3] == 5_000.0
    assert record.log["code"][3] == 15  # beside the stop it would open a short position, after losses
    assert outcome.positions[0] == 0.0  # sold once, by the stop


@pytest.mark.parametrize("costs", [profile(), SLOW], ids=["prompt", "slow"])
def test_of_two_cancellations_of_one_order_the_second_is_refused_once(costs):
    words = (0, waiting("A", 10.0, 90.0)), (1, Cancel(0)), (1, Cancel(0)), (2, Cancel(0))
    limits = replace(NOTHING, max_cancels_day=1)
    outcome, _ = both(FLAT, replace(no_decisions(1), said=words), RICH, costs, limits)
    assert outcome.orders["state"].tolist() == [CANCELLED]
    assert len(outcome.refusals) == 2
