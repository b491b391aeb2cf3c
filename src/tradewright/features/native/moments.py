"""Means, variances and covariances of trailing windows, by the blocks of `windows.py`.

Deviations of the running block are taken from its first value and those of the block before from its last:
both lie inside the window. The squares that cancel are then at most `window` times what remains, so a
variance is good to about window^2 * 2^-53, relative to itself, whatever the level of the prices.

At the end of a block its sums are taken backwards from its last row and kept at every fourth row; the rows
between two marks are worked out when the running block comes near. So no row of a stream waits for all of a
block's rows.
"""

import math

from tradewright.features.native.windows import At, apart, clear, compiled, copy, spliced
from tradewright.values.panel import Floats

Pair = tuple[float, float]
Two = tuple[Floats, Floats]
Four = tuple[Floats, Floats, Floats, Floats]
Five = tuple[Floats, Floats, Floats, Floats, Floats]
FiveOfOne = tuple[float, float, float, float, float]

# Rows between two kept sums of a finished block.
STRIDE = 4


@compiled
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

    Memory: the block's first value, the last of the block before, running sum and sum of squares, two sums of
    the block before; then rings of `window` + 1 rows of means and of sums of squares.
    """
    first, count = at
    if count == 1:
        moments_of_one(x, out, spread, memory, first, window)
        return
    own, last = part(memory, 0, count), part(memory, 1, count)
    total, squares = part(memory, 2, count), part(memory, 3, count)
    lent = part(memory, 4, count), part(memory, 5, count)
    rings = memory[6 * count :]
    means, sums = rings[: (window + 1) * count], rings[(window + 1) * count :]
    place, whole = first % window, 1.0 / window
    for row in range(0, len(x), count):
        values, found, found_squares = x[row:][:count], out[row:][:count], spread[row:][:count]
        if place == 0:
            begin(values, own, total, squares)
        raw, own_size = part(means, place, count), 1.0 / (place + 1)
        place += 1
        if place == window:
            whole_block((values, raw), own, (total, squares), (found, found_squares), own_size)
            turn_moments((means, sums), last, lent, count, window)
            place = 0
            continue
        if (window - place) % STRIDE == 0:
            unfold_moments((means, sums), last, lent, (place, place + STRIDE), window)
        share = (window - place) * whole
        two_blocks(
            (values, raw), (own, last), (total, squares),
            (part(means, place, count), part(sums, place, count)),
            (found, found_squares), (own_size, share, share * place),
        )  # fmt: skip


@apart
def begin(values: Floats, own: Floats, total: Floats, squares: Floats) -> None:
    """The first row of a block: the others are measured from it."""
    for asset in range(len(own)):
        own[asset], total[asset], squares[asset] = values[asset], 0.0, 0.0


@apart
def whole_block(row: Two, own: Floats, sums: Two, found: Two, own_size: float) -> None:
    """The last row of a block, which is the window. `row`: its values, and where the ring keeps them."""
    (values, raw), (total, squares), (mean, spread) = row, sums, found
    for asset in range(len(values)):
        moved = values[asset] - own[asset]
        raw[asset] = values[asset]
        mean[asset], spread[asset] = alone(
            own[asset], total[asset] + moved, squares[asset] + moved * moved, own_size
        )


@apart
def two_blocks(
    row: Two, anchors: Two, sums: Two, later: Two, found: Two, sizes: tuple[float, float, float]
) -> None:
    """A row whose window holds the end of one block and the start of the next."""
    (values, raw), (own, last), (total, squares) = row, anchors, sums
    for asset in range(len(values)):
        moved = values[asset] - own[asset]
        more, more_squares = total[asset] + moved, squares[asset] + moved * moved
        raw[asset], total[asset], squares[asset] = values[asset], more, more_squares
        found[0][asset], found[1][asset] = joined(
            (own[asset], last[asset]), (more, more_squares), (later[0][asset], later[1][asset]), sizes
        )


@compiled
def moments_of_one(x: Floats, out: Floats, spread: Floats, memory: Floats, first: int, window: int) -> None:
    """`moments` of one symbol, its running values in registers."""
    own, last, total, squares = memory[0], memory[1], memory[2], memory[3]
    means, sums = memory[6 : 7 + window], memory[7 + window :]
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
def turn_moments(rings: Two, last: Floats, lent: Two, count: int, window: int) -> None:
    """A block has ended: its sums from every fourth row on, and means and squares of its first rows."""
    means = rings[0]
    copy(part(means, window - 1, count), last)
    start = window - STRIDE
    while start > 0:
        before, into = mark(rings, start + STRIDE, count, window), mark(rings, start, count, window)
        add_four(four(means, start, count), last, before, into)
        start -= STRIDE
    unfold_moments(rings, last, lent, (0, start + STRIDE), window)


@compiled
def mark(rings: Two, start: int, count: int, window: int) -> Two:
    """Sums from row `start` to the block's end: they lie where that row's and the next one's squares will."""
    means, sums = rings
    if start == window:
        return part(means, window, count), part(sums, window, count)
    return part(sums, start, count), part(sums, start + 1, count)


@apart
def add_four(rows: Four, last: Floats, before: Two, into: Two) -> None:
    """Four rows' deviations from the block's last value, the latest first, and their squares."""
    for asset in range(len(last)):
        anchor = last[asset]
        a, b = rows[0][asset] - anchor, rows[1][asset] - anchor
        c, d = rows[2][asset] - anchor, rows[3][asset] - anchor
        into[0][asset] = before[0][asset] + a + b + c + d
        into[1][asset] = before[1][asset] + a * a + b * b + c * c + d * d


@compiled
def unfold_moments(rings: Two, last: Floats, lent: Two, rows: tuple[int, int], window: int) -> None:
    """Values of some rows of a finished block become means (from its last value) and squares to its end."""
    (means, sums), (total, squares), (start, stop), count = rings, lent, rows, len(last)
    marked, marked_squares = mark(rings, stop, count, window)
    copy(marked, total)
    copy(marked_squares, squares)
    for place in range(stop - 1, start - 1, -1):
        size = 1.0 / (window - place)
        settle(part(means, place, count), last, total, squares, part(sums, place, count), size)


@apart
def settle(values: Floats, last: Floats, total: Floats, squares: Floats, spread: Floats, size: float) -> None:
    """Add a row, then put the mean in its place, and the sum of squares about it beside it."""
    for asset in range(len(values)):
        moved = values[asset] - last[asset]
        sum_, square = total[asset] + moved, squares[asset] + moved * moved
        total[asset], squares[asset] = sum_, square
        values[asset] = sum_ * size
        spread[asset] = square - sum_ * (sum_ * size)


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

    Memory: first and last values of both, five sums of the running block and of the one before; five rings.
    """
    first, count = at
    anchors = part(memory, 0, count), part(memory, 1, count)
    lasts = part(memory, 2, count), part(memory, 3, count)
    sums, lent = five(memory[4 * count :], count), five(memory[9 * count :], count)
    rings = five(memory[14 * count :], (window + 1) * count)
    place = first % window
    for row in range(0, len(x), count):
        values = part(rings[0], place, count), part(rings[1], place, count)
        known_together(x[row:][:count], y[row:][:count], values[0], values[1])
        if place == 0:
            begin(values[0], anchors[0], sums[0], sums[1])
            begin(values[1], anchors[1], sums[2], sums[3])
            clear(sums[4])
        add_products(values, anchors, sums)
        place += 1
        if place < window and (window - place) % STRIDE == 0:
            unfold_comoments(rings, lasts, lent, (place, place + STRIDE), window)
        found = (
            outs[0][row:][:count], outs[1][row:][:count], outs[2][row:][:count],
            outs[3][row:][:count], outs[4][row:][:count],
        )  # fmt: skip
        share = (window - place) / window
        sizes = 1.0 / place, share, share * place
        join_products(anchors, lasts, sums, row_of(rings, place, count), found, sizes)
        if place == window:
            turn_comoments(rings, lasts, lent, count, window)
            place = 0


@compiled
def five(memory: Floats, size: int) -> Five:
    """Five columns laid end to end."""
    return (
        part(memory, 0, size), part(memory, 1, size), part(memory, 2, size),
        part(memory, 3, size), part(memory, 4, size),
    )  # fmt: skip


@compiled
def row_of(rings: Five, place: int, count: int) -> Five:
    """The same row of five rings."""
    return (
        part(rings[0], place, count), part(rings[1], place, count), part(rings[2], place, count),
        part(rings[3], place, count), part(rings[4], place, count),
    )  # fmt: skip


@apart
def known_together(x: Floats, y: Floats, into_x: Floats, into_y: Floats) -> None:
    """Both values where both are known, else neither."""
    for asset in range(len(x)):
        is_known = x[asset] == x[asset] and y[asset] == y[asset]
        into_x[asset] = x[asset] if is_known else math.nan
        into_y[asset] = y[asset] if is_known else math.nan


@apart
def join_products(
    anchors: Two, lasts: Two, sums: Five, later: Five, found: Five, sizes: tuple[float, float, float]
) -> None:
    """Means, squares and products of the running block and the end of the one before."""
    (own_x, own_y), (last_x, last_y), (size, share, both) = anchors, lasts, sizes
    (sum_x, square_x, sum_y, square_y, product), (mean_x, mean_y, rest_x, rest_y, rest) = sums, later
    out_x, out_y, spread_x, spread_y, shared = found
    is_whole, weight = share == 0.0, share / size
    for asset in range(len(out_x)):
        middle_x, middle_y = sum_x[asset] * size, sum_y[asset] * size
        far_x = (own_x[asset] - last_x[asset]) + (middle_x - mean_x[asset])
        far_y = (own_y[asset] - last_y[asset]) + (middle_y - mean_y[asset])
        far_x, far_y = 0.0 if is_whole else far_x, 0.0 if is_whole else far_y
        shared[asset] = product[asset] - sum_x[asset] * middle_y + rest[asset] + far_x * far_y * both
        of_x = square_x[asset] - sum_x[asset] * middle_x + rest_x[asset] + far_x * far_x * weight
        of_y = square_y[asset] - sum_y[asset] * middle_y + rest_y[asset] + far_y * far_y * weight
        spread_x[asset] = of_x if not of_x < 0.0 else 0.0
        spread_y[asset] = of_y if not of_y < 0.0 else 0.0
        out_x[asset] = own_x[asset] + (middle_x - far_x * share)
        out_y[asset] = own_y[asset] + (middle_y - far_y * share)


@compiled
def turn_comoments(rings: Five, lasts: Two, lent: Five, count: int, window: int) -> None:
    """A block has ended: its sums from every fourth row on, and what stands in place of its first rows."""
    copy(part(rings[0], window - 1, count), lasts[0])
    copy(part(rings[1], window - 1, count), lasts[1])
    start = window - STRIDE
    while start > 0:
        add_four_products(
            four(rings[0], start, count), four(rings[1], start, count), lasts,
            marks(rings, start + STRIDE, count, window), marks(rings, start, count, window),
        )  # fmt: skip
        start -= STRIDE
    unfold_comoments(rings, lasts, lent, (0, start + STRIDE), window)


@compiled
def marks(rings: Five, start: int, count: int, window: int) -> Five:
    """Sums from row `start` to the block's end; as `mark`."""
    if start == window:
        zeros: Five = row_of(rings, window, count)
        return zeros
    return (
        part(rings[2], start, count), part(rings[2], start + 1, count), part(rings[3], start, count),
        part(rings[3], start + 1, count), part(rings[4], start, count),
    )  # fmt: skip


@compiled
def four(ring: Floats, start: int, count: int) -> Four:
    """Four rows of a ring, the latest first."""
    return (
        part(ring, start + 3, count), part(ring, start + 2, count),
        part(ring, start + 1, count), part(ring, start, count),
    )  # fmt: skip


@apart
def add_four_products(x: Four, y: Four, lasts: Two, before: Five, into: Five) -> None:
    """Four rows' deviations from the block's last values, the latest first, their squares and products."""
    for asset in range(len(x[0])):
        own = lasts[0][asset], lasts[1][asset]
        sums = (
            before[0][asset], before[1][asset], before[2][asset], before[3][asset], before[4][asset]
        )  # fmt: skip
        sums = with_products(sums, x[0][asset] - own[0], y[0][asset] - own[1])
        sums = with_products(sums, x[1][asset] - own[0], y[1][asset] - own[1])
        sums = with_products(sums, x[2][asset] - own[0], y[2][asset] - own[1])
        sums = with_products(sums, x[3][asset] - own[0], y[3][asset] - own[1])
        into[0][asset], into[1][asset], into[2][asset] = sums[0], sums[1], sums[2]
        into[3][asset], into[4][asset] = sums[3], sums[4]


@spliced
def with_products(sums: FiveOfOne, x: float, y: float) -> FiveOfOne:
    """Sums, squares and products of one symbol, with one more pair of deviations."""
    return sums[0] + x, sums[1] + x * x, sums[2] + y, sums[3] + y * y, sums[4] + x * y


@apart
def add_products(values: Two, anchors: Two, sums: Five) -> None:
    """A row's deviations from its anchors, their squares and products."""
    (x, y), (own_x, own_y) = values, anchors
    for asset in range(len(x)):
        far_x, far_y = x[asset] - own_x[asset], y[asset] - own_y[asset]
        sums[0][asset] += far_x
        sums[1][asset] += far_x * far_x
        sums[2][asset] += far_y
        sums[3][asset] += far_y * far_y
        sums[4][asset] += far_x * far_y


@compiled
def unfold_comoments(rings: Five, lasts: Two, lent: Five, rows: tuple[int, int], window: int) -> None:
    """As `unfold_moments`, and products."""
    (start, stop), count = rows, len(lasts[0])
    kept = marks(rings, stop, count, window)
    copy(kept[0], lent[0])
    copy(kept[1], lent[1])
    copy(kept[2], lent[2])
    copy(kept[3], lent[3])
    copy(kept[4], lent[4])
    for place in range(stop - 1, start - 1, -1):
        settle_products(row_of(rings, place, count), lasts, lent, 1.0 / (window - place))


@apart
def settle_products(row: Five, lasts: Two, sums: Five, size: float) -> None:
    """Add a row; then means stand in its place, and squares and products about them beside it."""
    x, y, spread_x, spread_y, shared = row
    for asset in range(len(x)):
        far_x, far_y = x[asset] - lasts[0][asset], y[asset] - lasts[1][asset]
        sum_x, sum_y = sums[0][asset] + far_x, sums[2][asset] + far_y
        square_x, square_y = sums[1][asset] + far_x * far_x, sums[3][asset] + far_y * far_y
        product = sums[4][asset] + far_x * far_y
        sums[0][asset], sums[1][asset], sums[2][asset] = sum_x, square_x, sum_y
        sums[3][asset], sums[4][asset] = square_y, product
        x[asset], y[asset] = sum_x * size, sum_y * size
        spread_x[asset] = square_x - sum_x * (sum_x * size)
        spread_y[asset] = square_y - sum_y * (sum_y * size)
        shared[asset] = product - sum_x * (sum_y * size)
