"""A bare streaming kernel for the 26 technical columns: the least that anybody would write by hand.

One pass over time with running sums, nothing shared with Tradewright, no gaps, no checks, and no care for
rounding: a sum keeps traces of every value that went through it, a variance is a difference of sums.
"""

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WINDOWS = (5, 10, 20, 60)

bare: Any = numba.njit(error_model="numpy", nogil=True, cache=False)


@bare
def best_of(values: Floats, row: int, asset: int, window: int, sign: float, held: int) -> int:
    """The row of the highest (or lowest) value of a window; searched anew only when the last one has left."""
    if held > row - window and sign * values[row, asset] < sign * values[held, asset]:
        return held
    if sign * values[row, asset] >= sign * values[held, asset]:
        return row
    held = row
    for back in range(row - 1, max(row - window, -1), -1):
        if sign * values[back, asset] > sign * values[held, asset]:
            held = back
    return held


@bare
def technical(high: Floats, low: Floats, close: Floats, out: Floats) -> None:
    """All 26 columns, `out` columns x rows x assets, one asset after the other."""
    bars, assets = close.shape
    sums, averages, totals, squares = np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(4)
    tops, bottoms = np.zeros(2, np.int64), np.zeros(2, np.int64)
    returns = np.empty(bars)
    for asset in range(assets):
        sums[:], totals[:], squares[:] = 0.0, 0.0, 0.0
        averages[:] = close[0, asset]
        tops[:], bottoms[:] = 0, 0
        count, middle, spread, both, gain, loss = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        fast = slow = close[0, asset]
        signal = 0.0
        for row in range(bars):
            price = close[row, asset]
            count += 1.0
            off = price - middle
            middle += off / count
            spread += off * (price - middle)
            out[0, row, asset] = off_score(price, middle, spread, count)
            before = close[row - 1, asset] if row > 0 else math.nan
            gained = price / before - 1.0
            returns[row] = gained
            out[1, row, asset] = gained
            out[2, row, asset] = math.log(price / before)
            for k in range(4):
                window = WINDOWS[k]
                sums[k] += price
                if row >= window:
                    sums[k] -= close[row - window, asset]
                out[3 + 4 * k, row, asset] = (
                    price / (sums[k] / window) - 1.0 if row >= window - 1 else math.nan
                )
                averages[k] += (2.0 / (window + 1.0)) * (price - averages[k])
                out[4 + 4 * k, row, asset] = price / averages[k] - 1.0 if row >= window - 1 else math.nan
                if row >= 1:
                    totals[k] += gained
                    squares[k] += gained * gained
                if row > window:
                    left = returns[row - window]
                    totals[k] -= left
                    squares[k] -= left * left
                out[5 + 4 * k, row, asset] = (
                    deviation(totals[k], squares[k], window) if row >= window else math.nan
                )
                out[6 + 4 * k, row, asset] = (
                    price / close[row - window, asset] - 1.0 if row >= window else math.nan
                )
            if row >= 1:
                moved = price - before
                up, down = max(moved, 0.0), max(-moved, 0.0)
                if row <= 14:
                    gain += (up - gain) / row
                    loss += (down - loss) / row
                else:
                    gain += (up - gain) / 14.0
                    loss += (down - loss) / 14.0
            out[19, row, asset] = 100.0 * gain / (gain + loss) if row >= 14 else math.nan
            both += price * price
            if row >= 20:
                both -= close[row - 20, asset] * close[row - 20, asset]
            mean = sums[2] / 20.0
            out[20, row, asset] = (
                0.5 + (price - mean) / math.sqrt(both / 20.0 - mean * mean) / 4.0 if row >= 19 else math.nan
            )
            for k in range(2):
                window = 10 * (k + 1)
                tops[k] = best_of(high, row, asset, window, 1.0, tops[k])
                bottoms[k] = best_of(low, row, asset, window, -1.0, bottoms[k])
                top, bottom = high[tops[k], asset], low[bottoms[k], asset]
                out[21 + k, row, asset] = (price - bottom) / (top - bottom) if row >= window - 1 else math.nan
            fast += (2.0 / 13.0) * (price - fast)
            slow += (2.0 / 27.0) * (price - slow)
            line = fast - slow
            if row == 25:
                signal = line
            elif row > 25:
                signal += 0.2 * (line - signal)
            out[23, row, asset] = line if row >= 25 else math.nan
            out[24, row, asset] = signal if row >= 33 else math.nan
            out[25, row, asset] = line - signal if row >= 33 else math.nan


@bare
def off_score(price: float, middle: float, spread: float, count: float) -> float:
    """Deviations above the mean of all values so far."""
    return (price - middle) / math.sqrt(spread / (count - 1.0)) if count > 1.0 else math.nan


@bare
def deviation(total: float, square: float, window: int) -> float:
    """Sample deviation from running sums."""
    return math.sqrt(max(square - total * total / window, 0.0) / (window - 1.0))
