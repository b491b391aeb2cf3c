"""Named sets of features."""

from collections.abc import Callable
from functools import cache

from tradewright.features.contract import Feature
from tradewright.features.families.averages import EmaRatio, SmaRatio
from tradewright.features.families.dispersion import Deviation, ExpandingZScore
from tradewright.features.families.oscillators import (
    BollingerPosition,
    MacdHistogram,
    MacdLine,
    MacdSignal,
    RangePosition,
    Rsi,
)
from tradewright.features.families.returns import LogReturn, Momentum, SimpleReturn
from tradewright.features.feature_set import FeatureSet
from tradewright.values.errors import unknown_name

WINDOWS = (5, 10, 20, 60)


@cache
def technical() -> FeatureSet:
    """The 26 columns of classical technical analysis, most of them free of the unit of prices.

    Expanding z-score of the price; simple and log return; for 5, 10, 20 and 60 bars the ratio to the simple
    and exponential average, the deviation of returns and the momentum; RSI 14; Bollinger position (20, 2);
    place in the range of 10 and 20 bars; MACD line, signal and histogram (12, 26, 9), which are in dollars.
    """
    columns: dict[str, Feature] = {
        "expanding_zscore": ExpandingZScore(),
        "simple_return": SimpleReturn(1),
        "log_return": LogReturn(1),
    }
    for window in WINDOWS:
        for one in (SmaRatio(window), EmaRatio(window), Deviation(window), Momentum(window, 0)):
            columns[one.name] = one
    columns |= {
        "rsi_14": Rsi(14),
        "bollinger_position_20_2": BollingerPosition(20, 2.0),
        "range_position_10": RangePosition(10),
        "range_position_20": RangePosition(20),
        "macd_line": MacdLine(12, 26),
        "macd_signal": MacdSignal(12, 26, 9),
        "macd_histogram": MacdHistogram(12, 26, 9),
    }
    return FeatureSet(columns)


@cache
def closes() -> FeatureSet:
    """16 columns that need closes alone, none of them in dollars: for histories without highs and lows.

    The last bar's return; for 5, 10, 20 and 60 bars the ratio to the simple average, the deviation of returns
    and the momentum; twelve months' momentum without the last; RSI 14; Bollinger position (20, 2).
    """
    columns: dict[str, Feature] = {"simple_return": SimpleReturn(1)}
    for window in WINDOWS:
        for one in (SmaRatio(window), Deviation(window), Momentum(window, 0)):
            columns[one.name] = one
    year = Momentum(252, 21)
    columns |= {year.name: year, "rsi_14": Rsi(14), "bollinger_position_20_2": BollingerPosition(20, 2.0)}
    return FeatureSet(columns)


SETS: dict[str, Callable[[], FeatureSet]] = {"closes": closes, "technical": technical}


def find_set(name: str) -> FeatureSet:
    """The named set.

    Raises: UnknownName with the nearest name.
    """
    if name not in SETS:
        raise unknown_name(name, "named feature set", SETS)
    return SETS[name]()
