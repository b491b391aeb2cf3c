"""`tradewright models show`"""

from dataclasses import asdict
from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.values.instant import date_of

SHOWN = 6


def run(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="A model's version, or how it begins.", show_default=False)],
    json: Json = False,
) -> None:
    """Show one kept model: recipe, features, lineage, how its training went, what became of it.

    Its weights are read and held against their hash first.
    """
    from tradewright.assembly.model_history import history_of
    from tradewright.assembly.models import shown

    workspace = workspace_of(context)
    card, fitted = shown(workspace, version)
    standing, history = history_of(workspace, card.version)
    weights = sum(array.size for array in fitted.learned.values())
    if json:
        told = {"id": card.version, **asdict(card), "weights": weights}
        screen.as_json([{**told, "standing": standing, "history": history}])
        return
    story = {name: value for name, value in card.story.items() if name != "losses"}
    rows = [
        ("model", card.version),
        ("kind", card.name),
        ("parameters", ", ".join(f"{name} = {value}" for name, value in card.parameters.items()) or "none"),
        (
            "horizons",
            ", ".join(f"{bars} {'bar' if bars == 1 else 'bars'}" for bars in card.signature.horizons_bars),
        ),
        ("features", _some(card.signature.names)),
        ("schema", card.signature.schema_hash[:16]),
        ("seed", str(card.seed)),
        ("data", card.lineage.data[:16] or "nobody said"),
        ("learnt until", date_of(card.lineage.learnt_until) if card.lineage.learnt_until else "nobody said"),
        ("parent", card.lineage.parent or "none"),
        ("code version", card.code[:16]),
        ("numbers learnt", f"{weights:,}"),
        ("coefficients", ", ".join(f"{value:+.3f}" for value in card.lineage.metrics.values()) or "none"),
        *((name.replace("_", " "), str(value)) for name, value in story.items()),
        ("stands", ", ".join(f"{line}: {stage}" for line, stage in standing.items()) or "on no record"),
    ]
    screen.table(("", ""), rows)
    if history:
        screen.say()
        lines = [(screen.when(one["at"]), one["line"], one["what"], one["words"]) for one in history]
        screen.table(("at", "line", "what", "words"), lines)


def _some(names: tuple[str, ...]) -> str:
    """How many there are, and the first of them."""
    more = " ..." if len(names) > SHOWN else ""
    return f"{len(names)}: {', '.join(names[:SHOWN])}{more}"
