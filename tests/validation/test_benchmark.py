"""The benchmark at matched exposure, and what is said against it."""

import numpy as np
import pytest
from made_accounts import panel_of
from return_families import normal

from tradewright.kernel.batch import simulate
from tradewright.validation.benchmark import (
    compare,
    equal_weight_returns,
    held_returns,
    matched_returns,
    mean_difference,
    sharpe_difference,
)
from tradewright.validation.bootstrap import BootstrapOptions, resampling
from tradewright.validation.performance import Period, period_of
from tradewright.values.decisions import Decisions
from tradewright.values.profile import AccountOptions, ExecutionProfile

CASH, BORROWED = np.full(4, 0.0001), np.full(4, 0.0003)
MARKET = np.array([0.01, -0.02, 0.03, 0.0])


def period(returns, cash: float = 0.0) -> Period:
    bars = len(returns)
    return Period(np.arange(bars + 1) * 86_400_000_000_000, returns, np.full(bars, cash), 252.0)


# Matching


def test_a_fully_invested_benchmark_is_the_market():
    np.testing.assert_allclose(matched_returns(MARKET, 1.0, CASH, BORROWED), MARKET)


def test_an_idle_strategy_is_held_against_cash():
    np.testing.assert_allclose(matched_returns(MARKET, 0.0, CASH, BORROWED), CASH)


def test_half_exposure_is_half_market_and_half_cash():
    np.testing.assert_allclose(matched_returns(MARKET, 0.5, CASH, BORROWED), 0.5 * MARKET + 0.5 * CASH)


def test_exposure_above_one_pays_for_what_it_borrows():
    np.testing.assert_allclose(matched_returns(MARKET, 1.5, CASH, BORROWED), 1.5 * MARKET - 0.5 * BORROWED)


def test_a_short_strategy_is_held_against_a_short_benchmark():
    np.testing.assert_allclose(matched_returns(MARKET, -0.5, CASH, BORROWED), -0.5 * MARKET + CASH)


def test_a_short_benchmark_earns_interest_on_what_the_account_would_and_no_more():
    """The kernel holds a short seller's proceeds back: an account short of a still market earns cash once."""
    still = panel_of(np.full((4, 1), 50.0))
    profile = ExecutionProfile("own", 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.05, 0.06, 0.0)
    decisions = Decisions(np.array([0]), np.array([[-0.5]]))
    outcome = simulate(still, decisions, AccountOptions(10_000.0), profile)
    own = period_of(still.instants, outcome.equity_usd, 0.05)
    matched = matched_returns(np.zeros(3), -0.5, own.cash, own.cash)
    np.testing.assert_allclose(matched, own.returns, rtol=1e-3)


def test_exposure_may_be_followed_bar_by_bar():
    exposure = np.array([0.0, 1.0, 0.0, 1.0])
    found = matched_returns(MARKET, exposure, CASH, BORROWED)
    np.testing.assert_allclose(found, [0.0001, -0.02, 0.0001, 0.0])


# Market returns


def test_equal_weights_average_what_is_known():
    growth = np.array([[1.0, 1.0], [1.1, 0.9], [1.1, np.nan], [2.2, np.nan]])
    np.testing.assert_allclose(equal_weight_returns(growth), [0.0, 0.0, 1.0], atol=1e-12)


def test_equal_weights_of_nothing_earn_nothing():
    assert equal_weight_returns(np.full((3, 2), np.nan)).tolist() == [0.0, 0.0]


def test_a_name_that_lists_later_joins_on_its_second_bar():
    growth = np.array([[1.0, np.nan], [1.1, 1.0], [1.1, 1.2]])
    np.testing.assert_allclose(equal_weight_returns(growth), [0.1, 0.1])


def test_a_held_instrument_earns_nothing_before_it_is_known():
    np.testing.assert_allclose(held_returns(np.array([np.nan, 1.0, 1.5])), [0.0, 0.5])


# Comparison


def test_a_strategy_that_is_its_benchmark_beats_it_by_nothing():
    returns = normal(1, 500, 1)[0] * 0.01
    sample = resampling(returns, BootstrapOptions(1, 200), "same")
    found = mean_difference(period(returns), returns, sample)
    assert found.value == 0.0
    assert (found.interval.low, found.interval.high) == (0.0, 0.0)
    assert sharpe_difference(period(returns), returns, sample).value == 0.0


def test_rounding_beats_no_benchmark():
    cash = np.full(500, 0.0001)
    found = mean_difference(period(cash + 1e-17), cash, None)
    assert found.value == 0.0


def test_a_constant_advantage_is_found_with_its_size():
    market = normal(1, 2_000, 2)[0] * 0.01
    own = market + 0.0002 + 0.001 * normal(1, 2_000, 3)[0]
    sample = resampling(own, BootstrapOptions(1, 500), "edge")
    found = mean_difference(period(own), market, sample)
    assert found.value == pytest.approx(0.0504, abs=0.02)
    assert found.interval.low > 0.0


def test_noise_around_the_benchmark_is_not_an_advantage():
    market = normal(1, 2_000, 4)[0] * 0.01
    noise = normal(1, 2_000, 5)[0]
    own = market + 0.001 * (noise - noise.mean())
    found = mean_difference(period(own), market, resampling(own, BootstrapOptions(1, 500), "noise"))
    assert found.interval.low < 0.0 < found.interval.high


def test_beta_and_alpha_are_those_of_a_regression():
    market, noise = normal(1, 4_000, 6)[0] * 0.01, normal(1, 4_000, 7)[0] * 0.004
    own = 0.0001 + 0.7 * market + noise
    named = {one.name: one for one in compare(period(own), market, market, None)}
    slope, intercept = np.polyfit(market, own, 1)
    assert named["Beta to the benchmark"].value == pytest.approx(slope)
    assert named["Alpha to the benchmark"].value == pytest.approx(252 * intercept)


def test_tracking_error_and_information_ratio_describe_the_gap():
    market = normal(1, 1_000, 8)[0] * 0.01
    gap = 0.0002 + normal(1, 1_000, 9)[0] * 0.003
    named = {one.name: one for one in compare(period(market + gap), market, market, None)}
    assert named["Tracking error"].value == pytest.approx(gap.std() * np.sqrt(252))
    assert named["Information ratio"].value == pytest.approx(gap.mean() / gap.std() * np.sqrt(252))


def test_beta_to_a_market_that_never_moves_is_not_evaluated():
    own = normal(1, 100, 10)[0] * 0.01
    named = {one.name: one for one in compare(period(own), np.zeros(100), np.zeros(100), None)}
    assert named["Beta to the benchmark"].value is None
    assert named["Return above benchmark"].is_evaluated


def test_a_benchmark_with_a_hole_is_not_compared():
    own, market = normal(1, 100, 11)[0] * 0.01, np.full(100, np.nan)
    assert all(not one.is_evaluated for one in compare(period(own), market, market, None))
