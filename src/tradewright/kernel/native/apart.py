"""Phases that most runs never need, as C functions of their own, which the loop calls by their address.

Those of submitted orders are as large as all the rest, and are compiled when the first order is submitted;
the broker's rules when an account asks for them. The loop stays as small and as fast as without them.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from tradewright.kernel.native.arrays import account_at, assets_at, desk_at, journal_at, market_at, table_at
from tradewright.kernel.native.cache import is_interpreted
from tradewright.kernel.native.desk import cancel_orders, hear, restate
from tradewright.kernel.native.records import World, compiled
from tradewright.kernel.native.rules import force, watch
from tradewright.kernel.native.working import work

HEAR, RESTATE, WORK, CANCEL_ALL = 0, 1, 2, 3
FORCE, WATCH = 0, 1


@compiled
def run_phase(world: World, row: int, phase: int) -> None:
    """Run one phase of the orders."""
    if phase == WORK:
        work(world, row)
    elif phase == HEAR:
        hear(world, row)
    elif phase == RESTATE:
        restate(world, row)
    else:
        cancel_orders(world, row)


@compiled
def run_rule(world: World, row: int, phase: int) -> None:
    """Run one phase of the broker's rules."""
    if phase == WATCH:
        watch(world, row)
    else:
        force(world, row)


@compiled
def phase_at(address: int, row: int, phase: int) -> int:
    """Run one phase of the orders for the account of the table at an address."""
    table = table_at(address)
    world = (account_at(table), assets_at(table), market_at(table), journal_at(table), desk_at(table))
    run_phase(world, row, phase)
    return 0


@compiled
def rule_at(address: int, row: int, phase: int) -> int:
    """Run one phase of the broker's rules for the account of the table at an address."""
    table = table_at(address)
    world = (account_at(table), assets_at(table), market_at(table), journal_at(table), desk_at(table))
    run_rule(world, row, phase)
    return 0


def _call(typing: Any, function: Any, address: Any, row: Any, phase: Any) -> Any:
    """Call the C function at an address with three numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = ir.IntType(64)
        kind = ir.FunctionType(number, [number, number, number])
        return builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])

    return types.int64(types.int64, types.int64, types.int64, types.int64), generate


call: Any = intrinsic(_call)


@compiled
def _compiled(world: World, row: int, phase: int) -> None:
    """Leave the loop with nothing but addresses; the arrays are found again by the table."""
    call(world[0]["phases"], world[0]["table"], row, phase)


@compiled
def _compiled_rule(world: World, row: int, phase: int) -> None:
    """The same for the broker's rules."""
    call(world[0]["rules"], world[0]["table"], row, phase)


orders_phase = run_phase if is_interpreted else _compiled
rules_phase = run_rule if is_interpreted else _compiled_rule
