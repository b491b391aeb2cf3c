"""Trailing windows without drift: each is the end of one block of `window` rows and the start of the next.

Nothing that left a window is ever subtracted, so nothing of it can stay behind: a sum is `window - 1`
additions of the window's own values, a variance is measured from values of the window itself, and a gap (NaN)
or an infinity is forgotten with its row. The block's values are kept in a ring; at its end they become the
statistics of "from here to the end of the block", which the next block joins with its running ones.
Source: van Herk (1992), Gil and Werman (1993); Chan, Golub and LeVeque (1979) for joined moments.

All columns are flat: `count` symbols a row, row after row.
One symbol keeps its running values in registers, many go through the vector units: the same sums.
"""

import math
from collections.abc import Callable
from typing import Any

import numba
from numba.core.compiler import Compiler

from tradewright.values.panel import Floats

# Rows that came before (and the operation's phase), and symbols a row.
At = tuple[int, int]


class Apart(Compiler):
    """Tells the compiler that no two arrays given to a function overlap, so no call asks whether they do."""

    def define_pipelines(self) -> Any:
        """As ever, with that flag."""
        self.state.flags.noalias = True
        return super().define_pipelines()  # type: ignore[no-untyped-call]


compiled: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True)
spliced: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True, inline="always")
apart: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True, pipeline_class=Apart)


@compiled
def copy(x: Floats, out: Floats) -> None:
    """Value by value: numba's assignment of slices asks more questions than a row has values."""
    for k in range(len(out)):
        out[k] = x[k]


@compiled
def clear(out: Floats) -> None:
    """Zeros."""
    for k in range(len(out)):
        out[k] = 0.0


@compiled
def lag(x: Floats, out: Floats, ring: Floats, at: At) -> None:
    """The value some rows ago; the ring holds just those rows."""
    (first, count), size, length = at, len(ring), len(x)
    place = (first * count) % size
    if length < size:
        here = min(length, size - place)
        copy(ring[place : place + here], out[:here])
        copy(x[:here], ring[place : place + here])
        copy(ring[: length - here], out[here:])
        copy(x[here:], ring[: length - here])
        return
    out[: size - place] = ring[place:]
    out[size - place : size] = ring[:place]
    out[size:] = x[: length - size]
    place = (place + length) % size
    ring[place:] = x[length - size : length - place]
    ring[:place] = x[length - place :]


@compiled
def mean(x: Floats, out: Floats, memory: Floats, at: At, window: int) -> None:
    """The average. Memory: the running sum, and a ring of `window` + 1 rows whose last stays zero."""
    first, count = at
    total, ring = memory[:count], memory[count:]
    place = first % window
    if count == 1:
        running = total[0]
        for row in range(len(x)):
            running += x[row]
            ring[place] = x[row]
            out[row] = (running + ring[place + 1]) / window
            place += 1
            if place == window:
                turn_sums(ring, 1, window)
                running, place = 0.0, 0
        total[0] = running
        return
    for row in range(0, len(x), count):
        here, ahead = ring[place * count :][:count], ring[(place + 1) * count :][:count]
        values, means = x[row : row + count], out[row : row + count]
        for asset in range(count):
            total[asset] += values[asset]
            here[asset] = values[asset]
            means[asset] = (total[asset] + ahead[asset]) / window
        place += 1
        if place == window:
            turn_sums(ring, count, window)
            total[:] = 0.0
            place = 0


@compiled
def turn_sums(ring: Floats, count: int, window: int) -> None:
    """Values of a finished block become sums from each row to the block's end."""
    if count == 1:
        running = 0.0
        for place in range(window - 1, -1, -1):
            running += ring[place]
            ring[place] = running
        return
    for place in range(window - 2, -1, -1):
        here, later = ring[place * count :][:count], ring[(place + 1) * count :][:count]
        for asset in range(count):
            here[asset] += later[asset]


@spliced
def higher(kept: float, value: float) -> float:
    """The higher of two; unknown where either is."""
    return kept if not (value > kept or value != value) else value


@compiled
def extreme(x: Floats, out: Floats, memory: Floats, at: At, window: int, sign: float) -> None:
    """The highest (sign 1) or lowest (-1). Memory as of `mean`; nothing yet is minus infinity."""
    first, count = at
    best, ring = memory[:count], memory[count:]
    place = first % window
    if count == 1:
        running = best[0]
        for row in range(len(x)):
            value = sign * x[row]
            running = higher(running, value)
            ring[place] = value
            out[row] = sign * higher(running, ring[place + 1])
            place += 1
            if place == window:
                turn_extremes(ring, 1, window)
                running, place = -math.inf, 0
        best[0] = running
        return
    for row in range(0, len(x), count):
        here, ahead = ring[place * count :][:count], ring[(place + 1) * count :][:count]
        values, found = x[row : row + count], out[row : row + count]
        for asset in range(count):
            value = sign * values[asset]
            best[asset] = higher(best[asset], value)
            here[asset] = value
            found[asset] = sign * higher(best[asset], ahead[asset])
        place += 1
        if place == window:
            turn_extremes(ring, count, window)
            best[:] = -math.inf
            place = 0


@compiled
def turn_extremes(ring: Floats, count: int, window: int) -> None:
    """Values of a finished block become the highest from each row to the block's end."""
    if count == 1:
        running = -math.inf
        for place in range(window - 1, -1, -1):
            running = higher(running, ring[place])
            ring[place] = running
        return
    for place in range(window - 2, -1, -1):
        here, later = ring[place * count :][:count], ring[(place + 1) * count :][:count]
        for asset in range(count):
            here[asset] = higher(here[asset], later[asset])


@compiled
def weighted(x: Floats, out: Floats, memory: Floats, at: At, window: int) -> None:
    """The average with weights 1 to `window`, the newest the heaviest.

    Memory: running sum, running weighted sum, and a ring as of `mean` that turns into weighted sums.
    """
    first, count = at
    sums, heavy, ring = memory[:count], memory[count : 2 * count], memory[2 * count :]
    place = first % window
    for row in range(0, len(x), count):
        here, ahead = ring[place * count :][:count], ring[(place + 1) * count :][:count]
        values, found = x[row : row + count], out[row : row + count]
        before = float(window - 1 - place)
        for asset in range(count):
            value = values[asset]
            sums[asset] += value
            heavy[asset] += (place + 1) * value
            here[asset] = value
            found[asset] = (heavy[asset] + before * sums[asset] + ahead[asset]) / (window * (window + 1) / 2)
        place += 1
        if place == window:
            turn_weighted(ring, sums, count, window)
            heavy[:] = 0.0
            place = 0


@compiled
def turn_weighted(ring: Floats, sums: Floats, count: int, window: int) -> None:
    """Values of a finished block become sums to its end, weighted 1, 2, ... from each row on."""
    sums[:] = 0.0
    for place in range(window - 1, -1, -1):
        here, later = ring[place * count :][:count], ring[(place + 1) * count :][:count]
        for asset in range(count):
            sums[asset] += here[asset]
            here[asset] = sums[asset] + later[asset]
    sums[:] = 0.0
