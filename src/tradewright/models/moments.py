"""Weighted means, deviations and lines of best fit, column by column, where some outcomes are not there."""

import numpy as np

from tradewright.models.forecasts import Answers
from tradewright.values.panel import Floats

# A feature or outcome that hardly moves has no scale of its own.
LEAST_DEVIATION = 1e-12


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Mean of each column, K x C to C, over the values that are there; 0 where none is."""
    known = np.isfinite(values)
    total = (weights[:, None] * known).sum(axis=0)
    summed = (weights[:, None] * np.where(known, values, 0.0)).sum(axis=0)
    found: Floats = summed / np.where(total > 0.0, total, 1.0)
    return found


def weighted_deviation(values: Floats, weights: Floats) -> Floats:
    """Root mean square of each column about its mean; 1 where it does not move."""
    spread = np.sqrt(weighted_mean((values - weighted_mean(values, weights)) ** 2, weights))
    found: Floats = np.where(spread > LEAST_DEVIATION, spread, 1.0)
    return found


def root_mean_square(values: Floats, weights: Floats) -> Floats:
    """Root mean square of each column over the values that are there."""
    found: Floats = np.sqrt(weighted_mean(values**2, weights))
    return found


def ridge_line(x: Floats, y: Floats, weights: Floats, penalty: float) -> Floats:
    """The weights of best fit of one outcome on columns with mean 0, F.

    Units: `penalty` in examples: it counts as much as that many at one deviation from the mean.
    Source: Hoerl and Kennard (1970), Technometrics 12(1), eq. 2.1.
    """
    known = np.isfinite(y)
    held, seen, told = weights[known], x[known], y[known]
    gram = (seen * held[:, None]).T @ seen + penalty * np.eye(x.shape[1])
    found, *_ = np.linalg.lstsq(gram, (seen * held[:, None]).T @ told, rcond=None)
    return np.asarray(found, dtype=np.float64)


def line_at(x: Floats, slopes: Floats) -> Floats:
    """x @ slopes, K x F by F x H to K x H, summed in one order however many rows there are."""
    total: Floats = np.zeros((len(x), slopes.shape[1]))
    for place in range(x.shape[1]):
        total = total + x[:, place, None] * slopes[place]
    return total


def normal_answers(mean: Floats, deviation: Floats) -> Answers:
    """Answers around a mean, K x H, with one normal deviation for each horizon, H."""
    from scipy.special import ndtr

    spread = np.broadcast_to(np.maximum(deviation, LEAST_DEVIATION), mean.shape).copy()
    return Answers(mean, ndtr(mean / spread), spread)
