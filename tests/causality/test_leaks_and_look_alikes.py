"""One pipeline for each way of seeing the future, and one for each that only looks like it."""

import numpy as np
import pandas as pd
import pytest
from bars_for_audits import bars
from scipy.signal import fftconvolve

from tradewright.causality.audit import audit
from tradewright.causality.verdict import DependsOnFuture, NoDependenceObserved


def low_frequencies(frame):
    if len(frame) <= 40:
        return frame.close
    kept = np.fft.rfft(frame.close)[:20]
    return pd.Series(np.fft.irfft(kept, len(frame)), index=frame.index)


def clipped_by_the_whole(frame):
    returns = frame.close.pct_change()
    return returns.clip(*returns.quantile([0.01, 0.99]))


def next_close_on_large_moves(frame):
    returns = frame.close.pct_change()
    return returns.where(returns.abs() < 0.03, frame.close.shift(-1))


LEAKS = {
    "next return": lambda d: d.close.shift(-1) / d.close - 1,
    "five ahead": lambda d: d.close.shift(-5) / d.close - 1,
    "z-score over the whole": lambda d: (d.close - d.close.mean()) / d.close.std(),
    "rank over the whole": lambda d: d.close.rank(pct=True),
    "centred mean": lambda d: d.close.rolling(5, center=True).mean(),
    "back-fill of the warm-up": lambda d: d.close.rolling(20).mean().bfill(),
    "interpolation between known points": lambda d: d.close.where(d.close > 100).interpolate(),
    "division by the last value": lambda d: d.close / d.close.iloc[-1],
    "length as a number": lambda d: pd.Series(np.arange(len(d)) / len(d), index=d.index),
    "this month's close": lambda d: d.close.resample("ME").last().reindex(d.index, method="bfill"),
    "this month's mean": lambda d: d.groupby(d.index.to_period("M")).close.transform("mean"),
    "clip by whole quantiles": clipped_by_the_whole,
    "only under a rare condition": next_close_on_large_moves,
    "too small to see": lambda d: d.close.pct_change() + 1e-9 * d.close.mean(),
    "rows a later gap removes": lambda d: d.close.pct_change()[d.close.shift(-1).notna()],
    "reversed rolling": lambda d: d.close[::-1].rolling(5).mean()[::-1],
    "low frequencies of the whole": low_frequencies,
    "swing points": lambda d: (d.high == d.high.rolling(5, center=True).max()).astype(float),
    "bins labelled left": lambda d: d.close.resample("W", label="left").last(),
}


def of_adjusted_prices(frame):
    factor = (1 + frame.volume / 1e6)[::-1].cumprod()[::-1]
    adjusted = frame.close * factor
    return adjusted / adjusted.shift(1) - 1


def prior_month_high(frame):
    months = frame.index.to_period("M")
    return frame.groupby(months).high.max().shift(1).reindex(months).set_axis(frame.index)


LOOK_ALIKES = {
    "return": lambda d: d.close.pct_change(),
    "exponential mean": lambda d: d.close.ewm(span=20).mean(),
    "expanding z-score": lambda d: (d.close - d.close.expanding().mean()) / d.close.expanding().std(),
    "shift undone": lambda d: d.close.shift(-3).shift(4),
    "forward fill": lambda d: d.close.where(d.close > 100).ffill(),
    "rounding of a Fourier convolution": lambda d: pd.Series(
        fftconvolve(d.close, np.ones(20) / 20)[: len(d)], index=d.index
    ),
    "seeded noise": lambda d: pd.Series(np.random.default_rng(0).normal(size=len(d)), index=d.index),
    "difference of running sums": lambda d: d.volume.cumsum().diff(20),
    "right-labelled week": lambda d: (
        d.close.resample("W", label="right", closed="left").last().reindex(d.index, method="ffill")
    ),
    "day of the week": lambda d: pd.Series(d.index.dayofweek, index=d.index),
    "highest so far": lambda d: d.close.cummax(),
    "trailing rank": lambda d: d.close.rolling(50).rank(),
    "prior month's high": prior_month_high,
    "returns of adjusted prices": of_adjusted_prices,
    "rows without warm-up": lambda d: d.close.rolling(20).mean().dropna(),
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return bars()


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_found(name, table):
    assert isinstance(audit(LEAKS[name], table).verdict, DependsOnFuture)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_look_alike_is_not_flagged(name, table):
    assert isinstance(audit(LOOK_ALIKES[name], table).verdict, NoDependenceObserved)
