"""Who lists when and who leaves: drawn name by name, apart from all prices."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.data.synthetic.listings import (
    BEST_FAILED_RECOVERY,
    FAILURE_SHARE,
    MEAN_LOSS,
    MEAN_SQUARED_LOSS,
    SEASONING_SESSIONS,
    chance_of_delisting,
    schedule,
)
from tradewright.data.synthetic.options import SyntheticOptions

MANY = SyntheticOptions(seed=4, names=2000, delisting_rate=0.05, late_share=0.3)


def test_delistings_come_at_the_rate_asked_for():
    lives = schedule(MANY, 2520)
    at_risk_years = lives.at_risk().sum() / 252
    assert lives.delisted.sum() / at_risk_years == pytest.approx(0.05, rel=0.12)


def test_the_chance_of_a_session_makes_up_the_rate_of_a_year():
    assert 1.0 - (1.0 - chance_of_delisting(MANY)) ** 252 == pytest.approx(1.0 - np.exp(-0.05))


def test_late_names_are_as_many_as_asked_for_and_the_rest_are_there_from_the_start():
    lives = schedule(MANY, 2520)
    assert np.mean(lives.first_row > 0) == pytest.approx(0.3, abs=0.035)
    assert np.mean(lives.first_row == 0) == pytest.approx(0.7, abs=0.035)


def test_every_name_has_a_year_of_bars():
    lives = schedule(replace(MANY, delisting_rate=0.5), 2520)
    assert np.all(lives.last_row - lives.first_row + 1 >= SEASONING_SESSIONS)


def test_in_a_short_market_everybody_is_there_from_the_start():
    lives = schedule(MANY, 100)
    assert not lives.first_row.any()
    assert not lives.delisted.any()


def test_without_a_rate_nobody_leaves():
    assert not schedule(replace(MANY, delisting_rate=0.0), 2520).delisted.any()


def test_losses_at_delisting_have_the_moments_the_truth_uses():
    lives = schedule(MANY, 20_000)
    loss = 1.0 - lives.recovery[lives.delisted]
    error = loss.std() / np.sqrt(len(loss))
    assert len(loss) > 1500
    assert loss.mean() == pytest.approx(MEAN_LOSS, abs=4 * error)
    assert np.mean(loss**2) == pytest.approx(MEAN_SQUARED_LOSS, abs=4 * error)
    failed = loss[loss > 0]
    assert len(failed) / len(loss) == pytest.approx(FAILURE_SHARE, abs=0.05)
    assert failed.min() >= 1.0 - BEST_FAILED_RECOVERY


def test_one_more_name_or_a_longer_market_leaves_lives_as_they_are():
    few, long = schedule(replace(MANY, names=50), 2520), schedule(MANY, 5000)
    assert np.array_equal(few.first_row, long.first_row[:50])
    gone = few.delisted
    assert np.array_equal(few.last_row[gone], long.last_row[:50][gone])
    assert np.array_equal(few.recovery, long.recovery[:50])


def test_listed_covers_first_to_last_row_and_the_burn_in_looks_like_the_first_session():
    lives = schedule(MANY, 2520)
    listed = lives.listed()
    assert np.array_equal(listed.sum(axis=0), lives.last_row - lives.first_row + 1)
    assert np.array_equal(lives.listed(burn_in=30)[:30], np.repeat(listed[:1], 30, axis=0))
    assert np.array_equal(lives.listed(burn_in=30)[30:], listed)


def test_nobody_is_at_risk_before_seasoning_or_when_not_listed():
    lives = schedule(MANY, 2520)
    risk = lives.at_risk()
    assert not (risk & ~lives.listed()).any()
    assert not risk[: SEASONING_SESSIONS - 1].any()
    assert risk[lives.last_row[lives.delisted], np.flatnonzero(lives.delisted)].all()
