"""What a check sees of an order: its fields, its price, what it opens, and whether it is an exit."""

import dataclasses
import math
from dataclasses import fields, replace

import pytest
from gate_cases import BOOK, BUY, MARKET, NOW, SELL, holding
from hypothesis import given
from hypothesis import strategies as st

from tradewright.execution.checks.contract import (
    NAN,
    UNKNOWN,
    Book,
    Request,
    is_bounded_exit,
    notional_price,
    opening_shares,
    refused,
    request_of,
    unknown,
)
from tradewright.values.order import Order, OrderType, TimeInForce

shares = st.integers(-1_000, 1_000).map(float)
working = st.integers(0, 1_000).map(float)


def test_everything_in_an_empty_book_is_unknown():
    for field in fields(Book):
        value = getattr(Book(), field.name)
        assert value == UNKNOWN or math.isnan(value), field.name


def test_books_requests_and_refusals_are_frozen():
    for value in (BOOK, BUY, refused(1, "a", "b", "C.")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, fields(value)[0].name, 5)


def test_a_market_order_has_no_prices():
    request = request_of(Order.market("SPY", 100.0), NOW)
    assert math.isnan(request.limit_usd)
    assert math.isnan(request.stop_usd)
    assert (request.symbol, request.qty, request.at) == ("SPY", 100.0, NOW)
    assert request.type == OrderType.MARKET
    assert request.parent_qty == 0.0
    assert not request.is_cancel


def test_a_limit_order_keeps_its_limit_and_time_in_force():
    request = request_of(Order.limit("SPY", -5.0, 99.5, TimeInForce.GTC), NOW)
    assert request.limit_usd == 99.5
    assert request.qty == -5.0
    assert request.type == OrderType.LIMIT
    assert request.time_in_force == TimeInForce.GTC


def test_a_stop_order_keeps_its_stop():
    request = request_of(Order.stop("SPY", -5.0, 95.0), NOW)
    assert request.stop_usd == 95.0
    assert math.isnan(request.limit_usd)


def test_an_order_good_till_a_date_keeps_it():
    order = Order(
        "SPY",
        5.0,
        OrderType.LIMIT,
        limit_usd=99.0,
        time_in_force=TimeInForce.GTD,
        good_till=NOW + 5,
    )
    assert request_of(order, NOW).good_till == NOW + 5


def test_a_reducing_order_says_so():
    order = replace(Order.market("SPY", -5.0), reduce_only=True)
    assert request_of(order, NOW).reduce_only == 1


def test_a_slice_names_its_parent():
    request = request_of(Order.market("SPY", 5.0), NOW, parent_qty=50.0, children_qty=10.0)
    assert (request.parent_qty, request.children_qty) == (50.0, 10.0)


@pytest.mark.parametrize(
    ("limit", "reference", "expected"),
    [
        (NAN, 100.0, 100.0),
        (101.0, 100.0, 101.0),
        (99.0, 100.0, 100.0),
        (100.0, 100.0, 100.0),
    ],
)
def test_an_order_is_valued_at_the_higher_of_limit_and_reference(limit, reference, expected):
    order, book = replace(BUY, limit_usd=limit), replace(BOOK, reference_usd=reference)
    assert notional_price(order, book) == expected


def test_without_a_reference_nothing_is_valued():
    assert math.isnan(notional_price(BUY, replace(BOOK, reference_usd=NAN)))


@pytest.mark.parametrize(
    ("position", "buys", "sells", "qty", "opens"),
    [
        (0.0, 0.0, 0.0, 100.0, 100.0),
        (0.0, 0.0, 0.0, -100.0, 100.0),
        (50.0, 0.0, 0.0, 100.0, 100.0),
        (-50.0, 0.0, 0.0, -100.0, 100.0),
        (-50.0, 0.0, 0.0, 100.0, 50.0),
        (50.0, 0.0, 0.0, -100.0, 50.0),
        (-100.0, 0.0, 0.0, 100.0, 0.0),
        (100.0, 0.0, 0.0, -100.0, 0.0),
        (-100.0, 40.0, 0.0, 100.0, 40.0),
        (100.0, 0.0, 40.0, -100.0, 40.0),
        (-100.0, 400.0, 0.0, 100.0, 100.0),
        (100.0, 0.0, 400.0, -100.0, 100.0),
        (-100.0, 0.0, 400.0, 100.0, 0.0),
        (100.0, 400.0, 0.0, -100.0, 0.0),
    ],
)
def test_an_order_opens_what_its_side_cannot_close(position, buys, sells, qty, opens):
    book = replace(BOOK, position=position, working_buys=buys, working_sells=sells)
    assert opening_shares(replace(MARKET, qty=qty), book) == opens


@pytest.mark.parametrize(
    ("qty", "name"),
    [
        (100.0, "position"),
        (-100.0, "position"),
        (100.0, "working_buys"),
        (-100.0, "working_sells"),
    ],
)
def test_what_is_opened_on_an_unknown_book_is_unknown(qty, name):
    assert math.isnan(opening_shares(replace(MARKET, qty=qty), replace(BOOK, **{name: NAN})))


@given(position=shares, buys=working, sells=working, qty=shares.filter(bool))
def test_what_an_order_opens_lies_between_nothing_and_all_of_it(position, buys, sells, qty):
    book = replace(BOOK, position=position, working_buys=buys, working_sells=sells)
    assert 0.0 <= opening_shares(replace(MARKET, qty=qty), book) <= abs(qty)


@given(position=shares, buys=working, sells=working, qty=shares.filter(bool))
def test_a_mirrored_book_opens_the_same(position, buys, sells, qty):
    book = replace(BOOK, position=position, working_buys=buys, working_sells=sells)
    mirror = replace(BOOK, position=-position, working_buys=sells, working_sells=buys)
    order, other = replace(MARKET, qty=qty), replace(MARKET, qty=-qty)
    assert opening_shares(order, book) == opening_shares(other, mirror)
    assert is_bounded_exit(order, book) == is_bounded_exit(other, mirror)


@pytest.mark.parametrize(
    ("position", "sells", "qty", "is_exit"),
    [
        (300.0, 0.0, -100.0, True),
        (300.0, 0.0, -300.0, True),
        (300.0, 0.0, -301.0, False),
        (300.0, 200.0, -100.0, True),
        (300.0, 201.0, -100.0, False),
        (300.0, 0.0, 100.0, False),
        (-300.0, 0.0, -100.0, False),
        (0.0, 0.0, -100.0, False),
        (0.0, 0.0, 100.0, False),
        (NAN, 0.0, -100.0, False),
        (300.0, NAN, -100.0, False),
    ],
)
def test_an_exit_reduces_and_is_bounded_by_what_is_held(position, sells, qty, is_exit):
    book = replace(BOOK, position=position, working_sells=sells)
    assert is_bounded_exit(replace(MARKET, qty=qty), book) is is_exit


@pytest.mark.parametrize("qty", [0.0, NAN, math.inf, -math.inf])
def test_no_number_of_shares_is_no_exit(qty):
    assert not is_bounded_exit(replace(SELL, qty=qty), holding())


def test_a_cancel_is_no_exit():
    assert not is_bounded_exit(replace(SELL, is_cancel=1), holding())


def test_a_refusal_reads_as_one_line():
    refusal = refused(6, "50,000 shares", "60,000 shares", "Split it: 50,000 at a time.")
    assert refusal.words == ("order size: 60,000 shares; allowed: 50,000 shares. Split it: 50,000 at a time.")
    assert refusal.code == 106
    assert not refusal.is_unknown


def test_a_refusal_for_want_of_an_input_says_so():
    refusal = unknown(4, "a price of SPY", "Wait for a fresh print.")
    assert refusal.words == (
        "fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a fresh print."
    )
    assert refusal.is_unknown


def test_a_request_needs_symbol_quantity_and_instant_alone():
    assert Request("SPY", 1.0, NOW) == replace(MARKET, qty=1.0)
