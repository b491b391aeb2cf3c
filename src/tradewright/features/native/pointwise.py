"""One value from one value: arithmetic, thresholds, and what an instant says about its day."""

import math

from tradewright.features.native import opcodes
from tradewright.features.native.logarithm import logarithm
from tradewright.features.native.windows import compiled, higher, spliced
from tradewright.values.panel import Floats, Ints

NS_PER_HOUR = 3_600_000_000_000
# A window whose variance is below this share of its squared level is flat: it has no score.
FLAT = 1e-14


@compiled
def arithmetic(code: int, x: Floats, y: Floats, out: Floats) -> None:
    """Two columns make one."""
    if code == opcodes.ADD:
        for k in range(len(out)):
            out[k] = x[k] + y[k]
    elif code == opcodes.SUBTRACT:
        for k in range(len(out)):
            out[k] = x[k] - y[k]
    elif code == opcodes.MULTIPLY:
        for k in range(len(out)):
            out[k] = x[k] * y[k]
    elif code == opcodes.DIVIDE:
        for k in range(len(out)):
            out[k] = x[k] / y[k]
    elif code == opcodes.LARGER:
        for k in range(len(out)):
            out[k] = higher(x[k], y[k])
    else:
        for k in range(len(out)):
            differs = 1.0 if x[k] != y[k] else 0.0
            out[k] = differs if x[k] == x[k] and y[k] == y[k] else math.nan


@compiled
def ratio(x: Floats, y: Floats, out: Floats, a: float, b: float) -> None:
    """A quotient, scaled and moved: what a division and `AFFINE` would say, in one pass."""
    for k in range(len(out)):
        out[k] = a * (x[k] / y[k]) + b


@compiled
def change(code: int, x: Floats, out: Floats, a: float, b: float) -> None:
    """One column becomes another, with up to two numbers."""
    if code == opcodes.AFFINE:
        for k in range(len(out)):
            out[k] = a * x[k] + b
    elif code == opcodes.OVER:
        for k in range(len(out)):
            out[k] = a / x[k]
    elif code == opcodes.LOG:
        logarithm(x, out)
    elif code == opcodes.ROOT:
        for k in range(len(out)):
            out[k] = math.sqrt(x[k])
    elif code == opcodes.SIZE:
        for k in range(len(out)):
            out[k] = abs(x[k])
    elif code == opcodes.DEVIATE:
        for k in range(len(out)):
            out[k] = math.sqrt(x[k] / a)
    else:
        limit(code, x, out, a, b)


@compiled
def limit(code: int, x: Floats, out: Floats, a: float, b: float) -> None:
    """Values held inside limits, or asked on which side of them they lie."""
    if code == opcodes.CLIP:
        for k in range(len(out)):
            above = a if x[k] < a else x[k]
            out[k] = b if above > b else above
    else:
        for k in range(len(out)):
            side = (1.0 if x[k] > b else 0.0) - (1.0 if x[k] < a else 0.0)
            out[k] = side if x[k] == x[k] else math.nan


@compiled
def score(x: Floats, middle: Floats, squares: Floats, out: Floats, divisor: float) -> None:
    """Deviations above the mean; unknown for a flat window."""
    for k in range(len(out)):
        variance = squares[k] / divisor
        value = (x[k] - middle[k]) / math.sqrt(variance)
        out[k] = value if variance > FLAT * middle[k] * middle[k] else math.nan


@compiled
def place(x: Floats, low: Floats, high: Floats, out: Floats) -> None:
    """Where a value lies between two others: 0 at the low one, 1 at the high one; unknown where they meet."""
    for k in range(len(out)):
        out[k] = (x[k] - low[k]) / (high[k] - low[k])


@compiled
def of_instants(instants: Ints, out: Floats, count: int, part: int) -> None:
    """A part of each row's instant, the same for all symbols."""
    for row in range(len(instants)):
        out[row * count : (row + 1) * count] = part_of(instants[row], part)


@spliced
def part_of(instant: int, part: int) -> float:
    """A part of an instant, UTC. Days become dates as in Hinnant's chrono algorithms."""
    day = instant // (24 * NS_PER_HOUR)
    if part == opcodes.WEEKDAY:
        return float((day + 3) % 7)
    if part == opcodes.HOUR:
        return (instant - day * 24 * NS_PER_HOUR) / NS_PER_HOUR
    shifted = day + 719_468
    of_era = shifted % 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    # Years begin in March here, so that a leap day is the last of its year.
    since_march = of_era - (365 * year + year // 4 - year // 100)
    since = (5 * since_march + 2) // 153
    month = since + 3 if since < 10 else since - 9
    if part == opcodes.MONTH:
        return float(month)
    if part == opcodes.QUARTER:
        return float((month + 2) // 3)
    if part == opcodes.MONTH_DAY:
        return float(since_march - (153 * since + 2) // 5 + 1)
    year = shifted // 146_097 * 400 + year + (month <= 2)
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return float(since_march - 305 if since_march >= 306 else since_march + 60 + is_leap)
