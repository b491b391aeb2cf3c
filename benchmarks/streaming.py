"""How long a live system waits for one row of features: the slow rows count, not the usual ones.

30 columns of 500 assets, one row at a time, in a process that does nothing else. Each round streams the same
rows through a fresh stream; its figure is the 99th percentile over the rows after warm-up.

After each row the same clock times a fixed compiled loop about as long, which touches four kilobytes and no
feature. What lies above its median is the machine's own: pauses that every row of any program would meet.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from benchmarks.feature_floors import Floats
from benchmarks.inputs import DAY_NS, Walk, bars_of
from benchmarks.machine import busy_core_seconds
from benchmarks.report import bar_as_json, bars
from benchmarks.verdict import Bar, Judged, judge

ROW, USUAL = "99th percentile of one streamed row", "median of one streamed row"
FIXED, FIXED_USUAL = "99th percentile of a fixed loop", "median of a fixed loop"
LIMIT_US = 200.0
WARM = 100
# Values that the fixed loop goes over, and how often while its length is found out.
FIXED_VALUES, FIXED_TRIAL = 500, 200


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


@numba.njit
def fixed_loop(values: Floats, turns: int) -> None:
    """The same work on every call."""
    for _ in range(turns):
        for place in range(len(values)):
            values[place] = 0.5 * values[place] + 1.0


def fixed_turns(wanted_us: float) -> int:
    """How many turns of the fixed loop take as long, and rather longer than shorter."""
    values = np.ones(FIXED_VALUES)
    taken = []
    for _ in range(WARM):
        started = time.perf_counter_ns()
        fixed_loop(values, FIXED_TRIAL)
        taken.append(time.perf_counter_ns() - started)
    return max(1, round(wanted_us * 1e3 / min(taken) * FIXED_TRIAL))


def row_times_us(features: object, held: dict[str, np.ndarray], turns: int = 1) -> np.ndarray:
    """Microseconds that each row, and the fixed loop after it, took, 2 x rows; warm-up left out."""
    instants = held["instants"]
    symbols = tuple(f"S{number:04d}" for number in range(held["close"].shape[1]))
    stream = features.stream(symbols)
    taken, values = np.empty((2, len(instants))), np.ones(FIXED_VALUES)
    for number, instant in enumerate(instants.tolist()):
        row = {name: held[name][number] for name in ("open", "high", "low", "close", "volume")}
        started = time.perf_counter_ns()
        stream.push(instant, row)
        between = time.perf_counter_ns()
        fixed_loop(values, turns)
        taken[:, number] = between - started, time.perf_counter_ns() - between
    return taken[:, WARM:] / 1e3


def run_streaming(rounds: int, is_small: bool, say: Callable[[str], None]) -> StreamingResult:
    """Stream the rows once a round, and judge the slow ones."""
    assets, rows = (20, 300) if is_small else (500, 2_520)
    draws = np.random.default_rng(9)
    held = bars_of(Walk(rows, assets, 0.02, DAY_NS, seed=8, common=0.3))
    held["volume"] = np.round(1e6 * np.exp(draws.normal(0.0, 0.5, held["close"].shape)))
    features = thirty()
    say("streaming: warms up")
    usual = np.median(row_times_us(features, {name: one[: 2 * WARM] for name, one in held.items()})[0])
    turns = fixed_turns(float(usual))
    times: dict[str, list[float]] = {ROW: [], USUAL: [], FIXED: [], FIXED_USUAL: []}
    busy, own, started = busy_core_seconds(), sum(os.times()[:2]), time.perf_counter()
    for turn in range(rounds):
        say(f"streaming: round {turn + 1} of {rounds}")
        taken = row_times_us(features, held, turns)
        for slow, usual_of, each in ((ROW, USUAL, taken[0]), (FIXED, FIXED_USUAL, taken[1])):
            times[slow].append(float(np.percentile(each, 99)))
            times[usual_of].append(float(np.median(each)))
    wall_s = time.perf_counter() - started
    after = busy_core_seconds()
    others = None
    if busy is not None and after is not None:
        others = max(after - busy - (sum(os.times()[:2]) - own), 0.0) / wall_s
    judged = (
        judge(Bar(ROW, (ROW,), (), LIMIT_US, at_most=True, unit="us"), times, {}),
        *(
            judge(Bar(name, (name,), (), None, at_most=True, unit="us"), times, {})
            for name in times
            if name != ROW
        ),
    )
    title = f"{len(features)} columns x {assets} assets, one row at a time, {rows:,} rows"
    return StreamingResult(title, times, judged, others)
