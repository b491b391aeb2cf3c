"""Where an order trades on a bar, in plain Python: at its first print, or inside its range.

All prices are compared times the side's sign, so that nothing is written twice for buyers and sellers: `up`
is the bar's end that is dear for the order's side, `down` the cheap one.
"""

import math
from dataclasses import dataclass, field

from tradewright.kernel.inputs import PESSIMISTIC_SLIP, Terms
from tradewright.kernel.reference_state import Order
from tradewright.values import outcome as out
from tradewright.values.order import OrderState, OrderType

STOPS = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
LIMITS = (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED)
NOWHERE = (math.nan, 0.0)


@dataclass(eq=False)
class LiveOrder:
    """A submitted order and where it stands. Prices are NaN where the type has none."""

    order: Order  # its line in the record: size, what is left, what was filled, state
    type: int
    time_in_force: int
    good_till: int
    reduce_only: bool
    limit: float
    stop: float
    trail_usd: float
    trail_share: float
    arrived: int  # the first row on which it works
    entry: "LiveOrder | None" = None  # the order whose fill it waits for
    sibling: "LiveOrder | None" = None  # loses what this one fills
    exits: list["LiveOrder"] = field(default_factory=list)
    best: float = math.nan  # a trail's: the most favourable price so far
    triggered: bool = False  # its stop or touch price was met
    newborn: int = -1  # the row inside which its entry filled
    visited: int = -1  # the row inside which it had its turn
    leaving: bool = False  # its cancellation is on the way: the gateway counts it no more

    @property
    def sign(self) -> float:
        """+1 for a buy, -1 for a sell."""
        return 1.0 if self.order.qty > 0.0 else -1.0

    @property
    def is_live(self) -> bool:
        """True until it has ended."""
        return not OrderState(self.order.state).is_final

    @property
    def works(self) -> bool:
        """True where it is at the market: neither ended nor waiting for its entry."""
        return self.is_live and self.order.state != out.HELD

    @property
    def is_waiting_stop(self) -> bool:
        """True for a stop, of whatever kind, whose price was not met yet."""
        return self.type in STOPS and not self.triggered

    def trail_from(self, best: float) -> float:
        """Where a trailing stop stands when the best price was this."""
        if not math.isnan(self.trail_share):
            return best * (1.0 + self.sign * self.trail_share)
        return best + self.sign * self.trail_usd


@dataclass
class Bar:
    """One instrument's bar while orders work on it: prices, and the shares that may still trade."""

    open: float  # NaN where none printed, as the close
    low: float  # of all that printed
    high: float
    close: float
    room: float

    def ends(self, sign: float) -> tuple[float, float]:
        """The dear and the cheap end for a side."""
        return (self.high, self.low) if sign > 0.0 else (self.low, self.high)


def turns(reading: int) -> tuple[tuple[bool, bool], ...]:
    """Whose turn it is inside a bar, in order: (waiting stops?, exits whose entry filled inside it?)."""
    if reading > 0:
        return (False, False), (True, False), (False, True), (True, True)
    return (True, False), (False, False), (True, True)


def price_at_open(live: LiveOrder, price: float, has_auction: bool) -> float:
    """The opening price where the order trades at it, else NaN."""
    sign = live.sign
    if live.type == OrderType.MARKET_ON_CLOSE or (live.type == OrderType.MARKET_ON_OPEN and not has_auction):
        return math.nan
    if live.type == OrderType.TRAILING_STOP and not live.triggered:
        live.best = price if math.isnan(live.best) else live.best
        live.stop = live.trail_from(live.best)
        live.best = better(sign, live.best, price)
    if live.type in (*STOPS, OrderType.LIMIT_IF_TOUCHED) and not live.triggered:
        towards = -sign if live.type == OrderType.LIMIT_IF_TOUCHED else sign
        if not towards * price >= towards * live.stop:
            return math.nan
        live.triggered = True
    if live.type in LIMITS and not sign * price < sign * live.limit:
        return math.nan
    return price


def price_inside(live: LiveOrder, bar: Bar, terms: Terms, newborn: bool) -> tuple[float, float]:
    """Where the order trades inside the bar, and the share of the bar's room that it may have."""
    price, share = NOWHERE
    if live.is_waiting_stop and live.type == OrderType.TRAILING_STOP:
        price, share = trail_inside(live, bar, terms, newborn)
    elif live.is_waiting_stop:
        price, share = stop_inside(live, bar, terms, newborn)
    elif live.type in LIMITS:
        price, share = limit_inside(live, bar, terms)
    if share > 0.0:
        # Without an open, the order's price may lie before the first print: nothing trades outside the bar.
        price = min(max(price, bar.low), bar.high)
        if live.type in LIMITS and live.sign * price > live.sign * live.limit:
            return NOWHERE
    return price, share


def limit_inside(live: LiveOrder, bar: Bar, terms: Terms) -> tuple[float, float]:
    """Passed, a limit fills; met alone, it waits in the queue."""
    sign = live.sign
    _, down = bar.ends(sign)
    if live.type == OrderType.LIMIT_IF_TOUCHED and not live.triggered:
        if not sign * down <= sign * live.stop:
            return NOWHERE
        live.triggered = True
        if sign * live.stop < sign * live.limit:
            return live.stop, 1.0
    if sign * down < sign * live.limit:
        return live.limit, 1.0
    return live.limit, terms.touch_share if down == live.limit else 0.0


def stop_inside(live: LiveOrder, bar: Bar, terms: Terms, newborn: bool) -> tuple[float, float]:
    """A stop met inside the bar trades there; a stop-limit only where its limit lets it."""
    sign, optimistic = live.sign, terms.reading > 0
    up, down = bar.ends(sign)
    # In the optimistic reading an exit's price was met before its entry, unless the close is past it.
    reached = bar.close if optimistic and newborn else up
    if not sign * reached >= sign * live.stop:
        return NOWHERE
    live.triggered = True
    price = slipped(terms, live.stop, up)
    if live.type == OrderType.STOP:
        return price, 1.0
    if sign * live.stop < sign * live.limit:
        return (price if sign * price < sign * live.limit else live.limit), 1.0
    # The limit is met only if price came back after the stop: the close alone proves that.
    back = sign * down <= sign * live.limit if optimistic else sign * bar.close < sign * live.limit
    return live.limit, float(back)


def trail_inside(live: LiveOrder, bar: Bar, terms: Terms, newborn: bool) -> tuple[float, float]:
    """The stop of the best price before this bar, then that of the best price inside it."""
    sign, optimistic = live.sign, terms.reading > 0
    up, down = bar.ends(sign)
    before = live.best
    # After an entry inside the bar the close alone is sure to have been seen; at best all of the bar was.
    live.best = better(sign, before, bar.close if newborn and not optimistic else down)
    early, late = live.trail_from(before), live.trail_from(live.best)
    reached = bar.close if newborn and optimistic else up
    # That the best price came first is certain only where the close is past its stop.
    proof = bar.close if optimistic else up
    if sign * reached >= sign * early:
        live.stop = late if optimistic and not newborn else early
    elif (optimistic or not newborn) and sign * proof >= sign * late:
        # At worst the best price rose no further than its stop then lies at the bar's other end.
        live.stop = up if terms.reading < 0 else late
    else:
        return NOWHERE
    live.triggered = True
    return slipped(terms, live.stop, up), 1.0


def better(sign: float, first: float, second: float) -> float:
    """The more favourable of two prices to wait for: the lower one for a buyer. An unknown one is none."""
    return second if sign * second < sign * first or math.isnan(first) else first


def slipped(terms: Terms, stop: float, worst: float) -> float:
    """The price at which a stop that was met inside a bar trades."""
    return stop + PESSIMISTIC_SLIP * (worst - stop) if terms.reading < 0 else stop
