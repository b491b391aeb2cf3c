"""Means, variances and covariances of trailing windows, by the blocks of `windows.py`.

Deviations of the running block are taken from its first value and those of the block before from its last:
both lie inside the window. The squares that cancel are then at most `window` times what remains, so a
variance is good to about window^2 * 2^-53, relative to itself, whatever the level of the prices.
"""

import math

from tradewright.features.native.windows import At, compiled, spliced
from tradewright.values.panel import Floats

Pair = tuple[float, float]
Two = tuple[Floats, Floats]
Five = tuple[Floats, Floats, Floats, Floats, Floats]


@spliced
def part(memory: Floats, number: int, size: int) -> Floats:
    """One of several columns laid end to end."""
    return memory[number * size : (number + 1) * size]


@spliced
def joined(anchors: Pair, prefix: Pair, suffix: Pair, sizes: tuple[float, float, float]) -> Pair:
    """Mean and sum of squares about it, of the block before (`suffix`) and the running one (`prefix`)."""
    (own, last), (total, squares), (later, later_squares), (own_size, share, weight) = (
        anchors, prefix, suffix, sizes
    )  # fmt: skip
    middle = total * own_size
    delta = (own - last) + (middle - later)
    spread = (squares - total * middle) + later_squares + delta * delta * weight
    return own + (middle - delta * share), spread if not spread < 0.0 else 0.0


@spliced
def alone(own: float, total: float, squares: float, own_size: float) -> Pair:
    """Mean and sum of squares where the window is the running block."""
    middle = total * own_size
    spread = squares - total * middle
    return own + middle, spread if not spread < 0.0 else 0.0


@compiled
def moments(x: Floats, out: Floats, spread: Floats, memory: Floats, at: At, window: int) -> None:
    """Mean, and sum of squares about it.

    Memory: the block's first value, the last of the block before, running sum and sum of squares; then rings
    of `window` + 1 rows of means and of sums of squares.
    """
    first, count = at
    if count == 1:
        moments_of_one(x, out, spread, memory, first, window)
        return
    own, last = part(memory, 0, count), part(memory, 1, count)
    total, squares = part(memory, 2, count), part(memory, 3, count)
    rings = memory[4 * count :]
    means, sums = rings[: (window + 1) * count], rings[(window + 1) * count :]
    place, whole = first % window, 1.0 / window
    for row in range(0, len(x), count):
        values = x[row : row + count]
        if place == 0:
            own[:], total[:], squares[:] = values, 0.0, 0.0
        raw = means[place * count :][:count]
        later, later_squares = means[(place + 1) * count :][:count], sums[(place + 1) * count :][:count]
        found, found_squares = out[row : row + count], spread[row : row + count]
        own_size = 1.0 / (place + 1)
        share = (window - 1 - place) * whole
        sizes = (own_size, share, share * (place + 1))
        for asset in range(count):
            moved = values[asset] - own[asset]
            total[asset] += moved
            squares[asset] += moved * moved
            raw[asset] = values[asset]
        place += 1
        if place < window:
            for asset in range(count):
                found[asset], found_squares[asset] = joined(
                    (own[asset], last[asset]), (total[asset], squares[asset]),
                    (later[asset], later_squares[asset]), sizes,
                )  # fmt: skip
            continue
        for asset in range(count):
            found[asset], found_squares[asset] = alone(own[asset], total[asset], squares[asset], own_size)
        turn_moments((means, sums), last, (total, squares), count, window)
        place = 0


@compiled
def moments_of_one(x: Floats, out: Floats, spread: Floats, memory: Floats, first: int, window: int) -> None:
    """`moments` of one symbol, its running values in registers."""
    own, last, total, squares = memory[0], memory[1], memory[2], memory[3]
    means, sums = memory[4 : 5 + window], memory[5 + window :]
    place, whole = first % window, 1.0 / window
    for row in range(len(x)):
        value = x[row]
        if place == 0:
            own, total, squares = value, 0.0, 0.0
        moved = value - own
        total += moved
        squares += moved * moved
        means[place] = value
        own_size = 1.0 / (place + 1)
        place += 1
        if place < window:
            share = (window - place) * whole
            out[row], spread[row] = joined(
                (own, last), (total, squares), (means[place], sums[place]), (own_size, share, share * place)
            )
            continue
        out[row], spread[row] = alone(own, total, squares, own_size)
        last = turn_moments_of_one(means, sums, window)
        place = 0
    memory[0], memory[1], memory[2], memory[3] = own, last, total, squares


@compiled
def turn_moments(rings: Two, last: Floats, running: Two, count: int, window: int) -> None:
    """Values of a finished block become means (from its last value) and sums of squares to its end."""
    (means, sums), (total, squares) = rings, running
    last[:] = means[(window - 1) * count : window * count]
    total[:], squares[:] = 0.0, 0.0
    for place in range(window - 1, -1, -1):
        here, here_squares = means[place * count :][:count], sums[place * count :][:count]
        gather(here, last, total, squares)
        settle(here, here_squares, total, squares, 1.0 / (window - place))


@compiled
def gather(values: Floats, anchor: Floats, total: Floats, squares: Floats) -> None:
    """Add a row's deviations from its anchors, and their squares."""
    for asset in range(len(values)):
        moved = values[asset] - anchor[asset]
        total[asset] += moved
        squares[asset] += moved * moved


@compiled
def settle(means: Floats, spread: Floats, total: Floats, squares: Floats, size: float) -> None:
    """From sums of deviations to their mean, and the sum of squares about it."""
    for asset in range(len(means)):
        means[asset] = total[asset] * size
        spread[asset] = squares[asset] - total[asset] * means[asset]


@compiled
def turn_moments_of_one(means: Floats, sums: Floats, window: int) -> float:
    """`turn_moments` of one symbol; gives the block's last value."""
    last, total, squares = means[window - 1], 0.0, 0.0
    for place in range(window - 1, -1, -1):
        moved = means[place] - last
        total += moved
        squares += moved * moved
        means[place] = total * (1.0 / (window - place))
        sums[place] = squares - total * means[place]
    return float(last)


@compiled
def comoments(x: Floats, y: Floats, outs: Five, memory: Floats, at: At, window: int) -> None:
    """Means of x and y, sums of their squares about them and of their products; both known or neither.

    Memory: nine running values a symbol (firsts, lasts, sums, squares, products), then five rings.
    """
    first, count = at
    room = (window + 1) * count
    own_x, own_y = part(memory, 0, count), part(memory, 1, count)
    last_x, last_y = part(memory, 2, count), part(memory, 3, count)
    sum_x, sum_y = part(memory, 4, count), part(memory, 5, count)
    square_x, square_y, product = part(memory, 6, count), part(memory, 7, count), part(memory, 8, count)
    rings = memory[9 * count :]
    ring_x, ring_y = part(rings, 0, room), part(rings, 1, room)
    ring_xx, ring_yy, ring_xy = part(rings, 2, room), part(rings, 3, room), part(rings, 4, room)
    sums_x, sums_y = (sum_x, square_x), (sum_y, square_y)
    place = first % window
    for row in range(0, len(x), count):
        span, here = (row, row + count), place * count
        values_x, values_y = ring_x[here : here + count], ring_y[here : here + count]
        known_together(x[row : row + count], y[row : row + count], values_x, values_y)
        if place == 0:
            own_x[:], own_y[:], product[:] = values_x, values_y, 0.0
            sum_x[:], square_x[:], sum_y[:], square_y[:] = 0.0, 0.0, 0.0, 0.0
        gather(values_x, own_x, sum_x, square_x)
        gather(values_y, own_y, sum_y, square_y)
        multiply(values_x, values_y, (own_x, own_y), product)
        place += 1
        later = place * count
        size, share = 1.0 / place, (window - place) / window
        mean_x, mean_y = outs[0][span[0] : span[1]], outs[1][span[0] : span[1]]
        part_from(mean_x, own_x, last_x, sum_x, (ring_x[later : later + count], size))
        part_from(mean_y, own_y, last_y, sum_y, (ring_y[later : later + count], size))
        if place == window:
            mean_x[:], mean_y[:] = 0.0, 0.0
        shared, rest = outs[4][span[0] : span[1]], ring_xy[later : later + count]
        for asset in range(count):
            apart = mean_x[asset] * mean_y[asset] * (share * place)
            shared[asset] = product[asset] - sum_x[asset] * (sum_y[asset] * size) + rest[asset] + apart
        joined_columns(
            mean_x, outs[2][span[0] : span[1]], own_x, sums_x, (ring_xx[later : later + count], size, share)
        )
        joined_columns(
            mean_y, outs[3][span[0] : span[1]], own_y, sums_y, (ring_yy[later : later + count], size, share)
        )
        if place == window:
            turn_comoments(
                (ring_x, ring_y, ring_xx, ring_yy, ring_xy),
                (last_x, last_y),
                (sums_x, sums_y),
                product,
                (count, window),
            )
            place = 0


@compiled
def known_together(x: Floats, y: Floats, into_x: Floats, into_y: Floats) -> None:
    """Both values where both are known, else neither."""
    for asset in range(len(x)):
        is_known = x[asset] == x[asset] and y[asset] == y[asset]
        into_x[asset] = x[asset] if is_known else math.nan
        into_y[asset] = y[asset] if is_known else math.nan


@compiled
def multiply(x: Floats, y: Floats, anchors: Two, product: Floats) -> None:
    """Add the products of a row's deviations from its anchors."""
    own_x, own_y = anchors
    for asset in range(len(x)):
        product[asset] += (x[asset] - own_x[asset]) * (y[asset] - own_y[asset])


@compiled
def part_from(out: Floats, own: Floats, last: Floats, total: Floats, later: tuple[Floats, float]) -> None:
    """How far the running block's mean lies from that of the block before."""
    means, size = later
    for asset in range(len(out)):
        out[asset] = (own[asset] - last[asset]) + (total[asset] * size - means[asset])


@compiled
def joined_columns(
    apart: Floats, spread: Floats, own: Floats, sums: Two, later: tuple[Floats, float, float]
) -> None:
    """Sum of squares of the window; and `apart`, the distance of its parts, becomes its mean."""
    (total, squares), (rest, size, share) = sums, later
    weight = share / size
    for asset in range(len(apart)):
        found = squares[asset] - total[asset] * (total[asset] * size) + rest[asset]
        found += apart[asset] * apart[asset] * weight
        spread[asset] = found if not found < 0.0 else 0.0
        apart[asset] = own[asset] + (total[asset] * size - apart[asset] * share)


@compiled
def turn_comoments(
    rings: Five, lasts: Two, sums: tuple[Two, Two], product: Floats, size: tuple[int, int]
) -> None:
    """Values of a finished block become means, squares and products from each row to its end."""
    (ring_x, ring_y, ring_xx, ring_yy, ring_xy), (last_x, last_y), (count, window) = rings, lasts, size
    (sum_x, square_x), (sum_y, square_y) = sums
    last_x[:] = ring_x[(window - 1) * count : window * count]
    last_y[:] = ring_y[(window - 1) * count : window * count]
    sum_x[:], square_x[:], sum_y[:], square_y[:], product[:] = 0.0, 0.0, 0.0, 0.0, 0.0
    for place in range(window - 1, -1, -1):
        here, stop, share = place * count, (place + 1) * count, 1.0 / (window - place)
        x, y, shared = ring_x[here:stop], ring_y[here:stop], ring_xy[here:stop]
        multiply(x, y, lasts, product)
        gather(x, last_x, sum_x, square_x)
        gather(y, last_y, sum_y, square_y)
        settle(x, ring_xx[here:stop], sum_x, square_x, share)
        settle(y, ring_yy[here:stop], sum_y, square_y, share)
        for asset in range(count):
            shared[asset] = product[asset] - sum_x[asset] * y[asset]
