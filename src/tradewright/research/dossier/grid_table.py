"""The parameter grid as a table: every trial's number, the reported point marked."""

import math

import numpy as np

from tradewright.research.dossier.content import Grid
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.tables import Column, table, tinted
from tradewright.research.dossier.wording import counted, decimal, setting

MOST_CELLS = 1_500
CHOSEN = " \u25c6"


def grid_table(grid: Grid) -> Html:
    """Two parameters stand as rows and columns; one, or three and more, as a list of trials."""
    if grid.metric.ndim == 2 and grid.metric.size <= MOST_CELLS:
        return _cross(grid)
    return _listed(grid)


def _reach(grid: Grid) -> float:
    """The size that gets the strongest tint."""
    known = np.abs(grid.metric[np.isfinite(grid.metric)])
    return float(known.max()) if len(known) else 1.0


def _cell(grid: Grid, at: tuple[int, ...]) -> Html:
    """One trial's number, tinted and perhaps marked."""
    value = float(grid.metric[at])
    words = decimal(value) + (CHOSEN if at == grid.chosen else "")
    # A silent trial has no tint to carry the mark, so the mark stands beside it.
    cell = tinted(value, _reach(grid), words)
    return join(cell, CHOSEN) if at == grid.chosen and not math.isfinite(value) else cell


def _cross(grid: Grid) -> Html:
    """Rows and columns."""
    down, across = grid.names
    columns = (
        Column(f"{down} \u2193  {across} \u2192"),
        *(Column(setting(v), True) for v in grid.values[1]),
    )
    rows = [
        (setting(value), *(_cell(grid, (i, j)) for j in range(len(grid.values[1]))))
        for i, value in enumerate(grid.values[0])
    ]
    return table(f"{grid.metric_name} by {down} and {across}", columns, rows, "heat grid")


def _listed(grid: Grid) -> Html:
    """One row a trial, the reported one marked."""
    columns = (*(Column(name, True) for name in grid.names), Column(grid.metric_name, True))
    points = list(np.ndindex(grid.metric.shape))
    rows = [
        (
            *(setting(values[at]) for values, at in zip(grid.values, point, strict=True)),
            _cell(grid, point),
        )
        for point in points[:MOST_CELLS]
    ]
    rest = len(points) - len(rows)
    note = tag("p", f"{counted(rest, 'more trial')} not listed here.", class_="note") if rest else Html()
    return join(table(f"{grid.metric_name} of every trial", columns, rows, "heat grid"), note)
