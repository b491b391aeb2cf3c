"""The chunked scan is the plain one: what it gives, and the way back that is written by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tradewright.models.mamba.scan import Selected, chunked, plain

B, E, N = 2, 5, 3


def selected(length: int, seed: int = 0) -> Selected:
    draws = np.random.default_rng(seed)
    x, b, c = (draws.normal(size=(B, length, one)).astype(np.float32) for one in (E, N, N))
    delta = draws.uniform(0.001, 0.7, (B, length, E)).astype(np.float32)
    a = -draws.uniform(0.2, 4.0, (N, E)).astype(np.float32)
    return Selected(*map(jnp.asarray, (x, delta, b, c, a)))


def by_hand(over: Selected) -> np.ndarray:
    """The recurrence in numpy, one number at a time, in float64."""
    x, delta, b, c, a = (np.asarray(one, dtype=np.float64) for one in over)
    y, h = np.zeros(x.shape), np.zeros((B, N, E))
    for t in range(x.shape[1]):
        for n in range(N):
            decay = np.exp(delta[:, t] * a[n])
            h[:, n] = decay * h[:, n] + (decay - 1.0) / a[n] * b[:, t, n, None] * x[:, t]
            y[:, t] += c[:, t, n, None] * h[:, n]
    return y


@pytest.mark.parametrize("scan", [plain, lambda over: chunked(over, 4)], ids=["plain", "chunked"])
def test_it_is_the_recurrence_of_the_paper(scan):
    np.testing.assert_allclose(scan(selected(11)), by_hand(selected(11)), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("length", "chunk"), [(11, 4)])
def test_its_way_back_is_that_of_the_plain_one(length, chunk):
    over = selected(length, seed=length)
    weight = jnp.asarray(np.random.default_rng(9).normal(size=over.x.shape), dtype=jnp.float32)
    found = jax.grad(lambda one: jnp.sum(weight * chunked(one, chunk)))(over)
    wanted = jax.grad(lambda one: jnp.sum(weight * plain(one)))(over)
    for name, one, other in zip(Selected._fields, found, wanted, strict=True):
        scale = float(jnp.max(jnp.abs(other)))
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5 * scale, err_msg=name)


def test_a_long_step_forgets_and_a_short_one_remembers():
    # Selectivity: with the same input, a large step lets the past go and takes the present in.
    over = selected(2)
    x = jnp.zeros_like(over.x).at[:, 0].set(1.0)
    for delta, kept in ((20.0, 0.0), (1e-4, 1.0)):
        steps = jnp.full_like(over.delta, 1.0).at[:, 1].set(delta)
        y = plain(Selected(x, steps, jnp.ones_like(over.b), jnp.ones_like(over.c), over.a))
        np.testing.assert_allclose(y[:, 1] / y[:, 0], kept, atol=0.02)
