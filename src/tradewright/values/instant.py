"""Points in time: whole nanoseconds since 1970-01-01 UTC."""

from datetime import UTC, datetime
from typing import NewType

Instant = NewType("Instant", int)

NS_PER_SECOND = 1_000_000_000
NS_PER_DAY = 86_400 * NS_PER_SECOND
DAYS_PER_YEAR = 365.0


def instant_of(text: str) -> Instant:
    """Read an ISO date or time; without an offset it is UTC.

    Raises: ValueError when the text is no ISO 8601 date or time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    whole_seconds = int(moment.replace(microsecond=0).timestamp())
    return Instant(whole_seconds * NS_PER_SECOND + moment.microsecond * 1_000)


def iso_of(instant: int) -> str:
    """Write an instant as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(instant // NS_PER_SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def date_of(instant: int) -> str:
    """The UTC calendar date of an instant, as YYYY-MM-DD."""
    return iso_of(instant)[:10]


def month_of(instant: int) -> int:
    """Months since the year 0 of an instant, UTC.

    Source: Howard Hinnant, chrono-compatible low-level date algorithms, civil_from_days.
    """
    days = int(instant) // 86_400_000_000_000 + 719_468
    era = days // 146_097
    day = days - era * 146_097
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    month = (5 * (day - (365 * year + year // 4 - year // 100)) + 2) // 153 + 2  # 2 is March
    return (year + era * 400) * 12 + month
