"""What looks like a look ahead and is none, as it is written with pandas."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy import signal
from sklearn.linear_model import Ridge

from leak_zoo.labels import look_alike

LABEL = "a forward-shifted label never read by inference"
EXPANDING = "expanding and exponentially weighted statistics"
TRAILING = "trailing rank or quantile"
RUNNING = "cumulative maximum, session-to-date VWAP"
PRIOR = "prior-day high by groupby and shift"
CLOSED = "a right-labelled, left-closed resample used after its close"
CALENDAR = "calendar features and events announced in advance"
UNDONE = "shift(-n) undone by a later shift(m >= n)"
FORWARD = "forward-fill"
STARTUP = "start-up sensitivity of recursive indicators"
ROUNDING = "floating-point noise of FFT convolution, parallel scans or cumulative sums"
RANDOM = "seeded and unseeded randomness"
PLOTS = "centred smoothing for plots only"
EX_POST = "full-sample statistics in ex-post attribution"
POSITIONS = "dependence on cash and open positions"
ADJUSTED = "as-of adjusted prices that rescale when a split happens"


@look_alike(LABEL, stage="model")
def walk_forward_with_a_gap(bars: pd.DataFrame) -> pd.Series:
    """A label that looks ahead trains a model on rows whose label is realised, and nothing else."""
    horizon, first = 5, 120
    features = np.column_stack([bars["close"].pct_change(k).fillna(0.0) for k in (1, 5, 20)])
    label = (bars["close"].shift(-horizon) / bars["close"] - 1).to_numpy()
    predicted = np.full(len(bars), np.nan)
    for t in range(first, len(bars)):
        if t % 20 == 0 or t == first:
            model = Ridge().fit(features[20 : t - horizon], label[20 : t - horizon])
        predicted[t] = model.predict(features[t : t + 1])[0]
    return pd.Series(predicted, index=bars.index)


@look_alike(LABEL)
def table_with_a_label_beside(bars: pd.DataFrame) -> pd.Series:
    table = pd.DataFrame({"momentum": bars["close"].pct_change(10)})
    table["target"] = bars["close"].shift(-1) / bars["close"] - 1
    return table["momentum"]


@look_alike(EXPANDING)
def expanding_zscore(bars: pd.DataFrame) -> pd.Series:
    past = bars["close"].expanding(min_periods=20)
    return (bars["close"] - past.mean()) / past.std()


@look_alike(EXPANDING)
def ewm_crossover(bars: pd.DataFrame) -> pd.Series:
    fast, slow = bars["close"].ewm(span=12).mean(), bars["close"].ewm(span=26).mean()
    return fast / slow - 1


@look_alike(TRAILING)
def rank_of_the_last_quarter(bars: pd.DataFrame) -> pd.Series:
    return bars["volume"].rolling(63).rank(pct=True)


@look_alike(TRAILING)
def clipped_at_trailing_quantiles(bars: pd.DataFrame) -> pd.Series:
    returns = bars["close"].pct_change()
    window = returns.rolling(60)
    return returns.clip(window.quantile(0.05), window.quantile(0.95))


@look_alike(TRAILING, table="panel")
def rank_across_names(bars: pd.DataFrame) -> pd.Series:
    """Among the names of one day, which is no look ahead."""
    returns = bars.groupby("symbol")["close"].pct_change(5)
    return returns.groupby(bars["date"]).rank(pct=True)


@look_alike(TRAILING, table="panel")
def demeaned_across_names(bars: pd.DataFrame) -> pd.Series:
    table = bars.assign(move=bars.groupby("symbol")["close"].pct_change(5))
    return table.groupby("date")["move"].transform(lambda day: (day - day.mean()) / day.std())


@look_alike(RUNNING)
def drawdown_so_far(bars: pd.DataFrame) -> pd.Series:
    return bars["close"] / bars["close"].cummax() - 1


@look_alike(RUNNING, table="intraday")
def vwap_of_the_session(bars: pd.DataFrame) -> pd.Series:
    turnover = (bars["close"] * bars["volume"]).groupby(bars["day"]).cumsum()
    return bars["close"] / (turnover / bars.groupby("day")["volume"].cumsum())


@look_alike(PRIOR, table="intraday")
def above_yesterdays_high(bars: pd.DataFrame) -> pd.Series:
    highs = bars.groupby("day")["high"].max().shift(1)
    return bars["close"] / bars["day"].map(highs) - 1


@look_alike(CLOSED, table="intraday")
def last_finished_hour(bars: pd.DataFrame) -> pd.Series:
    hourly = bars["close"].resample("1h", label="right", closed="left").last()
    return bars["close"] / hourly.reindex(bars.index, method="ffill") - 1


@look_alike(CLOSED)
def last_finished_month(bars: pd.DataFrame) -> pd.Series:
    monthly = bars["close"].resample("MS").mean().shift(1)
    return bars["close"] / monthly.reindex(bars.index, method="ffill")


@look_alike(CALENDAR)
def turn_of_the_month(bars: pd.DataFrame) -> pd.Series:
    days_left = bars.index.days_in_month - bars.index.day
    return pd.Series((days_left < 3).astype(float) + (bars.index.dayofweek == 0), index=bars.index)


@look_alike(CALENDAR)
def days_to_the_next_expiry(bars: pd.DataFrame) -> pd.Series:
    """Third Fridays stand in the calendar years before."""
    ends = pd.date_range("2018-12-01", "2030-12-31", freq="WOM-3FRI")
    following = ends[np.searchsorted(ends, bars.index)]
    return pd.Series((following - bars.index).days.astype(float), index=bars.index)


@look_alike(UNDONE)
def ahead_and_back(bars: pd.DataFrame) -> pd.Series:
    n = 3
    return bars["close"].shift(-n).rolling(5).mean().shift(n + 1)


@look_alike(UNDONE)
def label_of_the_past(bars: pd.DataFrame, horizon: int = 5) -> pd.Series:
    """How often the forward return was positive, among those that are over."""
    forward = bars["close"].shift(-horizon) / bars["close"] - 1
    realised = forward.shift(horizon)
    return (realised > 0).rolling(40).mean()


@look_alike(FORWARD, table="gappy")
def holes_carried_forward(bars: pd.DataFrame) -> pd.Series:
    return bars["close"].ffill().pct_change()


@look_alike(STARTUP)
def rsi_after_wilder(bars: pd.DataFrame) -> pd.Series:
    change = bars["close"].diff()
    up = change.clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    down = (-change.clip(upper=0)).ewm(alpha=1 / 14, adjust=False).mean()
    return 100 - 100 / (1 + up / down)


@look_alike(ROUNDING)
def average_by_fft_convolution(bars: pd.DataFrame) -> pd.Series:
    weights = np.exp(-np.arange(30) / 8.0)
    smooth = signal.fftconvolve(bars["close"].to_numpy(), weights / weights.sum())[: len(bars)]
    return pd.Series(smooth, index=bars.index)


@look_alike(ROUNDING)
def mean_as_a_difference_of_sums(bars: pd.DataFrame) -> pd.Series:
    total = bars["volume"].cumsum()
    return (total - total.shift(20)) / 20


@look_alike(RANDOM)
def seeded_jitter(bars: pd.DataFrame) -> pd.Series:
    noise = np.random.default_rng(3).normal(0, 1e-3, len(bars))
    return bars["close"].pct_change() + noise


@look_alike(RANDOM, shape="not repeatable")
def unseeded_jitter(bars: pd.DataFrame) -> pd.Series:
    noise = np.random.default_rng().normal(0, 1e-3, len(bars))
    return bars["close"].pct_change() + noise


@look_alike(PLOTS)
def drawn_smooth_traded_rough(bars: pd.DataFrame) -> pd.Series:
    smooth = bars["close"].rolling(21, center=True).mean()
    figure = go.Figure()
    figure.add_trace(go.Scatter(x=bars.index, y=smooth, name="for the eye"))
    return np.sign(bars["close"] - bars["close"].rolling(20).mean())


@look_alike(EX_POST)
def positions_with_their_report(bars: pd.DataFrame) -> pd.Series:
    position = np.sign(bars["close"].pct_change(20)).shift(1)
    earned = position * bars["close"].pct_change()
    sharpe = earned.mean() / earned.std() * np.sqrt(252)
    position.attrs["report"] = f"Sharpe ratio {sharpe:.2f}, worst day {earned.min():.4f}"
    return position


@look_alike(POSITIONS, stage="strategy")
def shares_that_the_cash_allows(bars: pd.DataFrame) -> pd.DataFrame:
    """Buys on new highs with the cash that is there, sells on new lows what is held."""
    cash, held, rows = 10_000.0, 0.0, []
    highest, lowest = bars["close"].rolling(20).max(), bars["close"].rolling(20).min()
    for price, high, low in zip(bars["close"], highest, lowest, strict=True):
        if price >= high and cash > price:
            bought = cash // price
            cash, held = cash - bought * price, held + bought
        elif price <= low and held > 0:
            cash, held = cash + held * price, 0.0
        rows.append((held, cash))
    return pd.DataFrame(rows, columns=["held", "cash"], index=bars.index)


@look_alike(ADJUSTED, table="splits")
def returns_adjusted_as_of_the_row(bars: pd.DataFrame) -> pd.Series:
    """Each return divides by the ratio of its own row: the past is rescaled only when a split happens."""
    return bars["close"] * bars["ratio"] / bars["close"].shift(1) - 1


@look_alike(ADJUSTED, table="splits")
def momentum_on_a_forward_index(bars: pd.DataFrame) -> pd.Series:
    index = bars["close"] * bars["ratio"].cumprod()
    return index / index.shift(20) - 1
