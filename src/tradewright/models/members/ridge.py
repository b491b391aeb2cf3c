"""All features at once, in a line that is held back."""

import numpy as np

from tradewright.models.contract import How, Learned, Lesson, Model, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.moments import (
    line_at,
    normal_answers,
    ridge_line,
    root_mean_square,
    weighted_deviation,
    weighted_mean,
)
from tradewright.models.table import Examples
from tradewright.values.panel import Floats
from tradewright.values.parameters import parameter


class Ridge(Model):
    """A line in all features, each in units of its deviation, its slopes drawn towards zero.

    Source: Hoerl and Kennard (1970), Technometrics 12(1).
    """

    penalty: float = parameter(
        100.0, low=0.0, high=1e9, unit="examples", about="how strongly slopes are drawn to zero"
    )

    def _learn(self, examples: Examples, signature: Signature, how: How) -> Lesson:
        raw, weights, outcomes = examples.present(), examples.sample_weights(), examples.outcomes()
        middle, scale = weighted_mean(raw, weights), weighted_deviation(raw, weights)
        x, offset = (raw - middle) / scale, weighted_mean(outcomes, weights)
        columns = [ridge_line(x, y, weights, self.penalty) for y in (outcomes - offset).T]
        slopes = np.stack(columns, axis=1)
        deviation = root_mean_square(outcomes - offset - line_at(x, slopes), weights)
        kept = {"middle": middle, "scale": scale, "slopes": slopes, "offset": offset, "deviation": deviation}
        return Lesson(kept)

    def _answer(self, learned: Learned, windows: Floats) -> Answers:
        x = (windows[:, -1] - learned["middle"]) / learned["scale"]
        return normal_answers(learned["offset"] + line_at(x, learned["slopes"]), learned["deviation"])
