"""What a trained network says: of whole windows, or row after row with a memory that does not grow."""

from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tradewright.models.mamba.network import BlockState, Network
from tradewright.models.mamba.training import Scales
from tradewright.values.panel import Floats


def answers(network: Network, scales: Scales, windows: Floats, batch: int) -> tuple[Floats, Floats, Floats]:
    """Mean, chance of a rise and deviation after the last row of each window, B x H each.

    Shape: `windows` B x L x F with B up to `batch`; the rest of the batch is filled and thrown away.
    """
    filled = np.resize(windows, (batch, *windows.shape[1:]))
    told = np.asarray(_last(network, jnp.asarray(scales.features(filled))))[: len(windows)]
    return _in_units(told, scales)


class Stream:
    """A network that is fed row after row, for one stream of rows each: its memory never grows.

    After n rows it says what the network says of that sequence of n rows, to rounding. It goes on
    remembering where a window would have begun anew.
    """

    def __init__(self, network: Network, scales: Scales, streams: int) -> None:
        """For so many streams (symbols) side by side, none of which has seen a row."""
        self._network, self._scales = network, scales
        self._states = network.begin(streams)

    def push(self, row: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean, chance of a rise and deviation after one more row of each stream, B x F to B x H each."""
        told, self._states = _step(self._network, jnp.asarray(self._scales.features(row)), self._states)
        return _in_units(np.asarray(told), self._scales)

    def size_bytes(self) -> int:
        """What it remembers."""
        return sum(leaf.nbytes for leaf in jax.tree.leaves(self._states))


def _in_units(told: Any, scales: Scales) -> tuple[Floats, Floats, Floats]:
    """Heads, B x 3 x H, in the outcomes' own units."""
    from scipy.special import expit

    mean, logit, log_deviation = (told[:, head].astype(np.float64) for head in range(3))
    spread = scales.outcome_deviation
    return scales.outcome_mean + mean * spread, expit(logit), np.exp(log_deviation) * spread


# An accelerator would multiply in 10 bits of mantissa, and answers would hang on what is asked together.
_exactly = partial(jax.default_matmul_precision, "highest")


@eqx.filter_jit
def _last(network: Network, x: jax.Array) -> jax.Array:
    with _exactly():
        return network(x)[:, -1]


@eqx.filter_jit
def _step(
    network: Network, x: jax.Array, states: tuple[BlockState, ...]
) -> tuple[jax.Array, tuple[BlockState, ...]]:
    with _exactly():
        return network.step(x, states)
