"""Regimes with stated thresholds, filtered: each row's from that row and earlier ones, never smoothed."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, VOLUME, Expression
from tradewright.features.operations import band, deviation, lag, mean
from tradewright.values.parameters import parameter


class TrendRegime(Feature):
    """1 in an up-trend, -1 in a down-trend, 0 between: by how far the fast average lies from the slow one.

    Units: -1, 0 or 1. Known from the slow window on.
    """

    fast: int = parameter(50, low=1, high=2519, unit="bars", about="window of the fast average", below="slow")
    slow: int = parameter(200, low=2, high=2520, unit="bars", about="window of the slow average")
    threshold: float = parameter(0.02, low=0.0, high=1.0, unit="fraction", about="least distance of a trend")

    def formula(self) -> Expression:
        """band(fast / slow - 1) at either side of the threshold."""
        spread = mean(CLOSE, self.fast) / mean(CLOSE, self.slow) - 1.0
        return band(spread, -self.threshold, self.threshold)


class VolatilityRegime(Feature):
    """1 in a wild market, -1 in a calm one, 0 between: deviation of returns now against its own average.

    Units: -1, 0 or 1. Both windows must be full.
    """

    fast: int = parameter(20, low=2, high=2519, unit="bars", about="window of the deviation", below="slow")
    slow: int = parameter(252, low=3, high=2520, unit="bars", about="window of its average")
    calm: float = parameter(0.75, low=0.0, high=1.0, unit="multiple", about="calm below this")
    wild: float = parameter(1.5, low=1.0, high=100.0, unit="multiple", about="wild above this")

    def formula(self) -> Expression:
        """band(deviation / mean(deviation), calm, wild)."""
        now = deviation(CLOSE / lag(CLOSE, 1) - 1.0, self.fast)
        return band(now / mean(now, self.slow), self.calm, self.wild)


class VolumeRegime(Feature):
    """1 where volume is heavy, -1 where it is thin, 0 between: its short average against its long one.

    Units: -1, 0 or 1. A day without volume counts as zero.
    """

    fast: int = parameter(5, low=1, high=2519, unit="bars", about="window of the short average", below="slow")
    slow: int = parameter(60, low=2, high=2520, unit="bars", about="window of the long average")
    thin: float = parameter(0.67, low=0.0, high=1.0, unit="multiple", about="thin below this")
    heavy: float = parameter(1.5, low=1.0, high=100.0, unit="multiple", about="heavy above this")

    def formula(self) -> Expression:
        """band(mean(volume) fast / slow, thin, heavy)."""
        return band(mean(VOLUME, self.fast) / mean(VOLUME, self.slow), self.thin, self.heavy)
