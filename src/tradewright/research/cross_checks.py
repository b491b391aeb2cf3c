"""Three more looks at a study's result, each a p-value or a share: reported, and deciding nothing."""

import math
from dataclasses import dataclass

import numpy as np

from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.figure import Figure, Interval, fact, not_evaluated
from tradewright.validation.performance import Period
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats

# Beyond this many configurations the comparisons would take minutes and say the same.
MOST_CANDIDATES = 1_000
# Up to so many, all 12,870 ways to halve 16 stretches are looked at; beyond, the 252 ways to halve ten.
FEW_CANDIDATES = 100


@dataclass(frozen=True, eq=False)
class Tried:
    """All configurations on the bars that they share, the reported one first.

    Shape: `excess` and `exposure` are T x N, returns above cash and the net exposure held over each bar;
    `market` is T, the benchmark's returns. `lookback_bars` is the longest warm-up.
    """

    excess: Floats
    exposure: Floats
    market: Floats
    lookback_bars: int


@dataclass(frozen=True)
class CrossChecks:
    """Units: `overfitting` is a share, `timing` and `benchmark` are p-values; `gap` is a ratio a year.

    `timing` prices all configurations; `gap` is the Sharpe ratio less that of the benchmark at matched
    exposure, and `benchmark` how often two equal ratios would lie as far apart.
    """

    overfitting: Figure
    timing: Figure
    gap: Figure
    benchmark: Figure


def cross_checks(tried: Tried, period: Period, matched: Floats, options: BootstrapOptions) -> CrossChecks:
    """Ask whether the grid's best lasts, whether exposure was timed, and whether the benchmark is beaten.

    Shape: `matched` is T - 1 returns of the benchmark at matched exposure, beside the period's.
    """
    gap, p = benchmark_figures(period, matched, options)
    return CrossChecks(overfitting_figure(tried.excess, options.level), timing_figure(tried), gap, p)


def overfitting_figure(excess: Floats, level: float) -> Figure:
    """How often the best of one half of the record is at most middling in the other half."""
    from tradewright.validation.overfitting import probability_of_overfitting

    name, unit, (bars, candidates) = "Probability of backtest overfitting", "share", excess.shape
    if candidates < 2:
        return not_evaluated(
            name, unit, bars, "there is one configuration: give the study a grid to pick from"
        )
    if candidates > MOST_CANDIDATES:
        return not_evaluated(name, unit, bars, _too_many(candidates))
    # Who was ruined stands still from there on: counted, and best nowhere.
    known = np.where(np.isfinite(excess).all(axis=0), excess, 0.0)
    try:
        found = probability_of_overfitting(known, 16 if candidates <= FEW_CANDIDATES else 10, level)
    except ValueError as error:
        return not_evaluated(name, unit, bars, str(error))
    inside = found.interval
    halves = f"{inside.method}, {math.comb(found.groups, found.groups // 2):,} ways to halve the record"
    interval = Interval(inside.low, inside.high, inside.level, halves, inside.block_bars, inside.draws)
    return Figure(name, found.probability, unit, bars, interval)


def timing_figure(tried: Tried) -> Figure:
    """p of the reported configuration's timing, all configurations priced in."""
    from tradewright.validation.shifted_positions import METHOD, timing_test

    name, unit, (bars, candidates) = "Timing of exposure", "p", tried.exposure.shape
    if candidates > MOST_CANDIDATES:
        return not_evaluated(name, unit, bars, _too_many(candidates))
    moves = np.isfinite(tried.exposure).all(axis=0) & (np.ptp(tried.exposure, axis=0) > SMALLEST_DEVIATION)
    if not moves[0]:
        return not_evaluated(name, unit, bars, "its exposure never changes, or is unknown: nothing is timed")
    try:
        exposure = np.ascontiguousarray(tried.exposure[:, moves])
        found = timing_test(exposure, tried.market, min(tried.lookback_bars, bars // 2))
    except ValueError as error:
        return not_evaluated(name, unit, bars, str(error))
    return fact(Figure(name, float(found.adjusted[0]), unit, bars), f"{METHOD}, {found.shifts:,} shifts")


def benchmark_figures(period: Period, matched: Floats, options: BootstrapOptions) -> tuple[Figure, Figure]:
    """The distance of both Sharpe ratios a year, and the p-value of its being none."""
    from tradewright.validation.sharpe_difference import difference_by_bootstrap

    names = ("Sharpe ratio above that of the benchmark", "Equal to the benchmark's Sharpe ratio")
    bars = len(period.returns)
    try:
        found = difference_by_bootstrap(period.excess, matched - period.cash, options, "benchmark ratio")
    except ValueError as error:
        reason = str(error)
        return not_evaluated(names[0], "ratio a year", bars, reason), not_evaluated(
            names[1], "p", bars, reason
        )
    how = f"{found.method}, {found.draws:,} draws of {found.block_bars}-bar blocks, two-sided"
    apart = Figure(names[0], found.difference * math.sqrt(period.bars_per_year), "ratio a year", bars)
    return fact(apart, how), fact(Figure(names[1], found.p, "p", bars), how)


def _too_many(candidates: int) -> str:
    return f"{candidates:,} configurations; at most {MOST_CANDIDATES:,} are compared"
