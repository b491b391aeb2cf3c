"""European options in closed form: prices, Greeks, and the volatility that a price implies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tradewright.models.option_pricing.compiled import ready
from tradewright.models.option_pricing.contract import BOUNDS, Terms, laid_out, refuse
from tradewright.models.option_pricing.native import closed_form, inverse
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats, Ints

GREEKS = ("delta", "gamma", "vega", "theta", "rho")


@dataclass(frozen=True, eq=False)
class Greeks:
    """A price and what moves it, each in the shape of the terms.

    Units: `delta` a dollar of spot; `gamma` of delta a dollar of spot; `vega` for a volatility of 1.00 more
    (a hundredth of it for a point); `theta` a year that passes (a 365th of it for a day); `rho` for a rate
    of 1.00 more.
    """

    price: Floats
    delta: Floats
    gamma: Floats
    vega: Floats
    theta: Floats
    rho: Floats


@dataclass(frozen=True, eq=False)
class Implied:
    """Implied volatilities, NaN where there is none, and why not: a word for each row, empty where there is.

    Units: fractions a year.
    """

    volatility: Floats
    reasons: Ints

    def reason(self, row: int) -> str:
        """Why this row (counted through) has no implied volatility; empty where it has one."""
        return REASONS[int(self.reasons.ravel()[row])]


REASONS = {
    inverse.FINE: "",
    inverse.BELOW_BOUND: "below what exercise is worth",
    inverse.ABOVE_BOUND: "at or above the most an option can be worth",
    inverse.EXPIRED: "at expiry the price does not depend on volatility",
}


def greeks(terms: Terms, volatility: ArrayLike) -> Greeks:
    """Prices and five Greeks of European options after Black, Scholes and Merton.

    Without time or volatility they are the limits: the price is what exercise pays, gamma is zero away from
    the money and infinite at it. A NaN among a row's terms gives a row of NaN.
    Shape: of terms and volatility together. Units: see Greeks; `volatility` a year, as a fraction.
    Raises: InvalidOption, naming the first row that is no option.
    Source: Merton (1973), Bell Journal of Economics 4(1), with a continuous dividend yield.
    """
    given = np.asarray(volatility, dtype=np.float64)
    shape, (*columns, sigma) = laid_out(terms, volatility=given)
    out = tuple(np.empty(len(sigma)) for _ in range(6))
    odd = ready(closed_form.price_all)(tuple(columns), sigma, BOUNDS, out)
    if odd & 1:
        refuse(terms, volatility=given)
    if odd & 2:
        _without_deviation(columns, sigma, out)
    if odd & 4:
        unknown = np.isnan(sum(columns, sigma))
        for column in out:
            column[unknown] = np.nan
    return Greeks(*(column.reshape(shape) for column in out))


def price(terms: Terms, volatility: ArrayLike) -> Floats:
    """Prices of European options; see `greeks`."""
    return greeks(terms, volatility).price


def _without_deviation(columns: list[Floats], sigma: Floats, out: tuple[Floats, ...]) -> None:
    """The limits of price and Greeks where no time or no volatility is left."""
    rows = np.flatnonzero(sigma * columns[3] == 0.0)
    side, spot, strike, years, rate, dividend_yield = (column[rows] for column in columns)
    asset, cash = np.exp(-dividend_yield * years), np.exp(-rate * years)
    held, owed = spot * asset, strike * cash
    ahead = side * (held - owed)
    inside = np.where(ahead > 0.0, 1.0, np.where(ahead == 0.0, 0.5, 0.0))
    at_money = np.where(ahead == 0.0, 1.0, 0.0)
    out[0][rows] = np.maximum(ahead, 0.0)
    out[1][rows] = side * asset * inside
    out[2][rows] = np.where(at_money, np.inf, 0.0)
    out[3][rows] = at_money * held * np.sqrt(years) * closed_form.DENSITY_AT_ZERO
    drift = -side * inside * (rate * owed - dividend_yield * held)
    out[4][rows] = np.where(at_money * sigma[rows] > 0.0, -np.inf, drift)
    out[5][rows] = side * years * owed * inside


def implied(terms: Terms, price: ArrayLike) -> Implied:
    """The volatility at which the closed form gives a price, row by row; a reason where there is none.

    Exact to rounding of the price wherever the price says anything about volatility. Zero where the price
    is what exercise of the forward is worth.
    Shape: of terms and prices together. Raises: InvalidOption for rows that are no option.
    Source: the normalised price of Jaeckel (2015), Wilmott 75; the iteration is our own (native/inverse.py).
    """
    given = np.asarray(price, dtype=np.float64)
    refuse(terms, price=given)
    shape, (*columns, prices) = laid_out(terms, price=given)
    found, reasons = np.empty(len(prices)), np.empty(len(prices), np.int64)
    ready(inverse.implied_all)(tuple(columns), prices, found, reasons)
    return Implied(found.reshape(shape), reasons.reshape(shape))


def implied_volatility(terms: Terms, price: ArrayLike) -> Floats:
    """The implied volatility of every row; see `implied`, which does not stop at a row without one.

    Raises: InvalidOption naming the first row whose price allows none, and the bounds it must keep.
    """
    found = implied(terms, price)
    if not found.reasons.any():
        return found.volatility
    row = int(np.argmax(found.reasons.ravel() != 0))
    shape, (*columns, prices) = laid_out(terms, price=np.asarray(price, dtype=np.float64))
    low, high = (np.broadcast_to(bound, shape).ravel()[row] for bound in bounds_of(terms))
    place = f" in row {row}" if len(prices) > 1 else ""
    if columns[3][row] == 0.0:
        raise InvalidOption(f"years = 0{place}: {found.reason(row)}.", "Give a time to expiry.")
    raise InvalidOption(
        f"price = {prices[row]:g}{place} is {found.reason(row)}.",
        f"It must lie above {low:.6g} and below {high:.6g}.",
    )


def bounds_of(terms: Terms) -> tuple[Floats, Floats]:
    """The prices between which no arbitrage allows European options: both are limits, in the terms' shape."""
    shape, (side, spot, strike, years, rate, dividend_yield) = laid_out(terms)
    held, owed = spot * np.exp(-dividend_yield * years), strike * np.exp(-rate * years)
    low, high = np.maximum(side * (held - owed), 0.0), np.where(side > 0.0, held, owed)
    return low.reshape(shape), high.reshape(shape)
