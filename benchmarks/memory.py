"""How much memory a run takes a bar: `python -m benchmarks.memory [BARS ...]` (one and ten million bars).

Each length runs brackets through the kernel in a process of its own. What is told is the highest resident
size during the run above that before it, prices not counted. Flat means: what grows with the bars is the
account's path, which the run hands back, and what grows with the orders is their record; nothing else grows.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.contestant import ROOT
from benchmarks.inputs import MINUTE_NS, Walk, bars_of
from benchmarks.ours.tradewright_driver import SHARES, costs, panel_of
from benchmarks.peers.bracket_rule import exits
from tradewright.kernel.batch import simulate_orders
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Bracket, Order, TimeInForce

LENGTHS = (1_000_000, 10_000_000)
# A bracket now and then: as many for any length, so that only bars differ.
BRACKETS = 2_000
MIB = 1 << 20


@dataclass(frozen=True)
class Taken:
    """What one run took. Units: bytes above what stood before, seconds."""

    bars: int
    peak_bytes: int
    kept_bytes: int
    orders: int
    seconds: float


def resident_bytes() -> int:
    """This process's resident size now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


class _Highest:
    """The highest resident size while it is entered, looked at every two milliseconds."""

    def __enter__(self) -> "_Highest":
        self.base = self.peak = resident_bytes()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def _look(self) -> None:
        while not self._over.wait(0.002):
            self.peak = max(self.peak, resident_bytes())

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()
        self.peak = max(self.peak, resident_bytes())


def taken(bars: int) -> Taken:
    """Run once over few bars, so that code is loaded, then over all of them."""
    panel = panel_of(bars_of(Walk(bars, 1, 0.0005, MINUTE_NS, seed=1)))
    terms = costs({"capital_usd": 1e10, "fee_bps": 1.0})
    said = []
    for row in np.linspace(1, bars - 2, BRACKETS).astype(int).tolist():
        stop, target = exits(float(panel.close[row, 0]))
        entry = Order.market(panel.symbols[0], SHARES, TimeInForce.GTC)
        said.append((row, Bracket.around(entry, target, stop)))
    words = instructions_of(panel, tuple(said))
    few = panel.rows(0, 1_000)
    simulate_orders(few, instructions_of(few, ()), *terms)
    began = time.perf_counter()
    with _Highest() as size:
        outcome = simulate_orders(panel, words, *terms)
    seconds = time.perf_counter() - began
    return Taken(bars, size.peak - size.base, resident_bytes() - size.base, len(outcome.orders), seconds)


def main() -> int:
    """Measure every length in a process of its own, and print the bytes a bar."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("bars", nargs="*", type=int, default=list(LENGTHS))
    parser.add_argument("--alone", action="store_true", help="measure in this process, as JSON")
    asked = parser.parse_args()
    if asked.alone:
        print(json.dumps(vars(taken(asked.bars[0]))))
        return 0
    for bars in asked.bars:
        words = [sys.executable, "-m", "benchmarks.memory", str(bars), "--alone"]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
        one = Taken(**json.loads(done.stdout.splitlines()[-1]))
        size = f"{one.peak_bytes / MIB:8.1f} MiB at most, {one.peak_bytes / bars:6.1f} bytes a bar"
        print(f"{bars:>12,} bars: {size}, {one.orders:,} orders, {one.seconds:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
