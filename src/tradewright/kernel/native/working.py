"""Submitted orders at work on one bar, compiled: at the open, inside the bar, at the close.

The twin of the middle of `kernel/reference_orders.py`.
"""

import numpy as np

from tradewright.kernel.inputs import BEGINS, DUST, ENDS, NS_PER_MS, TOUCH_ROUNDING
from tradewright.kernel.native.costs import look_at_slippage, most, open_day
from tradewright.kernel.native.desk import change, end, is_live, note, prune, refuse, travels
from tradewright.kernel.native.matching import book, capacity
from tradewright.kernel.native.numbers import known, list_assets, look_back, whole_shares
from tradewright.kernel.native.phases import bar
from tradewright.kernel.native.prices import (
    MARKET_ON_CLOSE,
    MARKET_ON_OPEN,
    is_waiting_stop,
    price_at_open,
    price_inside,
    sign_of,
)
from tradewright.kernel.native.records import Desk, Market, Record, Records, World, called, compiled
from tradewright.kernel.native.rules import part_of, payable_alone
from tradewright.kernel.native.wires import stretch
from tradewright.values import outcome as out
from tradewright.values.instructions import CANCEL, SUBMIT
from tradewright.values.order import TimeInForce

DAY, IOC, FOK = int(TimeInForce.DAY), int(TimeInForce.IOC), int(TimeInForce.FOK)
CANCELLED, EXPIRED, FILLED, HELD = out.CANCELLED, out.EXPIRED, out.FILLED, out.HELD
TRIGGERED, PARTIALLY_FILLED, WORKING = out.TRIGGERED, out.PARTIALLY_FILLED, out.WORKING
NOTHING_TO_REDUCE, STOOD_DOWN, UNSETTLED = out.NOTHING_TO_REDUCE, out.STOOD_DOWN, out.UNSETTLED
NO_VOLUME = out.NO_VOLUME


@compiled
def work(world: World, row: int) -> None:
    """Trade the orders: at the open, inside the bar, at the close."""
    account, desk = world[0], world[4]
    if account["dated"]:
        open_day(account, world[2], row)
    if account["converts"]:
        for place in range(account["busy"]):
            reprice(world, row, desk[3][place]["busy"])
    for place in range(account["busy"]):
        meet(world, row, desk[3][place]["busy"])
    for place in range(account["busy"]):
        work_open(world, row, desk[3][desk[3][place]["busy"]])
    if account["travelling"] < account["word"]:
        hear_late(world, row)
    for place in range(account["busy"]):
        work_inside(world, row, desk[3][desk[3][place]["busy"]])
    if desk[5][row] & ENDS:
        for place in range(account["busy"]):
            work_close(world, row, desk[3][desk[3][place]["busy"]])
    prune(account, world[3], desk)
    stretch(world)


@compiled
def reprice(world: World, row: int, number: int) -> None:
    """Prices of orders are fixed in the currency of their exchange: they move as its rate does."""
    _, _, market, _, desk = world
    factor = market[15][row, number] / market[15][row - 1, number]
    ticket = desk[3][number]["first"]
    while ticket >= 0:
        live = desk[2][ticket]
        if is_live(live) and factor != 1.0:
            live["limit"] *= factor * (1.0 - sign_of(live) * TOUCH_ROUNDING)
            live["stop"] *= factor
            live["trail_usd"] *= factor
            live["best"] *= factor
        ticket = live["next"]


@compiled
def works(live: Record) -> bool:
    """True where an order is at the market: neither ended nor waiting for its entry."""
    return bool(is_live(live) and live["state"] != HELD)


@compiled
def meet(world: World, row: int, number: int) -> None:
    """The bar as orders meet it; none where nothing can have traded."""
    account, _, market, journal, desk = world
    own = desk[3][number]
    own["room"] = np.inf
    if account["has_volume"]:
        own["room"] = capacity(account, market[3][row, number])
    own["room"] -= traded(account, journal[1], row, number)
    own["open"], own["close"] = printed(market[1][row, number]), printed(market[2][row, number])
    own["low"], own["high"] = np.inf, -np.inf
    widen(own, own["open"])
    widen(own, market[6][row, number])
    widen(own, market[7][row, number])
    widen(own, own["close"])
    own["has_bar"] = own["room"] > 0.0 and own["high"] > 0.0


@compiled
def printed(price: float) -> float:
    """A price that can have printed, or NaN."""
    return price if known(price) else float(np.nan)


@compiled
def widen(own: Record, price: float) -> None:
    """Take a printed price into the bar's range."""
    if known(price):
        own["low"] = min(own["low"], price)
        own["high"] = max(own["high"], price)


@compiled
def traded(account: Record, fills: Records, row: int, number: int) -> float:
    """Shares that target weights already traded on this row."""
    shares = 0.0
    place = account["fills"] - 1
    while place >= 0 and fills[place]["row"] == row:
        if fills[place]["asset"] == number:
            shares += abs(fills[place]["qty"])
        place -= 1
    return shares


@compiled
def work_open(world: World, row: int, own: Record) -> None:
    """What the first print of the bar sets off and fills."""
    account, _, market, journal, desk = world
    begins = (desk[5][row] & BEGINS) != 0
    ticket = own["first"]
    while ticket >= 0:
        live = desk[2][ticket]
        if works(live) and live["good_till"] < market[0][row]:
            end(account, desk, row, ticket, EXPIRED)
        if late_ns(live, market, row) == np.inf:
            ticket = live["next"]
            continue
        meet_open(world, row, ticket)
        if works(live) and (live["time_in_force"] == IOC or live["time_in_force"] == FOK):
            if is_silent(account, market, row, live["asset"]):
                refuse(account, journal[3], row, live["asset"], NO_VOLUME)
            end(account, desk, row, ticket, CANCELLED)
        if works(live) and live["type"] == MARKET_ON_OPEN and begins:
            end(account, desk, row, ticket, EXPIRED)
        ticket = live["next"]


@called
def meet_open(world: World, row: int, ticket: int) -> None:
    """Let one order trade at the first print, if it may."""
    account, _, market, _, desk = world
    live = desk[2][ticket]
    own, late = desk[3][live["asset"]], late_ns(live, market, row)
    if not works(live) or late == np.inf or not own["has_bar"] or np.isnan(own["open"]):
        return
    waited, auction = not live["triggered"], (desk[5][row] & BEGINS) != 0 and not account["close_only"]
    price = price_at_open(live, own["open"], auction)
    if waited and live["triggered"]:
        note(account, desk, row, ticket, TRIGGERED)
    if not np.isnan(price):
        take(world, row, ticket, (price, 1.0, late))


@compiled
def is_silent(account: Record, market: Market, row: int, number: int) -> bool:
    """True where a bar has no first print, or where no share changed hands."""
    volume = market[3][row, number]
    none = account["has_volume"] and not volume > 0.0 and capacity(account, volume) <= 0.0
    return bool(none or not known(market[1][row, number]))


@compiled
def hear_late(world: World, row: int) -> None:
    """Amend and cancel by the words that the first print did not wait for."""
    account, desk = world[0], world[4]
    while account["travelling"] < account["word"]:
        word = desk[0][account["travelling"]]
        account["travelling"] += 1
        if word["kind"] == SUBMIT or not travels(account, world[2], desk[2][word["ticket"]], row):
            continue
        if word["kind"] == CANCEL:
            live = desk[2][word["ticket"]]
            if live["leaving"] == 0:  # the gateway did not let it travel
                continue
            live["leaving"] -= 1
        if change(world, row, word, True):
            meet_open(world, row, word["ticket"])


@compiled
def work_inside(world: World, row: int, own: Record) -> None:
    """What the bar's range sets off and fills; against the account where the order of events is open."""
    if not own["has_bar"]:
        return
    optimistic = world[0]["reading"] > 0
    for turn in range(4):
        of_stops, of_newborn = (turn % 2 == 1) == optimistic, turn >= 2
        if of_newborn and (own["newborn_row"] != row or (turn == 3 and not optimistic)):
            return
        one_turn(world, row, own, of_stops, of_newborn)


@compiled
def one_turn(world: World, row: int, own: Record, of_stops: bool, of_newborn: bool) -> None:
    """The turn of stops or of others, of orders from before or of exits whose entry filled inside."""
    account, desk = world[0], world[4]
    ticket = own["first"]
    while ticket >= 0:
        live = desk[2][ticket]
        mine = live["visited"] != row and (live["newborn"] == row) == of_newborn
        mine = mine and works(live) and is_waiting_stop(live) == of_stops
        if mine and late_ns(live, world[2], row) < np.inf:
            live["visited"] = row
            waited = not live["triggered"]
            price, share = price_inside(account, live, own, of_newborn)
            if waited and live["triggered"]:
                note(account, desk, row, ticket, TRIGGERED)
            if share > 0.0:
                take(world, row, ticket, (price, share, 0.0))
        ticket = live["next"]


@compiled
def work_close(world: World, row: int, own: Record) -> None:
    """The closing auction, and the end of the session's orders."""
    desk = world[4]
    ticket = own["first"]
    while ticket >= 0:
        live = desk[2][ticket]
        if works(live) and late_ns(live, world[2], row) < np.inf:
            close_order(world, row, ticket)
        ticket = live["next"]


@compiled
def close_order(world: World, row: int, ticket: int) -> None:
    """One order's closing auction and end."""
    account, _, market, _, desk = world
    live = desk[2][ticket]
    own, late = desk[3][live["asset"]], False
    if live["type"] == MARKET_ON_CLOSE:
        late = market[0][row] - market[0][live["arrived"] - 1] < account["cutoff_ns"]
        if not late and own["has_bar"] and not np.isnan(own["close"]):
            take(world, row, ticket, (own["close"], 1.0, 0.0))
    if not late and works(live) and live["time_in_force"] == DAY and live["type"] != MARKET_ON_OPEN:
        end(account, desk, row, ticket, EXPIRED)


@compiled
def late_ns(live: Record, market: Market, row: int) -> float:
    """How long after the open of `row` an order arrives, in ns; infinite where that is too late.

    Whatever is meant for an opening auction is sent at once: it is there in time, or misses that auction.
    """
    if live["latency_ms"] == 0.0:
        return 0.0
    if live["type"] == MARKET_ON_OPEN:
        sent_at = market[0][live["arrived"] - 1]
        waits = float(sent_at - market[8][row]) + live["latency_ms"] * NS_PER_MS
        return 0.0 if waits <= 0.0 else float(np.inf)
    first, length = live["arrived"], market[0][row] - market[8][row]
    sent = min(market[8][first], market[0][first])
    late = float(sent - market[8][row]) + live["latency_ms"] * NS_PER_MS
    return float(np.inf) if length > 0 and late >= length else late


@called
def take(world: World, row: int, ticket: int, offer: tuple[float, float, float]) -> None:
    """Fill what the bar, the position and the gross limit leave room for."""
    account, assets, _, journal, desk = world
    price, share, late = offer
    live = desk[2][ticket]
    asset, own = assets[live["asset"]], desk[3][live["asset"]]
    sign, held, room = sign_of(live), asset["qty"], own["room"]
    if share < 1.0 and room < np.inf:
        room = whole_shares(room * share) if account["whole"] else room * share
    reach = min(abs(live["remaining"]), room)
    against = abs(held) if sign * held < 0.0 else 0.0
    only = only_reduces(account, asset, live)
    if only != 0 and against == 0.0:
        refuse(account, journal[3], row, live["asset"], only)
        end(account, desk, row, ticket, CANCELLED)
        return
    if only != 0:
        reach = min(reach, against)
    whole_or_none = live["time_in_force"] == FOK
    if reach <= 0.0 or (whole_or_none and reach < abs(live["remaining"])):
        return
    qty, reducing = sign * reach, sign * min(reach, against)
    look_at_costs(world, row, live, price, late)
    if account["cash_only"] and qty > reducing:
        share = payable_alone(world, row, asset, (reducing, qty))
        if share < 1.0:
            refuse(account, journal[3], row, live["asset"], UNSETTLED)
            paid = part_of(account, reducing, qty, share)
            if paid == 0.0 or (whole_or_none and paid < qty):
                return
            qty = paid
    fits = 1.0 if qty == reducing else fitting_alone(world, row, live["asset"], (reducing, qty))
    filled = qty
    if fits < 1.0:
        filled = reducing + (qty - reducing) * fits
        filled = whole_shares(filled) if account["whole"] else filled
        if whole_or_none:
            return
    own["room"] -= abs(filled)
    book_order(world, row, ticket, (qty, filled, price))


@compiled
def only_reduces(account: Record, asset: Record, live: Record) -> int:
    """Why an order may only take from what is held, whatever it says; 0 where it may open."""
    if live["reduce_only"]:
        return NOTHING_TO_REDUCE
    if account["killed"]:
        return STOOD_DOWN
    return int(bar(account, asset)) if sign_of(live) < 0.0 else 0


@compiled
def look_at_costs(world: World, row: int, live: Record, price: float, late: float) -> None:
    """Note on the instrument what a fill of this order will cost; orders of target weights note it anew."""
    account, assets, market, _, _ = world
    asset = assets[live["asset"]]
    kept = (asset["decided"], asset["latency_ms"])
    asset["decided"], asset["latency_ms"], asset["reference"] = live["arrived"] - 1, live["latency_ms"], price
    look_at_slippage(account, asset, market, row, sign_of(live))
    if not late > 0.0:  # inside the bar it has long arrived
        asset["drift"] = 0.0
    asset["limit"] = live["limit"]
    asset["decided"], asset["latency_ms"] = kept


@compiled
def fitting_alone(world: World, row: int, number: int, sizes: tuple[float, float]) -> float:
    """The share of one order's increase that the gross limit leaves room for."""
    account, assets, market, _, _ = world
    reducing, qty = sizes
    own = assets[number]
    price = own["reference"]
    gross, equity = 0.0, account["cash"] - account["reserved"]
    for place in range(account["held"]):
        other = assets[place]["held"]
        asset = assets[other]
        worth = price if other == number else market[1][row, other]
        worth = worth if known(worth) else asset["mark"]
        gross += abs(asset["qty"]) * worth
        equity += asset["qty"] * worth
    gross -= abs(reducing) * price
    increase = abs(qty - reducing) * price
    base = most(account, own, reducing)
    extra = most(account, own, qty) - base
    limit = account["max_gross"]
    share = (limit * (equity - base) - gross) / (increase + limit * extra)
    return 0.0 if share <= DUST else float(min(share, 1.0))


@compiled
def book_order(world: World, row: int, ticket: int, sizes: tuple[float, float, float]) -> None:
    """Charge and book a fill, then let it end, begin or shrink what is tied to the order."""
    account, desk = world[0], world[4]
    wanted, filled, price = sizes
    live = desk[2][ticket]
    live["remaining"] -= wanted  # filled or dropped: neither comes back
    if abs(live["remaining"]) <= DUST * abs(live["qty"]):
        live["remaining"] = 0.0
    if filled != 0.0:
        live["filled"] += filled
        charge(world, row, live, filled)
    if live["remaining"] == 0.0:
        full = abs(live["qty"] - live["filled"]) <= DUST * abs(live["qty"])
        end(account, desk, row, ticket, FILLED if full else CANCELLED)
    elif filled != 0.0:
        note(account, desk, row, ticket, PARTIALLY_FILLED)
    if filled != 0.0:
        settle(world, row, ticket, filled, price)


@compiled
def charge(world: World, row: int, live: Record, filled: float) -> None:
    """Book a fill as the target weights' orders are booked."""
    account, assets, market, journal, _ = world
    asset = assets[live["asset"]]
    if asset["qty"] == 0.0:
        look_back(asset, market[2], row - 1)
    held, targets_order, travelled = asset["qty"], asset["order"], asset["latency_ms"]
    asset["order"], asset["latency_ms"] = live["order"], live["latency_ms"]
    book(account, asset, journal[1], row, filled)
    asset["order"], asset["latency_ms"] = targets_order, travelled
    if (held == 0.0) != (asset["qty"] == 0.0):
        list_assets(account, assets)


@compiled
def settle(world: World, row: int, ticket: int, filled: float, price: float) -> None:
    """Exits begin to work for what their entry filled; a sibling loses what this order filled."""
    account, desk = world[0], world[4]
    live = desk[2][ticket]
    exit_ = ticket + 1
    while exit_ < account["heard"] and desk[2][exit_]["entry"] == ticket:
        if is_live(desk[2][exit_]):
            activate(world, row, exit_, filled, price)
        exit_ += 1
    sibling = live["sibling"]
    if sibling >= 0 and is_live(desk[2][sibling]):
        shrink(account, desk, row, sibling, abs(filled))
    entry = live["entry"]
    if entry >= 0 and is_live(desk[2][entry]) and live["remaining"] == 0.0:
        end(account, desk, row, entry, CANCELLED)


@compiled
def activate(world: World, row: int, ticket: int, filled: float, price: float) -> None:
    """An exit grows by what its entry filled, and begins to work with the first of it."""
    account, desk = world[0], world[4]
    live = desk[2][ticket]
    if live["state"] == HELD:
        live["qty"] = live["remaining"] = 0.0
        live["best"], live["arrived"] = price, row
        if desk[2][live["entry"]]["visited"] == row:
            live["newborn"] = desk[3][live["asset"]]["newborn_row"] = row
        else:
            live["newborn"] = -1
        note(account, desk, row, ticket, WORKING)
    live["qty"] -= filled
    live["remaining"] -= filled
    live["changed"] = 1


@compiled
def shrink(account: Record, desk: Desk, row: int, ticket: int, by: float) -> None:
    """Take shares off an order because its sibling filled them."""
    live = desk[2][ticket]
    left = abs(live["remaining"]) - by
    if left <= DUST * abs(live["qty"]):
        end(account, desk, row, ticket, CANCELLED)
        return
    sign = sign_of(live)
    live["qty"], live["remaining"], live["changed"] = live["qty"] - sign * by, sign * left, 1
