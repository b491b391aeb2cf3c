"""Forecasting models trained on a dataset of the workspace, judged on its last rows, and kept."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import Interrupted, InvalidOption

if TYPE_CHECKING:
    from tradewright.models.contract import FittedModel, Model
    from tradewright.models.skill import Skill
    from tradewright.models.table import FeatureRows, Targets
    from tradewright.runs.checkpoints import Hear
    from tradewright.runs.model_store import Card, Damaged
    from tradewright.values.panel import Panel

Row = dict[str, Any]
# Where checkpoints of trainings lie that are not over.
UNFINISHED = "unfinished"
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class ModelRequest:
    """What somebody typed. `parameters` are text as typed; `judged_share` of the rows, the last ones.

    `line` is the line of models that it shall be a candidate of.
    """

    name: str
    dataset: str
    features: tuple[str, ...] = ("technical",)
    parameters: Mapping[str, str] = field(default_factory=dict)
    horizons_bars: tuple[int, ...] = (1, 5, 10, 30)
    symbols: tuple[str, ...] = ()
    judged_share: float = 0.2
    seed: int = 0
    parent: str = ""
    line: str = "main"


def room_of(workspace: Workspace) -> Path:
    """Where models are kept."""
    return workspace.root / "models"


def train(workspace: Workspace, request: ModelRequest, tell: Tell) -> list[Row]:
    """Train on all rows but the last, judge on those, and keep the model under its version, on record.

    Learnt are outcomes that were known before the first row that is judged. Gives a row for each horizon.
    A training that ended in the middle is taken up where it stood.
    Raises: UnknownName, InvalidOption, NotFound; Blocked without the extra [ml]; StorageFailure; Interrupted.
    """
    from tradewright.models.skill import skills
    from tradewright.research.model_registry import ModelRegistry
    from tradewright.runs.checkpoints import KeptTraining, stopping_between_epochs
    from tradewright.runs.model_store import (
        Lineage,
        data_hash_of,
        find_model,
        keep_model,
        load_model,
        read_card,
        training_name,
    )
    from tradewright.validation.drift import reference_of

    began, recipe = workspace.clock(), _recipe(request)
    # A name that is none is refused before hours of training.
    ModelRegistry(workspace.ledger, workspace.clock).line(request.line)
    parent = find_model(room_of(workspace), request.parent) if request.parent else None
    panel = workspace.catalogue.panel(
        workspace.catalogue.resolve(request.dataset), workspace.clock(), request.symbols or None
    )
    rows = rows_of(workspace, request, panel)
    cut = _cut(request, len(rows.instants))
    until = int(rows.instants[cut]) - 1
    learnt = targets_of(request, panel, until)
    if parent is not None:
        _refuse_later_parent(read_card(parent), rows, until)
    mother = load_model(parent) if parent is not None else None
    asked = {
        "dataset": request.dataset,
        "features": list(request.features),
        "symbols": list(request.symbols),
    }
    mother_name = parent.name if parent else ""
    data, last = data_hash_of(rows, learnt), int(rows.instants[-1])
    lineage = Lineage(data, mother_name, learnt_until=until, judged_until=last, asked=asked)
    name = training_name(recipe, request.seed, lineage)
    training = KeptTraining(room_of(workspace) / UNFINISHED / f"{name}.npz", _hearing(workspace, tell))
    with training.alone() if recipe.has_epochs else nullcontext():
        with stopping_between_epochs(training) if recipe.has_epochs else nullcontext():
            fitted = recipe.fit(rows, learnt, seed=request.seed, watch=training, parent=mother)
        if mother is not None:
            workspace.say(transfer_words(mother_name, fitted.story["transfer"]))
        if fitted.story.get("interrupted"):
            raise _stopped(int(fitted.story["epoch"]), training.kept_epoch)
        judged = skills(*judged_part_of(fitted, rows, targets_of(request, panel, last), cut))
        metrics = {f"coefficient_{one.horizon_bars}": one.coefficient for one in judged}
        reference = reference_of(rows.names, rows.values[:, :cut])
        version = keep_model(room_of(workspace), fitted, replace(lineage, metrics=metrics), reference)
        training.forget()
    told = {"name": request.name, "parameters": recipe.parameters(), "schema_hash": rows.schema_hash}
    _noted(workspace, request, version, (began, last), told)
    return [_as_row(version, one) for one in judged]


def _noted(
    workspace: Workspace, request: ModelRequest, version: str, span: tuple[int, int], recipe: Row
) -> None:
    """Put a training on record; `span` is when it began and the last row that was judged.

    `recipe` names what was trained as a study with a model names its own.
    """
    from tradewright.research.model_registry import ModelRegistry

    dataset = workspace.catalogue.resolve(request.dataset).dataset
    began, until = span
    told = {
        "name": request.name,
        "parameters": dict(request.parameters),
        "recipe": recipe,
        "dataset": dataset,
        "until": until,
        "seconds": (workspace.clock() - began) / 1e9,
    }
    ModelRegistry(workspace.ledger, workspace.clock).trained(request.line, version, told)


def transfer_words(parent: str, transfer: Mapping[str, Any]) -> str:
    """What a child began with of its parent's weights, and what it did not, by name and why."""
    why = {"other_shape": "of another shape", "not_there": "not there", "left_over": "without a place here"}
    lacks = [f"{words}: {', '.join(transfer[part])}" for part, words in why.items() if transfer[part]]
    count = len(transfer["loaded"])
    what = f"{count} {'array' if count == 1 else 'arrays'} of {parent}"
    return f"Begun with {what}; {'; '.join(lacks) or 'all of it'}."


def _stopped(epoch: int, kept_epoch: int) -> Interrupted:
    """What a person is told who stopped a training, by what is on the disk."""
    if kept_epoch == epoch:
        return Interrupted(
            f"Stopped after epoch {epoch}, which is kept.", "The same command goes on from there."
        )
    if kept_epoch:
        return Interrupted(
            f"Stopped after epoch {epoch}, which could not be kept; epoch {kept_epoch} is.",
            "Free the disk; the same command goes on from there.",
        )
    return Interrupted(
        f"Stopped after epoch {epoch}; nothing of it could be kept.",
        "Free the disk; the same command begins anew.",
    )


def _hearing(workspace: Workspace, tell: Tell) -> "Hear":
    """What a person is told while a model is trained."""

    def hear(event: str, facts: Mapping[str, Any]) -> None:
        if event == "epoch":
            tell("epochs", int(facts["epoch"]), int(facts["epochs"]))
        elif event == "stop asked":
            workspace.say("Stopping after this epoch; Ctrl-C again stops at once.")
        else:
            workspace.say(f"{event}: {', '.join(f'{name} {value}' for name, value in facts.items())}")

    return hear


def kept(workspace: Workspace) -> "list[Card | Damaged]":
    """What is kept, what is damaged among it."""
    from tradewright.runs.model_store import cards

    return cards(room_of(workspace))


def shown(workspace: Workspace, version: str) -> "tuple[Card, FittedModel]":
    """One model, read and checked. Raises: NotFound, BadInput."""
    from tradewright.runs.model_store import find_model, load_model, read_card

    folder = find_model(room_of(workspace), version)
    return read_card(folder), load_model(folder)


def _recipe(request: ModelRequest) -> "Model":
    from tradewright.models import registry

    return registry.find(request.name).from_text(request.parameters)


def rows_of(workspace: Workspace, request: ModelRequest, panel: "Panel") -> "FeatureRows":
    """The features of a panel. Raises: UnknownName, InvalidOption, BadInput."""
    from tradewright.assembly.features import FeatureRequest, wanted
    from tradewright.models.table import FeatureRows

    features = wanted(FeatureRequest(request.features, request.dataset))
    workspace.prepare_features()
    table = features.of_panel(panel)
    return FeatureRows(table.names, table.values, table.instants, table.symbols, table.schema_hash)


def targets_of(request: ModelRequest, panel: "Panel", as_of: int) -> "Targets":
    """Total returns over each horizon that were known at an instant."""
    from tradewright.features.labels import ForwardReturn
    from tradewright.models.table import Targets

    horizons = sorted(set(request.horizons_bars))
    return Targets.known({bars: ForwardReturn(bars, log=False).of_panel(panel) for bars in horizons}, as_of)


def _cut(request: ModelRequest, count: int) -> int:
    """The first row that is judged."""
    if not 0.0 < request.judged_share < 1.0:
        raise InvalidOption(f"--judged {request.judged_share:g} of the rows.", "Give a share such as 0.2.")
    cut = int(count * (1.0 - request.judged_share))
    if not 1 <= cut < count:
        raise InvalidOption(f"{count} rows leave nothing to learn from or to judge on.", "Give more data.")
    return cut


def _refuse_later_parent(parent: "Card", rows: "FeatureRows", until: int) -> None:
    """A child is not judged on what its parent learnt: the parent's outcomes end before the first judged row.

    Raises: InvalidOption.
    """
    from tradewright.values.instant import date_of

    known = parent.lineage.learnt_until
    if known and known <= until:
        return
    if not known:
        raise InvalidOption(
            f"The model {parent.version} does not say until when it learnt.", "Train the parent anew."
        )
    # Rounded down, so that the cut it gives is never before the parent's.
    share = np.floor(1_000.0 * np.mean(rows.instants > known)) / 1_000.0
    mend = f"Give --judged {share:g} or less, or" if share > 0.0 else "Give more data, or"
    raise InvalidOption(
        f"The parent {parent.version} learnt until {date_of(known)}, rows are judged after {date_of(until)}: "
        "it would be judged on what it learnt.",
        f"{mend} a parent that learnt less.",
    )


def judged_part_of(
    fitted: "FittedModel", rows: "FeatureRows", targets: "Targets", cut: int
) -> tuple[Any, Any]:
    """Forecasts of the judged rows, and what came; rows before them are looked back at alone."""
    from tradewright.models.table import Targets

    first = max(cut - fitted.model.lookback_bars + 1, 0)
    said = fitted.predict(rows.between(first, len(rows.instants)))
    skip = cut - first
    columns = {
        name: getattr(said, name)[skip:] for name in ("mean", "rise", "deviation", "reasons", "instants")
    }
    came = Targets(targets.values[cut:], targets.ends[cut:], targets.weights[cut:], targets.horizons_bars)
    return replace(said, **columns), came


def _as_row(version: str, one: "Skill") -> Row:
    """A horizon's figures; what is no number is nothing."""
    told = {
        name: None if isinstance(value, float) and np.isnan(value) else value
        for name, value in asdict(one).items()
    }
    return {"id": f"{version}:{one.horizon_bars}", "model": version, **told}
