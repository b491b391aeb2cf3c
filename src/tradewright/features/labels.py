"""Outcomes to train on: forward returns, and the barrier that a price touches first.

They look ahead, which is what they are for; so they are no features. What they give is of a type that refuses
to be read by anything that decides (values/labels.py), and each outcome says from when to when it reaches.
"""

from abc import abstractmethod
from typing import dataclass_transform

import numpy as np

from tradewright.data.adjustments import forward_bars, growth_index
from tradewright.features.contract import plain_name
from tradewright.features.families.dispersion import Deviation
from tradewright.features.feature_set import FeatureSet
from tradewright.values.labels import NEVER, Labels
from tradewright.values.panel import Floats, Ints, Panel
from tradewright.values.parameters import allocation, parameter, switch, word
from tradewright.values.tunable import Tunable


@dataclass_transform(frozen_default=True, field_specifiers=(parameter, switch, allocation, word))
class Label(Tunable):
    """A rule that says what came of a row. Its outcomes are known later than the row."""

    @abstractmethod
    def of_panel(self, panel: Panel) -> Labels:
        """The outcome of every row and symbol, with its span."""

    @property
    def name(self) -> str:
        """The class's name and its horizon."""
        return f"{plain_name(type(self))}_{getattr(self, 'horizon', '')}".rstrip("_")


class ForwardReturn(Label):
    """The total return of the next bars, from the close of a row to the close `horizon` rows later.

    Dividends are reinvested, and a delisting pays what it paid: the growth index is carried through gaps. A
    row without a close of its own has no label.
    Known at: the instant of the last row of its span.
    """

    horizon: int = parameter(5, low=1, high=2520, unit="bars", about="how many rows ahead")
    log: bool = switch(False, about="the logarithm of the growth instead of the return")

    def of_panel(self, panel: Panel) -> Labels:
        """growth at the end / growth at the row - 1."""
        growth, close = growth_index(panel), forward_bars(panel).close
        values = np.full(panel.shape, np.nan)
        rows = np.full(panel.shape, -1)
        reached = max(len(growth) - self.horizon, 0)
        grown = growth[len(growth) - reached :] / close[:reached]
        with np.errstate(divide="ignore"):
            # A share that became nothing has lost everything: minus infinity as a logarithm.
            values[:reached] = np.log(grown) if self.log else grown - 1.0
        rows[:reached] = np.arange(self.horizon, self.horizon + reached)[:, None]
        return _labels(self.name, values, rows, panel)


class TripleBarrier(Label):
    """Which comes first: a rise to the upper barrier (1), a fall to the lower one (-1), or time is up (0).

    The barriers stand `up` and `down` deviations of one-bar returns from the row's close, times the root of
    the horizon where `scaled`; bars after the row are looked at by their highs and lows. Where one bar
    touches both, the lower one counts, because nobody can know; a bar that opens beyond a barrier ends at its
    open.
    Known at: the instant of the row that ended it.
    Source: Lopez de Prado (2018), Advances in Financial Machine Learning, chapter 3.
    """

    horizon: int = parameter(10, low=1, high=2520, unit="bars", about="rows until time is up")
    up: float = parameter(2.0, low=0.01, high=100.0, unit="deviations", about="distance of the upper barrier")
    down: float = parameter(
        2.0, low=0.01, high=100.0, unit="deviations", about="distance of the lower barrier"
    )
    window: int = parameter(20, low=2, high=2520, unit="bars", about="window of the deviation")
    scaled: bool = switch(False, about="widen the barriers by the root of the horizon")
    returns: bool = switch(False, about="the return at the end instead of the side")

    def of_panel(self, panel: Panel) -> Labels:
        """The side touched first, or the return there."""
        from tradewright.features.native.barriers import entry

        deviation = FeatureSet([Deviation(self.window)]).of_panel(panel).values[0]
        width = deviation * (np.sqrt(self.horizon) if self.scaled else 1.0)
        bars = forward_bars(panel)
        columns = bars.open, bars.high, bars.low, bars.close
        rows = np.full(panel.shape, -1)
        out = np.full(panel.shape, np.nan), np.full(panel.shape, np.nan)
        widths = width * self.up, width * self.down
        entry()(_frozen(columns), _frozen((growth_index(panel),))[0], widths, self.horizon, rows, out)
        return _labels(self.name, out[1] if self.returns else out[0], rows, panel)


def _labels(name: str, values: Floats, rows: Ints, panel: Panel) -> Labels:
    """Outcomes whose span ends on these rows; -1 where the data end before."""
    known = (rows >= 0) & ~np.isnan(values)
    end = np.where(known, panel.instants[np.maximum(rows, 0)] if len(panel.instants) else NEVER, NEVER)
    return Labels(name, values, end.astype(np.int64), panel.instants, panel.symbols)


def _frozen(columns: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """Read-only views, so that the compiled code knows one kind of input."""
    views = tuple(column.view() for column in columns)
    for view in views:
        view.flags.writeable = False
    return views
