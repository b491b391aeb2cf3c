"""Small sums that several compiled phases share; each has its plain twin in `kernel/reference.py`."""

import numpy as np

from tradewright.kernel.inputs import DUST, NS_PER_YEAR
from tradewright.kernel.native.records import Market, Record, Records, compiled
from tradewright.values.panel import Floats, Ints


@compiled
def known(price: float) -> bool:
    """True for a price that can have printed: positive and finite."""
    return bool(price > 0.0 and price < np.inf)


@compiled
def whole_shares(shares: float) -> float:
    """Whole shares, toward zero; a number within rounding of a whole one is that one."""
    nearest = np.rint(shares)
    whole = nearest if abs(shares - nearest) <= DUST * max(1.0, abs(shares)) else np.trunc(shares)
    return float(whole)


@compiled
def years_between(instants: Ints, row: int) -> float:
    """Time since the last row, in years of 365 days."""
    return float((instants[row] - instants[row - 1]) / NS_PER_YEAR)


@compiled
def interest_on(account: Record, cash: float, short: float, years: float) -> float:
    """Interest on these balances: owed on debt, or else earned on cash that no short position ties up."""
    if cash < 0.0:
        return float(account["margin_rate"] * years * cash)
    return float(account["cash_rate"] * years * max(cash - short, 0.0))


@compiled
def look_back(asset: Record, close: Floats, row: int) -> None:
    """Bring the mark of an instrument nobody held up to `row`: its last known close, searched backwards."""
    looked, number = row, asset["number"]
    while looked > asset["seen_row"]:
        if known(close[looked, number]):
            asset["mark"] = close[looked, number]
            break
        looked -= 1
    asset["seen_row"] = row


@compiled
def moved_since(account: Record, asset: Record, market: Market, row: int) -> float:
    """How far an instrument's currency went since the last row; 1 where balances are not kept."""
    if not account["keeps"] or row == 0:
        return 1.0
    moved = market[17][row, asset["currency"]] / market[17][row - 1, asset["currency"]]
    return float(moved) if moved > 0.0 else 1.0  # no rate was known before


@compiled
def note_money(account: Record, asset: Record, amount: float) -> None:
    """Note that cash moved in an instrument's currency, and what changing it will cost at most."""
    asset["moved"] += amount
    account["reserved"] += abs(amount) * asset["changing"]


@compiled
def list_assets(account: Record, assets: Records) -> None:
    """Write down anew which instruments are held and which have an order, in the panel's order."""
    held = working = 0
    for number in range(len(assets)):
        if assets[number]["qty"] != 0.0:
            assets[held]["held"] = number
            held += 1
        if assets[number]["order"] >= 0:
            assets[working]["working"] = number
            working += 1
    account["held"], account["working"] = held, working
