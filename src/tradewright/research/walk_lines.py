"""A walk as the dossier and the summary tell it. Nothing new is found out here."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from tradewright.research.dossier.content import FoldLine, FoldLines, Ratio
from tradewright.research.dossier.wording import counted, setting
from tradewright.research.plan import Plan
from tradewright.research.walk import Tested, Walk
from tradewright.validation.figure import Figure


def walk_lines(plan: Plan, walk: Walk, ratio_of: Callable[[Figure], Ratio]) -> FoldLines:
    """Everything the page says of a walk; `ratio_of` writes a figure as the page does elsewhere."""
    equity = np.asarray(plan.options.account.capital_usd * np.cumprod(1.0 + walk.returns[walk.bars]))
    return FoldLines(
        how=_how(plan, walk),
        folds=tuple(_line(plan, walk, one) for one in walk.tested),
        ratios=tuple(_told(ratio_of(one), one is walk.found.in_sample) for one in figures_of(walk)),
        instants=plan.panel.instants[walk.bars + 1],
        equity_usd=equity,
    )


def _told(ratio: Ratio, is_promise: bool) -> Ratio:
    """What the picks had promised is an average over folds, and has no interval: choice has flattered it."""
    how = "average of the picks on their training sessions, flattered by the choice"
    return replace(ratio, sample_of="folds", how=how) if is_promise else ratio


def figures_of(walk: Walk) -> tuple[Figure, ...]:
    """What was left out of sample, what had been promised, how much of it was kept, and the benchmark."""
    found = walk.found
    every = (found.out_of_sample, found.in_sample, found.kept, found.over_benchmark, walk.above_benchmark)
    return tuple(one for one in every if one is not None)


def walk_summary(plan: Plan, walk: Walk) -> dict[str, Any]:
    """The walk for a program; every fold stands in folds.parquet."""
    picks: dict[str, int] = {}
    for one in walk.tested:
        name = picked_words(walk, one)
        picks[name] = picks.get(name, 0) + 1
    return {
        "folds": len(walk.tested),
        "how": _how(plan, walk),
        "bars": len(walk.bars),
        "picks": picks,
        "figures": {one.name: asdict(one) for one in figures_of(walk)},
    }


def picked_words(walk: Walk, one: Tested) -> str:
    """The parameters that a fold picked."""
    parameters = walk.points[one.pick].parameters
    return ", ".join(f"{name} = {setting(value)}" for name, value in parameters)


def _how(plan: Plan, walk: Walk) -> str:
    """The walk in words, with what was left out between training and test, and how much each fold tried."""
    folds = plan.options.folds
    if folds is None:
        return ""
    # Purge and embargo overlap: both end where the test begins.
    left = counted(max(folds.purge_bars, folds.embargo_bars), "session")
    return f"{folds.words}; {left} before each test left out of its training{_sought(plan, walk)}"


def _sought(plan: Plan, walk: Walk) -> str:
    """How many proposals the folds tried, of how many that were wanted; empty where no fold searched."""
    if not plan.axes:
        return ""
    wanted, tried = plan.search.trials or 0, np.isfinite(walk.in_sample[:, 1:]).sum(axis=1)
    fewest, most = int(tried.min()), int(tried.max())
    count = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    less = "" if fewest >= wanted else "; the others were refused, broke off or came twice"
    return f". Each fold tried {count} of {wanted:,} proposals that were wanted{less}"


def _line(plan: Plan, walk: Walk, one: Tested) -> FoldLine:
    instants = plan.panel.instants
    train_first, train_last, test_first, test_last = (
        int(instants[row]) for row in (one.train[0], one.train[1] - 1, one.test[0], one.test[1] - 1)
    )
    picked = picked_words(walk, one)
    return FoldLine(train_first, train_last, test_first, test_last, picked, one.in_sample, one.out_of_sample)
