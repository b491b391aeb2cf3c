"""Walk-forward folds: always train on what was known, test on what came after, and nothing in between."""

from dataclasses import dataclass

import numpy as np

from tradewright.values.panel import Ints


@dataclass(frozen=True)
class WalkForward:
    """How a record is walked through: so much to train on, so much to test on, so far to the next fold.

    Units: distinct instants (bars), however many rows an instant has. `expanding` keeps all of the past in
    training, which then has at least `train_bars`; else it rolls. `embargo_bars` are left out just before
    each test, besides the rows whose labels reach into it. A step shorter than the test makes tests overlap.
    """

    train_bars: int
    test_bars: int
    step_bars: int
    expanding: bool = False
    embargo_bars: int = 0

    def __post_init__(self) -> None:
        """Refuse lengths that walk nowhere or leave nothing to train on."""
        if min(self.train_bars, self.test_bars, self.step_bars) < 1 or self.embargo_bars < 0:
            raise ValueError(f"{self}: bars to train, test and step are at least 1, the embargo at least 0")
        if self.embargo_bars >= self.train_bars:
            raise ValueError(f"{self}: an embargo of that length leaves nothing to train on")


# A year to learn from and a month to show it; two years and half a year, looked at every month.
MONTHLY = WalkForward(252, 21, 21)
HALF_YEARLY = WalkForward(504, 126, 21)


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows to train on and rows to test on, both rising, and how many were left out for their labels.

    Known at: every training label is known before the first instant of the test.
    """

    train: Ints
    test: Ints
    purged: int


def walk(instants: Ints, label_ends: Ints, plan: WalkForward) -> tuple[Fold, ...]:
    """All folds of a record that are whole, in order of time.

    Shape: `instants` and `label_ends` are R, one a row, in any order; rows of one instant stay together.
    Units: ns UTC; a row's label is made of prices from its instant to its label's end, both included.
    Property: no training label reaches the instant of any test row; tests/validation/test_walk_forward.py.
    Source: purging and embargo: Lopez de Prado (2018), Advances in Financial Machine Learning, section 7.4.
    Raises: ValueError where the rows cannot be walked through, or purging leaves a fold without training.
    """
    check_rows(instants, label_ends)
    moments = np.unique(instants)
    starts = range(plan.train_bars, len(moments) - plan.test_bars + 1, plan.step_bars)
    if not len(starts):
        needed = plan.train_bars + plan.test_bars
        raise ValueError(f"{len(moments)} instants hold no fold: at least {needed} are needed")
    rows = (instants, label_ends, moments)
    spans = ((0 if plan.expanding else at - plan.train_bars, at, at + plan.test_bars) for at in starts)
    return tuple(_fold(rows, span, plan.embargo_bars) for span in spans)


def portions(
    instants: Ints, label_ends: Ints, folds: int = 5, train_share: float = 0.7, embargo_bars: int = 0
) -> tuple[Fold, ...]:
    """So many neighbouring pieces of the record, each trained on its first part and tested on its last.

    Shape, units and property: as `walk`. Pieces share no instant.
    Raises: ValueError as `walk`, or where a piece is too short to be parted.
    """
    check_rows(instants, label_ends)
    moments = np.unique(instants)
    if folds < 1 or not 0.0 < train_share < 1.0 or embargo_bars < 0:
        raise ValueError(f"{folds} folds, {train_share} to train, embargo {embargo_bars}: no such portions")
    edges = np.arange(folds + 1) * len(moments) // folds
    middles = edges[:-1] + (np.diff(edges) * train_share).astype(np.int64)
    if np.any(middles - embargo_bars <= edges[:-1]) or np.any(middles >= edges[1:]):
        raise ValueError(
            f"{len(moments)} instants are too few for {folds} folds of {train_share:.0%} training"
        )
    rows = (instants, label_ends, moments)
    spans = zip(edges[:-1].tolist(), middles.tolist(), edges[1:].tolist(), strict=True)
    return tuple(_fold(rows, span, embargo_bars) for span in spans)


def _fold(rows: tuple[Ints, Ints, Ints], span: tuple[int, int, int], embargo_bars: int) -> Fold:
    """The fold that trains on moments first to middle, and tests on middle to last."""
    instants, label_ends, moments = rows
    first, middle, last = span
    begins = moments[middle]
    is_before = (instants >= moments[first]) & (instants < moments[middle - embargo_bars])
    is_known = label_ends < begins
    train = np.flatnonzero(is_before & is_known)
    if not len(train):
        raise ValueError(
            f"the labels before instant {begins} all reach into its test: nothing is left to train on"
        )
    test = np.flatnonzero((instants >= begins) & (instants <= moments[last - 1]))
    return Fold(train, test, int(np.count_nonzero(is_before & ~is_known)))


def check_rows(instants: Ints, label_ends: Ints) -> None:
    """Refuse rows that are no rows, are not dated in whole nanoseconds, or whose labels end before them."""
    if instants.ndim != 1 or instants.shape != label_ends.shape or not len(instants):
        raise ValueError(
            f"instants {instants.shape} and label ends {label_ends.shape}: give one of each a row"
        )
    if instants.dtype != np.int64 or label_ends.dtype != np.int64:
        raise ValueError(f"instants are {instants.dtype}, label ends {label_ends.dtype}: give int64, ns UTC")
    backward = np.flatnonzero(label_ends < instants)
    if len(backward):
        raise ValueError(f"row {backward[0]}: its label ends before its instant")
