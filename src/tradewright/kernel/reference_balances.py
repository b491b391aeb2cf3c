"""Balances that are kept in their currencies, in plain Python: accrued first in a row and settled last.

Whatever moves cash within a row moves the total, told in the account's currency, and is noted by instrument;
at the row's close it is put into the balance of the instrument's currency at the row's rate. So every limit
reckons on the total, and what must be changed is known once a row.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewright.kernel.inputs import NS_PER_YEAR, Terms
from tradewright.values.balances import EXCHANGE_ALL, EXCHANGE_SHORTFALLS
from tradewright.values.panel import Floats, Panel

if TYPE_CHECKING:
    from tradewright.kernel.reference_state import State


@dataclass
class Balances:
    """What an account holds in each of K currencies, its own first.

    Units: `units`, `claims` (dividends due) and `exchanged` (on this row) in their own currencies; `moved`
    and `sold` by instrument on this row, `gain` and `cost` so far in the account's.
    Shape: `path` is T x (2 K + 2): units, exchanged, gain and cost after each row.
    """

    units: list[float]
    claims: list[float]
    exchanged: list[float]
    moved: list[float]
    sold: list[float]
    path: Floats
    gain: float = 0.0
    cost: float = 0.0
    reserved: float = 0.0  # for changing what this row moved


def opened(terms: Terms, panel: Panel) -> Balances | None:
    """All capital in the account's own currency; None where balances are not kept."""
    kinds = len(terms.currencies.names)
    if not kinds:
        return None
    nothing = [0.0] * kinds
    path = np.zeros((len(panel.instants), 2 * kinds + 2))
    return Balances(
        [terms.capital_usd, *nothing[1:]],
        list(nothing),
        list(nothing),
        [0.0] * len(panel.symbols),
        [0.0] * len(panel.symbols),
        path,
    )


def of(state: "State") -> Balances:
    """The balances of an account that keeps them."""
    assert state.balances is not None
    return state.balances


def accrue(state: "State", row: int) -> None:
    """Interest and borrow fees by currency, on what was owed and owned before; then the new rates."""
    kept, kinds = of(state), state.terms.currencies
    years = int(state.panel.instants[row] - state.panel.instants[row - 1]) / NS_PER_YEAR
    short, fees = [0.0] * len(kept.units), [0.0] * len(kept.units)
    for asset, held in enumerate(state.qty):
        if held < 0.0:
            value, place = -(held * state.mark[asset]), kinds.of_asset[asset]
            short[place] += value
            fees[place] += state.fees.get(asset, state.terms.borrow_rate) * value * years
    interest = fee = bare = 0.0
    for place in range(len(kept.units)):
        kept.exchanged[place] = 0.0
        if short[place] > 0.0:
            owned = kept.units[place] * float(kinds.rates[row - 1, place])
            bare += max(short[place] - max(owned, 0.0), 0.0)
    for place in range(len(kept.units)):
        if kept.units[place] == 0.0 and short[place] == 0.0:
            continue
        rate = float(kinds.rates[row - 1, place])
        worth = kept.units[place] * rate
        if worth < 0.0:
            earned = float(kinds.debit[place]) * years * worth
        else:  # what is short ties up its own currency first, and then the others in their order
            free = max(worth - short[place], 0.0)
            tied = min(free, bare)
            bare -= tied
            earned = float(kinds.credit[place]) * years * (free - tied)
        kept.units[place] += (earned - fees[place]) / rate
        interest += earned
        fee += fees[place]
    state.cash = state.cash + interest - fee
    state.interest += interest
    state.borrow_fee += fee
    revalue(state, row)


def revalue(state: "State", row: int) -> None:
    """Balances and claims in other currencies are worth what the row's rates say."""
    kept, rates = of(state), state.terms.currencies.rates
    for place in range(1, len(kept.units)):
        if kept.units[place] != 0.0 or kept.claims[place] != 0.0:
            change = float(rates[row, place] - rates[row - 1, place])
            gained, owed = kept.units[place] * change, kept.claims[place] * change
            state.cash += gained
            state.receivable += owed  # a part of the dividend, as what is paid in the end
            kept.gain += gained


def moved_since(state: "State", row: int, asset: int) -> float:
    """How far an instrument's currency went since the last row; 1 where balances are not kept."""
    if state.balances is None or row == 0:
        return 1.0
    kinds = state.terms.currencies
    place = int(kinds.of_asset[asset])
    moved = float(kinds.rates[row, place] / kinds.rates[row - 1, place])
    return moved if moved > 0.0 else 1.0  # no rate was known before


def restate(state: "State", row: int) -> None:
    """Before the row trades: last prices of other currencies are worth what the row's rates say.

    Not sooner: who decided at the close before knew the rates of that close alone.
    """
    if row == 0:
        return
    for asset, price in enumerate(state.mark):
        if price > 0.0:
            state.mark[asset] = price * moved_since(state, row, asset)


def settle(state: "State", row: int, is_last: bool = False) -> None:
    """At the close: put the row's money into its currencies, change what is to be changed, note it all.

    An account that was liquidated changes everything.
    """
    kept, kinds = of(state), state.terms.currencies
    for asset, amount in enumerate(kept.moved):
        if amount != 0.0:
            place = kinds.of_asset[asset]
            kept.units[place] += amount / float(kinds.rates[row, place])
            kept.moved[asset] = 0.0
    kept.reserved = 0.0
    if kinds.exchange == EXCHANGE_ALL or is_last:
        change_all(state, row)
    elif kinds.exchange == EXCHANGE_SHORTFALLS:
        for short in range(len(kept.units)):
            cover(state, row, short)
    kept.path[row] = [*kept.units, *kept.exchanged, kept.gain, kept.cost]


def change_all(state: "State", row: int) -> None:
    """Change every balance in another currency, loans too, into the account's own."""
    kept, kinds = of(state), state.terms.currencies
    for place in range(1, len(kept.units)):
        if kept.units[place] != 0.0:
            worth = kept.units[place] * float(kinds.rates[row, place])
            fee = abs(worth) * kinds.exchange_share
            kept.units[0] += worth - fee
            kept.exchanged[0] += worth - fee
            kept.exchanged[place] -= kept.units[place]
            kept.units[place] = 0.0
            pay(state, fee)


def cover(state: "State", row: int, short: int) -> None:
    """Cover one balance from the others in their order, as far as they go."""
    units = of(state).units
    for other in range(len(units)):
        if units[short] < 0.0 < units[other]:
            change(state, row, short, other)


def change(state: "State", row: int, short: int, other: int) -> None:
    """Change as much of one balance as the other lacks, or as there is; the paying one bears the cost."""
    kept, kinds = of(state), state.terms.currencies
    share, rates = kinds.exchange_share, kinds.rates[row]
    lacking = -kept.units[short] * float(rates[short])
    there = kept.units[other] * float(rates[other]) / (1.0 + share)
    worth = min(lacking, there)
    bought = -kept.units[short] if lacking <= there else worth / float(rates[short])
    paid = kept.units[other] if there <= lacking else worth * (1.0 + share) / float(rates[other])
    kept.units[short] = 0.0 if lacking <= there else kept.units[short] + bought
    kept.units[other] = 0.0 if there <= lacking else kept.units[other] - paid
    kept.exchanged[short] += bought
    kept.exchanged[other] -= paid
    pay(state, worth * share)


def pay(state: "State", fee: float) -> None:
    """Take the cost of changing money from the total; the balances have borne it already."""
    state.cash -= fee
    of(state).cost += fee


def note(state: "State", asset: int, amount: float) -> None:
    """Note that cash moved in an instrument's currency, and what changing it will cost at most."""
    if state.balances is not None:
        state.balances.moved[asset] += amount
        state.balances.reserved += abs(amount) * state.terms.changing_of(asset)


def note_sale(state: "State", asset: int, proceeds: float) -> None:
    """Note what a sale of this row brought in, until it is known when it settles."""
    if state.balances is not None:
        state.balances.sold[asset] += proceeds


def put_off(state: "State", row: int, session: int) -> None:
    """Proceeds of this row settle in a later session, in their own currencies."""
    kept, kinds = of(state), state.terms.currencies
    for asset, proceeds in enumerate(kept.sold):
        if proceeds != 0.0:
            key = (session, int(kinds.of_asset[asset]))
            state.pending[key] = state.pending.get(key, 0.0) + proceeds / float(kinds.rates[row, key[1]])
            kept.sold[asset] = 0.0


def pending(state: "State", row: int, session: int) -> float:
    """What settles in a session, at the rates of this row."""
    waiting = 0.0
    for place in range(len(of(state).units)):
        units = state.pending.get((session, place), 0.0)
        if units != 0.0:
            waiting += units * float(state.terms.currencies.rates[row, place])
    return waiting


def at_hand(state: "State") -> float:
    """Cash, less what changing the money of this row's fills may cost at its close."""
    return state.cash if state.balances is None else state.cash - state.balances.reserved
