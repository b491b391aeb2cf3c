"""Bars from the user's own CSV and Parquet files: one file, one long file, or a folder of SYMBOL.csv."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tradewright.data import calendar as exchange
from tradewright.data.checks.codes import finding
from tradewright.data.content import ACTIONS, BARS, DatasetContent, check_name
from tradewright.data.feeds.cells import joined, moments, numbers, texts
from tradewright.data.feeds.facts import Writing, announced, owned, read_actions, read_listings, read_terms
from tradewright.data.feeds.files import (
    SEPARATORS,
    SUFFIXES,
    column_of,
    optional_column,
    plain_name,
    table_of,
)
from tradewright.data.feeds.notation import Notation, declared, settled
from tradewright.values.errors import BadInput, InvalidOption, unknown_name
from tradewright.values.findings import Finding
from tradewright.values.provenance import UNKNOWN, Origin, Provenance

ACTIONS_FILE, LISTINGS_FILE = "corporate_actions", "listings"
PRICES = ("open", "high", "low", "close", "volume")
COLUMNS = ("date", "time", "symbol", *PRICES)
# Files that people keep beside bars and that are none, with the option that takes them.
NO_BARS = {
    **dict.fromkeys(("actions", "splits", "dividends", "delistings", "corporate_actions"), "--actions"),
    "listings": "--listings",
}
# Texts beside a vendor's files.
NO_DATA = ("readme", "license", "licence")
# What a column of symbols may be called that may as well be something else.
SYMBOL_LIKE = (
    "name", "code", "asset", "stock", "security", "instrument", "isin", "cusip", "figi", "ric", "permno",
    "stock_code", "symbol_id", "ticker_symbol", "act_symbol", "ts_code",
)  # fmt: skip
# What the time column may be called where no mapping says so.
TIME_NAMES = ("date", "timestamp", "datetime", "time", "bar_start_new_york")


@dataclass(frozen=True)
class FileOptions:
    """How to read files of bars.

    `name` is the dataset's. `columns` maps ours (`COLUMNS`) to the file's.
    `symbol` names the instrument of a single file. `actions` and `listings` are files beside the bars; in a
    folder corporate_actions.csv and listings.csv are found without being named.
    Units: `bar_minutes` minutes that one bar covers (found from the data where 0); `date_format` in
    strptime's letters where dates are not ISO; times without an offset are in `time_zone` (the exchange's
    where empty). `separator` is one character or `tab`; `decimal` a point or a comma, `thousands` what groups
    them; both are found from the file where empty, and asked about where it leaves a doubt.
    """

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    symbol: str = ""
    calendar: str = "XNYS"
    time_zone: str = ""
    bar_minutes: int = 0
    date_format: str = ""
    separator: str = ","
    decimal: str = ""
    thousands: str = ""
    encoding: str = "utf-8"
    actions: Path | None = None
    listings: Path | None = None
    vendor: str = UNKNOWN
    licence: str = UNKNOWN
    caveats: tuple[str, ...] = ()
    survivors_only: bool | None = None

    def __post_init__(self) -> None:
        """Refuse a mapping to a column that does not exist, and an unnamed dataset."""
        for ours in self.columns:
            if ours not in COLUMNS:
                raise unknown_name(ours, "column to map", COLUMNS)
        check_name(self.name)
        if len(SEPARATORS.get(self.separator, self.separator)) != 1:
            raise InvalidOption(
                f"--separator '{self.separator}'.", "Give one character, such as , or ;, or the word tab."
            )
        declared(self.decimal, self.thousands)

    @property
    def notation(self) -> Notation:
        """How numbers are written, as far as it was said."""
        return declared(self.decimal, self.thousands)


def read(path: Path, options: FileOptions) -> DatasetContent:
    """Everything a path holds, as one dataset; nothing of it where anything cannot be read.

    Known at: a daily bar at its session's close, an hourly one at the end of its hour; an action as said in
    `facts.announced`.
    Raises: BadInput naming file, line, column and value; UnknownName for a calendar that does not exist.
    """
    given = [file.resolve() for file in (options.actions, options.listings) if file]
    files, beside, passed_over = _files(path, given)
    parts = [_bars(file, options, folder=path.is_dir()) for file in files]
    kinds = {part["moment"].dtype for part in parts}
    if len(kinds) > 1:
        raise BadInput(f"{path} mixes daily bars with bars within a day.", "Ingest them as two datasets.")
    raw = pl.concat(parts)
    zone = options.time_zone or exchange.time_zone_of(options.calendar)
    days = _sessions(raw["moment"], options.calendar, zone)
    bars = raw.with_columns(_timed(raw, days, options, zone)).select(BARS.names())
    symbols = bars["symbol"].unique().to_list()
    writing = Writing(options.date_format, options.encoding, options.notation)
    facts = options.actions or beside.get(ACTIONS_FILE)
    actions = announced(read_actions(facts, symbols, writing), days)
    terms = owned(read_terms(facts, symbols, writing), actions)
    listings = read_listings(options.listings or beside.get(LISTINGS_FILE), symbols, writing)
    provenance = Provenance(
        Origin.REAL, options.vendor, options.licence, options.caveats, options.survivors_only
    )
    return DatasetContent(
        name=options.name, provenance=provenance, calendar=options.calendar, bars=bars,
        actions=actions.select(ACTIONS.names()), listings=listings, sessions=days,
        time_zone=exchange.time_zone_of(options.calendar), findings=tuple(passed_over), terms=terms,
    )  # fmt: skip


def _files(path: Path, given: list[Path]) -> tuple[list[Path], dict[str, Path], list[Finding]]:
    """The files of bars, the files of facts beside them in a folder, and a word on those passed over.

    `given` are files of facts that were named, wherever they lie.
    """
    if not path.exists():
        raise BadInput(f"{path} does not exist.", "Check the path.")
    if not path.is_dir():
        return [path], {}, []
    there = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    there = [p for p in there if p.resolve() not in given and p.stem.lower() not in NO_DATA]
    beside = {p.stem: p for p in there if p.stem in (ACTIONS_FILE, LISTINGS_FILE)}
    bars = [p for p in there if p.stem.lower() not in NO_BARS]
    left = [p for p in there if p not in bars and p not in beside.values()]
    passed_over = [
        finding(
            "file-not-read", "", f"{p.name} holds no bars by its name: {NO_BARS[p.stem.lower()]} takes it"
        )
        for p in left
    ]
    if not bars:
        folders = ", ".join(sorted(p.name for p in path.iterdir() if p.is_dir())) or "none"
        raise BadInput(f"{path} holds no SYMBOL.csv or SYMBOL.parquet.", f"Folders in it: {folders}.")
    return bars, beside, passed_over


def _bars(path: Path, options: FileOptions, folder: bool) -> pl.DataFrame:
    """One file's bars: symbol, moment (date, or time of the bar's start) and values, unknown ones NaN."""
    table = table_of(path, options.separator, options.encoding)
    source = str(path)
    when = _moments(table, options, source)
    named = _symbol_column(table, options, source, folder)
    alone = pl.repeat(options.symbol or path.stem, len(table), dtype=pl.String, eager=True)
    values = {"symbol": texts(table, named, source) if named else alone, "moment": when}
    priced = {name: _value_column(table, name, options, source) for name in PRICES}
    notation = settled(table, [theirs for theirs in priced.values() if theirs], options.notation)
    for name, theirs in priced.items():
        values[name] = numbers(table, theirs, source, notation) if theirs else _unknown(len(table))
    return pl.DataFrame(values)


def _value_column(table: pl.DataFrame, name: str, options: FileOptions, source: str) -> str | None:
    """The column of a price or volume; only the close has to be there, and what was mapped."""
    found = optional_column(table, name, options.columns)
    is_wanted = name == "close" or name in options.columns
    return column_of(table, name, options.columns, source) if found is None and is_wanted else found


def _moments(table: pl.DataFrame, options: FileOptions, source: str) -> pl.Series:
    """When each bar began; a date and a time of day in two columns are one moment.

    Raises: InvalidOption where a column of times is named beside dates that hold theirs already.
    """
    day_column = _time_column(table, options, source)
    when = moments(table, day_column, source, options.date_format or None)
    named = "time" in options.columns
    clock = column_of(table, "time", options.columns, source) if named else optional_column(table, "time", {})
    if clock is None or clock == day_column:
        return when
    if when.dtype == pl.Date:
        return joined(when, table, clock, source)
    if named:
        raise InvalidOption(
            f"{source}: column '{day_column}' holds times of day already.", "Leave --column time=... out."
        )
    return when


def _symbol_column(table: pl.DataFrame, options: FileOptions, source: str, folder: bool) -> str | None:
    """The column that tells the instruments apart, None in a file of one of them.

    In a folder a file is called after its instrument, unless it holds several.
    Raises: BadInput where several instruments would become one.
    """
    if "symbol" in options.columns:
        return column_of(table, "symbol", options.columns, source)
    named = optional_column(table, "symbol", {})
    alike = [name for name in table.columns if plain_name(name) in SYMBOL_LIKE]
    many = next((name for name in (named, *alike) if name and table[name].n_unique() > 1), None)
    if many and options.symbol:
        raise BadInput(
            f"{source}: column '{many}' holds several instruments, and --symbol would make them one.",
            f"Leave --symbol out and give --column symbol={many}.",
        )
    if many and many != named:
        raise BadInput(
            f"{source}: column '{many}' looks like the symbol.", f"Give --column symbol={many}, or remove it."
        )
    is_one = options.symbol or (folder and not many)
    return None if is_one else named


def _time_column(table: pl.DataFrame, options: FileOptions, source: str) -> str:
    if "date" in options.columns:
        return column_of(table, "date", options.columns, source)
    found = [optional_column(table, name, {}) for name in TIME_NAMES]
    return next((name for name in found if name), None) or column_of(table, "date", {}, source)


def _unknown(count: int) -> pl.Series:
    return pl.repeat(float("nan"), count, dtype=pl.Float64, eager=True)


def _sessions(moment: pl.Series, calendar: str, zone: str) -> pl.DataFrame:
    """The calendar from the first bar's day to the last one's."""
    local = moment
    if isinstance(moment.dtype, pl.Datetime) and moment.dtype.time_zone:
        local = moment.dt.convert_time_zone(zone)
    day = local.cast(pl.Date)
    return exchange.sessions(calendar, day.min(), day.max())  # type: ignore[arg-type]


def _timed(raw: pl.DataFrame, days: pl.DataFrame, options: FileOptions, zone: str) -> pl.DataFrame:
    """When each bar began and was known."""
    moment = raw["moment"]
    if moment.dtype == pl.Date:
        return exchange.time_daily(moment, days, zone)
    if moment.dtype.time_zone is None:  # type: ignore[attr-defined]
        moment = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    if moment.null_count():
        at = raw["moment"].filter(moment.is_null())[0]
        raise BadInput(f"{at} does not exist in {zone}: clocks went forward.", "Name the file's time zone.")
    starts = moment.dt.convert_time_zone("UTC").cast(pl.Int64)
    minutes = options.bar_minutes or _usual_minutes(raw["symbol"], starts)
    return exchange.time_intraday(starts, minutes, days)


def _usual_minutes(symbols: pl.Series, starts: pl.Series) -> int:
    """The most common distance between two bars of one symbol, in minutes."""
    apart = pl.DataFrame({"symbol": symbols, "start": starts}).sort("symbol", "start")
    apart = apart.select((pl.col("start").diff().over("symbol") // exchange.NS_PER_MINUTE).alias("minutes"))
    usual = apart.filter(pl.col("minutes") > 0)["minutes"].mode().sort()
    if not len(usual):
        raise InvalidOption("one bar does not show how long a bar is.", "Give --bar-minutes.")
    return int(usual[0])
