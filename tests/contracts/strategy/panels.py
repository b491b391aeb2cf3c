"""Markets with everything that real ones have."""

from dataclasses import replace
from functools import cache

import numpy as np

from tradewright.values.dated_forecasts import DatedForecasts
from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT, Panel, action_dtype

FIRST = instant_of("2015-01-02T21:00:00")
# The shortest and the longest that a strategy may ask for, and the usual one.
HORIZONS = (1, 5, 2520)
NAMES = ("QRS", "ABC", "ZZT", "MNO", "BCD", "HIJ")


@cache
def panel_of(name: str, rows: int) -> Panel:
    return MARKETS[name](rows)


def calm(rows: int) -> Panel:
    return made(walks(1, rows, 5))


def torn(rows: int) -> Panel:
    """Missing bars, a late listing, a name that never trades, splits, dividends, and a delisting."""
    close = walks(2, rows, 6)
    close[np.random.default_rng(3).random(close.shape) < 0.03] = np.nan
    close[: rows // 3, 1] = np.nan
    close[:, 4] = np.nan
    gone = rows * 5 // 6
    close[gone:, 2] = np.nan
    close[rows // 2 :, 0] /= 4.0
    actions = [
        (rows // 4, 3, DIVIDEND, 2.0),
        (rows // 2, 0, SPLIT, 4.0),
        (rows * 3 // 4, 3, DIVIDEND, 1.0),
        (gone, 2, DELISTING, 0.4),
    ]
    return made(close, actions)


def single(rows: int) -> Panel:
    return made(walks(4, rows, 1))


def twins(rows: int) -> Panel:
    """Every name has the same prices: all ranks tie."""
    return made(np.repeat(walks(5, rows, 1), 4, axis=1))


def still(rows: int) -> Panel:
    """Prices that never move, at a level that has no exact binary form."""
    return made(np.full((rows, 3), 100.1))


def unknown(rows: int) -> Panel:
    return made(np.full((rows, 3), np.nan))


MARKETS = {market.__name__: market for market in (calm, torn, single, twins, still, unknown)}


def walks(seed: int, rows: int, assets: int) -> np.ndarray:
    """Random walks with swings wide enough for every rule to speak."""
    random = np.random.default_rng(seed)
    phase, length = random.uniform(0, 6, assets), random.uniform(8, 60, assets)
    swings = 0.2 * np.sin(np.arange(rows)[:, None] / length + phase)
    return 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.015, (rows, assets)), axis=0) + swings)


def made(close: np.ndarray, actions: list[tuple] = ()) -> Panel:
    """A panel of daily bars around closes."""
    close = np.ascontiguousarray(close)
    instants = FIRST + np.arange(len(close), dtype=np.int64) * NS_PER_DAY
    high, low = close * 1.01, close * 0.99
    volume = np.where(np.isnan(close), np.nan, 1e9)
    recorded = np.array(sorted(action for action in actions if action[0] < len(close)), dtype=action_dtype)
    symbols = NAMES[: close.shape[1]]
    panel = Panel(instants, instants - 1, symbols, close.copy(), high, low, close, volume, recorded)
    return replace(panel, forecasts=forecasts_of(close, instants))


def forecasts_of(close: np.ndarray, instants: np.ndarray) -> DatedForecasts:
    """Forecasts as a model would leave them: from the past alone, and silent where a price is missing."""
    past = np.full((*close.shape, len(HORIZONS)), np.nan)
    for place, bars in enumerate((1, 5, 20)):
        past[bars:, :, place] = 1.0 - close[bars:] / close[:-bars]
    rise, deviation = 1.0 / (1.0 + np.exp(-past)), np.where(np.isnan(past), np.nan, 0.02)
    return DatedForecasts(past, rise, deviation, instants.copy(), HORIZONS)
