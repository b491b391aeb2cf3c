"""Oscillators of technical analysis."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, HIGH, LOW, Expression
from tradewright.features.operations import (
    clip,
    exponential,
    highest,
    lag,
    lowest,
    place_between,
    wilder,
    zscore,
)
from tradewright.values.parameters import parameter


class Rsi(Feature):
    """Wilder's relative strength index, 0 to 100: the rises' share of all moves.

    Equals TA-Lib's RSI, except where the close never moved: there it is unknown, and TA-Lib says 0.
    Source: Wilder (1978), New Concepts in Technical Trading Systems.
    """

    window: int = parameter(14, low=2, high=252, unit="bars", about="Wilder's smoothing")

    def formula(self) -> Expression:
        """100 * rises / (rises + falls), both Wilder averages."""
        move = CLOSE - lag(CLOSE, 1)
        rises, falls = wilder(clip(move, low=0.0), self.window), wilder(clip(-move, low=0.0), self.window)
        return 100.0 * (rises / (rises + falls))


class MacdLine(Feature):
    """The fast exponential average of the close less the slow one, in dollars.

    Equals pandas' ewm(adjust=False). TA-Lib begins both averages with simple ones; the difference fades.
    Source: Appel (1979).
    """

    price_power = 1
    fast: int = parameter(12, low=1, high=2519, unit="bars", about="span of the fast average", below="slow")
    slow: int = parameter(26, low=2, high=2520, unit="bars", about="span of the slow average")

    def formula(self) -> Expression:
        """exponential(close, fast) - exponential(close, slow)."""
        return exponential(CLOSE, self.fast) - exponential(CLOSE, self.slow)


class MacdSignal(Feature):
    """The exponential average of the MACD line, in dollars."""

    price_power = 1
    fast: int = parameter(12, low=1, high=2519, unit="bars", about="span of the fast average", below="slow")
    slow: int = parameter(26, low=2, high=2520, unit="bars", about="span of the slow average")
    signal: int = parameter(9, low=1, high=2520, unit="bars", about="span of the line's average")

    def formula(self) -> Expression:
        """exponential(line)."""
        return exponential(MacdLine(self.fast, self.slow).formula(), self.signal)


class MacdHistogram(Feature):
    """The MACD line less its signal, in dollars."""

    price_power = 1
    fast: int = parameter(12, low=1, high=2519, unit="bars", about="span of the fast average", below="slow")
    slow: int = parameter(26, low=2, high=2520, unit="bars", about="span of the slow average")
    signal: int = parameter(9, low=1, high=2520, unit="bars", about="span of the line's average")

    def formula(self) -> Expression:
        """line - signal."""
        line = MacdLine(self.fast, self.slow).formula()
        return line - exponential(line, self.signal)


class BollingerPosition(Feature):
    """Where the close lies from the lower Bollinger band (0) to the upper one (1); %b.

    Bands stand `width` population deviations from the average, as in TA-Lib's BBANDS.
    Source: Bollinger (2001).
    """

    window: int = parameter(20, low=2, high=2520, unit="bars", about="window of average and deviation")
    width: float = parameter(2.0, low=0.1, high=10.0, unit="deviations", about="from the average to a band")

    def formula(self) -> Expression:
        """1/2 + (close - mean) / deviation / (2 * width)."""
        return 0.5 + zscore(CLOSE, self.window, degrees=0) / (2.0 * self.width)


class RangePosition(Feature):
    """Where the close lies from the lowest low of a window (0) to its highest high (1).

    TA-Lib's fast %K of STOCHF is 100 times this.
    """

    window: int = parameter(14, low=1, high=2520, unit="bars", about="where highs and lows are looked for")

    def formula(self) -> Expression:
        """(close - lowest low) / (highest high - lowest low)."""
        return place_between(CLOSE, lowest(LOW, self.window), highest(HIGH, self.window))
