"""Figures of forecasts, on forecasts that know nothing and on some that know a stated amount."""

import numpy as np
import pytest

from tradewright.validation import forecast_skill as skill
from tradewright.validation.bootstrap import BootstrapOptions

ROWS, NAMES, HORIZON = 600, 8, 5
OPTIONS = BootstrapOptions(seed=1, draws=200)


def judged(seed: int, knowing: float = 0.0, lasting: float = 0.9) -> skill.Judged:
    """Names that share a market, outcomes that overlap, and forecasts that last from row to row."""
    draw = np.random.default_rng(seed)
    shocks = draw.normal(size=(ROWS + HORIZON, NAMES)) + draw.normal(size=(ROWS + HORIZON, 1))
    came = np.stack([shocks[row + 1 : row + 1 + HORIZON].sum(axis=0) for row in range(ROWS)])
    said = draw.normal(size=(ROWS, NAMES)) + draw.normal(size=(ROWS, 1))
    for row in range(1, ROWS):
        said[row] = lasting * said[row - 1] + np.sqrt(1.0 - lasting**2) * said[row]
    said = said / said.std() + knowing * came / came.std()
    return skill.Judged(said, 1.0 / (1.0 + np.exp(-said)), came, HORIZON)


def test_the_interval_of_forecasts_of_nothing_leaves_zero_out_about_as_often_as_it_says():
    found = [skill.coefficient(judged(seed), OPTIONS).interval for seed in range(120)]
    missed = sum(not one.low <= 0.0 <= one.high for one in found)
    # Nominal 5 %: 6 of 120. Binomial at 5 %: more than 12 in one case of two hundred.
    assert missed <= 12


def test_a_stated_skill_is_found_and_lies_in_its_interval():
    knowing = 0.3
    true = knowing / np.sqrt(1.0 + knowing**2)
    found = skill.coefficient(judged(7, knowing), OPTIONS)
    assert found.interval.low > 0.0
    assert found.interval.low < true < found.interval.high
    assert skill.right_sides(judged(7, knowing), OPTIONS).value > 0.55


def test_what_all_names_share_counts_not_across_names():
    draw = np.random.default_rng(5)
    market = draw.normal(size=(ROWS, 1))
    came = market + 0.1 * draw.normal(size=(ROWS, NAMES))
    said = market + 0.1 * draw.normal(size=(ROWS, NAMES))
    one = skill.Judged(said, np.full_like(said, 0.5), came, 1)
    assert skill.coefficient(one, OPTIONS).value > 0.9
    assert abs(skill.coefficient_across(one, OPTIONS).value) < 0.1


def test_the_same_forecasts_save_nothing_over_themselves_and_beat_themselves_by_nothing():
    one = judged(3, 0.2)
    assert skill.saved_over(one, one.said, "itself", OPTIONS).value == pytest.approx(0.0, abs=1e-12)
    above = skill.coefficient_above(one, one.said, OPTIONS)
    assert (above.value, above.interval.low, above.interval.high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)


def test_half_the_error_saves_three_quarters_of_the_square():
    came = np.random.default_rng(0).normal(size=(200, 2))
    one = skill.Judged(came + 0.1, came * 0.0 + 0.5, came, 1)
    assert skill.saved_over(one, came + 0.2, "the other", OPTIONS).value == pytest.approx(0.75)


def test_only_places_that_both_spoke_about_are_compared():
    one = judged(4)
    other = one.said.copy()
    other[: ROWS // 2] = np.nan
    assert skill.saved_over(one, other, "the other", OPTIONS).sample == ROWS // 2


def test_forecasts_that_do_not_move_have_no_coefficient_and_say_why():
    one = skill.Judged(np.zeros((100, 2)), np.full((100, 2), 0.5), np.ones((100, 2)), 1)
    found = skill.coefficient(one, OPTIONS)
    assert found.value is None
    assert found.reason == "the forecasts do not move"


def test_too_few_rows_are_a_reason_and_no_number():
    one = skill.Judged(np.ones((5, 2)), np.ones((5, 2)), np.arange(10.0).reshape(5, 2), 1)
    assert "5 rows were forecast" in skill.right_sides(one, OPTIONS).reason


def test_chances_that_hold_are_calibrated_bin_by_bin():
    draw = np.random.default_rng(2)
    rise = draw.uniform(0.2, 0.8, size=(4_000, 5))
    came = np.where(draw.random(rise.shape) < rise, 0.01, -0.01)
    bins = skill.calibrated(skill.Judged(came, rise, came, 1))
    assert sum(bin.count for bin in bins) == rise.size
    assert [bin.said for bin in bins] == sorted(bin.said for bin in bins)
    for bin in bins:
        assert bin.came == pytest.approx(bin.said, abs=0.03)


def test_coverage_counts_what_fell_inside_where_there_was_an_interval():
    came = np.arange(100.0)[:, None] * np.ones((1, 2))
    low, high = np.zeros((100, 2)), np.full((100, 2), 49.0)
    low[:, 1] = np.nan
    found = skill.covered(skill.Judged(came, came * 0 + 0.5, came, 1), low, high, 0.9, OPTIONS)
    assert found.value == pytest.approx(0.5)


def test_an_interval_without_an_end_holds_nothing_that_counts():
    came = np.arange(100.0)[:, None] * np.ones((1, 2))
    low, high = np.zeros((100, 2)), np.full((100, 2), 49.0)
    low[:20], high[:20] = -np.inf, np.inf
    found = skill.covered(skill.Judged(came, came * 0 + 0.5, came, 1), low, high, 0.9, OPTIONS)
    assert (found.value, found.sample) == (pytest.approx(30 / 80), 80)
    assert skill.endless(skill.Judged(came, came * 0 + 0.5, came, 1), low, high, OPTIONS).value == 0.2


@pytest.mark.parametrize("names", [3, 5, 7, 8])
def test_a_forecast_of_the_whole_market_says_nothing_across_names(names):
    draw = np.random.default_rng(names)
    said = np.repeat(draw.normal(size=(200, 1)), names, axis=1)
    one = skill.Judged(said, said * 0 + 0.5, draw.normal(size=(200, names)), 1)
    assert skill.coefficient_across(one, OPTIONS).reason == "the forecasts do not move"
    assert skill.coefficient(one, OPTIONS).value is not None
