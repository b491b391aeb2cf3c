"""Orders as values: the same ones meet the simulated market and a real broker.

Anything a strategy can say about single orders is an `Instruction`:

Order              one order of one symbol
Bracket            an entry with the exits that wait for its fill
OneCancelsOther    two orders of one symbol of which only one shall fill
Amend, Cancel      a later word on an order that still works, by its ticket

A ticket is the number an order was given when it was submitted; it is never given again.
"""

import math
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from tradewright.values.errors import InvalidOption
from tradewright.values.side import Side


class OrderType(IntEnum):
    """What has to happen before an order trades, and at which price it may."""

    MARKET = 0
    LIMIT = 1
    STOP = 2
    STOP_LIMIT = 3
    TRAILING_STOP = 4
    LIMIT_IF_TOUCHED = 5
    MARKET_ON_OPEN = 6
    MARKET_ON_CLOSE = 7

    @property
    def words(self) -> str:
        """As it is spoken: "stop limit"."""
        return self.name.lower().replace("_", " ")


class TimeInForce(IntEnum):
    """How long an order works."""

    DAY = 0  # to the close of the session in which it first works
    GTC = 1  # until cancelled
    GTD = 2  # to the close of the last session that ends no later than `good_till`
    IOC = 3  # what fills at once; the rest is cancelled
    FOK = 4  # all of it at once, or nothing


class OrderState(IntEnum):
    """Where an order stands. The numbers are kept in runs and never change."""

    WORKING = 0  # at the market
    FILLED = 1
    REPLACED = 2  # a later target weight took its place
    CANCELLED = 3
    EXPIRED = 4  # its time in force is over
    REJECTED = 5  # refused before it worked
    PENDING = 6  # on its way to the market
    HELD = 7  # an exit that waits for its entry's fill
    TRIGGERED = 8  # its stop or touch price was met; it works on
    PARTIALLY_FILLED = 9

    @property
    def is_final(self) -> bool:
        """True where nothing more can become of the order."""
        return not LEGAL_TRANSITIONS[self]

    def may_become(self, later: "OrderState") -> bool:
        """Whether an order in this state can be in that one next."""
        return later in LEGAL_TRANSITIONS[self]


_ENDS = frozenset({OrderState.FILLED, OrderState.REPLACED, OrderState.CANCELLED, OrderState.EXPIRED})
_WORKS_ON = _ENDS | {OrderState.PARTIALLY_FILLED}
LEGAL_TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PENDING: frozenset(
        {OrderState.WORKING, OrderState.HELD, OrderState.REJECTED, OrderState.CANCELLED}
    ),
    OrderState.HELD: frozenset({OrderState.WORKING, OrderState.CANCELLED}),
    OrderState.WORKING: _WORKS_ON | {OrderState.TRIGGERED},
    OrderState.TRIGGERED: _WORKS_ON,
    OrderState.PARTIALLY_FILLED: _WORKS_ON,
    **{end: frozenset() for end in (*_ENDS, OrderState.REJECTED)},
}

_HAS_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
_HAS_STOP = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
_AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_AUCTIONS = frozenset({OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE})


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one symbol, good for the day unless it says otherwise.

    Units: `qty` shares, signed: positive buys. `limit_usd` is the worst price it may trade at; `stop_usd` the
    price that sets off a stop, or a limit-if-touched. A trailing stop follows the best price by `trail_usd`
    dollars or `trail_percent` per cent. `good_till` (GTD) is in ns UTC. `reduce_only` never opens or turns a
    position. `tag` is the strategy's own word for it.
    Raises: InvalidOption for a price that is missing, superfluous or impossible.
    """

    symbol: str
    qty: float
    type: OrderType = OrderType.MARKET
    limit_usd: float | None = None
    stop_usd: float | None = None
    trail_usd: float | None = None
    trail_percent: float | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    good_till: int | None = None
    reduce_only: bool = False
    tag: str = ""

    def __post_init__(self) -> None:
        """Refuse an order that no market would take."""
        if not 0.0 < abs(self.qty) < math.inf:
            raise InvalidOption(
                f"{self._named}: qty = {self.qty}.", "Give shares: above zero buys, below sells."
            )
        _check_price(self, "limit_usd", self.type in _HAS_LIMIT)
        _check_price(self, "stop_usd", self.type in _HAS_STOP)
        if (
            self.type is OrderType.TRAILING_STOP
            or self.trail_usd is not None
            or self.trail_percent is not None
        ):
            _check_trail(self)
        if self.time_in_force is not TimeInForce.DAY or self.good_till is not None:
            _check_time_in_force(self)

    @property
    def side(self) -> Side:
        """Buy or sell."""
        return Side.of(self.qty)

    @property
    def _named(self) -> str:
        """The order in an error's first words."""
        return f"{self.type.words.capitalize()} order for {self.symbol or 'no symbol'}"

    @classmethod
    def market(cls, symbol: str, qty: float, time_in_force: TimeInForce = TimeInForce.DAY) -> "Order":
        """At the next price that prints."""
        return cls(symbol, qty, time_in_force=time_in_force)

    @classmethod
    def limit(
        cls, symbol: str, qty: float, limit_usd: float, time_in_force: TimeInForce = TimeInForce.DAY
    ) -> "Order":
        """At `limit_usd` or better."""
        return cls(symbol, qty, OrderType.LIMIT, limit_usd, time_in_force=time_in_force)

    @classmethod
    def stop(
        cls, symbol: str, qty: float, stop_usd: float, time_in_force: TimeInForce = TimeInForce.DAY
    ) -> "Order":
        """At the market once `stop_usd` is met or jumped."""
        return cls(symbol, qty, OrderType.STOP, stop_usd=stop_usd, time_in_force=time_in_force)

    @classmethod
    def at_open(cls, symbol: str, qty: float) -> "Order":
        """In the next opening auction."""
        return cls(symbol, qty, OrderType.MARKET_ON_OPEN)

    @classmethod
    def at_close(cls, symbol: str, qty: float) -> "Order":
        """In the next closing auction whose cut-off is still ahead."""
        return cls(symbol, qty, OrderType.MARKET_ON_CLOSE)


@dataclass(frozen=True, slots=True)
class Bracket:
    """An entry and its exits: they begin to work with its fill, for what was filled, and one ends the other.

    An exit that fills while the entry still works ends the entry too. Exits only reduce.
    Raises: InvalidOption for exits on the wrong side, of another size, or whose prices cross.
    """

    entry: Order
    take_profit: Order | None = None
    stop_loss: Order | None = None

    def __post_init__(self) -> None:
        """Refuse exits that do not fit the entry."""
        if self.take_profit is None and self.stop_loss is None:
            raise InvalidOption(
                f"A bracket for {self.entry.symbol} without exits.", "Give take_profit, stop_loss or both."
            )
        for name, kinds in (("take_profit", _TARGETS), ("stop_loss", _STOPS)):
            exit_ = getattr(self, name)
            if exit_ is not None:
                _check_exit(self.entry, exit_, name, kinds)
        _check_ladder(self)

    @property
    def exits(self) -> tuple[Order, ...]:
        """The exits there are, the target first."""
        return tuple(one for one in (self.take_profit, self.stop_loss) if one is not None)

    @classmethod
    def around(
        cls, entry: Order, take_profit_usd: float | None = None, stop_loss_usd: float | None = None
    ) -> "Bracket":
        """An entry with a limit order as target, a stop order as protection, both good till cancelled."""
        keep, back = TimeInForce.GTC, -entry.qty
        target = stop = None
        if take_profit_usd is not None:
            target = Order(
                entry.symbol, back, OrderType.LIMIT, take_profit_usd, time_in_force=keep, reduce_only=True
            )
        if stop_loss_usd is not None:
            stop = Order(
                entry.symbol, back, OrderType.STOP, None, stop_loss_usd, time_in_force=keep, reduce_only=True
            )
        return cls(entry, target, stop)


@dataclass(frozen=True, slots=True)
class OneCancelsOther:
    """Two orders of one symbol and size: what one fills, the other loses.

    Raises: InvalidOption where symbols or sizes differ.
    """

    first: Order
    second: Order

    def __post_init__(self) -> None:
        """Refuse a pair that could not replace each other."""
        if self.first.symbol != self.second.symbol or abs(self.first.qty) != abs(self.second.qty):
            raise InvalidOption(
                f"One cancels other: {self.first.qty:g} {self.first.symbol} beside "
                f"{self.second.qty:g} {self.second.symbol}.",
                "Give two orders of the same symbol and size.",
            )


@dataclass(frozen=True, slots=True)
class Amend:
    """Change what is given of a working order; `qty` is its new whole size, what was filled included.

    It arrives when a new order would; until then the order works as it was.
    Raises: InvalidOption where nothing is changed or a value cannot be.
    """

    ticket: int
    qty: float | None = None
    limit_usd: float | None = None
    stop_usd: float | None = None

    def __post_init__(self) -> None:
        """Refuse an empty or impossible change."""
        given = {name: getattr(self, name) for name in ("qty", "limit_usd", "stop_usd")}
        if all(value is None for value in given.values()):
            raise InvalidOption(
                f"An amendment of ticket {self.ticket} changes nothing.", "Give qty or a price."
            )
        _check_ticket(self.ticket)
        for name, value in given.items():
            if value is not None and not 0.0 < (abs(value) if name == "qty" else value) < math.inf:
                raise InvalidOption(
                    f"Amend ticket {self.ticket}: {name} = {value}.",
                    "Give a finite number, above zero in price.",
                )


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a working order; what fills before it arrives stays filled. With an unfilled entry go its exits.

    It arrives when an order sent beside it does: whoever sells in place of a stop amends it, ties the two as
    `OneCancelsOther`, or sells with `reduce_only`, or a gap at the next open may fill both.
    """

    ticket: int

    def __post_init__(self) -> None:
        """Refuse what cannot be a ticket."""
        _check_ticket(self.ticket)


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """A submitted order as it stands: its ticket, what is left of it, and at which prices it works.

    Units: shares, signed; dollars, restated by splits. `entry` is the ticket of the entry an exit belongs to.
    """

    ticket: int
    symbol: str
    type: OrderType
    state: OrderState
    qty: float
    filled_qty: float
    limit_usd: float | None
    stop_usd: float | None
    entry: int | None
    tag: str = ""

    @property
    def remaining_qty(self) -> float:
        """What has not traded yet."""
        return self.qty - self.filled_qty


Instruction = Order | Bracket | OneCancelsOther | Amend | Cancel

_TARGETS = frozenset({OrderType.LIMIT, OrderType.LIMIT_IF_TOUCHED})
_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


def resized(order: Order, qty: float) -> Order:
    """The same order for another size."""
    return replace(order, qty=qty)


def _check_price(order: Order, name: str, needed: bool) -> None:
    """A price stands exactly where the type has one, and can have printed."""
    price = getattr(order, name)
    if needed != (price is not None):
        mend = f"Give {name}, in dollars." if needed else f"Leave {name} out, or choose another type."
        raise InvalidOption(f"{order._named}: {name} = {price}.", mend)
    if price is not None and not 0.0 < price < math.inf:
        raise InvalidOption(
            f"{order._named}: {name} = {price}.", "Give a finite price above zero, in dollars."
        )


def _check_trail(order: Order) -> None:
    """A trailing stop has one distance, no other order has any."""
    usd, percent = order.trail_usd, order.trail_percent
    if order.type is not OrderType.TRAILING_STOP:
        raise InvalidOption(
            f"{order._named} with a trail.", "Leave trail_usd and trail_percent out, or use TRAILING_STOP."
        )
    if (usd is None) == (percent is None):
        raise InvalidOption(
            f"{order._named}: trail_usd = {usd}, trail_percent = {percent}.", "Give exactly one of the two."
        )
    if usd is not None and not 0.0 < usd < math.inf:
        raise InvalidOption(f"{order._named}: trail_usd = {usd}.", "Give a distance above zero, in dollars.")
    if percent is not None and not 0.0 < percent < 100.0:
        raise InvalidOption(
            f"{order._named}: trail_percent = {percent}.", "Give more than 0 and less than 100."
        )


def _check_time_in_force(order: Order) -> None:
    """A time in force that the order's type knows, with its end where it has one."""
    kept = order.time_in_force
    if (kept is TimeInForce.GTD) != (order.good_till is not None):
        mend = "Give good_till, in ns UTC." if order.good_till is None else "Use GTD, or leave good_till out."
        raise InvalidOption(f"{order._named}: {kept.name} with good_till = {order.good_till}.", mend)
    if order.type in _AUCTIONS and kept is not TimeInForce.DAY:
        raise InvalidOption(
            f"{order._named} for {kept.name}.", "An auction order ends with its auction: leave DAY."
        )
    if kept in _AT_ONCE and order.type not in (OrderType.MARKET, OrderType.LIMIT):
        raise InvalidOption(
            f"{order._named} for {kept.name}.", "Only market and limit orders can be filled at once: use GTC."
        )


def _check_exit(entry: Order, exit_: Order, name: str, kinds: frozenset[OrderType]) -> None:
    """An exit undoes the entry, and is of a type that can wait."""
    if exit_.type not in kinds:
        allowed = ", ".join(sorted(kind.name for kind in kinds))
        raise InvalidOption(f"{name} is a {exit_.type.words} order.", f"Use one of: {allowed}.")
    if exit_.symbol != entry.symbol or exit_.qty != -entry.qty:
        raise InvalidOption(
            f"{name} of {exit_.qty:g} {exit_.symbol} for an entry of {entry.qty:g} {entry.symbol}.",
            f"An exit undoes its entry: {-entry.qty:g} {entry.symbol}.",
        )
    if exit_.time_in_force in _AT_ONCE:
        raise InvalidOption(
            f"{name} for {exit_.time_in_force.name}.", "An exit has to wait: use GTC, GTD or DAY."
        )


def _check_ladder(bracket: Bracket) -> None:
    """For a buyer: stop below entry below target; for a seller the other way round."""
    loss, gain = bracket.stop_loss, bracket.take_profit
    steps = [
        loss.stop_usd if loss is not None else None,
        bracket.entry.limit_usd,
        gain.limit_usd if gain is not None else None,
    ]
    sign = bracket.entry.side.sign
    given = [sign * step for step in steps if step is not None]
    if any(upper <= lower for lower, upper in pairwise(given)):
        words = "stop below entry below target" if sign > 0 else "target below entry below stop"
        raise InvalidOption(
            f"Bracket for {bracket.entry.symbol}: stop {steps[0]}, entry {steps[1]}, target {steps[2]}.",
            f"For a {bracket.entry.side.name.lower()} it must be {words}.",
        )


def _check_ticket(ticket: int) -> None:
    """A ticket is a number from zero on."""
    if isinstance(ticket, bool) or not isinstance(ticket, int) or ticket < 0:
        raise InvalidOption(f"ticket = {ticket!r}.", "Give the number that submitting the order returned.")
