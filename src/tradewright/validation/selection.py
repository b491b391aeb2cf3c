"""Did the best of many strategies earn anything, or was it the luckiest? A p-value for each, search included.

Every candidate's mean excess return is divided by its own error, and the best is held against the best of the
same candidates in resamples in which none has an edge. Candidates that resemble each other are resampled
together: a thousand copies of one cost nothing, a thousand unrelated ones cost their full number.
"""

import math
from dataclasses import dataclass

import numpy as np

from tradewright.validation.bootstrap import (
    SHORTEST_SAMPLE,
    BootstrapOptions,
    keyed_generator,
)
from tradewright.validation.circular_blocks import (
    block_count,
    circular_means,
    draw_starts,
    least_bars,
    segment_sums,
    spectra,
    suited_bars,
    unseen_share,
)
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats, Ints

METHOD = "studentised SPA, step-wise, circular block bootstrap"
# What tests/validation/test_selection.py measures and holds: worthless searches that pass a nominal 5 %.
MEASURED_SIZE = (0.02, 0.05)
MEASURED_ON = "200 searches of 50 candidates in each of 6 families"
# Returns in fewer blocks than this determine no error: such a candidate is counted, and can win nothing.
LEAST_ACTIVE_BLOCKS = 10
# Blocks whose sums vary by less than this share of what independent returns would are all alike.
ALIKE_SHARE = 1e-6
# A resample whose variance fell below this share of the record's drew hardly any active block.
LEAST_VARIANCE_SHARE = 0.05
# Candidates resampled at a time, so that memory stays small.
CANDIDATES_AT_ONCE = 512
# So few candidates are averaged one by one, which spares a quick look the loading of sparse matrices.
FEW_CANDIDATES = 4


@dataclass(frozen=True, eq=False)
class Selection:
    """What is left of many candidates once the search is priced.

    Shape: `statistics`, `alone` and `adjusted` are N, in the candidates' order. `statistics` are mean over
    error; `alone` p-values as if each had been the only try; `adjusted` those that price all N.
    `undetermined` marks candidates that were idle or too rarely active to be measured: their p is 1.
    """

    statistics: Floats
    alone: Floats
    adjusted: Floats
    undetermined: np.ndarray
    sample: int
    block_bars: int
    draws: int

    @property
    def best(self) -> int:
        """The candidate with the largest statistic."""
        return int(np.argmax(np.where(self.undetermined, -math.inf, self.statistics)))

    @property
    def p(self) -> float:
        """Probability that the best of as many worthless candidates would look as good. Never 0."""
        return float(self.adjusted[self.best])


@dataclass(frozen=True, eq=False)
class _Records:
    """Measured candidates: centred returns T x N, and mean, error of the mean and t, N each."""

    centred: Floats
    means: Floats
    errors: Floats
    statistics: Floats
    bars: int


def superior_ability(excess: Floats, options: BootstrapOptions, *words: str) -> Selection:
    """Which candidates earned more than nothing, the search for the best priced in.

    Shape: `excess` is T x N, returns above a benchmark, all candidates that were tried.
    Units: returns per bar. `options.block_bars` is chosen from the data where None.
    Property: family-wise error at most alpha asymptotically, in resamples that share time and so keep how
    candidates hang together; size and power measured in tests/validation/test_selection.py.
    Source: Hansen (2005), Journal of Business and Economic Statistics 23(4), his consistent recentring;
    steps of Romano and Wolf (2005), Econometrica 73(4), as Hsu, Hsu and Kuan (2010), Journal of Empirical
    Finance 17(3); each resample studentised anew: Goetze and Kuensch (1996), Annals of Statistics 24(5).
    Raises: ValueError where the returns cannot be tested, with the candidate's number.
    """
    checked(excess)
    sample, count = excess.shape
    found = spectra(excess)
    asked = options.block_bars
    bars = round(asked) if asked is not None else suited_bars(found, sample, least_bars(excess))
    bars = min(max(bars, 1), sample // 2)
    undetermined = too_rarely_active(excess, bars) | blocks_alike(excess, bars)
    alone, adjusted, statistics = np.ones(count), np.ones(count), np.zeros(count)
    live = np.flatnonzero(~undetermined)
    if len(live):
        records = _measured(excess[:, live], found[live], bars)
        starts = draw_starts(sample, bars, options.draws, keyed_generator(options.seed, *words))
        statistics[live] = records.statistics
        alone[live], adjusted[live] = _priced(records, starts)
    return Selection(statistics, alone, adjusted, undetermined, sample, bars, options.draws)


def checked(excess: Floats) -> None:
    """Refuse records that are no table of numbers, are too short, or rise without ever varying.

    Raises: ValueError.
    """
    if excess.ndim != 2 or excess.shape[1] < 1:
        raise ValueError(f"returns of shape {excess.shape}: give bars x candidates, at least one candidate")
    if len(excess) < SHORTEST_SAMPLE:
        raise ValueError(f"needs at least {SHORTEST_SAMPLE} returns, has {len(excess)}")
    broken = np.flatnonzero(~np.isfinite(excess).all(axis=0))
    if len(broken):
        raise ValueError(f"candidate {broken[0]} holds returns that are not numbers")
    steady = np.ptp(excess, axis=0) <= SMALLEST_DEVIATION
    lasting = np.flatnonzero(steady & (np.abs(np.mean(excess, axis=0)) > SMALLEST_DEVIATION))
    if len(lasting):
        raise ValueError(f"candidate {lasting[0]} does not vary around a mean that is not zero")


def too_rarely_active(excess: Floats, bars: int) -> np.ndarray:
    """Candidates whose returns lie in too few blocks of about `bars`; rounding is no return.

    Shape: `excess` is T x N, the answer N flags.
    """
    moves = (np.abs(excess) > SMALLEST_DEVIATION).astype(np.float64)
    active = np.count_nonzero(segment_sums(moves, block_count(len(excess), bars)), axis=0)
    # A record of few blocks cannot be asked for more of them than it has.
    return np.asarray(active < min(LEAST_ACTIVE_BLOCKS, block_count(len(excess), bars)))


def blocks_alike(excess: Floats, bars: int) -> np.ndarray:
    """Candidates whose blocks all earn the same but for rounding: they tell no error.

    Shape: `excess` is T x N, the answer N flags.
    """
    sums = segment_sums(excess - np.mean(excess, axis=0), block_count(len(excess), bars))
    usual = np.std(excess, axis=0) * math.sqrt(bars)
    return np.asarray(np.sqrt(np.mean(sums**2, axis=0)) <= ALIKE_SHARE * usual)


def _measured(excess: Floats, found: Floats, bars: int) -> _Records:
    """Means and their errors; what blocks miss of a lasting autocorrelation, and may hide, is added to the
    error.
    """
    sample = len(excess)
    means = np.mean(excess, axis=0)
    centred = excess - means
    segments = block_count(sample, bars)
    spread = np.sum(segment_sums(centred, segments) ** 2, axis=0) / sample * segments / (segments - 1)
    errors = np.sqrt(spread / sample)
    missed = np.array([_missed(level, slope, bars) for level, slope in found.tolist()])
    # The best of a thousand is likely one of whom something is hidden; resamples of its blocks cannot see it.
    missed /= math.sqrt(1.0 - unseen_share(sample))
    return _Records(centred, means, errors, means / (errors * missed), bars)


def _missed(level: float, slope: float, bars: int) -> float:
    """By how much blocks of this length understate the error of a mean; 1 where they do not."""
    seen = level - slope / bars
    return math.sqrt(level / seen) if slope > 0.0 and seen > 0.0 else 1.0


def _priced(records: _Records, starts: Ints) -> tuple[Floats, Floats]:
    """The p-values of each candidate alone and within the search, in the records' order.

    From the worst up: each is held against the best of itself and of all that look worse, which is what is
    left once those that look better have been told apart.
    """
    count, draws = len(records.means), len(starts)
    order = np.argsort(records.statistics, kind="stable")
    alone, adjusted = np.empty(count), np.empty(count)
    best = np.zeros(draws)
    for first in range(0, count, CANDIDATES_AT_ONCE):
        chosen = order[first : first + CANDIDATES_AT_ONCE]
        resampled = _resampled(records, chosen, starts)
        observed = records.statistics[chosen]
        alone[chosen] = (1.0 + np.sum(resampled >= observed, axis=0)) / (draws + 1.0)
        for place, candidate in enumerate(chosen.tolist()):
            np.maximum(best, resampled[:, place], out=best)
            adjusted[candidate] = (1.0 + np.count_nonzero(best >= observed[place])) / (draws + 1.0)
    from_best = order[::-1]
    adjusted[from_best] = np.maximum.accumulate(adjusted[from_best])
    return alone, adjusted


def _resampled(records: _Records, chosen: Ints, starts: Ints) -> Floats:
    """The statistic of each chosen candidate in every resample without an edge; draws x chosen."""
    blocks = starts.shape[1]
    means = circular_means(records.centred[:, chosen], records.bars)
    first, second = _averaged(means, starts), _averaged(means**2, starts)
    spread = (second - first**2) / (blocks - 1)
    floor = LEAST_VARIANCE_SHARE * records.errors[chosen] ** 2
    # Hansen: who lies far below zero is not lifted to it, or hopeless candidates would hide good ones.
    hopeless = records.statistics[chosen] < -math.sqrt(2.0 * math.log(math.log(len(records.centred))))
    shift = np.where(hopeless, records.means[chosen], 0.0)
    return np.asarray((first + shift) / np.sqrt(np.maximum(spread, floor)))


def _averaged(values: Floats, starts: Ints) -> Floats:
    """The average over each resample's blocks of what starts there; T x n to draws x n.

    On one thread either way, so that it gives the same bits on any number of cores.
    """
    if values.shape[1] <= FEW_CANDIDATES:
        return np.stack([np.mean(np.take(column, starts), axis=1) for column in values.T], axis=1)
    from scipy.sparse import csr_matrix

    draws, blocks = starts.shape
    weights = np.full(starts.size, 1.0 / blocks)
    edges = np.arange(draws + 1) * blocks
    return np.asarray(csr_matrix((weights, starts.ravel(), edges), shape=(draws, len(values))) @ values)
