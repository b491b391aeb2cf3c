"""The counts behind the checks on pace, duplicates and loops: sliding windows that end at the question."""

from dataclasses import replace

import pytest
from gate_cases import BUY, MARKET, NOW, SECOND
from hypothesis import given
from hypothesis import strategies as st

from tradewright.execution.tally import Tally
from tradewright.values.order import TimeInForce

NS = 1


def tally_of(*seconds_ago: float) -> Tally:
    """A tally that sent the same order so many seconds ago, the oldest first."""
    tally = Tally(duplicate_window_s=5.0, repeat_window_s=60.0)
    for ago in seconds_ago:
        tally.sent(replace(BUY, at=NOW - int(ago * SECOND)))
    return tally


def test_an_empty_tally_counts_nothing_and_knows_it():
    counts = Tally(5.0, 60.0).counts(BUY)
    assert set(counts.values()) == {0}


def test_it_fills_every_count_of_a_book():
    assert set(Tally(5.0, 60.0).counts(BUY)) == {
        "orders_1s",
        "orders_30s",
        "orders_day",
        "cancels_1s",
        "cancels_30s",
        "cancels_day",
        "fills_day",
        "duplicates",
        "repeats",
    }


@pytest.mark.parametrize(
    ("ago", "in_1s", "in_30s"),
    [
        ((), 0, 0),
        ((0.5,), 1, 1),
        ((0.0,), 1, 1),
        ((1.0,), 0, 1),
        ((0.999,), 1, 1),
        ((29.0, 0.9), 1, 2),
        ((30.0, 29.9), 0, 1),
        ((40.0, 31.0, 30.0), 0, 0),
        ((5.0, 4.0, 3.0, 0.3, 0.2, 0.1), 3, 6),
    ],
)
def test_orders_are_counted_in_windows_that_end_now(ago, in_1s, in_30s):
    counts = tally_of(*ago).counts(BUY)
    assert counts["orders_1s"] == in_1s
    assert counts["orders_30s"] == in_30s
    assert counts["orders_day"] == len(ago)


def test_cancels_are_counted_apart_from_orders():
    tally = tally_of(0.5)
    tally.sent(replace(BUY, is_cancel=1))
    counts = tally.counts(BUY)
    assert (counts["orders_day"], counts["cancels_day"]) == (1, 1)
    assert (counts["orders_1s"], counts["cancels_1s"]) == (1, 1)


def test_a_cancel_is_no_intent_to_be_repeated():
    tally = Tally(5.0, 60.0)
    tally.sent(replace(BUY, is_cancel=1))
    assert tally.counts(BUY)["duplicates"] == 0


@pytest.mark.parametrize(
    ("ago", "duplicates"),
    [
        ((4.9,), 1),
        ((5.0,), 0),
        ((6.0, 4.0, 1.0), 2),
    ],
)
def test_equal_orders_are_duplicates_inside_their_window(ago, duplicates):
    assert tally_of(*ago).counts(BUY)["duplicates"] == duplicates


@pytest.mark.parametrize(
    "changes",
    [
        {"symbol": "QQQ"},
        {"qty": 101.0},
        {"qty": -100.0},
        {"limit_usd": 100.51},
        {"limit_usd": float("nan")},
        {"stop_usd": 99.0},
        {"type": 0},
        {"time_in_force": TimeInForce.GTC},
        {"reduce_only": 1},
    ],
)
def test_an_order_that_differs_in_anything_is_no_duplicate(changes):
    assert tally_of(1.0).counts(replace(BUY, **changes))["duplicates"] == 0


def test_an_order_sent_at_another_time_is_a_duplicate():
    assert tally_of(1.0).counts(replace(BUY, at=NOW + SECOND))["duplicates"] == 1


def test_market_orders_without_prices_are_equal_to_each_other():
    tally = Tally(5.0, 60.0)
    tally.sent(MARKET)
    assert tally.counts(MARKET)["duplicates"] == 1


def test_fills_are_counted_and_equal_ones_are_repeats():
    tally = Tally(5.0, 60.0)
    tally.filled(NOW - 61 * SECOND, "SPY", 100.0)
    tally.filled(NOW - 30 * SECOND, "SPY", 100.0)
    tally.filled(NOW - 20 * SECOND, "SPY", -100.0)
    tally.filled(NOW - 10 * SECOND, "QQQ", 100.0)
    tally.filled(NOW - 5 * SECOND, "SPY", 50.0)
    counts = tally.counts(BUY)
    assert counts["fills_day"] == 5
    assert counts["repeats"] == 1


def test_a_new_session_forgets():
    tally = tally_of(0.5, 0.1)
    tally.filled(NOW, "SPY", 100.0)
    tally.begin_session()
    assert set(tally.counts(BUY).values()) == {0}


def test_a_new_session_keeps_its_windows():
    tally = Tally(5.0, 60.0)
    tally.begin_session()
    tally.sent(replace(BUY, at=NOW - 4 * SECOND))
    assert tally.counts(BUY)["duplicates"] == 1


def test_asking_changes_nothing():
    tally = tally_of(0.5, 0.1)
    assert tally.counts(BUY) == tally.counts(BUY)


@given(st.lists(st.integers(0, 60 * SECOND), max_size=50))
def test_the_windows_agree_with_counting_by_hand(ages):
    tally = Tally(5.0, 60.0)
    for age in sorted(ages, reverse=True):
        tally.sent(replace(BUY, at=NOW - age))
    counts = tally.counts(BUY)
    assert counts["orders_1s"] == sum(age < SECOND for age in ages)
    assert counts["orders_30s"] == sum(age < 30 * SECOND for age in ages)
    assert counts["duplicates"] == sum(age < 5 * SECOND for age in ages)
    assert counts["orders_day"] == len(ages)
