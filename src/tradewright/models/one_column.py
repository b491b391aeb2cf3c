"""A line through the origin of one feature: what momentum and mean reversion have in common."""

import numpy as np

from tradewright.models.contract import Learned, Lesson, Signature
from tradewright.models.forecasts import Answers
from tradewright.models.moments import normal_answers, root_mean_square, weighted_mean
from tradewright.models.table import Examples
from tradewright.values.errors import unknown_name
from tradewright.values.panel import Floats


def learnt_line(examples: Examples, signature: Signature, column: str, sign: float) -> Lesson:
    """The slope of outcomes on one feature, kept where it has the sign that the idea claims, else 0.

    `column` is a feature's name; empty is the first. Raises: UnknownName.
    """
    refuse_absent(column, signature.names)
    place = signature.names.index(column) if column else 0
    x, weights = examples.present()[:, place], examples.sample_weights()
    outcomes = examples.outcomes()
    squares = weighted_mean(np.where(np.isfinite(outcomes), (x**2)[:, None], np.nan), weights)
    shared = weighted_mean(outcomes * x[:, None], weights)
    slope = np.divide(shared, squares, out=np.zeros_like(shared), where=squares > 0.0)
    slope = np.where(sign * slope > 0.0, slope, 0.0)
    deviation = root_mean_square(outcomes - x[:, None] * slope, weights)
    return Lesson({"place": np.array(place), "slope": slope, "deviation": deviation})


def refuse_absent(column: str, names: tuple[str, ...]) -> None:
    """Refuse a feature that is not among these. Raises: UnknownName."""
    if column and column not in names:
        raise unknown_name(column, "feature of these rows", names)


def line_answers(learned: Learned, windows: Floats) -> Answers:
    """The line at the last row of each window."""
    x = windows[:, -1, int(learned["place"])]
    return normal_answers(x[:, None] * learned["slope"], learned["deviation"])
