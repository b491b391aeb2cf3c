"""Every limit holds exactly: at it an order passes, one step beyond it is refused."""

import math
from dataclasses import dataclass, field, replace

import pytest
from gate_cases import BOOK, BUY, LIMITS, LONG, NOW, SECOND

from tradewright.execution.checks.contract import NAN, YES
from tradewright.execution.checks.registry import CHECKS
from tradewright.execution.limits.contract import FREE
from tradewright.execution.limits.registry import find
from tradewright.values.order import OrderType

BY_NUMBER = {check.number: check for check in CHECKS}
DAY = 86_400 * SECOND
SELLING = {"qty": -100.0, "limit_usd": 99.5}
AT_100 = {"limit_usd": 100.0}
AT_MARKET = {"type": OrderType.MARKET, "limit_usd": NAN}
CANCEL = {"is_cancel": YES}


@dataclass(frozen=True)
class Edge:
    """The last value that passes and the first that does not, of one field of book or order."""

    number: int
    name: str
    last: float
    first: float
    order: dict = field(default_factory=dict)
    book: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)

    def judged(self, value: float):
        """What the check says with this value in its place."""
        order, book = dict(self.order), dict(self.book)
        (book if hasattr(BOOK, self.name) else order)[self.name] = value
        return BY_NUMBER[self.number].judge(
            replace(BUY, **order), replace(BOOK, **book), replace(LIMITS, **self.limits)
        )

    def __str__(self):
        return f"{self.number}-{self.name}={self.first}"


EDGES = (
    # 3: the grids of ticks and lots.
    Edge(3, "qty", 100.0, 100.25),
    Edge(3, "qty", 200.0, 201.0, book={"lot": 100.0}),
    Edge(3, "limit_usd", 100.01, 100.011),
    Edge(3, "limit_usd", 0.3, 0.3001, book={"tick_usd": 0.1}),
    Edge(3, "limit_usd", 100.05, 100.06, book={"tick_usd": 0.05}),
    Edge(3, "stop_usd", 98.0, 98.005),
    # 4: the age of the price.
    Edge(4, "reference_at", NOW - 5 * SECOND, NOW - 5 * SECOND - 1),
    Edge(4, "reference_at", NOW, NOW + 1),
    # 5: how far a price may stray, on the wrong side alone.
    Edge(5, "limit_usd", 101.99, 102.01, limits={"collar_sigma": FREE}),
    Edge(5, "limit_usd", 98.01, 97.99, order={"qty": -100.0}, limits={"collar_sigma": FREE}),
    Edge(5, "daily_volatility", 0.002, 0.0016),
    Edge(5, "reference_usd", 99.0, 98.0, limits={"collar_sigma": FREE}),
    # 6: one order.
    Edge(6, "qty", 50_000.0, 50_001.0, limits={"max_order_share": FREE, "max_volume_share": FREE}),
    Edge(6, "qty", 1_000.0, 1_001.0, order=AT_100),
    Edge(6, "day_volume", 10_000.0, 9_999.0),
    Edge(6, "equity_usd", 100_000.0, 99_999.0, order=AT_100),
    # 7: the projected state.
    Edge(7, "position", 900.0, 901.0, order=AT_100),
    Edge(7, "working_buys", 900.0, 901.0, order=AT_100),
    Edge(7, "position", -900.0, -901.0, order={"qty": -100.0, "limit_usd": 100.0}),
    Edge(7, "gross_usd", 990_000.0, 990_001.0, order=AT_100),
    Edge(7, "working_opening_usd", 990_000.0, 990_001.0, order=AT_100),
    Edge(7, "net_usd", 990_000.0, 990_001.0, order=AT_100),
    Edge(7, "net_usd", -990_000.0, -990_001.0, order={"qty": -100.0, "limit_usd": 100.0}),
    Edge(7, "sector_gross_usd", 290_000.0, 290_001.0, order=AT_100),
    Edge(7, "long_usd", 990_000.0, 990_001.0, order=AT_100),
    # 8: what works.
    Edge(8, "working_orders", 49, 50),
    Edge(8, "working_usd", 240_000.0, 240_001.0, order=AT_100),
    # 9: money.
    Edge(9, "buying_power_usd", 11_055.01, 11_054.99),
    # 10: pace.
    Edge(10, "orders_1s", 4, 5),
    Edge(10, "orders_30s", 49, 50),
    Edge(10, "orders_day", 1_999, 2_000, book={"fills_day": 1_000}),
    Edge(10, "fills_day", 5, 4, book={"orders_day": 99 + 1}, limits={"max_order_to_trade": 20.2}),
    Edge(10, "cancels_1s", 4, 5, order=CANCEL),
    Edge(10, "cancels_30s", 49, 50, order=CANCEL),
    Edge(10, "cancels_day", 1_999, 2_000, order=CANCEL),
    # 11 to 14: repeats, parents, own orders.
    Edge(11, "duplicates", 0, 1),
    Edge(12, "parent_qty", 100.0, 99.0),
    Edge(12, "children_qty", 400.0, 401.0, order={"parent_qty": 500.0}),
    Edge(12, "children_qty", 0.0, -1.0, order={"parent_qty": 500.0}),
    Edge(13, "repeats", 2, 3),
    Edge(14, "own_lowest_sell_usd", 100.51, 100.5),
    Edge(14, "own_highest_buy_usd", 99.49, 99.5, order=SELLING),
    Edge(14, "own_lowest_sell_usd", math.inf, 1e9, order=AT_MARKET),
    Edge(14, "own_highest_buy_usd", 0.0, 0.01, order={**AT_MARKET, "qty": -100.0}),
    # 15: losses, at the limit already too many.
    Edge(15, "day_start_usd", 1e6 / 0.97501, 1e6 / 0.97499),
    Edge(15, "rolling_start_usd", 1e6 / 0.95001, 1e6 / 0.94999),
    Edge(15, "session_peak_usd", 1e6 / 0.97001, 1e6 / 0.96999),
    Edge(15, "peak_usd", 1e6 / 0.90001, 1e6 / 0.89999),
    Edge(15, "kill_latched", 0, 1),
    # 16: the stage.
    Edge(16, "stage_capital_usd", 10_050.0, 10_049.99),
    Edge(16, "strategy_gross_usd", 489_950.0, 489_950.01),
    # 17: bands.
    Edge(17, "band_high_usd", 100.5, 100.49),
    Edge(17, "band_low_usd", 99.5, 99.51, order=SELLING),
    # 18: ages and clocks.
    Edge(18, "model_at", NOW - 30 * DAY, NOW - 30 * DAY - 1),
    Edge(18, "features_at", NOW - 60 * SECOND, NOW - 60 * SECOND - 1),
    Edge(18, "heartbeat_at", NOW - 5 * SECOND, NOW - 5 * SECOND - 1),
    Edge(18, "heartbeat_at", NOW, NOW + 1),
    Edge(18, "clock_skew_ms", 50.0, 50.1),
    Edge(18, "clock_skew_ms", -50.0, -50.1),
    # 19: the session.
    Edge(19, "opens_at", NOW, NOW + 1),
    Edge(19, "closes_at", NOW + 1, NOW),
    Edge(19, "opens_at", NOW + 1, NOW, order={"type": OrderType.MARKET_ON_OPEN}),
    Edge(19, "auction_cutoff_at", NOW + 1, NOW, order={"type": OrderType.MARKET_ON_CLOSE}),
    # 20: borrow.
    Edge(20, "located", 100.0, 99.0, order=SELLING),
    Edge(20, "position", 0.0, -1.0, order=SELLING, book={"located": 100.0}),
    # 22: bounded exits.
    Edge(22, "qty", -300.0, -301.0, order={"limit_usd": 99.5, "reduce_only": YES}, book=LONG),
    Edge(22, "working_sells", 200.0, 201.0, order={**SELLING, "reduce_only": YES}, book=LONG),
)


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
