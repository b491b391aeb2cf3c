"""From sides to weights: every name has an equal slot of the equity, filled, empty or sold short."""

import numpy as np

from tradewright.features.changes import KEEP, LONG, OUT, SHORT, Sides
from tradewright.values.panel import Floats


def weights_of_sides(sides: Sides) -> Floats:
    """Weights of sides over N names, the last axis: 1/N long, -1/N short, 0 out, NaN where nothing is new.

    The slots are fixed, so gross never exceeds the equity whatever the sides, and one name's change of side
    trades no other name. The price is cash that lies idle while names are out.
    """
    slot = 1.0 / sides.shape[-1]
    table = np.empty(4)
    table[KEEP], table[LONG], table[OUT], table[SHORT] = np.nan, slot, 0.0, -slot
    return table[sides]


def sides_of_weights(weights: Floats) -> Sides:
    """The sides behind weights made by `weights_of_sides`, none of them NaN."""
    return np.select([weights > 0.0, weights < 0.0], [LONG, SHORT], OUT).astype(np.int8)
