"""A taught model as the dossier, the terminal and the summary tell it. Nothing new is found out here."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from tradewright.research.dossier.content import (
    CalibrationLine,
    ForecastLines,
    HorizonLine,
    Quantity,
    Ratio,
    RefitLine,
)
from tradewright.research.dossier.wording import counted, decimal
from tradewright.research.forecasting import ForecastReport, HorizonReport
from tradewright.research.plan import Plan
from tradewright.runs.model_walk import Taught
from tradewright.validation.figure import Figure
from tradewright.values.parameters import bounds_of

MAXIM = "A model that does not beat ridge has not earned its training."


def forecast_lines(plan: Plan, report: ForecastReport, ratio_of: Callable[[Figure], Ratio]) -> ForecastLines:
    """Everything the page says of a model; `ratio_of` writes a figure as the page does elsewhere."""
    model = report.found.walk.model
    units = {one.name: bounds_of(one) for one in model.declared()}
    options = plan.options.model
    return ForecastLines(
        model=options.name if options else "",
        about=(type(model).__doc__ or "").strip().splitlines()[0],
        how=options.words if options else "",
        recipe=tuple(
            Quantity(name, value if isinstance(value, int | float) else str(value), _unit(units[name]))
            for name, value in model.parameters().items()
        ),
        features=len(report.found.material.rows.names),
        asked=sum(report.counts.values()),
        silent=tuple((name, count) for name, count in report.counts.items() if count and name != "spoke"),
        horizons=tuple(_horizon_line(one, ratio_of) for one in report.horizons),
        refits=tuple(_refit_line(plan, one) for one in report.found.taught),
    )


def _unit(bounds: Any) -> str:
    """A parameter's unit as its model declares it; a switch has none."""
    return "" if bounds is None or bounds.unit == "yes or no" else str(bounds.unit)


def _horizon_line(one: HorizonReport, ratio_of: Callable[[Figure], Ratio]) -> HorizonLine:
    figures = one.figures if one.above_ridge is None else (*one.figures, one.above_ridge)
    ratios = tuple(replace(ratio_of(found), sample_of="rows") for found in figures)
    lines = tuple(CalibrationLine(bin.said, bin.came, bin.count) for bin in one.calibration)
    return HorizonLine(one.horizon_bars, ratios, (skill_words(one), ridge_words(one)), lines, one.places)


def skill_words(one: HorizonReport) -> str:
    """Whether the forecasts of a horizon knew anything, in a sentence."""
    found, over = one.figures[0], f"Over {counted(one.horizon_bars, 'bar')}"
    if found.value is None:
        return f"{over} no skill was measured: {found.reason}."
    if found.interval is None:
        return (
            f"{over} the information coefficient is {decimal(found.value, 3)}; there is no interval for it."
        )
    low, high = found.interval.low, found.interval.high
    level = f"{100 * found.interval.level:.4g} % interval"
    inside = f"{decimal(found.value, 3)} ({level} {decimal(low, 3)} to {decimal(high, 3)})"
    if low > 0.0:
        return f"{over} the forecasts knew something: their information coefficient is {inside}."
    if high < 0.0:
        return f"{over} the forecasts pointed the wrong way: their information coefficient is {inside}."
    return f"{over} no skill was shown: the information coefficient is {inside}, which holds zero."


def ridge_words(one: HorizonReport) -> str:
    """Whether the model beat ridge on the same rows, in a sentence."""
    found, over = one.above_ridge, f"Over {counted(one.horizon_bars, 'bar')}"
    if found is None:
        return "The model is ridge itself: it is what others are held against."
    if found.value is None or found.interval is None:
        return f"{over} it was not held against ridge: {found.reason or 'there is no interval'}. {MAXIM}"
    low, high = found.interval.low, found.interval.high
    apart = f"{decimal(found.value, 3)} (interval {decimal(low, 3)} to {decimal(high, 3)})"
    if low > 0.0:
        return f"{over} it beat ridge: its coefficient is higher by {apart}."
    if high < 0.0:
        return f"{over} ridge beat it: its coefficient is away from ridge's by {apart}. {MAXIM}"
    return f"{over} it has not beaten ridge: the difference of their coefficients is {apart}. {MAXIM}"


def _refit_line(plan: Plan, one: Taught) -> RefitLine:
    instants, stretch = plan.panel.instants, one.stretch
    # The last session that had closed when the fit was made.
    known = int(np.searchsorted(instants, stretch.learnt_until, side="right")) - 1
    story = one.fitted.story
    epochs = (
        f"{counted(int(story['epoch']), 'epoch')}, best {int(story['best_epoch']) + 1}"
        if "best_epoch" in story
        else ""
    )
    return RefitLine(
        learnt_first=int(instants[stretch.first]),
        learnt_last=int(instants[known]),
        serves_first=int(instants[stretch.serves]),
        serves_last=int(instants[stretch.until - 1]),
        outcomes=one.outcomes,
        version=one.version,
        story=epochs,
    )


def forecast_summary(plan: Plan, report: ForecastReport) -> dict[str, Any]:
    """The model for a program; every fit stands in models.json, every forecast in forecasts.parquet."""
    return {
        "recipe": plan.recipe,
        "fits": len(report.found.taught),
        "counts": report.counts,
        "horizons": {
            str(one.horizon_bars): {
                "places": one.places,
                "figures": {found.name: asdict(found) for found in _all(one)},
                "calibration": [asdict(bin) for bin in one.calibration],
                "says": [skill_words(one), ridge_words(one)],
            }
            for one in report.horizons
        },
    }


def _all(one: HorizonReport) -> tuple[Figure, ...]:
    return one.figures if one.above_ridge is None else (*one.figures, one.above_ridge)
