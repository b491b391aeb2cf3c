"""Columns to test trailing functions on."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

PRICES = st.one_of(st.floats(0.01, 1e5), st.just(float("nan")))


def columns(longest: int = 60, widest: int = 3) -> st.SearchStrategy:
    """T x N prices with gaps, short and thin, so that every edge is met."""
    shapes = st.tuples(st.integers(1, longest), st.integers(1, widest))
    return shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=PRICES))


def walk(seed: int, rows: int, assets: int, gaps: float = 0.0) -> np.ndarray:
    """A random walk of prices; a share of the values is missing."""
    random = np.random.default_rng(seed)
    prices = np.exp(np.cumsum(random.normal(0.0, 0.02, (rows, assets)), axis=0)) * 50.0
    prices[random.random(prices.shape) < gaps] = np.nan
    return prices
