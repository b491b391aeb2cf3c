"""Implementation shortfall: fees, trading, waiting and what was missed add up to paper less real."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.execution.cost_analysis.shortfall import Executed, shortfall
from tradewright.values.errors import InvalidOption

# CFA curriculum: buy 1000 decided at 10.00; released at the next day's 10.05; 700 filled at 10.07 with 14
# dollars of fees; the other 300 were given up at a close of 10.08.
CURRICULUM = Executed(
    sign=1,
    ordered=1000.0,
    filled=700.0,
    decision_price=10.00,
    arrival_price=10.05,
    paid_price=10.07,
    last_price=10.08,
    fees_usd=14.0,
)

prices = st.floats(0.5, 500.0)
shares = st.floats(1.0, 1e6)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("explicit", 0.0014),
        ("realised", 0.0014),
        ("delay", 0.0035),
        ("missed", 0.0024),
        ("total", 0.0087),
    ],
)
def test_the_case_of_the_cfa_curriculum(part, expected):
    assert getattr(shortfall(CURRICULUM), part) == pytest.approx(expected, abs=1e-12)


def test_a_sale_in_the_mirrored_market_costs_the_same():
    # Prices mirrored at the decision: what rose by five cents fell by five.
    sale = Executed(-1, 1000.0, 700.0, 10.00, 9.95, 9.93, 9.92, 14.0)
    bought, sold = shortfall(CURRICULUM), shortfall(sale)
    for part in ("explicit", "realised", "delay", "missed", "total"):
        assert getattr(sold, part) == pytest.approx(getattr(bought, part))


def test_an_order_filled_at_the_decision_price_without_fees_costs_nothing():
    assert shortfall(Executed(1, 10.0, 10.0, 5.0, 5.0, 5.0, 9.0)).total == 0.0


def test_a_buyer_who_waits_through_a_fall_gains_by_delay():
    found = shortfall(Executed(1, 10.0, 10.0, 5.0, 4.0, 4.0, 4.0))
    assert found.delay == pytest.approx(-0.2)
    assert found.realised == found.missed == found.explicit == 0.0


def test_an_order_that_never_filled_has_only_what_was_missed():
    found = shortfall(Executed(1, 10.0, 0.0, 5.0, 5.5, math.nan, 6.0))
    assert (found.explicit, found.realised, found.delay) == (0.0, 0.0, 0.0)
    assert found.missed == pytest.approx(0.2)
    assert found.total == pytest.approx(0.2)


def test_an_order_that_filled_wholly_missed_nothing_whatever_the_last_price():
    assert shortfall(Executed(1, 10.0, 10.0, 5.0, 5.5, 5.6, math.nan)).missed == 0.0


def test_a_missed_rise_costs_a_buyer_and_spares_a_seller():
    assert shortfall(Executed(1, 10.0, 0.0, 5.0, 5.0, math.nan, 6.0)).missed > 0.0
    assert shortfall(Executed(-1, 10.0, 0.0, 5.0, 5.0, math.nan, 6.0)).missed < 0.0


def test_fees_are_a_share_of_the_paper_value_not_of_what_filled():
    found = shortfall(Executed(1, 100.0, 50.0, 10.0, 10.0, 10.0, 10.0, 5.0))
    assert found.explicit == pytest.approx(5.0 / 1000.0)


def test_many_orders_at_once_are_each_order_alone():
    sign = np.array([1.0, -1.0, 1.0])
    ordered, filled = np.array([10.0, 20.0, 5.0]), np.array([10.0, 5.0, 0.0])
    decision, arrival = np.array([4.0, 8.0, 2.0]), np.array([4.1, 8.2, 2.2])
    paid, last = np.array([4.2, 8.1, np.nan]), np.array([4.0, 7.0, 3.0])
    fees = np.array([1.0, 0.5, 0.0])
    together = shortfall(Executed(sign, ordered, filled, decision, arrival, paid, last, fees))
    for place in range(3):
        alone = shortfall(
            Executed(
                sign[place],
                ordered[place],
                filled[place],
                decision[place],
                arrival[place],
                paid[place],
                last[place],
                fees[place],
            )
        )
        for part in ("explicit", "realised", "delay", "missed", "total"):
            assert getattr(together, part)[place] == getattr(alone, part)


@given(
    sign=st.sampled_from([1, -1]),
    ordered=shares,
    share=st.floats(0.0, 1.0),
    decision=prices,
    arrival=prices,
    paid=prices,
    last=prices,
    fees=st.floats(0.0, 1e4),
)
def test_the_total_is_the_paper_gain_less_the_real_gain(
    sign, ordered, share, decision, arrival, paid, last, fees
):
    filled = ordered * share
    found = shortfall(Executed(sign, ordered, filled, decision, arrival, paid, last, fees))
    paper = sign * ordered * (last - decision)
    real = sign * filled * (last - paid) - fees
    assert found.total * ordered * decision == pytest.approx(paper - real, rel=1e-9, abs=1e-6 * ordered)


@given(
    share=st.floats(0.0, 1.0),
    decision=prices,
    arrival=prices,
    paid=prices,
    last=prices,
    power=st.integers(-4, 4),
)
def test_the_unit_of_prices_does_not_matter(share, decision, arrival, paid, last, power):
    scale = 2.0**power
    first = shortfall(Executed(1, 64.0, 64.0 * share, decision, arrival, paid, last, 3.0))
    other = shortfall(
        Executed(
            1, 64.0, 64.0 * share, *(one * scale for one in (decision, arrival, paid, last)), 3.0 * scale
        )
    )
    assert other.total == first.total


@given(share=st.floats(0.0, 1.0), decision=prices, arrival=prices, paid=prices, last=prices)
def test_higher_fees_never_cost_less(share, decision, arrival, paid, last):
    cheap = shortfall(Executed(1, 10.0, 10.0 * share, decision, arrival, paid, last, 1.0))
    dear = shortfall(Executed(1, 10.0, 10.0 * share, decision, arrival, paid, last, 2.0))
    assert dear.total > cheap.total


@given(decision=prices, arrival=prices, paid=prices, last=prices)
def test_where_everything_fills_the_arrival_price_only_moves_cost_between_parts(
    decision, arrival, paid, last
):
    one = shortfall(Executed(1, 10.0, 10.0, decision, arrival, paid, last))
    other = shortfall(Executed(1, 10.0, 10.0, decision, decision, paid, last))
    assert one.total == pytest.approx(other.total, abs=1e-9)
    assert other.delay == 0.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ordered": 0.0}, "no shares"),
        ({"ordered": -5.0}, "no shares"),
        ({"ordered": math.nan}, "no shares"),
        ({"filled": 1001.0}, "more shares filled than ordered"),
        ({"filled": math.nan}, "more shares filled than ordered"),
        ({"decision_price": 0.0}, "decision price"),
        ({"decision_price": -1.0}, "decision price"),
        ({"decision_price": math.nan}, "decision price"),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_words(changes, words):
    given_fields = {**vars(CURRICULUM), **changes}
    with pytest.raises(InvalidOption, match=words):
        Executed(**given_fields)


def test_one_impossible_order_among_many_is_refused():
    with pytest.raises(InvalidOption, match="more shares filled"):
        Executed(1, np.array([1.0, 2.0]), np.array([1.0, 3.0]), 1.0, 1.0, 1.0, 1.0)
