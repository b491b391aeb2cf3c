"""Planted edges: scores know the past alone, move money between names, and act on the next session."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tradewright.data.synthetic.edges import (
    DEEPEST_RETURN,
    LARGEST_SCORE,
    Edge,
    find,
    leaders,
    planted,
    standardised,
)

SECTOR = np.arange(16) % 2
EVERYBODY = np.ones((400, 16), dtype=bool)
MOVING = ["momentum", "mean_reversion", "lead_lag"]


def base(seed: int = 1, paths: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((400, paths, 16)) * 0.02


def run(edge: Edge, amplitude: float, returns: np.ndarray, listed: np.ndarray = EVERYBODY):
    return planted(returns, edge.ground(listed, SECTOR), edge, amplitude)


@pytest.mark.parametrize("name", MOVING)
def test_the_edge_of_a_session_is_amplitude_times_the_score_of_the_close_before(name: str):
    drawn = base()
    returns, scores = run(find(name), 0.001, drawn)
    assert np.allclose(returns[1:] - drawn[1:], 0.001 * scores[:-1], atol=1e-15)
    assert np.array_equal(returns[0], drawn[0])


@pytest.mark.parametrize("name", MOVING)
@pytest.mark.parametrize("cut", [1, 250, 253, 300, 398])
def test_a_score_never_changes_when_the_future_does(name: str, cut: int):
    drawn = base()
    other = drawn.copy()
    other[cut + 1 :] = base(seed=2)[cut + 1 :]
    first, second = (run(find(name), 0.001, returns) for returns in (drawn, other))
    assert np.array_equal(first[1][: cut + 1], second[1][: cut + 1])
    assert np.array_equal(first[0][: cut + 1], second[0][: cut + 1])
    assert not np.array_equal(first[0][cut + 1 :], second[0][cut + 1 :])


@pytest.mark.parametrize("name", MOVING)
def test_an_edge_never_lifts_the_market(name: str):
    _, scores = run(find(name), 0.001, base())
    assert np.abs(scores.sum(axis=-1)).max() < 1e-12
    assert scores[-1].std() == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("name", MOVING)
def test_there_is_no_score_before_a_full_lookback(name: str):
    edge = find(name)
    _, scores = run(edge, 0.001, base())
    assert not scores[: edge.lookback].any()
    assert scores[edge.lookback :].any(axis=-1).all()


def test_momentum_ranks_by_growth_from_twelve_months_to_one_month_ago():
    returns, scores = run(find("momentum"), 0.001, base())
    growth = np.cumprod(1.0 + returns, axis=0)
    for row in (252, 300, 399):
        ranked = np.argsort(growth[row - 21, 0] / growth[row - 252, 0])
        assert np.all(np.diff(scores[row, 0, ranked]) >= -1e-12)


def test_mean_reversion_scores_losers_of_five_sessions_highest():
    returns, scores = run(find("mean_reversion"), 0.001, base())
    growth = np.cumprod(1.0 + returns, axis=0)
    ranked = np.argsort(growth[200, 1] / growth[195, 1])
    assert np.all(np.diff(scores[200, 1, ranked]) <= 1e-12)


def test_followers_score_by_what_their_sectors_leaders_did_today():
    returns, scores = run(find("lead_lag"), 0.001, base())
    lead = leaders(SECTOR)
    moved = np.log1p(returns[100, 0])
    better = int(moved[lead & (SECTOR == 1)].mean() > moved[lead & (SECTOR == 0)].mean())
    assert not scores[:, :, lead].any()
    assert np.all(scores[100, 0, ~lead & (better == SECTOR)] > 0)
    assert np.all(scores[100, 0, ~lead & (better != SECTOR)] < 0)


def test_leaders_are_the_first_of_each_sector_and_every_fourth_after():
    assert np.flatnonzero(leaders(SECTOR)).tolist() == [0, 1, 8, 9]


@pytest.mark.parametrize("name", MOVING)
def test_a_name_that_is_not_listed_has_no_score_and_does_not_count(name: str):
    listed = EVERYBODY.copy()
    listed[300:, 5] = False
    _, scores = run(find(name), 0.001, base(), listed)
    assert not scores[300:, :, 5].any()
    assert np.abs(scores[300:].sum(axis=-1)).max() < 1e-12


def test_lead_lag_survives_a_sector_whose_leaders_are_gone():
    listed = EVERYBODY.copy()
    listed[200:, [0, 8]] = False
    _, scores = run(find("lead_lag"), 0.001, base(), listed)
    assert np.all(np.isfinite(scores))
    assert scores[200:].any()


def test_no_edge_scores_like_momentum_and_pays_nothing_for_it():
    drawn = base()
    returns, scores = run(find("none"), 0.0, drawn)
    assert np.array_equal(returns, drawn)
    assert np.array_equal(scores, run(find("momentum"), 0.0, drawn)[1])


def test_a_return_is_cut_where_a_price_would_reach_zero():
    drawn = base()
    drawn[50, 0, 3] = -1.7
    returns, _ = run(find("mean_reversion"), 0.001, drawn)
    assert returns[50, 0, 3] == DEEPEST_RETURN


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, (3, 2, 7), elements=st.floats(-1.0, 1.0)),
    arrays(np.bool_, (3, 7)),
)
def test_standardised_numbers_are_centred_bounded_and_silent_where_masked(raw: np.ndarray, mask: np.ndarray):
    scores = standardised(raw, mask)
    assert np.all(np.isfinite(scores))
    assert np.abs(scores.sum(axis=-1)).max() < 1e-9
    assert not scores.transpose(1, 0, 2)[:, ~mask].any()
    assert np.abs(scores).max() <= 2 * LARGEST_SCORE


def test_names_that_are_all_alike_get_no_score():
    assert not standardised(np.full((1, 1, 5), 0.3), np.ones((1, 5), dtype=bool)).any()


def test_one_name_alone_gets_no_score():
    mask = np.zeros((1, 5), dtype=bool)
    mask[0, 2] = True
    assert not standardised(np.arange(5.0).reshape(1, 1, 5), mask).any()
