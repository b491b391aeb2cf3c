"""What a check sees and says: the order at the door, the book of what is known, and a refusal in words."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from tradewright.execution.limits.contract import Limits
from tradewright.values.order import Order, OrderType, TimeInForce

NAN = math.nan
YES, NO, UNKNOWN = 1, 0, -1
NONE_SET = -1
# Phases of an instrument's trading day.
CONTINUOUS, OPENING_AUCTION, CLOSING_AUCTION, PAUSED = 1, 2, 3, 4
NS_PER_S, NS_PER_MS = 1e9, 1e6
# Codes of refusals: those of the gateway lie above all codes of the kernel.
GATEWAY = 100


@dataclass(frozen=True, slots=True)
class Request:
    """An order, or the cancel of one, at the gateway's door.

    Units: `qty` shares, signed; prices dollars, NaN where the order has none; `at` and `good_till` ns UTC.
    `parent_qty` is the size of the parent this order is a slice of, 0.0 where it is no slice, NaN where
    nobody knows; `children_qty` what was already sent for that parent.
    """

    symbol: str
    qty: float
    at: int
    type: int = OrderType.MARKET
    limit_usd: float = NAN
    stop_usd: float = NAN
    time_in_force: int = TimeInForce.DAY
    good_till: int = NONE_SET
    reduce_only: int = NO
    parent_qty: float = 0.0
    children_qty: float = 0.0
    is_cancel: int = NO


def request_of(order: Order, at: int, parent_qty: float = 0.0, children_qty: float = 0.0) -> Request:
    """An order as it stands at the door at an instant."""
    return Request(
        symbol=order.symbol,
        qty=order.qty,
        at=at,
        type=order.type,
        limit_usd=NAN if order.limit_usd is None else order.limit_usd,
        stop_usd=NAN if order.stop_usd is None else order.stop_usd,
        time_in_force=order.time_in_force,
        good_till=NONE_SET if order.good_till is None else order.good_till,
        reduce_only=int(order.reduce_only),
        parent_qty=parent_qty,
        children_qty=children_qty,
    )


@dataclass(frozen=True, slots=True)
class Book:
    """What is known at the instant of asking. Whatever nobody filled in is unknown, and refuses.

    Units: dollars and shares; `_at` ns UTC; NaN, or -1 for whole numbers, is unknown. `position` is signed,
    `working_buys` and `working_sells` are this instrument's unexecuted shares. `gross_usd`, `net_usd` and
    `sector_gross_usd` are of what is held; `working_opening_usd` is the value of all unexecuted orders that
    would add to it. `own_highest_buy_usd` is 0 and `own_lowest_sell_usd` infinite where nothing rests.
    `other_symbols` counts the strategy's names but this one, held or about to be. `model_at` and
    `features_at` are 0 where the strategy has no model. `daily_volatility` is a share of the price.
    """

    # The instrument.
    tradable: int = UNKNOWN
    halted: int = UNKNOWN
    restricted: int = UNKNOWN
    phase: int = UNKNOWN
    tick_usd: float = NAN
    lot: float = NAN
    reference_usd: float = NAN
    reference_at: int = UNKNOWN
    daily_volatility: float = NAN
    day_volume: float = NAN
    band_low_usd: float = NAN
    band_high_usd: float = NAN
    opens_at: int = UNKNOWN
    closes_at: int = UNKNOWN
    auction_cutoff_at: int = UNKNOWN
    located: float = NAN
    # The account.
    equity_usd: float = NAN
    position: float = NAN
    working_buys: float = NAN
    working_sells: float = NAN
    gross_usd: float = NAN
    net_usd: float = NAN
    long_usd: float = NAN
    sector_gross_usd: float = NAN
    working_opening_usd: float = NAN
    working_usd: float = NAN
    working_orders: int = UNKNOWN
    buying_power_usd: float = NAN
    own_highest_buy_usd: float = NAN
    own_lowest_sell_usd: float = NAN
    # The strategy.
    strategy_gross_usd: float = NAN
    other_symbols: float = NAN
    stage_capital_usd: float = NAN
    duplicates: int = UNKNOWN
    repeats: int = UNKNOWN
    model_at: int = UNKNOWN
    features_at: int = UNKNOWN
    # Pace.
    orders_1s: int = UNKNOWN
    orders_30s: int = UNKNOWN
    orders_day: int = UNKNOWN
    cancels_1s: int = UNKNOWN
    cancels_30s: int = UNKNOWN
    cancels_day: int = UNKNOWN
    fills_day: int = UNKNOWN
    # Losses.
    kill_latched: int = UNKNOWN
    day_start_usd: float = NAN
    rolling_start_usd: float = NAN
    session_peak_usd: float = NAN
    peak_usd: float = NAN
    # The system.
    clock_skew_ms: float = NAN
    heartbeat_at: int = UNKNOWN
    code_attested: int = UNKNOWN
    config_attested: int = UNKNOWN
    log_open: int = UNKNOWN


@dataclass(frozen=True, slots=True)
class Refusal:
    """A check's no: which limit, what was met, and the way out.

    `is_unknown` where the check lacked an input rather than met a violation: a bounded exit still passes
    then.
    """

    check: str
    code: int
    limit: str
    value: str
    way_out: str
    is_unknown: bool = False

    @property
    def words(self) -> str:
        """The whole refusal in one readable line."""
        return f"{self.check}: {self.value}; allowed: {self.limit}. {self.way_out}"


Judge = Callable[[Request, Book, Limits], "Refusal | None"]

# In the order in which they are asked; numbers and names are kept in runs and never change.
NAMES = {
    1: "tradable", 2: "restricted list", 3: "conformity", 4: "fresh price", 5: "price collar",
    6: "order size", 7: "exposure", 8: "unexecuted orders", 9: "buying power", 10: "pace",
    11: "duplicate", 12: "parent order",
    13: "execution loop", 14: "self-match", 15: "losses", 16: "stage capital", 17: "trading phase",
    18: "freshness", 19: "session", 20: "borrow", 21: "attestation", 22: "bounded exit", 23: "decision log",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the ordered list.

    `binds_exits`: a bounded exit is refused too where the check meets a violation. `judges_cancels`: cancels
    are asked as well.
    """

    number: int
    judge: Judge
    binds_exits: bool = False
    judges_cancels: bool = False

    @property
    def name(self) -> str:
        """What the check is called in refusals and records."""
        return NAMES[self.number]

    @property
    def code(self) -> int:
        """The number under which refusals of this check are kept."""
        return GATEWAY + self.number


def refused(number: int, limit: str, value: str, way_out: str) -> Refusal:
    """A violation of check `number`."""
    return Refusal(NAMES[number], GATEWAY + number, limit, value, way_out)


def unknown(number: int, what: str, way_out: str) -> Refusal:
    """Check `number` lacks an input: that refuses, because nobody can say that the order is sound."""
    said = f"nobody knows {what}"
    return Refusal(NAMES[number], GATEWAY + number, "only what is known", said, way_out, is_unknown=True)


def notional_price(order: Request, book: Book) -> float:
    """The price that an order is valued at: the higher of its limit and the reference; NaN if unknown."""
    limit, reference = order.limit_usd, book.reference_usd
    return limit if limit > reference else reference


def opening_shares(order: Request, book: Book) -> float:
    """Shares by which an order may add to a position, once all that works on its side has filled.

    NaN where position or working orders are unknown.
    """
    buys, size = order.qty > 0.0, abs(order.qty)
    before = book.position + book.working_buys if buys else book.working_sells - book.position
    return size if before >= 0.0 else max(before + size, 0.0)  # max keeps a NaN that stands first


def is_bounded_exit(order: Request, book: Book) -> bool:
    """True where an order can only reduce what is held, whatever else still works on its side.

    Unknown positions bound nothing: then no order counts as an exit.
    """
    if order.is_cancel or not 0.0 < abs(order.qty) < math.inf:
        return False
    return order.qty * book.position < 0.0 and opening_shares(order, book) == 0.0
