"""Corporate actions, compiled; the twins of `act` and `reference_corporate.py`."""

import numpy as np

from tradewright.kernel.inputs import DUST
from tradewright.kernel.native.numbers import (
    known,
    list_assets,
    look_back,
    moved_since,
    note_money,
    whole_shares,
)
from tradewright.kernel.native.phases import end_order
from tradewright.kernel.native.records import Journal, Market, Record, Records, compiled
from tradewright.values.outcome import CANCELLED, CASH_IN_LIEU, DELISTING_CASH, DIVIDEND_CASH, MERGER_CASH
from tradewright.values.panel import DELISTING, DIVIDEND, RENAME, SPIN_OFF, SPLIT

# An entry of its own for the pay date of a dividend: before all else of its row. Its `cash_usd` holds what is
# owed, written when the dividend falls due; the dividend's `other` says which entry that is.
PAYMENT = 0


def scheduled(actions: Records) -> Records:
    """The actions in the order in which they are taken, with an entry for each later payment."""
    actions = actions[np.lexsort((actions["kind"], actions["row"]))]
    late = (actions["kind"] == DIVIDEND) & (actions["pay_row"] > actions["row"])
    if not late.any():
        return actions
    payments = actions[late].copy()
    payments["row"], payments["kind"] = payments["pay_row"], PAYMENT
    whole = np.concatenate([actions, payments])
    order = np.lexsort((whole["kind"], whole["row"]))
    places = np.empty(len(whole), dtype=np.int64)
    places[order] = np.arange(len(whole))
    whole["other"][: len(actions)][late] = places[len(actions) :]
    return whole[order]


@compiled
def act(account: Record, assets: Records, market: Market, journal: Journal, row: int) -> None:
    """Corporate actions that come before this row's open."""
    close, actions = market[2], market[4]
    while account["action"] < len(actions) and actions[account["action"]]["row"] == row:
        action = actions[account["action"]]
        account["action"] += 1
        asset, kind = assets[action["asset"]], action["kind"]
        look_back(asset, close, row - 1)  # a split restates the price known before it, never a later one
        if kind == SPLIT:
            split(account, asset, market, journal, action)
        elif kind == DIVIDEND:
            dividend(account, asset, market, journal, action)
        elif kind == PAYMENT:
            settle(account, asset, market, journal, action)
        elif kind == DELISTING:
            delist(account, asset, market, journal, action)
        else:
            give_shares(account, assets, market, journal, action)
    list_assets(account, assets)


@compiled
def split(account: Record, asset: Record, market: Market, journal: Journal, action: Record) -> None:
    """New shares for old; where shares are whole, the fraction is paid out at the new price."""
    ratio, row = action["value"], action["row"]
    asset["since_row"], asset["restated_row"], asset["restated_ratio"] = asset["restated_row"], row, ratio
    asset["mark"] = asset["mark"] / ratio
    shares = asset["qty"] * ratio
    asset["qty"] = whole_shares(shares) if account["whole"] else shares
    fraction = shares - asset["qty"]
    if abs(fraction) > DUST * abs(shares):  # a rounding error of the ratio is no fraction of a share
        worth = asset["mark"] * moved_since(account, asset, market, row)
        pay(account, asset, journal, (row, CASH_IN_LIEU), fraction * worth)
    if asset["order"] < 0:
        return
    remaining = asset["remaining"] * ratio
    asset["remaining"] = whole_shares(remaining) if account["whole"] else remaining
    asset["ordered"] *= ratio
    if account["journals"]:
        order = journal[0][asset["order"]]
        order["qty"] *= ratio
        order["filled_qty"] *= ratio
    if asset["remaining"] == 0.0:
        end_order(account, asset, journal[0], CANCELLED, row)


@compiled
def dividend(account: Record, asset: Record, market: Market, journal: Journal, action: Record) -> None:
    """What holders of this row receive, or owe where they are short: now, or on the pay date."""
    amount_usd = asset["qty"] * action["value"]
    amount_usd -= abs(amount_usd) * asset["conversion"]
    if action["pay_row"] > action["row"]:
        account["receivable"] += amount_usd
        account["claims"] += 1
        if account["keeps"]:  # owed in the instrument's currency
            amount_usd /= market[17][action["row"], asset["currency"]]
            market[16][asset["currency"]]["claims"] += amount_usd
        market[4][action["other"]]["cash_usd"] = amount_usd
    elif asset["qty"] != 0.0:
        pay(account, asset, journal, (action["row"], DIVIDEND_CASH), amount_usd)


@compiled
def settle(account: Record, asset: Record, market: Market, journal: Journal, action: Record) -> None:
    """Turn what is paid on this row from a claim into cash."""
    amount_usd = action["cash_usd"]
    if account["keeps"]:
        market[16][asset["currency"]]["claims"] -= amount_usd
        amount_usd *= market[17][action["row"], asset["currency"]]
    account["claims"] -= 1
    account["receivable"] -= amount_usd
    if amount_usd != 0.0:
        pay(account, asset, journal, (action["row"], DIVIDEND_CASH), amount_usd)
    if account["claims"] == 0:
        account["receivable"] = 0.0  # sums of claims leave no dust behind
        for place in range(len(market[16])):
            market[16][place]["claims"] = 0.0


@compiled
def delist(account: Record, asset: Record, market: Market, journal: Journal, action: Record) -> None:
    """Holders receive a share of the last price, and the instrument never trades again."""
    if asset["qty"] != 0.0:
        worth = asset["mark"] * moved_since(account, asset, market, action["row"])
        proceeds_usd = asset["qty"] * worth * action["value"]
        pay(account, asset, journal, (action["row"], DELISTING_CASH), proceeds_usd)
    end(account, asset, journal, action)


@compiled
def end(account: Record, asset: Record, journal: Journal, action: Record) -> None:
    """Take an instrument from the account and from trading."""
    asset["qty"] = 0.0
    asset["delisted"] = 1
    if asset["order"] >= 0:
        end_order(account, asset, journal[0], CANCELLED, action["row"])


@compiled
def give_shares(account: Record, assets: Records, market: Market, journal: Journal, action: Record) -> None:
    """A spin-off, a merger for cash or shares, or a rename, which is a merger one for one."""
    asset, held = assets[action["asset"]], assets[action["asset"]]["qty"]
    ratio, cash, makeshift = action["value"], action["cash_usd"], 0.0
    if action["kind"] == RENAME:
        ratio, cash = 1.0, 0.0
    if action["kind"] != SPIN_OFF:
        if cash > 0.0 and held != 0.0:
            pay(account, asset, journal, (action["row"], MERGER_CASH), held * cash)
        end(account, asset, journal, action)
        if ratio > 0.0:
            worth = asset["mark"] * moved_since(account, asset, market, action["row"])
            makeshift = max(worth - cash, 0.0) / ratio
    if ratio > 0.0 and held != 0.0:
        receive(account, assets[action["other"]], market, journal, action, (held * ratio, makeshift))


@compiled
def receive(
    account: Record,
    asset: Record,
    market: Market,
    journal: Journal,
    action: Record,
    given: tuple[float, float],
) -> None:
    """Put shares into the account; where they are whole, the fraction is paid out."""
    shares, makeshift = given
    if asset["delisted"]:
        return
    row = action["row"]
    look_back(asset, market[2], row - 1)
    moved = moved_since(account, asset, market, row)
    if not asset["mark"] > 0.0:
        price = market[1][row, asset["number"]]
        asset["mark"] = (price if known(price) else makeshift) / moved
    kept = whole_shares(shares) if account["whole"] else shares
    fraction = shares - kept
    if abs(fraction) > DUST * abs(shares):
        pay(account, asset, journal, (row, CASH_IN_LIEU), fraction * (asset["mark"] * moved))
    total = asset["qty"] + kept
    asset["qty"] = 0.0 if abs(total) <= DUST * abs(kept) else total


@compiled
def pay(account: Record, asset: Record, journal: Journal, what: tuple[int, int], amount_usd: float) -> None:
    """Move cash and note why, by row and kind; a short position pays what a long one receives."""
    account["cash"] += amount_usd
    if account["keeps"]:
        note_money(account, asset, amount_usd)
    if account["journals"]:
        flow = journal[2][account["flows"]]
        flow["row"], flow["kind"] = what
        flow["asset"], flow["amount_usd"] = asset["number"], amount_usd
        account["flows"] += 1
