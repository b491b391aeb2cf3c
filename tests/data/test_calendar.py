"""The exchange's days: half days, closures, and when a bar was known."""

import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from tradewright.data import calendar
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.instant import instant_of

NEW_YORK = "America/New_York"


def starts(*texts: str) -> pl.Series:
    local = pl.Series(texts).str.to_datetime("%Y-%m-%d %H:%M", time_unit="ns")
    return local.dt.replace_time_zone(NEW_YORK).dt.convert_time_zone("UTC").cast(pl.Int64)


def local(instants: pl.Series) -> list[str]:
    moments = instants.cast(pl.Datetime("ns", "UTC")).dt.convert_time_zone(NEW_YORK)
    return moments.dt.to_string("%Y-%m-%d %H:%M").to_list()


def test_a_daily_bar_is_known_at_its_sessions_close_in_winter_and_summer(xnys: pl.DataFrame) -> None:
    timed = calendar.time_daily(pl.Series([date(1999, 1, 4), date(1999, 7, 6)]), xnys, NEW_YORK)
    assert timed["known_at"].to_list() == [instant_of("1999-01-04T21:00Z"), instant_of("1999-07-06T20:00Z")]
    assert timed["opens_at"][0] == instant_of("1999-01-04T14:30Z")


def test_a_half_day_closes_early(xnys: pl.DataFrame) -> None:
    timed = calendar.time_daily(pl.Series([date(1999, 11, 26), date(1999, 12, 31)]), xnys, NEW_YORK)
    assert local(timed["known_at"]) == ["1999-11-26 13:00", "1999-12-31 13:00"]


def test_the_exchange_was_shut_after_september_11(xnys: pl.DataFrame) -> None:
    september = xnys.filter(pl.col("session").is_between(date(2001, 9, 8), date(2001, 9, 18)))
    assert september["session"].to_list() == [date(2001, 9, 10), date(2001, 9, 17), date(2001, 9, 18)]


def test_a_bar_of_a_day_without_session_is_known_only_when_the_day_is_over(xnys: pl.DataFrame) -> None:
    timed = calendar.time_daily(pl.Series([date(2000, 1, 1)]), xnys, NEW_YORK)
    assert local(timed["opens_at"]) == ["2000-01-01 00:00"]
    assert local(timed["known_at"]) == ["2000-01-02 00:00"]


def test_the_first_and_the_last_hour_are_cut_to_the_session(xnys: pl.DataFrame) -> None:
    given = starts("1999-12-31 09:00", "1999-12-31 12:00", "2000-01-03 15:00", "1999-12-30 10:00")
    timed = calendar.time_intraday(given, 60, xnys)
    assert local(timed["opens_at"]) == [
        "1999-12-31 09:30", "1999-12-31 12:00", "2000-01-03 15:00", "1999-12-30 10:00",
    ]  # fmt: skip
    assert local(timed["known_at"]) == [
        "1999-12-31 10:00", "1999-12-31 13:00", "2000-01-03 16:00", "1999-12-30 11:00",
    ]  # fmt: skip


def test_a_bar_after_an_early_close_lies_outside_the_session(xnys: pl.DataFrame) -> None:
    given = starts("1999-12-31 12:00", "1999-12-31 13:00", "2000-01-03 08:00", "2000-01-01 10:00")
    timed = calendar.time_intraday(given, 60, xnys)
    assert calendar.outside_sessions(timed, xnys).to_list() == [False, True, True, True]


def test_without_sessions_nothing_lies_outside(xnys: pl.DataFrame) -> None:
    timed = calendar.time_daily(pl.Series([date(2000, 1, 1)]), xnys, NEW_YORK)
    assert calendar.outside_sessions(timed, xnys.clear()).to_list() == [False]


def test_a_bar_after_the_last_session_lies_outside(xnys: pl.DataFrame) -> None:
    timed = calendar.time_daily(pl.Series([date(2030, 1, 2)]), xnys, NEW_YORK)
    assert calendar.outside_sessions(timed, xnys).to_list() == [True]


def test_history_before_the_librarys_default_start_works() -> None:
    days = calendar.sessions("XNYS", date(1990, 1, 1), date(1990, 1, 5))
    assert days["session"].to_list() == [date(1990, 1, day) for day in (2, 3, 4, 5)]


def test_one_single_day_is_a_span() -> None:
    assert len(calendar.sessions("XNYS", date(2020, 1, 2), date(2020, 1, 2))) == 1


def test_an_instant_at_midnight_belongs_to_the_day_that_ends() -> None:
    midnight = pl.Series([instant_of("2020-01-03T05:00Z"), instant_of("2020-01-03T05:01Z")])
    assert calendar.local_dates(midnight, NEW_YORK).to_list() == [date(2020, 1, 2), date(2020, 1, 3)]


def test_a_misspelt_calendar_gets_the_nearest_one_in_one_short_line() -> None:
    with pytest.raises(UnknownName, match=r"'XNYZ' is not a calendar. Did you mean") as caught:
        calendar.time_zone_of("XNYZ")
    assert len(str(caught.value)) < 200


def test_dates_no_calendar_covers_are_refused() -> None:
    with pytest.raises(InvalidOption, match="before 1886-01-01"):
        calendar.sessions("XNYS", date(1492, 10, 12), date(2000, 1, 1))
    with pytest.raises(InvalidOption, match="cannot cover"):
        calendar.sessions("XNYS", date(2000, 1, 1), date(2300, 1, 1))


def test_asking_for_sessions_warns_of_nothing() -> None:
    code = (
        "from datetime import date; from tradewright.data import calendar; "
        "calendar.sessions('XNYS', date(1990, 1, 1), date(1990, 2, 1))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
