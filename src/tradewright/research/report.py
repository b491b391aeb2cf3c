"""A study's results as the dossier's content. Nothing new is found out here."""

import math
from dataclasses import asdict

import numpy as np

from tradewright.causality.certificate import Certificate
from tradewright.research.cautions import cautions_on
from tradewright.research.climbing import moved_lines
from tradewright.research.dossier.content import (
    CheckLine,
    CostLine,
    DossierContent,
    FoldLines,
    ForecastLines,
    GateLine,
    Grid,
    Identity,
    Luck,
    MonthlyReturns,
    Quantity,
    Ratio,
    Series,
    Trade,
    VerdictLines,
)
from tradewright.research.dossier.wording import counted, per_cent
from tradewright.research.execution_lines import execution_lines
from tradewright.research.judgement import StudyContext, deflated_figure, luck_sharpe
from tradewright.research.notes import benchmark_words, notes_on
from tradewright.research.plan import Plan
from tradewright.research.result import StudyResult
from tradewright.research.setup_lines import passport_lines, setup_lines
from tradewright.validation import trading
from tradewright.validation.benchmark import HOW
from tradewright.validation.figure import Figure
from tradewright.validation.performance import drawdown_series, monthly_returns, yearly_returns
from tradewright.validation.search_price import dearest
from tradewright.validation.selection import MEASURED_ON, MEASURED_SIZE, METHOD
from tradewright.validation.verdict import Gate, Status, Verdict
from tradewright.values.instant import NS_PER_DAY

CAUSES = {
    "spread_usd": "spread",
    "impact_usd": "market impact",
    "latency_usd": "latency",
    "commission_usd": "commission",
    "regulatory_usd": "fees on sales",
    "borrow_usd": "borrow fee",
    "margin_interest_usd": "margin interest",
}
NO_INTERVAL = "no interval: too few bars, or they do not determine it"
LUCK_HOW = "expected maximum of worthless, unrelated tries with this record's standard error"


def content_of(
    plan: Plan, result: StudyResult, verdict: Verdict, context: StudyContext, identity: Identity
) -> DossierContent:
    """Everything the page prints.

    The verdict is handed in: it is reached once, and page, summary and terminal show the same one.
    """
    cautions = cautions_on(plan, result)
    notes = notes_on(plan, result, context.models_before)
    return DossierContent(
        identity=identity,
        passport=passport_lines(plan),
        setup=setup_lines(plan),
        verdict=_verdict(verdict),
        sharpe=_ratio(result.sharpe),
        luck=_luck(result, context),
        expected=tuple(_ratio(one) for one in result.expected),
        ratios=tuple(_ratio(one) for one in (*result.figures[1:], *result.against)),
        series=_series(plan, result),
        monthly=_monthly(result),
        trades=_trades(plan, result),
        costs=_costs(result),
        execution=execution_lines(result.execution),
        grid=_grid(plan, result),
        cautions=cautions,
        audit=_audit(result.certificate),
        notes=tuple(words for words in notes if words not in cautions),
        folds=_folds(plan, result),
        checks=_checks(result),
        moved=moved_lines(result),
        forecasts=_forecasts(plan, result),
    )


def _checks(result: StudyResult) -> tuple[CheckLine, ...]:
    if result.checks is None:
        return ()
    from tradewright.research.check_lines import check_lines

    return check_lines(result.checks)


def _forecasts(plan: Plan, result: StudyResult) -> ForecastLines | None:
    if result.forecasts is None:
        return None
    from tradewright.research.forecast_lines import forecast_lines

    return forecast_lines(plan, result.forecasts, _ratio)


def _folds(plan: Plan, result: StudyResult) -> FoldLines | None:
    if result.walk is None:
        return None
    from tradewright.research.walk_lines import walk_lines

    return walk_lines(plan, result.walk, _ratio)


def _luck(result: StudyResult, context: StudyContext) -> Luck:
    """Tries so far, what luck alone shows, and the p-value that prices them."""
    hurdle, deflated = _number(luck_sharpe(result, context)), _number(deflated_figure(result, context))
    if context.priced is None or isinstance(result.search, str):
        why = result.search if isinstance(result.search, str) else "no ledger of trials was kept"
        return Luck(context.trials, hurdle, LUCK_HOW, deflated=deflated, p_how=why)
    dear = dearest(result.search, context.priced)
    how = (
        f"over {dear.against}, the weaker of both; {METHOD}, blocks of {counted(dear.block_bars, 'bar')}, "
        f"{dear.draws:,} draws; at a nominal 5 % it passed {per_cent(MEASURED_SIZE[0])} to "
        f"{per_cent(MEASURED_SIZE[1])} of worthless searches ({MEASURED_ON})"
    )
    missing = dear.missing(context.priced)
    if missing:
        how += f"; {counted(missing, 'try', 'tries')} without a record here priced as unrelated"
    return Luck(context.trials, hurdle, LUCK_HOW, dear.p(context.priced), how, deflated)


def _audit(certificate: Certificate) -> tuple[Quantity, ...]:
    """The certificate of the audit for look-ahead; all of it stands in certificate.json."""
    channels = certificate.channels
    return (
        Quantity("Verdict", f"{certificate.verdict.code}: {certificate.verdict}"),
        Quantity("Level", certificate.level.value),
        Quantity("Channels", f"{len(channels)}: {', '.join(one.channel for one in channels[:6])}"),
        Quantity("What was tried", str(certificate.coverage)),
        Quantity("Code, SHA-256", certificate.code_hash[:16]),
        Quantity("Data, SHA-256", certificate.data_hash[:16]),
        Quantity("Kept as", "certificate.json"),
    )


def identity_of(plan: Plan, context: StudyContext, run_id: str, code_version: str) -> Identity:
    """Which study this is, and what names its run."""
    return Identity(
        title=plan.options.title,
        hypothesis=plan.options.hypothesis.statement,
        study_hash=plan.study,
        run_id=run_id,
        code_version=code_version,
        seed=plan.options.seed,
        created_at=context.created_at,
    )


def _verdict(verdict: Verdict) -> VerdictLines:
    failed, unknown = verdict.count(Status.FAIL), verdict.count(Status.NOT_EVALUATED)
    status = Status.FAIL if failed else Status.NOT_EVALUATED if unknown or not verdict.gates else Status.PASS
    return VerdictLines(verdict.headline, status.value, tuple(_line(gate) for gate in verdict.gates))


def _line(gate: Gate) -> GateLine:
    return GateLine(gate.name, gate.status.value, gate.reason, gate.value, gate.limit, gate.unit)


def _number(found: Figure) -> float:
    return math.nan if found.value is None else found.value


def _ratio(found: Figure) -> Ratio:
    inside = found.interval
    how = "" if inside is None else inside.method
    if inside is not None and inside.draws:
        how += f", {inside.draws:,} draws of {inside.block_bars:.0f}-bar blocks"
    if inside is None and found.value is not None:
        how = found.reason or NO_INTERVAL
    low, high = (math.nan, math.nan) if inside is None else (inside.low, inside.high)
    level = 0.95 if inside is None else inside.level
    return Ratio(
        found.name, _number(found), found.unit, found.sample, how, low, high, level, reason=found.reason
    )


def _series(plan: Plan, result: StudyResult) -> Series:
    outcome, matched = result.headline.outcome, result.matched_usd
    # The benchmark begins where the strategy could first trade; before that there is nothing to draw.
    fall = np.full(len(matched), np.nan)
    fall[result.start_row :] = drawdown_series(matched[result.start_row :])
    return Series(
        instants=plan.panel.instants,
        equity_usd=outcome.equity_usd,
        benchmark_usd=matched,
        drawdown=drawdown_series(outcome.equity_usd),
        benchmark_drawdown=fall,
        gross=trading.gross_exposure(outcome),
        net=trading.net_exposure(outcome),
        turnover=trading.traded_share(outcome),
        benchmark_how=f"{benchmark_words(plan)}, {HOW}",
    )


def _monthly(result: StudyResult) -> MonthlyReturns:
    months = monthly_returns(result.period.instants, result.period.returns)
    annual = yearly_returns(months)
    years = tuple(year for year, _ in annual)
    table = np.full((len(years), 12), np.nan)
    for one in months:
        table[years.index(one.year), one.month - 1] = one.value
    return MonthlyReturns(years, table, np.array([value for _, value in annual]))


def _trades(plan: Plan, result: StudyResult) -> tuple[Trade, ...]:
    return tuple(_trade(plan, trip) for trip in result.trades)


def _trade(plan: Plan, trip: trading.RoundTrip) -> Trade:
    entry, end = (int(plan.panel.instants[row]) for row in (trip.entry_row, trip.exit_row))
    return Trade(
        symbol=plan.panel.symbols[trip.asset],
        side="long" if trip.qty > 0 else "short",
        entry_at=entry,
        entry_price=math.nan if trip.entry_price is None else trip.entry_price,
        exit_at=None if trip.is_open else end,
        exit_price=math.nan if trip.exit_price is None else trip.exit_price,
        qty=trip.opened_qty,
        pnl_usd=trip.pnl_usd,
        costs_usd=trip.costs_usd,
        holding_days=(end - entry) / NS_PER_DAY,
        dividends_usd=trip.dividends_usd,
        commission_usd=trip.commission_usd,
        splits=trip.splits,
    )


def _costs(result: StudyResult) -> tuple[CostLine, ...]:
    usd = asdict(result.costs)
    bps = trading.costs_a_year_bps(result.headline.outcome, result.period.years, result.start_row)
    paid = tuple(CostLine(cause, usd[name], bps[name]) for name, cause in CAUSES.items())
    kept = {"interest_earned_usd": "interest earned on cash"}
    if result.headline.outcome.currencies:
        paid += (CostLine("changing money", usd["exchange_usd"], bps["exchange_usd"]),)
        word = "loss" if usd["exchange_gain_usd"] < 0.0 else "gain"
        kept["exchange_gain_usd"] = f"{word} of balances in other currencies"
    earned = [CostLine(cause, -usd[name], -bps[name], is_income=True) for name, cause in kept.items()]
    return (*paid, *earned)


def _grid(plan: Plan, result: StudyResult) -> Grid | None:
    axes = plan.options.strategy.grid
    if not axes:
        return None
    metric = np.full(tuple(len(values) for values in axes.values()), np.nan)
    chosen: tuple[int, ...] = ()
    for point in result.grid:
        if point.steps:
            metric[point.steps] = _number(point.sharpe)
        chosen = point.steps if point.is_headline else chosen
    basis = (
        "So that all points stand on the same bars, each is measured from the row on which the slowest of "
        "them could first decide; the headline figure begins at its own first row and may differ."
    )
    named = "Sharpe ratio a year"
    return Grid(tuple(axes), tuple(axes.values()), named, metric, len(result.grid), chosen, basis)
