"""What a fill costs, in plain Python: each term by itself, so that a price can be taken apart again.

How far a fill is from the printed price, as a share of it, on the side that hurts:

    half spread + drift while the order travels + impact x sqrt(shares)

Spread and impact follow Kyle and Obizhaeva (2016), Market microstructure invariance: empirical hypotheses,
Econometrica 84(4), whose benchmark stock costs 40 $, trades a million shares a day and moves 2 % a day.
Both scale so that the length of a bar does not matter: sigma grows with the root of time, volume with time.
"""

import math
from dataclasses import dataclass

from tradewright.kernel.inputs import (
    BENCHMARK_SIGMA,
    BENCHMARK_USD,
    LATENCY,
    LEAST_BARS,
    MOST_SLIPPAGE,
    NS_PER_MS,
    REJECT,
    SESSION_NS,
    WINDOW_BARS,
    Terms,
)
from tradewright.values.draws import uniform
from tradewright.values.panel import Panel
from tradewright.values.side import Side


@dataclass(frozen=True)
class Restated:
    """The last split: prices before `row` count 1 / `ratio`, and none before `since` is looked at."""

    row: int = 0
    ratio: float = 1.0
    since: int = 0


@dataclass(frozen=True)
class Liquidity:
    """What is known at the close before a fill: volatility and volume of a usual bar, the last close.

    Units: `sigma` root mean square of returns, `volume` shares; both zero where unknown.
    """

    sigma: float = 0.0
    volume: float = 0.0
    price: float = 0.0


@dataclass(frozen=True)
class Slippage:
    """How far a fill is from the print: shares of the price, `impact` for the root of one share."""

    spread: float
    drift: float = 0.0
    impact: float = 0.0
    sigma: float = 0.0
    volume: float = 0.0
    latency_ms: float = 0.0
    conversion: float = 0.0  # beside the price, as a share of what is paid
    changing: float = 0.0  # left for changing all of it at the close, likewise
    limit: float = math.nan  # the worst price the order may pay, where it names one

    def of(self, qty: float) -> float:
        """The whole distance for a fill of this size."""
        return self.spread + self.drift + self.impact * math.sqrt(abs(qty))


@dataclass(frozen=True)
class Charge:
    """One fill's costs in dollars, and the price they make; `held_usd` is what a limit kept away."""

    price: float
    spread_usd: float
    impact_usd: float
    latency_usd: float
    commission_usd: float
    regulatory_usd: float
    held_usd: float


@dataclass(frozen=True)
class Rates:
    """What fills of one row pay beside the price: fees on sales, the tick, and the tier of the month."""

    sec_share: float = 0.0
    taf_usd: float = 0.0
    taf_most_usd: float = 0.0
    tick_usd: float = 0.0
    per_share_usd: float = 0.0


def liquidity(panel: Panel, asset: int, row: int, restated: Restated) -> Liquidity:
    """Volatility and volume of the bars before `row`, in shares of today.

    A bar without a close counts for volume, as nothing, once the instrument has one.
    """
    squares = volume = price = 0.0
    returns = bars = 0
    for place in range(max(row - WINDOW_BARS, restated.since, 0), row):
        ratio = restated.ratio if place < restated.row else 1.0
        close, traded = float(panel.close[place, asset]) / ratio, float(panel.volume[place, asset]) * ratio
        is_known = 0.0 < close < math.inf
        if is_known and price > 0.0:
            change = close / price - 1.0
            squares += change * change
            returns += 1
        price = close if is_known else price
        if price > 0.0:
            volume += traded if traded > 0.0 else 0.0
            bars += 1
    if returns < LEAST_BARS:
        return Liquidity(price=price)
    return Liquidity(math.sqrt(squares / returns), volume / bars, price)


def half_spread(terms: Terms, seen: Liquidity, rates: Rates) -> float:
    """Half the spread as a share of the price: estimated where volume and volatility are known, else flat.

    Source: Kyle and Obizhaeva (2016), spread part of the square-root model: in proportion to
    sigma x (sigma x dollar volume)^(-1/3). Never under half a tick.
    """
    dollars = seen.volume * seen.price
    if terms.spread_scale == 0.0 or not dollars > 0.0:
        return terms.spread_bps * 1e-4
    sigma = seen.sigma / BENCHMARK_SIGMA
    estimated: float = terms.spread_scale * (sigma * sigma / (dollars / BENCHMARK_USD)) ** (1.0 / 3.0)
    return terms.slippage * max(estimated, 0.5 * rates.tick_usd / seen.price)


def impact(terms: Terms, seen: Liquidity) -> float:
    """The share of the price that one share moves it; the root of the shares multiplies it.

    Source: the square-root law, Y x sigma x sqrt(q / V); nothing where sigma or V is unknown.
    """
    if terms.impact == 0.0 or not seen.volume > 0.0:
        return 0.0
    return terms.slippage * terms.impact * seen.sigma / math.sqrt(seen.volume)


def latency_ms(terms: Terms, order_id: int) -> float:
    """How long one order travels, drawn evenly from the profile's range by its own key."""
    if terms.latency_high_ms == 0.0:
        return 0.0
    span = terms.latency_high_ms - terms.latency_low_ms
    return terms.latency_low_ms + span * uniform(terms.seed, order_id, LATENCY)


def is_rejected(terms: Terms, order_id: int) -> bool:
    """True for an order that the broker turns down, drawn by its own key."""
    return terms.reject_share > 0.0 and uniform(terms.seed, order_id, REJECT) < terms.reject_share


def late_ns(panel: Panel, decided: int, row: int, travels_ms: float) -> float:
    """How long after the open of `row` an order arrives that was sent at the open after its decision.

    Negative: it was there before. A bar whose length is not known lets every order in at its beginning.
    """
    if travels_ms == 0.0:
        return 0.0
    first = decided + 1
    sent = panel.opens_at[first] if panel.opens_at[first] < panel.instants[first] else panel.instants[first]
    return float(int(sent) - int(panel.opens_at[row])) + travels_ms * NS_PER_MS


def makes_open(panel: Panel, decided: int, row: int, travels_ms: float) -> bool:
    """True where an order that is sent at its decision's close arrives before the first print of `row`."""
    sent = float(int(panel.instants[decided]) - int(panel.opens_at[row]))
    return travels_ms == 0.0 or sent + travels_ms * NS_PER_MS <= 0.0


def bar_ns(panel: Panel, row: int) -> int:
    """How long a bar lasts; 0 where it is not known."""
    return max(int(panel.instants[row]) - int(panel.opens_at[row]), 0)


def drift(panel: Panel, place: tuple[int, int], side: Side, sigma: float, late: float) -> float:
    """How far the price moves against an order that is late, as a share of the print.

    One standard deviation of that time, never outside what the bar printed; nothing where that is unknown.
    """
    if late <= 0.0:
        return 0.0
    row = place[0]
    reference = float(panel.open[place])
    worst = float((panel.high if side is Side.BUY else panel.low)[place])
    room = side.sign * (worst - reference) / reference
    moved = sigma * math.sqrt(late / (bar_ns(panel, row) or SESSION_NS))
    return min(moved, room) if room > 0.0 else 0.0


def commission(terms: Terms, rates: Rates, qty: float, price: float, conversion: float = 0.0) -> float:
    """Commission of one fill: by the share with a minimum, and by notional, as is changing the money."""
    by_notional = (terms.commission_share + conversion) * abs(qty) * price
    return max(terms.minimum_usd, rates.per_share_usd * abs(qty)) + by_notional


def charge(terms: Terms, rates: Rates, slip: Slippage, qty: float, reference: float) -> Charge:
    """The price a fill pays, at worst its order's limit, and each cost beside it."""
    distance, sign = slip.of(qty), Side.of(qty).sign
    scale = MOST_SLIPPAGE / distance if terms.estimates and distance > MOST_SLIPPAGE else 1.0
    price = asked = reference * (1.0 + sign * (distance * scale))
    shares, fees = abs(qty), 0.0
    if sign * asked > sign * slip.limit:
        price = slip.limit
        scale = scale * ((price - reference) / (asked - reference))  # each term gives way alike
    if qty < 0.0:
        fees = rates.sec_share * shares * price + min(rates.taf_usd * shares, rates.taf_most_usd)
    impact_usd = shares * reference * (slip.impact * math.sqrt(shares)) * scale
    latency_usd = shares * reference * slip.drift * scale
    # What rounding leaves belongs to the spread, so that the terms add up to the price.
    spread_usd = max(shares * abs(price - reference) - impact_usd - latency_usd, 0.0)
    fee = commission(terms, rates, qty, price, slip.conversion)
    return Charge(price, spread_usd, impact_usd, latency_usd, fee, fees, shares * abs(asked - price))


def most(terms: Terms, rates: Rates, slip: Slippage, qty: float, reference: float) -> float:
    """Dollars a fill loses at most, convex in its size; of nothing, what the smallest fill would pay.

    Without the bounds on slippage, fees and limits, which would bend it. Where kept balances are changed, all
    of what is paid may have to be.
    """
    if qty == 0.0:
        return terms.minimum_usd * (1.0 + slip.changing)
    distance, shares = slip.of(qty), abs(qty)
    price = reference * (1.0 + Side.of(qty).sign * distance)
    fees = rates.sec_share * shares * reference + rates.taf_usd * shares if qty < 0.0 else 0.0
    lost = shares * abs(price - reference) + commission(terms, rates, qty, price, slip.conversion) + fees
    return lost + slip.changing * (lost + shares * reference) if slip.changing > 0.0 else lost
