"""Feature leaks as they are written with numpy arrays and loops of one's own."""

import numpy as np
from scipy import ndimage

from leak_zoo.features_pandas import (
    CLIP,
    DAY,
    FILL,
    FITTED,
    LAST,
    LENGTH,
    OWN_BAR,
    RARE,
    REVERSED,
    SHIFT,
    SMOOTH,
    SWING,
    WHOLE,
)
from leak_zoo.labels import leak

Arrays = dict[str, np.ndarray]


@leak(SHIFT)
def next_log_return(bars: Arrays) -> np.ndarray:
    out = np.zeros(len(bars["close"]))
    out[:-1] = np.diff(np.log(bars["close"]))  # leaks here
    return out


@leak(SHIFT)
def rolled_the_wrong_way(bars: Arrays) -> np.ndarray:
    return np.roll(bars["close"], -2) / bars["close"]  # leaks here


@leak(SHIFT)
def sliced_ahead(bars: Arrays, step: int = 4) -> np.ndarray:
    close = bars["close"]
    out = np.full(len(close), np.nan)
    out[:-step] = close[step:] - close[:-step]  # leaks here
    return out


@leak(SHIFT)
def loop_off_by_one(bars: Arrays) -> np.ndarray:
    close = bars["close"]
    out = np.zeros(len(close))
    for t in range(1, len(close) - 1):
        out[t] = (close[t + 1] - close[t - 1]) / 2  # leaks here
    return out


@leak(SHIFT)
def window_one_too_long(bars: Arrays) -> np.ndarray:
    close, width = bars["close"], 10
    out = np.full(len(close), np.nan)
    for t in range(width, len(close) - 1):
        out[t] = close[t - width : t + 2].mean()  # leaks here
    return out


@leak(SHIFT)
def front_of_the_array_wraps(bars: Arrays) -> np.ndarray:
    """np.roll by a positive number: the first row gets the last one."""
    return bars["close"] / np.roll(bars["close"], 1) - 1  # leaks here


@leak(WHOLE)
def standardised_matrix(bars: Arrays) -> np.ndarray:
    matrix = np.column_stack([bars["close"], bars["volume"]])
    return (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)  # leaks here


@leak(WHOLE)
def order_among_all(bars: Arrays) -> np.ndarray:
    return np.argsort(np.argsort(bars["volume"])).astype(float)  # leaks here


@leak(WHOLE)
def scaled_by_a_loops_maximum(bars: Arrays) -> np.ndarray:
    highest = 0.0
    for price in bars["close"]:  # leaks here
        highest = max(highest, price)
    return bars["close"] / highest  # leaks here


@leak(SMOOTH)
def moving_average_in_the_middle(bars: Arrays) -> np.ndarray:
    return np.convolve(bars["close"], np.ones(7) / 7, mode="same")  # leaks here


@leak(SMOOTH)
def gaussian_smoothed(bars: Arrays) -> np.ndarray:
    return ndimage.gaussian_filter1d(bars["close"], 3)  # leaks here


@leak(FILL)
def first_rows_take_the_first_value(bars: Arrays) -> np.ndarray:
    width = 15
    out = np.full(len(bars["close"]), np.nan)
    for t in range(width - 1, len(out)):
        out[t] = bars["close"][t - width + 1 : t + 1].mean()
    out[: width - 1] = out[width - 1]  # leaks here
    return out


@leak(DAY, table="intraday")
def mean_of_each_chunk(bars: Arrays, bars_a_day: int = 22) -> np.ndarray:
    close = bars["close"]
    out = np.empty(len(close))
    for start in range(0, len(close), bars_a_day):
        out[start : start + bars_a_day] = close[start : start + bars_a_day].mean()  # leaks here
    return close / out


@leak(SWING)
def swing_lows_written_back(bars: Arrays, wing: int = 3) -> np.ndarray:
    low = bars["low"]
    out = np.zeros(len(low))
    for t in range(2 * wing, len(low)):
        if low[t - wing] == low[t - 2 * wing : t + 1].min():
            out[t - wing] = 1.0  # leaks here
    return out


@leak(FITTED)
def low_frequencies(bars: Arrays) -> np.ndarray:
    spectrum = np.fft.rfft(bars["close"])  # leaks here
    spectrum[12:] = 0
    return np.fft.irfft(spectrum, len(bars["close"]))


@leak(FITTED)
def leading_singular_vector(bars: Arrays) -> np.ndarray:
    matrix = np.column_stack([bars["open"], bars["high"], bars["low"], bars["close"]])
    u, s, _ = np.linalg.svd(matrix, full_matrices=False)  # leaks here
    return u[:, 0] * s[0]


@leak(FITTED)
def residual_of_one_line(bars: Arrays) -> np.ndarray:
    rows = np.arange(len(bars["close"]))
    slope, level = np.polyfit(rows, bars["close"], 1)  # leaks here
    return bars["close"] - (slope * rows + level)


@leak(CLIP)
def clipped_by_percentiles(bars: Arrays) -> np.ndarray:
    low, high = np.percentile(bars["volume"], [5, 95])  # leaks here
    return np.clip(bars["volume"], low, high)


@leak(LAST)
def indexed_to_the_end(bars: Arrays) -> np.ndarray:
    return 100 * bars["close"] / bars["close"][-1]  # leaks here


@leak(LENGTH)
def trend_over_the_sample(bars: Arrays) -> np.ndarray:
    return bars["close"] * np.linspace(0, 1, len(bars["close"]))  # leaks here


@leak(REVERSED)
def highest_from_behind(bars: Arrays) -> np.ndarray:
    high = bars["high"]
    out = np.empty(len(high))
    best = -np.inf
    for t in range(len(high) - 1, -1, -1):  # leaks here
        best = max(best, high[t])
        out[t] = bars["close"][t] / best
    return out


@leak(REVERSED)
def accumulated_from_the_end(bars: Arrays) -> np.ndarray:
    return np.cumsum(bars["volume"][::-1])[::-1]  # leaks here


@leak(RARE)
def peeks_at_new_highs(bars: Arrays) -> np.ndarray:
    close = bars["close"]
    out = close.copy()
    for t in range(60, len(close) - 1):
        if close[t] > 1.02 * close[t - 60 : t].max():
            out[t] = close[t + 1]  # leaks here
    return out


@leak(OWN_BAR, stage="strategy", decide_at="open")
def weight_at_the_open(bars: Arrays, span: int = 20) -> np.ndarray:
    close = bars["close"]  # leaks here
    returns = np.zeros(len(close))
    returns[1:] = close[1:] / close[:-1] - 1
    out = np.full(len(close), np.nan)
    for t in range(span, len(close)):
        out[t] = 0.01 / returns[t - span + 1 : t + 1].std()  # leaks here
    return out
