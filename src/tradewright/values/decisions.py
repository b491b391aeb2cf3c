"""What a strategy wants: target weights at some decision instants."""

from dataclasses import dataclass

import numpy as np

from tradewright.values.panel import Floats, Ints


@dataclass(frozen=True, eq=False)
class Decisions:
    """Target weights decided at the close of certain rows of a panel.

    Shape: `rows` is K, strictly rising row numbers; `weights` is K x N, C order.
    Units: weight = signed share of equity at the decision; NaN leaves that instrument as it is.
    Known at: the close of the row. It meets the market no earlier than the following row.
    """

    rows: Ints
    weights: Floats

    def __post_init__(self) -> None:
        """Refuse shapes that disagree and rows that do not rise."""
        if self.weights.ndim != 2 or len(self.rows) != len(self.weights):
            raise ValueError(f"{len(self.rows)} rows but weights of shape {self.weights.shape}")
        if len(self.rows) > 1 and not bool(np.all(np.diff(self.rows) > 0)):
            raise ValueError("decision rows must rise strictly")


def no_decisions(assets: int) -> Decisions:
    """A strategy that never speaks, over N instruments."""
    return Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, assets)))
