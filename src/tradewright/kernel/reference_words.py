"""Later words on an order in plain Python: amendments and cancellations.

Where orders travel for milliseconds, so do words: what is said at a close arrives after the first print of
the next bar, and neither changes nor saves an order from the fill at it.
"""

import math
from typing import TYPE_CHECKING, Any

from tradewright.kernel import costs, reference_gate
from tradewright.kernel import reference as kernel
from tradewright.kernel.inputs import DUST, ENDS, LARGEST, TOUCH_ROUNDING
from tradewright.kernel.reference_prices import LiveOrder
from tradewright.kernel.reference_state import State
from tradewright.values import outcome as out
from tradewright.values.instructions import CANCEL
from tradewright.values.order import OrderType

if TYPE_CHECKING:
    from tradewright.kernel.reference_orders import Desk


def travels(desk: "Desk", state: State, row: int, word: Any) -> bool:
    """True for a word that arrives after the first print of `row`.

    A word on an order for the opening auction has the night, as its order had.
    """
    live = desk.by_ticket[int(word["ticket"])]
    if not state.terms.words_travel:
        return False
    is_for_open = live.type == OrderType.MARKET_ON_OPEN
    return not (is_for_open and costs.makes_open(state.panel, row - 1, row, live.order.latency_ms))


def is_sent(desk: "Desk", state: State, row: int, word: Any) -> bool:
    """True for a word that is on its way; what it cancels is leaving from now on.

    A cancellation passes the gateway before it travels: one that is refused leaves its order in the book,
    beside which what is said after it is judged.
    """
    if word["kind"] != CANCEL:
        return True
    live, decided = desk.by_ticket[int(word["ticket"])], int(word["row"])
    reason = objection(desk, state, row, live, (word, 1.0))
    reason = reason or reference_gate.objection_to_cancel(state, decided, live)
    if reason:
        state.refusals.append((decided, live.order.asset, reason))
    live.leaving = live.leaving or not reason
    return not reason


def change(desk: "Desk", state: State, row: int, word: Any, has_opened: bool = False) -> None:
    """Amend or cancel an order, unless it ended before; `has_opened` after the first print of `row`."""
    live, decided = desk.by_ticket[int(word["ticket"])], int(word["row"])
    moved = desk.since_said(state, live.order.asset, decided, row + has_opened)
    reason = objection(desk, state, row, live, (word, moved))
    if word["kind"] == CANCEL and has_opened:  # the gateway let it travel
        reason = out.TOO_LATE if reason else 0
    elif word["kind"] == CANCEL and not reason:
        reason = reference_gate.objection_to_cancel(state, decided, live)
    if reason:
        state.refusals.append((decided, live.order.asset, reason))
    elif word["kind"] == CANCEL:
        desk.end(row, live, out.CANCELLED)
    else:
        amend(desk, state, row, live, (word, moved, has_opened))


def objection(desk: "Desk", state: State, row: int, live: LiveOrder, said: tuple[Any, float]) -> int:
    """Why a later word is not heard; 0 where it is. `said`: the word, and how far rates went since."""
    word, moved = said
    if not live.is_live:
        return out.ORDER_ENDED
    if is_shut(desk, state, row, live):
        return out.PAST_CUTOFF
    if word["kind"] == CANCEL:
        return 0
    if desk.split_row.get(live.order.asset, -1) > int(word["row"]):
        return out.SPLIT_BETWEEN
    if math.isnan(moved):
        return out.NO_RATE
    return out.TOO_LARGE if abs(word["qty"]) >= LARGEST else 0


def is_shut(desk: "Desk", state: State, row: int, live: LiveOrder) -> bool:
    """True for an order of this session's closing auction once the auction takes no more words."""
    if live.type != OrderType.MARKET_ON_CLOSE:
        return False
    last = row
    while not desk.marks[last] & ENDS:
        last += 1
    instants, cutoff_ns = state.panel.instants, state.terms.cutoff_ns
    is_in_time = bool(instants[last] - instants[live.arrived - 1] >= cutoff_ns)
    return is_in_time and bool(instants[last] - instants[row - 1] < cutoff_ns)


def amend(desk: "Desk", state: State, row: int, live: LiveOrder, said: tuple[Any, float, bool]) -> None:
    """New prices, and a new size of which what was filled is part."""
    order, (word, moved, has_opened) = live.order, said
    before = (live.limit, live.stop, order.qty, order.remaining)
    if not math.isnan(word["limit"]):
        rounding = live.sign * TOUCH_ROUNDING if has_opened and moved != 1.0 else 0.0
        live.limit = float(word["limit"]) * moved * (1.0 - rounding)
    if not math.isnan(word["stop"]):
        live.stop = float(word["stop"]) * moved
    if not math.isnan(word["qty"]):
        qty = kernel.whole_shares(float(word["qty"])) if state.terms.whole else float(word["qty"])
        if abs(qty) - abs(order.filled) <= DUST * abs(order.qty):
            desk.end(row, live, out.CANCELLED)
            return
        order.qty, order.remaining = qty, qty - order.filled
    reason = reference_gate.objection_to_change(state, word, live, before[3])
    if reason:
        live.limit, live.stop, order.qty, order.remaining = before
        state.refusals.append((int(word["row"]), order.asset, reason))
    elif has_opened and live.works and not (math.isnan(word["limit"]) and math.isnan(word["stop"])):
        # At its new price it is at the market as a new order would be: late for the first print, and no more.
        live.arrived, order.latency_ms = row, costs.latency_ms(state.terms, order.order_id)
        desk.meet_open(state, row, live)
