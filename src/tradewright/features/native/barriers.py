"""Which barrier a price touches first after each row, compiled."""

import math
from functools import lru_cache, partial
from typing import Any

import numba

from tradewright.features.native.windows import compiled, spliced
from tradewright.kernel.native.cache import compile_kept
from tradewright.values.panel import Floats, Ints

Bars = tuple[Floats, Floats, Floats, Floats]
Pair = tuple[Floats, Floats]


@lru_cache(maxsize=1)
def entry() -> Any:
    """`first_touches` compiled, or loaded from where the kernel's code is kept, on first use."""
    return compile_kept(partial(numba.njit, error_model="numpy", nogil=True), first_touches)


def first_touches(
    bars: Bars, growth: Floats, widths: tuple[Floats, Floats], horizon: int, ends: Ints, out: Pair
) -> None:
    """For each row: the side touched first (1, -1, 0 for none), the return, and the row it ended on.

    `bars` are open, high, low, close; `widths` the distances of the upper and lower barrier as fractions of
    the close. `ends` keeps -1 where the data end before the outcome.
    """
    close = bars[3]
    for asset in range(close.shape[1]):
        for row in range(close.shape[0]):
            price, up, down = close[row, asset], widths[0][row, asset], widths[1][row, asset]
            if math.isnan(price) or not (up > 0.0 and down > 0.0):
                continue
            limits = price * (1.0 + up), price * (1.0 - down)
            side, paid, end = first_touch(bars, growth, (row, asset), horizon, limits)
            out[0][row, asset], out[1][row, asset], ends[row, asset] = side, paid / price - 1.0, end


@compiled
def first_touch(
    bars: Bars, growth: Floats, place: tuple[int, int], horizon: int, limits: tuple[float, float]
) -> tuple[float, float, int]:
    """Side, price and row of one outcome; row -1 where the data end before it."""
    (opened, high, low, _), (row, asset), (ceiling, floor) = bars, place, limits
    for later in range(row + 1, min(row + horizon + 1, len(growth))):
        # Where nothing traded the growth index still knows what a delisting paid.
        bar = opened[later, asset], high[later, asset], low[later, asset], growth[later, asset]
        side, paid = touched(bar, ceiling, floor)
        if side != 0.0:
            return side, paid, later
    if row + horizon < len(growth):
        return 0.0, growth[row + horizon, asset], row + horizon
    return math.nan, math.nan, -1


@spliced
def touched(bar: tuple[float, float, float, float], ceiling: float, floor: float) -> tuple[float, float]:
    """The barrier a bar touches and the price there; of two in one bar the lower, because nobody can know."""
    opened, high, low, close = bar
    # Without highs and lows a barrier is only seen to be crossed at the close, and left there.
    if (low if low == low else close) <= floor:
        return -1.0, min(floor, opened if opened == opened else floor) if low == low else close
    if (high if high == high else close) >= ceiling:
        return 1.0, max(ceiling, opened if opened == opened else ceiling) if high == high else close
    return 0.0, math.nan
