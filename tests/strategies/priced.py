"""Small markets for tests of strategies."""

import numpy as np

from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.panel import Panel, no_actions

FIRST = instant_of("2015-01-02T21:00:00")


def names(count: int) -> tuple[str, ...]:
    """Symbols in an order that is not alphabetical, so that a rule that leans on the order is found out."""
    return tuple(f"{'QZAMBY'[place % 6]}{place:02d}" for place in range(count))


def market(
    close: np.ndarray, symbols: tuple[str, ...] | None = None, actions: np.ndarray | None = None
) -> Panel:
    """A panel of daily bars around the given closes; opens are yesterday's closes, volume is ample."""
    close = np.ascontiguousarray(close, dtype=np.float64)
    instants = FIRST + np.arange(len(close), dtype=np.int64) * NS_PER_DAY
    opened = np.vstack([close[:1], close[:-1]])
    opened = np.where(np.isnan(close) | np.isnan(opened), close, opened)
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    volume = np.where(np.isnan(close), np.nan, 1e9)
    return Panel(
        instants,
        instants - 6 * 3600 * 10**9,
        symbols or names(close.shape[1]),
        opened,
        high,
        low,
        close,
        volume,
        no_actions() if actions is None else actions,
    )


def prices(seed: int, rows: int, assets: int, gaps: float = 0.0) -> np.ndarray:
    """Random walks with swings wide enough for every rule to speak; a share of the closes is missing."""
    random = np.random.default_rng(seed)
    swings = 0.15 * np.sin(
        np.arange(rows)[:, None] / random.uniform(5, 40, assets) + random.uniform(0, 6, assets)
    )
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.015, (rows, assets)), axis=0) + swings)
    close[random.random(close.shape) < gaps] = np.nan
    return close
