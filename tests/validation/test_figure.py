"""A figure is a number with its sample, or a reason: never NaN, never silence."""

import math

import pytest

from tradewright.validation.figure import Figure, Interval, fact, figure, not_evaluated


def interval(low: float = 0.1, high: float = 0.3) -> Interval:
    return Interval(low, high, 0.95, "by hand", 5.0, 1000)


def test_nan_is_refused_as_a_value():
    with pytest.raises(ValueError, match="say why it is missing"):
        Figure("Sharpe", math.nan, "ratio", 10)


def test_infinity_is_refused_as_a_value():
    with pytest.raises(ValueError, match="say why it is missing"):
        Figure("Calmar", math.inf, "ratio", 10)


def test_a_missing_value_needs_a_reason():
    with pytest.raises(ValueError, match="neither a value nor a reason"):
        Figure("Sharpe", None, "ratio", 10)


def test_a_computed_nan_becomes_a_reason():
    found = figure("Sharpe", math.nan, "ratio", 10)
    assert not found.is_evaluated
    assert found.reason == "the data do not determine it"


def test_too_few_observations_become_a_reason_that_counts_them():
    found = figure("Sharpe", 1.0, "ratio", 2, needs=3)
    assert (found.value, found.reason) == (None, "needs at least 3 observations, has 2")


def test_a_good_number_stays():
    found = figure("Sharpe", 1.25, "ratio", 300)
    assert found.is_evaluated
    assert (found.value, found.sample, found.reason) == (1.25, 300, "")


def test_an_interval_joins_a_value():
    assert figure("Sharpe", 0.2, "ratio", 300).within(interval()).interval == interval()


def test_an_interval_does_not_join_a_missing_value():
    assert not_evaluated("Sharpe", "ratio", 0, "no returns").within(interval()).interval is None


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.1), (math.nan, 0.1), (0.1, math.nan)])
def test_an_interval_the_wrong_way_round_or_without_numbers_is_refused(low, high):
    with pytest.raises(ValueError, match="is none"):
        interval(low, high)


def test_an_interval_of_one_point_is_an_interval():
    assert interval(0.2, 0.2).low == 0.2


def test_a_fact_says_why_it_has_no_interval():
    assert fact(figure("x", 3.0, "bars", 5)).reason == "a fact of this path, no interval"
    assert fact(figure("x", 3.0, "bars", 5), "by rule").reason == "by rule"


def test_a_fact_that_nobody_knows_keeps_its_reason():
    assert fact(not_evaluated("x", "bars", 0, "no data")).reason == "no data"


def test_a_figure_is_never_negative_zero():
    assert str(figure("x", -0.0, "usd", 5).value) == "0.0"
