"""At which price each type of order trades on one bar. Sells are the buys of the mirrored market."""

from dataclasses import dataclass, replace

import pytest
from order_drivers import FREE, RICH, bars, filled, flat, life, states

from tradewright.values.order import Order, OrderState, OrderType, TimeInForce
from tradewright.values.reading import Reading

MIRROR = 200.0


@dataclass(frozen=True)
class Case:
    """A buy that is decided at 100, the bar it meets, and the price it trades at (None: it does not)."""

    name: str
    order: Order
    bar: tuple[float, float, float, float]
    price: float | None
    triggered: bool = False


def limit(price: float) -> Order:
    """Buy ten, at this price or less."""
    return Order.limit("A", 10, price)


def stop(price: float) -> Order:
    """Buy ten once this price is met."""
    return Order.stop("A", 10, price)


def stop_limit(stop_usd: float, limit_usd: float) -> Order:
    """Buy ten once the stop is met, at the limit or less."""
    return Order("A", 10, OrderType.STOP_LIMIT, limit_usd, stop_usd)


def touched(touch_usd: float, limit_usd: float) -> Order:
    """Buy ten once price fell to the touch, at the limit or less."""
    return Order("A", 10, OrderType.LIMIT_IF_TOUCHED, limit_usd, touch_usd)


def trail(usd: float) -> Order:
    """Buy ten once price rose by this much from its lowest."""
    return Order("A", 10, OrderType.TRAILING_STOP, trail_usd=usd)


MARKET = Order.market("A", 10)

CASES = [
    # A market order takes the first print.
    Case("market at the open", MARKET, (101, 103, 99, 102), 101),
    Case("market at a gap up", MARKET, (120, 125, 118, 121), 120),
    Case("market at a gap down", MARKET, (80, 82, 78, 79), 80),
    Case("market on open", Order.at_open("A", 10), (101, 103, 99, 102), 101),
    Case("market on close", Order.at_close("A", 10), (101, 103, 99, 102), 102),
    # A limit fills only where price trades through it.
    Case("limit traded through", limit(99), (100, 101, 98.5, 100), 99),
    Case("limit met, not passed", limit(99), (100, 101, 99, 100), None),
    Case("limit not met", limit(98), (100, 101, 98.5, 100), None),
    Case("limit jumped by the open", limit(99), (97, 98, 96, 97), 97),
    Case("limit at the open exactly, then passed", limit(99), (99, 100, 98, 100), 99),
    Case("limit at the open exactly, never passed", limit(99), (99, 100, 99, 100), None),
    Case("limit above the market is marketable", limit(105), (101, 103, 99, 102), 101),
    Case("limit above the market, open above it, passed", limit(105), (106, 108, 104, 107), 105),
    Case("limit passed by the close alone", limit(99), (100, 101, 98, 98), 99),
    # A stop met inside the bar trades there, one that the open jumped at the open.
    Case("stop met inside", stop(102), (100, 103, 99, 101), 102, True),
    Case("stop met exactly", stop(102), (100, 102, 99, 101), 102, True),
    Case("stop not met", stop(102), (100, 101.5, 99, 101), None),
    Case("stop jumped by a gap fills at the open", stop(102), (108, 110, 107, 109), 108, True),
    Case("stop at the open exactly", stop(102), (102, 103, 101, 102), 102, True),
    Case("stop below the market triggers at once", stop(95), (100, 101, 99, 100), 100, True),
    # A stop-limit needs both.
    Case("stop-limit met inside, limit above", stop_limit(102, 103), (100, 104, 99, 101), 102, True),
    Case("stop-limit not met", stop_limit(102, 103), (100, 101, 99, 101), None),
    Case("stop-limit jumped past its limit", stop_limit(102, 103), (105, 106, 104, 105), None, True),
    Case("stop-limit jumped, came back", stop_limit(102, 103), (105, 106, 102.5, 104), 103, True),
    Case("stop-limit jumped, between the two", stop_limit(102, 103), (102.5, 104, 102, 103), 102.5, True),
    Case("stop-limit jumped to its limit exactly", stop_limit(102, 103), (103, 104, 103, 103), None, True),
    Case("stop and limit alike, closed above", stop_limit(102, 102), (100, 103, 99, 102.5), None, True),
    Case("stop and limit alike, closed below", stop_limit(102, 102), (100, 103, 99, 101), 102, True),
    Case("limit below its stop, closed above it", stop_limit(102, 101), (100, 103, 99, 101.5), None, True),
    Case("limit below its stop, closed below it", stop_limit(102, 101), (100, 103, 99, 100.5), 101, True),
    # A limit-if-touched waits for the better price.
    Case("touched from above, limit above", touched(98, 99), (100, 101, 97, 98), 98, True),
    Case("touched exactly", touched(98, 99), (100, 101, 98, 99), 98, True),
    Case("not touched", touched(98, 99), (100, 101, 98.5, 99), None),
    Case("touched by a gap", touched(98, 99), (96, 97, 95, 96), 96, True),
    Case("touched by a gap, limit below", touched(98, 95), (96, 97, 95.5, 96), None, True),
    Case("touched by a gap, limit passed later", touched(98, 95), (96, 97, 94, 96), 95, True),
    Case("touch and limit alike, passed", touched(98, 98), (100, 101, 97, 99), 98, True),
    Case("touch and limit alike, met alone", touched(98, 98), (100, 101, 98, 99), None, True),
    Case("limit below its touch, passed", touched(98, 96), (100, 101, 95, 97), 96, True),
    Case("limit below its touch, not passed", touched(98, 96), (100, 101, 96.5, 97), None, True),
    # A trailing stop follows the lowest price: first that of before, then that of the bar.
    Case("trail from the decision's close", trail(3), (100, 103, 99.5, 101), 103, True),
    Case("trail not met", trail(3), (100, 102.5, 99.75, 101), None),
    Case("trail jumped by a gap", trail(3), (106, 107, 105, 106), 106, True),
    Case("trail pulled along by the open", trail(3), (98, 101, 97.5, 100), 101, True),
    Case("trail pulled along inside, met if the low came first", trail(3), (100, 101, 97, 99), 100, True),
    Case("trail pulled along inside, closed above it", trail(3), (100, 101, 97, 100.5), 100, True),
    Case("trail pulled along, not met", trail(3), (100, 100.5, 98, 99), None),
]
NAMES = [case.name for case in CASES]


def mirrored(case: Case) -> Case:
    """The same story with buyer and seller, up and down, exchanged."""
    order, (open_, high, low, close) = case.order, case.bar
    changes = {name: MIRROR - price for name in ("limit_usd", "stop_usd") if (price := getattr(order, name))}
    return replace(
        case,
        order=replace(order, qty=-order.qty, **changes),
        bar=(MIRROR - open_, MIRROR - low, MIRROR - high, MIRROR - close),
        price=None if case.price is None else MIRROR - case.price,
    )


def test_every_type_has_its_cases():
    assert {case.order.type for case in CASES} == set(OrderType)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_buy_trades_where_the_bar_lets_it(trade_orders, case):
    check(trade_orders, case)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_sell_is_a_buy_of_the_mirrored_market(trade_orders, case):
    check(trade_orders, mirrored(case))


def check(trade_orders, case: Case):
    """Trade the case alone and compare every fill and state."""
    outcome = trade_orders(bars([flat(), case.bar]), [(0, case.order)], RICH, FREE)
    expected = [] if case.price is None else [(1, case.order.qty, case.price)]
    assert filled(outcome) == expected
    assert states(outcome) == ["expired" if case.price is None else "filled"]
    assert (OrderState.TRIGGERED in life(outcome, 0)) == case.triggered


@pytest.mark.parametrize("case", [case for case in CASES if case.price is not None])
def test_every_price_lies_inside_its_bar(case):
    open_, high, low, close = case.bar
    assert low <= min(open_, close) <= case.price <= high or low <= case.price <= high


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_an_order_that_did_not_trade_holds_nothing(trade_orders, case):
    outcome = trade_orders(bars([flat(), case.bar]), [(0, case.order)], RICH, FREE)
    assert outcome.positions[0] == (0.0 if case.price is None else 10.0)


@pytest.mark.parametrize("percent", [1.0, 3.0, 10.0])
def test_a_trail_in_per_cent_is_a_share_of_the_best_price(trade_orders, percent):
    order = Order("A", -10, OrderType.TRAILING_STOP, trail_percent=percent)
    low = 100.0 * (1.0 - percent / 100.0)
    outcome = trade_orders(bars([flat(), (100, 100, low - 1, low)]), [(0, order)], RICH, FREE)
    assert filled(outcome)[0][2] == pytest.approx(low, rel=1e-12)


def test_a_trailing_stop_never_moves_back(trade_orders):
    rows = [flat(), (109, 110, 108, 110), (108, 108, 106, 107), (107, 107, 104.5, 105)]
    order = Order("A", -10, OrderType.TRAILING_STOP, trail_usd=5.0, time_in_force=TimeInForce.GTC)
    assert filled(trade_orders(bars(rows), [(0, order)], RICH, FREE)) == [(3, -10.0, 105.0)]


def test_a_trailing_stop_follows_over_many_bars(trade_orders):
    rows = [flat()] + [(100 + k, 101 + k, 99.5 + k, 100.5 + k) for k in range(10)] + [(109, 109, 100, 101)]
    order = Order("A", -10, OrderType.TRAILING_STOP, trail_usd=4.0, time_in_force=TimeInForce.GTC)
    # The highest high was 110: the stop stands at 106.
    assert filled(trade_orders(bars(rows), [(0, order)], RICH, FREE)) == [(11, -10.0, 106.0)]


def test_a_triggered_stop_limit_works_on_as_a_limit(trade_orders):
    rows = [flat(), (105, 106, 104, 105), (104, 105, 103.5, 104), (103.5, 104, 102, 103)]
    order = Order("A", 10, OrderType.STOP_LIMIT, 103.0, 102.0, time_in_force=TimeInForce.GTC)
    outcome = trade_orders(bars(rows), [(0, order)], RICH, FREE)
    assert filled(outcome) == [(3, 10.0, 103.0)]
    assert life(outcome, 0) == [OrderState.WORKING, OrderState.TRIGGERED, OrderState.FILLED]


def test_a_triggered_limit_if_touched_works_on_as_a_limit(trade_orders):
    rows = [flat(), (100, 101, 97.5, 100), (99, 100, 98.5, 99), (97, 98, 95, 96)]
    order = Order("A", 10, OrderType.LIMIT_IF_TOUCHED, 96.0, 98.0, time_in_force=TimeInForce.GTC)
    assert filled(trade_orders(bars(rows), [(0, order)], RICH, FREE)) == [(3, 10.0, 96.0)]


def test_a_stop_that_found_no_shares_takes_the_next_open(trade_orders):
    rows = [flat(), (100, 103, 99, 101, 4), (98, 99, 97, 98, 1e6)]
    order = Order.stop("A", 10, 102.0, TimeInForce.GTC)
    outcome = trade_orders(bars(rows), [(0, order)], RICH, FREE)
    assert filled(outcome) == [(1, 4.0, 102.0), (2, 6.0, 98.0)]
    assert OrderState.PARTIALLY_FILLED in life(outcome, 0)


@pytest.mark.parametrize("kind", [Order.market("A", 10), Order.at_close("A", 10), limit(101), stop(99)])
def test_an_order_of_the_last_row_meets_nothing(trade_orders, kind):
    outcome = trade_orders(bars([flat(), flat()]), [(1, kind)], RICH, FREE)
    assert len(outcome.fills) == 0
    assert len(outcome.events) == 0


@pytest.mark.parametrize("row", [0, 1, 2])
def test_an_order_meets_the_row_after_its_decision(trade_orders, row):
    rows = [flat(100), flat(101), flat(102), flat(103)]
    outcome = trade_orders(bars(rows), [(row, MARKET)], RICH, FREE)
    assert filled(outcome) == [(row + 1, 10.0, 101.0 + row)]


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "exactly" not in case.name and "gap" in case.name],
    ids=lambda c: c.name,
)
def test_a_gap_leaves_no_question_open(trade_orders, case, reading):
    outcome = trade_orders(bars([flat(), case.bar]), [(0, case.order)], RICH, FREE, None, reading)
    at_open = [fill for fill in filled(outcome) if fill[2] == case.bar[0]]
    assert bool(at_open) == (case.price == case.bar[0])


def test_costs_move_the_price_of_a_limit_up_to_its_limit(trade_orders):
    dear = replace(FREE, half_spread_bps=10.0)
    outcome = trade_orders(bars([flat(), (98.95, 101, 98, 100)]), [(0, limit(99))], RICH, dear)
    assert outcome.fills[0]["reference"] == 98.95
    assert outcome.fills[0]["price"] == 99.0
