"""Monitors: false alarms over a year of daily looks, what they find, and what they refuse."""

import numpy as np
import pytest
from return_families import FAMILIES

from tradewright.validation.monitors import (
    Monitor,
    edge_lost,
    edge_shown,
    fill_rate_falls,
    paired_drift,
    slippage_exceeds,
)
from tradewright.validation.proportion import wilson_interval

PATHS, BARS, DAILY = 1_500, 252, 0.01
ALPHA = 0.05


def short_volatility(records: int, bars: int, seed: int) -> np.ndarray:
    """Small gains every day and a crash once a year on average; mean 0, unit variance."""
    chance = 1.0 / 250.0
    crashes = np.random.default_rng([seed, 9]).random((records, bars)) < chance
    gain = np.sqrt(chance / (1.0 - chance))
    return np.where(crashes, -gain * (1.0 - chance) / chance, gain)


def long_volatility(records: int, bars: int, seed: int) -> np.ndarray:
    return -short_volatility(records, bars, seed)


NULLS = {**FAMILIES, "short-volatility": short_volatility, "long-volatility": long_volatility}


def alarms(monitors: list[Monitor]) -> float:
    return sum(monitor.is_alarm for monitor in monitors) / len(monitors)


@pytest.mark.parametrize("family", NULLS)
@pytest.mark.parametrize("floor", [0.0, 0.0003])
def test_an_edge_that_is_just_the_floor_is_hardly_ever_said_to_lie_above_it(family, floor):
    paths = floor + DAILY * NULLS[family](PATHS, BARS, 5)
    found = [edge_shown(path, floor, worst_loss=0.25) for path in paths]
    assert alarms(found) <= ALPHA


@pytest.mark.parametrize("family", NULLS)
@pytest.mark.parametrize("floor", [0.0, 0.0003])
def test_an_edge_that_is_just_the_floor_is_hardly_ever_said_to_be_lost(family, floor):
    paths = floor + DAILY * NULLS[family](PATHS, BARS, 6)
    assert alarms([edge_lost(path, floor, best_gain=0.25) for path in paths]) <= ALPHA


@pytest.mark.parametrize("family", NULLS)
def test_pairs_within_the_tolerance_hardly_ever_drift(family):
    paths = DAILY * NULLS[family](PATHS, BARS, 7)
    rng = np.random.default_rng(8)
    found = [paired_drift(path + rng.normal(0.0, 0.002, BARS), path, 0.0002, 0.02) for path in paths[:500]]
    assert alarms(found) <= ALPHA


def test_slippage_as_foreseen_hardly_ever_alarms():
    rng = np.random.default_rng(3)
    foreseen = rng.uniform(2.0, 10.0, (PATHS, 200))
    # Costs scatter to the right: most fills are a little better than foreseen, a few much worse.
    met = foreseen + rng.exponential(5.0, foreseen.shape) - 5.0
    found = [slippage_exceeds(one, other, 0.0, 5.0) for one, other in zip(met, foreseen, strict=True)]
    assert alarms(found) <= ALPHA


@pytest.mark.parametrize("promised", [0.5, 0.9, 0.99])
def test_a_fill_rate_as_promised_hardly_ever_alarms(promised):
    filled = (np.random.default_rng(4).random((PATHS, 250)) < promised).astype(float)
    rate = alarms([fill_rate_falls(path, promised) for path in filled])
    assert rate <= ALPHA
    # A monitor that never speaks would pass all of the above.
    assert rate > 0.0 or promised == 0.99


# What they find


def test_an_edge_that_turned_into_losses_is_found_within_a_year():
    sharpe_a_day = -5.0 / np.sqrt(252.0)
    paths = DAILY * (FAMILIES["fat-tailed"](400, BARS, 11) + sharpe_a_day)
    found = [edge_lost(path, 0.0, best_gain=0.08) for path in paths]
    assert wilson_interval(sum(one.is_alarm for one in found), 400).low > 0.5


def test_a_strong_edge_is_shown_within_a_year():
    paths = DAILY * (FAMILIES["normal"](400, BARS, 12) + 4.0 / np.sqrt(252.0))
    assert alarms([edge_shown(path, 0.0, worst_loss=0.06) for path in paths]) > 0.5


def test_more_slippage_fewer_fills_and_a_drift_are_found():
    rng = np.random.default_rng(13)
    foreseen = np.full(200, 5.0)
    assert slippage_exceeds(foreseen + 4.0 + rng.normal(0.0, 3.0, 200), foreseen, 1.0, 20.0).is_alarm
    assert fill_rate_falls((rng.random(200) < 0.7).astype(float), 0.9).is_alarm
    path = rng.normal(0.0, 0.01, 200)
    for side in (1.0, -1.0):
        assert paired_drift(path + side * 0.003 + rng.normal(0.0, 0.002, 200), path, 0.0005, 0.02).is_alarm


# Properties


def test_an_alarm_once_given_stays_and_is_dated():
    path = np.concatenate([np.full(100, -0.01), np.full(200, 0.01)])
    found = edge_lost(path, 0.0, best_gain=0.1)
    assert found.alarm_at is not None
    assert found.alarm_at < 100
    assert found.p <= ALPHA
    earlier = edge_lost(path[: found.alarm_at], 0.0, best_gain=0.1)
    assert not earlier.is_alarm
    assert np.array_equal(earlier.e_values, found.e_values[: found.alarm_at])


def test_what_comes_later_changes_no_earlier_stake():
    path = np.random.default_rng(1).normal(0.0, 0.01, 60)
    whole = edge_shown(path, 0.0, 0.25).e_values
    for bars in (1, 4, 5, 6, 33):
        assert np.array_equal(edge_shown(path[:bars], 0.0, 0.25).e_values, whole[:bars])


def test_before_the_first_block_ends_nothing_is_staked():
    found = edge_shown(np.full(4, 0.1), 0.0, 0.25)
    assert list(found.e_values) == [1.0] * 4
    assert found.p == 1.0
    assert edge_shown(np.array([]), 0.0, 0.25).p == 1.0


def test_the_stake_is_the_mean_over_the_bets_computed_by_hand():
    found = fill_rate_falls(np.array([0.0, 1.0]), 0.5)
    bets = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.8]) / 0.5
    assert found.e_values[0] == pytest.approx(np.mean(1.0 + 0.5 * bets))
    assert found.e_values[1] == pytest.approx(np.mean((1.0 + 0.5 * bets) * (1.0 - 0.5 * bets)))


def test_an_outcome_worse_than_declared_ends_the_bets_it_ruins():
    found = edge_shown(np.array([0.1] * 5 + [-5.0] + [0.1] * 4), 0.0, 0.5)
    assert found.e_values[-1] < found.e_values[4]
    assert np.isfinite(found.e_values).all()


def test_p_is_never_zero():
    assert edge_shown(np.full(20_000, 0.02), 0.0, 0.1).p > 0.0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: edge_shown(np.array([0.1, np.nan]), 0.0, 0.25),
        lambda: edge_shown(np.array([[0.1]]), 0.0, 0.25),
        lambda: edge_shown(np.array([0.1]), np.inf, 0.25),
        lambda: edge_shown(np.array([0.1]), 0.0, 0.0),
        lambda: edge_shown(np.array([0.1]), 0.0, 0.25, alpha=0.0),
        lambda: edge_shown(np.array([0.1]), 0.0, 0.25, block_bars=0),
        lambda: edge_lost(np.array([0.1]), 0.3, 0.25),
        lambda: paired_drift(np.zeros(3), np.zeros(4), 0.1, 1.0),
        lambda: slippage_exceeds(np.zeros(3), np.zeros(4), 0.1, 1.0),
        lambda: fill_rate_falls(np.array([1.5]), 0.9),
        lambda: fill_rate_falls(np.array([1.0]), 1.0),
    ],
)
def test_what_cannot_be_watched_is_refused(ask):
    with pytest.raises(ValueError, match=r"give|not all numbers"):
        ask()
