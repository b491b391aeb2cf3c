"""What a walk leaves behind: each fold, each configuration in it, and the joined record bar by bar."""

import json
from collections.abc import Sequence

import numpy as np
import polars as pl

from tradewright.research.plan import Plan
from tradewright.research.walk import Walk
from tradewright.validation.performance import cash_returns
from tradewright.values.panel import Floats


def walk_tables(plan: Plan, walk: Walk) -> dict[str, pl.DataFrame]:
    """Three tables, each under its file's name."""
    return {
        "folds.parquet": folds_table(plan, walk),
        "fold_trials.parquet": fold_trials_table(plan, walk),
        "out_of_sample.parquet": out_of_sample_table(plan, walk),
    }


def folds_table(plan: Plan, walk: Walk) -> pl.DataFrame:
    """One row a fold: first and last sessions of both parts, what was picked, both ratios a year."""
    instants, tested = plan.panel.instants, walk.tested
    rows = np.array([(*one.train, *one.test) for one in tested])
    points = [walk.points[one.pick] for one in tested]
    return pl.DataFrame(
        {
            "fold": np.arange(1, len(tested) + 1),
            "train_first": instants[rows[:, 0]],
            "train_last": instants[rows[:, 1] - 1],
            "test_first": instants[rows[:, 2]],
            "test_last": instants[rows[:, 3] - 1],
            "purged": [one.purged for one in tested],
            "trial": [point.trial for point in points],
            "parameters": [json.dumps(dict(point.parameters)) for point in points],
            "in_sample_sharpe": _known([one.in_sample for one in tested]),
            "out_of_sample_sharpe": _known([one.out_of_sample for one in tested]),
        }
    )


def fold_trials_table(plan: Plan, walk: Walk) -> pl.DataFrame:
    """One row a fold and configuration: its Sharpe ratio a year on the fold's training sessions."""
    folds, points = walk.in_sample.shape
    return pl.DataFrame(
        {
            "fold": np.repeat(np.arange(1, folds + 1), points),
            "trial": [point.trial for point in walk.points] * folds,
            "in_sample_sharpe": _known(walk.in_sample.ravel()),
        }
    )


def out_of_sample_table(plan: Plan, walk: Walk) -> pl.DataFrame:
    """One row a bar out of sample: when it was known, which fold traded it, its return and that of cash."""
    instants = plan.panel.instants
    cash = cash_returns(instants, plan.profile.cash_rate)
    returns = walk.returns[walk.bars]
    return pl.DataFrame(
        {
            "known_at": instants[walk.bars + 1],
            "fold": walk.fold_of + 1,
            "return": returns,
            "cash_return": cash[walk.bars],
            "equity_usd": plan.options.account.capital_usd * np.cumprod(1.0 + returns),
            "net_exposure": walk.exposure[walk.bars],
        }
    )


def _known(ratios: Sequence[float] | Floats) -> pl.Series:
    """Ratios, null where there is none."""
    values = np.asarray(ratios, dtype=np.float64)
    return pl.Series(np.where(np.isfinite(values), values, np.nan), nan_to_null=True)
