"""The network, to be read beside the paper: sections and equations are cited where they are met.

Dimensions:

    B  sequences in a batch            F  features of a row
    L  rows of a sequence              H  horizons
    D  d_model, width of the stream    E  d_inner = expand x D, channels of a block
    N  d_state, states of a channel    K  d_conv, rows that the convolution sees
    R  rank of the step, ceil(D / 16)  3  heads: mean, logit of a rise, logarithm of the deviation

Source: Gu and Dao (2023), arXiv 2312.00752. RMS norm: Zhang and Sennrich (2019), arXiv 1910.07467.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tradewright.models.mamba.scan import Selected, chunked, plain, step
from tradewright.values.panel import Floats

HEADS = 3
# Steps are drawn between these at first (section 3.6 of the paper, as in S4D): memory from 10 rows to 1,000.
LEAST_STEP, MOST_STEP = 1e-3, 1e-1
TINY = 1e-5


@dataclass(frozen=True)
class Shape:
    """The dimensions of a network."""

    features: int
    horizons: int
    d_model: int = 64
    d_state: int = 16
    d_conv: int = 4
    expand: int = 2
    layers: int = 4

    @property
    def d_inner(self) -> int:
        """E."""
        return self.expand * self.d_model

    @property
    def rank(self) -> int:
        """R."""
        return math.ceil(self.d_model / 16)


class BlockState(NamedTuple):
    """What a block remembers between rows: the last K - 1 inputs of its convolution, and its states."""

    recent: jax.Array  # B x (K-1) x E
    h: jax.Array  # B x N x E


def rms_norm(x: jax.Array, scale: jax.Array) -> jax.Array:
    """Each row over its root mean square, ... x D."""
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + TINY) * scale


class Block(eqx.Module):
    """One Mamba block (section 3.4, figure 3): widen, convolve, select, scan, gate, narrow."""

    norm: jax.Array  # D
    widen: jax.Array  # D x 2E
    conv: jax.Array  # K x E
    conv_bias: jax.Array  # E
    select: jax.Array  # E x (R + 2N)
    step_up: jax.Array  # R x E
    step_bias: jax.Array  # E
    log_decay: jax.Array  # N x E
    skip: jax.Array  # E
    narrow: jax.Array  # E x D

    def __init__(self, shape: Shape, draws: np.random.Generator) -> None:
        """Draw the weights as the paper does (section 3.6): decay -1 .. -N, steps log-uniform."""
        e, n, r, d, k = shape.d_inner, shape.d_state, shape.rank, shape.d_model, shape.d_conv
        self.norm = _plain(np.ones(d))
        self.widen = _drawn(draws, (d, 2 * e), d)
        self.conv = _drawn(draws, (k, e), k)
        self.conv_bias = _plain(np.zeros(e))
        self.select = _drawn(draws, (e, r + 2 * n), e)
        self.step_up = _drawn(draws, (r, e), r)
        first = np.exp(draws.uniform(math.log(LEAST_STEP), math.log(MOST_STEP), e))
        self.step_bias = _plain(first + np.log(-np.expm1(-first)))  # what softplus turns into `first`
        self.log_decay = _plain(np.log(np.repeat(np.arange(1.0, n + 1.0)[:, None], e, axis=1)))
        self.skip = _plain(np.ones(e))
        self.narrow = _drawn(draws, (e, d), e) / math.sqrt(2.0 * shape.layers)

    def empty(self, batch: int) -> BlockState:
        """Before the first row: nothing was seen."""
        k, e = self.conv.shape
        return BlockState(jnp.zeros((batch, k - 1, e)), jnp.zeros((batch, *self.log_decay.shape)))

    def __call__(self, u: jax.Array, is_plain: bool = False) -> jax.Array:
        """A whole sequence, B x L x D, from an empty state."""
        x, z = self._widened(u)  # B x L x E each
        k = self.conv.shape[0]
        padded = jnp.pad(x, ((0, 0), (k - 1, 0), (0, 0)))  # B x (K-1+L) x E
        moved = sum(padded[:, i : i + x.shape[1]] * self.conv[i] for i in range(k))  # causal, depthwise
        x = jax.nn.silu(moved + self.conv_bias)  # B x L x E
        y = (plain if is_plain else chunked)(self._selected(x))  # B x L x E
        return u + self._gated(y, x, z)  # B x L x D

    def step(self, u: jax.Array, state: BlockState) -> tuple[jax.Array, BlockState]:
        """One row, B x D, after those that the state remembers: the recurrence in constant memory."""
        x, z = self._widened(u[:, None])  # B x 1 x E each
        seen = jnp.concatenate([state.recent, x], axis=1)  # B x K x E
        x = jax.nn.silu(jnp.sum(seen * self.conv, axis=1, keepdims=True) + self.conv_bias)  # B x 1 x E
        over = self._selected(x)
        h, y = step(state.h, over.a, (x[:, 0], over.delta[:, 0], over.b[:, 0], over.c[:, 0]))
        return u + self._gated(y[:, None], x, z)[:, 0], BlockState(seen[:, 1:], h)

    def _widened(self, u: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The stream that is scanned and the one that gates it, B x L x E each."""
        x, z = jnp.split(rms_norm(u, self.norm) @ self.widen, 2, axis=-1)
        return x, z

    def _selected(self, x: jax.Array) -> Selected:
        """Step, B and C as functions of the input (algorithm 2, lines 2 to 4): what makes it selective."""
        r, n = self.step_up.shape[0], self.log_decay.shape[0]
        low, b, c = jnp.split(x @ self.select, [r, r + n], axis=-1)  # B x L x R, N, N
        delta = jax.nn.softplus(low @ self.step_up + self.step_bias)  # B x L x E
        return Selected(x, delta, b, c, -jnp.exp(self.log_decay))

    def _gated(self, y: jax.Array, x: jax.Array, z: jax.Array) -> jax.Array:
        """What passes by the scan is added, the gate lets through, and the width is that of the stream."""
        return ((y + self.skip * x) * jax.nn.silu(z)) @ self.narrow  # B x L x D


class Network(eqx.Module):
    """Blocks on a residual stream, and three heads for every horizon at every row."""

    embed: jax.Array  # F x D
    embed_bias: jax.Array  # D
    blocks: tuple[Block, ...]
    norm: jax.Array  # D
    heads: jax.Array  # D x (3H)
    heads_bias: jax.Array  # 3H

    def __init__(self, shape: Shape, draws: np.random.Generator) -> None:
        """Draw the weights; the heads begin at zero, so that an untrained network claims nothing."""
        self.embed = _drawn(draws, (shape.features, shape.d_model), shape.features)
        self.embed_bias = _plain(np.zeros(shape.d_model))
        self.blocks = tuple(Block(shape, draws) for _ in range(shape.layers))
        self.norm = _plain(np.ones(shape.d_model))
        self.heads = _plain(np.zeros((shape.d_model, HEADS * shape.horizons)))
        self.heads_bias = _plain(np.zeros(HEADS * shape.horizons))

    def __call__(self, x: jax.Array, is_plain: bool = False) -> jax.Array:
        """All rows of sequences, B x L x F, to B x L x 3 x H; each row sees itself and those before it."""
        u = x @ self.embed + self.embed_bias  # B x L x D
        # The same program for every block: compiled once, however many there are.
        stacked = jax.tree.map(lambda *of: jnp.stack(of), *self.blocks)
        u, _ = jax.lax.scan(lambda u, block: (block(u, is_plain), None), u, stacked)  # B x L x D
        return self._read(u)

    def begin(self, batch: int) -> tuple[BlockState, ...]:
        """The state of `batch` streams before their first row."""
        return tuple(block.empty(batch) for block in self.blocks)

    def step(self, x: jax.Array, states: tuple[BlockState, ...]) -> tuple[jax.Array, tuple[BlockState, ...]]:
        """One more row of each stream, B x F, to B x 3 x H; memory does not grow with rows."""
        u = x @ self.embed + self.embed_bias  # B x D
        after = []
        for block, state in zip(self.blocks, states, strict=True):
            u, state = block.step(u, state)
            after.append(state)
        return self._read(u), tuple(after)

    def _read(self, u: jax.Array) -> jax.Array:
        """Mean, logit of a rise and logarithm of the deviation for each horizon, ... x 3 x H."""
        told = rms_norm(u, self.norm) @ self.heads + self.heads_bias
        return told.reshape(*told.shape[:-1], HEADS, -1)


def _drawn(draws: np.random.Generator, shape: tuple[int, ...], inputs: int) -> jax.Array:
    """Weights drawn evenly, so that `inputs` of size 1 add up to size 1 or less."""
    bound = 1.0 / math.sqrt(inputs)
    return _plain(draws.uniform(-bound, bound, shape))


def _plain(weights: Floats) -> jax.Array:
    """Weights as the network holds them."""
    return jnp.asarray(weights, dtype=jnp.float32)
