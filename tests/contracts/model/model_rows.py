"""Rows for models: features that tell something, features that do not, and gaps."""

from functools import cache

import numpy as np

from tradewright.models.table import FeatureRows, Targets
from tradewright.values.instant import NS_PER_DAY, instant_of

FIRST = instant_of("2015-01-02T21:00:00")
HORIZONS = (1, 5)
NAMES = ("signal", "noise", "slow")
SYMBOLS = ("ABC", "QRS", "ZZT")


@cache
def taught(rows: int = 160, gaps: bool = True) -> tuple[FeatureRows, Targets]:
    """Features and the outcomes that came of them, known up to two thirds of the rows."""
    draws = np.random.default_rng(5)
    values = draws.standard_normal((len(NAMES), rows, len(SYMBOLS)))
    moves = 0.01 * (0.5 * values[0] + draws.standard_normal(values[0].shape))
    if gaps:
        values[1, 40:44, 1] = np.nan
        values[:, 100, 0] = np.nan
        values[0, 130, 2] = np.inf
    instants = FIRST + np.arange(rows, dtype=np.int64) * NS_PER_DAY
    outcomes = np.full((rows, len(SYMBOLS), len(HORIZONS)), np.nan)
    ends = np.zeros(outcomes.shape, dtype=np.int64)
    summed = np.concatenate([np.zeros((1, len(SYMBOLS))), np.cumsum(moves, axis=0)])
    for place, horizon in enumerate(HORIZONS):
        outcomes[:-horizon, :, place] = summed[horizon:rows] - summed[: rows - horizon]
        ends[:-horizon, :, place] = instants[horizon:, None]
    for array in (values, outcomes, ends, instants):
        array.flags.writeable = False
    weights = np.ones(outcomes.shape[:2])
    targets = Targets(outcomes, ends, weights, HORIZONS).known_by(int(instants[rows * 2 // 3]))
    return FeatureRows(NAMES, values, instants, SYMBOLS, "schema-of-three"), targets


def changed(rows: FeatureRows, values: np.ndarray) -> FeatureRows:
    return FeatureRows(rows.names, values, rows.instants, rows.symbols, rows.schema_hash)
