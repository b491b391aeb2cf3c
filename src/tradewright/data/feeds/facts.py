"""The files beside the bars: corporate actions and listings, as dated facts."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from tradewright.data.content import ACTIONS, LISTINGS, TERMS, empty, numbered
from tradewright.data.feeds.cells import dates, numbers, texts
from tradewright.data.feeds.files import column_of, optional_column, table_of
from tradewright.data.feeds.notation import Notation, settled
from tradewright.data.placing import CURRENCY, QUOTING, RATE
from tradewright.values.currency import USD, checked_currency
from tradewright.values.errors import BadInput, UnknownName


@dataclass(frozen=True)
class Writing:
    """How the files beside the bars are written: as the bars are, as far as that was said."""

    date_format: str = ""
    encoding: str = "utf-8"
    notation: Notation = field(default_factory=Notation)


KINDS = (
    *("split", "dividend", "delisting", "spin_off", "merger", "rename", "borrow", "no_borrow"),
    *(CURRENCY, RATE),
)

# The later of the two fixings that rates are published from: that of London, an hour after the ECB's are out.
FIXED_AT, FIXED_IN = "16h", "Europe/London"
# Whose terms are whose is told by the line of the file, until the actions have their numbers.
_LINED_ACTIONS = pl.Schema({**ACTIONS, "line": pl.Int64()})
_LINED_TERMS = pl.Schema(
    {**{name: kind for name, kind in TERMS.items() if name != "number"}, "line": pl.Int64()}
)


def read_terms(path: Path | None, symbols: list[str], writing: Writing) -> pl.DataFrame:
    """What only some actions have: the day a dividend is paid, the other instrument, cash a share.

    Shape: the TERMS schema, a row for each action of some symbols that has any of it, but for `number`, in
    whose place stands the `line` of the file.
    Raises: BadInput naming file, line, column and value; also for a kind that needs another instrument.
    """
    if path is None:
        return empty(_LINED_TERMS)
    table = table_of(path, separator="", encoding=writing.encoding)
    source = str(path)
    name, kind, ex_date = (column_of(table, c, {}, source) for c in ("symbol", "kind", "ex_date"))
    pay_date, other, cash = (optional_column(table, c, {}) for c in ("pay_date", "other", "cash"))
    kinds, nothing = texts(table, kind, source).str.to_lowercase(), pl.lit(None)
    form = writing.date_format
    terms = pl.DataFrame(
        {
            "symbol": texts(table, name, source), "kind": kinds,
            "ex_date": dates(table, ex_date, source, form), "line": table["line"],
        }
    ).with_columns(
        (dates(table, pay_date, source, form, may_be_empty=True) if pay_date else nothing.cast(pl.Date))
        .alias("pay_date"),
        (_names(table[other]) if other else nothing.cast(pl.String)).alias("other"),
        (_amounts(table, cash, source) if cash else nothing.cast(pl.Float64)).alias("cash"),
    )  # fmt: skip
    _refuse_terms(terms, source)
    _refuse_currencies(terms, source)
    given = pl.any_horizontal(pl.col("pay_date", "other", "cash").is_not_null())
    kept = terms.filter(given, pl.col("symbol").is_in(symbols) | (pl.col("kind") == RATE))
    return kept.select(_LINED_TERMS.names()).cast(_LINED_TERMS)


def owned(terms: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """The terms, each with the number of its own action. Shape: both with their `line`; returns TERMS."""
    numbers = numbered(actions).select("line", "number")
    return terms.join(numbers, on="line", how="inner").select(TERMS.names()).cast(TERMS)


def _names(column: pl.Series) -> pl.Series:
    """Symbols without blanks around them; null where the cell is empty."""
    return column.cast(pl.String).str.strip_chars().replace("", None)


def _amounts(table: pl.DataFrame, column: str, source: str) -> pl.Series:
    """Dollars a share, zero or more; null where the cell is empty."""
    cells = _names(table[column])
    found = cells.cast(pl.Float64, strict=False)
    wrong = (cells.is_not_null() & ~(found.is_finite() & (found >= 0))).fill_null(True)
    if wrong.any():
        at = int(wrong.arg_true()[0])
        raise BadInput(
            f"{source}, line {table['line'][at]}, column '{column}': {cells[at]!r} is no amount.",
            "Give dollars a share, or leave the cell empty.",
        )
    return found


def _refuse_terms(terms: pl.DataFrame, source: str) -> None:
    """Whoever gives shares says whose; nobody is paid before the day it falls due."""
    needs = pl.col("kind").is_in(["spin_off", "rename"]) | (
        (pl.col("kind") == "merger") & pl.col("cash").is_null()
    )
    for row in terms.filter(needs & pl.col("other").is_null()).head(1).iter_rows(named=True):
        raise BadInput(
            f"{source}, line {row['line']}: the {row['kind']} of {row['symbol']} names no other instrument.",
            "Give its symbol in the column 'other'; a merger for cash alone gives 'cash'.",
        )
    for row in terms.filter(pl.col("pay_date") < pl.col("ex_date")).head(1).iter_rows(named=True):
        raise BadInput(
            f"{source}, line {row['line']}: paid on {row['pay_date']}, before {row['ex_date']}.",
            "Correct the dates; nothing was ingested.",
        )


def _refuse_currencies(terms: pl.DataFrame, source: str) -> None:
    """A quotation names its currency, and a rate both of its own, each by its code."""
    for row in terms.filter(pl.col("kind").is_in(QUOTING)).iter_rows(named=True):
        where, code = f"{source}, line {row['line']}", row["other"]
        if row["kind"] == CURRENCY and code is None:
            raise BadInput(
                f"{where}: nothing says in which currency {row['symbol']} is quoted.",
                "Give its code in the column 'other', such as EUR.",
            )
        for one in (code or USD, row["symbol"] if row["kind"] == RATE else USD):
            try:
                checked_currency(one)
            except UnknownName as error:
                raise BadInput(f"{where}: {error.what}", error.mend) from None


def read_actions(path: Path | None, symbols: list[str], writing: Writing) -> pl.DataFrame:
    """Splits, dividends and delistings of some symbols; those of others are passed over, but rates are not.

    Shape: the ACTIONS schema but for `known_at`, in whose place stands the date `announced_on`, or null; and
    the `line` of the file.
    Raises: BadInput naming file, line, column and value.
    """
    if path is None:
        return empty(_LINED_ACTIONS)
    table = table_of(path, separator="", encoding=writing.encoding)
    source = str(path)
    name, kind, value, ex_date = (
        column_of(table, c, {}, source) for c in ("symbol", "kind", "value", "ex_date")
    )
    known = optional_column(table, "known_at", {})
    form = writing.date_format
    never = pl.Series([None] * len(table), dtype=pl.Date)
    announced_on = dates(table, known, source, form) if known else never
    kinds = texts(table, kind, source).str.to_lowercase()
    # What the bars' option says of prices leaves a doubt about amounts that somebody else wrote down.
    said = replace(writing.notation, is_sure=bool(writing.notation.thousands))
    values = numbers(table, value, source, settled(table, [value], said))
    _refuse_kinds(table, kinds, source, kind)
    _refuse_values(table, kinds, values, source, value)
    _refuse_early_rates(table["line"], kinds, (dates(table, ex_date, source, form), announced_on), source)
    actions = pl.DataFrame(
        {
            "symbol": texts(table, name, source), "kind": kinds, "value": values,
            "ex_date": dates(table, ex_date, source, form), "announced_on": announced_on,
            "line": table["line"],
        }
    )  # fmt: skip
    return actions.filter(pl.col("symbol").is_in(symbols) | (pl.col("kind") == RATE))


def announced(actions: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """The actions with the instant from which they may be used, and their lines in the file.

    Where the file does not say when an action was announced, it is taken as known at the close of the session
    before its date: the latest moment that still lets an order of that evening reckon with it. In truth it
    was known earlier; assuming less is the safe side. A rate is that of a fixing in
    Europe: it is known at the first close not before 16:00 in London on its day (on that of `known_at` where
    the file gives one), or a day later where the calendar ends before.
    """
    if actions.is_empty():
        return empty(_LINED_ACTIONS)
    closes = sessions.select("session", pl.col("closes_at").alias("known_at")).sort("session")
    at = pl.coalesce("announced_on", pl.col("ex_date").dt.offset_by("-1d")).alias("session")
    before = actions.with_columns(at).sort("session").join_asof(
        closes, on="session", strategy="backward", check_sortedness=False
    )  # fmt: skip
    start = sessions["opens_at"].min() if len(sessions) else 0
    known = before.with_columns(pl.col("known_at").fill_null(start)).filter(pl.col("kind") != RATE)
    rates = _closed(actions.filter(pl.col("kind") == RATE), closes)
    return pl.concat([one.select(_LINED_ACTIONS.names()).cast(_LINED_ACTIONS) for one in (known, rates)])


def _closed(rates: pl.DataFrame, closes: pl.DataFrame) -> pl.DataFrame:
    """Rates with the close at which they are known: Tokyo's is before the fixing of its day."""
    day = pl.coalesce("announced_on", "ex_date").cast(pl.Datetime("ns")).alias("day")
    fixed = pl.col("day").dt.offset_by(FIXED_AT).dt.replace_time_zone(FIXED_IN).dt.convert_time_zone("UTC")
    dated = rates.with_columns(day).with_columns(fixed.cast(pl.Int64).alias("fixed_at"))
    after = dated.sort("fixed_at", maintain_order=True).join_asof(
        closes.select("known_at"), left_on="fixed_at", right_on="known_at", strategy="forward",
        coalesce=False, check_sortedness=False,
    )  # fmt: skip
    day_later = pl.col("day").dt.offset_by("1d").cast(pl.Int64)
    return after.with_columns(pl.col("known_at").fill_null(day_later))


def _refuse_early_rates(
    lines: pl.Series, kinds: pl.Series, days: tuple[pl.Series, pl.Series], source: str
) -> None:
    """Nobody knew a rate before its day; one that is said to be known then would hide those in between."""
    day, announced_on = days
    early = ((kinds == RATE) & (announced_on < day)).fill_null(False)
    if early.any():
        at = int(early.arg_true()[0])
        raise BadInput(
            f"{source}, line {lines[at]}, column 'known_at': rate of {day[at]}, known on {announced_on[at]}.",
            "Give a known_at that is not before the rate's day, or leave the cell empty.",
        )


def read_listings(path: Path | None, symbols: list[str], writing: Writing) -> pl.DataFrame:
    """Which ticker an instrument traded under, from and to which date; an empty last date means still.

    Shape: the LISTINGS schema. Raises: BadInput naming file, line, column and value.
    """
    if path is None:
        return empty(LISTINGS)
    table = table_of(path, separator="", encoding=writing.encoding)
    source = str(path)
    symbol, ticker, first, last = (
        column_of(table, c, {}, source) for c in ("symbol", "listed_as", "first_date", "last_date")
    )
    listings = pl.DataFrame(
        {
            "symbol": texts(table, symbol, source), "listed_as": texts(table, ticker, source),
            "first_date": dates(table, first, source, writing.date_format),
            "last_date": dates(table, last, source, writing.date_format, may_be_empty=True),
            "line": table["line"],
        }
    )  # fmt: skip
    bad = listings.filter(pl.col("last_date") < pl.col("first_date"))
    if len(bad):
        row = bad.row(0, named=True)
        where = f"{source}, line {row['line']}, column '{last}'"
        raise BadInput(
            f"{where}: {row['last_date']} is before {row['first_date']}.",
            "Correct the dates; nothing was ingested.",
        )
    return listings.filter(pl.col("symbol").is_in(symbols)).select(LISTINGS.names())


def _refuse_kinds(table: pl.DataFrame, kinds: pl.Series, source: str, column: str) -> None:
    wrong = ~kinds.is_in(KINDS)
    if wrong.any():
        at = int(wrong.arg_true()[0])
        raise BadInput(
            f"{source}, line {table['line'][at]}, column '{column}': '{kinds[at]}' is no kind of action.",
            f"It is one of {', '.join(KINDS)}.",
        )


def _refuse_values(
    table: pl.DataFrame, kinds: pl.Series, values: pl.Series, source: str, column: str
) -> None:
    """A split is a ratio above zero, a dividend an amount above zero, a delisting a share from zero up."""
    low = kinds.is_in(["delisting", "merger", "rename", "borrow", "no_borrow", CURRENCY]) & (values >= 0)
    wrong = ~((values > 0) | low) | values.is_nan()
    if wrong.any():
        at = int(wrong.arg_true()[0])
        raise BadInput(
            f"{source}, line {table['line'][at]}, column '{column}': {values[at]} is no {kinds[at]}.",
            "Give new shares for one old share, dollars a share, the share of the last close paid out, or a "
            "borrow fee a year such as 0.35; for a rate what one unit is worth, for a currency 0.",
        )
