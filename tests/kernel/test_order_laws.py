"""What holds for every stream of orders, whatever is said: properties on random markets."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from accountant import cash_of, changes_of_equity
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import Traits, profile
from order_drivers import ORDER_DRIVERS
from order_streams import OrderStream, draw_orders

from tradewright.execution.profiles.registry import PROFILES
from tradewright.values.order import (
    LEGAL_TRANSITIONS,
    Bracket,
    OneCancelsOther,
    Order,
    OrderState,
    OrderType,
    TimeInForce,
)
from tradewright.values.panel import SPLIT
from tradewright.values.profile import AccountOptions
from tradewright.values.reading import Reading

simulate = ORDER_DRIVERS["batch"]
rules = st.sampled_from(
    [
        *PROFILES.values(),
        profile(),
        profile(touch_fill_share=0.5, latency_bars=1),
        profile(half_spread_bps=20.0, commission_minimum_usd=5.0, participation=0.02),
    ]
)
accounts = st.builds(
    AccountOptions,
    capital_usd=st.sampled_from([1_000.0, 100_000.0]),
    max_gross=st.sampled_from([0.5, 1.0, 4.0]),
    fractional=st.booleans(),
    liquidate_at_end=st.just(False),
)
markets = st.builds(
    Traits,
    bars=st.integers(2, 40),
    assets=st.integers(1, 3),
    gaps=st.sampled_from([0.0, 0.1, 0.4]),
    acts=st.integers(0, 5),
    closes_alone=st.booleans(),
    volume=st.sampled_from([30.0, 1e4]),
)
streams = st.builds(draw_orders, st.integers(0, 2**32 - 1), markets, accounts, rules)
readings = st.sampled_from(list(Reading))
quickly = settings(max_examples=120, deadline=None)


def traded(stream: OrderStream, reading: Reading):
    """The stream, with its target weights beside its orders."""
    return simulate(*stream.all, stream.stream.decisions, reading)


@quickly
@given(streams, readings)
def test_orders_change_state_only_as_is_legal(stream, reading):
    outcome = traded(stream, reading)
    last: dict[int, OrderState] = {}
    for event in outcome.events:
        ticket, state = int(event["ticket"]), OrderState(int(event["state"]))
        before = last.get(ticket, OrderState.PENDING)
        assert before.may_become(state), f"ticket {ticket}: {before.name} became {state.name}"
        last[ticket] = state
    assert set(LEGAL_TRANSITIONS) == set(OrderState)
    mine = outcome.orders[outcome.orders["ticket"] >= 0]
    assert {int(one["ticket"]): int(one["state"]) for one in mine} == {k: int(v) for k, v in last.items()}


@quickly
@given(streams, readings)
def test_every_fill_prints_inside_its_bar(stream, reading):
    panel, outcome = stream.panel, traded(stream, reading)
    for fill in outcome.fills:
        row, asset = fill["row"], fill["asset"]
        prices = [column[row, asset] for column in (panel.open, panel.high, panel.low, panel.close)]
        printed = [price for price in prices if price > 0.0 and np.isfinite(price)]
        assert printed
        assert min(printed) <= fill["reference"] <= max(printed)


@quickly
@given(streams, readings)
def test_nothing_fills_where_nothing_traded(stream, reading):
    panel, outcome = stream.panel, traded(stream, reading)
    if panel.is_close_only or np.isnan(panel.volume).all():
        return
    for fill in outcome.fills:
        volume = panel.volume[fill["row"], fill["asset"]]
        assert volume > 0.0 or (reading is Reading.OPTIMISTIC and np.isnan(volume))


@quickly
@given(streams, readings)
def test_no_bar_gives_more_than_its_share_of_volume(stream, reading):
    panel, outcome = stream.panel, traded(stream, reading)
    share = min(1.0, stream.profile.participation * stream.profile.partial_fill_multiple)
    taken: dict[tuple[int, int], float] = defaultdict(float)
    for fill in outcome.fills:
        taken[int(fill["row"]), int(fill["asset"])] += abs(float(fill["qty"]))
    for (row, asset), shares in taken.items():
        volume = panel.volume[row, asset]
        if volume > 0.0:
            assert shares <= share * volume * (1.0 + 1e-9) + 1e-9


@quickly
@given(streams, readings)
def test_no_order_trades_before_it_arrives_or_after_it_ended(stream, reading):
    outcome = traded(stream, reading)
    ended = {}
    for event in outcome.events:
        if OrderState(int(event["state"])).is_final:
            ended[int(event["ticket"])] = int(event["row"])
    latency = int(stream.profile.latency_bars)
    by_id = {int(one["order_id"]): one for one in outcome.orders}
    for fill in outcome.fills:
        order = by_id[int(fill["order_id"])]
        if order["ticket"] < 0:
            continue
        assert fill["row"] > order["row"] + latency
        assert fill["row"] <= ended.get(int(order["ticket"]), len(stream.panel.instants))


@quickly
@given(streams, readings)
def test_an_order_never_trades_more_than_its_size(stream, reading):
    for order in traded(stream, reading).orders:
        assert abs(order["filled_qty"]) <= abs(order["qty"]) * (1.0 + 1e-9) + 1e-9
        assert order["filled_qty"] * order["qty"] >= 0.0


@quickly
@given(streams, readings)
def test_order_numbers_and_tickets_are_never_given_twice(stream, reading):
    outcome = traded(stream, reading)
    assert outcome.orders["order_id"].tolist() == list(range(len(outcome.orders)))
    tickets = outcome.orders["ticket"][outcome.orders["ticket"] >= 0].tolist()
    assert tickets == list(range(len(tickets)))


@quickly
@given(streams, readings)
def test_filled_means_all_of_it(stream, reading):
    for order in traded(stream, reading).orders:
        if order["state"] == OrderState.FILLED:
            assert order["filled_qty"] == pytest.approx(order["qty"], rel=1e-8)


@quickly
@given(streams, readings)
def test_fills_of_an_order_add_up_to_what_its_line_says(stream, reading):
    outcome = traded(stream, reading)
    if (stream.panel.actions["kind"] == SPLIT).any():
        return
    total = np.zeros(len(outcome.orders))
    np.add.at(total, outcome.fills["order_id"], outcome.fills["qty"])
    assert total == pytest.approx(outcome.orders["filled_qty"], rel=1e-9, abs=1e-9)


@quickly
@given(streams, readings)
def test_a_limit_is_never_paid_beyond_its_limit(stream, reading):
    outcome = traded(stream, reading)
    if (stream.panel.actions["kind"] == SPLIT).any():
        return
    limits = limits_said(stream)
    by_id = {int(one["order_id"]): one for one in outcome.orders}
    for fill in outcome.fills:
        worst = limits.get(int(by_id[int(fill["order_id"])]["ticket"]))
        if worst is not None:
            sign = 1.0 if fill["qty"] > 0.0 else -1.0
            assert sign * fill["reference"] <= sign * worst
            assert sign * fill["price"] <= sign * worst


def limits_said(stream: OrderStream) -> dict[int, float]:
    """The limit of every ticket that has one and was not amended."""
    limits, ticket = {}, 0
    for _, word in stream.said:
        orders = []
        if isinstance(word, Bracket):
            orders = [word.entry, *word.exits]
        elif isinstance(word, OneCancelsOther):
            orders = [word.first, word.second]
        elif hasattr(word, "type"):
            orders = [word]
        elif getattr(word, "limit_usd", None) is not None:
            limits.pop(word.ticket, None)
        for order in orders:
            if order.limit_usd is not None:
                limits[ticket] = order.limit_usd
            ticket += 1
    return limits


@quickly
@given(streams, readings)
def test_equity_changes_by_exactly_its_causes(stream, reading):
    outcome = traded(stream, reading)
    if outcome.ruined_row >= 0:
        return
    found = np.diff(outcome.equity_usd, prepend=stream.account.capital_usd)
    expected = changes_of_equity(stream.panel, outcome)
    scale = max(1.0, float(np.abs(outcome.equity_usd).max()))
    assert found == pytest.approx(expected, abs=1e-9 * scale)


@quickly
@given(streams, readings)
def test_cash_is_what_fills_and_flows_say(stream, reading):
    outcome = traded(stream, reading)
    expected = cash_of(stream.panel, outcome, stream.account.capital_usd)
    scale = max(1.0, float(np.abs(outcome.cash_usd).max()))
    assert outcome.cash_usd == pytest.approx(expected, abs=1e-8 * scale)


@quickly
@given(streams, readings)
def test_a_day_order_trades_in_one_session_only(stream, reading):
    outcome = traded(stream, reading)
    terms = terms_said(stream)
    days = stream.panel.opens_at // (86_400 * 10**9)
    sessions: dict[int, set[int]] = defaultdict(set)
    by_id = {int(one["order_id"]): one for one in outcome.orders}
    for fill in outcome.fills:
        sessions[int(by_id[int(fill["order_id"])]["ticket"])].add(int(days[fill["row"]]))
    for ticket, found in sessions.items():
        if ticket >= 0 and terms[ticket][1] is TimeInForce.DAY:
            assert len(found) == 1, ticket


def terms_said(stream: OrderStream) -> list[tuple[OrderType, TimeInForce]]:
    """Type and time in force of every ticket."""
    terms = []
    for _, word in stream.said:
        orders = [word] if hasattr(word, "type") else []
        if isinstance(word, Bracket):
            orders = [word.entry, *word.exits]
        elif isinstance(word, OneCancelsOther):
            orders = [word.first, word.second]
        terms += [(order.type, order.time_in_force) for order in orders]
    return terms


@quickly
@given(streams, readings)
def test_at_once_means_on_one_bar(stream, reading):
    outcome = traded(stream, reading)
    terms = terms_said(stream)
    rows: dict[int, set[int]] = defaultdict(set)
    sizes: dict[int, float] = defaultdict(float)
    by_id = {int(one["order_id"]): one for one in outcome.orders}
    for fill in outcome.fills:
        ticket = int(by_id[int(fill["order_id"])]["ticket"])
        rows[ticket].add(int(fill["row"]))
        sizes[ticket] += float(fill["qty"])
    for ticket, found in rows.items():
        if ticket >= 0 and terms[ticket][1] in (TimeInForce.IOC, TimeInForce.FOK):
            assert len(found) == 1


@quickly
@given(streams, readings)
def test_the_future_changes_nothing_before_it(stream, reading):
    bars = len(stream.panel.instants)
    cut = bars // 2
    if cut < 1 or stream.panel.opens_at[cut] // (86_400 * 10**9) == stream.panel.opens_at[cut - 1] // (
        86_400 * 10**9
    ):
        return  # inside a session: its end is known from the calendar, not from prices
    whole = simulate(*stream.all, None, reading)
    said = [(row, word) for row, word in stream.said if row < cut]
    past = stream.panel.rows(0, cut)
    if past.is_close_only != stream.panel.is_close_only:
        return
    if np.isnan(past.volume).all() != np.isnan(stream.panel.volume).all():
        return
    part = simulate(past, said, stream.account, stream.profile, None, reading)
    assert np.array_equal(part.equity_usd, whole.equity_usd[:cut])
    earlier = whole.fills[whole.fills["row"] < cut]
    assert part.fills.tolist() == earlier.tolist()


@quickly
@given(streams, readings)
def test_an_order_nobody_can_fill_changes_nothing(stream, reading):
    # Draws are keyed by the order's number, which one more order shifts.
    drawless = replace(stream.profile, reject_share=0.0, latency_low_ms=0.0, latency_high_ms=0.0)
    alone = simulate(stream.panel, stream.said, stream.account, drawless, None, reading)
    far = Order.limit(stream.panel.symbols[0], 1.0, 0.000001, TimeInForce.GTC)
    said = [(0, far), *shifted(stream.said)]
    beside = simulate(stream.panel, said, stream.account, drawless, None, reading)
    assert np.array_equal(alone.equity_usd, beside.equity_usd)


def shifted(said):
    """The same words where one ticket was given before."""
    return [
        (row, replace(word, ticket=word.ticket + 1) if hasattr(word, "ticket") else word)
        for row, word in said
    ]


@quickly
@given(streams)
def test_without_orders_the_readings_differ_by_unknown_volumes_alone(stream):
    panel = stream.panel
    if np.isnan(panel.volume).any():
        return
    first, second, third = (
        simulate(panel, [], stream.account, stream.profile, stream.stream.decisions, reading)
        for reading in Reading
    )
    assert np.array_equal(first.equity_usd, second.equity_usd)
    assert np.array_equal(second.equity_usd, third.equity_usd)


def test_random_streams_reach_every_state_and_refusal():
    states, refusals = set(), set()
    for seed in range(150):
        account = AccountOptions(2_000.0, 10.0 if seed % 2 else 1.0, bool(seed % 3))
        rule = replace(PROFILES["stressed"], latency_bars=[0, 2][seed % 2])
        stream = draw_orders(seed, Traits(acts=8, volume=500.0), account, rule)
        outcome = simulate(*stream.all, stream.stream.decisions)
        states |= set(outcome.events["state"].tolist())
        refusals |= set(outcome.refusals["reason"].tolist())
    from tradewright.values import outcome as out

    assert states == set(OrderState) - {OrderState.PENDING, OrderState.REPLACED}
    # The rest need an account of a type, facts on borrowing or rates, a gateway or a word beyond all reason:
    # test_cash_accounts.py, test_borrowing.py, test_currencies.py, test_gate_orders.py, test_bad_input.py;
    # or a closing auction with a cut-off of hours: test_order_words.py.
    elsewhere = {out.CASH_ACCOUNT, out.NOT_BORROWED, out.UNSETTLED}
    elsewhere |= {out.NO_RATE, out.STOOD_DOWN, out.ENLARGED, out.TOO_LARGE, out.PAST_CUTOFF}
    assert refusals == set(out.REFUSAL_NAMES) - elsewhere
