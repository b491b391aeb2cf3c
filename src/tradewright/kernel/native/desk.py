"""Submitted orders, compiled: how words reach the market, what ties orders, how they end.

The twin of the first and the last part of `kernel/reference_orders.py`; `working.py` holds what lies between.
"""

import numpy as np

from tradewright.kernel.inputs import DUST, ENDS, LARGEST, NS_PER_MS, TOUCH_ROUNDING
from tradewright.kernel.native.costs import is_rejected, latency_ms
from tradewright.kernel.native.gate import objection_to, objection_to_cancel
from tradewright.kernel.native.numbers import look_back, whole_shares
from tradewright.kernel.native.phases import bar
from tradewright.kernel.native.prices import MARKET_ON_CLOSE, MARKET_ON_OPEN, sign_of
from tradewright.kernel.native.records import Desk, Journal, Market, Record, Records, World, called, compiled
from tradewright.values import outcome as out
from tradewright.values.instructions import CANCEL, SUBMIT
from tradewright.values.panel import DELISTING, MERGER, SPLIT

CANCELLED, REJECTED, PENDING, HELD = out.CANCELLED, out.REJECTED, out.PENDING, out.HELD
WORKING, PARTIALLY_FILLED = out.WORKING, out.PARTIALLY_FILLED
DELISTED, NO_PRICE, RUINED, UNDER_ONE_SHARE = out.DELISTED, out.NO_PRICE, out.RUINED, out.UNDER_ONE_SHARE
ORDER_ENDED, SPLIT_BETWEEN, STOOD_DOWN = out.ORDER_ENDED, out.SPLIT_BETWEEN, out.STOOD_DOWN
ENLARGED, NO_RATE, TOO_LARGE, PAST_CUTOFF = out.ENLARGED, out.NO_RATE, out.TOO_LARGE, out.PAST_CUTOFF
TOO_LATE = out.TOO_LATE


@compiled
def is_live(live: Record) -> bool:
    """True until an order has ended."""
    return bool(live["state"] == WORKING or live["state"] > PENDING)


@compiled
def hear(world: World, row: int) -> None:
    """Let every word that has arrived before this row's open take effect."""
    account, desk = world[0], world[4]
    words = desk[0]
    submitted = False
    account["travelling"] = account["word"]
    while account["word"] < len(words) and words[account["word"]]["row"] + account["latency_bars"] < row:
        word = words[account["word"]]
        account["word"] += 1
        if word["kind"] == SUBMIT:
            submit(world, row, word["row"], word["ticket"])
            submitted = True
        elif not travels(account, world[2], desk[2][word["ticket"]], row):
            change(world, row, word, False)
        elif word["kind"] == CANCEL:
            send_cancel(world, row, word)
    if not account["words_travel"]:
        account["travelling"] = account["word"]
    if submitted:
        list_desks(account, desk[3])


@compiled
def travels(account: Record, market: Market, live: Record, row: int) -> bool:
    """True where words on an order arrive after the first print of `row`.

    A word on an order for the opening auction has the night, as its order had.
    """
    if not account["words_travel"]:
        return False
    sent = float(market[0][row - 1] - market[8][row])
    return bool(live["type"] != MARKET_ON_OPEN or sent + live["latency_ms"] * NS_PER_MS > 0.0)


@called
def send_cancel(world: World, row: int, word: Record) -> None:
    """Let a cancellation travel if the gateway takes it; what it cancels is leaving from now on."""
    account, _, market, journal, desk = world
    live = desk[2][word["ticket"]]
    reason = objection_to_word(account, market, desk, (row, 1.0), word)
    if reason == 0:
        reason = objection_to_cancel(account, live, word["row"])
    if reason != 0:
        refuse(account, journal[3], word["row"], live["asset"], reason)
    else:
        live["leaving"] += 1


@compiled
def submit(world: World, row: int, decided: int, ticket: int) -> None:
    """A new order: its line in the journal, and whether the market takes it."""
    account, assets, market, journal, desk = world
    live = desk[2][ticket]
    begin(account, live, desk[1][ticket], row)
    factor = since_said(market, live["asset"], decided, row) if account["converts"] else 1.0
    if account["converts"]:
        live["limit"] *= factor
        live["stop"] *= factor
        live["trail_usd"] *= factor
    asset = assets[live["asset"]]
    look_back(asset, market[2], row - 1)
    live["best"], live["latency_ms"] = asset["mark"], 0.0
    account["heard"] = ticket + 1
    account["live"] += 1
    append(desk, ticket, live)
    open_line(account, journal[0], live, (decided, row, ticket))
    if live["entry"] < 0 and account["latency_low"] + account["latency_span"] > 0.0:
        live["latency_ms"] = latency_ms(account, live["order"])
    reason = objection(account, asset, desk, (decided, factor), live)
    # The exits of a bracket come with it.
    if reason == 0 and live["entry"] < 0 and account["gate"] != 0:
        reason = objection_to(account, live, decided, False)
    if reason != 0 and live["entry"] < 0:
        refuse(account, journal[3], decided, live["asset"], reason)
    turned_down = live["entry"] < 0 and account["reject_share"] > 0.0 and is_rejected(account, live["order"])
    if reason != 0 or turned_down:
        note(account, desk, row, ticket, REJECTED)
    else:
        note(account, desk, row, ticket, WORKING if live["entry"] < 0 else HELD)


@compiled
def begin(account: Record, live: Record, terms: Record, row: int) -> None:
    """Take over an order's terms."""
    live["asset"], live["type"], live["time_in_force"] = terms["asset"], terms["type"], terms["time_in_force"]
    live["good_till"], live["entry"], live["sibling"] = terms["good_till"], terms["entry"], terms["sibling"]
    live["reduce_only"] = terms["reduce_only"] or account["ruined_row"] >= 0
    qty = whole_shares(terms["qty"]) if account["whole"] else terms["qty"]
    live["qty"], live["remaining"], live["filled"] = qty, qty, 0.0
    live["limit"], live["stop"] = terms["limit"], terms["stop"]
    live["trail_usd"], live["trail_share"] = terms["trail_usd"], terms["trail_share"]
    live["arrived"], live["triggered"], live["changed"] = row, 0, 0
    live["newborn"] = live["visited"] = live["next"] = -1
    live["leaving"] = 0
    live["state"] = PENDING  # until it is known whether the market takes it


@compiled
def append(desk: Desk, ticket: int, live: Record) -> None:
    """Put an order at the end of its instrument's list."""
    own = desk[3][live["asset"]]
    if own["first"] < 0:
        own["first"] = ticket
    else:
        desk[2][own["last"]]["next"] = ticket
    own["last"] = ticket


@compiled
def open_line(account: Record, orders: Records, live: Record, place: tuple[int, int, int]) -> None:
    """Give the order the next line of the journal."""
    decided, row, ticket = place
    live["order"] = account["orders"]
    account["orders"] += 1
    order = orders[live["order"]]
    order["order_id"], order["row"], order["asset"] = live["order"], decided, live["asset"]
    order["qty"], order["filled_qty"], order["ticket"] = live["qty"], 0.0, ticket
    order["state"], order["done_row"] = WORKING, row


@compiled
def objection(account: Record, asset: Record, desk: Desk, word: tuple[int, float], live: Record) -> int:
    """Why the market does not take a new order; 0 where it does. `word`: its row, and how far rates went."""
    decided, moved = word
    if live["entry"] >= 0:
        return 0 if is_live(desk[2][live["entry"]]) else ORDER_ENDED
    if asset["delisted"]:
        return DELISTED
    if np.isnan(asset["mark"]):
        return NO_PRICE
    if np.isnan(moved):
        return NO_RATE
    if desk[3][live["asset"]]["split_row"] > decided:
        return SPLIT_BETWEEN
    if live["qty"] == 0.0:
        return UNDER_ONE_SHARE
    if abs(live["qty"]) >= LARGEST:
        return TOO_LARGE
    barred = bar(account, asset)
    if barred != 0 and live["qty"] < 0.0 and asset["qty"] <= 0.0 and not live["reduce_only"]:
        return int(barred)
    if account["ruined_row"] >= 0 and live["qty"] * asset["qty"] >= 0.0:
        return RUINED
    return 0


@compiled
def refuse(account: Record, refusals: Records, row: int, number: int, reason: int) -> None:
    """Note a word that came to nothing."""
    refusal = refusals[account["refusals"]]
    refusal["row"], refusal["asset"], refusal["reason"] = row, number, reason
    account["refusals"] += 1


@called
def change(world: World, row: int, word: Record, has_opened: bool) -> bool:
    """Amend or cancel an order, unless it ended before; True where it may meet the first print anew."""
    account, _, market, journal, desk = world
    live = desk[2][word["ticket"]]
    moved = since_said(market, live["asset"], word["row"], row + has_opened) if account["converts"] else 1.0
    reason = objection_to_word(account, market, desk, (row, moved), word)
    if reason != 0:
        if word["kind"] == CANCEL and has_opened:  # the gateway let it travel
            reason = TOO_LATE
        refuse(account, journal[3], word["row"], live["asset"], reason)
        return False
    if word["kind"] == CANCEL:
        if not has_opened:
            reason = objection_to_cancel(account, live, word["row"])
        if reason != 0:
            refuse(account, journal[3], word["row"], live["asset"], reason)
        else:
            end(account, desk, row, word["ticket"], CANCELLED)
        return False
    amended = amend(account, desk, journal[3], (row, moved, has_opened), word)
    if (
        not (amended and has_opened)
        or live["state"] == HELD
        or (np.isnan(word["limit"]) and np.isnan(word["stop"]))
    ):
        return False
    # At its new price it is at the market as a new order would be: late for the first print, and no more.
    live["arrived"], live["latency_ms"] = row, latency_ms(account, live["order"])
    return True


@compiled
def objection_to_word(
    account: Record, market: Market, desk: Desk, place: tuple[int, float], word: Record
) -> int:
    """Why a later word is not heard; 0 where it is. `place`: its row, and how far rates went since."""
    row, moved = place
    live = desk[2][word["ticket"]]
    if not is_live(live):
        return ORDER_ENDED
    if live["type"] == MARKET_ON_CLOSE and is_shut(account, market, desk, row, live):
        return PAST_CUTOFF
    if word["kind"] == CANCEL:
        return 0
    if desk[3][live["asset"]]["split_row"] > word["row"]:
        return SPLIT_BETWEEN
    if np.isnan(moved):
        return NO_RATE
    return TOO_LARGE if abs(word["qty"]) >= LARGEST else 0


@compiled
def is_shut(account: Record, market: Market, desk: Desk, row: int, live: Record) -> bool:
    """True for an order of this session's closing auction once the auction takes no more words."""
    last, instants = row, market[0]
    while not desk[5][last] & ENDS:
        last += 1
    in_time = instants[last] - instants[live["arrived"] - 1] >= account["cutoff_ns"]
    return bool(in_time and instants[last] - instants[row - 1] < account["cutoff_ns"])


@compiled
def since_said(market: Market, number: int, decided: int, row: int) -> float:
    """How far the rate of an instrument's currency went between a word's row and the close before `row`."""
    return float(market[15][row - 1, number] / market[15][decided, number])


@compiled
def amend(
    account: Record, desk: Desk, refusals: Records, place: tuple[int, float, bool], word: Record
) -> bool:
    """New prices, and a new size of which what was filled is part; False where nothing came of it."""
    row, moved, has_opened = place
    ticket = word["ticket"]
    live = desk[2][ticket]
    limit, stop, qty, remaining = live["limit"], live["stop"], live["qty"], live["remaining"]
    if not np.isnan(word["limit"]):
        rounding = sign_of(live) * TOUCH_ROUNDING if has_opened and moved != 1.0 else 0.0
        live["limit"] = word["limit"] * moved * (1.0 - rounding)
    if not np.isnan(word["stop"]):
        live["stop"] = word["stop"] * moved
    if not np.isnan(word["qty"]):
        wanted = whole_shares(word["qty"]) if account["whole"] else word["qty"]
        if abs(wanted) - abs(live["filled"]) <= DUST * abs(qty):
            end(account, desk, row, ticket, CANCELLED)
            return False
        live["qty"], live["remaining"], live["changed"] = wanted, wanted - live["filled"], 1
    reason = objection_to_change(account, live, word, remaining)
    if reason != 0:
        live["limit"], live["stop"], live["qty"], live["remaining"] = limit, stop, qty, remaining
        refuse(account, refusals, word["row"], live["asset"], reason)
    return bool(reason == 0)


@compiled
def objection_to_change(account: Record, live: Record, word: Record, remaining: float) -> int:
    """Why an order that was amended may not work so, 0 where it may; `remaining` is what it had left."""
    is_larger = abs(live["remaining"]) > abs(remaining)
    if account["killed"] and is_larger:
        return ENLARGED
    if account["gate"] == 0:
        return 0
    moves = not (np.isnan(word["limit"]) and np.isnan(word["stop"]))
    return int(objection_to(account, live, word["row"], not (is_larger or moves)))


@compiled
def restate(world: World, row: int) -> None:
    """Change working orders by this row's splits; those of an instrument that is gone end."""
    account, _, market, _, desk = world
    actions = market[4]
    place = account["action"]
    while place < len(actions) and actions[place]["row"] == row:
        action = actions[place]
        place += 1
        own = desk[3][action["asset"]]
        if action["kind"] == SPLIT:
            own["split_row"] = row
        ticket = own["first"]
        while ticket >= 0:
            live = desk[2][ticket]
            if action["kind"] == SPLIT and is_live(live):
                split(account, desk, row, ticket, action["value"])
            elif (action["kind"] == DELISTING or action["kind"] >= MERGER) and is_live(live):
                end(account, desk, row, ticket, CANCELLED)
            ticket = live["next"]


@compiled
def split(account: Record, desk: Desk, row: int, ticket: int, ratio: float) -> None:
    """More shares at lower prices; what is left of whole shares stays whole."""
    live = desk[2][ticket]
    remaining = live["remaining"] * ratio
    live["remaining"] = whole_shares(remaining) if account["whole"] else remaining
    live["filled"] *= ratio
    live["qty"] = live["filled"] + live["remaining"]
    live["limit"] /= ratio
    live["stop"] /= ratio
    live["trail_usd"] /= ratio
    live["best"] /= ratio
    live["changed"] = 1
    if live["remaining"] == 0.0:
        end(account, desk, row, ticket, CANCELLED)


@compiled
def note(account: Record, desk: Desk, row: int, ticket: int, state: int) -> None:
    """Change an order's state, where it changes, and keep the event."""
    live = desk[2][ticket]
    live["done_row"], live["changed"] = row, 1
    if live["state"] == state and state == PARTIALLY_FILLED:
        return
    live["state"] = state
    account["live"] -= not is_live(live)
    event = desk[4][account["events"]]
    event["row"], event["ticket"], event["state"] = row, ticket, state
    account["events"] += 1


@called
def end(account: Record, desk: Desk, row: int, ticket: int, how: int) -> None:
    """End an order; exits of an entry that filled nothing end with it."""
    note(account, desk, row, ticket, how)
    if desk[2][ticket]["filled"] != 0.0:
        return
    exit_ = ticket + 1  # a bracket's exits have the next tickets
    while exit_ < account["heard"] and desk[2][exit_]["entry"] == ticket:
        if is_live(desk[2][exit_]):
            note(account, desk, row, exit_, CANCELLED)
        exit_ += 1


@compiled
def write_line(orders: Records, live: Record) -> None:
    """Let the journal's line say where an order stands."""
    if live["changed"]:
        order = orders[live["order"]]
        order["qty"], order["filled_qty"] = live["qty"], live["filled"]
        order["state"], order["done_row"] = live["state"], live["done_row"]
        live["changed"] = 0


@compiled
def prune(account: Record, journal: Journal, desk: Desk) -> None:
    """Write every order's line and take those that ended off the lists."""
    emptied = False
    for place in range(account["busy"]):
        own = desk[3][desk[3][place]["busy"]]
        before, ticket = -1, own["first"]
        while ticket >= 0:
            live = desk[2][ticket]
            after = live["next"]
            write_line(journal[0], live)
            if is_live(live):
                before = ticket
            elif before < 0:
                own["first"] = after
            else:
                desk[2][before]["next"] = after
            ticket = after
        own["last"] = before
        emptied = emptied or before < 0
    if emptied:
        list_desks(account, desk[3])


@compiled
def list_desks(account: Record, desks: Records) -> None:
    """Write down anew which instruments have orders, in the panel's order."""
    busy = 0
    for number in range(len(desks)):
        if desks[number]["first"] >= 0:
            desks[busy]["busy"] = number
            busy += 1
    account["busy"] = busy


@compiled
def stand_down(world: World, row: int) -> None:
    """End what could open a position; of the orders against one, as many stay as it has shares for."""
    account, assets, _, journal, desk = world
    for place in range(account["busy"]):
        number = desk[3][place]["busy"]
        asset = assets[number]
        left = abs(asset["qty"]) - (abs(asset["remaining"]) if asset["order"] >= 0 else 0.0)
        ticket = desk[3][number]["first"]
        while ticket >= 0:
            live = desk[2][ticket]
            size = abs(live["remaining"])
            stays = not is_live(live) or live["state"] == HELD or live["reduce_only"]
            if stays or follows_another(desk, ticket, asset["qty"]):
                pass
            elif live["qty"] * asset["qty"] < 0.0 and size <= left:
                left -= size
            else:
                end(account, desk, row, ticket, CANCELLED)
                refuse(account, journal[3], row, number, STOOD_DOWN)
            ticket = live["next"]
    prune(account, journal, desk)


@compiled
def follows_another(desk: Desk, ticket: int, held: float) -> bool:
    """True for an order against a position whose sibling stays already, for as many shares at least."""
    live = desk[2][ticket]
    other = live["sibling"]
    if other < 0 or other > ticket or live["qty"] * held >= 0.0:
        return False
    first = desk[2][other]
    works = is_live(first) and first["state"] != HELD and first["qty"] * live["qty"] > 0.0
    return bool(works and abs(live["remaining"]) <= abs(first["remaining"]))


@compiled
def cancel_orders(world: World, row: int) -> None:
    """End every submitted order."""
    account, _, _, journal, desk = world
    for place in range(account["busy"]):
        ticket = desk[3][desk[3][place]["busy"]]["first"]
        while ticket >= 0:
            if is_live(desk[2][ticket]):
                end(account, desk, row, ticket, CANCELLED)
            ticket = desk[2][ticket]["next"]
    prune(account, journal, desk)
