"""A side owns its sign, so that long and short need no mirrored code."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.values.side import Side


def test_the_side_of_a_quantity_is_its_direction():
    assert Side.of(3) is Side.BUY
    assert Side.of(-0.5) is Side.SELL


@pytest.mark.parametrize("qty", [0.0, math.nan])
def test_no_quantity_has_no_side(qty: float):
    with pytest.raises(ValueError, match="has no side"):
        Side.of(qty)


@given(st.floats(0.01, 1e6), st.floats(0, 1000))
def test_a_worse_price_costs_either_side(price: float, by_bps: float):
    assert Side.BUY.worse(price, by_bps) >= price >= Side.SELL.worse(price, by_bps)
    assert Side.BUY.worse(price, by_bps) - price == pytest.approx(
        price - Side.SELL.worse(price, by_bps), abs=1e-9
    )


@pytest.mark.parametrize("side", list(Side))
def test_the_opposite_of_the_opposite_is_the_side(side: Side):
    assert side.opposite.opposite is side
    assert side.sign == -side.opposite.sign
