"""Runs a prepared study: the headline, the grid around it, and the two runs that ask whether it is fragile.

A function of the plan alone: no clock, no file, no ledger. Whoever watches is told of each trial as it goes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from tradewright.causality.certificate import Certificate
from tradewright.kernel.batch import simulate
from tradewright.research.execution_report import ExecutionReport, execution_report
from tradewright.research.plan import Plan
from tradewright.research.trying import (
    Bench,
    Curves,
    Watch,
    bootstrap_options,
    matched_at,
    period_from,
    tried,
)
from tradewright.runs.backtest import Backtest
from tradewright.runs.gate.artifacts import gate_before
from tradewright.runs.spread import HERE, Workers
from tradewright.runs.strategy_audit import audit_strategy
from tradewright.validation import benchmark, trading
from tradewright.validation.bootstrap import BootstrapOptions, resampling
from tradewright.validation.evidence import GridPoint, Perturbed
from tradewright.validation.figure import Figure, fact, figure, not_evaluated
from tradewright.validation.performance import Period, cash_returns, measure, sharpe_figure
from tradewright.validation.search_price import SearchPrice, price_search
from tradewright.validation.sharpe import error_robust, minimum_track_record, moments
from tradewright.values.balances import KEPT, MOST_INTEREST
from tradewright.values.decisions import Decisions
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Floats
from tradewright.values.profile import AccountOptions, ExecutionProfile

if TYPE_CHECKING:
    from tradewright.research.cross_checks import CrossChecks
    from tradewright.research.forecasting import ForecastReport
    from tradewright.research.perturbing import Around
    from tradewright.research.walk import Walk
    from tradewright.validation.out_of_sample import Flags

CONFIDENCE = 0.95
EMPTY: Mapping[str, Curves] = MappingProxyType({})
# The key of the headline's resamples, shared by the runs that ask whether it is fragile.
HEADLINE = "headline"
# What every configuration is held against: idle money, and the market at its own average exposure.
YARDSTICKS = ("cash", "the benchmark at matched exposure")


@dataclass(frozen=True, eq=False)
class StudyResult:
    """What a study found, before anybody judges it.

    Shape: `matched_usd` is T, the benchmark at matched exposure from `start_row` on, NaN before.
    Units: `figures` begin with the Sharpe ratio; `error` is its standard error a year, or NaN. `search`
    prices all configurations of the plan, over cash and over the benchmark at matched exposure. `expected`
    is the Sharpe ratio to expect live and how long it takes to show; empty without checks. `walk` is None
    where the study asks for no folds, `checks` where nobody asked for them, `forecasts` without a model.
    `earlier` records of other studies are among those priced. `around` are the headline's neighbours.
    """

    headline: Backtest
    start_row: int
    period: Period
    figures: tuple[Figure, ...]
    against: tuple[Figure, ...]
    trades: tuple[trading.RoundTrip, ...]
    costs: trading.Costs
    grid: tuple[GridPoint, ...]
    doubled_costs: Figure
    one_bar_later: Figure
    minimum_track_bars: Figure
    error: float
    matched_usd: Floats
    search: tuple[SearchPrice, ...] | str
    certificate: Certificate
    execution: ExecutionReport
    expected: tuple[Figure, ...] = ()
    walk: "Walk | None" = None
    checks: "CrossChecks | None" = None
    earlier: int = 0
    around: tuple[Perturbed, ...] = ()
    forecasts: "ForecastReport | None" = None

    @property
    def sharpe(self) -> Figure:
        """The headline's Sharpe ratio a year, with its interval."""
        return self.figures[0]

    @property
    def over_benchmark(self) -> Figure:
        """Mean return a year above the benchmark at matched exposure."""
        return self.against[0]

    @property
    def sharpe_over_benchmark(self) -> Figure:
        """Sharpe ratio a year above that of the benchmark at matched exposure."""
        return self.against[1]

    @property
    def closed_trips(self) -> Figure:
        """How many round trips came to their end."""
        closed = sum(not trip.is_open for trip in self.trades)
        return fact(figure("Finished round trips", float(closed), "trades", closed, needs=0))


def execute(
    plan: Plan,
    watch: Watch,
    with_checks: bool = False,
    workers: Workers = HERE,
    earlier: Mapping[str, Curves] = EMPTY,
) -> StudyResult:
    """Run every configuration, then measure the headline. Equal plans give equal results, bit for bit.

    `with_checks` adds the cross-checks, which a quick look does not wait for. `workers` run the grid.
    `earlier` are the records of tries of other studies by their trials, priced with this one's.
    The runs with doubled costs and one bar later repeat the headline's decisions under other terms: they are
    no trials, because nobody could choose between them. A model is taught before the first of them.
    """
    if plan.walk is None:
        return _executed(plan, watch, with_checks, (workers, earlier))
    from tradewright.research.forecasting import made_ready, report_on
    from tradewright.runs.model_audit import with_models

    ready, found = made_ready(plan, watch)
    assert found is not None  # the plan has a model
    result = _executed(ready, watch, with_checks, (workers, earlier))
    report = report_on(plan, found, bootstrap_options(plan), watch)
    watch.progress("audit of the models", 0, 1)
    certificate = with_models(result.certificate, found, plan.panel)
    watch.progress("audit of the models", 1, 1)
    return replace(result, forecasts=report, certificate=certificate)


def _executed(
    plan: Plan, watch: Watch, with_checks: bool, told: tuple[Workers, Mapping[str, Curves]]
) -> StudyResult:
    """A study whose forecasts, where it reads any, stand beside its prices."""
    workers, earlier = told
    found = _all_tried(plan, watch, workers)
    plan, headline, curves = found.plan, found.headline, found.curves
    watch.progress("fragility", 0, 2)
    keep = _same_draws(plan, headline)
    doubled = _doubled(plan, headline, keep)
    watch.progress("fragility", 1, 2)
    delayed = one_bar_later(headline.decisions, len(plan.panel.instants))
    later = _under(plan, delayed, (plan.options.account, plan.profile), keep)
    watch.progress("fragility", 2, 2)
    walk = _walk(found, watch)
    watch.progress("intervals", 0, 1)
    own = {point.trial for point in (*plan.points, *(one.point for one in plan.around))}
    walks = [] if walk is None else [_walk_curves(plan, walk)]
    others = [curve for trial, curve in earlier.items() if trial not in own | _trial_of(walk)]
    aside = [*found.around.curves, *others]
    search = _search(plan, [*curves, *walks, *aside])
    result = _measured(plan, headline, found.grid, (doubled, later), search)
    if with_checks:
        result = replace(
            result, checks=_checks(plan, result, curves), expected=_expected(result, [*curves, *aside])
        )
    watch.progress("intervals", 1, 1)
    return replace(result, walk=walk, earlier=len(others), around=found.around.found)


def doubled_cost(profile: ExecutionProfile) -> ExecutionProfile:
    """The same profile with all it charges twice as high: in prices, beside them, and on debt."""
    return replace(
        profile,
        name=f"{profile.name}, costs doubled",
        slippage_multiple=2.0 * profile.slippage_multiple,
        latency_low_ms=2.0 * profile.latency_low_ms,
        latency_high_ms=2.0 * profile.latency_high_ms,
        commission_tiers=tuple((start, 2.0 * price) for start, price in profile.commission_tiers),
        fee_multiple=2.0 * profile.fee_multiple,
        commission_bps=2.0 * profile.commission_bps,
        commission_per_share_usd=2.0 * profile.commission_per_share_usd,
        commission_minimum_usd=2.0 * profile.commission_minimum_usd,
        margin_rate=2.0 * profile.margin_rate,
        borrow_rate=2.0 * profile.borrow_rate,
        borrow_fee_multiple=2.0 * profile.borrow_fee_multiple,
        conversion_bps=2.0 * profile.conversion_bps,
    )


def doubled_terms(
    account: AccountOptions, profile: ExecutionProfile
) -> tuple[AccountOptions, ExecutionProfile]:
    """Account and profile with doubled costs: of kept balances what they owe, too."""
    dear = doubled_cost(profile)
    if account.balances != KEPT:
        return account, dear
    owed = {
        code: (earned, min(2.0 * owed, MOST_INTEREST)) for code, (earned, owed) in account.interest.items()
    }
    return replace(account, interest=owed), dear


def one_bar_later(decisions: Decisions, bars: int) -> Decisions:
    """The same wishes, each carried out one bar later; those that would fall behind the end are dropped."""
    inside = decisions.rows + 1 < bars
    said = tuple((row + 1, word) for row, word in decisions.said if row + 1 < bars)
    return Decisions(decisions.rows[inside] + 1, np.ascontiguousarray(decisions.weights[inside]), said)


@dataclass(frozen=True, eq=False)
class _Tried:
    """What was tried: the plan with every configuration that folds proposed, and what came of each.

    Shape: `may_pick` is K x N, which of the points each fold knew; None where each knew all.
    """

    plan: Plan
    headline: Backtest
    grid: tuple[GridPoint, ...]
    curves: list[Curves]
    may_pick: "Flags | None"
    around: "Around"


def _all_tried(plan: Plan, watch: Watch, workers: Workers) -> _Tried:
    """Run the plan's points, then what its folds search for, then the neighbours of the headline."""
    from tradewright.research.perturbing import perturbed

    if plan.axes:
        from tradewright.research.nested import nested

    headline, grid, curves = tried(plan, watch, workers)
    bench = Bench(plan, list(zip(grid, curves, strict=True)), watch, workers)
    may_pick = nested(bench) if plan.axes else None
    points, found = tuple(bench.points), list(bench.found)
    around = perturbed(plan, bench)
    grid, curves = tuple(point for point, _ in found), [curve for _, curve in found]
    return _Tried(replace(plan, points=points), headline, grid, curves, may_pick, around)


def _trial_of(walk: "Walk | None") -> set[str]:
    return set() if walk is None else {walk.point.trial}


def _walk(found: _Tried, watch: Watch) -> "Walk | None":
    """The study's folds, picked and traded; nothing of it is loaded for a study without."""
    plan = found.plan
    if not plan.folds:
        return None
    from tradewright.research.walk import walked

    excess = np.stack([curve[0] for curve in found.curves], axis=1)
    return walked(plan, excess, bootstrap_options(plan), watch, found.may_pick)


def _walk_curves(plan: Plan, walk: "Walk") -> Curves:
    """The walk beside the grid, as one more try: idle in cash wherever it is not out of sample."""
    start = plan.common_start
    cash = cash_returns(plan.panel.instants, plan.profile.cash_rate)[start:]
    returns, exposure = walk.returns[start:], walk.exposure[start:]
    above = returns - matched_at(plan, float(np.mean(exposure)), start)
    return Curves(returns - cash, above, exposure, walk.returns)


def _checks(plan: Plan, result: StudyResult, curves: list[Curves]) -> "CrossChecks":
    """The cross-checks; nothing of them is loaded for a quick look."""
    from tradewright.research.cross_checks import Tried, cross_checks

    excess, exposure = (np.stack([curve[number] for curve in curves], axis=1) for number in (0, 2))
    start = plan.common_start
    tried = Tried(excess, exposure, plan.market[start:], start + 1)
    matched = _matched(plan, result.headline.outcome, result.start_row)
    return cross_checks(tried, result.period, matched, bootstrap_options(plan))


def _expected(result: StudyResult, curves: list[Curves]) -> tuple[Figure, ...]:
    """What to expect live; nothing of it is loaded for a quick look."""
    from tradewright.research.expectation import expected_figures

    return expected_figures(np.stack([curve[0] for curve in curves], axis=1), result.period.bars_per_year)


def _search(plan: Plan, curves: list[Curves]) -> tuple[SearchPrice, ...] | str:
    """The price of the search, over each yardstick; the first that cannot be had says why."""
    prices = []
    for number, against in enumerate(YARDSTICKS):
        excess = np.stack([curve[number] for curve in curves], axis=1)
        price = price_search(excess, against, bootstrap_options(plan), "search")
        if isinstance(price, str):
            return price
        prices.append(price)
    return tuple(prices)


def _same_draws(plan: Plan, headline: Backtest) -> BootstrapOptions:
    """Draws whose blocks are those of the headline: runs then differ by their terms, never by their draw."""
    options = bootstrap_options(plan)
    excess = period_from(plan, headline.outcome, plan.start_row).excess
    base = resampling(excess, options, HEADLINE)
    return options if base is None else replace(options, block_bars=base.block_bars)


def _under(
    plan: Plan,
    decisions: Decisions,
    terms: tuple[AccountOptions, ExecutionProfile],
    options: BootstrapOptions,
) -> Figure:
    """The headline's Sharpe ratio when its decisions are traded under other terms."""
    gate = gate_before(plan.options.execution.limits, plan.panel)
    outcome = simulate(plan.panel, decisions, *terms, gate)
    period = period_from(plan, outcome, plan.start_row)
    return sharpe_figure(period, resampling(period.excess, options, HEADLINE))


def _doubled(plan: Plan, headline: Backtest, options: BootstrapOptions) -> Figure:
    """The Sharpe ratio when all costs are doubled; not evaluated where there was none to double."""
    terms = doubled_terms(plan.options.account, plan.profile)
    found = _under(plan, headline.decisions, terms, options)
    if found.value is None or trading.costs_of(headline.outcome).total_usd > 0.0:
        return found
    reason = "nothing was charged, and twice nothing is nothing: give the profile costs"
    return not_evaluated(found.name, found.unit, found.sample, reason)


def _measured(
    plan: Plan,
    headline: Backtest,
    grid: tuple[GridPoint, ...],
    fragile: tuple[Figure, Figure],
    search: tuple[SearchPrice, ...] | str,
) -> StudyResult:
    """Everything that is said of the headline run."""
    start, outcome = plan.start_row, headline.outcome
    period, options = period_from(plan, outcome, start), bootstrap_options(plan)
    matched = _matched(plan, outcome, start)
    sample = resampling(period.excess, options, "benchmark")
    against = benchmark.compare(period, matched, plan.market[start:], sample)
    figures = (
        *measure(period, options, HEADLINE),
        *trading.exposure_figures(outcome, start),
        trading.turnover_figure(outcome, period.years, start),
    )
    shown = np.full(len(outcome.equity_usd), np.nan)
    shown[start:] = outcome.equity_usd[start] * np.cumprod(np.concatenate([[1.0], 1.0 + matched]))
    return StudyResult(
        headline=headline,
        start_row=start,
        period=period,
        figures=figures,
        against=against,
        trades=trading.round_trips(outcome, plan.panel),
        costs=trading.costs_of(outcome, start),
        grid=grid,
        doubled_costs=fragile[0],
        one_bar_later=fragile[1],
        minimum_track_bars=minimum_track_bars(period),
        error=_error(period),
        matched_usd=shown,
        search=search,
        certificate=audit_strategy(
            headline.strategy, plan.panel, plan.options.account, plan.profile, plan.options.seed
        ),
        execution=execution_report(headline, plan.profile, options),
    )


def _matched(plan: Plan, outcome: Outcome, start: int) -> Floats:
    """The benchmark's returns at the strategy's average net exposure, cash and borrowing at profile rates."""
    return matched_at(plan, float(np.mean(trading.net_exposure(outcome)[start:-1])), start)


def minimum_track_bars(period: Period) -> Figure:
    """How many bars this Sharpe ratio needs to be told from zero; at least a year's worth."""
    name, unit = "Minimum track record", "bars"
    shape = moments(period.excess)
    if isinstance(shape, str):
        return not_evaluated(name, unit, len(period.returns), shape)
    needed = minimum_track_record(shape, 0.0, CONFIDENCE)
    if not math.isfinite(needed):
        reason = f"a Sharpe ratio of {shape.sharpe * math.sqrt(period.bars_per_year):.2f} is not above zero"
        return not_evaluated(name, unit, shape.sample, f"{reason}: no length of record would show it to be")
    bars = float(math.ceil(max(needed, period.bars_per_year)))
    return fact(
        figure(name, bars, unit, shape.sample), "follows from the Sharpe ratio, no interval of its own"
    )


def _error(period: Period) -> float:
    """Standard error of the Sharpe ratio a year; NaN where it cannot be measured."""
    if isinstance(moments(period.excess), str):
        return math.nan
    return error_robust(period.excess) * math.sqrt(period.bars_per_year)
