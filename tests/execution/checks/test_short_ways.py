"""Checks that pass most orders without a word say what they would say word by word, at every edge.

Each long way here measures every quantity by itself, in the order of the check, and knows no short cut.
"""

import math
from dataclasses import replace

from gate_cases import BOOK, LIMITS, NOW, SECOND
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tradewright.execution.checks import exposure, instrument, pace, price, system
from tradewright.execution.checks.contract import Request, notional_price, opening_shares
from tradewright.execution.gateway import Verdict, decide
from tradewright.execution.limits.contract import FREE
from tradewright.values.order import OrderType

NAN = math.nan
money = st.sampled_from([0.0, -2e5, 1e5, 1e5 + 1e-6, 5e5, 1e6, 2e6, NAN, math.inf])
shares = st.sampled_from([0.0, 100.0, -100.0, 1_000.0, -1_000.0, 1_000.001, NAN])
counts = st.sampled_from([-1, 0, 1, 4, 5, 6, 50, 10_000])
limits_of_counts = st.sampled_from([FREE, 0.0, 1.0, 5.0, 6.0, 50.0])
multiples = st.sampled_from([FREE, 0.0, 0.1, 0.5, 1.0, 2.0])
moments = st.sampled_from([-1, 0, NOW + 1, NOW, NOW - SECOND, NOW - 60 * SECOND, NOW - 60 * SECOND - 1])
ages = st.sampled_from([FREE, 0.0, 1.0, 60.0, 1e9])


def answer(refusal) -> tuple[bool, bool]:
    """Whether a check says no, and whether for want of an input."""
    return refusal is not None, refusal is not None and refusal.is_unknown


def first_no(questions) -> tuple[bool, bool]:
    """The first of (unknown, beyond) that is not (False, False), as an answer."""
    for is_unknown, is_beyond in questions:
        if is_unknown or is_beyond:
            return True, bool(is_unknown)
    return False, False


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([100.0, -100.0, 1_000.0, NAN]), shares, shares, st.tuples(*[money] * 5),
    st.tuples(*[multiples] * 5), st.sampled_from([1e6, 0.0, -1.0, NAN, math.inf]),
)  # fmt: skip
def test_exposure_by_the_short_way_is_exposure_one_by_one(qty, position, working, worth, most, equity):
    gross, net, long, sector, opening_usd = worth
    names = ("max_position_share", "max_gross", "max_net", "max_sector_share", "max_leverage")
    limits = replace(LIMITS, **dict(zip(names, most, strict=True)))
    book = replace(
        BOOK, position=position, working_buys=working, working_sells=working, gross_usd=gross, net_usd=net,
        long_usd=long, sector_gross_usd=sector, working_opening_usd=opening_usd, equity_usd=equity,
    )  # fmt: skip
    order = Request("SPY", qty, NOW)
    at, side = notional_price(order, book), 1.0 if qty > 0.0 else -1.0
    opening = opening_shares(order, book) * at
    held = (
        max(side * position + working + abs(qty), 0.0) * at,
        gross + opening_usd + opening - (abs(qty) * at - opening),
        side * net + opening_usd + abs(qty) * at,
        sector + opening,
        long + opening_usd + (opening if qty > 0.0 else 0.0),
    )
    asked = [(value, limit) for value, limit in zip(held, most, strict=True) if limit != FREE]
    expected = first_no(
        (value != value or not 0.0 < equity < math.inf, value > limit * equity) for value, limit in asked
    )
    assert answer(exposure.exposure(order, book, limits)) == expected


@settings(max_examples=150, deadline=None)
@given(st.tuples(counts, counts, counts), st.tuples(*[limits_of_counts] * 3))
@example((4, 4, 4), (5.0, 5.0, 5.0))
def test_pace_by_the_short_way_is_pace_window_by_window(sent, most):
    limits = replace(
        LIMITS, max_orders_1s=most[0], max_orders_30s=most[1], max_orders_day=most[2], max_order_to_trade=FREE
    )
    book = replace(BOOK, orders_1s=sent[0], orders_30s=sent[1], orders_day=sent[2])
    asked = [(count, limit) for count, limit in zip(sent, most, strict=True) if limit != FREE]
    expected = first_no((count < 0, count + 1 > limit) for count, limit in asked)
    assert answer(pace.pace(Request("SPY", 1.0, NOW), book, limits)) == expected


@settings(max_examples=150, deadline=None)
@given(st.tuples(moments, moments, moments), st.tuples(ages, ages, ages))
@example((NOW - 60 * SECOND, 0, NOW - SECOND), (60.0, 60.0, 1.0))
def test_freshness_by_the_short_way_is_freshness_age_by_age(made, most):
    limits = replace(
        LIMITS, max_model_age_s=most[0], max_features_age_s=most[1], max_heartbeat_age_s=most[2],
        max_clock_skew_ms=FREE,
    )  # fmt: skip
    book = replace(BOOK, model_at=made[0], features_at=made[1], heartbeat_at=made[2])
    asked = [
        (at, limit)
        for place, (at, limit) in enumerate(zip(made, most, strict=True))
        if limit != FREE and not (at == 0 and place < 2)
    ]
    expected = first_no((at < 0, not 0.0 <= (NOW - at) / 1e9 <= limit) for at, limit in asked)
    assert answer(system.freshness(Request("SPY", 1.0, NOW), book, limits)) == expected


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([1.0, -1.0]), st.sampled_from([50.0, 98.0, 100.0, 100.5, 102.0, 150.0]),
    st.sampled_from([0.0, 0.005, 0.02, -0.01, NAN]), st.sampled_from([FREE, 0.0, 50.0, 200.0, 5_000.0]),
    st.sampled_from([FREE, 0.0, 1.0, 3.0]),
)  # fmt: skip
@example(1.0, 50.0, -0.01, 5_000.0, 3.0)
@example(1.0, 50.0, -0.01, 5_000.0, FREE)
def test_a_collar_by_the_short_way_is_a_collar_by_bps_and_then_by_sigmas(qty, limit, sigma, bps, sigmas):
    limits = replace(LIMITS, collar_bps=bps, collar_sigma=sigmas)
    book = replace(BOOK, daily_volatility=sigma)
    away = qty * (limit / 100.0 - 1.0)
    questions = [] if bps == FREE == sigmas else [(False, away * 1e4 > bps)]
    if sigmas != FREE:
        questions += [(not sigma >= 0.0, False), (False, away > sigmas * sigma)]
    order = Request("SPY", qty, NOW, OrderType.LIMIT, limit_usd=limit)
    assert answer(price.collar(order, book, limits)) == first_no(questions)


@settings(max_examples=150, deadline=None)
@given(st.integers(-5, 20_000), st.sampled_from([0.01, 0.05, 0.0001, 1.0]), st.floats(-2e-6, 2e-6))
def test_a_price_is_on_its_grid_within_a_millionth_of_a_tick(steps, tick, off):
    limit = (steps + off) * tick
    order = Request("SPY", 1.0, NOW, OrderType.LIMIT, limit_usd=limit)
    refusal = instrument.conform(order, replace(BOOK, tick_usd=tick), LIMITS)
    away = abs(limit / tick - round(limit / tick))
    assert (refusal is None) == (limit > 0.0 and away <= 1e-6)


def test_a_decision_is_frozen_and_says_which_rule_made_it():
    made = decide(Request("SPY", 100.0, NOW), BOOK, LIMITS)
    assert (made.verdict, made.rule, made.qty, made.is_exit) == (Verdict.PASSED, "all", 100.0, False)
    try:
        made.qty = 1.0
    except AttributeError:
        return
    raise AssertionError("a decision could be changed after it was made")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([1, 0, -1]), st.sampled_from([1, 0, -1]), st.sampled_from([0, 1]))
def test_attestation_by_the_short_way_is_code_first_and_configuration_then(code, config, needed):
    limits = replace(LIMITS, needs_attestation=needed)
    book = replace(BOOK, code_attested=code, config_attested=config)
    questions = [(one == -1, one == 0) for one in (code, config)] if needed else []
    assert answer(system.attestation(Request("SPY", 1.0, NOW), book, limits)) == first_no(questions)
