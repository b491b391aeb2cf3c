"""Checks of what: prices and volumes that cannot be, or that somebody should look at."""

from math import log

import polars as pl

from tradewright.data.checks.codes import by_symbol, finding
from tradewright.data.checks.material import Material
from tradewright.data.checks.times import missing_sessions
from tradewright.values.findings import Finding

PRICES = ("open", "high", "low", "close")
LARGEST_NAN_SHARE = 0.05
# Vendors round each field on its own, so bounds may be off by a rounding step of adjusted prices.
ROUNDING = 1e-6
SPIKE = log(1.5)


def positive_prices(material: Material) -> list[Finding]:
    """Prices of zero or less."""
    bad = material.raw.filter(pl.any_horizontal(pl.col(PRICES) <= 0))
    return by_symbol("non-positive-price", bad, "bars with a price of zero or less")


def volumes(material: Material) -> list[Finding]:
    """Volumes below zero, and of zero."""
    bad, silent = material.raw.filter(pl.col("volume") < 0), material.own.filter(pl.col("volume") == 0)
    return [
        *by_symbol("negative-volume", bad, "bars with a volume below zero"),
        *by_symbol("zero-volume", silent, "bars on which no share traded"),
    ]


def bounds(material: Material) -> list[Finding]:
    """Bars whose high or low is not one."""
    slack = pl.max_horizontal(PRICES).abs() * ROUNDING
    too_low = pl.col("high") < pl.max_horizontal("open", "low", "close") - slack
    too_high = pl.col("low") > pl.min_horizontal("open", "high", "close") + slack
    bad = material.raw.filter(too_low.fill_null(False) | too_high.fill_null(False))
    return by_symbol("bounds-broken", bad, "bars whose high or low is inside the bar")


def holes(material: Material) -> list[Finding]:
    """Columns of which more than 5 % are missing; for the close a session without a bar counts too.

    A column that no symbol has, as in a close-only dataset, is not a hole. One that a symbol lacks beside
    others that have it is: its orders would wait for ever for an open, or for a volume.
    """
    lost = missing_sessions(material).group_by("symbol").agg(pl.len().cast(pl.Int64).alias("lost"))
    columns = (*PRICES, "volume")
    counts = material.own.group_by("symbol").agg(
        pl.len().cast(pl.Int64).alias("rows"),
        *(pl.col(name).null_count().cast(pl.Int64) for name in columns),
    )
    counts = counts.join(lost, on="symbol", how="left").with_columns(pl.col("lost").fill_null(0))
    there = [name for name in columns if bool((counts[name] < counts["rows"]).any()) or name == "close"]
    rows = list(counts.sort("symbol").iter_rows(named=True))
    many = {(row["symbol"], name) for row in rows for name in there if _is_full_of_holes(row, name)}
    large = [_hole(row, name) for row in rows for name in there if (row["symbol"], name) in many]
    return [*large, *_small_holes(material.own, there, many)]


def _missing(row: dict[str, int], name: str) -> tuple[int, int]:
    """How many values of a column are missing, and of how many."""
    lost = row["lost"] if name == "close" else 0
    return row[name] + lost, row["rows"] + lost


def _is_full_of_holes(row: dict[str, int], name: str) -> bool:
    missing, total = _missing(row, name)
    return missing > LARGEST_NAN_SHARE * total


def _hole(row: dict[str, int], name: str) -> Finding:
    missing, total = _missing(row, name)
    words = f"{missing / total:.1%} of all {name} values are missing ({missing} of {total})"
    return finding("nan-share", str(row["symbol"]), words, missing)


def _small_holes(own: pl.DataFrame, there: list[str], many: set[tuple[str, str]]) -> list[Finding]:
    """Bars with an unknown value in a column that is not full of holes."""
    empty_cells = own.select("symbol", "at", *there).filter(pl.any_horizontal(pl.col(there).is_null()))
    cells = empty_cells.unpivot(there, index=["symbol", "at"]).filter(pl.col("value").is_null())
    known = pl.DataFrame(list(many), schema={"symbol": pl.String, "variable": pl.String}, orient="row")
    cells = cells.join(known, on=["symbol", "variable"], how="anti")
    names = ", ".join(name for name in there if name in set(cells["variable"]))
    return by_symbol("nan-values", cells.select("symbol", "at").unique(), f"bars without a value ({names})")


def variance(material: Material) -> list[Finding]:
    """Series whose close never moves."""
    spread = material.own.group_by("symbol").agg(
        pl.col("close").min().alias("low"), pl.col("close").max().alias("high"), pl.len().alias("count")
    )
    flat = spread.filter(pl.col("low") == pl.col("high"), pl.col("count") > 1).sort("symbol")
    return [
        finding("zero-variance", symbol, f"all {count:,} closes are {low:g}", count)
        for symbol, low, _, count in flat.iter_rows()
    ]


def spikes(material: Material) -> list[Finding]:
    """Opens far from the close before and the close after, and closes far from both neighbours.

    Such prints are often wrong, and a simulated fill at one of them makes or loses money that nobody had.
    """
    next_close = (pl.col("close") * pl.col("split")).shift(-1).over("symbol")
    lone_open = _lone(pl.col("open"), pl.col("reference"), pl.col("close"))
    lone_close = _lone(pl.col("close"), pl.col("reference"), next_close)
    bad = material.days.filter(lone_open | lone_close)
    return by_symbol("lone-spike", bad, "prices far from those before and after")


def _lone(price: pl.Expr, before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """True where a price lies more than half as much again above, or below, both of its neighbours."""
    up, down = (price / before).log(), (price / after).log()
    high = (up > SPIKE) & (down > SPIKE)
    low = (up < -SPIKE) & (down < -SPIKE)
    return (high | low).fill_null(False)
