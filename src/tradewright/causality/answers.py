"""What a target gave back, as named channels of numbers and a key that says which row each is about.

Rows are matched by their place where the answer is as long as the table, else by their label. What can be
neither is refused: a guess about which rows these are would be a guess about who knew what.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tradewright.causality.frames import Column, Table, array_of
from tradewright.causality.known import NEVER, Known, whole_times
from tradewright.values.panel import Floats, Ints

BY_PLACE, BY_LABEL = "by place", "by label"


class Unreadable(Exception):
    """What the target gave back cannot be laid beside rows; says in words why."""


@dataclass(frozen=True, eq=False)
class Channel:
    """One output: `values` as numbers; words and other things are coded, equal for equal things."""

    name: str
    values: Floats
    is_number: bool

    @cached_property
    def is_constant(self) -> bool:
        """Whether it says one thing on every row: nothing could have moved it, on these data."""
        return len(self.values) > 0 and bool(np.isnan(self.values).all() or np.ptp(self.values) == 0.0)

    @cached_property
    def scale(self) -> float:
        """The size of its values: what a difference is measured against."""
        finite = np.abs(self.values[np.isfinite(self.values)])
        if not len(finite):
            return 0.0
        middle = float(np.median(finite))
        return middle if middle > 0 else float(finite.max())


@dataclass(frozen=True, eq=False)
class Answer:
    """The rows of an answer. `keys` are row numbers of the table (by place) or coded labels (by label).

    `decided` is the step at which each row was decided, `rows` the table's row each belongs to. `left_out`
    says in words which parts of the answer are no rows.
    """

    channels: tuple[Channel, ...]
    alignment: str
    keys: Ints
    decided: Ints
    rows: Ints
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Rows of the answer."""
        return len(self.keys)

    @cached_property
    def warm_up(self) -> int:
        """Rows before the first on which every channel has spoken: missing before, or all the same."""
        longest = 0
        for channel in self.channels:
            values = channel.values
            quiet = np.isnan(values) | (values == values[0]) if len(values) else np.zeros(0, dtype=bool)
            longest = max(longest, 0 if quiet.all() else int(np.argmin(quiet)))
        return longest


@dataclass(frozen=True, eq=False)
class Asked:
    """The table a target was asked about: its rows as numbers of the original's (-1: later than its end)."""

    table: Table
    given: Any
    rows: Ints
    known: Known

    def __len__(self) -> int:
        """Rows handed over."""
        return len(self.rows)


def answer_of(found: Any, asked: Asked, is_kept: bool = True) -> Answer:
    """Read an answer; one that is kept is copied, because a target may write into what it returned.

    Raises: Unreadable where it is no rows, or nothing says which rows they are.
    """
    parts, left_out = _parts(found, len(asked))
    if not parts:
        raise Unreadable(_no_rows(found, left_out))
    labels = _labels(parts, found, asked)
    channels = tuple(Channel(name, *_numbers(column, is_kept)) for name, column in parts)
    if labels is None:
        return _by_place(channels, asked, tuple(left_out))
    return _by_label(channels, labels, asked, tuple(left_out))


def _by_place(channels: tuple[Channel, ...], asked: Asked, left_out: tuple[str, ...]) -> Answer:
    decided = asked.known.decided[asked.rows]
    decided[asked.rows < 0] = NEVER
    return Answer(channels, BY_PLACE, asked.rows, decided, asked.rows, left_out)


def _by_label(
    channels: tuple[Channel, ...], labels: tuple[Ints, Ints], asked: Asked, left_out: tuple[str, ...]
) -> Answer:
    """Rows by their labels: each is decided with the last row of the table not after its label.

    A bin labelled by its left edge therefore counts as decided when the bin began: who joins it by that label
    gets it that early.
    """
    keys, times = labels
    own = _own_labels(asked.table)
    order = np.argsort(own, kind="stable")
    decided = np.maximum.accumulate(asked.known.decided[order])
    latest = np.searchsorted(own[order], times, side="right") - 1
    found = np.where(latest >= 0, decided[latest], -1)
    rows = np.where(latest >= 0, order[latest], 0)
    return Answer(channels, BY_LABEL, keys, found, rows, left_out)


def _own_labels(table: Table) -> Ints:
    """The labels of the original rows, as whole numbers that rise with time."""
    if table.kind == "pandas":
        labels = time_labels(table.native.index)
        if labels is not None:
            return _label_times(labels)
    place = next(iter(table.places("time")), None)
    if place is not None:
        return whole_times(table.values(place), table.names[place])
    if table.kind == "pandas" and table.native.index.dtype.kind in "iu":
        return np.asarray(table.native.index, dtype=np.int64)
    return np.arange(len(table), dtype=np.int64)


def time_labels(index: Any) -> Any:
    """The level of a pandas index that holds times, None where none does."""
    import pandas as pd

    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    return next((one for one in levels if isinstance(one, pd.DatetimeIndex | pd.PeriodIndex)), None)


def _label_times(values: Any) -> Ints:
    """Labels as times: a period or a bare date stands for its end.

    Nobody can act on a day's value under the date alone before the day is over.
    """
    import pandas as pd

    if isinstance(values, pd.PeriodIndex):
        return whole_times(values.end_time, "label")
    if len(values) and type(values[0]).__name__ == "date":
        return whole_times(pd.to_datetime(list(values)), "label") + np.int64(86_399_999_999_999)
    return whole_times(values, "label")


def _no_rows(found: Any, left_out: list[str]) -> str:
    if left_out:
        return f"it gave nothing that stands beside rows ({'; '.join(left_out[:3])})"
    if found is None:
        return "it returned None"
    return f"it returned {type(found).__name__}, which is not rows of values"


def _parts(found: Any, rows: int) -> tuple[list[tuple[str, Any]], list[str]]:
    """The columns of an answer by name, and what is not rows. Columns keep their pandas index, if any."""
    if isinstance(found, Mapping):
        return _many(((str(name), one) for name, one in found.items()), rows)
    is_events = isinstance(found, list | tuple) and bool(found) and isinstance(found[0], Mapping)
    if is_events:
        import pandas as pd

        return _columns_of(pd.DataFrame(list(found))), []
    if isinstance(found, list) and len(found) == rows and _holds_records(found):
        found = np.array([tuple(one) for one in found], dtype=object)
    if isinstance(found, tuple) or (isinstance(found, list) and _holds_columns(found)):
        return _many(((f"output {number}", one) for number, one in enumerate(found)), rows)
    return _columns_of(found), []


def _many(items: Iterable[tuple[str, Any]], rows: int) -> tuple[list[tuple[str, Any]], list[str]]:
    """Several columns or tables under one name each; the first that is rows says how many there are."""
    parts: list[tuple[str, Any]] = []
    left_out = []
    length: int | None = None
    items = list(items)
    if any(len(column) == rows for _, one in items for _, column in _columns_of(one)):
        length = rows
    for name, one in items:
        columns = _columns_of(one)
        length = len(columns[0][1]) if columns and length is None else length
        if not columns or any(len(column) != length for _, column in columns):
            left_out.append(f"'{name}' is one value or has other rows")
            continue
        is_one = len(columns) == 1 and getattr(one, "ndim", 1) == 1
        parts += [(name if is_one else f"{name}.{own}", column) for own, column in columns]
    return parts, left_out


def _holds_records(found: list[Any]) -> bool:
    """Whether a list holds one short tuple a row."""
    is_tuples = bool(found) and all(isinstance(one, tuple) for one in found)
    return is_tuples and len({len(one) for one in found}) == 1


def _holds_columns(found: list[Any]) -> bool:
    return bool(found) and all(hasattr(one, "__len__") and not isinstance(one, str) for one in found)


def _columns_of(found: Any) -> list[tuple[str, Any]]:
    """The columns of one thing; none for a scalar."""
    home, kind = type(found).__module__.partition(".")[0], type(found).__name__
    if home == "pandas" and kind == "Series":
        return [(str(found.name) if found.name is not None else "value", found)]
    if home == "polars" and kind == "Series":
        return [(found.name or "value", found)]
    if home == "polars" and kind == "LazyFrame":
        found, kind = found.collect(), "DataFrame"
    if home == "pandas" and kind in ("Index", "DatetimeIndex", "MultiIndex", "RangeIndex"):
        return [("value", np.asarray(found))]
    if kind == "DataFrame" or (isinstance(found, np.ndarray) and found.ndim >= 1):
        return list(_table_columns(found))
    if isinstance(found, list | tuple) and not isinstance(found, str):
        return [("value", _plain(found))]
    if hasattr(found, "__array__") and getattr(found, "ndim", 0) >= 1:
        return list(_table_columns(np.asarray(found)))
    return []


def _plain(found: Iterable[Any]) -> Column:
    column = np.array(list(found), dtype=object)
    try:
        return column.astype(np.float64)
    except (TypeError, ValueError):
        return column


def _table_columns(found: Any) -> Iterator[tuple[str, Any]]:
    from tradewright.causality.frames import table_of

    if not len(getattr(found, "columns", (0,))):
        return
    table = table_of(found)
    if table.kind == "pandas":
        yield from zip(table.names, (column for _, column in found.items()), strict=True)
    elif table.kind == "polars":
        yield from zip(table.names, found.get_columns(), strict=True)
    else:
        yield from ((name, table.values(place)) for place, name in enumerate(table.names))


def _numbers(column: Any, is_kept: bool) -> tuple[Floats, bool]:
    """A column as float64; what is no number is coded by a hash of its text, NaN where missing."""
    if hasattr(column, "array") and hasattr(column, "index"):
        column = column.array
    if type(column).__module__.startswith("polars"):
        # A series never changes, so that it needs no copy.
        column, is_kept = array_of(column), False
    try:
        values = np.asarray(column)
    except (TypeError, ValueError):
        values = _plain(column)
    if values.dtype.kind in "fiub":
        return values.astype(np.float64, copy=is_kept), values.dtype.kind != "b"
    if values.dtype.kind == "M":
        return np.where(np.isnat(values), np.nan, values.astype("datetime64[ns]").astype(np.float64)), False
    if values.dtype.kind == "c":
        return np.abs(values) + np.angle(values), True
    try:
        return np.array([np.nan if _is_missing(one) else float(one) for one in values]), True
    except (TypeError, ValueError):
        return np.array([np.nan if _is_missing(one) else _code(one) for one in values]), False


def _is_missing(one: Any) -> bool:
    return (
        one is None or type(one).__name__ in ("NAType", "NaTType") or (isinstance(one, float) and one != one)
    )


def _code(one: Any) -> float:
    digest = hashlib.blake2b(repr(one).encode(), digest_size=6).digest()
    return float(int.from_bytes(digest, "big"))


def _labels(parts: list[tuple[str, Any]], found: Any, asked: Asked) -> tuple[Ints, Ints] | None:
    """How the rows of an answer are named: None where they stand beside the table's rows one by one.

    Raises: Unreadable where they are other rows and nothing says which.
    """
    length = len(parts[0][1])
    index = getattr(parts[0][1], "index", None)
    index = None if callable(index) else index
    same_length = length == len(asked)
    if same_length and (index is None or _is_own_index(index, asked) or not _is_telling(index, asked)):
        return None
    if index is not None and _is_telling(index, asked):
        return _coded(index)
    column = _time_column(parts, asked)
    if column is not None:
        return _coded(column)
    raise Unreadable(
        f"it returned {length:,} rows for {len(asked):,}, and nothing says which: return them with the "
        "table's index, or with its column of times"
    )


def _is_own_index(index: Any, asked: Asked) -> bool:
    given = getattr(asked.given, "index", None)
    return (
        given is not None and not callable(given) and len(given) == len(index) and bool(index.equals(given))
    )


def _is_telling(index: Any, asked: Asked) -> bool:
    """Whether an index names rows: times do; numbers do where the table is numbered too."""
    import pandas as pd

    if time_labels(index) is not None:
        return True
    if len(index) and type(index[0]).__name__ == "date":
        return True
    own = getattr(asked.given, "index", None)
    if own is None or callable(own) or isinstance(index, pd.RangeIndex) or index.nlevels > 1:
        return False
    return bool(index.isin(own).all()) and pd.api.types.is_integer_dtype(index.dtype)


def _time_column(parts: list[tuple[str, Any]], asked: Asked) -> Any:
    """The column that says which rows these are: one of the table's own, or the only one of times."""
    own = [asked.table.names[place] for place in asked.table.places("time")]
    index = getattr(asked.given, "index", None)
    own += [] if index is None or callable(index) else [str(name) for name in index.names]
    named = [column for name, column in parts if name in own]
    timed = [column for _, column in parts if np.asarray(column).dtype.kind == "M"]
    return named[0] if named else timed[0] if len(timed) == 1 else None


def _coded(labels: Any) -> tuple[Ints, Ints]:
    """Labels as keys, equal for equal labels and told apart where they repeat, and as times."""
    import pandas as pd

    if isinstance(labels, pd.MultiIndex):
        times = _label_times(time_labels(labels))
        keys = np.array([_code(one) for one in labels], dtype=np.int64)
    else:
        times = _label_times(labels if isinstance(labels, pd.Index) else pd.Index(np.asarray(labels)))
        keys = times
    return told_apart(keys), times


def told_apart(keys: Ints) -> Ints:
    """Keys of which equal ones get their place among equals mixed in."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    new = np.r_[True, ordered[1:] != ordered[:-1]] if len(keys) else np.zeros(0, dtype=bool)
    if new.all():
        return keys
    starts = np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0))
    count = np.empty(len(keys), dtype=np.int64)
    count[order] = np.arange(len(keys)) - starts
    return keys ^ (count * np.int64(0x9E3779B97F4A7C1))


def as_labels(answer: Answer, asked: Asked) -> Answer:
    """The same answer with its rows named by their labels.

    Raises: Unreadable where the table has none.
    """
    if answer.alignment == BY_LABEL:
        return answer
    own = _own_labels(asked.table)
    inside = answer.keys >= 0
    keys = told_apart(np.where(inside, own[answer.keys], NEVER))
    return Answer(answer.channels, BY_LABEL, keys, answer.decided, answer.rows, answer.left_out)
