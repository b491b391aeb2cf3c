"""Axes are marked where people expect it: at round numbers and at the turn of years, months and days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.research.dossier.axes import MOST_MARKS, calendar_marks, log_marks, round_marks
from tradewright.values.instant import NS_PER_DAY, instant_of


def span(first: str, last: str) -> np.ndarray:
    return np.array([instant_of(first), instant_of(last)], dtype=np.int64)


def test_a_range_is_marked_at_multiples_of_one_two_or_five():
    assert round_marks(0.0, 10.0, 5) == (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)
    assert round_marks(-0.45, 0.0, 5) == pytest.approx((-0.4, -0.3, -0.2, -0.1, 0.0), abs=1e-12)


def test_a_range_of_nothing_has_one_mark():
    assert round_marks(3.0, 3.0) == (3.0,)


def test_a_log_range_is_marked_at_one_two_and_five():
    assert log_marks(9e5, 1.1e7) == pytest.approx((1e6, 2e6, 5e6, 1e7))


def test_a_wide_log_range_is_marked_at_powers_of_ten():
    assert log_marks(1.0, 1e9) == pytest.approx(tuple(10.0**k for k in range(10)))


def test_a_narrow_log_range_falls_back_to_round_numbers():
    marks = log_marks(1.01e6, 1.19e6)
    assert len(marks) >= 3
    assert all(1.01e6 <= mark <= 1.19e6 for mark in marks)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_round_marks_lie_inside_their_range_and_are_not_too_many(low, width):
    high = low + width
    marks = round_marks(low, high)
    slack = 1e-6 * max(abs(low), abs(high), width)
    assert all(low - slack <= mark <= high + slack for mark in marks)
    assert len(marks) <= 8


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        ("1990-01-02", "2022-12-28", ("1995", "2000", "2005", "2010", "2015", "2020")),
        ("2020-02-03", "2022-06-01", ("2020-07", "2021-01", "2021-07", "2022-01")),
        ("2024-01-30", "2024-04-02", ("2024-02", "2024-03", "2024-04")),
        ("2024-03-01", "2024-03-05", ("2024-03-01", "2024-03-02", "2024-03-03", "2024-03-04", "2024-03-05")),
    ],
)
def test_time_is_marked_at_the_turn_of_its_units(first, last, texts):
    assert tuple(mark.text for mark in calendar_marks(span(first, last))) == texts


@given(st.integers(0, 20_000), st.integers(0, 40_000))
def test_dates_are_never_too_many_and_never_before_the_first_bar(start, days):
    instants = np.array([start, start + days], dtype=np.int64) * NS_PER_DAY
    marks = calendar_marks(instants)
    assert len(marks) <= MOST_MARKS + 1
    assert all(instants[0] <= mark.at <= instants[1] for mark in marks)
