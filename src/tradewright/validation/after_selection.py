"""What to expect of the best of many from here on: its Sharpe ratio, shrunk for having been chosen.

The best of a search is good and lucky, and nobody can tell the parts by looking at it. But how far the
others lie behind says how much room luck had: a winner by a wide margin would have won anyway, one by a
hair might not.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tradewright.validation.circular_blocks import (
    block_count,
    least_bars,
    segment_sums,
    spectra,
    suited_bars,
)
from tradewright.validation.selection import LEAST_ACTIVE_BLOCKS, checked, too_rarely_active
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats

METHOD = "conditional on having been the best of the search, hybrid"
NORMAL = NormalDist()
# The part of the error that goes into the wide interval which bounds the conditional one.
WIDE_SHARE = 0.1
# Days are counted so that an edge of this size stands out at 5 %, one-sided, in four records of five.
SURE, FOUND = 0.95, 0.8
HALVINGS = 60
# Who follows the winner this closely is the winner: between two copies there was nothing to choose.
COPY = 1.0 - 1e-9
# Of that of returns without dependence; what lies below is rounding.
SMALLEST_VARIANCE = 1e-12


@dataclass(frozen=True)
class Expected:
    """The Sharpe ratio to be expected from here on.

    Units: ratios per bar. `found` is what was observed, `error` its standard error. For the best of a search
    `value` lies above the truth as often as below it, and `low` and `high` cover the truth as often as
    `level` says. For any other record of a search `value` lies above the truth at most as often as below
    it, and the interval covers at least as often. `was_best` says which it was among `candidates`.
    """

    value: float
    low: float
    high: float
    level: float
    found: float
    error: float
    bars: int
    was_best: bool
    candidates: int

    def bars_to_confirm(self) -> float:
        """Bars of live trading after which such an edge stands out in four records of five; inf for none.

        Source: sample size of a one-sided test of a mean, with the record's own long-run variance.
        """
        if self.value <= 0.0:
            return math.inf
        wanted = NORMAL.inv_cdf(SURE) + NORMAL.inv_cdf(FOUND)
        return self.bars * (wanted * self.error / self.value) ** 2


def expected_after(excess: Floats, reported: int, level: float = 0.9) -> Expected:
    """The Sharpe ratio to expect of one record among all that were tried, and its interval.

    Shape: `excess` is T x N, returns above cash of everything that was tried. Where the reported record is
    not the best by Sharpe ratio nobody can tell why it was reported: the second best may have been picked
    for its luck as well. It gets the simultaneous interval over all N, which holds however it was chosen.
    Property: whatever the true ratios, the best is covered as often as `level` says, any other record at
    least as often, and one that was tried alone gets the ordinary interval; measured in
    tests/validation/test_after_selection.py and, for the best, by `make honesty`. Candidates must have been
    fixed beforehand.
    Source: Andrews, Kitagawa and McCloskey (2024), Quarterly Journal of Economics 139(1), conditional and
    hybrid inference on winners, and projection; Bonferroni's inequality for what holds for all at once;
    influence function of a Sharpe ratio: Lo (2002), Financial Analysts Journal 58(4).
    Raises: ValueError where the returns cannot be measured. Records that moved in too few blocks have no
    known error: a reported one is refused, others are left out.
    """
    checked(excess)
    if not 0.5 < level < 1.0:
        raise ValueError(f"level {level}: give a probability between a half and 1")
    moved = np.std(excess, axis=0) > SMALLEST_DEVIATION
    if not moved[reported]:
        raise ValueError(f"candidate {reported} never moved")
    place = int(np.count_nonzero(moved[:reported]))
    try:
        ratios, covariances, error, place = _measured(excess[:, moved], place)
    except ValueError as reason:
        raise ValueError(f"candidate {reported} {reason}") from None
    found, count = float(ratios[place]), len(ratios)
    was_best = count > 1 and found >= float(np.max(ratios))
    if was_best:
        seen = _Seen(found, error, _room_of_luck(ratios, covariances, place), _widest(count, level))
        low, value, high = seen.interval(level)
    else:
        reach = error * _beyond_none(count, (1.0 - level) / 2.0)
        low, value, high = found - reach, found - error * _beyond_none(count, 0.5), found + reach
    return Expected(value, low, high, level, found, error, len(excess), was_best, count)


@dataclass(frozen=True)
class _Seen:
    """An observed ratio, the least that would still have won, and how far from the truth it may lie at
    most.
    """

    found: float
    error: float
    floor: float
    widest: float

    def interval(self, level: float) -> tuple[float, float, float]:
        """Low end, median and high end; what the wide interval may miss is taken off the conditional one."""
        miss = (1.0 - level) * (1.0 - WIDE_SHARE) / (1.0 - (1.0 - level) * WIDE_SHARE)
        low, value, high = (self._ratio_where(share) for share in (miss / 2.0, 0.5, 1.0 - miss / 2.0))
        return low, value, high

    def _ratio_where(self, share: float) -> float:
        """The true ratio under which as high a winner has this chance, found by halving."""
        reach = min(self.widest, 40.0)
        low, high = self.found - reach * self.error, self.found + 10.0 * self.error
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if self._chance(middle) > share else (middle, high)
        return 0.5 * (low + high)

    def _chance(self, true: float) -> float:
        """Of a winner as high or higher, where the true ratio is this one; grows with it."""
        beyond = _above(self.widest)
        won = _above((self.floor - true) / self.error) - beyond
        return max(_above((self.found - true) / self.error) - beyond, 0.0) / won if won > 0.0 else 0.0


def _above(score: float) -> float:
    return 0.5 * math.erfc(score / math.sqrt(2.0))


def _widest(candidates: int, level: float) -> float:
    """Beyond so many errors none of the candidates lies, but for a small part of the allowed misses."""
    return _beyond_none(candidates, (1.0 - level) * WIDE_SHARE / 2.0)


def _beyond_none(candidates: int, chance: float) -> float:
    """So many errors that at most with this chance any of the candidates looks better than it is by more."""
    return NORMAL.inv_cdf(1.0 - chance / candidates)


def _measured(excess: Floats, place: int) -> tuple[Floats, Floats, float, int]:
    """Ratios per bar, their covariances with the reported one, its error, and its place among those kept.

    Raises: ValueError where that error cannot be known.
    """
    sample = len(excess)
    scaled = (excess - np.mean(excess, axis=0)) / np.std(excess, axis=0)
    ratios = np.mean(excess, axis=0) / np.std(excess, axis=0)
    influence = scaled - 0.5 * ratios * (scaled**2 - 1.0)
    found = spectra(influence)
    bars = suited_bars(found, sample, least_bars(influence))
    kept = ~too_rarely_active(excess, bars)
    if not kept[place]:
        raise ValueError(f"moved in fewer than {LEAST_ACTIVE_BLOCKS} blocks: too rarely to know its error")
    segments = block_count(sample, bars)
    sums = segment_sums(influence, segments)
    covariances = sums[:, place] @ sums / sample**2 * segments / (segments - 1)
    if covariances[place] * sample <= SMALLEST_VARIANCE:
        raise ValueError("repeats itself so evenly that every block is alike: its error cannot be known")
    level, slope = found[place]
    missed = level / (level - slope / bars) if slope > 0.0 and level > slope / bars else 1.0
    error = math.sqrt(float(covariances[place]) * missed)
    return ratios[kept], covariances[kept], error, int(np.count_nonzero(kept[:place]))


def _room_of_luck(ratios: Floats, covariances: Floats, place: int) -> float:
    """The lowest ratio with which the reported record would still have won, all that is unrelated to it kept.

    Property: at most its ratio; equal to the runner-up's where the others are unrelated.
    """
    slopes = np.delete(covariances / covariances[place], place)
    others = np.delete(ratios, place)
    follows = slopes < COPY
    if not follows.any():
        return -math.inf
    return float(np.max((others[follows] - slopes[follows] * ratios[place]) / (1.0 - slopes[follows])))
