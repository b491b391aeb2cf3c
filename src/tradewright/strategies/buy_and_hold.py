"""Buy once and hold: what every other strategy has to beat."""

import numpy as np

from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.parameters import allocation
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.errors import unknown_name
from tradewright.values.panel import Floats


class BuyAndHold(Strategy):
    """Buy on the first row that can be bought, and never trade again.

    Without weights: equal parts of all names with a close on the first row that has any; later listings are
    left out. With weights: as given, on the first row on which every weighted name has a close.
    """

    weights: tuple[tuple[str, float], ...] = allocation(
        low=-1.0, high=1.0, about="share of equity for each symbol; equal parts where none are given"
    )

    @property
    def warm_up_bars(self) -> int:
        """One row is enough."""
        return 1

    def decide(self, view: View) -> Weights:
        """The one purchase."""
        if view.has_decided:
            return None
        close = view.close
        return self._bought(close, view.symbols) if self._can_buy(close, view.symbols) else None

    def targets(self, frame: Frame) -> Decisions:
        """The same purchase, found by looking for its row."""
        for row in range(len(frame)):
            if self._can_buy(frame.close[row], frame.symbols):
                return Decisions(np.array([row]), self._bought(frame.close[row], frame.symbols)[None, :])
        return no_decisions(len(frame.symbols))

    def _can_buy(self, close: Floats, symbols: tuple[str, ...]) -> bool:
        known = ~np.isnan(close)
        if not self.weights:
            return bool(known.any())
        return bool(known[self._places(symbols)].all())

    def _bought(self, close: Floats, symbols: tuple[str, ...]) -> Floats:
        """N weights; NaN for names that are not bought.

        Shape: N, of which the bought ones add up to 1 where no weights are given.
        """
        bought = np.full(len(symbols), np.nan)
        if self.weights:
            bought[self._places(symbols)] = [weight for _, weight in self.weights]
            return bought
        known = ~np.isnan(close)
        bought[known] = 1.0 / known.sum()
        return bought

    def _places(self, symbols: tuple[str, ...]) -> list[int]:
        """Where the weighted names stand.

        Raises: UnknownName for a weighted name that is not in the panel.
        """
        for symbol, _ in self.weights:
            if symbol not in symbols:
                raise unknown_name(symbol, "symbol of this panel", symbols)
        return [symbols.index(symbol) for symbol, _ in self.weights]
