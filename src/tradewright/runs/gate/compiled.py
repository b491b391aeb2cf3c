"""The gateway inside a simulation, compiled: it reads the kernel's own books and decides on every order.

What bars cannot tell is left out by `limits.registry.simulated`, by name; the rest is asked as it is live.
"""

import ctypes
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from numba import types

from tradewright.execution.checks.contract import GATEWAY, Book
from tradewright.execution.limits.contract import Limits
from tradewright.execution.native import judge as ask
from tradewright.execution.native.door import decide
from tradewright.execution.native.records import (
    book_dtype,
    compiled,
    limits_dtype,
    record_of,
    request_dtype,
)
from tradewright.kernel.native import cache
from tradewright.kernel.native.arrays import at, carray, desk_at, table_at
from tradewright.kernel.native.books import address_of
from tradewright.kernel.native.desk import is_live
from tradewright.kernel.native.gate import INTERPRETED, Ask
from tradewright.kernel.native.numbers import look_back
from tradewright.kernel.native.records import Record, Records, account_dtype, asset_dtype
from tradewright.runs.gate.plain import (
    KILL_RULES,
    VOLUME_BARS,
    GatewayRecord,
    decision_dtype,
)
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.outcome import HELD
from tradewright.values.panel import Floats, Ints

if TYPE_CHECKING:
    from tradewright.kernel.native.books import Books

_ARRAYS = (
    "account", "assets", "instants", "equity", "volume", "close", "limits", "book", "order", "log", "starts",
)  # fmt: skip
_STATE = (
    "count", "bars", "seen_row", "logged", "day", "sessions", "orders_day", "kill_row", "kill_rule",
)  # fmt: skip
# account, assets, instants, equity, volume, equity before each of the rolling sessions, log, close,
# submitted orders, and one desk an instrument
Arrays = tuple[Record, Records, Ints, Floats, Floats, Floats, Records, Floats, Records, Records]
_MONEY = ("capital", "day_start", "session_peak", "peak")
memory_dtype = np.dtype(
    [(name, np.int64) for name in _ARRAYS + _STATE] + [(name, np.float64) for name in _MONEY]
)


@compiled
def watch(memory: Record, limits: Record, arrays: Arrays, row: int) -> None:
    """Follow equity to the close of `row`: sessions, peaks, and the kill switch, which latches."""
    instants, equity, starts = arrays[2], arrays[3], arrays[5]
    for seen in range(memory["seen_row"] + 1, row + 1):
        day = instants[seen] // NS_PER_DAY
        if day != memory["day"] or seen == 0:
            before = equity[seen - 1] if seen > 0 else memory["capital"]
            memory["day"], memory["day_start"], memory["session_peak"] = day, before, before
            starts[memory["sessions"] % len(starts)] = before
            memory["sessions"] += 1
            memory["orders_day"] = 0
        now = equity[seen]
        memory["session_peak"] = max(memory["session_peak"], now)
        memory["peak"] = max(memory["peak"], now)
        if limits["needs_kill_switch"] and memory["kill_row"] < 0:
            rule = worst_loss(memory, limits, starts, now)
            if rule != 0:
                memory["kill_row"], memory["kill_rule"] = seen, rule
    memory["seen_row"] = max(memory["seen_row"], row)


@compiled
def rolling_start(memory: Record, starts: Floats) -> float:
    """Equity before the first of the rolling sessions, or before the first of all."""
    oldest = memory["sessions"] % len(starts) if memory["sessions"] >= len(starts) else 0
    return float(starts[oldest])


@compiled
def worst_loss(memory: Record, limits: Record, starts: Floats, equity: float) -> int:
    """Which loss has reached its limit, 1 to 4 in the order of the check; 0 for none."""
    if ask.lost(equity, memory["day_start"], limits["max_day_loss"]) == ask.VIOLATED:
        return 1
    if ask.lost(equity, rolling_start(memory, starts), limits["max_rolling_loss"]) == ask.VIOLATED:
        return 2
    if ask.lost(equity, memory["session_peak"], limits["max_session_drawdown"]) == ask.VIOLATED:
        return 3
    return 4 if ask.lost(equity, memory["peak"], limits["max_drawdown"]) == ask.VIOLATED else 0


@compiled
def day_volume(volume: Floats, asset: int, row: int) -> float:
    """Average volume of the last bars in which one is known; NaN where none is."""
    total, known = 0.0, 0
    for back in range(max(row - VOLUME_BARS + 1, 0), row + 1):
        if volume[back, asset] >= 0.0:
            total += volume[back, asset]
            known += 1
    return total / known if known > 0 else np.nan


@compiled
def waiting_at(arrays: Arrays, number: int) -> tuple[float, float, float, int]:
    """Submitted orders of an instrument that work: shares to buy, to sell, in exits, and their count.

    Exits only reduce, whatever else works: they open nothing. What is being cancelled is left out.
    """
    live, desks = arrays[8], arrays[9]
    buys = sells = exits = 0.0
    count = 0
    ticket = desks[number]["first"] if len(desks) > 0 else -1
    while ticket >= 0:
        one = live[ticket]
        ticket = one["next"]
        if not is_live(one) or one["state"] == HELD or one["leaving"]:
            continue
        count += 1
        if one["reduce_only"]:
            exits += abs(one["remaining"])
        elif one["remaining"] > 0.0:
            buys += one["remaining"]
        else:
            sells -= one["remaining"]
    return buys, sells, exits, count


@compiled
def read_books(book: Record, arrays: Arrays, place: int, row: int) -> None:
    """What is known of account and instrument, all working orders counted as filled."""
    account, assets = arrays[0], arrays[1]
    gross = net = long = working = opening = 0.0
    book["working_buys"] = book["working_sells"] = 0.0
    orders = 0
    for number in range(len(assets)):
        one = assets[number]
        waits = one["remaining"] if one["order"] >= 0 else 0.0
        buys, sells, exits, count = waiting_at(arrays, number)
        if number == place:
            book["working_buys"], book["working_sells"] = buys, sells
        if one["qty"] == 0.0 and waits == 0.0 and count == 0:
            continue
        if one["qty"] == 0.0:  # the kernel keeps the marks of what is held alone
            look_back(one, arrays[7], row)
        value = (one["qty"] + waits) * one["mark"]
        gross += abs(value)
        net += value
        long += max(value, 0.0)
        if waits != 0.0:
            working += abs(waits) * one["mark"]
            orders += 1
        if count > 0:
            held = one["qty"] + waits
            up, down = max(held + buys, 0.0) - max(held, 0.0), max(sells - held, 0.0) - max(-held, 0.0)
            opening += max(up, down) * one["mark"]
            working += (buys + sells + exits) * one["mark"]
            orders += count
    book["gross_usd"], book["net_usd"], book["long_usd"] = gross, net, long
    book["working_usd"], book["working_orders"] = working, orders
    book["working_opening_usd"] = opening
    book["equity_usd"] = account["equity"]
    book["buying_power_usd"] = account["max_gross"] * account["equity"] - gross
    book["position"], book["reference_usd"] = assets[place]["qty"], assets[place]["mark"]
    book["day_volume"] = day_volume(arrays[4], place, row)


@compiled
def passed(
    memory: Record,
    asked: tuple[Record, Record, Record],
    arrays: Arrays,
    where: tuple[int, int],
    shares: float,
) -> float:
    """The shares admitted of one order of the simulation; the decision is logged.

    Without an instrument (-1) nothing is asked for, and the gate only follows equity to that row: it answers
    1 once the kill switch has tripped.
    """
    order, book, limits = asked
    place, row = where
    last_row = arrays[0]["row"] - 1  # of the last close: a word may travel for some bars
    watch(memory, limits, arrays, last_row)
    arrays[0]["killed"] = memory["kill_row"] >= 0
    if place < 0:
        return 1.0 if memory["kill_row"] >= 0 else 0.0
    read_books(book, arrays, place, last_row)
    book["day_start_usd"], book["rolling_start_usd"] = memory["day_start"], rolling_start(memory, arrays[5])
    book["session_peak_usd"], book["peak_usd"] = memory["session_peak"], memory["peak"]
    book["orders_day"], book["kill_latched"] = memory["orders_day"], memory["kill_row"] >= 0
    order["qty"], order["at"] = shares, arrays[2][row]
    order["limit_usd"], order["stop_usd"] = arrays[0]["asked_limit"], arrays[0]["asked_stop"]
    order["type"] = arrays[0]["asked_type"]
    code = decide(order, book, limits)
    arrays[0]["gate_reason"] = GATEWAY + abs(code) if code != 0 else 0
    line = arrays[6][memory["logged"]]
    memory["logged"] += 1
    line["row"], line["asset"], line["code"] = row, place, code
    line["qty"], line["admitted"] = shares, order["admitted"]
    line["limit_usd"], line["stop_usd"], line["kind"] = order["limit_usd"], order["stop_usd"], order["type"]
    note_inputs(line, book)
    if code == 0:
        memory["orders_day"] += 1
    return float(order["admitted"])


@compiled
def pass_at(address: int, place: int, shares: float, row: int) -> float:
    """The same on memory at an address."""
    memory = carray(at(address), 1, memory_dtype)[0]
    bars, count = memory["bars"], memory["count"]
    account = carray(at(memory["account"]), 1, account_dtype)[0]
    desk = desk_at(table_at(account["table"]))
    order = carray(at(memory["order"]), 1, request_dtype)[0]
    book = carray(at(memory["book"]), 1, book_dtype)[0]
    limits = carray(at(memory["limits"]), 1, limits_dtype)[0]
    arrays = (
        account,
        carray(at(memory["assets"]), count, asset_dtype),
        carray(at(memory["instants"]), bars, np.int64),
        carray(at(memory["equity"]), bars, np.float64),
        carray(at(memory["volume"]), (bars, count), np.float64),
        carray(at(memory["starts"]), limits["rolling_sessions"], np.float64),
        carray(at(memory["log"]), memory["logged"] + 1, decision_dtype),
        carray(at(memory["close"]), (bars, count), np.float64),
        desk[2],
        desk[3],
    )
    return float(passed(memory, (order, book, limits), arrays, (place, row), shares))


@compiled
def note_inputs(line: Record, book: Record) -> None:
    """Everything a decision of a simulation rests on."""
    line["working_orders"], line["orders_day"] = book["working_orders"], book["orders_day"]
    line["kill_latched"], line["reference_usd"] = book["kill_latched"], book["reference_usd"]
    line["equity_usd"], line["position"] = book["equity_usd"], book["position"]
    line["gross_usd"], line["net_usd"] = book["gross_usd"], book["net_usd"]
    line["long_usd"], line["working_usd"] = book["long_usd"], book["working_usd"]
    line["buying_power_usd"] = book["buying_power_usd"]
    line["working_opening_usd"] = book["working_opening_usd"]
    line["working_buys"], line["working_sells"] = book["working_buys"], book["working_sells"]
    line["day_volume"], line["day_start_usd"] = book["day_volume"], book["day_start_usd"]
    line["rolling_start_usd"] = book["rolling_start_usd"]
    line["session_peak_usd"], line["peak_usd"] = book["session_peak_usd"], book["peak_usd"]


@lru_cache(maxsize=1)
def entry() -> Any:
    """The compiled gate, kept for good; compiled or loaded on first use. Its `address` is what is called."""
    whole, real = types.int64, types.float64
    make = partial(numba.cfunc, real(whole, whole, real, whole), error_model="numpy")
    return cache.compile_kept(make, pass_at.py_func)


_WHOLE, _REAL = ctypes.c_int64, ctypes.c_double
PASS = ctypes.CFUNCTYPE(_REAL, _WHOLE, _WHOLE, _REAL, _WHOLE)


class CompiledGate:
    """The gateway of one simulated account. One gate stands before one run."""

    def __init__(self, limits: Limits, left_out: tuple[str, ...] = ()) -> None:
        """Limits as a simulation can hold them, and the names of those it leaves out."""
        self._limits, self._left_out = limits, left_out
        self.limits = record_of(limits, limits_dtype)
        self.book = record_of(Book(), book_dtype)
        self.order = np.zeros(1, dtype=request_dtype)
        for name in ("limit_usd", "stop_usd"):
            self.order[name] = np.nan
        self.starts = np.full(int(self.limits["rolling_sessions"][0]), np.nan)
        self.memory = np.zeros(1, dtype=memory_dtype)
        self.memory["seen_row"] = self.memory["kill_row"] = self.memory["day"] = -1
        self.log = np.zeros(0, dtype=decision_dtype)
        self._books: Books | None = None  # kept: `memory` holds addresses of its arrays
        self._pass: Ask | None = None

    def attach(self, books: "Books") -> tuple[int, int]:
        """Stand before these books."""
        memory = self.memory
        table = books.table
        for name in ("account", "assets", "instants", "equity", "volume", "close", "count", "bars"):
            memory[name] = table[name]
        for name in ("limits", "book", "order", "starts"):
            memory[name] = address_of(getattr(self, name))
        memory["capital"] = memory["peak"] = books.account["capital"]
        books.account["follows"] = self._limits.needs_kill_switch
        address = address_of(memory)
        self._books = books
        self._pass = lambda _, place, shares, row: self._interpret(books, (place, row), shares)
        if cache.is_interpreted:
            INTERPRETED[address] = self._pass
            return address, address
        self._pass = PASS(entry().address)
        return int(entry().address), address

    def _interpret(self, books: "Books", where: tuple[int, int], shares: float) -> float:
        """The same decision without a compiler, for debugging under NUMBA_DISABLE_JIT."""
        panel = books.panel
        arrays = (
            books.account[0], books.assets, panel.instants, books.path[0], panel.volume, self.starts,
            self.log, panel.close, books.live, books.desks,
        )  # fmt: skip
        asked = (self.order[0], self.book[0], self.limits[0])
        return float(passed(self.memory[0], asked, arrays, where, shares))

    def make_room(self, orders: int) -> None:
        """Lines of the log for what may come; memory is taken as they are written."""
        logged = int(self.memory["logged"][0])
        if logged + orders <= len(self.log):
            return
        longer = np.empty(max(logged + orders, 2 * len(self.log)), dtype=decision_dtype)
        longer[:logged] = self.log[:logged]
        self.log = longer
        self.memory["log"] = address_of(longer)

    def record(self) -> GatewayRecord:
        """What the gate did so far; the switch is that of the last close."""
        memory = self.memory[0]
        if self._pass is not None and self._books is not None:
            self._pass(address_of(self.memory), -1, 0.0, 0)
        log, rule = self.log[: memory["logged"]], KILL_RULES[memory["kill_rule"]]
        return GatewayRecord(self._limits, self._left_out, log, int(memory["kill_row"]), rule)
