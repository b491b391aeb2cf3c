"""The cases: who runs what on which bars, and the bars (limits) their times are held against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.contestant import OURS, Entry
from benchmarks.inputs import (
    DAY_NS,
    MINUTE_NS,
    Walk,
    bars_of,
    drawn_block,
    drawn_options,
    momentum_variants,
    month_starts,
    sma_pairs,
)
from benchmarks.verdict import Bar

TRADEWRIGHT, FLOOR, LEAN = "tradewright", "floor", "floor, leaner"
PANDAS = "pandas rolling"
NUMBA, RUST = "vectorbt (numba)", "vectorbt (rust)"
COST = {"fee_bps": 1.0, "capital_usd": 1e6}


@dataclass(frozen=True)
class Case:
    """One comparison. `work` counts what a run handles, in the unit `work_unit`; `tolerance` is relative.

    `compared` names in a word what all contestants must have in common.
    """

    name: str
    title: str
    includes: str
    inputs: Mapping[str, np.ndarray]
    options: Mapping[str, object]
    entries: tuple[Entry, ...]
    bars: tuple[Bar, ...]
    work: float
    work_unit: str
    tolerance: float
    compared: str = "equity"


def _ours(name: str, task: str, options: Mapping[str, object] | None = None, threads: int = 1) -> Entry:
    return Entry(name, OURS, "tradewright_driver", task, options or {}, threads)


def _floors(task: str) -> tuple[Entry, Entry]:
    first = Entry(FLOOR, OURS, "floor_driver", task, like=TRADEWRIGHT)
    return first, Entry(LEAN, OURS, "floor_driver", task, {"lean": True}, like=TRADEWRIGHT)


def _vectorbt(task: str, like: str = TRADEWRIGHT) -> tuple[Entry, Entry]:
    numba = Entry(NUMBA, "vectorbt", "vectorbt_driver", task, {"engine": "numba"}, like=like)
    return numba, Entry(RUST, "vectorbt", "vectorbt_driver", task, {"engine": "rust"}, like=like)


def _engine_bars(times_faster: float) -> tuple[Bar, Bar]:
    above_floor = Bar("tradewright over its floor", (TRADEWRIGHT,), (FLOOR, LEAN), 8.0, at_most=True, aim=4.0)
    return above_floor, Bar("vectorbt over tradewright", (NUMBA, RUST), (TRADEWRIGHT,), times_faster, False)


def sma(scale: float) -> Case:
    """One instrument, a million bars, one pair of averages."""
    bars = max(int(1_000_000 * scale), 500)
    return Case(
        "sma",
        f"1 asset x {bars:,} bars, SMA(20)/SMA(50), all in and out, 1 bp",
        "averages, decisions, orders, fills and the equity of every bar",
        bars_of(Walk(bars, 1, 0.0005, MINUTE_NS, seed=1)),
        {**COST, "fast": 20, "slow": 50},
        (*_floors("sma"), _ours(TRADEWRIGHT, "sma"), *_vectorbt("sma")),
        _engine_bars(8.0),
        float(bars),
        "bar",
        1e-9,
    )


def top_decile(scale: float) -> Case:
    """Many instruments, rebalanced monthly into the strongest tenth."""
    assets, bars = max(int(500 * scale), 20), 2_520
    held = bars_of(Walk(bars, assets, 0.02, DAY_NS, seed=2, common=0.3))
    rows = month_starts(held["instants"])
    options = {**COST, "lookback": 252, "skip": 0, "top": assets // 10, "gross": 1.0}
    masked = "vectorbt, order function by hand"
    expert = Entry(masked, "vectorbt", "vectorbt_driver", "top_decile_masked", {"engine": "rust"}, like=RUST)
    by_hand = Bar(
        "the same against an order function written by hand", (masked,), (TRADEWRIGHT,), None, False
    )
    return Case(
        "top_decile",
        f"{assets} assets x {bars:,} days, monthly top decile of 12-month returns, 1 bp",
        "past returns, ranks, orders, fills and the equity of every day",
        {**held, "rows": rows[rows >= 252]},
        options,
        (
            *_floors("top_decile"),
            _ours(TRADEWRIGHT, "top_decile"),
            *_vectorbt("top_decile"),
            expert,
        ),
        (*_engine_bars(30.0), by_hand),
        float(bars * assets),
        "asset-bar",
        1e-4,
    )


def sma_grid(scale: float) -> Case:
    """A thousand pairs of averages on the same bars, on one core and on two."""
    bars = max(int(5_000 * scale), 500)
    fast, slow = sma_pairs() if scale >= 1.0 else sma_pairs(5, 4)
    both = f"{TRADEWRIGHT}, 2 threads"
    two = Entry(both, OURS, "tradewright_driver", "sma_grid", {"threads": 2}, threads=2, like=TRADEWRIGHT)
    spread = f"{LEAN}, 2 threads"
    at_best = Entry(spread, OURS, "floor_driver", "sma_grid", {"lean": True, "threads": 2}, 2, TRADEWRIGHT)
    return Case(
        "sma_grid",
        f"{len(fast):,} SMA pairs x {bars:,} bars, 1 bp",
        "averages, decisions, orders, fills and every pair's equity of every bar",
        {**bars_of(Walk(bars, 1, 0.012, DAY_NS, seed=3)), "fast": fast, "slow": slow},
        COST,
        (
            *_floors("sma_grid"),
            _ours(TRADEWRIGHT, "sma_grid", {"threads": 1}),
            two,
            at_best,
            *_vectorbt("sma_grid"),
        ),
        (
            *_engine_bars(8.0),
            Bar("one thread over two", (TRADEWRIGHT,), (both,), 1.8, at_most=False),
            Bar("the same for a bare loop that keeps no curve", (LEAN,), (spread,), None, at_most=False),
        ),
        float(bars * len(fast)),
        "pair-bar",
        1e-9,
    )


def momentum_sweep(scale: float) -> Case:
    """Ten thousand variants of momentum on two cores; the race itself is run over the first few hundred.

    vectorbt would need minutes a round for all of them. Fewer variants spread our fixed costs over less work.
    """
    bars, few = max(int(8_000 * scale), 800), max(int(400 * scale), 8)
    steps = (25, 20, 20) if scale >= 1.0 else (2, 2, 4)
    all_of_them = f"{TRADEWRIGHT}, every variant"
    ours = Entry(TRADEWRIGHT, OURS, "tradewright_driver", "momentum_sweep", {"variants": few}, threads=2)
    every = Entry(all_of_them, OURS, "tradewright_driver", "momentum_sweep", {"variants": 0}, threads=2)
    peers = tuple(
        Entry(name, "vectorbt", "vectorbt_driver", "momentum_sweep", chosen, threads=2, like=TRADEWRIGHT)
        for name, chosen in (
            (NUMBA, {"engine": "numba", "variants": few}),
            (RUST, {"engine": "rust", "variants": few}),
        )
    )
    return Case(
        "momentum_sweep",
        f"{few:,} of {np.prod(steps):,} momentum variants on 20 stocks x {bars:,} days, 2 cores, 1 bp",
        "past returns, ranks, orders, fills and every variant's equity of every day",
        {
            **bars_of(Walk(bars, 20, 0.02, DAY_NS, seed=6, common=0.3)),
            **momentum_variants(*steps),
        },
        COST,
        (ours, every, *peers),
        (
            Bar("vectorbt over tradewright", (NUMBA, RUST), (TRADEWRIGHT,), 3.0, at_most=False),
            Bar(
                "every variant: variants a second", (), (all_of_them,), None, at_most=False,
                work=float(np.prod(steps)), unit="variants/s",
            ),
        ),
        float(few),
        "variant",
        # vectorbt cuts the last buy of a rebalancing by its fee; over hundreds of months that adds up.
        1e-3,
    )  # fmt: skip


def decide(scale: float) -> Case:
    """A Python method called at every bar: one that stays silent, one that trades the averages."""
    bars = max(int(100_000 * scale), 500)
    silent, crossing = "tradewright, decide, no order", "tradewright, decide, SMA"
    peer, slow_peer = "backtesting.py, SMA", "backtrader, SMA"
    return Case(
        "decide",
        f"Python `decide` at each of {bars:,} bars, 1 asset; SMA(20)/SMA(50), 1 bp",
        "the whole run: averages, calls, orders, fills, equity; backtesting.py computes its statistics too",
        bars_of(Walk(bars, 1, 0.0005, MINUTE_NS, seed=4)),
        {"fee_bps": 1.0, "capital_usd": 1e10, "fast": 20, "slow": 50},
        (
            Entry("floor: an empty callback", OURS, "floor_driver", "callback"),
            _ours(silent, "silent"),
            _ours(crossing, "sma_decide"),
            Entry(peer, "backtesting", "backtesting_driver", "sma", like=crossing),
            Entry("backtesting.py, no order", "backtesting", "backtesting_driver", "silent", like=silent),
            Entry(slow_peer, "backtrader", "backtrader_driver", "sma", like=crossing),
            Entry("backtrader, no order", "backtrader", "backtrader_driver", "silent", like=silent),
        ),
        (
            Bar(
                "no order: bars a second", (), (silent,), 1e6, at_most=False, work=float(bars), unit="bars/s"
            ),
            Bar("SMA: backtesting.py over tradewright", (peer,), (crossing,), 4.0, at_most=False),
            Bar("SMA: backtrader over tradewright", (slow_peer,), (crossing,), None, False),
        ),
        float(bars),
        "bar",
        1e-6,
    )


def brackets(scale: float) -> Case:
    """Bracket orders through a Python `decide`, against a peer that asks bar by bar too.

    The peers read a bar that holds stop and target in ways of their own, so equity is not compared.
    """
    bars = max(int(200_000 * scale), 500)
    ours, peer, event = "tradewright, brackets", "backtesting.py, brackets", "nautilus_trader, brackets"
    return Case(
        "brackets",
        f"Python `decide` at each of {bars:,} bars, 1 asset; brackets at SMA(20)/SMA(50), 1 bp",
        "the whole run in three readings: averages, calls, orders, fills, equity, the band",
        bars_of(Walk(bars, 1, 0.0005, MINUTE_NS, seed=5)),
        {"fee_bps": 1.0, "capital_usd": 1e10, "fast": 20, "slow": 50},
        (
            _ours(ours, "brackets"),
            Entry(peer, "backtesting", "backtesting_driver", "brackets"),
            Entry(event, "nautilus-trader", "nautilus-trader_driver", "brackets"),
        ),
        (
            Bar("backtesting.py over tradewright", (peer,), (ours,), 2.0, at_most=False),
            Bar("nautilus_trader over tradewright", (event,), (ours,), 20.0, at_most=False),
        ),
        float(bars),
        "bar",
        1e-6,
    )


def order_kernel(scale: float) -> Case:
    """The kernel with brackets at work, in one reading and in three, over the bare loop of the SMA case."""
    bars = max(int(1_000_000 * scale), 500)
    one, three = "tradewright, orders", "tradewright, orders in three readings"
    floors = (
        Entry(FLOOR, OURS, "floor_driver", "sma"),
        Entry(LEAN, OURS, "floor_driver", "sma", {"lean": True}),
    )
    return Case(
        "order_kernel",
        f"1 asset x {bars:,} bars, brackets at the crossings of SMA(20)/SMA(50), 1 bp",
        "trading words that were said before: orders, fills, states and the equity of every bar",
        bars_of(Walk(bars, 1, 0.0005, MINUTE_NS, seed=1)),
        {"fee_bps": 1.0, "capital_usd": 1e10, "fast": 20, "slow": 50},
        (*floors, _ours(one, "brackets_kernel"), _ours(three, "brackets_kernel", {"band": True})),
        (
            Bar("orders over the bare loop", (one,), (FLOOR, LEAN), 25.0, at_most=True, aim=10.0),
            Bar("three readings over one", (three,), (one,), 3.0, at_most=True),
        ),
        float(bars),
        "bar",
        1e-9,
    )


def _features(name: str, title: str, walk: Walk) -> Case:
    """The 26 technical columns of a walk, by us, by hand and by pandas."""
    entries = (
        Entry(FLOOR, OURS, "feature_driver", "floor", like=TRADEWRIGHT),
        Entry(LEAN, OURS, "feature_driver", "lean", like=TRADEWRIGHT),
        Entry(TRADEWRIGHT, OURS, "feature_driver", "tradewright"),
        Entry(PANDAS, OURS, "feature_driver", "pandas", like=TRADEWRIGHT),
    )
    limits = (
        Bar("tradewright over its floor", (TRADEWRIGHT,), (FLOOR, LEAN), 1.5, at_most=True),
        Bar("pandas over tradewright", (PANDAS,), (TRADEWRIGHT,), 3.0, at_most=False),
    )
    work = float(walk.bars * walk.assets)
    held = bars_of(walk)
    return Case(
        name, title, "from arrays of prices to an array of 26 columns, its memory included", held, {},
        entries, limits, work, "asset-bar", 1e-4, "columns",
    )  # fmt: skip


def features(scale: float) -> Case:
    """One instrument, a million bars, the technical columns."""
    bars = max(int(1_000_000 * scale), 500)
    title = f"26 technical columns x {bars:,} bars of 1 asset"
    return _features("features", title, Walk(bars, 1, 0.0005, MINUTE_NS, seed=6))


def features_panel(scale: float) -> Case:
    """Many instruments, ten years of days, the technical columns."""
    assets, bars = max(int(500 * scale), 20), max(int(2_520 * min(10 * scale, 1.0)), 200)
    title = f"26 technical columns x {assets} assets x {bars:,} days"
    return _features("features_panel", title, Walk(bars, assets, 0.02, DAY_NS, seed=7, common=0.3))


def spa(scale: float) -> Case:
    """The best of a thousand candidates over five years of days, a thousand resamples."""
    candidates, draws = max(int(1_000 * scale), 20), max(int(1_000 * scale), 100)
    excess = 0.01 * np.random.default_rng(5).standard_normal((1_250, candidates))
    return Case(
        "spa",
        f"SPA: {candidates:,} candidates x 1,250 days x {draws:,} resamples, studentised, step-wise",
        "block length, errors, resamples and the adjusted p of every candidate",
        {"excess": excess},
        {"draws": draws},
        (_ours(TRADEWRIGHT, "spa"),),
        (Bar("seconds on one core", (TRADEWRIGHT,), (), 5.0, at_most=True, unit="s"),),
        float(1_250 * candidates * draws),
        "candidate-day-resample",
        0.0,
    )


def options(scale: float) -> Case:
    """A million European options, price and five Greeks each."""
    count = max(int(1_000_000 * scale), 500)
    quantlib, vollib = "QuantLib", "py_vollib_vectorized"
    entries = (
        Entry(FLOOR, OURS, "option_driver", "floor", like=TRADEWRIGHT),
        Entry(LEAN, OURS, "option_driver", "floor", {"lean": True}, like=TRADEWRIGHT),
        Entry(TRADEWRIGHT, OURS, "option_driver", "option_greeks"),
        Entry(quantlib, "quantlib", "quantlib_driver", "option_greeks", like=TRADEWRIGHT),
        Entry(vollib, "py-vollib", "py-vollib_driver", "option_greeks", like=TRADEWRIGHT),
    )
    limits = (
        Bar("tradewright over its floor", (TRADEWRIGHT,), (FLOOR, LEAN), 1.5, at_most=True),
        Bar("QuantLib over tradewright", (quantlib,), (TRADEWRIGHT,), 1.0, at_most=False),
        Bar("py_vollib_vectorized over tradewright", (vollib,), (TRADEWRIGHT,), 1.0, at_most=False),
    )
    title = f"price and five Greeks of {count:,} European options"
    includes = "from arrays of terms to six columns, their memory included"
    held = drawn_options(count, seed=8)
    work = float(count)
    return Case(
        "options", title, includes, held, {}, entries, limits, work, "option", 1e-4, "price, delta and gamma"
    )


def mamba(scale: float) -> Case:
    """One selective state-space block, forward and backward."""
    batch, length = (32, 512) if scale >= 1.0 else (2, 40)
    ours, plain, peer = "tradewright", "tradewright, plain scan", "PyTorch"
    shape = {"d_model": 64, "d_state": 16, "d_conv": 4, "expand": 2}
    entries = (
        Entry(ours, OURS, "mamba_driver", "mamba_block"),
        Entry(plain, OURS, "mamba_driver", "mamba_block", {"plain": True}, like=ours),
        Entry(peer, "torch", "torch_driver", "mamba_block", like=ours),
    )
    limits = (
        Bar("PyTorch over tradewright", (peer,), (ours,), 1.0, at_most=False),
        Bar("the plain scan over the chunked one", (plain,), (ours,), None, at_most=False),
    )
    title = f"a Mamba block forward and backward, batch {batch}, length {length}, one core, float32"
    return Case(
        "mamba", title, "loss and the slopes of input and weights", drawn_block(batch, length, seed=9), shape,
        entries, limits, float(batch * length), "row", 5e-3, "slopes",
    )  # fmt: skip


CASES: dict[str, Callable[[float], Case]] = {
    "sma": sma,
    "top_decile": top_decile,
    "sma_grid": sma_grid,
    "momentum_sweep": momentum_sweep,
    "decide": decide,
    "brackets": brackets,
    "order_kernel": order_kernel,
    "features": features,
    "features_panel": features_panel,
    "spa": spa,
    "options": options,
    "mamba": mamba,
}
