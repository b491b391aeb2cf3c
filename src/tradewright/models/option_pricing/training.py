"""Training a pricer on the residual of its equation alone, with Levenberg and Marquardt's method.

No price is ever shown to it: pay-off and parity hold by construction, and the equation does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from tradewright.models.option_pricing.domain import Domain
from tradewright.models.option_pricing.learned import LearnedPricer
from tradewright.models.option_pricing.network import Network, residual
from tradewright.values.errors import Failure, InvalidOption
from tradewright.values.panel import Floats

Tell = Callable[[int, float], None]
# Points lie up to this many deviations from the money; beyond, an option's time value is nothing.
DEVIATIONS = 5.0
# Training reaches a little beyond the domain, so that its edge lies inside.
MARGIN = 1.1
# In the tail the residual counts against this floor of the density, at the money against the density.
TAIL = 0.01
FIRST_DAMPING, EASED, STIFFENED, MOST_DAMPING = 1e-2, 1.0 / 3.0, 3.0, 1e8


@dataclass(frozen=True)
class TrainingOptions:
    """How a pricer is trained.

    Units: `steps` at most; it ends when the weighted residual (a share of the largest gamma) has a root mean
    square below `target`. The same seed gives the same weights, bit for bit, on one machine.
    """

    width: int = 20
    depth: int = 2
    points: int = 1_500
    steps: int = 60
    target: float = 1e-4
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what could not train."""
        for name, low, high in (
            ("width", 2, 128),
            ("depth", 1, 4),
            ("points", 50, 100_000),
            ("steps", 1, 10_000),
        ):
            if not low <= getattr(self, name) <= high:
                raise InvalidOption(f"{name} = {getattr(self, name)}.", f"Give {low} to {high}.")


@dataclass(frozen=True, eq=False)
class Trained:
    """A pricer and how it came about: the weighted root mean square after each step."""

    pricer: LearnedPricer
    history: tuple[float, ...]


class NoProgress(Failure):
    """The loss is not a number: nothing that was learnt can be used."""


def train(domain: Domain, options: TrainingOptions, tell: Tell = lambda step, loss: None) -> Trained:
    """Train a pricer for a domain; `tell` hears each step and its loss.

    Raises: NoProgress where the residual is not a number.
    Source: Raissi, Perdikaris and Karniadakis (2019), J. Comput. Phys. 378; Marquardt (1963), SIAM 11(2).
    """
    pricer = LearnedPricer.untrained(domain, options.width, options.depth, options.seed)
    with jax.enable_x64(True):
        flat, rebuilt, normal = _normal_equations(
            pricer, points(domain, options.points, options.seed, MARGIN)
        )
        history: list[float] = []
        damping, held = FIRST_DAMPING, normal(flat)
        for step in range(options.steps):
            loss, matrix, slope = held
            history.append(float(loss) ** 0.5)
            tell(step, history[-1])
            if not np.isfinite(loss):
                raise NoProgress("The residual is not a number.", "Give another --seed, or a smaller domain.")
            if history[-1] < options.target or damping > MOST_DAMPING:
                break
            diagonal = np.diag(matrix)
            move = np.linalg.solve(matrix + np.diag(damping * (diagonal + 1e-10 * diagonal.max())), slope)
            tried = normal(flat - move)
            if tried[0] < loss:
                flat, held, damping = flat - move, tried, damping * EASED
            else:
                damping *= STIFFENED
        trained = LearnedPricer(rebuilt(jnp.asarray(flat)), domain, options.width, options.depth)
    return Trained(trained, tuple(history))


def points(domain: Domain, count: int, seed: int, margin: float = 1.0) -> Floats:
    """Points (k, years, sigma) drawn over a domain: dense at short times, in deviations from the money.

    Shape: count x 3.
    """
    draws = np.random.default_rng(seed)
    sigma = draws.uniform(domain.least_volatility / margin, domain.most_volatility * margin, count)
    root = draws.uniform(0.02, margin, count) * domain.most_years**0.5
    k = sigma * root * DEVIATIONS * draws.uniform(-1.0, 1.0, count)
    return np.stack([k, root**2, sigma], axis=1)


def residual_rms(pricer: LearnedPricer, at: Floats) -> float:
    """Root mean square of what the equation is missed by at points (k, years, sigma).

    Units: of the discounted forward a year.
    """
    with jax.enable_x64(True):
        found = _residuals(pricer.network, pricer.domain, at)
        return float(jnp.sqrt(jnp.mean(found * found)))


@eqx.filter_jit
def _residuals(network: Network, domain: Domain, at: Floats) -> jax.Array:
    return jnp.asarray(jax.vmap(lambda point: residual(network, domain, point))(at))


def _weight(point: jax.Array) -> jax.Array:
    """Turns a residual into a share of the largest gamma of its time and volatility; tails count too."""
    k, years, sigma = point
    s = sigma * jnp.sqrt(years)
    y = k / s
    return jnp.asarray(2.0 * s / sigma**2 * jnp.exp(-0.5 * k + s * s / 8.0) / (jnp.exp(-0.5 * y * y) + TAIL))


def _normal_equations(pricer: LearnedPricer, at: Floats) -> tuple[Floats, Any, Callable[[Floats], Any]]:
    """The weights as one row, how a network is made of them, and loss, J'J and J'r at any weights."""
    learnt, fixed = eqx.partition(pricer.network, eqx.is_array)
    flat, unravel = ravel_pytree(learnt)

    def rebuilt(row: jax.Array) -> Network:
        network: Network = eqx.combine(unravel(row), fixed)
        return network

    def weighted(row: jax.Array, point: jax.Array) -> jax.Array:
        return _weight(point) * residual(rebuilt(row), pricer.domain, point)

    @jax.jit
    def normal(row: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        r, jacobian = jax.vmap(jax.value_and_grad(weighted), (None, 0))(row, jnp.asarray(at))
        return jnp.mean(r * r), jacobian.T @ jacobian / len(at), jacobian.T @ r / len(at)

    return np.asarray(flat), rebuilt, lambda row: tuple(map(np.asarray, normal(row)))
