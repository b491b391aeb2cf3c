"""The forecast that every other one must beat: what usually came."""

import numpy as np

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.moments import normal_answers, root_mean_square, weighted_mean
from tradewright.models.table import Examples
from tradewright.values.panel import Floats


class Naive(Model):
    """The mean outcome of the past, for every row and symbol: a random walk with its drift."""

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        outcomes, weights = examples.outcomes(), examples.sample_weights()
        mean = weighted_mean(outcomes, weights)
        return Lesson({"mean": mean, "deviation": root_mean_square(outcomes - mean, weights)})

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        mean = np.repeat(learned["mean"][None], len(windows), axis=0)
        return normal_answers(mean, learned["deviation"])
