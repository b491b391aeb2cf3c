"""Slippage against a benchmark price, fill rate, participation and markout, signed by side."""

import numpy as np

from tradewright.execution.cost_analysis.shortfall import Numbers
from tradewright.values.panel import Floats


def slippage_bps(sign: Numbers, paid: Numbers, benchmark: Numbers) -> Numbers:
    """How much worse than a benchmark price the order traded: a buyer above it, a seller below it.

    Units: basis points of the benchmark; `sign` +1 buys, -1 sells.
    """
    return np.asarray(sign * (np.asarray(paid) / benchmark - 1.0) * 1e4)[()]


def markout_bps(sign: Numbers, paid: Numbers, later: Numbers) -> Numbers:
    """How far the price went the trade's way afterwards; negative is adverse selection.

    Units: basis points of the price paid.
    """
    return np.asarray(sign * (np.asarray(later) / paid - 1.0) * 1e4)[()]


def vwap(prices: Floats, volumes: Floats) -> float:
    """Volume-weighted average price; NaN where nothing traded or a price is missing where something did."""
    traded = volumes > 0.0
    if not bool(traded.any()):
        return float("nan")
    return float(np.sum(prices[traded] * volumes[traded]) / np.sum(volumes[traded]))


def fill_rate_by_value(filled: Floats, ordered: Floats, decision_price: Floats) -> float:
    """Dollars filled over dollars ordered, both at the price of the decision; NaN where none were ordered."""
    wanted = float(np.sum(ordered * decision_price))
    return float(np.sum(filled * decision_price)) / wanted if wanted > 0.0 else float("nan")


def participation(filled: Numbers, volume: Numbers) -> Numbers:
    """Own share of what traded while the order worked; NaN where no volume is known."""
    volume = np.asarray(volume, dtype=np.float64)
    empty = np.full(np.broadcast(volume, filled).shape, np.nan)
    return np.asarray(np.divide(filled, volume, out=empty, where=volume > 0.0))[()]
