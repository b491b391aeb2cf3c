"""What was known at an instant, laid out as a panel.

Left out, each with a finding that says so: bars while the exchange was closed, and bars from before or after
the time when the ticker was the instrument's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from tradewright.data.calendar import local_dates, outside_sessions
from tradewright.data.content import KEYS, TERMS, empty, numbered
from tradewright.data.placing import CURRENCY, place, place_borrows, quotes_of
from tradewright.values.errors import BadInput, unknown_name
from tradewright.values.instant import Instant
from tradewright.values.panel import Floats, Ints, Panel

PRICES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, eq=False)
class Facts:
    """The tables a panel is made of, as stored; schemas in content.py."""

    bars: pl.DataFrame
    actions: pl.DataFrame
    listings: pl.DataFrame
    sessions: pl.DataFrame
    time_zone: str
    terms: pl.DataFrame = field(default_factory=lambda: empty(TERMS))


def panel_of(facts: Facts, as_of: Instant, symbols: Sequence[str] | None = None) -> Panel:
    """The panel somebody could have drawn at `as_of`: no bar and no action known later is in it.

    Shape: a row for each instant at which any of the symbols has a bar, in time order; a column for each
    symbol, in the order asked for (all of them by name without one). Of duplicate bars the last one stands.
    Raises: UnknownName for a symbol without bars in the dataset.
    """
    columns = _checked(facts.bars["symbol"].unique().sort().to_list(), symbols)
    bars = facts.bars.filter(pl.col("known_at") <= as_of, pl.col("symbol").is_in(columns))
    bars = tradable(bars, facts)
    instants, row, opens_at = _grid(bars)
    asset = _numbers(bars["symbol"], columns)
    shape = (len(instants), len(columns))
    opened, high, low, close, volume = (_spread(bars[name], row, asset, shape) for name in PRICES)
    acts, is_known = with_terms(facts), pl.col("known_at") <= as_of
    # What an instrument is quoted in is no news but what its prices mean, so it holds from the first of them.
    quotes = quotes_of(acts.filter(is_known | (pl.col("kind") == CURRENCY)), columns)
    said = acts.filter(is_known)
    known = said.filter(pl.col("symbol").is_in(columns))
    days = local_dates(pl.Series(instants), facts.time_zone).cast(pl.Int32).to_numpy()
    actions = place(known, columns, days)
    borrows = place_borrows(known, columns, days)
    return Panel(
        instants, opens_at, columns, opened, high, low, close, volume, actions, borrows, quotes=quotes
    )


def with_terms(facts: Facts) -> pl.DataFrame:
    """Each action once, with its own terms where it has any.

    Raises: BadInput for a dataset of an earlier version, which did not keep whose terms are whose, where that
    is in doubt.
    """
    actions, terms = numbered(facts.actions), facts.terms
    if "number" not in terms.columns:
        # Such a table stands for one action a day, and where there are more nothing tells them apart.
        crowded = actions.filter(pl.col("number") > 0).join(terms, on=KEYS, how="semi")
        for symbol, kind, day in crowded.select(KEYS).head(1).iter_rows():
            raise BadInput(
                f"{symbol} has several actions of kind '{kind}' on {day}, and this dataset, ingested by an "
                "earlier version, does not say which terms belong to which.",
                "Ingest it again from its files.",
            )
        terms = terms.with_columns(pl.lit(0, dtype=pl.Int64).alias("number"))
    return actions.join(terms, on=[*KEYS, "number"], how="left", maintain_order="left")


def tradable(bars: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """The bars of the instruments themselves, while their exchange was open."""
    closed = outside_sessions(bars, facts.sessions)
    if closed.any():
        bars = bars.filter(~closed)
    foreign = outside_listing(bars, facts.listings, facts.time_zone)
    stranger = (foreign["before"] | foreign["after"]).alias("stranger")
    return bars.filter(~stranger) if stranger.any() else bars


def outside_listing(bars: pl.DataFrame, listings: pl.DataFrame, time_zone: str) -> pl.DataFrame:
    """Which bars belong to another company that had the ticker before or after this one.

    Shape: one row a bar, booleans `before` and `after`. An instrument without a listing has neither; one with
    a rename runs from its first name's first day to its last name's last.
    """
    if listings.is_empty() or bars.is_empty():
        none = pl.repeat(False, len(bars), eager=True)
        return pl.DataFrame({"before": none, "after": none})
    first, last = pl.col("first_date").cast(pl.Int32), pl.col("last_date").cast(pl.Int32)
    limits = listings.group_by("symbol").agg(
        first.min().alias("first"),
        pl.when(last.is_null().any()).then(None).otherwise(last.max()).alias("last"),
    )
    day = local_dates(bars["known_at"], time_zone).cast(pl.Int32).alias("day")
    dated = bars.select("symbol").with_columns(day)
    placed = dated.join(limits, on="symbol", how="left", maintain_order="left")
    return placed.select(
        (pl.col("day") < pl.col("first")).fill_null(False).alias("before"),
        (pl.col("day") > pl.col("last")).fill_null(False).alias("after"),
    )


def _checked(known: list[str], asked: Sequence[str] | None) -> tuple[str, ...]:
    """The symbols asked for, once each; all of them without a wish."""
    if asked is None:
        return tuple(known)
    for symbol in asked:
        if symbol not in known:
            raise unknown_name(symbol, "symbol of this dataset", known)
    return tuple(dict.fromkeys(asked))


def _grid(bars: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
    """The instants (T), the row of each bar, and when each row's bars began (T)."""
    known_at = bars["known_at"].to_numpy()
    instants, row = np.unique(known_at, return_inverse=True)
    opens_at = np.full(len(instants), np.iinfo(np.int64).max)
    np.minimum.at(opens_at, row, bars["opens_at"].to_numpy())
    return instants.astype(np.int64), row.astype(np.int64), opens_at


def _numbers(symbols: pl.Series, columns: Sequence[str]) -> Ints:
    """The column number of each bar's symbol."""
    numbers = symbols.replace_strict(list(columns), list(range(len(columns))), return_dtype=pl.Int64)
    return numbers.to_numpy()


def _spread(values: pl.Series, row: Ints, asset: Ints, shape: tuple[int, int]) -> Floats:
    """Values laid out T x N; NaN where there is none."""
    laid = np.full(shape, np.nan)
    laid[row, asset] = values.fill_null(float("nan")).to_numpy()
    return laid
