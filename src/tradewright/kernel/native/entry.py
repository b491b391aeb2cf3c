"""The one compiled entry: it finds every array by its address, so that a call costs little."""

import ctypes
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tradewright.kernel.native import cache
from tradewright.kernel.native.records import (
    Intents,
    Journal,
    Market,
    Record,
    account_dtype,
    asset_dtype,
    compiled,
    table_dtype,
)
from tradewright.kernel.native.step import run, sweep
from tradewright.values.outcome import fill_dtype, flow_dtype, order_dtype, refusal_dtype
from tradewright.values.panel import Floats, event_dtype


def _at(typing: Any, address: Any) -> Any:
    """The memory at an address."""

    # numba has no cast from a number to a pointer of its own.
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


at: Any = intrinsic(_at)  # typed Any: mypy takes the decorator's arguments for the function's
carray: Any = numba.carray  # type: ignore[attr-defined]


@lru_cache(maxsize=1)
def entry() -> Callable[[int, int], int]:
    """The compiled `enter` as a C function that lets other threads run; compiled, or loaded, on first use."""
    whole = types.int64
    make = partial(numba.cfunc, whole(whole, whole), error_model="numpy")
    made = cache.compile_kept(make, enter.py_func)
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(made.address)


@compiled
def enter(address: int, stop: int) -> int:
    """Run the account of the table at `address` up to row `stop`, or all candidates of its sweep."""
    table = carray(at(address), 1, table_dtype)[0]
    account = carray(at(table["account"]), 1, account_dtype)[0]
    assets = carray(at(table["assets"]), table["count"], asset_dtype)
    market, intents, journal = market_at(table), intents_at(table), journal_at(table)
    account["stop"] = stop
    if table["candidates"] == 0:
        return int(run(account, assets, market, intents, journal, path_at(table)))
    starts = carray(at(table["starts"]), table["candidates"] + 1, np.int64)
    equity = carray(at(table["equity"]), (table["candidates"], table["bars"]), np.float64)
    return int(sweep((account, assets), market, intents, starts, journal, equity))


@compiled
def market_at(table: Record) -> Market:
    """The market's arrays."""
    shape = (table["bars"], table["count"])
    return (
        carray(at(table["instants"]), table["bars"], np.int64),
        carray(at(table["prices"]), shape, np.float64),
        carray(at(table["close"]), shape, np.float64),
        carray(at(table["volume"]), shape, np.float64),
        carray(at(table["actions"]), table["acts"], event_dtype),
        carray(at(table["close"]), table["bars"] * table["count"], np.float64),
        carray(at(table["high"]), shape, np.float64),
        carray(at(table["low"]), shape, np.float64),
        carray(at(table["opens_at"]), table["bars"], np.int64),
        carray(at(table["steps"]), (table["step_count"], 5), np.float64),
        carray(at(table["tiers"]), (table["tier_count"], 2), np.float64),
    )


@compiled
def intents_at(table: Record) -> Intents:
    """The decisions' arrays."""
    return (
        carray(at(table["rows"]), table["decisions"], np.int64),
        carray(at(table["targets"]), (table["decisions"], table["count"]), np.float64),
    )


@compiled
def journal_at(table: Record) -> Journal:
    """The journal's arrays."""
    return (
        carray(at(table["orders"]), table["orders_room"], order_dtype),
        carray(at(table["fills"]), table["fills_room"], fill_dtype),
        carray(at(table["flows"]), table["flows_room"], flow_dtype),
        carray(at(table["refusals"]), table["refusals_room"], refusal_dtype),
    )


@compiled
def path_at(table: Record) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """The arrays of money at every row."""
    return (
        carray(at(table["equity"]), table["bars"], np.float64),
        carray(at(table["cash"]), table["bars"], np.float64),
        carray(at(table["long"]), table["bars"], np.float64),
        carray(at(table["short"]), table["bars"], np.float64),
        carray(at(table["interest"]), table["bars"], np.float64),
        carray(at(table["borrow_fee"]), table["bars"], np.float64),
    )
