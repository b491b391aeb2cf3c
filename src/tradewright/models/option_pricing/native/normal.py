"""Exponential, logarithm and normal tail as plain arithmetic, which becomes vector instructions.

The functions of the system's library are called once a number; these have no call and no branch, so that four
(or eight) options are worked on at once. All are good to a few units in the last place. The polynomials of
the tail are Chebyshev fits in (z - k) / (z + k), made with 50 digits after Shepherd and Laframboise (1981).
"""

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

# Products and sums may become one instruction; nothing else is allowed to change what a formula says.
CONTRACTED = {"contract"}
compiled: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True, fastmath=CONTRACTED)

# Added to a number below 2^51 it leaves the nearest whole one in the low bits.
TO_WHOLE = 6755399441055744.0
LOG2_E, LN_2 = 1.4426950408889634, 0.6931471805599453
# ln 2 in two parts, the first with enough trailing zeros that a whole multiple of it is exact.
LN_2_HIGH, LN_2_LOW = 0.6931471803691238, 1.9082149292705877e-10
ONE_BITS, HALF_ROOT_BITS, WHOLE_BITS, FRACTION_BITS = 1023, 0x3FE6A09E667F3BCD, 0x4338000000000000, 52
ROOT_2_PI = 2.5066282746310002
LOWEST_EXPONENT = 708.0


@compiled
def exponential(y: float) -> float:
    """e^y; zero below -708, and never more than e^708."""
    x = min(max(y, -LOWEST_EXPONENT), LOWEST_EXPONENT)
    whole = x * LOG2_E + TO_WHOLE
    twos = whole - TO_WHOLE
    r = (x - twos * LN_2_HIGH) - twos * LN_2_LOW
    p = 1.6059043836821613e-10
    p = ((p * r + 2.08767569878681e-09) * r + 2.505210838544172e-08) * r + 2.755731922398589e-07
    p = ((p * r + 2.7557319223985893e-06) * r + 2.48015873015873e-05) * r + 0.0001984126984126984
    p = ((p * r + 0.001388888888888889) * r + 0.008333333333333333) * r + 0.041666666666666664
    p = ((p * r + 0.16666666666666666) * r + 0.5) * r + 1.0
    p = p * r + 1.0
    bits = (np.float64(whole).view(np.int64) + ONE_BITS) << FRACTION_BITS
    return p * np.int64(bits).view(np.float64) if y > -LOWEST_EXPONENT else 0.0


@compiled
def logarithm(x: float) -> float:
    """ln x of a positive, normal number: 2 artanh((m - 1) / (m + 1)) of its mantissa, and its exponent."""
    bits = np.float64(x).view(np.int64)
    exponent = (bits - HALF_ROOT_BITS) >> FRACTION_BITS
    m = np.int64(bits - (exponent << FRACTION_BITS)).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 0.047619047619047616
    p = ((p * z + 0.05263157894736842) * z + 0.058823529411764705) * z + 0.06666666666666667
    p = ((p * z + 0.07692307692307693) * z + 0.09090909090909091) * z + 0.1111111111111111
    p = ((p * z + 0.14285714285714285) * z + 0.2) * z + 0.3333333333333333
    twos = np.int64(exponent + WHOLE_BITS).view(np.float64) - TO_WHOLE
    return twos * LN_2 + 2.0 * (s + s * (z * p))


@compiled
def tail(z: float) -> float:
    """The upper tail of the normal law at z >= 0, times e^(z^2 / 2)."""
    inverse = 1.0 / ((z + 5.0) * (z + 1.0))
    t = (z - 5.0) * (z + 1.0) * inverse
    p = -3.815816262632953e-10
    p = ((p * t - 2.8220772290629865e-10) * t + 4.4011596227599254e-09) * t + 3.627373163401201e-09
    p = ((p * t - 3.095201755804207e-08) * t - 2.6286205089898754e-08) * t + 1.9627809920091187e-07
    p = ((p * t + 1.27878221820937e-07) * t - 1.3074486019237587e-06) * t - 7.034644683537101e-08
    p = ((p * t + 9.05982468125664e-06) * t - 9.896097759279782e-06) * t - 5.36075811148722e-05
    p = ((p * t + 0.00018233414511643843) * t + 7.791597409338999e-06) * t - 0.00167607234455447
    p = ((p * t + 0.006522000667783896) * t - 0.015170415402514863) * t + 0.024536963243678652
    p = ((p * t - 0.026401042966308307) * t + 0.010002352385229382) * t + 0.031030368425963708
    p = (p * t - 0.09155228183400904) * t + 0.46151582985003775
    return p * (z + 5.0) * inverse


@compiled
def tail_slope(z: float) -> float:
    """1 - z M(z) for the Mills ratio M at z >= 0: what is left of M's fall, without the cancellation."""
    t = (z - 4.0) / (z + 4.0)
    p = 5.695878543494985e-09
    p = ((p * t + 7.052601460015465e-09) * t - 5.250839166159316e-08) * t - 8.975982734902976e-08
    p = ((p * t + 2.1951051635580474e-07) * t + 6.009364051219262e-07) * t - 4.331407040970601e-07
    p = ((p * t - 2.8938989793514926e-06) * t - 7.852199398893984e-07) * t + 1.1615003425816803e-05
    p = ((p * t + 1.2501180499065316e-05) * t - 4.350580758452795e-05) * t - 8.088403057279302e-05
    p = ((p * t + 0.00017449464979044386) * t + 0.00042624294436056405) * t - 0.0008822522289429368
    p = ((p * t - 0.001935822570159025) * t + 0.005832613608273525) * t + 0.004677620881409152
    p = ((p * t - 0.03889109207047767) * t + 0.056082893339422395) * t + 0.027117664484883328
    p = ((p * t - 0.2212615063801503) * t + 0.3535472764761269) * t - 0.17268170834610128
    p = (p * t - 0.3468644384456947) * t + 1.334761708643933
    return p / ((1.0 + z) * (1.0 + z))


@compiled
def mills(z: float) -> float:
    """Upper tail over density of the normal law at any z; infinite far below zero."""
    if z >= 0.0:
        return float(ROOT_2_PI * tail(z))
    return float(ROOT_2_PI * (math.exp(0.5 * z * z) - tail(-z)))
