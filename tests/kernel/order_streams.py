"""Random markets with random words on single orders: every type, tie, amendment and cancellation."""

from dataclasses import dataclass, replace

import numpy as np
from markets import DAY_NS, Stream, Traits, draw, told

from tradewright.values.order import (
    Amend,
    Bracket,
    Cancel,
    Instruction,
    OneCancelsOther,
    Order,
    OrderType,
    TimeInForce,
)
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile

Said = list[tuple[int, Instruction]]
SIZES = (1.0, 2.0, 5.0, 10.0, 40.0, 0.5)
KEPT = tuple(TimeInForce)


@dataclass(frozen=True, repr=False)
class OrderStream:
    """One random market, what was said about orders in it, and the rules to trade it under."""

    panel: Panel
    said: Said
    account: AccountOptions
    profile: ExecutionProfile
    stream: Stream

    @property
    def all(self) -> tuple[Panel, Said, AccountOptions, ExecutionProfile]:
        """What every driver takes."""
        return self.panel, self.said, self.account, self.profile


def draw_orders(
    seed: int, traits: Traits, account: AccountOptions, profile: ExecutionProfile, talk: float = 0.8
) -> OrderStream:
    """A random stream in which `talk` words are said on a row and symbol; equal arguments, equal streams."""
    stream = draw(seed, traits, account, profile)
    random = np.random.default_rng([seed, 7])
    plain = stream if not traits.abroad else draw(seed, replace(traits, abroad=False), account, profile)
    panel = told(ranged(plain.panel, random, traits), seed, traits, account)
    said: Said = []
    tickets: list[Order | None] = []
    for row in range(len(panel.instants)):
        for _ in range(random.poisson(talk * traits.assets)):
            word = draw_word(random, panel, row, tickets)
            if word is not None:
                said.append((row, word))
                tickets += orders_in(word)
    return OrderStream(panel, said, account, profile, stream)


def ranged(panel: Panel, random: np.random.Generator, traits: Traits) -> Panel:
    """The same bars with highs and lows of their own, on round cents, several bars a session at times."""
    wide = np.abs(random.normal(0.0, 0.02, panel.shape))
    known_high, known_low = np.fmax(panel.open, panel.close), np.fmin(panel.open, panel.close)
    high = cents(known_high * (1.0 + wide))
    low = cents(known_low * (1.0 - np.abs(random.normal(0.0, 0.02, panel.shape))))
    open_, close = cents(panel.open), cents(panel.close)
    lost = random.random(panel.shape) < traits.gaps / 3
    high[lost] = np.nan
    bars_a_day = int(random.choice([1, 1, 3, 7]))
    moments = np.arange(len(panel.instants)) * (DAY_NS // bars_a_day)
    volume, actions = panel.volume.copy(), panel.actions.copy()
    if panel.is_close_only:
        high, low = np.full(panel.shape, np.nan), np.full(panel.shape, np.nan)
    return Panel(
        *(moments + DAY_NS // bars_a_day - 1, moments, panel.symbols, open_, high, low, close, volume),
        *(actions, panel.borrows.copy()),
    )


def cents(prices: np.ndarray) -> np.ndarray:
    """Prices on a coarse grid, so that limits are met exactly now and then."""
    return np.round(prices * 4.0) / 4.0


def orders_in(word: Instruction) -> list[Order | None]:
    """The orders that a word submits, in the order of their tickets; ties are marked by None."""
    if isinstance(word, Order):
        return [word]
    if isinstance(word, Bracket):
        return [word.entry, *(replace(one, qty=-word.entry.qty) for one in word.exits)]
    if isinstance(word, OneCancelsOther):
        return [word.first, word.second]
    return []


def draw_word(
    random: np.random.Generator, panel: Panel, row: int, tickets: list[Order | None]
) -> Instruction | None:
    """Any word that may be said at the close of a row; None where the draw asks for what cannot be."""
    kind = random.random()
    if kind < 0.18 and tickets:
        return draw_change(random, tickets)
    asset = int(random.integers(0, panel.shape[1]))
    price = float(panel.close[row, asset])
    price = price if np.isfinite(price) else 50.0
    order = draw_order(random, panel, row, (asset, price))
    if kind < 0.55:
        return order
    if kind < 0.85:
        return draw_bracket(random, order, price)
    mirrored = draw_order(random, panel, row, (asset, price))
    size = abs(order.qty) * (1.0 if random.random() < 0.5 else -1.0)
    return OneCancelsOther(order, replace(mirrored, qty=size, tag="other"))


def draw_order(
    random: np.random.Generator, panel: Panel, row: int, place: tuple[int, float], qty: float = 0.0
) -> Order:
    """An order of any type around a price; of a given size or of any."""
    asset, price = place
    kind = OrderType(int(random.integers(0, len(OrderType))))
    qty = qty or float(random.choice(SIZES)) * (1.0 if random.random() < 0.55 else -1.0)
    keep, till = TimeInForce.DAY, None
    if kind not in (OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE):
        keep = KEPT[int(random.integers(0, 5 if kind in (OrderType.MARKET, OrderType.LIMIT) else 3))]
    if keep is TimeInForce.GTD:
        till = int(panel.instants[row]) + int(random.integers(0, 6)) * DAY_NS // 2
    limit, stop = around(random, price), around(random, price)
    trail = (None, None)
    if kind is OrderType.TRAILING_STOP:
        trail = (float(random.uniform(0.3, 3.0)), None) if random.random() < 0.5 else (None, 3.0)
    return Order(
        panel.symbols[asset],
        qty,
        kind,
        limit if kind in (OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED) else None,
        stop if kind in (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED) else None,
        *trail,
        keep,
        till,
        bool(random.random() < 0.15),
    )


def around(random: np.random.Generator, price: float) -> float:
    """A price on the grid near another."""
    return float(max(0.25, np.round(price * float(1.0 + random.normal(0.0, 0.03)) * 4.0) / 4.0))


def draw_bracket(random: np.random.Generator, entry: Order, price: float) -> Bracket | None:
    """Exits on the right sides of an entry, one or both; None where they would cross."""
    sign = entry.side.sign
    gap = float(np.round(random.uniform(0.25, 4.0) * 4.0) / 4.0)
    middle = entry.limit_usd or price
    kinds = random.random()
    loss, gain = max(0.25, middle - sign * gap), max(0.25, middle + sign * gap)
    stop = Order(entry.symbol, -entry.qty, OrderType.STOP, stop_usd=loss, time_in_force=TimeInForce.GTC)
    if kinds < 0.2:
        stop = Order(entry.symbol, -entry.qty, OrderType.TRAILING_STOP, trail_usd=gap)
    elif kinds < 0.4:
        limit = max(0.25, loss - sign * 0.5)
        stop = Order(entry.symbol, -entry.qty, OrderType.STOP_LIMIT, limit, loss)
    target = Order(entry.symbol, -entry.qty, OrderType.LIMIT, gain, time_in_force=TimeInForce.GTC)
    if sign * loss >= sign * middle or sign * gain <= sign * middle:
        return None
    if random.random() < 0.2:
        return Bracket(entry, None, stop) if random.random() < 0.5 else Bracket(entry, target)
    return Bracket(entry, target, stop)


def draw_change(random: np.random.Generator, tickets: list[Order | None]) -> Instruction | None:
    """A cancellation, or an amendment of what the order has."""
    ticket = int(random.integers(max(0, len(tickets) - 12), len(tickets)))
    order = tickets[ticket]
    if random.random() < 0.4 or order is None:
        return Cancel(ticket)
    if order.limit_usd is not None and random.random() < 0.5:
        return Amend(ticket, limit_usd=around(random, order.limit_usd))
    if order.stop_usd is not None:
        return Amend(ticket, stop_usd=around(random, order.stop_usd))
    return None
