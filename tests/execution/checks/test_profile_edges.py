"""Each risk profile, limit by limit: the last value it passes and the first it refuses."""

from dataclasses import replace

import pytest
from gate_cases import BOOK, BUY, NOW, SECOND

from tradewright.execution.checks.registry import CHECKS
from tradewright.execution.limits.registry import find

BY_NUMBER = {check.number: check.judge for check in CHECKS}
DAY = 86_400 * SECOND
AT_100 = {"limit_usd": 100.0}
CANCEL = {"is_cancel": 1}

# Check, field, what else the order is; then for each profile the last value that passes and the first beyond.
LADDER = [
    (
        4,
        "reference_at",
        {},
        {
            "conservative": (NOW - 5 * SECOND, NOW - 6 * SECOND),
            "balanced": (NOW - 10 * SECOND, NOW - 11 * SECOND),
            "aggressive": (NOW - 15 * SECOND, NOW - 16 * SECOND),
        },
    ),
    (
        6,
        "day_volume",
        {},
        {
            "conservative": (10_000.0, 9_990.0),
            "balanced": (2_000.0, 1_990.0),
            "aggressive": (1_000.0, 990.0),
        },
    ),
    (
        6,
        "qty",
        AT_100,
        {
            "conservative": (1_000.0, 1_001.0),
            "balanced": (2_500.0, 2_501.0),
            "aggressive": (5_000.0, 5_001.0),
        },
    ),
    (
        7,
        "position",
        AT_100,
        {
            "conservative": (900.0, 901.0),
            "balanced": (2_400.0, 2_401.0),
            "aggressive": (4_900.0, 4_901.0),
        },
    ),
    (
        7,
        "gross_usd",
        AT_100,
        {
            "conservative": (990_000.0, 991_000.0),
            "balanced": (1_490_000.0, 1_491_000.0),
            "aggressive": (1_990_000.0, 1_991_000.0),
        },
    ),
    (
        7,
        "net_usd",
        AT_100,
        {
            "conservative": (990_000.0, 991_000.0),
            "balanced": (990_000.0, 991_000.0),
            "aggressive": (1_490_000.0, 1_491_000.0),
        },
    ),
    (
        7,
        "sector_gross_usd",
        AT_100,
        {
            "conservative": (290_000.0, 291_000.0),
            "balanced": (390_000.0, 391_000.0),
            "aggressive": (590_000.0, 591_000.0),
        },
    ),
    (
        7,
        "long_usd",
        AT_100,
        {
            "conservative": (990_000.0, 991_000.0),
            "balanced": (1_490_000.0, 1_491_000.0),
            "aggressive": (1_990_000.0, 1_991_000.0),
        },
    ),
    (
        8,
        "working_orders",
        {},
        {
            "conservative": (49, 50),
            "balanced": (199, 200),
            "aggressive": (499, 500),
        },
    ),
    (
        8,
        "working_usd",
        AT_100,
        {
            "conservative": (240_000.0, 241_000.0),
            "balanced": (490_000.0, 491_000.0),
            "aggressive": (990_000.0, 991_000.0),
        },
    ),
    (
        9,
        "buying_power_usd",
        AT_100,
        {
            "conservative": (11_001.0, 10_999.0),
            "balanced": (10_501.0, 10_499.0),
            "aggressive": (10_201.0, 10_199.0),
        },
    ),
    (
        10,
        "orders_1s",
        {},
        {
            "conservative": (4, 5),
            "balanced": (9, 10),
            "aggressive": (19, 20),
        },
    ),
    (
        10,
        "orders_30s",
        {},
        {
            "conservative": (49, 50),
            "balanced": (99, 100),
            "aggressive": (299, 300),
        },
    ),
    (
        10,
        "cancels_1s",
        CANCEL,
        {
            "conservative": (4, 5),
            "balanced": (9, 10),
            "aggressive": (19, 20),
        },
    ),
    (
        10,
        "cancels_30s",
        CANCEL,
        {
            "conservative": (49, 50),
            "balanced": (99, 100),
            "aggressive": (299, 300),
        },
    ),
    (
        10,
        "cancels_day",
        CANCEL,
        {
            "conservative": (1_999, 2_000),
            "balanced": (4_999, 5_000),
            "aggressive": (19_999, 20_000),
        },
    ),
    (
        11,
        "duplicates",
        {},
        {
            "conservative": (0, 1),
            "balanced": (0, 1),
            "aggressive": (0, 1),
        },
    ),
    (
        13,
        "repeats",
        {},
        {
            "conservative": (2, 3),
            "balanced": (4, 5),
            "aggressive": (9, 10),
        },
    ),
    (
        15,
        "day_start_usd",
        {},
        {
            "conservative": (1e6 / 0.9751, 1e6 / 0.9749),
            "balanced": (1e6 / 0.9701, 1e6 / 0.9699),
            "aggressive": (1e6 / 0.9601, 1e6 / 0.9599),
        },
    ),
    (
        15,
        "session_peak_usd",
        {},
        {
            "conservative": (1e6 / 0.9701, 1e6 / 0.9699),
            "balanced": (1e6 / 0.9501, 1e6 / 0.9499),
            "aggressive": (1e6 / 0.9301, 1e6 / 0.9299),
        },
    ),
    (
        15,
        "rolling_start_usd",
        {},
        {
            "conservative": (1e6 / 0.9501, 1e6 / 0.9499),
            "balanced": (1e6 / 0.9301, 1e6 / 0.9299),
            "aggressive": (1e6 / 0.9001, 1e6 / 0.8999),
        },
    ),
    (
        15,
        "peak_usd",
        {},
        {
            "conservative": (1e6 / 0.9001, 1e6 / 0.8999),
            "balanced": (1e6 / 0.8501, 1e6 / 0.8499),
            "aggressive": (1e6 / 0.8001, 1e6 / 0.7999),
        },
    ),
    (
        18,
        "model_at",
        {},
        {
            "conservative": (NOW - 30 * DAY, NOW - 31 * DAY),
            "balanced": (NOW - 60 * DAY, NOW - 61 * DAY),
            "aggressive": (NOW - 90 * DAY, NOW - 91 * DAY),
        },
    ),
    (
        18,
        "features_at",
        {},
        {
            "conservative": (NOW - 60 * SECOND, NOW - 61 * SECOND),
            "balanced": (NOW - 120 * SECOND, NOW - 121 * SECOND),
            "aggressive": (NOW - 300 * SECOND, NOW - 301 * SECOND),
        },
    ),
    (
        18,
        "heartbeat_at",
        {},
        {
            "conservative": (NOW - 5 * SECOND, NOW - 6 * SECOND),
            "balanced": (NOW - 10 * SECOND, NOW - 11 * SECOND),
            "aggressive": (NOW - 15 * SECOND, NOW - 16 * SECOND),
        },
    ),
    (
        18,
        "clock_skew_ms",
        {},
        {
            "conservative": (50.0, 51.0),
            "balanced": (100.0, 101.0),
            "aggressive": (250.0, 251.0),
        },
    ),
]
STEPS = [
    (number, name, order, profile, *values)
    for number, name, order, by_profile in LADDER
    for profile, values in by_profile.items()
]


def judged(number, name, order, profile, value):
    """What a check of a profile says with this value in its place."""
    if hasattr(BOOK, name):
        return BY_NUMBER[number](replace(BUY, **order), replace(BOOK, **{name: value}), find(profile))
    return BY_NUMBER[number](replace(BUY, **{**order, name: value}), BOOK, find(profile))


@pytest.mark.parametrize(("number", "name", "order", "profile", "last", "first"), STEPS)
def test_a_profile_passes_the_last_value(number, name, order, profile, last, first):
    assert judged(number, name, order, profile, last) is None


@pytest.mark.parametrize(("number", "name", "order", "profile", "last", "first"), STEPS)
def test_a_profile_refuses_the_first_value_beyond(number, name, order, profile, last, first):
    refusal = judged(number, name, order, profile, first)
    assert refusal is not None
    assert not refusal.is_unknown


@pytest.mark.parametrize(("number", "name", "order", "profile", "last", "first"), STEPS)
def test_research_refuses_neither(number, name, order, profile, last, first):
    assert judged(number, name, order, "research", first) is None
