"""`tradewright models list`"""

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, nothing_yet, workspace_of


def run(context: typer.Context, json: Json = False) -> None:
    """List the models that are kept, by version, with what they were judged to be worth.

    A version is a hash of weights, recipe, features, data, parent and code.
    """
    from tradewright.assembly.models import kept

    workspace = workspace_of(context)
    cards = kept(workspace)
    rows = [
        {
            "id": one.version,
            "name": one.name,
            "horizons_bars": list(one.signature.horizons_bars),
            "features": len(one.signature.names),
            "seed": one.seed,
            "parent": one.lineage.parent,
            "metrics": dict(one.lineage.metrics),
        }
        for one in cards
    ]
    if json:
        screen.as_json(rows)
        return
    if not rows:
        words = "There is no model yet. Train one: tradewright models train ridge --data DATASET"
        screen.say(nothing_yet(workspace, words))
        return
    told = [
        (
            one.version,
            one.name,
            str(len(one.signature.names)),
            ", ".join(f"{value:+.3f}" for value in one.lineage.metrics.values()),
            one.lineage.parent[:16] or "-",
        )
        for one in cards
    ]
    screen.table(("model", "kind", "features", "coefficients", "parent"), told)
