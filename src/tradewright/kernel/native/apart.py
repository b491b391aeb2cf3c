"""The phases of submitted orders as a C function of their own, which the loop calls by its address.

They are as large as all the rest, and most runs never need them: so they are compiled when the first order is
submitted, and the loop stays as small and as fast as without them.
"""

from tradewright.kernel.native.arrays import account_at, assets_at, desk_at, journal_at, market_at, table_at
from tradewright.kernel.native.cache import is_interpreted
from tradewright.kernel.native.desk import cancel_orders, hear, restate, stand_down
from tradewright.kernel.native.records import World, compiled
from tradewright.kernel.native.rules_apart import call
from tradewright.kernel.native.working import work

HEAR, RESTATE, WORK, CANCEL_ALL, STAND_DOWN = 0, 1, 2, 3, 4


@compiled
def run_phase(world: World, row: int, phase: int) -> None:
    """Run one phase of the orders."""
    world[0]["wired"] = 0  # whatever is said or ended here, the wires were set before it
    if phase == WORK:
        work(world, row)
    elif phase == HEAR:
        hear(world, row)
    elif phase == RESTATE:
        restate(world, row)
    elif phase == STAND_DOWN:
        stand_down(world, row)
    else:
        cancel_orders(world, row)


@compiled
def phase_at(address: int, row: int, phase: int) -> int:
    """Run one phase of the orders for the account of the table at an address."""
    table = table_at(address)
    world = (account_at(table), assets_at(table), market_at(table), journal_at(table), desk_at(table))
    run_phase(world, row, phase)
    return 0


@compiled
def _compiled(world: World, row: int, phase: int) -> None:
    """Leave the loop with nothing but addresses; the arrays are found again by the table."""
    call(world[0]["phases"], world[0]["table"], row, phase)


orders_phase = run_phase if is_interpreted else _compiled
