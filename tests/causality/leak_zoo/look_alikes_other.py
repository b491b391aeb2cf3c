"""What looks like a look ahead and is none, as it is written with Polars, numpy and loops."""

import numpy as np
import polars as pl
from scipy import signal

from leak_zoo.features_numpy import Arrays
from leak_zoo.labels import look_alike
from leak_zoo.look_alikes_pandas import (
    CLOSED,
    EX_POST,
    EXPANDING,
    FORWARD,
    LABEL,
    POSITIONS,
    PRIOR,
    ROUNDING,
    RUNNING,
    STARTUP,
    TRAILING,
    UNDONE,
)


@look_alike(LABEL)
def polars_label_dropped(bars: pl.DataFrame) -> pl.DataFrame:
    table = bars.with_columns(
        momentum=pl.col("close").pct_change(5),
        label=pl.col("close").shift(-1) / pl.col("close") - 1,
    )
    return table.drop("label").select("momentum")


@look_alike(EXPANDING)
def polars_ewm(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select(pl.col("close") / pl.col("close").ewm_mean(span=10, adjust=False))


@look_alike(TRAILING)
def polars_trailing_quantile(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select(pl.col("close") / pl.col("close").rolling_quantile(0.9, window_size=40))


@look_alike(RUNNING, table="intraday")
def polars_session_high(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select((pl.col("close") / pl.col("high").cum_max().over("day")).alias("below"))


@look_alike(PRIOR, table="intraday")
def polars_prior_day(bars: pl.DataFrame) -> pl.DataFrame:
    days = bars.group_by("day", maintain_order=True).agg(pl.col("close").last().alias("prior"))
    days = days.with_columns(pl.col("prior").shift(1))
    return bars.join(days, on="day", how="left").select(pl.col("close") / pl.col("prior"))


@look_alike(CLOSED, table="intraday")
def polars_finished_hour(bars: pl.DataFrame) -> pl.DataFrame:
    hours = bars.group_by_dynamic("ts", every="1h", label="right").agg(pl.col("close").last().alias("hour"))
    return bars.join_asof(hours, on="ts").select(pl.col("close") / pl.col("hour"))


@look_alike(UNDONE)
def polars_undone(bars: pl.DataFrame) -> pl.DataFrame:
    ahead = pl.col("close").shift(-4)
    return bars.select((pl.col("close") / ahead.shift(5)).alias("ratio"))


@look_alike(FORWARD, table="gappy")
def polars_filled_forward(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select(pl.col("close").fill_nan(None).forward_fill().pct_change())


@look_alike(EXPANDING)
def running_mean_by_hand(bars: Arrays) -> np.ndarray:
    """Welford's recursion."""
    mean, spread = 0.0, 0.0
    out = np.full(len(bars["close"]), np.nan)
    for t, price in enumerate(bars["close"]):
        step = price - mean
        mean += step / (t + 1)
        spread += step * (price - mean)
        if t > 5:
            out[t] = (price - mean) / np.sqrt(spread / t)
    return out


@look_alike(TRAILING)
def windows_seen_at_once(bars: Arrays, width: int = 20) -> np.ndarray:
    out = np.full(len(bars["close"]), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(bars["close"], width)
    out[width - 1 :] = (bars["close"][width - 1 :] - windows.mean(axis=1)) / windows.std(axis=1)
    return out


@look_alike(RUNNING)
def highest_so_far(bars: Arrays) -> np.ndarray:
    return bars["close"] / np.maximum.accumulate(bars["high"])


@look_alike(STARTUP)
def kama_by_hand(bars: Arrays, span: int = 10) -> np.ndarray:
    """Kaufman's average: a recursion that remembers its first row for long."""
    close = bars["close"]
    out = close.copy()
    for t in range(span, len(close)):
        move = abs(close[t] - close[t - span])
        path = np.abs(np.diff(close[t - span : t + 1])).sum()
        rate = (move / path * (2 / 3 - 2 / 31) + 2 / 31) ** 2 if path > 0 else 0.0
        out[t] = out[t - 1] + rate * (close[t] - out[t - 1])
    return out


@look_alike(ROUNDING)
def fft_by_hand(bars: Arrays) -> np.ndarray:
    kernel = np.hanning(25) / np.hanning(25).sum()
    rows = len(bars["close"])
    size = rows + len(kernel)
    product = np.fft.rfft(bars["close"], size) * np.fft.rfft(kernel, size)
    return np.fft.irfft(product, size)[:rows]


@look_alike(ROUNDING)
def one_sided_butterworth(bars: Arrays) -> np.ndarray:
    b, a = signal.butter(2, 0.15)
    return signal.lfilter(b, a, bars["close"] - bars["close"][0])


@look_alike(FORWARD)
def previous_close_by_slices(bars: Arrays) -> np.ndarray:
    close = bars["close"]
    before = np.concatenate([[np.nan], close[:-1]])
    rolled = np.roll(close, 2)
    rolled[:2] = np.nan
    return close / before + close / rolled


@look_alike(UNDONE)
def labels_learned_when_realised(bars: Arrays, horizon: int = 5) -> np.ndarray:
    """An online mean of forward returns: each enters once it is over."""
    close = bars["close"]
    forward = np.full(len(close), np.nan)
    forward[:-horizon] = close[horizon:] / close[:-horizon] - 1
    out = np.full(len(close), np.nan)
    total = 0.0
    for t in range(horizon, len(close)):
        total += forward[t - horizon]
        out[t] = total / (t - horizon + 1)
    return out


@look_alike(EX_POST)
def signal_with_a_printed_summary(bars: Arrays) -> np.ndarray:
    close = bars["close"]
    position = np.zeros(len(close))
    position[21:] = np.sign(close[20:-1] - close[:-21])
    earned = position[1:] * np.diff(close)
    summary = {"total": float(earned.sum()), "best": float(earned.max())}
    assert set(summary) == {"total", "best"}
    return position


@look_alike(POSITIONS, stage="strategy")
def grid_of_orders(bars: Arrays) -> np.ndarray:
    held, entry = 0, 0.0
    out = np.zeros(len(bars["close"]))
    for t, price in enumerate(bars["close"]):
        if held and price > 1.03 * entry:
            held = 0
        elif not held and t > 5 and price < 0.98 * bars["close"][t - 5]:
            held, entry = 1, price
        out[t] = held
    return out
