"""The floors as contestants: the bare loops of `benchmarks/floors.py`, and an empty Python callback.

A bare loop ends with its final equity, which must be that of Tradewright; it keeps no curve and no record.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import numpy as np

from benchmarks import floors
from benchmarks.machine import versions
from benchmarks.ours import lean_floors
from benchmarks.peers.protocol import Inputs, Task, serve

# A bare loop counts nothing.
UNTOLD = -1


def _task(run: Callable[[], object]) -> Task:
    return Task(run, lambda result: np.asarray(result, dtype=np.float64)[..., None], _untold)


def _untold(_: object) -> int:
    return UNTOLD


def _loops(options: dict) -> ModuleType:
    return lean_floors if options.get("lean") else floors


def _money(options: dict) -> tuple[float, float]:
    return options["fee_bps"] * 1e-4, options["capital_usd"]


def sma(inputs: Inputs, options: dict) -> Task:
    """One pair of averages."""
    opened, close = inputs["open"][:, 0].copy(), inputs["close"][:, 0].copy()
    windows, money, loops = (options["fast"], options["slow"]), _money(options), _loops(options)
    return _task(lambda: loops.sma_cross(opened, close, *windows, *money))


def sma_grid(inputs: Inputs, options: dict) -> Task:
    """All pairs, one after the other; or each thread its share of them: the best that two cores can do."""
    opened, close = inputs["open"][:, 0].copy(), inputs["close"][:, 0].copy()
    pairs = np.column_stack([inputs["fast"], inputs["slow"]])
    money, loops, threads = _money(options), _loops(options), options.get("threads", 1)
    if threads == 1:
        return _task(lambda: loops.sma_sweep(opened, close, pairs, *money))
    shares = [np.ascontiguousarray(pairs[first::threads]) for first in range(threads)]

    def run() -> object:
        equity = np.empty(len(pairs))
        with ThreadPoolExecutor(threads) as pool:
            each = pool.map(lambda share: loops.sma_sweep(opened, close, share, *money), shares)
            for first, found in enumerate(each):
                equity[first::threads] = found
        return equity

    return _task(run)


def top_decile(inputs: Inputs, options: dict) -> Task:
    """The top tenth of past returns, monthly."""
    opened, close, rows = inputs["open"], inputs["close"], inputs["rows"]
    plan, money, loops = (options["lookback"], options["top"]), _money(options), _loops(options)
    return _task(lambda: loops.momentum(opened, close, rows, plan, *money))


def callback(inputs: Inputs, options: dict) -> Task:
    """A Python function that is handed five floats at each bar and gives nothing back."""
    columns = [memoryview(inputs[name][:, 0].copy()) for name in ("open", "high", "low", "close", "volume")]
    bars = len(inputs["close"])

    def ignore(opened: float, high: float, low: float, close: float, volume: float) -> None:
        return None

    def run() -> float:
        opened, high, low, close, volume = columns
        for row in range(bars):
            ignore(opened[row], high[row], low[row], close[row], volume[row])
        return options["capital_usd"]

    return _task(run)


if __name__ == "__main__":
    tasks = (sma, sma_grid, top_decile, callback)
    serve({task.__name__: task for task in tasks}, versions())
