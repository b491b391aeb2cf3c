"""What a book of options and shares gains and loses when the market moves: Greeks added up."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tradewright.models.option_pricing.black_scholes import GREEKS, Greeks, greeks
from tradewright.models.option_pricing.contract import Terms, shape_of
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats


@dataclass(frozen=True, eq=False)
class Book:
    """Positions in options, and in the shares below them.

    Shape: `contracts` (signed, short below zero) and `multiplier` (shares a contract) fit the terms; `shares`
    is one signed number. Units: `volatility` a year, as a fraction.
    """

    terms: Terms
    volatility: ArrayLike
    contracts: ArrayLike
    multiplier: ArrayLike = 100.0
    shares: float = 0.0


@dataclass(frozen=True)
class BookGreeks:
    """Value and Greeks of a whole book. Units: those of `Greeks`, times shares; `delta` is in shares."""

    value: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


def book_greeks(book: Book, sensed: Callable[[Terms, ArrayLike], Greeks] = greeks) -> BookGreeks:
    """The Greeks of a book on one underlying, shares included.

    `sensed` gives price and Greeks of each option: the closed form, or a learned pricer's `greeks`.
    Raises: InvalidOption for rows on more than one spot, a row that is no option, shapes that do not match.
    """
    spot = np.unique(book.terms.spot)
    if len(spot) != 1:
        raise InvalidOption(
            f"spot has {len(spot)} values in one book.", "Deltas of two underlyings cannot be added."
        )
    each = sensed(book.terms, book.volatility)
    held = np.asarray(book.contracts, dtype=np.float64)
    size = np.asarray(book.multiplier, dtype=np.float64)
    shape_of({"contracts": held, "multiplier": size, "options": each.price})
    units = held * size

    def total(column: Floats) -> float:
        """Sum over all positions, in the order they stand."""
        return float(np.sum(column * units))

    value, delta, *others = (total(getattr(each, name)) for name in ("price", *GREEKS))
    return BookGreeks(value + book.shares * float(spot[0]), delta + book.shares, *others)
