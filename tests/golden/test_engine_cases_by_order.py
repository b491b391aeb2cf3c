"""The engine cases of the oracles by the orders they tell of: a marketable stop, and the market's open.

The published cash flows were met before by target positions; here a stop order and a market-on-open order of
the project's own types meet them, through the plain kernel, the batch and a session.
"""

from dataclasses import replace

import numpy as np
import pytest
from bars import frame_of, panel_of, row_of
from markets import profile
from order_drivers import ORDER_DRIVERS

from tradewright.values.order import Bracket, Order, OrderType, TimeInForce
from tradewright.values.outcome import EXPIRED, FILLED, TRIGGERED, WORKING
from tradewright.values.profile import AccountOptions

pytestmark = pytest.mark.market

CENT = 0.01
BROKER = profile(commission_per_share_usd=0.005, commission_minimum_usd=1.0)
ACCOUNT = AccountOptions(capital_usd=100_000.0)
DAILY_SCALE, STOP_SCALE = 0.8646266, 0.996736

every_driver = pytest.mark.parametrize("driver", sorted(ORDER_DRIVERS))


@pytest.fixture(scope="module")
def hourly(market_dir):
    frame = frame_of(market_dir, "hourly", "SPY", "2021-03-01 11:00", "2021-03-03 15:00")
    return frame, panel_of(frame, "SPY", STOP_SCALE)


@pytest.fixture(scope="module")
def daily(market_dir):
    frame = frame_of(market_dir, "daily", "SPY", "2013-10-08", "2013-10-17")
    return panel_of(frame, "SPY", DAILY_SCALE)


def traded(driver, panel, *said):
    """What came of words at the first row's close, or of words with rows of their own."""
    rows = [one if isinstance(one, tuple) else (0, one) for one in said]
    return ORDER_DRIVERS[driver](panel, rows, ACCOUNT, BROKER)


def stop(price: float, qty: float = 1.0) -> Order:
    """A stop order that works until it is cancelled."""
    return Order("SPY", qty, OrderType.STOP, stop_usd=price, time_in_force=TimeInForce.GTC)


def at_open(qty: float) -> Order:
    """An order for the opening auction."""
    return Order("SPY", qty, OrderType.MARKET_ON_OPEN)


@every_driver
def test_a_marketable_buy_stop_ends_with_99_991_05_dollars(hourly, driver):
    # Its stop is a dollar below the last close: the first print that it meets sets it off.
    _, panel = hourly
    outcome = traded(driver, panel, stop(panel.close[0, 0] - 1.0))
    assert outcome.equity_usd[-1] == pytest.approx(99_991.05, abs=CENT)
    fill = outcome.fills[0]
    assert (fill["row"], fill["qty"], fill["commission_usd"]) == (1, 1.0, 1.0)
    assert fill["price"] == pytest.approx(389.395 * STOP_SCALE, rel=1e-12)
    assert [event[2] for event in outcome.events.tolist()] == [WORKING, TRIGGERED, FILLED]


@every_driver
def test_the_same_stop_at_the_very_open_is_met_by_it(hourly, driver):
    _, panel = hourly
    outcome = traded(driver, panel, stop(panel.open[1, 0]))
    assert outcome.equity_usd[-1] == pytest.approx(99_991.05, abs=CENT)


@every_driver
def test_a_stop_inside_the_hour_fills_at_its_own_price_and_not_at_the_open(hourly, driver):
    _, panel = hourly
    price = (panel.open[1, 0] + panel.high[1, 0]) / 2.0
    assert panel.open[1, 0] < price < panel.high[1, 0]
    outcome = traded(driver, panel, stop(price))
    assert outcome.fills["price"].tolist() == [price]
    mark = 381.42 * STOP_SCALE
    assert outcome.equity_usd[-1] == pytest.approx(100_000.0 - price - 1.0 + mark, abs=1e-6)


@every_driver
def test_a_stop_that_no_hour_reaches_leaves_the_money_alone(hourly, driver):
    _, panel = hourly
    outcome = traded(driver, panel, stop(np.nanmax(panel.high) + 1.0))
    assert outcome.equity_usd.tolist() == [100_000.0] * len(panel.instants)
    assert outcome.orders["state"].tolist() == [WORKING]


@every_driver
def test_a_protective_stop_jumped_overnight_fills_at_the_open_of_the_next_session(hourly, driver):
    frame, panel = hourly
    row = row_of(frame, "2021-03-03 09:00")
    price = (panel.open[row, 0] + panel.low[row - 1, 0]) / 2.0
    held = Bracket(Order.market("SPY", 1.0), None, stop(price, -1.0))
    outcome = traded(driver, panel, (row - 2, held))
    assert outcome.fills["row"].tolist() == [row - 1, row]
    assert outcome.fills["price"][1] == panel.open[row, 0] < price


@every_driver
def test_an_order_for_the_open_ends_with_104_486_22_dollars(daily, driver):
    outcome = traded(driver, daily, at_open(697.0))
    assert outcome.equity_usd[-1] == pytest.approx(104_486.22, abs=CENT)
    fill = outcome.fills[0]
    assert (fill["row"], fill["qty"]) == (1, 697.0)
    assert fill["price"] == pytest.approx(165.82 * DAILY_SCALE, rel=1e-12)
    assert fill["commission_usd"] == pytest.approx(3.485, abs=1e-9)


@every_driver
def test_an_order_for_the_open_waits_through_the_hours_of_a_session(hourly, driver):
    frame, panel = hourly
    outcome = traded(driver, panel, at_open(1.0))
    morning = row_of(frame, "2021-03-02 09:00")
    assert outcome.fills["row"].tolist() == [morning]
    assert outcome.fills["price"].tolist() == [panel.open[morning, 0]]


@every_driver
def test_an_order_for_the_open_that_cannot_be_paid_for_is_cut_and_never_lends(daily, driver):
    outcome = traded(driver, daily, at_open(2_000.0))
    affordable = np.floor(100_000.0 / (165.82 * DAILY_SCALE + 0.005))
    assert outcome.fills["qty"].tolist() == [affordable]
    assert outcome.cash_usd.min() >= 0.0


@every_driver
def test_an_order_for_an_open_without_volume_has_missed_it(daily, driver):
    volume = daily.volume.copy()
    volume[1] = 0.0
    outcome = traded(driver, replace(daily, volume=volume), at_open(697.0))
    assert outcome.orders["state"].tolist() == [EXPIRED]
    assert outcome.equity_usd.tolist() == [100_000.0] * len(daily.instants)


@every_driver
def test_in_at_the_open_and_out_at_the_close_of_the_last_day_is_the_same_case_realised(daily, driver):
    last = len(daily.instants) - 1
    out_again = Order("SPY", -697.0, OrderType.MARKET_ON_CLOSE)
    outcome = traded(driver, daily, at_open(697.0), (last - 1, out_again))
    assert outcome.fills["row"].tolist() == [1, last]
    assert outcome.cash_usd[-1] == pytest.approx(104_486.22 - 3.485, abs=CENT)
    assert outcome.positions.tolist() == [0.0]
