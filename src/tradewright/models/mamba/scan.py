"""The recurrence of a selective state-space model, three times: plain, chunked, and one step at a time.

Dimensions: B batch, L length, E channels (d_inner), N states of a channel (d_state), C rows of a chunk.
For each channel, with its step delta_t, its decay A < 0 and what is selected, B_t and C_t (section 3.2):

    h_t = exp(delta_t A) h_{t-1} + (exp(delta_t A) - 1) / A  B_t x_t,        y_t = C_t . h_t

which is the zero-order hold of h' = A h + B x (eq. 4) with a diagonal A. States lie before channels in
memory, B x N x E, so that the long dimension is the inner one and fills the processor's vectors.
Source: Gu and Dao (2023), Linear-time sequence modeling with selective state spaces, arXiv 2312.00752.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

CHUNK = 32


class Selected(NamedTuple):
    """What the input selects at each instant, and the decay that it does not.

    Shape: `x` and `delta` B x L x E, `b` and `c` B x L x N, `a` N x E, below zero.
    """

    x: jax.Array
    delta: jax.Array
    b: jax.Array
    c: jax.Array
    a: jax.Array


# x, delta (B x E), b and c (B x N) of one instant, or of a chunk of them.
Row = tuple[jax.Array, ...]


def step(h: jax.Array, a: jax.Array, now: Row) -> tuple[jax.Array, jax.Array]:
    """One instant: the state after it and what is read off it. `now` is x, delta (B x E), b, c (B x N)."""
    x, delta, b, c = now
    decay = jnp.exp(delta[:, None, :] * a)  # B x N x E, in (0, 1)
    held = (decay - 1.0) / a  # B x N x E: the integral of the decay over the step (eq. 4)
    h = decay * h + held * b[:, :, None] * x[:, None, :]  # B x N x E
    return h, jnp.sum(c[:, :, None] * h, axis=1)  # B x E


def plain(over: Selected) -> jax.Array:
    """The recurrence as it is written, instant after instant, from an empty state: y, B x L x E.

    The reference for `chunked`: its way back is derived by JAX, and keeps every state until then.
    """
    rows = tuple(jnp.swapaxes(one, 0, 1) for one in over[:4])  # L x B x ...
    _, y = jax.lax.scan(lambda h, now: step(h, over.a, now), _empty(over), rows)
    return jnp.swapaxes(y, 0, 1)


def chunked(over: Selected, chunk: int = CHUNK) -> jax.Array:
    """The same in chunks of C rows, with its way back written by hand (section 3.3.2: states are redone).

    Kept for the way back is the state before each chunk alone, L / C of them; a chunk's own C states are
    computed again when the way back comes to it. Rows that fill the last chunk have a step of 0: they change
    no state.
    """
    length = over.x.shape[1]
    missing = -length % chunk
    x, delta, b, c = (jnp.pad(one, ((0, 0), (0, missing), (0, 0))) for one in over[:4])
    return jnp.asarray(_chunked(chunk, Selected(x, delta, b, c, over.a)))[:, :length]


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _chunked(chunk: int, over: Selected) -> jax.Array:
    return _forth(chunk, over)[0]


def _forth(chunk: int, over: Selected) -> tuple[jax.Array, tuple[Selected, jax.Array]]:
    """y, and what the way back needs: the input and the state before each chunk, L/C x B x N x E."""

    def over_chunk(h: jax.Array, rows: Row) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        after, y = jax.lax.scan(lambda h, now: step(h, over.a, now), h, rows)
        return after, (h, y)

    _, (before, y) = jax.lax.scan(over_chunk, _empty(over), tuple(_folded(one, chunk) for one in over[:4]))
    return _unfolded(y), (over, before)


def _back(chunk: int, kept: tuple[Selected, jax.Array], slope_y: jax.Array) -> tuple[Selected]:
    """Slopes of everything selected, from those of y: chunk by chunk from the last."""
    over, before = kept
    a = over.a

    def redone(h: jax.Array, now: Row) -> tuple[jax.Array, jax.Array]:
        return step(h, a, now)[0], h

    def over_chunk(carry: Any, rows: Any) -> Any:
        now, h, slope = rows
        _, states = jax.lax.scan(redone, h, now)  # C x B x N x E, each before its row
        return jax.lax.scan(partial(_step_back, a), carry, (now, states, slope), reverse=True)

    empty = (_empty(over), jnp.zeros_like(a))
    chunks = (tuple(_folded(one, chunk) for one in over[:4]), before, _folded(slope_y, chunk))
    (_, slope_a), slopes = jax.lax.scan(over_chunk, empty, chunks, reverse=True)
    x, delta, b, c = (_unfolded(one) for one in slopes)
    return (Selected(x, delta, b, c, slope_a),)


_chunked.defvjp(_forth, _back)


def _step_back(a: jax.Array, carry: Any, row: Any) -> Any:
    """One instant backwards: `slope_h` is that of the state after the row, by all that comes later."""
    slope_h, slope_a = carry
    (x, delta, b, c), h, slope_y = row
    decay = jnp.exp(delta[:, None, :] * a)
    held = (decay - 1.0) / a
    driven = b[:, :, None] * x[:, None, :]
    slope_c = jnp.sum(slope_y[:, None, :] * (decay * h + held * driven), axis=2)  # B x N
    slope_h = slope_h + slope_y[:, None, :] * c[:, :, None]  # B x N x E
    by_held = slope_h * held
    by_power = slope_h * (h + driven / a) * decay  # of delta x A, through decay and hold alike
    slope_delta = jnp.sum(by_power * a, axis=1)  # B x E
    slope_a = slope_a + jnp.sum(by_power * delta[:, None, :] - by_held * driven / a, axis=0)  # N x E
    slope_b, slope_x = jnp.sum(by_held * x[:, None, :], axis=2), jnp.sum(by_held * b[:, :, None], axis=1)
    return (slope_h * decay, slope_a), (slope_x, slope_delta, slope_b, slope_c)


def _empty(over: Selected) -> jax.Array:
    """The state before the first row, B x N x E."""
    return jnp.zeros((over.x.shape[0], *over.a.shape), over.x.dtype)


def _folded(one: jax.Array, chunk: int) -> jax.Array:
    """B x L x S as chunks in time, L/C x C x B x S."""
    by_time = jnp.swapaxes(one, 0, 1)
    return by_time.reshape(-1, chunk, *by_time.shape[1:])


def _unfolded(one: jax.Array) -> jax.Array:
    """L/C x C x B x S as sequences, B x L x S."""
    return jnp.swapaxes(one.reshape(-1, *one.shape[2:]), 0, 1)
