"""What a decision of the gateway costs: 23 checks asked from Python, and inside a compiled loop.

A round asks for one order after the other and notes each call's time; what counts of it is the 99th
percentile: an order that waits is late however fast the others were. In the loop only a mean can be taken.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from benchmarks.machine import busy_core_seconds
from benchmarks.report import bar_as_json, bars
from benchmarks.verdict import Bar, Judged, judge
from tradewright.execution.checks.contract import CONTINUOUS, NO, YES, Book, Request
from tradewright.execution.gateway import Verdict, decide
from tradewright.execution.limits.registry import find
from tradewright.execution.native.door import CompiledDoor
from tradewright.execution.native.records import write
from tradewright.values.order import OrderType

PLAIN, CALLED, LOOPED = "plain, p99 of a call", "compiled, p99 of a call", "compiled, in a loop"
NOW = 1_709_650_800_000_000_000
SECOND = 1_000_000_000
CALLS, IN_LOOP = 20_000, 200_000
BARS = (
    Bar("a decision from Python, all 23 checks pass", (PLAIN,), (), 20.0, at_most=True, unit="us"),
    Bar("the same, compiled, records prepared", (CALLED,), (), 20.0, at_most=True, unit="us"),
    Bar("inside a compiled loop", (LOOPED,), (), 1.0, at_most=True, unit="us"),
)

BOOK = Book(
    tradable=YES, halted=NO, restricted=NO, phase=CONTINUOUS, tick_usd=0.01, lot=1.0, reference_usd=100.0,
    reference_at=NOW - SECOND, daily_volatility=0.02, day_volume=1e7, band_low_usd=90.0, band_high_usd=110.0,
    opens_at=NOW - 1_800 * SECOND, closes_at=NOW + 21_600 * SECOND, auction_cutoff_at=NOW + 21_000 * SECOND,
    located=1e4, equity_usd=1e6, position=0.0, working_buys=0.0, working_sells=0.0, gross_usd=0.0,
    net_usd=0.0, long_usd=0.0, sector_gross_usd=0.0, working_opening_usd=0.0, working_usd=0.0,
    working_orders=0,
    buying_power_usd=1e6, own_highest_buy_usd=0.0, own_lowest_sell_usd=math.inf, strategy_gross_usd=0.0,
    other_symbols=0.0,
    stage_capital_usd=5e5, duplicates=0, repeats=0, model_at=NOW - SECOND, features_at=NOW - SECOND,
    orders_1s=0, orders_30s=0, orders_day=0, cancels_1s=0, cancels_30s=0, cancels_day=0, fills_day=0,
    kill_latched=NO, day_start_usd=1e6, rolling_start_usd=1e6, session_peak_usd=1e6, peak_usd=1e6,
    clock_skew_ms=1.0, heartbeat_at=NOW - SECOND, code_attested=YES, config_attested=YES, log_open=YES,
)  # fmt: skip
ORDER = Request("SPY", 100.0, NOW, OrderType.LIMIT, limit_usd=100.5)
LIMITS = find("conservative")


@dataclass(frozen=True)
class GatewayResult:
    """Microseconds of each way to ask, its bars, and what the rest of the machine used meanwhile."""

    times: dict[str, list[float]]
    judged: tuple[Judged, ...]
    others_cores: float | None

    def table(self, doubt: str) -> str:
        """As text."""
        rows = ["\n== gateway: one decision of 23 checks that all pass, in microseconds"]
        rows += [f"   {name:28}{median(times):>9.3f} us" for name, times in self.times.items()]
        rows += bars(self.judged, doubt)
        if self.others_cores is not None:
            rows.append(f"   others used {self.others_cores:.2f} cores meanwhile")
        return "\n".join(rows)

    def as_json(self, doubt: str) -> dict:
        """For programs."""
        return {
            "case": "gateway",
            "title": "one decision of 23 checks that all pass",
            "others_cores": self.others_cores,
            "microseconds": self.times,
            "bars": [bar_as_json(one, doubt) for one in self.judged],
        }


def run_gateway(rounds: int, say: Callable[[str], None], scale: float = 1.0) -> GatewayResult:
    """Time each way to ask, turn by turn.

    Raises: ValueError where the order does not pass: then less than all checks would be timed.
    """
    calls, looped = max(int(CALLS * scale), 100), max(int(IN_LOOP * scale), 100)
    one, many = door(1), door(looped)
    if decide(ORDER, BOOK, LIMITS).verdict is not Verdict.PASSED or one.decide() or many.decide():
        raise ValueError("the timed order must pass every check")
    measured = {
        PLAIN: lambda: p99_us(lambda: decide(ORDER, BOOK, LIMITS), calls),
        CALLED: lambda: p99_us(one.decide, calls),
        LOOPED: lambda: mean_us(many.decide, looped),
    }
    times: dict[str, list[float]] = {name: [] for name in measured}
    busy, started, own = busy_core_seconds(), time.perf_counter(), time.process_time()
    for number in range(rounds):
        say(f"gateway: round {number + 1} of {rounds}")
        for name, measure in measured.items():
            times[name].append(measure())
    wall_s, own_s = time.perf_counter() - started, time.process_time() - own
    others = None if busy is None else max((busy_core_seconds() or 0.0) - busy - own_s, 0.0) / wall_s
    return GatewayResult(times, tuple(judge(bar, times, {}) for bar in BARS), others)


def door(orders: int) -> CompiledDoor:
    """A compiled door before which the same order stands so many times."""
    made = CompiledDoor(LIMITS, orders)
    write(made.book[0], BOOK)
    for place in range(orders):
        if place == 0:
            write(made.orders[0], replace(ORDER))
        else:
            made.orders[place] = made.orders[0]
    return made


def p99_us(ask: Callable[[], object], calls: int) -> float:
    """The 99th percentile of a call's time."""
    spent = np.empty(calls)
    for place in range(calls):
        before = time.perf_counter_ns()
        ask()
        spent[place] = time.perf_counter_ns() - before
    return float(np.quantile(spent, 0.99)) / 1e3


def mean_us(ask: Callable[[], object], decisions: int) -> float:
    """The mean time of a decision within one call."""
    before = time.perf_counter_ns()
    ask()
    return (time.perf_counter_ns() - before) / decisions / 1e3
