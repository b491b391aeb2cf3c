"""Volume against its own past, and together with the price."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, VOLUME, Expression
from tradewright.features.operations import correlation, lag, log, mean
from tradewright.values.parameters import parameter


class VolumeRatio(Feature):
    """Volume as a multiple of its average over a window, the present bar among them.

    Units: multiple; 2 is twice the usual.
    """

    window: int = parameter(20, low=1, high=2520, unit="bars", about="window of the average")

    def formula(self) -> Expression:
        """volume / mean(volume)."""
        return VOLUME / mean(VOLUME, self.window)


class VolumeTrend(Feature):
    """How far the short average of volume lies above the long one, as a fraction.

    Units: fraction; 0.5 is half as much again.
    """

    fast: int = parameter(5, low=1, high=2519, unit="bars", about="window of the short average", below="slow")
    slow: int = parameter(20, low=2, high=2520, unit="bars", about="window of the long average")

    def formula(self) -> Expression:
        """mean(volume) fast / slow - 1."""
        return mean(VOLUME, self.fast) / mean(VOLUME, self.slow) - 1.0


class PriceVolumeCorrelation(Feature):
    """Correlation of log returns with log changes of volume over a window; unknown where either is flat.

    A bar without volume has no change of volume, and neither has the next one.
    """

    window: int = parameter(20, low=3, high=2520, unit="bars", about="how many changes")

    def formula(self) -> Expression:
        """correlation(ln(close / close before), ln(volume / volume before))."""
        gained, more = log(CLOSE / lag(CLOSE, 1)), log(VOLUME / lag(VOLUME, 1))
        return correlation(gained, more, self.window)
