"""Where an order trades on a bar, compiled: the twin of `kernel/reference_prices.py`."""

import numpy as np

from tradewright.kernel.inputs import PESSIMISTIC_SLIP
from tradewright.kernel.native.records import Record, compiled
from tradewright.values import order as values

MARKET, LIMIT, STOP, STOP_LIMIT, TRAILING_STOP, LIMIT_IF_TOUCHED, MARKET_ON_OPEN, MARKET_ON_CLOSE = (
    int(kind) for kind in values.OrderType
)


@compiled
def has_limit(live: Record) -> bool:
    """True for an order that names its worst price."""
    kind = live["type"]
    return bool(kind in (LIMIT, STOP_LIMIT, LIMIT_IF_TOUCHED))


@compiled
def is_waiting_stop(live: Record) -> bool:
    """True for a stop, of whatever kind, whose price was not met yet."""
    kind = live["type"]
    return bool(kind in (STOP, STOP_LIMIT, TRAILING_STOP) and not live["triggered"])


@compiled
def sign_of(live: Record) -> float:
    """+1 for a buy, -1 for a sell."""
    return 1.0 if live["qty"] > 0.0 else -1.0


@compiled
def trail_from(live: Record, best: float) -> float:
    """Where a trailing stop stands when the best price was this."""
    if not np.isnan(live["trail_share"]):
        return float(best * (1.0 + sign_of(live) * live["trail_share"]))
    return float(best + sign_of(live) * live["trail_usd"])


@compiled
def better(sign: float, first: float, second: float) -> float:
    """The more favourable of two prices to wait for: the lower one for a buyer. An unknown one is none."""
    return second if sign * second < sign * first or np.isnan(first) else first


@compiled
def slipped(account: Record, stop: float, worst: float) -> float:
    """The price at which a stop that was met inside a bar trades."""
    return stop + PESSIMISTIC_SLIP * (worst - stop) if account["reading"] < 0 else stop


@compiled
def price_at_open(live: Record, price: float, has_auction: bool) -> float:
    """The opening price where the order trades at it, else NaN."""
    kind, sign = live["type"], sign_of(live)
    if kind == MARKET_ON_CLOSE or (kind == MARKET_ON_OPEN and not has_auction):
        return float(np.nan)
    if kind == TRAILING_STOP and not live["triggered"]:
        live["best"] = price if np.isnan(live["best"]) else live["best"]
        live["stop"] = trail_from(live, live["best"])
        live["best"] = better(sign, live["best"], price)
    if (kind == LIMIT_IF_TOUCHED or is_waiting_stop(live)) and not live["triggered"]:
        towards = -sign if kind == LIMIT_IF_TOUCHED else sign
        if not towards * price >= towards * live["stop"]:
            return float(np.nan)
        live["triggered"] = 1
    if has_limit(live) and not sign * price < sign * live["limit"]:
        return float(np.nan)
    return price


@compiled
def price_inside(account: Record, live: Record, desk: Record, newborn: bool) -> tuple[float, float]:
    """Where the order trades inside the bar, and the share of the bar's room that it may have."""
    waiting = is_waiting_stop(live)
    price, share = np.nan, 0.0
    if waiting and live["type"] == TRAILING_STOP:
        price, share = trail_inside(account, live, desk, newborn)
    elif waiting:
        price, share = stop_inside(account, live, desk, newborn)
    elif has_limit(live):
        price, share = limit_inside(account, live, desk)
    if share > 0.0:
        price = min(max(price, desk["low"]), desk["high"])
        if has_limit(live) and sign_of(live) * price > sign_of(live) * live["limit"]:
            share = 0.0
    return price, share


@compiled
def limit_inside(account: Record, live: Record, desk: Record) -> tuple[float, float]:
    """Passed, a limit fills; met alone, it waits in the queue."""
    sign, limit = sign_of(live), live["limit"]
    down = desk["low"] if sign > 0.0 else desk["high"]
    if live["type"] == LIMIT_IF_TOUCHED and not live["triggered"]:
        if not sign * down <= sign * live["stop"]:
            return np.nan, 0.0
        live["triggered"] = 1
        if sign * live["stop"] < sign * limit:
            return live["stop"], 1.0
    if sign * down < sign * limit:
        return limit, 1.0
    return limit, account["touch_share"] if down == limit else 0.0


@compiled
def stop_inside(account: Record, live: Record, desk: Record, newborn: bool) -> tuple[float, float]:
    """A stop met inside the bar trades there; a stop-limit only where its limit lets it."""
    sign, optimistic = sign_of(live), account["reading"] > 0
    up = desk["high"] if sign > 0.0 else desk["low"]
    stop, limit = live["stop"], live["limit"]
    reached = desk["close"] if optimistic and newborn else up
    if not sign * reached >= sign * stop:
        return np.nan, 0.0
    live["triggered"] = 1
    price = slipped(account, stop, up)
    if live["type"] == STOP:
        return price, 1.0
    if sign * stop < sign * limit:
        return (price if sign * price < sign * limit else limit), 1.0
    down = desk["low"] if sign > 0.0 else desk["high"]
    back = sign * down <= sign * limit if optimistic else sign * desk["close"] < sign * limit
    return limit, 1.0 if back else 0.0


@compiled
def trail_inside(account: Record, live: Record, desk: Record, newborn: bool) -> tuple[float, float]:
    """The stop of the best price before this bar, then that of the best price inside it."""
    sign, optimistic = sign_of(live), account["reading"] > 0
    up = desk["high"] if sign > 0.0 else desk["low"]
    down = desk["low"] if sign > 0.0 else desk["high"]
    before = live["best"]
    live["best"] = better(sign, before, desk["close"] if newborn and not optimistic else down)
    early, late = trail_from(live, before), trail_from(live, live["best"])
    reached = desk["close"] if newborn and optimistic else up
    proof = desk["close"] if optimistic else up
    if sign * reached >= sign * early:
        live["stop"] = late if optimistic and not newborn else early
    elif (optimistic or not newborn) and sign * proof >= sign * late:
        live["stop"] = up if account["reading"] < 0 else late
    else:
        return np.nan, 0.0
    live["triggered"] = 1
    return slipped(account, live["stop"], up), 1.0
