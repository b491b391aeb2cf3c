"""Trend following on one crossing: hold a name while its fast average lies above its slow one."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from tradewright.features.changes import LONG, OUT, SHORT, TIE
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.lens import AssetView
from tradewright.strategies.parameters import parameter, switch
from tradewright.strategies.sides import weights_of_sides
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import DecisionBatch, Decisions


class SmaCross(Strategy):
    """In when the fast moving average crosses above the slow one, out (or short) when it crosses below.

    Each of N names has 1/N of the equity. It speaks only at crossings, and only of the names that cross; the
    first row on which both averages are known counts as a crossing from out.
    """

    fast: int = parameter(20, low=1, high=2519, unit="bars", about="window of the fast average", below="slow")
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

    @classmethod
    def targets_of_many(cls, frame: Frame, candidates: Sequence[Self]) -> DecisionBatch:
        """All crossings of many pairs of windows."""
        windows = np.array([(one.fast, one.slow) for one in candidates], np.int64).reshape(-1, 2)
        both_sides = np.array([one.short for one in candidates], np.bool_)
        starts, rows, sides = frame.mean_crossings_of_many(windows, both_sides)
        return DecisionBatch(starts, rows, weights_of_sides(sides))

    def _decide_one(self, name: AssetView) -> Weights:
        """The same rule in plain numbers, because a million bars of one name should take a second."""
        mean, fast, slow = name.mean, self.fast, self.slow
        now = self._side(mean(fast), mean(slow))
        if now == self._side(mean(fast, 1), mean(slow, 1)):
            return None
        return weights_of_sides(np.array([now]))

    def _side(self, fast: float, slow: float) -> int:
        if fast - slow > TIE * slow:
            return LONG
        # An unknown mean is NaN, which does not equal itself.
        return SHORT if self.short and slow == slow else OUT

    def _sides(self, view: View, ago: int) -> np.ndarray:
        """N sides as they stood `ago` rows back; OUT before the averages are known."""
        fast, slow = view.mean(self.fast, ago), view.mean(self.slow, ago)
        sides = np.where(fast - slow > TIE * slow, LONG, self._below)
        return np.where(np.isnan(slow), OUT, sides)

    @property
    def _below(self) -> int:
        return SHORT if self.short else OUT
