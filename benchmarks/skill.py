"""What a forecaster learns where the truth is known: `python -m benchmarks.skill [--noise RUNS]`.

A made market: a news value arrives at random rows and counts until the next one; all other values are noise.
Returns follow the value that counts, so that nobody forecasts without remembering the right row: what
selectivity is for. The oracle knows that value. Held against it: the correlation of forecasts with what came,
on rows after training, for each horizon. On a market of noise the correlation must be indistinguishable from
zero: the mean over seeds within 1.96 of its standard errors.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tradewright.models import registry
from tradewright.models.contract import FittedModel
from tradewright.models.table import FeatureRows, Targets

HORIZONS = (1, 5, 10, 30)
ARRIVES, STRENGTH = 0.1, 0.3
DAY_NS = 86_400 * 10**9
BAR = 0.9
RECIPE = {
    "d_model": 24, "d_state": 8, "layers": 1, "sequence_bars": 60, "epochs": 30, "rate": 0.01, "patience": 8,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Market:
    """Features, outcomes and what the oracle expects, T x N x H."""

    rows: FeatureRows
    targets: Targets
    oracle: np.ndarray


def market(seed: int, rows: int, symbols: int, is_noise: bool = False) -> Market:
    """A made market; on noise the same features, and returns that nothing foretells."""
    draws = np.random.default_rng(seed)
    value, other, shocks = (draws.standard_normal((rows, symbols)) for _ in range(3))
    arrives = draws.random((rows, symbols)) < ARRIVES
    counts = np.zeros((rows, symbols))
    for row in range(rows):
        counts[row] = np.where(arrives[row], value[row], counts[row - 1] if row else 0.0)
    returns = (0.0 if is_noise else STRENGTH) * counts + shocks
    summed = np.vstack([np.zeros(symbols), np.cumsum(returns, axis=0)])
    instants = np.arange(rows, dtype=np.int64) * DAY_NS
    outcomes = np.full((rows, symbols, len(HORIZONS)), np.nan)
    ends, oracle = np.zeros(outcomes.shape, dtype=np.int64), np.zeros(outcomes.shape)
    for place, horizon in enumerate(HORIZONS):
        outcomes[: rows - horizon, :, place] = summed[horizon:rows] - summed[: rows - horizon]
        ends[: rows - horizon, :, place] = instants[horizon:, None]
        # What counts now still counts k rows later with the chance that nothing arrived.
        oracle[:, :, place] = STRENGTH * counts * (1.0 - (1.0 - ARRIVES) ** horizon) / ARRIVES
    names = tuple(f"s{number}" for number in range(symbols))
    features = np.stack([value, arrives.astype(np.float64), other])
    table = FeatureRows(("value", "arrives", "other"), features, instants, names, "skill")
    return Market(table, Targets(outcomes, ends, np.ones((rows, symbols)), HORIZONS), oracle)


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Over the places where both are there; 0 where one does not move."""
    known = np.isfinite(one) & np.isfinite(other)
    held = one[known], other[known]
    return float(np.corrcoef(*held)[0, 1]) if min(np.std(each) for each in held) > 0.0 else 0.0


def coefficients(made: Market, name: str, recipe: dict, train_share: float, seed: int) -> list[tuple]:
    """For each horizon: the model's information coefficient after its training, and the oracle's."""
    cut = int(len(made.rows.instants) * train_share)
    known = made.targets.known_by(int(made.rows.instants[cut]))
    return judged(registry.build(name, recipe).fit(made.rows, known, seed=seed), made, cut)


def judged(fitted: FittedModel, made: Market, cut: int) -> list[tuple]:
    """For each horizon: a model's information coefficient from a row on, and the oracle's."""
    # The last rows of training are looked back at, and nothing is judged there.
    said = fitted.predict(made.rows.between(cut - fitted.model.lookback_bars, len(made.rows.instants)))
    mean = said.mean[fitted.model.lookback_bars :]
    came, best = made.targets.values[cut:], made.oracle[cut:]
    return [
        (correlation(mean[..., h], came[..., h]), correlation(best[..., h], came[..., h]))
        for h in range(len(HORIZONS))
    ]


def told_skill(rows: int, symbols: int) -> tuple[bool, dict]:
    """Train, judge and print on the market with something to learn."""
    made, figures, reached = market(1, rows, symbols), {}, True
    for name, recipe in (("mamba", RECIPE), ("ridge", {})):
        began, cpu = time.perf_counter(), time.process_time()
        found = coefficients(made, name, recipe, 0.7, seed=0)
        took = f"{time.perf_counter() - began:.0f} s, {time.process_time() - cpu:.0f} s of processor"
        print(f"{name} ({took})")
        for horizon, (ours, best) in zip(HORIZONS, found, strict=True):
            print(f"  {horizon:>3} bars: {ours:.3f} of {best:.3f}, {ours / best:.1%}")
        figures[name] = found
        if name == "mamba":
            reached = all(ours >= BAR * best for ours, best in found)
    print(f"at least {BAR:.0%} of the oracle at every horizon: {'met' if reached else 'MISSED'}")
    return reached, figures


def told_noise(runs: int, rows: int, symbols: int) -> tuple[bool, list[float]]:
    """Train and judge on noise, seed after seed, at one bar: those outcomes do not overlap."""
    short = {**RECIPE, "epochs": 10}
    found = [
        coefficients(market(100 + run, rows, symbols, True), "mamba", short, 0.7, run)[0][0]
        for run in range(runs)
    ]
    mean, error = float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(runs))
    # Too few seeds tell little about their own spread: at least that of independent rows is taken.
    error = max(error, 1.0 / np.sqrt(0.3 * rows * symbols * runs))
    is_zero = abs(mean) <= 1.96 * error
    told = "not distinguishable from zero" if is_zero else "DISTINGUISHABLE from zero"
    print(f"noise, {runs} seeds: {mean:+.4f}, standard error {error:.4f}: {told}")
    return is_zero, found


def main() -> int:
    """Both markets; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.skill", description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000, help="rows of the market (4,000)")
    parser.add_argument("--symbols", type=int, default=12, help="its symbols (12)")
    parser.add_argument("--noise", type=int, default=6, help="seeds on noise (6)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    reached, skill = told_skill(asked.rows, asked.symbols)
    is_zero, noise = told_noise(asked.noise, asked.rows // 2, asked.symbols)
    if asked.json:
        asked.json.write_text(json.dumps({"skill": skill, "noise": noise}, indent=1) + "\n")
    return int(not (reached and is_zero))


if __name__ == "__main__":
    sys.exit(main())
