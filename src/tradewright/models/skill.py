"""How good forecasts were, once it was known what came."""

from dataclasses import dataclass

import numpy as np

from tradewright.models.forecasts import Forecasts
from tradewright.models.table import Targets


@dataclass(frozen=True)
class Skill:
    """Of one horizon: the information coefficient, its error, the share of right sides, and the rows judged.

    Units: `error` is that of a coefficient of nothing, taking the symbols of a row for one and outcomes that
    overlap for one: 1 / sqrt(rows / horizon). A coefficient within two errors may be luck.
    """

    horizon_bars: int
    coefficient: float
    error: float
    right_share: float
    count: int


def skills(said: Forecasts, targets: Targets) -> list[Skill]:
    """The skill at each horizon, over places that were forecast and whose outcome is known.

    NaN where nothing is judged; the coefficient is 0 where forecasts do not move.
    """
    return [_skill(said, targets, place) for place in range(len(targets.horizons_bars))]


def _skill(said: Forecasts, targets: Targets, place: int) -> Skill:
    horizon = targets.horizons_bars[place]
    known = np.isfinite(said.mean[..., place]) & np.isfinite(targets.values[..., place])
    mean, came = said.mean[..., place][known], targets.values[..., place][known]
    if len(mean) < 2:
        return Skill(horizon, np.nan, np.nan, np.nan, len(mean))
    moves = float(np.std(mean)) > 0.0 and float(np.std(came)) > 0.0
    rows = int(np.count_nonzero(known.any(axis=1)))
    right = np.mean((said.rise[..., place][known] > 0.5) == (came > 0.0))
    coefficient = float(np.corrcoef(mean, came)[0, 1]) if moves else 0.0
    return Skill(horizon, coefficient, (rows / horizon) ** -0.5, float(right), len(mean))
