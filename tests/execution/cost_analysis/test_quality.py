"""The execution-quality record: intervals against limits, and answers only where the interval gives one."""

import numpy as np
import pytest

from tradewright.execution.cost_analysis.order_costs import order_cost_dtype
from tradewright.execution.cost_analysis.quality import (
    FILL_RATE_LIMIT,
    SLIPPAGE_LIMIT_BPS,
    Measured,
    Standing,
    cost_forecast_error,
    execution_quality,
    weighted_mean,
)
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.figure import Figure, Interval, not_evaluated

OPTIONS = BootstrapOptions(seed=7, draws=500)


def costs_of(slippage_bps, filled=None, ordered=None, price=None):
    """Orders with these slippages, all filled for 100 shares at 10 dollars unless said otherwise."""
    count = len(slippage_bps)
    costs = np.zeros(count, dtype=order_cost_dtype)
    costs["arrival_bps"] = slippage_bps
    costs["ordered"] = 100.0 if ordered is None else ordered
    costs["filled"] = costs["ordered"] if filled is None else filled
    costs["decision_price"] = 10.0 if price is None else price
    return costs


def interval(low, high):
    return Interval(low, high, 0.95, "made by hand", 1.0, 100)


def slippage(value, low, high):
    return Measured(Figure("s", value, "bps", 50, interval(low, high)), 25.0, at_most=True)


def fill_rate(value, low, high):
    return Measured(Figure("f", value, "share", 50, interval(low, high)), 0.95, at_most=False)


def test_the_limits_are_25_bps_and_95_per_cent():
    found, rate = execution_quality(costs_of(np.full(40, 5.0)), OPTIONS)
    assert (found.limit, found.at_most) == (SLIPPAGE_LIMIT_BPS, True) == (25.0, True)
    assert (rate.limit, rate.at_most) == (FILL_RATE_LIMIT, False) == (0.95, False)


@pytest.mark.parametrize(
    ("measured", "standing"),
    [
        (slippage(10.0, 5.0, 15.0), Standing.WITHIN),
        (slippage(10.0, 5.0, 25.0), Standing.WITHIN),
        (slippage(10.0, 5.0, 25.1), Standing.UNDECIDED),
        (slippage(30.0, 20.0, 40.0), Standing.UNDECIDED),
        (slippage(30.0, 25.0, 40.0), Standing.UNDECIDED),
        (slippage(30.0, 25.1, 40.0), Standing.BEYOND),
        (slippage(-10.0, -15.0, -5.0), Standing.WITHIN),
        (fill_rate(0.99, 0.97, 1.0), Standing.WITHIN),
        (fill_rate(0.99, 0.95, 1.0), Standing.WITHIN),
        (fill_rate(0.96, 0.94, 0.98), Standing.UNDECIDED),
        (fill_rate(0.90, 0.85, 0.95), Standing.UNDECIDED),
        (fill_rate(0.90, 0.85, 0.94), Standing.BEYOND),
    ],
)
def test_a_measure_stands_where_its_whole_interval_stands(measured, standing):
    assert measured.standing is standing


def test_a_value_without_an_interval_decides_nothing():
    assert Measured(Figure("s", 1.0, "bps", 5), 25.0, True).standing is Standing.UNDECIDED


def test_what_was_not_evaluated_stands_nowhere():
    missing = not_evaluated("s", "bps", 0, "no orders")
    assert Measured(missing, 25.0, True).standing is Standing.NOT_EVALUATED


def test_cheap_orders_are_within_the_limit():
    generator = np.random.default_rng(1)
    found, rate = execution_quality(costs_of(generator.normal(5.0, 10.0, 400)), OPTIONS)
    assert found.standing is Standing.WITHIN
    assert found.figure.value == pytest.approx(5.0, abs=2.0)
    assert rate.figure.value == 1.0
    assert rate.standing is Standing.WITHIN


def test_dear_orders_are_beyond_it():
    generator = np.random.default_rng(2)
    found, _ = execution_quality(costs_of(generator.normal(60.0, 30.0, 400)), OPTIONS)
    assert found.standing is Standing.BEYOND


def test_few_orders_leave_it_undecided():
    generator = np.random.default_rng(3)
    found, _ = execution_quality(costs_of(generator.normal(20.0, 200.0, 40)), OPTIONS)
    assert found.standing is Standing.UNDECIDED


def test_fewer_than_thirty_orders_have_no_interval():
    found, _ = execution_quality(costs_of(np.full(29, 1.0)), OPTIONS)
    assert found.figure.value == pytest.approx(1.0)
    assert found.figure.interval is None
    assert found.standing is Standing.UNDECIDED


def test_no_orders_are_not_evaluated_rather_than_perfect():
    found, rate = execution_quality(costs_of(np.zeros(0)), OPTIONS)
    assert found.standing is Standing.NOT_EVALUATED
    assert rate.standing is Standing.NOT_EVALUATED


def test_orders_without_a_fill_count_against_the_fill_rate_and_not_in_slippage():
    slippages = np.full(60, 10.0)
    slippages[30:] = np.nan
    filled = np.full(60, 100.0)
    filled[30:] = 0.0
    found, rate = execution_quality(costs_of(slippages, filled), OPTIONS)
    assert found.figure.sample == 30
    assert found.figure.value == pytest.approx(10.0)
    assert rate.figure.value == pytest.approx(0.5)
    assert rate.standing is Standing.BEYOND


def test_large_orders_weigh_more():
    price = np.where(np.arange(60) % 2 == 0, 10.0, 90.0)
    slippages = np.where(np.arange(60) % 2 == 0, 0.0, 10.0)
    found, _ = execution_quality(costs_of(slippages, price=price), OPTIONS)
    assert found.figure.value == pytest.approx(9.0)


def test_equal_seeds_give_equal_intervals_and_other_seeds_others():
    costs = costs_of(np.random.default_rng(5).normal(5.0, 20.0, 200))
    first = execution_quality(costs, OPTIONS)[0].figure
    again = execution_quality(costs, OPTIONS)[0].figure
    other = execution_quality(costs, BootstrapOptions(seed=8, draws=500))[0].figure
    assert first == again
    assert first.interval != other.interval


def test_the_two_measures_do_not_share_their_draws():
    values = np.random.default_rng(6).normal(0.0, 1.0, 100)
    one = weighted_mean("one", values, np.ones(100), ("bps", OPTIONS))
    other = weighted_mean("other", values, np.ones(100), ("bps", OPTIONS))
    assert one.value == other.value
    assert one.interval != other.interval


def test_the_interval_holds_its_value():
    for seed in range(10):
        values = np.random.default_rng(seed).normal(3.0, 20.0, 150)
        found = weighted_mean("m", values, np.ones(150), ("bps", OPTIONS))
        assert found.interval.low < found.value < found.interval.high


@pytest.mark.parametrize("weights", ["equal", "lognormal"])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(weights):
    """The declared property, measured: 95 % intervals of a weighted mean of independent orders."""
    inside, runs = 0, 300
    options = BootstrapOptions(seed=11, draws=300)
    for run in range(runs):
        generator = np.random.default_rng(run)
        values = 5.0 + 20.0 * generator.standard_t(5, 250)
        sizes = np.ones(250) if weights == "equal" else generator.lognormal(0.0, 0.8, 250)
        found = weighted_mean(f"run {run}", values, sizes, ("bps", options)).interval
        inside += found.low <= 5.0 <= found.high
    assert 0.90 <= inside / runs <= 0.99


def test_an_unbiased_forecast_has_zero_inside_its_interval():
    generator = np.random.default_rng(12)
    predicted = generator.uniform(2.0, 20.0, 300)
    realised = predicted + generator.normal(0.0, 10.0, 300)
    found = cost_forecast_error(predicted, realised, np.ones(300), OPTIONS)
    assert found.interval.low < 0.0 < found.interval.high


@pytest.mark.parametrize("bias", [5.0, -5.0])
def test_a_biased_forecast_is_found_out(bias):
    generator = np.random.default_rng(13)
    predicted = generator.uniform(2.0, 20.0, 300)
    realised = predicted + bias + generator.normal(0.0, 10.0, 300)
    found = cost_forecast_error(predicted, realised, np.ones(300), OPTIONS)
    assert found.value == pytest.approx(bias, abs=2.0)
    assert found.interval.low > 0.0 if bias > 0.0 else found.interval.high < 0.0


def test_orders_without_a_realised_cost_are_left_out_of_the_error():
    realised = np.full(60, 7.0)
    realised[::2] = np.nan
    found = cost_forecast_error(np.full(60, 5.0), realised, np.ones(60), OPTIONS)
    assert found.sample == 30
    assert found.value == pytest.approx(2.0)


def test_orders_without_value_are_left_out_of_the_error():
    value = np.ones(60)
    value[:10] = 0.0
    found = cost_forecast_error(np.zeros(60), np.full(60, 1.0), value, OPTIONS)
    assert found.sample == 50
