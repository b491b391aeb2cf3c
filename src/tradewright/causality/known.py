"""When each cell was known and when each row is decided, on one scale of whole steps.

The instants at which anything became known are numbered. Instant j has two steps: 2j, the moment before it
(the open of its bar), and 2j + 1, the moment itself (the close). A cell is future to a decision where its
step is the larger one.

Times of any kind become ranks, so that a daily bar, a filing and an order can be compared without units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tradewright.causality.frames import TIME, Column, Table
from tradewright.causality.options import AuditOptions
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.panel import Ints

NEVER = np.int64(2**62)


@dataclass(frozen=True, eq=False)
class Known:
    """The steps of one table.

    Shape: `cells[c]` is T, the step at which each cell of column c was known; `rows` is T, that of the row;
    `decided` is T, the step at which a row is decided; `times` is T, the instants in the table's own terms.
    """

    cells: tuple[Ints, ...]
    rows: Ints
    decided: Ints
    times: Ints
    said: str

    @cached_property
    def order(self) -> Ints:
        """Row numbers in the order of time, T."""
        is_sorted = bool((self.rows[1:] >= self.rows[:-1]).all())
        return np.arange(len(self.rows)) if is_sorted else np.argsort(self.rows, kind="stable")

    @cached_property
    def ordered(self) -> Ints:
        """The steps of the rows in the order of time, T."""
        return self.rows[self.order]

    @cached_property
    def steps(self) -> Ints:
        """The steps at which something is decided, first to last."""
        decided = self.decided[self.order]
        decided = decided[decided < NEVER - 1]
        return decided[np.r_[True, decided[1:] != decided[:-1]]] if len(decided) else decided

    @cached_property
    def latest(self) -> int:
        """The last step at which anything was known."""
        return max(int(steps.max(initial=-1)) for steps in {id(one): one for one in self.cells}.values())

    @cached_property
    def first_cell(self) -> Ints:
        """The earliest step of each row's cells, T."""
        first = self.cells[0].copy()
        for column in {id(one): one for one in self.cells}.values():
            np.minimum(first, column, out=first)
        return first


def known_of(tables: tuple[Table, ...], options: AuditOptions) -> tuple[Known, ...]:
    """The steps of all tables on one common scale; the first table's rows are the ones decided.

    Raises: UnknownName for a column that is not there; InvalidOption for one that holds no times.
    """
    main = [_row_times(table, options, tables) for table in tables]
    if len(tables) > 1 and any(said == "" for _, said in main):
        bare = next(table.name for table, (_, said) in zip(tables, main, strict=True) if said == "")
        raise InvalidOption(
            f"Nothing says when the rows of '{bare}' were known.",
            "With several tables, name known_at for each.",
        )
    scale = _distinct(np.concatenate([times for times, _ in main]))
    return tuple(
        _known(table, times, said, scale, options, len(tables) > 1)
        for table, (times, said) in zip(tables, main, strict=True)
    )


def _distinct(times: Ints) -> Ints:
    """The distinct times in their order, those that are never left out; most tables are in order already."""
    times = times[times != NEVER]
    if not bool((times[1:] >= times[:-1]).all()):
        times = np.sort(times)
    return times[np.r_[True, times[1:] != times[:-1]]] if len(times) else times


def _known(table: Table, times: Ints, said: str, scale: Ints, options: AuditOptions, several: bool) -> Known:
    rows = _steps(times, scale)
    decided = rows - 1 if options.decide_at == "open" else rows
    own = _own_columns(table, options.column_known_at, several)
    in_advance = {name.casefold() for name in options.known_in_advance}
    at_open = {name.casefold() for name in options.known_at_open}
    cells = []
    for name in table.names:
        if name in own:
            cells.append(_steps(_times(table, own[name]), scale))
        elif name in options.known_after_rows:
            cells.append(rows + 2 * options.known_after_rows[name])
        elif name.casefold() in in_advance:
            cells.append(np.full(len(rows), -1, dtype=np.int64))
        elif options.decide_at == "open" and name.casefold() in at_open:
            cells.append(rows - 1)
        else:
            cells.append(rows)
    return Known(tuple(cells), rows, decided, times, said or "the order of its rows")


def _own_columns(table: Table, given: Mapping[str, str], several: bool) -> dict[str, str]:
    """Columns of this table with a known_at column of their own."""
    own = {}
    for column, known_at in given.items():
        head, dot, tail = column.partition(".")
        if several and dot and head != table.name:
            continue
        plain = tail if several and dot else column
        if plain not in table.names:
            raise unknown_name(plain, f"column of '{table.name}'", table.names)
        own[plain] = known_at
    return own


def _steps(times: Ints, scale: Ints) -> Ints:
    """The closing step of the first instant that is not before each time; undated cells are never known."""
    steps = 2 * np.searchsorted(scale, times).astype(np.int64) + 1
    steps[times == NEVER] = NEVER
    return steps


def _row_times(table: Table, options: AuditOptions, tables: tuple[Table, ...]) -> tuple[Ints, str]:
    """When each row was known, and by what; "" where only the order of rows says so."""
    given = options.known_at
    if isinstance(given, Mapping):
        for name in given:
            if name not in [one.name for one in tables]:
                raise unknown_name(name, "table", [one.name for one in tables])
        given = given.get(table.name, "")
    if given:
        return _times(table, given), f"column '{given}'"
    found = _index_times(table)
    if found is not None:
        return found, "its index"
    if table.kind == "polars" and len(table.places(TIME)) == 1:
        name = table.names[table.places(TIME)[0]]
        return _times(table, name), f"column '{name}'"
    return np.arange(len(table), dtype=np.int64), ""


def _times(table: Table, name: str) -> Ints:
    """A column of times as whole numbers that rise with them."""
    if table.kind == "pandas" and name not in table.names and name in table.native.index.names:
        return whole_times(table.native.index.get_level_values(name), name)
    if name not in table.names:
        raise unknown_name(name, f"column of '{table.name}'", table.names)
    place = table.names.index(name)
    if table.kind == "pandas":
        return whole_times(table.native.iloc[:, place], name)
    return whole_times(table.values(place), name)


def _index_times(table: Table) -> Ints | None:
    """The times in a pandas index, or in one of its levels."""
    if table.kind != "pandas":
        return None
    import pandas as pd

    index = table.native.index
    for level in range(index.nlevels):
        values = index.get_level_values(level)
        if isinstance(values, pd.DatetimeIndex):
            return whole_times(values, "index")
        if isinstance(values, pd.PeriodIndex):
            return whole_times(values.end_time, "index")
    return None


def whole_times(values: Any, name: str) -> Ints:
    """Times of any kind as nanoseconds, or numbers as they are; a missing one is `NEVER`.

    Raises: InvalidOption for what is neither.
    """
    column: Column = np.asarray(values)
    if column.dtype.kind in "iu":
        return column.astype(np.int64)
    if column.dtype.kind == "f":
        if np.all((column == np.floor(column)) | np.isnan(column)):
            return np.where(np.isnan(column), NEVER, np.nan_to_num(column)).astype(np.int64)
        raise InvalidOption(f"'{name}' holds numbers with fractions, not times.", "Name a column of times.")
    if column.dtype.kind != "M":
        import pandas as pd

        try:
            column = np.asarray(pd.to_datetime(pd.Series(column), utc=True).dt.tz_localize(None))
        except (ValueError, TypeError) as error:
            raise InvalidOption(
                f"'{name}' holds no times: {str(error).splitlines()[0]}.", "Name a column of times."
            ) from error
    told = column.astype("datetime64[ns]").astype(np.int64)
    told[np.isnat(column)] = NEVER
    return told
