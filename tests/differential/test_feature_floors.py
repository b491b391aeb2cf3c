"""The benchmark's bare kernels give the columns of the technical set: the comparison is like for like."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from tradewright.features.sets import technical

BENCHMARKS = Path(__file__).resolve().parents[2]


@pytest.fixture(
    scope="module", params=["feature_floors:technical", "ours.lean_feature_floors:lean_technical"]
)
def kernel(request):
    sys.path.insert(0, str(BENCHMARKS))
    name, function = request.param.split(":")
    module = importlib.import_module(f"benchmarks.{name}")
    yield getattr(module, function)
    sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize(("rows", "assets"), [(400, 1), (400, 7), (62, 2), (63, 2), (20, 1)])
def test_a_bare_kernel_gives_the_columns_of_the_technical_set(kernel, rows, assets):
    draws = np.random.default_rng(rows + assets)
    close = 60.0 * np.exp(np.cumsum(draws.normal(0.0, 0.01, (rows, assets)), axis=0))
    high = close * (1.0 + draws.uniform(0.0, 0.01, close.shape))
    low = close * (1.0 - draws.uniform(0.0, 0.01, close.shape))
    out = np.empty((26, rows, assets))
    kernel(high, low, close, out)
    symbols = tuple(f"S{number}" for number in range(assets))
    wanted = technical().of_columns({"high": high, "low": low, "close": close}, np.arange(rows), symbols)
    for name, found in zip(wanted.names, out, strict=True):
        assert np.array_equal(np.isnan(found), np.isnan(wanted[name])), name
        assert np.allclose(found, wanted[name], rtol=1e-7, atol=1e-9, equal_nan=True), name
