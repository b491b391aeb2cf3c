"""Rows on which a rule changes its side: the few bars of a long history with something to decide."""

import numpy as np
from numpy.typing import NDArray

from tradewright.features.trailing import check_window, compiled_loop, frozen
from tradewright.values.panel import Floats, Ints

Sides = NDArray[np.int8]

# A side as a number: KEEP says nothing new. The same numbers stand in native/loops.py, which a test compares.
KEEP, LONG, OUT, SHORT = 0, 1, 2, -1

# Averages closer than this, relative to the slower, count as equal (see native/loops.py).
TIE = 1e-12


def mean_crossings(x: Floats, fast: int, slow: int, both_sides: bool = False) -> tuple[Ints, Sides]:
    """Rows on which the fast trailing mean changes its side of the slow one.

    Shape: K rows and K x N sides: LONG on a cross up; OUT on a cross down, or SHORT with `both_sides`; KEEP
    for columns that did not cross there. Every column starts OUT.
    Known at: its row. One pass, without storing the means; they are those of `trailing_mean`, bit for bit.
    """
    check_window(fast, 1)
    check_window(slow, fast + 1)
    sides, spoke = np.zeros(x.shape, np.int8), np.zeros(len(x), np.bool_)
    down = SHORT if both_sides else OUT
    compiled_loop("crossing_columns")(frozen(x), (fast, slow), down, sides, spoke)
    return _where(spoke, sides)


def mean_crossings_of_many(
    x: Floats, windows: Ints, both_sides: NDArray[np.bool_]
) -> tuple[Ints, Ints, Sides]:
    """`mean_crossings` for K pairs of windows in one compiled call that lets other threads run.

    Shape: `windows` K x 2, `both_sides` K. Gives K + 1 starts, and rows and sides of all candidates one after
    the other: candidate k's stand at starts[k] to starts[k + 1].
    """
    count, rows_each = len(windows), len(x)
    starts = np.zeros(count + 1, np.int64)
    # Room for a crossing on every row; memory that is never written is never taken.
    rows = np.empty(count * rows_each, np.int64)
    sides = np.empty((count * rows_each, x.shape[1]), np.int8)
    downs = np.where(both_sides, SHORT, OUT)
    compiled_loop("crossing_candidates")(frozen(x), windows, downs, starts, rows, sides)
    return starts, rows[: starts[-1]].copy(), sides[: starts[-1]].copy()


def band_changes(
    scores: Floats, prices: Floats, entry: float, leave: float, both_sides: bool = False
) -> tuple[Ints, Sides]:
    """Rows on which a fade of extreme scores changes its side.

    Shape: as `mean_crossings`. LONG where a score falls below -entry, OUT once it is back above -leave; with
    `both_sides` also SHORT above entry, OUT once below leave. A column without score or price stays as it is.
    Known at: its row.
    """
    sides, spoke = np.zeros(scores.shape, np.int8), np.zeros(len(scores), np.bool_)
    high = SHORT if both_sides else OUT
    thresholds = (float(entry), float(leave))
    compiled_loop("band_columns")(frozen(scores), frozen(prices), thresholds, high, sides, spoke)
    return _where(spoke, sides)


def _where(spoke: NDArray[np.bool_], sides: Sides) -> tuple[Ints, Sides]:
    """The rows that spoke, and what they said."""
    rows = np.flatnonzero(spoke)
    return rows, sides[rows]
