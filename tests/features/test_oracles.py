"""Members against TA-Lib and pandas, where definitions agree; and how far apart where they do not."""

import numpy as np
import pandas as pd
import pytest
import talib

from tradewright.features.families.averages import (
    ExponentialAverage,
    SimpleAverage,
    SmaRatio,
    WeightedAverage,
)
from tradewright.features.families.cross_section import MomentumRank, WinsorisedReturn
from tradewright.features.families.dispersion import (
    Deviation,
    ExpandingDeviation,
    ExpandingMean,
    ExpandingZScore,
    PriceDeviation,
    ZScore,
)
from tradewright.features.families.index import BetaToIndex, ResidualToIndex
from tradewright.features.families.oscillators import (
    BollingerPosition,
    MacdHistogram,
    MacdLine,
    MacdSignal,
    RangePosition,
    Rsi,
)
from tradewright.features.families.returns import Drawdown, LogReturn, Momentum, SimpleReturn, WindowDrawdown
from tradewright.features.families.volatility import (
    Atr,
    GarmanKlassVolatility,
    ParkinsonVolatility,
    RealisedVolatility,
)
from tradewright.features.families.volume import PriceVolumeCorrelation, VolumeRatio
from tradewright.features.feature_set import FeatureSet

ROWS = 900
DRAWS = np.random.default_rng(5)
CLOSE = 80.0 * np.exp(np.cumsum(DRAWS.normal(0.0, 0.012, ROWS)))
OPEN = CLOSE * np.exp(DRAWS.normal(0.0, 0.006, ROWS))
HIGH = np.maximum(OPEN, CLOSE) * np.exp(np.abs(DRAWS.normal(0.0, 0.005, ROWS)))
LOW = np.minimum(OPEN, CLOSE) / np.exp(np.abs(DRAWS.normal(0.0, 0.005, ROWS)))
VOLUME = np.round(1e6 * np.exp(DRAWS.normal(0.0, 0.5, ROWS)))
BARS = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE, "volume": VOLUME}


def ours(feature) -> np.ndarray:
    columns = {name: column[:, None] for name, column in BARS.items()}
    return FeatureSet([feature]).of_columns(columns, np.arange(ROWS), ("A",)).values[0, :, 0]


def series(x: np.ndarray = CLOSE) -> pd.Series:
    return pd.Series(x)


def bands(window: int, width: float) -> np.ndarray:
    upper, _, lower = talib.BBANDS(CLOSE, window, width, width)
    return (CLOSE - lower) / (upper - lower)


def last_of(line) -> np.ndarray:
    return line.to_numpy(dtype=float)


TALIB = {
    "SMA": (SimpleAverage(20), lambda: talib.SMA(CLOSE, 20)),
    "WMA": (WeightedAverage(13), lambda: talib.WMA(CLOSE, 13)),
    "RSI": (Rsi(14), lambda: talib.RSI(CLOSE, 14)),
    "ATR": (Atr(14), lambda: talib.ATR(HIGH, LOW, CLOSE, 14)),
    "BBANDS": (BollingerPosition(20, 2.0), lambda: bands(20, 2.0)),
    "STOCHF": (RangePosition(14), lambda: talib.STOCHF(HIGH, LOW, CLOSE, 14, 1)[0] / 100.0),
    "ROCP": (Momentum(20, 0), lambda: talib.ROCP(CLOSE, 20)),
}


@pytest.mark.parametrize("name", TALIB)
def test_a_member_equals_talib(name):
    feature, theirs = TALIB[name]
    found, wanted = ours(feature), theirs()
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    assert np.allclose(found, wanted, rtol=1e-8, atol=1e-9, equal_nan=True)


def gains() -> pd.Series:
    return series().pct_change()


def log_gains() -> pd.Series:
    return np.log(series()).diff()


def expanding_standing() -> pd.Series:
    return (series() - series().expanding().mean()) / series().expanding().std()


def line() -> pd.Series:
    return ewm(series(), 12) - ewm(series(), 26)


def ewm(x: pd.Series, span: int) -> pd.Series:
    return x.ewm(span=span, adjust=False, min_periods=span, ignore_na=True).mean()


def garman_klass(window: int) -> pd.Series:
    reach, gained = np.log(series(HIGH / LOW)) ** 2, np.log(series(CLOSE / OPEN)) ** 2
    return np.sqrt((0.5 * reach - (2 * np.log(2) - 1) * gained).rolling(window).mean())


PANDAS = {
    "simple return": (SimpleReturn(3), lambda: series().pct_change(3)),
    "log return": (LogReturn(1), log_gains),
    "momentum with skip": (Momentum(60, 5), lambda: series().shift(5) / series().shift(60) - 1),
    "simple average": (SimpleAverage(20), lambda: series().rolling(20).mean()),
    "exponential average": (ExponentialAverage(20), lambda: ewm(series(), 20)),
    "ratio to average": (SmaRatio(50), lambda: series() / series().rolling(50).mean() - 1),
    "deviation of returns": (Deviation(20), lambda: gains().rolling(20).std()),
    "deviation of price": (PriceDeviation(60), lambda: series().rolling(60).std()),
    "z-score": (ZScore(20), lambda: (series() - series().rolling(20).mean()) / series().rolling(20).std()),
    "expanding mean": (ExpandingMean(), lambda: series().expanding().mean()),
    "expanding deviation": (ExpandingDeviation(), lambda: series().expanding().std()),
    "expanding z-score": (ExpandingZScore(), expanding_standing),
    "MACD line": (MacdLine(12, 26), line),
    "MACD signal": (MacdSignal(12, 26, 9), lambda: ewm(line(), 9)),
    "MACD histogram": (MacdHistogram(12, 26, 9), lambda: line() - ewm(line(), 9)),
    "drawdown": (Drawdown(), lambda: series() / series().cummax() - 1),
    "window drawdown": (WindowDrawdown(40), lambda: series() / series().rolling(40).max() - 1),
    "realised": (RealisedVolatility(20), lambda: np.sqrt((log_gains() ** 2).rolling(20).mean())),
    "Parkinson": (
        ParkinsonVolatility(20),
        lambda: np.sqrt((np.log(series(HIGH / LOW)) ** 2).rolling(20).mean() / (4 * np.log(2))),
    ),
    "Garman-Klass": (GarmanKlassVolatility(20), lambda: garman_klass(20)),
    "volume ratio": (VolumeRatio(20), lambda: series(VOLUME) / series(VOLUME).rolling(20).mean()),
    "price and volume": (
        PriceVolumeCorrelation(20),
        lambda: log_gains().rolling(20).corr(np.log(series(VOLUME)).diff()),
    ),
}


@pytest.mark.parametrize("name", PANDAS)
def test_a_member_equals_pandas(name):
    feature, theirs = PANDAS[name]
    found, wanted = ours(feature), last_of(theirs())
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    assert np.allclose(found, wanted, rtol=1e-7, atol=1e-9, equal_nan=True)


def test_an_exponential_average_skips_gaps_as_pandas_does_when_told_to_ignore_them():
    holed = np.where(DRAWS.random(ROWS) < 0.1, np.nan, CLOSE)
    table = FeatureSet([ExponentialAverage(10)]).of_columns(
        {"close": holed[:, None]}, np.arange(ROWS), ("A",)
    )
    wanted = last_of(ewm(series(holed), 10))
    # pandas carries the last average over a gap; here a gap has no value.
    wanted = np.where(np.isnan(holed), np.nan, wanted)
    assert np.allclose(table.values[0, :, 0], wanted, rtol=1e-12, equal_nan=True)


def test_talibs_exponential_average_begins_elsewhere_and_the_difference_fades():
    apart = np.abs(ours(ExponentialAverage(20)) - talib.EMA(CLOSE, 20))
    assert apart[19] > 0.1
    assert apart[400:].max() < 1e-9


def test_talibs_macd_begins_elsewhere_and_the_difference_fades():
    theirs, _, _ = talib.MACD(CLOSE, 12, 26, 9)
    apart = np.abs(ours(MacdLine(12, 26)) - theirs)
    assert np.nanmax(apart[:60]) > 1e-3
    assert np.nanmax(apart[500:]) < 1e-9


def test_talib_gives_a_still_price_an_rsi_of_zero_and_we_give_none():
    still = np.full(60, 10.0)
    table = FeatureSet([Rsi(14)]).of_columns({"close": still[:, None]}, np.arange(60), ("A",))
    assert np.isnan(table.values).all()
    assert (talib.RSI(still, 14)[14:] == 0.0).all()


def several(symbols: int = 7) -> pd.DataFrame:
    steps = np.random.default_rng(6).normal(0.0, 0.02, (300, symbols))
    return pd.DataFrame(50.0 * np.exp(np.cumsum(steps, axis=0)), columns=[f"S{k}" for k in range(symbols)])


def of_several(feature) -> np.ndarray:
    prices = several()
    columns = {"close": prices.to_numpy().copy()}
    return FeatureSet([feature]).of_columns(columns, np.arange(300), tuple(prices.columns)).values[0]


def test_a_rank_across_symbols_is_that_of_pandas():
    assert np.allclose(
        of_several(MomentumRank(20)), several().pct_change(20).rank(axis=1, pct=True), equal_nan=True
    )


def test_a_winsorised_return_is_clipped_at_the_quantiles_of_its_row():
    moves = several().pct_change()
    low, high = moves.quantile(0.2, axis=1), moves.quantile(0.8, axis=1)
    wanted = moves.clip(low, high, axis=0)
    assert np.allclose(of_several(WinsorisedReturn(0.2, 1)), wanted, equal_nan=True)


@pytest.mark.parametrize("index", ["", "S3"])
def test_beta_and_residual_are_those_of_a_regression_on_the_index(index):
    moves = several().pct_change()
    market = moves[index] if index else moves.mean(axis=1)
    beta = moves.rolling(60).cov(market).div(market.rolling(60).var(), axis=0)
    assert np.allclose(of_several(BetaToIndex(60, index)), beta, rtol=1e-9, equal_nan=True)
    alpha = moves.rolling(60).mean() - beta.mul(market.rolling(60).mean(), axis=0)
    residual = moves - alpha - beta.mul(market, axis=0)
    assert np.allclose(of_several(ResidualToIndex(60, index)), residual, atol=1e-12, equal_nan=True)
