"""Hold the names that a model expects most of, and nothing where it expects nothing."""

import numpy as np
from numpy.typing import NDArray

from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.parameters import parameter, switch
from tradewright.strategies.ranks import lowest, places_of
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions
from tradewright.values.panel import Floats


class Forecast(Strategy):
    """The names with the highest forecasts over a horizon, an equal part of the money for each place.

    A name takes part if the model spoke about it and it has a close on the day. A place is left in cash where
    the model expects no more than `dead_band`; where it abstains about a name, that name is not held.
    """

    horizon: int = parameter(5, low=1, high=2520, unit="bars", about="over which forecasts are read")
    top: float = parameter(
        0.2, low=0.0, high=1.0, unit="fraction", about="places, as a share of the names spoken about"
    )
    dead_band: float = parameter(
        0.0, low=0.0, high=1.0, unit="return", about="a forecast that is not above it gives no position"
    )
    monthly: bool = switch(True, about="look at the first close of a month; else at every close")
    invested: float = parameter(
        1.0, low=0.0, high=1.0, unit="fraction", about="share of equity over all places; the rest is cash"
    )

    @property
    def warm_up_bars(self) -> int:
        """The present row: how far models look back is theirs to say."""
        return 1

    @property
    def forecasts_bars(self) -> tuple[int, ...]:
        """The one horizon it reads."""
        return (self.horizon,)

    def decide(self, view: View) -> Weights:
        """The names expected to gain most, once the model has begun to speak."""
        if self.monthly and not view.new_month:
            return None
        said = view.forecast(self.horizon)[None, :]
        weights, speaks = self._chosen(said, view.close[None, :], view.symbols)
        return weights[0] if speaks[0] or view.has_decided else None

    def targets(self, frame: Frame) -> Decisions:
        """All rows at once; none before the first on which the model spoke."""
        rows = np.flatnonzero(frame.new_month()) if self.monthly else np.arange(len(frame))
        weights, speaks = self._chosen(frame.forecast(self.horizon)[rows], frame.close[rows], frame.symbols)
        has_begun = np.logical_or.accumulate(speaks)
        return Decisions(rows[has_begun], weights[has_begun])

    def _chosen(
        self, said: Floats, close: Floats, symbols: tuple[str, ...]
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """K x N weights, and on which of the K rows the model spoke about any name that trades."""
        losses = np.where(np.isnan(close), np.nan, -said)
        eligible = (~np.isnan(losses)).sum(axis=1)
        places = places_of(self.top, eligible)
        chosen = lowest(losses, places, symbols) & (said > self.dead_band)
        return np.where(chosen, self.invested / np.maximum(places, 1)[:, None], 0.0), eligible > 0
