"""Tables of pandas, Polars and numpy through one small window: columns by place, rows by number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Ints

Column = NDArray[Any]
NUMBER, WHOLE, FLAG, TIME, TEXT = "number", "whole number", "flag", "time", "text"

# From here on a call of the query engine is cheap beside the rows.
LONG_SERIES = 16_384
# Columns whose words tell a person which row is meant.
_TIME_NAMES = ("date", "datetime", "time", "timestamp")


@dataclass(frozen=True, eq=False)
class Table:
    """One table as the user gave it, with its columns named and sorted by what they hold.

    `kind` is "pandas", "polars", "numpy" (an array, plain or structured) or "mapping" (arrays by name).
    """

    name: str
    native: Any
    kind: str
    names: tuple[str, ...]
    roles: tuple[str, ...]
    _seen: dict[int, Column] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """Rows."""
        if self.kind == "mapping":
            return len(next(iter(self.native.values())))
        return len(self.native)

    def values(self, place: int) -> Column:
        """One column as a numpy array; looked up once, because an audit asks for it at every change."""
        if place not in self._seen:
            self._seen[place] = self._values(place)
        return self._seen[place]

    def _values(self, place: int) -> Column:
        if self.kind == "pandas":
            return np.asarray(self.native.iloc[:, place].array)
        if self.kind == "polars":
            return array_of(self.native.to_series(place))
        if self.kind == "mapping":
            return np.asarray(self.native[self.names[place]])
        if self.native.dtype.names:
            return np.asarray(self.native[self.names[place]])
        flat: Column = self.native.reshape(len(self.native), -1)[:, place]
        return flat

    def places(self, *roles: str) -> tuple[int, ...]:
        """The columns that hold one of some kinds of thing."""
        return tuple(place for place, role in enumerate(self.roles) if role in roles)

    def copy(self) -> Any:
        """The table itself, in its own kind, sharing nothing that can be written."""
        if self.kind == "polars":
            return self.native.clone()
        if self.kind == "mapping":
            return {name: np.array(column) for name, column in self.native.items()}
        return self.native.copy()

    def rebuilt(self, rows: Ints, changed: Mapping[int, Column], step: int = 0) -> Any:
        """The table made of some of its rows, with some columns replaced.

        `rows` are numbers of its rows; `changed` holds whole columns of that new length. The last `step` rows
        stand after the table's end: its times go on there.
        """
        build = {"pandas": _pandas, "polars": _polars, "mapping": _mapping, "numpy": _numpy}[self.kind]
        return build(self, rows, changed, step)


def array_of(series: Any) -> Column:
    """A Polars series as an array, NaN where it is null; filling long ones first is three times as fast."""
    if len(series) > LONG_SERIES and series.dtype.is_float() and series.null_count():
        series = series.fill_null(float("nan"))
    found: Column = series.to_numpy()
    return found


def table_of(native: Any, name: str = "table", kind: str = "auto") -> Table:
    """Look at a table; where `kind` is not "auto", a table of another kind is changed into it.

    Raises: InvalidOption for something that is no table.
    """
    found = kind_of(native)
    if kind not in ("auto", found) and not (kind == "numpy" and found == "mapping"):
        native = converted(native, found, kind)
        found = kind
    names, roles = _columns(native, found)
    if not names:
        raise InvalidOption(f"'{name}' has no columns.", "Give a table with at least one.")
    return Table(name, native, found, names, roles)


def kind_of(native: Any) -> str:
    """pandas, polars, numpy or mapping.

    Raises: InvalidOption for anything else.
    """
    home = type(native).__module__.partition(".")[0]
    if home == "pandas" and type(native).__name__ == "DataFrame":
        return "pandas"
    if home == "polars" and type(native).__name__ == "DataFrame":
        return "polars"
    if isinstance(native, np.ndarray) and native.ndim >= 1:
        return "numpy"
    if isinstance(native, Mapping) and native and all(isinstance(v, np.ndarray) for v in native.values()):
        return "mapping"
    raise InvalidOption(
        f"A table of type {type(native).__name__}.",
        "Give a pandas or Polars DataFrame, a numpy array, or a mapping of names to arrays.",
    )


def converted(native: Any, found: str, kind: str) -> Any:
    """A table in another kind; numpy gets its numeric columns in their order."""
    table = Table("", native, found, *_columns(native, found))
    columns = {name: table.values(place) for place, name in enumerate(table.names)}
    if kind == "pandas":
        import pandas as pd

        return pd.DataFrame(columns)
    if kind == "polars":
        import polars as pl

        return pl.DataFrame(columns)
    numeric = [columns[table.names[place]] for place in table.places(NUMBER, WHOLE, FLAG)]
    return np.column_stack([column.astype(np.float64) for column in numeric])


def _columns(native: Any, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if kind == "pandas":
        names = [
            ".".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in native.columns
        ]
        return tuple(names), tuple(_pandas_role(dtype) for dtype in native.dtypes)
    if kind == "polars":
        return tuple(native.columns), tuple(_polars_role(dtype) for dtype in native.dtypes)
    if kind == "mapping":
        return tuple(native), tuple(_role(column.dtype) for column in native.values())
    if native.dtype.names:
        fields = native.dtype.names
        return tuple(fields), tuple(_role(native.dtype[name]) for name in fields)
    width = int(np.prod(native.shape[1:], dtype=np.int64))
    names = ["value"] if native.ndim == 1 else [f"column {place}" for place in range(width)]
    return tuple(names), (_role(native.dtype),) * width


def _role(dtype: Any) -> str:
    kind = np.dtype(dtype).kind
    return {"f": NUMBER, "i": WHOLE, "u": WHOLE, "b": FLAG, "M": TIME}.get(kind, TEXT)


def _pandas_role(dtype: Any) -> str:
    import pandas as pd

    if isinstance(dtype, pd.DatetimeTZDtype):
        return TIME
    if pd.api.types.is_bool_dtype(dtype):
        return FLAG
    if pd.api.types.is_integer_dtype(dtype):
        return WHOLE
    if pd.api.types.is_float_dtype(dtype):
        return NUMBER
    return TIME if pd.api.types.is_datetime64_any_dtype(dtype) else TEXT


def _polars_role(dtype: Any) -> str:
    import polars as pl

    if dtype.is_float() or isinstance(dtype, pl.Decimal):
        return NUMBER
    if dtype.is_integer():
        return WHOLE
    if dtype == pl.Boolean:
        return FLAG
    return TIME if isinstance(dtype, pl.Datetime | pl.Date) else TEXT


def advanced(times: Column, count: int) -> Column:
    """A column of times, numbers or dates whose last `count` entries go on by its usual step."""
    if count == 0 or len(times) <= count + 1:
        return times
    told = np.array(times)
    kept = told[:-count]
    forward = np.diff(kept)
    forward = forward[forward > forward.dtype.type(0)]
    if len(forward):
        step = np.sort(forward)[len(forward) // 2]
        told[-count:] = kept.max() + step * np.arange(1, count + 1)
    return told


def _pandas(table: Table, rows: Ints, changed: Mapping[int, Column], step: int) -> Any:
    import pandas as pd

    made = table.native.take(rows)
    for place, column in _replaced(table, rows, changed, step).items():
        dtype = table.native.dtypes.iloc[place]
        if column.dtype == dtype:
            made.isetitem(place, column)
            continue
        try:
            made.isetitem(place, pd.array(column, dtype=dtype))
        except (TypeError, ValueError):
            made.isetitem(place, column)
    if step and isinstance(made.index, pd.DatetimeIndex | pd.RangeIndex | pd.Index):
        made.index = _further_index(made.index, step)
    return made


def _further_index(index: Any, step: int) -> Any:
    """An index whose last entries go on, where it is one of times or whole numbers."""
    import pandas as pd

    if isinstance(index, pd.MultiIndex):
        levels = [_further_index(index.get_level_values(n), step) for n in range(index.nlevels)]
        return pd.MultiIndex.from_arrays(levels, names=index.names)
    if isinstance(index, pd.DatetimeIndex):
        told = advanced(index.as_unit("ns").asi8, step)
        made = pd.DatetimeIndex(told.view("datetime64[ns]"), name=index.name)
        return made.tz_localize("UTC").tz_convert(index.tz) if index.tz is not None else made
    if pd.api.types.is_integer_dtype(index.dtype):
        return pd.Index(advanced(index.to_numpy(), step), name=index.name)
    return index


def _polars(table: Table, rows: Ints, changed: Mapping[int, Column], step: int) -> Any:
    import polars as pl

    # Slices and columns put in their place go past the query engine, which costs more than a call's rows.
    made = table.native[rows] if not _in_one_piece(rows) else table.native.slice(int(rows[0]), len(rows))
    for place, column in _replaced(table, rows, changed, step).items():
        series = pl.Series(table.names[place], np.ma.getdata(column), nan_to_null=False)
        series = series.cast(table.native.dtypes[place], strict=False)
        if isinstance(column, np.ma.MaskedArray):
            series = series.zip_with(
                ~pl.Series(np.ma.getmaskarray(column)), pl.Series([None], dtype=series.dtype)
            )
        made.replace_column(place, series)
    return made


def _in_one_piece(rows: Ints) -> bool:
    """Whether these are rows that follow each other."""
    return len(rows) > 0 and bool((np.diff(rows) == 1).all())


def _mapping(table: Table, rows: Ints, changed: Mapping[int, Column], step: int) -> Any:
    replaced = _replaced(table, rows, changed, step)
    return {
        name: replaced[place] if place in replaced else table.native[name][rows]
        for place, name in enumerate(table.names)
    }


def _numpy(table: Table, rows: Ints, changed: Mapping[int, Column], step: int) -> Any:
    made = table.native[rows]
    replaced = _replaced(table, rows, changed, step)
    if made.dtype.names:
        for place, column in replaced.items():
            made[table.names[place]] = column
        return made
    if made.dtype.kind in "iu" and any(column.dtype.kind == "f" for column in replaced.values()):
        made = made.astype(np.float64)
    flat = made.reshape(len(rows), -1)
    for place, column in replaced.items():
        flat[:, place] = column
    return flat.reshape(made.shape)


def _replaced(table: Table, rows: Ints, changed: Mapping[int, Column], step: int) -> dict[int, Column]:
    """The columns to write: those that were changed, and the times that go on after the end."""
    told = {place: column if table.kind == "polars" else _filled(column) for place, column in changed.items()}
    if step:
        for place in table.places(TIME):
            column = table.values(place)[rows]
            if place not in told and column.dtype.kind == "M":
                told[place] = advanced(column, step)
    return told


def _filled(column: Column) -> Column:
    """A masked column with NaN where it is masked: a mask would travel into the target's arithmetic."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    filled: Column = np.ma.filled(column.astype(np.float64), np.nan)
    return filled


def names_of(tables: Sequence[Table]) -> tuple[str, ...]:
    """All columns, with their table's name before them where there are several tables."""
    if len(tables) == 1:
        return tables[0].names
    return tuple(f"{table.name}.{name}" for table in tables for name in table.names)


def instant_of(table: Table, row: int, known_at: Any) -> str:
    """A row's label, for a person: its time of being known, its index, or what a column of times says."""
    name = known_at if isinstance(known_at, str) else known_at.get(table.name, "")
    if name in table.names:
        return _shown(table.values(table.names.index(name))[row])
    label = _shown(table.native.index[row]) if table.kind == "pandas" else ""
    if label not in ("", str(row)):
        return label
    told = next((place for place, one in enumerate(table.names) if one.lower() in _TIME_NAMES), None)
    return label if told is None else _shown(table.values(told)[row])


def _shown(label: Any) -> str:
    """A label without an empty time of day."""
    words = str(label).replace("T", " ") if isinstance(label, np.datetime64) else str(label)
    day, _, clock = words.partition(" ")
    return day if clock.strip("0:.") == "" and len(day) == 10 else words
