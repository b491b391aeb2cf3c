"""The ordered list, compiled: one call decides on one order."""

import ctypes
import math
from collections.abc import Callable
from functools import lru_cache, partial

import numba
import numpy as np
from numba import types

from tradewright.execution.checks.contract import Book, Request
from tradewright.execution.limits.contract import Limits
from tradewright.execution.native import judge as ask
from tradewright.execution.native.records import (
    book_dtype,
    compiled,
    limits_dtype,
    record_of,
    request_dtype,
    write,
)
from tradewright.kernel.native import cache
from tradewright.kernel.native.arrays import at, carray
from tradewright.kernel.native.books import address_of
from tradewright.kernel.native.records import Record, Records
from tradewright.values.panel import Ints


@compiled
def decide(order: Record, book: Record, limits: Record) -> int:
    """Ask every check in order; 0 where all pass, else the number of the first that does not.

    The number is negative where that check lacked an input. `order["admitted"]` is what may be sent.
    """
    order["admitted"] = 0.0
    if order["is_cancel"]:
        order["opening"] = 0.0
        found = ask.pace(order, book, limits) * 10
        found = ask.decision_log(order, book, limits) * 23 if found == 0 else found
        if found == 0:
            order["admitted"] = order["qty"]
        return int(found)
    if ask.is_bounded_exit(order, book):
        order["opening"] = 0.0
        found = of_exit(order, book, limits)
        if found == 0:
            order["admitted"] = order["qty"]
        return int(found)
    whole = order["qty"]
    order["qty"] = scaled_qty(order, book, ask.scale(book, limits))
    order["opening"] = ask.opening_shares(order, book)
    found = of_order(order, book, limits)
    if found == 0:
        order["admitted"] = order["qty"]
    order["qty"] = whole
    return int(found)


@compiled
def decide_exit(order: Record, book: Record, limits: Record) -> int:
    """Ask what every bounded exit is asked, of an order that others keep from opening anything."""
    order["opening"] = 0.0
    found = of_exit(order, book, limits)
    order["admitted"] = order["qty"] if found == 0 else 0.0
    return int(found)


@compiled
def scaled_qty(order: Record, book: Record, left: float) -> float:
    """The order with what opens a position scaled down, in whole lots and at least one."""
    qty = order["qty"]
    opening = ask.opening_shares(order, book)
    if left >= 1.0 or not 0.0 < opening < math.inf:
        return float(qty)
    lot = book["lot"] if book["lot"] > 0.0 else 1.0
    size = abs(qty) - opening * (1.0 - left)
    whole = min(max(np.ceil(size / lot - 1e-9), 1.0) * lot, abs(qty))
    return float(whole if qty > 0.0 else -whole)


@compiled
def of_exit(order: Record, book: Record, limits: Record) -> int:
    """The checks that bind exits; what they lack does not stand in the way."""
    if ask.tradable(order, book, limits) > 0:
        return 1
    if ask.restricted(order, book, limits) > 0:
        return 2
    if ask.conform(order, book, limits) > 0:
        return 3
    if ask.collar(order, book, limits) > 0:
        return 5
    if ask.duplicate(order, book, limits) > 0:
        return 11
    if ask.parent_order(order, book, limits) > 0:
        return 12
    if ask.execution_loop(order, book, limits) > 0:
        return 13
    if ask.self_match(order, book, limits) > 0:
        return 14
    if ask.phase(order, book, limits) > 0:
        return 17
    if ask.session(order, book, limits) > 0:
        return 19
    if ask.bounded_exit(order, book, limits) > 0:
        return 22
    return 23 if ask.decision_log(order, book, limits) > 0 else 0


@compiled
def of_order(order: Record, book: Record, limits: Record) -> int:
    """All 23 checks, in their order."""
    found = first_half(order, book, limits)
    return int(found if found != 0 else second_half(order, book, limits))


@compiled
def first_half(order: Record, book: Record, limits: Record) -> int:
    """Checks 1 to 12."""
    found = ask.tradable(order, book, limits)
    if found == 0:
        found = ask.restricted(order, book, limits) * 2
    if found == 0:
        found = ask.conform(order, book, limits) * 3
    if found == 0:
        found = ask.fresh_price(order, book, limits) * 4
    if found == 0:
        found = ask.collar(order, book, limits) * 5
    if found == 0:
        found = ask.order_size(order, book, limits) * 6
    if found == 0:
        found = ask.exposure(order, book, limits) * 7
    if found == 0:
        found = ask.unexecuted(order, book, limits) * 8
    if found == 0:
        found = ask.buying_power(order, book, limits) * 9
    if found == 0:
        found = ask.pace(order, book, limits) * 10
    if found == 0:
        found = ask.duplicate(order, book, limits) * 11
    return int(ask.parent_order(order, book, limits) * 12 if found == 0 else found)


@compiled
def second_half(order: Record, book: Record, limits: Record) -> int:
    """Checks 13 to 23."""
    found = ask.execution_loop(order, book, limits) * 13
    if found == 0:
        found = ask.self_match(order, book, limits) * 14
    if found == 0:
        found = ask.losses(order, book, limits) * 15
    if found == 0:
        found = ask.stage_capital(order, book, limits) * 16
    if found == 0:
        found = ask.phase(order, book, limits) * 17
    if found == 0:
        found = ask.freshness(order, book, limits) * 18
    if found == 0:
        found = ask.session(order, book, limits) * 19
    if found == 0:
        found = ask.borrow(order, book, limits) * 20
    if found == 0:
        found = ask.attestation(order, book, limits) * 21
    if found == 0:
        found = ask.bounded_exit(order, book, limits) * 22
    return int(ask.decision_log(order, book, limits) * 23 if found == 0 else found)


@compiled
def decide_all(orders: Records, book: Record, limits: Record, found: Ints) -> None:
    """Decide on many orders that meet the same book, each as if it stood alone."""
    for place in range(len(orders)):
        found[place] = decide(orders[place], book, limits)


@compiled
def decide_at(table: int, count: int) -> int:
    """Decide on `count` orders; `table` is the address of four: of orders, book, limits and answers."""
    addresses = carray(at(table), 4, np.int64)
    orders = carray(at(addresses[0]), count, request_dtype)
    book = carray(at(addresses[1]), 1, book_dtype)[0]
    limits = carray(at(addresses[2]), 1, limits_dtype)[0]
    found = carray(at(addresses[3]), count, np.int64)
    decide_all(orders, book, limits, found)
    return int(found[0])


@lru_cache(maxsize=1)
def entry() -> Callable[[int, int], int]:
    """The compiled decision as a C function; compiled, or loaded, on first use."""
    whole = types.int64
    make = partial(numba.cfunc, whole(whole, whole), error_model="numpy")
    made = cache.compile_kept(make, decide_at.py_func)
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(made.address)


class CompiledDoor:
    """The door of one set of limits as compiled code: the answers of `gateway.decide` without its words.

    Invariant: `_table` holds the addresses of the records kept here.
    """

    def __init__(self, limits: Limits, orders: int = 1) -> None:
        """Lay the records out, for so many orders at once, and compile, or load, the checks."""
        self.orders = np.zeros(orders, dtype=request_dtype)
        self.book = record_of(Book(), book_dtype)
        self.limits = record_of(limits, limits_dtype)
        self.found = np.zeros(orders, dtype=np.int64)
        records = (self.orders, self.book, self.limits, self.found)
        self._table = np.array([address_of(one) for one in records], dtype=np.int64)
        self._address = address_of(self._table)
        self._decide = self._interpret if cache.is_interpreted else entry()

    def ask(self, request: Request, book: Book) -> tuple[int, float]:
        """The check that refused, negative for want of an input, 0 for none; and the quantity admitted."""
        write(self.orders[0], request)
        write(self.book[0], book)
        return self._decide(self._address, 1), float(self.orders["admitted"][0])

    def decide(self) -> int:
        """Decide on all of `orders` against `book`; answers stand in `found` and in `admitted`."""
        return self._decide(self._address, len(self.orders))

    def _interpret(self, address: int, count: int) -> int:
        """The same decisions without a compiler, for debugging under NUMBA_DISABLE_JIT."""
        decide_all(self.orders[:count], self.book[0], self.limits[0], self.found)
        return int(self.found[0])
