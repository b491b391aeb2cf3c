"""Weights and trust against what is known from elsewhere."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear
from scipy.stats import beta

from tradewright.models.stacking import Belief, Record, agreement, cells_of, parts_of, stack_of, trusted


def test_weights_are_those_of_bounded_least_squares():
    draws = np.random.default_rng(1)
    moves = draws.standard_normal((5_000, 3))
    moves[:, 1] += 0.7 * moves[:, 0]
    came = moves @ np.array([0.9, 0.4, -0.3]) + draws.standard_normal(5_000)
    most = np.array([0.8, 1.0, 1.0])
    # So many rows count that the prior counts nothing.
    found = parts_of(moves, came, np.ones(5_000), 1e12, most)
    assert found[0b111] == pytest.approx(lsq_linear(moves, came, (0.0, most)).x, abs=1e-6)
    assert found[0b110, 1:] == pytest.approx(lsq_linear(moves[:, 1:], came, (0.0, most[1:])).x, abs=1e-6)
    assert (found[0] == 0.0).all() and found[0b110, 0] == 0.0


def test_where_nothing_was_seen_sources_weigh_alike():
    found = parts_of(np.zeros((0, 4)), np.zeros(0), np.zeros(0), 0.0, np.ones(4))
    assert found[0b1111] == pytest.approx([0.25] * 4)
    assert found[0b0101] == pytest.approx([0.5, 0.0, 0.5, 0.0])


def test_trust_is_what_the_beta_posterior_says():
    moves = np.r_[np.ones(13), -np.ones(7)][:, None]
    found = trusted(moves, np.ones(20), np.ones(20), 20.0, coin=4.0)
    assert found[0] == pytest.approx(2.0 * beta(2.0 + 13.0, 2.0 + 7.0).sf(0.5) - 1.0)
    assert trusted(moves, np.ones(20), np.ones(20), 4.0, coin=4.0)[0] < found[0], (
        "rows that overlap tell less"
    )
    assert trusted(-moves, np.ones(20), np.ones(20), 20.0, coin=4.0)[0] == 0.0
    assert trusted(np.ones((20, 1)), np.ones(20), np.ones(20), 20.0, coin=4.0)[0] == 0.0, "it never moves"


def test_what_was_not_known_by_an_instant_moves_no_weight():
    draws = np.random.default_rng(2)
    said, came = draws.standard_normal((300, 2, 1)), draws.standard_normal((300, 1))
    rows, ones = np.arange(300), np.ones(300)

    def learnt(outcomes):
        record = Record(said, outcomes, rows[:, None] + 5, ones, rows, np.zeros(300, dtype=np.int64))
        return stack_of(record.known_by(200), (5,), Belief(coin=20.0, regime=250.0))

    later = came.copy()
    later[195:] = 1e6
    one, other = learnt(came), learnt(later)
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))
    later[194] = 1e6
    assert not np.array_equal(learnt(later).offset, one.offset), "this one was known"


def test_agreement_is_whole_without_dispute_and_nothing_where_sources_cancel():
    parts = np.array([[[0.5, 0.5]]] * 3)
    moves = np.array([[[1.0, 1.0]], [[1.0, -1.0]], [[0.0, 0.0]]])
    assert agreement(parts, moves, 0.5)[:, 0] == pytest.approx([1.0, 0.0, 1.0])
    assert agreement(parts, moves, 0.0)[0, 0] == 1.0


def test_a_regime_has_three_cells():
    assert list(cells_of(np.array([-1.0, 0.0, 1.0]))) == [1, 2, 3]
