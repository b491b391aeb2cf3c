"""A symbol among all symbols of the same instant. Nothing here looks at another instant's ranks."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, Expression
from tradewright.features.operations import lag, rank_across, winsor_across, zscore_across
from tradewright.values.parameters import parameter


def past_return(bars: int) -> Expression:
    """The simple return over some bars."""
    return CLOSE / lag(CLOSE, bars) - 1.0


class MomentumRank(Feature):
    """The share of symbols whose return over a window is at or below this one's; pandas' rank(pct=True).

    Units: share in (0, 1]; ties share the middle of their places.
    """

    window: int = parameter(252, low=1, high=2520, unit="bars", about="window of the return")

    def formula(self) -> Expression:
        """rank_across(return)."""
        return rank_across(past_return(self.window))


class MomentumZScore(Feature):
    """Sample deviations of a symbol's return above the mean of all symbols; unknown where all are alike.

    Units: sample deviations across symbols.
    """

    window: int = parameter(252, low=1, high=2520, unit="bars", about="window of the return")

    def formula(self) -> Expression:
        """zscore_across(return)."""
        return zscore_across(past_return(self.window))


class WinsorisedReturn(Feature):
    """The return of one bar, moved to the edge where it lies beyond the outermost share of all symbols.

    Units: fraction. Quantiles are interpolated between neighbours, as in pandas.
    """

    share: float = parameter(0.05, low=0.0, high=0.49, unit="fraction", about="symbols cut at either end")
    bars: int = parameter(1, low=1, high=2520, unit="bars", about="window of the return")

    def formula(self) -> Expression:
        """winsor_across(return)."""
        return winsor_across(past_return(self.bars), self.share)
