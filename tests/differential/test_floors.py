"""The benchmark's bare loops end with the equity of our kernel: the comparison is like for like."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from drivers import DRIVERS
from markets import DAY_NS, profile

from tradewright.kernel.sweep import simulate_many
from tradewright.values.decisions import Decisions
from tradewright.values.panel import Panel, no_actions
from tradewright.values.profile import AccountOptions

ONE_BP = 1e-4
CAPITAL = 1_000_000.0
FRACTIONS = AccountOptions(CAPITAL, fractional=True)
COSTS = profile(commission_bps=1.0)
simulate = DRIVERS["batch"]


@pytest.fixture(scope="module")
def floors():
    """The benchmark's module, loaded from its file: benchmarks are no part of the package."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "floors.py"
    spec = importlib.util.spec_from_file_location("benchmark_floors", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def walk(bars, assets, seed, gap=0.002):
    """A panel of a random walk whose opens jump a little from the close before."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, (bars, assets)), axis=0))
    open_ = np.vstack([close[:1], close[:-1]]) * np.exp(random.normal(0.0, gap, (bars, assets)))
    moments = np.arange(bars) * DAY_NS
    symbols = tuple(f"S{number}" for number in range(assets))
    volume = np.full((bars, assets), 1e12)
    high, low = np.maximum(open_, close), np.minimum(open_, close)
    return Panel(moments, moments.copy(), symbols, open_, high, low, close, volume, no_actions())


def crossings(close, fast, slow):
    """Decisions of the SMA case, from running sums as the floor keeps them."""
    rows, weights, wants = [], [], False
    fast_sum = slow_sum = 0.0
    for row, price in enumerate(close):
        fast_sum += price - (close[row - fast] if row >= fast else 0.0)
        slow_sum += price - (close[row - slow] if row >= slow else 0.0)
        if row >= slow - 1 and (fast_sum / fast > slow_sum / slow) != wants:
            wants = not wants
            rows.append(row)
            weights.append([float(wants)])
    return Decisions(np.array(rows, dtype=np.int64), np.array(weights).reshape(-1, 1))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("fast", "slow"), [(20, 50), (3, 10), (5, 5)])
def test_the_sma_floor_ends_where_the_kernel_ends(floors, seed, fast, slow):
    panel = walk(3_000, 1, seed)
    decisions = crossings(panel.close[:, 0].tolist(), fast, slow)
    ours = simulate(panel, decisions, FRACTIONS, COSTS).equity_usd[-1]
    column = panel.open[:, 0].copy(), panel.close[:, 0].copy()
    assert floors.sma_cross(*column, fast, slow, ONE_BP, CAPITAL) == pytest.approx(ours, rel=1e-9)


@pytest.mark.parametrize("gap", [0.0, 0.01])
@pytest.mark.parametrize("seed", range(4))
def test_the_momentum_floor_ends_where_the_kernel_ends(floors, seed, gap):
    panel = walk(600, 40, seed, gap)
    rows = np.arange(120, 590, 21)
    strength = panel.close[rows] / panel.close[rows - 120]
    ranks = np.argsort(np.argsort(strength, axis=1), axis=1)
    decisions = Decisions(rows, np.where(ranks >= 36, 0.25, 0.0))
    ours = simulate(panel, decisions, FRACTIONS, COSTS).equity_usd[-1]
    floor = floors.momentum(panel.open, panel.close, rows, (120, 4), ONE_BP, CAPITAL)
    assert floor == pytest.approx(ours, rel=1e-9)


def test_the_sweep_floor_ends_where_our_sweep_ends(floors):
    panel = walk(1_500, 1, 11)
    pairs = np.array([(fast, slow) for fast in (2, 5, 9) for slow in (12, 30, 55)])
    closes = panel.close[:, 0].tolist()
    candidates = [crossings(closes, int(fast), int(slow)) for fast, slow in pairs]
    ours = simulate_many(panel, candidates, FRACTIONS, COSTS, threads=2)[:, -1]
    column = panel.open[:, 0].copy(), panel.close[:, 0].copy()
    assert floors.sma_sweep(*column, pairs, ONE_BP, CAPITAL) == pytest.approx(ours, rel=1e-9)


def test_the_floor_trades_at_all(floors):
    panel = walk(3_000, 1, 0)
    column = panel.open[:, 0].copy(), panel.close[:, 0].copy()
    cheap = floors.sma_cross(*column, 20, 50, 0.0, CAPITAL)
    dear = floors.sma_cross(*column, 20, 50, 0.01, CAPITAL)
    assert dear < cheap != CAPITAL
