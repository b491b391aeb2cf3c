"""Trip wires around the orders at work: a bar whose range stays between them can set none of them off.

After every bar on which orders worked, `stretch` writes down the prices nearest to the market at which one of
an instrument's orders would fill or be triggered. As long as nothing is said and no bar reaches a wire, the
phases of submitted orders have nothing to do, and the bars count as quiet. Orders that any bar moves (at the
market, trailing stops, immediate ones, prices in another currency) leave no wires: then every bar is worked.
"""

import numpy as np

from tradewright.kernel.inputs import ENDS
from tradewright.kernel.native.prices import LIMIT, LIMIT_IF_TOUCHED, STOP, STOP_LIMIT, sign_of
from tradewright.kernel.native.records import Desk, Market, Record, World, compiled
from tradewright.values import outcome as out
from tradewright.values.order import TimeInForce

DAY, GTC, GTD = int(TimeInForce.DAY), int(TimeInForce.GTC), int(TimeInForce.GTD)
HELD, PENDING, WORKING = out.HELD, out.PENDING, out.WORKING


@compiled
def stretch(world: World) -> None:
    """Set the wires of every instrument with orders, or none where an order moves on any bar."""
    account, desk = world[0], world[4]
    account["wired"], account["wired_day"], account["wired_until"] = 0, 0, np.iinfo(np.int64).max
    if account["converts"]:
        return
    for place in range(account["busy"]):
        own = desk[3][desk[3][place]["busy"]]
        own["wire_low"], own["wire_high"] = -np.inf, np.inf
        ticket = own["first"]
        while ticket >= 0:
            live = desk[2][ticket]
            if not wire(account, own, live):
                return
            ticket = live["next"]
    account["wired"] = 1


@compiled
def wire(account: Record, own: Record, live: Record) -> bool:
    """Take one order's price into the wires; False where the order cannot be waited for."""
    if live["state"] == HELD or not (live["state"] == WORKING or live["state"] > PENDING):
        return True  # what ended, or waits for its entry, meets no bar
    kind, kept = live["type"], live["time_in_force"]
    account["wired_until"] = min(account["wired_until"], live["good_till"])
    if kept == DAY:
        account["wired_day"] = 1
    elif kept != GTC and kept != GTD:
        return False
    waits = not live["triggered"]
    if kind == LIMIT or (not waits and kind in (STOP_LIMIT, LIMIT_IF_TOUCHED)):
        return bool(hang(own, live["limit"], sign_of(live) > 0.0))
    if waits and kind == LIMIT_IF_TOUCHED:
        return bool(hang(own, live["stop"], sign_of(live) > 0.0))
    if waits and kind in (STOP, STOP_LIMIT):
        return bool(hang(own, live["stop"], sign_of(live) < 0.0))
    return False


@compiled
def hang(own: Record, price: float, is_below: bool) -> bool:
    """Hang a wire at a price, below the market or above it; False where the price is not known."""
    if is_below:
        own["wire_low"] = max(own["wire_low"], price)
    else:
        own["wire_high"] = min(own["wire_high"], price)
    return not np.isnan(price)


@compiled
def is_still(account: Record, market: Market, desk: Desk, row: int) -> bool:
    """True for a bar on which no order at work can do anything."""
    if not account["wired"] or market[0][row] > account["wired_until"]:
        return False
    if account["wired_day"] and (desk[5][row] & ENDS) != 0:
        return False
    for place in range(account["busy"]):
        number = desk[3][place]["busy"]
        if reaches(market, row, number, desk[3][number]):
            return False
    return True


@compiled
def reaches(market: Market, row: int, number: int, own: Record) -> bool:
    """True where a price of a bar is at a wire or beyond; an unknown one never is."""
    low, high = own["wire_low"], own["wire_high"]
    first, top, bottom, last = (
        market[1][row, number], market[6][row, number], market[7][row, number], market[2][row, number],
    )  # fmt: skip
    below = (first <= low) | (top <= low) | (bottom <= low) | (last <= low)
    return bool(below | (first >= high) | (top >= high) | (bottom >= high) | (last >= high))


@compiled
def first_stir(account: Record, market: Market, desk: Desk, stop: int) -> int:
    """The first row from the next one on, up to `stop`, on which an order at work may do something."""
    row = account["row"]
    while row < stop and is_still(account, market, desk, row):
        row += 1
    return int(row)
