"""What an order is expected to cost before it is sent, from what was known at its decision."""

import numpy as np
from numpy.typing import NDArray

from tradewright.kernel.inputs import BENCHMARK_SIGMA, BENCHMARK_USD
from tradewright.values.panel import Floats
from tradewright.values.profile import ExecutionProfile


def predicted_bps(costs: NDArray[np.void], profile: ExecutionProfile) -> Floats:
    """Half the spread, market impact and the commission of each order, as the profile foresees them.

    Shape: K records of `order_cost_dtype` in, K numbers out. Units: basis points of the order's value at
    its decision. Volatility and usual volume are those before its first fill; where they are unknown the
    spread is the profile's flat one and impact nothing. Fees on sales, a part of a basis point, are not
    foreseen.
    """
    shares, price = costs["ordered"], costs["decision_price"]
    per_share = np.maximum(profile.commission_minimum_usd, profile.commission_per_share_usd * shares)
    commission = profile.commission_bps + per_share / (shares * price) * 1e4
    sigma, volume = costs["sigma"], costs["usual_volume"]
    known = (sigma > 0.0) & (volume > 0.0)
    volume = np.where(known, volume, 1.0)
    relative = (sigma / BENCHMARK_SIGMA) ** 2 / (volume * price / BENCHMARK_USD)
    estimated = profile.spread_scale_bps * np.cbrt(relative)
    spread = np.where(known & (profile.spread_scale_bps > 0.0), estimated, profile.half_spread_bps)
    impact = np.where(known, profile.impact_coefficient * sigma * np.sqrt(shares / volume) * 1e4, 0.0)
    return np.asarray(profile.slippage_multiple * (spread + impact) + commission)


def realised_bps(costs: NDArray[np.void]) -> Floats:
    """What each order's fills cost against arrival, fees included.

    Units: basis points of the filled value at the decision's price; NaN where nothing filled.
    """
    filled = costs["filled"] * costs["decision_price"]
    fees = np.divide(costs["fees_usd"], filled, out=np.full(len(filled), np.nan), where=filled > 0.0)
    return np.asarray(costs["arrival_bps"] + fees * 1e4)
