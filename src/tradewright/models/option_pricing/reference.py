"""One option at a time in plain Python: what the compiled loops must agree with."""

import math
from statistics import NormalDist

NORMAL = NormalDist()


def one_option(
    side: float, money: tuple[float, float], years: float, rates: tuple[float, float], volatility: float
) -> dict[str, float]:
    """Price and Greeks of one option; `money` is spot and strike, `rates` the rate and the dividend yield.

    Source: Hull, Options, Futures and Other Derivatives, chapters 15, 17 and 19.
    """
    (spot, strike), (rate, dividend_yield) = money, rates
    deviation = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate - dividend_yield) * years) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    held, owed = spot * math.exp(-dividend_yield * years), strike * math.exp(-rate * years)
    n1, n2 = cumulative(side * d1), cumulative(side * d2)
    density = NORMAL.pdf(d1)
    return {
        "price": side * (held * n1 - owed * n2),
        "delta": side * math.exp(-dividend_yield * years) * n1,
        "gamma": held * density / (spot * spot * deviation),
        "vega": held * density * math.sqrt(years),
        "theta": -held * density * volatility / (2.0 * math.sqrt(years))
        - side * (rate * owed * n2 - dividend_yield * held * n1),
        "rho": side * years * owed * n2,
    }


def cumulative(z: float) -> float:
    """The normal distribution function, good in its far tail too."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def implied_by_bisection(
    side: float, money: tuple[float, float], years: float, rates: tuple[float, float], price: float
) -> float:
    """The volatility at which one option has a price, halving an interval until it is one number wide."""
    low, high = 1e-9, 100.0
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return middle
        if one_option(side, money, years, rates, middle)["price"] < price:
            low = middle
        else:
            high = middle
