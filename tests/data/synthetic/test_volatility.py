"""Fat tails, clustering and regimes have the moments they declare."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.data.synthetic.options import SyntheticOptions
from tradewright.data.synthetic.volatility import (
    CALM,
    LARGEST_MOVE,
    REGIMES,
    TURBULENT,
    clustered_variance,
    innovations,
    regime_drift,
    regime_path,
    regime_shares,
    regime_volatility,
    segments,
)


def autocorrelation(values: np.ndarray, lag: int) -> np.ndarray:
    """Of each column."""
    apart = values - values.mean(axis=0)
    return (apart[lag:] * apart[:-lag]).mean(axis=0) / np.square(apart).mean(axis=0)


@pytest.mark.parametrize("degrees", [4.5, 6.0, 30.0])
def test_innovations_have_mean_zero_and_variance_one_after_the_cut(degrees: float):
    drawn = innovations(np.random.default_rng(1), (1_000_000,), degrees)
    kurtosis = np.mean(drawn**4)
    assert abs(drawn.mean()) < 4.0 / 1000.0
    assert abs(drawn.var() - 1.0) < 4.0 * np.sqrt(kurtosis / 1_000_000)


def test_innovations_have_fat_tails_where_degrees_are_few():
    generator = np.random.default_rng(2)
    fat, thin = (innovations(generator, (400_000,), degrees) for degrees in (5.0, 100.0))
    assert np.mean(fat**4) > 5.0
    assert np.mean(thin**4) < 3.3


def test_no_innovation_is_larger_than_the_largest_move():
    drawn = innovations(np.random.default_rng(3), (1_000_000,), 4.5)
    assert np.abs(drawn).max() < LARGEST_MOVE * 1.1


def test_a_longer_draw_begins_with_the_shorter_one():
    short, long = (innovations(np.random.default_rng(4), (n,), 6.0) for n in (100, 200))
    assert np.array_equal(short, long[:100])


def test_clustered_variance_has_mean_one_and_shows_in_squares_but_not_in_signs():
    shocks = innovations(np.random.default_rng(5), (3000, 200), 6.0)
    variance = clustered_variance(shocks, 0.06, 0.92)
    moves = shocks * np.sqrt(variance)
    assert abs(variance.mean() - 1.0) < 0.05
    assert autocorrelation(np.square(moves), 1).mean() > 0.08
    assert abs(autocorrelation(moves, 1).mean()) < 0.01


def test_without_shock_or_memory_variance_stands_still():
    shocks = innovations(np.random.default_rng(6), (100, 3), 6.0)
    assert np.array_equal(clustered_variance(shocks, 0.0, 0.0), np.ones((100, 3)))


def test_variance_is_known_before_the_session_it_belongs_to():
    shocks = innovations(np.random.default_rng(7), (200, 2), 6.0)
    later = shocks.copy()
    later[100:] = 5.0
    before, after = (clustered_variance(s, 0.06, 0.92) for s in (shocks, later))
    assert np.array_equal(before[:101], after[:101])
    assert not np.array_equal(before[101:], after[101:])


def test_regimes_last_as_long_as_asked_and_share_time_as_declared():
    options = SyntheticOptions(calm_sessions=60.0, turbulent_sessions=20.0)
    path = regime_path(np.random.default_rng(8).random((20_000, 10)), options)
    assert regime_shares(options)[TURBULENT] == pytest.approx(0.25)
    assert path.mean() == pytest.approx(0.25, abs=0.015)
    for column in path.T:
        runs = segments(column)[1:-1]
        lengths = {name: [b - a + 1 for a, b, regime in runs if regime == name] for name in REGIMES.values()}
        assert np.mean(lengths["calm"]) == pytest.approx(60.0, rel=0.25)
        assert np.mean(lengths["turbulent"]) == pytest.approx(20.0, rel=0.25)


def test_first_regimes_come_in_the_long_run_mix():
    options = SyntheticOptions(calm_sessions=60.0, turbulent_sessions=20.0)
    path = regime_path(np.random.default_rng(9).random((1, 40_000)), options)
    assert path[0].mean() == pytest.approx(0.25, abs=0.01)


def test_turbulence_multiplies_and_the_long_run_stays():
    options = SyntheticOptions(turbulence=2.5)
    multiples = regime_volatility(options)
    assert multiples[TURBULENT] == pytest.approx(2.5 * multiples[CALM])
    assert np.sum(regime_shares(options) * multiples**2) == pytest.approx(1.0)


def test_drift_is_that_of_the_regime_in_sessions():
    assert regime_drift(SyntheticOptions(calm_drift=0.252, turbulent_drift=-0.126)) == pytest.approx(
        [0.001, -0.0005]
    )


@given(st.lists(st.integers(0, 1), min_size=1, max_size=60))
def test_segments_tell_the_whole_path_and_nothing_twice(drawn: list[int]):
    told = segments(np.array(drawn, dtype=np.int8))
    rebuilt = [regime for first, last, regime in told for _ in range(last - first + 1)]
    assert rebuilt == [REGIMES[value] for value in drawn]
    assert all(a[2] != b[2] for a, b in pairwise(told))
