"""The almost-square-root law against the figures its authors print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.execution.cost_analysis.impact_model import almost_square_root
from tradewright.values.errors import InvalidOption

# Almgren, Thum, Hauptmann and Li (2005), table 3: a tenth of the day's volume of a large and a small company.
IBM = {"daily_volatility": 0.0157, "daily_volume": 6.561e6, "shares_outstanding": 1728e6}
DRI = {"daily_volatility": 0.0226, "daily_volume": 1.929e6, "shares_outstanding": 168e6}


def tenth_of_volume(name: dict, days: float):
    return almost_square_root(0.1 * name["daily_volume"], days, **name)


def test_permanent_impact_of_the_large_company_to_the_digit():
    assert tenth_of_volume(IBM, 0.2).permanent_bps == pytest.approx(19.86, abs=0.005)


@pytest.mark.parametrize(
    ("name", "permanent"),
    [(IBM, 20), (DRI, 22)],
    ids=["IBM", "DRI"],
)
@pytest.mark.parametrize("days", [0.1, 0.2, 0.5])
def test_permanent_impact_does_not_depend_on_the_pace(name, permanent, days):
    assert round(tenth_of_volume(name, days).permanent_bps) == permanent


@pytest.mark.parametrize(
    ("name", "days", "realised"),
    [
        (IBM, 0.1, 32),
        (IBM, 0.2, 25),
        (IBM, 0.5, 18),
        (DRI, 0.1, 43),
        (DRI, 0.2, 32),
        (DRI, 0.5, 23),
    ],
)
def test_realised_impact_falls_with_the_time_taken(name, days, realised):
    assert round(tenth_of_volume(name, days).realised_bps) == realised


@given(shares=st.floats(1.0, 1e7), more=st.floats(1.01, 10.0))
def test_a_larger_order_moves_the_price_more_but_less_than_in_proportion(shares, more):
    one = almost_square_root(shares, 0.5, **IBM)
    other = almost_square_root(shares * more, 0.5, **IBM)
    assert one.realised_bps < other.realised_bps < more * one.realised_bps


@given(days=st.floats(0.05, 5.0))
def test_haste_costs(days):
    slow, fast = almost_square_root(1e5, days, **IBM), almost_square_root(1e5, days / 2, **IBM)
    assert fast.realised_bps > slow.realised_bps
    assert fast.permanent_bps == slow.permanent_bps


@pytest.mark.parametrize("name", ["daily_volatility", "daily_volume", "shares_outstanding"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_not_known_gives_no_impact(name, value):
    with pytest.raises(InvalidOption, match="five numbers above zero"):
        almost_square_root(1e5, 0.5, **{**IBM, name: value})


@pytest.mark.parametrize(("shares", "days"), [(0.0, 0.5), (-5.0, 0.5), (1e5, 0.0), (1e5, float("nan"))])
def test_an_order_that_cannot_be_is_refused(shares, days):
    with pytest.raises(InvalidOption, match="five numbers above zero"):
        almost_square_root(shares, days, **IBM)
