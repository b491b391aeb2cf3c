"""Which rows and columns an output follows: one row or cell is moved at a time and all answers watched.

The shock is small enough not to drive a signal into saturation and large enough to be seen over rounding.
"""

from collections.abc import Iterator

import numpy as np

from tradewright.causality.answers import Answer, as_labels
from tradewright.causality.certificate import Dependence, Triangle
from tradewright.causality.compare import ROUNDING, positions
from tradewright.causality.frames import names_of
from tradewright.causality.interventions import Change, World, changed
from tradewright.causality.plan import changeable
from tradewright.causality.probe import Probe, Refused
from tradewright.values.panel import Floats, Ints

TRIANGLE_ROWS = 24
BACK, AHEAD = 40, 10
MOST_CHANNELS = 6
MOST_SOURCES = 8
DOSE = 0.3


def triangles_of(probe: Probe, world: World, base: Answer, row: int) -> tuple[Triangle, ...]:
    """For rows around one, how far each decision moves when each row is moved.

    Nothing stands above the diagonal where decisions do not see later rows. One run a row.
    """
    order = _order(world)
    centre = int(np.searchsorted(world[0].known.rows[order], world[0].known.rows[row]))
    first = max(min(centre - TRIANGLE_ROWS // 2, len(order) - TRIANGLE_ROWS), 0)
    chosen = order[first : first + TRIANGLE_ROWS]
    strength = {name: np.zeros((len(chosen), len(chosen))) for name in _names(base)}
    for place, moved in enumerate(chosen):
        for name, response in _responses(probe, world, base, int(moved), None):
            strength[name][:, place] = _of_rows(response, base, chosen)
    labels = tuple(int(one) for one in chosen)
    return tuple(
        Triangle(name, labels, tuple(map(tuple, _scaled(grid).tolist()))) for name, grid in strength.items()
    )


def lags_of(probe: Probe, world: World, base: Answer, row: int) -> tuple[Dependence, ...]:
    """For each output and column, how far the output moves at each lag; below zero lie rows ahead."""
    order = _order(world)
    at = int(np.searchsorted(world[0].known.rows[order], world[0].known.rows[row]))
    at = min(max(at, AHEAD), len(order) - 1)
    around = order[max(at - AHEAD, 0) : at + BACK + 1]
    names = names_of([part.table for part in world])
    found: dict[tuple[str, str], Floats] = {}
    for column in changeable(world)[:MOST_SOURCES]:
        for name, response in _responses(probe, world, base, int(order[at]), column):
            found[name, names[column]] = _of_rows(response, base, around)
    lags = tuple(int(lag) for lag in np.arange(len(around)) - min(at, AHEAD))
    largest = {
        name: max(grid.max(initial=0.0) for (own, _), grid in found.items() if own == name)
        for name, _ in found
    }
    return tuple(
        Dependence(name, source, lags, tuple((grid / (largest[name] or 1.0)).tolist()))
        for (name, source), grid in found.items()
    )


def _order(world: World) -> Ints:
    main = world[0]
    return main.rows[np.argsort(main.known.rows[main.rows], kind="stable")]


def _names(base: Answer) -> list[str]:
    return [channel.name for channel in base.channels[:MOST_CHANNELS]]


def _responses(
    probe: Probe, world: World, base: Answer, row: int, column: int | None
) -> Iterator[tuple[str, Floats]]:
    """How far each row of each channel moves when one row, or one cell, is moved."""
    step = int(world[0].known.rows[row])
    columns = None if column is None else (column,)
    asked = changed(world, Change("shock", step - 1, row, DOSE, columns, until=step))
    answer = probe.ask(asked)
    if isinstance(answer, Refused):
        return
    if answer.alignment != base.alignment:
        base, answer = as_labels(base, asked[0]), as_labels(answer, asked[0])
    there = positions(base.keys, answer.keys)
    twins = {channel.name: channel for channel in answer.channels}
    for channel in base.channels[:MOST_CHANNELS]:
        twin = twins.get(channel.name)
        if twin is None or not len(twin.values):
            continue
        after = np.where(there >= 0, twin.values[there], np.nan)
        with np.errstate(invalid="ignore"):
            apart = np.abs(after - channel.values)
        apart[np.isnan(after) & np.isnan(channel.values)] = 0.0
        apart[np.isnan(after) != np.isnan(channel.values)] = channel.scale or 1.0
        apart[~(apart > ROUNDING * 1e3 * (channel.scale or 1.0))] = 0.0
        yield channel.name, apart


def _of_rows(response: Floats, base: Answer, rows: Ints) -> Floats:
    """The response at certain rows of the table; the largest where a row has several answers."""
    told = np.zeros(len(rows))
    for place, row in enumerate(rows):
        own = response[base.rows == row]
        told[place] = own.max() if len(own) else 0.0
    return told


def _scaled(grid: Floats) -> Floats:
    largest = grid.max(initial=0.0)
    return grid / largest if largest > 0 else grid
