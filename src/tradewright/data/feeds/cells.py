"""Text to values, cell by cell: what cannot be read is an error naming its file, line, column and value."""

import polars as pl

from tradewright.values.errors import BadInput

MISSING = ("", "nan", "na", "n/a", "null", "none", "-")
# 1,234,567.8: commas in a number are taken only where they group thousands.
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"


def numbers(table: pl.DataFrame, column: str, source: str) -> pl.Series:
    """A column of prices or volumes; an empty cell is NaN.

    Shape: `table` has `line` (the line in the file) beside its columns.
    Raises: BadInput for a cell that is no number, or an infinite one.
    """
    cells = table[column]
    if cells.dtype != pl.String:
        values = cells.cast(pl.Float64, strict=False)
        _refuse(table, values.is_infinite().fill_null(False), column, source, "a finite number")
        return values.fill_null(float("nan"))
    plain = cells.str.strip_chars().fill_null("")
    missing = plain.str.to_lowercase().is_in(MISSING)
    grouped = plain.str.contains(_GROUPED)
    plain = plain.zip_with(~grouped, plain.str.replace_all(",", "", literal=True))
    values = plain.cast(pl.Float64, strict=False)
    _refuse(table, ~missing & ~values.is_finite().fill_null(False), column, source, "a number")
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
    _refuse(table, values.is_null(), column, source, wanted)
    return values


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


def _refuse(table: pl.DataFrame, wrong: pl.Series, column: str, source: str, wanted: str) -> None:
    """Raise for the first wrong cell, if there is one."""
    if not wrong.any():
        return
    at = int(wrong.arg_true()[0])
    given, line = table[column][at], table["line"][at]
    more = int(wrong.sum()) - 1
    others = f" (and {more} more like it)" if more else ""
    raise BadInput(
        f"{source}, line {line}, column '{column}': {given!r} is not {wanted}{others}.",
        "Correct the cell; nothing was ingested.",
    )
