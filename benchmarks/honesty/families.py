"""Families of worthless candidates: every one of them has an expected return of zero, whatever it shows.

Shape: a family gives T x N, the returns above cash of N candidates over T days, for one seed. What differs
is how returns are spread, how they hang together in time, and how candidates resemble each other.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Family = Callable[[int, int, np.random.Generator], Table]

DAILY_VOL = 0.01
# A record forgets how it was begun.
BURN_IN = 250


def normal(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Independent normal returns."""
    return draw.standard_normal((days, candidates))


def student(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Student's t with four degrees of freedom: no fourth moment."""
    return draw.standard_t(4.0, (days, candidates))


def skewed(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Gamma returns of skewness 1.4, half of the candidates to the right and half to the left."""
    drawn = draw.standard_gamma(2.0, (days, candidates)) - 2.0
    return drawn * np.where(np.arange(candidates) % 2, 1.0, -1.0)


def garch(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """GARCH(1,1) with Student's t of six degrees."""
    shocks = draw.standard_t(6.0, (days + BURN_IN, candidates)) / np.sqrt(1.5)
    out, level = np.empty_like(shocks), np.ones(candidates)
    for day, shock in enumerate(shocks):
        out[day] = np.sqrt(level) * shock
        level = 0.02 + 0.08 * out[day] ** 2 + 0.90 * level
    return out[BURN_IN:]


def autocorrelated(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """First-order autoregression of 0.2."""
    out = draw.standard_normal((days + BURN_IN, candidates))
    for day in range(1, len(out)):
        out[day] += 0.2 * out[day - 1]
    return out[BURN_IN:]


def one_factor(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Half of everybody's variance is one common factor."""
    return draw.standard_normal((days, candidates)) + draw.standard_normal((days, 1))


def moving_averages(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """A grid of moving-average rules on one random walk: long above, short below."""
    moves = draw.standard_normal(days + BURN_IN)
    price = np.concatenate([np.zeros(BURN_IN), np.cumsum(moves)])
    fast, slow = moving_average_grid(candidates)
    return np.stack(
        [crossing(price, moves, int(a), int(b))[-days:] for a, b in zip(fast, slow, strict=True)], axis=1
    )


def moving_average_grid(candidates: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """So many pairs of windows, spread over 1 to 60 and 10 to 240 days."""
    side = int(np.ceil(np.sqrt(candidates)))
    fast = np.unique(np.geomspace(1, 60, 4 * side).astype(np.int64))
    slow = np.unique(np.geomspace(10, 240, 4 * side).astype(np.int64))
    pairs = np.array([(a, b) for a in fast for b in slow if a < b])
    chosen = pairs[np.linspace(0, len(pairs) - 1, candidates).astype(np.int64)]
    return chosen[:, 0], chosen[:, 1]


def crossing(price: Table, moves: Table, fast: int, slow: int) -> Table:
    """What the rule earns on each move, held from the close before it."""
    sums = np.concatenate([[0.0], np.cumsum(price)])
    rows = np.arange(BURN_IN, len(price))
    above = (sums[rows] - sums[rows - fast]) / fast > (sums[rows] - sums[rows - slow]) / slow
    return np.where(above, 1.0, -1.0) * moves[rows - BURN_IN]


def regimes(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Calm and wild stretches that all share, three times as wild, with no drift in either."""
    wild = (np.cumsum(draw.random(days) < 1.0 / 80.0) + draw.integers(2)) % 2
    return draw.standard_normal((days, candidates)) * np.where(wild, 3.0, 1.0)[:, None]


def short_volatility(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Sold straddles: a fair premium every day, less how far the market moved, with fat tails."""
    # The mean of |t| with five degrees of freedom.
    premium = 0.5 * math.sqrt(5.0 / math.pi) * math.gamma(3.0) / math.gamma(2.5)
    return premium - np.abs(draw.standard_t(5.0, (days, candidates)))


def rare_crash(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """A small gain every day and, once a year on average, a fall that takes all of it back.

    Outside of what any record can price: who has been spared so far shows nothing of what will come.
    """
    chance = 1.0 / 252.0
    fell = draw.random((days, candidates)) < chance
    return 1.0 + 0.5 * draw.standard_normal((days, candidates)) - np.where(fell, 1.0 / chance, 0.0)


def stale(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Prices that follow late: today's true return shows by 60 % today, 30 % tomorrow and 10 % the day
    after.
    """
    true = draw.standard_normal((days + 2, candidates))
    return 0.6 * true[2:] + 0.3 * true[1:-1] + 0.1 * true[:-2]


def overlapping(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Signals about one market, each held for a month, so that a position is the mean of 21 of them."""
    signals = np.cumsum(draw.standard_normal((days + 21, candidates)), axis=0)
    held = (signals[21:] - signals[:-21]) / 21.0
    return held * draw.standard_normal((days, 1))


def shifted_signals(days: int, candidates: int, draw: np.random.Generator) -> Table:
    """Trend signals of twenty real stocks, held against the same stocks' returns from other years.

    Each stock's mean is taken out: a rising market is no timing. Needs the package skfolio.
    """
    returns = _real_returns()
    stocks = returns.shape[1]
    growth = np.concatenate([np.zeros((1, stocks)), np.cumsum(returns, axis=0)])
    begin = int(draw.integers(BURN_IN, len(returns) - days))
    apart = int(draw.integers(BURN_IN + days, len(returns) - days))
    met = (begin + apart + np.arange(days)) % len(returns)
    lookbacks = np.unique(np.linspace(2, BURN_IN, -(-candidates // stocks)).astype(np.int64))
    rows = begin + np.arange(days)
    sides = [np.sign(growth[rows] - growth[rows - lookback]) for lookback in lookbacks]
    earned = returns[met] - np.mean(returns, axis=0)
    return np.concatenate([side * earned for side in sides], axis=1)[:, :candidates]


@cache
def _real_returns() -> Table:
    from skfolio.datasets import load_sp500_dataset

    prices = load_sp500_dataset().to_numpy()
    return np.asarray(np.diff(np.log(prices), axis=0))


FAMILIES: dict[str, Family] = {
    "normal": normal,
    "student-t": student,
    "skewed": skewed,
    "garch": garch,
    "autocorrelated": autocorrelated,
    "one-factor": one_factor,
    "ma-grid": moving_averages,
    "regimes": regimes,
    "short-volatility": short_volatility,
    "rare-crash": rare_crash,
    "stale-prices": stale,
    "overlapping": overlapping,
    "shifted-signals": shifted_signals,
}
# Known beforehand to be beyond a test of returns; shown so that nobody believes otherwise.
BEYOND_RECORDS = ("rare-crash",)


def worthless(family: str, days: int, candidates: int, seed: int) -> Table:
    """Returns of a family's candidates at about 1 % a day, the same for the same seed."""
    key = [seed, *family.encode()]
    drawn = FAMILIES[family](days, candidates, np.random.default_rng(key))
    return np.ascontiguousarray(DAILY_VOL * drawn)
