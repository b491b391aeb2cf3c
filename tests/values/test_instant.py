"""Instants are whole nanoseconds UTC and survive a round trip through text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.values.instant import NS_PER_SECOND, date_of, instant_of, iso_of


def test_a_date_is_its_midnight_in_utc():
    assert instant_of("1970-01-02") == 86_400 * NS_PER_SECOND


def test_an_offset_is_honoured():
    assert instant_of("2021-03-31T16:00:00-04:00") == instant_of("2021-03-31T20:00:00")


def test_text_that_is_no_date_is_refused():
    with pytest.raises(ValueError, match="isoformat"):
        instant_of("31.03.2021")


@given(st.integers(-2_000_000_000, 4_000_000_000))
def test_whole_seconds_survive_the_round_trip(seconds: int):
    instant = seconds * NS_PER_SECOND
    assert instant_of(iso_of(instant)) == instant
    assert date_of(instant) == iso_of(instant)[:10]


def test_microseconds_are_kept_exactly():
    assert instant_of("2020-01-01T00:00:00.000001") - instant_of("2020-01-01") == 1_000
