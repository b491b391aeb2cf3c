"""Bars with everything that real ones have, as plain columns."""

from functools import cache

import numpy as np

from tradewright.values.instant import NS_PER_DAY, instant_of

FIRST = instant_of("2015-01-02T21:00:00")
NAMES = ("QRS", "ABC", "ZZT", "MNO", "BCD", "HIJ")
Bars = dict[str, np.ndarray]


@cache
def bars_of(name: str, rows: int) -> Bars:
    made = MARKETS[name](rows)
    for column in made.values():
        column.flags.writeable = False
    return made


def instants_of(rows: int) -> np.ndarray:
    return FIRST + np.arange(rows, dtype=np.int64) * NS_PER_DAY


def calm(rows: int) -> Bars:
    """Every bar is there and moves."""
    return around(walks(1, rows, 6), seed=11)


def torn(rows: int) -> Bars:
    """Missing bars and fields, a late listing, a name never traded, one that stops, a day without volume."""
    bars = around(walks(2, rows, 6), seed=12)
    draws = np.random.default_rng(3)
    lost = draws.random(bars["close"].shape) < 0.03
    lost[: rows // 3, 1] = True
    lost[:, 4] = True
    lost[rows * 5 // 6 :, 2] = True
    for column in bars.values():
        column[lost] = np.nan
    bars["volume"][draws.random(lost.shape) < 0.02] = np.nan
    bars["volume"][rows // 2] = 0.0
    bars["high"][draws.random(lost.shape) < 0.02] = np.nan
    return bars


def single(rows: int) -> Bars:
    return around(walks(4, rows, 1), seed=14)


def twins(rows: int) -> Bars:
    """Every name has the same prices: all ranks tie."""
    one = around(walks(5, rows, 1), seed=15)
    return {name: np.repeat(column, 4, axis=1) for name, column in one.items()}


def still(rows: int) -> Bars:
    """Prices that never move, at a level that has no exact binary form."""
    flat = np.full((rows, 3), 100.1)
    return {name: flat.copy() for name in ("open", "high", "low", "close", "volume")}


def steep(rows: int) -> Bars:
    """Prices that fall from a million to cents and rise again."""
    level = np.exp(8.0 * np.cos(np.linspace(0.0, 6.0, rows)))[:, None]
    return around(walks(6, rows, 3) * level, seed=16)


def unknown(rows: int) -> Bars:
    return {name: np.full((rows, 3), np.nan) for name in ("open", "high", "low", "close", "volume")}


MARKETS = {market.__name__: market for market in (calm, torn, single, twins, still, steep, unknown)}


def walks(seed: int, rows: int, assets: int) -> np.ndarray:
    draws = np.random.default_rng(seed)
    return 50.0 * np.exp(np.cumsum(draws.normal(0.0, 0.015, (rows, assets)), axis=0))


def around(close: np.ndarray, seed: int) -> Bars:
    """Bars around closes: opens near them, highs above, lows below, and some volume."""
    draws = np.random.default_rng(seed)
    opened = close * np.exp(draws.normal(0.0, 0.008, close.shape))
    high = np.maximum(opened, close) * np.exp(np.abs(draws.normal(0.0, 0.006, close.shape)))
    low = np.minimum(opened, close) / np.exp(np.abs(draws.normal(0.0, 0.006, close.shape)))
    volume = np.round(1e6 * np.exp(draws.normal(0.0, 0.4, close.shape)))
    return {"open": opened, "high": high, "low": low, "close": close, "volume": volume}


def rows_of(bars: Bars, start: int, stop: int) -> Bars:
    return {name: column[start:stop] for name, column in bars.items()}
