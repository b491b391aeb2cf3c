"""Chances that mean what they say: a stated chance is moved until such chances come true as often."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tradewright.models.table import Flags
from tradewright.values.panel import Floats, Ints

STEPS, ENOUGH = 50, 1e-10
# A chance of exactly 0 or 1 has no logit; nobody is that sure.
LEAST_CHANCE = 1e-6
# Outcomes' worth of belief that the chances were right as stated.
HELD_OUTCOMES = 40.0


@dataclass(frozen=True)
class Calibration:
    """A line in logits: calibrated = expit(offset + slope x logit(stated)); `slope` is 0 or more.

    `spread` is the variance of the offset, its covariance with the slope, and the slope's variance.
    Property: on held-out rows chances come true about as often as they say; measured in
    tests/models/test_calibration.py.
    Source: Platt (1999), Advances in Large Margin Classifiers, section 2; its smoothed targets are used.
    """

    slope: float = 1.0
    offset: float = 0.0
    spread: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @classmethod
    def of(
        cls,
        stated: Floats,
        happened: Flags,
        weights: Floats | None = None,
        held_outcomes: float = HELD_OUTCOMES,
    ) -> Self:
        """From stated chances, K, of rows that taught the forecaster nothing, and what came.

        `weights` say how much of a row is its own (`own_parts`); 1 where none are given.
        Chances that say the opposite of what comes are not turned round: they then say the usual share.
        """
        from scipy.special import expit

        held = np.ones(len(stated)) if weights is None else weights
        # An even outcome tells a logit a quarter.
        prior = 0.25 * held_outcomes
        ups, downs = float(held[happened].sum()), float(held[~happened].sum())
        wanted = np.where(happened, (ups + 1.0) / (ups + 2.0), 1.0 / (downs + 2.0))
        x = np.stack([np.ones(len(stated)), _logits(stated)], axis=1)
        believed = line = np.array([0.0, 1.0])
        for _ in range(STEPS):
            chance = expit(x @ line)
            bend = (x * (held * np.maximum(chance * (1.0 - chance), 1e-9))[:, None]).T @ x
            pull = x.T @ (held * (wanted - chance)) - prior * (line - believed)
            # Where chances are far off, a full step would run away.
            move = np.clip(np.linalg.solve(bend + prior * np.eye(2), pull), -2.0, 2.0)
            line = line + move
            if np.max(np.abs(move)) < ENOUGH:
                break
        if line[1] < 0.0:
            usual = (ups + 1.0) / (ups + downs + 2.0)
            spread = 1.0 / ((ups + downs) * usual * (1.0 - usual) + prior)
            return cls(0.0, float(np.log(usual) - np.log1p(-usual)), (spread, 0.0, 0.0))
        chance = expit(x @ line)
        bend = (x * (held * chance * (1.0 - chance))[:, None]).T @ x
        (first, both), (_, second) = np.linalg.inv(bend + prior * np.eye(2)).tolist()
        return cls(float(line[1]), float(line[0]), (first, both, second))

    def calibrated(self, stated: Floats, errors: float = 0.0) -> Floats:
        """The chances, moved; and so many standard errors of the calibration down."""
        from scipy.special import expit

        x, (first, both, second) = _logits(stated), self.spread
        down = errors * np.sqrt(np.maximum(first + 2.0 * both * x + second * x**2, 0.0))
        found: Floats = expit(self.offset + self.slope * x - down)
        return found


def own_parts(instants: Ints, weights: Floats, horizon_bars: int) -> Floats:
    """How much of each place's outcome, K, is its own: those that overlap are one, as are symbols.

    Of rows of one symbol and one bar it is the weight.
    """
    _, place, count = np.unique(instants, return_inverse=True, return_counts=True)
    found: Floats = weights / (count[place] * horizon_bars)
    return found


def held_share(parts: Floats) -> float:
    """How much of what was believed before is left after so many parts of outcomes: from 1 towards 0."""
    return HELD_OUTCOMES / (HELD_OUTCOMES + float(parts.sum()))


def _logits(chance: Floats) -> Floats:
    """log(p / (1 - p))."""
    held = np.clip(chance, LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    found: Floats = np.log(held) - np.log1p(-held)
    return found
