"""What strategies earned, read from the accounts of their runs."""

from collections.abc import Sequence

import numpy as np

from tradewright.models.strategy_choice import Earned
from tradewright.runs.manifest import Manifest
from tradewright.runs.store import RunStore
from tradewright.values.errors import Blocked
from tradewright.values.panel import Floats, Ints

# Target weights, and single orders.
DECIDED = ("decisions.parquet", "orders.parquet")


def earned_by_runs(store: RunStore, runs: Sequence[Manifest], instants: Ints) -> Earned:
    """The return of each run's account at each row, by its id; NaN where it had no account at both ends.

    Up to the row of its first decision an account is idle: what it earned there says nothing of a strategy.
    Raises: Blocked for a run that was edited since it was written; StorageFailure for a damaged one.
    """
    columns = []
    for run in runs:
        edits = store.edits(run)
        if edits:
            raise Blocked(
                f"Run {run.run_id} was changed after it was written: {', '.join(edits)}.",
                "Run it again; what was edited teaches nothing.",
            )
        columns.append(_returns(store, run.run_id, instants))
    return Earned(tuple(run.run_id for run in runs), np.stack(columns, axis=1), instants)


def _returns(store: RunStore, run_id: str, instants: Ints) -> Floats:
    """One account's returns from row to row."""
    table = store.read_table(run_id, "equity.parquet")
    known_at, equity = (table[name].to_numpy() for name in ("known_at", "equity_usd"))
    held = np.full(len(instants), np.nan)
    _, ours, theirs = np.intersect1d(instants, known_at.astype(np.int64), return_indices=True)
    held[ours] = np.where(equity[theirs] > 0.0, equity[theirs], np.nan)
    returns = np.concatenate([[np.nan], held[1:] / held[:-1] - 1.0])
    return np.where(instants > _first_decision(store, run_id), returns, np.nan)


def _first_decision(store: RunStore, run_id: str) -> int:
    """When a run first decided for weights or an order; later than all rows where it never did."""
    found = [
        int(table["decided_at"].to_numpy()[0])
        for table in (store.read_table(run_id, name).sort("decided_at") for name in DECIDED)
        if len(table)
    ]
    return min(found, default=np.iinfo(np.int64).max)
