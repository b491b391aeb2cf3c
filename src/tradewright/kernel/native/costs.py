"""What a fill costs, compiled; each function is the twin of one in `kernel/costs.py`, which names sources."""

import numpy as np

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
)
from tradewright.kernel.native.numbers import known
from tradewright.kernel.native.records import Market, Record, compiled
from tradewright.values import draws
from tradewright.values import instant as instants
from tradewright.values.panel import Floats

uniform = compiled(draws.uniform)
month_of = compiled(instants.month_of)


@compiled
def open_day(account: Record, market: Market, row: int) -> None:
    """Look up the fees on sales and the tick of this day, and the commission tier its month has reached."""
    instant, steps, tiers = market[0][row], market[9], market[10]
    while account["fee_step"] < len(steps) and steps[account["fee_step"], 0] <= instant:
        now = steps[account["fee_step"]]
        account["sec_share"], account["taf"], account["taf_most"] = now[1], now[2], now[3]
        account["tick"] = now[4]
        account["fee_step"] += 1
    if len(tiers) == 0:
        return
    month = month_of(instant)
    if month != account["month"]:
        account["month"], account["month_shares"] = month, 0.0
    for place in range(len(tiers)):
        if tiers[place, 0] <= account["month_shares"]:
            account["rate"] = tiers[place, 1]


@compiled
def look_at_liquidity(asset: Record, close: Floats, volume: Floats, row: int) -> float:
    """Note volatility and volume of the bars before `row`, in shares of today; returns the last close."""
    squares = traded = price = 0.0
    returns = bars = 0
    number = asset["number"]
    for place in range(max(row - WINDOW_BARS, asset["since_row"], 0), row):
        ratio = asset["restated_ratio"] if place < asset["restated_row"] else 1.0
        last, shares = close[place, number] / ratio, volume[place, number] * ratio
        is_known = known(last)
        if is_known and price > 0.0:
            change = last / price - 1.0
            squares += change * change
            returns += 1
        price = last if is_known else price
        if price > 0.0:
            traded += shares if shares > 0.0 else 0.0
            bars += 1
    asset["sigma"] = asset["usual_volume"] = 0.0
    if returns >= LEAST_BARS:
        asset["sigma"], asset["usual_volume"] = np.sqrt(squares / returns), traded / bars
    return float(price)


@compiled
def half_spread(account: Record, asset: Record, price: float) -> float:
    """Half the spread as a share of the price: estimated where volume and volatility are known, else flat."""
    dollars = asset["usual_volume"] * price
    if account["spread_scale"] == 0.0 or not dollars > 0.0:
        return float(account["spread"] * 1e-4)
    sigma = asset["sigma"] / BENCHMARK_SIGMA
    estimated = account["spread_scale"] * (sigma * sigma / (dollars / BENCHMARK_USD)) ** (1.0 / 3.0)
    return float(account["slippage"] * max(estimated, 0.5 * account["tick"] / price))


@compiled
def impact(account: Record, asset: Record) -> float:
    """The share of the price that one share moves it; the root of the shares multiplies it."""
    if account["impact"] == 0.0 or not asset["usual_volume"] > 0.0:
        return 0.0
    return float(account["slippage"] * account["impact"] * asset["sigma"] / np.sqrt(asset["usual_volume"]))


@compiled
def latency_ms(account: Record, order_id: int) -> float:
    """How long one order travels, drawn evenly from the profile's range by its own key."""
    drawn = uniform(account["seed"], order_id, LATENCY)
    return float(account["latency_low"] + account["latency_span"] * drawn)


@compiled
def is_rejected(account: Record, order_id: int) -> bool:
    """True for an order that the broker turns down, drawn by its own key."""
    return bool(uniform(account["seed"], order_id, REJECT) < account["reject_share"])


@compiled
def late_ns(asset: Record, market: Market, row: int) -> float:
    """How long after the open of `row` an order arrives that was sent at the open after its decision."""
    if asset["latency_ms"] == 0.0:
        return 0.0
    first = asset["decided"] + 1
    sent = min(market[8][first], market[0][first])
    return float(float(sent - market[8][row]) + asset["latency_ms"] * NS_PER_MS)


@compiled
def is_on_its_way(asset: Record, market: Market, row: int) -> bool:
    """True while an order arrives only after this row's bar."""
    length = market[0][row] - market[8][row]
    return bool(length > 0 and late_ns(asset, market, row) >= length)


@compiled
def drift(asset: Record, market: Market, row: int, sign: float) -> float:
    """How far the price moves against an order that is late, as a share of the print."""
    late = late_ns(asset, market, row)
    if late <= 0.0:
        return 0.0
    number, reference = asset["number"], asset["reference"]
    worst = market[6][row, number] if sign > 0.0 else market[7][row, number]
    room = sign * (worst - reference) / reference
    length = market[0][row] - market[8][row]
    moved = asset["sigma"] * np.sqrt(late / (length if length > 0 else SESSION_NS))
    return float(min(moved, room)) if room > 0.0 else 0.0


@compiled
def look_at_slippage(account: Record, asset: Record, market: Market, row: int, sign: float) -> None:
    """Note how far from the print an order fills, by what was known of its instrument at the close before."""
    asset["spread"], asset["limit"] = account["spread"] * 1e-4, np.nan
    if not account["estimates"]:
        return
    price = look_at_liquidity(asset, market[2], market[3], row)
    asset["spread"] = half_spread(account, asset, price)
    asset["impact"] = impact(account, asset)
    asset["drift"] = 0.0 if account["close_only"] else drift(asset, market, row, sign)


@compiled
def distance(account: Record, asset: Record, shares: float) -> float:
    """How far from the print a fill of this size is, as a share of it."""
    if not account["estimates"]:
        return float(asset["spread"])
    return float(asset["spread"] + asset["drift"] + asset["impact"] * np.sqrt(shares))


@compiled
def bounded(account: Record, far: float) -> float:
    """What of an estimated distance counts: all of it, or less where it is absurd."""
    return MOST_SLIPPAGE / far if account["estimates"] and far > MOST_SLIPPAGE else 1.0


@compiled
def price_paid(account: Record, asset: Record, qty: float) -> float:
    """The printed price, worse by what a fill costs, but never beyond the order's limit."""
    price = price_asked(account, asset, qty)
    sign = 1.0 if qty > 0.0 else -1.0
    return float(asset["limit"] if sign * price > sign * asset["limit"] else price)


@compiled
def price_asked(account: Record, asset: Record, qty: float) -> float:
    """The printed price, worse by spread, drift and impact."""
    far = distance(account, asset, abs(qty))
    sign = 1.0 if qty > 0.0 else -1.0
    return float(asset["reference"] * (1.0 + sign * (far * bounded(account, far))))


@compiled
def commission(account: Record, qty: float, price: float, conversion: float = 0.0) -> float:
    """Commission of one fill: by the share with a minimum, and by notional, as is changing the money."""
    per_share = max(account["minimum"], account["rate"] * abs(qty))
    return float(per_share + (account["commission_share"] + conversion) * abs(qty) * price)


@compiled
def fees(account: Record, qty: float, price: float) -> float:
    """Regulatory fees on a sale."""
    if qty > 0.0 or not account["dated"]:
        return 0.0
    taf = min(account["taf"] * abs(qty), account["taf_most"])
    return float(account["sec_share"] * abs(qty) * price + taf)


@compiled
def most(account: Record, asset: Record, qty: float) -> float:
    """Dollars a fill loses at most, convex in its size; of nothing, what the smallest fill would pay."""
    if qty == 0.0:
        return float(account["minimum"] * (1.0 + asset["changing"]))
    shares, reference = abs(qty), asset["reference"]
    sign = 1.0 if qty > 0.0 else -1.0
    price = reference * (1.0 + sign * distance(account, asset, shares))
    lost = shares * abs(price - reference) + commission(account, qty, price, asset["conversion"])
    if account["dated"] and qty < 0.0:
        lost = lost + (account["sec_share"] * shares * reference + account["taf"] * shares)
    if asset["changing"] > 0.0:
        lost = lost + asset["changing"] * (lost + shares * reference)
    return float(lost)


@compiled
def note_costs(account: Record, asset: Record, fill: Record, qty: float, price: float) -> None:
    """Write each cost of a fill that is in its price, and what it was reckoned from."""
    shares, reference = abs(qty), asset["reference"]
    fill["impact_usd"] = fill["latency_usd"] = fill["sigma"] = fill["usual_volume"] = fill["latency_ms"] = 0.0
    fill["spread_usd"] = shares * abs(price - reference)
    asked = price_asked(account, asset, qty) if price == asset["limit"] else price
    fill["held_usd"] = shares * abs(asked - price)
    if not account["estimates"]:
        return
    scale = bounded(account, distance(account, asset, shares))
    if asked != price:
        scale = scale * ((price - reference) / (asked - reference))  # each term gives way alike
    fill["impact_usd"] = shares * reference * (asset["impact"] * np.sqrt(shares)) * scale
    fill["latency_usd"] = shares * reference * asset["drift"] * scale
    # What rounding leaves belongs to the spread, so that the terms add up to the price.
    fill["spread_usd"] = max(fill["spread_usd"] - fill["impact_usd"] - fill["latency_usd"], 0.0)
    fill["sigma"], fill["usual_volume"] = asset["sigma"], asset["usual_volume"]
    fill["latency_ms"] = asset["latency_ms"]
