"""Checks 6, 8 and 9: how large is the order, how much already works, and is there money for it?"""

import math

from tradewright.execution.checks.contract import (
    Book,
    Refusal,
    Request,
    notional_price,
    opening_shares,
    refused,
    unknown,
)
from tradewright.execution.limits.contract import FREE, Limits

_ACCOUNT = "Reconcile with the broker."


def order_size(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Shares, value and share of a day's volume of one order.

    Source: maximum order value and volume of RTS 6 (EU 2017/589), article 15(1)(b) and (c).
    """
    size = abs(order.qty)
    if size > limits.max_order_shares:
        most = limits.max_order_shares
        return refused(6, f"{most:,.0f} shares", f"{size:,.0f} shares", f"Split it: {most:,.0f} at a time.")
    if limits.max_order_share != FREE:
        equity = book.equity_usd
        share = size * notional_price(order, book) / equity if 0.0 < equity < math.inf else -1.0
        if not share >= 0.0:
            return unknown(6, "equity or price", _ACCOUNT)
        if share > limits.max_order_share:
            most = limits.max_order_share * book.equity_usd
            return refused(
                6, f"{limits.max_order_share:.2%}", f"{share:.2%} of equity", f"Send at most {most:,.0f} USD."
            )
    if limits.max_volume_share == FREE:
        return None
    if not book.day_volume >= 0.0:
        return unknown(6, f"the daily volume of {order.symbol}", "Load its volume history.")
    most = limits.max_volume_share * book.day_volume
    if size > most:
        return refused(
            6, f"{limits.max_volume_share:.2%} of a day's volume, {most:,.0f} shares", f"{size:,.0f} shares",
            "Spread it over several days.",
        )  # fmt: skip
    return None


def unexecuted(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Value and count of all orders that would then work."""
    if limits.max_working_orders != FREE:
        if book.working_orders < 0:
            return unknown(8, "the number of working orders", _ACCOUNT)
        if book.working_orders + 1 > limits.max_working_orders:
            return refused(
                8, f"{limits.max_working_orders:g}", f"{book.working_orders + 1} working orders",
                "Cancel some, or wait for fills.",
            )  # fmt: skip
    if limits.max_working_share == FREE:
        return None
    value = book.working_usd + abs(order.qty) * notional_price(order, book)
    if not (value >= book.working_usd >= 0.0 and 0.0 < book.equity_usd < math.inf):
        return unknown(8, "the value of working orders, equity or price", _ACCOUNT)
    if value > limits.max_working_share * book.equity_usd:
        return refused(
            8, f"{limits.max_working_share:.2%}", f"{value / book.equity_usd:.2%} of equity at work",
            "Cancel some, or wait for fills.",
        )  # fmt: skip
    return None


def buying_power(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Money for what the order adds, with a haircut for prices that move before it fills."""
    if limits.buying_power_haircut == FREE:
        return None
    needed = opening_shares(order, book) * notional_price(order, book) * (1.0 + limits.buying_power_haircut)
    left = book.buying_power_usd
    if not (needed >= 0.0 and left == left):
        return unknown(9, "buying power, position or price", _ACCOUNT)
    if needed > left:
        return refused(
            9, f"{left:,.2f} USD of buying power",
            f"{needed:,.2f} USD, a haircut of {limits.buying_power_haircut:.0%} included",
            "Send less, or free money first.",
        )  # fmt: skip
    return None
