"""Lines of models over a workspace: compared, promoted, rolled back, watched for drift, due or not."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.assembly.model_rows import (
    Kept,
    dataset_of,
    errors_of,
    kept_model,
    refuse_incomparable,
    refuse_other_formulas,
    shared_horizon,
    since,
    unlearnt,
)
from tradewright.assembly.models import judged_part_of, room_of
from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import Blocked, InvalidOption, NotFound

if TYPE_CHECKING:
    from tradewright.models.retraining import Due, RetrainingPolicy, SkillThen
    from tradewright.research.model_line import Compared, Line
    from tradewright.research.model_registry import ModelRegistry
    from tradewright.validation.drift import Drift
    from tradewright.validation.forecast_comparison import ComparisonOptions, ForecastComparison
    from tradewright.values.provenance import Snapshot

NAIVE = "naive"
# Resamples enough to show a chance a quarter of what may be spent.
DRAWS_A_CHANCE, LEAST_DRAWS = 4.0, 999
# The chance that drift of any feature is called where there is none.
DRIFT_ALPHA = 0.05


@dataclass(frozen=True)
class CompareRequest:
    """What somebody typed; where `champion`, `dataset` or `horizon_bars` is left out, the line says it."""

    challenger: str
    champion: str = ""
    dataset: str = ""
    horizon_bars: int = 0
    line: str = "main"
    worth_share: float = 0.001


def registry_of(workspace: Workspace) -> "ModelRegistry":
    """The lines on this workspace's ledger."""
    from tradewright.research.model_registry import ModelRegistry

    return ModelRegistry(workspace.ledger, workspace.clock)


def _standing(workspace: Workspace, line: str) -> "Line":
    """Where a line stands; no ledger is made by asking. Raises: InvalidOption."""
    from tradewright.research.model_line import line_of

    return registry_of(workspace).line(line) if workspace.ledger_is_there else line_of(line, ())


def compare(workspace: Workspace, request: CompareRequest) -> "tuple[ForecastComparison, Compared]":
    """Compare a challenger with the champion on rows that neither learnt from, and keep what was found.

    Raises: NotFound, BadInput, InvalidOption; Blocked where they cannot be compared, or on too little.
    """
    from tradewright.research.model_line import Compared
    from tradewright.runs.manifest import code_version
    from tradewright.runs.model_store import data_hash_of
    from tradewright.validation.forecast_comparison import ComparisonOptions

    if not 0.0 < request.worth_share < 1.0:
        raise InvalidOption(f"--worth {request.worth_share:g}.", "Give a share of the loss, such as 0.001.")
    # Models are read first: asking about one that is not there makes no ledger.
    ours, registry = kept_model(workspace, request.challenger), registry_of(workspace)
    theirs = kept_model(workspace, _opponent(registry.line(request.line), request))
    refuse_incomparable(ours, theirs)
    horizon = shared_horizon(ours, theirs, request.horizon_bars)
    rows, came, cut = unlearnt(workspace, (ours, theirs), request.dataset)
    errors = [errors_of(one, rows, came, cut, horizon) for one in (theirs, ours)]
    data = f"{data_hash_of(rows.between(cut, len(rows.instants)), since(came, cut))}:{horizon}"
    snapshot = workspace.catalogue.resolve(request.dataset or str(ours.card.lineage.asked["dataset"]))
    alpha, is_again = registry.price(ours.version, theirs.version, data, snapshot.dataset)
    options = ComparisonOptions(alpha, request.worth_share, max(LEAST_DRAWS, int(DRAWS_A_CHANCE / alpha)))
    found = _decided(ours, theirs, errors, horizon, options)
    told = {**_told(found), "horizon_bars": horizon, "last_row": int(rows.instants[-1])}
    made = Compared(
        at=0,
        challenger=ours.version,
        champion=theirs.version,
        data=data,
        dataset=snapshot.dataset,
        snapshot=snapshot.id,
        code=code_version(),
        origin=_origin(snapshot),
        is_better=found.is_better,
        alpha=alpha,
        told=told,
        is_again=is_again,
    )
    return found, registry.compared(request.line, made)


def _decided(
    ours: Kept, theirs: Kept, errors: list[Any], horizon: int, options: "ComparisonOptions"
) -> "ForecastComparison":
    """The comparison itself, or a refusal with the way out.

    Raises: Blocked.
    """
    from tradewright.validation.forecast_comparison import NothingApart, TooManyTries, compare_forecasts

    try:
        return compare_forecasts(errors[0], errors[1], horizon, options)
    except ValueError as error:
        mend = "Ingest newer rows, or train both with a larger --judged."
        if isinstance(error, NothingApart | TooManyTries):
            mend = "Keep the champion."
        told = f"{ours.version} and {theirs.version} cannot be told apart: {error}."
        raise Blocked(told, mend) from None


def promote(workspace: Workspace, version: str, line: str, by: str) -> "Line":
    """Make a model the champion of a line: on fresh evidence that it beat the champion, by a person's name.

    A line without a champion takes who beat a naive model.
    Raises: NotFound, BadInput, InvalidOption, Blocked.
    """
    from tradewright.research.model_line import Now
    from tradewright.runs.manifest import code_version

    kept = kept_model(workspace, version)
    refuse_other_formulas(kept)
    named, registry = dataset_of(kept), registry_of(workspace)
    standing = registry.line(line)
    opponent = _first_opponent(workspace, standing, kept.version)
    snapshot = workspace.catalogue.resolve(
        named if opponent == NAIVE else dataset_of(kept_model(workspace, opponent))
    )
    latest = workspace.catalogue.resolve(snapshot.dataset).id
    now = Now(int(workspace.clock()), code_version(), snapshot.dataset, latest)
    return registry.promote(line, kept.version, opponent, by, now)


def roll_back(workspace: Workspace, line: str, by: str, reason: str) -> "Line":
    """Go back to the former champion, which is read and checked first; its features must be those of now.

    Raises: NotFound, BadInput, InvalidOption, Blocked.
    """
    from tradewright.research.model_line import way_back
    from tradewright.runs.manifest import code_version

    former = kept_model(workspace, way_back(_standing(workspace, line), by, reason))
    refuse_other_formulas(former)
    if former.card.code != code_version():
        workspace.say(f"{former.version} was fitted by other code than that which serves it now.")
    return registry_of(workspace).roll_back(line, former.version, by, reason)


def retire(workspace: Workspace, version: str, line: str, by: str, reason: str) -> "Line":
    """Withdraw a model of a line, by a person's name and with a reason. Its files are not read.

    Raises: NotFound, InvalidOption, Blocked.
    """
    _standing(workspace, line)
    if not workspace.ledger_is_there:
        raise NotFound(f"'{line}' knows no model '{version}'.", "Nothing is on record in this workspace.")
    return registry_of(workspace).retire(line, version, by, reason)


def drift(workspace: Workspace, version: str, dataset: str, count: int, line: str) -> "list[Drift]":
    """Hold a model's features on its last rows against those it learnt on, and keep what was found.

    Only rows after those that taught count, `count` at most.
    Raises: NotFound, BadInput; Blocked where it was kept without a reference.
    """
    from tradewright.runs.model_store import load_reference
    from tradewright.validation.drift import drifts

    if count < 1:
        raise InvalidOption(f"--rows {count}.", "Give 1 or more, such as 250.")
    kept = kept_model(workspace, version)
    reference = load_reference(kept.folder)
    if reference is None:
        raise Blocked(f"{kept.version} was kept without a reference of its features.", "Train it anew.")
    rows, _, cut = unlearnt(workspace, (kept,), dataset)
    found = drifts(reference, rows.values[:, max(cut, len(rows.instants) - count) :])
    drifted = [one.name for one in found if one.has_drifted(DRIFT_ALPHA)]
    untold = [one.name for one in found if one.why_not and not one.has_vanished]
    named = workspace.catalogue.resolve(dataset or str(kept.card.lineage.asked["dataset"])).dataset
    seen = min(count, len(rows.instants) - cut)
    told = {"drifted": drifted, "untold": untold, "rows": seen, "dataset": named}
    registry_of(workspace).checked(line, kept.version, told)
    return found


def due(workspace: Workspace, version: str, line: str, policy: "RetrainingPolicy") -> "tuple[str, Due]":
    """Whether a model, the champion unless another is named, is due to be trained anew; trains nothing.

    Raises: NotFound, BadInput, Blocked.
    """
    from tradewright.models import retraining
    from tradewright.research.trials import Kind

    standing = _standing(workspace, line)
    named = version or standing.champion
    if not named:
        raise Blocked(f"'{line}' has no champion.", "Name a model: tradewright models due MODEL")
    kept, now = kept_model(workspace, named), int(workspace.clock())
    dataset, registry = dataset_of(kept), registry_of(workspace)
    rows = registry.rows_of(kept.version)
    trained = [one for one in rows if one.kind is Kind.MODEL_TRAINED]
    in_line = registry.ledger.models(line)
    last = max((one.at for one in in_line if one.kind is Kind.MODEL_TRAINED), default=None)
    looks = [one for one in in_line if one.kind is Kind.MODEL_CHECKED and one.trial == kept.version]
    served = workspace.catalogue.resolve(dataset).dataset
    checked = [one for one in looks if _body(one)["dataset"] == served]
    judged, recent = _skill_then_and_now(workspace, kept, registry)
    facts = retraining.RetrainingFacts(
        now,
        kept.card.lineage.learnt_until,
        trained_at=trained[-1].at if trained else None,
        line_trained_at=last,
        drifted=tuple(_body(checked[-1])["drifted"]) if checked else None,
        untold=tuple(_body(checked[-1])["untold"]) if checked else (),
        checked_at=checked[-1].at if checked else None,
        judged=judged,
        recent=recent,
        spent_s=_spent(registry, line, now - int(policy.budget_days * retraining.DAY_NS)),
        next_s=float(_body(trained[-1])["seconds"]) if trained else None,
    )
    return kept.version, retraining.due(policy, facts)


def _opponent(line: "Line", request: CompareRequest) -> str:
    """Whom the challenger meets."""
    named = request.champion or line.champion
    if not named:
        raise InvalidOption(
            f"'{line.name}' has no champion to compare with.",
            "Name a model; the first champion must beat a naive one: "
            f"tradewright models compare {request.challenger} NAIVE",
        )
    return named


def _first_opponent(workspace: Workspace, line: "Line", version: str) -> str:
    """Whom the first champion of a line must have beaten: the last naive model that it was compared with."""
    from tradewright.runs.model_store import Damaged, cards

    if line.champion:
        return line.champion
    names = {one.version: one.name for one in cards(room_of(workspace)) if not isinstance(one, Damaged)}
    met = [one.champion for one in line.compared if one.challenger == version]
    naive = [one for one in met if names.get(one) == NAIVE]
    return naive[-1] if naive else NAIVE


def _origin(snapshot: "Snapshot") -> str:
    """Who stands for the data: real, synthetic, or nobody."""
    origin = snapshot.provenance.stated_origin
    return origin.value if origin else ""


def _told(found: "ForecastComparison") -> dict[str, Any]:
    """A comparison as plain values."""
    return {
        **asdict(found),
        "improvement_share": found.improvement_share,
        "doubts": list(found.doubts),
    }


def _skill_then_and_now(
    workspace: Workspace, kept: Kept, registry: "ModelRegistry"
) -> "tuple[SkillThen | None, SkillThen | None]":
    """The skill at the shortest horizon that a model was judged on, and on rows that came since.

    Whoever is told the second has looked at those rows, so it goes on record.
    """
    from tradewright.models.retraining import SkillThen
    from tradewright.models.skill import skills

    rows, came, cut = unlearnt(workspace, (kept,), "")
    horizon, lineage = kept.card.signature.horizons_bars[0], kept.card.lineage
    first = int(np.searchsorted(rows.instants, lineage.judged_until, side="right"))
    coefficient = lineage.metrics.get(f"coefficient_{horizon}")
    judged = recent = None
    if coefficient is not None and first > cut:
        judged = SkillThen(coefficient, ((first - cut) / horizon) ** -0.5)
    if first < len(rows.instants):
        found = skills(*judged_part_of(kept.fitted, rows, came, first))[0]
        recent = SkillThen(found.coefficient, found.error)
        named = workspace.catalogue.resolve(dataset_of(kept)).dataset
        told = {"until": int(rows.instants[-1]), "horizon_bars": horizon, "coefficient": found.coefficient}
        registry.reviewed(kept.version, {"dataset": named, **told})
    return judged, recent


def _spent(registry: "ModelRegistry", line: str, since: int) -> float:
    """Seconds of training in a line since an instant."""
    from tradewright.research.trials import Kind

    rows = registry.ledger.models(line)
    return sum(
        float(_body(one)["seconds"]) for one in rows if one.kind is Kind.MODEL_TRAINED and one.at >= since
    )


def _body(event: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event.body)
    return found
