"""What a session looked like between its closes: open, high, low and volume, on ticks and with gaps."""

from dataclasses import dataclass

import numpy as np

from tradewright.data.synthetic.edges import Mask
from tradewright.data.synthetic.factors import Characters
from tradewright.data.synthetic.listings import Schedule
from tradewright.data.synthetic.options import SyntheticOptions
from tradewright.data.synthetic.streams import stream
from tradewright.values.panel import Floats

# Share of a session's variance, and of its move on average, that happens before the open.
OVERNIGHT_SHARE = 0.3
# US stocks quote in cents from one dollar up and in hundredths of a cent below (Regulation NMS, rule 612).
TICK_USD, PENNY_TICK_USD, PENNY_BELOW_USD = 0.01, 0.0001, 1.0

VOLUME_TAIL_DEGREES = 4.0
VOLUME_NOISE = 0.3
VOLUME_FROM_VOLATILITY = 0.6
VOLUME_FROM_MOVE = 0.3


@dataclass(frozen=True, eq=False)
class Bars:
    """Raw bars of a made market. Shape: T x N each, NaN where a name has no bar."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def drawn_bars(
    closes: Floats, moves: Floats, spread: Floats, characters: Characters, options: SyntheticOptions
) -> Bars:
    """Bars around given closes, each name's shape and volume from its own streams.

    Shape: T x N for `closes`, `moves` (log returns) and `spread` (their expected deviation).
    """
    sessions, names = closes.shape
    normal = np.empty((5, sessions, names))
    noise = np.empty((sessions, names))
    for name in range(names):
        normal[:, :, name] = stream(options.seed, "shape of the bar", name).standard_normal((sessions, 5)).T
        noise[:, name] = stream(options.seed, "volume", name).standard_t(VOLUME_TAIL_DEGREES, sessions)
    opened, high, low = _within(closes, moves, spread, normal)
    wild = np.log(spread / characters.session_vol(options))
    dollars = characters.turnover_usd * np.exp(_busyness(np.abs(moves) / spread, wild, noise))
    volume = np.maximum(np.rint(dollars / closes), 1.0)
    return Bars(on_tick(opened), on_tick(high), on_tick(low), on_tick(closes), volume)


def on_tick(prices: Floats) -> Floats:
    """Prices rounded to what an exchange quotes: cents, and hundredths of a cent below one dollar.

    The rounding never turns an order of two prices around, so a low stays below its close.
    """
    pennies = np.maximum(np.rint(prices / PENNY_TICK_USD) * PENNY_TICK_USD, PENNY_TICK_USD)
    rounded = np.where(prices < PENNY_BELOW_USD, pennies, np.rint(prices / TICK_USD) * TICK_USD)
    # The product of a count and a tick has noise in its last bits; this is the nearest float to the decimal.
    quoted: Floats = np.round(rounded, 4).astype(np.float64)
    return quoted


def visible(options: SyntheticOptions, listed: Schedule) -> Mask:
    """T x N: the bars that exist: those of listed names, less missing ones between its first and last."""
    shown = listed.listed()
    rows = np.arange(listed.sessions)
    for name in range(options.names):
        gone = stream(options.seed, "missing", name).random(listed.sessions) < options.missing_share
        gone &= (rows != listed.first_row[name]) & (rows != listed.last_row[name])
        shown[gone, name] = False
    return shown


def _within(closes: Floats, moves: Floats, spread: Floats, normal: Floats) -> tuple[Floats, Floats, Floats]:
    """Open, high and low of a Brownian session that ends at the close, given the move from the close before.

    Source: the maximum of a Brownian bridge, Karatzas and Shreve (1991), Brownian Motion, section 4.3.
    """
    deviation = spread * np.sqrt(OVERNIGHT_SHARE * (1.0 - OVERNIGHT_SHARE))
    overnight = OVERNIGHT_SHARE * moves + deviation * normal[0]
    through = moves - overnight
    # Half a sum of two squared normals is exponential, which is what the bridge's maximum needs.
    upward, downward = (np.square(normal[i]) + np.square(normal[i + 1]) for i in (1, 3))
    variance = np.square(spread) * (1.0 - OVERNIGHT_SHARE)
    top = 0.5 * (through + np.sqrt(np.square(through) + variance * upward))
    bottom = 0.5 * (through - np.sqrt(np.square(through) + variance * downward))
    opened = closes * np.exp(-through)
    high = np.maximum(opened * np.exp(top), np.maximum(opened, closes))
    low = np.minimum(opened * np.exp(bottom), np.minimum(opened, closes))
    return opened, high, low


def _busyness(surprise: Floats, wild: Floats, noise: Floats) -> Floats:
    """Log of dollars traded against an ordinary day: more when wild, more when it moved, heavy-tailed."""
    moved = VOLUME_FROM_MOVE * (np.minimum(surprise, 6.0) - 0.75)
    busy: Floats = VOLUME_FROM_VOLATILITY * wild + moved + VOLUME_NOISE * np.clip(noise, -8.0, 8.0)
    return busy
