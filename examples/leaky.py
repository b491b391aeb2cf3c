"""A strategy with a leak that is easy to write and hard to see: a shortcut normalises over the whole period.

`decide` compares a name with its own trailing average, which is lawful. `targets`, written for speed,
divides by the average of the whole column: in its early rows that average holds prices of years that had
not come yet, so it buys what is going to rise. The audit finds it: see examples/leaky.toml.
"""

import numpy as np

from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.parameters import parameter
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions
from tradewright.values.panel import Floats


class BelowItsAverage(Strategy):
    """Equal parts of the names that stand below their average, looked at once a month."""

    window: int = parameter(252, low=2, high=2520, unit="bars", about="how far back the average goes")
    discount: float = parameter(0.1, low=0.0, high=0.9, unit="fraction", about="how far below it is cheap")
    invested: float = parameter(0.5, low=0.0, high=1.0, unit="fraction", about="share of equity held")

    @property
    def warm_up_bars(self) -> int:
        """The window."""
        return self.window

    def decide(self, view: View) -> Weights:
        """The cheap names, where a month has begun."""
        if not view.new_month:
            return None
        return self._held(view.growth / view.mean(self.window), view.close)

    def targets(self, frame: Frame) -> Decisions:
        """All months at once. The leak: the mean goes over rows that come after the decision."""
        rows = np.flatnonzero(frame.new_month())
        rows = rows[rows >= self.window - 1]
        with_the_future = frame.growth[rows] / np.nanmean(frame.growth, axis=0)
        held = self._held(with_the_future, frame.close[rows])
        return Decisions(rows, held)

    def _held(self, against_average: Floats, close: Floats) -> Floats:
        """Equal parts of whatever stands low enough and trades today; nothing where that is nobody."""
        cheap = (against_average < 1.0 - self.discount) & ~np.isnan(close)
        count = np.maximum(cheap.sum(axis=-1, keepdims=True), 1)
        return np.where(cheap, self.invested / count, 0.0)
