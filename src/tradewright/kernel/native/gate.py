"""The gate before the market: who may stand there is decided above; the kernel only asks, by address.

Without a gate nothing here runs. With one, every order is asked for before it begins to work, reductions
first, so that what opens is judged on a book from which what closes has gone.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from tradewright.kernel.native.cache import is_interpreted
from tradewright.kernel.native.numbers import list_assets, look_back
from tradewright.kernel.native.phases import end_order, place_order, refuse, send, wanted_shares
from tradewright.kernel.native.records import Intents, Journal, Market, Record, Records, called, compiled
from tradewright.values.outcome import CANCELLED, PENDING, REPLACED, STOOD_DOWN

if TYPE_CHECKING:
    from tradewright.kernel.native.books import Books

# What a gate is asked: its memory, asset, shares, row of the decision.
Ask = Callable[[int, int, float, int], float]
# Gates of interpreted code, by their address: there a number cannot be called.
INTERPRETED: dict[int, Ask] = {}


class Gate(Protocol):
    """Whoever decides which orders reach the market."""

    def attach(self, books: "Books") -> tuple[int, int]:
        """Stand before these books; gives the addresses of a function and of its memory.

        The function is double(int64 memory, int64 asset, double shares, int64 row): it answers with the
        shares that may work, 0.0 for none, and writes its reason into the account's `gate_reason`. Type and
        prices of the order stand in the account: `asked_type`, `asked_limit`, `asked_stop`; `asked_reduces`
        where it only reduces, `asked_cancels` where it is to be cancelled. One that sets the account's
        `follows` is shown closes too, as asset -1: an answer above zero ends what could open.
        """

    def make_room(self, orders: int) -> None:
        """So many more orders may come before the next word from here."""


def _call(typing: Any, gate: Any, memory: Any, asset: Any, shares: Any, row: Any) -> Any:
    """Call the function at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole, real = ir.IntType(64), ir.DoubleType()
        form = ir.FunctionType(real, [whole, whole, real, whole])
        function = builder.inttoptr(arguments[0], form.as_pointer())
        return builder.call(function, arguments[1:])

    return types.float64(types.int64, types.int64, types.int64, types.float64, types.int64), generate


def _call_interpreted(gate: int, memory: int, asset: int, shares: float, row: int) -> float:
    """The same where nothing is compiled."""
    return INTERPRETED[int(gate)](int(memory), int(asset), float(shares), int(row))


call: Any = _call_interpreted if is_interpreted else intrinsic(_call)


@compiled
def admit_gated(account: Record, assets: Records, market: Market, intents: Intents, journal: Journal) -> None:
    """Turn targets into orders as `admit` does, each of them through the gate."""
    rows, targets = intents[0], intents[1]
    place = account["decision"]
    row = rows[place]
    account["decision"] += 1
    for number in range(len(assets)):
        if assets[number]["order"] >= 0 and not np.isnan(targets[place, number]):
            end_order(account, assets[number], journal[0], REPLACED, row)
    for turn in range(2):
        for number in range(len(assets)):
            asset, target = assets[number], targets[place, number]
            if np.isnan(target) or (target == 0.0 and asset["qty"] == 0.0):
                continue
            look_back(asset, market[2], row)
            shares, reason = wanted_shares(account, asset, target)
            if reduces(asset["qty"], shares) == (turn == 0):
                place_gated(account, asset, journal, row, (shares, reason))
    list_assets(account, assets)


@compiled
def ask(account: Record, asset: int, shares: float, row: int) -> float:
    """The shares of an order that the gate lets work."""
    return float(call(account["gate"], account["gate_memory"], asset, shares, row))


@compiled
def objection_to(account: Record, live: Record, row: int, shrinks: bool) -> int:
    """Why the gate does not take a submitted order, 0 where it does; one that it scales becomes smaller.

    One that only shrinks is asked for as an exit, and by its size alone.
    """
    stands = live["state"]
    live["state"] = PENDING  # it is not among those that work while it is asked for
    account["asked_type"], account["asked_limit"] = live["type"], live["limit"]
    account["asked_stop"], account["asked_reduces"] = live["stop"], live["reduce_only"]
    if shrinks:
        account["asked_limit"] = account["asked_stop"] = np.nan
        account["asked_reduces"] = 1
    shares = ask(account, live["asset"], live["remaining"], row)
    live["state"], account["asked_reduces"] = stands, 0
    if shares == 0.0:
        return int(account["gate_reason"])
    if shares != live["remaining"]:
        live["qty"], live["remaining"], live["changed"] = live["filled"] + shares, shares, 1
    return 0


@compiled
def objection_to_cancel(account: Record, live: Record, row: int) -> int:
    """Why the gate does not take a cancellation, 0 where it does or none stands there."""
    if account["gate"] == 0:
        return 0
    account["asked_type"], account["asked_limit"] = live["type"], live["limit"]
    account["asked_stop"], account["asked_reduces"] = live["stop"], live["reduce_only"]
    account["asked_cancels"] = 1
    shares = ask(account, live["asset"], live["remaining"], row)
    account["asked_cancels"] = account["asked_reduces"] = 0
    return int(account["gate_reason"]) if shares == 0.0 else 0


@called
def stand_down(account: Record, assets: Records, journal: Journal, row: int) -> None:
    """End the orders for target weights that could open a position; `desk.stand_down` sees to the others."""
    for number in range(len(assets)):
        asset = assets[number]
        if asset["order"] >= 0 and not reduces(asset["qty"], asset["remaining"]):
            end_order(account, asset, journal[0], CANCELLED, row)
            refuse(account, asset, journal[3], row, STOOD_DOWN)
    list_assets(account, assets)


@compiled
def reduces(held: float, shares: float) -> bool:
    """True where shares only take from what is held."""
    return bool(shares * held < 0.0 and abs(shares) <= abs(held))


@compiled
def place_gated(account: Record, asset: Record, journal: Journal, row: int, wish: tuple[float, int]) -> None:
    """Ask the gate for one order, and place what it lets through."""
    shares, reason = wish
    if reason != 0:
        refuse(account, asset, journal[3], row, reason)
        reason = 0
    if shares != 0.0:
        account["asked_type"], account["asked_limit"], account["asked_stop"] = 0, np.nan, np.nan
        shares = ask(account, asset["number"], shares, row)
        reason = account["gate_reason"] if shares == 0.0 else 0
    if reason != 0:
        refuse(account, asset, journal[3], row, reason)
    if shares != 0.0:
        place_order(account, asset, journal[0], row, shares)
        send(account, asset, journal[0], row)
