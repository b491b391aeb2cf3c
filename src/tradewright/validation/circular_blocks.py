"""Blocks of one length on a circle of bars: what statistics are resampled with that carry their own error.

The error of a mean is read off the blocks the same way in the record and in every resample, so that both have
the same tails: that is what keeps a test's size when it looks for the best of a thousand.
"""

import math

import numpy as np

from tradewright.validation.bootstrap import (
    LONGEST_BLOCK_SHARE,
    furthest_lag,
    keyed_generator,
    spectrum_of,
    standing_out,
    suited_length,
)
from tradewright.values.panel import Floats, Ints

# A stationary block's length times this is the circular block's; Politis and White (2004), section 3.3.
CIRCULAR_OVER_STATIONARY = 1.5 ** (1.0 / 3.0)
# The common block suits this share of the columns: their longest would be one of noise.
SUITED_SHARE = 0.9
# Dependence too weak to show in any one record may hide this share of a mean's variance from the blocks.
HIDDEN_SHARE = 0.01
# It is looked for at so many lags, and is taken to be larger than it looks by so many standard errors of its
# estimate; how far records are related is asked of so many at most.
WEAK_LAGS, RELATED_RECORDS, WEAK_DOUBT = 6, 200, 1.645

# A record so short that more than this could be hidden from it is judged as if so much were.
LARGEST_UNSEEN = 0.1


def spectra(columns: Floats) -> Floats:
    """Long-run variance of each record, and its sum of |lag| times autocovariance; T x N gives N x 2."""
    sample = len(columns)
    centred = columns - np.mean(columns, axis=0)
    lagged = [
        np.sum(centred[lag:] * centred[: sample - lag], axis=0) / sample
        for lag in range(furthest_lag(sample) + 1)
    ]
    gamma = np.array(lagged).reshape(-1, columns.shape[1])
    return np.array([spectrum_of(gamma[:, column], sample) for column in range(columns.shape[1])])


def common_block_bars(columns: Floats) -> int:
    """One block length for records that must be resampled together; at least the cube root of T.

    Shape: `columns` is T x N. Units: bars.
    Source: Politis and White (2004), Econometric Reviews 23(1), for each column; nine in ten are suited.
    """
    sample = len(columns)
    return suited_bars(spectra(columns), sample, float(np.cbrt(sample)))


def suited_bars(found: Floats, sample: int, least: float) -> int:
    """The common block length, `least` or more, for records with these spectra; `found` is N x 2."""
    lengths = [suited_length(level, slope, sample) for level, slope in found.tolist()]
    wanted = CIRCULAR_OVER_STATIONARY * float(np.quantile(lengths, SUITED_SHARE))
    longest = max(int(sample * LONGEST_BLOCK_SHARE), 1)
    return min(math.ceil(max(wanted, least)), longest)


def least_bars(columns: Floats) -> float:
    """The shortest blocks that many records together allow; the cube root of T where they cannot tell.

    Short blocks are many, and many determine an error well: that is power. But they miss dependence, and what
    is too weak to stand out in one record shows in the average of a thousand squared autocorrelations: white
    noise has 1 / T on average. What exceeds it, and the doubt about it, must not hide more than
    `HIDDEN_SHARE` of a mean's variance; blocks of b bars hide 2 r / b of it where one lag has correlation r.

    Shape: `columns` is T x N. Units: bars.
    Property: a lone record and copies of one tell little, and get nearly the cube root of T; returns whose
    volatility clusters get longer blocks than white noise, as their autocorrelations scatter more widely.
    """
    sample, cautious = len(columns), float(np.cbrt(len(columns)))
    spread = np.std(columns, axis=0)
    moving = np.flatnonzero(spread > 0.0)
    if not len(moving) or sample <= WEAK_LAGS:
        return cautious
    scaled = (columns[:, moving] - np.mean(columns[:, moving], axis=0)) / spread[moving]
    lagged = [np.sum(scaled[lag:] * scaled[:-lag], axis=0) / sample for lag in range(1, WEAK_LAGS + 1)]
    beyond_noise = max(sample * float(np.mean(one**2)) - 1.0 for one in lagged)
    doubt = WEAK_DOUBT * math.sqrt(2.0 / _independent_records(scaled))
    weak = math.sqrt(max(beyond_noise + doubt, 0.0) / sample)
    return min(2.0 * weak / HIDDEN_SHARE, cautious)


def unseen_share(sample: int) -> float:
    """How much of a mean's variance a record of T bars and its blocks may both fail to show.

    A lag that just fails to stand out is none to anybody who looks at one record, and blocks of b bars miss
    2 r / b of a bar's variance. That of the cube root of T: 1.8 % in five years of days, 0.4 % in thirty.
    """
    return min(2.0 * standing_out(sample) / float(np.cbrt(sample)), LARGEST_UNSEEN)


def _independent_records(scaled: Floats) -> float:
    """How many unrelated records know as much about squared autocorrelations as these do.

    Two records with correlation c have autocorrelations that correlate by c squared, squares of them by c to
    the fourth. Source: variance of a mean of equally correlated variables.
    """
    records = scaled.shape[1]
    if records == 1:
        return 1.0
    # Drawn, not every so many-th: the columns of a grid repeat in step with its innermost parameter.
    drawn = keyed_generator(0, "related records").permutation(records)[:RELATED_RECORDS]
    some = np.ascontiguousarray(scaled[:, np.sort(drawn)])
    count = some.shape[1]
    # Not by the linear algebra library: its last bits depend on the number of cores.
    related = np.einsum("ti,tj->ij", some, some) / len(some)
    fourth = (float(np.sum(related**4)) - count) / (count * (count - 1))
    return float(records / (1.0 + (records - 1) * max(fourth, 0.0)))


def block_count(sample: int, bars: int) -> int:
    """How many blocks of about this length a record is made of."""
    return max(round(sample / bars), 1)


def circular_means(columns: Floats, bars: int) -> Floats:
    """The mean of the block that starts at each bar, wrapping at the end; T x N gives T x N."""
    sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    ends = np.arange(len(columns)) + bars
    wrapped = np.where(ends[:, None] > len(columns), sums[-1], 0.0)
    return np.asarray(
        (sums[np.where(ends > len(columns), ends - len(columns), ends)] + wrapped - sums[:-1]) / bars
    )


def segment_sums(columns: Floats, segments: int) -> Floats:
    """Sums over so many neighbouring stretches of nearly equal length; T x N gives segments x N."""
    edges = np.arange(segments) * len(columns) // segments
    return np.asarray(np.add.reduceat(columns, edges, axis=0))


def draw_starts(sample: int, bars: int, draws: int, generator: np.random.Generator) -> Ints:
    """Where the blocks of each resample start; draws x blocks.

    Source: Politis and Romano (1992), in LePage and Billard (eds.), Exploring the Limits of Bootstrap.
    """
    return np.asarray(generator.integers(0, sample, size=(draws, block_count(sample, bars))))
