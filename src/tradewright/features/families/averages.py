"""Moving averages of the close, and how far the close lies from them."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, Expression
from tradewright.features.operations import exponential, mean, weighted_mean
from tradewright.values.parameters import parameter


class SimpleAverage(Feature):
    """The average close of a window. Equals TA-Lib's SMA and pandas' rolling mean."""

    price_power = 1
    window: int = parameter(20, low=1, high=2520, unit="bars", about="how many closes")

    def formula(self) -> Expression:
        """mean(close)."""
        return mean(CLOSE, self.window)


class ExponentialAverage(Feature):
    """The exponential average of the close, alpha = 2 / (span + 1), from the span-th close on.

    Equals pandas' ewm(span, adjust=False, min_periods=span), with ignore_na=True where there are gaps.
    TA-Lib's EMA begins as the simple average of the first `span` closes; the difference fades.
    """

    price_power = 1
    span: int = parameter(20, low=1, high=2520, unit="bars", about="2 / alpha - 1")

    def formula(self) -> Expression:
        """exponential(close)."""
        return exponential(CLOSE, self.span)


class WeightedAverage(Feature):
    """The average close of a window, weighted 1, 2, ... up to the newest. Equals TA-Lib's WMA."""

    price_power = 1
    window: int = parameter(20, low=1, high=2520, unit="bars", about="how many closes")

    def formula(self) -> Expression:
        """weighted_mean(close)."""
        return weighted_mean(CLOSE, self.window)


class SmaRatio(Feature):
    """How far the close lies above its simple average, as a fraction of the average.

    Units: fraction; 0.02 is 2 % above.
    """

    window: int = parameter(20, low=1, high=2520, unit="bars", about="window of the average")

    def formula(self) -> Expression:
        """close / mean(close) - 1."""
        return CLOSE / mean(CLOSE, self.window) - 1.0


class EmaRatio(Feature):
    """How far the close lies above its exponential average, as a fraction of the average.

    Units: fraction; 0.02 is 2 % above.
    """

    span: int = parameter(20, low=1, high=2520, unit="bars", about="span of the average")

    def formula(self) -> Expression:
        """close / exponential(close) - 1."""
        return CLOSE / exponential(CLOSE, self.span) - 1.0


class WmaRatio(Feature):
    """How far the close lies above its weighted average, as a fraction of the average.

    Units: fraction; 0.02 is 2 % above.
    """

    window: int = parameter(20, low=1, high=2520, unit="bars", about="window of the average")

    def formula(self) -> Expression:
        """close / weighted_mean(close) - 1."""
        return CLOSE / weighted_mean(CLOSE, self.window) - 1.0


class AverageSpread(Feature):
    """How far a fast simple average lies above a slow one, as a fraction of the slow one.

    Units: fraction; positive in a rise.
    """

    fast: int = parameter(20, low=1, high=2519, unit="bars", about="window of the fast average", below="slow")
    slow: int = parameter(50, low=2, high=2520, unit="bars", about="window of the slow average")

    def formula(self) -> Expression:
        """mean(close) fast / slow - 1."""
        return mean(CLOSE, self.fast) / mean(CLOSE, self.slow) - 1.0
