"""No order is paid beyond its limit: what the costs would have added above it is held there."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DEAR, Traits, account, market
from order_drivers import FREE, ORDER_DRIVERS, RICH, bars, flat
from order_streams import draw_orders

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel import costs
from tradewright.kernel.costs import Rates, Slippage
from tradewright.kernel.inputs import terms_of
from tradewright.values.order import Amend, Order, OrderType, TimeInForce
from tradewright.values.panel import SPLIT
from tradewright.values.reading import Reading

IOC, FOK, GTC = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTC
STOP_LIMIT, TOUCH = OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED
# Ten basis points on every fill.
DEARER = replace(FREE, half_spread_bps=10.0)
TERMS = ("spread_usd", "impact_usd", "latency_usd")


def one(trade_orders, order, bar, rules=DEARER, reading=Reading.BASE):
    """The one fill of an order said at a calm close before this bar."""
    (fill,) = trade_orders(bars([flat(), bar]), [(0, order)], RICH, rules, None, reading).fills
    return fill


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize(
    ("order", "bar", "paid", "held_usd"),
    [
        # A resting limit, met inside the bar: no spread beyond its own price.
        (Order.limit("A", 10, 99.0), (100, 101, 98, 100), 99.0, 0.99),
        (Order.limit("A", -10, 101.0), (100, 102, 99, 100), 101.0, 1.01),
        # Marketable at the open: spread up to its limit, or all of it.
        (Order.limit("A", 10, 100.05), (100, 101, 99, 100), 100.05, 0.5),
        (Order.limit("A", -10, 99.95), (100, 101, 99, 100), 99.95, 0.5),
        (Order.limit("A", 10, 100.2), (100, 101, 99, 100), 100.1, 0.0),
        (Order.limit("A", 10, 100.05, IOC), (100, 101, 99, 100), 100.05, 0.5),
        (Order.limit("A", -10, 99.95, FOK), (100, 101, 99, 100), 99.95, 0.5),
        # Stop-limits, jumped at the open and met inside.
        (Order("A", 10, STOP_LIMIT, 102.05, 101.0), (102, 103, 101, 102), 102.05, 0.52),
        (Order("A", -10, STOP_LIMIT, 97.95, 99.0), (98, 99, 97, 98), 97.95, 0.48),
        # If touched: at the touch where the limit leaves room for it.
        (Order("A", 10, TOUCH, 99.05, 99.0), (100, 101, 98, 100), 99.05, 0.49),
        (Order("A", -10, TOUCH, 100.95, 101.0), (100, 102, 99, 100), 100.95, 0.51),
    ],
)
def test_a_price_is_held_at_the_limit(trade_orders, reading, order, bar, paid, held_usd):
    fill = one(trade_orders, order, bar, reading=reading)
    assert fill["price"] == pytest.approx(paid, rel=1e-12)
    assert fill["held_usd"] == pytest.approx(held_usd, rel=1e-9, abs=1e-9)


UNLIMITED = (Order.market("A", 10), Order.stop("A", 10, 100.0), Order.at_close("A", 10))


@pytest.mark.parametrize("order", UNLIMITED)
def test_orders_without_a_limit_pay_their_costs(trade_orders, order):
    fill = one(trade_orders, order, (100, 101, 99, 100))
    assert fill["price"] == pytest.approx(fill["reference"] * 1.001)
    assert fill["held_usd"] == 0.0


@pytest.mark.parametrize("name", ["realistic", "stressed"])
def test_named_profiles_hold_every_term(trade_orders, name):
    rules = replace(PROFILES[name], reject_share=0.0)
    rows = [(100, 101, 99, 100 + row % 2) for row in range(8)]
    said = [(7, Order.limit("A", 1000, 99.9)), (7, Order.limit("A", 1000, 100.01, IOC))]
    outcome = trade_orders(bars([*rows, (100, 103, 99.5, 100)]), said, RICH, rules)
    assert outcome.fills["price"].tolist() == [100.01, 99.9]
    assert (outcome.fills["held_usd"] > 0.0).all()
    at_open, resting = outcome.fills
    # What is paid above the print is shared out over the terms; a resting order pays none of them.
    assert all(at_open[name] > 0.0 for name in TERMS)
    assert sum(at_open[name] for name in TERMS) == pytest.approx(1000 * 0.01)
    assert all(resting[name] == 0.0 for name in TERMS)


@pytest.mark.parametrize("latency_ms", [0.0, 100.0])
def test_an_amended_limit_is_the_one_that_holds(trade_orders, latency_ms):
    rules = replace(DEARER, latency_low_ms=latency_ms, latency_high_ms=latency_ms)
    said = [(0, Order.limit("A", 10, 95.0, GTC)), (1, Amend(0, limit_usd=100.05))]
    (fill,) = trade_orders(bars([flat(), flat(), flat()]), said, RICH, rules).fills
    assert (fill["row"], fill["price"]) == (2, 100.05)


def test_a_split_moves_what_holds_a_price(trade_orders):
    panel = bars([flat(), flat(), (50, 51, 48, 50)], actions=[(2, 0, SPLIT, 2.0)])
    (fill,) = trade_orders(panel, [(0, Order.limit("A", 10, 98.0, GTC))], RICH, DEARER).fills
    assert (fill["qty"], fill["price"]) == (20.0, 49.0)


def test_a_limit_that_is_only_touched_is_held_as_well(trade_orders):
    rules = replace(DEARER, touch_fill_share=0.5)
    order = Order.limit("A", 10, 99.0)
    fill = one(trade_orders, order, (100, 101, 99, 100, 10), rules)
    assert (fill["qty"], fill["price"]) == (5.0, 99.0)
    assert fill["held_usd"] == pytest.approx(5 * 0.099)


@pytest.mark.parametrize("order", [Order.limit("A", 100, 99.0), Order.limit("A", -100, 101.0)])
def test_the_gross_limit_is_kept_by_a_price_that_is_held(trade_orders, order):
    tight = replace(RICH, capital_usd=5_000.0, max_gross=1.0)
    panel = bars([flat(), (100, 102, 98, 100)])
    outcome = trade_orders(panel, [(0, order)], tight, replace(DEARER, half_spread_bps=50.0))
    (fill,) = outcome.fills
    paid = order.limit_usd
    assert fill["price"] == paid
    assert 45 <= abs(fill["qty"]) * paid / 100 <= 50  # costs are reckoned in full: never too many shares


def test_target_weights_on_the_same_name_are_not_held(trade_orders):
    from markets import wishes

    decisions = wishes({0: 0.01, 1: 0.02, 2: 0.03})
    panel = market([100.0] * 5)
    said = [(0, Order.limit("A", 1, 100.01, GTC)), (1, Order.limit("A", 1, 99.0, GTC))]
    fills = trade_orders(panel, said, RICH, DEARER, decisions).fills
    mine = fills[fills["qty"] > 1.0]
    assert len(mine) == 3
    assert mine["price"].tolist() == pytest.approx([100.1] * 3)


def test_the_last_sale_knows_no_limit(trade_orders):
    ending = replace(RICH, liquidate_at_end=True)
    said = [(0, Order.limit("A", 10, 100.01))]
    fills = trade_orders(bars([flat(), flat(), flat()]), said, ending, DEARER).fills
    assert fills["price"].tolist() == pytest.approx([100.01, 99.9])


def test_a_commission_is_beside_the_price_and_goes_by_what_is_paid(trade_orders):
    rules = replace(DEARER, commission_bps=5.0)
    fill = one(trade_orders, Order.limit("A", 10, 99.0), (100, 101, 98, 100), rules)
    assert fill["commission_usd"] == pytest.approx(10 * 99.0 * 5e-4)


TERMS_OF_DEAR = terms_of(market([40.0] * 3), account(), DEAR)
slips = st.builds(
    Slippage,
    spread=st.floats(0.0, 0.1),
    drift=st.floats(0.0, 0.05),
    impact=st.floats(0.0, 1e-3),
)


@settings(max_examples=300, deadline=None)
@given(slips, st.floats(1.0, 1e6), st.sampled_from([-1.0, 1.0]), st.floats(0.1, 1e4), st.floats(0.0, 0.2))
def test_whatever_the_terms_the_limit_holds_and_they_add_up(slip, shares, sign, reference, room):
    limit = reference * (1.0 + sign * room)
    free = costs.charge(TERMS_OF_DEAR, Rates(), slip, sign * shares, reference)
    paid = costs.charge(TERMS_OF_DEAR, Rates(), replace(slip, limit=limit), sign * shares, reference)
    assert sign * paid.price <= sign * limit
    assert sign * paid.price <= sign * free.price
    in_price = paid.spread_usd + paid.impact_usd + paid.latency_usd
    size = shares * reference
    assert in_price == pytest.approx(shares * abs(paid.price - reference), abs=1e-9 * size)
    assert paid.held_usd == pytest.approx(shares * abs(free.price - paid.price), abs=1e-9 * size)
    assert paid.held_usd + in_price == pytest.approx(shares * abs(free.price - reference), abs=1e-9 * size)
    for name in TERMS:
        assert 0.0 <= getattr(paid, name) <= getattr(free, name) + 1e-9 * size


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["reference", "batch"]), st.sampled_from(list(Reading)))
def test_what_is_held_is_what_lies_beyond_a_limit(seed, driver, reading):
    stream = draw_orders(seed, Traits(bars=30, volume=1e3), account(capital_usd=1e5), DEAR)
    fills = ORDER_DRIVERS[driver](*stream.all, None, reading).fills
    in_price = sum(fills[name] for name in TERMS)
    assert in_price == pytest.approx(abs(fills["qty"] * (fills["price"] - fills["reference"])), abs=1e-6)
    assert (fills["held_usd"] >= 0.0).all()
    inside = fills[fills["price"] == fills["reference"]]
    assert all((inside[name] == 0.0).all() for name in TERMS)
