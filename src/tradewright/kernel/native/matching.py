"""The trade itself, compiled: match, fit under the gross limit, charge and book."""

import numpy as np

from tradewright.kernel.inputs import DUST
from tradewright.kernel.native.costs import (
    commission,
    fees,
    is_on_its_way,
    look_at_slippage,
    most,
    note_costs,
    open_day,
    price_paid,
)
from tradewright.kernel.native.numbers import known, list_assets, look_back, note_money, whole_shares
from tradewright.kernel.native.phases import cancel_all, place_order
from tradewright.kernel.native.records import Journal, Market, Record, Records, World, compiled
from tradewright.kernel.native.rules_apart import CUT, rules_phase
from tradewright.values.outcome import CANCELLED, FILLED


@compiled
def match(account: Record, assets: Records, market: Market, row: int) -> int:
    """What each working order could trade on this row; returns how many could trade at all."""
    prices, volume = market[1], market[3]
    count = 0
    for place in range(account["working"]):
        number = assets[place]["working"]
        asset = assets[number]
        asset["wanted"] = asset["reducing"] = 0.0  # nothing, until a price and a volume allow it
        reference = prices[row, number]
        reach = abs(asset["remaining"])
        if account["has_volume"]:
            reach = min(reach, capacity(account, volume[row, number]))
        if not known(reference) or reach <= 0.0:
            continue
        if account["estimates"] and is_on_its_way(asset, market, row):
            continue
        sign = 1.0 if asset["remaining"] > 0.0 else -1.0
        asset["reference"], asset["wanted"] = reference, sign * reach
        against = sign * asset["qty"] < 0.0  # this order trades toward zero
        asset["reducing"] = sign * min(reach, abs(asset["qty"])) if against else 0.0
        look_at_slippage(account, asset, market, row, sign)
        count += 1
    return count


@compiled
def capacity(account: Record, volume: float) -> float:
    """Shares that may trade on a bar of this volume; none where it is not known."""
    if not volume > 0.0:
        return float(np.inf) if account["reading"] > 0 and np.isnan(volume) else 0.0
    shares = account["capacity_share"] * volume
    return float(whole_shares(shares) if account["whole"] else shares)


@compiled
def fitting(account: Record, assets: Records, market: Market, row: int) -> float:
    """The share of all increases that the gross limit leaves room for, after reductions and all costs."""
    gross, equity = 0.0, account["cash"] - account["reserved"]
    for place in range(account["held"]):
        number = assets[place]["held"]
        asset = assets[number]
        price = market[1][row, number]
        price = price if known(price) else asset["mark"]  # no print: the last known close
        gross += abs(asset["qty"]) * price
        equity += asset["qty"] * price
    increase = extra = base = 0.0
    for place in range(account["working"]):
        asset = assets[assets[place]["working"]]
        if asset["wanted"] == 0.0:
            continue
        gross -= abs(asset["reducing"]) * asset["reference"]
        increase += abs(asset["wanted"] - asset["reducing"]) * asset["reference"]
        least = most(account, asset, asset["reducing"])
        base += least
        extra += most(account, asset, asset["wanted"]) - least
    if increase <= 0.0:  # reductions are never cut
        return 1.0
    limit = account["max_gross"]
    share = (limit * (equity - base) - gross) / (increase + limit * extra)
    return 0.0 if share <= DUST else float(min(share, 1.0))


@compiled
def trade(world: World, row: int) -> None:
    """Fill what prints and fits, drop what does not fit, and let the rest of each order work on."""
    account, assets, market, journal, _ = world
    if account["dated"]:
        open_day(account, market, row)
    if match(account, assets, market, row) == 0:
        return
    if account["cuts"]:
        rules_phase(world, row, CUT)
    share = fitting(account, assets, market, row)
    for place in range(account["working"]):
        number = assets[place]["working"]
        asset = assets[number]
        if asset["wanted"] == 0.0:
            continue
        if asset["qty"] == 0.0:
            # Closes printed while the order waited; a bar without one must not carry an older mark.
            look_back(asset, market[2], row - 1)
        fill(account, asset, journal, row, share)
    list_assets(account, assets)


@compiled
def fill(account: Record, asset: Record, journal: Journal, row: int, share: float) -> None:
    """Fill the fitting share of what one order could trade."""
    qty = asset["wanted"]
    if share < 1.0:
        qty = asset["reducing"] + (asset["wanted"] - asset["reducing"]) * share
        qty = whole_shares(qty) if account["whole"] else qty
    asset["remaining"] -= asset["wanted"]  # filled or dropped: neither comes back
    if abs(asset["remaining"]) <= DUST * abs(asset["ordered"]):
        asset["remaining"] = 0.0
    if account["journals"]:
        note_progress(asset, journal[0][asset["order"]], row, qty)
    if qty != 0.0:
        book(account, asset, journal[1], row, qty)
    if asset["remaining"] == 0.0:
        asset["order"] = -1


@compiled
def note_progress(asset: Record, order: Record, row: int, qty: float) -> None:
    """Write what a row did to an order: filled wholly, cut by the gross limit, or still working."""
    order["filled_qty"] += qty
    order["done_row"] = row
    if asset["remaining"] == 0.0:
        missed = abs(order["qty"] - order["filled_qty"])
        order["state"] = FILLED if missed <= DUST * abs(order["qty"]) else CANCELLED


@compiled
def book(account: Record, asset: Record, fills: Records, row: int, qty: float) -> None:
    """Charge one fill and book it: cash, position, record."""
    price = price_paid(account, asset, qty)
    fee, on_sale = commission(account, qty, price, asset["conversion"]), fees(account, qty, price)
    account["cash"] = account["cash"] - qty * price - fee - on_sale
    if account["keeps"]:
        note_money(account, asset, -(qty * price + fee + on_sale))
    if account["cash_only"] and qty < 0.0:
        proceeds = max(-qty * price - fee - on_sale, 0.0)
        account["sold"] += proceeds
        asset["sold"] += proceeds
    if account["dated"]:
        account["month_shares"] += abs(qty)
    held = asset["qty"] + qty
    asset["qty"] = 0.0 if abs(held) <= DUST * abs(qty) else held  # parts add up to the whole but for rounding
    if account["journals"]:
        record = fills[account["fills"]]
        record["order_id"], record["row"], record["asset"] = asset["order"], row, asset["number"]
        record["qty"], record["price"], record["reference"] = qty, price, asset["reference"]
        record["commission_usd"], record["regulatory_usd"] = fee, on_sale
        note_costs(account, asset, record, qty, price)
    account["fills"] += 1


@compiled
def liquidate(account: Record, assets: Records, market: Market, journal: Journal, row: int) -> None:
    """Sell everything at the last mark, costs included; the one fill whose price may have printed earlier."""
    cancel_all(account, assets, journal[0], row)
    open_day(account, market, row)
    for place in range(account["held"]):
        asset = assets[assets[place]["held"]]
        qty = -asset["qty"]
        place_order(account, asset, journal[0], row, qty)
        asset["remaining"], asset["reference"], asset["latency_ms"] = 0.0, asset["mark"], 0.0
        look_at_slippage(account, asset, market, row, 1.0 if qty > 0.0 else -1.0)
        if account["journals"]:
            note_progress(asset, journal[0][asset["order"]], row, qty)
        book(account, asset, journal[1], row, qty)
        asset["order"] = -1
    list_assets(account, assets)
    account["long"] = account["short"] = 0.0
    account["equity"] = account["cash"] + account["receivable"]
