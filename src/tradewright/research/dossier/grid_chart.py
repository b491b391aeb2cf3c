"""The parameter grid as a heat map: is the reported point a plateau, or a lucky spike?"""

import numpy as np

from tradewright.research.dossier.charts import Chart, Trace, absent, numbers, plot_text
from tradewright.research.dossier.content import Grid
from tradewright.research.dossier.wording import counted, decimal, setting
from tradewright.values.panel import Floats

# Above this many cells a number in each would be too small to read.
MOST_WORDED = 200
# The picture reads like the table below it: the first value stands on top.
UPSIDE_DOWN = {"autorange": "reversed", "showgrid": False}


def grid_chart(grid: Grid | None) -> Chart:
    """A heat map over the first two parameters; further ones are held at the reported point.

    Zero is the middle of the colours, so that a losing neighbourhood never looks like a weaker winning one.
    """
    name, heading = "grid", "Parameter grid"
    if grid is None or not np.isfinite(grid.metric).any():
        return absent(
            name, heading, "No parameter grid was run, so nothing is known about its neighbourhood."
        )
    if grid.metric.ndim < 2:
        return Chart(name, heading, grid_words(grid))
    face = face_of(grid)
    down, across = ([plot_text(setting(v)) for v in values] for values in grid.values[:2])
    hover = "%{y} (down), %{x} (across): %{z:.2f}<extra></extra>"
    heat: Trace = {"type": "heatmap", "x": across, "y": down, "z": [numbers(row, 5) for row in face]}
    heat |= {"colorscale": "heat", "hovertemplate": hover, "xgap": 2, "ygap": 2, "zmid": 0.0}
    heat |= {"colorbar": {"thickness": 12}, "text": _cell_words(grid, face), "texttemplate": "%{text}"}
    layout = {
        "xaxis": {"type": "category", "title": {"text": plot_text(grid.names[1])}, "showgrid": False},
        "yaxis": {"type": "category", "title": {"text": plot_text(grid.names[0])}} | UPSIDE_DOWN,
        "height": min(640, 160 + 34 * len(down)),
    }
    return Chart(name, heading, grid_words(grid), traces=(heat,), layout=layout)


def face_of(grid: Grid) -> Floats:
    """The matrix over the first two parameters, the others at the chosen point (or their first value)."""
    rest = grid.chosen[2:] if grid.chosen else (0,) * (grid.metric.ndim - 2)
    face = grid.metric
    # The last axis goes first, so that the places of those before it stay as they are.
    for at in reversed(rest):
        face = face[..., at]
    return face


def grid_words(grid: Grid) -> str:
    """What the grid says, without a picture: how many were tried, and where the reported point stands."""
    known = grid.metric[np.isfinite(grid.metric)]
    best, middle, worst = (decimal(float(np.quantile(known, share))) for share in (1.0, 0.5, 0.0))
    tried = f"{counted(grid.trials, 'trial')}; {grid.metric_name}:"
    silent = grid.metric.size - len(known)
    gaps = f" {counted(silent, 'point')} of the grid gave no number." if silent else ""
    sentence = f"{tried} best {best}, median {middle}, worst {worst}.{gaps}"
    basis = f" {grid.basis}" if grid.basis else ""
    if not grid.chosen:
        return f"{sentence} The reported parameters are not on this grid.{basis}"
    value = float(grid.metric[grid.chosen])
    rank = int((known > value).sum()) + 1
    place = f", rank {rank:,} of {len(known):,}" if np.isfinite(value) else ""
    reported = f"The reported point has {decimal(value)}{place}; it is marked \u25c6."
    return f"{sentence} {reported}{_held_words(grid)}{basis}"


def _held_words(grid: Grid) -> str:
    """Which parameters the picture holds still."""
    held = [
        f"{name} = {setting(values[at])}"
        for name, values, at in zip(grid.names[2:], grid.values[2:], grid.chosen[2:], strict=True)
    ]
    return f" The picture holds {', '.join(held)}." if held else ""


def _cell_words(grid: Grid, face: Floats) -> list[list[str]]:
    """What stands in each cell: its number where there is room, and the mark of the reported point."""
    has_room = face.size <= MOST_WORDED
    words = [
        [decimal(value) if has_room and np.isfinite(value) else "" for value in row] for row in face.tolist()
    ]
    if grid.chosen:
        down, across = grid.chosen[:2]
        words[down][across] = f"{words[down][across]} \u25c6".strip()
    return words
