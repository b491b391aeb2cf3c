"""Positions against shifted returns: the plain definition, size, power, and what is refused."""

import numpy as np
import pytest
from return_families import autoregressive, clustered, normal

from tradewright.validation.proportion import wilson_interval
from tradewright.validation.shifted_positions import timing_test

BARS = 400


def held(seed: int, candidates: int = 30, bars: int = BARS) -> np.ndarray:
    """Positions of one or nothing that last for weeks, unrelated to any return."""
    return (autoregressive(candidates, bars, seed, memory=0.9).T > 0.0).astype(np.float64)


def test_the_statistic_is_the_gain_from_timing_over_its_spread():
    positions, returns = held(1, 3, 50), normal(1, 50, 2)[0]
    found = timing_test(positions, returns)
    around = positions - positions.mean(axis=0)
    gained = around * returns[:, None]
    assert found.statistics == pytest.approx(gained.sum(axis=0) / np.sqrt((gained**2).sum(axis=0)))


def test_p_is_the_share_of_shifts_whose_best_reaches_ours():
    positions, returns = held(3, 4, 60), normal(1, 60, 4)[0]
    around = positions - positions.mean(axis=0)
    best = []
    for shift in range(60):
        gained = around * np.roll(returns, -shift)[:, None]
        best.append((gained.sum(axis=0) / np.sqrt((gained**2).sum(axis=0))).max())
    # The record itself counts: a hair of rounding must not drop it.
    assert timing_test(positions, returns).p == np.mean(np.array(best) >= best[0] - 1e-9)


@pytest.mark.parametrize("family", [normal, clustered], ids=["normal", "clustered"])
def test_positions_without_timing_pass_as_often_as_p_says(family, record_property):
    returns = family(300, BARS, 5)
    passed = sum(timing_test(held(seed), returns[seed]).p <= 0.05 for seed in range(300))
    record_property("size", float(passed / 300))
    assert wilson_interval(passed, 300).low <= 0.05
    assert passed / 300 <= 0.08


def test_a_market_that_rises_is_no_timing():
    passed = sum(timing_test(held(seed), normal(1, BARS, seed)[0] + 0.5).p <= 0.05 for seed in range(100))
    assert passed / 100 <= 0.12


def test_positions_that_know_something_are_found(record_property):
    found = 0
    for seed in range(50):
        positions, returns = held(seed), normal(1, BARS, 100 + seed)[0]
        found += timing_test(positions, returns + 0.6 * (positions[:, 7] - 0.5)).adjusted[7] <= 0.05
    record_property("power", float(found / 50))
    assert found / 50 > 0.8


def test_shifts_into_the_past_that_positions_were_made_of_can_be_left_out():
    # Momentum of ten bars: shifted back by a few bars it holds exactly what has just risen.
    returns = normal(1, BARS, 9)[0]
    trend = np.convolve(returns, np.ones(10))[:BARS]
    positions = np.roll(trend > 0, 1).astype(float)[:, None]
    whole, without = timing_test(positions, returns), timing_test(positions, returns, lookback_bars=12)
    assert without.shifts == BARS - 12
    assert without.p <= whole.p


def test_copies_of_a_candidate_cost_nothing_and_order_does_not_matter():
    positions, returns = held(11), normal(1, BARS, 12)[0]
    found = timing_test(positions, returns)
    doubled = timing_test(np.concatenate([positions, positions], axis=1), returns)
    assert doubled.p == found.p
    assert timing_test(positions[:, ::-1], returns).adjusted == pytest.approx(found.adjusted[::-1])


def test_p_is_never_zero():
    returns = normal(1, BARS, 13)[0]
    assert timing_test(np.sign(returns)[:, None], returns).p == 1 / BARS


@pytest.mark.parametrize(
    ("positions", "returns", "lookback", "words"),
    [(held(1, 2), normal(1, 399, 1)[0], 0, "give T x N and T"),
     (held(1, 2)[:20], normal(1, 20, 1)[0], 0, "20 bars"),
     (held(1, 2), normal(1, BARS, 1)[0], 300, "look-back of 300"),
     (held(1, 2), np.ones(BARS), 0, "do not vary"),
     (held(1, 2), np.full(BARS, np.nan), 0, "not all numbers"),
     (np.ones((BARS, 2)), normal(1, BARS, 1)[0], 0, "candidate 0: .* never change"),
     (np.full((BARS, 1), np.nan), normal(1, BARS, 1)[0], 0, "candidate 0: its positions are not")],
    ids=["lengths", "short", "look-back", "constant", "nan returns", "always in", "nan positions"],
)  # fmt: skip
def test_records_that_cannot_be_tested_are_refused(positions, returns, lookback, words):
    with pytest.raises(ValueError, match=words):
        timing_test(positions, returns, lookback)
