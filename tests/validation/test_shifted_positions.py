"""Positions against shifted returns: the plain definition, size, power, and what is refused."""

import numpy as np
import pytest
from return_families import autoregressive, clustered, normal

from tradewright.validation.proportion import wilson_interval
from tradewright.validation.shifted_positions import portfolio_timing, timing_test

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


def wavering(candidates: int, bars: int, seed: int) -> np.ndarray:
    return autoregressive(candidates, bars, seed, memory=0.2)


@pytest.mark.parametrize("family", [normal, clustered, wavering])
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


# Whole portfolios


def drifting(bars: int, names: int, seed: int, edge: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Weights that change every month, and returns with a common factor; `edge` lets weights foresee them."""
    rng = np.random.default_rng(seed)
    wished = np.repeat(rng.standard_normal((bars // 21 + 1, names)), 21, axis=0)[:bars]
    weights = wished / np.abs(wished).sum(axis=1, keepdims=True)
    returns = 0.01 * (rng.standard_normal((bars, names)) + 0.7 * rng.standard_normal((bars, 1)))
    return weights, returns + edge * wished


def test_a_portfolio_without_timing_looks_timed_about_as_often_as_it_should():
    found = [portfolio_timing(*drifting(504, 8, seed))[0] for seed in range(400)]
    assert np.mean(np.array(found) <= 0.05) <= 0.05 + 2.0 * np.sqrt(0.05 * 0.95 / 400)
    assert 0.4 < np.mean(found) < 0.6


def test_a_portfolio_that_foresees_is_told_from_one_that_does_not():
    p, shifts = portfolio_timing(*drifting(504, 8, 1, edge=0.004))
    assert p <= 0.01
    assert shifts == 504
    assert p >= 1.0 / shifts


def test_shifts_onto_returns_that_weights_were_made_of_are_left_out():
    assert portfolio_timing(*drifting(504, 8, 1), lookback_bars=100)[1] == 404


def test_a_portfolio_of_one_agrees_with_the_plain_test():
    weights, returns = drifting(300, 1, 3)
    p, _ = portfolio_timing(weights * 3.0, returns)
    ahead = [
        float(np.dot(weights[:, 0] - weights.mean(), np.roll(returns[:, 0], -shift))) for shift in range(300)
    ]
    assert p == pytest.approx(np.mean(np.array(ahead) >= ahead[0] - 1e-12), abs=1e-9)


def test_unknown_returns_earn_nothing():
    weights, returns = drifting(300, 3, 4)
    holed = np.where(np.arange(300)[:, None] < 50, np.nan, returns)
    filled = np.where(np.arange(300)[:, None] < 50, 0.0, returns)
    assert portfolio_timing(weights, holed) == portfolio_timing(weights, filled)


@pytest.mark.parametrize(
    ("weights", "returns", "lookback"),
    [
        (np.zeros((300, 2)), np.ones((300, 3)), 0),
        (np.full((300, 2), np.nan), np.ones((300, 2)), 0),
        (np.ones((300, 2)), np.ones((300, 2)), 0),
        (np.random.default_rng(1).random((300, 2)), np.zeros((300, 2)), 0),
        (np.random.default_rng(1).random((300, 2)), np.random.default_rng(2).random((300, 2)), 200),
        (np.random.default_rng(1).random((3, 2)), np.random.default_rng(2).random((3, 2)), 0),
    ],
    ids=["shapes", "NaN", "never changes", "no returns", "look-back", "short"],
)
def test_a_portfolio_that_cannot_be_tested_is_refused(weights, returns, lookback):
    with pytest.raises(ValueError, match=r"give|cannot be tested|never change"):
        portfolio_timing(weights, returns, lookback)
