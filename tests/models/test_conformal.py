"""Intervals hold what comes as often as they say: measured, not believed."""

import numpy as np
import pytest

from tradewright.models.conformal import Conformal, FollowingIntervals, quantile
from tradewright.models.forecasts import Forecasts
from tradewright.models.table import Targets
from tradewright.values.errors import InvalidOption


def said_and_came(seed: int, rows: int, symbols: int = 2, spread=1.0) -> tuple[Forecasts, Targets]:
    """Forecasts of nothing with a deviation of 1, and outcomes with heavy tails."""
    draws = np.random.default_rng(seed)
    shape = (rows, symbols, 1)
    came = draws.standard_t(3, shape) * np.broadcast_to(spread, (rows,))[:, None, None]
    instants = np.arange(rows, dtype=np.int64)
    ends = np.broadcast_to(instants[:, None, None] + 1, shape).copy()
    half = np.full(shape, 0.5)
    silent = np.zeros(shape[:2], dtype=np.int8)
    names = tuple(f"s{number}" for number in range(symbols))
    said = Forecasts(np.zeros(shape), half, np.ones(shape), silent, instants, names, (1,))
    return said, Targets(came, ends, np.ones(shape[:2]), (1,))


def coverage_over(level: float, rows: int, runs: int) -> float:
    found = []
    for run in range(runs):
        calibrated = Conformal.of(*said_and_came(run, rows), level=level)
        said, came = said_and_came(10_000 + run, 400)
        found.append(float(calibrated.intervals(said).coverage(came)[0]))
    return float(np.mean(found))


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("rows", [20, 200])
def test_coverage_is_the_level_whatever_the_tails(level, rows):
    # At least the level, at most one part in (n + 1) more; the rest is the error of 300 runs.
    found = coverage_over(level, rows, 300)
    assert level - 0.012 <= found <= level + 1.0 / (2 * rows + 1) + 0.012


def test_intervals_that_follow_hold_when_volatility_triples():
    spread = np.r_[np.ones(1_000), np.full(1_000, 3.0)]
    said, came = said_and_came(5, 2_000, spread=spread)
    fixed = Conformal(Conformal.of(*said_and_came(6, 500)).widths, 0.9).intervals(said)
    following = FollowingIntervals().intervals(said, came)
    late = slice(1_100, 2_000)
    inside = {
        name: np.mean((came.values[late] >= interval.low[late]) & (came.values[late] <= interval.high[late]))
        for name, interval in (("fixed", fixed), ("following", following))
    }
    assert inside["fixed"] < 0.75
    assert abs(inside["following"] - 0.9) < 0.02


def test_intervals_that_follow_know_only_what_was_known():
    said, came = said_and_came(7, 300)
    values = np.array(came.values)
    values[200:] *= 50.0
    later = Targets(values, came.ends, came.weights, (1,))
    one, other = (FollowingIntervals(window=100).intervals(said, each) for each in (came, later))
    np.testing.assert_array_equal(one.high[:201], other.high[:201])
    assert (one.high[210:] != other.high[210:]).any()


def test_outcomes_that_overlap_move_the_level_no_faster_than_as_many_that_do_not():
    """Told in full for each row, one miss of thirty rows was heard thirty times, and a fifth had no end."""
    draws, rows, horizon = np.random.default_rng(7), 1_200, 30
    steps = draws.standard_normal((rows + horizon, 1))
    summed = np.vstack([np.zeros((1, 1)), np.cumsum(steps, axis=0)])
    instants = np.arange(rows + horizon + 1, dtype=np.int64)
    values = (summed[horizon : rows + horizon] - summed[:rows])[..., None]
    shape = (rows, 1, 1)
    deviation, reasons = np.full(shape, horizon**0.5), np.zeros((rows, 1), np.int8)
    said = Forecasts(
        np.zeros(shape), np.full(shape, 0.5), deviation, reasons, instants[:rows], ("A",), (horizon,)
    )
    came = Targets(values, (instants[:rows, None] + horizon)[..., None], np.ones((rows, 1)), (horizon,))
    made = FollowingIntervals(0.9).intervals(said, came)
    endless = np.isinf(made.high[:, 0, 0]).mean()
    assert endless < 0.08
    assert 0.8 < made.coverage(came)[0] < 0.97


def test_an_interval_of_too_few_rows_is_infinite_rather_than_sure():
    calibrated = Conformal.of(*said_and_came(1, 4, symbols=1), level=0.9)
    assert np.isinf(calibrated.widths).all()
    assert quantile(np.arange(1.0, 10.0), 0.9) == 9.0


def test_a_miss_that_no_finite_width_holds_counts():
    missed = np.r_[np.arange(1.0, 10.0), np.full(100, np.inf)]
    assert np.isinf(quantile(missed, 0.9)) and quantile(missed, 0.05) == 6.0
    assert quantile(np.r_[np.arange(1.0, 10.0), np.full(100, np.nan)], 0.9) == 9.0, "NaN is no miss"


def test_intervals_that_follow_count_a_miss_that_is_infinite():
    said, came = said_and_came(4, 60, symbols=1)
    values = np.array(came.values)
    values[10:40] = np.inf
    broken = Targets(values, came.ends, came.weights, (1,))
    assert np.isinf(FollowingIntervals(level=0.8).intervals(said, broken).high[30, 0, 0])
    assert np.isfinite(FollowingIntervals(level=0.8).intervals(said, came).high[30, 0, 0])


def test_silence_has_no_interval():
    said, came = said_and_came(2, 50)
    mean = said.mean.copy()
    mean[3] = np.nan
    mute = Forecasts(mean, said.rise, said.deviation, said.reasons, said.instants, said.symbols, (1,))
    intervals = Conformal.of(*said_and_came(3, 50)).intervals(mute)
    assert np.isnan(intervals.low[3]).all() and np.isfinite(intervals.low[4]).all()
    assert 0.0 < intervals.coverage(came)[0] <= 1.0


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(InvalidOption, match="Give one between 0 and 1"):
        Conformal.of(*said_and_came(1, 10), level=level)


def test_outcomes_of_other_rows_are_refused():
    said, _ = said_and_came(1, 10)
    with pytest.raises(InvalidOption, match="Give the outcomes of the same rows"):
        Conformal.of(said, said_and_came(1, 11)[1])
