"""The best of many names at many rows, ties broken by name and never by the order of columns."""

import numpy as np
from numpy.typing import NDArray

from tradewright.values.panel import Floats, Ints


def places_of(share: float, eligible: Ints) -> Ints:
    """How many names a share of the eligible ones is, rounded up."""
    # A tiny amount less, because 0.1 * 30 is a little more than 3.
    found: Ints = np.ceil(share * eligible - 1e-9).astype(np.int64)
    return found


def lowest(scores: Floats, held: Ints, symbols: tuple[str, ...]) -> NDArray[np.bool_]:
    """Where the `held` lowest scores of each row stand, K x N; NaN never does.

    Shape: `scores` K x N, `held` K, at most as many as a row has scores.
    Among equal scores the first in alphabetical order is taken, whatever the order of the columns.
    """
    ranked = np.sort(scores, axis=1)
    worst = ranked[np.arange(len(ranked)), np.maximum(held, 1) - 1][:, None]
    better = scores < worst
    alphabetical = np.argsort(np.array(symbols), kind="stable")
    equal = (scores == worst)[:, alphabetical]
    wanted = held - better.sum(axis=1)
    chosen: NDArray[np.bool_] = better.copy()
    chosen[:, alphabetical] |= equal & (np.cumsum(equal, axis=1) <= wanted[:, None])
    chosen &= (held > 0)[:, None]
    return chosen
