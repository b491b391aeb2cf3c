"""The natural logarithm of a whole column through the vector units; the system's own takes value by value.

x = 2^e * m with m between sqrt(1/2) and sqrt(2). With f = m - 1 and s = f / (2 + f) the logarithm of m is
2 s + 2 s^3 / 3 + 2 s^5 / 5 + ...; written as f - s * (f - rest), its error stays below one unit in the last
place, because f itself is exact. e times ln 2 is added in two parts, the first of which is exact too.
Source: Muller (2016), Elementary Functions, 3rd ed., chapters 4 and 11.
"""

import math

import numpy as np

from tradewright.features.native.windows import compiled
from tradewright.values.panel import Floats

# ln 2 to 32 bits, and what is missing of it.
LN2, REST_OF_LN2 = float.fromhex("0x1.62e42feep-1"), 1.9082149292705877e-10
# The bits of sqrt(1/2); above it a mantissa counts as half of the next power.
ROOT_HALF_BITS, MANTISSA_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64)), 52
LEAST_NORMAL, LARGEST = 2.0**-1022, 1.7976931348623157e308


@compiled
def logarithm(x: Floats, out: Floats) -> None:
    """ln of each value; unknown below zero. `out` is another column."""
    bits, into = x.view(np.int64), out.view(np.int64)
    odd = 0
    for k in range(len(out)):
        odd += not (x[k] >= LEAST_NORMAL and x[k] <= LARGEST)
        into[k] = bits[k] - (((bits[k] - ROOT_HALF_BITS) >> MANTISSA_BITS) << MANTISSA_BITS)
    for k in range(len(out)):
        power = float((bits[k] - ROOT_HALF_BITS) >> MANTISSA_BITS)
        f = out[k] - 1.0
        s = f / (2.0 + f)
        out[k] = power * LN2 + (f - (s * (f - rest_of(s * s)) - power * REST_OF_LN2))
    if odd > 0:
        for k in range(len(out)):
            if not (x[k] >= LEAST_NORMAL and x[k] <= LARGEST):
                out[k] = math.log(x[k]) if x[k] >= 0.0 else math.nan


@compiled
def rest_of(z: float) -> float:
    """2 z / 3 + 2 z^2 / 5 + ..., z = s^2 below 0.0295: ten terms leave less than a 2^-54th."""
    even, w = 0.0, z * z
    odd = 2.0 / 21.0
    odd = odd * w + 2.0 / 17.0
    odd = odd * w + 2.0 / 13.0
    odd = odd * w + 2.0 / 9.0
    odd = odd * w + 2.0 / 5.0
    even = 2.0 / 19.0
    even = even * w + 2.0 / 15.0
    even = even * w + 2.0 / 11.0
    even = even * w + 2.0 / 7.0
    even = even * w + 2.0 / 3.0
    return z * (even + z * odd)
