"""A kept model with the rows it can be asked about: those that taught it never judge it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.assembly.models import ModelRequest, judged_part_of, room_of, rows_of, targets_of
from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import BadInput, Blocked, InvalidOption
from tradewright.values.instant import date_of

if TYPE_CHECKING:
    from tradewright.models.contract import FittedModel
    from tradewright.models.table import FeatureRows, Targets
    from tradewright.runs.model_store import Card


# Features that an error names.
MOST_NAMED = 5


@dataclass(frozen=True)
class Kept:
    """A model that was read and checked."""

    folder: Path
    card: "Card"
    fitted: "FittedModel"

    @property
    def version(self) -> str:
        """What it is called."""
        return self.card.version


def kept_model(workspace: Workspace, version: str) -> Kept:
    """A model by its version or how that begins, its weights held against their hash."""
    from tradewright.runs.model_store import find_model, load_model, read_card

    folder = find_model(room_of(workspace), version)
    card = read_card(folder)
    if card.version != folder.name:
        raise BadInput(f"{folder} says that it is {card.version}.", "A model lies under its own version.")
    return Kept(folder, card, load_model(folder))


def refuse_incomparable(ours: Kept, theirs: Kept) -> None:
    """Two models are compared that answer about the same rows of the same data.

    Raises: InvalidOption for one and the same; Blocked for other data, features or formulas.
    """
    if ours.version == theirs.version:
        raise InvalidOption(f"{ours.version} would be compared with itself.", "Name two models.")
    mine, other = ours.card.lineage.asked, theirs.card.lineage.asked
    for what in ("dataset", "symbols"):
        if mine.get(what) != other.get(what):
            raise Blocked(
                f"{ours.version} and {theirs.version} learnt from other data: {what} {_said(mine, what)} and "
                f"{_said(other, what)}.",
                f"Train the challenger on {_said(other, what)}.",
            )
    mine_of, other_of = ours.card.signature, theirs.card.signature
    if mine_of.names != other_of.names:
        apart = sorted(set(mine_of.names) ^ set(other_of.names))
        told = ", ".join(apart[:5]) if apart else "their order"
        raise Blocked(
            f"{ours.version} and {theirs.version} look at other features: {told}.",
            "Train the challenger with the champion's --features.",
        )
    if mine_of.schema_hash != other_of.schema_hash:
        raise Blocked(
            f"{ours.version} and {theirs.version} have features of the same names by other formulas.",
            "Train the older one anew.",
        )


def refuse_other_formulas(kept: Kept) -> None:
    """A model serves the features that it was fitted to: what would be computed now must be those.

    Raises: Blocked for other names or formulas; NotFound, BadInput where they cannot be read any more.
    """
    from tradewright.assembly.features import FeatureRequest, wanted

    dataset = dataset_of(kept)
    now = wanted(FeatureRequest(tuple(kept.card.lineage.asked["features"]), dataset))
    fitted = kept.card.signature
    if now.schema_hash == fitted.schema_hash:
        return
    apart = ", ".join(sorted(set(now.names) ^ set(fitted.names))[:MOST_NAMED])
    told = f"of other names: {apart}" if apart else "of the same names by other formulas"
    raise Blocked(
        f"{kept.version} was fitted to other features than would be served now: {told} "
        f"(schema {fitted.schema_hash[:12]}, now {now.schema_hash[:12]}).",
        f"Bring back the features it was fitted to ({', '.join(kept.card.lineage.asked['features'])}), "
        "or train anew.",
    )


def _said(asked: Mapping[str, Any], what: str) -> str:
    found = asked.get(what)
    return ", ".join(found) if isinstance(found, list | tuple) and found else str(found or "nobody named")


def shared_horizon(ours: Kept, theirs: Kept, wanted: int) -> int:
    """The horizon that is compared: the shortest that both forecast, unless one is named."""
    both = [one for one in ours.card.signature.horizons_bars if one in theirs.card.signature.horizons_bars]
    if not both or (wanted and wanted not in both):
        known = ", ".join(map(str, both)) or "none"
        raise InvalidOption(
            f"They do not both forecast {wanted or 'any'} bars ahead.", f"Both forecast: {known}."
        )
    return wanted or both[0]


def dataset_of(kept: Kept) -> str:
    """The dataset that a model's rows are made from.

    Raises: Blocked where it does not say so, as what `models choose` keeps.
    """
    asked = kept.card.lineage.asked
    if not asked.get("dataset") or not asked.get("features"):
        raise Blocked(
            f"{kept.version} does not say how its rows are made.",
            "Train one that does: tradewright models train; a choice between runs is chosen anew.",
        )
    return str(asked["dataset"])


def _request(kept: Kept, dataset: str) -> ModelRequest:
    """What makes a model's rows again."""
    asked, known = kept.card.lineage.asked, dataset_of(kept)
    named = dataset or known
    symbols, horizons = tuple(asked.get("symbols", ())), kept.card.signature.horizons_bars
    features = tuple(asked["features"])
    return ModelRequest(kept.card.name, named, features, horizons_bars=horizons, symbols=symbols)


def unlearnt(
    workspace: Workspace, models: tuple[Kept, ...], dataset: str
) -> "tuple[FeatureRows, Targets, int]":
    """Rows as the models read them, what came of them, and the first row that taught none of them."""
    for one in models:
        if not one.card.lineage.learnt_until:
            raise Blocked(f"{one.version} does not say until when it learnt.", "Train it anew.")
    request = _request(models[0], dataset)
    snapshot = workspace.catalogue.resolve(request.dataset)
    panel = workspace.catalogue.panel(snapshot, workspace.clock(), request.symbols or None)
    rows = rows_of(workspace, request, panel)
    until = max(one.card.lineage.learnt_until for one in models)
    cut = int(np.searchsorted(rows.instants, until, side="right"))
    if cut >= len(rows.instants):
        told = f"'{request.dataset}' has no row after {date_of(until)}, when learning ended."
        raise Blocked(told, "Ingest some.")
    return rows, targets_of(request, panel, int(rows.instants[-1])), cut


def errors_of(kept: Kept, rows: "FeatureRows", came: "Targets", cut: int, horizon: int) -> Any:
    """Outcomes less forecasts of the rows from a cut on, T x N."""
    said, found = judged_part_of(kept.fitted, rows, came, cut)
    mine = kept.card.signature.horizons_bars.index(horizon)
    if horizon not in found.horizons_bars:
        raise InvalidOption(f"No outcome is known {horizon} bars ahead.", "Give another --horizon.")
    return found.values[..., found.horizons_bars.index(horizon)] - said.mean[..., mine]


def since(came: "Targets", cut: int) -> "Targets":
    """Outcomes from a row on."""
    from tradewright.models.table import Targets

    return Targets(came.values[cut:], came.ends[cut:], came.weights[cut:], came.horizons_bars)
