"""What an account's equity says: growth, risk and reward, each with its sample and its interval.

All figures are net of costs. T bars give T - 1 returns; `sample` counts those.
"""

import math
from dataclasses import dataclass

import numpy as np

from tradewright.validation.bootstrap import BootstrapOptions, Resampling, resampling
from tradewright.validation.figure import Figure, not_evaluated
from tradewright.validation.ratios import (
    FLOOR,
    mean_over_deviation,
    of_means,
    of_paths,
    variance,
    with_square,
)
from tradewright.validation.sharpe import SMALLEST_DEVIATION, sharpe_annualised
from tradewright.values.instant import DAYS_PER_YEAR, NS_PER_DAY
from tradewright.values.panel import Floats, Ints

DAYS_PER_CALENDAR_YEAR = 365.25
# What people annualise with; a measured frequency this close to one of them is taken to be it.
CUSTOMARY_BARS_PER_YEAR = (252.0, 52.0, 12.0, 365.0)
CUSTOMARY_WITHIN = 0.03
SHORTEST_YEARS = 0.25


@dataclass(frozen=True, eq=False)
class Period:
    """Returns of an account over a period, and of cash beside them.

    Shape: `instants` is T; `returns` and `cash` are T - 1, the bar that ends at instants[1:].
    Units: returns per bar, net; `cash` what idle money would have earned; `bars_per_year` annualises.
    """

    instants: Ints
    returns: Floats
    cash: Floats
    bars_per_year: float

    @property
    def excess(self) -> Floats:
        """Returns above cash, T - 1."""
        return self.returns - self.cash

    @property
    def years(self) -> float:
        """Calendar years from the first instant to the last."""
        return float(self.instants[-1] - self.instants[0]) / NS_PER_DAY / DAYS_PER_CALENDAR_YEAR


@dataclass(frozen=True)
class Drawdown:
    """The deepest fall from a peak, and its dates.

    Units: `depth` share of the peak, zero or more; instants in ns UTC; `recovered_at` None where it never
    was.
    """

    depth: float
    peak_at: int
    trough_at: int
    recovered_at: int | None


@dataclass(frozen=True)
class MonthlyReturn:
    """One calendar month (UTC): its compounded return and how many bars it holds."""

    year: int
    month: int
    value: float
    bars: int


def bar_returns(equity_usd: Floats) -> Floats:
    """Return of each bar on the equity before it; NaN once nothing was left to earn on.

    Shape: T gives T - 1.
    """
    before, after = equity_usd[:-1], equity_usd[1:]
    return np.asarray(np.divide(after, before, out=np.full(len(before), np.nan), where=before > 0) - 1.0)


def cash_returns(instants: Ints, cash_rate: float) -> Floats:
    """What idle cash earns in each bar at a simple yearly rate, actual/365.

    Shape: T gives T - 1.
    """
    return np.asarray(cash_rate * np.diff(instants) / (NS_PER_DAY * DAYS_PER_YEAR))


def bars_per_year(instants: Ints) -> float:
    """How many bars a calendar year holds, measured; 252, 52, 12 or 365 where it is that within 3 %."""
    if len(instants) < 2:
        return CUSTOMARY_BARS_PER_YEAR[0]
    years = float(instants[-1] - instants[0]) / NS_PER_DAY / DAYS_PER_CALENDAR_YEAR
    measured = (len(instants) - 1) / years
    near = min(CUSTOMARY_BARS_PER_YEAR, key=lambda custom: abs(measured / custom - 1.0))
    return near if abs(measured / near - 1.0) <= CUSTOMARY_WITHIN else measured


def period_of(instants: Ints, equity_usd: Floats, cash_rate: float) -> Period:
    """The returns of an account, ready to be measured.

    Shape: both arrays are T.
    """
    return Period(
        instants, bar_returns(equity_usd), cash_returns(instants, cash_rate), bars_per_year(instants)
    )


def drawdown_series(equity_usd: Floats) -> Floats:
    """How far below its highest value so far the account stands, as a share, zero or less.

    Shape: T gives T.
    """
    return equity_usd / np.maximum.accumulate(equity_usd) - 1.0


def deepest_drawdown(equity_usd: Floats, instants: Ints) -> Drawdown | None:
    """The deepest fall from a peak with its dates; None where the account never fell or is unknown."""
    if len(equity_usd) < 2 or not bool(np.isfinite(equity_usd).all()):
        return None
    falls = drawdown_series(equity_usd)
    trough = int(np.argmin(falls))
    if falls[trough] >= 0.0:
        return None
    peak = int(np.argmax(equity_usd[: trough + 1]))
    back = np.flatnonzero(equity_usd[trough:] >= equity_usd[peak])
    recovered = int(instants[trough + int(back[0])]) if len(back) else None
    return Drawdown(float(-falls[trough]), int(instants[peak]), int(instants[trough]), recovered)


def monthly_returns(instants: Ints, returns: Floats) -> tuple[MonthlyReturn, ...]:
    """Compounded return of each calendar month, in order. The first and last may be partial: see `bars`.

    Shape: `instants` is T, `returns` T - 1.
    """
    if not len(returns):
        return ()
    months = instants[1:].astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    firsts = np.flatnonzero(np.diff(months, prepend=months[0] - 1))
    growth = np.multiply.reduceat(1.0 + returns, firsts) - 1.0
    counts = np.diff(firsts, append=len(returns))
    return tuple(
        MonthlyReturn(1970 + month // 12, month % 12 + 1, value, bars)
        for month, value, bars in zip(months[firsts].tolist(), growth.tolist(), counts.tolist(), strict=True)
    )


def yearly_returns(months: tuple[MonthlyReturn, ...]) -> tuple[tuple[int, float], ...]:
    """Compounded return of each calendar year, in order."""
    years: dict[int, float] = {}
    for month in months:
        years[month.year] = (1.0 + years.get(month.year, 0.0)) * (1.0 + month.value) - 1.0
    return tuple(years.items())


def measure(period: Period, options: BootstrapOptions, key: str) -> tuple[Figure, ...]:
    """All figures of an account, each with its interval where the sample allows one."""
    sample = resampling(period.excess, options, key)
    return (
        sharpe_figure(period, sample),
        growth_figure(period, sample),
        volatility_figure(period, sample),
        sortino_figure(period, sample),
        *depth_figures(period, sample),
        hit_rate_figure(period, sample),
    )


def sharpe_figure(period: Period, sample: Resampling | None) -> Figure:
    """Sharpe ratio a year, over cash, with its interval."""
    found = sharpe_annualised(period.excess, period.bars_per_year)
    if sample is None or not found.is_evaluated:
        return found
    columns = with_square(period.excess)
    root = math.sqrt(period.bars_per_year)
    return found.within(sample.of_means(columns, lambda m: root * mean_over_deviation(m[:, 0], m[:, 1])))


def growth_figure(period: Period, sample: Resampling | None) -> Figure:
    """Compound growth a year (CAGR)."""
    name, unit, bars = "Compound growth a year", "share a year", len(period.returns)
    if bars < 2 or period.years < SHORTEST_YEARS:
        return not_evaluated(name, unit, bars, f"needs at least {SHORTEST_YEARS} years of bars")
    if not bool((period.returns > -1.0).all()):
        return not_evaluated(name, unit, bars, "the account was ruined, or its equity is unknown")
    logs = np.log1p(period.returns)[:, None]
    per_year = bars / period.years
    return of_means(name, unit, logs, lambda m: np.expm1(m[:, 0] * per_year), sample)


def volatility_figure(period: Period, sample: Resampling | None) -> Figure:
    """Standard deviation of returns, a year."""
    columns = with_square(period.returns)
    root = math.sqrt(period.bars_per_year)
    return of_means(
        "Volatility a year",
        "share a year",
        columns,
        lambda m: root * np.sqrt(variance(m[:, 0], m[:, 1])),
        sample,
    )


def sortino_figure(period: Period, sample: Resampling | None) -> Figure:
    """Excess return a year over the root mean square of the bars that lost against cash."""
    excess = period.excess
    columns = np.stack([excess, np.minimum(excess, 0.0) ** 2], axis=1)
    root = math.sqrt(period.bars_per_year)

    def sortino(m: Floats) -> Floats:
        # An idle account "loses" its rounding: that is no risk to divide by.
        return np.asarray(root * m[:, 0] / np.sqrt(np.where(m[:, 1] > FLOOR, m[:, 1], np.nan)))

    return of_means("Sortino ratio a year", "ratio a year", columns, sortino, sample)


def depth_figures(period: Period, sample: Resampling | None) -> tuple[Figure, Figure]:
    """Deepest fall from a peak as a share of the peak, and compound growth a year over that fall (Calmar).

    Their intervals show how deep other orders of the same blocks would have fallen: the past was one of many.
    """
    years = max(period.years, SHORTEST_YEARS) if len(period.returns) else SHORTEST_YEARS

    def depth_and_calmar(paths: Floats) -> Floats:
        # The starting capital counts as a peak.
        levels = np.cumprod(1.0 + paths, axis=1)
        of_peak = np.maximum(np.maximum.accumulate(levels, axis=1), 1.0)
        depths = 1.0 - np.min(np.divide(levels, of_peak, out=of_peak), axis=1)
        # What was lost twice over did not grow, whatever the product of two negative factors says.
        solvent = np.where(np.min(paths, axis=1) >= -1.0, levels[:, -1], np.nan)
        return np.stack([depths, (solvent ** (1.0 / years) - 1.0) / depths], axis=1)

    names = (("Maximum drawdown", "share of peak"), ("Calmar ratio", "ratio a year"))
    deepest, calmar = of_paths(names, period.returns, depth_and_calmar, sample)
    if calmar.sample >= 2 and period.years < SHORTEST_YEARS:
        calmar = not_evaluated(*names[1], calmar.sample, f"needs at least {SHORTEST_YEARS} years of bars")
    return deepest, calmar


def hit_rate_figure(period: Period, sample: Resampling | None) -> Figure:
    """Share of bars that earned more than cash, of those that earned anything but cash.

    Bars on which the account stood still or lay in cash say nothing for or against it, though they bring
    interest; `sample` counts the others.
    """
    name, unit = "Share of bars that gained", "share"
    excess = period.excess
    if not bool(np.isfinite(excess).all()):
        return not_evaluated(name, unit, len(excess), "the account was ruined, or its equity is unknown")
    # What is left of an idle bar is rounding.
    has_moved = np.abs(excess) > SMALLEST_DEVIATION
    moved = int(np.count_nonzero(has_moved))
    if moved < 2:
        return not_evaluated(name, unit, moved, "hardly any bar gained or lost")
    columns = np.stack([has_moved & (excess > 0), has_moved], axis=1).astype(np.float64)
    found = of_means(name, unit, columns, lambda m: m[:, 0] / m[:, 1], sample)
    return found if found.value is None else Figure(name, found.value, unit, moved, found.interval)
