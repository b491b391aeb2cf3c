"""Intervals for any ratio of a return series, by resampling blocks of it: dependence in time survives."""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from tradewright.validation.figure import Interval
from tradewright.validation.sharpe import autocovariances
from tradewright.values.panel import Floats, Ints

METHOD = "stationary block bootstrap, percentile"
# Blocks longer than this share of the sample leave too few of them to say anything.
LONGEST_BLOCK_SHARE = 1.0 / 8.0
# Resampled paths are made this many at a time, so that memory stays small.
PATHS_AT_ONCE = 64
SHORTEST_SAMPLE = 30


@dataclass(frozen=True)
class BootstrapOptions:
    """How intervals are drawn: how many resamples, how sure, and the key of their randomness.

    Units: `level` is the share of repeated samples whose interval covers the truth; `block_bars` the mean
    block length, chosen from the data where None.
    """

    seed: int
    draws: int = 1_000
    level: float = 0.95
    block_bars: float | None = None

    def __post_init__(self) -> None:
        """Refuse settings that could give no interval."""
        if self.draws < 100 or not 0.5 <= self.level < 1.0:
            raise ValueError(
                f"{self.draws} draws at level {self.level}: give at least 100, and 0.5 to below 1"
            )


@dataclass(frozen=True, eq=False)
class Blocks:
    """The pieces of which each resample is made: where they start and how long they are.

    Shape: `starts` and `lengths` are B x K; the lengths of a row add up to `sample`; blocks wrap at the end.
    """

    sample: int
    starts: Ints
    lengths: Ints


def keyed_generator(seed: int, *words: str) -> np.random.Generator:
    """Random numbers named by a seed and words: the same names give the same numbers whenever asked."""
    digest = hashlib.sha256("\x1f".join((str(seed), *words)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))


def block_length(series: Floats) -> float:
    """The mean block length that suits a series, from how long its autocorrelation lasts.

    Shape: `series` is T. Units: bars, 1 or more.
    Property: grows with the cube root of T; against the value that AR(1) theory gives, see the tests.
    Source: Politis and White (2004), Econometric Reviews 23(1), section 3.2, with the variance constant of
    Patton, Politis and White (2009), Econometric Reviews 28(4).
    """
    return suited_length(*spectrum_at_zero(series), len(series))


def suited_length(level: float, slope: float, sample: int) -> float:
    """The mean block length for a record with this long-run variance and sum of |lag| autocovariance."""
    if sample < 8 or level <= 0:
        return 1.0
    length = ((slope / level) ** 2) ** (1.0 / 3.0) * sample ** (1.0 / 3.0)
    longest = min(3.0 * math.sqrt(sample), sample * LONGEST_BLOCK_SHARE)
    return float(np.clip(length, 1.0, max(longest, 1.0)))


def spectrum_at_zero(series: Floats) -> tuple[float, float]:
    """Long-run variance of a series, and how much of it blocks of b bars miss, times b; see `spectrum_of`."""
    sample = len(series)
    furthest = furthest_lag(sample)
    gamma = autocovariances(series - np.mean(series), furthest) if furthest >= 0 else np.zeros(0)
    return spectrum_of(gamma, sample)


def furthest_lag(sample: int) -> int:
    """The last lag that is looked at in a record of this length; -1 for one too short to have any."""
    return min(math.ceil(math.sqrt(sample)) + _patience(sample), sample - 1) if sample >= 8 else -1


def spectrum_of(gamma: Floats, sample: int) -> tuple[float, float]:
    """Long-run variance and sum of |lag| times autocovariance, from autocovariances at lags 0, 1, ...

    The second is 0 where no lag stands out; both are where nothing varies.
    Source: Politis and Romano (1995), Journal of Time Series Analysis 16(1): flat-top weights, with the lag
    rule of Politis and White (2004), section 3.2.
    """
    if not len(gamma) or gamma[0] <= 0:
        return 0.0, 0.0
    last = _last_lag_that_matters(gamma / gamma[0], sample, _patience(sample))
    lags = min(2 * last, len(gamma) - 1)
    if lags == 0:
        return float(gamma[0]), 0.0
    steps = np.arange(1, lags + 1)
    weights = np.clip(2.0 * (1.0 - steps / lags), 0.0, 1.0)
    level = gamma[0] + 2.0 * float(np.sum(weights * gamma[1 : lags + 1]))
    slope = 2.0 * float(np.sum(weights * steps * gamma[1 : lags + 1]))
    return float(level), slope


def standing_out(sample: int) -> float:
    """The autocorrelation from which on one lag of a record counts as more than noise.

    Source: Politis and White (2004), section 3.2.
    """
    return 2.0 * math.sqrt(math.log10(sample) / sample)


def _patience(sample: int) -> int:
    """How many quiet lags in a row end the search for dependence."""
    return max(5, math.ceil(math.sqrt(math.log10(sample))))


def _last_lag_that_matters(correlations: Floats, sample: int, patience: int) -> int:
    """The smallest lag after which `patience` autocorrelations in a row are noise."""
    noise = standing_out(sample)
    loud = np.flatnonzero(np.abs(correlations[1:]) >= noise) + 1
    last = 0
    for lag in loud.tolist():
        if lag > last + patience:
            break
        last = lag
    return last


def draw_blocks(sample: int, mean_bars: float, draws: int, generator: np.random.Generator) -> Blocks:
    """Cut `draws` resamples of a series into blocks of geometric length that start anywhere.

    Source: Politis and Romano (1994), Journal of the American Statistical Association 89(428).
    """
    expected = sample / mean_bars
    columns = math.ceil(expected + 6.0 * math.sqrt(expected) + 10.0)
    lengths = generator.geometric(1.0 / mean_bars, size=(draws, columns))
    while int(lengths.sum(axis=1).min()) < sample:
        more = generator.geometric(1.0 / mean_bars, size=(draws, columns))
        lengths = np.concatenate([lengths, more], axis=1)
    ends = np.minimum(np.cumsum(lengths, axis=1), sample)
    used = int((ends < sample).sum(axis=1).max()) + 1
    lengths = np.diff(ends[:, :used], axis=1, prepend=0)
    starts = generator.integers(0, sample, size=lengths.shape)
    return Blocks(sample, starts, lengths)


def resampled_means(columns: Floats, blocks: Blocks) -> Floats:
    """The mean of each column in every resample, from block sums alone.

    Shape: `columns` is T x J; the result B x J.
    """
    sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(np.tile(columns, (2, 1)), axis=0)])
    ends = blocks.starts + blocks.lengths
    totals = [(sums[ends, j] - sums[blocks.starts, j]).sum(axis=1) for j in range(columns.shape[1])]
    return np.stack(totals, axis=1) / blocks.sample


def resampled_paths(series: Floats, blocks: Blocks) -> Iterator[Floats]:
    """The series as each resample has it, some resamples at a time.

    Shape: `series` is T; each result b x T with b at most `PATHS_AT_ONCE`.
    """
    twice = np.concatenate([series, series])
    bars = np.arange(blocks.sample)
    for first in range(0, len(blocks.starts), PATHS_AT_ONCE):
        starts = blocks.starts[first : first + PATHS_AT_ONCE]
        lengths = blocks.lengths[first : first + PATHS_AT_ONCE]
        begins = np.cumsum(lengths, axis=1) - lengths
        shift = np.repeat((starts - begins).ravel(), lengths.ravel()).reshape(len(starts), blocks.sample)
        yield twice[shift + bars]


@dataclass(frozen=True, eq=False)
class Resampling:
    """One set of resamples of a period, shared by all ratios of that period so that they stay comparable.

    Property: the interval of a Sharpe ratio covers the truth about as often as `level` says, on independent,
    fat-tailed, autocorrelated and clustered returns; measured in tests/validation/test_bootstrap_coverage.py.
    """

    blocks: Blocks
    block_bars: float
    options: BootstrapOptions

    def of_means(self, columns: Floats, ratio: Callable[[Floats], Floats]) -> Interval | None:
        """Interval of a ratio that depends on the columns' means alone; None where it is not determined.

        Shape: `columns` is T x J; `ratio` maps B x J means to B values.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            draws = ratio(resampled_means(columns, self.blocks))
        return self._interval(draws)

    def of_paths(self, series: Floats, statistics: Callable[[Floats], Floats]) -> list[Interval | None]:
        """Intervals of what depends on the order of bars, such as a drawdown; None for each not determined.

        Shape: `series` is T; `statistics` maps b x T resampled series to b x K values.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            draws = np.concatenate([statistics(paths) for paths in resampled_paths(series, self.blocks)])
        return [self._interval(column) for column in draws.T]

    def _interval(self, draws: Floats) -> Interval | None:
        finite = draws[np.isfinite(draws)]
        if len(finite) < 0.99 * len(draws):
            return None
        tail = (1.0 - self.options.level) / 2.0
        low, middle, high = np.quantile(finite, [tail, 0.5, 1.0 - tail])
        wider = _widening(self.blocks.sample / self.block_bars, self.options.level)
        low, high = middle - wider * (middle - low), middle + wider * (high - middle)
        return Interval(float(low), float(high), self.options.level, METHOD, self.block_bars, len(draws))


def _widening(blocks: float, level: float) -> float:
    """Few blocks know less than many bars: Student's quantile with blocks - 1 degrees, and the lost degree.

    Source: Cornish-Fisher expansion of Student's t; Hall, Horowitz and Jing (1995) on block resamples'
    variance.
    """
    freedom = max(blocks - 1.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    return (1.0 + (z**2 + 1.0) / (4.0 * freedom)) * math.sqrt((freedom + 1.0) / freedom)


def resampling(returns: Floats, options: BootstrapOptions, *words: str) -> Resampling | None:
    """Resamples of a period, keyed by seed and words; None where it is too short or not all numbers.

    Shape: `returns` is T. The block suits whichever lasts longer: dependence of returns or of their squares,
    since a ratio's denominator lives in the squares; at least the cube root of T.
    """
    sample = len(returns)
    if sample < SHORTEST_SAMPLE or not bool(np.isfinite(returns).all()):
        return None
    bars = options.block_bars
    if bars is None:
        squares = (returns - np.mean(returns)) ** 2
        bars = max(block_length(returns), block_length(squares), sample ** (1.0 / 3.0))
    return Resampling(_drawn(sample, bars, options.draws, options.seed, words), bars, options)


# A study asks for the headline's draws again for each set of terms that it is held under. Two are kept: they
# are large where the record is long.
@lru_cache(maxsize=2)
def _drawn(sample: int, bars: float, draws: int, seed: int, words: tuple[str, ...]) -> Blocks:
    return draw_blocks(sample, bars, draws, keyed_generator(seed, *words))
