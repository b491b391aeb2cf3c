"""A long series loses points, never its lows, highs or ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.research.dossier.thinning import kept_rows


def test_a_short_series_keeps_every_row():
    assert kept_rows((np.arange(5.0),), 5).tolist() == [0, 1, 2, 3, 4]


def test_a_spike_of_one_bar_survives():
    values = np.zeros(100_000)
    values[77_777], values[33_333] = 5.0, -5.0
    rows = kept_rows((values,), 500)
    assert {33_333, 77_777} <= set(rows.tolist())
    assert len(rows) <= 500


def test_every_column_keeps_its_own_extremes():
    up, down = np.zeros(10_000), np.zeros(10_000)
    up[1_234], down[8_765] = 1.0, -1.0
    rows = set(kept_rows((up, down), 300).tolist())
    assert {1_234, 8_765} <= rows


def test_unknown_stretches_do_not_hide_known_ones():
    values = np.full(10_000, np.nan)
    values[5_000], values[5_001] = 1.0, 2.0
    rows = set(kept_rows((values,), 100).tolist())
    assert {0, 5_000, 5_001, 9_999} <= rows


@pytest.mark.parametrize("limit", [4, 7, 100, 999])
def test_the_limit_holds(limit):
    walk = np.cumsum(np.random.default_rng(1).normal(size=5_000))
    assert len(kept_rows((walk,), limit)) <= max(limit, 4)


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=300), st.integers(4, 80))
def test_thinned_rows_rise_and_hold_the_ends_and_the_extremes(values, limit):
    column = np.array(values)
    rows = kept_rows((column,), limit)
    assert np.all(np.diff(rows) > 0)
    assert rows[0] == 0
    assert rows[-1] == len(column) - 1
    known = column[np.isfinite(column)]
    if len(known):
        shown = column[rows]
        assert np.nanmin(shown) == known.min()
        assert np.nanmax(shown) == known.max()
