"""The broker's rules in plain Python: margin calls, and the liquidation that follows them.

`step` asks them where they bind: at the open before anything trades, and at the close.
"""

import math
from typing import TYPE_CHECKING

from tradewright.kernel import reference as kernel
from tradewright.kernel.inputs import DUST
from tradewright.kernel.reference_state import Order
from tradewright.values import outcome as out

if TYPE_CHECKING:
    from tradewright.kernel.reference_state import State


def watch(state: "State", row: int) -> None:
    """At the close: equity below what maintenance asks for is a margin call.

    Claims on dividends are no equity here. The share of all positions that must go is the smallest one that
    leaves equity enough for the rest at these prices; costs and the way to the next open come on top.
    """
    rules, equity = state.terms.rules, state.cash + state.long - state.short
    required = rules.long_maintenance * state.long + rules.short_maintenance * state.short
    state.forced = 0.0
    if required > 0.0 and equity < required * (1.0 - DUST):
        state.forced = 1.0 - max(equity, 0.0) / required
        state.calls.append((row, equity, required))


def force(state: "State", row: int) -> None:
    """At the open after a margin call: sell that share of every position, buy it back where it is short.

    An order of the account's own that reduces as much stands; any other for the same instrument gives way.
    """
    share, state.forced = state.forced, 0.0
    for asset, held in enumerate(state.qty):
        if held == 0.0:
            continue
        shares = least_shares(state, abs(held) * share, abs(held))
        own = state.working.get(asset)
        if own is not None:
            if own.remaining * held < 0.0 and abs(own.remaining) >= shares:
                continue
            kernel.close(state, own, out.REPLACED, row - 1)
        qty = -math.copysign(shares, held)
        order = Order(len(state.orders), row - 1, asset, qty, qty, done_row=row - 1, ticket=out.FORCED)
        state.orders.append(order)
        state.working[asset] = order


def least_shares(state: "State", shares: float, held: float) -> float:
    """As many shares as must go, rounded up where shares are whole, never more than are held."""
    if not state.terms.whole:
        return min(shares, held)
    whole = kernel.whole_shares(shares)
    return min(whole if shares - whole <= DUST * max(1.0, shares) else whole + 1.0, held)
