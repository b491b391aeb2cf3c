"""Blocks on a circle: what they hold, and which length they get."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from return_families import autoregressive, normal

from tradewright.validation.bootstrap import block_length, spectrum_at_zero, standing_out
from tradewright.validation.circular_blocks import (
    block_count,
    circular_means,
    common_block_bars,
    draw_starts,
    least_bars,
    segment_sums,
    unseen_share,
)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 1_000))
def test_a_block_is_the_bars_from_its_start_on_wrapping_at_the_end(sample, bars, seed):
    bars = min(bars, sample)
    columns = normal(sample, 3, seed)
    plain = np.array(
        [columns[np.arange(start, start + bars) % sample].mean(axis=0) for start in range(sample)]
    )
    assert circular_means(columns, bars) == pytest.approx(plain, abs=1e-12)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 1_000))
def test_segments_cover_every_bar_once(sample, segments, seed):
    segments = min(segments, sample)
    columns = normal(sample, 2, seed)
    sums = segment_sums(columns, segments)
    assert sums.shape == (segments, 2)
    assert sums.sum(axis=0) == pytest.approx(columns.sum(axis=0), abs=1e-12)


def test_segments_differ_by_one_bar_at_most():
    lengths = segment_sums(np.ones((1_250, 1)), 114)[:, 0]
    assert set(lengths) == {10.0, 11.0}


def test_every_bar_is_as_likely_a_start_as_any_other():
    starts = draw_starts(20, 4, 4_000, np.random.default_rng(1))
    assert starts.shape == (4_000, block_count(20, 4))
    counts = np.bincount(starts.ravel(), minlength=20)
    assert np.all(np.abs(counts - 1_000) < 5 * np.sqrt(1_000))


def test_white_noise_gets_the_cube_root_of_its_length_and_lasting_dependence_more():
    assert common_block_bars(normal(20, 1_250, 1).T) == 11
    assert common_block_bars(autoregressive(20, 1_250, 1, memory=0.7).T) > 20


def test_no_block_is_longer_than_an_eighth_of_the_record():
    wandering = np.cumsum(normal(3, 200, 2), axis=1).T
    assert common_block_bars(wandering) == 25


def test_one_lasting_record_among_many_does_not_decide_for_all():
    columns = normal(20, 1_250, 3).T.copy()
    columns[:, 0] = autoregressive(1, 1_250, 4, memory=0.9)[0]
    assert common_block_bars(columns) == 11


def test_the_spectrum_is_what_theory_says_for_a_first_order_autoregression():
    # Unit variance: long-run variance (1 + rho) / (1 - rho), sum of |lag| autocovariance 2 rho / (1 - rho)^2.
    level, slope = spectrum_at_zero(autoregressive(1, 200_000, 5, memory=0.4)[0])
    assert level == pytest.approx(1.4 / 0.6, rel=0.05)
    assert slope == pytest.approx(0.8 / 0.36, rel=0.1)


def test_what_does_not_vary_has_no_spectrum_and_single_bars_for_blocks():
    assert spectrum_at_zero(np.zeros(100)) == (0.0, 0.0)
    assert spectrum_at_zero(np.zeros(0)) == (0.0, 0.0)
    assert block_length(np.ones(100)) == 1.0


def test_many_records_without_dependence_allow_short_blocks_and_one_or_its_copies_do_not():
    many, one = normal(300, 1_250, 6).T, normal(1, 1_250, 7).T
    assert least_bars(many) < 5.0
    assert least_bars(one) > 8.0
    assert least_bars(np.repeat(one, 300, axis=1)) == pytest.approx(least_bars(one))
    assert least_bars(np.zeros((1_250, 3))) == pytest.approx(1_250 ** (1 / 3))


def test_dependence_too_weak_to_show_in_one_record_shows_in_many():
    # An autocorrelation of 0.06 is two standard errors in one record: none of them stands out at 3.5.
    weak = autoregressive(300, 1_250, 8, memory=0.06).T
    assert np.mean([spectrum_at_zero(one)[1] == 0.0 for one in weak.T]) > 0.8
    assert least_bars(weak) == pytest.approx(1_250 ** (1 / 3))


def test_records_that_share_a_factor_know_less_together():
    own, shared = normal(300, 1_250, 9).T, normal(1, 1_250, 10).T
    assert least_bars(own + 3.0 * shared) > least_bars(own)


def test_the_order_of_a_grid_does_not_hide_dependence_from_the_blocks():
    # One in five values of the innermost parameter is white noise. Every fifth was looked at: 3.9 bars.
    grid = autoregressive(1_000, 1_250, 11, memory=0.08).T.copy()
    grid[:, ::5] = normal(200, 1_250, 12).T
    shuffled = grid[:, np.random.default_rng(1).permutation(1_000)]
    assert least_bars(grid) == pytest.approx(1_250 ** (1 / 3))
    assert least_bars(shuffled) == pytest.approx(least_bars(grid), rel=0.02)


def test_what_a_lag_that_fails_to_stand_out_hides_from_blocks_is_within_what_is_charged():
    """A moving average of two shocks: its one autocorrelation lies just below what stands out."""
    sample, bars = 1_250, 11
    wanted = 0.99 * standing_out(sample)
    weight = (1.0 - np.sqrt(1.0 - 4.0 * wanted**2)) / (2.0 * wanted)
    shocks = normal(400, sample + 1, 13).T
    records = shocks[1:] + weight * shocks[:-1]
    segments = block_count(sample, bars)
    seen = float(np.mean(segment_sums(records, segments) ** 2)) * segments / sample / (1.0 + weight) ** 2
    hidden = 2.0 * wanted / bars / (1.0 + 2.0 * wanted)
    # 45,600 blocks: the error of their mean square is 0.7 %.
    assert 1.0 - seen == pytest.approx(hidden, abs=0.02)
    assert 0.75 * unseen_share(sample) < hidden < unseen_share(sample)


def test_a_longer_record_hides_less_and_no_record_more_than_a_tenth():
    shares = [unseen_share(sample) for sample in (30, 252, 1_250, 8_000)]
    assert shares == pytest.approx([0.1, 0.0618, 0.0185, 0.0044], abs=1e-4)
