"""The benchmark at matched exposure: what the same average stake in the market would have earned.

Matching: the benchmark is held every bar at the strategy's average net exposure over the period, rebalanced
without costs, the rest in cash at the profile's rate (above 1, the borrowed part pays its margin rate). The
average needs hindsight, which favours neither side, and it leaves the strategy its timing; a benchmark that
followed the exposure day by day would take the timing away and judge selection alone, so that is a figure
beside it.
"""

import math

import numpy as np

from tradewright.validation.bootstrap import Resampling
from tradewright.validation.figure import Figure
from tradewright.validation.performance import Period
from tradewright.validation.ratios import mean_over_deviation, of_means, variance, with_square
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats

HOW = "held at the strategy's average net exposure, rebalanced without costs, the rest in cash"


def matched_returns(market: Floats, exposure: float | Floats, cash: Floats, borrowed: Floats) -> Floats:
    """Returns of holding the market at an exposure, the rest in cash or borrowed.

    Shape: all T - 1, or one number for `exposure`; where it is a series, it is that of the close before each
    bar.
    Units: returns per bar; `cash` is earned on what is not invested, `borrowed` paid on what is above 1.
    What a short sale brought in earns nothing, as in the account itself.
    """
    idle = 1.0 - np.asarray(exposure, dtype=np.float64)
    earned, owed = np.clip(idle, 0.0, 1.0) * cash, np.minimum(idle, 0.0) * borrowed
    return np.asarray(exposure * market + earned + owed)


def equal_weight_returns(growth: Floats) -> Floats:
    """Returns of holding every known instrument alike, rebalanced each bar without costs.

    Shape: `growth` is T x N of total-return indices; the result T - 1, zero where nothing is known.
    """
    before, after = growth[:-1], growth[1:]
    known = np.isfinite(before) & np.isfinite(after) & (before > 0)
    returns = np.where(known, np.divide(after, before, out=np.ones_like(after), where=known) - 1.0, 0.0)
    return np.asarray(np.sum(returns, axis=1) / np.maximum(np.sum(known, axis=1), 1))


def held_returns(growth: Floats) -> Floats:
    """Returns of one instrument's total-return index; T gives T - 1, zero where it is not known yet."""
    known = np.isfinite(growth[:-1]) & np.isfinite(growth[1:]) & (growth[:-1] > 0)
    return np.divide(growth[1:], growth[:-1], out=np.ones(len(growth) - 1), where=known) - 1.0


def compare(period: Period, matched: Floats, market: Floats, sample: Resampling | None) -> tuple[Figure, ...]:
    """Excess over the matched benchmark, tracking error, information ratio, and beta and alpha to the market.

    Shape: `matched` and `market` are T - 1 returns aligned with the period's.
    """
    return (
        mean_difference(period, matched, sample),
        sharpe_difference(period, matched, sample),
        *_tracking(period, matched, sample),
        *_market_line(period, market, sample),
    )


def mean_difference(period: Period, matched: Floats, sample: Resampling | None) -> Figure:
    """Mean return a year above the benchmark at matched exposure (arithmetic)."""
    gap = period.returns - matched
    # An idle account differs from its cash benchmark by rounding: that must not look like an edge.
    gap = np.where(np.abs(gap) < SMALLEST_DEVIATION, 0.0, gap)[:, None]
    per_year = period.bars_per_year
    return of_means("Return above benchmark", "share a year", gap, lambda m: per_year * m[:, 0], sample)


def sharpe_difference(period: Period, matched: Floats, sample: Resampling | None) -> Figure:
    """Sharpe ratio a year less that of the benchmark at matched exposure, resampled in pairs."""
    own, other = period.excess, matched - period.cash
    columns = np.stack([own, own**2, other, other**2], axis=1)
    root = math.sqrt(period.bars_per_year)

    def gap(m: Floats) -> Floats:
        mine, theirs = mean_over_deviation(m[:, 0], m[:, 1]), mean_over_deviation(m[:, 2], m[:, 3])
        return root * (mine - theirs)

    return of_means("Sharpe ratio above benchmark", "ratio a year", columns, gap, sample)


def _tracking(period: Period, matched: Floats, sample: Resampling | None) -> tuple[Figure, Figure]:
    gap = period.returns - matched
    columns = with_square(gap)
    root = math.sqrt(period.bars_per_year)

    def error(m: Floats) -> Floats:
        return root * np.sqrt(variance(m[:, 0], m[:, 1]))

    def information(m: Floats) -> Floats:
        return root * mean_over_deviation(m[:, 0], m[:, 1])

    return (
        of_means("Tracking error", "share a year", columns, error, sample),
        of_means("Information ratio", "ratio a year", columns, information, sample),
    )


def _market_line(period: Period, market: Floats, sample: Resampling | None) -> tuple[Figure, Figure]:
    """Beta and alpha of excess returns on the market's excess returns, by least squares."""
    own, other = period.excess, market - period.cash
    columns = np.stack([own, other, own * other, other**2], axis=1)
    per_year = period.bars_per_year

    def beta(m: Floats) -> Floats:
        return (m[:, 2] - m[:, 0] * m[:, 1]) / variance(m[:, 1], m[:, 3])

    def alpha(m: Floats) -> Floats:
        return per_year * (m[:, 0] - beta(m) * m[:, 1])

    return (
        of_means("Beta to the benchmark", "ratio", columns, beta, sample),
        of_means("Alpha to the benchmark", "share a year", columns, alpha, sample),
    )
