"""Tests of what needs the extra [ml] are skipped, with the reason, where it is not installed."""

from importlib.util import find_spec

import pytest

collect_ignore_glob = (
    [] if find_spec("jax") and find_spec("equinox") and find_spec("optax") else ["test_*.py"]
)


@pytest.fixture(scope="session")
def shape():
    from tradewright.models.mamba.network import Shape

    return Shape(features=3, horizons=2, d_model=8, d_state=4, d_conv=4, expand=2, layers=2)


@pytest.fixture(scope="session")
def network(shape):
    """Weights with heads that are not zero, so that everything before them shows."""
    import equinox as eqx
    import numpy as np

    from tradewright.models.mamba.weights import untrained

    drawn = untrained(shape, seed=4)
    heads = np.random.default_rng(1).normal(size=drawn.heads.shape).astype(np.float32)
    return eqx.tree_at(lambda one: one.heads, drawn, heads)
