"""Small runs with known content, for tests of what is kept and found again."""

from pathlib import Path

import numpy as np
import polars as pl

from tradewright.runs.artifacts import encoded, json_bytes
from tradewright.runs.manifest import COMPLETE, Causes, Manifest
from tradewright.runs.store import RunStore

DAY = 86_400_000_000_000


def causes(**other) -> Causes:
    """The causes of a run; any of them may be another."""
    usual = {
        "kind": "study",
        "name": "a study",
        "seed": 7,
        "snapshot_id": "feedbeef",
        "config": {"study": {"title": "a study", "period": {"start": "2010-01-04"}}},
        "code_version": "c0de" * 16,
    }
    return Causes(**{**usual, **other})


def equity(rows: int = 60, drift: float = 0.001, first: int = 0) -> pl.DataFrame:
    """An account that grows, with some noise of its own."""
    noise = np.random.default_rng(first + rows).normal(0.0, 0.01, rows)
    path = 1_000_000.0 * np.cumprod(1.0 + drift + noise)
    return pl.DataFrame({"known_at": (np.arange(rows) + first) * DAY, "equity_usd": path})


def files(config: dict | None = None, sharpe: float = 0.5, account: pl.DataFrame | None = None) -> dict:
    """The files of a run."""
    return encoded(
        {
            "config.json": json_bytes(causes().config if config is None else config),
            "context.json": json_bytes({"trials": 3}),
            "summary.json": json_bytes({"headline": "NOT ESTABLISHED", "figures": {"Sharpe": sharpe}}),
            "equity.parquet": equity() if account is None else account,
        }
    )


def written(root: Path, now: int = 1_000, status: str = COMPLETE, **other) -> Manifest:
    """A run kept in a store."""
    return RunStore(root).write(causes(**other), files(other.get("config")), now, status)
