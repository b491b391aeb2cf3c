"""The gateway of a backtest: put before the kernel, and its statistics and decisions as artifacts."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.execution.checks.contract import NAMES
from tradewright.execution.limits.registry import find
from tradewright.runs.gate.plain import (
    COUNTS,
    INPUTS,
    GatewayRecord,
    binds,
    decision_dtype,
    decision_of,
    held_limits,
    statistics,
    verdict_of,
)
from tradewright.values.outcome import NO_VOLUME, REFUSAL_NAMES, STOOD_DOWN, UNSETTLED, Outcome
from tradewright.values.panel import Panel

if TYPE_CHECKING:
    from tradewright.runs.gate.compiled import CompiledGate


# What befalls orders that were let in: one waits and works on, the others end.
AFTERWARDS = (UNSETTLED, STOOD_DOWN, NO_VOLUME)


def gate_before(limits: str, panel: Panel) -> "CompiledGate | None":
    """The compiled gate of a risk profile; None where it asks nothing that the kernel does not ask itself.

    Raises: UnknownName with the nearest profile.
    """
    if not binds(find(limits).name):
        return None
    from tradewright.runs.gate.compiled import CompiledGate

    held, left_out = held_limits(limits, panel)
    return CompiledGate(held, left_out)


def record_of(limits: str, gate: "CompiledGate | None", outcome: Outcome) -> GatewayRecord:
    """What the gateway did in a run; without a gate, every order that the kernel took has passed."""
    if gate is not None:
        return gate.record()
    orders = outcome.orders
    log = np.zeros(len(orders), dtype=decision_dtype)
    for name in INPUTS:
        log[name] = np.nan
    for name in COUNTS:
        log[name] = -1
    log["limit_usd"] = log["stop_usd"] = np.nan
    log["row"], log["asset"] = orders["row"], orders["asset"]
    log["qty"] = log["admitted"] = orders["qty"]
    return GatewayRecord(find(limits), (), log)


def gateway_summary(record: GatewayRecord, panel: Panel, outcome: Outcome) -> dict[str, Any]:
    """The statistics of a run's gateway, the kernel's own refusals among them.

    An order that the market itself would refuse (no price, delisted, ruined, under one share) never reaches
    the checks: it is counted here under its reason.
    """
    found = statistics(record, panel)
    reasons, counts = np.unique(outcome.refusals["reason"], return_counts=True)
    standing = {
        REFUSAL_NAMES[reason]: count
        for reason, count in zip(reasons.tolist(), counts.tolist(), strict=True)
        if reason in REFUSAL_NAMES and reason not in AFTERWARDS
    }
    total = sum(standing.values())
    return {
        **found,
        "asked": found["asked"] + total,
        "refused": found["refused"] + total,
        "refused_by": {**standing, **found["refused_by"]},
        "stood_down": int(np.count_nonzero(outcome.refusals["reason"] == STOOD_DOWN)),
    }


def gateway_table(record: GatewayRecord, panel: Panel) -> pl.DataFrame:
    """One row a decision: time, wish, verdict, rule, what it met and the way out, and its inputs.

    Shape: null where an input was not known or not asked for. Units: dollars, shares, instants in ns UTC.
    """
    log = record.log
    refused = np.flatnonzero(log["code"] != 0).tolist()
    words: dict[str, list[str | None]] = {name: [None] * len(log) for name in ("limit", "value", "way_out")}
    for place in refused:
        refusal = decision_of(log[place], record, panel).refusal
        if refusal is not None:
            for name, column in words.items():
                column[place] = getattr(refusal, name)
    return pl.DataFrame(
        {
            "decided_at": panel.instants[log["row"]],
            "symbol": pl.Series([panel.symbols[asset] for asset in log["asset"].tolist()], dtype=pl.String),
            "qty": log["qty"],
            "admitted_qty": log["admitted"],
            "verdict": pl.Series([verdict_of(line).value for line in log], dtype=pl.String),
            "rule": _rules(log),
            **{name: pl.Series(column, dtype=pl.String) for name, column in words.items()},
            **{name: pl.Series(log[name]).fill_nan(None) for name in INPUTS},
            **{name: _counts(log[name]) for name in COUNTS},
        }
    )


def _rules(log: NDArray[np.void]) -> pl.Series:
    """The check behind each refusal; null where all passed."""
    return pl.Series([NAMES[abs(code)] if code else None for code in log["code"].tolist()], dtype=pl.String)


def _counts(column: NDArray[np.int64]) -> pl.Series:
    """Whole numbers, null where unknown."""
    return pl.Series([None if one < 0 else one for one in column.tolist()], dtype=pl.Int64)
