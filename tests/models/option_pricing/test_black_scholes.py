"""The closed form: published figures, properties that hold for every option, and its plain reference."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.models.option_pricing import black_scholes, compiled
from tradewright.models.option_pricing.black_scholes import GREEKS, bounds_of, greeks, price
from tradewright.models.option_pricing.contract import COLUMNS, Terms
from tradewright.models.option_pricing.native import inverse
from tradewright.models.option_pricing.reference import one_option
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.option import Right

# Hull, Options, Futures and Other Derivatives (9th edition), printed to the digits given here.
HULL = [
    pytest.param(("call", 42, 40, 0.5, 0.1, 0.0), 0.2, 4.76, 0.005, id="example 15.6, call"),
    pytest.param(("put", 42, 40, 0.5, 0.1, 0.0), 0.2, 0.81, 0.005, id="example 15.6, put"),
    pytest.param(("call", 930, 900, 2 / 12, 0.08, 0.03), 0.2, 51.83, 0.005, id="example 17.1, index"),
    pytest.param(("put", 50, 50, 5 / 12, 0.1, 0.0), 0.4, 4.0760, 5e-5, id="chapter 21, European put"),
]
# The same book's option on 100,000 shares: 49 dollars, strike 50, 20 weeks; sections 19.4 to 19.9.
HULL_GREEKS = {"delta": (0.522, 5e-4), "gamma": (0.066, 5e-4), "vega": (12.1, 0.05), "theta": (-4.31, 0.005)}
HULL_GREEKS["rho"] = (8.91, 0.005)


def options(count: int, seed: int = 1) -> tuple[Terms, np.ndarray]:
    draws = np.random.default_rng(seed)
    terms = Terms(
        draws.choice([-1.0, 1.0], count),
        draws.uniform(20.0, 300.0, count),
        draws.uniform(20.0, 300.0, count),
        draws.uniform(0.01, 5.0, count),
        draws.uniform(-0.03, 0.12, count),
        draws.uniform(0.0, 0.08, count),
    )
    return terms, draws.uniform(0.03, 1.2, count)


@pytest.mark.parametrize(("terms", "volatility", "printed", "within"), HULL)
def test_prices_are_those_a_textbook_prints(terms, volatility, printed, within):
    assert price(Terms(*terms), volatility) == pytest.approx(printed, abs=within)


@pytest.mark.parametrize("greek", GREEKS)
def test_greeks_are_those_a_textbook_prints(greek):
    printed, within = HULL_GREEKS[greek]
    found = greeks(Terms("call", 49, 50, 20 / 52, 0.05), 0.2)
    assert getattr(found, greek) == pytest.approx(printed, abs=within)


def test_the_compiled_loop_is_the_plain_reference():
    terms, volatility = options(3_000)
    found = greeks(terms, volatility)
    for row in range(3_000):
        side, spot, strike, years, rate, dividend_yield = (float(column[row]) for column in terms.columns)
        plain = one_option(side, (spot, strike), years, (rate, dividend_yield), float(volatility[row]))
        for name, value in plain.items():
            scale = max(abs(value), 1e-3 * (spot + strike))
            assert getattr(found, name)[row] == pytest.approx(value, abs=2e-13 * scale), (row, name)


def test_the_library_scipy_agrees_far_from_the_money():
    from scipy.special import ndtr

    strikes = np.geomspace(1.0, 1e4, 400)
    found = greeks(Terms("call", 100.0, strikes, 1.0), 0.3)
    d1 = (np.log(100.0 / strikes) + 0.045) / 0.3
    np.testing.assert_allclose(found.delta, ndtr(d1), rtol=1e-12)
    np.testing.assert_allclose(found.gamma, np.exp(-(d1**2) / 2) / math.sqrt(2 * math.pi) / 30.0, rtol=1e-12)


def test_put_call_parity_holds_to_rounding():
    terms, volatility = options(100_000)
    _, spot, strike, years, rate, dividend_yield = terms.columns
    call, put = (price(Terms(side, *terms.columns[1:]), volatility) for side in ("call", "put"))
    forward = spot * np.exp(-dividend_yield * years) - strike * np.exp(-rate * years)
    assert np.max(np.abs(call - put - forward) / strike) < 1e-13


BUMPED = [("delta", "spot", 1e-4, 1.0), ("rho", "rate", 1e-5, 1.0), ("theta", "years", 1e-5, -1.0)]


@pytest.mark.parametrize(("greek", "term", "bump", "sign"), BUMPED)
def test_a_greek_is_the_slope_of_the_price(greek, term, bump, sign):
    terms, volatility = options(2_000, seed=2)
    columns = dict(zip(COLUMNS, terms.columns, strict=True))

    def moved(by):
        return price(Terms(**{**columns, term: columns[term] + by}), volatility)

    slope = sign * (moved(bump) - moved(-bump)) / (2 * bump)
    found = getattr(greeks(terms, volatility), greek)
    np.testing.assert_allclose(found, slope, rtol=2e-5, atol=2e-5)


def test_vega_and_gamma_are_slopes_too():
    terms, volatility = options(2_000, seed=3)
    found = greeks(terms, volatility)
    up, down = price(terms, volatility + 1e-5), price(terms, volatility - 1e-5)
    np.testing.assert_allclose(found.vega, (up - down) / 2e-5, rtol=1e-5, atol=1e-5)
    right, spot, *rest = terms.columns
    deltas = [greeks(Terms(right, spot + by, *rest), volatility).delta for by in (1e-3, -1e-3)]
    np.testing.assert_allclose(found.gamma, (deltas[0] - deltas[1]) / 2e-3, rtol=1e-4, atol=1e-8)


@given(
    st.sampled_from(["call", "put"]),
    st.floats(1e-3, 1e6),
    st.floats(1e-3, 1e6),
    st.floats(0.0, 50.0),
    st.floats(-0.2, 0.3),
    st.floats(-0.2, 0.3),
    st.floats(0.0, 10.0),
)
def test_every_price_keeps_its_bounds(right, spot, strike, years, rate, dividend_yield, volatility):
    terms = Terms(right, spot, strike, years, rate, dividend_yield)
    low, high = bounds_of(terms)
    found = price(terms, volatility)
    slack = 1e-14 * (spot * math.exp(-dividend_yield * years) + strike * math.exp(-rate * years))
    assert low - slack <= found <= high + slack


@given(st.floats(1e-3, 1e3), st.floats(0.05, 20.0), st.floats(0.01, 3.0), st.floats(0.01, 2.0))
def test_a_price_scales_with_the_currency(scale, moneyness, years, volatility):
    one = price(Terms("put", moneyness, 1.0, years), volatility)
    other = price(Terms("put", scale * moneyness, scale, years), volatility)
    assert other == pytest.approx(scale * one, rel=1e-9, abs=1e-14 * scale)


@given(st.floats(0.2, 5.0), st.floats(0.01, 5.0), st.floats(0.0, 3.0), st.floats(1e-3, 1.0))
def test_more_volatility_is_never_worth_less(moneyness, years, volatility, more):
    terms = Terms("call", moneyness, 1.0, years)
    assert price(terms, volatility + more) >= price(terms, volatility) - 1e-15


@pytest.mark.parametrize(("years", "volatility"), [(0.0, 0.3), (1.0, 0.0), (0.0, 0.0)])
def test_without_time_or_volatility_the_limits_are_given(years, volatility):
    found = greeks(
        Terms(["call", "put", "call", "put"], [110.0, 110.0, 90.0, 100.0], 100.0, years), volatility
    )
    np.testing.assert_array_equal(found.price, [10.0, 0.0, 0.0, 0.0])
    np.testing.assert_array_equal(found.delta, [1.0, 0.0, 0.0, -0.5])
    np.testing.assert_array_equal(found.gamma, [0.0, 0.0, 0.0, np.inf])
    assert found.vega[3] == pytest.approx(100.0 * math.sqrt(years) / math.sqrt(2 * math.pi))


def test_the_limits_are_met_by_going_there():
    terms = Terms(["call", "put"], [110.0, 80.0], 100.0, 1.0, 0.05, 0.02)
    near, there = greeks(terms, 1e-3), greeks(terms, 0.0)
    for name in ("price", *GREEKS):
        np.testing.assert_allclose(getattr(near, name), getattr(there, name), rtol=1e-9, atol=1e-9)


def test_an_enormous_volatility_makes_a_call_worth_its_share():
    assert price(Terms("call", 100.0, 100.0, 1.0), 90.0) == pytest.approx(100.0)
    assert price(Terms("put", 100.0, 100.0, 1.0), 90.0) == pytest.approx(100.0)


def test_the_shape_is_that_of_all_terms_together():
    found = greeks(Terms("call", 100.0, np.array([90.0, 100.0, 110.0])[:, None], [0.5, 1.0]), 0.2)
    assert found.price.shape == found.rho.shape == (3, 2)
    assert greeks(Terms(Right.PUT, 100.0, 100.0, 1.0), 0.2).price.shape == ()


def test_an_unknown_number_gives_unknown_answers_in_its_row_alone():
    found = greeks(Terms("call", [100.0, np.nan, 100.0], 100.0, 1.0), 0.2)
    assert np.isnan([found.price[1], found.delta[1], found.rho[1]]).all()
    assert found.price[0] == found.price[2] > 0.0


def test_terms_are_not_changed():
    spot = np.array([100.0, 101.0])
    spot.flags.writeable = False
    greeks(Terms("call", spot, 100.0, 1.0), 0.2)
    np.testing.assert_array_equal(spot, [100.0, 101.0])


MISTAKES = [
    ({"volatility": -0.2}, "volatility = -0.2", "0.2 is 20 %"),
    ({"volatility": 20_000.0}, "volatility = 20000", "0.2 is 20 %"),
    ({"years": -0.1}, "years = -0.1", "Expiry in the past"),
    ({"spot": 0.0}, "spot = 0", "above zero"),
    ({"strike": -5.0}, "strike = -5", "above zero"),
    ({"rate": 5.0}, "rate = 5", "0.05 is 5 %"),
    ({"dividend_yield": math.inf}, "dividend_yield = inf", "0.02 is 2 %"),
    ({"right": 0.0}, "right = 0", "-1 for a put"),
    ({"strike": [90.0, 100.0], "years": [1.0, 2.0, 3.0]}, "Shapes do not match", "equal shapes"),
]


@pytest.mark.parametrize(("wrong", "said", "mend"), MISTAKES, ids=[said for _, said, _ in MISTAKES])
def test_a_first_mistake_is_named_with_its_mend(wrong, said, mend):
    given = {"right": 1.0, "spot": 100.0, "strike": 100.0, "years": 1.0, "volatility": 0.2} | wrong
    volatility = given.pop("volatility")
    with pytest.raises(InvalidOption, match=said) as caught:
        greeks(Terms(**given), volatility)
    assert mend in caught.value.mend


def test_the_row_at_fault_is_named_among_many():
    volatility = np.full(1_000, 0.2)
    volatility[417] = -0.01
    with pytest.raises(InvalidOption, match=r"volatility = -0\.01 in row 417"):
        price(Terms("call", 100.0, 100.0, 1.0), volatility)


def test_a_volatility_of_another_shape_is_refused():
    with pytest.raises(InvalidOption, match=r"strike \(2,\), volatility \(3,\)"):
        price(Terms("call", 100.0, [90.0, 100.0], 1.0), [0.1, 0.2, 0.3])


def test_a_misspelt_right_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="Did you mean 'call'"):
        Terms("cal", 100.0, 100.0, 1.0)


def test_whoever_keeps_compiled_code_is_asked_once(monkeypatch):
    asked = []
    monkeypatch.setattr(compiled, "_keepers", [])
    compiled.ready.cache_clear()
    compiled.keep_with(lambda make, function: asked.append(function.__name__) or function)
    for _ in range(2):
        black_scholes.implied(Terms("call", 100.0, 100.0, 1.0), 8.0)
    compiled.ready.cache_clear()
    assert asked == ["implied_all"]


def test_without_anybody_who_keeps_it_code_is_compiled_in_memory(monkeypatch):
    monkeypatch.setattr(compiled, "_keepers", [])
    compiled.ready.cache_clear()
    assert compiled.ready(inverse.implied_all) is inverse.implied_all
    compiled.ready.cache_clear()
