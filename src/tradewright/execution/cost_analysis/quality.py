"""The execution-quality record: each measure with its interval against its limit, and no score."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tradewright.validation.bootstrap import BootstrapOptions, resampling
from tradewright.validation.figure import Figure, figure
from tradewright.values.panel import Floats

SLIPPAGE_LIMIT_BPS = 25.0
FILL_RATE_LIMIT = 0.95


class Standing(Enum):
    """Where a measure stands: an answer only where the whole interval lies on one side of the limit."""

    WITHIN = "within the limit"
    BEYOND = "beyond the limit"
    UNDECIDED = "undecided: the interval holds the limit"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True)
class Measured:
    """One measure of execution, its limit and on which side of it it must lie."""

    figure: Figure
    limit: float
    at_most: bool

    @property
    def standing(self) -> Standing:
        """What the interval says; a value without an interval decides nothing."""
        inside = self.figure.interval
        if self.figure.value is None:
            return Standing.NOT_EVALUATED
        if inside is None:
            return Standing.UNDECIDED
        good, bad = (inside.high, inside.low) if self.at_most else (-inside.low, -inside.high)
        limit = self.limit if self.at_most else -self.limit
        return Standing.WITHIN if good <= limit else Standing.BEYOND if bad > limit else Standing.UNDECIDED


def execution_quality(costs: NDArray[np.void], options: BootstrapOptions) -> tuple[Measured, Measured]:
    """Arrival slippage and fill rate, both weighted by value, against 25 bps and 95 %.

    Shape: `costs` are records of `order_cost_dtype`. Orders are resampled in blocks, in their order, so that
    intervals know of bad days; fewer than 30 orders give a value without one.
    """
    wanted = costs["ordered"] * costs["decision_price"]
    filled = costs["filled"] * costs["decision_price"]
    traded = np.isfinite(costs["arrival_bps"]) & (filled > 0.0)
    slippage = weighted_mean(
        "Arrival slippage", costs["arrival_bps"][traded], filled[traded], ("bps", options)
    )
    rate = weighted_mean("Fill rate by value", filled / wanted, wanted, ("share", options))
    return Measured(slippage, SLIPPAGE_LIMIT_BPS, True), Measured(rate, FILL_RATE_LIMIT, False)


def cost_forecast_error(
    predicted_bps: Floats, realised_bps: Floats, value_usd: Floats, options: BootstrapOptions
) -> Figure:
    """How far realised cost lay above what was predicted, weighted by value; zero inside means: no bias seen.

    Shape: K orders each, in the order of their decisions; orders without a realised cost are left out.
    """
    error = realised_bps - predicted_bps
    known = np.isfinite(error) & (value_usd > 0.0)
    return weighted_mean("Cost above prediction", error[known], value_usd[known], ("bps", options))


def weighted_mean(name: str, values: Floats, weights: Floats, how: tuple[str, BootstrapOptions]) -> Figure:
    """A mean by weight with the interval of its block resamples.

    `how` holds the unit and the options of the resamples; the name keys their randomness.
    """
    unit, options = how
    total = float(np.sum(weights))
    mean = float(np.sum(values * weights)) / total if total > 0.0 else float("nan")
    drawn = resampling(values, options, name)
    interval = None
    if drawn is not None:
        columns = np.stack([values * weights, weights], axis=1)
        interval = drawn.of_means(columns, lambda means: means[:, 0] / means[:, 1])
    return figure(name, mean, unit, len(values), needs=1).within(interval)
