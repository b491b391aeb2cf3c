"""Features of one's own from one function, or one Polars expression, and a declared window.

Either is handed copies of the last `window` rows and nothing else: that makes it causal, whatever it does. It
is called row by row, so it is slower than a formula; a batch and a stream call it on the same windows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.features.contract import Feature
from tradewright.features.expression import Expression, Operation, column, counted
from tradewright.features.fingerprint import fingerprint
from tradewright.features.native.opcodes import CALL
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats

if TYPE_CHECKING:
    import polars as pl

# Values of one piece of exploded windows: what an expression takes at once.
PIECE = 1 << 20


def windowed(window: int, inputs: Sequence[str] = ("close",), price_power: int = 0) -> Callable[..., Feature]:
    """Make a feature of a function that sees the last `window` rows of some columns and gives N values.

    Shape: the function gets one array a column, `window` x N, oldest row first. Where fewer rows are there it
    is not asked and the value is unknown. It may write into what it gets: they are copies. Its name in the
    schema covers what it reaches in its file: a changed helper is a changed feature.
    """
    rows = counted(window)
    _refuse_none(inputs)

    def decorate(function: Callable[..., Any]) -> Feature:
        if not hasattr(function, "__name__"):
            raise InvalidOption(f"{function!r} has no name.", "Give a function: def name(close): ...")

        @cache
        def words() -> str:
            """Asked late, since what it calls may stand below it in its file; and once.

            What it fills while it runs, such as a memo, is then no part of its name.
            """
            return f"function {function.__name__} {fingerprint(function)}"

        def formula() -> Expression:
            return _call(
                words(), rows, inputs, lambda count: _FunctionRun(rows, count, len(inputs), function)
            )

        return _feature(function.__name__, function.__doc__, formula, price_power)

    return decorate


def from_polars(name: str, expression: "pl.Expr", window: int, price_power: int = 0) -> Feature:
    """Make a feature of a Polars expression: its last value over the last `window` rows of each symbol.

    The expression's columns are inputs by their names; gaps are nulls. It is given one window at a time, so
    that even one that looks ahead, such as shift(-1), meets nothing but the end of its window.
    Raises: InvalidOption for an expression that reads no column.
    """
    rows, inputs = counted(window), sorted(set(expression.meta.root_names()))
    if not inputs:
        raise InvalidOption(f"The expression of '{name}' reads no column.", 'Use pl.col("close").')
    words = f"polars {expression}"
    formula = _call(words, rows, inputs, lambda count: _PolarsRun(rows, count, tuple(inputs), expression))
    return _feature(name, f"{expression} over the last {rows} rows.", lambda: formula, price_power)


@dataclass(frozen=True)
class _Beginning:
    """How a run of a function begins, for so many symbols."""

    begin: Callable[[int], Any]


def _call(words: str, window: int, inputs: Sequence[str], begin: Callable[[int], Any]) -> Expression:
    """A formula that is a call."""
    one = Operation(CALL, words, (window,), window, window, call=_Beginning(begin))
    return Expression(one, tuple(map(column, inputs)))


def _refuse_none(inputs: Sequence[str]) -> None:
    """A function is handed columns, by name."""
    if isinstance(inputs, str) or not inputs:
        raise InvalidOption(f"inputs = {inputs!r}.", 'Give names of columns, such as ("close", "volume").')


def _feature(name: str, about: str | None, formula: Callable[[], Expression], price_power: int) -> Feature:
    """A feature of one formula, under a name."""
    members = {
        "__doc__": about or f"{name}, a function of the user's own.",
        "formula": lambda self: formula(),
        "name": property(lambda self: name),
        "price_power": price_power,
    }
    kind: type[Feature] = type(name, (Feature,), members)
    return kind()


class _Past:
    """The rows before the next ones, as far back as a window goes."""

    def __init__(self, window: int, count: int, inputs: int) -> None:
        self.window, self.count = window, count
        self.kept = np.full((inputs, window - 1, count), np.nan)
        self.seen = np.zeros(1)

    def push(self, inputs: list[Floats]) -> tuple[Floats, int]:
        """Past and new rows, inputs x (window - 1 + rows) x N; and how many of the new ones are too early."""
        whole = np.concatenate([self.kept, np.stack(inputs)], axis=1)
        rows = len(inputs[0])
        early = min(rows, max(0, self.window - 1 - int(self.seen[0])))
        self.kept[...] = whole[:, rows:]
        self.seen[0] += rows
        return whole, early

    def memories(self) -> list[Floats]:
        """What must be kept to go on later."""
        return [self.kept, self.seen]


class _FunctionRun:
    """A function at work on a stream of rows."""

    def __init__(self, window: int, count: int, inputs: int, function: Callable[..., Any]) -> None:
        self._past = _Past(window, count, inputs)
        self._function = function
        self.memories = self._past.memories

    def push(self, inputs: list[Floats]) -> Floats:
        """The function's values of the next rows, rows x N."""
        whole, early = self._past.push(inputs)
        window, count = self._past.window, self._past.count
        out = np.full((len(inputs[0]), count), np.nan)
        for row in range(early, len(out)):
            found = np.asarray(self._function(*whole[:, row : row + window].copy()), dtype=np.float64)
            if found.shape != (count,):
                raise InvalidOption(
                    f"{self._function.__name__} gave values of the shape {found.shape}.",
                    f"Give one for each of {count} symbols: take means and sums along axis=0.",
                )
            out[row] = found
        return out


class _PolarsRun:
    """A Polars expression at work on a stream of rows."""

    def __init__(self, window: int, count: int, names: tuple[str, ...], expression: "pl.Expr") -> None:
        self._past = _Past(window, count, len(names))
        self._names, self._expression = names, expression
        self.memories = self._past.memories

    def push(self, inputs: list[Floats]) -> Floats:
        """The expression's values of the next rows, rows x N."""
        whole, early = self._past.push(inputs)
        window, count = self._past.window, self._past.count
        out = np.full((len(inputs[0]), count), np.nan)
        height = max(1, PIECE // (window * count))
        for start in range(early, len(out), height):
            stop = min(len(out), start + height)
            out[start:stop] = self._of_windows(whole[:, start : stop + window - 1]).reshape(-1, count)
        return out

    def _of_windows(self, whole: Floats) -> Floats:
        """The values of all windows that fit into some rows, window after window."""
        import polars as pl

        window = self._past.window
        windows = np.lib.stride_tricks.sliding_window_view(whole, window, axis=1).reshape(len(whole), -1)
        groups = np.repeat(np.arange(windows.shape[1] // window), window)
        table = pl.DataFrame({"": groups} | dict(zip(self._names, windows, strict=True)))
        known = table.with_columns(pl.col(self._names).fill_nan(None))
        asked = self._expression.implode().alias("value")
        lists = known.group_by("", maintain_order=True).agg(asked)["value"]
        values = lists.list.last() if lists.dtype == pl.List else lists
        found: Floats = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return found
