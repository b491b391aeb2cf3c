"""Greeks of higher order, and Greeks of whole books."""

import numpy as np
import pytest

from tradewright.models.option_pricing.black_scholes import GREEKS, greeks, price
from tradewright.models.option_pricing.contract import COLUMNS, Terms
from tradewright.models.option_pricing.higher_greeks import HigherGreeks, higher_greeks
from tradewright.models.option_pricing.portfolio import Book, book_greeks
from tradewright.values.errors import InvalidOption

# Each higher Greek is the slope of a lower one along a term: (lower, term, bump, sign).
SLOPES = {
    "epsilon": ("price", "dividend_yield", 1e-6, 1.0),
    "vanna": ("delta", "volatility", 1e-5, 1.0),
    "volga": ("vega", "volatility", 1e-5, 1.0),
    "charm": ("delta", "years", 1e-5, -1.0),
    "veta": ("vega", "years", 1e-5, -1.0),
    "speed": ("gamma", "spot", 1e-3, 1.0),
    "zomma": ("gamma", "volatility", 1e-5, 1.0),
    "color": ("gamma", "years", 1e-5, -1.0),
}


def some(count: int = 500) -> dict[str, np.ndarray]:
    draws = np.random.default_rng(7)
    return {
        "right": draws.choice([-1.0, 1.0], count),
        "spot": draws.uniform(70.0, 140.0, count),
        "strike": draws.uniform(70.0, 140.0, count),
        "years": draws.uniform(0.1, 3.0, count),
        "rate": draws.uniform(-0.02, 0.1, count),
        "dividend_yield": draws.uniform(0.0, 0.06, count),
        "volatility": draws.uniform(0.1, 0.8, count),
    }


def lower(name: str, given: dict[str, np.ndarray]) -> np.ndarray:
    return getattr(greeks(Terms(**{term: given[term] for term in COLUMNS}), given["volatility"]), name)


@pytest.mark.parametrize("name", SLOPES)
def test_a_higher_greek_is_the_slope_of_a_lower_one(name):
    of, term, bump, sign = SLOPES[name]
    given = some()
    up, down = ({**given, term: given[term] + by} for by in (bump, -bump))
    slope = sign * (lower(of, up) - lower(of, down)) / (2.0 * bump)
    found = getattr(higher_greeks(Terms(**{t: given[t] for t in COLUMNS}), given["volatility"]), name)
    np.testing.assert_allclose(found, slope, rtol=3e-5, atol=1e-5 * np.abs(slope).max())


def test_every_higher_greek_is_held_against_a_slope():
    assert set(SLOPES) == set(HigherGreeks.__dataclass_fields__)


@pytest.mark.parametrize("wrong", [{"years": 0.0}, {"volatility": 0.0}])
def test_higher_greeks_need_time_and_volatility(wrong):
    given = {"right": "call", "spot": 100.0, "strike": 100.0, "years": 1.0, "volatility": 0.2} | wrong
    volatility = given.pop("volatility")
    with pytest.raises(InvalidOption, match="no time or no volatility"):
        higher_greeks(Terms(**given), volatility)


def test_a_book_is_the_sum_of_its_positions():
    terms = Terms(["call", "put", "call"], 100.0, [95.0, 100.0, 110.0], [0.5, 1.0, 0.5], 0.03)
    volatility, contracts = [0.25, 0.22, 0.2], np.array([10.0, -5.0, -10.0])
    each, book = (
        greeks(terms, volatility),
        book_greeks(Book(terms, volatility, contracts, 100.0, shares=300.0)),
    )
    for name in GREEKS[1:]:
        assert getattr(book, name) == pytest.approx(float(np.sum(getattr(each, name) * contracts * 100.0)))
    assert book.delta == pytest.approx(float(np.sum(each.delta * contracts * 100.0)) + 300.0)
    assert book.value == pytest.approx(float(np.sum(each.price * contracts * 100.0)) + 300.0 * 100.0)


def test_a_book_moves_as_its_greeks_say():
    terms = Terms(["call", "put"], 100.0, [95.0, 105.0], [0.5, 1.0], 0.03, 0.01)
    volatility, contracts = np.array([0.25, 0.22]), np.array([10.0, 20.0])
    book = book_greeks(Book(terms, volatility, contracts))
    moved = Terms(terms.right, 100.5, terms.strike, terms.years, 0.03, 0.01)
    gained = np.sum((price(moved, volatility + 0.002) - price(terms, volatility)) * contracts * 100.0)
    told = 0.5 * book.delta + 0.5 * 0.5**2 * book.gamma + 0.002 * book.vega
    assert told == pytest.approx(gained, rel=0.01)


def test_a_parity_book_has_the_delta_of_its_discounted_forward_and_nothing_else():
    terms = Terms(["call", "put"], 100.0, 100.0, 1.0, 0.05, 0.02)
    book = book_greeks(Book(terms, 0.3, [1.0, -1.0], 1.0, shares=-np.exp(-0.02)))
    assert book.delta == pytest.approx(0.0, abs=1e-14)
    assert book.gamma == pytest.approx(0.0, abs=1e-15)
    assert book.vega == pytest.approx(0.0, abs=1e-13)
    assert book.value == pytest.approx(-100.0 * np.exp(-0.05))


def test_deltas_of_two_underlyings_are_not_added():
    with pytest.raises(InvalidOption, match="spot has 2 values"):
        book_greeks(Book(Terms("call", [100.0, 50.0], 100.0, 1.0), 0.2, [1.0, 1.0]))


def test_positions_must_fit_their_options():
    with pytest.raises(InvalidOption, match=r"contracts \(3,\), options \(2,\)"):
        book_greeks(Book(Terms("call", 100.0, [90.0, 100.0], 1.0), 0.2, [1.0, 1.0, 1.0]))
