"""Orders are values: what no market would take cannot be built, and says how to mend it."""

import itertools
import math
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.values.errors import InvalidOption
from tradewright.values.order import (
    LEGAL_TRANSITIONS,
    Amend,
    Bracket,
    Cancel,
    OneCancelsOther,
    Order,
    OrderState,
    OrderType,
    TimeInForce,
    resized,
)
from tradewright.values.side import Side

PRICES = {
    OrderType.MARKET: {},
    OrderType.LIMIT: {"limit_usd": 10.0},
    OrderType.STOP: {"stop_usd": 10.0},
    OrderType.STOP_LIMIT: {"stop_usd": 10.0, "limit_usd": 10.5},
    OrderType.TRAILING_STOP: {"trail_usd": 0.5},
    OrderType.LIMIT_IF_TOUCHED: {"stop_usd": 10.0, "limit_usd": 10.5},
    OrderType.MARKET_ON_OPEN: {},
    OrderType.MARKET_ON_CLOSE: {},
}


def test_every_type_is_covered_here():
    assert set(PRICES) == set(OrderType)


@pytest.mark.parametrize("kind", OrderType)
@pytest.mark.parametrize("qty", [100.0, -3.5])
def test_an_order_with_the_prices_of_its_type_can_be_built(kind, qty):
    order = Order("SPY", qty, kind, **PRICES[kind])
    assert order.side is (Side.BUY if qty > 0 else Side.SELL)
    assert order.time_in_force is TimeInForce.DAY


@pytest.mark.parametrize("kind", [kind for kind in OrderType if PRICES[kind]])
def test_an_order_without_a_price_of_its_type_is_refused(kind):
    for name in PRICES[kind]:
        given_ = {key: value for key, value in PRICES[kind].items() if key != name}
        with pytest.raises(InvalidOption, match=name):
            Order("SPY", 1, kind, **given_)


@pytest.mark.parametrize("kind", OrderType)
def test_a_price_the_type_has_no_use_for_is_refused(kind):
    for name in {"limit_usd", "stop_usd", "trail_usd"} - set(PRICES[kind]):
        with pytest.raises(InvalidOption, match=name):
            Order("SPY", 1, kind, **PRICES[kind], **{name: 9.0})


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("kind", [kind for kind in OrderType if PRICES[kind]])
def test_a_price_that_cannot_print_is_refused_by_name(kind, value):
    for name in PRICES[kind]:
        with pytest.raises(InvalidOption, match=name):
            Order("SPY", 1, kind, **{**PRICES[kind], name: value})


@pytest.mark.parametrize("qty", [0.0, math.nan, math.inf, -math.inf])
def test_a_size_that_is_none_is_refused(qty):
    with pytest.raises(InvalidOption, match="qty"):
        Order.market("SPY", qty)


@pytest.mark.parametrize("percent", [0.0, -1.0, 100.0, math.nan])
def test_a_trail_in_per_cent_is_between_nothing_and_everything(percent):
    with pytest.raises(InvalidOption, match="trail_percent"):
        Order("SPY", -1, OrderType.TRAILING_STOP, trail_percent=percent)


def test_a_trailing_stop_has_exactly_one_distance():
    with pytest.raises(InvalidOption, match="exactly one"):
        Order("SPY", -1, OrderType.TRAILING_STOP, trail_usd=1.0, trail_percent=1.0)
    with pytest.raises(InvalidOption, match="exactly one"):
        Order("SPY", -1, OrderType.TRAILING_STOP)


def test_good_till_date_needs_its_date_and_no_other_order_has_one():
    assert Order("SPY", 1, time_in_force=TimeInForce.GTD, good_till=5).good_till == 5
    with pytest.raises(InvalidOption, match="good_till"):
        Order("SPY", 1, time_in_force=TimeInForce.GTD)
    with pytest.raises(InvalidOption, match="GTD"):
        Order("SPY", 1, good_till=5)


@pytest.mark.parametrize("kind", [OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE])
@pytest.mark.parametrize("kept", [TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
def test_an_auction_order_ends_with_its_auction(kind, kept):
    with pytest.raises(InvalidOption, match="auction"):
        Order("SPY", 1, kind, time_in_force=kept)


@pytest.mark.parametrize("kind", OrderType)
@pytest.mark.parametrize("kept", [TimeInForce.IOC, TimeInForce.FOK])
def test_only_market_and_limit_orders_can_ask_to_be_filled_at_once(kind, kept):
    if kind in (OrderType.MARKET, OrderType.LIMIT):
        assert Order("SPY", 1, kind, **PRICES[kind], time_in_force=kept).time_in_force is kept
        return
    with pytest.raises(InvalidOption, match=r"DAY|GTC"):
        Order("SPY", 1, kind, **PRICES[kind], time_in_force=kept)


def test_an_order_cannot_be_changed_and_is_equal_to_its_like():
    order = Order.limit("SPY", 1, 10.0)
    with pytest.raises(FrozenInstanceError):
        order.qty = 2
    assert order == Order.limit("SPY", 1, 10.0)
    assert hash(order) == hash(Order.limit("SPY", 1, 10.0))
    assert resized(order, 2) == Order.limit("SPY", 2, 10.0)


def test_short_forms_say_what_they_are():
    assert Order.market("SPY", 1).type is OrderType.MARKET
    assert Order.stop("SPY", -1, 9.0).stop_usd == 9.0
    assert Order.at_open("SPY", 1).type is OrderType.MARKET_ON_OPEN
    assert Order.at_close("SPY", 1).type is OrderType.MARKET_ON_CLOSE


@pytest.mark.parametrize("sign", [1, -1])
def test_a_bracket_around_an_entry_reduces_only_and_waits(sign):
    entry = Order.limit("SPY", 100 * sign, 50.0)
    bracket = Bracket.around(entry, 50.0 + 5 * sign, 50.0 - 5 * sign)
    assert [one.type for one in bracket.exits] == [OrderType.LIMIT, OrderType.STOP]
    assert all(one.reduce_only and one.qty == -entry.qty for one in bracket.exits)
    assert all(one.time_in_force is TimeInForce.GTC for one in bracket.exits)


@pytest.mark.parametrize(
    ("target", "stop"), [(45.0, 40.0), (55.0, 52.0), (50.0, 40.0), (55.0, 50.0), (40.0, 60.0)]
)
def test_a_bracket_whose_prices_cross_is_refused(target, stop):
    with pytest.raises(InvalidOption, match="stop below entry below target"):
        Bracket.around(Order.limit("SPY", 100, 50.0), target, stop)
    with pytest.raises(InvalidOption, match="target below entry below stop"):
        Bracket.around(Order.limit("SPY", -100, 50.0), 100.0 - target, 100.0 - stop)


def test_a_bracket_without_exits_is_an_order():
    with pytest.raises(InvalidOption, match="without exits"):
        Bracket(Order.market("SPY", 1))


def test_an_exit_undoes_its_entry():
    entry = Order.market("SPY", 10)
    for wrong in (Order.stop("SPY", 10, 9.0), Order.stop("SPY", -9, 9.0), Order.stop("QQQ", -10, 9.0)):
        with pytest.raises(InvalidOption, match="undoes"):
            Bracket(entry, stop_loss=wrong)


def test_an_exit_is_of_a_type_that_can_wait():
    entry = Order.market("SPY", 10)
    with pytest.raises(InvalidOption, match="take_profit is a stop order"):
        Bracket(entry, take_profit=Order.stop("SPY", -10, 9.0))
    with pytest.raises(InvalidOption, match="stop_loss is a limit order"):
        Bracket(entry, stop_loss=Order.limit("SPY", -10, 9.0))
    with pytest.raises(InvalidOption, match="wait"):
        Bracket(entry, take_profit=Order.limit("SPY", -10, 12.0, TimeInForce.FOK))


def test_one_cancels_other_takes_the_same_symbol_and_size():
    above, below = Order.stop("SPY", 10, 11.0), Order.stop("SPY", -10, 9.0)
    assert OneCancelsOther(above, below).first is above
    for other in (replace(below, symbol="QQQ"), replace(below, qty=-9)):
        with pytest.raises(InvalidOption, match="same symbol and size"):
            OneCancelsOther(above, other)


@pytest.mark.parametrize("ticket", [-1, True, 1.5, "3"])
def test_a_ticket_is_a_number_from_zero_on(ticket):
    with pytest.raises(InvalidOption, match="ticket"):
        Cancel(ticket)
    with pytest.raises(InvalidOption, match="ticket"):
        Amend(ticket, qty=1.0)


def test_an_amendment_changes_something_that_can_be():
    with pytest.raises(InvalidOption, match="changes nothing"):
        Amend(3)
    for name, value in itertools.product(("limit_usd", "stop_usd"), (0.0, -1.0, math.nan, math.inf)):
        with pytest.raises(InvalidOption, match=name):
            Amend(3, **{name: value})
    with pytest.raises(InvalidOption, match="qty"):
        Amend(3, qty=0.0)
    assert Amend(3, qty=-5.0).qty == -5.0


def test_every_state_has_its_transitions_and_ends_lead_nowhere():
    assert set(LEGAL_TRANSITIONS) == set(OrderState)
    ends = {state for state in OrderState if state.is_final}
    assert ends == {
        OrderState.FILLED,
        OrderState.REPLACED,
        OrderState.CANCELLED,
        OrderState.EXPIRED,
        OrderState.REJECTED,
    }


def test_every_state_is_reached_from_the_first_and_can_end():
    reached, edge = {OrderState.PENDING}, {OrderState.PENDING}
    while edge:
        edge = {later for state in edge for later in LEGAL_TRANSITIONS[state]} - reached
        reached |= edge
    assert reached == set(OrderState)
    for state in OrderState:
        assert state.is_final or any(later.is_final for later in LEGAL_TRANSITIONS[state])


@given(st.sampled_from(OrderState), st.sampled_from(OrderState))
def test_no_state_goes_back_to_waiting(first, second):
    if first.may_become(second):
        assert second not in (OrderState.PENDING,)
        assert not (second is OrderState.HELD and first is not OrderState.PENDING)
        assert not first.is_final


def test_the_numbers_of_kept_states_never_change():
    assert [state.value for state in OrderState] == list(range(10))
    assert (OrderState.WORKING, OrderState.FILLED, OrderState.REPLACED, OrderState.CANCELLED) == (0, 1, 2, 3)
