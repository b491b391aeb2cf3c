"""Figures as functions of column means or of a path, so that value and interval come from one formula."""

from collections.abc import Callable

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


def of_path(name: str, unit: str, returns: Floats, formula: Formula, sample: Resampling | None) -> Figure:
    """A figure that depends on the order of bars, with its interval over resampled orders.

    Shape: `returns` is T; `formula` maps b x T paths to b values.
    """
    if len(returns) < 2:
        return not_evaluated(name, unit, len(returns), f"needs at least 2 returns, has {len(returns)}")
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(formula(returns[None, :])[0])
    found = figure(name, value, unit, len(returns))
    return found.within(sample.of_path(returns, formula)) if sample else found


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
