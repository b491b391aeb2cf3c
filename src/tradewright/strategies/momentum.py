"""Cross-sectional momentum: hold last year's winners, look again each month."""

import numpy as np

from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.parameters import parameter
from tradewright.strategies.ranks import lowest, places_of
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions
from tradewright.values.panel import Floats


class Momentum(Strategy):
    """Equal parts of the names with the highest past return, chosen at the first close of each month.

    A name takes part if its return over the whole lookback is known and it has a close on the day. The latest
    `skip` bars are left out of the return, because short-term reversal works against it.
    `invested` below 1 keeps the rest in cash: it scales gains and falls alike, and leaves the Sharpe ratio.
    Source: Jegadeesh and Titman (1993), Journal of Finance 48(1); the skipped month as is usual since.
    """

    lookback: int = parameter(252, low=2, high=2520, unit="bars", about="where the measured return begins")
    skip: int = parameter(
        21, low=0, high=252, unit="bars", about="latest bars left out of it", below="lookback"
    )
    top: float = parameter(
        0.1, low=0.0, high=1.0, unit="fraction", about="share of the eligible names held, rounded up"
    )
    invested: float = parameter(
        1.0, low=0.0, high=1.0, unit="fraction", about="share of equity held in them; the rest stays in cash"
    )

    @property
    def warm_up_bars(self) -> int:
        """The lookback and the present row."""
        return self.lookback + 1

    def decide(self, view: View) -> Weights:
        """The winners, where a month has begun."""
        if not view.new_month:
            return None
        weights, speaks = self._chosen(
            view.return_over(self.lookback, self.skip)[None, :], view.close[None, :], view.symbols
        )
        return weights[0] if speaks[0] else None

    def targets(self, frame: Frame) -> Decisions:
        """All months at once; only the rows that decide are computed."""
        rows = np.flatnonzero(frame.new_month())
        rows = rows[rows >= self.lookback]
        past = frame.return_at(rows, self.lookback, self.skip)
        weights, speaks = self._chosen(past, frame.close[rows], frame.symbols)
        return Decisions(rows[speaks], weights[speaks])

    def _chosen(self, past: Floats, close: Floats, symbols: tuple[str, ...]) -> tuple[Floats, np.ndarray]:
        """K x N weights of the winners, and on which of the K rows there was any name to choose from.

        Among equal returns the first in alphabetical order wins, whatever the order of the columns.
        """
        # Losses instead of returns: unknown ones (NaN) are ranked last, behind every name that takes part.
        losses = np.where(np.isnan(close), np.nan, -past)
        eligible = (~np.isnan(losses)).sum(axis=1)
        held = places_of(self.top, eligible)
        chosen = lowest(losses, held, symbols)
        return np.where(chosen, self.invested / np.maximum(held, 1)[:, None], 0.0), eligible > 0
