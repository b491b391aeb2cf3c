"""Simulated returns with a known mean and unit variance: what coverage is measured on.

Shape: every family gives S x T, one simulated record a row.
"""

import numpy as np


def normal(records: int, bars: int, seed: int) -> np.ndarray:
    return np.random.default_rng([seed, 1]).standard_normal((records, bars))


def fat_tailed(records: int, bars: int, seed: int, degrees: float = 5.0) -> np.ndarray:
    draws = np.random.default_rng([seed, 2]).standard_t(degrees, (records, bars))
    return draws / np.sqrt(degrees / (degrees - 2.0))


def autoregressive(records: int, bars: int, seed: int, memory: float = 0.2) -> np.ndarray:
    """AR(1): x[t] = memory * x[t-1] + e[t], scaled to unit variance."""
    shocks = np.random.default_rng([seed, 3]).standard_normal((records, bars + 100))
    path = np.zeros_like(shocks)
    for t in range(1, bars + 100):
        path[:, t] = memory * path[:, t - 1] + shocks[:, t]
    return path[:, 100:] * np.sqrt(1.0 - memory**2)


def clustered(
    records: int, bars: int, seed: int, shock: float = 0.06, persistence: float = 0.92
) -> np.ndarray:
    """GARCH(1,1) with Student's t of 8 degrees and unit unconditional variance."""
    draws = np.random.default_rng([seed, 4]).standard_t(8.0, (records, bars + 500)) / np.sqrt(8.0 / 6.0)
    path, level = np.zeros_like(draws), np.ones(records)
    for t in range(bars + 500):
        path[:, t] = np.sqrt(level) * draws[:, t]
        level = (1.0 - shock - persistence) + shock * path[:, t] ** 2 + persistence * level
    return path[:, 500:]


FAMILIES = {
    "normal": normal,
    "fat-tailed": fat_tailed,
    "autoregressive": autoregressive,
    "clustered": clustered,
}
