"""Orders through a gate, in plain Python: reductions first, so that what opens sees what closes gone."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tradewright.kernel import reference as kernel
from tradewright.kernel import reference_rules as rules
from tradewright.values import outcome as out

if TYPE_CHECKING:
    from tradewright.kernel.reference_orders import Desk
    from tradewright.kernel.reference_prices import LiveOrder
    from tradewright.kernel.reference_state import Intent, State


@dataclass(frozen=True)
class Wish:
    """An order that asks to work: signed shares, NaN for a price it has not, `row` of its decision."""

    asset: int
    shares: float
    row: int
    limit: float = math.nan
    stop: float = math.nan
    type: int = 0
    reduces: bool = False
    cancels: bool = False


class PlainGate(Protocol):
    """Whoever decides which orders reach the market; the compiled twin is `native.gate.Gate`."""

    def opened(self, state: "State") -> None:
        """The account before its first bar."""

    def closed(self, state: "State", row: int) -> bool:
        """The account at a row's close; True where no order may open anything any more."""

    def beside(self, desk: "Desk") -> None:
        """Single orders wait at this desk."""

    def admitted(self, state: "State", wish: Wish) -> tuple[float, int]:
        """The shares that may work, 0.0 for none, and the reason then."""


def admit(state: "State", intent: "Intent", spoken: list[tuple[int, float]]) -> None:
    """Turn targets into orders as `reference.admit` does, each of them through the gate."""
    assert state.gate is not None
    for asset, _ in spoken:
        if asset in state.working:
            kernel.close(state, state.working[asset], out.REPLACED, intent.row)
    for turn in range(2):
        for asset, target in spoken:
            shares, reason = kernel.wanted_shares(state, asset, target, intent.in_shares)
            held = state.qty[asset]
            if (shares * held < 0.0 and abs(shares) <= abs(held)) != (turn == 0):
                continue
            if reason:
                state.refusals.append((intent.row, asset, reason))
                reason = 0
            if shares != 0.0:
                shares, reason = state.gate.admitted(state, Wish(asset, shares, intent.row))
            answer(state, intent.row, asset, (shares, reason))


def close(state: "State", row: int, desk: "Desk | None" = None) -> None:
    """Show the gate a row's close; where it has shut for good, what works and could open something ends."""
    if state.gate is None or not state.gate.closed(state, row):
        return
    state.killed = True
    for asset, order in sorted(state.working.items()):
        held = state.qty[asset]
        if not (order.remaining * held < 0.0 and abs(order.remaining) <= abs(held)):
            kernel.close(state, order, out.CANCELLED, row)
            state.refusals.append((row, asset, out.STOOD_DOWN))
    if desk is not None:
        for asset in sorted(desk.live):
            stand_down(state, row, asset, desk)
        desk.live = {
            asset: left for asset, all_ in desk.live.items() if (left := [x for x in all_ if x.is_live])
        }


def stand_down(state: "State", row: int, asset: int, desk: "Desk") -> None:
    """Of the submitted orders against a position, as many stay as it has shares for; what opens, ends."""
    held, order = state.qty[asset], state.working.get(asset)
    left = abs(held) - (abs(order.remaining) if order is not None else 0.0)
    for live in desk.live[asset]:
        if not live.works or live.reduce_only or follows_another(live, held):
            continue
        size = abs(live.order.remaining)
        if live.sign * held < 0.0 and size <= left:
            left -= size
            continue
        desk.end(row, live, out.CANCELLED)
        state.refusals.append((row, asset, out.STOOD_DOWN))


def follows_another(live: "LiveOrder", held: float) -> bool:
    """True for an order against a position whose sibling stays already, for as many shares at least."""
    other = live.sibling
    if other is None or other.order.ticket > live.order.ticket or live.sign * held >= 0.0:
        return False
    works = other.works and other.sign == live.sign
    return works and abs(live.order.remaining) <= abs(other.order.remaining)


def objection(state: "State", decided: int, live: "LiveOrder", shrinks: bool = False) -> int:
    """Why the gate does not take an order, 0 where it does; one that it scales becomes smaller.

    One that only shrinks is asked for as an exit, and by its size alone: nothing new is risked.
    """
    assert state.gate is not None
    order, stands = live.order, live.order.state
    order.state = out.PENDING  # it is not among those that work while it is asked for
    prices = (math.nan, math.nan) if shrinks else (live.limit, live.stop)
    wish = Wish(order.asset, order.remaining, decided, *prices, live.type, live.reduce_only or shrinks)
    shares, reason = state.gate.admitted(state, wish)
    order.state = stands
    if not reason and shares != order.remaining:
        order.qty, order.remaining = order.filled + shares, shares
    return reason


def objection_to_cancel(state: "State", decided: int, live: "LiveOrder") -> int:
    """Why the gate does not take a cancellation, 0 where it does or none stands there."""
    if state.gate is None:
        return 0
    order, prices = live.order, (live.limit, live.stop)
    wish = Wish(order.asset, order.remaining, decided, *prices, live.type, live.reduce_only, cancels=True)
    return state.gate.admitted(state, wish)[1]


def objection_to_change(state: "State", word: Any, live: "LiveOrder", remaining: float) -> int:
    """Why an order that was amended may not work so, 0 where it may; `remaining` is what it had left."""
    is_larger = abs(live.order.remaining) > abs(remaining)
    if state.killed and is_larger:
        return out.ENLARGED
    if state.gate is None:
        return 0
    moves = not (math.isnan(word["limit"]) and math.isnan(word["stop"]))
    return objection(state, int(word["row"]), live, not (is_larger or moves))


def bar(state: "State", live: "LiveOrder") -> int:
    """Why an order may only take from what is held, whatever it says; 0 where it may open."""
    if live.reduce_only:
        return out.NOTHING_TO_REDUCE
    if state.killed:  # orders that stayed may want the same shares: the first to fill has them
        return out.STOOD_DOWN
    return rules.bar(state, live.order.asset) if live.sign < 0.0 else 0


def answer(state: "State", row: int, asset: int, wish: tuple[float, int]) -> None:
    """A wish becomes an order, or a refusal, or nothing."""
    shares, reason = wish
    if reason:
        state.refusals.append((row, asset, reason))
    if shares != 0.0:
        kernel.place(state, row, asset, shares)
