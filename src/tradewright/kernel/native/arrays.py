"""Every array of an account, found by the table of addresses."""

from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tradewright.kernel.native.records import (
    Desk,
    Intents,
    Journal,
    Market,
    Path,
    Record,
    Records,
    account_dtype,
    asset_dtype,
    balance_dtype,
    compiled,
    desk_dtype,
    live_dtype,
    table_dtype,
)
from tradewright.values.instructions import ticket_dtype, word_dtype
from tradewright.values.outcome import (
    call_dtype,
    event_dtype,
    fill_dtype,
    flow_dtype,
    order_dtype,
    refusal_dtype,
)
from tradewright.values.panel import borrow_dtype
from tradewright.values.panel import event_dtype as corporate_dtype


def _at(typing: Any, address: Any) -> Any:
    """The memory at an address."""

    # numba has no cast from a number to a pointer of its own.
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


at: Any = intrinsic(_at)  # typed Any: mypy takes the decorator's arguments for the function's
carray: Any = numba.carray  # type: ignore[attr-defined]


@compiled
def table_at(address: int) -> Record:
    """The table that lies at an address."""
    return carray(at(address), 1, table_dtype)[0]


@compiled
def account_at(table: Record) -> Record:
    """The account."""
    return carray(at(table["account"]), 1, account_dtype)[0]


@compiled
def assets_at(table: Record) -> Records:
    """The instruments' records."""
    assets: Records = carray(at(table["assets"]), table["count"], asset_dtype)
    return assets


@compiled
def market_at(table: Record) -> Market:
    """The market's arrays."""
    shape, kinds = (table["bars"], table["count"]), table["kinds"]
    return (
        carray(at(table["instants"]), table["bars"], np.int64),
        carray(at(table["prices"]), shape, np.float64),
        carray(at(table["close"]), shape, np.float64),
        carray(at(table["volume"]), shape, np.float64),
        carray(at(table["actions"]), table["acts"], corporate_dtype),
        carray(at(table["close"]), table["bars"] * table["count"], np.float64),
        carray(at(table["high"]), shape, np.float64),
        carray(at(table["low"]), shape, np.float64),
        carray(at(table["opens_at"]), table["bars"], np.int64),
        carray(at(table["steps"]), (table["step_count"], 5), np.float64),
        carray(at(table["tiers"]), (table["tier_count"], 2), np.float64),
        carray(at(table["borrows"]), table["borrows_count"], borrow_dtype),
        carray(at(table["sessions"]), table["settling"], np.int64),
        carray(at(table["settles"]), table["settling"], np.int64),
        carray(at(table["pending"]), table["pending_count"], np.float64),
        carray(at(table["rates"]), (table["rated"], table["count"]), np.float64),
        carray(at(table["balances"]), kinds, balance_dtype),
        carray(at(table["worth"]), (table["kept_rows"], kinds), np.float64),
        carray(at(table["history"]), (table["kept_rows"], 2 * kinds + 2), np.float64),
    )


@compiled
def intents_at(table: Record) -> Intents:
    """The decisions' arrays."""
    return (
        carray(at(table["rows"]), table["decisions"], np.int64),
        carray(at(table["targets"]), (table["decisions"], table["count"]), np.float64),
        desk_at(table),
    )


@compiled
def desk_at(table: Record) -> Desk:
    """The arrays of submitted orders; empty where there are none."""
    return (
        carray(at(table["words"]), table["said"], word_dtype),
        carray(at(table["tickets"]), table["submitted"], ticket_dtype),
        carray(at(table["live"]), table["submitted"], live_dtype),
        carray(at(table["desks"]), table["desks_count"], desk_dtype),
        carray(at(table["events"]), table["events_room"], event_dtype),
        carray(at(table["marks"]), table["marks_count"], np.int8),
    )


@compiled
def journal_at(table: Record) -> Journal:
    """The journal's arrays."""
    return (
        carray(at(table["orders"]), table["orders_room"], order_dtype),
        carray(at(table["fills"]), table["fills_room"], fill_dtype),
        carray(at(table["flows"]), table["flows_room"], flow_dtype),
        carray(at(table["refusals"]), table["refusals_room"], refusal_dtype),
        carray(at(table["calls"]), table["calls_room"], call_dtype),
    )


@compiled
def path_at(table: Record) -> Path:
    """The arrays of money at every row."""
    return (
        carray(at(table["equity"]), table["bars"], np.float64),
        carray(at(table["cash"]), table["bars"], np.float64),
        carray(at(table["long"]), table["bars"], np.float64),
        carray(at(table["short"]), table["bars"], np.float64),
        carray(at(table["interest"]), table["bars"], np.float64),
        carray(at(table["borrow_fee"]), table["bars"], np.float64),
    )
