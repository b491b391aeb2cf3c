"""Feature leaks as they are written with pandas."""

import time
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import signal
from sklearn.decomposition import PCA

from leak_zoo.labels import leak

SHIFT = "negative shift or diff, variable included"
WHOLE = "full-sample z-score, min-max, rank, quantile bins"
SMOOTH = "centred or two-sided smoothing"
FILL = "back-fill and two-sided interpolation"
FORMING = "left-labelled resample or a still-forming bar merged down"
DAY = "groupby(day).transform"
JOIN = "as-of join forward, nearest, or backward on period end"
SWING = "swing points confirmed by later bars"
FITTED = "FFT, PCA, SVD fitted on the whole series"
CLIP = "clip or winsorise thresholds from the whole sample"
LAST = "division by the last value"
LENGTH = "index or length of the data as a number"
REVERSED = "reversed rolling"
RARE = "a leak only under a rare condition"
BESIDE = "reading a global, a cache, a file or the clock beside the frame"
MISSING = "missingness created by a later filter"
REGIME = "smoothed instead of filtered regime probabilities"
OWN_BAR = "own-bar return in the volatility that sizes a trade at that bar's open"

HORIZON = 5
_SEEN: dict[str, float] = {}
REFERENCE = Path(__file__).with_name("reference.csv")


@leak(SHIFT)
def tomorrows_return(bars: pd.DataFrame) -> pd.Series:
    return bars["close"].shift(-1) / bars["close"] - 1  # leaks here


@leak(SHIFT)
def momentum_with_the_wrong_sign(bars: pd.DataFrame, lookback: int = -10) -> pd.Series:
    """A lookback that somebody typed as a negative number."""
    price = np.log(bars["close"])
    return price.diff(lookback)  # leaks here


@leak(SHIFT)
def week_ahead_through_a_constant(bars: pd.DataFrame) -> pd.DataFrame:
    steps = -HORIZON
    features = pd.DataFrame(index=bars.index)
    features["fast"] = bars["close"].pct_change(2)
    features["slow"] = bars["close"].pct_change(periods=steps)  # leaks here
    return features


@leak(SHIFT)
def lags_from_a_list(bars: pd.DataFrame) -> pd.DataFrame:
    """One of many lags is none."""
    return pd.DataFrame({f"lag {k}": bars["volume"].shift(k) for k in (1, 2, 5, -1)})  # leaks here


@leak(SHIFT)
def shift_undone_by_too_little(bars: pd.DataFrame) -> pd.Series:
    ahead = bars["close"].shift(-6)  # leaks here
    return bars["close"] / ahead.shift(4) - 1


@leak(WHOLE)
def zscore_of_everything(bars: pd.DataFrame) -> pd.Series:
    close = bars["close"]
    return (close - close.mean()) / close.std()  # leaks here


@leak(WHOLE)
def minmax_of_everything(bars: pd.DataFrame) -> pd.Series:
    volume = bars["volume"]
    low, high = volume.min(), volume.max()  # leaks here
    return (volume - low) / (high - low)


@leak(WHOLE)
def percentile_among_all_days(bars: pd.DataFrame) -> pd.Series:
    return bars["close"].pct_change().rank(pct=True)  # leaks here


@leak(WHOLE)
def quintile_of_all_days(bars: pd.DataFrame) -> pd.Series:
    return pd.qcut(bars["volume"], 5, labels=False).astype(float)  # leaks here


@leak(WHOLE)
def equal_bins_of_the_whole_range(bars: pd.DataFrame) -> pd.Series:
    return pd.cut(bars["close"], 8, labels=False).astype(float)  # leaks here


@leak(WHOLE)
def demeaned_by_a_helper(bars: pd.DataFrame) -> pd.Series:
    def standardise(column: pd.Series) -> pd.Series:
        return (column - column.mean()) / column.std()  # leaks here

    return standardise(bars["volume"].pct_change().fillna(0.0))


@leak(SMOOTH)
def centred_average(bars: pd.DataFrame) -> pd.Series:
    return bars["close"] / bars["close"].rolling(21, center=True).mean() - 1  # leaks here


@leak(SMOOTH)
def savitzky_golay_slope(bars: pd.DataFrame) -> pd.Series:
    slope = signal.savgol_filter(bars["close"], 15, 2, deriv=1)  # leaks here
    return pd.Series(slope, index=bars.index)


@leak(SMOOTH)
def zero_phase_filter(bars: pd.DataFrame) -> pd.Series:
    b, a = signal.butter(2, 0.1)
    return pd.Series(signal.filtfilt(b, a, bars["close"]), index=bars.index)  # leaks here


@leak(SMOOTH)
def hodrick_prescott_trend(bars: pd.DataFrame) -> pd.Series:
    """The trend as a least-squares problem over all rows at once."""
    close = bars["close"].to_numpy()
    second = np.diff(np.eye(len(close)), n=2, axis=0)
    trend = np.linalg.solve(np.eye(len(close)) + 1600 * second.T @ second, close)  # leaks here
    return pd.Series(close - trend, index=bars.index)


@leak(FILL)
def warm_up_filled_backwards(bars: pd.DataFrame) -> pd.Series:
    """Only the first rows are touched."""
    return bars["close"].rolling(20).mean().bfill()  # leaks here


@leak(FILL, table="gappy")
def holes_filled_from_the_next(bars: pd.DataFrame) -> pd.Series:
    return bars["close"].bfill().pct_change()  # leaks here


@leak(FILL, table="gappy")
def holes_bridged(bars: pd.DataFrame) -> pd.Series:
    return bars["close"].interpolate().pct_change()  # leaks here


@leak(FORMING, table="intraday")
def hourly_close_merged_down(bars: pd.DataFrame) -> pd.Series:
    hourly = bars["close"].resample("1h").last()  # leaks here
    return bars["close"] / hourly.reindex(bars.index, method="ffill") - 1


@leak(FORMING)
def month_so_far_and_to_come(bars: pd.DataFrame) -> pd.Series:
    monthly = bars["high"].resample("MS").max()  # leaks here
    return bars["close"] / monthly.reindex(bars.index, method="ffill")


@leak(DAY, table="intraday")
def share_of_the_days_range(bars: pd.DataFrame) -> pd.Series:
    day = bars.groupby("day")
    high = day["high"].transform("max")  # leaks here
    low = day["low"].transform("min")  # leaks here
    return (bars["close"] - low) / (high - low)


@leak(DAY, table="intraday")
def volume_against_the_day(bars: pd.DataFrame) -> pd.Series:
    return bars["volume"].groupby(bars.index.date).transform(lambda day: day / day.sum())  # leaks here


@leak(JOIN, stage="data", table="statements")
def next_statement(bars: pd.DataFrame, statements: pd.DataFrame) -> pd.Series:
    both = pd.merge_asof(
        bars, statements, left_on="ts", right_on="filed_at", direction="forward"
    )  # leaks here
    return both["eps"]


@leak(JOIN, stage="data", table="statements")
def nearest_statement(bars: pd.DataFrame, statements: pd.DataFrame) -> pd.Series:
    both = pd.merge_asof(
        bars, statements, left_on="ts", right_on="filed_at", direction="nearest"
    )  # leaks here
    return both["close"] / both["eps"]


@leak(SWING)
def pivot_highs(bars: pd.DataFrame, wing: int = 3) -> pd.Series:
    """A high that no bar within three on either side exceeds, marked where it stands."""
    around = bars["high"].rolling(2 * wing + 1, center=True).max()  # leaks here
    return (bars["high"] == around).astype(float)


@leak(FITTED)
def first_component_of_all_rows(bars: pd.DataFrame) -> pd.Series:
    columns = bars[["open", "high", "low", "close", "volume"]].pct_change().fillna(0.0)
    return pd.Series(PCA(1).fit_transform(columns)[:, 0], index=bars.index)  # leaks here


@leak(CLIP)
def returns_winsorised_by_all(bars: pd.DataFrame) -> pd.Series:
    returns = bars["close"].pct_change()
    low, high = returns.quantile(0.02), returns.quantile(0.98)  # leaks here
    return returns.clip(low, high)


@leak(LAST)
def relative_to_today(bars: pd.DataFrame) -> pd.Series:
    return bars["close"] / bars["close"].iloc[-1]  # leaks here


@leak(LENGTH)
def share_of_the_sample_elapsed(bars: pd.DataFrame) -> pd.Series:
    return pd.Series(np.arange(len(bars)) / len(bars), index=bars.index)  # leaks here


@leak(LENGTH)
def fades_out_towards_the_end(bars: pd.DataFrame) -> pd.Series:
    left = len(bars) - np.arange(len(bars))  # leaks here
    return bars["close"].pct_change() * left


@leak(REVERSED)
def rolling_from_behind(bars: pd.DataFrame) -> pd.Series:
    return bars["low"][::-1].rolling(10).min()[::-1] / bars["close"]  # leaks here


@leak(REVERSED)
def decay_in_the_wrong_direction(bars: pd.DataFrame) -> pd.Series:
    newest_first = bars.sort_index(ascending=False)
    return newest_first["close"].ewm(span=12).mean().sort_index()  # leaks here


@leak(RARE)
def peeks_after_crashes_only(bars: pd.DataFrame) -> pd.Series:
    returns = bars["close"].pct_change()
    rebound = bars["close"].shift(-1) / bars["close"] - 1  # leaks here
    return returns.where(returns > -0.025, rebound)


@leak(RARE)
def peeks_on_one_weekday_of_high_volume(bars: pd.DataFrame) -> pd.Series:
    busy = (bars.index.dayofweek == 4) & (bars["volume"] > 1.6e5)
    nxt = bars["open"].shift(-1)  # leaks here
    return pd.Series(np.where(busy, nxt, bars["open"]), index=bars.index)


@leak(BESIDE, stage="side channel")
def scaled_by_what_was_seen_first(bars: pd.DataFrame) -> pd.Series:
    """A cache that keeps the first deviation it was asked for."""
    if "deviation" not in _SEEN:
        _SEEN["deviation"] = float(bars["close"].std())  # leaks here
    return bars["close"] / _SEEN["deviation"]  # leaks here


@leak(BESIDE, stage="side channel")
def divided_by_a_file(bars: pd.DataFrame) -> pd.Series:
    """The level that an index of all days ends at, out of a file beside the table."""
    reference = pd.read_csv(REFERENCE)["close"].iloc[-1]  # leaks here
    return bars["close"] / reference


@leak(BESIDE, stage="side channel")
def weighted_by_the_clock(bars: pd.DataFrame) -> pd.Series:
    age = time.time() - bars.index.astype("int64") / 1e9  # leaks here
    return pd.Series(np.exp(-age / 3e8), index=bars.index) * bars["close"]


@lru_cache
def _level(rows: int) -> float:
    return 1.0 / rows


@leak(BESIDE, stage="side channel")
def memoised_by_length(bars: pd.DataFrame) -> pd.Series:
    return bars["close"] * _level(len(bars))  # leaks here


@leak(MISSING)
def rows_with_a_label_only(bars: pd.DataFrame) -> pd.Series:
    table = pd.DataFrame({"mean": bars["close"].rolling(10).mean()})
    table["label"] = bars["close"].shift(-HORIZON) / bars["close"] - 1  # leaks here
    table = table.dropna()  # leaks here
    return table["mean"]


@leak(MISSING, table="panel")
def names_that_rose_in_the_end(bars: pd.DataFrame) -> pd.Series:
    last = bars.groupby("symbol")["close"].transform("last")  # leaks here
    first = bars.groupby("symbol")["close"].transform("first")
    return bars["close"].where(last > first)


@leak(REGIME)
def smoothed_volatility_state(bars: pd.DataFrame) -> pd.Series:
    """Two states with given parameters: a filter forward, then a smoother back over it."""
    returns = bars["close"].pct_change().fillna(0.0).to_numpy()
    calm = np.exp(-0.5 * (returns / 0.008) ** 2) / 0.008
    wild = np.exp(-0.5 * (returns / 0.02) ** 2) / 0.02
    stay, rows = 0.95, len(returns)
    forward = np.full(rows, 0.5)
    for t in range(1, rows):
        prior = stay * forward[t - 1] + (1 - stay) * (1 - forward[t - 1])
        forward[t] = prior * wild[t] / (prior * wild[t] + (1 - prior) * calm[t])
    smoothed = forward.copy()
    for t in range(rows - 2, -1, -1):
        prior = stay * forward[t] + (1 - stay) * (1 - forward[t])
        up = stay * smoothed[t + 1] / prior  # leaks here
        down = (1 - stay) * (1 - smoothed[t + 1]) / (1 - prior)  # leaks here
        smoothed[t] = forward[t] * (up + down)  # leaks here
    return pd.Series(smoothed, index=bars.index)


@leak(OWN_BAR, stage="strategy", decide_at="open")
def sized_by_the_bars_own_move(bars: pd.DataFrame) -> pd.Series:
    """A weight for a trade at the open, from a volatility that holds the bar's own return."""
    deviation = bars["close"].pct_change().rolling(20).std()  # leaks here
    signal_of_yesterday = np.sign(bars["close"].shift(1) - bars["close"].shift(21))
    return signal_of_yesterday * 0.01 / deviation
