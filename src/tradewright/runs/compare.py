"""Two runs side by side: what was asked of each, what came out, and how alike their equity moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tradewright.runs.manifest import Manifest
from tradewright.runs.store import RunStore

# Fewer common sessions than this say nothing about a correlation.
FEWEST_SESSIONS = 20


@dataclass(frozen=True)
class Pair:
    """One line of a comparison; None where that run has no such entry."""

    name: str
    left: object
    right: object


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    `differences` are the configuration's entries that differ, `figures` all numbers of both summaries.
    `edited` names files of either run that are not what was written: what is read from them may be untrue.
    Units: `correlation` of the returns over the sessions both runs cover; None where `sessions` are too few
    or one of the two never moved.
    """

    left: Manifest
    right: Manifest
    differences: tuple[Pair, ...]
    figures: tuple[Pair, ...]
    correlation: float | None
    sessions: int
    edited: tuple[str, ...] = ()

    @property
    def figures_apart(self) -> tuple[Pair, ...]:
        """The figures that differ."""
        return tuple(pair for pair in self.figures if pair.left != pair.right or _one_is_absent(pair))

    @property
    def is_equal(self) -> bool:
        """True where the same was asked of both, every figure is the same and so is every file's hash."""
        return not self.differences and not self.figures_apart and self.left.files == self.right.files


def compare(store: RunStore, left: Manifest, right: Manifest) -> Comparison:
    """Put two runs side by side."""
    asked = [_flat(store.read_json(run.run_id, "config.json")) for run in (left, right)]
    causes = [
        {"snapshot": run.snapshot_id, "code version": run.code_version[:16], "kind": run.kind}
        for run in (left, right)
    ]
    figures = [_numbers(_flat(store.read_json(run.run_id, "summary.json"))) for run in (left, right)]
    correlation, sessions = equity_correlation(
        store.read_table(left.run_id, "equity.parquet"), store.read_table(right.run_id, "equity.parquet")
    )
    differences = [
        pair
        for pair in (*_pairs(*causes), *_pairs(*asked))
        if pair.left != pair.right or _one_is_absent(pair)
    ]
    edited = tuple(
        f"{words} of {run_id}"
        for run_id, run in {left.run_id: left, right.run_id: right}.items()
        for words in store.edits(run)
    )
    return Comparison(left, right, tuple(differences), tuple(_pairs(*figures)), correlation, sessions, edited)


def equity_correlation(left: pl.DataFrame, right: pl.DataFrame) -> tuple[float | None, int]:
    """Correlation of two accounts' returns over the sessions both have, and how many returns those are."""
    both = left.select("known_at", "equity_usd").join(
        right.select("known_at", pl.col("equity_usd").alias("other_usd")), on="known_at", how="inner"
    )
    ordered = both.sort("known_at")
    returns = [_returns(ordered[name].to_numpy()) for name in ("equity_usd", "other_usd")]
    known = np.isfinite(returns[0]) & np.isfinite(returns[1])
    one, two = returns[0][known], returns[1][known]
    if len(one) < FEWEST_SESSIONS or np.ptp(one) == 0.0 or np.ptp(two) == 0.0:
        return None, len(one)
    return float(np.corrcoef(one, two)[0, 1]), len(one)


def _returns(equity: np.ndarray) -> np.ndarray:
    """Simple returns from row to row; NaN after equity was gone."""
    before = np.where(equity[:-1] > 0.0, equity[:-1], np.nan)
    return equity[1:] / before - 1.0


def _flat(value: object, path: str = "") -> dict[str, Any]:
    """Nested tables as one, their names joined by dots."""
    if not isinstance(value, Mapping):
        return {path: value}
    flat: dict[str, Any] = {}
    for name, inner in value.items():
        flat |= _flat(inner, f"{path}.{name}" if path else str(name))
    return flat


def _numbers(flat: Mapping[str, Any]) -> dict[str, float]:
    """The entries that are numbers."""
    return {
        name: value
        for name, value in flat.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _pairs(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Pair]:
    """Both sides of every entry, in the order in which they first appear."""
    names = dict.fromkeys([*left, *right])
    return [Pair(name, left.get(name), right.get(name)) for name in names]


def _one_is_absent(pair: Pair) -> bool:
    """True where one run has the entry and the other has not."""
    return (pair.left is None) != (pair.right is None)
