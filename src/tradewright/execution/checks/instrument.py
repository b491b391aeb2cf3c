"""Checks 1 to 3: may this instrument be traded at all, and is the order made of numbers its market takes?"""

import math

from tradewright.execution.checks.contract import NO, UNKNOWN, YES, Book, Refusal, Request, refused, unknown
from tradewright.execution.limits.contract import Limits

# A price this share of a tick away from its grid is on it: decimal ticks have no exact binary form.
_ROUNDING = 1e-6
_INFINITE = math.inf


def tradable(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The instrument is tradable and its market has not halted it."""
    if not limits.needs_tradable:
        return None
    if book.tradable == NO or book.halted == YES:
        what = "halted" if book.halted == YES else "not tradable"
        return refused(
            1, "a tradable instrument", f"{order.symbol} is {what}", "Wait until its market trades it again."
        )
    if book.tradable == UNKNOWN or book.halted == UNKNOWN:
        return unknown(1, f"whether {order.symbol} trades", "Ask the broker for the instrument's state.")
    return None


def restricted(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The instrument is not on the restricted list."""
    if not limits.needs_unrestricted or book.restricted == NO:
        return None
    if book.restricted == UNKNOWN:
        return unknown(2, "the restricted list", "Load the list, empty if nothing is restricted.")
    return refused(
        2, "no restricted name", f"{order.symbol} is restricted", "Have whoever keeps the list clear it."
    )


def conform(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Quantity and prices are finite, above zero, and on the grid of ticks and lots."""
    size, limit, stop = abs(order.qty), order.limit_usd, order.stop_usd
    if not 0.0 < size < _INFINITE:
        return refused(3, "a finite quantity above zero", f"qty = {order.qty}", "Give a number of shares.")
    prices = (limit,) if stop != stop else (limit, stop)  # NaN: none given
    for price in prices:
        if not 0.0 < price < _INFINITE and price == price:
            return refused(3, "a finite price above zero", f"price = {price}", "Give a price in dollars.")
    if not limits.needs_increments:
        return None
    if not (book.tick_usd > 0.0 and book.lot > 0.0):
        return unknown(3, f"tick and lot of {order.symbol}", "Load the instrument's definition.")
    if not _on_grid(size, book.lot):
        return refused(3, f"lots of {book.lot:g}", f"qty = {order.qty:g}", "Round it to whole lots.")
    for price in prices:
        if price == price and not _on_grid(price, book.tick_usd):
            return refused(
                3, f"ticks of {book.tick_usd:g} USD", f"price = {price!r}", "Round the price to its tick."
            )
    return None


def _on_grid(value: float, step: float) -> bool:
    """Whether a value is a whole number of steps, but for rounding; more than can be counted are none."""
    steps = value / step
    nearest = steps // 1.0
    return steps < _INFINITE and (steps - nearest <= _ROUNDING or nearest + 1.0 - steps <= _ROUNDING)
