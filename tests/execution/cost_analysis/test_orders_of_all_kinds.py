"""Costs of random streams of orders: what is measured adds up to what was traded, and waits for nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import Traits, account, profile
from order_drivers import FREE, RICH, bars, flat
from order_streams import draw_orders

from tradewright.execution.cost_analysis.at_market import at_market
from tradewright.execution.cost_analysis.order_costs import order_costs
from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel.reference_orders import simulate_orders
from tradewright.values.instructions import instructions_of
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
from tradewright.values.outcome import FILLED, HELD, TRIGGERED
from tradewright.values.profile import AccountOptions

GTC = TimeInForce.GTC
PARTS = ("explicit", "realised", "delay", "missed")
WAITING = {
    OrderType.STOP,
    OrderType.STOP_LIMIT,
    OrderType.TRAILING_STOP,
    OrderType.LIMIT_IF_TOUCHED,
}

streams = st.builds(
    draw_orders,
    st.integers(0, 2**32 - 1),
    st.builds(
        Traits,
        bars=st.integers(2, 40),
        assets=st.integers(1, 3),
        gaps=st.sampled_from([0.0, 0.05, 0.3]),
        acts=st.integers(0, 3),
        closes_alone=st.booleans(),
        pace=st.integers(1, 10),
        volume=st.sampled_from([1e3, 1e9]),
    ),
    st.builds(
        AccountOptions,
        capital_usd=st.sampled_from([10_000.0, 1_000_000.0]),
        max_gross=st.sampled_from([1.0, 4.0]),
        fractional=st.booleans(),
        liquidate_at_end=st.booleans(),
    ),
    st.sampled_from([*PROFILES.values(), profile(), profile(latency_bars=2)]),
)


def traded(stream):
    """What came of a stream, its terms by ticket, and its costs."""
    panel, said, terms, costs = stream.all
    outcome = simulate_orders(panel, said, terms, costs)
    words = instructions_of(panel, said)
    return outcome, words.tickets[: words.submitted], order_costs(panel, outcome, said)


@given(stream=streams)
@settings(max_examples=60, deadline=None)
def test_every_fill_is_measured_once(stream):
    outcome, _, found = traded(stream)
    assert set(outcome.fills["order_id"].tolist()) <= set(found["order_id"].tolist())
    assert len(set(found["order_id"].tolist())) == len(found)
    fees = outcome.fills["commission_usd"].sum() + outcome.fills["regulatory_usd"].sum()
    assert found["fees_usd"].sum() == pytest.approx(fees)
    if not len(stream.panel.actions):
        traded_usd = (np.abs(outcome.fills["qty"]) * outcome.fills["price"]).sum()
        paid = np.nan_to_num(found["paid_price"]) * found["filled"]
        assert paid.sum() == pytest.approx(traded_usd)


@given(stream=streams)
@settings(max_examples=60, deadline=None)
def test_nobody_fills_more_than_was_wanted_and_nothing_is_missed_twice(stream):
    _, tickets, found = traded(stream)
    assert (found["ordered"] > 0.0).all()
    assert (found["filled"] <= found["ordered"] * (1.0 + 1e-9)).all()
    outcome, _, _ = traded(stream)
    ticket = dict(zip(outcome.orders["order_id"].tolist(), outcome.orders["ticket"].tolist(), strict=True))
    short = {
        ticket[one["order_id"]]
        for one in found
        if one["filled"] < one["ordered"] * (1.0 - 1e-9) and ticket[one["order_id"]] >= 0
    }
    for number in short:
        assert int(tickets["sibling"][number]) not in short or tickets["entry"][number] >= 0


@given(stream=streams)
@settings(max_examples=60, deadline=None)
def test_what_was_never_set_off_or_held_to_its_end_is_not_measured(stream):
    outcome, tickets, found = traded(stream)
    measured = set(found["order_id"].tolist())
    states: dict[int, set[int]] = {}
    for event in outcome.events:
        states.setdefault(int(event["ticket"]), set()).add(int(event["state"]))
    for order in outcome.orders[outcome.orders["ticket"] >= 0]:
        number = int(order["ticket"])
        if states.get(number, set()) <= {HELD, int(OrderState.CANCELLED), int(OrderState.REJECTED)}:
            assert int(order["order_id"]) not in measured or not tickets["entry"][number] >= 0
        waits = OrderType(int(tickets["type"][number])) in WAITING
        if waits and TRIGGERED not in states.get(number, set()):
            assert int(order["order_id"]) not in measured or order["filled_qty"] != 0.0


@given(stream=streams)
@settings(max_examples=40, deadline=None)
def test_what_a_print_set_off_has_neither_delay_nor_a_way_to_arrival(stream):
    panel, said, terms, costs = stream.all
    outcome = simulate_orders(panel, said, terms, costs)
    words = instructions_of(panel, said)
    who = at_market(outcome, words.tickets[: words.submitted])
    found = order_costs(panel, outcome, said)
    assert found["order_id"].tolist() == who.orders["order_id"].tolist()
    assert np.abs(found["delay"][who.at_print]).max(initial=0.0) == 0.0
    assert (found["arrival_price"] == found["decision_price"])[who.at_print].all()


@pytest.mark.parametrize(
    ("order", "fills_at"),
    [
        (Order.stop("A", 100, 102.0, GTC), 102.0),
        (Order.stop("A", 100, 99.0, GTC), 100.0),
        (Order("A", 100, OrderType.STOP_LIMIT, 104.0, 102.0, time_in_force=GTC), 102.0),
        (Order("A", 100, OrderType.LIMIT_IF_TOUCHED, 97.0, 98.0, time_in_force=GTC), 97.0),
        (Order("A", 100, OrderType.TRAILING_STOP, trail_usd=2.0, time_in_force=GTC), 102.0),
        (Order("A", 100, OrderType.TRAILING_STOP, trail_percent=3.0, time_in_force=GTC), 103.0),
    ],
    ids=["stop", "stop already met", "stop limit", "touched", "trail", "trail in per cent"],
)
def test_whatever_waits_arrives_where_it_was_set_off(order, fills_at):
    panel = bars([flat()] * 3 + [(100, 105, 96, 101)] * 2)
    said = [(1, order)]
    found = order_costs(panel, simulate_orders(panel, said, RICH, FREE), said)[0]
    assert found["filled"] == 100.0
    assert found["paid_price"] == pytest.approx(fills_at)
    assert found["arrival_bps"] == found["delay"] == found["missed"] == 0.0


@pytest.mark.parametrize("half_spread_bps", [0.0, 5.0, 20.0])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_stops_of_either_side_pay_half_the_spread_and_targets_are_held_at_their_limit(half_spread_bps, sign):
    up, down = (90.0, 110.0) if sign < 0.0 else (110.0, 90.0)
    bracket = Bracket.around(
        Order.market("A", sign * 100),
        take_profit_usd=up,
        stop_loss_usd=down,
    )
    # What takes profit waits at its price; what stops a loss takes what is there.
    for last, met in [((100, 112, 100, 111), sign < 0.0), ((100, 100, 88, 89), sign > 0.0)]:
        panel = bars([flat()] * 3 + [last, flat(last[3])])
        said = [(0, bracket)]
        costs = profile(half_spread_bps=half_spread_bps)
        found = order_costs(panel, simulate_orders(panel, said, RICH, costs), said)
        assert found["filled"].tolist() == [100.0, 100.0]
        assert found["arrival_bps"] == pytest.approx([half_spread_bps, half_spread_bps * met])


@pytest.mark.parametrize(
    ("said", "measured"),
    [
        # The entry and the target that it let work.
        ([(0, Bracket.around(Order.market("A", 100), 110.0, 90.0))], [(0, FILLED), (1, FILLED)]),
        # An entry that was cancelled worked until then; its exits never did.
        (
            [(0, Bracket.around(Order.limit("A", 100, 50.0, GTC), 60.0, 40.0)), (1, Cancel(0))],
            [(0, OrderState.CANCELLED)],
        ),
        # An amended target is met where it stands now.
        (
            [(0, Bracket.around(Order.market("A", 100), 150.0, 90.0)), (1, Amend(1, limit_usd=110.0))],
            [(0, FILLED), (1, FILLED)],
        ),
        # Of a pair the one that filled.
        (
            [(0, OneCancelsOther(Order.limit("A", -100, 110.0, GTC), Order.stop("A", -100, 90.0, GTC)))],
            [(0, FILLED)],
        ),
        # A limit order of the day that was not met.
        ([(0, Order.limit("A", 100, 95.0))], [(0, OrderState.EXPIRED)]),
        # All or nothing, and at once: nothing.
        (
            [(0, Order.market("A", 2e6, TimeInForce.FOK))],
            [(0, OrderState.CANCELLED)],
        ),
    ],
    ids=["bracket", "cancelled entry", "amended target", "pair", "day", "fill or kill"],
)
def test_who_is_measured_of_what_was_said(said, measured):
    panel = bars([flat()] * 3 + [(100, 112, 100, 111)] * 2)
    terms = account(capital_usd=1e9, max_gross=10.0)
    outcome = simulate_orders(panel, said, terms, FREE)
    found = order_costs(panel, outcome, said)
    states = {int(one["order_id"]): int(one["state"]) for one in outcome.orders}
    assert [(int(one), states[int(one)]) for one in found["order_id"]] == measured


@pytest.mark.parametrize("order_row", [0, 2, 4])
def test_the_rows_of_an_exit_are_those_of_its_own_life(order_row):
    rows = [flat()] * 8 + [(100, 100, 88, 89)] * 2
    said = [(order_row, Bracket.around(Order.market("A", 100), stop_loss_usd=90.0))]
    panel = bars(rows)
    entry, stop = order_costs(panel, simulate_orders(panel, said, RICH, FREE), said)
    assert (entry["row"], entry["done_row"]) == (order_row, order_row + 1)
    assert (stop["row"], stop["done_row"]) == (order_row + 1, 8)


@pytest.mark.parametrize("bars_later", [1, 2, 3])
def test_a_stop_limit_that_fills_after_it_was_set_off_is_measured_from_there(bars_later):
    rows = [flat()] * 2 + [flat(110.0)] * bars_later + [flat(100.0)] * 2
    order = Order("A", 100, OrderType.STOP_LIMIT, 101.0, 100.5, time_in_force=GTC)
    panel, said = bars(rows), [(0, order)]
    found = order_costs(panel, simulate_orders(panel, said, RICH, FREE), said)[0]
    assert found["decision_price"] == 110.0
    assert found["arrival_price"] == (100.0 if bars_later == 1 else 110.0)
    assert found["paid_price"] == 100.0
    assert sum(found[part] for part in PARTS) == pytest.approx(-10.0 / 110.0)


def test_an_order_said_before_its_instrument_printed_is_decided_at_the_first_print_it_meets():
    nothing = (np.nan, np.nan, np.nan, np.nan)
    panel = bars([nothing, (101, 105, 96, 101), flat(), flat()])
    said = [(0, Order.limit("A", 100, 110.0, GTC)), (0, Order.limit("A", 7, 90.0, GTC))]
    late = profile(latency_bars=1)  # heard when there is a price
    found = order_costs(panel, simulate_orders(panel, said, RICH, late), said)
    assert found["filled"].tolist() == [100.0, 0.0]
    assert found["decision_price"].tolist() == [101.0, 101.0]
    assert found["paid_price"][0] == 100.0
    assert found["arrival_price"][0] == 101.0


def test_an_order_whose_instrument_never_printed_cannot_be_measured():
    nothing = (np.nan, np.nan, np.nan, np.nan)
    panel = bars([nothing, nothing, nothing])
    said = [(0, Order.limit("A", 100, 110.0, GTC))]
    assert len(order_costs(panel, simulate_orders(panel, said, RICH, FREE), said)) == 0
