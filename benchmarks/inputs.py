"""Seeded bars for the benchmarks: a geometric random walk whose open is the close before.

Opens without gaps make every engine's sizing agree: an order sized at a close fills at the same price, so the
equity curves can be compared number by number. Volume is never a limit.
"""

from dataclasses import dataclass

import numpy as np

MINUTE_NS = 60 * 1_000_000_000
DAY_NS = 1_440 * MINUTE_NS
START_NS = 946_857_600 * 1_000_000_000  # 2000-01-03


@dataclass(frozen=True)
class Walk:
    """What a random walk looks like.

    Units: `volatility` a bar, as a fraction; `spacing_ns` from bar to bar; `common` is the share of variance
    that all instruments have in common.
    """

    bars: int
    assets: int
    volatility: float
    spacing_ns: int
    seed: int
    common: float = 0.0


def bars_of(walk: Walk) -> dict[str, np.ndarray]:
    """Open, high, low, close, volume (T x N) and the instants of a walk."""
    draws = np.random.default_rng(walk.seed)
    shape = (walk.bars, walk.assets)
    own = draws.standard_normal(shape)
    shared = draws.standard_normal((walk.bars, 1))
    spread = walk.volatility * draws.uniform(0.7, 1.4, walk.assets)
    steps = spread * (np.sqrt(1.0 - walk.common) * own + np.sqrt(walk.common) * shared)
    close = 100.0 * np.exp(np.cumsum(steps, axis=0))
    opened = np.vstack([np.full((1, walk.assets), 100.0), close[:-1]])
    reach = 1.0 + np.abs(spread * draws.standard_normal(shape)) * 0.5
    return {
        "instants": START_NS + walk.spacing_ns * np.arange(1, walk.bars + 1, dtype=np.int64),
        "open": opened,
        "high": np.maximum(opened, close) * reach,
        "low": np.minimum(opened, close) / reach,
        "close": close,
        "volume": np.full(shape, 1e15),
    }


def month_starts(instants: np.ndarray) -> np.ndarray:
    """First rows of each month; not the very first row, and not the last one, which no bar follows."""
    months = instants.astype("datetime64[ns]").astype("datetime64[M]")
    starts = np.flatnonzero(months[1:] != months[:-1]) + 1
    return starts[starts < len(instants) - 1].astype(np.int64)


def sma_pairs(fast_count: int = 25, slow_count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of a grid of fast (2, 3, ...) and slow (30, 35, ...) windows."""
    fast, slow = np.arange(2, 2 + fast_count), 30 + 5 * np.arange(slow_count)
    return np.repeat(fast, slow_count).astype(np.int64), np.tile(slow, fast_count).astype(np.int64)


def momentum_variants(lookbacks: int, skips: int, tops: int) -> dict[str, np.ndarray]:
    """Every variant of a grid: bars looked back (63, 76, ...), bars left out, and how many names are held.

    The number held moves fastest, so that the first variants differ in it and in what is left out.
    """
    looked, left, held = (
        63 + 13 * np.arange(lookbacks), np.arange(skips), np.arange(1, tops + 1),
    )  # fmt: skip
    grid = np.meshgrid(looked, left, held, indexing="ij")
    return dict(
        zip(("lookback", "skip", "held"), (axis.ravel().astype(np.int64) for axis in grid), strict=True)
    )


def drawn_block(batch: int, length: int, seed: int) -> dict[str, np.ndarray]:
    """Weights of a Mamba block of 64 x 2 channels and 16 states, by name, and a batch of inputs `u`."""
    draws = np.random.default_rng(seed)
    d, e, n, k, r = 64, 128, 16, 4, 4

    def drawn(rows: int, columns: int) -> np.ndarray:
        return draws.uniform(-1.0, 1.0, (rows, columns)) / np.sqrt(rows)

    first = np.exp(draws.uniform(np.log(1e-3), np.log(1e-1), e))
    held = {
        "norm": np.ones(d),
        "widen": drawn(d, 2 * e),
        "conv": drawn(k, e),
        "conv_bias": np.zeros(e),
        "select": drawn(e, r + 2 * n),
        "step_up": drawn(r, e),
        "step_bias": first + np.log(-np.expm1(-first)),
        "log_decay": np.log(np.repeat(np.arange(1.0, n + 1.0)[:, None], e, axis=1)),
        "skip": np.ones(e),
        "narrow": drawn(e, d),
        "u": draws.standard_normal((batch, length, d)),
    }
    return {name: array.astype(np.float32) for name, array in held.items()}


def drawn_options(count: int, seed: int) -> dict[str, np.ndarray]:
    """Terms and volatilities of European options, of every kind that trades."""
    draws = np.random.default_rng(seed)
    return {
        "right": draws.choice([-1.0, 1.0], count),
        "spot": draws.uniform(50.0, 150.0, count),
        "strike": draws.uniform(50.0, 150.0, count),
        "years": draws.uniform(0.01, 3.0, count),
        "rate": draws.uniform(-0.02, 0.08, count),
        "dividend_yield": draws.uniform(0.0, 0.05, count),
        "volatility": draws.uniform(0.05, 1.0, count),
    }
