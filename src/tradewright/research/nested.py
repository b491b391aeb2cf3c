"""A search of its own in every fold of a walk: Optuna proposes, and learns from the training rows alone.

What it proposes is tried through the study's seam and goes on record like any other configuration, whatever
becomes of it. A fold may pick what was proposed for it, or the pre-registered configuration: what was
proposed for a later fold was found by looking at later data.
"""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.research.plan import Plan
from tradewright.research.points import Point, point_at
from tradewright.research.search_options import ASKED_AT_ONCE, Axis
from tradewright.research.trying import Bench, Broken
from tradewright.validation.evidence import Parameter
from tradewright.validation.out_of_sample import Flags, ratios_per_bar
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats

if TYPE_CHECKING:
    import optuna

# A proposal that the strategy refuses is none; so many for each that is wanted, then the space is at fault.
PATIENCE = 10


def nested(bench: Bench) -> Flags:
    """Search every fold in turn; gives K x N, which of the bench's configurations each fold may pick.

    Property: equal plans give equal proposals, whoever works them out.
    Raises: what a configuration broke with, where nothing of a fold came to an end.
    """
    plan, watch = bench.plan, bench.watch
    folds, picks = len(plan.folds), []
    for number in range(folds):
        watch.progress("search in folds", number, folds)
        picks.append(_searched(bench, number))
    watch.progress("search in folds", folds, folds)
    may_pick = np.zeros((folds, len(bench.points)), dtype=np.bool_)
    for row, places in zip(may_pick, picks, strict=True):
        row[[0, *places]] = True
    return may_pick


def _searched(bench: Bench, number: int) -> list[int]:
    """The places of what one fold proposed, of which each was told what it earned on the training rows."""
    plan, study = bench.plan, _study(bench.plan, number)
    fold, wanted = plan.folds[number], plan.search.trials or 0
    rows = fold.train - plan.common_start
    told: list[int] = []
    broken: list[Broken] = []
    for _ in range(PATIENCE * -(-wanted // ASKED_AT_ONCE)):
        count = min(ASKED_AT_ONCE, wanted - len(told) - len(broken))
        if count <= 0:
            break
        asked = _asked(plan, study, count)
        places = bench.places_of([point for _, point in asked])
        for (trial, _), place in zip(asked, places, strict=True):
            if isinstance(place, Broken):
                broken.append(place)
                study.tell(trial, state=_failed())
                continue
            told.append(place)
            _tell(study, trial, bench.found[place][1].over_cash[rows])
    if broken and not told:
        raise broken[0].error
    return told


def _asked(plan: Plan, study: "optuna.Study", count: int) -> "list[tuple[optuna.Trial, Point]]":
    """Proposals that the strategy takes; the others are told to have failed, and count as no try."""
    taken = []
    for trial in [study.ask(_distributions(plan)) for _ in range(count)]:
        values = {axis.name: axis.value(trial.params[axis.name]) for axis in plan.axes}
        point = _point(plan, values)
        if point is None:
            study.tell(trial, state=_failed())
        else:
            taken.append((trial, point))
    return taken


def _point(plan: Plan, values: dict[str, Parameter]) -> Point | None:
    """A proposal made ready; None where the strategy refuses it, or where it is slower than any corner was.

    A slower one would move the bars that all configurations share, under folds that are cut already.
    """
    try:
        point = point_at(plan.options, values, plan.tried_on)
    except InvalidOption:
        return None
    return point if point.strategy.warm_up_bars - 1 <= plan.common_start else None


def _tell(study: "optuna.Study", trial: "optuna.Trial", training: Floats) -> None:
    ratio = float(ratios_per_bar(training[:, None])[0])
    if np.isfinite(ratio):
        study.tell(trial, ratio)
    else:
        study.tell(trial, state=_failed())


def _study(plan: Plan, number: int) -> "optuna.Study":
    """A search of its own for one fold, from a seed of its own."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    words = f"{plan.options.seed} fold {number}".encode()
    seed = int.from_bytes(hashlib.sha256(words).digest()[:4], "big")
    # Its own usual number of random tries is more than some searches have in all.
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=ASKED_AT_ONCE)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _distributions(plan: Plan) -> dict[str, Any]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    def of(axis: Axis) -> Any:
        if axis.kind == "bool":
            return CategoricalDistribution([False, True])
        is_whole = axis.kind == "int"
        return (
            IntDistribution(int(axis.low), int(axis.high))
            if is_whole
            else FloatDistribution(axis.low, axis.high)
        )

    return {axis.name: of(axis) for axis in plan.axes}


def _failed() -> Any:
    from optuna.trial import TrialState

    return TrialState.FAIL
