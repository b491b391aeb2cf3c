"""The deflated Sharpe ratio and its relatives, against published numbers and on simulated searches."""

import math

import numpy as np
import pytest
from return_families import normal

from tradewright.validation.deflated import deflated_sharpe, deflation_hurdle, minimum_backtest_years
from tradewright.validation.sharpe import Moments, moments, probabilistic_sharpe

# Bailey and Lopez de Prado (2014): 2.5 a year over 1,250 days, skew -3, kurtosis 10, spread of ratios 0.5.
PUBLISHED = Moments(1250, 2.5 / math.sqrt(250), 1.0, -3.0, 10.0)
SPREAD = math.sqrt(0.5 / 250)


def test_the_hurdle_equals_bailey_and_lopez_de_prado_2014():
    assert deflation_hurdle(100, SPREAD) == pytest.approx(0.1132, abs=5e-5)


@pytest.mark.parametrize(("trials", "published"), [(100, 0.9004), (46, 0.9505)])
def test_the_deflated_ratio_equals_bailey_and_lopez_de_prado_2014(trials, published):
    assert deflated_sharpe(PUBLISHED, trials, SPREAD) == pytest.approx(published, abs=5e-5)


def test_one_try_deflates_nothing():
    assert deflated_sharpe(PUBLISHED, 1, SPREAD) == probabilistic_sharpe(PUBLISHED)


def test_every_further_try_costs():
    values = [deflated_sharpe(PUBLISHED, trials, SPREAD) for trials in (1, 2, 10, 100, 10_000)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


def test_a_hopeless_record_has_a_probability_above_zero():
    assert deflated_sharpe(Moments(10**6, -5.0, 1.0, 0.0, 3.0), 10, 0.1) > 0.0


@pytest.mark.parametrize("spread", [-0.1, math.nan, math.inf])
def test_a_spread_that_is_none_is_refused(spread):
    with pytest.raises(ValueError, match="spread"):
        deflation_hurdle(10, spread)


def test_no_trial_at_all_is_refused():
    with pytest.raises(ValueError, match="no maximum"):
        deflated_sharpe(PUBLISHED, 0, SPREAD)


def test_five_years_bear_about_forty_five_tries_as_bailey_and_others_2014_say():
    # Notices of the AMS: after 45 tries on five years the best is expected to show a Sharpe ratio of 1.
    assert minimum_backtest_years(45, 1.0) == pytest.approx(5.0, abs=0.15)


def test_the_length_stays_below_the_bound_of_bailey_and_others_2014():
    for trials in (2, 10, 1_000):
        assert minimum_backtest_years(trials, 0.8) < 2.0 * math.log(trials) / 0.8**2


def test_one_try_needs_no_length_and_higher_ratios_need_less():
    assert minimum_backtest_years(1, 1.0) == 0.0
    assert minimum_backtest_years(100, 2.0) == pytest.approx(minimum_backtest_years(100, 1.0) / 4.0)


@pytest.mark.parametrize("sharpe", [0.0, -1.0, math.nan])
def test_a_ratio_that_is_not_above_zero_has_no_length(sharpe):
    with pytest.raises(ValueError, match="above zero"):
        minimum_backtest_years(10, sharpe)


# The declared property


def test_the_best_of_worthless_tries_seldom_deflates_to_significance(record_property):
    passed = plain = 0
    for search in range(300):
        ratios = normal(100, 250, 1_000 + search)
        sharpes = ratios.mean(axis=1) / ratios.std(axis=1, ddof=1)
        shape = moments(ratios[np.argmax(sharpes)])
        passed += deflated_sharpe(shape, 100, float(np.std(sharpes))) > 0.95
        plain += probabilistic_sharpe(shape) > 0.95
    record_property("false promotion", float(passed / 300))
    assert passed / 300 <= 0.02
    assert plain / 300 > 0.95
