"""Monitors that may be looked at every day: an alarm is as rare as promised however often somebody looks.

Each is a bet against a null hypothesis. Where it holds, the stake (the e-value) is not expected to grow, and
by Ville's inequality reaches 1 / alpha with a chance of at most alpha, over all looks together.
"""

from dataclasses import dataclass

import numpy as np

from tradewright.values.panel import Floats

# Bets as shares of the largest that no single outcome can ruin; the stake is spread evenly over them.
BETS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
SOURCE = "Waudby-Smith and Ramdas (2024), Journal of the Royal Statistical Society B 86(1), section 4"


@dataclass(frozen=True, eq=False)
class Monitor:
    """What a monitor says after each observation.

    Shape: `e_values` is T: the stake after each, 1 at the start. Units: `alpha` is the chance of a false
    alarm over all looks together; `alarm_at` is the first row at which the stake reached 1 / alpha.
    """

    question: str
    e_values: Floats
    alpha: float
    alarm_at: int | None

    @property
    def is_alarm(self) -> bool:
        """Whether the null hypothesis has been given up; an alarm stays one."""
        return self.alarm_at is not None

    @property
    def p(self) -> float:
        """A p-value that holds at any time: 1 over the largest stake so far. Never 0."""
        largest = float(np.max(self.e_values)) if len(self.e_values) else 1.0
        return 1.0 / max(largest, 1.0)


def edge_shown(
    returns: Floats, floor: float, worst_loss: float, alpha: float = 0.05, block_bars: int = 5
) -> Monitor:
    """Is the edge above a floor? Alarms where returns have shown it; a false alarm has a chance of `alpha`.

    Shape: `returns` is T. Units: per bar, above cash; `floor` per bar; `worst_loss` is what a block of
    `block_bars` cannot lose more than, a share: declared, never estimated from a record without a crash. The
    wider it is, the smaller the bets and the longer it takes.
    Property: false alarms within a year of daily looks at most `alpha` where the true edge is the floor, on
    normal, heavy-tailed, autocorrelated, clustered and short-volatility returns; measured in
    tests/validation/test_monitors.py. Blocks take up autocorrelation that dies within them.
    Source: as SOURCE. Raises: ValueError where an observation is no number or the bounds are none.
    """
    gained = _blocks(_checked(returns, floor), block_bars)
    return _monitor(
        "edge above the floor", gained, worst_loss + block_bars * floor, alpha, (block_bars, len(returns))
    )


def edge_lost(
    returns: Floats, floor: float, best_gain: float, alpha: float = 0.05, block_bars: int = 5
) -> Monitor:
    """Has the edge fallen below a floor? Alarms where returns have shown that it has.

    As `edge_shown` with the sides exchanged: `best_gain` is what a block cannot gain more than.
    """
    lost = _blocks(-_checked(returns, floor), block_bars)
    return _monitor(
        "edge below the floor", lost, best_gain - block_bars * floor, alpha, (block_bars, len(returns))
    )


def paired_drift(
    live: Floats, simulated: Floats, tolerance: float, widest: float, alpha: float = 0.05
) -> Monitor:
    """Do matched results drift apart by more than a tolerance, to either side?

    Shape: both T, matched one to one. Units: as the results'; no single pair differs by more than `widest`.
    Property: as `edge_shown`, for pairs whose mean difference lies within the tolerance.
    Source: the mean of two e-processes is one, Vovk and Wang (2021), Annals of Statistics 49(3).
    """
    if live.shape != simulated.shape:
        raise ValueError(f"{len(live)} results and {len(simulated)} simulated ones: give pairs")
    apart = _checked(live - simulated, 0.0)
    reach = widest + tolerance
    sides = [_stake(side * apart - tolerance, reach) for side in (1.0, -1.0)]
    return _watched("matched results drift apart", np.mean(sides, axis=0), alpha)


def slippage_exceeds(
    met_bps: Floats, foreseen_bps: Floats, tolerance_bps: float, best_bps: float, alpha: float = 0.05
) -> Monitor:
    """Do fills cost more than was foreseen, by more than a tolerance?

    Shape: both one number a fill. Units: bps of the price; no fill is better than foreseen by more than
    `best_bps`. Property and source: as `edge_shown`.
    """
    if met_bps.shape != foreseen_bps.shape:
        raise ValueError(f"{len(met_bps)} fills and {len(foreseen_bps)} foreseen costs: give pairs")
    above = _checked(met_bps - foreseen_bps, tolerance_bps)
    return _watched("slippage above what was foreseen", _stake(above, best_bps + tolerance_bps), alpha)


def fill_rate_falls(filled: Floats, promised: float, alpha: float = 0.05) -> Monitor:
    """Are fewer orders filled than was promised?

    Shape: one share filled an order, 0 to 1. Units: `promised` a share.
    Property and source: as `edge_shown`; exact, because shares are bounded by themselves.
    """
    if not 0.0 < promised < 1.0 or bool(np.any((filled < 0.0) | (filled > 1.0))):
        raise ValueError(f"promised {promised}: give shares between 0 and 1")
    return _watched(
        "fill rate below the promised", _stake(promised - _checked(filled, 0.0), 1.0 - promised), alpha
    )


def _monitor(question: str, gained: Floats, worst: float, alpha: float, shape: tuple[int, int]) -> Monitor:
    """A monitor over blocks: the stake changes where a block ends and stands still in between."""
    block_bars, bars = shape
    staked = np.concatenate([[1.0], _stake(gained, worst)])
    return _watched(question, staked[np.arange(1, bars + 1) // block_bars], alpha)


def _watched(question: str, e_values: Floats, alpha: float) -> Monitor:
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha {alpha}: give a chance between 0 and 1")
    reached = np.flatnonzero(e_values >= 1.0 / alpha)
    return Monitor(question, e_values, alpha, int(reached[0]) if len(reached) else None)


def _stake(gained: Floats, worst: float) -> Floats:
    """The stake after each outcome, spread evenly over fixed bets; outcomes below -`worst` end a bet at 0.

    Bets are fixed beforehand: one that learnt from the record could live on its autocorrelation.
    """
    if not 0.0 < worst < np.inf:
        raise ValueError(f"the worst single outcome is {worst}: give a number above 0")
    bets = np.array(BETS) / worst
    grown = np.cumsum(np.log(np.maximum(1.0 + gained[:, None] * bets, 1e-300)), axis=0)
    return np.asarray(np.mean(np.exp(np.minimum(grown, 600.0)), axis=1))


def _blocks(gained: Floats, block_bars: int) -> Floats:
    """Sums over whole blocks; what has not become a block yet waits."""
    if block_bars < 1:
        raise ValueError(f"blocks of {block_bars} bars: give at least 1")
    whole = len(gained) // block_bars * block_bars
    return np.asarray(gained[:whole].reshape(-1, block_bars).sum(axis=1))


def _checked(values: Floats, floor: float) -> Floats:
    if values.ndim != 1 or not bool(np.isfinite(values).all()) or not np.isfinite(floor):
        raise ValueError("the observations are not all numbers in one row")
    return np.asarray(values - floor)
