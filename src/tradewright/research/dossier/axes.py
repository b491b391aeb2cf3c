"""Where an axis puts its marks: round numbers, powers, and the turn of years, months or days."""

import math
from dataclasses import dataclass

import numpy as np

from tradewright.values.panel import Ints

CALENDAR_STEPS = (("D", 1), ("D", 7), ("M", 1), ("M", 3), ("M", 6), ("Y", 1), ("Y", 2), ("Y", 5), ("Y", 10))
MOST_MARKS = 8


@dataclass(frozen=True)
class Mark:
    """One mark of an axis: where it stands, in the axis's own unit, and what is written there."""

    at: float
    text: str


def round_marks(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Multiples of 1, 2 or 5 times a power of ten inside a range.

    Property: about `most` marks, never more than two above it; a range of nothing has the one mark it is.
    """
    if not high > low:
        return (low,)
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1.0, 2.0, 5.0, 10.0) if size * power >= raw * (1.0 - 1e-12))
    # A bound that is a mark itself must not be lost to rounding.
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(step * k for k in range(first, last + 1))


def log_marks(low: float, high: float) -> tuple[float, ...]:
    """1, 2 and 5 times powers of ten inside a positive range; round numbers where too few are left."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    # Every candidate from the power below the range to the power above it.
    full = [size * 10.0**power for power in powers for size in (1.0, 2.0, 5.0)]
    inside = tuple(value for value in full if low <= value <= high)
    if len(inside) > MOST_MARKS:
        inside = tuple(value for value in inside if math.log10(value) % 1.0 < 1e-9)
    if len(inside) >= 3:
        return inside
    return tuple(value for value in round_marks(low, high) if value > 0)


def calendar_marks(instants: Ints) -> tuple[Mark, ...]:
    """The turn of days, months or years between the first and the last instant, at most eight of them."""
    low, high = (np.datetime64(int(at), "ns") for at in (instants[0], instants[-1]))
    for unit, step in CALENDAR_STEPS:
        turns = np.arange(low.astype(f"M8[{unit}]"), high.astype(f"M8[{unit}]") + 1)
        # Years that 5 or 10 divides, and quarters that begin in January, read better than an arbitrary start.
        turns = turns[turns.astype(np.int64) % step == 0] if unit != "Y" else turns[_years(turns) % step == 0]
        inside = turns[turns.astype("M8[ns]") >= low]
        if len(inside) <= MOST_MARKS:
            break
    inside = inside[:: max(1, math.ceil(len(inside) / MOST_MARKS))]
    return tuple(Mark(float(turn.astype("M8[ns]").astype(np.int64)), str(turn)) for turn in inside)


def _years(turns: np.ndarray) -> Ints:
    """Calendar years of datetimes in years."""
    return turns.astype(np.int64) + 1970
