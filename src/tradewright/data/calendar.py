"""The exchange's trading days, and when a bar of one of them was known.

The calendar library is asked at ingest only: what it says is stored beside the bars, so no run needs it.
"""

import warnings
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

import polars as pl

from tradewright.data.content import SESSIONS
from tradewright.values.errors import InvalidOption, UnknownName

if TYPE_CHECKING:
    from exchange_calendars import ExchangeCalendar

# The library knows XNYS by rule for all years; before 1885 its rules make no sense for anybody's data.
EARLIEST = date(1886, 1, 1)
NS_PER_MINUTE = 60_000_000_000


def sessions(calendar: str, first: date, last: date) -> pl.DataFrame:
    """The trading days of an exchange from one date to another, half days with their early close.

    Shape: the SESSIONS schema, one row a session. Units: ns UTC.
    Raises: UnknownName for a calendar that does not exist; InvalidOption for dates it cannot cover.
    """
    schedule = _open(calendar, first, last).schedule.loc[str(first) : str(last)]
    columns = {
        "session": schedule.index.values.astype("datetime64[D]"),
        "opens_at": schedule["open"].to_numpy(dtype="datetime64[ns]").astype("int64"),
        "closes_at": schedule["close"].to_numpy(dtype="datetime64[ns]").astype("int64"),
    }
    return pl.DataFrame(columns).cast(SESSIONS)


def time_zone_of(calendar: str) -> str:
    """The exchange's time zone, such as America/New_York.

    Raises: UnknownName for a calendar that does not exist.
    """
    return str(_open(calendar, date(2020, 1, 1), date(2020, 2, 1)).tz.key)


def _open(calendar: str, first: date, last: date) -> "ExchangeCalendar":
    """The library's calendar over a span, given room at both ends so that the span is covered."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from exchange_calendars import get_calendar, get_calendar_names

        if calendar not in get_calendar_names():
            raise _unknown_calendar(calendar, get_calendar_names())
        if first < EARLIEST:
            raise InvalidOption(
                f"{first} is before {EARLIEST}, the first day a calendar covers.", "Check the date column."
            )
        try:
            end = last + timedelta(days=7)
            return get_calendar(calendar, start=first.isoformat(), end=end.isoformat())
        except ValueError as error:
            words = " ".join(str(error).split())
            raise InvalidOption(
                f"calendar {calendar} cannot cover {first} to {last}: {words}", "Check the date column."
            ) from error


def _unknown_calendar(given: str, known: list[str]) -> UnknownName:
    """The error for a calendar that does not exist: there are too many to list them all."""
    near = get_close_matches(given.upper(), known, n=1, cutoff=0.5)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    return UnknownName(
        f"'{given}' is not a calendar.", f"{hint}It is an exchange's MIC such as XNYS, XNAS, XLON, or 24/7."
    )


def local_dates(instants: pl.Series, time_zone: str) -> pl.Series:
    """The exchange's calendar date of each instant; one that falls on midnight ends the day before.

    Shape: as given. Units: ns UTC in, dates out.
    """
    moments = (instants - 1).cast(pl.Datetime("ns", "UTC"))
    return moments.dt.convert_time_zone(time_zone).dt.date()


def midnight_of(dates: pl.Series, time_zone: str) -> pl.Series:
    """The first instant of each date at the exchange. Units: ns UTC."""
    local = dates.cast(pl.Datetime("ns")).dt.replace_time_zone(time_zone, ambiguous="earliest")
    return local.dt.convert_time_zone("UTC").cast(pl.Int64)


def time_daily(dates: pl.Series, days: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """When daily bars began and were known: their session's open and close.

    A date on which the exchange was closed gets its whole day: such a bar is known at the next midnight.
    Shape: one row a date, columns opens_at and known_at. Units: ns UTC.
    """
    asked = pl.DataFrame({"session": dates})
    next_day = asked["session"].dt.offset_by("1d")
    found = asked.join(days, on="session", how="left", maintain_order="left")
    return found.select(
        pl.col("opens_at").fill_null(midnight_of(asked["session"], time_zone)),
        pl.col("closes_at").fill_null(midnight_of(next_day, time_zone)).alias("known_at"),
    )


def time_intraday(starts: pl.Series, minutes: int, days: pl.DataFrame) -> pl.DataFrame:
    """When bars within a day began and were known: their span cut to the session's opening hours.

    The hour from 09:00 in New York holds 09:30 to 10:00; the last bar of a half day ends at its early close.
    A bar wholly outside a session keeps its nominal span.
    Shape: one row a start, columns opens_at and known_at. Units: ns UTC.
    """
    bars = pl.DataFrame({"row": pl.arange(len(starts), eager=True), "start": starts.cast(pl.Int64)})
    bars = bars.with_columns(end=pl.col("start") + minutes * NS_PER_MINUTE).sort("start")
    # The first session that closes after the bar starts is the only one the bar can fall into.
    placed = bars.join_asof(
        days.select("opens_at", "closes_at").sort("closes_at"),
        left_on=pl.col("start") + 1, right_on="closes_at", strategy="forward", coalesce=False,
    )  # fmt: skip
    inside = (pl.col("opens_at") < pl.col("end")).fill_null(False)
    return placed.sort("row").select(
        pl.when(inside).then(pl.max_horizontal("start", "opens_at")).otherwise("start").alias("opens_at"),
        pl.when(inside).then(pl.min_horizontal("end", "closes_at")).otherwise("end").alias("known_at"),
    )


def outside_sessions(bars: pl.DataFrame, days: pl.DataFrame) -> pl.Series:
    """True for each bar during no part of which the exchange was open; all False without sessions.

    Shape: one value a bar, in the bars' order.
    """
    if days.is_empty():
        return pl.repeat(False, len(bars), eager=True)
    opens = days["opens_at"].to_numpy()
    closes = days["closes_at"].to_numpy()
    at = closes.searchsorted(bars["opens_at"].to_numpy(), side="right")
    first_open = opens[at.clip(max=len(opens) - 1)]
    return pl.Series((at >= len(closes)) | (first_open >= bars["known_at"].to_numpy()))
