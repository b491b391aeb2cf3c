"""Mean reversion: buy what fell unusually far below its recent average, sell when it is back."""

import numpy as np

from tradewright.features.changes import LONG, OUT, SHORT
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.parameters import parameter, switch
from tradewright.strategies.sides import sides_of_weights, weights_of_sides
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions


class MeanReversion(Strategy):
    """In when a name's z-score falls below -entry, out once it is back above -exit; mirrored with `short`.

    The z-score is that of the growth index among its last `window` bars. Each of N names has 1/N of the
    equity. It speaks only of names whose side changes; a name without a close that day stays as it is.
    """

    window: int = parameter(20, low=5, high=252, unit="bars", about="window of average and deviation")
    entry: float = parameter(
        2.0, low=0.5, high=5.0, unit="standard deviations", about="how far out a name must be"
    )
    exit: float = parameter(
        0.5, low=0.0, high=4.5, unit="standard deviations", about="how near is back", below="entry"
    )
    short: bool = switch(False, about="also sell short what rose unusually far")

    @property
    def warm_up_bars(self) -> int:
        """The window."""
        return self.window

    def decide(self, view: View) -> Weights:
        """The names whose side changes on this row."""
        scores = view.zscore(self.window)
        held = sides_of_weights(view.last_weights)
        back = ((held == LONG) & (scores > -self.exit)) | ((held == SHORT) & (scores < self.exit))
        is_low, is_high = scores < -self.entry, (scores > self.entry) & self.short
        now = np.select([np.isnan(view.close), is_low, is_high, back], [held, LONG, SHORT, OUT], held)
        changed = now != held
        return weights_of_sides(np.where(changed, now, 0)) if changed.any() else None

    def targets(self, frame: Frame) -> Decisions:
        """All changes of the period, in one compiled pass."""
        rows, sides = frame.band_changes(self.window, self.entry, self.exit, self.short)
        return Decisions(rows, weights_of_sides(sides))
