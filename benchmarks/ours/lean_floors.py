"""Leaner bare loops for the same cases: the first floors are held against these, so that none is a soft one.

Same arguments and results as in `benchmarks/floors.py`. What is leaner: warm-up apart from the main loop,
one addition a bar on each running sum instead of two in a row, no division, a partition instead of a sort.
"""

from typing import Any

import numba
import numpy as np

from benchmarks.floors import Floats, Ints, rebalance

bare: Any = numba.njit(error_model="numpy", nogil=True, cache=False)


@bare
def sma_cross(open_: Floats, close: Floats, fast: int, slow: int, cost: float, capital: float) -> float:
    """One instrument, all in while the fast average is above the slow one."""
    cash, shares, holds = capital, 0.0, False
    fast_sum, slow_sum = close[slow - fast : slow].sum(), close[:slow].sum()
    wants = fast_sum * slow > slow_sum * fast
    for row in range(slow, len(close)):
        if wants != holds:
            price = open_[row]
            if wants:
                shares = min(cash / close[row - 1], cash / (price * (1.0 + cost)))
                cash -= shares * price * (1.0 + cost)
            else:
                cash += shares * price * (1.0 - cost)
                shares = 0.0
            holds = wants
        fast_sum += close[row] - close[row - fast]
        slow_sum += close[row] - close[row - slow]
        wants = fast_sum * slow > slow_sum * fast
    return cash + shares * close[-1]


@bare
def sma_sweep(open_: Floats, close: Floats, pairs: Ints, cost: float, capital: float) -> Floats:
    """Many pairs of averages over one instrument."""
    equity = np.empty(len(pairs))
    for place in range(len(pairs)):
        equity[place] = sma_cross(open_, close, pairs[place, 0], pairs[place, 1], cost, capital)
    return equity


@bare
def momentum(
    open_: Floats, close: Floats, rows: Ints, plan: tuple[int, int], cost: float, capital: float
) -> float:
    """Many instruments, the strongest held in equal weights; equity is marked at every close."""
    lookback, top = plan
    bars, count = close.shape
    shares, targets = np.zeros(count), np.zeros(count)
    cash, equity, place = capital, capital, 0
    for row in range(bars):
        if place > 0 and rows[place - 1] == row - 1:
            cash = rebalance(open_[row], shares, targets, cash, cost)
        equity = cash
        for asset in range(count):
            equity += shares[asset] * close[row, asset]
        if place < len(rows) and rows[place] == row:
            strength = close[row] / close[row - lookback]
            least = np.partition(strength, count - top)[count - top]
            for asset in range(count):
                targets[asset] = equity / top / close[row, asset] if strength[asset] >= least else 0.0
            place += 1
    return equity
