"""`tradewright runs compare`"""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, RunId, workspace_of

if TYPE_CHECKING:
    from tradewright.runs.compare import Comparison, Pair


def run(
    context: typer.Context,
    left: RunId,
    right: RunId,
    every: Annotated[bool, typer.Option("--all", help="Print the figures that are equal, too.")] = False,
    json: Json = False,
) -> None:
    """Put two runs side by side: what was asked, the figures that differ, how alike their equity moved.

    The correlation is that of returns from bar to bar, over the instants at
    which both have an account. Files that were edited since are named first.
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
        edits = [{"id": words, "about": "edited"} for words in found.edited]
        equity = {"id": "equity correlation", "about": "equity", "value": found.correlation}
        screen.as_json([*edits, *rows, {**equity, "sessions": found.sessions}])
        return
    if found.edited:
        screen.say(f"NOT VERIFIED: changed after it was written: {', '.join(found.edited)}.\n")
    _print(found, every)


def _print(found: "Comparison", every: bool) -> None:
    """For a person: whether they are equal first, then what differs."""
    columns = ("", found.left.run_id, found.right.run_id)
    if found.is_equal:
        screen.say("Equal: the same was asked of both, and every file came out the same.")
    elif found.differences:
        screen.table(columns, _rows(found.differences), "What was asked, where it differs")
    else:
        screen.say("The same was asked of both.")
    shown = found.figures if every else found.figures_apart
    same = len(found.figures) - len(found.figures_apart)
    if shown:
        screen.say()
        screen.table(columns, _rows(shown), "Figures" if every else "Figures that differ")
    elif not found.is_equal:
        screen.say("All figures are the same.")
    if same and not every:
        screen.say(f"{same:,} {'figure is' if same == 1 else 'figures are'} the same (--all prints them).")
    correlation = "not evaluated" if found.correlation is None else f"{found.correlation:.4f}"
    screen.say(f"\nCorrelation of daily returns: {correlation} ({found.sessions:,} common sessions)")


def _rows(pairs: "tuple[Pair, ...]") -> list[tuple[object, ...]]:
    """Each pair as a row of the table."""
    return [(pair.name, pair.left, pair.right) for pair in pairs]
