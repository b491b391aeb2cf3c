"""`tradewright runs compare`"""

from typing import TYPE_CHECKING

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, RunId, workspace_of

if TYPE_CHECKING:
    from tradewright.runs.compare import Pair


def run(context: typer.Context, left: RunId, right: RunId, json: Json = False) -> None:
    """Put two runs side by side: what was asked, the figures, how alike their equity moved.

    The correlation is that of returns from bar to bar, over the instants at
    which both have an account.
    """
    store = workspace_of(context).runs
    one, two = store.complete(left), store.complete(right)
    from tradewright.runs.compare import compare

    found = compare(store, one, two)
    if json:
        asked = [("asked", pair) for pair in found.differences]
        figures = [("figure", pair) for pair in found.figures]
        rows = [
            {"id": pair.name, "about": about, "left": pair.left, "right": pair.right}
            for about, pair in asked + figures
        ]
        equity = {"id": "equity correlation", "about": "equity", "value": found.correlation}
        screen.as_json([*rows, {**equity, "sessions": found.sessions}])
        return
    columns = ("", one.run_id, two.run_id)
    if found.differences:
        screen.table(columns, _rows(found.differences), "What was asked, where it differs")
    else:
        screen.say("The same was asked of both.")
    screen.say()
    screen.table(columns, _rows(found.figures), "Figures")
    correlation = "not evaluated" if found.correlation is None else f"{found.correlation:.4f}"
    screen.say(f"\nCorrelation of daily returns: {correlation} ({found.sessions:,} common sessions)")


def _rows(pairs: "tuple[Pair, ...]") -> list[tuple[object, ...]]:
    """Each pair as a row of the table."""
    return [(pair.name, pair.left, pair.right) for pair in pairs]
