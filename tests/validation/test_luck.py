"""What chance alone shows, against published numbers (../shared/oracles.md)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.validation.luck import (
    coin_flip_p,
    expected_maximum,
    expected_maximum_sharpe,
    printable_p,
)


@pytest.mark.parametrize(("trials", "published"), [(10, 1.5746), (100, 2.5306), (1000, 3.2551)])
def test_expected_maximum_equals_bailey_and_lopez_de_prado_2014(trials, published):
    assert expected_maximum(trials) == pytest.approx(published, abs=5e-5)


def test_expected_maximum_is_near_the_simulated_one():
    draws = np.random.default_rng(1).standard_normal((20_000, 100)).max(axis=1)
    assert expected_maximum(100) == pytest.approx(draws.mean(), abs=0.03)


def test_one_try_has_nothing_to_be_lucky_with():
    assert expected_maximum(1) == 0.0


@given(st.integers(1, 10_000))
def test_more_tries_never_show_less_luck(trials):
    assert expected_maximum(trials + 1) > expected_maximum(trials)


def test_luck_grows_with_the_error_of_one_ratio():
    assert expected_maximum_sharpe(20, 0.4) == pytest.approx(2 * expected_maximum_sharpe(20, 0.2))


def test_no_trials_have_no_maximum():
    with pytest.raises(ValueError, match="0 trials"):
        expected_maximum(0)


def test_thirteen_wins_of_twenty_are_nothing_special():
    # Binomial, one-sided: 0.1316.
    assert coin_flip_p(13, 20) == pytest.approx(0.1316, abs=5e-5)


def test_any_number_of_wins_or_more_is_certain_from_zero():
    assert coin_flip_p(0, 20) == pytest.approx(1.0)


@given(st.integers(1, 300), st.data())
def test_coin_flip_probabilities_of_both_sides_add_up(flips, data):
    wins = data.draw(st.integers(1, flips))
    at_least, fewer = coin_flip_p(wins, flips), coin_flip_p(flips - wins + 1, flips)
    assert at_least + fewer == pytest.approx(1.0, abs=1e-9)


def test_an_unbelievable_streak_still_has_a_probability_above_zero():
    assert 0.0 < coin_flip_p(5_000, 5_000) < 1e-300


@pytest.mark.parametrize(("wins", "flips"), [(-1, 5), (6, 5), (0, 0)])
def test_wins_that_do_not_fit_the_flips_are_refused(wins, flips):
    with pytest.raises(ValueError, match="no count"):
        coin_flip_p(wins, flips)


def test_a_printed_probability_is_never_zero_nor_above_one():
    assert printable_p(0.0) > 0.0
    assert printable_p(1.0000001) == 1.0
    assert printable_p(0.25) == 0.25
