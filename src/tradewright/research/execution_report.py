"""How the headline's orders were executed, and what its positions were open to."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.data.adjustments import growth_index
from tradewright.execution.cost_analysis.order_costs import MARKOUT_BARS, order_costs
from tradewright.execution.cost_analysis.prediction import (
    dated_terms,
    predicted_bps,
    realised_bps,
    unless_limited,
)
from tradewright.execution.cost_analysis.quality import (
    Measured,
    cost_forecast_error,
    execution_quality,
    weighted_mean,
)
from tradewright.runs.backtest import Backtest
from tradewright.runs.gate.artifacts import gateway_summary
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.figure import Figure
from tradewright.validation.gaps import (
    STOP_DISTANCES,
    GapStatistics,
    JumpedStops,
    gap_statistics,
    jumped_stops,
    overnight_returns,
)
from tradewright.validation.holdings import held_shares, held_weights
from tradewright.validation.own_stops import OwnStops, own_stops
from tradewright.validation.stress import SHOCKS, Shock, betas, stress
from tradewright.values.instructions import instructions_of
from tradewright.values.panel import Floats
from tradewright.values.profile import ExecutionProfile

PARTS = {
    "explicit": "Shortfall: fees",
    "realised": "Shortfall: trading",
    "delay": "Shortfall: delay",
    "missed": "Shortfall: missed",
}
BENCHMARKS = {"vwap_bps": "Slippage against VWAP", "close_bps": "Slippage against the close"}


@dataclass(frozen=True)
class StressLine:
    """One shock on the positions of the last close and of the close with the largest gross exposure.

    Units: losses as shares of equity, positive is lost.
    """

    shock: Shock
    last: float
    largest: float


@dataclass(frozen=True, eq=False)
class ExecutionReport:
    """What is said about execution.

    `costs` are records of `order_cost_dtype`, `predicted` their forecasts in bps, NaN for orders that had a
    limit. `gaps` are of all nights, `held_gaps` and `stops` of those over which a position was held;
    `own_stops` are stop orders that the run had. `gateway` are its statistics.
    """

    costs: NDArray[np.void]
    predicted: Floats
    shortfall: tuple[Figure, ...]
    quality: tuple[Measured, Measured]
    benchmarks: tuple[Figure, ...]
    forecast_error: Figure
    gaps: GapStatistics
    held_gaps: GapStatistics
    stops: tuple[JumpedStops, ...]
    own_stops: OwnStops
    stress: tuple[StressLine, ...]
    gateway: dict[str, Any]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All measures with their intervals."""
        measured = tuple(one.figure for one in self.quality)
        return (*measured, *self.shortfall, *self.benchmarks, self.forecast_error)


def execution_report(run: Backtest, profile: ExecutionProfile, options: BootstrapOptions) -> ExecutionReport:
    """Everything about the execution of one run. Equal runs give equal reports."""
    costs = order_costs(run.panel, run.outcome, run.decisions.said)
    dated = dated_terms(costs, profile, run.panel.instants, run.outcome.fills)
    words = instructions_of(run.panel, run.decisions.said)
    foreseen = predicted_bps(costs, profile, dated)
    predicted = unless_limited(foreseen, costs, run.outcome.orders, words.tickets)
    value = costs["filled"] * costs["decision_price"]
    moves = overnight_returns(run.panel)
    held = held_shares(run.panel, run.outcome)
    # Where orders travel for milliseconds, a later word on one comes after the next open.
    late_bars = int(profile.latency_bars) + (profile.latency_high_ms > 0.0)
    over_night = np.concatenate([np.zeros((1, held.shape[1])), held[:-1]])
    return ExecutionReport(
        costs=costs,
        predicted=predicted,
        shortfall=shortfall_figures(costs, options),
        quality=execution_quality(costs, options),
        benchmarks=benchmark_figures(costs, options),
        forecast_error=cost_forecast_error(predicted, realised_bps(costs), value, options),
        gaps=gap_statistics(moves),
        held_gaps=gap_statistics(moves, over_night),
        stops=tuple(jumped_stops(moves, distance, over_night) for distance in STOP_DISTANCES),
        own_stops=own_stops(run.panel, run.outcome, run.decisions.said, late_bars),
        stress=stress_lines(run),
        gateway=gateway_summary(run.gateway, run.panel, run.outcome),
    )


def shortfall_figures(costs: NDArray[np.void], options: BootstrapOptions) -> tuple[Figure, ...]:
    """The whole shortfall and its four parts, in bps of the paper value."""
    paper = costs["ordered"] * costs["decision_price"]
    parts = {name: costs[name] * 1e4 for name in PARTS}
    whole = sum(parts.values(), np.zeros(len(costs)))
    named = {"Implementation shortfall": whole, **{PARTS[name]: part for name, part in parts.items()}}
    return tuple(_mean(name, part, paper, options) for name, part in named.items())


def benchmark_figures(costs: NDArray[np.void], options: BootstrapOptions) -> tuple[Figure, ...]:
    """Slippage against other prices, participation and markouts, weighted by filled value."""
    value = costs["filled"] * costs["decision_price"]
    figures = [_mean(words, costs[name], value, options) for name, words in BENCHMARKS.items()]
    shares = costs["participation"]
    known = np.isfinite(shares) & (value > 0.0)
    how = ("share of volume", options)
    figures.append(weighted_mean("Participation", shares[known], value[known], how))
    for bars in MARKOUT_BARS:
        name = f"Markout after {bars} bar" + ("s" if bars > 1 else "")
        figures.append(_mean(name, costs[f"markout_{bars}_bps"], value, options))
    return tuple(figures)


def _mean(name: str, values: Floats, weights: Floats, options: BootstrapOptions) -> Figure:
    """A mean by value of what is known."""
    known = np.isfinite(values) & (weights > 0.0)
    return weighted_mean(name, values[known], weights[known], ("bps", options))


def stress_lines(run: Backtest) -> tuple[StressLine, ...]:
    """Every shock on the last book, and on the largest one the run ever held."""
    weights = np.nan_to_num(held_weights(run.panel, run.outcome))
    beta = betas(growth_index(run.panel))
    largest = int(np.argmax(np.abs(weights).sum(axis=1)))
    last, worst = stress(weights[-1], beta), stress(weights[largest], beta)
    return tuple(
        StressLine(shock, now.loss, then.loss) for shock, now, then in zip(SHOCKS, last, worst, strict=True)
    )


def execution_summary(report: ExecutionReport) -> dict[str, Any]:
    """The report as one JSON object; a figure that was not evaluated has its reason beside it."""
    return {
        "figures": {one.name: asdict(one) for one in report.figures},
        "quality": [
            {
                "name": one.figure.name,
                "limit": one.limit,
                "side": "at most" if one.at_most else "at least",
                "standing": one.standing.value,
            }
            for one in report.quality
        ],
        "gaps": {"all nights": asdict(report.gaps), "held nights": asdict(report.held_gaps)},
        "stops": [asdict(one) for one in report.stops],
        "own_stops": asdict(report.own_stops),
        "stress": [{**asdict(one.shock), "last": one.last, "largest": one.largest} for one in report.stress],
    }
