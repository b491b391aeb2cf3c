"""Combinatorial purged folds: every choice of stretches is a test once, and all others are trained on.

A walk gives one path through history. Testing on every combination of stretches gives several, at the price
that training also holds what came after a test: between the two, labels that overlap and an embargo are
left out.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from tradewright.validation.walk_forward import check_rows
from tradewright.values.panel import Ints

# Beyond so many splits nobody trains them all.
MOST_SPLITS = 10_000


@dataclass(frozen=True, eq=False)
class CombinatorialFold:
    """Rows to train on, and the rows of each tested stretch; `purged` rows were left out for labels or
    embargo.

    Known at: no training label shares an instant with a tested row's label; training may lie after a test.
    """

    train: Ints
    tests: tuple[Ints, ...]
    groups: tuple[int, ...]
    purged: int

    @property
    def test(self) -> Ints:
        """All tested rows, rising."""
        return np.sort(np.concatenate(self.tests))


def combinatorial(
    instants: Ints, label_ends: Ints, groups: int = 6, tested: int = 2, embargo_bars: int = 0
) -> tuple[CombinatorialFold, ...]:
    """Every choice of `tested` among `groups` stretches of nearly equal length, as a fold.

    Shape and units: as `walk`; `embargo_bars` instants after the last label of a tested stretch are left out.
    Property: no label of a training row meets the label of a tested row; every stretch is tested equally
    often; where every label has one span, the rows are those of skfolio's `CombinatorialPurgedCV`, which
    knows no other labels. Measured in tests/validation/test_combinatorial.py.
    Source: Lopez de Prado (2018), Advances in Financial Machine Learning, section 12.4.
    Raises: ValueError where the rows cannot be cut so, or purging leaves a fold without training.
    """
    check_rows(instants, label_ends)
    moments = np.unique(instants)
    if not 1 <= tested < groups <= len(moments) or embargo_bars < 0:
        asked = f"{tested} of {groups} stretches of {len(moments)} instants, embargo {embargo_bars}"
        raise ValueError(f"{asked}: no such folds")
    if comb(groups, tested) > MOST_SPLITS:
        raise ValueError(f"{comb(groups, tested):,} folds; at most {MOST_SPLITS:,} are made")
    edges = np.arange(groups + 1) * len(moments) // groups
    stretch = np.searchsorted(edges, np.searchsorted(moments, instants), side="right") - 1
    rows = (instants, label_ends, moments)
    kept = [_away_from(stretch == one, rows, embargo_bars) for one in range(groups)]
    return tuple(_fold(stretch, kept, chosen) for chosen in combinations(range(groups), tested))


def path_count(groups: int, tested: int) -> int:
    """How many whole paths through history the folds give: how often each stretch is tested."""
    return comb(groups - 1, tested - 1)


def _away_from(inside: np.ndarray, rows: tuple[Ints, Ints, Ints], embargo_bars: int) -> np.ndarray:
    """Rows whose labels do not meet those of a stretch, nor begin within the embargo after them."""
    instants, label_ends, moments = rows
    begins, ends = instants[inside].min(), label_ends[inside].max()
    resumes = np.searchsorted(moments, ends, side="right") + embargo_bars
    after = instants >= moments[resumes] if resumes < len(moments) else np.zeros(len(instants), np.bool_)
    return np.asarray((label_ends < begins) | after)


def _fold(stretch: Ints, kept: list[np.ndarray], chosen: tuple[int, ...]) -> CombinatorialFold:
    outside = ~np.isin(stretch, chosen)
    train = np.flatnonzero(outside & np.logical_and.reduce([kept[one] for one in chosen]))
    if not len(train):
        beside = f"the labels beside stretches {chosen} all reach into them"
        raise ValueError(f"{beside}: nothing is left to train on")
    tests = tuple(np.flatnonzero(stretch == one) for one in chosen)
    return CombinatorialFold(train, tests, chosen, int(np.count_nonzero(outside)) - len(train))
