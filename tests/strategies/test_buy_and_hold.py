"""Buy and hold, by hand."""

import numpy as np
import pytest
from priced import market, prices

from tradewright.strategies.buy_and_hold import BuyAndHold
from tradewright.strategies.frame import Frame
from tradewright.strategies.view import decide_rows
from tradewright.values.errors import UnknownName

CLOSE = prices(1, 10, 3)


def both_ways(strategy: BuyAndHold, close: np.ndarray, symbols=("A", "B", "C")):
    """Its decisions, the same whether asked row by row or at once."""
    frame = Frame(market(close, symbols))
    once, rows = strategy.targets(frame), decide_rows(strategy, frame)
    assert np.array_equal(once.rows, rows.rows)
    assert np.array_equal(once.weights, rows.weights, equal_nan=True)
    return once


def test_it_buys_equal_parts_on_the_first_row_and_never_speaks_again():
    decisions = both_ways(BuyAndHold(), CLOSE)
    assert decisions.rows.tolist() == [0]
    assert decisions.weights.tolist() == [[1 / 3, 1 / 3, 1 / 3]]


def test_it_waits_for_the_first_close_of_anything():
    close = CLOSE.copy()
    close[:4] = np.nan
    assert both_ways(BuyAndHold(), close).rows.tolist() == [4]


def test_a_name_listed_later_is_left_out():
    close = CLOSE.copy()
    close[:2, 1] = np.nan
    assert np.array_equal(both_ways(BuyAndHold(), close).weights, [[0.5, np.nan, 0.5]], equal_nan=True)


def test_given_weights_are_held_as_given_and_other_names_left_alone():
    weights = both_ways(BuyAndHold(weights={"C": 0.6, "A": -0.3}), CLOSE).weights
    assert np.array_equal(weights, [[-0.3, np.nan, 0.6]], equal_nan=True)


def test_given_weights_wait_until_every_weighted_name_has_a_close():
    close = CLOSE.copy()
    close[:3, 0] = np.nan
    close[:5, 1] = np.nan
    assert both_ways(BuyAndHold(weights={"A": 0.5, "C": 0.5}), close).rows.tolist() == [3]


def test_nothing_is_bought_where_nothing_is_known():
    assert len(both_ways(BuyAndHold(), np.full((5, 3), np.nan)).rows) == 0
    assert len(both_ways(BuyAndHold(), np.zeros((0, 3))).rows) == 0


def test_a_weighted_name_that_is_not_in_the_panel_gets_the_nearest_one():
    frame = Frame(market(CLOSE, ("SPY", "TLT", "GLD")))
    for ask in (lambda one: one.targets(frame), lambda one: decide_rows(one, frame)):
        with pytest.raises(UnknownName, match=r"'SPX' is not a symbol of this panel\. Did you mean 'SPY'"):
            ask(BuyAndHold(weights={"SPX": 1.0}))
