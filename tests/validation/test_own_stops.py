"""A run's own stops: those that a gap jumped are counted, with what the gap cost beyond them."""

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from order_drivers import FREE, RICH, bars, flat

from tradewright.kernel.reference_orders import simulate_orders
from tradewright.validation.own_stops import own_stops
from tradewright.values.order import Amend, Bracket, Order, OrderType, TimeInForce
from tradewright.values.panel import SPLIT

GTC = TimeInForce.GTC
LONG = (0, Order.market("A", 100))


def stop(price, qty=-100, **more):
    """A stop that is good till cancelled."""
    return Order("A", qty, OrderType.STOP, stop_usd=price, time_in_force=GTC, **more)


def trail(qty=-100, **more):
    """A trailing stop that is good till cancelled."""
    return Order("A", qty, OrderType.TRAILING_STOP, time_in_force=GTC, **more)


def told(rows, *said, actions=(), late=0):
    """What became of the stops among these words."""
    panel = bars(rows, actions=actions)
    outcome = simulate_orders(panel, said, RICH, replace(FREE, latency_bars=late))
    return own_stops(panel, outcome, said, late)


def test_a_stop_jumped_by_the_open_is_counted_with_its_cost():
    found = told([*[flat()] * 3, flat(80.0), flat(80.0)], LONG, (1, stop(95.0)))
    assert (found.set_off, found.jumped) == (1, 1)
    assert found.mean_cost == found.worst_cost == pytest.approx(15.0 / 95.0)
    assert found.cost_usd == pytest.approx(1_500.0)


def test_a_stop_met_inside_the_bar_was_not_jumped():
    found = told([*[flat()] * 3, (100, 100, 80, 81), flat(81.0)], LONG, (1, stop(95.0)))
    assert (found.set_off, found.jumped, found.cost_usd) == (1, 0, 0.0)
    assert math.isnan(found.mean_cost)


def test_the_stop_of_a_bracket_is_a_runs_own():
    bracket = (0, Bracket.around(Order.market("A", 100), 120.0, 95.0))
    found = told([*[flat()] * 3, flat(80.0), flat(80.0)], bracket)
    assert (found.set_off, found.jumped, found.cost_usd) == (1, 1, pytest.approx(1_500.0))


def test_a_stop_that_buys_is_jumped_from_below():
    found = told([*[flat()] * 3, flat(110.0), flat(110.0)], (1, stop(105.0, 10)))
    assert found.worst_cost == pytest.approx(5.0 / 105.0)
    assert found.cost_usd == pytest.approx(50.0)


def test_an_amended_stop_is_measured_from_where_it_stood():
    rows = [*[flat()] * 4, flat(80.0), flat(80.0)]
    found = told(rows, LONG, (1, stop(95.0)), (2, Amend(1, stop_usd=90.0)))
    assert found.cost_usd == pytest.approx(1_000.0)


def test_a_word_that_was_still_on_its_way_moved_no_stop():
    rows = [*[flat()] * 5, flat(90.0), flat(90.0)]
    said = LONG, (0, stop(95.0)), (4, Amend(1, stop_usd=80.0))
    assert told(rows, *said).jumped == 0  # in force at the gap
    found = told(rows, *said, late=1)
    assert (found.jumped, found.cost_usd) == (1, pytest.approx(500.0))


def test_a_stop_that_was_moved_through_the_market_was_jumped_by_nobody():
    found = told([flat()] * 5, LONG, (0, stop(95.0)), (2, Amend(1, stop_usd=105.0)))
    assert (found.set_off, found.jumped) == (1, 0)


def test_a_refused_amendment_moved_no_stop():
    # The split comes before it arrives.
    rows = [*[flat()] * 4, flat(50.0), flat(50.0), flat(40.0), flat(40.0)]
    said = LONG, (1, stop(95.0)), (3, Amend(1, stop_usd=30.0))
    assert told(rows, *said, actions=[(4, 0, SPLIT, 2.0)], late=1).cost_usd == pytest.approx(200 * 7.5)


def test_a_split_moves_the_stop_along():
    rows = [*[flat()] * 3, flat(50.0), flat(40.0), flat(40.0)]
    found = told(rows, LONG, (1, stop(95.0)), actions=[(3, 0, SPLIT, 2.0)])
    assert (found.jumped, found.cost_usd) == (1, pytest.approx(200 * 7.5))


@pytest.mark.parametrize(
    ("given", "stood"), [({"trail_usd": 5.0}, 105.0), ({"trail_percent": 10.0}, 99.0)], ids=["usd", "percent"]
)
def test_a_trail_is_measured_from_the_best_price_before(given, stood):
    rows = [*[flat()] * 2, (108, 110, 107, 109), flat(80.0), flat(80.0)]
    found = told(rows, LONG, (0, trail(**given)))
    assert (found.set_off, found.jumped) == (1, 1)
    assert found.worst_cost == pytest.approx((stood - 80.0) / stood)


def test_a_trail_whose_entry_filled_inside_a_bar_begins_there():
    # The high of that bar may lie before the entry: only its close counts.
    bracket = Bracket(Order.limit("A", 100, 98.0), stop_loss=trail(trail_usd=5.0))
    found = told([flat(), (100, 120, 97, 99), flat(80.0), flat(80.0)], (0, bracket))
    assert found.worst_cost == pytest.approx((94.0 - 80.0) / 94.0)


def test_orders_that_are_no_stops_are_not_counted():
    touched = Order("A", 10, OrderType.LIMIT_IF_TOUCHED, 97.0, 98.0, time_in_force=GTC)
    found = told([*[flat()] * 3, flat(90.0), flat(90.0)], (0, touched), (0, Order.limit("A", 10, 95.0, GTC)))
    assert (found.set_off, found.jumped) == (0, 0)


def test_without_words_there_are_no_stops():
    assert told([flat()] * 3).set_off == 0
