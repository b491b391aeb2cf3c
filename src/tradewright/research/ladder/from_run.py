"""Evidence from a study's run: its own figures, and what its positions tell when asked once more."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.data.adjustments import growth_index
from tradewright.research.ladder.evidence import Record, Subject, Value, record_of
from tradewright.research.plan import Plan
from tradewright.runs.manifest import Manifest
from tradewright.validation.deflated import deflated_sharpe
from tradewright.validation.performance import Period, period_of
from tradewright.validation.question import LEAST_LEVEL
from tradewright.validation.regimes import market_regimes, regime_table
from tradewright.validation.sharpe import error_robust, moments
from tradewright.validation.shifted_positions import portfolio_timing
from tradewright.values.panel import Floats

if TYPE_CHECKING:
    import polars as pl

# A kind of market loses money where as bad a result has at most this chance without a loss.
LOSS_ALPHA = 0.05
Told = tuple[dict[str, Value], dict[str, str]]


@dataclass(frozen=True, eq=False)
class RunFiles:
    """What a run kept, read once: JSON by name, tables by name.

    `is_verified` is true where the run was executed again in a new process and every file came out equal.
    """

    manifest: Manifest
    summary: Mapping[str, Any]
    context: Mapping[str, Any]
    table: Callable[[str], "pl.DataFrame"]
    is_verified: bool

    def gate(self, code: str) -> Mapping[str, Any]:
        """One gate of the run's own verdict; empty where that had none of this code."""
        return next((gate for gate in self.summary.get("gates", ()) if gate["code"] == code), {})

    def figure(self, name: str) -> Mapping[str, Any]:
        """One figure of the run."""
        found: Mapping[str, Any] = self.summary.get("figures", {}).get(name, {})
        return found


def evidence_of_run(plan: Plan, files: RunFiles, subject: Subject, now: int) -> tuple[Record, ...]:
    """Every record that a study's run supports, proven because it was derived here.

    The records are dated `now`: the run was executed again for them.
    """
    period = _period(plan, files)
    told: dict[str, Told] = {
        "data_passport": _passport(files),
        "causality": _causality(files),
        "replay": ({"is_equal": True if files.is_verified else None}, {"is_equal": "not executed again"}),
        "sharpe": _sharpe(files),
        "benchmark": _benchmark(files),
        "luck": _luck(files, period),
        "trades": _trades(files),
        "drawdown": _one(files, "Maximum drawdown", "largest", abs),
        "fragility": _fragility(files),
        "stability": _stability(files),
        "overfitting": _overfitting(files),
        "out_of_sample": _out_of_sample(files),
        "regimes": _regimes(plan, period),
        "capacity": _capacity(files),
        "null_battery": _null_battery(plan, files),
    }
    origin = _origin(files)
    source = f"run:{files.manifest.run_id}"
    return tuple(
        record_of(Record(kind, subject, source, origin, now, values, True, _only_missing(values, reasons)))
        for kind, (values, reasons) in told.items()
    )


def _only_missing(values: Mapping[str, Value], reasons: Mapping[str, str]) -> dict[str, str]:
    return {name: words for name, words in reasons.items() if values.get(name) is None and words}


def _origin(files: RunFiles) -> str:
    """Real, synthetic, or empty where nobody has said."""
    return {"real": "real", "synthetic": "synthetic"}.get(str(files.gate("real_data").get("reason_code")), "")


def _flag(files: RunFiles, code: str) -> bool | None:
    """A gate's answer; None where it was not evaluated."""
    return {"PASS": True, "FAIL": False}.get(str(files.gate(code).get("status")))


def _passport(files: RunFiles) -> Told:
    quality, survivors = files.gate("data_quality"), files.gate("survivorship")
    values: dict[str, Value] = {
        "is_clean": _flag(files, "data_quality"),
        "is_free_of_survivorship": _flag(files, "survivorship"),
        "has_volume": files.gate("capacity").get("reason_code") != "no_volume",
    }
    return values, {
        "is_clean": quality.get("reason", ""),
        "is_free_of_survivorship": survivors.get("reason", ""),
    }


def _causality(files: RunFiles) -> Told:
    found = files.gate("leak_audit")
    code = str(found.get("reason_code", ""))
    is_causal = {
        "causal": True,
        "sampled_only": True,
        "depends_on_future": False,
        "chosen_after_results": False,
    }.get(code)
    is_exhaustive = {
        "causal": True,
        "sampled_only": False,
        "depends_on_future": True,
        "chosen_after_results": True,
    }.get(code)
    reason = str(found.get("reason", "it was not audited"))
    return {"is_causal": is_causal, "is_exhaustive": is_exhaustive, "code": code}, {
        "is_causal": reason,
        "is_exhaustive": reason,
    }


def _sharpe(files: RunFiles) -> Told:
    found, needed = files.figure("Sharpe ratio a year"), files.figure("Minimum track record")
    inside = found.get("interval") or {}
    low, why = _low_end(found)
    values: dict[str, Value] = {
        "value": found.get("value"),
        "low": low,
        "high": inside.get("high"),
        "bars": found.get("sample"),
        "minimum_track_bars": needed.get("value"),
    }
    return values, {"value": found.get("reason", ""), "low": why}


def _benchmark(files: RunFiles) -> Told:
    found = files.figure("Return above benchmark")
    low, why = _low_end(found)
    return {"excess": found.get("value"), "excess_low": low}, {
        "excess": found.get("reason", ""),
        "excess_low": why,
    }


def _low_end(found: Mapping[str, Any]) -> tuple[float | None, str]:
    """The low end of a figure's interval, or why it is none: a narrow interval clears zero more easily."""
    inside = found.get("interval") or {}
    level = inside.get("level", 0.0)
    if inside and level < LEAST_LEVEL:
        return None, f"its interval covers {level:.0%}; a gate asks for {LEAST_LEVEL:.0%}: [intervals] level"
    return inside.get("low"), str(found.get("reason", "")) or "it has no interval"


def _luck(files: RunFiles, period: Period) -> Told:
    """The dearer of the search's p-values; nothing where the run knew of lost trials."""
    search, trials = files.summary.get("search"), files.summary.get("trials")
    lost = files.context.get("lost_trials", "")
    p, why = None, str(lost or "the search was not priced")
    if isinstance(search, list) and search and not lost:
        p = max(float(one["p"]) for one in search)
    elif isinstance(search, Mapping):
        why = str(search.get("reason", why))
    shape = moments(period.excess)
    deflated = None
    if not isinstance(shape, str) and trials:
        priced = int(trials) + int(files.summary.get("recipes_before", 0))
        deflated = deflated_sharpe(shape, priced, error_robust(period.excess))
    values: dict[str, Value] = {"p": p, "trials": trials, "deflated_sharpe": deflated}
    return values, {"p": why, "deflated_sharpe": shape if isinstance(shape, str) else why}


def _trades(files: RunFiles) -> Told:
    fills = files.table("fills.parquet")
    held: dict[str, float] = {}
    exits = 0
    for symbol, qty in zip(fills["symbol"].to_list(), fills["qty"].to_list(), strict=True):
        before = held.get(symbol, 0.0)
        exits += before * qty < 0.0
        held[symbol] = before + qty
    trips = files.figure("Finished round trips").get("value")
    return {"round_trips": None if trips is None else int(trips), "exits": int(exits)}, {
        "round_trips": "trades were not counted"
    }


def _one(files: RunFiles, name: str, field: str, shape: Callable[[float], float]) -> Told:
    found = files.figure(name)
    value = found.get("value")
    return {field: None if value is None else shape(value)}, {
        field: found.get("reason", "") or "not measured"
    }


def _fragility(files: RunFiles) -> Told:
    doubled = files.figure("Sharpe ratio a year, costs doubled")
    later = files.figure("Sharpe ratio a year, one bar later")
    values: dict[str, Value] = {
        "doubled_costs_sharpe": doubled.get("value"),
        "one_bar_later_sharpe": later.get("value"),
    }
    reasons = {
        "doubled_costs_sharpe": doubled.get("reason", ""),
        "one_bar_later_sharpe": later.get("reason", ""),
    }
    return values, reasons


def _stability(files: RunFiles) -> Told:
    """The grid around the parameters, as the run's own gate read it."""
    found = files.gate("parameter_stability")
    points = [point for point in files.summary.get("grid", ()) if point["steps"]]
    around = files.summary.get("perturbations", {})
    cliffs = {"met": 0, "cliff": 1}.get(str(found.get("reason_code")))
    values: dict[str, Value] = {
        "positive_share": found.get("value"),
        "cliffs": cliffs,
        "points": len(points) + len(around.get("neighbours", ())),
        "worst_kept_share": around.get("worst_kept_share"),
    }
    reason = str(found.get("reason", "no grid of parameters was run"))
    moved = str(around.get("reason", "nothing is left that a neighbour could keep"))
    return values, {"positive_share": reason, "cliffs": reason, "worst_kept_share": moved}


def _overfitting(files: RunFiles) -> Told:
    """The probability of overfitting, as the run's own cross-check found it over its grid."""
    found = files.summary.get("cross_checks", {}).get("Probability of backtest overfitting", {})
    inside = found.get("interval") or {}
    values: dict[str, Value] = {
        "pbo": found.get("value"), "pbo_low": inside.get("low"), "pbo_high": inside.get("high"),
    }  # fmt: skip
    return values, {"pbo": str(found.get("reason", "")) or "the run has no such check: run its study again"}


def _out_of_sample(files: RunFiles) -> Told:
    """What a walk through folds left, with its low end, and the share of the in-sample ratio that it kept.

    Half of a ratio may be kept by luck: a share alone would pass what the study's own gate failed.
    """
    found = files.gate("out_of_sample")
    walked = files.summary.get("out_of_sample") or {}
    is_judged = found.get("status") in ("PASS", "FAIL")
    figures = walked.get("figures", {}) if is_judged else {}
    after, before = (
        figures.get(f"Sharpe ratio a year, {where}", {}) for where in ("out of sample", "in sample")
    )
    low, why = _low_end(after)
    values: dict[str, Value] = {
        "sharpe": after.get("value"),
        "low": low,
        "in_sample_sharpe": before.get("value"),
        "ratio": found.get("value") if is_judged else None,
        "folds": walked.get("folds"),
    }
    reason = str(found.get("reason", "the study was not walked forward"))
    reasons = dict.fromkeys(("sharpe", "in_sample_sharpe", "ratio"), reason)
    return values, {**reasons, "low": why if is_judged else reason}


def _regimes(plan: Plan, period: Period) -> Told:
    """Kinds of market in which the account lost beyond chance."""
    kinds = market_regimes(np.nan_to_num(plan.market))[-len(period.excess) :]
    table = [one for one in regime_table(period.excess, kinds) if math.isfinite(one.p_loss)]
    if not table:
        return {"measured": 0, "losing": None}, {"losing": "no kind of market has bars enough to be measured"}
    losing = [one for one in table if one.sharpe < 0.0 and one.p_loss <= LOSS_ALPHA]
    worst = min(one.sharpe for one in table) * math.sqrt(period.bars_per_year)
    return {"measured": len(table), "losing": len(losing), "worst": worst}, {}


def _capacity(files: RunFiles) -> Told:
    orders, fills = files.table("execution.parquet"), files.table("fills.parquet")
    shares = orders.filter(orders["filled"] > 0.0)["participation"].to_list()
    # An order whose share is not known may have been the largest.
    is_known = bool(shares) and all(one is not None and math.isfinite(one) for one in shares)
    largest = max(shares) if is_known else None
    charged = bool(len(fills)) and float(fills["impact_usd"].fill_null(0.0).fill_nan(0.0).abs().sum()) > 0.0
    words = "no volume is on file for bars that were traded in: nobody knows what share of it that was"
    return {"largest_participation": largest, "impact_is_charged": charged}, {"largest_participation": words}


def _null_battery(plan: Plan, files: RunFiles) -> Told:
    """The wished weights held against the same returns from other days."""
    try:
        p, shifts = portfolio_timing(*_wishes(plan, files))
    except ValueError as error:
        return {"p": None}, {"p": str(error)}
    return {"p": p, "shifts": shifts}, {}


def _wishes(plan: Plan, files: RunFiles) -> tuple[Floats, Floats, int]:
    """Weights wished for at the close before each bar, the assets' returns in it, and the look-back."""
    decided = files.table("decisions.parquet").drop_nulls()
    instants, symbols = plan.panel.instants, {name: at for at, name in enumerate(plan.panel.symbols)}
    weights = np.full((len(instants), len(symbols)), np.nan)
    rows = np.searchsorted(instants, decided["decided_at"].to_numpy())
    columns = np.array([symbols[name] for name in decided["symbol"].to_list()], dtype=np.int64)
    weights[rows, columns] = decided["weight"].to_numpy()
    held = _carried(weights)
    growth = growth_index(plan.panel)
    returns = growth[1:] / growth[:-1] - 1.0
    start = plan.start_row
    return (
        held[start:-1],
        returns[start:],
        min(plan.lookback_bars, (len(returns) - start) // 2),
    )


def _carried(weights: Floats) -> Floats:
    """Each weight until the next one is said; nothing before the first."""
    rows = np.where(np.isfinite(weights), np.arange(len(weights))[:, None], 0)
    latest = np.maximum.accumulate(rows, axis=0)
    return np.nan_to_num(np.take_along_axis(weights, latest, axis=0))


def _period(plan: Plan, files: RunFiles) -> Period:
    """The headline's returns from its first possible decision on, from the run's own table."""
    equity = files.table("equity.parquet")["equity_usd"].to_numpy()
    start = plan.start_row
    return period_of(plan.panel.instants[start:], equity[start:], plan.profile.cash_rate)
