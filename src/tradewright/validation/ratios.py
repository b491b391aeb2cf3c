"""Figures as functions of column means or of a path, so that value and interval come from one formula."""

from collections.abc import Callable, Sequence

import numpy as np

from tradewright.validation.bootstrap import Resampling
from tradewright.validation.figure import Figure, figure, not_evaluated
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats

Formula = Callable[[Floats], Floats]
# Below this share of the mean square a variance is what rounding left, not spread; so is one below the square
# of the smallest deviation that returns can have.
ROUNDING = 1e-14
FLOOR = SMALLEST_DEVIATION**2


def of_means(name: str, unit: str, columns: Floats, formula: Formula, sample: Resampling | None) -> Figure:
    """A figure that depends on column means alone, with its interval where there is a resampling.

    Shape: `columns` is T x J; `formula` maps B x J means to B values.
    """
    if len(columns) < 2:
        return not_evaluated(name, unit, len(columns), f"needs at least 2 returns, has {len(columns)}")
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(formula(np.mean(columns, axis=0)[None, :])[0])
    found = figure(name, value, unit, len(columns))
    return found.within(sample.of_means(columns, formula)) if sample else found


def of_paths(
    named: Sequence[tuple[str, str]], returns: Floats, formula: Formula, sample: Resampling | None
) -> tuple[Figure, ...]:
    """Figures that depend on the order of bars, with their intervals over resampled orders, each walked once.

    Shape: `named` holds K names with units; `returns` is T; `formula` maps b x T paths to b x K values.
    """
    count = len(returns)
    if count < 2:
        reason = f"needs at least 2 returns, has {count}"
        return tuple(not_evaluated(name, unit, count, reason) for name, unit in named)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = formula(returns[None, :])[0].tolist()
    found = [figure(name, value, unit, count) for (name, unit), value in zip(named, values, strict=True)]
    if sample is None:
        return tuple(found)
    intervals = sample.of_paths(returns, formula)
    return tuple(one.within(interval) for one, interval in zip(found, intervals, strict=True))


def with_square(series: Floats) -> Floats:
    """A series beside its square, T x 2: what a mean and a variance are made of."""
    return np.stack([series, series**2], axis=1)


def variance(mean: Floats, mean_square: Floats) -> Floats:
    """Variance from the means of a series and of its square; NaN where only rounding is left of it."""
    spread = mean_square - mean**2
    return np.where(spread > np.maximum(ROUNDING * mean_square, FLOOR), spread, np.nan)


def mean_over_deviation(mean: Floats, mean_square: Floats) -> Floats:
    """A Sharpe ratio per bar from the means of a series and of its square (population deviation)."""
    return mean / np.sqrt(variance(mean, mean_square))
