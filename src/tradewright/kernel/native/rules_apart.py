"""The broker's rules as a C function of their own, compiled when an account asks for them.

The loop calls it by its address and stays as small and as fast as without it.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from tradewright.kernel.native.arrays import account_at, assets_at, desk_at, journal_at, market_at, table_at
from tradewright.kernel.native.balances import accrue_balances, restate_marks, settle_balances
from tradewright.kernel.native.cache import is_interpreted
from tradewright.kernel.native.records import World, compiled
from tradewright.kernel.native.rules import accrue_by_name, cut, force, learn, put_off, watch

FORCE, WATCH, LEARN, ACCRUE, CUT, PUT_OFF, SETTLE, RESTATE_MARKS = 0, 1, 2, 3, 4, 5, 6, 7


@compiled
def run_rule(world: World, row: int, phase: int) -> None:
    """Run one phase of the broker's rules."""
    if phase == WATCH:
        watch(world, row)
    elif phase == CUT:
        cut(world, row)
    elif phase == PUT_OFF:
        put_off(world, row)
    elif phase == ACCRUE:
        accrue(world, row)
    elif phase == SETTLE:
        settle_balances(world, row)
    elif phase == RESTATE_MARKS:
        restate_marks(world, row)
    elif phase == LEARN:
        learn(world, row)
    else:
        force(world, row)


@compiled
def accrue(world: World, row: int) -> None:
    """Interest and fees where they are not one sum: by currency, or by name."""
    if world[0]["keeps"]:
        accrue_balances(world, row)
    else:
        accrue_by_name(world, row)


@compiled
def rule_at(address: int, row: int, phase: int) -> int:
    """Run one phase for the account of the table at an address."""
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
    call(world[0]["rules"], world[0]["table"], row, phase)


rules_phase = run_rule if is_interpreted else _compiled
