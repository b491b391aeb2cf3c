"""`tradewright models list`"""

from typing import TYPE_CHECKING, Any

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, nothing_yet, workspace_of

if TYPE_CHECKING:
    from tradewright.runs.model_store import Card, Damaged


def run(context: typer.Context, json: Json = False) -> None:
    """List the models that are kept, by version, with what they were judged to be worth.

    A version is a hash of weights, recipe, features, data, parent and code.
    One whose description cannot be read is listed as damaged, and why. No stage: in no line.
    """
    from tradewright.assembly.model_history import stages
    from tradewright.assembly.models import kept

    workspace = workspace_of(context)
    cards, stage = kept(workspace), stages(workspace)
    if json:
        screen.as_json([{**_row(one), "stage": stage.get(one.version, "")} for one in cards])
        return
    if not cards:
        words = "There is no model yet. Train one: tradewright models train ridge --data DATASET"
        screen.say(nothing_yet(workspace, words))
        return
    columns = ("model", "stage", "kind", "features", "coefficients", "parent")
    screen.table(columns, [_line(one, stage.get(one.version, "-")) for one in cards])
    for one in cards:
        if hasattr(one, "why"):
            screen.say(f"\n{one.version} is damaged: {one.why}")


def _row(one: "Card | Damaged") -> dict[str, Any]:
    """A model as JSON; `damaged` says why it cannot be read, and is empty where it can."""
    if hasattr(one, "why"):
        return {"id": one.version, "damaged": one.why}
    return {
        "id": one.version,
        "name": one.name,
        "horizons_bars": list(one.signature.horizons_bars),
        "features": len(one.signature.names),
        "seed": one.seed,
        "parent": one.lineage.parent,
        "metrics": dict(one.lineage.metrics),
        "damaged": "",
    }


def _line(one: "Card | Damaged", stage: str) -> tuple[str, ...]:
    """A model as a line of the table."""
    if hasattr(one, "why"):
        return one.version, stage, "damaged", "-", "-", "-"
    coefficients = ", ".join(f"{value:+.3f}" for value in one.lineage.metrics.values())
    features, parent = str(len(one.signature.names)), one.lineage.parent[:16] or "-"
    return one.version, stage, one.name, features, coefficients, parent
