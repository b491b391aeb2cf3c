"""Weights by name: as arrays that are saved, and back; and a part of another model's, with an account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tradewright.models.mamba.network import Network, Shape

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Transfer:
    """What came of loading a part of another model's weights, by name.

    `other_shape` names weights of the same name and another shape; `not_there` those the other model lacks;
    `left_over` those of it that have no place here. Only `loaded` moved.
    """

    loaded: tuple[str, ...]
    other_shape: tuple[str, ...]
    not_there: tuple[str, ...]
    left_over: tuple[str, ...]


def named(tree: Any, prefix: str = "") -> dict[str, NDArray[Any]]:
    """The arrays of a network or of an optimiser's state, each by its path, such as `blocks.0.widen`."""
    leaves = jax.tree_util.tree_flatten_with_path(tree)[0]
    return {prefix + _name(path): np.asarray(leaf) for path, leaf in leaves}


def restored(tree: Any, arrays: Arrays, prefix: str = "") -> Any:
    """The same tree with its arrays taken from those of these names.

    Raises: KeyError where one is missing.
    """
    return jax.tree_util.tree_map_with_path(
        lambda path, leaf: jnp.asarray(arrays[prefix + _name(path)], dtype=leaf.dtype), tree
    )


def untrained(shape: Shape, seed: int) -> Network:
    """A network with drawn weights."""
    return Network(shape, np.random.Generator(np.random.Philox(seed)))


def transferred(network: Network, arrays: Arrays) -> tuple[Network, Transfer]:
    """The network with every weight of another one that has the same name and shape."""
    own = named(network)
    loaded = [name for name in own if name in arrays and arrays[name].shape == own[name].shape]
    told = Transfer(
        loaded=tuple(loaded),
        other_shape=tuple(name for name in own if name in arrays and name not in loaded),
        not_there=tuple(name for name in own if name not in arrays),
        left_over=tuple(name for name in arrays if name not in own),
    )
    return restored(network, {**own, **{name: arrays[name] for name in loaded}}), told


def without_prefix(arrays: Arrays, prefix: str) -> dict[str, NDArray[Any]]:
    """Those arrays whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _name(path: tuple[Any, ...]) -> str:
    """A path as words with dots between them."""
    return ".".join(str(getattr(key, "name", getattr(key, "idx", getattr(key, "key", key)))) for key in path)
