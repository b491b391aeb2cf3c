"""Did positions know where prices would go, or would they have earned as much on any other days?

Positions are held against the same returns moved round a circle. Both keep all that they are made of (how
long positions last, how volatility clusters, how candidates resemble each other); only their meeting is lost.
"""

from dataclasses import dataclass

import numpy as np

from tradewright.validation.bootstrap import SHORTEST_SAMPLE
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats, Ints

METHOD = "maximum over candidates, returns shifted round a circle"


@dataclass(frozen=True, eq=False)
class Timing:
    """How surprising each candidate's timing is.

    Shape: `statistics` and `adjusted` are N: the gain from timing over its spread, and the p-value with all N
    priced in. `shifts` counts what they were held against, the record itself included.
    """

    statistics: Floats
    adjusted: Floats
    shifts: int

    @property
    def best(self) -> int:
        """The candidate with the largest statistic."""
        return int(np.argmax(self.statistics))

    @property
    def p(self) -> float:
        """Probability that the best of as many candidates without timing looks as good. Never 0."""
        return float(self.adjusted[self.best])


def timing_test(positions: Floats, returns: Floats, lookback_bars: int = 0) -> Timing:
    """Would these positions have earned as much on returns from other days? The search is priced in.

    Shape: `positions` is T x N, the exposure held over each bar; `returns` is T, of the one instrument held.
    Units: share of equity; returns per bar. Average exposure is taken out: a rising market is no timing.
    `lookback_bars`: shifts on which positions would meet the returns they were made of are left out.
    Property: exact where returns look alike from every starting point and positions do not depend on them;
    size and power measured in tests/validation/test_shifted_positions.py.
    Source: randomisation over a group, Lehmann and Romano (2005), Testing Statistical Hypotheses, theorem
    15.2.1, here the shifts of a circle; maximum and steps: Westfall and Young (1993).
    Raises: ValueError where the records cannot be tested.
    """
    _check(positions, returns, lookback_bars)
    gains = _gains(positions - np.mean(positions, axis=0), returns)[: len(returns) - lookback_bars]
    statistics, shifts = gains[0], len(gains)
    adjusted, best = np.ones(len(statistics)), np.full(shifts, -np.inf)
    order: Ints = np.argsort(statistics, kind="stable")
    for candidate in order.tolist():
        np.maximum(best, gains[:, candidate], out=best)
        # The record is one of its own shifts: that is why p is never 0.
        adjusted[candidate] = np.count_nonzero(best >= statistics[candidate]) / shifts
    adjusted[order[::-1]] = np.maximum.accumulate(adjusted[order[::-1]])
    return Timing(statistics, adjusted, shifts)


def _gains(positions: Floats, returns: Floats) -> Floats:
    """What positions gain on returns from so many bars later, over its spread; shifts x N."""
    sums, squares = _met(positions, returns), _met(positions**2, returns**2)
    # A transform's rounding may leave a hair below zero where nothing was held.
    floor = SMALLEST_DEVIATION**2
    return np.asarray(np.where(squares > floor, sums / np.sqrt(np.maximum(squares, floor)), 0.0))


def _met(held: Floats, returns: Floats) -> Floats:
    """Sums over bars of what was held times the return so many bars later, round the circle; T x N."""
    ahead = np.fft.rfft(returns)[:, None] * np.conj(np.fft.rfft(held, axis=0))
    return np.asarray(np.fft.irfft(ahead, n=len(returns), axis=0))


def _check(positions: Floats, returns: Floats, lookback_bars: int) -> None:
    if positions.ndim != 2 or returns.ndim != 1 or len(positions) != len(returns) or not positions.shape[1]:
        raise ValueError(
            f"positions of shape {positions.shape} and returns of shape {returns.shape}: give T x N and T"
        )
    if len(returns) < SHORTEST_SAMPLE or not 0 <= lookback_bars <= len(returns) // 2:
        raise ValueError(
            f"{len(returns)} bars and a look-back of {lookback_bars}: give at least {SHORTEST_SAMPLE} bars, "
            "and a look-back of at most half of them"
        )
    if not bool(np.isfinite(returns).all()) or np.ptp(returns) <= SMALLEST_DEVIATION:
        raise ValueError("the returns are not all numbers, or do not vary")
    wrong = np.flatnonzero(
        ~np.isfinite(positions).all(axis=0) | (np.ptp(positions, axis=0) <= SMALLEST_DEVIATION)
    )
    if len(wrong):
        raise ValueError(f"candidate {wrong[0]}: its positions are not all numbers, or never change")


def portfolio_timing(weights: Floats, returns: Floats, lookback_bars: int = 0) -> tuple[float, int]:
    """Would a whole portfolio have earned as much on returns from other days? Gives p and the shifts.

    Shape: `weights` and `returns` are T x N, held over each bar and earned by each asset in it; all assets
    move round the circle together, so that they go on resembling each other. NaN returns count as none.
    Units, `lookback_bars`, property and source as in `timing_test`; p is never 0.
    Raises: ValueError where the records cannot be tested.
    """
    known = np.where(np.isfinite(returns), returns, 0.0)
    if weights.shape != returns.shape or weights.ndim != 2 or not np.isfinite(weights).all():
        raise ValueError(
            f"weights of shape {weights.shape} and returns of shape {returns.shape}: give T x N of both"
        )
    if len(returns) < SHORTEST_SAMPLE or not 0 <= lookback_bars <= len(returns) // 2:
        raise ValueError(f"{len(returns)} bars and a look-back of {lookback_bars} bars cannot be tested")
    apart = weights - np.mean(weights, axis=0)
    if np.ptp(apart) <= SMALLEST_DEVIATION or np.ptp(known) <= SMALLEST_DEVIATION:
        raise ValueError("the weights or the returns never change")
    gains = np.zeros(len(returns))
    for asset in range(returns.shape[1]):
        gains += _met(apart[:, asset : asset + 1], known[:, asset])[:, 0]
    kept = gains[: len(gains) - lookback_bars]
    return float(np.count_nonzero(kept >= kept[0]) / len(kept)), len(kept)
