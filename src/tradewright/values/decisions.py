"""What a strategy wants: target weights at some decision instants, and words on single orders."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tradewright.values.order import Instruction
from tradewright.values.panel import Floats, Ints


@dataclass(frozen=True, eq=False)
class Decisions:
    """Target weights decided at the close of certain rows of a panel, and what was said about orders.

    Shape: `rows` is K, strictly rising row numbers; `weights` is K x N, C order; `said` are instructions,
    each with its row, which never falls.
    Units: weight = signed share of equity at the decision; NaN leaves that instrument as it is.
    Known at: the close of the row. It meets the market no earlier than the following row.
    """

    rows: Ints
    weights: Floats
    said: tuple[tuple[int, Instruction], ...] = ()

    def __post_init__(self) -> None:
        """Refuse shapes that disagree and rows that do not rise."""
        if self.weights.ndim != 2 or len(self.rows) != len(self.weights):
            raise ValueError(f"{len(self.rows)} rows but weights of shape {self.weights.shape}")
        if len(self.rows) > 1 and not bool(np.all(np.diff(self.rows) > 0)):
            raise ValueError("decision rows must rise strictly")


@dataclass(frozen=True, eq=False)
class DecisionBatch:
    """Decisions of K candidates over one panel, one candidate after the other in the same arrays.

    Shape: `starts` is K + 1; candidate k's rows and weights stand at starts[k] (in) to starts[k + 1] (out),
    each in the form of `Decisions`. Compiled code walks all candidates without meeting Python.
    """

    starts: Ints
    rows: Ints
    weights: Floats
    said: tuple[tuple[tuple[int, Instruction], ...], ...] = ()  # one a candidate, or none where nobody spoke

    def __len__(self) -> int:
        """The number of candidates."""
        return len(self.starts) - 1

    def __getitem__(self, candidate: int) -> Decisions:
        """One candidate's decisions."""
        own = slice(self.starts[candidate], self.starts[candidate + 1])
        return Decisions(self.rows[own], self.weights[own], self.said[candidate] if self.said else ())


def batch_of(decisions: Sequence[Decisions], assets: int) -> DecisionBatch:
    """The decisions of several candidates over N instruments, joined in their order."""
    starts = np.zeros(len(decisions) + 1, dtype=np.int64)
    np.cumsum([len(one.rows) for one in decisions], out=starts[1:])
    rows = [np.zeros(0, dtype=np.int64), *(one.rows for one in decisions)]
    weights = [np.zeros((0, assets)), *(one.weights for one in decisions)]
    said = tuple(one.said for one in decisions)
    return DecisionBatch(starts, np.concatenate(rows), np.concatenate(weights), said if any(said) else ())


def no_decisions(assets: int) -> Decisions:
    """A strategy that never speaks, over N instruments."""
    return Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, assets)))
