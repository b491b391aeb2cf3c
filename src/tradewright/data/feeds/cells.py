"""Text to values, cell by cell: what cannot be read is an error naming its file, line, column and value."""

from dataclasses import replace

import polars as pl

from tradewright.data.feeds.notation import COMMA, POINT, Notation, even
from tradewright.values.errors import BadInput

MISSING = ("", "nan", "na", "n/a", "null", "none", "-")
_DECIMAL_COMMA = r"^[+-]?[\d.]*,\d+$"
_CORRECT = "Correct the cell; nothing was ingested."
# Ways in which people write dates, each without and with a time of day: the ones named in an error.
_DATE_FORMATS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y",
    "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%y",
)  # fmt: skip
_TIME_FORMATS = ("", " %H:%M", " %H:%M:%S")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p")
_EARLIEST_YEAR = 1800


def numbers(table: pl.DataFrame, column: str, source: str, notation: Notation) -> pl.Series:
    """A column of prices or volumes; an empty cell is NaN.

    Shape: `table` has `line` (the line in the file) beside its columns.
    Raises: BadInput for a cell that is no number, an infinite one, or one that could be two numbers.
    """
    cells = table[column]
    if cells.dtype != pl.String:
        values = cells.cast(pl.Float64, strict=False)
        _refuse(table, values.is_infinite().fill_null(False), column, source, "is not a finite number")
        return values.fill_null(float("nan"))
    plain = even(cells)
    missing = plain.str.to_lowercase().is_in(MISSING)
    bare = plain.zip_with(
        ~plain.str.contains(notation.grouped), plain.str.replace_all(notation.group, "", literal=True)
    )
    if notation.mark == COMMA:
        # A point left over is no grouping: such a cell is none of this file's numbers.
        bare = bare.zip_with(~bare.str.contains(POINT, literal=True), pl.repeat("?", len(bare), eager=True))
        bare = bare.str.replace(COMMA, POINT, literal=True)
    values = bare.cast(pl.Float64, strict=False)
    wrong = ~missing & ~values.is_finite().fill_null(False)
    _refuse(table, wrong, column, source, "is not a number", _number_mend(plain.filter(wrong), notation))
    if not notation.is_sure:
        _refuse_doubtful(table, plain.str.contains(notation.doubtful), column, source, notation)
    return values.set(missing, None).fill_null(float("nan"))


def _number_mend(wrong: pl.Series, notation: Notation) -> str:
    """The option that reads the cells which are no numbers as the file is said to be written."""
    if notation.mark == POINT and bool(wrong.str.contains(_DECIMAL_COMMA).any()):
        return "For decimal commas give --decimal ','."
    for group, typed in ((" ", "space"), ("'", '"\'"')):
        if len(wrong) and bool(wrong.str.contains(replace(notation, thousands=group).grouped).all()):
            return f"Where thousands are grouped like this, give --thousands {typed}."
    return _CORRECT


def _refuse_doubtful(
    table: pl.DataFrame, doubtful: pl.Series, column: str, source: str, notation: Notation
) -> None:
    """Raise for the first cell that could be thousands or have decimals."""
    if not doubtful.any():
        return
    group, first = notation.group, str(table[column].filter(doubtful)[0]).strip()
    both = f"could be {first.replace(group, '')} or {first.replace(group, POINT)}"
    mend = f"Give --decimal '{group}' if decimals follow the mark, or --thousands '{group}' if thousands do."
    _refuse(table, doubtful, column, source, both, mend)


def texts(table: pl.DataFrame, column: str, source: str) -> pl.Series:
    """A column of names, none of them empty.

    Raises: BadInput for an empty cell.
    """
    values = table[column].cast(pl.String).str.strip_chars().fill_null("")
    _refuse(table, values == "", column, source, "is not a name")
    return values


def dates(
    table: pl.DataFrame, column: str, source: str, date_format: str = "", may_be_empty: bool = False
) -> pl.Series:
    """A column of days such as 2014-06-09, or as `date_format` writes them.

    Raises: BadInput for a cell that is no date.
    """
    cells = table[column]
    if cells.dtype in (pl.Date, pl.Datetime):
        values = cells.cast(pl.Date)
        _refuse(
            table, values.is_null() & (not may_be_empty), column, source, "is not a date such as 2014-06-09"
        )
        return values
    plain = cells.cast(pl.String).str.strip_chars().fill_null("")
    values = plain.str.to_date("%Y-%m-%d", strict=False)
    if date_format and values.null_count() == len(values):
        # The bars' own format; facts that are ISO beside such bars stay readable.
        values = _in_format(plain, date_format).cast(pl.Date)
    wrong = values.is_null() & ((plain != "") | (not may_be_empty))
    wanted = f"is not a date such as 2014-06-09{f' or like {date_format}' if date_format else ''}"
    # One odd cell among good ones is a slip; where all are odd, so is the format.
    all_odd = bool(wrong.any()) and values.null_count() == len(values) and not date_format
    mend = _date_mend(plain.filter(plain != "")) if all_odd else _CORRECT
    _refuse(table, wrong, column, source, wanted, mend)
    return values


def moments(table: pl.DataFrame, column: str, source: str, date_format: str | None) -> pl.Series:
    """A column of dates or of times, whichever it holds throughout.

    Shape: dtype Date, or Datetime without a zone (local to the exchange), or Datetime in UTC where the file
    gives an offset. Raises: BadInput for a cell that does not read like the first one.
    """
    cells = table[column]
    if cells.dtype == pl.Date:
        values = cells
    elif isinstance(cells.dtype, pl.Datetime):
        values = cells.cast(pl.Datetime("ns", cells.dtype.time_zone))
    else:
        values = _read_moments(cells.cast(pl.String).str.strip_chars().fill_null(""), date_format)
    wanted = "is not a date such as 2014-06-09 or a time such as 2014-06-09 10:00"
    wanted = f"is not a date like {date_format}" if date_format else wanted
    wrong = values.is_null()
    # One odd cell among good ones is a slip; where the first is odd already, so is the format.
    mend = _date_mend(cells.cast(pl.String).str.strip_chars()) if wrong.any() and wrong[0] else _CORRECT
    _refuse(table, wrong, column, source, wanted, mend)
    return values


def _date_mend(plain: pl.Series) -> str:
    """The option that reads these dates: the formats that all of them have."""
    if plain[0] == "" or plain.null_count():
        return _CORRECT
    both = [f"{day}{time}" for day in _DATE_FORMATS for time in _TIME_FORMATS]
    fitting = [f"'{form}'" for form in both if _fits(plain, form)]
    if not fitting:
        return "Say how they are written with --date-format, such as '%d.%m.%Y' for 31.12.2014."
    which = " Days and months could be either way round." if len(fitting) > 1 else ""
    return f"Give --date-format {' or '.join(fitting)}.{which}"


def _fits(plain: pl.Series, date_format: str) -> bool:
    """Whether all dates are written like this, in years that prices have."""
    kind = pl.Datetime("ns") if "%H" in date_format else pl.Date
    try:
        read = plain.str.strptime(kind, date_format, strict=False)
    except pl.exceptions.PolarsError:
        return False
    return not read.null_count() and bool((read.dt.year() >= _EARLIEST_YEAR).all())


def _read_moments(plain: pl.Series, date_format: str | None) -> pl.Series:
    """Dates or times in the format that suits the first cell."""
    first = plain[0]
    if date_format:
        return _in_format(plain, date_format)
    if len(first) == len("20140609") and first.isdigit():
        return plain.str.to_date("%Y%m%d", strict=False)
    if len(first) <= len("2014-06-09"):
        return plain.str.to_date("%Y-%m-%d", strict=False)
    even = plain.str.replace("T", " ", literal=True).str.replace("Z", "+00:00", literal=True)
    even = even.str.replace(r"^(\S+ \d{2}:\d{2})([+-].*)?$", "${1}:00${2}")
    if even.str.contains(r"[+-]\d{2}:?\d{2}$")[0]:
        return even.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="ns", strict=False)
    return even.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="ns", strict=False)


def _in_format(plain: pl.Series, date_format: str) -> pl.Series:
    """Dates, or times where the format has hours; null where a cell is written otherwise."""
    has_time = any(mark in date_format for mark in ("%H", "%I", "%T", "%R"))
    return plain.str.strptime(pl.Datetime("ns") if has_time else pl.Date, date_format, strict=False)


def joined(day: pl.Series, table: pl.DataFrame, column: str, source: str) -> pl.Series:
    """Days and the times of day that stand in a column of their own, as one moment each.

    Shape: dtype Datetime without a zone, or Date as it came where every time is midnight: daily bars.
    Raises: BadInput for a cell that is no time of day.
    """
    cells = table[column]
    clock = cells if cells.dtype == pl.Time else _clock(cells.cast(pl.String).str.strip_chars().fill_null(""))
    _refuse(table, clock.is_null(), column, source, "is not a time of day such as 15:30")
    since = clock.cast(pl.Int64)
    return day if not (since != 0).any() else day.cast(pl.Datetime("ns")) + since.cast(pl.Duration("ns"))


def _clock(plain: pl.Series) -> pl.Series:
    """Times of day as people write them: 9:30, 09:30:00, 93000, 930, 9:30 AM; null where none of these."""
    longest = int(plain.str.len_chars().max() or 0)  # type: ignore[arg-type]
    if plain.str.contains(r"^\d+$").all():
        wide = plain.str.zfill(4 if longest <= len("0930") else len("093000"))
        return wide.str.to_time("%H%M" if longest <= len("0930") else "%H%M%S", strict=False)
    padded = plain.str.to_uppercase().str.replace(r"^(\d:)", "0${1}").str.replace(r"\s*([AP]M)$", " ${1}")
    read = [padded.str.to_time(form, strict=False) for form in _CLOCKS]
    return pl.select(pl.coalesce(read)).to_series()


def _refuse(
    table: pl.DataFrame,
    wrong: pl.Series,
    column: str,
    source: str,
    holds: str,
    mend: str = _CORRECT,
) -> None:
    """Raise for the first wrong cell, if there is one."""
    if not wrong.any():
        return
    at = int(wrong.arg_true()[0])
    given, line = table[column][at], table["line"][at]
    more = int(wrong.sum()) - 1
    others = f" (and {more} more like it)" if more else ""
    raise BadInput(
        f"{source}, line {line}, column '{column}': {given!r} {holds}{others}.",
        mend,
    )
