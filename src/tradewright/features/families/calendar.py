"""What the clock says of a row: its instant is known in advance, and nothing but the instant is read. UTC."""

from tradewright.features.contract import Feature
from tradewright.features.expression import Expression
from tradewright.features.operations import differs, lag, of_instant


class DayOfWeek(Feature):
    """The day of the week of the row's instant, UTC: 0 Monday to 6 Sunday."""

    def formula(self) -> Expression:
        """of_instant(weekday)."""
        return of_instant("weekday")


class DayOfMonth(Feature):
    """The day of the month of the row's instant, UTC: 1 to 31."""

    def formula(self) -> Expression:
        """of_instant(month_day)."""
        return of_instant("month_day")


class DayOfYear(Feature):
    """The day of the year of the row's instant, UTC: 1 to 366."""

    def formula(self) -> Expression:
        """of_instant(year_day)."""
        return of_instant("year_day")


class MonthOfYear(Feature):
    """The month of the row's instant, UTC: 1 to 12."""

    def formula(self) -> Expression:
        """of_instant(month)."""
        return of_instant("month")


class QuarterOfYear(Feature):
    """The quarter of the row's instant, UTC: 1 to 4."""

    def formula(self) -> Expression:
        """of_instant(quarter)."""
        return of_instant("quarter")


class HourOfDay(Feature):
    """The hour of the row's instant with its fraction, UTC: 0 to just under 24."""

    def formula(self) -> Expression:
        """of_instant(hour)."""
        return of_instant("hour")


class NewMonth(Feature):
    """1 on the first row of a calendar month (UTC), as seen against the row before; else 0."""

    def formula(self) -> Expression:
        """differs(month, month of the row before)."""
        month = of_instant("month")
        return differs(month, lag(month, 1))
