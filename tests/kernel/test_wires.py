"""Wires around orders that wait: bars between them are quiet, and it cannot be told from working each bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, account, profile
from order_drivers import FREE, ORDER_DRIVERS, RICH, bars, filled, flat, order_differences, states

from tradewright.kernel.inputs import terms_of
from tradewright.kernel.native.books import Books
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Bracket, Order, OrderType, TimeInForce

GTC, GTD = TimeInForce.GTC, TimeInForce.GTD
QUIET = 40
WAITING = {
    "a limit to buy": (Order.limit("A", 10, 99.0, GTC), 98.5),
    "a limit to sell": (Order.limit("A", -10, 101.0, GTC), 101.5),
    "a stop to buy": (Order("A", 10, OrderType.STOP, stop_usd=101.0, time_in_force=GTC), 101.0),
    "a stop to sell": (Order("A", -10, OrderType.STOP, stop_usd=99.0, time_in_force=GTC), 99.0),
    "a limit if touched": (
        Order("A", 10, OrderType.LIMIT_IF_TOUCHED, 100.0, 99.0, time_in_force=GTC), 99.0,
    ),
    "a stop-limit": (Order("A", 10, OrderType.STOP_LIMIT, 102.0, 101.0, time_in_force=GTC), 101.0),
}  # fmt: skip


@pytest.mark.parametrize("kind", WAITING)
def test_an_order_that_waited_through_quiet_bars_trades_on_the_bar_that_meets_it(trade_orders, kind):
    order, price = WAITING[kind]
    rows = [flat() for _ in range(QUIET)] + [(100, max(price, 100), min(price, 100), 100), flat()]
    outcome = trade_orders(bars(rows), [(0, order)], RICH, FREE)
    assert [row for row, *_ in filled(outcome)] == [QUIET]


def hung(orders, rows=QUIET, rules=FREE):
    """The account and the desk after quiet bars with these orders at work."""
    panel = bars([flat() for _ in range(rows)])
    words = instructions_of(panel, [(0, order) for order in orders])
    books = Books(panel, terms_of(panel, RICH, rules), (np.zeros(0, np.int64), np.zeros((0, 1))), words)
    books.run(len(panel.instants))
    return books.account[0], books.desks[0]


def test_wires_hang_at_the_nearest_prices_that_set_an_order_off():
    further = Order.limit("A", 10, 90.0, GTC), Order.limit("A", -10, 130.0, GTC)
    account, desk = hung([*(order for order, _ in WAITING.values()), *further])
    assert account["wired"] == 1
    assert (desk["wire_low"], desk["wire_high"]) == (99.0, 101.0)


@pytest.mark.parametrize(
    "mover",
    [
        Order("A", 10, OrderType.TRAILING_STOP, trail_percent=5.0, time_in_force=GTC),
        Order("A", 5_000_000, OrderType.MARKET, time_in_force=GTC),
    ],
)
def test_an_order_that_any_bar_moves_leaves_no_wires(mover):
    rules = profile(participation=0.01)
    assert hung([WAITING["a limit to buy"][0]], rules=rules)[0]["wired"] == 1
    assert hung([WAITING["a limit to buy"][0], mover], rules=rules)[0]["wired"] == 0


def test_an_order_expires_on_the_bar_after_its_day_though_no_price_met_it(trade_orders):
    dated = Order("A", 10, OrderType.LIMIT, 99.0, time_in_force=GTD, good_till=20 * DAY_NS)
    rows = [flat() for _ in range(QUIET)]
    outcome = trade_orders(bars(rows), [(0, dated), (0, WAITING["a stop to buy"][0])], RICH, FREE)
    assert states(outcome) == ["expired", "working"]
    assert outcome.events["row"].tolist() == [1, 1, 20]


def test_ruin_on_a_quiet_bar_ends_what_waits_on_that_bar(trade_orders):
    rows = [flat() for _ in range(20)] + [flat(79.0) for _ in range(20)]
    said = [(0, Order.market("A", 50)), (0, Order.limit("A", 1, 10.0, GTC))]
    outcome = trade_orders(bars(rows), said, account(capital_usd=1_000.0, max_gross=10.0), FREE)
    assert states(outcome) == ["filled", "cancelled"]
    assert outcome.events["row"].tolist()[-1] == 20


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from([1, 3]), st.sampled_from([FREE, profile(margin_rate=0.09, cash_rate=0.04)]))
def test_long_quiet_stretches_equal_the_reference_in_every_bit(seed, bars_a_day, rules):
    draws = np.random.default_rng(seed)
    steps = draws.normal(0.0, 0.001, 150)
    steps[draws.random(150) < 0.03] *= 40.0
    close = 100.0 * np.exp(np.cumsum(steps))
    first = close * np.exp(draws.normal(0.0, 0.0005, 150))
    high, low = np.maximum(first, close) * 1.0005, np.minimum(first, close) * 0.9995
    volume = np.where(draws.random(150) < 0.05, 0.0, 1e5)
    panel = bars(np.stack([first, high, low, close, volume], axis=1), bars_a_day)
    said = [(int(row), drawn_bracket(draws, close[row])) for row in np.sort(draws.integers(0, 140, 5))]
    owed = account(capital_usd=20_000.0, max_gross=4.0)
    plain = ORDER_DRIVERS["reference"](panel, said, owed, rules)
    assert order_differences(plain, ORDER_DRIVERS["batch"](panel, said, owed, rules)) == []


def drawn_bracket(draws, price):
    """An entry near the market, its exits further away, on either side."""
    side = 1.0 if draws.random() < 0.5 else -1.0
    entry = Order.limit("A", side * 100, round(price * (1.0 - side * draws.uniform(0.0, 0.01)), 2), GTC)
    stop, target = (round(price * (1.0 + side * share), 2) for share in (-0.04, 0.05))
    return Bracket(
        entry,
        Order.limit("A", -side * 100, target, GTC),
        Order("A", -side * 100, OrderType.STOP, stop_usd=stop, time_in_force=GTC),
    )
