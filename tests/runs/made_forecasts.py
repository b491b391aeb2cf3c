"""Forecasts beside a made market's prices, as a model leaves them."""

from dataclasses import replace

import numpy as np

from tradewright.values.dated_forecasts import DatedForecasts
from tradewright.values.panel import Panel


def with_forecasts(panel: Panel, horizon_bars: int = 5, seed: int = 0) -> Panel:
    """The market with forecasts of nothing, silent on the first rows and about every tenth name."""
    draw = np.random.default_rng(seed)
    mean = draw.normal(0.0, 0.01, (*panel.shape, 1))
    mean[:20] = np.nan
    mean[draw.random(panel.shape) < 0.1] = np.nan
    told = DatedForecasts(mean, mean + 0.5, np.abs(mean), panel.instants.copy(), (horizon_bars,))
    return replace(panel, forecasts=told)
