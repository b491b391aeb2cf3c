"""The phases around the trade, compiled: accrue, act, admit, mark and guard. `step.py` puts them in order."""

import numpy as np

from tradewright.kernel.inputs import DUST
from tradewright.kernel.native.costs import is_rejected, latency_ms
from tradewright.kernel.native.numbers import (
    interest_on,
    known,
    list_assets,
    look_back,
    whole_shares,
    years_between,
)
from tradewright.kernel.native.records import Intents, Journal, Market, Path, Record, Records, compiled
from tradewright.values.outcome import (
    CANCELLED,
    CASH_ACCOUNT,
    DELISTED,
    NO_PRICE,
    NOT_BORROWED,
    REJECTED,
    REPLACED,
    RUINED,
    UNDER_ONE_SHARE,
    WORKING,
)
from tradewright.values.panel import Floats, Ints


@compiled
def accrue(account: Record, instants: Ints, row: int) -> None:
    """Interest and borrow fees for the time since the last row, on what was owed and owned then."""
    years = years_between(instants, row)
    interest = interest_on(account, account["cash"], account["short"], years)
    fee = account["borrow_rate"] * account["short"] * years
    account["cash"] = account["cash"] + interest - fee
    account["interest"] += interest
    account["borrow_fee"] += fee


@compiled
def admit(account: Record, assets: Records, market: Market, intents: Intents, journal: Journal) -> None:
    """Turn targets into orders; a new word on an instrument replaces its unfinished order."""
    rows, targets = intents[0], intents[1]
    place = account["decision"]
    row = rows[place]
    account["decision"] += 1
    for number in range(len(assets)):
        target = targets[place, number]
        if np.isnan(target):
            continue
        asset = assets[number]
        if asset["order"] >= 0:
            end_order(account, asset, journal[0], REPLACED, row)
        if target == 0.0 and asset["qty"] == 0.0:  # most instruments of a wide panel; spares the look back
            continue
        look_back(asset, market[2], row)
        shares, reason = wanted_shares(account, asset, target)
        if reason != 0:
            refuse(account, asset, journal[3], row, reason)
        if shares != 0.0:
            place_order(account, asset, journal[0], row, shares)
            send(account, asset, journal[0], row)
    list_assets(account, assets)


@compiled
def wanted_shares(account: Record, asset: Record, target: float) -> tuple[float, int]:
    """Shares to trade for a target, and the reason where it is refused (0 = none)."""
    held = asset["qty"]
    if asset["delisted"]:
        return 0.0, DELISTED
    if not asset["mark"] > 0.0:
        return 0.0, NO_PRICE
    aim = target if account["in_shares"] else target * max(account["equity"], 0.0) / asset["mark"]
    aim = whole_shares(aim) if account["whole"] else aim
    if aim == 0.0 and held == 0.0:
        return 0.0, UNDER_ONE_SHARE if account["ruined_row"] < 0 else RUINED
    shares = aim - held
    if abs(shares) <= DUST * max(abs(aim), abs(held)):
        return 0.0, 0
    if aim < 0.0 and shares < 0.0 and bar(account, asset) != 0:
        return (-held if held > 0.0 else 0.0), bar(account, asset)
    if account["ruined_row"] < 0:
        return shares, 0
    if shares * held >= 0.0:  # nothing held, or more of the same
        return 0.0, RUINED
    size = min(abs(shares), abs(held))
    return (size if shares > 0.0 else -size), 0


@compiled
def bar(account: Record, asset: Record) -> int:
    """Why an instrument cannot be sold short; 0 where it can."""
    if account["cash_only"]:
        return CASH_ACCOUNT
    return NOT_BORROWED if asset["barred"] else 0


@compiled
def place_order(account: Record, asset: Record, orders: Records, row: int, shares: float) -> None:
    """Give a new order the next id, which is never given again."""
    order_id = account["orders"]  # also its place in the journal
    account["orders"] += 1
    asset["order"], asset["ordered"], asset["remaining"] = order_id, shares, shares
    if account["journals"]:
        order = orders[order_id]
        order["order_id"], order["row"], order["asset"] = order_id, row, asset["number"]
        order["qty"], order["filled_qty"] = shares, 0.0
        order["state"], order["done_row"], order["ticket"] = WORKING, row, -1


@compiled
def send(account: Record, asset: Record, orders: Records, row: int) -> None:
    """Let a new order travel; one that the broker rejects never works."""
    if account["latency_low"] + account["latency_span"] > 0.0:
        asset["decided"], asset["latency_ms"] = row, latency_ms(account, asset["order"])
    if account["reject_share"] > 0.0 and is_rejected(account, asset["order"]):
        end_order(account, asset, orders, REJECTED, row)


@compiled
def refuse(account: Record, asset: Record, refusals: Records, row: int, reason: int) -> None:
    """Note a wish that became no order."""
    if account["journals"]:
        refusal = refusals[account["refusals"]]
        refusal["row"], refusal["asset"], refusal["reason"] = row, asset["number"], reason
        account["refusals"] += 1


@compiled
def end_order(account: Record, asset: Record, orders: Records, how: int, row: int) -> None:
    """End a working order."""
    if account["journals"]:
        order = orders[asset["order"]]
        order["state"], order["done_row"] = how, row
    asset["order"] = -1


@compiled
def cancel_all(account: Record, assets: Records, orders: Records, row: int) -> None:
    """Cancel every working order."""
    for place in range(account["working"]):
        asset = assets[assets[place]["working"]]
        if asset["order"] >= 0:  # the list may be older than this row's fills
            end_order(account, asset, orders, CANCELLED, row)
    account["working"] = 0


@compiled
def mark(account: Record, assets: Records, close: Floats, row: int) -> None:
    """Value what is held at the last known close; short positions are a liability."""
    long = short = 0.0
    for place in range(account["held"]):
        number = assets[place]["held"]
        asset = assets[number]
        price = close[row, number]
        if known(price):
            asset["mark"] = price
        value = asset["qty"] * asset["mark"]
        if value > 0.0:
            long += value
        else:
            short -= value
    account["long"], account["short"] = long, short
    account["equity"] = account["cash"] + long - short + account["receivable"]


@compiled
def guard(account: Record, assets: Records, orders: Records, row: int) -> None:
    """Without equity nothing may be risked any more: orders are cancelled, only exits are admitted."""
    if account["equity"] <= 0.0 and account["ruined_row"] < 0:
        account["ruined_row"] = row
        cancel_all(account, assets, orders, row)


@compiled
def write(account: Record, path: Path, row: int) -> None:
    """Note the account at this row's close."""
    path[0][row] = account["equity"]
    if account["journals"]:  # in a sweep every column is the same memory
        path[1][row], path[2][row] = account["cash"], account["long"]
        if account["short"] != 0.0:  # the column is zero where nobody writes
            path[3][row] = account["short"]
        if account["accrues"]:
            path[4][row], path[5][row] = account["interest"], account["borrow_fee"]
