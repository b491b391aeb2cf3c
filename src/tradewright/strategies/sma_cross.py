"""Trend following on one crossing: hold a name while its fast average lies above its slow one."""

import numpy as np

from tradewright.features.changes import LONG, OUT, SHORT, TIE
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.parameters import parameter, switch
from tradewright.strategies.sides import weights_of_sides
from tradewright.strategies.view import AssetView, View, Weights
from tradewright.values.decisions import Decisions


class SmaCross(Strategy):
    """In when the fast moving average crosses above the slow one, out (or short) when it crosses below.

    Each of N names has 1/N of the equity. It speaks only at crossings, and only of the names that cross; the
    first row on which both averages are known counts as a crossing from out.
    """

    fast: int = parameter(
        20, low=1, high=2519, unit="bars", about="window of the fast average", below="slow"
    )
    slow: int = parameter(50, low=2, high=2520, unit="bars", about="window of the slow average")
    short: bool = switch(False, about="sell short below instead of standing aside")

    @property
    def warm_up_bars(self) -> int:
        """The slow average's window."""
        return self.slow

    def decide(self, view: View) -> Weights:
        """The names that crossed on this row."""
        if len(view.symbols) == 1:
            return self._decide_one(view.only)
        now, before = self._sides(view, 0), self._sides(view, 1)
        changed = now != before
        return weights_of_sides(np.where(changed, now, 0)) if changed.any() else None

    def targets(self, frame: Frame) -> Decisions:
        """All crossings of the period, in one compiled pass."""
        rows, sides = frame.mean_crossings(self.fast, self.slow, self.short)
        return Decisions(rows, weights_of_sides(sides))

    def _decide_one(self, name: AssetView) -> Weights:
        """The same rule in plain numbers, because a million bars of one name should take a second."""
        fast, slow = self.fast, self.slow
        mean = name.mean
        slow_now, slow_before = mean(slow), mean(slow, 1)
        is_above = mean(fast) - slow_now > TIE * slow_now
        was_above = mean(fast, 1) - slow_before > TIE * slow_before
        if is_above == was_above and (is_above or not self.short or slow_before == slow_before):
            return None
        if slow_now != slow_now:
            return None
        side = LONG if is_above else self._below
        return weights_of_sides(np.array([side]))

    def _sides(self, view: View, ago: int) -> np.ndarray:
        """N sides as they stood `ago` rows back; OUT before the averages are known."""
        fast, slow = view.mean(self.fast, ago), view.mean(self.slow, ago)
        sides = np.where(fast - slow > TIE * slow, LONG, self._below)
        return np.where(np.isnan(slow), OUT, sides)

    @property
    def _below(self) -> int:
        return SHORT if self.short else OUT
