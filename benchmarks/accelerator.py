"""What an accelerator changes: `python -m benchmarks.accelerator [--small] [--json FILE]`.

Runs where JAX sees an accelerator, and on the processor alone where it sees none (it says which). Measured:
a Mamba block forward and backward on each device; the default Mamba trained to its end on the made market of
`benchmarks.skill`; if the same seed trains the same weights twice, and if both devices, and a stream, answer
alike; the learned option pricer trained, and a million prices and Greeks of it.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.skill import BAR, HORIZONS, coefficients, market
from tradewright.models import registry
from tradewright.models.contract import FittedModel

SEED, DRAWN = 0, {"d_model": 64, "d_state": 16, "d_conv": 4, "expand": 2}
# How far weights of one seed, and answers of one model, may be apart.
MOST_APART = {"between fits": 0.0, "between devices": 1e-5, "stream to batch": 1e-5}
TINY = {"d_model": 8, "d_state": 4, "layers": 1, "sequence_bars": 16, "epochs": 2}


def devices() -> dict[str, Any]:
    """The processor, and the accelerator where there is one."""
    import jax

    found = {"processor": jax.devices("cpu")[0]}
    if jax.default_backend() != "cpu":
        found[jax.devices()[0].device_kind] = jax.devices()[0]
    return found


def timed(run: Callable[[], Any], rounds: int) -> list[float]:
    """Seconds of each round, after one that compiles."""
    run()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return times


def told_block(is_small: bool, rounds: int) -> dict[str, list[float]]:
    """Forward and backward of one block, batch 32, length 512, on each device."""
    import equinox as eqx
    import jax
    import jax.numpy as jnp

    from tradewright.models.mamba.network import Block, Shape

    batch, length = (2, 16) if is_small else (32, 512)
    block = Block(Shape(1, 1, **DRAWN, layers=1), np.random.default_rng(SEED))
    u = np.random.default_rng(SEED).standard_normal((batch, length, DRAWN["d_model"])).astype(np.float32)
    figures = {}
    for name, device in devices().items():
        held = jax.device_put((block, jnp.asarray(u)), device)
        slopes = eqx.filter_jit(eqx.filter_value_and_grad(lambda both: jnp.mean(both[0](both[1]) ** 2)))
        figures[name] = timed(lambda held=held, slopes=slopes: jax.block_until_ready(slopes(held)), rounds)
        median = np.median(figures[name]) * 1e3
        print(f"Mamba block, batch {batch}, length {length}, forward and backward, {name}: {median:.2f} ms")
    return figures


def told_training(is_small: bool) -> dict[str, Any]:
    """The default recipe to its end; its share of the oracle's correlation at each horizon."""
    rows, symbols = (300, 2) if is_small else (4_000, 12)
    recipe = TINY if is_small else {}
    began = time.perf_counter()
    found = coefficients(market(1, rows, symbols), "mamba", recipe, 0.7, SEED)
    took = time.perf_counter() - began
    print(f"Mamba trained to its end, {rows} rows x {symbols} symbols: {took:.1f} s")
    for horizon, (ours, best) in zip(HORIZONS, found, strict=True):
        print(f"  {horizon:>3} bars: {ours:.3f} of {best:.3f}, {ours / best:.1%} (at least {BAR:.0%})")
    return {"seconds": took, "coefficients": found}


def told_sameness(is_small: bool) -> dict[str, tuple[float, float]]:
    """Two trainings of one seed, and the answers of one model on each device."""
    import jax

    made = market(2, 300 if is_small else 1_500, 4)
    recipe = {**(TINY if is_small else {"epochs": 3})}
    known = made.targets.known_by(int(made.rows.instants[-1]))
    fits = [registry.build("mamba", recipe).fit(made.rows, known, seed=SEED) for _ in range(2)]
    pairs = [(fits[0].learned[name], fits[1].learned[name]) for name in fits[0].learned]
    between_fits = max(float(np.max(np.abs(one - other))) for one, other in pairs)
    answers = {}
    for name, device in devices().items():
        with jax.default_device(device):
            answers[name] = fits[0].predict(made.rows).mean
    first, *others = answers.values()
    scale = np.nanmax(np.abs(first))
    streamed = _streamed(fits[0], made.rows.by_symbol()[:, : fits[0].model.lookback_bars])
    last = next(iter(reversed(answers.values())))[fits[0].model.lookback_bars - 1]
    from_batch = float(np.max(np.abs(streamed - last)) / scale)
    between_devices = max((float(np.nanmax(np.abs(one - first)) / scale) for one in others), default=0.0)
    print(f"weights of two trainings of one seed differ by {between_fits:g} at most")
    print(f"answers of one model on {', '.join(answers)} differ by {between_devices:.1e} of the largest")
    print(f"the stream of a model differs from its batch by {from_batch:.1e} of the largest")
    figures = {
        "between fits": between_fits,
        "between devices": between_devices,
        "stream to batch": from_batch,
    }
    return {name: (found, MOST_APART[name]) for name, found in figures.items()}


def _streamed(fitted: FittedModel, rows: np.ndarray) -> np.ndarray:
    """What a stream of S symbols says after rows S x L x F, fed one by one: S x H."""
    import jax

    from tradewright.models.mamba.serving import Stream
    from tradewright.models.members.mamba import scales_of

    with jax.enable_x64(False):
        stream = Stream(fitted.model.network(fitted.learned), scales_of(fitted.learned), len(rows))
        said = [stream.push(rows[:, place])[0] for place in range(rows.shape[1])]
    return said[-1]


def told_pricer(is_small: bool, rounds: int) -> dict[str, Any]:
    """Training the learned pricer, and a million options of it."""
    from tradewright.models.option_pricing.contract import Terms
    from tradewright.models.option_pricing.domain import Domain
    from tradewright.models.option_pricing.training import TrainingOptions, train

    options = TrainingOptions(points=200, steps=3) if is_small else TrainingOptions()
    began = time.perf_counter()
    pricer = train(Domain(), options).pricer
    figures: dict[str, Any] = {"training": time.perf_counter() - began}
    print(f"learned pricer trained in {figures['training']:.1f} s")
    count = 1_000 if is_small else 1_000_000
    draws = np.random.default_rng(SEED)
    spot = draws.uniform(80.0, 120.0, count)
    terms = Terms(np.where(draws.random(count) < 0.5, 1.0, -1.0), spot, np.full(count, 100.0),
                  draws.uniform(0.1, 1.0, count), np.full(count, 0.02), np.zeros(count))  # fmt: skip
    sigma = draws.uniform(0.1, 0.5, count)
    for name, ask in (("prices", pricer.price), ("prices and five Greeks", pricer.greeks)):
        figures[name] = timed(lambda ask=ask: ask(terms, sigma), rounds)
        print(f"{count:,} {name}: {np.median(figures[name]):.3f} s")
    return figures


def main() -> int:
    """Print and keep all figures; 1 where a model misses its share of the oracle, or answers differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accelerator", description=__doc__)
    parser.add_argument("--small", action="store_true", help="tiny inputs: shows that it runs")
    parser.add_argument("--rounds", type=int, default=9, help="turns each takes (9)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    print("devices: " + ", ".join(devices()))
    figures = {
        "block": told_block(asked.small, asked.rounds),
        "training": told_training(asked.small),
        "sameness": told_sameness(asked.small),
        "pricer": told_pricer(asked.small, min(asked.rounds, 3)),
    }
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    learnt = all(ours >= BAR * best for ours, best in figures["training"]["coefficients"])
    alike = all(found <= most for found, most in figures["sameness"].values())
    return int(not (alike and (learnt or asked.small)))


if __name__ == "__main__":
    sys.exit(main())
