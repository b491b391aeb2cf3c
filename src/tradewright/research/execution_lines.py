"""The execution report as the dossier's content: words and numbers, nothing new."""

import math

from tradewright.execution.cost_analysis.quality import Measured
from tradewright.research.dossier.content import (
    ExecutionLines,
    GapLine,
    GatewayLines,
    QualityLine,
    Ratio,
    ShockLine,
    StopLine,
)
from tradewright.research.dossier.wording import in_unit, per_cent
from tradewright.research.execution_report import ExecutionReport
from tradewright.validation.figure import Figure
from tradewright.validation.gaps import GapStatistics
from tradewright.validation.own_stops import OwnStops


def execution_lines(report: ExecutionReport) -> ExecutionLines:
    """Everything that the page says about execution, the gateway, gaps and shocks."""
    measures = (*report.shortfall, *report.benchmarks, report.forecast_error)
    return ExecutionLines(
        quality=tuple(_quality(one) for one in report.quality) if len(report.costs) else (),
        ratios=tuple(ratio_of(one) for one in measures) if len(report.costs) else (),
        gateway=_gateway(report),
        gaps=(_gap("all instruments", report.gaps), _gap("with a position held", report.held_gaps)),
        stops=tuple(
            StopLine(one.distance, one.nights, one.jumped, one.mean_cost, one.worst_cost)
            for one in report.stops
        ),
        own_stops=_own_stops(report.own_stops),
        shocks=tuple(
            ShockLine(one.shock.name, one.shock.when, one.shock.source, one.last, one.largest)
            for one in report.stress
        ),
    )


def ratio_of(found: Figure) -> Ratio:
    """A figure of orders as the page prints it: its sample counts orders."""
    inside = found.interval
    how = found.reason or "no interval: fewer than 30 orders"
    if inside is not None:
        how = f"{inside.method} over orders, {inside.draws:,} draws of {inside.block_bars:.0f}-order blocks"
    low, high = (math.nan, math.nan) if inside is None else (inside.low, inside.high)
    value = math.nan if found.value is None else found.value
    level = 0.95 if inside is None else inside.level
    return Ratio(found.name, value, found.unit, found.sample, how, low, high, level, "orders", found.reason)


def _quality(one: Measured) -> QualityLine:
    side = "at most" if one.at_most else "at least"
    limit = f"{side} {in_unit(one.limit, one.figure.unit)}"
    return QualityLine(ratio_of(one.figure), limit, one.standing.value)


def _gap(nights_of: str, found: GapStatistics) -> GapLine:
    return GapLine(
        nights_of, found.nights, found.gaps, found.large, found.large_against, found.mean_gap, found.worst
    )


def _own_stops(found: OwnStops) -> str:
    """What gaps did to the stops that the run itself had at the market."""
    if not found.set_off:
        return ""
    said = (
        f"Of this run's own stops {found.set_off:,} were set off, {found.jumped:,} of them by an open beyond"
    )
    if not found.jumped:
        return f"{said} their price."
    return (
        f"{said} their price: {per_cent(found.mean_cost, 2)} beyond it on average, "
        f"{per_cent(found.worst_cost, 2)} at worst, {found.cost_usd:,.0f} $ in all."
    )


def _gateway(report: ExecutionReport) -> GatewayLines:
    said = report.gateway
    killed = f"tripped at {said['killed_at']}: {said['killed_by']}" if said["killed_at"] else ""
    return GatewayLines(
        said["limits"],
        said["asked"],
        said["passed"],
        said["scaled"],
        said["refused"],
        tuple(said["refused_by"].items()),
        tuple(said["not_simulated"]),
        killed,
    )
