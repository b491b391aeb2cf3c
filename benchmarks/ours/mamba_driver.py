"""The Mamba block as a contestant: forward and backward over a batch of sequences, on one core."""

import os
from importlib.metadata import version

import numpy as np

from benchmarks.machine import versions
from benchmarks.peers.protocol import Inputs, Task, serve

UNTOLD = -1


def on_one_core() -> None:
    """Hold this process, and what XLA starts in it, on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def block(inputs: Inputs, options: dict) -> Task:
    """Loss and the slope of all weights and of the input; `plain` takes the reference scan."""
    on_one_core()
    import equinox as eqx
    import jax
    import jax.numpy as jnp

    from tradewright.models.mamba.network import Block, Shape
    from tradewright.models.mamba.weights import named, restored

    shape = Shape(1, 1, **{name: int(options[name]) for name in ("d_model", "d_state", "d_conv", "expand")})
    empty = Block(shape, np.random.default_rng(0))
    weights, u = restored(empty, {name: inputs[name] for name in named(empty)}), jnp.asarray(inputs["u"])
    is_plain = bool(options.get("plain"))

    @eqx.filter_jit
    def slopes(held: tuple) -> tuple:
        return eqx.filter_value_and_grad(lambda both: jnp.mean(both[0](both[1], is_plain) ** 2))(held)

    def run() -> tuple:
        return jax.block_until_ready(slopes((weights, u)))

    def columns(found: tuple) -> np.ndarray:
        """The slopes of the input and of two weights, each moved away from zero by its largest size."""
        of_block, of_u = found[1]
        parts = (of_u, of_block.log_decay, of_block.select)
        return np.concatenate([np.ravel(np.asarray(p, np.float64) / np.abs(p).max()) + 2.0 for p in parts])

    return Task(run, columns, lambda _: UNTOLD)


if __name__ == "__main__":
    serve({"mamba_block": block}, {**versions(), "jax": version("jax"), "equinox": version("equinox")})
