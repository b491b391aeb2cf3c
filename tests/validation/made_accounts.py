"""Small accounts booked by hand, for tests of what is read out of them."""

import numpy as np

from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.outcome import Outcome, fill_dtype, flow_dtype, order_dtype
from tradewright.values.panel import Panel, action_dtype


def panel_of(close, actions=()) -> Panel:
    """Bars whose open, high and low are the close, day after day; actions as (row, asset, kind, value)."""
    prices = np.ascontiguousarray(np.asarray(close, dtype=np.float64))
    instants = instant_of("2020-01-01T21:00") + np.arange(len(prices), dtype=np.int64) * NS_PER_DAY
    symbols = tuple(f"S{number}" for number in range(prices.shape[1]))
    copies = [prices.copy() for _ in range(4)]
    volume = np.full(prices.shape, 1e6)
    return Panel(
        instants, instants.copy(), symbols, *copies, volume, np.array(list(actions), dtype=action_dtype)
    )


def fill(row, asset, qty, price, spread_usd=0.0, commission_usd=0.0):
    return (0, row, asset, qty, price, price, spread_usd, commission_usd)


def fills_of(fills) -> np.ndarray:
    """Records of fills; costs that are not given are nothing."""
    found = np.zeros(len(list(fills)), dtype=fill_dtype)
    for place, given in enumerate(fills):
        found[place] = (*given, *[0.0] * (len(fill_dtype.names) - len(given)))
    return found


def outcome_of(equity, fills=(), flows=(), **paths) -> Outcome:
    """An outcome with these records; what is not given is cash alone."""
    equity = np.asarray(equity, dtype=np.float64)
    bars = len(equity)
    long_usd = np.asarray(paths.get("long_usd", np.zeros(bars)), dtype=np.float64)
    short_usd = np.asarray(paths.get("short_usd", np.zeros(bars)), dtype=np.float64)
    return Outcome(
        equity_usd=equity,
        cash_usd=equity - long_usd + short_usd,
        long_usd=long_usd,
        short_usd=short_usd,
        positions=np.zeros(1),
        orders=np.zeros(0, dtype=order_dtype),
        fills=fills_of(fills),
        flows=np.array(list(flows), dtype=flow_dtype),
        interest_usd=np.asarray(paths.get("interest_usd", np.zeros(bars)), dtype=np.float64),
        borrow_fee_usd=np.asarray(paths.get("borrow_fee_usd", np.zeros(bars)), dtype=np.float64),
    )
