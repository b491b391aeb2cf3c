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
    decision_of,
    held_limits,
    statistics,
    verdict_of,
)
from tradewright.runs.gate.unasked import AFTERWARDS, Unasked, unasked
from tradewright.values.decisions import Decisions
from tradewright.values.outcome import (
    CANCELLED,
    CASH_ACCOUNT,
    NOT_BORROWED,
    REFUSAL_NAMES,
    STOOD_DOWN,
    Outcome,
)
from tradewright.values.panel import Panel

if TYPE_CHECKING:
    from tradewright.runs.gate.compiled import CompiledGate


NOBODY_ASKED = "no profile was asked"


def gate_before(limits: str, panel: Panel) -> "CompiledGate | None":
    """The compiled gate of a risk profile; None where it asks nothing that the kernel does not ask itself.

    Raises: UnknownName with the nearest profile.
    """
    if not binds(find(limits).name):
        return None
    from tradewright.runs.gate.compiled import CompiledGate

    held, left_out = held_limits(limits, panel)
    return CompiledGate(held, left_out)


def record_of(
    limits: str, gate: "CompiledGate | None", met: Unasked, decisions: Decisions, outcome: Outcome
) -> GatewayRecord:
    """What the gateway did in a run; without a gate, what a gate would have been asked has passed."""
    if gate is not None:
        return gate.record()
    return GatewayRecord(find(limits), (), unasked(met, decisions, outcome), was_asked=False)


def gateway_summary(record: GatewayRecord, panel: Panel, outcome: Outcome) -> dict[str, Any]:
    """The statistics of a run's gateway, the kernel's own refusals among them.

    An order that the market itself would refuse (no price, delisted, ruined, under one share) never reaches
    the checks: it is counted here under its reason. What ends an order that was let in is no refusal.
    """
    found = statistics(record, panel)
    reasons, counts = np.unique(_at_the_door(outcome)["reason"], return_counts=True)
    standing = {
        REFUSAL_NAMES[reason]: count
        for reason, count in zip(reasons.tolist(), counts.tolist(), strict=True)
        if reason in REFUSAL_NAMES
    }
    total = sum(standing.values())
    return {
        **found,
        "asked": found["asked"] + total,
        "refused": found["refused"] + total,
        "refused_by": {**standing, **found["refused_by"]},
        "stood_down": int(np.count_nonzero(outcome.refusals["reason"] == STOOD_DOWN)),
    }


def _at_the_door(outcome: Outcome) -> NDArray[np.void]:
    """The refusals of decisions; what befell an order on a later row, for want of shares to sell, is none."""
    told, ended = outcome.refusals, outcome.orders[outcome.orders["state"] == CANCELLED]
    sold_out = set(ended[ended["ticket"] >= 0][["done_row", "asset"]].tolist())
    barred = np.isin(told["reason"], (CASH_ACCOUNT, NOT_BORROWED))
    for place in np.flatnonzero(barred).tolist():
        barred[place] = (told["row"][place], told["asset"][place]) in sold_out
    found: NDArray[np.void] = told[~barred & ~np.isin(told["reason"], AFTERWARDS)]
    return found


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
            "asked_for": pl.Series([_asked_for(line) for line in log], dtype=pl.String),
            "verdict": pl.Series([verdict_of(line).value for line in log], dtype=pl.String),
            "rule": _rules(record),
            **{name: pl.Series(column, dtype=pl.String) for name, column in words.items()},
            **{name: pl.Series(log[name]).fill_nan(None) for name in INPUTS},
            **{name: _counts(log[name]) for name in COUNTS},
        }
    )


def _rules(record: GatewayRecord) -> pl.Series:
    """The check behind each refusal; else what let the order pass, or that nobody was asked."""
    log = record.log
    if not record.was_asked:
        return pl.Series([NOBODY_ASKED] * len(log), dtype=pl.String)
    passed = np.where(
        log["is_exit"] == 1, "exit", np.where(log["admitted"] != log["qty"], "soft limits", "all")
    )
    return pl.Series(
        [
            NAMES[abs(code)] if code else word
            for code, word in zip(log["code"].tolist(), passed.tolist(), strict=True)
        ],
        dtype=pl.String,
    )


def _asked_for(line: np.void) -> str:
    """What a line is about: an order, one that only reduces, or a cancellation."""
    return "cancel" if line["is_cancel"] else "exit" if line["is_exit"] else "order"


def _counts(column: NDArray[np.int64]) -> pl.Series:
    """Whole numbers, null where unknown."""
    return pl.Series([None if one < 0 else one for one in column.tolist()], dtype=pl.Int64)
