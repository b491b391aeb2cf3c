"""Have a model's features drifted from what it learnt on? Held against a reference that never moves.

A panel's values are far from independent: neighbouring rows resemble each other, symbols move together. Taken
for independent, they raise an alarm every day. So the reference also keeps how many independent values a row
is worth, for each feature, and both tests count those.
"""

import math
from dataclasses import dataclass

import numpy as np

from tradewright.validation.luck import printable_p
from tradewright.validation.multiple_testing import holm
from tradewright.values.panel import Floats

# A distribution is kept as so many quantiles: its shares are right to a thousandth.
QUANTILES, BINS = 1_001, 10
# Fewer independent values than these say nothing about a distribution.
LEAST_VALUES = 10.0
# What the trade calls a moderate shift; below it a difference may be real and does not matter.
WORTH_PSI = 0.1
# A feature that is missing in so many more places than it was has drifted, whatever the others say.
VANISHED_SHARE = 0.1
LEAST_ROWS = 30
# Dependence is followed as long as its autocorrelation lasts, at most so far into the record.
FURTHEST_SHARE = 0.25


@dataclass(frozen=True, eq=False)
class Reference:
    """The distribution of each feature where a model learnt.

    Shape: `quantiles` F x Q; the others F. Units: `each` is how many independent values a known value is
    worth, `a_row` how many a row is, `values` those of all rows, `missing` the share of places without a
    value. Zero means that a feature was never there.
    """

    names: tuple[str, ...]
    quantiles: Floats
    each: Floats
    a_row: Floats
    values: Floats
    missing: Floats


@dataclass(frozen=True)
class Drift:
    """One feature now against then.

    Units: `distance` is the largest difference of shares (Kolmogorov-Smirnov), `p` its chance without drift,
    over all features together; `psi` the population stability index, `usual_psi` what it exceeds once in
    twenty without drift; `values` independent values now; `missing` and `missed_before` shares. `why_not`
    says why it cannot be told.
    """

    name: str
    distance: float
    p: float
    psi: float
    usual_psi: float
    values: float
    missing: float
    missed_before: float
    why_not: str = ""

    def has_drifted(self, alpha: float) -> bool:
        """Whether the shift is neither chance nor small, or the feature is not there any more."""
        is_shifted = not self.why_not and self.p <= alpha and self.psi >= max(WORTH_PSI, self.usual_psi)
        return is_shifted or self.has_vanished

    @property
    def has_vanished(self) -> bool:
        """Whether it is missing in many more places than before: a feed that died is the worst drift."""
        return self.missing - self.missed_before >= VANISHED_SHARE


def reference_of(names: tuple[str, ...], features: Floats) -> Reference:
    """Keep the distributions of the rows that taught. Shape: `features` is F x T x N, NaN where not known."""
    probabilities = np.linspace(0.0, 1.0, QUANTILES)
    quantiles = np.zeros((len(names), QUANTILES))
    each = np.zeros(len(names))
    for place, feature in enumerate(features):
        known = feature[np.isfinite(feature)]
        if len(known):
            # An inverted step function: a value that many share stays itself.
            quantiles[place] = np.quantile(known, probabilities, method="inverted_cdf")
            each[place] = worth_of_a_value(feature, quantiles[place])
    known_values = np.isfinite(features).sum(axis=(1, 2))
    rows = np.maximum(np.isfinite(features).any(axis=2).sum(axis=1), 1)
    missing = 1.0 - np.isfinite(features).mean(axis=(1, 2)) if features[0].size else np.ones(len(names))
    return Reference(names, quantiles, each, each * known_values / rows, each * known_values, missing)


def worth_of_a_value(feature: Floats, quantiles: Floats) -> float:
    """How many independent values a known value of a feature is worth, at most 1; T x N, at least one known.

    The share of a row's values below some point is a series; its long-run variance against that of one coin
    says it. Taken is the worst of nine points.
    Source: Geyer (1992), Statistical Science 7(4), section 3.3: the initial monotone sequence, which ends
    where autocorrelation is noise; it does not cut slow dependence off, as rules for blocks do.
    """
    held = np.isfinite(feature).any(axis=1)
    rows, symbols = feature[held], float(np.isfinite(feature).sum()) / max(int(held.sum()), 1)
    worst = symbols
    if len(rows) < LEAST_ROWS:
        return 0.0
    for point in np.unique(quantiles[[(QUANTILES - 1) * k // BINS for k in range(1, BINS)]]):
        below = np.where(np.isfinite(rows), rows <= point, np.nan)
        series = np.nanmean(below, axis=1)
        share = float(np.nanmean(below))
        spread = _long_variance(series)
        if 0.0 < share < 1.0 and spread > 0.0:
            worst = min(worst, share * (1.0 - share) / spread)
    return worst / symbols


def drifts(reference: Reference, features: Floats) -> list[Drift]:
    """Each feature's recent rows against the reference, in its order; p-values are adjusted over all of them.

    Shape: `features` is F x T x N.
    Property: raises an alarm on any of several features without drift at most about alpha of the time, with
    autocorrelation up to that of a 20-bar average and symbols that move together; measured in
    tests/validation/test_drift.py.
    Source: Kolmogorov-Smirnov with Stephens' (1970) correction, Journal of the Royal Statistical Society B
    32(1), on effective sizes; Yurdakul (2018), Statistical Properties of Population Stability Index, theorem
    2.1; Holm (1979) over features.
    """
    found = [_one(reference, place, feature) for place, feature in enumerate(features)]
    told = [place for place, one in enumerate(found) if not one.why_not]
    if not told:
        return found
    adjusted = dict(zip(told, holm(np.array([found[place].p for place in told])), strict=True))
    return [_with_p(one, float(adjusted.get(place, one.p))) for place, one in enumerate(found)]


def _one(reference: Reference, place: int, feature: Floats) -> Drift:
    """One feature, its p-value not yet adjusted."""
    name, before = reference.names[place], float(reference.missing[place])
    known = np.sort(feature[np.isfinite(feature)])
    missing = 1.0 - len(known) / feature.size if feature.size else 1.0
    rows, then = int(np.isfinite(feature).any(axis=1).sum()), float(reference.values[place])
    # Fewer symbols than before are fewer values; more of them may be the same ones again.
    values = min(float(reference.each[place]) * len(known), float(reference.a_row[place]) * rows)
    if min(values, then) < LEAST_VALUES:
        which, count = ("now", values) if values < LEAST_VALUES else ("in the reference", then)
        why = f"{count:.1f} independent values {which}; {LEAST_VALUES:.0f} are needed"
        return Drift(name, math.nan, math.nan, math.nan, math.nan, values, missing, before, why)
    size = values * then / (values + then)
    distance = _distance(reference.quantiles[place], known)
    psi, bins = _stability(reference.quantiles[place], known, values, then)
    return Drift(
        name, distance, _kolmogorov(distance, size), psi, _usual_psi(bins, size), values, missing, before
    )


def _with_p(one: Drift, p: float) -> Drift:
    return Drift(**{**vars(one), "p": p})


def _long_variance(series: Floats) -> float:
    """Long-run variance of a series by Geyer's initial monotone sequence of paired autocovariances."""
    centred, count = series - np.mean(series), len(series)
    variance, total, smallest, lag = float(np.mean(centred**2)), 0.0, math.inf, 0
    while lag < FURTHEST_SHARE * count:
        pair = sum(float(np.sum(centred[k:] * centred[: count - k])) / count for k in (lag, lag + 1))
        if pair <= 0.0:
            break
        smallest = min(smallest, pair)
        total, lag = total + smallest, lag + 2
    # Each estimated autocovariance lacks about the variance of the mean, which grows with what is summed.
    return max(2.0 * total - variance, 0.0) / max(1.0 - lag / count, 0.5)


def _distance(quantiles: Floats, known: Floats) -> float:
    """The largest difference between two shares below a point, on either side of each step."""
    points = np.unique(np.concatenate([quantiles, known]))
    found = 0.0
    for side in ("left", "right"):
        then = np.searchsorted(quantiles, points, side=side) / len(quantiles)
        now = np.searchsorted(known, points, side=side) / len(known)
        found = max(found, float(np.max(np.abs(then - now))))
    return found


def _kolmogorov(distance: float, size: float) -> float:
    """The chance of such a distance between equal distributions, of so many independent values."""
    from scipy.special import kolmogorov

    root = math.sqrt(size)
    return printable_p(float(kolmogorov((root + 0.12 + 0.11 / root) * distance)))


def _stability(quantiles: Floats, known: Floats, values: float, then: float) -> tuple[float, int]:
    """The population stability index over tenths of the reference, and how many parts there were.

    An empty part counts as half an independent value: a logarithm of nothing would be infinite.
    """
    edges = np.unique(quantiles[[(QUANTILES - 1) * k // BINS for k in range(1, BINS)]])
    before = np.diff(np.searchsorted(quantiles, edges, side="right"), prepend=0, append=len(quantiles))
    now = np.diff(np.searchsorted(known, edges, side="right"), prepend=0, append=len(known))
    old = np.maximum(before / len(quantiles), 0.5 / then)
    new = np.maximum(now / len(known), 0.5 / values)
    return float(np.sum((new - old) * np.log(new / old))), len(old)


def _usual_psi(parts: int, size: float) -> float:
    """What the index exceeds once in twenty without drift."""
    from scipy.special import chdtri

    return float(chdtri(max(parts - 1, 1), 0.05)) / size
