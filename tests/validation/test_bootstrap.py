"""The block bootstrap: what it draws, how long its blocks are, and that equal keys give equal draws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from return_families import autoregressive, clustered, normal

from tradewright.validation.bootstrap import (
    BootstrapOptions,
    block_length,
    draw_blocks,
    keyed_generator,
    resampled_means,
    resampled_paths,
    resampling,
)
from tradewright.validation.ratios import mean_over_deviation, of_means, of_paths, variance, with_square

OPTIONS = BootstrapOptions(seed=1, draws=400)


def paths_of(series, blocks):
    return np.concatenate(list(resampled_paths(series, blocks)))


# Randomness is a key


def test_equal_keys_give_equal_numbers_and_other_words_others():
    one, same = keyed_generator(3, "a", "b"), keyed_generator(3, "a", "b")
    assert one.random(5).tolist() == same.random(5).tolist()
    others = [keyed_generator(4, "a", "b"), keyed_generator(3, "a"), keyed_generator(3, "ab")]
    first = keyed_generator(3, "a", "b").random()
    assert all(other.random() != first for other in others)


def test_drawing_something_else_first_changes_nothing():
    returns = normal(1, 200, 1)[0]
    alone = resampling(returns, OPTIONS, "headline").of_means(with_square(returns), _sharpe)
    resampling(returns, OPTIONS, "another").of_means(with_square(returns), _sharpe)
    again = resampling(returns, OPTIONS, "headline").of_means(with_square(returns), _sharpe)
    assert alone == again


def _sharpe(means):
    return mean_over_deviation(means[:, 0], means[:, 1])


# Blocks


@settings(max_examples=60)
@given(st.integers(10, 400), st.floats(1.0, 60.0), st.integers(0, 1_000))
def test_blocks_fill_each_resample_exactly(sample, bars, seed):
    blocks = draw_blocks(sample, bars, 20, keyed_generator(seed, "blocks"))
    assert blocks.lengths.min() >= 0
    assert (blocks.lengths.sum(axis=1) == sample).all()
    assert (blocks.starts >= 0).all() and (blocks.starts < sample).all()


def test_blocks_have_the_mean_length_asked_for():
    blocks = draw_blocks(100_000, 20.0, 10, keyed_generator(1, "length"))
    whole = blocks.lengths[blocks.lengths > 0]
    assert whole.mean() == pytest.approx(20.0, rel=0.05)


def test_blocks_of_one_bar_draw_bars_one_by_one():
    blocks = draw_blocks(500, 1.0, 50, keyed_generator(1, "single"))
    assert set(np.unique(blocks.lengths)) <= {0, 1}


def test_a_resample_is_made_of_neighbours_and_wraps_at_the_end():
    series = np.arange(50.0)
    paths = paths_of(series, draw_blocks(50, 10.0, 30, keyed_generator(2, "wrap")))
    steps = np.diff(paths, axis=1)
    follows = (steps == 1.0) | (steps == -49.0)
    # A block of mean ten ends on about every tenth bar.
    assert 0.82 <= follows.mean() <= 0.97
    assert (steps == -49.0).any()


def test_every_bar_is_drawn_about_equally_often():
    series = np.arange(40.0)
    paths = paths_of(series, draw_blocks(40, 5.0, 4_000, keyed_generator(3, "even")))
    counts = np.bincount(paths.astype(int).ravel(), minlength=40)
    assert counts.min() > 0.9 * counts.mean()
    assert counts.max() < 1.1 * counts.mean()


@settings(max_examples=30, deadline=None)
@given(st.integers(30, 300), st.floats(1.0, 40.0), st.integers(0, 1_000))
def test_means_from_block_sums_are_the_means_of_the_paths(sample, bars, seed):
    series = keyed_generator(seed, "series").standard_normal(sample)
    blocks = draw_blocks(sample, bars, 70, keyed_generator(seed, "draw"))
    means = resampled_means(with_square(series), blocks)
    paths = paths_of(series, blocks)
    np.testing.assert_allclose(means[:, 0], paths.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(means[:, 1], (paths**2).mean(axis=1), atol=1e-12)


# Block length


@pytest.mark.parametrize("memory", [0.3, 0.5, 0.7])
def test_block_length_nears_the_value_that_theory_gives_for_an_autoregression(memory):
    # Patton, Politis and White (2009): for AR(1), b = (2 rho / (1 - rho^2))^(2/3) T^(1/3).
    bars = 20_000
    theory = (2 * memory / (1 - memory**2)) ** (2 / 3) * bars ** (1 / 3)
    found = [block_length(record) for record in autoregressive(8, bars, 5, memory)]
    assert np.mean(found) == pytest.approx(theory, rel=0.2)


def test_block_length_of_independent_returns_is_about_one_bar():
    found = [block_length(record) for record in normal(40, 2_000, 6)]
    assert np.median(found) == 1.0


def test_block_length_of_clustered_volatility_shows_in_the_squares():
    records = clustered(20, 4_000, 7)
    of_returns = np.mean([block_length(record) for record in records])
    of_squares = np.mean([block_length(record**2) for record in records])
    assert of_squares > 10.0 > of_returns


def test_block_length_never_exceeds_an_eighth_of_the_sample():
    trend = np.cumsum(normal(1, 400, 8)[0])
    assert 1.0 <= block_length(trend) <= 50.0


@pytest.mark.parametrize(
    "series", [np.zeros(0), np.ones(3), np.ones(500)], ids=["empty", "short", "constant"]
)
def test_block_length_of_what_has_no_dependence_is_one_bar(series):
    assert block_length(series) == 1.0


def test_block_length_does_not_depend_on_the_scale():
    record = autoregressive(1, 1_000, 9, 0.5)[0]
    assert block_length(record * 1e-4) == pytest.approx(block_length(record))


# Resampling and its intervals


def test_too_short_a_record_has_no_resampling():
    assert resampling(normal(1, 29, 1)[0], OPTIONS, "short") is None


def test_a_record_with_a_hole_has_no_resampling():
    returns = normal(1, 100, 1)[0]
    returns[50] = np.nan
    assert resampling(returns, OPTIONS, "hole") is None


def test_blocks_are_at_least_the_cube_root_of_the_sample():
    assert resampling(normal(1, 1_000, 1)[0], OPTIONS, "floor").block_bars >= 10.0 - 1e-9


def test_a_block_length_that_is_given_is_used():
    given_bars = BootstrapOptions(seed=1, draws=200, block_bars=7.0)
    assert resampling(normal(1, 1_000, 1)[0], given_bars, "own").block_bars == 7.0


def test_an_interval_says_how_it_was_found():
    returns = normal(1, 500, 2)[0]
    found = resampling(returns, OPTIONS, "told").of_means(with_square(returns), _sharpe)
    assert (found.level, found.draws) == (0.95, 400)
    assert "stationary block bootstrap" in found.method


def test_a_surer_interval_is_wider():
    returns = normal(1, 500, 3)[0]
    widths = []
    for level in (0.5, 0.8, 0.95, 0.99):
        sample = resampling(returns, BootstrapOptions(seed=1, draws=2_000, level=level), "wide")
        found = sample.of_means(with_square(returns), _sharpe)
        widths.append(found.high - found.low)
    assert widths == sorted(widths)


def test_four_times_the_history_halves_the_interval():
    short, long = normal(1, 1_000, 4)[0], normal(1, 4_000, 4)[0]
    widths = []
    for returns in (short, long):
        found = resampling(returns, BootstrapOptions(1, 2_000), "n").of_means(with_square(returns), _sharpe)
        widths.append(found.high - found.low)
    assert widths[1] / widths[0] == pytest.approx(0.5, rel=0.15)


def test_a_ratio_that_most_resamples_leave_open_has_no_interval():
    returns = normal(1, 200, 5)[0]
    sample = resampling(returns, OPTIONS, "open")
    assert sample.of_means(with_square(returns), lambda m: np.full(len(m), np.nan)) is None


def test_interval_of_a_path_statistic_that_ignores_order_equals_that_of_means():
    returns = normal(1, 300, 6)[0]
    sample = resampling(returns, OPTIONS, "both")
    by_means = sample.of_means(returns[:, None], lambda m: m[:, 0])
    (by_paths,) = sample.of_paths(returns, lambda paths: paths.mean(axis=1)[:, None])
    assert by_paths.low == pytest.approx(by_means.low, abs=1e-12)
    assert by_paths.high == pytest.approx(by_means.high, abs=1e-12)


@pytest.mark.parametrize(
    "wrong", [{"draws": 99}, {"level": 1.0}, {"level": 0.4}], ids=["draws", "sure", "unsure"]
)
def test_options_that_could_give_no_interval_are_refused(wrong):
    with pytest.raises(ValueError, match="give at least 100"):
        BootstrapOptions(seed=1, **wrong)


# Figures by formula


def test_value_and_interval_come_from_one_formula():
    returns = normal(1, 400, 7)[0] + 0.1
    found = of_means("Sharpe", "ratio", with_square(returns), _sharpe, resampling(returns, OPTIONS, "one"))
    assert found.value == pytest.approx(returns.mean() / returns.std())
    assert found.interval.low < found.value < found.interval.high


def test_without_a_resampling_a_figure_has_no_interval():
    returns = normal(1, 400, 7)[0]
    assert of_means("Sharpe", "ratio", with_square(returns), _sharpe, None).interval is None
    (found,) = of_paths([("Mean", "share")], returns, lambda paths: paths.mean(axis=1)[:, None], None)
    assert found.interval is None


@pytest.mark.parametrize("bars", [0, 1])
def test_one_return_makes_no_figure(bars):
    returns = np.full(bars, 0.01)
    assert "needs at least 2 returns" in of_means("x", "ratio", with_square(returns), _sharpe, None).reason
    for found in of_paths([("x", "ratio"), ("y", "share")], returns, np.mean, None):
        assert "needs at least 2 returns" in found.reason


def test_variance_that_rounding_left_is_no_variance():
    assert np.isnan(variance(np.array([0.1]), np.array([0.1 * 0.1 + 1e-18])))[0]
    assert variance(np.array([0.0]), np.array([2.0]))[0] == 2.0
