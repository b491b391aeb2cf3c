"""More training rows from those of a fold: noise, warped magnitudes and dropped features.

There is no way to augment anything but the training rows of a fold: what is measured (means, deviations) is
measured on them, what is made is appended after them, and validation rows pass through as the bytes they
were.
"""

from dataclasses import dataclass

import numpy as np

from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats, Ints

KNOTS = 6


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows of features and outcomes, and which of them a model learns from and is judged on.

    Shape: `x` K x F, `y` K, `instants` K in ns UTC; `train` and `validation` are numbers of rows.
    Raises: InvalidOption where a row stands on both sides, or shapes disagree.
    """

    x: Floats
    y: Floats
    instants: Ints
    train: Ints
    validation: Ints

    def __post_init__(self) -> None:
        """Refuse overlap and disagreement."""
        if self.x.ndim != 2 or not len(self.x) == len(self.y) == len(self.instants):
            raise InvalidOption(
                f"x has the shape {self.x.shape}, y {self.y.shape}, instants {self.instants.shape}.",
                "Give K rows each.",
            )
        shared = np.intersect1d(self.train, self.validation)
        if len(shared):
            raise InvalidOption(f"Row {shared[0]} is on both sides of the fold.", "Give each row one side.")
        if not len(self.train):
            raise InvalidOption("A fold without training rows.", "Give one row or more.")


@dataclass(frozen=True, eq=False)
class AugmentedFold:
    """A fold whose training rows were followed by made ones.

    `origin` says of each training row which row of the fold it is or was made from, so that its span and its
    lineage are those of that row; the first `originals` are the rows themselves.
    """

    x_train: Floats
    y_train: Floats
    origin: Ints
    originals: int
    x_validation: Floats
    y_validation: Floats


@dataclass(frozen=True)
class Augmentation:
    """How training rows are multiplied.

    Units: `noise` in deviations of a feature over the training rows; `warp` the deviation of the knots of a
    smooth curve around 1 that a feature is multiplied by; `dropout` the chance that a value becomes its
    training mean.
    `copies` is how many made rows follow for each training row. Randomness is keyed by `seed` and the copy.
    Source: Um et al. (2017), Data augmentation of wearable sensor data, for warping.
    """

    noise: float = 0.05
    warp: float = 0.2
    dropout: float = 0.1
    copies: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if min(self.noise, self.warp, self.dropout) < 0.0 or self.dropout >= 1.0 or self.copies < 1:
            raise InvalidOption(
                f"{self}.", "Give noise and warp of 0 or more, dropout in [0, 1), copies from 1."
            )

    def of_fold(self, fold: Fold) -> AugmentedFold:
        """The fold with made rows appended to its training rows; validation rows are not touched."""
        own, y = fold.x[fold.train], fold.y[fold.train]
        made = [self._copy(own, fold.instants[fold.train], number) for number in range(self.copies)]
        return AugmentedFold(
            np.concatenate([own, *made]),
            np.concatenate([y] * (self.copies + 1)),
            np.concatenate([fold.train] * (self.copies + 1)),
            len(own),
            fold.x[fold.validation],
            fold.y[fold.validation],
        )

    def _copy(self, own: Floats, instants: Ints, number: int) -> Floats:
        """One made row for each training row; what is unknown stays unknown."""
        draws = np.random.Generator(np.random.Philox(np.random.SeedSequence([self.seed, number])))
        known = ~np.isnan(own)
        counts = np.maximum(known.sum(axis=0), 1)
        middle = np.where(known, own, 0.0).sum(axis=0) / counts
        spread = np.sqrt((np.where(known, own - middle, 0.0) ** 2).sum(axis=0) / counts)
        curves = self._curves(instants, own.shape[1], draws)
        made = own * curves + self.noise * spread * draws.standard_normal(own.shape)
        dropped = draws.random(own.shape) < self.dropout
        found: Floats = np.where(dropped & known, middle, made)
        return found

    def _curves(self, instants: Ints, features: int, draws: np.random.Generator) -> Floats:
        """A smooth curve around 1 in time for each feature, K x F; rows of one instant share it."""
        from scipy.interpolate import CubicSpline

        first, last = int(instants.min()), int(instants.max())
        knots = 1.0 + self.warp * draws.standard_normal((KNOTS, features))
        share = (instants - first) / max(last - first, 1)
        curves: Floats = CubicSpline(np.linspace(0.0, 1.0, KNOTS), knots)(share)
        return curves
