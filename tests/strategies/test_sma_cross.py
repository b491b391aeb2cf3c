"""The crossing of two averages, by hand."""

import numpy as np
import pytest
from priced import market, prices

from tradewright.strategies.frame import Frame
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import decide_rows

# Averages of 1 and 2 bars: the fast one is above exactly when the last close rose.
QUICK = {"fast": 1, "slow": 2}


def decided(strategy: SmaCross, close) -> tuple[list, list]:
    decisions = strategy.targets(Frame(market(np.asarray(close, dtype=float))))
    return decisions.rows.tolist(), decisions.weights.tolist()


def test_all_in_when_it_crosses_above_and_out_when_it_crosses_below():
    rows, weights = decided(SmaCross(**QUICK), [[10], [11], [12], [11], [10], [12]])
    assert rows == [1, 3, 5]
    assert weights == [[1.0], [0.0], [1.0]]


def test_with_short_it_turns_around_instead_of_standing_aside():
    rows, weights = decided(SmaCross(**QUICK, short=True), [[10], [9], [12], [11], [10], [12]])
    assert rows == [1, 2, 3, 5]
    assert weights == [[-1.0], [1.0], [-1.0], [1.0]]


def test_each_name_has_an_equal_slot_and_only_the_names_that_cross_are_spoken_of():
    rows, weights = decided(SmaCross(**QUICK), [[10, 10], [11, 9], [12, 10]])
    assert rows == [1, 2]
    assert np.array_equal(weights, [[0.5, np.nan], [np.nan, 0.5]], equal_nan=True)


def test_equal_averages_are_not_above():
    assert decided(SmaCross(**QUICK), [[10], [10], [11], [11], [11]]) == ([2, 3], [[1.0], [0.0]])


def test_a_name_listed_later_warms_up_on_its_own_closes():
    close = prices(1, 60, 2)
    close[:20, 1] = np.nan
    frame = Frame(market(close))
    decisions = SmaCross(fast=2, slow=10).targets(frame)
    spoken = decisions.rows[~np.isnan(decisions.weights[:, 1])]
    assert spoken.min() >= 29


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize("assets", [1, 4])
def test_one_name_in_plain_numbers_decides_like_many_names_in_arrays(short, assets):
    strategy = SmaCross(fast=3, slow=8, short=short)
    frame = Frame(market(prices(7, 3000, assets)))
    once, rows = strategy.targets(frame), decide_rows(strategy, frame)
    assert len(once.rows) > 100
    assert np.array_equal(once.rows, rows.rows)
    assert np.array_equal(once.weights, rows.weights, equal_nan=True)


def test_many_pairs_at_once_decide_like_each_pair_alone():
    candidates = [SmaCross(fast=fast, slow=slow, short=slow == 30) for fast in (2, 5) for slow in (9, 30)]
    frame = Frame(market(prices(8, 700, 2, gaps=0.02)))
    together = SmaCross.targets_of_many(frame, candidates)
    assert len(together) == 4
    for place, one in enumerate(candidates):
        alone = one.targets(frame)
        assert np.array_equal(together[place].rows, alone.rows)
        assert np.array_equal(together[place].weights, alone.weights, equal_nan=True)
