"""Two answers laid side by side up to a cut: which channels moved, where, and by how much.

A float that differs in its last digits is no leak; how many these are depends on the channel's own size.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.causality.answers import BY_PLACE, Answer, Asked, Channel, as_labels
from tradewright.values.panel import Ints

# Below this share of a channel's scale a difference is what the order of additions does to a float.
ROUNDING = 1e-13
# Above this share it is no rounding, whatever the algorithm; between the two, dose and response decide.
PLAIN = 1e-4
PLAIN_STRUCTURAL = 1e-8


@dataclass(frozen=True, eq=False)
class Difference:
    """How one channel differs in rows decided before a cut.

    `places` are rows of the base answer that moved, `size` the largest move as a share of the channel's scale
    (infinite where a value came, went or is no number). `spread` is True where every row became missing.
    """

    channel: str
    places: Ints
    size: float
    before: float
    after: float
    spread: bool = False
    vanished: bool = False


def differences(
    base: Answer, other: Answer, cut: int, asked: Asked, rounding: float = ROUNDING
) -> dict[str, Difference]:
    """Channels whose rows decided at or before `cut` are not the same in both answers.

    A row that is gone, or a channel that is, counts as a difference: what a later filter takes away was known
    to be bad only later.
    """
    if base.alignment != other.alignment:
        base, other = as_labels(base, asked), as_labels(other, asked)
    past = np.flatnonzero(base.decided <= cut)
    if not len(past):
        return {}
    found = {channel.name: channel for channel in other.channels}
    channels = base.channels
    if _stand_alike(base, other, past):
        channels = tuple(one for one in channels if not _begins_as(one, found.get(one.name), len(past)))
    there = positions(base.keys[past], other.keys) if channels else past
    told = {}
    for channel in channels:
        twin = found.get(channel.name)
        if twin is None:
            value = float(channel.values[past[-1]])
            told[channel.name] = Difference(channel.name, past, np.inf, value, np.nan, vanished=True)
            continue
        difference = _difference(channel, twin, past, there, rounding)
        if difference is not None:
            told[channel.name] = difference
    return told


def _stand_alike(base: Answer, other: Answer, past: Ints) -> bool:
    """Whether the rows of the past are the first ones of both answers, in one order."""
    count = len(past)
    is_first = past[-1] == count - 1 and len(other.keys) >= count
    return bool(is_first and np.array_equal(base.keys[:count], other.keys[:count]))


def _begins_as(channel: Channel, twin: Channel | None, count: int) -> bool:
    """Whether a channel's first rows are its twin's to the last bit: most are, and that is told fast."""
    return twin is not None and same_bits(channel.values[:count], twin.values[:count])


def same_bits(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two columns of floats hold the same bytes; what differs may still be equal, as 0 and -0 are."""
    is_plain = one.dtype == other.dtype == np.float64 and one.flags.c_contiguous and other.flags.c_contiguous
    return bool(is_plain and np.array_equal(one.view(np.int64), other.view(np.int64)))


def _difference(
    channel: Channel, twin: Channel, past: Ints, there: Ints, rounding: float
) -> Difference | None:
    before = channel.values[past]
    after = (
        np.where(there >= 0, twin.values[there], np.nan) if len(twin.values) else np.full(len(past), np.nan)
    )
    gone = there < 0
    if not gone.any() and np.array_equal(before, after, equal_nan=True):
        return None
    came_or_went = np.isnan(before) != np.isnan(after)
    came_or_went |= gone
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(before - after)
    apart[(before == after) | (np.isnan(before) & np.isnan(after))] = 0.0
    apart[came_or_went] = np.inf
    scale = np.maximum(np.abs(before), channel.scale)
    with np.errstate(all="ignore"):
        share = np.where(apart > 0, apart / np.where(scale > 0, scale, 1.0), 0.0)
    share[np.isnan(share)] = np.inf
    if not channel.is_number:
        share[share > 0] = np.inf
    moved = np.flatnonzero(share > rounding)
    if not len(moved):
        return None
    worst = moved[np.argmax(share[moved])]
    spoken = ~np.isnan(before)
    spread = bool((np.isnan(after) & ~gone)[spoken].all()) and bool(spoken.any())
    return Difference(
        channel.name, past[moved], float(share[worst]), float(before[worst]), float(after[worst]), spread
    )


def appeared(base: Answer, other: Answer, cut: int) -> bool:
    """Whether rows decided before the cut are there only in the other answer, or channels are."""
    if base.alignment != other.alignment:
        return False
    early = other.keys[other.decided <= cut]
    return bool((positions(early, base.keys) < 0).any()) if base.alignment != BY_PLACE else False


def positions(wanted: Ints, among: Ints) -> Ints:
    """Where each key stands among others; -1 where it does not."""
    if (
        len(among)
        and len(wanted)
        and len(among) >= len(wanted)
        and np.array_equal(among[: len(wanted)], wanted)
    ):
        return np.arange(len(wanted))
    if not len(among):
        return np.full(len(wanted), -1)
    order = np.argsort(among, kind="stable")
    at = np.minimum(np.searchsorted(among[order], wanted), len(among) - 1)
    found: Ints = np.where(among[order][at] == wanted, order[at], -1)
    return found


def same_table(one: Any, other: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns, out of those a table began with, that were written into."""
    from tradewright.causality.frames import table_of

    now, then = table_of(one), table_of(other)
    if len(now) != len(then):
        return ("its rows",)
    written = []
    for place, name in enumerate(names):
        if name not in now.names or not _equal(now.values(now.names.index(name)), then.values(place)):
            written.append(name)
    return tuple(written)


def _equal(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        return same_bits(one, other) or np.array_equal(one, other, equal_nan=True)
    if one.dtype == object or other.dtype == object:
        return all(a is b or a == b or (a != a and b != b) for a, b in zip(one, other, strict=True))
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fM"))
