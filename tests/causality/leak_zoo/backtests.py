"""Small backtests that report their fills: what a bar cannot have given, and what it can."""

import numpy as np
import pandas as pd

from leak_zoo.data_and_execution import BETTER, BRACKET, SAME_CLOSE, VOLUME
from leak_zoo.labels import leak, look_alike
from tradewright.causality.fill_stage import AuditedBar, AuditedFill

MINUTE_NS = 60_000_000_000
FILLS = {"stage": "fills", "shape": "fills"}


def bars_of(bars: pd.DataFrame) -> list[AuditedBar]:
    """Sessions from half past nine to four."""
    days = bars.index.as_unit("ns").asi8
    columns = zip(*(bars[name] for name in ("open", "high", "low", "close", "volume")), strict=True)
    return [
        AuditedBar(int(day) + 570 * MINUTE_NS, int(day) + 960 * MINUTE_NS, *map(float, prices))
        for day, prices in zip(days, columns, strict=True)
    ]


def crossings(bars: pd.DataFrame) -> list[int]:
    """Rows at whose close the price has risen through its average."""
    above = bars["close"] > bars["close"].rolling(10).mean()
    return [
        row for row in np.flatnonzero(above & ~above.shift(1, fill_value=True)) if 10 < row < len(bars) - 3
    ]


@leak(SAME_CLOSE, **FILLS)
def bought_at_the_close_that_said_so(bars: pd.DataFrame) -> list[AuditedFill]:
    told = bars_of(bars)
    return [
        AuditedFill(
            f"{row}", 1, "market", told[row].closes_at, told[row].closes_at, 100, told[row].close, row
        )  # leaks here
        for row in crossings(bars)
    ]


@leak(SAME_CLOSE, **FILLS)
def bought_at_the_open_before_the_signal(bars: pd.DataFrame) -> list[AuditedFill]:
    told = bars_of(bars)
    return [
        AuditedFill(
            f"{row}", 1, "market", told[row].closes_at, told[row].opens_at, 100, told[row].open, row
        )  # leaks here
        for row in crossings(bars)
    ]


@leak(BRACKET, **FILLS)
def target_first_whatever_the_bar_did(bars: pd.DataFrame) -> list[AuditedFill]:
    """A stop and a target 0.4 % away; a bar that touches both is booked as a gain."""
    told, fills = bars_of(bars), []
    for row in crossings(bars):
        entry, bar = told[row + 1].open, told[row + 1]
        target, stop = 1.004 * entry, 0.996 * entry
        if bar.high >= target:
            fills.append(
                AuditedFill(
                    f"{row}",
                    -1,
                    "limit",
                    told[row].closes_at,
                    bar.closes_at,
                    100,
                    target,
                    row + 1,
                    limit_usd=target,
                    other_stop_usd=stop,
                )  # leaks here
            )
        elif bar.low <= stop:
            fills.append(
                AuditedFill(
                    f"{row}",
                    -1,
                    "stop",
                    told[row].closes_at,
                    bar.closes_at,
                    100,
                    min(stop, bar.open),
                    row + 1,
                    stop_usd=stop,
                )
            )
    return fills


@leak(BETTER, **FILLS)
def limit_filled_at_the_low(bars: pd.DataFrame) -> list[AuditedFill]:
    """A limit half a percent below is filled at the low of the bar that reaches it."""
    told, fills = bars_of(bars), []
    for row in crossings(bars):
        bar, limit = told[row + 1], 0.999 * told[row].close
        if bar.low < limit:
            fills.append(
                AuditedFill(
                    f"{row}",
                    1,
                    "limit",
                    told[row].closes_at,
                    bar.closes_at,
                    100,
                    bar.low,
                    row + 1,
                    limit_usd=limit,
                )  # leaks here
            )
    return fills


@leak(BETTER, **FILLS)
def stop_filled_at_its_trigger_through_a_gap(bars: pd.DataFrame) -> list[AuditedFill]:
    told, fills = bars_of(bars), []
    for row in range(20, len(bars) - 1):
        bar, stop = told[row + 1], 0.999 * told[row].close
        if bar.low <= stop and bar.high >= stop:
            fills.append(
                AuditedFill(
                    f"{row}",
                    -1,
                    "stop",
                    told[row].closes_at,
                    bar.closes_at,
                    100,
                    stop,
                    row + 1,
                    stop_usd=stop,
                )  # leaks here
            )
        elif bar.low <= stop:
            fills.append(
                AuditedFill(
                    f"{row}", -1, "stop", told[row].closes_at, bar.opens_at, 100, stop, row + 1, stop_usd=stop
                )  # leaks here
            )
    return fills


@leak(VOLUME, **FILLS)
def all_of_the_capital_in_one_thin_bar(bars: pd.DataFrame) -> list[AuditedFill]:
    told = bars_of(bars)
    return [
        AuditedFill(
            f"{row}",
            1,
            "market",
            told[row].closes_at,
            told[row + 1].opens_at,
            2e7 / told[row].close,
            told[row + 1].open,
            row + 1,
        )  # leaks here
        for row in crossings(bars)
    ]


@look_alike("market orders at the next open, a share of the volume", **FILLS)
def bought_at_the_next_open(bars: pd.DataFrame) -> list[AuditedFill]:
    told = bars_of(bars)
    return [
        AuditedFill(
            f"{row}",
            1,
            "market",
            told[row].closes_at,
            told[row + 1].opens_at,
            0.01 * told[row].volume,
            told[row + 1].open,
            row + 1,
        )
        for row in crossings(bars)
    ]


@look_alike("stop and target in one bar resolved against the strategy", **FILLS)
def stop_first_where_both_were_touched(bars: pd.DataFrame) -> list[AuditedFill]:
    told, fills = bars_of(bars), []
    for row in crossings(bars):
        entry, bar = told[row + 1].open, told[row + 1]
        target, stop = 1.004 * entry, 0.996 * entry
        if bar.low <= stop:
            fills.append(
                AuditedFill(
                    f"{row}",
                    -1,
                    "stop",
                    told[row].closes_at,
                    bar.closes_at,
                    100,
                    stop,
                    row + 1,
                    stop_usd=stop,
                )
            )
        elif bar.high >= target:
            fills.append(
                AuditedFill(
                    f"{row}",
                    -1,
                    "limit",
                    told[row].closes_at,
                    bar.closes_at,
                    100,
                    target,
                    row + 1,
                    limit_usd=target,
                    other_stop_usd=stop,
                )
            )
    return fills


@look_alike("limits at their price, or at the open that gaps through them", **FILLS)
def limit_at_its_price(bars: pd.DataFrame) -> list[AuditedFill]:
    told, fills = bars_of(bars), []
    for row in crossings(bars):
        bar, limit = told[row + 1], 0.999 * told[row].close
        if bar.low < limit:
            price = min(limit, bar.open)
            fills.append(
                AuditedFill(
                    f"{row}",
                    1,
                    "limit",
                    told[row].closes_at,
                    bar.closes_at,
                    100,
                    price,
                    row + 1,
                    limit_usd=limit,
                )
            )
    return fills
