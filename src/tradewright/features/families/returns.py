"""Returns and momentum: how far a price has come."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, Expression
from tradewright.features.operations import highest, highest_so_far, lag, log
from tradewright.values.parameters import parameter


class SimpleReturn(Feature):
    """The return from the close some bars ago to this one, as a fraction.

    Units: fraction, 0.01 is 1 %. Unknown where either close is.
    """

    bars: int = parameter(1, low=1, high=2520, unit="bars", about="how far back it starts")

    def formula(self) -> Expression:
        """close / close before - 1."""
        return CLOSE / lag(CLOSE, self.bars) - 1.0


class LogReturn(Feature):
    """The logarithm of the growth from the close some bars ago to this one.

    Units: natural logarithm; about the return where that is small.
    """

    bars: int = parameter(1, low=1, high=2520, unit="bars", about="how far back it starts")

    def formula(self) -> Expression:
        """ln(close / close before)."""
        return log(CLOSE / lag(CLOSE, self.bars))


class Momentum(Feature):
    """The return over a window that may leave out its latest bars, as twelve-minus-one momentum does.

    TA-Lib's ROCP is this with nothing skipped; its MOM is a difference of prices.
    """

    window: int = parameter(20, low=1, high=2520, unit="bars", about="how far back it starts")
    skip: int = parameter(0, low=0, high=252, unit="bars", about="latest bars left out", below="window")

    def formula(self) -> Expression:
        """close at the end of the window / close at its beginning - 1."""
        last = lag(CLOSE, self.skip) if self.skip else CLOSE
        return last / lag(CLOSE, self.window) - 1.0

    @property
    def name(self) -> str:
        """Without the bars skipped where there are none."""
        return f"momentum_{self.window}" + (f"_skip_{self.skip}" if self.skip else "")


class Drawdown(Feature):
    """How far the close lies below its highest so far, as a fraction; zero at a new high.

    Units: fraction, zero or negative.
    """

    def formula(self) -> Expression:
        """close / highest close so far - 1."""
        return CLOSE / highest_so_far(CLOSE) - 1.0


class WindowDrawdown(Feature):
    """How far the close lies below the highest close of a window, as a fraction.

    Units: fraction, zero or negative.
    """

    window: int = parameter(252, low=2, high=2520, unit="bars", about="where the highest close is looked for")

    def formula(self) -> Expression:
        """close / highest close of the window - 1."""
        return CLOSE / highest(CLOSE, self.window) - 1.0
