"""Writes bars.csv: three years of made daily bars, the same for everybody."""

import numpy as np
import pandas as pd

random = np.random.default_rng(7)
close = 100 * np.exp(np.cumsum(random.normal(0.0003, 0.012, 756)))
opened = close * (1 + random.normal(0, 0.002, 756))
bars = pd.DataFrame(
    {
        "date": pd.bdate_range("2021-01-04", periods=756),
        "open": opened.round(2),
        "high": (np.maximum(opened, close) * 1.004).round(2),
        "low": (np.minimum(opened, close) * 0.996).round(2),
        "close": close.round(2),
        "volume": random.integers(200_000, 2_000_000, 756),
    }
)
bars.to_csv("bars.csv", index=False)
