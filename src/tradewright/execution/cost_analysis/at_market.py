"""Which orders of a run were at the market, from when on, and for how many shares.

A stop that was never set off wanted nothing, nor did a target that was never met or an exit whose entry never
filled. What one of a pair filled, the other did not miss.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import InvalidOption
from tradewright.values.order import OrderType
from tradewright.values.outcome import FILLED, REJECTED, TRIGGERED, WORKING, Outcome
from tradewright.values.panel import Floats, Ints

# Orders that wait for a price of their own before they want to trade.
_WAITING = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP, OrderType.LIMIT_IF_TOUCHED)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class AtMarket:
    """The orders that were at the market, K of them.

    Shape: all are K. `row` decided the order; an exit, where its entry's fill let it work. `since` its close
    it wanted to trade: the same row, or the one that set it off. `at_print` where the print of its first fill
    set it off, which is then its decision and its arrival; `at_auction` where only the closing print could
    meet it. `reference` and `first_fill` are price and row of that print, NaN and -1 for none. `taken`:
    what this one did not fill, the other of its pair did.
    """

    orders: NDArray[np.void]
    row: Ints
    since: Ints
    at_print: Mask
    at_auction: Mask
    reference: Floats
    first_fill: Ints
    taken: Mask


def at_market(outcome: Outcome, tickets: NDArray[np.void]) -> AtMarket:
    """The orders of an account that wanted to trade; `tickets` are the terms of those that were submitted.

    Left out are orders of nothing, those refused in words, and those that waited in vain: for their entry, or
    for a price. An order that the venue turned down at random was sent, and stays.
    Raises: InvalidOption where the terms of a submitted order are missing.
    """
    orders = outcome.orders[outcome.orders["qty"] != 0.0]
    ticket, submitted = orders["ticket"], orders["ticket"] >= 0
    if bool((ticket >= len(tickets)).any()):
        raise InvalidOption(
            f"orders up to ticket {ticket.max()}, the terms of {len(tickets)}.",
            "Give the words that were said: decisions.said of the run.",
        )
    kind, entry, sibling = (_of_ticket(tickets[name], ticket) for name in ("type", "entry", "sibling"))
    works, set_off = (_first_event(outcome, state, ticket) for state in (WORKING, TRIGGERED))
    first_fill, reference = _first_fills(outcome, orders)
    filled = first_fill >= 0
    waits = submitted & (np.isin(kind, _WAITING) | (entry >= 0))
    sent = (works >= 0) | (orders["state"] == REJECTED) & ~_refused(outcome, orders)
    kept = ~submitted | np.where(waits, filled | (set_off >= 0), sent)
    others, done, earlier = (
        _of_ticket(_by_ticket(fact, ticket, len(tickets)), sibling) == 1
        for fact in (filled, orders["state"] == FILLED, kept)
    )
    kept &= ~(others & ~filled) & ~(earlier & ~others & ~filled & (sibling < ticket))
    row = np.where((entry >= 0) & (works >= 0), works, orders["row"])
    since = np.where(waits, np.where(set_off >= 0, set_off, first_fill), row)
    found = AtMarket(
        orders, row, since, waits & filled & (first_fill == since),
        filled & (kind == OrderType.MARKET_ON_CLOSE), reference, first_fill,
        done | others & (sibling < ticket),
    )  # fmt: skip
    return AtMarket(*(getattr(found, name)[kept] for name in found.__dataclass_fields__))


def _of_ticket(values: NDArray[np.int64], ticket: Ints) -> Ints:
    """What is kept under each ticket; -1 where an order has none."""
    if not len(values):
        return np.full(len(ticket), -1, dtype=np.int64)
    return np.where(ticket >= 0, values[np.maximum(ticket, 0)], -1)


def _by_ticket(facts: Mask, ticket: Ints, count: int) -> Ints:
    """A fact about orders, 1 or 0, under their tickets."""
    found = np.zeros(count, dtype=np.int64)
    found[ticket[ticket >= 0]] = facts[ticket >= 0]
    return found


def _first_event(outcome: Outcome, state: int, ticket: Ints) -> Ints:
    """The row on which each order first came into a state; -1 for never."""
    events = outcome.events[outcome.events["state"] == state]
    most = max(int(ticket.max(initial=-1)), int(events["ticket"].max(initial=-1))) + 1
    found = np.full(most, -1, dtype=np.int64)
    found[events["ticket"][::-1]] = events["row"][::-1]  # of several the first is written last, and stays
    return _of_ticket(found, ticket)


def _first_fills(outcome: Outcome, orders: NDArray[np.void]) -> tuple[Ints, Floats]:
    """Row and printed price of each order's first fill."""
    row, reference = np.full(len(orders), -1, dtype=np.int64), np.full(len(orders), np.nan)
    place = np.searchsorted(orders["order_id"], outcome.fills["order_id"])[::-1]
    row[place], reference[place] = outcome.fills["row"][::-1], outcome.fills["reference"][::-1]
    return row, reference


def _refused(outcome: Outcome, orders: NDArray[np.void]) -> Mask:
    """Where a reason was given for an order of this row and instrument."""
    given = set(outcome.refusals[["row", "asset"]].tolist())
    return np.array([one in given for one in orders[["row", "asset"]].tolist()], dtype=bool)
