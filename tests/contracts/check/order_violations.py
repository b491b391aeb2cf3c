"""Ways in which an order must not pass checks 1 to 9."""

import math

from gate_cases import NOW, SECOND, SELLING, Case

from tradewright.execution.checks.contract import NAN, NO, UNKNOWN, YES

ORDER_VIOLATIONS = (
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
        words="conformity: qty = 0.0; allowed: a finite quantity above zero. Give a number of shares.",
    ),
    Case(
        3,
        order={"qty": NAN},
        words="conformity: qty = nan; allowed: a finite quantity above zero. Give a number of shares.",
    ),
    Case(
        3,
        order={"qty": math.inf},
        words="conformity: qty = inf; allowed: a finite quantity above zero. Give a number of shares.",
    ),
    Case(
        3,
        order={"limit_usd": 0.0},
        words="conformity: price = 0.0; allowed: a finite price above zero. Give a price in dollars.",
    ),
    Case(
        3,
        order={"limit_usd": -1.0},
        words="conformity: price = -1.0; allowed: a finite price above zero. Give a price in dollars.",
    ),
    Case(
        3,
        order={"limit_usd": math.inf},
        words="conformity: price = inf; allowed: a finite price above zero. Give a price in dollars.",
    ),
    Case(
        3,
        order={"stop_usd": -5.0},
        words="conformity: price = -5.0; allowed: a finite price above zero. Give a price in dollars.",
    ),
    Case(
        3,
        order={"limit_usd": 100.505},
        words="conformity: price = 100.505; allowed: ticks of 0.01 USD. Round the price to its tick.",
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
        words="unexecuted orders: 25.50% of equity at work; allowed: 25.00%. Cancel some, or wait for fills.",
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
)
