"""Where to cut: the instants at which a pipeline that sees the future is most likely to show it.

Rows stand out by the table (large moves, gaps, halts, edges of the calendar) and by the answer (rare words,
outliers, turns): a condition that is rare in the market is usually rare in what is decided on it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tradewright.causality.answers import Answer
from tradewright.causality.frames import FLAG, NUMBER, WHOLE
from tradewright.causality.interventions import Part
from tradewright.causality.known import NEVER
from tradewright.values.panel import Floats, Ints

LARGEST_MOVES_SHARE = 0.005
MOST_OF_A_KIND = 24
WARM_UP_ROWS = 64
# Rare answers are sought in the first rows and channels of a large table: enough of them are there.
ROWS_LOOKED_AT = 100_000
CHANNELS_LOOKED_AT = 16
FIRST_LOOKED_AT = 4_096
NANOSECONDS_OF_A_DAY = 86_400_000_000_000


@dataclass(frozen=True)
class CutRows:
    """Rows of one kind at which to cut: each cut falls right after the row's decision."""

    why: str
    rows: Ints


def chosen_rows(part: Part, base: Answer, seed: int, splits: tuple[int, ...]) -> tuple[CutRows, ...]:
    """All kinds of rows worth a cut, each thinned by a seeded draw where there are many."""
    generator = np.random.default_rng([seed, 7])
    with np.errstate(all="ignore"):
        kinds = _kinds(part, base, splits, generator)
    return tuple(CutRows(why, _thinned(rows, generator, why)) for why, rows in kinds if len(rows))


def _kinds(
    part: Part, base: Answer, splits: tuple[int, ...], generator: np.random.Generator
) -> list[tuple[str, Ints]]:
    length = len(part.table)
    return [
        ("last rows", np.arange(max(length - 4, 0), length)),
        ("warm-up", _warm_up(base, length)),
        ("split boundaries", np.array([row - 1 for row in splits if 0 < row <= length], dtype=np.int64)),
        ("largest moves", largest_moves(part)),
        ("rare answers", _rare_answers(base)),
        ("gaps", _gaps(part)),
        ("missing values and halts", _halts(part)),
        ("month, quarter and daylight-saving edges", _edges(part)),
        ("seeded sample", _sample(length, generator)),
    ]


def _sample(length: int, generator: np.random.Generator) -> Ints:
    if length <= ROWS_LOOKED_AT:
        return generator.permutation(length)
    return generator.integers(0, length, ROWS_LOOKED_AT)


def woven(kinds: Iterable[CutRows]) -> Iterator[tuple[str, int]]:
    """One row of each kind in turn, no row twice, until all are given."""
    queues = {kind.why: list(kind.rows) for kind in kinds}
    seen: set[int] = set()
    while queues:
        for why in list(queues):
            row = next((int(one) for one in queues[why] if int(one) not in seen), None)
            if row is None:
                del queues[why]
                continue
            seen.add(row)
            queues[why] = queues[why][1:]
            yield why, row


def _thinned(rows: Ints, generator: np.random.Generator, why: str) -> Ints:
    rows = np.asarray(rows, dtype=np.int64)
    if why == "seeded sample" or len(rows) <= MOST_OF_A_KIND:
        return rows
    return rows[np.sort(generator.permutation(len(rows))[:MOST_OF_A_KIND])]


def _warm_up(base: Answer, length: int) -> Ints:
    """The start, and the rows around the first that has a value."""
    first = min(base.warm_up, length - 1)
    near = np.r_[np.arange(min(4, length)), np.arange(first - 2, first + 3)]
    spread = np.linspace(0, max(first, min(WARM_UP_ROWS, length - 1)), 8).astype(np.int64)
    return np.unique(np.r_[near, spread][(np.r_[near, spread] >= 0) & (np.r_[near, spread] < length)])


def _series(part: Part) -> Iterator[Floats]:
    for place in part.table.places(NUMBER, WHOLE):
        if place not in part.fixed:
            yield part.table.values(place).astype(np.float64)


def largest_moves(part: Part) -> Ints:
    """Rows of the largest relative changes of any column, and the rows before them."""
    order = part.known.order
    found = []
    for column in _series(part):
        with np.errstate(all="ignore"):
            column = column[order]
            moves = np.abs(np.diff(column) / column[:-1])
        moves = np.nan_to_num(moves, nan=0.0, posinf=0.0)
        most = max(int(len(moves) * LARGEST_MOVES_SHARE), 2)
        largest = np.argpartition(moves, -min(most, len(moves)))[-most:]
        found += [order[largest + 1], order[largest]]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _rare_answers(base: Answer) -> Ints:
    """Rows on which the target says what it seldom says: rare words, outliers, first and last values."""
    found = []
    for channel in base.channels[:CHANNELS_LOOKED_AT]:
        values = channel.values[:ROWS_LOOKED_AT]
        spoken = np.flatnonzero(~np.isnan(values))
        if not len(spoken):
            continue
        kinds, inverse, counts = _kinds_of(values[spoken])
        if len(kinds) <= 0.2 * len(spoken):
            found.append(spoken[counts[inverse] <= max(0.02 * len(spoken), 2)])
            # A change of state is when a signal was made.
            turns = np.flatnonzero(np.diff(values[spoken])) + 1
            found += [spoken[turns], spoken[turns - 1]]
        else:
            apart = np.abs(values[spoken] - np.median(values[spoken]))
            most = min(max(int(0.005 * len(spoken)), 2), len(spoken))
            found.append(spoken[np.argpartition(apart, -most)[-most:]])
    return np.unique(base.rows[np.concatenate(found)]) if found else np.zeros(0, dtype=np.int64)


def _kinds_of(values: Floats) -> tuple[Floats, Ints, Ints]:
    """Distinct values, which each is, and how often; no more are counted once the first are mostly unlike."""
    first = values[:FIRST_LOOKED_AT]
    if len(values) > len(first) and len(np.unique(first)) > 0.5 * len(first):
        return values, np.arange(len(values)), np.ones(len(values), dtype=np.int64)
    return np.unique(values, return_inverse=True, return_counts=True)


def _gaps(part: Part) -> Ints:
    """Rows before an unusually long pause."""
    order = part.known.order
    times = part.known.times[order]
    pauses = np.diff(times).astype(np.float64)
    rising = pauses[pauses > 0]
    if not len(rising) or part.known.said == "the order of its rows":
        return np.zeros(0, dtype=np.int64)
    long: Ints = order[:-1][pauses > 1.5 * np.quantile(rising, 0.9)]
    return long


def _halts(part: Part) -> Ints:
    """Rows where a column is missing or stands still, and the rows before them."""
    found = []
    for place in part.table.places(NUMBER, WHOLE, FLAG):
        if place in part.fixed:
            continue
        column = part.table.values(place).astype(np.float64)
        absent = np.flatnonzero(np.isnan(column))
        still = np.flatnonzero((np.diff(column) == 0) & (column[1:] != 0)) + 1
        still = still if len(still) < 0.1 * len(column) else still[:0]
        found += [absent, absent - 1, still]
    rows = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    return rows[rows >= 0]


def _edges(part: Part) -> Ints:
    """Rows at which a month or quarter ends, and where clocks are put forward or back."""
    times = part.known.times
    if part.known.said == "the order of its rows" or (times == NEVER).any() or np.abs(times).max() < 10**15:
        return np.zeros(0, dtype=np.int64)
    order = part.known.order
    stamps = times[order].view("datetime64[ns]")
    months = stamps.astype("datetime64[M]").astype(np.int64)
    ends = np.flatnonzero(np.diff(months))
    # Clocks change on Sundays in March, October and November; the rows beside them are the ones at risk.
    days = times[order] // NANOSECONDS_OF_A_DAY
    sundays = (days + 4) % 7 < np.r_[0, ((days + 4) % 7)[:-1]]
    saving = np.flatnonzero(sundays & np.isin(months % 12, (2, 9, 10)))
    quarters = ends[(months[ends] % 12) % 3 == 2]
    edges: Ints = order[np.unique(np.r_[quarters, ends, np.maximum(saving - 1, 0)])]
    return edges
