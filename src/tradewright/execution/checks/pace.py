"""Checks 10 to 14: does a machine run away, repeat itself, overfill a parent or trade with itself?"""

import math

from tradewright.execution.checks.contract import Book, Refusal, Request, refused, unknown
from tradewright.execution.limits.contract import FREE, Limits

_RATIO_FROM = 100  # orders a day below which a ratio of orders to trades says nothing


def pace(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Orders and cancels in the last second, the last 30 seconds and the session, and orders for a trade.

    Source: maximum message limits of RTS 6 (EU 2017/589), article 15(1)(d).
    """
    if order.is_cancel:
        what = "cancels"
        counted = (
            (book.cancels_1s, limits.max_cancels_1s, "1 s"),
            (book.cancels_30s, limits.max_cancels_30s, "30 s"),
            (book.cancels_day, limits.max_cancels_day, "a session"),
        )
    elif (
        1 <= book.orders_1s + 1 <= limits.max_orders_1s
        and 1 <= book.orders_30s + 1 <= limits.max_orders_30s
        and 1 <= book.orders_day + 1 <= limits.max_orders_day
    ):  # most orders
        return _order_to_trade(book, limits)
    else:
        what = "orders"
        counted = (
            (book.orders_1s, limits.max_orders_1s, "1 s"),
            (book.orders_30s, limits.max_orders_30s, "30 s"),
            (book.orders_day, limits.max_orders_day, "a session"),
        )
    for count, limit, window in counted:
        if limit == FREE:
            continue
        if count < 0:
            return unknown(10, f"the count of {what} in {window}", "Restore the gateway's tally.")
        if count + 1 > limit:
            said = f"{count + 1} {what} in {window}"
            return refused(10, f"{limit:g}", said, "Slow down, or send fewer.")
    return None if order.is_cancel else _order_to_trade(book, limits)


def _order_to_trade(book: Book, limits: Limits) -> Refusal | None:
    """Orders sent for each one that traded, once there are enough to tell."""
    if limits.max_order_to_trade == FREE:
        return None
    if book.orders_day < 0 or book.fills_day < 0:
        return unknown(10, "the count of orders and fills today", "Restore the gateway's tally.")
    ratio = (book.orders_day + 1) / max(book.fills_day, 1)
    if book.orders_day >= _RATIO_FROM and ratio > limits.max_order_to_trade:
        said = f"{ratio:.1f} orders a trade"
        return refused(10, f"{limits.max_order_to_trade:g}", said, "Quote closer, or send fewer.")
    return None


def duplicate(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The same intent was not sent moments ago."""
    if limits.max_duplicates == FREE:
        return None
    if book.duplicates < 0:
        return unknown(11, "what was sent before", "Restore the gateway's tally.")
    if book.duplicates > limits.max_duplicates:
        return refused(
            11, f"{limits.max_duplicates:g}",
            f"{book.duplicates} equal to this for {order.symbol} in {limits.duplicate_window_s:g} s",
            "Wait, or change what is wanted.",
        )  # fmt: skip
    return None


def parent_order(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """At the last hop: no more children than their parent, and on its side. It has no limit to widen."""
    if order.parent_qty == 0.0:
        return None
    side = 1.0 if order.parent_qty > 0.0 else -1.0
    sent, after = side * order.children_qty, side * (order.children_qty + order.qty)
    if not (math.isfinite(after) and math.isfinite(order.parent_qty)):
        return unknown(12, "the parent or its children", "Restore the parent's state.")
    if sent < 0.0 or after < sent or after > abs(order.parent_qty) * (1.0 + 1e-9):
        limit, left = f"its {order.parent_qty:g} shares", order.parent_qty - order.children_qty
        turned = sent < 0.0 or after < sent
        way_out = "Send children on the parent's side." if turned else f"Send at most {left:g}."
        return refused(12, limit, f"children of {side * after:g} shares in all", way_out)
    return None


def execution_loop(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The same execution does not come round and round.

    Source: repeated automated execution throttles of RTS 6 (EU 2017/589), article 15(3).
    """
    if limits.max_repeats == FREE:
        return None
    if book.repeats < 0:
        return unknown(13, "recent executions", "Restore the gateway's tally.")
    if book.repeats + 1 > limits.max_repeats:
        return refused(
            13, f"{limits.max_repeats:g}",
            f"{book.repeats + 1} equal executions for {order.symbol} in {limits.repeat_window_s:g} s",
            "Stop the strategy and look at its loop.",
        )  # fmt: skip
    return None


def self_match(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The order would not trade with one of the account's own.

    Where there is none, a sale rests at infinity and a purchase at zero: neither can be met.
    """
    if not limits.needs_no_self_match:
        return None
    buys = order.qty > 0.0
    own = book.own_lowest_sell_usd if buys else book.own_highest_buy_usd
    if not own >= 0.0:
        return unknown(14, f"own orders in {order.symbol}", "Reconcile working orders with the broker.")
    limit = order.limit_usd
    if limit != limit:  # at any price
        limit = math.inf if buys else 0.0
    meets = own < math.inf and limit >= own if buys else own > 0.0 and limit <= own
    if meets:
        side = "sell" if buys else "buy"
        return refused(
            14, "no trade with oneself", f"it would meet an own {side} at {own:g} USD",
            f"Cancel the own {side} first.",
        )  # fmt: skip
    return None
