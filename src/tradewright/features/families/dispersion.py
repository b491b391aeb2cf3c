"""Level and spread of a price or its returns: over a window, and over everything so far."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, Expression
from tradewright.features.operations import (
    deviation,
    expanding_deviation,
    expanding_mean,
    expanding_zscore,
    lag,
    zscore,
)
from tradewright.values.parameters import parameter


class Deviation(Feature):
    """The sample standard deviation of one-bar simple returns over a window, a bar, not annualised.

    Equals pandas' pct_change().rolling(window).std().
    """

    window: int = parameter(20, low=2, high=2520, unit="bars", about="how many returns")

    def formula(self) -> Expression:
        """deviation(close / close before - 1)."""
        return deviation(CLOSE / lag(CLOSE, 1) - 1.0, self.window)


class PriceDeviation(Feature):
    """The sample standard deviation of the close over a window, in dollars.

    Equals pandas' rolling std. TA-Lib's STDDEV divides by n instead of n - 1.
    """

    price_power = 1
    window: int = parameter(20, low=2, high=2520, unit="bars", about="how many closes")

    def formula(self) -> Expression:
        """deviation(close)."""
        return deviation(CLOSE, self.window)


class ZScore(Feature):
    """Sample deviations of the close above its average over a window; unknown where the window is flat.

    Units: sample deviations (n - 1); the present close is in its own window.
    """

    window: int = parameter(20, low=2, high=2520, unit="bars", about="how many closes")

    def formula(self) -> Expression:
        """(close - mean) / deviation."""
        return zscore(CLOSE, self.window)


class ExpandingMean(Feature):
    """The average close of all bars so far.

    Units: dollars of the first share, as all prices of a panel are here.
    """

    price_power = 1

    def formula(self) -> Expression:
        """expanding_mean(close)."""
        return expanding_mean(CLOSE)


class ExpandingDeviation(Feature):
    """The sample standard deviation of all closes so far, in dollars.

    Units: dollars of the first share. Known from the second bar on.
    """

    price_power = 1

    def formula(self) -> Expression:
        """expanding_deviation(close)."""
        return expanding_deviation(CLOSE)


class ExpandingZScore(Feature):
    """Sample deviations of the close above the average of all closes so far. Equals pandas' expanding()."""

    def formula(self) -> Expression:
        """(close - expanding mean) / expanding deviation."""
        return expanding_zscore(CLOSE)
