"""Black-Scholes-Merton prices and five Greeks of many options in one pass without a branch."""

import math

from tradewright.models.option_pricing.native.normal import compiled, exponential, logarithm, tail
from tradewright.values.panel import Floats

DENSITY_AT_ZERO = 0.3989422804014327
# Beyond this many deviations the density is zero in double precision.
FAR = 100.0
# A deviation below this is no deviation: the option is worth what exercise pays.
LEAST_DEVIATION = 1e-300


@compiled
def price_all(
    terms: tuple[Floats, ...], volatility: Floats, bounds: tuple[float, ...], out: tuple[Floats, ...]
) -> int:
    """Fill the columns of `out`: price, delta, gamma, vega, theta, rho. Gives 0, or bits that ask for a look.

    `terms` are right (1 or -1), spot, strike, years, rate and dividend yield; `bounds` the largest spot or
    strike, years, volatility and rate. Bit 0: a row is out of bounds; bit 1: one has no deviation; bit 2:
    one has an unknown term, and what stands in its row means nothing.
    """
    right, spot, strike, years, rates, yields = terms
    most, most_years, most_volatility, most_rate = bounds
    prices, deltas, gammas, vegas, thetas, rhos = out
    odd = 0
    for row in range(len(spot)):
        side, s, k, t = right[row], spot[row], strike[row], years[row]
        sigma, r, q = volatility[row], rates[row], yields[row]
        odd |= (s <= 0.0) | (k <= 0.0) | (s > most) | (k > most) | (t < 0.0) | (t > most_years)
        odd |= (abs(side) != 1.0) & (side == side)
        odd |= (sigma < 0.0) | (sigma > most_volatility) | (abs(r) > most_rate) | (abs(q) > most_rate)
        odd |= 2 * (sigma * t == 0.0)
        together = side + s + k + t + sigma + r + q
        odd |= 4 * (together != together)
        root = math.sqrt(t)
        deviation = max(sigma * root, LEAST_DEVIATION)
        inverse = 1.0 / deviation
        asset, cash = exponential(-q * t), exponential(-r * t)
        d1 = (logarithm(s / k) + (r - q) * t) * inverse + 0.5 * deviation
        d2 = d1 - deviation
        bell = exponential(-0.5 * d1 * d1)
        above = tail(min(abs(d1), FAR)) * bell
        below = tail(min(abs(d2), FAR)) * exponential(-0.5 * d2 * d2)
        n1 = 1.0 - above if side * d1 > 0.0 else above
        n2 = 1.0 - below if side * d2 > 0.0 else below
        density = asset * bell * DENSITY_AT_ZERO
        held, owed = s * asset * n1, k * cash * n2
        prices[row] = max(side * (held - owed), 0.0)
        deltas[row] = side * asset * n1
        gammas[row] = density * inverse / s
        vegas[row] = s * density * root
        thetas[row] = -0.5 * s * density * sigma * sigma * inverse - side * (r * owed - q * held)
        rhos[row] = side * t * owed
    return odd
