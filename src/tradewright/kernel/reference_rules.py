"""The broker's rules in plain Python: margin calls and what follows, borrowing, and cash that must settle.

`step` asks them where they bind: at the open before anything trades, and at the close.
"""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from tradewright.kernel import costs
from tradewright.kernel import reference as kernel
from tradewright.kernel import reference_balances as balances
from tradewright.kernel.costs import Rates
from tradewright.kernel.inputs import DUST
from tradewright.kernel.reference_state import Match, Order
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


# Borrowing.


def learn(state: "State", row: int) -> None:
    """Facts about borrowing that hold from this row's open on."""
    for fact in state.panel.borrows[state.panel.borrows["row"] == row]:
        asset = int(fact["asset"])
        if fact["available"]:
            state.barred.discard(asset)
            state.fees[asset] = float(fact["rate"]) * state.terms.rules.fee_multiple
        else:
            state.barred.add(asset)


def bar(state: "State", asset: int) -> int:
    """Why an instrument cannot be sold short; 0 where it can."""
    if state.terms.rules.cash_only:
        return out.CASH_ACCOUNT
    return out.NOT_BORROWED if asset in state.barred else 0


def fee_by_name(state: "State", years: float) -> float:
    """What borrowing costs when each name has its own fee, the profile's where none is on file."""
    fee = 0.0
    for asset, held in enumerate(state.qty):
        if held < 0.0:
            fee -= state.fees.get(asset, state.terms.borrow_rate) * (held * state.mark[asset]) * years
    return fee


# Cash that must settle.


def unsettled(state: "State", row: int) -> float:
    """Proceeds of sales that cannot be spent yet, this row's among them."""
    sessions, settles = state.terms.rules.sessions, state.terms.rules.settles
    waiting = 0.0
    for session in range(int(sessions[row]) + 1, int(settles[row]) + 1):
        if state.balances is not None:
            waiting += balances.pending(state, row, session)
        else:
            waiting += state.pending.get((session, 0), 0.0)
    return waiting + state.sold


def put_off(state: "State", row: int) -> None:
    """At the close: note in which session the proceeds of this row settle."""
    if state.terms.rules.cash_only:
        session = int(state.terms.rules.settles[row])
        if state.balances is not None:
            balances.put_off(state, row, session)
        else:
            state.pending[session, 0] = state.pending.get((session, 0), 0.0) + state.sold
    state.sold = 0.0


def cut(state: "State", row: int, found: list[Match], rates: Rates) -> list[Match]:
    """What of the matches can be borrowed and paid for; what waits for its cash works on."""
    kept = [held for match in found if (held := borrowed(state, row, match)) is not None]
    if not state.terms.rules.cash_only:
        return kept
    waiting = unsettled(state, row)
    if waiting <= 0.0 and not any(match.qty < 0.0 for match in kept):
        return kept  # all cash is there: the gross limit sees to the rest
    share = payable(state, balances.at_hand(state) - waiting, kept, rates)
    if share >= 1.0:
        return kept
    cheaper = [paid_part(state, row, match, share) for match in kept]
    return [match for match in cheaper if match.qty != 0.0]


def borrowed(state: "State", row: int, match: Match) -> Match | None:
    """A match without what would be sold short of a name that cannot be; the order ends there."""
    order, reason = match.order, bar(state, match.order.asset)
    if match.qty >= match.reducing or not reason:
        return match
    state.refusals.append((row, order.asset, reason))
    if match.reducing == 0.0:
        kernel.close(state, order, out.CANCELLED, row)
        return None
    order.remaining = -min(abs(order.remaining), state.qty[order.asset])
    return replace(match, qty=match.reducing)


def payable(state: "State", cash: float, found: list[Match], rates: Rates) -> float:
    """The share of all purchases that this much cash pays for, costs included; as `fit`, never too much."""
    increase = extra = base = 0.0
    for match in found:
        if match.qty > match.reducing:
            least = costs.most(state.terms, rates, match.slip, match.reducing, match.reference)
            base += least
            increase += (match.qty - match.reducing) * match.reference
            extra += costs.most(state.terms, rates, match.slip, match.qty, match.reference) - least
    if increase <= 0.0:
        return 1.0
    share = (cash - base) / (increase + extra)
    return 0.0 if share <= DUST else min(share, 1.0)


def paid_part(state: "State", row: int, match: Match, share: float) -> Match:
    """A purchase as far as it is paid for; sales stay whole."""
    if not match.qty > match.reducing:
        return match
    state.refusals.append((row, match.order.asset, out.UNSETTLED))
    qty = match.reducing + (match.qty - match.reducing) * share
    return replace(match, qty=kernel.whole_shares(qty) if state.terms.whole else qty)
