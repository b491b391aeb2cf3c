"""Bars and small pipelines that the tests of the audit share."""

import numpy as np
import pandas as pd


def bars(rows: int = 600, seed: int = 1) -> pd.DataFrame:
    """A random walk with open, high, low, close and volume on business days."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(rows)))
    opened = close * (1 + 0.001 * rng.standard_normal(rows))
    return pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) * 1.01,
            "low": np.minimum(opened, close) * 0.99,
            "close": close,
            "volume": rng.integers(1_000, 100_000, rows),
        },
        index=pd.bdate_range("2015-01-01", periods=rows),
    )


def long_bars(
    days: int = 150, names: tuple[str, ...] = ("AAA", "BBB", "CCC", "DDD"), seed: int = 3
) -> pd.DataFrame:
    """Several names in long form, sorted by name and then by day."""
    frames = []
    for number, name in enumerate(names):
        frame = bars(days, seed + number).rename_axis("day").reset_index()
        frames.append(frame.assign(symbol=name))
    return pd.concat(frames, ignore_index=True)
