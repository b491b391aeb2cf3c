"""The portfolios whose truth is told: known at the close, gross exposure 1, monthly where they say so."""

import numpy as np
import pytest

from tradewright.data.synthetic.portfolios import DEFINITIONS, TOP_SHARE, Scoreboard, weights_of

STARTS = np.array([9, 30, 50])
HEDGED = ("reference", "long_short_monthly")


@pytest.fixture
def board() -> Scoreboard:
    scores = np.random.default_rng(1).standard_normal((70, 2, 20))
    listed = np.ones((70, 20), dtype=bool)
    listed[40:, 3] = False
    scored = listed.copy()
    scored[:, 0] = False
    scores *= scored[:, None, :]
    scores -= scores.sum(axis=-1, keepdims=True) / scored.sum(axis=-1)[:, None, None] * scored[:, None, :]
    return Scoreboard(scores, scored, listed, STARTS)


@pytest.mark.parametrize("portfolio", DEFINITIONS)
def test_gross_exposure_is_one_once_there_is_a_choice(portfolio: str, board: Scoreboard):
    gross = np.abs(weights_of(portfolio, board)).sum(axis=-1)
    # The name that leaves at row 40 takes its weight along until the next choice.
    settled = np.r_[10:40, 51:70]
    assert gross[settled] == pytest.approx(1.0)
    assert np.all(gross <= 1.0 + 1e-12)


@pytest.mark.parametrize("portfolio", HEDGED)
def test_hedged_portfolios_are_as_long_as_short(portfolio: str, board: Scoreboard):
    net = weights_of(portfolio, board).sum(axis=-1)
    assert np.abs(net[np.r_[10:40, 51:70]]).max() < 1e-12


@pytest.mark.parametrize("portfolio", DEFINITIONS)
def test_names_that_are_not_listed_are_not_held(portfolio: str, board: Scoreboard):
    assert not weights_of(portfolio, board)[40:, :, 3].any()


@pytest.mark.parametrize("portfolio", ["reference", "long_short_monthly", "long_only_monthly"])
def test_names_without_a_score_are_not_held(portfolio: str, board: Scoreboard):
    assert not weights_of(portfolio, board)[:, :, 0].any()


def test_the_reference_is_in_proportion_to_the_score(board: Scoreboard):
    held = weights_of("reference", board)
    ratio = held[20, 0, 1:3] / board.scores[20, 0, 1:3]
    assert ratio[0] == pytest.approx(ratio[1])


def test_monthly_choices_are_in_force_from_the_close_after_a_months_first(board: Scoreboard):
    held = weights_of("long_only_monthly", board)
    assert not held[:10].any()
    assert np.array_equal(held[10], held[30])
    assert not np.array_equal(held[30], held[31])
    assert np.array_equal(held[51], held[69])


def test_the_best_fifth_is_held_and_the_worst_is_sold(board: Scoreboard):
    held = weights_of("long_short_monthly", board)[31, 1]
    scores = np.where(board.scored[30], board.scores[30, 1], np.nan)
    count = int(TOP_SHARE * 19)
    order = np.argsort(scores)[:19]
    assert set(np.flatnonzero(held > 0)) == set(order[-count:])
    assert set(np.flatnonzero(held < 0)) == set(order[:count])


def test_equal_weight_holds_every_listed_name_alike(board: Scoreboard):
    held = weights_of("equal_weight", board)
    assert held[0, 0] == pytest.approx(np.full(20, 1 / 20))
    assert held[60, 1][board.listed[60]] == pytest.approx(np.full(19, 1 / 19))


@pytest.mark.parametrize("portfolio", DEFINITIONS)
def test_weights_never_change_when_later_scores_do(portfolio: str, board: Scoreboard):
    later = board.scores.copy()
    later[36:] = later[36:][:, :, ::-1]
    other = Scoreboard(later * board.scored[:, None, :], board.scored, board.listed, board.month_starts)
    assert np.array_equal(weights_of(portfolio, board)[:36], weights_of(portfolio, other)[:36])


def test_each_portfolio_says_in_words_what_it_is():
    assert all(len(words) > 40 for words in DEFINITIONS.values())
