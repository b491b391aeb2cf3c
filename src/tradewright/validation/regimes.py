"""Does a strategy lose money in one kind of market? Each kind measured, the number of kinds priced in."""

import math
from dataclasses import dataclass

import numpy as np

from tradewright.validation.multiple_testing import holm
from tradewright.validation.sharpe import moments
from tradewright.values.panel import Floats

TREND_BARS, CALM_BARS = 126, 63
# Fewer bars of a kind say nothing about it.
LEAST_BARS = 60
BLOCK_BARS = 10
NAMES = ("falling and wild", "falling and calm", "rising and wild", "rising and calm")
Bools = np.typing.NDArray[np.bool_]


@dataclass(frozen=True)
class Regime:
    """One kind of market and what the strategy earned in it over cash.

    Units: `sharpe` per bar, NaN where it cannot be measured; `p_loss` is the chance that a strategy without
    a loss there looks as bad, all measured kinds priced in (Holm).
    """

    name: str
    bars: int
    sharpe: float
    p_loss: float


def market_regimes(market: Floats) -> Floats:
    """The kind of market before each bar: 0 to 3 as in NAMES, NaN until there is a past to tell it from.

    Shape: `market` is T returns; the answer is T. Row t looks at returns before t alone: rising means that
    the last 126 bars gained; wild means that the last 63 varied more than the median of all before.
    """
    found = np.full(len(market), np.nan)
    spread = np.full(len(market), np.nan)
    for bar in range(CALM_BARS, len(market)):
        spread[bar] = np.std(market[bar - CALM_BARS : bar])
    for bar in range(TREND_BARS, len(market)):
        gained = float(np.sum(np.log1p(np.maximum(market[bar - TREND_BARS : bar], -0.999999)))) > 0.0
        is_calm = spread[bar] <= np.median(spread[CALM_BARS : bar + 1])
        found[bar] = 2 * gained + is_calm
    return found


def regime_table(excess: Floats, kinds: Floats) -> tuple[Regime, ...]:
    """What was earned in each kind of market, and how surprising a loss there is.

    Shape: `excess` and `kinds` are T, returns above cash and the kind of each bar (NaN for none).
    Property: calls a kind a losing one, at p of at most 5 %, for at most 5 % of strategies that lose in
    none; measured in tests/validation/test_regimes.py.
    """
    measured = [_measured(excess[kinds == number]) for number in range(len(NAMES))]
    known = [number for number, (_, p) in enumerate(measured) if math.isfinite(p)]
    adjusted = (
        dict(zip(known, holm(np.array([measured[one][1] for one in known])), strict=True)) if known else {}
    )
    return tuple(
        Regime(
            name,
            int(np.count_nonzero(kinds == number)),
            measured[number][0],
            float(adjusted.get(number, math.nan)),
        )
        for number, name in enumerate(NAMES)
    )


def _measured(excess: Floats) -> tuple[float, float]:
    """The Sharpe ratio of a kind's bars and the one-sided p-value of a loss; NaN where there are too few.

    Sums of ten neighbouring bars are told from zero by Student's law: they hardly resemble each other.
    """
    from scipy.special import stdtr

    shape = moments(excess) if len(excess) >= LEAST_BARS else ""
    if isinstance(shape, str):
        return math.nan, math.nan
    whole = len(excess) // BLOCK_BARS * BLOCK_BARS
    sums = excess[:whole].reshape(-1, BLOCK_BARS).sum(axis=1)
    error = float(np.std(sums, ddof=1)) / math.sqrt(len(sums))
    if not error > 0.0:
        return shape.sharpe, math.nan
    return shape.sharpe, max(float(stdtr(len(sums) - 1, float(np.mean(sums)) / error)), 1e-12)
