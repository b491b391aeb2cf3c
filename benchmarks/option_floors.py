"""Bare loops over options: price and five Greeks with nothing around them.

Both write the same six columns as the package, from the same arrays, without a check of bounds, expiry or
unknown numbers. `plain` is the loop as one writes it with the library's functions; `lean` has the package's
vector arithmetic and no checks.
"""

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from tradewright.models.option_pricing.native.normal import exponential, logarithm, tail

Floats = NDArray[np.float64]
DENSITY, ROOT_HALF = 0.3989422804014327, 0.7071067811865476
bare: Any = numba.njit(error_model="numpy", nogil=True, cache=False)
bare_contracted: Any = numba.njit(error_model="numpy", nogil=True, cache=False, fastmath={"contract"})


@bare
def plain(terms: tuple[Floats, ...], volatility: Floats, out: tuple[Floats, ...]) -> None:
    """The textbook's formulas, the library's functions."""
    right, spot, strike, years, rates, yields = terms
    for row in range(len(spot)):
        side, s, k, t, sigma = right[row], spot[row], strike[row], years[row], volatility[row]
        r, q, root = rates[row], yields[row], math.sqrt(years[row])
        deviation = sigma * root
        asset, cash = math.exp(-q * t), math.exp(-r * t)
        d1 = (math.log(s / k) + (r - q) * t) / deviation + 0.5 * deviation
        n1 = 0.5 * math.erfc(-side * d1 * ROOT_HALF)
        n2 = 0.5 * math.erfc(-side * (d1 - deviation) * ROOT_HALF)
        density = asset * math.exp(-0.5 * d1 * d1) * DENSITY
        held, owed = s * asset * n1, k * cash * n2
        out[0][row] = side * (held - owed)
        out[1][row] = side * asset * n1
        out[2][row] = density / (s * deviation)
        out[3][row] = s * density * root
        out[4][row] = -0.5 * s * density * sigma / root - side * (r * owed - q * held)
        out[5][row] = side * t * owed


@bare_contracted
def lean(terms: tuple[Floats, ...], volatility: Floats, out: tuple[Floats, ...]) -> None:
    """The same without a call: what vector instructions allow."""
    right, spot, strike, years, rates, yields = terms
    prices, deltas, gammas, vegas, thetas, rhos = out
    for row in range(len(spot)):
        side, s, k, t, sigma = right[row], spot[row], strike[row], years[row], volatility[row]
        r, q, root = rates[row], yields[row], math.sqrt(years[row])
        deviation = sigma * root
        inverse = 1.0 / deviation
        asset, cash = exponential(-q * t), exponential(-r * t)
        d1 = (logarithm(s / k) + (r - q) * t) * inverse + 0.5 * deviation
        d2 = d1 - deviation
        bell = exponential(-0.5 * d1 * d1)
        above, below = tail(abs(d1)) * bell, tail(abs(d2)) * exponential(-0.5 * d2 * d2)
        n1 = 1.0 - above if side * d1 > 0.0 else above
        n2 = 1.0 - below if side * d2 > 0.0 else below
        density = asset * bell * DENSITY
        held, owed = s * asset * n1, k * cash * n2
        prices[row] = side * (held - owed)
        deltas[row] = side * asset * n1
        gammas[row] = density * inverse / s
        vegas[row] = s * density * root
        thetas[row] = -0.5 * s * density * sigma * sigma * inverse - side * (r * owed - q * held)
        rhos[row] = side * t * owed
