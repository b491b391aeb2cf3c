"""`tradewright models show`"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

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
        *(line for name, value in story.items() for line in _told(name.replace("_", " "), value)),
        ("stands", _stands(standing)),
    ]
    screen.table(("", ""), rows)
    if history:
        screen.say()
        lines = [(screen.when(one["at"]), one["line"], one["what"], one["words"]) for one in history]
        screen.table(("at", "line", "what", "words"), lines)


def _stands(standing: Mapping[str, str] | None) -> str:
    """Where a model stands, in words."""
    if standing is None:
        return "the ledger cannot be read"
    return ", ".join(f"{line}: {stage}" for line, stage in standing.items()) or "in no line"


def _told(name: str, value: Any) -> list[tuple[str, str]]:
    """A part of the story as lines: one for each thing that it tells of, such as an ensemble's sources."""
    if not isinstance(value, Mapping):
        return [(name, _plain(value))]
    if not any(isinstance(one, Mapping) and one for one in value.values()):
        return [(name, _plain(value))] if value else []
    return [line for key, one in value.items() for line in _told(f"{name}: {key}", one)]


def _plain(value: Any) -> str:
    """Values as words: lists by commas, and by their names where they have some."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_plain(one)}" for key, one in value.items() if one != {})
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _some(names: tuple[str, ...]) -> str:
    """How many there are, and the first of them."""
    more = " ..." if len(names) > SHOWN else ""
    return f"{len(names)}: {', '.join(names[:SHOWN])}{more}"
