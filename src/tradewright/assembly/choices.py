"""A strategy chosen by regime, learnt from runs of the workspace, judged on their last rows, and kept."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.assembly.models import Row, room_of
from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import InvalidOption

if TYPE_CHECKING:
    from tradewright.models.strategy_choice import Choices, Earned, StrategyChoice
    from tradewright.models.table import FeatureRows

REGIMES = ("trend_regime", "volatility_regime")


@dataclass(frozen=True)
class ChoiceRequest:
    """What somebody typed: runs by their ids, the default one among them, and the market whose regimes count.

    Units: `horizon_bars` ahead; `confidence` as in `ChoiceTerms`; `judged_share` of the rows, the last ones.
    """

    runs: tuple[str, ...]
    default: str
    dataset: str
    symbol: str
    features: tuple[str, ...] = REGIMES
    model: str = "regime_means"
    parameters: Mapping[str, str] = field(default_factory=dict)
    horizon_bars: int = 5
    confidence: float = 0.55
    judged_share: float = 0.2
    seed: int = 0


def choose(workspace: Workspace, request: ChoiceRequest) -> list[Row]:
    """Learn a choice, judge it on rows that are later than all that it learnt from, keep it, on record.

    Gives a row for each run, one for following the choice, and one for the last row.
    Raises: NotFound, Blocked, InvalidOption, UnknownName, StorageFailure.
    """
    from tradewright.models import registry
    from tradewright.models.strategy_choice import ChoiceTerms, learn_choice
    from tradewright.runs.earned_by_runs import earned_by_runs
    from tradewright.runs.model_store import Lineage, keep_model

    runs = [workspace.runs.complete(one) for one in dict.fromkeys((*request.runs, request.default))]
    default = workspace.runs.complete(request.default).run_id
    recipe = registry.find(request.model).from_text(request.parameters)
    terms = ChoiceTerms(default, request.horizon_bars, request.confidence)
    regimes = _regimes(workspace, request)
    earned = earned_by_runs(
        workspace.runs, list({one.run_id: one for one in runs}.values()), regimes.instants
    )
    cut = _cut(earned, request.judged_share)
    until = int(regimes.instants[cut]) - 1
    choice = learn_choice(recipe, regimes, earned, terms, as_of=until, seed=request.seed)
    told = (earned.names, earned.returns.tobytes(), regimes.values.tobytes(), regimes.schema_hash)
    lineage = Lineage(hashlib.sha256(repr(told).encode()).hexdigest(), learnt_until=until)
    version = keep_model(room_of(workspace), choice.as_fitted(), lineage)
    found = choice.choose(regimes)
    names = {one.run_id: one.name for one in runs}
    figures = _judged(earned, found, choice, cut)
    today = _today(found, names, version)
    return [*figures, {**today, "choices": _noted(workspace, request, figures, today)}]


def _noted(workspace: Workspace, request: ChoiceRequest, figures: Sequence[Row], today: Row) -> int:
    """Put a choice on record before anybody is told it; gives how many were judged on its dataset."""
    from tradewright.research.model_registry import ModelRegistry

    followed = figures[-1]
    told = {
        "name": request.model,
        "parameters": dict(request.parameters),
        "dataset": workspace.catalogue.resolve(request.dataset).dataset,
        "symbol": request.symbol,
        "features": list(request.features),
        "runs": [row["id"] for row in figures[:-1]],
        "default": request.default,
        "horizon_bars": request.horizon_bars,
        "confidence": request.confidence,
        "judged_until": today["instant"],
        "beyond_default": followed["beyond_default"],
        "error": followed["error"],
    }
    return ModelRegistry(workspace.ledger, workspace.clock).chosen(today["model"], told)


def _regimes(workspace: Workspace, request: ChoiceRequest) -> "FeatureRows":
    """The regimes of one symbol."""
    from tradewright.assembly.features import FeatureRequest, compute
    from tradewright.models.table import FeatureRows

    asked = FeatureRequest(request.features, request.dataset, symbols=(request.symbol,))
    table = compute(workspace, asked)
    return FeatureRows(table.names, table.values, table.instants, table.symbols, table.schema_hash)


def _cut(earned: "Earned", judged_share: float) -> int:
    """The first row that is judged, of those on which every run had an account."""
    if not 0.0 < judged_share < 1.0:
        raise InvalidOption(f"--judged {judged_share:g} of the rows.", "Give a share such as 0.2.")
    common = np.flatnonzero(np.isfinite(earned.returns).all(axis=1))
    if len(common) < 2:
        raise InvalidOption(
            "The runs and the regimes have no rows in common.",
            "Give the dataset that they ran on, and runs of one period.",
        )
    return int(common[int(len(common) * (1.0 - judged_share))])


def _judged(earned: "Earned", found: "Choices", choice: "StrategyChoice", cut: int) -> list[Row]:
    """What each run, and following the choice, earned beyond the default over the judged rows."""
    bars, names = choice.terms.horizon_bars, earned.names
    ahead = earned.ahead(bars)
    beyond = ahead - ahead[:, [names.index(choice.terms.default)]]
    judged = (np.arange(len(ahead)) >= cut) & np.isfinite(beyond).all(axis=1)
    followed = np.take_along_axis(beyond, found.chosen[:, None], axis=1)[:, 0]
    every = [(name, beyond[:, place], found.chosen == place) for place, name in enumerate(names)]
    every.append(("choice", followed, found.reasons == 0))
    rows = max(int(np.count_nonzero(judged)), 1)
    return [
        {
            "id": name,
            "beyond_default": float(np.mean(column[judged])) if judged.any() else None,
            "error": float(np.std(column[judged]) * (bars / rows) ** 0.5) if judged.any() else None,
            "followed_share": float(np.mean(chosen[judged])) if judged.any() else None,
            "judged_rows": int(np.count_nonzero(judged)),
        }
        for name, column, chosen in every
    ]


def _today(found: "Choices", names: Mapping[str, str], version: str) -> dict[str, Any]:
    """What is chosen at the last row."""
    from tradewright.models.strategy_choice import ChoiceReason

    run, sure = found.names[int(found.chosen[-1])], float(found.confidence[-1])
    return {
        "id": "last row",
        "instant": int(found.instants[-1]),
        "run": run,
        "name": names[run],
        "confidence": None if np.isnan(sure) else sure,
        "reason": ChoiceReason(int(found.reasons[-1])).name.lower(),
        "model": version,
    }
