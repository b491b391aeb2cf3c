"""Slippage, markout, VWAP, fill rate and participation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.execution.cost_analysis.slippage import (
    fill_rate_by_value,
    markout_bps,
    participation,
    slippage_bps,
    vwap,
)

prices = st.floats(0.5, 500.0)


@pytest.mark.parametrize(
    ("sign", "paid", "benchmark", "expected"),
    [
        (1, 101.0, 100.0, 100.0),
        (1, 99.0, 100.0, -100.0),
        (-1, 99.0, 100.0, 100.0),
        (-1, 101.0, 100.0, -100.0),
        (1, 100.0, 100.0, 0.0),
        (1, 100.25, 100.0, 25.0),
    ],
)
def test_slippage_is_positive_where_the_order_did_worse_than_the_benchmark(sign, paid, benchmark, expected):
    assert slippage_bps(sign, paid, benchmark) == pytest.approx(expected)


@given(paid=prices, benchmark=prices)
def test_what_costs_a_buyer_pays_a_seller(paid, benchmark):
    assert slippage_bps(1, paid, benchmark) == -slippage_bps(-1, paid, benchmark)


@given(benchmark=prices, one=prices, other=prices)
def test_a_higher_price_is_never_better_for_a_buyer(benchmark, one, other):
    low, high = sorted((one, other))
    assert slippage_bps(1, low, benchmark) <= slippage_bps(1, high, benchmark)


def test_an_unknown_benchmark_gives_no_number():
    assert math.isnan(slippage_bps(1, 10.0, math.nan))


def test_slippage_takes_arrays():
    found = slippage_bps(np.array([1.0, -1.0]), np.array([101.0, 101.0]), 100.0)
    assert found.tolist() == pytest.approx([100.0, -100.0])


@pytest.mark.parametrize(
    ("sign", "paid", "later", "expected"),
    [
        (1, 100.0, 101.0, 100.0),
        (1, 100.0, 99.0, -100.0),
        (-1, 100.0, 99.0, 100.0),
        (-1, 100.0, 101.0, -100.0),
    ],
)
def test_a_markout_is_positive_where_the_price_went_the_trades_way(sign, paid, later, expected):
    assert markout_bps(sign, paid, later) == pytest.approx(expected)


def test_vwap_weighs_by_volume():
    assert vwap(np.array([10.0, 20.0]), np.array([3.0, 1.0])) == pytest.approx(12.5)


def test_vwap_of_nothing_is_not_determined():
    assert math.isnan(vwap(np.array([10.0, 20.0]), np.zeros(2)))
    assert math.isnan(vwap(np.zeros(0), np.zeros(0)))


def test_a_price_that_is_missing_where_nothing_traded_does_no_harm():
    assert vwap(np.array([10.0, np.nan]), np.array([5.0, 0.0])) == 10.0


def test_a_price_that_is_missing_where_something_traded_is_never_left_out():
    assert math.isnan(vwap(np.array([10.0, np.nan]), np.array([5.0, 1.0])))


def test_a_volume_that_is_not_known_counts_as_none():
    assert vwap(np.array([10.0, 20.0]), np.array([5.0, np.nan])) == 10.0


@given(
    st.lists(st.tuples(prices, st.floats(1.0, 1e6)), min_size=1, max_size=20),
)
def test_vwap_lies_between_the_lowest_and_the_highest_price(bars):
    price, volume = (np.array(column) for column in zip(*bars, strict=True))
    assert price.min() * (1 - 1e-12) <= vwap(price, volume) <= price.max() * (1 + 1e-12)


def test_the_fill_rate_counts_dollars_not_orders():
    filled, ordered = np.array([100.0, 0.0]), np.array([100.0, 100.0])
    assert fill_rate_by_value(filled, ordered, np.array([30.0, 10.0])) == pytest.approx(0.75)


def test_the_fill_rate_of_no_order_is_not_determined():
    assert math.isnan(fill_rate_by_value(np.zeros(0), np.zeros(0), np.zeros(0)))


def test_participation_is_the_own_share_of_the_volume():
    assert participation(25.0, 1000.0) == pytest.approx(0.025)


@pytest.mark.parametrize("volume", [0.0, math.nan, -1.0])
def test_participation_without_a_volume_is_not_determined(volume):
    assert math.isnan(participation(25.0, volume))


def test_participation_takes_arrays():
    found = participation(np.array([1.0, 1.0]), np.array([10.0, 0.0]))
    assert found[0] == pytest.approx(0.1)
    assert math.isnan(found[1])
