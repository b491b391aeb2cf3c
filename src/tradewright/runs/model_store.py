"""Fitted models as folders: arrays in npz, all else in JSON. What was saved is what is served."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tradewright.models import registry
from tradewright.models.contract import FittedModel, Model, Signature
from tradewright.models.table import FeatureRows, Targets
from tradewright.runs.array_bytes import arrays_as_bytes, arrays_of
from tradewright.runs.kept_folder import Keeping
from tradewright.runs.manifest import code_version
from tradewright.validation.drift import Reference
from tradewright.values.errors import BadInput, InvalidOption, NotFound

WEIGHTS, CONFIG, REFERENCE = "weights.npz", "model.json", "reference.npz"
KEEPING = Keeping("tradewright model", 1, CONFIG, WEIGHTS, "a folder that `models train` wrote", REFERENCE)


@dataclass(frozen=True)
class Lineage:
    """Where a model comes from.

    `data` is a hash of the rows and outcomes it learnt from, `parent` the version of the model that its
    weights began as; empty where nobody said. `metrics` are figures by name. `learnt_until` (ns UTC) is the
    instant up to which outcomes were known that it learnt from, `judged_until` the last row that judged it;
    0 where nobody said. `asked` is what was typed to make its rows: dataset, features and symbols.
    """

    data: str = ""
    parent: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    learnt_until: int = 0
    judged_until: int = 0
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """What a folder says of its model.

    `version` names the model: a hash of its weights, recipe, features, data and code. `code` is the package
    that fitted it, `schema_hash` its features.
    """

    version: str
    name: str
    parameters: Mapping[str, Any]
    signature: Signature
    seed: int
    lineage: Lineage
    code: str
    story: Mapping[str, Any]


@dataclass(frozen=True)
class Damaged:
    """A kept model whose description cannot be read: its folder's name and why."""

    version: str
    why: str


def save_model(
    folder: Path, fitted: FittedModel, lineage: Lineage | None = None, reference: Reference | None = None
) -> str:
    """Write a model into a new folder; gives its version.

    `reference` is the distribution of its features where it learnt, against which drift is measured.
    Raises: InvalidOption where something is there already; StorageFailure when the disk is full or read-only.
    """
    told, weights = _described(fitted, lineage or Lineage())
    beside = b"" if reference is None else reference_as_bytes(reference)
    KEEPING.write(folder, {**told, "story": dict(fitted.story)}, weights, beside)
    return str(told["model"])


def keep_model(room: Path, fitted: FittedModel, lineage: Lineage, reference: Reference | None = None) -> str:
    """Keep a model in a room of models, under its version; one that is there already stays as it is.

    Raises: StorageFailure when the disk is full or read-only.
    """
    told, _ = _described(fitted, lineage)
    version = str(told["model"])
    try:
        if not (room / version).exists():
            save_model(room / version, fitted, lineage, reference)
    except InvalidOption:
        # Another process kept the same model meanwhile: it is there, and it is whole.
        if not (room / version / CONFIG).is_file():
            raise
    return version


def training_name(model: Model, seed: int, lineage: Lineage) -> str:
    """Names a training by all that it hangs on: recipe, seed, data, parent and code."""
    told = (registry.name_of(model), sorted(model.parameters().items()), seed, lineage.data, lineage.parent)
    return hashlib.sha256(repr((told, code_version())).encode()).hexdigest()[:16]


def cards(room: Path) -> list[Card | Damaged]:
    """What is kept in a room of models, by version; an empty list where there is no room.

    A model whose description cannot be read stands among the others as damaged, by name.
    """
    return [_card_or_damage(folder) for folder in _folders(room)]


def find_model(room: Path, version: str) -> Path:
    """The folder of a version, which may be named by its first letters; what is in it is not read.

    Raises: NotFound with what there is; InvalidOption where several begin so.
    """
    known = [folder.name for folder in _folders(room)]
    found = [one for one in known if one.startswith(version)] if version else []
    if len(found) > 1:
        raise InvalidOption(f"{len(found)} models begin with '{version}'.", f"Say more: {', '.join(found)}.")
    if not found:
        raise NotFound(f"There is no model '{version}'.", f"Known: {', '.join(known) or 'none'}.")
    return room / found[0]


def _folders(room: Path) -> list[Path]:
    """The folders of a room's models, by version; a hidden one is half written."""
    if not room.is_dir():
        return []
    return sorted(one for one in room.iterdir() if not one.name.startswith(".") and (one / CONFIG).is_file())


def _card_or_damage(folder: Path) -> Card | Damaged:
    """What a folder says of its model, or why it cannot be read."""
    try:
        return read_card(folder)
    except BadInput as error:
        return Damaged(folder.name, str(error))


def _described(fitted: FittedModel, lineage: Lineage) -> tuple[dict[str, Any], bytes]:
    """All that names a model, its version among it, and its weights."""
    weights = arrays_as_bytes(fitted.learned)
    told: dict[str, Any] = {
        "name": registry.name_of(fitted.model),
        "parameters": fitted.model.parameters(),
        "signature": asdict(fitted.signature),
        "seed": fitted.seed,
        "lineage": asdict(lineage),
        "code": code_version(),
    }
    version = hashlib.sha256(repr(sorted(told.items())).encode() + weights).hexdigest()[:16]
    return {"model": version, **told}, weights


def version_of(fitted: FittedModel, lineage: Lineage) -> str:
    """The version that a model would be kept under."""
    return str(_described(fitted, lineage)[0]["model"])


def load_model(folder: Path) -> FittedModel:
    """The model of a folder, as it was saved, bit for bit.

    Raises: NotFound; BadInput for a file that is damaged, by name, or of a newer version; Blocked without the
    extra that it needs, once it is asked.
    """
    card = read_card(folder)
    content = KEEPING.read_weights(folder, KEEPING.read_config(folder))
    try:
        arrays = arrays_of(content)
    except ValueError as error:
        raise BadInput(f"{folder / WEIGHTS} holds what is no plain array: {error}.", "Train anew.") from error
    model = registry.build(card.name, card.parameters)
    return FittedModel(model, card.signature, arrays, card.seed, card.story)


def read_card(folder: Path) -> Card:
    """What a folder says of its model, without its weights.

    Raises: NotFound; BadInput for a description that is damaged or of a newer version.
    """
    told = KEEPING.read_config(folder)
    try:
        signature = Signature(
            tuple(told["signature"]["names"]),
            told["signature"]["schema_hash"],
            tuple(told["signature"]["horizons_bars"]),
        )
        kept = {name: told[name] for name in ("name", "parameters", "seed", "code", "story")}
        return Card(told["model"], signature=signature, lineage=Lineage(**told["lineage"]), **kept)
    except (KeyError, TypeError) as error:
        raise BadInput(f"{folder / CONFIG} lacks {error}: it is damaged.", "Copy it again.") from None


def load_reference(folder: Path) -> Reference | None:
    """The distribution of a model's features where it learnt; None where it was kept without one.

    Raises: NotFound; BadInput for a file that is damaged, by name.
    """
    content = KEEPING.read_beside(folder, KEEPING.read_config(folder))
    if not content:
        return None
    held = arrays_of(content)
    names = tuple(str(name) for name in held.pop("names"))
    return Reference(names, **held)


def reference_as_bytes(reference: Reference) -> bytes:
    """A reference as one npz file."""
    held = {name: value for name, value in vars(reference).items() if name != "names"}
    return arrays_as_bytes({**held, "names": np.array(reference.names, dtype=np.str_)})


def data_hash_of(rows: FeatureRows, targets: Targets) -> str:
    """Names exactly what a model learnt from: features, outcomes, spans, weights, instants and symbols."""
    digest = hashlib.sha256(
        repr((rows.names, rows.symbols, rows.schema_hash, targets.horizons_bars)).encode()
    )
    for array in (rows.values, rows.instants, targets.values, targets.ends, targets.weights):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
