"""Text to values, cell by cell: what cannot be read is an error naming its file, line, column and value."""

import polars as pl

from tradewright.values.errors import BadInput

MISSING = ("", "nan", "na", "n/a", "null", "none", "-")
# 1,234,567.8: commas in a number are taken only where they group thousands.
_GROUPED = {
    ".": r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$",
    ",": r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$",
}
_DECIMAL_COMMA = r"^[+-]?[\d.]*,\d+$"
_CORRECT = "Correct the cell; nothing was ingested."
# Ways in which people write dates, each without and with a time of day: the ones named in an error.
_DATE_FORMATS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y",
    "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%y",
)  # fmt: skip
_TIME_FORMATS = ("", " %H:%M", " %H:%M:%S")
_EARLIEST_YEAR = 1800


def numbers(table: pl.DataFrame, column: str, source: str, decimal: str = ".") -> pl.Series:
    """A column of prices or volumes; an empty cell is NaN.

    Shape: `table` has `line` (the line in the file) beside its columns; `decimal` is a point or a comma.
    Raises: BadInput for a cell that is no number, or an infinite one.
    """
    cells = table[column]
    if cells.dtype != pl.String:
        values = cells.cast(pl.Float64, strict=False)
        _refuse(table, values.is_infinite().fill_null(False), column, source, "a finite number")
        return values.fill_null(float("nan"))
    plain = cells.str.strip_chars().fill_null("")
    missing = plain.str.to_lowercase().is_in(MISSING)
    grouped = plain.str.contains(_GROUPED[decimal])
    plain = plain.zip_with(~grouped, plain.str.replace_all("." if decimal == "," else ",", "", literal=True))
    if decimal == ",":
        # A point left over is no grouping: such a cell is none of this file's numbers.
        plain = plain.zip_with(~plain.str.contains(".", literal=True), pl.repeat("?", len(plain), eager=True))
        plain = plain.str.replace(",", ".", literal=True)
    values = plain.cast(pl.Float64, strict=False)
    wrong = ~missing & ~values.is_finite().fill_null(False)
    commas = decimal == "." and bool(cells.filter(wrong).str.contains(_DECIMAL_COMMA).any())
    mend = "For decimal commas in files of bars give --decimal ','." if commas else _CORRECT
    _refuse(table, wrong, column, source, "a number", mend)
    return values.set(missing, None).fill_null(float("nan"))


def texts(table: pl.DataFrame, column: str, source: str) -> pl.Series:
    """A column of names, none of them empty.

    Raises: BadInput for an empty cell.
    """
    values = table[column].cast(pl.String).str.strip_chars().fill_null("")
    _refuse(table, values == "", column, source, "a name")
    return values


def dates(table: pl.DataFrame, column: str, source: str, may_be_empty: bool = False) -> pl.Series:
    """A column of days such as 2014-06-09.

    Raises: BadInput for a cell that is no date.
    """
    cells = table[column]
    if cells.dtype in (pl.Date, pl.Datetime):
        values = cells.cast(pl.Date)
        _refuse(table, values.is_null() & (not may_be_empty), column, source, "a date such as 2014-06-09")
        return values
    plain = cells.cast(pl.String).str.strip_chars().fill_null("")
    values = plain.str.to_date("%Y-%m-%d", strict=False)
    wrong = values.is_null() & ((plain != "") | (not may_be_empty))
    _refuse(table, wrong, column, source, "a date such as 2014-06-09")
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
    wanted = "a date such as 2014-06-09 or a time such as 2014-06-09 10:00"
    wanted = f"a date like {date_format}" if date_format else wanted
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
        has_time = any(mark in date_format for mark in ("%H", "%I", "%T", "%R"))
        kind = pl.Datetime("ns") if has_time else pl.Date
        return plain.str.strptime(kind, date_format, strict=False)
    if len(first) == len("20140609") and first.isdigit():
        return plain.str.to_date("%Y%m%d", strict=False)
    if len(first) <= len("2014-06-09"):
        return plain.str.to_date("%Y-%m-%d", strict=False)
    even = plain.str.replace("T", " ", literal=True).str.replace("Z", "+00:00", literal=True)
    even = even.str.replace(r"^(\S+ \d{2}:\d{2})([+-].*)?$", "${1}:00${2}")
    if even.str.contains(r"[+-]\d{2}:?\d{2}$")[0]:
        return even.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="ns", strict=False)
    return even.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="ns", strict=False)


def _refuse(
    table: pl.DataFrame, wrong: pl.Series, column: str, source: str, wanted: str, mend: str = _CORRECT
) -> None:
    """Raise for the first wrong cell, if there is one."""
    if not wrong.any():
        return
    at = int(wrong.arg_true()[0])
    given, line = table[column][at], table["line"][at]
    more = int(wrong.sum()) - 1
    others = f" (and {more} more like it)" if more else ""
    raise BadInput(
        f"{source}, line {line}, column '{column}': {given!r} is not {wanted}{others}.",
        mend,
    )
