"""An order that every check passes, and for every check the ways in which it must not pass."""

import math
from dataclasses import dataclass, field, replace

from tradewright.execution.checks.contract import (
    CONTINUOUS,
    NAN,
    NO,
    YES,
    Book,
    Request,
)
from tradewright.execution.limits.registry import find
from tradewright.values.instant import instant_of
from tradewright.values.order import OrderType

NOW = instant_of("2024-03-05T15:00:00")
SECOND = 10**9
LIMITS = find("conservative")

# Flat, quiet, known: a hundred shares of a 100-dollar stock in an account of a million.
BOOK = Book(
    tradable=YES,
    halted=NO,
    restricted=NO,
    phase=CONTINUOUS,
    tick_usd=0.01,
    lot=1.0,
    reference_usd=100.0,
    reference_at=NOW - SECOND,
    daily_volatility=0.02,
    day_volume=1e7,
    band_low_usd=90.0,
    band_high_usd=110.0,
    opens_at=NOW - 1_800 * SECOND,
    closes_at=NOW + 21_600 * SECOND,
    auction_cutoff_at=NOW + 21_000 * SECOND,
    located=10_000.0,
    equity_usd=1e6,
    position=0.0,
    working_buys=0.0,
    working_sells=0.0,
    gross_usd=0.0,
    net_usd=0.0,
    long_usd=0.0,
    sector_gross_usd=0.0,
    working_opening_usd=0.0,
    working_usd=0.0,
    working_orders=0,
    buying_power_usd=1e6,
    own_highest_buy_usd=0.0,
    own_lowest_sell_usd=math.inf,
    strategy_gross_usd=0.0,
    stage_capital_usd=500_000.0,
    other_symbols=0.0,
    duplicates=0,
    repeats=0,
    model_at=NOW - 86_400 * SECOND,
    features_at=NOW - SECOND,
    orders_1s=0,
    orders_30s=0,
    orders_day=0,
    cancels_1s=0,
    cancels_30s=0,
    cancels_day=0,
    fills_day=0,
    kill_latched=NO,
    day_start_usd=1e6,
    rolling_start_usd=1e6,
    session_peak_usd=1e6,
    peak_usd=1e6,
    clock_skew_ms=1.0,
    heartbeat_at=NOW - SECOND,
    code_attested=YES,
    config_attested=YES,
    log_open=YES,
)
BUY = Request("SPY", 100.0, NOW, OrderType.LIMIT, limit_usd=100.5)
SELL = replace(BUY, qty=-100.0, limit_usd=99.5)
MARKET = Request("SPY", 100.0, NOW)
# A position of 300 shares, and an order that sells 100 of them.
LONG = {"position": 300.0, "gross_usd": 30_000.0, "net_usd": 30_000.0, "long_usd": 30_000.0}


def holding(book: Book = BOOK) -> Book:
    """The same book with 300 shares held."""
    return replace(book, **LONG)


@dataclass(frozen=True)
class Case:
    """Changes to the sound order, book and limits, and the words of the refusal that they must meet with."""

    number: int
    book: dict = field(default_factory=dict)
    order: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    words: str = ""

    def made(self):
        """The request, book and limits of the case."""
        return replace(BUY, **self.order), replace(BOOK, **self.book), replace(LIMITS, **self.limits)

    def __str__(self):
        changed = {**self.book, **self.order, **self.limits}
        return f"{self.number}-" + "-".join(f"{name}={value}" for name, value in changed.items())


SELLING = {"qty": -100.0, "limit_usd": 99.5}
AT_MARKET = {"type": OrderType.MARKET, "limit_usd": NAN}
ON_OPEN = {"type": OrderType.MARKET_ON_OPEN, "limit_usd": NAN}
ON_CLOSE = {"type": OrderType.MARKET_ON_CLOSE, "limit_usd": NAN}
