"""How good forecasts were, with intervals that know that rows overlap and that names move together.

Rows are resampled in blocks with all of their names, so that what names share at an instant and what outcomes
that overlap share in time stays in every resample. A block is at least three horizons long.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tradewright.validation.bootstrap import BootstrapOptions, Resampling, resampling
from tradewright.validation.figure import Figure, figure, not_evaluated
from tradewright.values.panel import Floats

Flags = NDArray[np.bool_]
# Resamples of outcomes that overlap need blocks well beyond their overlap.
HORIZONS_A_BLOCK = 3.0
LEAST_ROWS = 30
BINS = 5
# What moves less than this share of its size moves by rounding alone.
STILL = 1e-12


@dataclass(frozen=True, eq=False)
class Judged:
    """Forecasts of one horizon beside what came.

    Shape: `said`, `rise` and `came` T x N; a place counts where all three are numbers.
    Units: `said` and `came` returns over `horizon_bars`, `rise` a probability.
    """

    said: Floats
    rise: Floats
    came: Floats
    horizon_bars: int

    def where(self, also: Floats) -> "Judged":
        """The places at which `also`, T x N, is a number too; the others count no more."""
        return replace(self, said=np.where(np.isfinite(also), self.said, np.nan))

    @property
    def known(self) -> Flags:
        """Where a place counts, T x N."""
        found: Flags = np.isfinite(self.said) & np.isfinite(self.rise) & np.isfinite(self.came)
        return found

    @property
    def count(self) -> int:
        """Places that count."""
        return int(np.count_nonzero(self.known))


def coefficient(judged: Judged, options: BootstrapOptions) -> Figure:
    """Correlation of forecasts with outcomes over all places: the information coefficient.

    Property: on forecasts of nothing its interval leaves zero out about as often as its level says; measured
    in tests/validation/test_forecast_skill.py on names that share a market and outcomes that overlap.
    Source: Grinold (1989), Journal of Portfolio Management 15(3).
    """
    return _correlated("Information coefficient", judged, judged.said, judged.came, options)


def coefficient_across(judged: Judged, options: BootstrapOptions) -> Figure:
    """The same across names: what all names have in common at a row is taken out of both sides."""
    known = judged.known
    x, y = (_less_its_row(values, known) for values in (judged.said, judged.came))
    return _correlated("Information coefficient across names", judged, x, y, options)


def coefficient_above(judged: Judged, other: Floats, options: BootstrapOptions) -> Figure:
    """The information coefficient less that of other forecasts of the same places, in the same resamples."""
    name, own = "Information coefficient above ridge's", judged.where(other)
    known = own.known
    mine, theirs = (_products(values, own.came, known) for values in (own.said, other))
    columns = np.concatenate([mine, theirs], axis=1)

    def ratio(means: Floats) -> Floats:
        return _correlation(means[:, :6]) - _correlation(means[:, 6:])

    return _figure(name, "correlation", columns, ratio, (own, options))


def saved_over(judged: Judged, other: Floats, who: str, options: BootstrapOptions) -> Figure:
    """The share of another forecast's squared error that these save on the same places; below 0 they lose.

    Source: Campbell and Thompson (2008), Review of Financial Studies 21(4), out-of-sample R squared.
    """
    own = judged.where(other)
    known = own.known
    missed = [np.asarray((own.came - one) ** 2) for one in (own.said, other)]
    columns = np.stack([_summed(one, known) for one in missed], axis=1)

    def ratio(means: Floats) -> Floats:
        return np.asarray(1.0 - means[:, 0] / means[:, 1])

    return _figure(f"Squared error saved over {who}", "share", columns, ratio, (own, options))


def right_sides(judged: Judged, options: BootstrapOptions) -> Figure:
    """The share of places at which the likelier side was the one that came."""
    return _share("Right sides", judged, (judged.rise > 0.5) == (judged.came > 0.0), options)


def rises(judged: Judged, options: BootstrapOptions) -> Figure:
    """The share of outcomes above zero: what one who always says "up" gets right."""
    return _share("Outcomes above zero", judged, judged.came > 0.0, options)


def covered(judged: Judged, low: Floats, high: Floats, level: float, options: BootstrapOptions) -> Figure:
    """The share of outcomes inside intervals that ask for `level`, where there was an interval.

    One without an end holds everything and tells nothing: it does not count; `endless` says how many.
    """
    own = judged.where(np.where(np.isfinite(low) & np.isfinite(high), 0.0, np.nan))
    inside = (own.came >= low) & (own.came <= high)
    return _share(f"Outcomes inside {100 * level:.0f} % intervals", own, inside, options)


def endless(judged: Judged, low: Floats, high: Floats, options: BootstrapOptions) -> Figure:
    """The share of intervals without an end: too little was known, or it had been wrong too often."""
    own = judged.where(np.where(np.isnan(low) | np.isnan(high), np.nan, 0.0))
    return _share("Intervals without an end", own, np.isinf(low) | np.isinf(high), options)


@dataclass(frozen=True)
class Calibration:
    """Forecasts of a rise that were alike: the mean chance they gave, how often it rose, and how many."""

    said: float
    came: float
    count: int


def calibrated(judged: Judged, bins: int = BINS) -> tuple[Calibration, ...]:
    """Places in bins of equal size by the chance of a rise they were given, lowest first."""
    known = judged.known
    rise, up = judged.rise[known], judged.came[known] > 0.0
    order = np.argsort(rise, kind="stable")
    edges = np.arange(bins + 1) * len(order) // bins
    parts = [order[first:last] for first, last in pairwise(edges.tolist()) if last > first]
    return tuple(Calibration(float(rise[p].mean()), float(up[p].mean()), len(p)) for p in parts)


def _correlated(name: str, judged: Judged, x: Floats, y: Floats, options: BootstrapOptions) -> Figure:
    known = judged.known
    rows = int(np.count_nonzero(known.any(axis=1)))
    for values, raw, who in ((x, judged.said, "forecasts"), (y, judged.came, "outcomes")):
        # Taking a row's mean out of equal values leaves rounding, not zero.
        if judged.count and float(np.std(values[known])) <= STILL * float(np.max(np.abs(raw[known]))):
            return not_evaluated(name, "correlation", rows, f"the {who} do not move")
    return _figure(name, "correlation", _products(x, y, known), _correlation, (judged, options))


def _share(name: str, judged: Judged, hits: Flags, options: BootstrapOptions) -> Figure:
    known = judged.known
    columns = np.stack([_summed(hits, known), _summed(known, known)], axis=1)

    def ratio(means: Floats) -> Floats:
        return np.asarray(means[:, 0] / means[:, 1])

    return _figure(name, "share", columns, ratio, (judged, options))


def _figure(
    name: str,
    unit: str,
    columns: Floats,
    ratio: Callable[[Floats], Floats],
    asked: tuple[Judged, BootstrapOptions],
) -> Figure:
    """A ratio of means over rows, with its interval; `columns` are T x J, sums over the names of a row."""
    judged, options = asked
    rows = np.flatnonzero(judged.known.any(axis=1))
    if len(rows) < LEAST_ROWS:
        return not_evaluated(name, unit, len(rows), f"{len(rows)} rows were forecast whose outcome is known")
    seen = columns[rows]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(ratio(seen.mean(axis=0)[None, :])[0])
    found = figure(name, value, unit, len(rows))
    drawn = _resampling(_scores(judged)[rows], judged.horizon_bars, options)
    return found if drawn is None else found.within(drawn.of_means(seen, ratio))


def _resampling(scores: Floats, horizon_bars: int, options: BootstrapOptions) -> Resampling | None:
    """Blocks that suit the rows' scores, and are never short beside the horizon."""
    drawn = resampling(scores, options, "forecasts", str(horizon_bars))
    least = min(HORIZONS_A_BLOCK * horizon_bars, len(scores) / 4.0)
    if drawn is None or drawn.block_bars >= least:
        return drawn
    return resampling(scores, replace(options, block_bars=least), "forecasts", str(horizon_bars))


def _scores(judged: Judged) -> Floats:
    """What each row adds to the covariance of forecasts and outcomes, T."""
    known = judged.known
    x, y = (np.where(known, one - one[known].mean(), 0.0) for one in (judged.said, judged.came))
    return np.asarray((x * y).sum(axis=1))


def _products(x: Floats, y: Floats, known: Flags) -> Floats:
    """Count, sums, squares and products of each row, T x 6."""
    parts: tuple[Floats | Flags, ...] = (known, x, y, x * x, y * y, x * y)
    return np.stack([_summed(one, known) for one in parts], axis=1)


def _summed(values: Floats | Flags, known: Flags) -> Floats:
    """The sum over the names that count, T."""
    return np.asarray(np.where(known, values, 0.0).sum(axis=1))


def _correlation(means: Floats) -> Floats:
    """Correlations from mean count, sums, squares and products, B x 6 to B."""
    count, x, y, xx, yy, xy = means.T
    covariance = xy / count - (x / count) * (y / count)
    spread = (xx / count - (x / count) ** 2) * (yy / count - (y / count) ** 2)
    return np.asarray(covariance / np.sqrt(spread))


def _less_its_row(values: Floats, known: Flags) -> Floats:
    """Values less the mean over the names that count at the same row."""
    count = np.maximum(known.sum(axis=1), 1)
    return np.asarray(values - (_summed(values, known) / count)[:, None])
