"""Runs a program of instructions over rows: a block of rows at a time, so that its columns stay in the cache.

A batch is one call over all rows, a stream one call a row: the same instructions on the same memory.
"""

from functools import lru_cache, partial
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from tradewright.features.native import across, moments, opcodes, pointwise, recursions, windows
from tradewright.features.native.views import unowned
from tradewright.features.native.windows import At, compiled
from tradewright.kernel.native.cache import compile_kept
from tradewright.values.panel import Floats, Ints

Record = Any  # one element of a structured array: np.void when interpreted, a numba record when compiled
Records = NDArray[np.void]
Inputs = tuple[Floats, ...]
# scratch columns, results, this block's first value and the one after its last, values of a whole column
Board = tuple[Floats, Floats, int, int, int]

# Values of a column in one block: a few dozen columns of it stay in the second cache of any machine.
BLOCK = 2048


@lru_cache(maxsize=1)
def entry() -> Any:
    """`run_program` compiled, or loaded from where the kernel's code is kept, on first use."""
    make = partial(numba.njit, error_model="numpy", nogil=True)
    return compile_kept(make, run_program)


def run_program(
    program: Records, inputs: Inputs, instants: Ints, at: At, kept: tuple[Floats, Floats], out: Floats
) -> None:
    """Fill `out` (columns x rows x symbols, flat) for these rows; `kept`: memory and scratch."""
    first, count = at
    memory, scratch, out = unowned(kept[0]), unowned(kept[1]), unowned(out)
    rows = len(instants)
    height = max(1, BLOCK // count)
    for start in range(0, rows, height):
        stop = min(rows, start + height)
        board = (scratch, out, start * count, stop * count, rows * count)
        for number in range(len(program)):
            step = program[number]
            own = memory[step["memory"] : step["memory"] + step["size"]]
            if step["code"] < opcodes.AFFINE:
                source(step, inputs, instants[start:stop], count, board)
            elif step["code"] < opcodes.LAG:
                pointwise_step(step, board)
            elif step["code"] < opcodes.EXPONENTIAL:
                window_step(step, (first + start, count), own, board)
            else:
                other_step(step, count, own, board)


@compiled
def column(place: int, board: Board) -> Floats:
    """A block of a column: in the scratch memory, or where the result is wanted."""
    scratch, out, start, stop, whole = board
    if place >= 0:
        return scratch[place : place + stop - start]
    at = (-place - 1) * whole
    return out[at + start : at + stop]


@compiled
def source(step: Record, inputs: Inputs, instants: Ints, count: int, board: Board) -> None:
    """What comes from outside: an input, a part of the instant, or one symbol's column for all."""
    into = column(step["out"][0], board)
    if step["code"] == opcodes.LOAD:
        windows.copy(unowned(inputs[int(step["a"])])[board[2] : board[3]], into)
    elif step["code"] == opcodes.INSTANT:
        pointwise.of_instants(instants, into, count, int(step["a"]))
    else:
        x = column(step["x"], board)
        for row in range(0, len(x), count):
            into[row : row + count] = x[row + int(step["a"])]


@compiled
def pointwise_step(step: Record, board: Board) -> None:
    """One value at a time."""
    code, into = step["code"], column(step["out"][0], board)
    x, y = column(step["x"], board), column(step["y"], board)
    if code == opcodes.SCORE:
        pointwise.score(x, y, column(step["z"], board), into, step["a"])
    elif code == opcodes.RATIO:
        pointwise.ratio(x, y, into, step["a"], step["b"])
    elif code == opcodes.PLACE:
        pointwise.place(x, y, column(step["z"], board), into)
    elif opcodes.ADD <= code <= opcodes.DIVIDE or code in (opcodes.UNLIKE, opcodes.LARGER):
        pointwise.arithmetic(code, x, y, into)
    else:
        pointwise.change(code, x, into, step["a"], step["b"])


@compiled
def window_step(step: Record, at: At, memory: Floats, board: Board) -> None:
    """A trailing window."""
    code, window = step["code"], int(step["a"])
    x, into = column(step["x"], board), column(step["out"][0], board)
    at = (at[0] + int(step["c"]), at[1])
    if code == opcodes.LAG:
        windows.lag(x, into, memory, at)
    elif code == opcodes.MEAN:
        windows.mean(x, into, memory, at, window)
    elif code == opcodes.EXTREME:
        windows.extreme(x, into, memory, at, window, step["b"])
    elif code == opcodes.WEIGHTED:
        windows.weighted(x, into, memory, at, window)
    elif code == opcodes.MOMENTS:
        moments.moments(x, into, column(step["out"][1], board), memory, at, window)
    else:
        outs = (
            into, column(step["out"][1], board), column(step["out"][2], board),
            column(step["out"][3], board), column(step["out"][4], board),
        )  # fmt: skip
        moments.comoments(x, column(step["y"], board), outs, memory, at, window)


@compiled
def other_step(step: Record, count: int, memory: Floats, board: Board) -> None:
    """Everything so far, or all symbols of one instant."""
    code = step["code"]
    x, into = column(step["x"], board), column(step["out"][0], board)
    if code == opcodes.EXPONENTIAL:
        recursions.exponential(x, into, memory, count, (step["a"], step["b"], step["c"]))
    elif code == opcodes.EXPANDING:
        recursions.expanding(x, into, column(step["out"][1], board), memory, count)
    elif code == opcodes.PEAK:
        recursions.peak(x, into, memory, count)
    elif code == opcodes.RANK:
        across.rank(x, into, count)
    elif code == opcodes.STANDING:
        across.standing(x, into, count)
    elif code == opcodes.WINSOR:
        across.winsor(x, into, count, step["a"])
    else:
        across.average(x, into, count)
