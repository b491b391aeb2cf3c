"""Bare numba loops: what the three benchmark cases cost with nothing around them.

A floor computes the same averages or ranks, the same decisions and the same cash as the project does, in
one loop without orders, records, missing prices, volumes or corporate actions.
`tests/differential/test_floors.py` shows that each ends with the equity of our kernel under an account
with fractional shares and a profile without extras, so that the ratios in the benchmark compare like with
like.

Signatures (arrays of float64 in C order; all return final equity at the last close):
    sma_cross(open, close, fast, slow, cost, capital) -> float               open, close: T
    sma_sweep(open, close, pairs, cost, capital) -> K floats                 pairs: K x 2 int64, (fast, slow)
    momentum(open, close, rows, (lookback, top), cost, capital) -> float     open, close: T x N; rows: int64
`cost` is a share of notional (1e-4 = 1 bp). A decision at close t trades at open t + 1. SMA: all in while
the fast average is above the slow one, all out else; the first decision comes at bar `slow` - 1, and one
is made only when the side changes. Momentum: at each of `rows` (rising, none below `lookback`, the last
one before the last bar), equal weights of the `top` names by close[t] / close[t - lookback].
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

bare: Any = numba.njit(error_model="numpy", nogil=True, cache=False)


@bare
def sma_cross(open_: Floats, close: Floats, fast: int, slow: int, cost: float, capital: float) -> float:
    """One instrument, all in while the fast average is above the slow one."""
    cash, shares, fast_sum, slow_sum = capital, 0.0, 0.0, 0.0
    wants, holds = False, False
    for row in range(len(close)):
        if wants != holds:
            if wants:
                shares = min(cash / close[row - 1], cash / (open_[row] * (1.0 + cost)))
                cash -= shares * open_[row] * (1.0 + cost)
            else:
                cash += shares * open_[row] * (1.0 - cost)
                shares = 0.0
            holds = wants
        fast_sum += close[row]
        slow_sum += close[row]
        if row >= fast:
            fast_sum -= close[row - fast]
        if row >= slow:
            slow_sum -= close[row - slow]
        if row >= slow - 1:
            wants = fast_sum / fast > slow_sum / slow
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
            best = np.argsort(strength)[count - top :]
            targets[:] = 0.0
            for asset in best:
                targets[asset] = equity / top / close[row, asset]
            place += 1
    return equity


@bare
def rebalance(price: Floats, shares: Floats, targets: Floats, cash: float, cost: float) -> float:
    """Sell first, then buy what cash and costs leave room for, all wishes cut alike; returns the new cash."""
    bought = 0.0
    for asset in range(len(shares)):
        change = targets[asset] - shares[asset]
        if change < 0.0:
            cash -= change * price[asset] * (1.0 - cost)
            shares[asset] = targets[asset]
        else:
            bought += change * price[asset]
    room = 1.0 if bought == 0.0 else min(1.0, cash / (bought * (1.0 + cost)))
    for asset in range(len(shares)):
        change = targets[asset] - shares[asset]
        if change > 0.0:
            cash -= change * room * price[asset] * (1.0 + cost)
            shares[asset] += change * room
    return cash
