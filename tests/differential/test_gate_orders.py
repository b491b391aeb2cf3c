"""Submitted orders through the gateway: compiled and plain agree to the bit, and so do their logs."""

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
    WIDE,
    after_the_fall,
    both,
    said,
    stop,
    streams,
    waiting,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markets import Traits, account, market, profile, wishes
from order_drivers import bars, order_differences
from order_streams import draw_orders, orders_in

from tradewright.execution.checks.contract import GATEWAY
from tradewright.kernel.batch import simulate
from tradewright.kernel.reference_orders import simulate_said
from tradewright.kernel.session import Session
from tradewright.runs.gate.compiled import CompiledGate
from tradewright.runs.gate.plain import PlainGate, decision_of
from tradewright.values.decisions import no_decisions
from tradewright.values.order import Amend, Bracket, OneCancelsOther, Order, TimeInForce
from tradewright.values.outcome import (
    CANCELLED,
    ENLARGED,
    FILLED,
    HELD,
    REJECTED,
    STOOD_DOWN,
    TOO_LARGE,
    WORKING,
)
from tradewright.values.reading import Reading


@given(
    stream=streams,
    limits=st.sampled_from([NOTHING, *LIVE, WIDE, EARLY, EARLY]),
    with_targets=st.booleans(),
    reading=st.sampled_from(list(Reading)),
)
@settings(max_examples=150, deadline=None)
def test_twins_agree_on_random_orders_behind_the_gate(stream, limits, with_targets, reading):
    panel, words, terms, costs = stream.all
    beside = stream.stream.decisions if with_targets else no_decisions(len(panel.symbols))
    both(panel, replace(beside, said=tuple(words)), terms, costs, limits, reading)


@given(stream=streams)
@settings(max_examples=40, deadline=None)
def test_a_gate_that_binds_nothing_leaves_orders_as_they_were(stream):
    panel, words, terms, costs = stream.all
    decisions = replace(no_decisions(len(panel.symbols)), said=tuple(words))
    gated = simulate(panel, decisions, terms, costs, CompiledGate(NOTHING))
    assert order_differences(simulate(panel, decisions, terms, costs), gated) == []


@given(stream=streams, limits=st.sampled_from([*LIVE, WIDE, EARLY]), times=st.sampled_from([0.5, 2.0, 30.0]))
@settings(max_examples=40, deadline=None)
def test_twins_agree_on_amended_sizes_behind_the_gate(stream, limits, times):
    panel, words, terms, costs = stream.all
    said_, ticket = [], 0
    for row, word in words:
        said_.append((row, word))
        if isinstance(word, Order):
            later = min(row + ticket % 3, len(panel.instants) - 1)
            said_.append((later, Amend(ticket, qty=word.qty * times)))
        ticket += len(orders_in(word))
    said_.sort(key=lambda one: one[0])
    both(panel, replace(no_decisions(len(panel.symbols)), said=tuple(said_)), terms, costs, limits)


def test_an_amended_order_is_asked_for_as_a_new_one_of_its_size():
    small = Order.limit("A", 1.0, 95.0)
    falls = market([100.0] * 4 + [90.0] * 4)
    words = (0, replace(small, time_in_force=TimeInForce.GTC)), (1, Amend(0, qty=9_000.0))
    outcome, record = said(*words, limits=LIVE[0], panel=falls)
    assert record.log["code"].tolist()[0] == 0 and record.log["code"][1] > 0
    assert record.log["working_buys"].tolist() == [0.0, 0.0]  # its old self does not count beside it
    assert outcome.orders["qty"].tolist() == outcome.positions.tolist() == [1.0]
    assert outcome.refusals["reason"].tolist() == [GATEWAY + record.log["code"][1]]


def test_a_price_alone_is_asked_for_as_well():
    words = (0, waiting("A", 100.0, 90.0)), (1, Amend(0, limit_usd=110.0)), (2, Amend(0, limit_usd=99.0))
    _, record = said(*words, limits=LIVE[0])
    assert record.log["code"].tolist() == [0, 5, 0]


def test_after_the_kill_an_amendment_only_makes_smaller():
    words = LONG, (1, waiting("A", -100.0, 200.0)), (4, Amend(1, qty=-50_000.0)), (5, Amend(1, qty=-60.0))
    outcome, _ = both(FALL, replace(no_decisions(2), said=words), RICH, profile(), KILLED)
    assert outcome.refusals.tolist() == [(4, 0, ENLARGED)]
    assert outcome.orders["qty"].tolist() == [5_000.0, -60.0]


def test_an_order_within_the_limits_works():
    outcome, record = said((0, Order.market("A", 100.0)), limits=LIVE[0])
    assert outcome.orders["state"].tolist() == [FILLED]
    assert record.log["code"].tolist() == [0]


def test_an_order_beyond_them_is_rejected_and_told():
    outcome, record = said((0, Order.market("A", 5_000.0)), limits=LIVE[0])
    assert outcome.orders["state"].tolist() == [REJECTED]
    assert outcome.refusals.tolist() == [(0, 0, GATEWAY + 6)]
    assert (
        "order size: 50.00% of equity; allowed: 10.00%"
        in decision_of(record.log[0], record, FLAT).refusal.words
    )


def test_a_limit_order_is_judged_at_its_limit():
    outcome, _ = said((0, Order.limit("A", 100.0, 110.0)), limits=LIVE[0])
    assert outcome.refusals["reason"].tolist() == [GATEWAY + 5]


def test_exits_of_a_bracket_are_not_asked_for():
    bracket = Bracket.around(Order.market("A", 100.0), take_profit_usd=120.0, stop_loss_usd=90.0)
    _, record = said((0, bracket), limits=LIVE[0])
    assert len(record.log) == 1


def test_a_waiting_limit_order_counts_before_it_fills():
    patient = Order.limit("A", 900.0, 90.0)
    outcome, record = said((0, patient), (0, Order.market("A", 900.0)), limits=LIVE[0])
    assert record.log["code"].tolist() == [0, 7]
    assert record.log["working_buys"].tolist() == [0.0, 900.0]
    assert outcome.orders["state"].tolist()[1] == REJECTED


def test_an_exit_passes_beside_the_exits_of_its_bracket():
    # Exits that only reduce open nothing: whoever wants out now is not held up by them.
    bracket = Bracket.around(Order.market("A", 100.0), take_profit_usd=120.0, stop_loss_usd=90.0)
    killed = replace(LIVE[0], max_order_shares=150.0)
    outcome, record = said((0, bracket), (3, Order.market("A", -100.0)), limits=killed)
    assert record.log["code"].tolist() == [0, 0]
    assert outcome.positions.tolist() == [0.0]


@pytest.mark.parametrize("latency_bars", [0, 1, 3])
def test_a_word_that_travels_is_judged_when_it_arrives(latency_bars):
    decisions = replace(no_decisions(1), said=((0, Order.market("A", 100.0)),))
    _, record = both(FLAT, decisions, RICH, profile(latency_bars=latency_bars), LIVE[0])
    assert record.log["row"].tolist() == [0]
    assert np.isfinite(record.log["day_start_usd"]).all()


def test_a_size_of_a_trillion_is_refused_and_nothing_changes():
    outcome, _ = said((0, Order.market("A", 1e12)), (1, Order.market("A", 1e11)), limits=LIVE[2])
    assert outcome.refusals["reason"].tolist() == [TOO_LARGE, GATEWAY + 6]
    assert outcome.equity_usd.tolist() == [1e6] * 8


def test_the_kill_switch_cancels_orders_that_could_open_a_position():
    states, outcome = after_the_fall(waiting("A", 100.0, 10.0), waiting("B", 100.0, 10.0))
    assert states == [CANCELLED, CANCELLED]
    assert outcome.refusals.tolist() == [(3, 0, STOOD_DOWN), (3, 1, STOOD_DOWN)]
    assert [event for event in outcome.events.tolist() if event[2] == CANCELLED] == [
        (3, 1, CANCELLED), (3, 2, CANCELLED)
    ]  # fmt: skip


def test_what_only_reduces_works_on_after_the_kill():
    exits = stop(-5_000.0, 40.0), waiting("A", -100.0, 200.0, reduce_only=True)
    states, outcome = after_the_fall(*exits)
    assert states == [WORKING, WORKING]
    assert not len(outcome.refusals)


def test_of_orders_against_a_position_as_many_stay_as_it_has_shares_for():
    states, outcome = after_the_fall(stop(-3_000.0, 40.0), stop(-3_000.0, 41.0), stop(-2_000.0, 42.0))
    assert states == [WORKING, CANCELLED, WORKING]
    assert outcome.refusals["reason"].tolist() == [STOOD_DOWN]


def test_an_order_that_would_turn_a_position_is_cancelled_whole():
    assert after_the_fall(stop(-6_000.0, 40.0))[0] == [CANCELLED]


def test_a_target_and_its_stop_share_the_shares_they_close():
    pair = OneCancelsOther(waiting("A", -5_000.0, 200.0), stop(-5_000.0, 40.0))
    assert after_the_fall(pair)[0] == [WORKING, WORKING]


RISE = market([[100.0, 50.0]] * 3 + [[75.0, 50.0]] * 2 + [[250.0, 50.0]] * 3)


@pytest.mark.parametrize(
    "words",
    [
        (waiting("A", -5_000.0, 200.0, reduce_only=True), waiting("A", -5_000.0, 201.0)),
        (
            Bracket.around(Order.market("A", 100.0), take_profit_usd=200.0, stop_loss_usd=5.0),
            waiting("A", -5_100.0, 201.0),
        ),
        (
            waiting("A", -5_000.0, 202.0),
            OneCancelsOther(waiting("A", -5_000.0, 200.0, reduce_only=True), waiting("A", -5_000.0, 201.0)),
        ),
    ],
    ids=["exit and order", "bracket and order", "order and tied exits"],
)
def test_orders_that_want_the_same_shares_close_a_position_and_do_not_turn_it(words):
    decisions = replace(no_decisions(2), said=(LONG, *((1, word) for word in words)))
    outcome, record = both(RISE, decisions, RICH, profile(), KILLED)
    assert record.kill_row == 3
    assert outcome.positions.tolist() == [0.0, 0.0]
    assert outcome.fills["row"].tolist()[-1] == 5


@given(seed=st.integers(0, 2**32 - 1), latency_bars=st.integers(0, 2), whole=st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_trade_after_the_kill_makes_a_position_grow_or_turn(seed, latency_bars, whole):
    terms = account(capital_usd=10_000.0, fractional=not whole)
    costs = profile(latency_bars=latency_bars)
    stream = draw_orders(seed, Traits(bars=40, assets=2, acts=0), terms, costs, talk=1.5)
    decisions, gate = replace(stream.stream.decisions, said=tuple(stream.said)), PlainGate(EARLY)
    outcome = simulate_said(stream.panel, decisions, terms, costs, gate)
    assume(gate.switch.is_latched)
    kill_row = int(np.searchsorted(stream.panel.instants, gate.switch.tripped_at))
    held = [0.0, 0.0]
    for row, asset, qty in outcome.fills[["row", "asset", "qty"]].tolist():
        if row > kill_row:
            assert qty * held[asset] < 0.0
            assert abs(qty) <= abs(held[asset]) * (1.0 + 1e-9)
        held[asset] += qty


def test_siblings_on_opposite_sides_do_not_cover_each_other():
    pair = OneCancelsOther(waiting("A", -5_000.0, 200.0), waiting("A", 5_000.0, 10.0))
    states, outcome = after_the_fall(pair)
    assert states == [WORKING, CANCELLED]
    assert outcome.refusals.tolist() == [(3, 0, STOOD_DOWN)]


def test_exits_of_an_entry_that_never_filled_end_with_it():
    entry = waiting("B", 100.0, 10.0)
    bracket = Bracket.around(entry, take_profit_usd=20.0, stop_loss_usd=5.0)
    states, outcome = after_the_fall(bracket)
    assert states == [CANCELLED] * 3
    assert outcome.events["state"].tolist().count(HELD) == 2
    assert outcome.refusals.tolist() == [(3, 1, STOOD_DOWN)]


def test_after_the_kill_entries_are_refused_and_exits_pass():
    decisions = replace(
        no_decisions(2), said=(LONG, (4, Order.market("B", 10.0)), (4, Order.market("A", -5_000.0)))
    )
    outcome, _ = both(FALL, decisions, RICH, profile(), KILLED)
    assert outcome.refusals.tolist() == [(4, 1, GATEWAY + 15)]
    assert outcome.positions.tolist() == [0.0, 0.0]


def test_target_weights_that_still_work_are_cancelled_unless_they_reduce():
    # A tenth of the volume a bar: both orders of row 1 are still working when the switch trips.
    thin = market([[100.0, 50.0]] * 3 + [[75.0, 50.0]] * 5, volume=[[1e6, 1e6]] * 2 + [[1e3, 1e3]] * 6)
    decisions = wishes({0: [0.5, 0.0], 1: [0.1, 0.2]})
    outcome, record = both(thin, decisions, RICH, profile(participation=0.1), KILLED)
    assert record.kill_row == 3
    assert outcome.orders["state"].tolist() == [FILLED, WORKING, CANCELLED]
    assert outcome.refusals.tolist() == [(3, 1, STOOD_DOWN)]
    filled = outcome.fills[outcome.fills["asset"] == 0]
    assert filled["row"].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_switch_that_nobody_asks_for_cancels_nothing():
    decisions = replace(no_decisions(2), said=(LONG, (1, waiting("B", 100.0, 10.0))))
    outcome, record = both(FALL, decisions, RICH, profile(), NOTHING)
    assert outcome.orders["state"].tolist() == [FILLED, WORKING]
    assert record.kill_row == -1


def test_a_session_stands_down_as_the_batch_does():
    words = (LONG, (1, waiting("A", 100.0, 10.0)), (1, stop(-5_000.0, 40.0)))
    gate = CompiledGate(KILLED)
    session = Session(FALL, RICH, profile(), gate=gate)
    for row in range(len(FALL.instants)):
        session.advance(row)
        session.submit(*(word for at, word in words if at == row))
        if row == 3:
            assert [one.ticket for one in session.working_orders] == [2]
    decisions = replace(no_decisions(2), said=words)
    batch, _ = both(FALL, decisions, RICH, profile(), KILLED)
    assert order_differences(batch, session.finish()) == []


@pytest.mark.parametrize("traded", [0, 10])
def test_orders_for_each_one_that_trades_are_counted_by_the_session(traded):
    # From the hundredth order on, five for each fill: none filled allows five, ten fills allow fifty.
    panel = bars([(100, 100, 100, 100)] * 12, bars_a_day=6)
    words = [(0, Order.market("A", 1.0)) for _ in range(traded)]
    words += [(1, Order.limit("A", 1.0, 50.0, TimeInForce.GTC)) for _ in range(130)]
    words += [(7, Order.limit("A", 1.0, 50.0, TimeInForce.GTC)) for _ in range(10)]  # of another session
    outcome, record = said(*words, limits=replace(NOTHING, max_order_to_trade=5.0), panel=panel)
    refused = outcome.refusals["reason"].tolist()
    assert set(refused) == {GATEWAY + 10}
    assert len(refused) == 130 + traded - 100
    assert record.log["fills_day"].tolist()[-1] == 0
    assert record.log["fills_day"].max() == traded
    assert "orders a trade" in decision_of(record.log[-11], record, panel).refusal.words


def test_enough_fills_let_many_orders_pass():
    panel = bars([(100, 100, 100, 100)] * 6, bars_a_day=6)
    words = [(0, Order.market("A", 1.0)) for _ in range(30)]
    words += [(1, Order.limit("A", 1.0, 50.0, TimeInForce.GTC)) for _ in range(100)]
    outcome, _ = said(*words, limits=replace(NOTHING, max_order_to_trade=5.0), panel=panel)
    assert not len(outcome.refusals)
