"""The one compiled entry: it finds every array by its address, so that a call costs little."""

import ctypes
from collections.abc import Callable
from functools import lru_cache, partial

import numba
import numpy as np
from numba import types

from tradewright.kernel.native import cache
from tradewright.kernel.native.apart import phase_at
from tradewright.kernel.native.arrays import (
    account_at,
    assets_at,
    at,
    carray,
    intents_at,
    journal_at,
    market_at,
    path_at,
    table_at,
)
from tradewright.kernel.native.records import compiled
from tradewright.kernel.native.rules_apart import rule_at
from tradewright.kernel.native.step import run, sweep

_kept: list[object] = []  # code stays in memory as long as its owner


@lru_cache(maxsize=1)
def entry() -> Callable[[int, int], int]:
    """The compiled `enter` as a C function that lets other threads run; compiled, or loaded, on first use."""
    whole = types.int64
    make = partial(numba.cfunc, whole(whole, whole), error_model="numpy")
    made = cache.compile_kept(make, enter.py_func)
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(made.address)


@lru_cache(maxsize=1)
def orders_entry() -> int:
    """The address of the compiled phases of submitted orders; compiled, or loaded, on first use."""
    whole = types.int64
    make = partial(numba.cfunc, whole(whole, whole, whole), error_model="numpy")
    made = cache.compile_kept(make, phase_at.py_func)
    _kept.append(made)
    return int(made.address)


@lru_cache(maxsize=1)
def rules_entry() -> int:
    """The address of the compiled rules of the broker; compiled, or loaded, on first use."""
    whole = types.int64
    make = partial(numba.cfunc, whole(whole, whole, whole), error_model="numpy")
    made = cache.compile_kept(make, rule_at.py_func)
    _kept.append(made)
    return int(made.address)


@compiled
def enter(address: int, stop: int) -> int:
    """Run the account of the table at `address` up to row `stop`, or all candidates of its sweep."""
    table = table_at(address)
    account, assets = account_at(table), assets_at(table)
    market, intents, journal = market_at(table), intents_at(table), journal_at(table)
    account["stop"] = stop
    if table["candidates"] == 0:
        return int(run(account, assets, market, intents, journal, path_at(table)))
    starts = carray(at(table["starts"]), table["candidates"] + 1, np.int64)
    equity = carray(at(table["equity"]), (table["candidates"], table["bars"]), np.float64)
    return int(sweep((account, assets), market, intents, starts, journal, equity))
