"""Recursions over everything so far: a gap gives no value and leaves the memory as it was."""

import math

from tradewright.features.native.windows import compiled
from tradewright.values.panel import Floats

# alpha, values that make up the beginning, values until it speaks
Rule = tuple[float, float, float]


@compiled
def exponential(x: Floats, out: Floats, memory: Floats, count: int, rule: Rule) -> None:
    """Weighted by age: e = (1 - alpha) * e + alpha * x, begun as the mean of the first `seed` values.

    Silent until `least` values are known. Memory: the average and the number of values, a symbol each.
    """
    level, known = memory[:count], memory[count : 2 * count]
    alpha, seed, least = rule
    rest = 1.0 - alpha
    if count == 1:
        average, number = level[0], known[0]
        for row in range(len(x)):
            value = x[row]
            if math.isnan(value):
                out[row] = math.nan
                continue
            number += 1.0
            if number > seed:
                average = rest * average + alpha * value
            else:
                average += (value - average) / number
            out[row] = average if number >= least else math.nan
        level[0], known[0] = average, number
        return
    have_begun = fewer_than(known, max(seed, least)) == 0
    for at in range(0, len(x), count):
        values, found = x[at : at + count], out[at : at + count]
        if have_begun:
            steady(values, found, level, (rest, alpha))
            continue
        for asset in range(count):
            value, number = values[asset], known[asset]
            if math.isnan(value):
                found[asset] = math.nan
                continue
            number += 1.0
            if number > seed:
                level[asset] = rest * level[asset] + alpha * value
            else:
                level[asset] += (value - level[asset]) / number
            known[asset] = number
            found[asset] = level[asset] if number >= least else math.nan


@compiled
def fewer_than(known: Floats, least: float) -> int:
    """How many symbols have seen fewer values; a count, unlike a minimum, goes through the vector units."""
    found = 0
    for asset in range(len(known)):
        found += known[asset] < least
    return found


@compiled
def steady(values: Floats, found: Floats, level: Floats, weights: tuple[float, float]) -> None:
    """A row on which every symbol has begun: no question but for gaps."""
    rest, alpha = weights
    for asset in range(len(values)):
        value = values[asset]
        moved = rest * level[asset] + alpha * value
        is_known = value == value
        level[asset] = moved if is_known else level[asset]
        found[asset] = moved if is_known else math.nan


@compiled
def expanding(x: Floats, out: Floats, spread: Floats, memory: Floats, count: int) -> None:
    """Mean and sample deviation of all values so far; the deviation from the second value on.

    Memory: number of values, mean, sum of squares about it. Source: Welford (1962).
    """
    known, middle, squares = memory[:count], memory[count : 2 * count], memory[2 * count : 3 * count]
    if count == 1:
        number, mean, square = known[0], middle[0], squares[0]
        for row in range(len(x)):
            value = x[row]
            if math.isnan(value):
                out[row] = spread[row] = math.nan
                continue
            number += 1.0
            off = value - mean
            mean += off * (1.0 / number)
            square += off * (value - mean)
            out[row], spread[row] = mean, math.sqrt(square / (number - 1.0))
        known[0], middle[0], squares[0] = number, mean, square
        return
    for at in range(0, len(x), count):
        values, means, found = x[at : at + count], out[at : at + count], spread[at : at + count]
        for asset in range(count):
            value = values[asset]
            is_known = value == value
            number = known[asset] + 1.0
            off = value - middle[asset]
            mean = middle[asset] + off * (1.0 / number)
            square = squares[asset] + off * (value - mean)
            known[asset] = number if is_known else known[asset]
            middle[asset] = mean if is_known else middle[asset]
            squares[asset] = square if is_known else squares[asset]
            # An unknown value has made both unknown.
            means[asset], found[asset] = mean, math.sqrt(square / (number - 1.0))


@compiled
def peak(x: Floats, out: Floats, memory: Floats, count: int) -> None:
    """The highest value so far."""
    for at in range(0, len(x), count):
        for asset in range(count):
            value = x[at + asset]
            if math.isnan(value):
                out[at + asset] = math.nan
                continue
            memory[asset] = max(memory[asset], value)
            out[at + asset] = memory[asset]
