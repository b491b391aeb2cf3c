"""Volatility of one bar, from closes and from ranges. Nothing here is annualised."""

import math

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, HIGH, LOW, OPEN, Expression
from tradewright.features.operations import absolute, clip, lag, larger, log, mean, square_root, wilder
from tradewright.values.parameters import parameter


def true_range() -> Expression:
    """The bar's range, stretched to the close before, in dollars."""
    before = lag(CLOSE, 1)
    return larger(HIGH - LOW, larger(absolute(HIGH - before), absolute(LOW - before)))


class Atr(Feature):
    """Wilder's average true range, in dollars. Equals TA-Lib's ATR.

    Source: Wilder (1978).
    """

    price_power = 1
    window: int = parameter(14, low=1, high=252, unit="bars", about="Wilder's smoothing")

    def formula(self) -> Expression:
        """Wilder average of the true range."""
        return wilder(true_range(), self.window)


class AtrRatio(Feature):
    """Wilder's average true range as a fraction of the close.

    Units: fraction of the close, a bar.
    """

    window: int = parameter(14, low=1, high=252, unit="bars", about="Wilder's smoothing")

    def formula(self) -> Expression:
        """Wilder average of the true range / close."""
        return wilder(true_range(), self.window) / CLOSE


class RealisedVolatility(Feature):
    """The root of the mean squared log return over a window, a bar; no mean is taken off.

    Units: a bar's; a year's is this times the root of the bars in a year.
    """

    window: int = parameter(20, low=1, high=2520, unit="bars", about="how many returns")

    def formula(self) -> Expression:
        """sqrt(mean(ln(close / close before)^2))."""
        gained = log(CLOSE / lag(CLOSE, 1))
        return square_root(mean(gained * gained, self.window))


class ParkinsonVolatility(Feature):
    """Volatility of a bar from highs and lows. It sees no move between bars.

    Source: Parkinson (1980), Journal of Business 53(1).
    """

    window: int = parameter(20, low=1, high=2520, unit="bars", about="how many ranges")

    def formula(self) -> Expression:
        """sqrt(mean(ln(high / low)^2) / (4 ln 2))."""
        reach = log(HIGH / LOW)
        return square_root(mean(reach * reach, self.window) / (4.0 * math.log(2.0)))


class GarmanKlassVolatility(Feature):
    """Volatility of a bar from open, high, low and close. It sees no move between bars.

    A mean below zero, which few odd bars can give, counts as zero.
    Source: Garman and Klass (1980), Journal of Business 53(1).
    """

    window: int = parameter(20, low=1, high=2520, unit="bars", about="how many bars")

    def formula(self) -> Expression:
        """sqrt(mean(ln(high / low)^2 / 2 - (2 ln 2 - 1) ln(close / open)^2))."""
        reach, gained = log(HIGH / LOW), log(CLOSE / OPEN)
        terms = reach * reach * 0.5 - gained * gained * (2.0 * math.log(2.0) - 1.0)
        return square_root(clip(mean(terms, self.window), low=0.0))
