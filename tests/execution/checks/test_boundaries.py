"""Every limit holds exactly: at it an order passes, one step beyond it is refused."""

from dataclasses import replace

import pytest
from edge_cases import EDGES
from gate_cases import BOOK, BUY, LIMITS

from tradewright.execution.checks.contract import NAN
from tradewright.execution.checks.registry import CHECKS
from tradewright.execution.limits.registry import find
from tradewright.values.order import OrderType

BY_NUMBER = {check.number: check for check in CHECKS}


@pytest.mark.parametrize("edge", EDGES, ids=str)
def test_the_last_value_passes(edge):
    assert edge.judged(edge.last) is None


@pytest.mark.parametrize("edge", EDGES, ids=str)
def test_the_first_value_beyond_is_refused(edge):
    refusal = edge.judged(edge.first)
    assert refusal is not None
    assert not refusal.is_unknown
    assert refusal.code == 100 + edge.number


# What each profile makes of the same account.


@pytest.mark.parametrize(
    ("profile", "shares"),
    [
        ("conservative", 1_000.0),
        ("balanced", 2_500.0),
        ("aggressive", 5_000.0),
    ],
)
def test_the_largest_order_of_a_million_dollar_account(profile, shares):
    limits, order = find(profile), replace(BUY, limit_usd=100.0)
    judge = BY_NUMBER[6].judge
    assert judge(replace(order, qty=shares), BOOK, limits) is None
    assert judge(replace(order, qty=shares + 1.0), BOOK, limits) is not None


@pytest.mark.parametrize(
    ("profile", "bps"),
    [
        ("conservative", 200.0),
        ("balanced", 300.0),
        ("aggressive", 500.0),
    ],
)
def test_how_far_a_limit_may_stray(profile, bps):
    judge = BY_NUMBER[5].judge
    inside = replace(BUY, limit_usd=round(100.0 * (1.0 + bps * 1e-4), 2) - 0.01)
    beyond = replace(BUY, limit_usd=inside.limit_usd + 0.02)
    wild = replace(BOOK, daily_volatility=1.0)
    assert judge(inside, wild, find(profile)) is None
    assert judge(beyond, wild, find(profile)) is not None


@pytest.mark.parametrize("below", [99.0, 90.0, 50.0, 1.0])
def test_a_patient_limit_is_never_collared(below):
    assert BY_NUMBER[5].judge(replace(BUY, limit_usd=below), BOOK, LIMITS) is None


@pytest.mark.parametrize("above", [101.0, 110.0, 150.0])
def test_a_patient_sale_is_never_collared(above):
    order = replace(BUY, qty=-100.0, limit_usd=above)
    assert BY_NUMBER[5].judge(order, BOOK, LIMITS) is None


@pytest.mark.parametrize(
    "position",
    [-2_000.0, -1_500.0, -1_100.0],
)
def test_buying_back_part_of_too_large_a_short_is_not_held_against_the_long_side(position):
    book = replace(
        BOOK,
        position=position,
        net_usd=position * 100.0,
        gross_usd=-position * 100.0,
    )
    assert BY_NUMBER[7].judge(replace(BUY, limit_usd=100.0), book, LIMITS) is None


def test_a_flip_counts_what_it_closes_and_what_it_opens():
    # From 500 long to 500 short: gross stays, though 1000 shares trade.
    book = replace(BOOK, position=500.0, gross_usd=1e6, net_usd=50_000.0)
    order = replace(BUY, qty=-1_000.0, limit_usd=100.0)
    assert BY_NUMBER[7].judge(order, book, LIMITS) is None
    more = replace(order, qty=-1_001.0)
    assert BY_NUMBER[7].judge(more, book, LIMITS) is not None


def test_an_even_ratio_is_not_asked_before_a_hundred_orders():
    few = replace(BOOK, orders_day=99, fills_day=0)
    many = replace(BOOK, orders_day=100, fills_day=0)
    assert BY_NUMBER[10].judge(BUY, few, LIMITS) is None
    assert BY_NUMBER[10].judge(BUY, many, LIMITS) is not None


@pytest.mark.parametrize("phase", [2, 3, 4])
@pytest.mark.parametrize(
    "kind",
    [OrderType.LIMIT, OrderType.MARKET_ON_OPEN, OrderType.MARKET_ON_CLOSE],
)
def test_patient_orders_may_wait_through_auctions_and_pauses(phase, kind):
    order = replace(BUY, type=kind, limit_usd=100.0 if kind is OrderType.LIMIT else NAN)
    assert BY_NUMBER[17].judge(order, replace(BOOK, phase=phase), LIMITS) is None


@pytest.mark.parametrize("phase", [2, 3, 4])
@pytest.mark.parametrize(
    "kind",
    [
        OrderType.MARKET,
        OrderType.STOP,
        OrderType.STOP_LIMIT,
        OrderType.TRAILING_STOP,
        OrderType.LIMIT_IF_TOUCHED,
    ],
)
def test_orders_that_want_to_trade_at_once_may_not(phase, kind):
    order = replace(BUY, type=kind, limit_usd=NAN)
    assert BY_NUMBER[17].judge(order, replace(BOOK, phase=phase), LIMITS) is not None


def test_a_sale_out_of_a_long_position_needs_no_locate():
    book = replace(BOOK, position=100.0, located=NAN)
    assert BY_NUMBER[20].judge(replace(BUY, qty=-100.0), book, LIMITS) is None


def test_a_purchase_needs_no_locate():
    assert BY_NUMBER[20].judge(BUY, replace(BOOK, located=NAN, position=NAN), LIMITS) is None


def test_a_child_that_completes_its_parent_to_the_share_passes_through_rounding():
    order = replace(BUY, qty=0.1, parent_qty=0.3, children_qty=0.1 + 0.1)
    assert BY_NUMBER[12].judge(order, BOOK, LIMITS) is None


def test_a_parent_of_sales_takes_children_that_sell():
    judge = BY_NUMBER[12].judge
    order = replace(BUY, qty=-100.0, parent_qty=-500.0, children_qty=-400.0)
    assert judge(order, BOOK, LIMITS) is None
    assert judge(replace(order, children_qty=-401.0), BOOK, LIMITS) is not None


@pytest.mark.parametrize("number", [check.number for check in CHECKS])
def test_research_asks_nothing_that_it_need_not(number):
    research = find("research")
    refusal = BY_NUMBER[number].judge(
        replace(BUY, limit_usd=NAN), replace(BOOK, kill_latched=1, log_open=0, halted=1), research
    )
    # Alone the kill switch is still asked by the check itself where a profile needs it; research does not.
    assert refusal is None
