"""What to try in which order: the whole future first, then cut after cut where leaks are likely to show.

A leak shows where a cut falls between what it reads and what it decides. Whole-series fits show at any cut; a
shift by one row shows only at the rows beside the cut; a leak under a rare condition only where the cut meets
the condition. Hence one pass over everything, then many cuts at rows that stand out.
"""

from collections.abc import Iterator

import numpy as np

from tradewright.causality.answers import Answer
from tradewright.causality.cuts import chosen_rows, woven
from tradewright.causality.frames import FLAG, NUMBER, TEXT, WHOLE
from tradewright.causality.interventions import INTERVENTIONS, Change, Part, World
from tradewright.causality.options import AuditOptions
from tradewright.causality.probe import SMALL_TABLE_ROWS, Probe, Refused
from tradewright.values.panel import Ints

SLICE_AFTER_ROWS = 96
CUTS_OF_A_SLICE = 4
_BEGINNING_ROWS = 512
ROTATION = ("permute", "missing", "shock_rows", "drop_rows", "sign_flip")

Step = tuple[Change, World, Answer]
Scope = tuple[tuple[int, ...] | None, str | None]


def plan(world: World, base: Answer, options: AuditOptions, probe: Probe) -> Iterator[Step]:
    """Changes with the world they are made in and that world's own answer, most telling first.

    A large table is run whole only for what needs the whole: everything else is tried on stretches of it.
    """
    kinds = chosen_rows(world[0], base, options.seed, options.splits)
    rows = woven(kinds)
    narrow = narrow_scopes(world)
    cuts: Iterator[tuple[World, Answer, tuple[int, ...]]]
    if is_small(world):
        yield from _whole(world, base, options.seed, narrow)
        cuts = ((world, base, (row,)) for _, row in rows)
    else:
        steps = world[0].known.steps
        yield Change("shock", int(steps[int(0.5 * len(steps))]), options.seed), world, base
        yield Change("truncate", int(steps[int(0.35 * len(steps))]), options.seed), world, base
        yield from _beginning(world, base, options.seed, probe)
        yield from _stretch(world, base, options.seed, narrow, probe)
        generator = np.random.default_rng([options.seed, 11])
        cuts = _stretches(world, base, rows, probe, generator)
    number = 0
    for near, own, chosen in cuts:
        for row in chosen:
            cut = int(world[0].known.decided[row])
            for name, columns, asset in _at(number, narrow):
                yield Change(name, cut, options.seed, columns=columns, asset=asset), near, own
            number += 1


def is_small(world: World) -> bool:
    """Whether the table is run whole for every change."""
    return len(world[0].table) <= SMALL_TABLE_ROWS


def _whole(world: World, base: Answer, seed: int, narrow: list[Scope]) -> Iterator[Step]:
    """Each kind of change of the whole future; then each column and asset alone, so that none is missed."""
    for name, cut in whole_changes(world, base):
        yield Change(name, cut, seed), world, base
    steps = _steps_inside(world)
    for columns, asset in narrow[:8]:
        for kind in ("shock", "missing"):
            yield Change(kind, int(steps[len(steps) // 2]), seed, columns=columns, asset=asset), world, base


def _beginning(world: World, base: Answer, seed: int, probe: Probe) -> Iterator[Step]:
    """The first rows of a large table: what is filled back shows only at cuts among the filled rows.

    How many those are cannot be read off an answer without gaps, hence cuts ever further apart.
    """
    main = world[0]
    row = min(2 * base.warm_up + _BEGINNING_ROWS, len(main.table) - 1)
    near = near_row(world, base, int(main.known.order[row]), probe)
    if near is None:
        return
    place, further = 0, 1
    while place <= row:
        cut = int(main.known.decided[main.known.order[place]])
        yield Change("shock" if further % 2 else "truncate", cut, seed), *near
        place, further = place + further, further + max(1, further // 2)


def _stretch(world: World, base: Answer, seed: int, narrow: list[Scope], probe: Probe) -> Iterator[Step]:
    """The last rows of a large table as if they were all of it: a part that leaves time for single rows."""
    least = min(SMALL_TABLE_ROWS, max(_BEGINNING_ROWS, len(world[0].table) // 16))
    near = near_row(world, base, int(world[0].known.order[-1]), probe, least)
    if near is not None:
        yield from _whole(*near, seed, narrow)


def _stretches(
    world: World, base: Answer, rows: Iterator[tuple[str, int]], probe: Probe, generator: np.random.Generator
) -> Iterator[tuple[World, Answer, tuple[int, ...]]]:
    """Rows with the stretch around them; a few more cuts of the same stretch cost one short run each."""
    for _, row in rows:
        near = near_row(world, base, row, probe)
        if near is None:
            continue
        order = world[0].known.order
        at = int(np.searchsorted(world[0].known.ordered, world[0].known.rows[row]))
        around = order[max(at - 64, 0) : at + 32]
        more = generator.choice(around, min(CUTS_OF_A_SLICE, len(around)), replace=False)
        yield *near, (row, *(int(one) for one in more))


def _at(number: int, narrow: list[Scope]) -> Iterator[tuple[str, tuple[int, ...] | None, str | None]]:
    """What is tried at the n-th cut: every cut is cut off or shocked, every third sees something else too."""
    yield ("shock" if number % 2 else "truncate"), None, None
    if number % 3 == 0:
        yield ROTATION[(number // 3) % len(ROTATION)], None, None
    if number % 4 == 1 and narrow:
        yield "shock", *narrow[(number // 4) % len(narrow)]


def whole_changes(world: World, base: Answer) -> Iterator[tuple[str, int]]:
    """Each kind of change once over all that lies after a cut past the middle, and one early."""
    steps = _steps_inside(world)
    warm = max(0.5, base.warm_up / max(len(base), 1))
    names = [name for name in INTERVENTIONS if name != "words" or _has_words(world)]
    for number, name in enumerate(names):
        share = warm + (0.9 - warm) * ((number * 0.618) % 1.0)
        yield name, int(steps[min(int(share * len(steps)), len(steps) - 1)])
    yield "truncate", int(steps[min(int(0.1 * len(steps)), len(steps) - 1)])


def _steps_inside(world: World) -> Ints:
    """The steps decided in the rows of this world, which may be a stretch of the table."""
    main = world[0]
    return main.known.steps if len(main.rows) == len(main.table) else np.unique(main.known.decided[main.rows])


def _has_words(world: World) -> bool:
    return any(set(part.table.places(TEXT)) - part.fixed for part in world)


def narrow_scopes(world: World) -> list[Scope]:
    """One column, or one asset, at a time."""
    told: list[Scope] = [((place,), None) for place in changeable(world)]
    assets = world[0].assets
    if assets is not None:
        told += [(None, str(one)) for one in np.unique(assets.astype(str))]
    return told


def changeable(world: World) -> list[int]:
    """The flat places, over all tables, of columns that a shock may change."""
    told = []
    first = 0
    for part in world:
        usable = part.table.places(NUMBER, WHOLE, FLAG)
        told += [first + place for place in usable if place not in part.fixed]
        first += len(part.table.names)
    return told


def near_row(
    world: World, base: Answer, row: int, probe: Probe, least: int = 512
) -> tuple[World, Answer] | None:
    """The stretch of a table around a row, and its own answer; the whole where it is small.

    It begins early enough for what the target takes to warm up twice over, so that its answers near the row
    are those it gives in earnest. None where the target gives no answer on the stretch.
    """
    main = world[0]
    if is_small(world):
        return world, base
    order = main.known.order
    at = int(np.searchsorted(main.known.ordered, main.known.rows[row]))
    before = min(2 * base.warm_up, 4096) + least
    rows = np.sort(order[max(at - before, 0) : at + SLICE_AFTER_ROWS])
    small = (Part(main.table, main.known, rows, main.fixed, main.assets), *world[1:])
    answer = probe.ask(tuple(part.untouched() for part in small))
    return None if isinstance(answer, Refused) else (small, answer)
