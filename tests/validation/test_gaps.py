"""Overnight gaps: moves as a holder saw them, counted, and the stops they jump."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.validation.gaps import (
    GAP,
    LARGE_GAP,
    STOP_DISTANCES,
    gap_statistics,
    jumped_stops,
    overnight_returns,
)
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.panel import (
    DIVIDEND,
    SPIN_OFF,
    SPLIT,
    Panel,
    action_dtype,
    event_dtype,
    panel_of_closes,
)

NAN = float("nan")


def panel_of(open_, close, actions=()) -> Panel:
    open_, close = (np.array(column, dtype=np.float64).reshape(len(column), -1) for column in (open_, close))
    instants = np.arange(len(close), dtype=np.int64) * NS_PER_DAY
    symbols = tuple(f"S{k}" for k in range(close.shape[1]))
    acts = np.array(list(actions), dtype=action_dtype)
    columns = (open_, open_.copy(), open_.copy(), close, np.full(close.shape, 1e6))
    return Panel(instants, instants.copy(), symbols, *columns, acts)


def test_a_night_is_from_the_close_before_to_the_open():
    moves = overnight_returns(panel_of([10.0, 11.0, 9.9], [10.0, 11.0, 9.9]))
    assert math.isnan(moves[0, 0])
    assert moves[1:, 0].tolist() == pytest.approx([0.1, -0.1])


def test_the_day_has_no_part_in_it():
    moves = overnight_returns(panel_of([10.0, 10.0, 20.0], [10.0, 20.0, 5.0]))
    assert moves[1:, 0].tolist() == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    ("actions", "opened", "expected"),
    [
        ([(1, 0, SPLIT, 2.0)], 5.0, 0.0),
        ([(1, 0, SPLIT, 0.1)], 100.0, 0.0),
        ([(1, 0, DIVIDEND, 0.5)], 9.5, 0.0),
        ([(1, 0, SPLIT, 2.0), (1, 0, DIVIDEND, 0.5)], 4.5, 0.0),
        ([(1, 0, DIVIDEND, 0.5), (1, 0, SPLIT, 2.0)], 4.5, 0.0),
        ([(1, 0, SPLIT, 2.0)], 6.0, 0.2),
    ],
)
def test_splits_and_dividends_of_the_morning_are_put_back(actions, opened, expected):
    panel = panel_of([10.0, opened], [10.0, opened], actions)
    assert overnight_returns(panel)[1, 0] == pytest.approx(expected)


def test_the_panel_is_left_as_it_was():
    panel = panel_of([10.0, 5.0], [10.0, 5.0], [(1, 0, SPLIT, 2.0)])
    overnight_returns(panel)
    assert panel.open[1, 0] == 5.0


def test_actions_before_the_first_night_or_after_the_last_are_nobodys():
    panel = panel_of([10.0, 10.0], [10.0, 10.0], [(0, 0, SPLIT, 2.0), (2, 0, SPLIT, 2.0)])
    assert overnight_returns(panel)[1, 0] == 0.0


@pytest.mark.parametrize(("open_", "close"), [([10.0, NAN], [10.0, 10.0]), ([10.0, 10.0], [NAN, 10.0])])
def test_a_night_without_both_prices_is_not_known(open_, close):
    assert math.isnan(overnight_returns(panel_of(open_, close))[1, 0])


def test_a_series_of_closes_has_no_nights():
    instants = np.arange(3, dtype=np.int64)
    panel = panel_of_closes(instants, ("S",), np.array([[1.0], [2.0], [3.0]]))
    found = gap_statistics(overnight_returns(panel))
    assert found.nights == 0
    assert math.isnan(found.worst)


MOVES = np.array([[NAN], [0.004], [0.005], [-0.006], [0.02], [0.021], [-0.03], [0.0]])


def test_gaps_are_at_least_half_a_per_cent_and_large_ones_over_two():
    found = gap_statistics(MOVES)
    assert (GAP, LARGE_GAP) == (0.005, 0.02)
    assert found.nights == 7
    assert found.gaps == 5
    assert found.large == 2
    assert found.large_against == 1
    assert found.worst == -0.03
    assert found.mean_gap == pytest.approx((0.005 + 0.006 + 0.02 + 0.021 + 0.03) / 5)


def test_only_nights_with_a_position_count_where_one_is_given():
    held = np.array([[0.0], [0.0], [0.0], [0.0], [50.0], [50.0], [0.0], [0.0]])
    found = gap_statistics(MOVES, held)
    assert (found.nights, found.large, found.large_against) == (2, 1, 0)
    assert found.worst == pytest.approx(0.02)


def test_a_short_position_is_hurt_by_a_rise():
    found = gap_statistics(MOVES, np.full((8, 1), -200.0))
    assert found.large_against == 1
    assert found.worst == pytest.approx(-0.021)


def test_no_gap_has_no_mean():
    found = gap_statistics(np.array([[0.001], [-0.001]]))
    assert found.gaps == 0
    assert math.isnan(found.mean_gap)


@pytest.mark.parametrize(
    ("distance", "jumped", "mean", "worst"),
    [
        (0.01, 1, 0.02, 0.02),
        (0.02, 1, 0.01, 0.01),
        (0.005, 2, 0.013, 0.025),
        (0.05, 0, NAN, NAN),
    ],
)
def test_stops_are_jumped_by_gaps_beyond_them(distance, jumped, mean, worst):
    found = jumped_stops(MOVES, distance)
    assert found.jumped == jumped
    assert found.mean_cost == pytest.approx(mean, nan_ok=True)
    assert found.worst_cost == pytest.approx(worst, nan_ok=True)
    assert found.nights == 7


def test_a_stop_met_exactly_at_the_open_cost_nothing_beyond_it():
    assert jumped_stops(np.array([[-0.02]]), 0.02).jumped == 0


def test_a_stop_above_a_short_position_is_jumped_by_a_rise():
    found = jumped_stops(MOVES, 0.02, np.full((8, 1), -1.0))
    assert found.jumped == 1
    assert found.worst_cost == pytest.approx(0.001)


def test_three_distances_are_told():
    assert STOP_DISTANCES == (0.01, 0.02, 0.05)


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=50), st.floats(0.001, 0.1))
def test_a_wider_stop_is_never_jumped_more_often(moves, distance):
    column = np.array(moves)[:, None]
    assert jumped_stops(column, 2 * distance).jumped <= jumped_stops(column, distance).jumped


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=50))
def test_counts_nest(moves):
    found = gap_statistics(np.array(moves)[:, None])
    assert found.large_against <= found.large <= found.gaps <= found.nights


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=50))
def test_long_and_short_share_the_large_gaps_between_them(moves):
    column = np.array(moves)[:, None]
    long = gap_statistics(column, np.ones(column.shape))
    short = gap_statistics(column, -np.ones(column.shape))
    assert long.large_against + short.large_against == long.large == short.large


@pytest.mark.market
def test_real_nights_of_spy_gap_about_as_often_as_everybody_knows(market_dir):
    import polars as pl

    frame = pl.read_csv(market_dir / "daily" / "SPY.csv")
    open_, close = frame["open"].to_numpy(), frame["close"].to_numpy()
    found = gap_statistics(overnight_returns(panel_of(open_, close)))
    assert found.nights > 1_000
    assert 0.1 < found.gaps / found.nights < 0.6
    assert found.large / found.nights < 0.05


# Spin-offs: 100 in one share become 80 and, in another, 20.


@pytest.mark.parametrize(
    ("value", "opened", "new", "expected"),
    [(1.0, 80.0, 20.0, 0.0), (0.5, 80.0, 40.0, 0.0), (1.0, 80.0, 10.0, -0.1), (2.0, 80.0, 15.0, 0.1)],
)
def test_a_spin_off_of_the_morning_is_put_back(value, opened, new, expected):
    panel = panel_of([[100.0, NAN], [opened, new]], [[100.0, NAN], [opened, new]])
    panel = replace(panel, actions=np.array([(1, 0, SPIN_OFF, value, 1, 0.0, 0)], dtype=event_dtype))
    moves = overnight_returns(panel)
    assert moves[1, 0] == pytest.approx(expected)
    assert jumped_stops(moves[:, :1], 0.05).jumped == (expected < -0.05)


def test_a_night_whose_new_company_has_no_price_yet_is_left_out():
    panel = panel_of([[100.0, NAN], [80.0, NAN]], [[100.0, NAN], [80.0, 20.0]])
    panel = replace(panel, actions=np.array([(1, 0, SPIN_OFF, 1.0, 1, 0.0, 0)], dtype=event_dtype))
    found = gap_statistics(overnight_returns(panel))
    assert (found.nights, found.large) == (0, 0)


def test_a_split_and_a_spin_off_of_one_morning_come_back_in_their_order():
    panel = panel_of([[100.0, NAN], [40.0, 10.0]], [[100.0, NAN], [40.0, 10.0]])
    actions = [(1, 0, SPLIT, 2.0, -1, 0.0, 0), (1, 0, SPIN_OFF, 1.0, 1, 0.0, 0)]
    panel = replace(panel, actions=np.array(actions, dtype=event_dtype))
    assert overnight_returns(panel)[1, 0] == pytest.approx(0.0)
