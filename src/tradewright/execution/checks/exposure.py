"""Checks 7, 16 and 20: what would be held once everything that works has filled, and whose capital is it?"""

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


def exposure(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Position, gross, net, sector and leverage on the projected state, all working orders counted as filled.

    Each is measured on the side to which the order moves: one that brings the account closer to its limits
    from the other side is not held against them.
    """
    equity, price = book.equity_usd, notional_price(order, book)
    buys = order.qty > 0.0
    opening = opening_shares(order, book) * price
    closing = abs(order.qty) * price - opening
    side = 1.0 if buys else -1.0
    working = book.working_buys if buys else book.working_sells
    position = max(side * book.position + working + abs(order.qty), 0.0) * price
    gross = book.gross_usd + book.working_opening_usd + opening - closing
    net = side * book.net_usd + book.working_opening_usd + abs(order.qty) * price
    sector = book.sector_gross_usd + opening
    long = book.long_usd + book.working_opening_usd + (opening if buys else 0.0)
    # Most orders pass: which limit says no is looked for only where one does, or where something is unknown.
    if (
        0.0 < equity < math.inf
        and position <= limits.max_position_share * equity
        and gross <= limits.max_gross * equity
        and net <= limits.max_net * equity
        and sector <= limits.max_sector_share * equity
        and long <= limits.max_leverage * equity
    ):
        return None
    projected = (
        ("position", position, limits.max_position_share),
        ("gross", gross, limits.max_gross),
        ("net", net, limits.max_net),
        ("sector", sector, limits.max_sector_share),
        ("leverage", long, limits.max_leverage),
    )
    return _first_beyond(projected, equity)


def _first_beyond(projected: tuple[tuple[str, float, float], ...], equity: float) -> Refusal | None:
    """The first exposure that is unknown, or beyond its limit as a multiple of equity."""
    for name, value, limit in projected:
        if limit == FREE:
            continue
        if not (value == value and 0.0 < equity < math.inf):
            return unknown(7, f"{name}, equity or price", _ACCOUNT)
        if value > limit * equity:
            return refused(
                7, f"{limit:.2%}", f"{name} of {value / equity:.2%} of equity with all that works",
                "Send less, reduce first or cancel what works.",
            )  # fmt: skip
    return None


def stage_capital(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The strategy stays within the names and the capital of the stage that it has earned."""
    opening = opening_shares(order, book)
    if limits.max_symbols != FREE and opening != 0.0:
        names = book.other_symbols + 1.0
        if not names >= 1.0:
            return unknown(16, "the names that the strategy holds", _ACCOUNT)
        if names > limits.max_symbols:
            return refused(
                16, f"{limits.max_symbols:g} names at this stage", f"{names:g} names",
                "Close another name first, or earn the next stage.",
            )  # fmt: skip
    if not limits.needs_stage_capital:
        return None
    value = book.strategy_gross_usd + opening * notional_price(order, book)
    if not (value == value and book.stage_capital_usd >= 0.0):
        return unknown(16, "the strategy's capital or exposure", "Give the strategy a stage on the ladder.")
    if value > book.stage_capital_usd:
        return refused(
            16, f"{book.stage_capital_usd:,.2f} USD of stage capital", f"{value:,.2f} USD",
            "Send less, or earn the next stage.",
        )  # fmt: skip
    return None


def borrow(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Shares that would be sold short have been located.

    Source: Regulation SHO, rule 203(b)(1).
    """
    if not limits.needs_locate or not order.qty < 0.0:
        return None
    short = max(book.working_sells - book.position - order.qty, 0.0)
    if short == 0.0:
        return None
    if not (short == short and book.located >= 0.0):
        return unknown(20, f"what can be borrowed of {order.symbol}", "Ask the broker for a locate.")
    if short > book.located:
        limit = f"{book.located:,.0f} shares located"
        return refused(20, limit, f"{short:,.0f} shares short", "Locate more or sell less.")
    return None
