"""Trailing functions: right, causal to the last bit, and the same in a batch and in a stream."""

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.features.native.loops import REFRESH
from tradewright.features.trailing import (
    MeanStream,
    ReturnStream,
    ZScoreStream,
    return_at,
    trailing_mean,
    trailing_return,
    trailing_zscore,
)
from tradewright.values.errors import InvalidOption

sys.path.insert(0, str(Path(__file__).parent))
from conftest import columns, walk

BATCH = {
    "mean": (trailing_mean, lambda assets: MeanStream(assets, 5)),
    "zscore": (trailing_zscore, lambda assets: ZScoreStream(assets, 5)),
    "return": (trailing_return, lambda assets: ReturnStream(assets, 5)),
}


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    return left.shape == right.shape and np.array_equal(left, right, equal_nan=True)


def plain(x: np.ndarray, window: int, statistic) -> np.ndarray:
    """The definition, written without any recursion."""
    out = np.full(x.shape, np.nan)
    for row in range(window - 1, len(x)):
        for asset in range(x.shape[1]):
            seen = x[row - window + 1 : row + 1, asset]
            if not np.isnan(seen).any():
                out[row, asset] = statistic(seen)
    return out


@settings(deadline=None)
@given(columns(), st.integers(1, 12))
def test_a_mean_is_the_average_of_its_window_and_unknown_where_the_window_has_a_gap(x, window):
    found, wanted = trailing_mean(x, window), plain(x, window, np.mean)
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    # Rounding is relative to the largest value that went through the running sum.
    assert np.allclose(
        found, wanted, rtol=0, atol=1e-11 * max(1.0, np.nanmax(x, initial=1.0)), equal_nan=True
    )


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_a_zscore_is_the_distance_from_the_mean_in_sample_deviations(seed, window):
    x = walk(seed, 80, 2, gaps=0.05)

    def by_definition(seen: np.ndarray) -> float:
        # Near prices differ without rounding: the plain formula would lose more digits than what it checks.
        seen = seen - seen[0]
        return (seen[-1] - seen.mean()) / seen.std(ddof=1)

    wanted = plain(x, window, by_definition)
    assert np.allclose(trailing_zscore(x, window), wanted, rtol=1e-8, atol=1e-9, equal_nan=True)


@settings(deadline=None)
@given(columns(), st.integers(1, 8), st.integers(0, 7))
def test_a_return_leaves_out_the_rows_it_is_told_to_skip(x, lookback, skip):
    if skip >= lookback:
        return
    found = trailing_return(x, lookback, skip)
    assert np.isnan(found[:lookback]).all()
    for row in range(lookback, len(x)):
        assert same_bits(found[row], x[row - skip] / x[row - lookback] - 1.0)


@pytest.mark.parametrize("name", BATCH)
@settings(deadline=None)
@given(x=columns())
def test_a_stream_gives_the_bits_of_the_batch_on_every_row_gaps_and_warm_up_included(name, x):
    batch, stream_of = BATCH[name]
    stream = stream_of(x.shape[1])
    assert same_bits(batch(x, 5), np.array([stream.push(row) for row in x]))


@pytest.mark.parametrize("name", BATCH)
def test_a_stream_follows_the_batch_past_many_refreshes_of_the_sum(name):
    x = walk(3, 3 * REFRESH + 100, 2, gaps=0.0005)
    batch, stream_of = BATCH[name]
    stream = stream_of(2)
    assert same_bits(batch(x, 5), np.array([stream.push(row) for row in x]))


@pytest.mark.parametrize("name", BATCH)
@settings(deadline=None)
@given(x=columns(), cut=st.integers(1, 60))
def test_later_rows_never_change_an_earlier_value(name, x, cut):
    batch, _ = BATCH[name]
    assert same_bits(batch(x[:cut], 5), batch(x, 5)[:cut])
    shocked = x.copy()
    shocked[cut:] = 1e9
    assert same_bits(batch(shocked, 5)[:cut], batch(x, 5)[:cut])


@pytest.mark.parametrize("name", BATCH)
def test_columns_do_not_know_of_each_other(name):
    x = walk(5, 400, 4, gaps=0.02)
    batch, _ = BATCH[name]
    alone = np.hstack([batch(x[:, asset : asset + 1].copy(), 5) for asset in range(4)])
    assert same_bits(batch(x, 5), alone)


@pytest.mark.parametrize("name", BATCH)
def test_the_input_is_left_as_it_was_and_two_calls_agree(name):
    x = walk(6, 300, 3, gaps=0.05)
    before = x.copy()
    batch, _ = BATCH[name]
    assert same_bits(batch(x, 5), batch(x, 5))
    assert same_bits(x, before)


@pytest.mark.parametrize("window", [20, 252, 2520])
def test_a_running_mean_drifts_no_further_than_stated_from_exact_arithmetic(window):
    x = walk(7, 6 * REFRESH, 1)
    found = trailing_mean(x, window)[:, 0]
    bound = REFRESH * 2.0**-52
    for row in range(max(window, REFRESH) - 1, len(x), 97):
        exact = sum(map(Fraction, x[row - window + 1 : row + 1, 0].tolist())) / window
        reach = x[max(0, row - window - REFRESH) : row + 1, 0].max()
        assert abs(Fraction(found[row]) - exact) <= Fraction(bound * reach)


def test_a_price_that_came_down_from_far_above_leaves_no_trace_after_a_refresh():
    x = np.full((3 * REFRESH, 1), 1.5)
    x[:10] = 1e12
    found = trailing_mean(x, 4)[2 * REFRESH :]
    assert np.array_equal(found, np.full(found.shape, 1.5))


def test_a_flat_window_has_no_zscore():
    x = np.full((50, 1), 33.3)
    assert np.isnan(trailing_zscore(x, 10)).all()
    x[30:] = 44.4
    found = trailing_zscore(x, 10)[:, 0]
    assert np.isnan(found[:30]).all()
    assert found[30] == pytest.approx(9 / np.sqrt(10))
    assert np.isnan(found[39:]).all()


def test_a_high_price_level_costs_the_zscore_no_digits():
    x = walk(8, 3000, 1)
    low, high = trailing_zscore(x, 20), trailing_zscore(x + 1e6, 20)
    # Adding the level rounds the prices themselves to about 1e-10; nothing more may be lost.
    assert np.allclose(low, high, rtol=1e-6, atol=1e-6, equal_nan=True)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(-20, 20))
def test_prices_in_another_unit_give_the_same_scores_and_returns(seed, power):
    x = walk(seed, 120, 2, gaps=0.02)
    scaled = x * 2.0**power
    assert same_bits(trailing_zscore(x, 7), trailing_zscore(scaled, 7))
    assert same_bits(trailing_return(x, 7, 2), trailing_return(scaled, 7, 2))
    assert same_bits(trailing_mean(x, 7) * 2.0**power, trailing_mean(scaled, 7))


@pytest.mark.parametrize("batch", [trailing_mean, trailing_zscore, trailing_return])
def test_a_window_longer_than_the_history_is_never_warm(batch):
    assert np.isnan(batch(walk(9, 10, 2), 11)).all()
    assert batch(np.zeros((0, 2)), 3).shape == (0, 2)


def test_returns_at_some_rows_are_those_rows_of_all_returns():
    x = walk(10, 200, 3, gaps=0.05)
    rows = np.array([0, 3, 50, 51, 199])
    assert same_bits(return_at(x, rows, 20, 5), trailing_return(x, 20, 5)[rows])


@pytest.mark.parametrize(("lookback", "skip"), [(5, 5), (5, -1), (0, 0), (-3, -5)])
def test_a_return_that_would_reach_ahead_or_nowhere_is_refused(lookback, skip):
    with pytest.raises(InvalidOption, match="0 <= skip < lookback"):
        trailing_return(walk(1, 20, 1), lookback, skip)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: trailing_mean(x, 0),
        lambda x: trailing_zscore(x, 1),
        lambda x: MeanStream(1, -2),
        lambda x: ZScoreStream(1, 1),
    ],
)
def test_a_window_too_short_for_its_statistic_is_refused(call):
    with pytest.raises(InvalidOption, match="window of"):
        call(walk(1, 20, 1))


def test_any_layout_of_memory_gives_the_same_values():
    x = walk(11, 100, 3)
    turned = np.asfortranarray(x)
    assert same_bits(trailing_mean(x, 9), trailing_mean(turned, 9))
    assert same_bits(trailing_mean(x[:, ::2], 9), trailing_mean(x, 9)[:, ::2])


@pytest.mark.parametrize("window", [2, 20, 252])
def test_strategies_means_and_scores_are_those_of_the_formulas_but_for_rounding(window):
    from tradewright.features.expression import CLOSE
    from tradewright.features.feature_set import FeatureSet
    from tradewright.features.operations import mean, zscore

    x = walk(12, 1500, 3, gaps=0.003)
    features = FeatureSet({"mean": mean(CLOSE, window), "zscore": zscore(CLOSE, window)})
    table = features.of_columns({"close": x}, np.arange(1500), ("A", "B", "C"))
    assert np.allclose(table["mean"], trailing_mean(x, window), rtol=1e-12, equal_nan=True)
    assert np.allclose(table["zscore"], trailing_zscore(x, window), rtol=1e-7, atol=1e-9, equal_nan=True)
