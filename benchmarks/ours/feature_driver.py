"""The technical columns, four ways: Tradewright, two bare kernels, and pandas as one would write it.

What is compared is not a curve but the columns, every seventh row after their warm-up: each is divided by its
largest size and moved away from zero, so that a relative difference means something.
"""

import sys
from collections.abc import Callable

import numpy as np

from benchmarks.feature_floors import Floats, technical
from benchmarks.machine import versions
from benchmarks.ours.lean_feature_floors import lean_technical
from benchmarks.peers.protocol import Inputs, Task, serve

# Rows until every column is known, and a column's place in size.
WARM, THINNED = 61, 7
UNTOLD = -1


def compared(columns: Floats) -> Floats:
    """Columns made comparable."""
    seen = columns[:, WARM::THINNED]
    size = np.abs(seen).max(axis=(1, 2), keepdims=True)
    return 2.0 + seen / size


def _task(run: Callable[[], Floats]) -> Task:
    return Task(run, compared, lambda _: UNTOLD)


def tradewright(inputs: Inputs, options: dict) -> Task:
    """The named set of the package."""
    from tradewright.features.sets import technical as named

    symbols = tuple(f"S{number:04d}" for number in range(inputs["close"].shape[1]))
    prices = {name: inputs[name] for name in ("high", "low", "close")}
    return _task(lambda: named().of_columns(prices, inputs["instants"], symbols).values)


def _by_hand(kernel: Callable[..., None], inputs: Inputs) -> Task:
    high, low, close = (inputs[name] for name in ("high", "low", "close"))

    def run() -> Floats:
        out = np.empty((26, *close.shape))
        kernel(high, low, close, out)
        return out

    return _task(run)


def floor(inputs: Inputs, options: dict) -> Task:
    """The first bare kernel."""
    return _by_hand(technical, inputs)


def lean(inputs: Inputs, options: dict) -> Task:
    """The leaner one."""
    return _by_hand(lean_technical, inputs)


def pandas(inputs: Inputs, options: dict) -> Task:
    """Rolling, expanding and ewm of pandas data frames, with nothing computed twice."""
    import pandas as pd

    high, low, close = (pd.DataFrame(inputs[name]) for name in ("high", "low", "close"))

    def run() -> Floats:
        gained = close / close.shift(1) - 1.0
        columns = [
            (close - close.expanding().mean()) / close.expanding().std(),
            gained,
            np.log(close / close.shift(1)),
        ]
        for window in (5, 10, 20, 60):
            columns.append(close / close.rolling(window).mean() - 1.0)
            columns.append(close / close.ewm(span=window, adjust=False, min_periods=window).mean() - 1.0)
            columns.append(gained.rolling(window).std())
            columns.append(close / close.shift(window) - 1.0)
        moved = close.diff()
        columns.append(_rsi(moved.clip(lower=0.0), -moved.clip(upper=0.0)))
        band = close.rolling(20)
        columns.append(0.5 + (close - band.mean()) / band.std(ddof=0) / 4.0)
        for window in (10, 20):
            bottom = low.rolling(window).min()
            columns.append((close - bottom) / (high.rolling(window).max() - bottom))
        line = (
            close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False, min_periods=26).mean()
        )
        signal = line.ewm(span=9, adjust=False, min_periods=9).mean()
        columns += [line, signal, line - signal]
        return np.stack([column.to_numpy() for column in columns])

    def _rsi(rises: pd.DataFrame, falls: pd.DataFrame) -> pd.DataFrame:
        # Wilder's average begins as a mean of 14, which ewm gives when that mean stands in for them.
        seeded = []
        for one in (rises, falls):
            begun = one.copy()
            begun.iloc[:14] = np.nan
            begun.iloc[14] = one.iloc[1:15].mean()
            seeded.append(begun.ewm(alpha=1.0 / 14.0, adjust=False).mean())
        return 100.0 * seeded[0] / (seeded[0] + seeded[1])

    return _task(run)


if __name__ == "__main__":
    tasks = (tradewright, floor, lean, pandas)
    named = {**versions(), "pandas": __import__("pandas").__version__} if "pandas" in sys.argv else versions()
    serve({task.__name__: task for task in tasks}, named)
