"""How the profits and losses of round trips are spread."""

import math
from itertools import pairwise

import numpy as np

from tradewright.research.dossier.axes import round_marks
from tradewright.research.dossier.charts import Chart, Trace, absent, numbers, short_dollars
from tradewright.research.dossier.content import Trade
from tradewright.research.dossier.markup import Html
from tradewright.research.dossier.svg import Frame, column_chart
from tradewright.research.dossier.wording import counted, decimal, dollars
from tradewright.values.panel import Floats

MOST_COLUMNS = 40


def profit_chart(trades: tuple[Trade, ...] | None) -> Chart:
    """How profits and losses of round trips are spread; zero always lies between two columns."""
    name, heading = "profits", "Profit and loss by round trip"
    known = np.array([trade.pnl_usd for trade in trades or () if math.isfinite(trade.pnl_usd)])
    if not len(known):
        return absent(name, heading, "There is no finished round trip, so there is nothing to draw.")
    edges, counts = spread(known)
    won = int((known > 0).sum())
    words = (
        f"{won:,} of {counted(len(known), 'round trip')} made money. "
        f"Median {dollars(float(np.median(known)))}, "
        f"best {dollars(float(known.max()))}, worst {dollars(float(known.min()))}, after costs."
    )
    static = column_chart(edges, counts, Frame(words, 240, decimal_count, zero=True), short_dollars)
    marks = round_marks(float(edges[0]), float(edges[-1]))
    foot = {"tickvals": marks, "ticktext": [short_dollars(mark) for mark in marks]}
    layout = {"height": 300, "xaxis": foot, "yaxis": {"title": {"text": "round trips"}}}
    return Chart(name, heading, words, static or Html(), (_columns(edges, counts),), layout)


def _columns(edges: Floats, counts: Floats) -> Trace:
    """The same columns for the interactive chart, each with its range in words under the pointer."""
    middle = (edges[:-1] + edges[1:]) / 2
    colours = ["var(--loss)" if at < 0 else "var(--gain)" for at in middle]
    trace: Trace = {"type": "bar", "x": numbers(middle), "y": numbers(counts), "marker": {"color": colours}}
    trace["width"] = float(edges[1] - edges[0]) * 0.94
    ends = [short_dollars(edge) for edge in edges.tolist()]
    trace["customdata"] = [f"{low} to {high}" for low, high in pairwise(ends)]
    trace["hovertemplate"] = "%{customdata}: %{y}<extra></extra>"
    return trace


def spread(values: Floats) -> tuple[Floats, Floats]:
    """A histogram whose columns are equally wide and meet at zero: edges (K + 1) and counts (K).

    Property: no value is left out, and a loss never shares a column with a gain.
    """
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    columns = min(MOST_COLUMNS, max(8, math.isqrt(len(values)) * 2))
    width = (high - low) / columns or 1.0
    below, above = math.ceil(-low / width - 1e-9), math.ceil(high / width - 1e-9)
    # A trade that ended at exactly zero lost nothing: there is always a column that begins at zero.
    edges = np.arange(-below, max(above, 1) + 1, dtype=np.float64) * width
    # A rounding error at either end must not lose the most extreme trade.
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    return edges, counts.astype(np.float64)


def decimal_count(value: float) -> str:
    """A whole number; between whole numbers nothing is written."""
    return decimal(value, 0) if float(value).is_integer() else ""
