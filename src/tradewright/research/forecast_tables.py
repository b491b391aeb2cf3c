"""What a taught model leaves behind: every fit with its hashes, and every forecast with its date."""

from typing import Any

import numpy as np
import polars as pl

from tradewright.models.forecasts import Abstention
from tradewright.research.forecasting import ForecastReport
from tradewright.research.plan import Plan
from tradewright.runs.model_walk import Forecasting, Taught
from tradewright.values.instant import date_of


def models_json(plan: Plan, report: ForecastReport) -> dict[str, Any]:
    """The recipe, and each fit: rows, instants, hash of what it was given, version of what it became."""
    walks = {"model": report.found, **report.baselines}
    return {
        "recipe": plan.recipe,
        "seed": plan.options.seed,
        "fits": {name: [_fit_json(walk, one) for one in walk.taught] for name, walk in walks.items()},
    }


def _fit_json(walk: Forecasting, one: Taught) -> dict[str, Any]:
    instants, stretch = walk.said.instants, one.stretch
    return {
        "version": one.version,
        "data": one.data,
        "outcomes": one.outcomes,
        "learnt_from": date_of(int(instants[stretch.first])),
        "learnt_until": stretch.learnt_until,
        "serves_from": date_of(int(instants[stretch.serves])),
        "serves_until": date_of(int(instants[stretch.until - 1])),
        "story": dict(one.fitted.story),
    }


def forecasts_table(report: ForecastReport) -> pl.DataFrame:
    """One row a symbol, row and horizon since the first fit: when it was said, by which fit, and what.

    Shape: `model` counts fits from 1; null where the model was silent, and `silent` then says why.
    """
    found, said = report.found, report.found.said
    first = found.taught[0].stretch.serves
    rows, names, horizons = len(said.instants) - first, len(said.symbols), len(said.horizons_bars)
    serves = np.array([one.stretch.serves for one in found.taught])
    by = np.searchsorted(serves, np.arange(first, len(said.instants)), side="right")
    words = [None if one is Abstention.SPOKE else one.name.lower() for one in Abstention]
    reasons = np.repeat(said.reasons[first:].reshape(-1), horizons)
    columns = {
        name: pl.Series(np.ascontiguousarray(getattr(said, name)[first:].reshape(-1)), nan_to_null=True)
        for name in ("mean", "rise", "deviation")
    }
    return pl.DataFrame(
        {
            "known_at": np.repeat(said.instants[first:], names * horizons),
            "symbol": np.tile(np.repeat(np.array(said.symbols), horizons), rows),
            "horizon_bars": np.tile(np.array(said.horizons_bars), rows * names),
            "model": np.repeat(by, names * horizons),
            **columns,
            "silent": pl.Series([words[one] for one in reasons.tolist()], dtype=pl.String),
        }
    )
