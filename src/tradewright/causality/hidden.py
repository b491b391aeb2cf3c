"""What a target reads beside its table: globals that hold rows, and state it keeps from call to call.

Such a target does not move when its table is changed, because it reads the future elsewhere: so elsewhere is
changed too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tradewright.causality.answers import Answer
from tradewright.causality.compare import PLAIN_STRUCTURAL, Difference, differences
from tradewright.causality.frames import TIME, Table, table_of
from tradewright.causality.interventions import Change, Part, World, changed
from tradewright.causality.known import NEVER, Known, whole_times
from tradewright.causality.probe import Probe, Refused
from tradewright.causality.state import Kept
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Ints


@dataclass(frozen=True, eq=False)
class HiddenTable:
    """A global or closed-over variable that holds rows; `put` sets it for the next call."""

    name: str
    part: Part
    put: Callable[[Any], None]


def hidden_tables(kept: Kept, world: World) -> Iterator[HiddenTable]:
    """The tables a target's code can read without being handed them."""
    for home, name, value in kept.read:
        part = _part(value, name, world)
        if part is not None:
            yield HiddenTable(f"global '{name}'", part, _setter(home, name, value))
    for cell, value in kept.cells:
        part = _part(value, "closure", world)
        if part is not None:
            yield HiddenTable("a variable of the enclosing function", part, _filler(cell, value))


def _setter(home: dict[str, Any], name: str, like: Any) -> Callable[[Any], None]:
    return lambda value: home.__setitem__(name, _shaped(value, like))


def _filler(cell: Any, like: Any) -> Callable[[Any], None]:
    return lambda value: setattr(cell, "cell_contents", _shaped(value, like))


def _shaped(value: Any, like: Any) -> Any:
    """A changed table in the shape the target knows it in."""
    if isinstance(like, list | tuple):
        return type(like)(value.tolist())
    return value.iloc[:, 0] if type(like).__name__ == "Series" else value


def _part(value: Any, name: str, world: World) -> Part | None:
    """A hidden table on the scale of the world; None where nothing says when its rows were known.

    Weights and other constants are such: they have no rows, and changing them says nothing about the future.
    """
    main = world[0]
    native = _as_table(value)
    if native is None:
        return None
    try:
        table = table_of(native, name)
    except InvalidOption:
        return None
    steps = _steps(table, main)
    if steps is None:
        return None
    known = Known((steps,) * len(table.names), steps, steps, steps, "a hidden table's own times")
    fixed = frozenset(table.places(TIME))
    return Part(table, known, np.arange(len(table), dtype=np.int64), fixed)


def _as_table(value: Any) -> Any:
    home, kind = type(value).__module__.partition(".")[0], type(value).__name__
    if kind == "Series" and home == "pandas":
        return value.to_frame(value.name if value.name is not None else "value")
    if kind in ("DataFrame", "ndarray"):
        return value
    if isinstance(value, list | tuple):
        column = np.asarray(value)
        return column if column.dtype.kind in "fiu" and column.ndim == 1 else None
    return None


def _steps(table: Table, main: Part) -> Ints | None:
    """When the rows were known: by their times where both tables have some, by place where as long."""
    times = _times_of(table)
    if times is not None and np.abs(main.known.times).min() > 10**12:
        order = np.argsort(main.known.times, kind="stable")
        at = np.searchsorted(main.known.times[order], times)
        steps = np.append(main.known.rows[order], NEVER)[at]
        return steps.astype(np.int64)
    return main.known.rows.copy() if len(table) == len(main.table) else None


def _times_of(table: Table) -> Ints | None:
    if table.kind == "pandas" and type(table.native.index).__name__ == "DatetimeIndex":
        return whole_times(table.native.index, "index")
    places = table.places(TIME)
    return whole_times(table.values(places[0]), table.names[places[0]]) if places else None


def moved_by_hidden(
    probe: Probe,
    world: World,
    base: Answer,
    hidden: HiddenTable,
    changes: tuple[Change, ...],
    upto: int | None = None,
) -> tuple[dict[str, Difference], Change] | None:
    """Change a hidden table's future and leave the given one alone: which answers before it move?

    `upto` looks at answers decided up to another step than the change's own cut.
    """
    for change in changes:
        (asked,) = changed((hidden.part,), change)
        untouched = tuple(part.untouched() for part in world)
        answer = probe.ask(untouched, prepare=partial(hidden.put, asked.given))
        probe.kept.restore()
        if isinstance(answer, Refused):
            continue
        probe.done[f"{change.name} of a hidden table"] += 1
        found = differences(base, answer, change.cut if upto is None else upto, untouched[0])
        plain = {name: one for name, one in found.items() if one.size > PLAIN_STRUCTURAL}
        if plain:
            return plain, change
    return None


def moved_by_memory(probe: Probe, change: Change, world: World) -> dict[str, Difference]:
    """Asked right after the whole: ask about a prefix, then again from a fresh start. Does it remember?"""
    early = changed(world, change)
    after_whole = probe.ask(early, fresh=False)
    fresh = probe.ask(changed(world, change))
    if isinstance(after_whole, Refused) or isinstance(fresh, Refused):
        return {}
    found = differences(fresh, after_whole, change.cut, early[0])
    return {name: one for name, one in found.items() if one.size > PLAIN_STRUCTURAL}
