"""The checks, compiled: each answers 0 where the order passes, 1 for a violation, -1 for an unknown input.

Twin of `execution/checks`, where the meaning of every line stands; tested against it on random books.
"""

import math

import numpy as np

from tradewright.execution.checks.contract import CONTINUOUS, NO, NS_PER_S, UNKNOWN, YES
from tradewright.execution.native.records import compiled
from tradewright.kernel.native.records import Record
from tradewright.values.order import OrderType, TimeInForce

PASS, VIOLATED, NOT_KNOWN = 0, 1, -1
_LIMIT, _ON_OPEN = int(OrderType.LIMIT), int(OrderType.MARKET_ON_OPEN)
_ON_CLOSE, _TILL_DATE = int(OrderType.MARKET_ON_CLOSE), int(TimeInForce.GTD)
_INFINITE, _NS_PER_S = math.inf, NS_PER_S
_ROUNDING, _RATIO_FROM = 1e-6, 100


@compiled
def opening_shares(order: Record, book: Record) -> float:
    """Shares by which the order may add to the position; NaN where unknown."""
    buys, size = order["qty"] > 0.0, abs(order["qty"])
    before = book["position"] + book["working_buys"] if buys else book["working_sells"] - book["position"]
    if before >= 0.0:
        return float(size)
    after = before + size
    return float(0.0 if after < 0.0 else after)


@compiled
def is_bounded_exit(order: Record, book: Record) -> bool:
    """True where the order can only reduce what is held."""
    if order["is_cancel"] or not 0.0 < abs(order["qty"]) < _INFINITE:
        return False
    return bool(order["qty"] * book["position"] < 0.0 and opening_shares(order, book) == 0.0)


@compiled
def price_of(order: Record, book: Record) -> float:
    """The price that an order is valued at."""
    limit, reference = order["limit_usd"], book["reference_usd"]
    return float(limit if limit > reference else reference)


@compiled
def tradable(order: Record, book: Record, limits: Record) -> int:
    """Check 1."""
    if not limits["needs_tradable"]:
        return PASS
    if book["tradable"] == NO or book["halted"] == YES:
        return VIOLATED
    return NOT_KNOWN if book["tradable"] == UNKNOWN or book["halted"] == UNKNOWN else PASS


@compiled
def restricted(order: Record, book: Record, limits: Record) -> int:
    """Check 2."""
    if not limits["needs_unrestricted"] or book["restricted"] == NO:
        return PASS
    return NOT_KNOWN if book["restricted"] == UNKNOWN else VIOLATED


@compiled
def on_grid(value: float, step: float) -> bool:
    """Whether a value is a whole number of steps, but for rounding."""
    steps = value / step
    return bool(abs(steps - np.rint(steps)) <= _ROUNDING)


@compiled
def conform(order: Record, book: Record, limits: Record) -> int:
    """Check 3."""
    size, limit, stop = abs(order["qty"]), order["limit_usd"], order["stop_usd"]
    if not 0.0 < size < _INFINITE:
        return VIOLATED
    if (limit <= 0.0 or limit == _INFINITE) or (stop <= 0.0 or stop == _INFINITE):
        return VIOLATED
    if not limits["needs_increments"]:
        return PASS
    if not (book["tick_usd"] > 0.0 and book["lot"] > 0.0):
        return NOT_KNOWN
    if not on_grid(size, book["lot"]):
        return VIOLATED
    if limit == limit and not on_grid(limit, book["tick_usd"]):
        return VIOLATED
    return VIOLATED if stop == stop and not on_grid(stop, book["tick_usd"]) else PASS


@compiled
def fresh_price(order: Record, book: Record, limits: Record) -> int:
    """Check 4."""
    if not 0.0 < book["reference_usd"] < _INFINITE:
        return NOT_KNOWN
    if limits["max_price_age_s"] == _INFINITE:
        return PASS
    if book["reference_at"] < 0:
        return NOT_KNOWN
    age_s = (order["at"] - book["reference_at"]) / _NS_PER_S
    return PASS if 0.0 <= age_s <= limits["max_price_age_s"] else VIOLATED


@compiled
def collar(order: Record, book: Record, limits: Record) -> int:
    """Check 5."""
    limit = order["limit_usd"]
    if limit != limit or (limits["collar_bps"] == _INFINITE and limits["collar_sigma"] == _INFINITE):
        return PASS
    if not 0.0 < book["reference_usd"] < _INFINITE:
        return NOT_KNOWN
    away = (limit / book["reference_usd"] - 1.0) * (1.0 if order["qty"] > 0.0 else -1.0)
    if away * 1e4 > limits["collar_bps"]:
        return VIOLATED
    if limits["collar_sigma"] == _INFINITE:
        return PASS
    if not book["daily_volatility"] >= 0.0:
        return NOT_KNOWN
    return VIOLATED if away > limits["collar_sigma"] * book["daily_volatility"] else PASS


@compiled
def order_size(order: Record, book: Record, limits: Record) -> int:
    """Check 6."""
    size = abs(order["qty"])
    if size > limits["max_order_shares"]:
        return VIOLATED
    if limits["max_order_share"] != _INFINITE:
        equity = book["equity_usd"]
        share = size * price_of(order, book) / equity if 0.0 < equity < np.inf else -1.0
        if not share >= 0.0:
            return NOT_KNOWN
        if share > limits["max_order_share"]:
            return VIOLATED
    if limits["max_volume_share"] == _INFINITE:
        return PASS
    if not book["day_volume"] >= 0.0:
        return NOT_KNOWN
    return VIOLATED if size > limits["max_volume_share"] * book["day_volume"] else PASS


@compiled
def within(value: float, limit: float, equity: float) -> int:
    """One projected exposure against its multiple of equity."""
    if limit == _INFINITE:
        return PASS
    if not (value == value and 0.0 < equity < np.inf):
        return NOT_KNOWN
    return VIOLATED if value > limit * equity else PASS


@compiled
def exposure(order: Record, book: Record, limits: Record) -> int:
    """Check 7."""
    equity, price = book["equity_usd"], price_of(order, book)
    size, buys = abs(order["qty"]), order["qty"] > 0.0
    opening, side = order["opening"] * price, 1.0 if buys else -1.0
    closing = size * price - opening
    held = side * book["position"] + (book["working_buys"] if buys else book["working_sells"]) + size
    held = 0.0 if held < 0.0 else held  # keeps a NaN
    found = within(held * price, limits["max_position_share"], equity)
    if found == PASS:
        gross = book["gross_usd"] + book["working_opening_usd"] + opening - closing
        found = within(gross, limits["max_gross"], equity)
    if found == PASS:
        net = side * book["net_usd"] + book["working_opening_usd"] + size * price
        found = within(net, limits["max_net"], equity)
    if found == PASS:
        found = within(book["sector_gross_usd"] + opening, limits["max_sector_share"], equity)
    if found == PASS:
        long = book["long_usd"] + book["working_opening_usd"] + (opening if buys else 0.0)
        found = within(long, limits["max_leverage"], equity)
    return int(found)


@compiled
def unexecuted(order: Record, book: Record, limits: Record) -> int:
    """Check 8."""
    if limits["max_working_orders"] != _INFINITE:
        if book["working_orders"] < 0:
            return NOT_KNOWN
        if book["working_orders"] + 1 > limits["max_working_orders"]:
            return VIOLATED
    if limits["max_working_share"] == _INFINITE:
        return PASS
    value = book["working_usd"] + abs(order["qty"]) * price_of(order, book)
    if not (
        value >= book["working_usd"] and book["working_usd"] >= 0.0 and 0.0 < book["equity_usd"] < np.inf
    ):
        return NOT_KNOWN
    return VIOLATED if value > limits["max_working_share"] * book["equity_usd"] else PASS


@compiled
def buying_power(order: Record, book: Record, limits: Record) -> int:
    """Check 9."""
    if limits["buying_power_haircut"] == _INFINITE:
        return PASS
    needed = order["opening"] * price_of(order, book) * (1.0 + limits["buying_power_haircut"])
    left = book["buying_power_usd"]
    if not (needed >= 0.0 and left == left):
        return NOT_KNOWN
    return VIOLATED if needed > left else PASS


@compiled
def counted(count: int, limit: float) -> int:
    """One count against its limit, this order included."""
    if limit == _INFINITE:
        return PASS
    if count < 0:
        return NOT_KNOWN
    return VIOLATED if count + 1 > limit else PASS


@compiled
def pace(order: Record, book: Record, limits: Record) -> int:
    """Check 10."""
    if order["is_cancel"]:
        found = counted(book["cancels_1s"], limits["max_cancels_1s"])
        found = counted(book["cancels_30s"], limits["max_cancels_30s"]) if found == PASS else found
        return int(counted(book["cancels_day"], limits["max_cancels_day"]) if found == PASS else found)
    found = counted(book["orders_1s"], limits["max_orders_1s"])
    found = counted(book["orders_30s"], limits["max_orders_30s"]) if found == PASS else found
    found = counted(book["orders_day"], limits["max_orders_day"]) if found == PASS else found
    if found != PASS or limits["max_order_to_trade"] == _INFINITE:
        return int(found)
    if book["orders_day"] < 0 or book["fills_day"] < 0:
        return NOT_KNOWN
    ratio = (book["orders_day"] + 1) / max(book["fills_day"], 1)
    return VIOLATED if book["orders_day"] >= _RATIO_FROM and ratio > limits["max_order_to_trade"] else PASS


@compiled
def duplicate(order: Record, book: Record, limits: Record) -> int:
    """Check 11."""
    if limits["max_duplicates"] == _INFINITE:
        return PASS
    if book["duplicates"] < 0:
        return NOT_KNOWN
    return VIOLATED if book["duplicates"] > limits["max_duplicates"] else PASS


@compiled
def parent_order(order: Record, book: Record, limits: Record) -> int:
    """Check 12."""
    if order["parent_qty"] == 0.0:
        return PASS
    side = 1.0 if order["parent_qty"] > 0.0 else -1.0
    sent, after = side * order["children_qty"], side * (order["children_qty"] + order["qty"])
    if not (np.isfinite(after) and np.isfinite(order["parent_qty"])):
        return NOT_KNOWN
    over = sent < 0.0 or after < sent or after > abs(order["parent_qty"]) * (1.0 + 1e-9)
    return VIOLATED if over else PASS


@compiled
def execution_loop(order: Record, book: Record, limits: Record) -> int:
    """Check 13."""
    return int(counted(book["repeats"], limits["max_repeats"]))


@compiled
def self_match(order: Record, book: Record, limits: Record) -> int:
    """Check 14."""
    if not limits["needs_no_self_match"]:
        return PASS
    buys, limit = order["qty"] > 0.0, order["limit_usd"]
    own = book["own_lowest_sell_usd"] if buys else book["own_highest_buy_usd"]
    if not own >= 0.0:
        return NOT_KNOWN
    if limit != limit:
        limit = _INFINITE if buys else 0.0
    if buys:
        return VIOLATED if own < _INFINITE and limit >= own else PASS
    return VIOLATED if own > 0.0 and limit <= own else PASS


@compiled
def lost_share(equity: float, start: float) -> float:
    """What of a starting value is gone; NaN where either is unknown."""
    return float(1.0 - equity / start if start > 0.0 and equity < np.inf else np.nan)


@compiled
def lost(equity: float, start: float, limit: float) -> int:
    """One loss against its limit."""
    if limit == _INFINITE:
        return PASS
    share = lost_share(equity, start)
    if share != share:
        return NOT_KNOWN
    return VIOLATED if share >= limit else PASS


@compiled
def losses(order: Record, book: Record, limits: Record) -> int:
    """Check 15."""
    if limits["needs_kill_switch"] and book["kill_latched"] != NO:
        return VIOLATED if book["kill_latched"] == YES else NOT_KNOWN
    equity = book["equity_usd"]
    found = lost(equity, book["day_start_usd"], limits["max_day_loss"])
    if found == PASS:
        found = lost(equity, book["rolling_start_usd"], limits["max_rolling_loss"])
    if found == PASS:
        found = lost(equity, book["session_peak_usd"], limits["max_session_drawdown"])
    if found == PASS:
        found = lost(equity, book["peak_usd"], limits["max_drawdown"])
    return int(found)


@compiled
def left_by(equity: float, start: float, limit: float, soft_share: float) -> float:
    """The share of an order that one soft limit leaves."""
    share, soft = lost_share(equity, start), soft_share * limit
    if not (share > soft and soft_share < 1.0):
        return 1.0
    left = (limit - share) / (limit - soft)
    return float(left if left > 0.0 else 0.0)


@compiled
def scale(book: Record, limits: Record) -> float:
    """The share of an opening order that soft limits leave."""
    equity, soft = book["equity_usd"], limits["soft_share"]
    left = min(
        left_by(equity, book["day_start_usd"], limits["max_day_loss"], soft),
        left_by(equity, book["rolling_start_usd"], limits["max_rolling_loss"], soft),
    )
    left = min(left, left_by(equity, book["session_peak_usd"], limits["max_session_drawdown"], soft))
    return float(min(left, left_by(equity, book["peak_usd"], limits["max_drawdown"], soft)))


@compiled
def stage_capital(order: Record, book: Record, limits: Record) -> int:
    """Check 16."""
    if limits["max_symbols"] != _INFINITE and order["opening"] != 0.0:
        names = book["other_symbols"] + 1.0
        if not names >= 1.0:
            return NOT_KNOWN
        if names > limits["max_symbols"]:
            return VIOLATED
    if not limits["needs_stage_capital"]:
        return PASS
    value = book["strategy_gross_usd"] + order["opening"] * price_of(order, book)
    if not (value == value and book["stage_capital_usd"] >= 0.0):
        return NOT_KNOWN
    return VIOLATED if value > book["stage_capital_usd"] else PASS


@compiled
def phase(order: Record, book: Record, limits: Record) -> int:
    """Check 17."""
    if not limits["needs_open_market"]:
        return PASS
    if book["phase"] == UNKNOWN:
        return NOT_KNOWN
    patient = order["type"] == _LIMIT or order["type"] == _ON_OPEN or order["type"] == _ON_CLOSE
    if book["phase"] != CONTINUOUS and not patient:
        return VIOLATED
    if order["limit_usd"] != order["limit_usd"]:
        return PASS
    if not (book["band_low_usd"] >= 0.0 and book["band_high_usd"] > 0.0):
        return NOT_KNOWN
    if order["qty"] > 0.0:
        return VIOLATED if order["limit_usd"] > book["band_high_usd"] else PASS
    return VIOLATED if order["limit_usd"] < book["band_low_usd"] else PASS


@compiled
def young(at: int, now: int, limit: float, may_be_absent: bool) -> int:
    """One age against its limit."""
    if limit == _INFINITE or (at == 0 and may_be_absent):
        return PASS
    if at < 0:
        return NOT_KNOWN
    age_s = (now - at) / _NS_PER_S
    return PASS if 0.0 <= age_s <= limit else VIOLATED


@compiled
def freshness(order: Record, book: Record, limits: Record) -> int:
    """Check 18."""
    found = young(book["model_at"], order["at"], limits["max_model_age_s"], True)
    if found == PASS:
        found = young(book["features_at"], order["at"], limits["max_features_age_s"], True)
    if found == PASS:
        found = young(book["heartbeat_at"], order["at"], limits["max_heartbeat_age_s"], False)
    if found != PASS or limits["max_clock_skew_ms"] == _INFINITE:
        return int(found)
    skew = book["clock_skew_ms"]
    if skew != skew:
        return NOT_KNOWN
    return VIOLATED if abs(skew) > limits["max_clock_skew_ms"] else PASS


@compiled
def session(order: Record, book: Record, limits: Record) -> int:
    """Check 19."""
    if not limits["needs_session"]:
        return PASS
    if order["time_in_force"] == _TILL_DATE and order["good_till"] <= order["at"]:
        return VIOLATED
    if book["opens_at"] < 0 or book["closes_at"] < 0:
        return NOT_KNOWN
    if order["type"] == _ON_OPEN:
        return VIOLATED if order["at"] >= book["opens_at"] else PASS
    if order["type"] == _ON_CLOSE:
        if book["auction_cutoff_at"] < 0:
            return NOT_KNOWN
        return VIOLATED if order["at"] >= book["auction_cutoff_at"] else PASS
    inside = book["opens_at"] <= order["at"] < book["closes_at"]
    return PASS if inside else VIOLATED


@compiled
def borrow(order: Record, book: Record, limits: Record) -> int:
    """Check 20."""
    if not limits["needs_locate"] or not order["qty"] < 0.0:
        return PASS
    short = book["working_sells"] - book["position"] - order["qty"]
    if short <= 0.0:
        return PASS
    if not (short == short and book["located"] >= 0.0):
        return NOT_KNOWN
    return VIOLATED if short > book["located"] else PASS


@compiled
def attestation(order: Record, book: Record, limits: Record) -> int:
    """Check 21."""
    if not limits["needs_attestation"]:
        return PASS
    if book["code_attested"] == NO:
        return VIOLATED
    if book["code_attested"] != YES:
        return NOT_KNOWN
    if book["config_attested"] == NO:
        return VIOLATED
    return PASS if book["config_attested"] == YES else NOT_KNOWN


@compiled
def bounded_exit(order: Record, book: Record, limits: Record) -> int:
    """Check 22."""
    if order["reduce_only"] != YES or is_bounded_exit(order, book):
        return PASS
    working = book["working_sells"] if order["qty"] < 0.0 else book["working_buys"]
    return VIOLATED if book["position"] == book["position"] and working == working else NOT_KNOWN


@compiled
def decision_log(order: Record, book: Record, limits: Record) -> int:
    """Check 23."""
    if not limits["needs_log"] or book["log_open"] == YES:
        return PASS
    return NOT_KNOWN if book["log_open"] == UNKNOWN else VIOLATED
