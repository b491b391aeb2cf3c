"""Intervals around forecasts that hold what comes as often as they say, whatever the forecaster.

How far forecasts missed on rows that taught them nothing, in units of their own deviation, says how wide an
interval must be. Where rows could be exchanged, the interval's coverage is at least its level, whatever the
distribution; returns are not quite so, and `FollowingIntervals` mend their width as they are proven wrong.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tradewright.models.forecasts import Forecasts
from tradewright.models.table import Targets
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats, Ints


@dataclass(frozen=True, eq=False)
class Intervals:
    """Lower and upper ends, T x N x H, in the outcome's unit; NaN where the model abstained.

    An end is infinite where too few rows were there to be as sure as the level asks.
    """

    low: Floats
    high: Floats
    level: float

    def coverage(self, targets: Targets) -> Floats:
        """The share of outcomes inside, for each horizon, over those that are known; NaN where none is."""
        known = np.isfinite(targets.values) & ~np.isnan(self.low)
        inside = known & (targets.values >= self.low) & (targets.values <= self.high)
        total = known.sum(axis=(0, 1))
        return np.where(total > 0, inside.sum(axis=(0, 1)) / np.maximum(total, 1), np.nan)


@dataclass(frozen=True, eq=False)
class Conformal:
    """How wide intervals are, measured once: `widths` H, in deviations of the forecast.

    Property: of exchangeable rows at least `level` fall inside, on average over calibrations;
    measured in tests/models/test_conformal.py.
    Source: Vovk, Gammerman and Shafer (2005), ch. 2; Lei et al. (2018), JASA 113(523), section 2.2.
    """

    widths: Floats
    level: float

    @classmethod
    def of(cls, said: Forecasts, targets: Targets, level: float = 0.9) -> Self:
        """From forecasts of rows that taught the model nothing, and what came of them.

        Raises: InvalidOption for a level outside (0, 1), or other rows or horizons than the forecasts'.
        """
        missed = misses(said, targets, level)
        return cls(np.array([quantile(missed[..., place], level) for place in range(missed.shape[2])]), level)

    def intervals(self, said: Forecasts) -> Intervals:
        """The interval of each forecast."""
        reach = self.widths * said.deviation
        return Intervals(said.mean - reach, said.mean + reach, self.level)


@dataclass(frozen=True)
class FollowingIntervals:
    """Intervals whose level follows how often they were wrong, so that coverage holds when markets change.

    After each row whose outcome is known by then the working error rate moves by `speed` / horizon x (wanted
    error - share of misses): outcomes that overlap tell the same miss so many times over. Units: `window`
    rows (distinct instants) whose misses are looked at.
    Property: the long-run share inside is the level, for any sequence of outcomes; measured in
    tests/models/test_conformal.py on a market whose volatility triples.
    Source: Gibbs and Candes (2021), NeurIPS 34, eq. 2.
    """

    level: float = 0.9
    speed: float = 0.02
    window: int = 250

    def intervals(self, said: Forecasts, targets: Targets) -> Intervals:
        """The interval of each forecast, made of outcomes that were known before its row."""
        missed = misses(said, targets, self.level)
        reach = np.full(said.mean.shape, np.nan)
        for place in range(missed.shape[2]):
            speed = self.speed / said.horizons_bars[place]
            of = (targets.ends[..., place], missed[..., place])
            reach[..., place] = self._reach(said, of, speed)[:, None]
        reach = reach * said.deviation
        return Intervals(said.mean - reach, said.mean + reach, self.level)

    def _reach(self, said: Forecasts, outcomes: tuple[Ints, Floats], speed: float) -> Floats:
        """The width at each row, T, in deviations; `outcomes` of one horizon: when known, how far missed."""
        ends, missed = outcomes
        known = ~np.isnan(missed)
        last = np.where(known, ends, np.iinfo(np.int64).min).max(axis=1)
        widths, error = np.full(len(missed), np.inf), 1.0 - self.level
        done = 0
        for row, instant in enumerate(said.instants):
            while done < row and last[done] <= instant:
                if known[done].any():
                    wrong = float(np.mean(missed[done][known[done]] > widths[done]))
                    error += speed * ((1.0 - self.level) - wrong)
                done += 1
            seen = missed[max(done - self.window, 0) : done]
            widths[row] = quantile(seen, 1.0 - error)
        return widths


def misses(said: Forecasts, targets: Targets, level: float) -> Floats:
    """How far each outcome fell from its forecast, in the forecast's deviations, T x N x H; NaN unknown.

    Raises: InvalidOption.
    """
    if not 0.0 < level < 1.0:
        raise InvalidOption(f"A level of {level:g}.", "Give one between 0 and 1, such as 0.9.")
    if said.mean.shape != np.shape(targets.values) or said.horizons_bars != targets.horizons_bars:
        raise InvalidOption(
            f"Forecasts are {said.mean.shape}, outcomes {np.shape(targets.values)}.",
            "Give the outcomes of the same rows, symbols and horizons.",
        )
    found: Floats = np.abs(targets.values - said.mean) / said.deviation
    return found


def quantile(missed: Floats, level: float) -> float:
    """The smallest width that holds at least `level` of one more like these; infinite where too few are.

    ceil((n + 1) level) of n ordered misses: the one more is itself counted. NaN is no miss; an infinite
    one counts, as no finite width holds it.
    """
    held = np.sort(missed[~np.isnan(missed)])
    rank = int(np.ceil((len(held) + 1) * level))
    if rank > len(held):
        return float("inf")
    return float(held[max(rank - 1, 0)])
