"""Does picking the best of the past pick anything for the future? The probability of backtest overfitting."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tradewright.validation.figure import Interval
from tradewright.validation.selection import checked
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats, Ints

METHOD = "jackknife over neighbouring pairs of groups, Student"
# Sixteen groups make 12,870 splits; more would take long and say the same.
MOST_GROUPS = 16
LEAST_BARS_A_GROUP = 5
# Splits compared at a time, so that memory stays small.
SPLITS_AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class Overfitting:
    """How often the best of one half of the record falls to the median or below in the other half.

    Shape: `ranks` has one number a split: the winner's rank out of sample, from above 0 (worst) to below 1.
    """

    probability: float
    interval: Interval
    ranks: Floats
    candidates: int
    groups: int


def probability_of_overfitting(excess: Floats, groups: int = 16, level: float = 0.95) -> Overfitting:
    """Share of ways to halve the record in which the winner of one half is at most median in the other.

    Shape: `excess` is T x N, returns of all candidates tried; T is cut into `groups` neighbouring stretches.
    Property: one half on average for worthless unrelated candidates, near 0 where one has a lasting edge.
    Splits share their bars, so that a single record wanders far: below one half is no evidence, and no gate
    rests on it. Mean and the interval's coverage are measured in tests/validation/test_overfitting.py.
    Source: Bailey, Borwein, Lopez de Prado and Zhu (2017), Journal of Computational Finance 20(4), section 3;
    interval: Efron and Stein (1981), Annals of Statistics 9(3), on pairs, so that the rest can be halved.
    Raises: ValueError where the record cannot be halved or compared.
    """
    _check(excess, groups)
    edges = np.arange(groups) * len(excess) // groups
    parts = np.stack([np.add.reduceat(excess**power, edges, axis=0) for power in (1, 2)])
    counts = np.diff(edges, append=len(excess)).astype(np.float64)
    ranks = _ranks(parts, counts)
    without = [_share(_ranks(*_left(parts, counts, pair))) for pair in range(groups // 2)]
    probability = _share(ranks)
    interval = _interval(probability, np.array(without), level, len(excess) / groups)
    return Overfitting(probability, interval, ranks, excess.shape[1], groups)


def _check(excess: Floats, groups: int) -> None:
    checked(excess)
    if excess.shape[1] < 2:
        raise ValueError("one candidate cannot be picked from: give at least two")
    if groups % 2 or not 6 <= groups <= MOST_GROUPS:
        raise ValueError(f"{groups} groups: give an even number from 6 to {MOST_GROUPS}")
    if len(excess) < groups * LEAST_BARS_A_GROUP:
        raise ValueError(f"{len(excess)} bars for {groups} groups: each needs {LEAST_BARS_A_GROUP} or more")


def _left(parts: Floats, counts: Floats, pair: int) -> tuple[Floats, Floats]:
    """The groups without one pair of neighbours."""
    gone = [2 * pair, 2 * pair + 1]
    return np.delete(parts, gone, axis=1), np.delete(counts, gone)


def _share(ranks: Floats) -> float:
    return float(np.mean(ranks <= 0.5))


def _ranks(parts: Floats, counts: Floats) -> Floats:
    """The winner's rank out of sample for every way to halve the groups. `parts` is 2 x groups x N."""
    total, bars = parts.sum(axis=1), float(counts.sum())
    found = []
    for chosen in _halves(len(counts)):
        # Not a matrix product: the linear-algebra library may sum differently with more threads.
        inside = np.einsum("sg,pgn->psn", chosen, parts)
        held = np.einsum("sg,g->s", chosen, counts)[:, None]
        winner = np.argmax(_sharpe(inside, held), axis=1)
        outside = _sharpe(total[:, None, :] - inside, bars - held)
        own = np.take_along_axis(outside, winner[:, None], axis=1)
        below, level = np.sum(outside < own, axis=1), np.sum(outside == own, axis=1)
        found.append((below + (level + 1.0) / 2.0) / (outside.shape[1] + 1.0))
    return np.concatenate(found)


def _halves(groups: int) -> Iterator[Floats]:
    """Every choice of half of the groups, as rows of ones and zeros, some at a time."""
    picks: Ints = np.array(list(combinations(range(groups), groups // 2)))
    for first in range(0, len(picks), SPLITS_AT_ONCE):
        some = picks[first : first + SPLITS_AT_ONCE]
        chosen = np.zeros((len(some), groups))
        np.put_along_axis(chosen, some, 1.0, axis=1)
        yield chosen


def _sharpe(sums: Floats, bars: Floats) -> Floats:
    """Sharpe ratio per bar from sums and sums of squares; 0 for whoever stood still."""
    mean = sums[0] / bars
    spread = sums[1] / bars - mean**2
    moved = spread > SMALLEST_DEVIATION**2
    return np.asarray(np.where(moved, mean / np.sqrt(np.where(moved, spread, 1.0)), 0.0))


def _interval(probability: float, without: Floats, level: float, bars: float) -> Interval:
    from scipy.special import stdtrit

    pairs = len(without)
    error = np.sqrt((pairs - 1) / pairs * np.sum((without - np.mean(without)) ** 2))
    reach = float(stdtrit(pairs - 1, 0.5 + level / 2.0) * error)
    low, high = max(probability - reach, 0.0), min(probability + reach, 1.0)
    return Interval(low, high, level, METHOD, bars, 0)
