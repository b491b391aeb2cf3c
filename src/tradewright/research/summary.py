"""A study's results as one JSON object, for programs. Nothing new is found out here."""

from dataclasses import asdict
from typing import Any

from tradewright.research.execution_report import execution_summary
from tradewright.research.judgement import StudyContext
from tradewright.research.notes import balances_of, margins_of, notes_on, waits_of
from tradewright.research.plan import Plan
from tradewright.research.result import StudyResult
from tradewright.validation.figure import Figure
from tradewright.validation.selection import METHOD
from tradewright.validation.stability import cliffs_around, moved_words, worst_kept
from tradewright.validation.verdict import Verdict

NOT_MOVED = "the parameters were not moved: set perturb = true in [strategy]"


def summary_of(plan: Plan, result: StudyResult, verdict: Verdict, context: StudyContext) -> dict[str, Any]:
    """The run in one JSON object: headline, gates, figures and the grid.

    A figure that was not evaluated has null for its value, and its reason beside it. `total_usd` of costs
    leaves out what cash earned, which stands beside it.
    """
    summary = {
        "title": plan.options.title,
        "hypothesis": plan.options.hypothesis.id,
        "study": plan.study,
        "headline": verdict.headline,
        "trials": context.trials,
        "recipes_before": context.recipes_before,
        "search": _search_json(result, context),
        "gates": [{**asdict(gate), "status": gate.status.value} for gate in verdict.gates],
        "figures": {one.name: asdict(one) for one in _all_figures(result)},
        "band": result.headline.band.plain(),
        "costs_usd": _costs_json(result),
        "execution": execution_summary(result.execution),
        "gateway": result.execution.gateway,
        "account": _account_json(plan, result),
        "grid": [asdict(point) for point in result.grid],
        "perturbations": _around_json(plan, result),
        "out_of_sample": _folds_json(plan, result),
        "cross_checks": _checks_json(result),
        **_forecasts_json(plan, result),
        "notes": list(notes_on(plan, result, context.models_before)),
    }
    return {name: _unsigned(part) for name, part in summary.items()}


def _costs_json(result: StudyResult) -> dict[str, float]:
    """What trading and holding cost by its cause; of changing money only where balances are kept."""
    told = {**asdict(result.costs), "total_usd": result.costs.total_usd}
    if not result.headline.outcome.currencies:
        del told["exchange_usd"], told["exchange_gain_usd"]
    return told


def _account_json(plan: Plan, result: StudyResult) -> dict[str, Any]:
    """Under which rules of a broker the headline traded, and how often they came to it."""
    outcome, account = result.headline.outcome, plan.options.account
    return {
        "type": account.type,
        **{name: getattr(account, name) for name in margins_of(plan)},
        "margin_calls": len(outcome.margin_calls),
        "forced_orders": len(outcome.forced_orders),
        "waits_for_settlement": waits_of(result),
        **({"balances": balances_of(result)} if outcome.currencies else {}),
    }


def _search_json(result: StudyResult, context: StudyContext) -> Any:
    """The prices of the search, each with its p; or why there is none."""
    if context.priced is None or isinstance(result.search, str):
        return {"reason": result.search if isinstance(result.search, str) else "no ledger of trials was kept"}
    return [{**asdict(one), "p": one.p(context.priced), "method": METHOD} for one in result.search]


def _around_json(plan: Plan, result: StudyResult) -> Any:
    """The headline's neighbours, what the worst of them keeps, and the cliffs."""
    if not result.around:
        asked = plan.options.is_perturbed
        reason = "no number of the strategy can be moved by a fifth or less" if asked else NOT_MOVED
        return {"reason": reason}
    own = next(point.sharpe.value for point in result.grid if point.is_headline)
    return {
        "worst_kept_share": worst_kept(own, result.around),
        "cliffs": [moved_words(one) for one in cliffs_around(own, result.around)],
        "neighbours": [asdict(one) for one in result.around],
    }


def _folds_json(plan: Plan, result: StudyResult) -> Any:
    """The walk, or that there was none."""
    if result.walk is None:
        return {"reason": "no folds were asked for"}
    from tradewright.research.walk_lines import walk_summary

    return walk_summary(plan, result.walk)


def _forecasts_json(plan: Plan, result: StudyResult) -> dict[str, Any]:
    """The model that was taught; nothing of it for a study without."""
    if result.forecasts is None:
        return {}
    from tradewright.research.forecast_lines import forecast_summary

    return {"forecasts": forecast_summary(plan, result.forecasts)}


def _checks_json(result: StudyResult) -> Any:
    """The cross-checks, or that nobody asked for them."""
    if result.checks is None:
        return {"reason": "cross-checks were not asked for"}
    from tradewright.research.check_lines import checks_summary

    return checks_summary(result.checks)


def _all_figures(result: StudyResult) -> tuple[Figure, ...]:
    robust = (result.doubled_costs, result.one_bar_later)
    names = ("Sharpe ratio a year, costs doubled", "Sharpe ratio a year, one bar later")
    fragile = tuple(_renamed(one, name) for one, name in zip(robust, names, strict=True))
    told = (result.minimum_track_bars, result.closed_trips, *result.expected)
    return (*result.figures, *result.against, *fragile, *told)


def _renamed(found: Figure, name: str) -> Figure:
    return Figure(name, found.value, found.unit, found.sample, found.interval, found.reason)


def _unsigned(part: Any) -> Any:
    """The same JSON without negative zeros, which would read as losses."""
    if isinstance(part, dict):
        return {name: _unsigned(one) for name, one in part.items()}
    if isinstance(part, list | tuple):
        return [_unsigned(one) for one in part]
    return part + 0.0 if isinstance(part, float) else part
