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

VIOLATIONS = (
    Case(
        1,
        book={"tradable": NO},
        words="tradable: SPY is not tradable; allowed: a tradable instrument. Wait until its market "
        "trades it again.",
    ),
    Case(
        1,
        book={"halted": YES},
        words="tradable: SPY is halted; allowed: a tradable instrument. Wait until its market "
        "trades it again.",
    ),
    Case(
        1,
        book={"halted": YES, "tradable": UNKNOWN},
        words="tradable: SPY is halted; allowed: a tradable instrument. Wait until its market "
        "trades it again.",
    ),
    Case(
        2,
        book={"restricted": YES},
        words="restricted list: SPY is restricted; allowed: no restricted name. Have whoever keeps "
        "the list clear it.",
    ),
    Case(
        3,
        order={"qty": 0.0},
        words="conformity: qty = 0.0; allowed: a finite quantity above zero. Give a number of "
        "shares.",
    ),
    Case(
        3,
        order={"qty": NAN},
        words="conformity: qty = nan; allowed: a finite quantity above zero. Give a number of "
        "shares.",
    ),
    Case(
        3,
        order={"qty": math.inf},
        words="conformity: qty = inf; allowed: a finite quantity above zero. Give a number of "
        "shares.",
    ),
    Case(
        3,
        order={"limit_usd": 0.0},
        words="conformity: price = 0.0; allowed: a finite price above zero. Give a price in "
        "dollars.",
    ),
    Case(
        3,
        order={"limit_usd": -1.0},
        words="conformity: price = -1.0; allowed: a finite price above zero. Give a price in "
        "dollars.",
    ),
    Case(
        3,
        order={"limit_usd": math.inf},
        words="conformity: price = inf; allowed: a finite price above zero. Give a price in "
        "dollars.",
    ),
    Case(
        3,
        order={"stop_usd": -5.0},
        words="conformity: price = -5.0; allowed: a finite price above zero. Give a price in "
        "dollars.",
    ),
    Case(
        3,
        order={"limit_usd": 100.505},
        words="conformity: price = 100.505; allowed: ticks of 0.01 USD. Round the price to its "
        "tick.",
    ),
    Case(
        3,
        order={"stop_usd": 99.001},
        words="conformity: price = 99.001; allowed: ticks of 0.01 USD. Round the price to its tick.",
    ),
    Case(
        3,
        order={"qty": 100.5},
        words="conformity: qty = 100.5; allowed: lots of 1. Round it to whole lots.",
    ),
    Case(
        3,
        book={"lot": 100.0},
        order={"qty": 150.0},
        words="conformity: qty = 150; allowed: lots of 100. Round it to whole lots.",
    ),
    Case(
        4,
        book={"reference_at": NOW - 6 * SECOND},
        words="fresh price: SPY's price is 6 s old; allowed: an age of 5 s. Wait for a fresh print "
        "or mend the feed.",
    ),
    Case(
        4,
        book={"reference_at": NOW + 1},
        words="fresh price: the price is from the future; allowed: an age of 5 s. Wait for a fresh "
        "print or mend the feed.",
    ),
    Case(
        5,
        order={"limit_usd": 102.5},
        words="price collar: a limit price 250.0 bps away; allowed: 200 bps. Move the limit closer "
        "to 100 USD.",
    ),
    Case(
        5,
        order={"qty": -100.0, "limit_usd": 97.5},
        words="price collar: a limit price 250.0 bps away; allowed: 200 bps. Move the limit closer "
        "to 100 USD.",
    ),
    Case(
        5,
        book={"daily_volatility": 0.001},
        words="price collar: a limit price 0.50% away at 0.10% a day; allowed: 3 daily sigmas. Move "
        "the limit closer to 100 USD.",
    ),
    Case(
        6,
        order={"qty": 60_000.0},
        words="order size: 60,000 shares; allowed: 50,000 shares. Split it: 50,000 at a time.",
    ),
    Case(
        6,
        order={"qty": 1_200.0},
        words="order size: 12.06% of equity; allowed: 10.00%. Send at most 100,000 USD.",
    ),
    Case(
        6,
        book={"day_volume": 5_000.0},
        words="order size: 100 shares; allowed: 1.00% of a day's volume, 50 shares. Spread it over "
        "several days.",
    ),
    Case(
        6,
        book={"day_volume": 0.0},
        words="order size: 100 shares; allowed: 1.00% of a day's volume, 0 shares. Spread it over "
        "several days.",
    ),
    Case(
        7,
        book={"position": 950.0},
        words="exposure: position of 10.55% of equity with all that works; allowed: 10.00%. Send "
        "less, reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"working_buys": 950.0},
        words="exposure: position of 10.55% of equity with all that works; allowed: 10.00%. Send "
        "less, reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"position": -950.0},
        order=SELLING,
        words="exposure: position of 10.50% of equity with all that works; allowed: 10.00%. Send "
        "less, reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"gross_usd": 995_000.0},
        words="exposure: gross of 100.50% of equity with all that works; allowed: 100.00%. Send "
        "less, reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"gross_usd": 900_000.0, "working_opening_usd": 95_000.0},
        words="exposure: gross of 100.50% of equity with all that works; allowed: 100.00%. Send "
        "less, reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"net_usd": 995_000.0},
        words="exposure: net of 100.50% of equity with all that works; allowed: 100.00%. Send less, "
        "reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"net_usd": -995_000.0},
        order=SELLING,
        words="exposure: net of 100.50% of equity with all that works; allowed: 100.00%. Send less, "
        "reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"sector_gross_usd": 295_000.0},
        words="exposure: sector of 30.50% of equity with all that works; allowed: 30.00%. Send "
        "less, reduce first or cancel what works.",
    ),
    Case(
        7,
        book={"long_usd": 995_000.0},
        words="exposure: leverage of 100.50% of equity with all that works; allowed: 100.00%. Send "
        "less, reduce first or cancel what works.",
    ),
    Case(
        8,
        book={"working_orders": 50},
        words="unexecuted orders: 51 working orders; allowed: 50. Cancel some, or wait for fills.",
    ),
    Case(
        8,
        book={"working_usd": 245_000.0},
        words="unexecuted orders: 25.50% of equity at work; allowed: 25.00%. Cancel some, or wait "
        "for fills.",
    ),
    Case(
        9,
        book={"buying_power_usd": 11_000.0},
        words="buying power: 11,055.00 USD, a haircut of 10% included; allowed: 11,000.00 USD of "
        "buying power. Send less, or free money first.",
    ),
    Case(
        9,
        book={"buying_power_usd": -1.0},
        words="buying power: 11,055.00 USD, a haircut of 10% included; allowed: -1.00 USD of buying "
        "power. Send less, or free money first.",
    ),
    Case(
        10,
        book={"orders_1s": 5},
        words="pace: 6 orders in 1 s; allowed: 5. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"orders_30s": 50},
        words="pace: 51 orders in 30 s; allowed: 50. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"orders_day": 2_000, "fills_day": 1_000},
        words="pace: 2001 orders in a session; allowed: 2000. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"orders_day": 120, "fills_day": 5},
        words="pace: 24.2 orders a trade; allowed: 20. Quote closer, or send fewer.",
    ),
    Case(
        10,
        book={"orders_day": 120, "fills_day": 0},
        words="pace: 121.0 orders a trade; allowed: 20. Quote closer, or send fewer.",
    ),
    Case(
        10,
        book={"cancels_1s": 5},
        order={"is_cancel": YES},
        words="pace: 6 cancels in 1 s; allowed: 5. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"cancels_30s": 50},
        order={"is_cancel": YES},
        words="pace: 51 cancels in 30 s; allowed: 50. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"cancels_day": 2_000},
        order={"is_cancel": YES},
        words="pace: 2001 cancels in a session; allowed: 2000. Slow down, or send fewer.",
    ),
    Case(
        11,
        book={"duplicates": 1},
        words="duplicate: 1 equal to this for SPY in 5 s; allowed: 0. Wait, or change what is "
        "wanted.",
    ),
    Case(
        12,
        order={"parent_qty": 50.0},
        words="parent order: children of 100 shares in all; allowed: its 50 shares. Send at most "
        "50.",
    ),
    Case(
        12,
        order={"parent_qty": 500.0, "children_qty": 450.0},
        words="parent order: children of 550 shares in all; allowed: its 500 shares. Send at most "
        "50.",
    ),
    Case(
        12,
        order={"parent_qty": -500.0},
        words="parent order: children of 100 shares in all; allowed: its -500 shares. Send children "
        "on the parent's side.",
    ),
    Case(
        12,
        order={"parent_qty": 500.0, "children_qty": -10.0},
        words="parent order: children of 90 shares in all; allowed: its 500 shares. Send children "
        "on the parent's side.",
    ),
    Case(
        13,
        book={"repeats": 3},
        words="execution loop: 4 equal executions for SPY in 60 s; allowed: 3. Stop the strategy "
        "and look at its loop.",
    ),
    Case(
        14,
        book={"own_lowest_sell_usd": 100.5},
        words="self-match: it would meet an own sell at 100.5 USD; allowed: no trade with oneself. "
        "Cancel the own sell first.",
    ),
    Case(
        14,
        book={"own_lowest_sell_usd": 90.0},
        order=AT_MARKET,
        words="self-match: it would meet an own sell at 90 USD; allowed: no trade with oneself. "
        "Cancel the own sell first.",
    ),
    Case(
        14,
        book={"own_highest_buy_usd": 99.5},
        order=SELLING,
        words="self-match: it would meet an own buy at 99.5 USD; allowed: no trade with oneself. "
        "Cancel the own buy first.",
    ),
    Case(
        15,
        book={"kill_latched": YES},
        words="losses: the kill switch has tripped; allowed: a switch at rest. Reduce only; a "
        "person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"day_start_usd": 1.03e6},
        words="losses: a loss since the session began of 2.91%; allowed: less than 2.50%. Reduce "
        "only; a person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"rolling_start_usd": 1.06e6},
        words="losses: a loss of the rolling sessions of 5.66%; allowed: less than 5.00%. Reduce "
        "only; a person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"session_peak_usd": 1.04e6},
        words="losses: a fall from the session's peak of 3.85%; allowed: less than 3.00%. Reduce "
        "only; a person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"peak_usd": 1.2e6},
        words="losses: a drawdown of 16.67%; allowed: less than 10.00%. Reduce only; a person "
        "releases the switch after its cool-down.",
    ),
    Case(
        16,
        book={"stage_capital_usd": 10_000.0},
        words="stage capital: 10,050.00 USD; allowed: 10,000.00 USD of stage capital. Send less, or "
        "earn the next stage.",
    ),
    Case(
        16,
        book={"strategy_gross_usd": 495_000.0},
        words="stage capital: 505,050.00 USD; allowed: 500,000.00 USD of stage capital. Send less, "
        "or earn the next stage.",
    ),
    Case(
        17,
        book={"phase": PAUSED},
        order=AT_MARKET,
        words="trading phase: SPY is in a pause; allowed: continuous trading. Wait, or send a limit "
        "order.",
    ),
    Case(
        17,
        book={"phase": OPENING_AUCTION},
        order=AT_MARKET,
        words="trading phase: SPY is in the opening auction; allowed: continuous trading. Wait, or "
        "send a limit order.",
    ),
    Case(
        17,
        book={"phase": CLOSING_AUCTION},
        order=AT_MARKET,
        words="trading phase: SPY is in the closing auction; allowed: continuous trading. Wait, or "
        "send a limit order.",
    ),
    Case(
        17,
        book={"band_high_usd": 100.4},
        words="trading phase: a limit price of 100.5 USD; allowed: 90 to 100.4 USD. Move the limit "
        "inside the bands.",
    ),
    Case(
        17,
        book={"band_low_usd": 99.6},
        order=SELLING,
        words="trading phase: a limit price of 99.5 USD; allowed: 99.6 to 110 USD. Move the limit "
        "inside the bands.",
    ),
    Case(
        18,
        book={"model_at": NOW - 31 * 86_400 * SECOND},
        words="freshness: model: 2,678,400 s old; allowed: 2,592,000 s. Train or load a model.",
    ),
    Case(
        18,
        book={"model_at": NOW + 1},
        words="freshness: model from the future; allowed: 2,592,000 s. Train or load a model.",
    ),
    Case(
        18,
        book={"features_at": NOW - 61 * SECOND},
        words="freshness: features: 61 s old; allowed: 60 s. Mend the feature pipeline.",
    ),
    Case(
        18,
        book={"heartbeat_at": NOW - 6 * SECOND},
        words="freshness: heartbeat: 6 s old; allowed: 5 s. Look after the process that stopped.",
    ),
    Case(
        18,
        book={"clock_skew_ms": 51.0},
        words="freshness: a clock 51 ms off; allowed: 50 ms. Set the clock right.",
    ),
    Case(
        18,
        book={"clock_skew_ms": -51.0},
        words="freshness: a clock -51 ms off; allowed: 50 ms. Set the clock right.",
    ),
    Case(
        19,
        book={"opens_at": NOW + SECOND},
        words="session: 1 s before the open; allowed: from it on. Wait, or send it for the open.",
    ),
    Case(
        19,
        book={"closes_at": NOW - SECOND},
        words="session: 1 s after the close; allowed: before it. Send it in the next session.",
    ),
    Case(
        19,
        book={"closes_at": NOW},
        words="session: 0 s after the close; allowed: before it. Send it in the next session.",
    ),
    Case(
        19,
        order=ON_OPEN,
        words="session: 1,800 s after the open; allowed: before it. Send it in the next session.",
    ),
    Case(
        19,
        book={"auction_cutoff_at": NOW - SECOND},
        order=ON_CLOSE,
        words="session: 1 s after the closing auction's cut-off; allowed: before it. Send it in the "
        "next session.",
    ),
    Case(
        19,
        order={"time_in_force": TimeInForce.GTD, "good_till": NOW},
        words="session: good till 2024-03-05T15:00:00Z; allowed: after 2024-03-05T15:00:00Z. Give a "
        "later good_till.",
    ),
    Case(
        20,
        book={"located": 50.0},
        order=SELLING,
        words="borrow: 100 shares short; allowed: 50 shares located. Locate more or sell less.",
    ),
    Case(
        20,
        book={"located": 0.0, "position": 40.0},
        order=SELLING,
        words="borrow: 60 shares short; allowed: 0 shares located. Locate more or sell less.",
    ),
    Case(
        20,
        book={"located": 100.0, "working_sells": 50.0},
        order=SELLING,
        words="borrow: 150 shares short; allowed: 100 shares located. Locate more or sell less.",
    ),
    Case(
        21,
        book={"code_attested": NO},
        words="attestation: the code has another hash; allowed: what was approved. Approve this "
        "code, or run what was approved.",
    ),
    Case(
        21,
        book={"config_attested": NO},
        words="attestation: the configuration has another hash; allowed: what was approved. Approve "
        "this configuration, or run what was approved.",
    ),
    Case(
        22,
        order={"reduce_only": YES},
        words="bounded exit: 100 shares; allowed: 0 shares left to close. Send at most 0.",
    ),
    Case(
        22,
        book={"position": 40.0},
        order={**SELLING, "reduce_only": YES},
        words="bounded exit: 100 shares; allowed: 40 shares left to close. Send at most 40.",
    ),
    Case(
        22,
        book={**LONG, "working_sells": 250.0},
        order={**SELLING, "reduce_only": YES},
        words="bounded exit: 100 shares; allowed: 50 shares left to close. Send at most 50.",
    ),
    Case(
        23,
        book={"log_open": NO},
        words="decision log: the decision log is closed; allowed: an open log. Free its disk or "
        "open it again.",
    ),
)

UNKNOWNS = (
    Case(
        1,
        book={"tradable": UNKNOWN},
        words="tradable: nobody knows whether SPY trades; allowed: only what is known. Ask the "
        "broker for the instrument's state.",
    ),
    Case(
        1,
        book={"halted": UNKNOWN},
        words="tradable: nobody knows whether SPY trades; allowed: only what is known. Ask the "
        "broker for the instrument's state.",
    ),
    Case(
        2,
        book={"restricted": UNKNOWN},
        words="restricted list: nobody knows the restricted list; allowed: only what is known. Load "
        "the list, empty if nothing is restricted.",
    ),
    Case(
        3,
        book={"tick_usd": NAN},
        words="conformity: nobody knows tick and lot of SPY; allowed: only what is known. Load the "
        "instrument's definition.",
    ),
    Case(
        3,
        book={"tick_usd": 0.0},
        words="conformity: nobody knows tick and lot of SPY; allowed: only what is known. Load the "
        "instrument's definition.",
    ),
    Case(
        3,
        book={"lot": NAN},
        words="conformity: nobody knows tick and lot of SPY; allowed: only what is known. Load the "
        "instrument's definition.",
    ),
    Case(
        4,
        book={"reference_usd": NAN},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_usd": 0.0},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_usd": -1.0},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_usd": math.inf},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_at": UNKNOWN},
        words="fresh price: nobody knows the time of SPY's price; allowed: only what is known. Wait "
        "for a fresh print or mend the feed.",
    ),
    Case(
        5,
        book={"reference_usd": NAN},
        words="price collar: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        5,
        book={"daily_volatility": NAN},
        words="price collar: nobody knows the volatility of SPY; allowed: only what is known. Load "
        "enough history to measure it.",
    ),
    Case(
        6,
        book={"equity_usd": NAN},
        words="order size: nobody knows equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        6,
        book={"equity_usd": 0.0},
        words="order size: nobody knows equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        6,
        book={"reference_usd": NAN},
        order=AT_MARKET,
        words="order size: nobody knows equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        6,
        book={"day_volume": NAN},
        words="order size: nobody knows the daily volume of SPY; allowed: only what is known. Load "
        "its volume history.",
    ),
    Case(
        7,
        book={"equity_usd": NAN},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"equity_usd": -1.0},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"position": NAN},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"working_buys": NAN},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"working_sells": NAN},
        order=SELLING,
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"gross_usd": NAN},
        words="exposure: nobody knows gross, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"net_usd": NAN},
        words="exposure: nobody knows net, equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        7,
        book={"long_usd": NAN},
        words="exposure: nobody knows leverage, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"sector_gross_usd": NAN},
        words="exposure: nobody knows sector, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"working_opening_usd": NAN},
        words="exposure: nobody knows gross, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        8,
        book={"working_orders": UNKNOWN},
        words="unexecuted orders: nobody knows the number of working orders; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        8,
        book={"working_usd": NAN},
        words="unexecuted orders: nobody knows the value of working orders, equity or price; "
        "allowed: only what is known. Reconcile with the broker.",
    ),
    Case(
        8,
        book={"equity_usd": NAN},
        words="unexecuted orders: nobody knows the value of working orders, equity or price; "
        "allowed: only what is known. Reconcile with the broker.",
    ),
    Case(
        9,
        book={"buying_power_usd": NAN},
        words="buying power: nobody knows buying power, position or price; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        9,
        book={"position": NAN},
        words="buying power: nobody knows buying power, position or price; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        10,
        book={"orders_1s": UNKNOWN},
        words="pace: nobody knows the count of orders in 1 s; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        10,
        book={"orders_30s": UNKNOWN},
        words="pace: nobody knows the count of orders in 30 s; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        10,
        book={"orders_day": UNKNOWN},
        words="pace: nobody knows the count of orders in a session; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        10,
        book={"fills_day": UNKNOWN},
        words="pace: nobody knows the count of orders and fills today; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        10,
        book={"cancels_1s": UNKNOWN},
        order={"is_cancel": YES},
        words="pace: nobody knows the count of cancels in 1 s; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        10,
        book={"cancels_30s": UNKNOWN},
        order={"is_cancel": YES},
        words="pace: nobody knows the count of cancels in 30 s; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        10,
        book={"cancels_day": UNKNOWN},
        order={"is_cancel": YES},
        words="pace: nobody knows the count of cancels in a session; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        11,
        book={"duplicates": UNKNOWN},
        words="duplicate: nobody knows what was sent before; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        12,
        order={"parent_qty": NAN},
        words="parent order: nobody knows the parent or its children; allowed: only what is known. "
        "Restore the parent's state.",
    ),
    Case(
        12,
        order={"parent_qty": 500.0, "children_qty": NAN},
        words="parent order: nobody knows the parent or its children; allowed: only what is known. "
        "Restore the parent's state.",
    ),
    Case(
        13,
        book={"repeats": UNKNOWN},
        words="execution loop: nobody knows recent executions; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        14,
        book={"own_lowest_sell_usd": NAN},
        words="self-match: nobody knows own orders in SPY; allowed: only what is known. Reconcile "
        "working orders with the broker.",
    ),
    Case(
        14,
        book={"own_highest_buy_usd": NAN},
        order=SELLING,
        words="self-match: nobody knows own orders in SPY; allowed: only what is known. Reconcile "
        "working orders with the broker.",
    ),
    Case(
        15,
        book={"kill_latched": UNKNOWN},
        words="losses: nobody knows the kill switch's state; allowed: only what is known. Restore "
        "it; it is taken as tripped until then.",
    ),
    Case(
        15,
        book={"day_start_usd": NAN},
        words="losses: nobody knows the loss since the session began; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"rolling_start_usd": NAN},
        words="losses: nobody knows the loss of the rolling sessions; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"session_peak_usd": NAN},
        words="losses: nobody knows the fall from the session's peak; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"peak_usd": NAN},
        words="losses: nobody knows the drawdown; allowed: only what is known. Reconcile equity "
        "with the broker.",
    ),
    Case(
        15,
        book={"equity_usd": NAN},
        words="losses: nobody knows the loss since the session began; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"peak_usd": 0.0},
        words="losses: nobody knows the drawdown; allowed: only what is known. Reconcile equity "
        "with the broker.",
    ),
    Case(
        16,
        book={"stage_capital_usd": NAN},
        words="stage capital: nobody knows the strategy's capital or exposure; allowed: only what "
        "is known. Give the strategy a stage on the ladder.",
    ),
    Case(
        16,
        book={"strategy_gross_usd": NAN},
        words="stage capital: nobody knows the strategy's capital or exposure; allowed: only what "
        "is known. Give the strategy a stage on the ladder.",
    ),
    Case(
        16,
        book={"position": NAN},
        words="stage capital: nobody knows the strategy's capital or exposure; allowed: only what "
        "is known. Give the strategy a stage on the ladder.",
    ),
    Case(
        17,
        book={"phase": UNKNOWN},
        words="trading phase: nobody knows the phase of SPY; allowed: only what is known. Ask the "
        "feed for its trading state.",
    ),
    Case(
        17,
        book={"band_low_usd": NAN},
        words="trading phase: nobody knows the price bands of SPY; allowed: only what is known. Ask "
        "the feed for limit-up and limit-down.",
    ),
    Case(
        17,
        book={"band_high_usd": NAN},
        words="trading phase: nobody knows the price bands of SPY; allowed: only what is known. Ask "
        "the feed for limit-up and limit-down.",
    ),
    Case(
        18,
        book={"model_at": UNKNOWN},
        words="freshness: nobody knows the age of the model; allowed: only what is known. Train or "
        "load a model.",
    ),
    Case(
        18,
        book={"features_at": UNKNOWN},
        words="freshness: nobody knows the age of the features; allowed: only what is known. Mend "
        "the feature pipeline.",
    ),
    Case(
        18,
        book={"heartbeat_at": UNKNOWN},
        words="freshness: nobody knows the age of the heartbeat; allowed: only what is known. Look "
        "after the process that stopped.",
    ),
    Case(
        18,
        book={"clock_skew_ms": NAN},
        words="freshness: nobody knows the clock's skew; allowed: only what is known. Measure it "
        "against a time server.",
    ),
    Case(
        19,
        book={"opens_at": UNKNOWN},
        words="session: nobody knows the session's hours; allowed: only what is known. Load the "
        "exchange calendar.",
    ),
    Case(
        19,
        book={"closes_at": UNKNOWN},
        words="session: nobody knows the session's hours; allowed: only what is known. Load the "
        "exchange calendar.",
    ),
    Case(
        19,
        book={"auction_cutoff_at": UNKNOWN},
        order=ON_CLOSE,
        words="session: nobody knows the closing auction's cut-off; allowed: only what is known. "
        "Load the exchange's rules.",
    ),
    Case(
        20,
        book={"located": NAN},
        order=SELLING,
        words="borrow: nobody knows what can be borrowed of SPY; allowed: only what is known. Ask "
        "the broker for a locate.",
    ),
    Case(
        20,
        book={"position": NAN},
        order=SELLING,
        words="borrow: nobody knows what can be borrowed of SPY; allowed: only what is known. Ask "
        "the broker for a locate.",
    ),
    Case(
        20,
        book={"working_sells": NAN},
        order=SELLING,
        words="borrow: nobody knows what can be borrowed of SPY; allowed: only what is known. Ask "
        "the broker for a locate.",
    ),
    Case(
        21,
        book={"code_attested": UNKNOWN},
        words="attestation: nobody knows whether the code was approved; allowed: only what is "
        "known. Record an approval of this version.",
    ),
    Case(
        21,
        book={"config_attested": UNKNOWN},
        words="attestation: nobody knows whether the configuration was approved; allowed: only what "
        "is known. Record an approval of this version.",
    ),
    Case(
        22,
        book={"position": NAN},
        order={"reduce_only": YES},
        words="bounded exit: nobody knows the position; allowed: only what is known. Reconcile with "
        "the broker.",
    ),
    Case(
        22,
        book={**LONG, "working_sells": NAN},
        order={**SELLING, "reduce_only": YES},
        words="bounded exit: nobody knows the position; allowed: only what is known. Reconcile with "
        "the broker.",
    ),
    Case(
        23,
        book={"log_open": UNKNOWN},
        words="decision log: nobody knows whether decisions are logged; allowed: only what is "
        "known. Open the decision log.",
    ),
)
