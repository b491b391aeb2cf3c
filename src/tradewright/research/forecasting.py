"""The model of a study taught and judged: its forecasts, and two baselines on the same rows.

The baselines are yardsticks of the forecasts. Nobody trades them, so they are no trials: who prefers one
after having seen this must name it in a study, and that study's recipe is a try like any other.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tradewright.research.plan import Plan
from tradewright.runs.model_walk import Forecasting, Material, material_of, walked
from tradewright.validation import forecast_skill as skill
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.figure import Figure
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats

if TYPE_CHECKING:
    from tradewright.models.forecasts import Forecasts
    from tradewright.models.table import Targets
    from tradewright.research.trying import Watch

NAIVE, RIDGE = "naive", "ridge"
LEVEL = 0.9
STAGE = "models"


@dataclass(frozen=True, eq=False)
class HorizonReport:
    """How good the forecasts of one horizon were, out of sample: every row was forecast before it came.

    `figures` begin with the information coefficient; `above_ridge` is None where the model is ridge itself.
    """

    horizon_bars: int
    figures: tuple[Figure, ...]
    above_ridge: Figure | None
    calibration: tuple[skill.Calibration, ...]
    places: int


@dataclass(frozen=True, eq=False)
class ForecastReport:
    """A model's walk with what was found out about it. `counts` are places served, by why one was silent."""

    found: Forecasting
    baselines: dict[str, Forecasting]
    horizons: tuple[HorizonReport, ...]
    counts: dict[str, int]


def taught(plan: Plan, watch: "Watch") -> Forecasting:
    """The plan's model, taught as time goes by. The plan must have one."""
    assert plan.walk is not None
    spans = plan.walk.stretches(plan.panel)
    material = material_of(plan.walk, plan.panel)
    _refuse_unknown_features(material)
    return walked(plan.walk, material, spans, lambda done, total: watch.progress(STAGE, done, total))


def _refuse_unknown_features(material: Material) -> None:
    """A column that these data never know would silence the model at every row.

    Raises: InvalidOption.
    """
    rows = material.rows
    blank = [
        name for name, column in zip(rows.names, rows.values, strict=True) if not np.isfinite(column).any()
    ]
    if blank:
        raise InvalidOption(
            f"[model]: these data know {', '.join(blank)} at no row (closes have no highs and lows).",
            'Give features that they do know, such as features = ["closes"].',
        )


def with_forecasts(plan: Plan, found: Forecasting) -> Plan:
    """The plan on a panel that has the forecasts beside its prices."""
    return replace(plan, panel=replace(plan.panel, forecasts=found.dated()))


def made_ready(plan: Plan, watch: "Watch") -> tuple[Plan, Forecasting | None]:
    """A plan that can be traded: with forecasts where it has a model, else as it is."""
    if plan.walk is None:
        return plan, None
    found = taught(plan, watch)
    return with_forecasts(plan, found), found


def report_on(plan: Plan, found: Forecasting, options: BootstrapOptions, watch: "Watch") -> ForecastReport:
    """The baselines taught on the same rows, and every horizon judged."""
    from tradewright.models import registry

    spans, first = tuple(one.stretch for one in found.taught), found.taught[0].stretch.serves
    watch.progress("baselines", 0, 1)
    baselines = {
        name: walked(found.walk.with_model(model), found.material, spans, _nobody)
        for name, model in ((one, registry.build(one, {})) for one in (NAIVE, RIDGE))
        if type(model) is not type(found.walk.model)
    }
    watch.progress("baselines", 1, 1)
    came, intervals = found.came(), _intervals(found)
    horizons = tuple(
        _horizon(found, baselines, came, place, (intervals, options))
        for place in range(len(came.horizons_bars))
    )
    counts = replace(found.said, reasons=found.said.reasons[first:]).counts()
    return ForecastReport(found, baselines, horizons, counts)


def _nobody(done: int, total: int) -> None:
    """Told, and forgets."""


def _intervals(found: Forecasting) -> tuple[Floats, Floats]:
    """Intervals at every row, as wide as misses known before it ask for, T x N x H each."""
    from tradewright.models.conformal import FollowingIntervals

    first = found.taught[0].stretch.serves
    said, came = _since(found.said, found.came(), first)
    low, high = np.full(found.said.mean.shape, np.nan), np.full(found.said.mean.shape, np.nan)
    made = FollowingIntervals(LEVEL).intervals(said, came)
    low[first:], high[first:] = made.low, made.high
    return low, high


def _since(said: "Forecasts", came: "Targets", first: int) -> tuple["Forecasts", "Targets"]:
    from tradewright.models.walk_forward import part_of

    own = slice(first, None)
    targets = replace(came, values=came.values[own], ends=came.ends[own], weights=came.weights[own])
    return part_of(said, first, len(said.instants)), targets


def _horizon(
    found: Forecasting,
    baselines: dict[str, Forecasting],
    came: "Targets",
    place: int,
    how: tuple[tuple[Floats, Floats], BootstrapOptions],
) -> HorizonReport:
    """Every figure of one horizon."""
    (low, high), options = how
    said = found.said
    judged = skill.Judged(
        said.mean[..., place], said.rise[..., place], came.values[..., place], said.horizons_bars[place]
    )
    # For all horizons together: of four that know nothing one would else seem to in every sixth study.
    jointly = replace(options, level=1.0 - (1.0 - options.level) / len(said.horizons_bars))
    others = {name: one.said.mean[..., place] for name, one in baselines.items()}
    saved = [skill.saved_over(judged, other, _who(name), options) for name, other in others.items()]
    figures = (
        skill.coefficient(judged, jointly),
        skill.coefficient_across(judged, jointly),
        skill.right_sides(judged, options),
        skill.rises(judged, options),
        skill.covered(judged, low[..., place], high[..., place], LEVEL, options),
        skill.endless(judged, low[..., place], high[..., place], options),
        *saved,
    )
    above = skill.coefficient_above(judged, others[RIDGE], jointly) if RIDGE in others else None
    return HorizonReport(judged.horizon_bars, figures, above, skill.calibrated(judged), judged.count)


def _who(name: str) -> str:
    return "the mean of the past" if name == NAIVE else name
