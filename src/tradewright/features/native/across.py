"""Across the symbols of one instant. Sums are taken in whole numbers, which add up alike in any order: so the
order of symbols changes no bit. A symbol without a value is not among them."""

import math

import numpy as np

from tradewright.features.native.windows import compiled
from tradewright.values.panel import Floats

# Values that deviate by less than this share of their mean are all alike: what is left is rounding.
ALIKE = 1e-15


@compiled
def known_in_order(values: Floats) -> Floats:
    """The known values, sorted."""
    return np.sort(values[~np.isnan(values)])


@compiled
def rank(x: Floats, out: Floats, count: int) -> None:
    """The share of symbols at or below, ties in the middle of their places: in (0, 1]."""
    for at in range(0, len(x), count):
        values, found = x[at : at + count], out[at : at + count]
        known = np.flatnonzero(~np.isnan(values))
        order = known[np.argsort(values[known])]
        found[:] = math.nan
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and values[order[stop]] == values[order[start]]:
                stop += 1
            for tied in range(start, stop):
                found[order[tied]] = (start + stop + 1) / 2 / len(order)
            start = stop


@compiled
def exact_sum(values: Floats, center: float, power: int) -> tuple[float, int]:
    """Sum of (value - center) ** power over the known values, and their number; in any order the same.

    Each term is counted in whole units of 2^-53 of the largest one (larger units for more than 511
    symbols): whole numbers add up alike in every order. Unknown where a value is infinite.
    """
    largest, known = 0.0, 0
    for value in values:
        if value == value:
            largest = max(largest, abs(value - center))
            known += 1
    largest = largest**power
    if largest == 0.0 or not largest < math.inf:
        return 0.0 if largest == 0.0 else math.nan, known
    bits = 53
    while known >> (62 - bits):
        bits -= 1
    exponent = math.frexp(largest)[1]
    total = 0
    for value in values:
        if value == value:
            total += round(math.ldexp((value - center) ** power, bits - exponent))
    return math.ldexp(float(total), exponent - bits), known


@compiled
def mean_and_deviation(values: Floats) -> tuple[float, float]:
    """Mean and sample deviation of the known values."""
    total, known = exact_sum(values, 0.0, 1)
    middle = total / known
    squares, _ = exact_sum(values, middle, 2)
    return middle, math.sqrt(squares / (known - 1.0))


@compiled
def standing(x: Floats, out: Floats, count: int) -> None:
    """Sample deviations above the mean of all symbols; unknown where they are all alike."""
    for at in range(0, len(x), count):
        values = x[at : at + count]
        middle, deviation = mean_and_deviation(values)
        for asset in range(count):
            is_spread = deviation > ALIKE * abs(middle)
            out[at + asset] = (values[asset] - middle) / deviation if is_spread else math.nan


@compiled
def quantile(order: Floats, share: float) -> float:
    """The quantile of sorted values, interpolated between neighbours."""
    place = share * (len(order) - 1)
    below = int(place)
    above = min(below + 1, len(order) - 1)
    return float(order[below] + (place - below) * (order[above] - order[below]))


@compiled
def winsor(x: Floats, out: Floats, count: int, share: float) -> None:
    """Values beyond the lowest and highest `share` of the symbols are moved to its edge."""
    for at in range(0, len(x), count):
        values = x[at : at + count]
        order = known_in_order(values)
        low = quantile(order, share) if len(order) else math.nan
        high = quantile(order, 1.0 - share) if len(order) else math.nan
        for asset in range(count):
            value = values[asset]
            out[at + asset] = value if math.isnan(value) else min(max(value, low), high)


@compiled
def average(x: Floats, out: Floats, count: int) -> None:
    """The mean of all symbols, handed to each of them."""
    for at in range(0, len(x), count):
        total, known = exact_sum(x[at : at + count], 0.0, 1)
        out[at : at + count] = total / known
