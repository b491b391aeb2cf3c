"""The planted edges: what the next session's expected return is, given what everybody could see.

Each edge gives every name a score at each close, from past returns alone. The next session's expected return
of a name is raised by amplitude * score. Across the names scored that day the scores have mean 0 and standard
deviation near 1, so an edge moves money between names and never lifts the market. The reference portfolio has
each name in proportion to its score, gross exposure 1, rebalanced at every close.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.values.panel import Floats, Ints

Mask = NDArray[np.bool_]

LARGEST_SCORE = 3.0
# A return below this is cut: the deepest fall a session can bring.
DEEPEST_RETURN = -0.9
# One name of so many in each sector leads; the others follow.
NAMES_PER_LEADER = 4

MOMENTUM_LOOKBACK, MOMENTUM_SKIP = 252, 21
REVERSION_LOOKBACK = 5


@dataclass(frozen=True)
class Edge:
    """A planted edge: how many sessions its score looks back, how many of the latest it leaves out.

    `raw` turns the log growth between the two (T' x R x N) into a number for each name; it is that number
    that is compared across names. `spares_leaders` leaves a sector's leaders without a score.
    """

    name: str
    lookback: int
    skip: int
    raw: Callable[[Floats, "Ground", slice], Floats]
    spares_leaders: bool = False

    def ground(self, listed: Mask, sector: Ints) -> "Ground":
        """Who is compared with whom, from who is listed (T x N) and in which sector (N)."""
        lead = leaders(sector)
        of_sector = sector == np.arange(int(sector.max()) + 1)[:, None]
        scored = listed & ~lead if self.spares_leaders else listed
        return Ground(listed, scored, sector, (of_sector & lead).astype(np.float64))


@dataclass(frozen=True, eq=False)
class Ground:
    """What an edge stands on besides prices.

    Shape: `listed` and `scored` T x N, `sector` N, `leads` S x N, 1 where a name leads the sector, else 0.
    """

    listed: Mask
    scored: Mask
    sector: Ints
    leads: Floats


def find(name: str) -> Edge:
    """The edge of that name; `none` scores as momentum does and pays nothing for it."""
    return _EDGES[name]


def planted(base: Floats, ground: Ground, edge: Edge, amplitude: float) -> tuple[Floats, Floats]:
    """Returns with the edge in them, and the scores that made it.

    Shape: returns and scores T x R x N, from base returns T x R x N.
    Units: amplitude is expected return a session for a score of one.
    Known at: scores[t] uses returns up to row t - skip and acts on row t + 1.
    """
    returns, growth, scores = base.copy(), np.zeros_like(base), np.zeros_like(base)
    # A score leaves out the latest `skip` sessions, so that many and one more can be made at once.
    block = edge.skip + 1
    for start in range(0, len(base), block):
        stop = min(start + block, len(base))
        if start > 0:
            returns[start:stop] += amplitude * scores[start - 1 : stop - 1]
        np.maximum(returns[start:stop], DEEPEST_RETURN, out=returns[start:stop])
        growth[start:stop] = growth[max(start - 1, 0)] + np.cumsum(np.log1p(returns[start:stop]), axis=0)
        first, end = max(stop - 1, edge.lookback), min(stop + edge.skip, len(base))
        if first < end:
            late = growth[first - edge.skip : end - edge.skip]
            moved = late - growth[first - edge.lookback : end - edge.lookback]
            rows = slice(first, end)
            scores[rows] = standardised(edge.raw(moved, ground, rows), ground.scored[rows])
    return returns, scores


def leaders(sector: Ints) -> Mask:
    """N: the first name of each sector and every fourth one after it."""
    place = [int(np.sum(sector[:name] == sector[name])) for name in range(len(sector))]
    return np.array([number % NAMES_PER_LEADER == 0 for number in place])


def standardised(raw: Floats, mask: Mask) -> Floats:
    """Raw numbers made comparable across the names of a day: mean 0, deviation near 1, nobody beyond 3.

    Shape: T' x R x N with the mask T' x N; zero where masked out or where all names are alike.
    """
    inside = mask[:, None, :].astype(np.float64)
    count = np.maximum(inside.sum(axis=-1, keepdims=True), 1.0)
    apart = (raw - (raw * inside).sum(axis=-1, keepdims=True) / count) * inside
    deviation = np.sqrt(np.square(apart).sum(axis=-1, keepdims=True) / count)
    scores = np.divide(apart, deviation, out=np.zeros_like(apart), where=deviation > 1e-12)
    np.clip(scores, -LARGEST_SCORE, LARGEST_SCORE, out=scores)
    centred: Floats = (scores - scores.sum(axis=-1, keepdims=True) / count) * inside
    return centred


def _winners(moved: Floats, ground: Ground, rows: slice) -> Floats:
    return moved


def _losers(moved: Floats, ground: Ground, rows: slice) -> Floats:
    return -moved


def _led(moved: Floats, ground: Ground, rows: slice) -> Floats:
    """What the listed leaders of each name's sector did on average; without any, what all names did."""
    leading = ground.leads * ground.listed[rows][:, None, :]
    count = leading.sum(axis=-1)[:, None]
    total = np.einsum("trn,tsn->trs", moved, leading)
    mean: Floats = np.where(count > 0, total / np.maximum(count, 1.0), moved.mean(axis=-1, keepdims=True))
    return np.take(mean, ground.sector, axis=-1)


_MOMENTUM = Edge("momentum", MOMENTUM_LOOKBACK, MOMENTUM_SKIP, _winners)
_EDGES = {
    "none": _MOMENTUM,
    "momentum": _MOMENTUM,
    "mean_reversion": Edge("mean_reversion", REVERSION_LOOKBACK, 0, _losers),
    "lead_lag": Edge("lead_lag", 1, 0, _led, spares_leaders=True),
}
