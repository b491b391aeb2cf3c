"""Almgren and Chriss: the published case, the optimum against its neighbours, and prices drawn at random."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.execution.cost_analysis.schedule import (
    ImpactTerms,
    cost_variance,
    expected_cost_usd,
    linear_schedule,
    optimal_schedule,
)
from tradewright.values.errors import InvalidOption

# Almgren and Chriss (2000), table 1: a stock at 50 dollars, a million shares, five days in five intervals.
TERMS = ImpactTerms(volatility_usd=0.95, fixed_usd=0.0625, permanent=2.5e-7, temporary=2.5e-6)
SHARES, DAYS, INTERVALS = 1e6, 5.0, 5
AVERSIONS = (1e-8, 1e-7, 1e-6, 1e-5)


def utility(held: np.ndarray, aversion: float) -> float:
    return expected_cost_usd(held, DAYS, TERMS) + aversion * cost_variance(held, DAYS, TERMS)


def test_the_linear_schedule_costs_what_the_paper_says():
    held = linear_schedule(SHARES, INTERVALS)
    assert expected_cost_usd(held, DAYS, TERMS) == pytest.approx(662_500.0, rel=1e-12)


def test_the_linear_schedule_varies_as_the_paper_says():
    held = linear_schedule(SHARES, INTERVALS)
    assert cost_variance(held, DAYS, TERMS) == pytest.approx(1.083e12, rel=1e-12)


def test_selling_all_at_once_has_no_variance_and_costs_the_most():
    at_once = np.array([SHARES, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert cost_variance(at_once, DAYS, TERMS) == 0.0
    assert expected_cost_usd(at_once, DAYS, TERMS) > expected_cost_usd(
        linear_schedule(SHARES, INTERVALS), DAYS, TERMS
    )


def test_no_schedule_is_cheaper_than_the_linear_one():
    generator = np.random.default_rng(3)
    cheapest = expected_cost_usd(linear_schedule(SHARES, INTERVALS), DAYS, TERMS)
    for _ in range(200):
        inner = np.sort(generator.uniform(0.0, SHARES, INTERVALS - 1))[::-1]
        held = np.concatenate([[SHARES], inner, [0.0]])
        assert expected_cost_usd(held, DAYS, TERMS) >= cheapest


@pytest.mark.parametrize("aversion", AVERSIONS)
def test_no_neighbour_of_the_optimal_schedule_is_better(aversion):
    held = optimal_schedule(SHARES, DAYS, INTERVALS, TERMS, aversion)
    best = utility(held, aversion)
    generator = np.random.default_rng(5)
    for _ in range(200):
        moved = held.copy()
        moved[1:-1] += generator.normal(0.0, 1e4, INTERVALS - 1)
        assert utility(moved, aversion) >= best


@pytest.mark.parametrize("aversion", AVERSIONS)
def test_an_optimal_schedule_begins_with_everything_and_ends_with_nothing(aversion):
    held = optimal_schedule(SHARES, DAYS, INTERVALS, TERMS, aversion)
    assert held[0] == pytest.approx(SHARES)
    assert held[-1] == pytest.approx(0.0, abs=1e-6)
    assert bool(np.all(np.diff(held) <= 0.0))


def test_without_risk_aversion_the_optimum_is_linear():
    held = optimal_schedule(SHARES, DAYS, INTERVALS, TERMS, 0.0)
    assert held.tolist() == linear_schedule(SHARES, INTERVALS).tolist()


def test_a_name_without_volatility_is_sold_evenly_whatever_the_aversion():
    calm = ImpactTerms(0.0, 0.0625, 2.5e-7, 2.5e-6)
    assert optimal_schedule(SHARES, DAYS, INTERVALS, calm, 1e-6).tolist() == pytest.approx(
        linear_schedule(SHARES, INTERVALS).tolist()
    )


def test_more_aversion_sells_earlier_costs_more_and_varies_less():
    schedules = [optimal_schedule(SHARES, DAYS, INTERVALS, TERMS, aversion) for aversion in AVERSIONS]
    left = [held[1] for held in schedules]
    costs = [expected_cost_usd(held, DAYS, TERMS) for held in schedules]
    variances = [cost_variance(held, DAYS, TERMS) for held in schedules]
    assert left == sorted(left, reverse=True)
    assert costs == sorted(costs)
    assert variances == sorted(variances, reverse=True)


@given(shares=st.floats(1.0, 1e7), aversion=st.floats(0.0, 1e-5))
def test_the_shape_of_a_schedule_does_not_depend_on_its_size(shares, aversion):
    one = optimal_schedule(shares, DAYS, INTERVALS, TERMS, aversion)
    other = optimal_schedule(SHARES, DAYS, INTERVALS, TERMS, aversion)
    assert np.allclose(one / shares, other / SHARES, rtol=1e-9, atol=1e-12)


def test_a_schedule_of_purchases_mirrors_one_of_sales():
    held = optimal_schedule(-SHARES, DAYS, INTERVALS, TERMS, 1e-6)
    assert held.tolist() == (-optimal_schedule(SHARES, DAYS, INTERVALS, TERMS, 1e-6)).tolist()
    assert expected_cost_usd(held, DAYS, TERMS) == pytest.approx(expected_cost_usd(-held, DAYS, TERMS))


@pytest.mark.parametrize("aversion", [0.0, 1e-6])
def test_cost_and_variance_are_those_of_prices_drawn_at_random(aversion):
    """The model itself, step by step: permanent impact moves the price, temporary impact the fill."""
    held = optimal_schedule(SHARES, DAYS, INTERVALS, TERMS, aversion)
    sold, step, draws = -np.diff(held), DAYS / INTERVALS, 200_000
    generator = np.random.default_rng(11)
    price, cash = np.full(draws, 50.0), np.zeros(draws)
    for shares in sold:
        paid = price - TERMS.fixed_usd - TERMS.temporary * shares / step
        cash += shares * paid
        price = price + TERMS.volatility_usd * math.sqrt(step) * generator.standard_normal(draws)
        price -= TERMS.permanent * shares
    cost = SHARES * 50.0 - cash
    expected, variance = expected_cost_usd(held, DAYS, TERMS), cost_variance(held, DAYS, TERMS)
    error = math.sqrt(variance / draws)
    assert abs(cost.mean() - expected) < 4.0 * error
    assert cost.var() == pytest.approx(variance, rel=0.02)


def test_an_interval_too_long_for_its_permanent_impact_is_refused_with_the_longest_that_holds():
    heavy = ImpactTerms(0.95, 0.0625, 1e-5, 2.5e-6)
    with pytest.raises(InvalidOption, match=r"shorter than 0\.5 days"):
        expected_cost_usd(linear_schedule(SHARES, INTERVALS), DAYS, heavy)


@pytest.mark.parametrize(("shares", "intervals"), [(math.nan, 5), (math.inf, 5), (100.0, 0), (100.0, -1)])
def test_a_schedule_that_cannot_be_is_refused(shares, intervals):
    with pytest.raises(InvalidOption, match="intervals"):
        linear_schedule(shares, intervals)


@pytest.mark.parametrize("name", ["volatility_usd", "fixed_usd", "permanent", "temporary"])
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_terms_that_are_no_numbers_are_refused_by_name(name, value):
    with pytest.raises(InvalidOption, match=name):
        ImpactTerms(**{**vars(TERMS), name: value})
