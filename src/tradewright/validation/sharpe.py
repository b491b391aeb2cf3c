"""The Sharpe ratio and how sure one may be of it."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tradewright.validation.figure import Figure, not_evaluated
from tradewright.values.panel import Floats

NORMAL = NormalDist()
# Returns that vary less than this are an idle account's rounding: a ratio of them would be noise over noise.
SMALLEST_DEVIATION = 1e-12


@dataclass(frozen=True)
class Moments:
    """The shape of a sample of returns.

    Units: per bar; `deviation` divides by n - 1; `kurtosis` is not excess (3 for the normal).
    """

    sample: int
    mean: float
    deviation: float
    skew: float
    kurtosis: float

    @property
    def sharpe(self) -> float:
        """Mean over deviation, per bar."""
        return self.mean / self.deviation


def moments(excess: Floats) -> Moments | str:
    """Measure a sample, or say in words why it cannot be measured.

    Shape: `excess` is T, returns per bar above cash.
    """
    if len(excess) < 3:
        return f"needs at least 3 returns, has {len(excess)}"
    if not bool(np.isfinite(excess).all()):
        return f"{int((~np.isfinite(excess)).sum())} of {len(excess)} returns are not numbers"
    mean = float(np.mean(excess))
    centred = excess - mean
    variance = float(np.mean(centred**2))
    if variance <= (SMALLEST_DEVIATION * max(abs(mean), 1.0)) ** 2:
        return "the returns do not vary"
    skew = float(np.mean(centred**3)) / variance**1.5
    kurtosis = float(np.mean(centred**4)) / variance**2
    deviation = math.sqrt(variance * len(excess) / (len(excess) - 1))
    return Moments(len(excess), mean, deviation, skew, kurtosis)


def sharpe_per_bar(excess: Floats) -> Figure:
    """Reward for risk per bar, not annualised: mean excess return over its deviation.

    Shape: `excess` is T, returns above cash.
    """
    name, unit = "Sharpe ratio per bar", "ratio a bar"
    shape = moments(excess)
    if isinstance(shape, str):
        return not_evaluated(name, unit, len(excess), shape)
    return Figure(name, shape.sharpe, unit, len(excess))


def sharpe_annualised(excess: Floats, bars_per_year: float) -> Figure:
    """Reward for risk a year: the ratio per bar times the root of the bars in a year.

    Property: the usual convention; under autocorrelation see `lo_annualisation`.
    """
    name, unit = "Sharpe ratio a year", "ratio a year"
    per_bar = sharpe_per_bar(excess)
    if per_bar.value is None:
        return not_evaluated(name, unit, per_bar.sample, per_bar.reason)
    return Figure(name, per_bar.value * math.sqrt(bars_per_year), unit, per_bar.sample)


def lo_annualisation(bars_per_year: int, autocorrelations: Floats) -> float:
    """The factor from a ratio per bar to one a year when returns are autocorrelated.

    Shape: `autocorrelations` at lags 1, 2, ...; lags not given count as zero.
    Raises: ValueError where the autocorrelations leave no positive variance for a year.
    Source: Lo (2002), Financial Analysts Journal 58(4), eq. 20.
    """
    lags = np.arange(1, min(len(autocorrelations), bars_per_year - 1) + 1)
    spread = bars_per_year + 2.0 * float(np.sum((bars_per_year - lags) * autocorrelations[: len(lags)]))
    if spread <= 0:
        raise ValueError("these autocorrelations leave a year without variance")
    return bars_per_year / math.sqrt(spread)


def error_iid(sharpe: float, sample: int) -> float:
    """Standard error of a Sharpe ratio if returns were independent and normal, in the ratio's own units.

    Source: Lo (2002), eq. 9.
    """
    return math.sqrt((1.0 + 0.5 * sharpe**2) / sample)


def error_of_shape(shape: Moments) -> float:
    """Standard error per bar that knows skew and fat tails, for independent returns.

    Source: Mertens (2002); Bailey and Lopez de Prado (2012), Journal of Risk 15(2).
    """
    return math.sqrt(_tail_factor(shape.sharpe, shape.skew, shape.kurtosis) / (shape.sample - 1))


def influence(excess: Floats, shape: Moments) -> Floats:
    """How much each bar moves the Sharpe ratio: the series whose long-run variance is the ratio's own.

    Shape: T. Source: Lo (2002), appendix A (delta method on mean and variance).
    """
    z = (excess - shape.mean) / shape.deviation
    return z - 0.5 * shape.sharpe * (z**2 - 1.0)


def error_robust(excess: Floats) -> float:
    """Standard error per bar that knows skew, fat tails, autocorrelation and clustered volatility.

    Property: coverage of the ratio +- 1.96 errors is measured in tests/validation/test_sharpe.py.
    Source: Lo (2002), section on non-independent returns, with the lag rule of Newey and West (1994), Review
    of Economic Studies 61.
    Raises: ValueError where the sample cannot be measured.
    """
    shape = moments(excess)
    if isinstance(shape, str):
        raise ValueError(shape)
    return math.sqrt(long_run_variance(influence(excess, shape)) / shape.sample)


def long_run_variance(series: Floats) -> float:
    """Variance of a mean times its sample size, autocorrelation included. Never negative.

    Source: Newey and West (1994): Bartlett weights, lag chosen from the data.
    """
    sample = len(series)
    centred = series - np.mean(series)
    pilot = min(int(4.0 * (sample / 100.0) ** (2.0 / 9.0)), sample - 1)
    gamma = autocovariances(centred, pilot)
    s0 = gamma[0] + 2.0 * float(np.sum(gamma[1:]))
    s1 = 2.0 * float(np.sum(np.arange(1, pilot + 1) * gamma[1:]))
    rate = 1.1447 * ((s1 / s0) ** 2) ** (1.0 / 3.0) if s0 > 0 else 1.0
    lag = min(int(rate * sample ** (1.0 / 3.0)), sample - 1)
    gamma = autocovariances(centred, lag)
    weights = 1.0 - np.arange(1, lag + 1) / (lag + 1.0)
    return max(float(gamma[0] + 2.0 * np.sum(weights * gamma[1:])), 0.0)


def autocovariances(centred: Floats, lags: int) -> Floats:
    """Autocovariances of a centred series at lags 0 to `lags`, each divided by the full sample size."""
    sample = len(centred)
    # Plain sums, not a dot product: the linear-algebra library may sum differently with more threads.
    return np.array(
        [float(np.sum(centred[lag:] * centred[: sample - lag])) / sample for lag in range(lags + 1)]
    )


def probabilistic_sharpe(shape: Moments, hurdle: float = 0.0) -> float:
    """Probability that the true Sharpe ratio lies above `hurdle`, given the sample.

    Units: ratios per bar. Never exactly 1 or 0 in what is printed: see `printable_p`.
    Source: Bailey and Lopez de Prado (2012), Journal of Risk 15(2).
    """
    return NORMAL.cdf((shape.sharpe - hurdle) / error_of_shape(shape))


def minimum_track_record(shape: Moments, hurdle: float = 0.0, confidence: float = 0.95) -> float:
    """How many bars a record must have before its Sharpe ratio is above `hurdle` with this confidence.

    Units: ratios per bar; the result in bars; infinite where the ratio does not exceed the hurdle.
    Source: Bailey and Lopez de Prado (2012), Journal of Risk 15(2).
    """
    above = shape.sharpe - hurdle
    if above <= 0:
        return math.inf
    spread = _tail_factor(shape.sharpe, shape.skew, shape.kurtosis)
    return 1.0 + spread * (NORMAL.inv_cdf(confidence) / above) ** 2


def _tail_factor(sharpe: float, skew: float, kurtosis: float) -> float:
    return 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2
