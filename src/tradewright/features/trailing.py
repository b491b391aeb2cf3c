"""Trailing functions of T x N columns: row t is computed from rows up to t, to the last bit.

Each has a stream beside it that takes one row at a time and gives the same bits: both run one recursion.
A window counts known values that follow each other; at a gap (NaN) it has to fill again.

Drift: a running sum is summed anew every 1024 values, so a mean is within 1024 * 2^-52 (2.3e-13) of the exact
one, relative to the largest sum since then. `tests/features/test_trailing.py` measures it.
"""

from typing import Any, cast

import numpy as np

from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats, Ints


def trailing_mean(x: Floats, window: int) -> Floats:
    """The average of the last `window` values.

    Shape: T x N. NaN until `window` known values have followed each other.
    Known at: its row.
    """
    check_window(window, 1)
    assets = x.shape[1]
    out = np.empty(x.shape)
    compiled_loop("mean_columns")(frozen(x), 0, window, np.zeros(assets), np.zeros(assets, np.int64), out)
    return out


def trailing_zscore(x: Floats, window: int) -> Floats:
    """How many standard deviations the last value lies above the average of the last `window` values.

    Shape: T x N. NaN until warm, and where the window is flat (deviation below 1e-7 of its level).
    Units: sample standard deviations (n - 1); the last value is in its own window.
    Known at: its row.
    """
    check_window(window, 2)
    assets = x.shape[1]
    out = np.empty(x.shape)
    state = np.zeros((3, assets))
    compiled_loop("zscore_columns")(frozen(x), 0, window, state, np.zeros(assets, np.int64), out)
    return out


def trailing_return(x: Floats, lookback: int, skip: int = 0) -> Floats:
    """The return from `lookback` rows ago to `skip` rows ago: momentum that leaves out the latest rows.

    Shape: T x N. Units: fraction. NaN where either end is unknown.
    Known at: its row.
    """
    return return_at(x, np.arange(len(x)), lookback, skip)


def return_at(x: Floats, rows: Ints, lookback: int, skip: int = 0) -> Floats:
    """`trailing_return` at some rows only, K x N: work for the rows that decide."""
    if not 0 <= skip < lookback:
        # A negative number of rows back would be a row ahead.
        raise InvalidOption(f"A return from {lookback} to {skip} rows ago.", "Give 0 <= skip < lookback.")
    out = np.full((len(rows), x.shape[1]), np.nan)
    warm = rows >= lookback
    ends = rows[warm]
    out[warm] = x[ends - skip] / x[ends - lookback] - 1.0
    return out


class MeanStream:
    """`trailing_mean`, one row at a time."""

    def __init__(self, assets: int, window: int) -> None:
        """An empty window over `assets` columns."""
        check_window(window, 1)
        self._past = _Past(assets, window + 1)
        self._window = window
        self._totals = np.zeros(assets)
        self._runs = np.zeros(assets, np.int64)

    def push(self, values: Floats) -> Floats:
        """Take the next row, N values, and give its means."""
        seen, row = self._past.push(values)
        out = np.empty((1, len(values)))
        compiled_loop("mean_columns")(seen, row, self._window, self._totals, self._runs, out)
        return cast(Floats, out[0])


class ZScoreStream:
    """`trailing_zscore`, one row at a time."""

    def __init__(self, assets: int, window: int) -> None:
        """An empty window over `assets` columns."""
        check_window(window, 2)
        self._past = _Past(assets, window + 1)
        self._window = window
        self._state = np.zeros((3, assets))
        self._runs = np.zeros(assets, np.int64)

    def push(self, values: Floats) -> Floats:
        """Take the next row, N values, and give its z-scores."""
        seen, row = self._past.push(values)
        out = np.empty((1, len(values)))
        compiled_loop("zscore_columns")(seen, row, self._window, self._state, self._runs, out)
        return cast(Floats, out[0])


class ReturnStream:
    """`trailing_return`, one row at a time."""

    def __init__(self, assets: int, lookback: int, skip: int = 0) -> None:
        """Nothing seen yet, over `assets` columns."""
        self._past = _Past(assets, lookback + 1)
        self._lookback = lookback
        self._skip = skip

    def push(self, values: Floats) -> Floats:
        """Take the next row, N values, and give its returns."""
        seen, row = self._past.push(values)
        return cast(Floats, return_at(seen, np.array([row]), self._lookback, self._skip)[0])


class _Past:
    """The last `depth` rows at least, in one block of memory that is never read past its last row."""

    def __init__(self, assets: int, depth: int) -> None:
        self._rows = np.full((2 * depth, assets), np.nan)
        self._depth = depth
        self._used = 0

    def push(self, values: Floats) -> tuple[Floats, int]:
        """The block up to and including the new row, and that row's number in it."""
        if self._used == len(self._rows):
            self._rows[: self._depth] = self._rows[-self._depth :]
            self._used = self._depth
        self._rows[self._used] = values
        self._used += 1
        return frozen(self._rows[: self._used]), self._used - 1


def check_window(window: int, least: int) -> None:
    """Refuse a window too short to hold its statistic.

    Raises: InvalidOption.
    """
    if window < least:
        raise InvalidOption(f"A window of {window} rows.", f"Give {least} or more.")


def frozen(x: Floats) -> Floats:
    """A read-only view in C order: the compiled loops know this one kind of input and are compiled once."""
    seen = np.ascontiguousarray(x, dtype=np.float64).view()
    seen.flags.writeable = False
    return seen


def compiled_loop(name: str) -> Any:
    """A compiled loop by name. The compiler is loaded here and not before: it takes a third of a second."""
    from tradewright.features.native import loops

    return loops.ready(getattr(loops, name))
