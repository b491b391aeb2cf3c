"""A pricer that was learnt: one set of weights for calls and puts, every strike, rate and yield."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import numpy as np
from numpy.typing import ArrayLike

from tradewright.models.option_pricing.black_scholes import Greeks
from tradewright.models.option_pricing.contract import Terms, laid_out
from tradewright.models.option_pricing.domain import Domain
from tradewright.models.option_pricing.network import Network, greek_rows, price_rows
from tradewright.values.errors import BadInput
from tradewright.values.panel import Floats

# Rows are padded to one of these counts, so that few shapes are ever compiled, and memory stays bounded.
BATCHES = (1, 64, 4_096, 65_536)
# Closer to expiry than a few seconds a Greek at the money has no finite value.
LEAST_YEARS = 1e-7


@dataclass(frozen=True, eq=False)
class LearnedPricer:
    """Prices and Greeks of European options by a trained network, within its domain.

    `width` and `depth` are the layers' size and number: with the weights they are the whole model.
    """

    network: Network
    domain: Domain
    width: int
    depth: int

    @classmethod
    def untrained(cls, domain: Domain, width: int, depth: int, seed: int) -> "LearnedPricer":
        """A pricer with drawn weights; the same seed draws the same."""
        with jax.enable_x64(True):
            return cls(Network(width, depth, domain, jax.random.key(seed)), domain, width, depth)

    def price(self, terms: Terms, volatility: ArrayLike) -> Floats:
        """Prices, in the shape of terms and volatility together.

        Raises: InvalidOption for rows outside the domain.
        """
        sigma = np.asarray(volatility, dtype=np.float64)
        self.domain.refuse(terms, sigma)
        return self._batched(lambda *told: (price_rows(*told),), terms, sigma)[0]

    def greeks(self, terms: Terms, volatility: ArrayLike) -> Greeks:
        """Prices and five Greeks by automatic differentiation. Units: those of `Greeks`.

        On a smile, delta is that of a surface that moves with the forward.
        Raises: InvalidOption for rows outside the domain, or at expiry.
        """
        sigma = np.asarray(volatility, dtype=np.float64)
        self.domain.refuse(terms, sigma, LEAST_YEARS)
        return Greeks(*self._batched(greek_rows, terms, sigma))

    def weights(self) -> dict[str, Floats]:
        """All learnt numbers by name."""
        leaves = zip(self.names(), _leaves(self.network), strict=True)
        return {name: np.asarray(leaf, dtype=np.float64) for name, leaf in leaves}

    def names(self) -> list[str]:
        """The weights' names, in their order."""
        return [f"layer_{n}.{part}" for n in range(self.depth + 1) for part in ("weight", "bias")]

    def with_weights(self, weights: Mapping[str, Floats]) -> "LearnedPricer":
        """The same pricer with other numbers.

        Raises: BadInput for a name that is missing or too many, and for a shape that does not match.
        """
        held = self.weights()
        wrong = sorted(set(held) ^ set(weights)) or [
            name for name, array in held.items() if array.shape != weights[name].shape
        ]
        if wrong:
            raise BadInput(f"The weights do not fit the pricer: {wrong[0]}.", "Are they of another pricer?")
        with jax.enable_x64(True):
            leaves = [jax.numpy.asarray(weights[name], dtype=np.float64) for name in self.names()]
            network = eqx.tree_at(_leaves, self.network, leaves)
        return LearnedPricer(network, self.domain, self.width, self.depth)

    def _batched(self, run: Callable[..., Any], terms: Terms, sigma: Floats) -> list[Floats]:
        """Rows in batches of few sizes, and their results joined."""
        shape, (right, spot, strike, years, rate, dividend_yield, level) = laid_out(terms, volatility=sigma)
        columns = (right, strike, spot, years, rate, dividend_yield, level)
        size = next((size for size in BATCHES if len(right) <= size), BATCHES[-1])
        parts = []
        with jax.enable_x64(True):
            for start in range(0, len(right), size):
                rows = [column[start : start + size] for column in columns]
                padded = tuple(_padded(row, size) for row in rows)
                parts.append([np.asarray(one)[: len(rows[0])] for one in run(self.network, padded)])
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return [column.reshape(shape) for column in joined]


def _padded(row: Floats, size: int) -> Floats:
    """A row made as long as its batch by its last value."""
    return row if len(row) == size else np.pad(row, (0, size - len(row)), mode="edge")


def _leaves(network: Network) -> list[Any]:
    """The arrays of a network in the order of their names."""
    return [array for layer in network.layers.layers for array in (layer.weight, layer.bias)]
