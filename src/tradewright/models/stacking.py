"""How much each of several forecasters is worth, from forecasts of rows that had not taught it.

K forecasts of S sources over H horizons; all sums go over rows on which every source spoke.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewright.models.moments import weighted_mean
from tradewright.models.table import Flags
from tradewright.values.panel import Floats, Ints

SWEEPS = 200
# Before anything is seen a weight is an equal part, give or take a half.
PRIOR_SPREAD = 0.5
# Cells of a regime: all rows together, then those of -1, 0 and 1.
CELLS = 4
REGIME_EDGE = 0.5


@dataclass(frozen=True, eq=False)
class Record:
    """Forecasts of rows that had not taught the forecaster, and what came.

    Shape: `said` K x S x H, NaN where a source was silent; `came` and `ends` K x H, NaN where an outcome is
    not known; `weights`, `instants` and `cells` (the regime, see `cells_of`; 0 where there is none) K.
    """

    said: Floats
    came: Floats
    ends: Ints
    weights: Floats
    instants: Ints
    cells: Ints

    def known_by(self, instant: int) -> "Record":
        """The same without the outcomes that were not known before an instant."""
        return replace(self, came=np.where(self.ends < instant, self.came, np.nan))

    def where(self, chosen: Flags) -> "Record":
        """The chosen places."""
        said, came, ends = self.said[chosen], self.came[chosen], self.ends[chosen]
        return Record(said, came, ends, self.weights[chosen], self.instants[chosen], self.cells[chosen])


@dataclass(frozen=True)
class Belief:
    """What is believed before anything is seen.

    Units: `coin` forecasts, half of them right, as the Beta prior of each source; `regime` rows at which a
    regime's own weights count as much as those of all rows.
    """

    coin: float
    regime: float


@dataclass(frozen=True, eq=False)
class Stack:
    """What was learnt: `weights` masks x cells x H x S, `centres` H x S, `offset` H, `trust` H x S.

    Mask m holds source s where bit s of m is set: there are weights for whichever sources speak.
    """

    weights: Floats
    centres: Floats
    offset: Floats
    trust: Floats

    def mean(self, said: Floats, cells: Ints, disagreement: float) -> Floats:
        """The joint forecast of K places, K x H, whichever sources spoke."""
        spoke = np.asarray(np.isfinite(said).all(axis=2))
        bits = spoke @ (1 << np.arange(said.shape[1]))
        parts = self.weights[bits, cells]
        moves = np.where(spoke[:, None, :], said.swapaxes(1, 2) - self.centres, 0.0)
        joint = (parts * moves).sum(axis=2)
        found: Floats = self.offset + joint * agreement(parts, moves, disagreement)
        return found


def stack_of(record: Record, horizons_bars: tuple[int, ...], belief: Belief) -> Stack:
    """Learn how much each source is worth, alone and beside each set of others, in each regime."""
    count = record.said.shape[1]
    known = np.asarray(np.isfinite(record.said).all(axis=(1, 2)))
    seen = record.where(known)
    centres = np.stack([weighted_mean(seen.said[:, :, h], seen.weights) for h in range(len(horizons_bars))])
    offset = weighted_mean(record.came, record.weights)
    trust = np.empty(centres.shape)
    weights = np.empty((1 << count, CELLS, *centres.shape))
    for place, bars in enumerate(horizons_bars):
        told = np.isfinite(seen.came[:, place])
        one = seen.where(told)
        moves, came = one.said[:, :, place] - centres[place], one.came[:, place] - offset[place]
        trust[place] = trusted(moves, came, one.weights, len(np.unique(one.instants)) / bars, belief.coin)
        for cell in range(CELLS):
            here = np.ones(len(came), dtype=bool) if cell == 0 else one.cells == cell
            rows = len(np.unique(one.instants[here])) / bars
            weights[:, cell, place] = parts_of(moves[here], came[here], one.weights[here], rows, trust[place])
            if cell:
                share = rows / (rows + belief.regime)
                weights[:, cell, place] = (
                    share * weights[:, cell, place] + (1.0 - share) * weights[:, 0, place]
                )
    return Stack(weights, centres, offset, trust)


def trusted(moves: Floats, came: Floats, weights: Floats, rows: float, coin: float) -> Floats:
    """How sure one may be that each source knows the side better than a coin, S, from 0 to 1.

    Twice the chance that its share of right sides is above a half, less one; never below 0. Sides are taken
    about the means, so that always saying the usual side is worth nothing. The share is Beta(coin / 2 +
    right, coin / 2 + wrong). Units: `rows` is how many rows count as independent: symbols of one row and
    outcomes that overlap count as one.
    Source: conjugate prior of a binomial share: Gelman et al. (2013), Bayesian Data Analysis, section 2.4.
    """
    from scipy.special import betainc

    right = weighted_mean(((moves > 0.0) == (came > 0.0)[:, None]).astype(np.float64), weights)
    speaks = np.ptp(moves, axis=0) > 0.0 if len(moves) else np.zeros(moves.shape[1], dtype=bool)
    below = betainc(0.5 * coin + right * rows, 0.5 * coin + (1.0 - right) * rows, 0.5)
    return np.where(speaks, np.maximum(1.0 - 2.0 * below, 0.0), 0.0)


def parts_of(moves: Floats, came: Floats, weights: Floats, rows: float, most: Floats) -> Floats:
    """The weights of least squared error for every set of sources, masks x S.

    None is below 0 or above `most`, S: no source is turned round, and none is believed more than it is
    trusted. Drawn towards equal parts as far as `rows` independent rows leave it open.
    Source: stacking with weights not below 0: Breiman (1996), Machine Learning 24, section 3.
    """
    count = moves.shape[1]
    masks = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1
    scale = rows / max(float(weights.sum()), 1e-300)
    noise = max(float(weighted_mean((came**2)[:, None], weights)[0]), 1e-300) / PRIOR_SPREAD**2
    gram = scale * (moves * weights[:, None]).T @ moves + noise * np.eye(count)
    equal = 1.0 / np.maximum(masks.sum(axis=1, keepdims=True), 1)
    pull = scale * (moves * weights[:, None]).T @ came + noise * equal
    found: Floats = np.zeros(masks.shape)
    for _ in range(SWEEPS):
        for place in range(count):
            others = found @ gram[place] - found[:, place] * gram[place, place]
            best = (pull[:, place] - others) / gram[place, place]
            found[:, place] = np.clip(best, 0.0, most[place]) * masks[:, place]
    return found


def agreement(parts: Floats, moves: Floats, penalty: float) -> Floats:
    """How much is left of a joint forecast where its sources disagree: from 0 to 1, K x H.

    The square of their mean, over itself and `penalty` times their variance about it.
    """
    total = parts.sum(axis=2)
    shares = parts / np.where(total > 0.0, total, 1.0)[..., None]
    middle = (shares * moves).sum(axis=2)
    apart = (shares * (moves - middle[..., None]) ** 2).sum(axis=2)
    whole = middle**2 + penalty * apart
    kept: Floats = np.divide(middle**2, whole, out=np.ones_like(whole), where=whole > 0.0)
    return kept


def cells_of(regime: Floats) -> NDArray[np.int64]:
    """The cell of each value of a regime: 1 for -1, 2 for 0, 3 for 1."""
    sides = (regime > REGIME_EDGE).astype(np.int64) - (regime < -REGIME_EDGE)
    return sides + 2
