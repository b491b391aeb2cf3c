"""Fewer points for a picture, without losing what the eye looks for: ends, lows and highs of each stretch."""

import numpy as np

from tradewright.values.panel import Floats, Ints

# An end is kept twice a stretch, and a lowest and a highest value for every column.
ENDS = 2


def kept_rows(columns: tuple[Floats, ...], limit: int) -> Ints:
    """At most `limit` rows to draw: each stretch's first, last, lowest and highest of every column.

    Shape: columns are T; the result rises strictly and holds row 0 and row T - 1. All rows where T fits.
    Property: the lowest and the highest known value of each column are among the rows, whatever the limit.
    """
    rows = len(columns[0])
    if rows <= limit:
        return np.arange(rows, dtype=np.int64)
    stretches = max(1, limit // (ENDS + 2 * len(columns)))
    width = -(-rows // stretches)
    starts = np.arange(0, rows, width, dtype=np.int64)
    ends = np.minimum(starts + width, rows) - 1
    extremes = [start for column in columns for start in _extremes(column, width, starts)]
    return np.unique(np.concatenate([starts, ends, *extremes])).astype(np.int64)


def _extremes(column: Floats, width: int, starts: Ints) -> tuple[Ints, Ints]:
    """Rows of the lowest and highest known value of each stretch; its first row where none is known."""
    # The last stretch may be short: it is filled up with unknown values, which are never an extreme.
    padded = np.full(len(starts) * width, np.nan)
    padded[: len(column)] = column
    blocks = padded.reshape(len(starts), width)
    is_unknown = np.isnan(blocks)
    lowest = np.argmin(np.where(is_unknown, np.inf, blocks), axis=1)
    highest = np.argmax(np.where(is_unknown, -np.inf, blocks), axis=1)
    return starts + lowest, starts + highest
