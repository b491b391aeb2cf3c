"""A dataset laid out for its checks: as it came, as it will be traded, and day by day."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from tradewright.data.as_of import Facts, outside_listing, tradable
from tradewright.data.calendar import local_dates, outside_sessions
from tradewright.data.content import DatasetContent

# After these an instrument has no bars.
ENDINGS = ("delisting", "merger", "rename")


@dataclass(frozen=True, eq=False)
class Material:
    """What the checks look at.

    Shape: `raw` holds the bars in the order in which they came, `own` those that panels use, sorted and one
    an instant, `days` one row for each symbol and day of `own`. All have `symbol`, `day` and `at` (when).
    """

    content: DatasetContent

    @cached_property
    def raw(self) -> pl.DataFrame:
        """Bars as they came, NaN as null, with three flags: closed, before and after (see as_of.py)."""
        bars = self.content.bars
        day = local_dates(bars["known_at"], self.content.time_zone)
        foreign = outside_listing(bars, self.content.listings, self.content.time_zone)
        closed = outside_sessions(bars, self.content.sessions)
        dated = bars.with_columns(pl.col(pl.Float64).fill_nan(None)).with_columns(
            day.alias("day"), closed.alias("closed"), foreign["before"], foreign["after"]
        )
        return dated.with_columns(self._at(dated))

    @cached_property
    def own(self) -> pl.DataFrame:
        """Bars that panels use."""
        given = self.content
        facts = Facts(self.raw, given.actions, given.listings, given.sessions, given.time_zone, given.terms)
        kept = tradable(self.raw, facts).unique(["symbol", "known_at"], keep="last", maintain_order=True)
        return kept.sort("symbol", "known_at")

    @cached_property
    def days(self) -> pl.DataFrame:
        """Own bars made into days: first open, last close, whole volume, and the close before.

        `reference` is the close before after the day's splits and dividends on file; `split` their product;
        `spun` is true where shares of another company were given, whose worth no column tells.
        """
        traded = self.own.filter(pl.col("close").is_not_null())
        daily = traded.group_by(["symbol", "day"], maintain_order=True).agg(
            pl.col("at").first(), pl.col("open").first(), pl.col("high").max(), pl.col("low").min(),
            pl.col("close").last(), pl.col("volume").sum(),
        )  # fmt: skip
        acts = self._actions_by_day(daily)
        daily = daily.join(acts, on=["symbol", "day"], how="left", maintain_order="left")
        before = pl.col("close").shift().over("symbol")
        return daily.with_columns(
            before.alias("before"), pl.col("split").fill_null(1.0), pl.col("dividend").fill_null(0.0)
        ).with_columns((pl.col("before") / pl.col("split") - pl.col("dividend")).alias("reference"))

    @cached_property
    def is_daily(self) -> bool:
        """True where no instrument has two different bars on one day."""
        bars = self.content.bars.select("symbol", "known_at").unique()
        day = local_dates(bars["known_at"], self.content.time_zone).alias("day")
        return bars.select("symbol", day).is_duplicated().sum() == 0

    def _at(self, dated: pl.DataFrame) -> pl.Expr:
        """When a bar began, for people: a date, and the exchange's time where a day has many."""
        if self.is_daily:
            return pl.col("day").dt.to_string("%Y-%m-%d").alias("at")
        local = pl.col("opens_at").cast(pl.Datetime("ns", "UTC")).dt.convert_time_zone(self.content.time_zone)
        return local.dt.to_string("%Y-%m-%d %H:%M").alias("at")

    def _actions_by_day(self, daily: pl.DataFrame) -> pl.DataFrame:
        """Splits and dividends on the first day with a bar on or after their date."""
        dated = daily.select("symbol", "day", pl.col("day").alias("ex_date")).sort("ex_date")
        placed = self.content.actions.sort("ex_date").join_asof(
            dated, on="ex_date", by="symbol", strategy="forward", check_sortedness=False
        )
        value = pl.col("value")
        return placed.filter(pl.col("day").is_not_null()).group_by("symbol", "day").agg(
            value.filter(pl.col("kind") == "split").product().alias("split"),
            value.filter(pl.col("kind") == "dividend").sum().alias("dividend"),
            (pl.col("kind") == "spin_off").any().alias("spun"),
        )  # fmt: skip
