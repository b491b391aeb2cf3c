"""Greeks beyond the five that are always wanted: of the dividend yield, and of second and third order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from tradewright.models.option_pricing.contract import Terms, laid_out, refuse
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats


@dataclass(frozen=True, eq=False)
class HigherGreeks:
    """What moves the Greeks, each in the shape of the terms.

    Units: per dollar of spot, per 1.00 of volatility, per year that passes. `epsilon` is the price's change
    for a dividend yield of 1.00 more; `vanna` delta's for volatility; `volga` vega's for volatility; `charm`
    delta's and `color` gamma's for time; `veta` vega's for time; `speed` gamma's for spot; `zomma` gamma's
    for volatility.
    """

    epsilon: Floats
    vanna: Floats
    volga: Floats
    charm: Floats
    veta: Floats
    speed: Floats
    zomma: Floats
    color: Floats


def higher_greeks(terms: Terms, volatility: ArrayLike) -> HigherGreeks:
    """Greeks of higher order of European options after Black, Scholes and Merton.

    Raises: InvalidOption for a row that is no option, or that has no time or no volatility left.
    Source: Haug (2007), The Complete Guide to Option Pricing Formulas, chapter 2.
    """
    given = np.asarray(volatility, dtype=np.float64)
    refuse(terms, volatility=given)
    shape, (side, spot, strike, years, rate, dividend_yield, sigma) = laid_out(terms, volatility=given)
    if (sigma * years == 0.0).any():
        raise InvalidOption("A row has no time or no volatility left.", "Higher Greeks need both above zero.")
    root = np.sqrt(years)
    deviation = sigma * root
    carry = rate - dividend_yield
    asset = np.exp(-dividend_yield * years)
    d1 = (np.log(spot / strike) + carry * years) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    density = asset * np.exp(-0.5 * d1 * d1) / np.sqrt(2.0 * np.pi)
    gamma, vega = density / (spot * deviation), spot * density * root
    # How d1 moves as time passes, and with it everything that hangs on it.
    drift = carry / deviation - d2 / (2.0 * years)
    found = (
        -side * years * spot * asset * ndtr(side * d1),
        -density * d2 / sigma,
        vega * d1 * d2 / sigma,
        side * dividend_yield * asset * ndtr(side * d1) - density * drift,
        vega * (dividend_yield + d1 * drift - 0.5 / years),
        -gamma / spot * (1.0 + d1 / deviation),
        gamma * (d1 * d2 - 1.0) / sigma,
        gamma * (dividend_yield + d1 * drift + 0.5 / years),
    )
    return HigherGreeks(*(column.reshape(shape) for column in found))
