"""What an order is expected to cost before it is sent, from what was known at its decision."""

import numpy as np
from numpy.typing import NDArray

from tradewright.values.panel import Floats
from tradewright.values.profile import ExecutionProfile


def predicted_bps(costs: NDArray[np.void], profile: ExecutionProfile) -> Floats:
    """Half the spread and the commission of each order, as the profile foresees them.

    Shape: K records of `order_cost_dtype` in, K numbers out. Units: basis points of the order's value at its
    decision. Known at: the decision; what the market did afterwards has no part in it.
    """
    spread = profile.half_spread_bps * profile.slippage_multiple
    shares, price = costs["ordered"], costs["decision_price"]
    per_share = np.maximum(profile.commission_minimum_usd, profile.commission_per_share_usd * shares)
    return np.asarray(spread + profile.commission_bps + per_share / (shares * price) * 1e4)


def realised_bps(costs: NDArray[np.void]) -> Floats:
    """What each order's fills cost against arrival, fees included.

    Units: basis points of the filled value at the decision's price; NaN where nothing filled.
    """
    filled = costs["filled"] * costs["decision_price"]
    fees = np.divide(costs["fees_usd"], filled, out=np.full(len(filled), np.nan), where=filled > 0.0)
    return np.asarray(costs["arrival_bps"] + fees * 1e4)
