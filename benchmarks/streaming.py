"""How long a live system waits for one row of features: the slow rows count, not the usual ones.

30 columns of 500 assets, one row at a time, in a process that does nothing else. Each round streams the same
rows through a fresh stream; its figure is the 99th percentile over the rows after warm-up.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.inputs import DAY_NS, Walk, bars_of
from benchmarks.machine import busy_core_seconds
from benchmarks.report import bar_as_json, bars
from benchmarks.verdict import Bar, Judged, judge

ROW, USUAL = "99th percentile of one streamed row", "median of one streamed row"
LIMIT_US = 200.0
WARM = 100


@dataclass(frozen=True)
class StreamingResult:
    """Microseconds of each round, the bars, and what the rest of the machine used meanwhile."""

    title: str
    times: dict[str, list[float]]
    judged: tuple[Judged, ...]
    others_cores: float | None

    def table(self, doubt: str) -> str:
        """As text."""
        rows = [f"\n== streaming: {self.title}", *bars(self.judged, doubt)]
        if self.others_cores is not None:
            rows.append(f"   others used {self.others_cores:.2f} cores meanwhile")
        return "\n".join(rows)

    def as_json(self, doubt: str) -> dict:
        """For programs."""
        return {
            "case": "streaming",
            "title": self.title,
            "others_cores": self.others_cores,
            "microseconds": self.times,
            "bars": [bar_as_json(one, doubt) for one in self.judged],
        }


def thirty() -> object:
    """The 26 technical columns, and four more of range, volume and both."""
    from tradewright.features.families.volatility import AtrRatio, GarmanKlassVolatility
    from tradewright.features.families.volume import PriceVolumeCorrelation, VolumeRatio
    from tradewright.features.feature_set import FeatureSet
    from tradewright.features.sets import technical

    more = (AtrRatio(14), GarmanKlassVolatility(20), VolumeRatio(20), PriceVolumeCorrelation(20))
    named = dict(zip(technical().names, technical().features, strict=True))
    return FeatureSet(named | {one.name: one for one in more})


def row_times_us(features: object, held: dict[str, np.ndarray]) -> np.ndarray:
    """Microseconds that each row took, warm-up left out."""
    instants = held["instants"]
    symbols = tuple(f"S{number:04d}" for number in range(held["close"].shape[1]))
    stream = features.stream(symbols)
    taken = np.empty(len(instants))
    for number, instant in enumerate(instants.tolist()):
        row = {name: held[name][number] for name in ("open", "high", "low", "close", "volume")}
        started = time.perf_counter_ns()
        stream.push(instant, row)
        taken[number] = time.perf_counter_ns() - started
    return taken[WARM:] / 1e3


def run_streaming(rounds: int, is_small: bool, say: Callable[[str], None]) -> StreamingResult:
    """Stream the rows once a round, and judge the slow ones."""
    assets, rows = (20, 300) if is_small else (500, 2_520)
    draws = np.random.default_rng(9)
    held = bars_of(Walk(rows, assets, 0.02, DAY_NS, seed=8, common=0.3))
    held["volume"] = np.round(1e6 * np.exp(draws.normal(0.0, 0.5, held["close"].shape)))
    features = thirty()
    say("streaming: warms up")
    row_times_us(features, {name: one[: WARM + 10] for name, one in held.items()})
    times: dict[str, list[float]] = {ROW: [], USUAL: []}
    busy, own, started = busy_core_seconds(), sum(os.times()[:2]), time.perf_counter()
    for turn in range(rounds):
        say(f"streaming: round {turn + 1} of {rounds}")
        taken = row_times_us(features, held)
        times[ROW].append(float(np.percentile(taken, 99)))
        times[USUAL].append(float(np.median(taken)))
    wall_s = time.perf_counter() - started
    after = busy_core_seconds()
    others = None
    if busy is not None and after is not None:
        others = max(after - busy - (sum(os.times()[:2]) - own), 0.0) / wall_s
    judged = (
        judge(Bar(ROW, (ROW,), (), LIMIT_US, at_most=True, unit="us"), times, {}),
        judge(Bar(USUAL, (USUAL,), (), None, at_most=True, unit="us"), times, {}),
    )
    title = f"{len(features)} columns x {assets} assets, one row at a time, {rows:,} rows"
    return StreamingResult(title, times, judged, others)
