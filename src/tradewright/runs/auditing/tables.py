"""A user's CSV and Parquet files as the frames their function expects.

pandas gets a CSV as pandas.read_csv would give it, but for columns that are said to be times or hold nothing
but ISO dates: those are times, as people who read their bars make them.
"""

import contextlib
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

from tradewright.runs.auditing.request import AuditRequest, TableSource
from tradewright.values.errors import BadInput, InvalidOption, NotFound, unknown_name

ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$"
# Columns that say when a row was known where nobody says it.
TIME_NAMES = ("date", "datetime", "time", "timestamp")


def tables_of(request: AuditRequest) -> tuple[Any, ...]:
    """All tables of a request, in the kind of frame it names.

    Raises: NotFound, BadInput for a file that is no table, UnknownName for a column it does not have.
    """
    read = {"pandas": _pandas, "polars": _polars, "numpy": _numpy}[request.frame]
    return tuple(read(source, _own_times(request, source), request.as_text) for source in request.tables)


def known_by_its_dates(request: AuditRequest, tables: tuple[Any, ...]) -> AuditRequest:
    """The request as it is, or with the one column of times, called a date or a time, that says when rows
    were known."""
    source = request.tables[0]
    if len(tables) != 1 or request.frame != "pandas" or source.known_at or source.index:
        return request
    times = [str(name) for name, kind in tables[0].dtypes.items() if kind.kind == "M"]
    if len(times) != 1 or times[0].lower() not in TIME_NAMES:
        return request
    return replace(request, tables=(replace(source, known_at=times[0]),))


def _own_times(request: AuditRequest, source: TableSource) -> tuple[str, ...]:
    """The columns that hold times because the request says so."""
    named = list(request.column_known_at.values())
    return tuple(name for name in (source.known_at, source.index, *named) if name)


def _frame(source: TableSource, parse_dates: bool) -> Any:
    """The file as a Polars frame."""
    import polars as pl

    path = Path(source.path)
    if not path.is_file():
        raise NotFound(f"No file '{path}'.", "Give --data with a CSV or Parquet file.")
    try:
        if path.suffix.lower() == ".parquet":
            table = pl.read_parquet(path)
        else:
            table = pl.read_csv(path, try_parse_dates=parse_dates, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(f"'{path}' is no table: {said}.", "Give a CSV with a header, or Parquet.") from error
    if table.height < 2:
        raise BadInput(f"'{path}' has {table.height} rows.", "An audit needs a past and a future.")
    return table


def _polars(source: TableSource, times: tuple[str, ...], as_text: tuple[str, ...]) -> Any:
    table = _frame(source, parse_dates=True)
    _check(source, times, table.columns)
    return table


def _pandas(source: TableSource, times: tuple[str, ...], as_text: tuple[str, ...]) -> Any:
    """As pandas; what the request calls a time is one, and so are ISO dates; other words stay as they are."""
    import pandas as pd

    table = _frame(source, parse_dates=False)
    _check(source, times, table.columns)
    for name in as_text:
        if name not in table.columns:
            raise unknown_name(name, f"column of '{source.path}'", table.columns)
    columns = {}
    for name in table.columns:
        column = table[name]
        values = column.to_numpy()
        columns[name] = column.to_list() if values.dtype == object else values
    frame = pd.DataFrame(columns)
    for name in times:
        if name in frame.columns and frame[name].dtype.kind not in "Miuf":
            frame[name] = _parsed(frame[name], source)
    for name in set(_dated(table)) - {*times, *as_text}:
        with contextlib.suppress(ValueError):
            # The thirtieth of February stays a word.
            frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    return frame.set_index(source.index) if source.index else frame


def _dated(table: Any) -> list[str]:
    """Columns of text that hold ISO dates and nothing else."""
    import polars as pl

    words = [name for name, kind in table.schema.items() if kind == pl.String]
    return [
        name for name in words if table[name].drop_nulls().str.contains(ISO).all() and table[name].count()
    ]


def _parsed(column: Any, source: TableSource) -> Any:
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pd.to_datetime(column)
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"'{source.path}': column '{column.name}' holds no times: {str(error).splitlines()[0]}",
            "Name a column of times.",
        ) from error


def _numpy(source: TableSource, times: tuple[str, ...], as_text: tuple[str, ...]) -> Any:
    """The numeric columns as one array, in the order of their file; times have to rise already."""
    import numpy as np

    table = _frame(source, parse_dates=True)
    _check(source, times, table.columns)
    if source.known_at and not table[source.known_at].is_sorted():
        raise InvalidOption(
            f"'{source.path}' is not in the order of '{source.known_at}'.",
            "Sort the file: an array has no column of times.",
        )
    numeric = [name for name, kind in table.schema.items() if kind.is_numeric() and name not in times]
    return table.select(numeric).to_numpy().astype(np.float64)


def _check(source: TableSource, times: tuple[str, ...], columns: list[str]) -> None:
    for name in (source.known_at, source.index):
        if name and name not in columns:
            raise unknown_name(name, f"column of '{source.path}'", columns)
