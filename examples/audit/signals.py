"""Ordinary research code with a leak at each stage, and each mended. It knows nothing of Tradewright."""

import numpy as np
import pandas as pd

TRAINED_UNTIL = 500


def regime(df):
    """Calm or wild: volatility against its average, but the average is that of all three years."""
    vol = df["close"].pct_change().rolling(20).std()
    wild = vol > vol.mean()
    return pd.DataFrame({"date": df["date"], "wild": wild.astype(int)})


def regime_mended(df):
    """Calm or wild against the average up to that day."""
    vol = df["close"].pct_change().rolling(20).std()
    wild = vol > vol.expanding().mean()
    return pd.DataFrame({"date": df["date"], "wild": wild.astype(int)})


def weekly_trend(df):
    """The week's close against the week before, merged down to days: on a Monday it knows the Friday."""
    weekly = df.set_index("date")["close"].resample("W-FRI").last()
    trend = (weekly.pct_change() > 0).reindex(df["date"], method="bfill")
    return pd.DataFrame({"date": df["date"], "up": trend.to_numpy().astype(int)})


def weekly_trend_mended(df):
    """The trend of the last week that is over."""
    weekly = df.set_index("date")["close"].resample("W-FRI").last()
    trend = (weekly.pct_change() > 0).reindex(df["date"], method="ffill").fillna(False)
    return pd.DataFrame({"date": df["date"], "up": trend.to_numpy().astype(int)})


def position_at_the_open(df):
    """A position sized by volatility, taken at the open: the volatility holds that day's own close."""
    vol = df["close"].pct_change().rolling(20).std()
    return pd.DataFrame({"date": df["date"], "position": 0.01 / vol})


def position_at_the_open_mended(df):
    """Sized by what was known the evening before."""
    vol = df["close"].pct_change().rolling(20).std().shift(1)
    return pd.DataFrame({"date": df["date"], "position": 0.01 / vol})


def above_all_of_the_file(df):
    """Above the average price, which is looked up in the file of bars: the file ends today."""
    usual = pd.read_csv("bars.csv")["close"].mean()
    return pd.DataFrame({"date": df["date"], "above": (df["close"] > usual).astype(int)})


def above_all_of_the_file_mended(df):
    """Above the average of the rows that it was handed, up to each."""
    usual = df["close"].expanding().mean()
    return pd.DataFrame({"date": df["date"], "above": (df["close"] > usual).astype(int)})


def features_and_label(df):
    """Three lags and the next day's direction, for the fits below."""
    lags = {f"lag {n}": df["close"].pct_change(n).fillna(0.0) for n in (1, 5, 20)}
    return pd.DataFrame({**lags, "label": (df["close"].pct_change().shift(-1) > 0).astype(float)})


def fit(table, split):
    """Least squares on scaled lags; the scaler is fitted before the split."""
    x, y = table.drop(columns="label").to_numpy(), table["label"].to_numpy()
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    scaled = (x - mean) / deviation
    weights = np.linalg.lstsq(scaled[split.train], y[split.train] - 0.5, rcond=None)[0]
    return {"mean": mean, "deviation": deviation, "weights": weights}


def fit_mended(table, split):
    """The scaler sees what the weights see."""
    x, y = table.drop(columns="label").to_numpy(), table["label"].to_numpy()
    mean, deviation = x[split.train].mean(axis=0), x[split.train].std(axis=0)
    scaled = (x - mean) / deviation
    weights = np.linalg.lstsq(scaled[split.train], y[split.train] - 0.5, rcond=None)[0]
    return {"mean": mean, "deviation": deviation, "weights": weights}
