"""Wires around orders that wait: bars between them are quiet, and it cannot be told from working each bar."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, NAN, account, market, profile
from order_drivers import FREE, ORDER_DRIVERS, RICH, bars, filled, flat, life, order_differences, states

from tradewright.kernel.inputs import terms_of
from tradewright.kernel.native.books import Books
from tradewright.values.decisions import Decisions
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Amend, Bracket, Cancel, Order, OrderState, OrderType, TimeInForce
from tradewright.values.panel import DELISTING, SPLIT
from tradewright.values.reading import Reading

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


# What takes wires down, or moves them


def test_an_amended_order_waits_at_its_new_price(trade_orders):
    rows = [flat() for _ in range(20)] + [(100, 100, 98.2, 100), flat()]
    said = [(0, WAITING["a limit to buy"][0]), (9, Amend(0, limit_usd=98.5))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(20, 10.0, 98.5)]


def test_an_order_amended_away_from_the_market_is_no_longer_met_at_its_old_price(trade_orders):
    rows = [flat() for _ in range(20)] + [(100, 100, 98.7, 100), flat()]
    said = [(0, WAITING["a limit to buy"][0]), (9, Amend(0, limit_usd=98.5))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert states(outcome) == ["working"]


def test_a_cancelled_order_leaves_the_wires_of_the_others(trade_orders):
    rows = [flat() for _ in range(20)] + [(100, 101.5, 98.5, 100), flat()]
    said = [(0, WAITING["a limit to buy"][0]), (0, WAITING["a limit to sell"][0]), (9, Cancel(0))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(20, -10.0, 101.0)]
    assert states(outcome) == ["cancelled", "filled"]


def test_a_split_moves_the_price_that_an_order_waits_at(trade_orders):
    rows = [flat() for _ in range(20)] + [flat(50.0) for _ in range(20)] + [(50, 50, 49.2, 50), flat(50.0)]
    panel = bars(rows, actions=[(20, 0, SPLIT, 2.0)])
    outcome = trade_orders(panel, [(0, WAITING["a limit to buy"][0])], RICH, FREE)
    assert filled(outcome) == [(40, 20.0, 49.5)]


def test_a_delisting_ends_an_order_that_waited(trade_orders):
    panel = bars([flat() for _ in range(QUIET)], actions=[(20, 0, DELISTING, 0.0)])
    outcome = trade_orders(panel, [(0, WAITING["a limit to buy"][0])], RICH, FREE)
    assert states(outcome) == ["cancelled"]
    assert outcome.events["row"].tolist()[-1] == 20


def test_an_exit_waits_from_the_bar_on_which_its_entry_filled(trade_orders):
    rows = [flat() for _ in range(10)] + [(100, 100, 98.5, 99.5)]
    rows += [flat(99.5) for _ in range(15)] + [(99.5, 103.5, 99.5, 103), flat(103)]
    said = [(0, bracket(99.0, 95.0, 102.0))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(10, 10.0, 99.0), (26, -10.0, 102.0)]
    assert states(outcome) == ["filled", "filled", "cancelled"]


def test_a_stop_and_a_target_met_after_a_quiet_stretch_are_still_read_against_the_account(trade_orders):
    rows = [flat(), flat(99.0), *[flat(99.0) for _ in range(20)], (99, 103, 94, 99), flat(99)]
    outcome = trade_orders(bars(rows), [(0, bracket(99.5, 95.0, 102.0))], RICH, FREE)
    assert filled(outcome)[1:] == [(22, -10.0, 95.0)]


def test_a_rest_that_found_no_room_goes_on_waiting_at_its_price(trade_orders):
    met = (100, 100, 98.0, 100, 60)
    rows = [flat() for _ in range(10)] + [met, *[flat() for _ in range(10)], met, flat()]
    said = [(0, Order.limit("A", 100, 99.0, GTC))]
    outcome = trade_orders(bars(rows), said, RICH, FREE)
    assert filled(outcome) == [(10, 60.0, 99.0), (21, 40.0, 99.0)]


def test_a_triggered_stop_limit_waits_at_its_limit(trade_orders):
    order = Order("A", 10, OrderType.STOP_LIMIT, 100.5, 101.0, time_in_force=GTC)
    rows = [flat() for _ in range(10)] + [(100, 103, 100, 103)] + [flat(103) for _ in range(20)]
    rows += [(103, 103, 100.2, 103), flat(103)]
    outcome = trade_orders(bars(rows), [(0, order)], RICH, FREE)
    assert life(outcome, 0) == [OrderState.WORKING, OrderState.TRIGGERED, OrderState.FILLED]
    assert filled(outcome) == [(31, 10.0, 100.5)]


def test_a_triggered_stop_that_found_no_room_trades_on_at_whatever_the_market_asks(trade_orders):
    order = Order("A", 100, OrderType.STOP, stop_usd=101.0, time_in_force=GTC)
    rows = [flat() for _ in range(10)] + [(100, 101.5, 100, 101, 60), flat(100.5), flat()]
    outcome = trade_orders(bars(rows), [(0, order)], RICH, FREE)
    assert filled(outcome) == [(10, 60.0, 101.0), (11, 40.0, 100.5)]


def test_bars_that_nobody_knows_are_quiet(trade_orders):
    silent = (NAN, NAN, NAN, NAN, NAN)
    rows = [flat(), flat(), *[silent for _ in range(20)], (100, 100, 98.5, 100), flat()]
    outcome = trade_orders(bars(rows), [(0, WAITING["a limit to buy"][0])], RICH, FREE)
    assert filled(outcome) == [(22, 10.0, 99.0)]


def test_a_day_order_waits_through_its_day_and_no_longer(trade_orders):
    rows = [flat() for _ in range(24)]
    day = Order.limit("A", 10, 99.0)
    outcome = trade_orders(bars(rows, 12), [(0, day), (0, WAITING["a stop to buy"][0])], RICH, FREE)
    assert states(outcome) == ["expired", "working"]
    assert outcome.events["row"].tolist() == [1, 1, 11]


def test_the_wires_of_each_instrument_are_its_own(trade_orders):
    close = np.full((QUIET, 2), 100.0)
    close[20, 0], close[30, 1] = 120.0, 95.0
    orders = [Order.limit("A", 10, 99.0, GTC), Order.limit("B", 10, 99.0, GTC)]
    panel = market(close, volume=np.full_like(close, 1e6))
    outcome = trade_orders(panel, [(0, one) for one in orders], RICH, FREE)
    assert states(outcome) == ["working", "filled"]
    assert filled(outcome) == [(30, 10.0, 95.0)]


@pytest.mark.parametrize("reading", list(Reading))
def test_every_reading_waits_alike(reading):
    rows = [flat() for _ in range(10)] + [(100, 100, 98.5, 99.5)]
    rows += [flat(99.5) for _ in range(15)] + [(99.5, 103.5, 94, 103), flat(103)]
    told = bars(rows), [(0, bracket(99.0, 95.0, 102.0))], RICH, FREE, None, reading
    plain = ORDER_DRIVERS["reference"](*told)
    assert len(plain.fills) == 2
    for name in ("batch", "session"):
        assert order_differences(plain, ORDER_DRIVERS[name](*told)) == []


def test_weights_trade_on_beside_orders_that_wait(trade_orders):
    """The order's instrument is traded by weights too: what it trades on a bar takes room, and no wire."""
    rows = [flat() for _ in range(QUIET)]
    rows[25] = (100, 100, 98.5, 100, 1e6)
    decisions = Decisions(np.array([5, 15]), np.array([[0.001], [0.0]]))
    outcome = trade_orders(bars(rows), [(0, WAITING["a limit to buy"][0])], RICH, FREE, decisions)
    assert filled(outcome) == [(6, 10.0, 100.0), (16, -10.0, 100.0), (25, 10.0, 99.0)]


def test_interest_runs_on_while_orders_wait(trade_orders):
    rates = profile(cash_rate=0.05)
    rows = [flat() for _ in range(QUIET)]
    waited = trade_orders(bars(rows), [(0, WAITING["a limit to buy"][0])], RICH, rates)
    idle = trade_orders(bars(rows), [], RICH, rates)
    assert waited.equity_usd.tolist() == idle.equity_usd.tolist()
    assert waited.equity_usd[-1] > RICH.capital_usd


def test_a_call_for_margin_is_heard_while_orders_wait(trade_orders):
    """The broker looks at every close at which something is held, wires or none."""
    rows = [flat(), flat(), *[flat(100.0 - row) for row in range(50)]]
    margin = account(capital_usd=1_000.0, max_gross=2.0, type="margin")
    said = [(0, Order.market("A", 19)), (0, Order.limit("A", 1, 10.0, GTC))]
    outcome = trade_orders(bars(rows), said, margin, FREE)
    assert len(outcome.margin_calls) > 0


def bracket(entry, stop, target):
    """Ten shares by a limit, with both exits."""
    return Bracket(
        Order.limit("A", 10, entry, GTC),
        Order.limit("A", -10, target, GTC),
        Order("A", -10, OrderType.STOP, stop_usd=stop, time_in_force=GTC),
    )


# Three instruments, words and weights at once


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from(list(Reading)))
def test_many_instruments_that_mostly_wait_equal_the_reference_in_every_bit(seed, reading):
    draws = np.random.default_rng(seed)
    steps = draws.normal(0.0, 0.0005, (90, 3))
    steps[draws.random((90, 3)) < 0.03] *= 60.0
    close = 100.0 * np.exp(np.cumsum(steps, axis=0))
    close[draws.random(close.shape) < 0.1] = np.nan
    close[0] = 100.0
    panel = market(close, volume=np.where(draws.random(close.shape) < 0.1, 0.0, 1e4))
    said = [(int(row), drawn_order(draws)) for row in np.sort(draws.integers(0, 80, 12))]
    weights = Decisions(np.array([10, 40]), draws.uniform(-0.2, 0.2, (2, 3)))
    told = (
        panel,
        said,
        account(capital_usd=50_000.0, max_gross=3.0),
        profile(cash_rate=0.03),
        weights,
        reading,
    )
    plain = ORDER_DRIVERS["reference"](*told)
    assert order_differences(plain, ORDER_DRIVERS["batch"](*told)) == []
    assert order_differences(plain, ORDER_DRIVERS["session"](*told)) == []


def drawn_order(draws):
    """An order that waits near the market, or a trailing stop that takes all wires down while it works."""
    symbol, side = "ABC"[draws.integers(3)], 1.0 if draws.random() < 0.5 else -1.0
    price = round(100.0 * (1.0 + draws.uniform(-0.04, 0.04)), 2)
    kind = draws.integers(4)
    if kind == 0:
        return Order(symbol, side * 30, OrderType.TRAILING_STOP, trail_percent=2.0, time_in_force=GTC)
    if kind == 1:
        return Order(symbol, side * 30, OrderType.STOP, stop_usd=price, time_in_force=GTC)
    if kind == 2:
        till = int(draws.integers(1, 90)) * DAY_NS
        return Order(symbol, side * 30, OrderType.LIMIT, price, time_in_force=GTD, good_till=till)
    return Order.limit(symbol, side * 30, price, GTC)
