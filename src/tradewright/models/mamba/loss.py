"""What training makes small: the error of the mean, the surprise at the side, the surprise at the size."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from tradewright.models.mamba.network import Network


class Batch(NamedTuple):
    """Sequences with what came of their rows.

    Shape: `x` B x L x F, scaled; `outcome` B x L x H, in deviations from the mean; `rises` B x L x H, 1 where
    the outcome itself was above zero; `weight` B x L x H, 0 where nothing may be learnt.
    """

    x: jax.Array
    outcome: jax.Array
    rises: jax.Array
    weight: jax.Array


class Shares(NamedTuple):
    """How much direction and volatility count beside the error of the mean."""

    direction: float
    volatility: float


def sequence_losses(network: Network, batch: Batch, shares: Shares) -> jax.Array:
    """The weighted loss of each sequence, B, summed over its rows and horizons.

    error: (mean - y)^2 / 2; direction: cross-entropy of the logit; volatility: minus the logarithm of the
    normal density around the mean, which learns nothing from it.
    """
    told = network(batch.x)  # B x L x 3 x H
    mean, logit, log_deviation = told[..., 0, :], told[..., 1, :], told[..., 2, :]
    y = jnp.where(batch.weight > 0.0, batch.outcome, 0.0)
    error = 0.5 * (mean - y) ** 2
    direction = jax.nn.softplus(logit) - batch.rises * logit
    missed = y - jax.lax.stop_gradient(mean)
    volatility = log_deviation + 0.5 * missed**2 * jnp.exp(-2.0 * log_deviation)
    total = error + shares.direction * direction + shares.volatility * volatility
    return jnp.sum(batch.weight * total, axis=(1, 2))
