"""An order that every check passes, and for every check the ways in which it must not pass."""

import math
from dataclasses import dataclass, field, replace

from tradewright.execution.checks.contract import (
    CLOSING_AUCTION,
    CONTINUOUS,
    NAN,
    NO,
    OPENING_AUCTION,
    PAUSED,
    UNKNOWN,
    YES,
    Book,
    Request,
)
from tradewright.execution.limits.registry import find
from tradewright.values.instant import instant_of
from tradewright.values.order import OrderType, TimeInForce

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
    """Changes to the sound order, book and limits; `says` are words that the refusal must hold."""

    number: int
    book: dict = field(default_factory=dict)
    order: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    says: tuple[str, ...] = ()

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

VIOLATIONS = (
    Case(1, {"tradable": NO}, says=("SPY is not tradable", "tradable instrument", "Wait until")),
    Case(1, {"halted": YES}, says=("SPY is halted",)),
    Case(1, {"halted": YES, "tradable": UNKNOWN}, says=("SPY is halted",)),
    Case(2, {"restricted": YES}, says=("SPY is restricted", "no restricted name", "clear it")),
    Case(3, order={"qty": 0.0}, says=("qty = 0.0", "finite quantity")),
    Case(3, order={"qty": NAN}, says=("qty = nan",)),
    Case(3, order={"qty": math.inf}, says=("qty = inf",)),
    Case(3, order={"limit_usd": 0.0}, says=("price = 0.0", "finite price above zero")),
    Case(3, order={"limit_usd": -1.0}, says=("price = -1.0",)),
    Case(3, order={"limit_usd": math.inf}, says=("price = inf",)),
    Case(3, order={"stop_usd": -5.0}, says=("price = -5.0",)),
    Case(3, order={"limit_usd": 100.505}, says=("price = 100.505", "ticks of 0.01")),
    Case(3, order={"stop_usd": 99.001}, says=("price = 99.001", "ticks of 0.01")),
    Case(3, order={"qty": 100.5}, says=("qty = 100.5", "lots of 1", "whole lots")),
    Case(3, {"lot": 100.0}, order={"qty": 150.0}, says=("qty = 150", "lots of 100")),
    Case(4, {"reference_at": NOW - 6 * SECOND}, says=("6 s old", "5 s", "fresh print")),
    Case(4, {"reference_at": NOW + 1}, says=("of the future", "5 s")),
    Case(5, order={"limit_usd": 102.5}, says=("250.0 bps away", "200 bps", "closer to 100")),
    Case(5, order={"qty": -100.0, "limit_usd": 97.5}, says=("250.0 bps away",)),
    Case(5, {"daily_volatility": 0.001}, says=("0.50% away", "3 daily sigmas", "closer to 100")),
    Case(6, order={"qty": 60_000.0}, says=("60,000 shares", "50,000 shares", "Split it")),
    Case(6, order={"qty": 600.0}, says=("6.03%", "5.00% of equity", "at most 50,000 USD")),
    Case(6, {"day_volume": 5_000.0}, says=("100 shares", "1.00% of a day's volume, 50 shares")),
    Case(6, {"day_volume": 0.0}, says=("0 shares",)),
    Case(7, {"position": 950.0}, says=("10.55%", "position of 10.00% of equity", "Send less")),
    Case(7, {"working_buys": 950.0}, says=("position of 10.00%",)),
    Case(7, {"position": -950.0}, order=SELLING, says=("position of 10.00%",)),
    Case(7, {"gross_usd": 995_000.0}, says=("100.50%", "100.00%", "gross of")),
    Case(7, {"gross_usd": 900_000.0, "working_opening_usd": 95_000.0}, says=("gross of",)),
    Case(7, {"net_usd": 995_000.0}, says=("net of 100.00%",)),
    Case(7, {"net_usd": -995_000.0}, order=SELLING, says=("net of 100.00%",)),
    Case(7, {"sector_gross_usd": 295_000.0}, says=("30.50%", "sector of 30.00%")),
    Case(7, {"long_usd": 995_000.0}, says=("leverage of 100.00%",)),
    Case(8, {"working_orders": 50}, says=("this would be 51", "50 working orders", "wait for fills")),
    Case(8, {"working_usd": 245_000.0}, says=("25.50%", "25.00% of equity at work")),
    Case(9, {"buying_power_usd": 11_000.0}, says=("11,055.00 USD", "11,000.00 USD of buying power", "10%")),
    Case(9, {"buying_power_usd": -1.0}, says=("-1.00 USD of buying power",)),
    Case(10, {"orders_1s": 5}, says=("this would be 6", "5 orders in 1 s", "Slow down")),
    Case(10, {"orders_30s": 50}, says=("this would be 51", "50 orders in 30 s")),
    Case(10, {"orders_day": 2_000, "fills_day": 1_000}, says=("this would be 2001", "orders in a session")),
    Case(10, {"orders_day": 120, "fills_day": 5}, says=("24.2", "20 orders a trade", "Quote closer")),
    Case(10, {"orders_day": 120, "fills_day": 0}, says=("121.0",)),
    Case(10, {"cancels_1s": 5}, order={"is_cancel": YES}, says=("5 cancels in 1 s",)),
    Case(10, {"cancels_30s": 50}, order={"is_cancel": YES}, says=("50 cancels in 30 s",)),
    Case(10, {"cancels_day": 2_000}, order={"is_cancel": YES}, says=("2000 cancels in a session",)),
    Case(11, {"duplicates": 1}, says=("1 equal orders for SPY", "0 repeats in 5 s", "change what is wanted")),
    Case(12, order={"parent_qty": 50.0}, says=("children would be 100", "a parent of 50 shares", "most 50")),
    Case(12, order={"parent_qty": 500.0, "children_qty": 450.0}, says=("would be 550", "Send at most 50")),
    Case(12, order={"parent_qty": -500.0}, says=("a parent of -500 shares",)),
    Case(12, order={"parent_qty": 500.0, "children_qty": -10.0}, says=("a parent of 500",)),
    Case(13, {"repeats": 3}, says=("this would be 4 for SPY", "3 equal executions in 60 s", "loop")),
    Case(14, {"own_lowest_sell_usd": 100.5}, says=("own sell at 100.5", "price of 100.5", "Cancel the own")),
    Case(14, {"own_lowest_sell_usd": 90.0}, order=AT_MARKET, says=("own sell at 90", "price of inf")),
    Case(14, {"own_highest_buy_usd": 99.5}, order=SELLING, says=("own buy at 99.5", "price of 99.5")),
    Case(15, {"kill_latched": YES}, says=("latched", "kill switch at rest", "after its cool-down")),
    Case(15, {"day_start_usd": 1.03e6}, says=("2.91%", "loss since the session began of 2.50%")),
    Case(15, {"rolling_start_usd": 1.06e6}, says=("5.66%", "loss of the rolling sessions of 5.00%")),
    Case(15, {"session_peak_usd": 1.04e6}, says=("3.85%", "fall from the session's peak of 3.00%")),
    Case(15, {"peak_usd": 1.2e6}, says=("16.67%", "drawdown of 10.00%")),
    Case(16, {"stage_capital_usd": 10_000.0}, says=("10,050.00 USD", "10,000.00 USD of stage", "next stage")),
    Case(16, {"strategy_gross_usd": 495_000.0}, says=("505,050.00 USD",)),
    Case(17, {"phase": PAUSED}, order=AT_MARKET, says=("SPY is in a pause", "continuous trading", "limit")),
    Case(17, {"phase": OPENING_AUCTION}, order=AT_MARKET, says=("the opening auction",)),
    Case(17, {"phase": CLOSING_AUCTION}, order=AT_MARKET, says=("the closing auction",)),
    Case(17, {"band_high_usd": 100.4}, says=("the limit is 100.5 USD", "90 to 100.4 USD", "inside the bands")),
    Case(17, {"band_low_usd": 99.6}, order=SELLING, says=("the limit is 99.5 USD", "99.6 to 110 USD")),
    Case(18, {"model_at": NOW - 31 * 86_400 * SECOND}, says=("model of at most", "Train or load")),
    Case(18, {"model_at": NOW + 1}, says=("model of at most",)),
    Case(18, {"features_at": NOW - 61 * SECOND}, says=("61 s", "features of at most 60 s", "pipeline")),
    Case(18, {"heartbeat_at": NOW - 6 * SECOND}, says=("6 s", "heartbeat of at most 5 s", "process")),
    Case(18, {"clock_skew_ms": 51.0}, says=("51 ms", "50 ms of skew", "Set the clock")),
    Case(18, {"clock_skew_ms": -51.0}, says=("-51 ms",)),
    Case(19, {"opens_at": NOW + SECOND}, says=("it has not opened", "an open session", "for the open")),
    Case(19, {"closes_at": NOW - SECOND}, says=("1 s after it", "before the close", "next session")),
    Case(19, {"closes_at": NOW}, says=("0 s after it",)),
    Case(19, order=ON_OPEN, says=("1800 s after it", "before the open")),
    Case(19, {"auction_cutoff_at": NOW - SECOND}, order=ON_CLOSE, says=("closing auction's cut-off",)),
    Case(19, order={"time_in_force": TimeInForce.GTD, "good_till": NOW}, says=("good_till ahead", "later")),
    Case(20, {"located": 50.0}, order=SELLING, says=("100 shares short", "50 shares located", "Locate more")),
    Case(20, {"located": 0.0, "position": 40.0}, order=SELLING, says=("60 shares short",)),
    Case(20, {"located": 100.0, "working_sells": 50.0}, order=SELLING, says=("150 shares short",)),
    Case(21, {"code_attested": NO}, says=("hash differs", "the approved code", "Approve this code")),
    Case(21, {"config_attested": NO}, says=("the approved configuration",)),
    Case(22, order={"reduce_only": YES}, says=("100 shares", "0 shares left to close", "Send at most 0")),
    Case(22, {"position": 40.0}, order={**SELLING, "reduce_only": YES}, says=("40 shares left",)),
    Case(22, {**LONG, "working_sells": 250.0}, order={**SELLING, "reduce_only": YES}, says=("50 shares left",)),
    Case(23, {"log_open": NO}, says=("it is closed", "an open decision log", "open it again")),
)

UNKNOWNS = (
    Case(1, {"tradable": UNKNOWN}),
    Case(1, {"halted": UNKNOWN}),
    Case(2, {"restricted": UNKNOWN}),
    Case(3, {"tick_usd": NAN}),
    Case(3, {"tick_usd": 0.0}),
    Case(3, {"lot": NAN}),
    Case(4, {"reference_usd": NAN}),
    Case(4, {"reference_usd": 0.0}),
    Case(4, {"reference_usd": -1.0}),
    Case(4, {"reference_usd": math.inf}),
    Case(4, {"reference_at": UNKNOWN}),
    Case(5, {"reference_usd": NAN}),
    Case(5, {"daily_volatility": NAN}),
    Case(6, {"equity_usd": NAN}),
    Case(6, {"equity_usd": 0.0}),
    Case(6, {"reference_usd": NAN}, order=AT_MARKET),
    Case(6, {"day_volume": NAN}),
    Case(7, {"equity_usd": NAN}),
    Case(7, {"equity_usd": -1.0}),
    Case(7, {"position": NAN}),
    Case(7, {"working_buys": NAN}),
    Case(7, {"working_sells": NAN}, order=SELLING),
    Case(7, {"gross_usd": NAN}),
    Case(7, {"net_usd": NAN}),
    Case(7, {"long_usd": NAN}),
    Case(7, {"sector_gross_usd": NAN}),
    Case(7, {"working_opening_usd": NAN}),
    Case(8, {"working_orders": UNKNOWN}),
    Case(8, {"working_usd": NAN}),
    Case(8, {"equity_usd": NAN}),
    Case(9, {"buying_power_usd": NAN}),
    Case(9, {"position": NAN}),
    Case(10, {"orders_1s": UNKNOWN}),
    Case(10, {"orders_30s": UNKNOWN}),
    Case(10, {"orders_day": UNKNOWN}),
    Case(10, {"fills_day": UNKNOWN}),
    Case(10, {"cancels_1s": UNKNOWN}, order={"is_cancel": YES}),
    Case(10, {"cancels_30s": UNKNOWN}, order={"is_cancel": YES}),
    Case(10, {"cancels_day": UNKNOWN}, order={"is_cancel": YES}),
    Case(11, {"duplicates": UNKNOWN}),
    Case(12, order={"parent_qty": NAN}),
    Case(12, order={"parent_qty": 500.0, "children_qty": NAN}),
    Case(13, {"repeats": UNKNOWN}),
    Case(14, {"own_lowest_sell_usd": NAN}),
    Case(14, {"own_highest_buy_usd": NAN}, order=SELLING),
    Case(15, {"kill_latched": UNKNOWN}),
    Case(15, {"day_start_usd": NAN}),
    Case(15, {"rolling_start_usd": NAN}),
    Case(15, {"session_peak_usd": NAN}),
    Case(15, {"peak_usd": NAN}),
    Case(15, {"equity_usd": NAN}),
    Case(15, {"peak_usd": 0.0}),
    Case(16, {"stage_capital_usd": NAN}),
    Case(16, {"strategy_gross_usd": NAN}),
    Case(16, {"position": NAN}),
    Case(17, {"phase": UNKNOWN}),
    Case(17, {"band_low_usd": NAN}),
    Case(17, {"band_high_usd": NAN}),
    Case(18, {"model_at": UNKNOWN}),
    Case(18, {"features_at": UNKNOWN}),
    Case(18, {"heartbeat_at": UNKNOWN}),
    Case(18, {"clock_skew_ms": NAN}),
    Case(19, {"opens_at": UNKNOWN}),
    Case(19, {"closes_at": UNKNOWN}),
    Case(19, {"auction_cutoff_at": UNKNOWN}, order=ON_CLOSE),
    Case(20, {"located": NAN}, order=SELLING),
    Case(20, {"position": NAN}, order=SELLING),
    Case(20, {"working_sells": NAN}, order=SELLING),
    Case(21, {"code_attested": UNKNOWN}),
    Case(21, {"config_attested": UNKNOWN}),
    Case(22, {"position": NAN}, order={"reduce_only": YES}),
    Case(22, {**LONG, "working_sells": NAN}, order={**SELLING, "reduce_only": YES}),
    Case(23, {"log_open": UNKNOWN}),
)
