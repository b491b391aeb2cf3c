"""What an order is expected to cost before it is sent, from what was known at its decision."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.kernel.inputs import BENCHMARK_SIGMA, BENCHMARK_USD
from tradewright.values.panel import Floats, Ints
from tradewright.values.profile import ExecutionProfile


class DatedTerms(NamedTuple):
    """What changes with time: the tick of each order's day, and its commission a share.

    Shape: K each, or one for all. Units: dollars.
    """

    tick_usd: Floats | float
    per_share_usd: Floats | float


def dated_terms(
    costs: NDArray[np.void], profile: ExecutionProfile, instants: Ints, fills: NDArray[np.void]
) -> DatedTerms:
    """The tick and the commission tier that each order meets, as its decision knew them.

    Shape: `instants` are those of the panel's rows, ns UTC; `fills` all of the account's. The tier is that
    of the shares traded up to the decision in the month of the next row: a new month begins anew.
    """
    row = costs["row"]
    after = np.minimum(row + 1, len(instants) - 1)
    steps = np.array(profile.fee_steps()).reshape(-1, 5)
    place = np.searchsorted(steps[:, 0], instants[after], side="right")
    ticks = np.concatenate([[0.0], steps[:, 4]])[place]
    if not profile.commission_tiers:
        return DatedTerms(ticks, profile.commission_per_share_usd)
    months = instants.astype("datetime64[ns]").astype("datetime64[M]")
    shares = np.bincount(fills["row"], weights=np.abs(fills["qty"]), minlength=len(instants))
    so_far = np.concatenate([[0.0], np.cumsum(shares)])
    traded = so_far[after] - so_far[np.searchsorted(months, months[after])]
    tiers = np.array(profile.commission_tiers)
    return DatedTerms(ticks, tiers[np.searchsorted(tiers[:, 0], traded, side="right") - 1, 1])


def predicted_bps(
    costs: NDArray[np.void], profile: ExecutionProfile, dated: DatedTerms | None = None
) -> Floats:
    """Half the spread, market impact and the commission of each order, as the profile foresees them.

    Shape: K records of `order_cost_dtype` in, K numbers out. Units: basis points of the order's value at
    its decision. Volatility and usual volume are those before its first fill; where they are unknown the
    spread is the profile's flat one and impact nothing; a spread that is estimated is never under a tick.
    Without `dated` there is no tick, and no tier but the first. Fees on sales, a part of a basis point, are
    not foreseen.
    """
    if dated is None:
        tiers = profile.commission_tiers
        dated = DatedTerms(0.0, tiers[0][1] if tiers else profile.commission_per_share_usd)
    shares, price = costs["ordered"], costs["decision_price"]
    per_share = np.maximum(profile.commission_minimum_usd, dated.per_share_usd * shares)
    commission = profile.commission_bps + per_share / (shares * price) * 1e4
    sigma, volume = costs["sigma"], costs["usual_volume"]
    known = (sigma > 0.0) & (volume > 0.0)
    volume = np.where(known, volume, 1.0)
    relative = (sigma / BENCHMARK_SIGMA) ** 2 / (volume * price / BENCHMARK_USD)
    half_tick = 0.5e4 * dated.tick_usd / price
    estimated = np.maximum(profile.spread_scale_bps * np.cbrt(relative), half_tick)
    spread = np.where(known & (profile.spread_scale_bps > 0.0), estimated, profile.half_spread_bps)
    impact = np.where(known, profile.impact_coefficient * sigma * np.sqrt(shares / volume) * 1e4, 0.0)
    return np.asarray(profile.slippage_multiple * (spread + impact) + commission)


def unless_limited(
    predicted: Floats, costs: NDArray[np.void], orders: NDArray[np.void], tickets: NDArray[np.void]
) -> Floats:
    """The forecasts without those of orders that had a limit: what such an order pays is held at it.

    The profile foresees what taking at the market costs; an order that waits at its price pays
    none of it, and not being filled stands in the shortfall. Shape: K forecasts and costs; `orders` of the
    run and `tickets`, the terms of those that were submitted. NaN where nothing is foreseen.
    """
    ticket = orders["ticket"][np.searchsorted(orders["order_id"], costs["order_id"])]
    limited = np.zeros(len(costs), dtype=np.bool_)
    submitted = ticket >= 0
    limited[submitted] = np.isfinite(tickets["limit"][ticket[submitted]])
    return np.where(limited, np.nan, predicted)


def realised_bps(costs: NDArray[np.void]) -> Floats:
    """What each order's fills cost against arrival, fees included.

    Units: basis points of the filled value at the decision's price; NaN where nothing filled.
    """
    filled = costs["filled"] * costs["decision_price"]
    fees = np.divide(costs["fees_usd"], filled, out=np.full(len(filled), np.nan), where=filled > 0.0)
    return np.asarray(costs["arrival_bps"] + fees * 1e4)
