"""Finite differences against the closed form, a published table, and the order they declare."""

import itertools

import numpy as np
import pytest

from tradewright.models.option_pricing.black_scholes import price
from tradewright.models.option_pricing.contract import Terms
from tradewright.models.option_pricing.domain import Smile
from tradewright.models.option_pricing.finite_difference import Grid, american_put, smile_prices

K = np.linspace(-0.6, 0.6, 25)

# Longstaff and Schwartz (2001), Review of Financial Studies 14(1), table 1, finite differences: strike 40,
# 6 %, exercise on fifty days a year.
PUBLISHED = [
    (36.0, 0.2, 1.0, 4.478),
    (36.0, 0.4, 1.0, 7.101),
    (40.0, 0.2, 1.0, 2.314),
    (40.0, 0.4, 1.0, 5.312),
    (44.0, 0.2, 1.0, 1.110),
    (36.0, 0.2, 2.0, 4.840),
]


def flat(years: float, level: float) -> np.ndarray:
    return price(Terms("call", 1.0, np.exp(K), years), level)


@pytest.mark.parametrize(("years", "level"), [(0.1, 0.1), (0.5, 0.3), (2.0, 0.8)])
def test_without_a_smile_they_give_the_closed_form(years, level):
    np.testing.assert_allclose(smile_prices(Smile(), level, years, K), flat(years, level), atol=2e-5)


def test_halving_both_steps_quarters_the_error():
    errors = [
        np.max(np.abs(smile_prices(Smile(), 0.3, 1.0, K, Grid(n + 1, n // 2)) - flat(1.0, 0.3)))
        for n in (200, 400, 800)
    ]
    for coarse, fine in itertools.pairwise(errors):
        assert coarse / fine == pytest.approx(4.0, abs=1.0)


@pytest.mark.parametrize(("spot", "volatility", "years", "printed"), PUBLISHED)
def test_an_american_put_is_worth_what_is_published(spot, volatility, years, printed):
    fifty_a_year = Grid(1201, int(1_200 * years), exercise_every=24)
    assert american_put((spot, 40.0), years, 0.06, volatility, fifty_a_year) == pytest.approx(
        printed, abs=1e-3
    )


def test_more_days_of_exercise_are_worth_more():
    often, seldom = (american_put((36.0, 40.0), 1.0, 0.06, 0.2, Grid(601, 600, every)) for every in (1, 60))
    assert often > seldom + 5e-3


def test_early_exercise_is_worth_something_and_nothing_without_interest():
    european = float(price(Terms("put", 36.0, 40.0, 1.0, 0.06), 0.2))
    assert american_put((36.0, 40.0), 1.0, 0.06, 0.2) > european + 0.5
    without = float(price(Terms("put", 36.0, 40.0, 1.0, 0.0), 0.2))
    assert american_put((36.0, 40.0), 1.0, 0.0, 0.2) == pytest.approx(without, abs=1e-3)


def test_a_skew_makes_low_strikes_dear_and_high_ones_cheap():
    skewed, plain = smile_prices(Smile(skew=0.4), 0.2, 1.0, K), flat(1.0, 0.2)
    assert np.all(skewed[(K < -0.1)] > plain[K < -0.1])
    assert np.all(skewed[(K > 0.1)] < plain[K > 0.1])


def test_prices_on_a_smile_allow_no_arbitrage():
    strikes = np.exp(K)
    found = smile_prices(Smile(0.3, 0.2, 0.5), 0.3, 1.0, K)
    slopes = np.diff(found) / np.diff(strikes)
    assert np.all((slopes < 0.0) & (slopes > -1.0))
    assert np.all(np.diff(slopes) > 0.0)
