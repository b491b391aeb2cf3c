"""Trend following by orders: buy strength above the close, with a stop and a target from the start."""

import numpy as np

from tradewright.strategies.contract import Strategy
from tradewright.strategies.view import View, Wish
from tradewright.values.order import Bracket, Order
from tradewright.values.panel import Floats
from tradewright.values.parameters import parameter


class VolatilityBreakout(Strategy):
    """A stop order above the close for a day, with a stop and a target, all in units of the average range.

    Each of N names has 1/N of the equity. A name that is held or has a working order is left alone: its exits
    are at the market already. The average true range is a share of the price, so that splits do not move it.
    Source: Crabel (1990), Day Trading with Short Term Price Patterns and Opening Range Breakout; true range:
    Wilder (1978), New Concepts in Technical Trading Systems.
    """

    watches_account = True

    window: int = parameter(20, low=2, high=504, unit="bars", about="of the average range")
    entry: float = parameter(0.5, low=0.05, high=5.0, unit="ranges", about="above the close: where it buys")
    stop: float = parameter(
        1.5, low=0.1, high=10.0, unit="ranges", about="below the entry: where it gives up"
    )
    target: float = parameter(
        3.0, low=0.1, high=20.0, unit="ranges", about="above the entry: where it is content"
    )

    @property
    def warm_up_bars(self) -> int:
        """The window, and one bar before it for its first range."""
        return self.window + 1

    def decide(self, view: View) -> Wish:
        """A bracket for every name that is free."""
        free = view.positions == 0.0
        for order in view.working_orders:
            free[view.symbols.index(order.symbol)] = False
        if not free.any():
            return None
        ranges, close = average_range(view, self.window), view.close
        usable = free & (ranges > 0.0) & (self.stop * ranges < 1.0 + self.entry * ranges) & (close > 0.0)
        money = view.equity_usd / len(view.symbols)
        if not money > 0.0:
            return None
        return [
            self._bracket(view.symbols[place], close[place], ranges[place], money)
            for place in np.flatnonzero(usable)
        ]

    def _bracket(self, symbol: str, close: float, share: float, money_usd: float) -> Bracket:
        """The entry and its exits, from the close and the average range as a share of it."""
        buy = close * (1.0 + self.entry * share)
        entry = Order.stop(symbol, money_usd / buy, buy)
        return Bracket.around(entry, buy + self.target * share * close, buy - self.stop * share * close)


def average_range(view: View, window: int) -> Floats:
    """Average true range of the last `window` rows as a share of each row's close, N; NaN where unknown."""
    close, growth = view.window(window, of="close"), view.window(window + 1)
    high, low = view.window(window, of="high") / close, view.window(window, of="low") / close
    before = (
        growth[:-1] / growth[1:]
    )  # the close before in units of this row's, splits and dividends included
    ranges = np.fmax(high, before) - np.fmin(low, before)
    found: Floats = ranges.mean(axis=0)
    return found
