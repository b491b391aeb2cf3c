"""Trailing recursions over columns of T x N arrays, compiled.

All live in one file: numba's cache notices a change here, but not one of something called in another file.
State is kept in arrays between calls: a batch is one call, a stream is one call a row; same code, same bits.
`run` counts the known values in a row; at a gap it falls to zero and the window has to fill again.
"""

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from tradewright.kernel.native.cache import compile_kept
from tradewright.values.panel import Floats, Ints

Sides = NDArray[np.int8]

# A running sum is summed anew whenever `run` is a multiple of this: rounding cannot pile up beyond it.
REFRESH = 1024
# Two averages closer than this, relative to the slower one, count as equal: above the drift, below any tick.
TIE = 1e-12
# Weighed sums that differ by less than this, relative, may be rounding: then the means themselves are asked.
DOUBT = 1e-14
# A window whose variance is below this share of its squared level is flat: it has no z-score.
FLAT = 1e-14

# Variance below this share of the mean square about the anchor: the subtraction would lose four digits, and
# with the rounding of REFRESH updates before it (1024 * 2^-53 / 1e-4) the ninth would be in doubt.
NEAR = 1e-4
# What a change of side is written as; 0 must mean "nothing new", because fresh memory is zero.
KEEP, LONG, OUT, SHORT = 0, 1, 2, -1

make: Callable[..., Any] = partial(numba.njit, error_model="numpy", nogil=True)
compiled: Callable[..., Any] = make()


@cache
def ready(entry: Callable[..., Any]) -> Any:
    """One of the entries below, compiled on first use and kept where the kernel's code is kept."""
    return compile_kept(make, getattr(entry, "py_func", entry))


@compiled
def window_sum(x: Floats, row: int, asset: int, window: int) -> float:
    """Sum of the `window` values that end at `row`, oldest first."""
    total = 0.0
    for back in range(row - window + 1, row + 1):
        total += x[back, asset]
    return total


@compiled
def moved(total: float, run: int, x: Floats, row: int, asset: int, window: int) -> float:
    """The running sum carried to `row`; the full rule, for rows on which anything can happen."""
    if run == 0:
        return 0.0
    if run <= window:
        return float(total + x[row, asset])
    if run % REFRESH == 0:
        return float(window_sum(x, row, asset, window))
    return float(total + (x[row, asset] - x[row - window, asset]))


def mean_columns(x: Floats, first: int, window: int, totals: Floats, runs: Ints, out: Floats) -> None:
    """Trailing mean of rows `first` to the end; rows before `first` are history only."""
    for asset in range(x.shape[1]):
        total, run, row = totals[asset], runs[asset], first
        while row < x.shape[0]:
            run = 0 if math.isnan(x[row, asset]) else run + 1
            total = moved(total, run, x, row, asset, window)
            out[row - first, asset] = total / window if run >= window else np.nan
            row += 1
            if run < window:
                continue
            # The steady stretch: no gap, no refresh and a full window, so nothing is left to ask.
            stop = min(x.shape[0], row + REFRESH - 1 - run % REFRESH)
            while row < stop and not math.isnan(x[row, asset]):
                total += x[row, asset] - x[row - window, asset]
                out[row - first, asset] = total / window
                row += 1
                run += 1
        totals[asset], runs[asset] = total, run


@compiled
def side_of(fast: float, slow: float, down: int) -> int:
    """LONG where the fast average lies above the slow one, `down` where it does not."""
    return LONG if fast - slow > TIE * slow else down


@compiled
def crossing_column(
    x: Floats, asset: int, windows: tuple[int, int], down: int, sides: Sides, spoke: NDArray[np.bool_]
) -> None:
    """Mark the rows on which the fast mean changes its side of the slow one; means as in `mean_columns`.

    `down` is the side while the fast mean is not above: OUT or SHORT. Before the means are known it is OUT.
    Two means share one pass and one `run`, and are never stored: memory is what a pass costs.
    """
    fast, slow = windows
    total_fast, total_slow, run, row, held = 0.0, 0.0, 0, 0, OUT
    # Means are compared without dividing: sum_fast / fast against sum_slow / slow, both times fast x slow.
    weight_fast, weight_slow = float(slow), fast * (1.0 + TIE)
    doubt = fast * DOUBT
    # One row of numbers end to end: the steady stretch then steps through it without multiplying places.
    flat, count = x.reshape(x.size), x.shape[1]
    while row < x.shape[0]:
        run = 0 if math.isnan(x[row, asset]) else run + 1
        total_fast = moved(total_fast, run, x, row, asset, fast)
        total_slow = moved(total_slow, run, x, row, asset, slow)
        side = side_of(total_fast / fast, total_slow / slow, down) if run >= slow else OUT
        if side != held:
            held, sides[row, asset], spoke[row] = side, side, True
        row += 1
        if run < slow:
            continue
        # The steady stretch: no refresh, and the side is the same beyond doubt. A gap makes every comparison
        # false, so one question asks both; whoever fails it is looked at by the full rule above.
        stop = min(x.shape[0], row + REFRESH - 1 - run % REFRESH)
        toward = 1.0 if held == LONG else -1.0
        place = row * count + asset
        while row < stop:
            next_fast = total_fast + (flat[place] - flat[place - fast * count])
            next_slow = total_slow + (flat[place] - flat[place - slow * count])
            if not toward * (next_fast * weight_fast - next_slow * weight_slow) > next_slow * doubt:
                break
            total_fast, total_slow = next_fast, next_slow
            place += count
            row += 1
            run += 1


def crossing_columns(
    x: Floats, windows: tuple[int, int], down: int, sides: Sides, spoke: NDArray[np.bool_]
) -> None:
    """`crossing_column` for every column."""
    for asset in range(x.shape[1]):
        crossing_column(x, asset, windows, down, sides, spoke)


def crossing_candidates(
    x: Floats, windows: Ints, downs: Ints, starts: Ints, rows: Ints, sides: Sides
) -> None:
    """`crossing_columns` for many pairs of windows; candidate k's rows stand at starts[k] to starts[k + 1].

    One call for all: threads of Python that meet after every candidate would wait for each other instead.
    """
    seen = np.zeros(x.shape, np.int8)
    # Padded to whole words of eight rows, so that `gathered` may read it by the word.
    spoke = np.zeros(-(-x.shape[0] // 8) * 8, np.bool_)
    for candidate in range(len(windows)):
        seen[:], spoke[:] = KEEP, False
        pair = (windows[candidate, 0], windows[candidate, 1])
        for asset in range(x.shape[1]):
            crossing_column(x, asset, pair, downs[candidate], seen, spoke)
        starts[candidate + 1] = gathered(spoke, seen, starts[candidate], rows, sides)


@compiled
def gathered(spoke: NDArray[np.bool_], seen: Sides, count: int, rows: Ints, sides: Sides) -> int:
    """Append the rows that spoke, and what they said, after the first `count`; gives the new count."""
    # Most words of eight rows say nothing and are passed over in one look.
    words = spoke.view(np.uint64)
    for word in range(len(words)):
        if words[word] == 0:
            continue
        for row in range(8 * word, 8 * word + 8):
            if spoke[row]:
                rows[count], sides[count] = row, seen[row]
                count += 1
    return count


@compiled
def deviation_sums(x: Floats, row: int, asset: int, window: int, anchor: float) -> tuple[float, float]:
    """Sum and sum of squares of the window's deviations from `anchor`."""
    first, second = 0.0, 0.0
    for back in range(row - window + 1, row + 1):
        deviation = x[back, asset] - anchor
        first += deviation
        second += deviation * deviation
    return first, second


@compiled
def standing(value: float, first: float, second: float, window: int, anchor: float) -> float:
    """How many standard deviations `value` lies from its window's mean; NaN for a flat window."""
    mean = first / window
    variance = (second - first * mean) / (window - 1)
    level = anchor + mean
    if not variance > FLAT * level * level:
        return np.nan
    return (value - anchor - mean) / math.sqrt(variance)


def zscore_columns(x: Floats, first_row: int, window: int, state: Floats, runs: Ints, out: Floats) -> None:
    """Trailing z-score of rows `first_row` to the end. State a column: anchor, sum, sum of squares.

    Deviations are taken from an anchor inside the window's reach, so that a high price level costs no digits.
    """
    for asset in range(x.shape[1]):
        run = runs[asset]
        anchor, first, second = state[0, asset], state[1, asset], state[2, asset]
        for row in range(first_row, x.shape[0]):
            value = x[row, asset]
            run = 0 if math.isnan(value) else run + 1
            if run == 1 or (run > window and run % REFRESH == 0):
                anchor = value
                first, second = deviation_sums(x, row, asset, min(run, window), anchor)
            elif run > 0:
                entering = value - anchor
                leaving = x[row - window, asset] - anchor if run > window else 0.0
                first += entering - leaving
                second += entering * entering - leaving * leaving
            known = run >= window
            if known and second - first * (first / window) < NEAR * second:
                # The window has wandered far from its anchor: most digits cancel, so take a new one.
                anchor = value
                first, second = deviation_sums(x, row, asset, window, anchor)
            out[row - first_row, asset] = standing(value, first, second, window, anchor) if known else np.nan
        runs[asset] = run
        state[0, asset], state[1, asset], state[2, asset] = anchor, first, second


@compiled
def banded(held: int, score: float, entry: float, leave: float, high: int) -> int:
    """The side held after `score`: in beyond `entry`, out once back within `leave`; `high` sells spikes."""
    if score < -entry:
        return LONG
    if score > entry and high == SHORT:
        return SHORT
    if (held == LONG and score > -leave) or (held == SHORT and score < leave):
        return OUT
    return held


def band_columns(
    scores: Floats,
    tradable: Floats,
    thresholds: tuple[float, float],
    high: int,
    sides: Sides,
    spoke: NDArray[np.bool_],
) -> None:
    """Mark the rows on which the side held changes; a row without score or price changes nothing."""
    entry, leave = thresholds
    for asset in range(scores.shape[1]):
        held = OUT
        for row in range(scores.shape[0]):
            if math.isnan(scores[row, asset]) or math.isnan(tradable[row, asset]):
                continue
            side = banded(held, scores[row, asset], entry, leave, high)
            if side != held:
                held, sides[row, asset], spoke[row] = side, side, True
