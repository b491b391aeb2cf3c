"""Checks of prices against corporate actions and listings."""

from math import log

import polars as pl

from tradewright.data.checks.codes import by_symbol, for_many
from tradewright.data.checks.material import ENDINGS, Material
from tradewright.data.placing import BORROWING, QUOTING
from tradewright.values.findings import Finding

# A split leaves the day's turnover in dollars as it was; news multiplies it. So a jump with a quiet day is a
# split that is not on file, and one with a loud day is news, unless it is too large even for that. In a crash
# prices have fallen so far that the turnover tells nothing; there the restless week before does.
SPLIT_LIKE = log(1.4)
LARGE_MOVE = log(1.9)
TOO_LARGE_FOR_NEWS = log(5.0)
TOO_LARGE_UNSEEN = log(4.0)
LOUD = 3.0
USUAL_DAYS = 20
WEEK_DAYS = 5
OFF_CENT_SHARE = 0.2


def jumps(material: Material) -> list[Finding]:
    """Overnight jumps that no action on file explains."""
    days = _measured(material.days.filter(~pl.col("spun").fill_null(False)))
    quiet = (pl.col("loudness") < LOUD) & ~pl.col("restless")
    by_turnover = ((pl.col("jump") >= SPLIT_LIKE) & quiet) | (pl.col("jump") >= TOO_LARGE_FOR_NEWS)
    unseen = pl.col("loudness").is_null()
    like_split = pl.when(unseen).then(pl.col("jump") >= TOO_LARGE_UNSEEN).otherwise(by_turnover)
    unexplained = days.filter(like_split)
    large = days.filter(~like_split, pl.col("jump") >= LARGE_MOVE)
    return [
        *by_symbol("unexplained-jump", unexplained, "jumps like a split's with none on file"),
        *by_symbol("large-move", large, "sessions moved more than 1.9 times"),
    ]


def _measured(days: pl.DataFrame) -> pl.DataFrame:
    """Days with `jump`, how far open and close both went, and `loudness`, turnover to the usual.

    Without volume the loudness is null. `restless` is true where the week before moved half as far.
    """
    at_close = (pl.col("close") / pl.col("reference")).log()
    at_open = (pl.col("open") / pl.col("reference")).log().fill_null(at_close)
    both = pl.when(at_open.sign() == at_close.sign()).then(pl.min_horizontal(at_open.abs(), at_close.abs()))
    turnover = (pl.col("close") * pl.col("volume")).replace(0.0, None)
    usual = turnover.shift().rolling_median(USUAL_DAYS, min_samples=5).over("symbol")
    week = at_close.abs().shift().rolling_max(WEEK_DAYS, min_samples=1).over("symbol").fill_null(0.0)
    possible = days.filter(pl.col("close") > 0, (pl.col("before") > 0) | pl.col("before").is_null())
    measured = possible.with_columns(
        both.otherwise(0.0).alias("jump"), (turnover / usual).alias("loudness"), week.alias("week")
    )
    return measured.with_columns((pl.col("week") >= pl.col("jump") / 2).alias("restless"))


def splits_seen(material: Material) -> list[Finding]:
    """Splits on file that the prices do not show."""
    seen = (pl.col("open").fill_null(pl.col("close")) / pl.col("before")).log().abs()
    expected = pl.col("split").log().abs()
    bad = material.days.filter(expected >= SPLIT_LIKE, seen < expected / 4)
    return by_symbol("split-not-in-prices", bad, "splits on file move no price")


def looks_adjusted(material: Material) -> list[Finding]:
    """Closes between the cents, which no exchange of shares prints so often: one finding for all of them."""
    cents = pl.col("close") * 100
    off = ((cents - cents.round()).abs() > 1e-4).alias("off")
    dear = material.own.filter(pl.col("close") >= 1.0).with_columns(off)
    share = dear.with_columns(pl.col("off").mean().over("symbol").alias("share"))
    bad = share.filter(pl.col("share") > OFF_CENT_SHARE, pl.col("off"))
    return [] if bad.is_empty() else [for_many("adjusted-looking-prices", bad, "closes between the cents")]


def listed(material: Material) -> list[Finding]:
    """Rows of whatever traded under the ticker before or after the instrument."""
    before, after = material.raw.filter("before"), material.raw.filter("after")
    return [
        *by_symbol("rows-before-listing", before, "rows from before the listing"),
        *by_symbol("rows-after-listing", after, "rows from after the listing"),
    ]


def late(material: Material) -> list[Finding]:
    """Actions that were not known yet at the close of the first bar they act on."""
    bars = material.own.select(
        "symbol", pl.col("day").alias("ex_date"), pl.col("known_at").alias("closed_at")
    )
    acting = material.content.actions.sort("ex_date").join_asof(
        bars.sort("ex_date", "closed_at").unique(["symbol", "ex_date"], keep="first").sort("ex_date"),
        on="ex_date", by="symbol", strategy="forward", check_sortedness=False,
    )  # fmt: skip
    bad = acting.filter(pl.col("known_at") > pl.col("closed_at"))
    return by_symbol(
        "late-actions", bad.with_columns(pl.col("ex_date").cast(pl.String).alias("at")), "actions known late"
    )


def placed(material: Material) -> list[Finding]:
    """Corporate actions dated before an instrument's first bar, or after its last unless they ended it."""
    spans = material.own.group_by("symbol").agg(
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last")
    )
    joined = material.content.actions.join(spans, on="symbol", how="inner").filter(
        # What was said of borrowing or of currencies before the first bar still holds.
        ~pl.col("kind").is_in((*BORROWING, *QUOTING)),
        ~pl.col("ex_date").is_between(pl.col("first"), pl.col("last")),
        ~pl.col("kind").is_in(ENDINGS) | (pl.col("ex_date") < pl.col("first")),
    )
    bad = joined.with_columns(pl.col("ex_date").cast(pl.String).alias("at"))
    return by_symbol("unplaced-actions", bad, "actions outside its bars")
