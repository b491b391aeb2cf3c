"""Sharpe inference against published numbers (../shared/oracles.md) and against itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from return_families import autoregressive, clustered, normal

from tradewright.validation.sharpe import (
    Moments,
    autocovariances,
    error_iid,
    error_of_shape,
    error_robust,
    influence,
    lo_annualisation,
    long_run_variance,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
    sharpe_annualised,
    sharpe_per_bar,
)


def shape_of(sharpe: float, sample: int, skew: float = 0.0, kurtosis: float = 3.0) -> Moments:
    return Moments(sample, sharpe, 1.0, skew, kurtosis)


# Published values


@pytest.mark.parametrize(("sharpe", "sample", "error"), [(1.0, 60, 0.158), (2.0, 12, 0.500)])
def test_standard_error_equals_the_table_of_lo_2002(sharpe, sample, error):
    assert error_iid(sharpe, sample) == pytest.approx(error, abs=5e-4)


def test_probabilistic_sharpe_equals_bailey_and_lopez_de_prado_2012():
    # Monthly ratio 0.458 over 24 months, hurdle 0, normal returns.
    assert probabilistic_sharpe(shape_of(0.458, 24)) == pytest.approx(0.982, abs=5e-4)


@pytest.mark.parametrize(("bars_per_year", "years"), [(250, 2.73), (52, 2.83), (12, 3.24)])
def test_minimum_track_record_equals_bailey_and_lopez_de_prado_2012(bars_per_year, years):
    # A true Sharpe ratio of 2 a year told from 1 with 95 % confidence.
    root = math.sqrt(bars_per_year)
    bars = minimum_track_record(shape_of(2.0 / root, 1000), 1.0 / root, 0.95)
    assert bars / bars_per_year == pytest.approx(years, abs=5e-3)


def test_lo_annualisation_equals_the_closed_form_for_first_order_autocorrelation():
    # Lo (2002), the AR(1) case of the factor.
    rho, q = 0.2, 12
    lags = rho ** np.arange(1, q)
    closed = math.sqrt(q) / math.sqrt(1 + 2 * rho / (1 - rho) * (1 - (1 - rho**q) / (q * (1 - rho))))
    assert lo_annualisation(q, lags) == pytest.approx(closed, rel=1e-12)


# Properties


def test_without_autocorrelation_annualisation_is_the_square_root_of_time():
    assert lo_annualisation(252, np.zeros(20)) == pytest.approx(math.sqrt(252))


def test_smoothed_returns_annualise_to_less_than_the_square_root_says():
    assert lo_annualisation(12, np.array([0.3, 0.1])) < math.sqrt(12)


def test_reversing_returns_annualise_to_more_than_the_square_root_says():
    assert lo_annualisation(12, np.array([-0.3])) > math.sqrt(12)


def test_autocorrelations_that_no_year_could_have_are_refused():
    with pytest.raises(ValueError, match="without variance"):
        lo_annualisation(12, np.array([-0.9]))


def test_lags_beyond_a_year_do_not_count():
    assert lo_annualisation(4, np.array([0.1, 0.0, 0.0, 0.9, 0.9])) == lo_annualisation(4, np.array([0.1]))


def test_fat_tails_and_negative_skew_widen_the_error_of_a_positive_ratio():
    plain = error_of_shape(shape_of(0.2, 500))
    assert error_of_shape(shape_of(0.2, 500, skew=-1.0)) > plain
    assert error_of_shape(shape_of(0.2, 500, kurtosis=10.0)) > plain


def test_for_normal_returns_the_shape_error_is_the_iid_error():
    assert error_of_shape(shape_of(0.3, 1001)) == pytest.approx(error_iid(0.3, 1000))


def test_minimum_track_record_and_probabilistic_sharpe_agree_at_the_confidence():
    shape = shape_of(0.1, 400, skew=-0.5, kurtosis=6.0)
    bars = minimum_track_record(shape, 0.0, 0.95)
    at_that_length = Moments(round(bars), 0.1, 1.0, -0.5, 6.0)
    assert probabilistic_sharpe(at_that_length) == pytest.approx(0.95, abs=1e-3)


@pytest.mark.parametrize("sharpe", [0.0, -0.1])
def test_no_record_is_long_enough_for_a_ratio_that_is_not_above_the_hurdle(sharpe):
    assert minimum_track_record(shape_of(sharpe, 100)) == math.inf


def test_a_higher_hurdle_lowers_the_probability_of_being_above_it():
    shape = shape_of(0.1, 250)
    assert (
        probabilistic_sharpe(shape, 0.0)
        > probabilistic_sharpe(shape, 0.05)
        > probabilistic_sharpe(shape, 0.1)
    )
    assert probabilistic_sharpe(shape, 0.1) == pytest.approx(0.5)


@given(st.floats(0.1, 50.0), st.integers(0, 10_000))
def test_scaling_returns_changes_neither_ratio_nor_error(scale, seed):
    returns = normal(1, 300, seed)[0] * 0.01 + 0.001
    assert sharpe_per_bar(returns * scale).value == pytest.approx(sharpe_per_bar(returns).value, rel=1e-9)
    assert error_robust(returns * scale) == pytest.approx(error_robust(returns), rel=1e-9)


def test_turning_returns_around_turns_the_ratio_around():
    returns = normal(1, 300, 5)[0] + 0.1
    assert sharpe_per_bar(-returns).value == pytest.approx(-sharpe_per_bar(returns).value)


def test_moments_are_those_of_the_textbook():
    sample = np.array([1.0, 2.0, 3.0, 4.0, 10.0])
    found = moments(sample)
    assert found.mean == 4.0
    assert found.deviation == pytest.approx(np.std(sample, ddof=1))
    centred = sample - 4.0
    assert found.skew == pytest.approx(np.mean(centred**3) / np.mean(centred**2) ** 1.5)
    assert found.kurtosis == pytest.approx(np.mean(centred**4) / np.mean(centred**2) ** 2)


def test_annualised_ratio_is_the_ratio_per_bar_times_the_root_of_the_year():
    returns = normal(1, 500, 3)[0] + 0.05
    per_bar, a_year = sharpe_per_bar(returns), sharpe_annualised(returns, 252.0)
    assert a_year.value == pytest.approx(per_bar.value * math.sqrt(252))
    assert (per_bar.unit, a_year.unit) == ("ratio a bar", "ratio a year")
    assert per_bar.sample == a_year.sample == 500


# What cannot be measured says why


@pytest.mark.parametrize(
    ("returns", "reason"),
    [
        (np.zeros(0), "needs at least 3 returns, has 0"),
        (np.array([0.01]), "needs at least 3 returns, has 1"),
        (np.full(100, 0.001), "do not vary"),
        (np.zeros(100), "do not vary"),
        (np.array([0.1, np.nan, 0.2, 0.3]), "1 of 4 returns are not numbers"),
        (np.array([0.1, np.inf, 0.2, np.nan]), "2 of 4 returns are not numbers"),
    ],
    ids=["empty", "one", "constant", "zero", "nan", "infinite"],
)
def test_returns_that_have_no_ratio_are_not_evaluated_with_the_reason(returns, reason):
    for found in (sharpe_per_bar(returns), sharpe_annualised(returns, 252.0)):
        assert found.value is None
        assert reason in found.reason


def test_robust_error_refuses_what_cannot_be_measured():
    with pytest.raises(ValueError, match="do not vary"):
        error_robust(np.ones(50))


# Autocovariance and long-run variance


def test_autocovariances_are_those_of_the_definition():
    series = np.array([1.0, -1.0, 2.0, -2.0])
    assert autocovariances(series, 2).tolist() == [10 / 4, -7 / 4, 4 / 4]


def test_long_run_variance_of_white_noise_is_its_variance():
    series = normal(1, 20_000, 11)[0]
    assert long_run_variance(series) == pytest.approx(1.0, abs=0.1)


def test_long_run_variance_of_an_autoregression_is_what_theory_says():
    # AR(1) with unit variance: (1 + rho) / (1 - rho).
    series = autoregressive(1, 50_000, 12, memory=0.5)[0]
    assert long_run_variance(series) == pytest.approx(3.0, rel=0.15)


def test_long_run_variance_is_never_negative():
    series = np.tile([1.0, -1.0], 50)
    assert long_run_variance(series) >= 0.0


def test_influence_has_mean_zero_and_its_variance_is_the_shape_error():
    returns = normal(1, 5_000, 13)[0] + 0.2
    shape = moments(returns)
    psi = influence(returns, shape)
    assert np.mean(psi) == pytest.approx(0.0, abs=1e-3)
    assert math.sqrt(np.var(psi) / len(psi)) == pytest.approx(error_of_shape(shape), rel=0.02)


# The robust error's declared property: coverage


@pytest.mark.parametrize(
    ("family", "least"), [(normal, 0.92), (autoregressive, 0.91), (clustered, 0.91)],
    ids=["normal", "autoregressive", "clustered"],
)  # fmt: skip
def test_ratio_plus_minus_two_robust_errors_covers_the_truth(family, least):
    truth, covered = 0.05, 0
    records = family(300, 750, 21) + truth
    for record in records:
        covered += abs(sharpe_per_bar(record).value - truth) <= 1.96 * error_robust(record)
    # 300 records: a nominal 95 % shows between 92.3 and 97.3 % in nineteen cases of twenty.
    assert least <= covered / 300 <= 0.98


def test_the_error_that_ignores_autocorrelation_would_cover_too_little():
    truth, covered = 0.05, 0
    for record in autoregressive(200, 750, 22, memory=0.4) + truth:
        found = sharpe_per_bar(record).value
        covered += abs(found - truth) <= 1.96 * error_iid(found, 750)
    assert covered / 200 < 0.88
