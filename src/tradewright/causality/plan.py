"""What to try in which order: the whole future first, then cut after cut where leaks are likely to show."""

from collections.abc import Iterator

import numpy as np

from tradewright.causality.answers import Answer
from tradewright.causality.cuts import chosen_rows, warm_up_of, woven
from tradewright.causality.frames import FLAG, NUMBER, TEXT, WHOLE
from tradewright.causality.interventions import INTERVENTIONS, Change, Part, World
from tradewright.causality.options import AuditOptions
from tradewright.causality.probe import Probe, Refused

SMALL_TABLE_ROWS = 4096
SLICE_AFTER_ROWS = 96
ROTATION = ("permute", "missing", "shock_rows", "drop_rows", "sign_flip")

Step = tuple[Change, World, Answer]


def plan(world: World, base: Answer, options: AuditOptions, probe: Probe) -> Iterator[Step]:
    """Changes with the world they are made in and that world's own answer, most telling first."""
    for name, cut in whole_changes(world, base):
        yield Change(name, cut, options.seed), world, base
    narrow = narrow_scopes(world)
    # One change of each column and asset past the middle, so that none is left to chance.
    steps = np.unique(world[0].known.decided)
    middle = int(steps[len(steps) // 2])
    for columns, asset in narrow[:8]:
        yield Change("shock", middle, options.seed, columns=columns, asset=asset), world, base
    kinds = chosen_rows(world[0], base, options.seed, options.splits)
    for number, (_, row) in enumerate(woven(kinds)):
        near = near_row(world, base, row, probe)
        if near is None:
            continue
        small, own = near
        cut = int(world[0].known.decided[row])
        for name, columns, asset in _at(number, narrow):
            yield Change(name, cut, options.seed, columns=columns, asset=asset), small, own


def _at(
    number: int, narrow: list[tuple[tuple[int, ...] | None, str | None]]
) -> Iterator[tuple[str, tuple[int, ...] | None, str | None]]:
    """What is tried at the n-th cut: every cut is cut off or shocked, every third sees something else too."""
    yield ("shock" if number % 2 else "truncate"), None, None
    if number % 3 == 0:
        yield ROTATION[(number // 3) % len(ROTATION)], None, None
    if number % 4 == 1 and narrow:
        yield "shock", *narrow[(number // 4) % len(narrow)]


def whole_changes(world: World, base: Answer) -> Iterator[tuple[str, int]]:
    """Each kind of change once over all that lies after a cut past the middle, and one early."""
    steps = np.unique(world[0].known.decided)
    warm = max(0.5, warm_up_of(base) / max(len(base), 1))
    names = [name for name in INTERVENTIONS if name != "words" or _has_words(world)]
    for number, name in enumerate(names):
        share = warm + (0.9 - warm) * ((number * 0.618) % 1.0)
        yield name, int(steps[min(int(share * len(steps)), len(steps) - 1)])
    yield "truncate", int(steps[min(int(0.1 * len(steps)), len(steps) - 1)])


def _has_words(world: World) -> bool:
    return any(set(part.table.places(TEXT)) - part.fixed for part in world)


def narrow_scopes(world: World) -> list[tuple[tuple[int, ...] | None, str | None]]:
    """One column, or one asset, at a time."""
    told: list[tuple[tuple[int, ...] | None, str | None]] = []
    for place in changeable(world):
        told.append(((place,), None))
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


def near_row(world: World, base: Answer, row: int, probe: Probe) -> tuple[World, Answer] | None:
    """The world around a row: all of it where it is small, else a stretch that is cheap to run.

    None where the target gives no answer on the stretch.
    """
    main = world[0]
    if len(main.table) <= SMALL_TABLE_ROWS:
        return world, base
    order = np.argsort(main.known.rows, kind="stable")
    at = int(np.searchsorted(main.known.rows[order], main.known.rows[row]))
    before = min(2 * warm_up_of(base), 4096) + 512
    rows = np.sort(order[max(at - before, 0) : at + SLICE_AFTER_ROWS])
    small = (Part(main.table, main.known, rows, main.fixed, main.assets), *world[1:])
    answer = probe.ask(tuple(part.untouched() for part in small))
    return None if isinstance(answer, Refused) else (small, answer)
