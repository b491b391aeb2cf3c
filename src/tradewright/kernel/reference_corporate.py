"""Corporate actions that reach beyond one instrument or one day, in plain Python: called by `act`."""

import math
from typing import TYPE_CHECKING, Any

from tradewright.kernel import reference as kernel
from tradewright.kernel import reference_balances as balances
from tradewright.kernel.inputs import DUST
from tradewright.values import outcome as out
from tradewright.values.panel import RENAME

if TYPE_CHECKING:
    from tradewright.kernel.reference_state import State


def dividend(state: "State", row: int, action: Any) -> None:
    """What holders of this row receive, or owe where they are short: now, or on the pay date."""
    asset, amount_usd = int(action["asset"]), state.qty[int(action["asset"])] * float(action["value"])
    amount_usd -= abs(amount_usd) * state.terms.conversion_of(asset)
    pay_row = int(action["pay_row"])
    if pay_row <= row:
        kernel.pay(state, row, asset, out.DIVIDEND_CASH, amount_usd)
        return
    state.receivable += amount_usd
    if state.balances is not None:
        amount_usd /= rate_of(state, row, asset)
        state.balances.claims[place_of(state, asset)] += amount_usd
    state.due.append((pay_row, asset, amount_usd))


def place_of(state: "State", asset: int) -> int:
    """Which of the balances money of an instrument belongs to."""
    return int(state.terms.currencies.of_asset[asset])


def rate_of(state: "State", row: int, asset: int) -> float:
    """What one unit of an instrument's currency is worth on a row, where balances are kept."""
    return float(state.terms.currencies.rates[row, place_of(state, asset)])


def pay_due(state: "State", row: int) -> None:
    """Turn what is paid on this row from a claim into cash."""
    for pay_row, asset, owed in state.due:
        amount_usd = owed
        if pay_row != row:
            continue
        if state.balances is not None:
            state.balances.claims[place_of(state, asset)] -= amount_usd
            amount_usd *= rate_of(state, row, asset)
        state.receivable -= amount_usd
        state.cash += amount_usd
        if amount_usd != 0.0:
            balances.note(state, asset, amount_usd)
            state.flows.append((row, asset, out.DIVIDEND_CASH, amount_usd))
    state.due = [claim for claim in state.due if claim[0] > row]
    if not state.due:
        state.receivable = 0.0  # sums of claims leave no dust behind
        if state.balances is not None:
            state.balances.claims = [0.0] * len(state.balances.claims)


def spin_off(state: "State", row: int, action: Any) -> None:
    """Shares of the new company for those of the old one, which stay."""
    shares = state.qty[int(action["asset"])] * float(action["value"])
    receive(state, row, int(action["other"]), (shares, 0.0))  # before its first print it counts as nothing


def merge(state: "State", row: int, action: Any) -> None:
    """Cash, shares of the other company, or both, for shares that are gone; a rename is one for one."""
    asset, held = int(action["asset"]), state.qty[int(action["asset"])]
    ratio, cash = float(action["value"]), float(action["cash_usd"])
    if int(action["kind"]) == RENAME:
        ratio, cash = 1.0, 0.0
    if cash > 0.0:
        kernel.pay(state, row, asset, out.MERGER_CASH, held * cash)
    state.qty[asset] = 0.0
    state.delisted.add(asset)
    if asset in state.working:
        kernel.close(state, state.working[asset], out.CANCELLED, row)
    if ratio > 0.0:
        worth = state.mark[asset] * balances.moved_since(state, row, asset)
        price = max(worth - cash, 0.0) / ratio
        receive(state, row, int(action["other"]), (held * ratio, price))


def receive(state: "State", row: int, asset: int, given: tuple[float, float]) -> None:
    """Put shares into the account; where they are whole, the fraction is paid out.

    They are worth the last price, or this row's, or the makeshift that is `given` with them. Nothing comes of
    a company that is gone.
    """
    shares, makeshift = given
    if shares == 0.0 or asset in state.delisted:
        return
    moved = balances.moved_since(state, row, asset)
    if not state.mark[asset] > 0.0:
        price = kernel.printed(state, row, asset)
        state.mark[asset] = (makeshift if math.isnan(price) else price) / moved
    kept = kernel.whole_shares(shares) if state.terms.whole else shares
    fraction = shares - kept
    if abs(fraction) > DUST * abs(shares):
        amount_usd = fraction * (state.mark[asset] * moved)
        state.cash += amount_usd
        balances.note(state, asset, amount_usd)
        state.flows.append((row, asset, out.CASH_IN_LIEU, amount_usd))
    held = state.qty[asset] + kept
    state.qty[asset] = 0.0 if abs(held) <= DUST * abs(kept) else held
