"""Checks 4, 5 and 17: is the price fresh, is the order near it, and does the phase take such orders?"""

import math

from tradewright.execution.checks.contract import (
    CLOSING_AUCTION,
    CONTINUOUS,
    NS_PER_S,
    OPENING_AUCTION,
    PAUSED,
    UNKNOWN,
    Book,
    Refusal,
    Request,
    refused,
    unknown,
)
from tradewright.execution.limits.contract import FREE, Limits
from tradewright.values.order import OrderType

_STALE = "Wait for a fresh print or mend the feed."
# What rests or waits for an auction; everything else wants to trade at once.
_PATIENT = frozenset({OrderType.LIMIT, OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE})
_PHASES = {OPENING_AUCTION: "the opening auction", CLOSING_AUCTION: "the closing auction", PAUSED: "a pause"}


def fresh_price(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """A reference price that can have printed, no older than allowed and not from the future."""
    if not 0.0 < book.reference_usd < math.inf:
        return unknown(4, f"a price of {order.symbol}", _STALE)
    if limits.max_price_age_s == FREE:
        return None
    if book.reference_at < 0:
        return unknown(4, f"the time of {order.symbol}'s price", _STALE)
    age_s = (order.at - book.reference_at) / NS_PER_S
    if 0.0 <= age_s <= limits.max_price_age_s:
        return None
    words = f"{order.symbol}'s price is {age_s:g} s old" if age_s > 0.0 else "the price is from the future"
    return refused(4, f"an age of {limits.max_price_age_s:g} s", words, _STALE)


def collar(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """A limit price not further on the wrong side of the market than so many bps and standard deviations.

    A patient limit, below the market to buy and above it to sell, may lie as far away as it likes.
    Source: price collars of RTS 6 (EU 2017/589), article 15(1)(a); SEC rule 15c3-5 (c)(1)(ii).
    """
    if order.limit_usd != order.limit_usd or limits.collar_bps == FREE == limits.collar_sigma:
        return None
    if not 0.0 < book.reference_usd < math.inf:
        return unknown(5, f"a price of {order.symbol}", _STALE)
    sign = 1.0 if order.qty > 0.0 else -1.0
    away = sign * (order.limit_usd / book.reference_usd - 1.0)
    is_near = away * 1e4 <= limits.collar_bps and away <= limits.collar_sigma * book.daily_volatility
    if is_near and book.daily_volatility >= 0.0:
        return None  # most orders: no words are made for them
    way_out = f"Move the limit closer to {book.reference_usd:g} USD."
    if away * 1e4 > limits.collar_bps:
        return refused(5, f"{limits.collar_bps:g} bps", f"a limit price {away * 1e4:.1f} bps away", way_out)
    if limits.collar_sigma == FREE:
        return None
    if not book.daily_volatility >= 0.0:
        return unknown(5, f"the volatility of {order.symbol}", "Load enough history to measure it.")
    if away > limits.collar_sigma * book.daily_volatility:
        said = f"a limit price {away:.2%} away at {book.daily_volatility:.2%} a day"
        return refused(5, f"{limits.collar_sigma:g} daily sigmas", said, way_out)
    return None


def phase(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """No order for continuous trading in an auction or a pause, none beyond limit-up and limit-down.

    Source: Regulation NMS Plan to Address Extraordinary Market Volatility (limit up, limit down).
    """
    if not limits.needs_open_market:
        return None
    if book.phase == UNKNOWN:
        return unknown(17, f"the phase of {order.symbol}", "Ask the feed for its trading state.")
    if book.phase != CONTINUOUS and order.type not in _PATIENT:
        now = _PHASES.get(book.phase, f"phase {book.phase}")
        return refused(
            17, "continuous trading", f"{order.symbol} is in {now}", "Wait, or send a limit order."
        )
    if order.limit_usd != order.limit_usd:
        return None
    if not (book.band_low_usd >= 0.0 and book.band_high_usd > 0.0):
        return unknown(17, f"the price bands of {order.symbol}", "Ask the feed for limit-up and limit-down.")
    beyond = order.limit_usd > book.band_high_usd if order.qty > 0.0 else order.limit_usd < book.band_low_usd
    if beyond:
        band = f"{book.band_low_usd:g} to {book.band_high_usd:g} USD"
        said = f"a limit price of {order.limit_usd:g} USD"
        return refused(17, band, said, "Move the limit inside the bands.")
    return None
