"""Calendar marks."""

import numpy as np

from tradewright.features.months import new_months
from tradewright.values.instant import instant_of


def marks(*days: str) -> list[bool]:
    return new_months(np.array([instant_of(f"{day}T21:00:00") for day in days])).tolist()


def test_the_first_session_of_a_month_is_marked_whatever_its_date():
    assert marks("2020-01-30", "2020-01-31", "2020-02-03", "2020-02-04") == [False, False, True, False]


def test_the_same_month_a_year_later_is_a_new_month():
    assert marks("2020-03-10", "2021-03-10") == [False, True]


def test_the_first_row_of_all_is_not_marked_because_nothing_before_it_says_so():
    assert marks("2020-02-03") == [False]


def test_no_rows_have_no_marks():
    assert marks() == []


def test_an_instant_before_1970_belongs_to_its_own_month():
    assert marks("1969-12-30", "1969-12-31", "1970-01-02") == [False, False, True]
