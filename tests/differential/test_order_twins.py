"""Submitted orders: the compiled kernel against the plain reference, to the last bit.

A quick sample; `python -m benchmarks.streams` does the same for any number of seeds.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import WAYS, Traits, kept_by, profile
from order_drivers import ORDER_DRIVERS, order_differences
from order_streams import draw_orders

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel import reference_orders
from tradewright.kernel.session import Session
from tradewright.values.profile import AccountOptions
from tradewright.values.reading import Reading

seeds = st.integers(0, 2**32 - 1)
rules = st.sampled_from(
    [
        *PROFILES.values(),
        profile(),
        profile(touch_fill_share=0.3, latency_bars=1),
        profile(latency_low_ms=1.0, latency_high_ms=9e5, auction_cutoff_s=50_000.0, half_spread_bps=30.0),
        profile(latency_bars=3, participation=0.05, auction_cutoff_s=40_000.0),
        profile(commission_minimum_usd=25.0, half_spread_bps=400.0, margin_rate=0.9, borrow_rate=0.7),
    ]
)
plain_accounts = st.builds(
    AccountOptions,
    capital_usd=st.sampled_from([200.0, 10_000.0, 1_000_000.0]),
    max_gross=st.sampled_from([0.3, 1.0, 2.0, 10.0]),
    fractional=st.booleans(),
    liquidate_at_end=st.booleans(),
    type=st.sampled_from(["unrestricted", "cash", "margin"]),
)
accounts = st.builds(kept_by, plain_accounts, st.sampled_from(WAYS))
markets = st.builds(
    Traits,
    bars=st.integers(1, 50),
    assets=st.integers(1, 4),
    gaps=st.sampled_from([0.0, 0.05, 0.3, 0.7]),
    acts=st.integers(0, 8),
    closes_alone=st.booleans(),
    pace=st.integers(1, 15),
    volume=st.sampled_from([30.0, 1e3, 1e9]),
    facts=st.sampled_from([0, 0, 6]),
    abroad=st.booleans(),
)
streams = st.builds(draw_orders, seeds, markets, accounts, rules)
readings = st.sampled_from(list(Reading))


@settings(max_examples=250, deadline=None)
@given(streams, readings, st.booleans())
def test_the_compiled_batch_equals_the_reference_in_every_bit(stream, reading, with_targets):
    decisions = stream.stream.decisions if with_targets else None
    plain = ORDER_DRIVERS["reference"](*stream.all, decisions, reading)
    assert order_differences(plain, ORDER_DRIVERS["batch"](*stream.all, decisions, reading)) == []


@settings(max_examples=100, deadline=None)
@given(streams, readings, st.booleans())
def test_a_session_that_looks_at_every_bar_equals_the_batch(stream, reading, with_targets):
    decisions = stream.stream.decisions if with_targets else None
    batch = ORDER_DRIVERS["batch"](*stream.all, decisions, reading)
    assert order_differences(batch, ORDER_DRIVERS["session"](*stream.all, decisions, reading)) == []


@settings(max_examples=100, deadline=None)
@given(streams, st.integers(1, 12))
def test_a_session_that_looks_now_and_then_equals_the_batch(stream, pace):
    session = Session(stream.panel, stream.account, stream.profile)
    for row in range(len(stream.panel.instants)):
        session.advance(row)
        session.submit(*(word for at, word in stream.said if at == row))
        if row % pace == pace - 1:
            _ = session.positions
    assert order_differences(ORDER_DRIVERS["batch"](*stream.all), session.finish()) == []


@settings(max_examples=60, deadline=None)
@given(streams)
def test_working_orders_of_a_session_are_those_of_the_records(stream):
    session = Session(stream.panel, stream.account, stream.profile)
    for row in range(len(stream.panel.instants)):
        session.advance(row)
        session.submit(*(word for at, word in stream.said if at == row))
    working = {one.ticket: one for one in session.working_orders}
    calm = replace(stream.account, liquidate_at_end=False)
    outcome = ORDER_DRIVERS["batch"](stream.panel, stream.said, calm, stream.profile)
    mine = outcome.orders[outcome.orders["ticket"] >= 0]
    left = [one for one in mine if int(one["state"]) in (0, 7, 8, 9)]
    heard = {ticket for ticket, one in working.items() if one.state.name != "PENDING"}
    assert {int(one["ticket"]) for one in left} == heard
    for one in left:
        assert working[int(one["ticket"])].filled_qty == one["filled_qty"]
        assert working[int(one["ticket"])].qty == one["qty"]


@settings(max_examples=60, deadline=None)
@given(streams)
def test_no_orders_at_all_is_the_old_batch(stream):
    from drivers import DRIVERS

    one = DRIVERS["batch"](stream.panel, stream.stream.decisions, stream.account, stream.profile)
    other = reference_orders.simulate_orders(
        stream.panel, [], stream.account, stream.profile, stream.stream.decisions
    )
    assert order_differences(one, other) == []


@settings(max_examples=40, deadline=None)
@given(streams)
def test_records_that_overflow_are_continued_without_a_trace(stream):
    from tradewright.kernel.native import books

    expected = ORDER_DRIVERS["batch"](*stream.all)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "_FIRST_ROOM", 1)
        assert order_differences(expected, ORDER_DRIVERS["session"](*stream.all)) == []


@settings(max_examples=40, deadline=None)
@given(streams)
def test_the_same_stream_gives_the_same_bits_twice(stream):
    assert order_differences(ORDER_DRIVERS["batch"](*stream.all), ORDER_DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=40, deadline=None)
@given(streams)
def test_no_input_is_written_to(stream):
    before = [column.copy() for column in stream.panel.columns()]
    said = list(stream.said)
    ORDER_DRIVERS["batch"](*stream.all)
    assert said == stream.said
    after = stream.panel.columns()
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_thirty_instruments_agree_in_every_bit(seed):
    account = AccountOptions(1_000_000.0, 2.0, bool(seed % 2))
    traits = Traits(bars=40, assets=10, gaps=0.1, acts=20, volume=1e5)
    stream = draw_orders(seed, traits, account, PROFILES["realistic"])
    plain = ORDER_DRIVERS["reference"](*stream.all)
    assert order_differences(plain, ORDER_DRIVERS["batch"](*stream.all)) == []
