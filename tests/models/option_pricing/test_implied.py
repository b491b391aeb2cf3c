"""Implied volatility: exact wherever a price says anything about it, a named reason where it says nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.models.option_pricing.black_scholes import (
    bounds_of,
    greeks,
    implied,
    implied_volatility,
    price,
)
from tradewright.models.option_pricing.contract import Terms
from tradewright.models.option_pricing.native import inverse
from tradewright.models.option_pricing.native.normal import exponential, logarithm, mills, tail, tail_slope
from tradewright.models.option_pricing.reference import implied_by_bisection
from tradewright.values.errors import InvalidOption

DISTANCES = [0.0, 1e-12, 1e-8, 1e-5, 1e-3, 0.01, 0.1, 0.5, 1.0, 2.0, 2.99, 3.01, 5.0, 10.0, 30.0, 100.0]


def test_a_textbooks_price_implies_its_volatility():
    # Hull, section 15.11: a call of 1.875 on 21, strike 20, three months, 10 %.
    assert implied_volatility(Terms("call", 21.0, 20.0, 0.25, 0.1), 1.875) == pytest.approx(0.235, abs=5e-4)


@pytest.mark.parametrize("distance", DISTANCES)
def test_the_normalised_price_is_inverted_to_rounding_over_the_whole_domain(distance):
    worst, most = 0.0, 0
    for deviation in np.geomspace(1e-6, 30.0, 150):
        if distance and (distance / deviation) ** 2 > 1_300.0:
            continue
        logs = inverse.log_price(distance, deviation)[0], inverse.log_missing(distance, deviation)[0]
        if min(logs) < -700.0:
            continue
        found, steps = inverse.deviation_of(distance, *map(math.exp, logs))
        worst, most = max(worst, abs(found / deviation - 1.0)), max(most, steps)
    assert 0.0 < worst < 1e-14
    assert most <= 8


@pytest.mark.parametrize("distance", DISTANCES[2:13])
def test_the_two_ways_to_take_a_difference_of_mills_ratios_agree_where_they_meet(distance):
    t = inverse.NARROW
    g = distance / (2.0 * t)
    direct = mills(g - t) - mills(g + t)
    assert inverse.mills_fall(g, t, min(distance, 3.0)) == pytest.approx(direct, rel=2e-12)


def test_a_round_trip_loses_no_more_than_the_price_did():
    draws = np.random.default_rng(4)
    count = 100_000
    terms = Terms(
        draws.choice([-1.0, 1.0], count),
        draws.uniform(50.0, 150.0, count),
        draws.uniform(50.0, 150.0, count),
        draws.uniform(0.01, 3.0, count),
        draws.uniform(-0.02, 0.08, count),
        draws.uniform(0.0, 0.05, count),
    )
    volatility = draws.uniform(0.05, 1.0, count)
    at = greeks(terms, volatility)
    found = implied(terms, at.price)
    says_something = at.vega * volatility > 1e-9
    assert says_something.mean() > 0.9
    assert not found.reasons[says_something].any()
    rounding = 1e-13 / (at.vega * volatility)[says_something] + 1e-14
    error = np.abs(found.volatility / volatility - 1.0)[says_something]
    assert np.max(error / rounding) < 1.0


@given(
    st.sampled_from([1.0, -1.0]),
    st.floats(0.3, 3.0),
    st.floats(0.02, 3.0),
    st.floats(-0.1, 0.2),
    st.floats(0.02, 2.0),
)
def test_bisection_on_the_plain_formula_finds_the_same(side, moneyness, years, rate, volatility):
    terms = Terms(side, moneyness, 1.0, years, rate)
    at = greeks(terms, volatility)
    if at.vega < 1e-4 or at.price < 1e-8:
        return
    plain = implied_by_bisection(side, (moneyness, 1.0), years, (rate, 0.0), float(at.price))
    assert implied_volatility(terms, at.price) == pytest.approx(plain, rel=1e-9)


@given(st.floats(-745.0, 709.0))
def test_the_price_of_a_volatility_that_was_implied_is_the_price(log_share):
    # Deep out of the money, down to the smallest numbers there are.
    wanted = 100.0 * math.exp(log_share - 709.5)
    terms = Terms("call", 100.0, 250.0, 1.0)
    found = implied(terms, wanted)
    assert found.reason(0) == ""
    back = price(terms, found.volatility)
    assert back == pytest.approx(wanted, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize(
    ("right", "given", "reason"),
    [
        ("call", 9.0, "below what exercise"),
        ("call", 110.0, "at or above the most"),
        ("call", 200.0, "at or above the most"),
        ("put", 100.0, "at or above the most"),
    ],
)
def test_a_price_that_no_volatility_gives_is_refused_with_its_bounds(right, given, reason):
    terms = Terms(right, 110.0, 100.0, 1.0)
    with pytest.raises(InvalidOption, match=reason) as caught:
        implied_volatility(terms, given)
    low, high = bounds_of(terms)
    assert caught.value.mend == f"It must lie above {low:.6g} and below {high:.6g}."


def test_at_expiry_nothing_is_implied():
    with pytest.raises(InvalidOption, match="years = 0: at expiry"):
        implied_volatility(Terms("call", 110.0, 100.0, 0.0), 10.0)


def test_the_worth_of_exercise_implies_no_volatility_at_all():
    np.testing.assert_array_equal(
        implied_volatility(Terms(["call", "put"], 110.0, 100.0, 1.0), [10.0, 0.0]), 0.0
    )


def test_one_bad_row_does_not_stop_a_chain():
    found = implied(
        Terms("call", 100.0, [90.0, 100.0, 110.0, 100.0], [1.0, 1.0, 1.0, 0.0]), [5.0, 8.0, np.nan, 1.0]
    )
    assert [found.reason(row) for row in range(4)] == [
        "below what exercise is worth",
        "",
        "",
        "at expiry the price does not depend on volatility",
    ]
    np.testing.assert_array_equal(np.isnan(found.volatility), [True, False, True, True])


def test_the_row_of_a_bad_price_is_named():
    with pytest.raises(InvalidOption, match="price = 5 in row 1 is below"):
        implied_volatility(Terms("call", 100.0, [100.0, 90.0], 1.0), [8.0, 5.0])


@pytest.mark.parametrize(
    ("terms", "given", "said"),
    [
        (("call", 100.0, 100.0, -1.0), 5.0, "years = -1"),
        (("call", 100.0, 100.0, 1.0), -5.0, "price = -5"),
        (("call", 100.0, [90.0, 100.0], 1.0), [1.0, 2.0, 3.0], "Shapes do not match"),
        (("call", 0.0, 100.0, 1.0), 5.0, "spot = 0"),
    ],
)
def test_what_is_no_option_is_refused(terms, given, said):
    with pytest.raises(InvalidOption, match=said):
        implied_volatility(Terms(*terms), given)


def test_the_exponential_is_good_to_the_last_places():
    for x in np.linspace(-700.0, 700.0, 4_001):
        assert exponential(x) == pytest.approx(math.exp(x), rel=6e-16)
    assert exponential(-1e9) == 0.0
    assert exponential(1e9) < math.inf


def test_the_logarithm_is_good_to_the_last_places():
    for x in [*np.geomspace(1e-300, 1e300, 4_001), *np.linspace(0.5, 2.0, 1_001)]:
        assert logarithm(x) == pytest.approx(math.log(x), rel=1e-15, abs=3e-16)


def test_the_tail_is_that_of_the_library():
    from scipy.special import erfcx

    for z in [*np.linspace(0.0, 40.0, 2_001), *np.geomspace(40.0, 1e8, 101)]:
        assert tail(z) == pytest.approx(0.5 * erfcx(z / math.sqrt(2.0)), rel=2e-15)


def test_the_slope_of_the_tail_keeps_its_digits_far_out():
    for z in (30.0, 100.0, 1e4, 1e7):
        series = sum((-1) ** n * math.prod(range(1, 2 * n + 2, 2)) / z ** (2 * n + 2) for n in range(5))
        assert tail_slope(z) == pytest.approx(series, rel=1e-10 if z < 50 else 1e-14)
    for z in np.linspace(0.0, 3.0, 301):
        assert tail_slope(z) == pytest.approx(1.0 - z * mills(z), rel=3e-14)
