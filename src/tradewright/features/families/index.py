"""A symbol against an index: one symbol of the data, or the equal-weighted mean of all of them."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, Expression
from tradewright.features.operations import lag, mean_across, of_symbol, residual, slope
from tradewright.values.parameters import parameter, word


def one_bar_return() -> Expression:
    """The simple return of one bar."""
    return CLOSE / lag(CLOSE, 1) - 1.0


def index_return(symbol: str) -> Expression:
    """The index's return of one bar, the same for every symbol."""
    return of_symbol(one_bar_return(), symbol) if symbol else mean_across(one_bar_return())


class BetaToIndex(Feature):
    """Slope of a symbol's returns on the index's over a window; unknown where the index is flat.

    TA-Lib's BETA takes its two series the other way round.
    """

    window: int = parameter(60, low=3, high=2520, unit="bars", about="how many returns")
    index: str = word("", about="symbol of the index; empty for the mean of all symbols")

    def formula(self) -> Expression:
        """covariance with the index / variance of the index."""
        return slope(one_bar_return(), index_return(self.index), self.window)


class ResidualToIndex(Feature):
    """The part of a symbol's last return that its line on the index over a window does not explain.

    Units: fraction; the line's mean residual over the window is zero.
    """

    window: int = parameter(60, low=3, high=2520, unit="bars", about="how many returns")
    index: str = word("", about="symbol of the index; empty for the mean of all symbols")

    def formula(self) -> Expression:
        """return - (alpha + beta * index return)."""
        return residual(one_bar_return(), index_return(self.index), self.window)
