"""The chance of a rise, and with it the return."""

import numpy as np

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.moments import (
    LEAST_DEVIATION,
    line_at,
    root_mean_square,
    weighted_deviation,
    weighted_mean,
)
from tradewright.models.table import Examples
from tradewright.values.panel import Floats
from tradewright.values.parameters import parameter

STEPS, ENOUGH = 50, 1e-10


class Logistic(Model):
    """The chance that the outcome is above zero, as a logistic line in all features.

    The return expected is what rises and falls usually bring, weighed by that chance.
    Source: iteratively reweighted least squares: Bishop (2006), section 4.3.3.
    """

    penalty: float = parameter(
        100.0, low=0.001, high=1e9, unit="examples", about="how strongly slopes are drawn to zero"
    )

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        raw, weights, outcomes = examples.present(), examples.sample_weights(), examples.outcomes()
        middle, scale = weighted_mean(raw, weights), weighted_deviation(raw, weights)
        x = np.concatenate([np.ones((len(raw), 1)), (raw - middle) / scale], axis=1)
        slopes = np.stack([_logistic_line(x, y, weights, self.penalty) for y in outcomes.T], axis=1)
        rises, falls = (
            weighted_mean(np.where(side, outcomes, np.nan), weights) for side in (outcomes > 0, outcomes <= 0)
        )
        deviation = root_mean_square(outcomes - weighted_mean(outcomes, weights), weights)
        kept = {"middle": middle, "scale": scale, "slopes": slopes, "rises": rises, "falls": falls}
        return Lesson({**kept, "deviation": deviation})

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        from scipy.special import expit

        x = (windows[:, -1] - learned["middle"]) / learned["scale"]
        slopes = learned["slopes"]
        rise = expit(slopes[0] + line_at(x, slopes[1:]))
        mean = rise * learned["rises"] + (1.0 - rise) * learned["falls"]
        spread = np.broadcast_to(np.maximum(learned["deviation"], LEAST_DEVIATION), mean.shape).copy()
        return Answers(mean, rise, spread)


def _logistic_line(x: Floats, y: Floats, weights: Floats, penalty: float) -> Floats:
    """Intercept and slopes of one horizon; the intercept is not held back."""
    from scipy.special import expit

    known = np.isfinite(y)
    seen, side, held = x[known], (y[known] > 0.0).astype(np.float64), weights[known]
    slopes = np.zeros(x.shape[1])
    holding = np.diag(np.r_[1e-9, np.full(x.shape[1] - 1, penalty)])
    for _ in range(STEPS):
        chance = expit(seen @ slopes)
        bend = held * np.maximum(chance * (1.0 - chance), 1e-9)
        pull = seen.T @ (held * (side - chance)) - holding @ slopes
        move = np.linalg.solve((seen * bend[:, None]).T @ seen + holding, pull)
        # Where one side is never seen, a full step would run away: it is held to what logits may be.
        slopes = slopes + np.clip(move, -5.0, 5.0)
        if np.max(np.abs(move)) < ENOUGH:
            break
    return slopes
