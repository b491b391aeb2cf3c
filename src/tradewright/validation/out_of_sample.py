"""Picked on the past, measured on what came after: the record of a rule of choice, not of one setting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewright.validation.bootstrap import Resampling
from tradewright.validation.figure import Figure, Interval, figure, not_evaluated
from tradewright.validation.performance import Period, sharpe_figure
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.validation.walk_forward import Fold
from tradewright.values.panel import Floats, Ints

Flags = NDArray[np.bool_]
AS_FOUND = "the in-sample ratio taken as it was found"


@dataclass(frozen=True, eq=False)
class Picks:
    """Which candidate each fold picks, and how all of them looked on its training rows.

    Shape: `chosen` is K, one candidate a fold; `in_sample` is K x N.
    Units: Sharpe ratios per bar; -inf where a candidate's returns are not all known.
    """

    chosen: Ints
    in_sample: Floats


@dataclass(frozen=True)
class OutOfSample:
    """What choosing anew in every fold earned on rows that had no part in the choice.

    Units: `in_sample` is the average over folds of the picked candidates' Sharpe ratio a year on their
    training rows, which choice flatters; `out_of_sample` that of the joined record; `kept` their quotient;
    `over_benchmark` the joined record's mean return a year above the benchmark at matched exposure.
    """

    folds: int
    candidates: int
    in_sample: Figure
    out_of_sample: Figure
    kept: Figure
    over_benchmark: Figure | None = None


def picked(excess: Floats, folds: Sequence[Fold], may_pick: Flags | None = None) -> Picks:
    """In each fold the candidate with the highest Sharpe ratio on the training rows; of equals the first.

    Shape: `excess` is T x N, returns above cash; folds count its rows. `may_pick` is K x N where not every
    candidate was known to every fold; who was not has -inf there.
    Property: a pick is a function of training rows alone; tests/validation/test_out_of_sample.py.
    """
    ratios = np.stack([ratios_per_bar(excess[fold.train]) for fold in folds])
    if may_pick is not None:
        ratios = np.where(may_pick, ratios, -np.inf)
    return Picks(np.argmax(ratios, axis=1).astype(np.int64), ratios)


def held_out(in_sample: Floats, candidates: int, period: Period, sample: Resampling | None) -> OutOfSample:
    """Hold the joined record against how the picks had looked.

    Shape: `in_sample` is K, a year; `period` the joined bars out of sample.
    Property: on worthless candidates the low end of the ratio's interval lies above zero about as seldom as
    its level says, however many they are: what was picked has no part in what is measured.
    """
    name, unit, folds = "Sharpe ratio a year, in sample", "ratio a year", len(in_sample)
    before = figure(name, float(np.mean(in_sample)), unit, folds, needs=1)
    after = replace(sharpe_figure(period, sample), name="Sharpe ratio a year, out of sample")
    return OutOfSample(folds, candidates, before, after, _kept(before, after))


def _kept(before: Figure, after: Figure) -> Figure:
    """The share of the in-sample ratio that is left out of sample, with the interval of the latter."""
    name, unit = "Kept out of sample", "share of ratio"
    if before.value is None or after.value is None:
        return not_evaluated(name, unit, after.sample, before.reason or after.reason)
    if before.value <= 0.0:
        return not_evaluated(name, unit, after.sample, "nothing was positive in sample that could be kept")
    found = figure(name, after.value / before.value, unit, after.sample)
    return found.within(_scaled(after.interval, before.value))


def _scaled(inside: Interval | None, by: float) -> Interval | None:
    if inside is None:
        return None
    return replace(inside, low=inside.low / by, high=inside.high / by, method=f"{inside.method}; {AS_FOUND}")


def ratios_per_bar(excess: Floats) -> Floats:
    """Sharpe ratio per bar of each column; 0 for whoever stood still, -inf for who is not all known."""
    known = np.isfinite(excess).all(axis=0)
    seen = np.where(known, excess, 0.0)
    mean, spread = np.mean(seen, axis=0), np.std(seen, axis=0)
    moved = spread > SMALLEST_DEVIATION
    ratios = np.where(moved, mean / np.where(moved, spread, 1.0), 0.0)
    return np.asarray(np.where(known, ratios, -np.inf))
