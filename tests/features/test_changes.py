"""Rows on which a rule changes its side, against the rule written out bar by bar."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.features import changes
from tradewright.features.changes import (
    KEEP,
    LONG,
    OUT,
    SHORT,
    TIE,
    band_changes,
    mean_crossings,
    mean_crossings_of_many,
)
from tradewright.features.native import loops
from tradewright.features.trailing import trailing_mean, trailing_zscore
from tradewright.values.errors import InvalidOption

sys.path.insert(0, str(Path(__file__).parent))
from conftest import columns, walk


def changes_of(held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows on which sides differ from the row before (OUT before the first), and what is new."""
    before = np.vstack([np.full((1, held.shape[1]), OUT), held[:-1]])
    marks = np.where(held != before, held, KEEP)
    rows = np.flatnonzero((marks != KEEP).any(axis=1))
    return rows, marks[rows]


def crossings_written_out(x, fast, slow, both_sides):
    quick, calm = trailing_mean(x, fast), trailing_mean(x, slow)
    held = np.where(quick - calm > TIE * calm, LONG, SHORT if both_sides else OUT)
    return changes_of(np.where(np.isnan(calm), OUT, held))


def bands_written_out(scores, prices, entry, leave, both_sides):
    held = np.full(scores.shape, OUT)
    for asset in range(scores.shape[1]):
        side = OUT
        for row, (score, price) in enumerate(zip(scores[:, asset], prices[:, asset], strict=True)):
            if not np.isnan(score) and not np.isnan(price):
                if score < -entry:
                    side = LONG
                elif both_sides and score > entry:
                    side = SHORT
                elif (side == LONG and score > -leave) or (side == SHORT and score < leave):
                    side = OUT
            held[row, asset] = side
    return changes_of(held)


def agree(found, wanted) -> None:
    assert np.array_equal(found[0], wanted[0])
    assert np.array_equal(found[1], wanted[1])


@settings(deadline=None)
@given(columns(), st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_crossings_are_where_the_two_means_change_places(x, fast, further, both_sides):
    found = mean_crossings(x, fast, fast + further, both_sides)
    agree(found, crossings_written_out(x, fast, fast + further, both_sides))


@pytest.mark.parametrize("both_sides", [False, True])
def test_crossings_over_many_refreshes_are_those_of_the_trailing_means_bit_for_bit(both_sides):
    x = walk(1, 5000, 2, gaps=0.001)
    found = mean_crossings(x, 20, 50, both_sides)
    assert len(found[0]) > 50
    agree(found, crossings_written_out(x, 20, 50, both_sides))


def test_a_price_that_stands_still_crosses_nothing():
    # 100.1 has no exact binary form: the two running sums round differently, and must still count as equal.
    rows, _ = mean_crossings(np.full((5000, 1), 100.1), 20, 50)
    assert len(rows) == 0


def test_standing_aside_at_the_start_is_no_crossing():
    falling = np.linspace(100.0, 50.0, 80)[:, None]
    assert len(mean_crossings(falling, 5, 20)[0]) == 0
    rows, sides = mean_crossings(falling, 5, 20, both_sides=True)
    assert rows.tolist() == [19]
    assert sides.tolist() == [[SHORT]]


def test_a_rise_that_is_on_when_the_averages_are_first_known_counts_as_a_crossing():
    rows, sides = mean_crossings(np.linspace(50.0, 100.0, 80)[:, None], 5, 20)
    assert rows.tolist() == [19]
    assert sides.tolist() == [[LONG]]


def test_many_pairs_at_once_are_each_pair_alone():
    x = walk(2, 3000, 2, gaps=0.001)
    windows = np.array([(fast, slow) for fast in (3, 10, 20) for slow in (21, 50)])
    both_sides = np.array([False, True, False, True, True, False])
    starts, rows, sides = mean_crossings_of_many(x, windows, both_sides)
    for place, (fast, slow) in enumerate(windows.tolist()):
        own = slice(starts[place], starts[place + 1])
        agree((rows[own], sides[own]), mean_crossings(x, fast, slow, bool(both_sides[place])))
    assert starts[-1] == len(rows) == len(sides)


def test_no_pairs_give_nothing():
    starts, rows, sides = mean_crossings_of_many(
        walk(2, 30, 2), np.zeros((0, 2), np.int64), np.zeros(0, bool)
    )
    assert (starts.tolist(), len(rows), sides.shape) == ([0], 0, (0, 2))


@pytest.mark.parametrize(("fast", "slow"), [(0, 5), (5, 5), (6, 5)])
def test_windows_in_the_wrong_order_are_refused(fast, slow):
    with pytest.raises(InvalidOption, match="window of"):
        mean_crossings(walk(1, 20, 1), fast, slow)


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000),
    entry=st.floats(0.5, 3.0),
    share=st.floats(0.0, 0.99),
    both_sides=st.booleans(),
)
def test_bands_hold_from_beyond_entry_until_back_inside_exit(seed, entry, share, both_sides):
    x = walk(seed, 150, 2)
    prices = np.where(np.random.default_rng(seed).random(x.shape) < 0.05, np.nan, x)
    scores = trailing_zscore(x, 8)
    found = band_changes(scores, prices, entry, share * entry, both_sides)
    agree(found, bands_written_out(scores, prices, entry, share * entry, both_sides))


def test_a_score_that_jumps_across_the_whole_band_turns_long_into_short():
    scores = np.array([[-3.0], [3.0], [0.1], [-0.1]])
    rows, sides = band_changes(scores, np.ones((4, 1)), 2.0, 0.5, both_sides=True)
    assert rows.tolist() == [0, 1, 2]
    assert sides[:, 0].tolist() == [LONG, SHORT, OUT]


def test_a_missing_price_keeps_the_side_and_the_next_close_decides():
    scores = np.array([[-3.0], [-0.1], [-0.1]])
    prices = np.array([[1.0], [np.nan], [1.0]])
    rows, sides = band_changes(scores, prices, 2.0, 0.5)
    assert rows.tolist() == [0, 2]
    assert sides[:, 0].tolist() == [LONG, OUT]


@settings(deadline=None)
@given(columns(), st.integers(1, 60))
def test_later_rows_never_change_an_earlier_crossing(x, cut):
    rows, sides = mean_crossings(x, 2, 5)
    early, early_sides = mean_crossings(x[:cut], 2, 5)
    assert rows[rows < cut].tolist() == early.tolist()
    assert np.array_equal(sides[rows < cut], early_sides)


@pytest.mark.parametrize("name", ["KEEP", "LONG", "OUT", "SHORT", "TIE"])
def test_the_compiled_loops_write_the_same_numbers_that_the_rooms_above_read(name):
    assert getattr(changes, name) == getattr(loops, name)


def test_nothing_new_is_zero_because_fresh_memory_is():
    assert KEEP == 0
    assert len({KEEP, LONG, OUT, SHORT}) == 4
