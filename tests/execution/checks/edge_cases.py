"""The last value that passes and the first that does not, of every limit under the conservative profile."""

import math
from dataclasses import dataclass, field, replace

from gate_cases import BOOK, BUY, LIMITS, LONG, NOW, SECOND

from tradewright.execution.checks.contract import NAN, YES
from tradewright.execution.checks.registry import CHECKS
from tradewright.execution.limits.contract import FREE
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
    Edge(
        number=3,
        name="qty",
        last=100.0,
        first=100.25,
    ),
    Edge(
        number=3,
        name="qty",
        last=200.0,
        first=201.0,
        book={"lot": 100.0},
    ),
    Edge(
        number=3,
        name="limit_usd",
        last=100.01,
        first=100.011,
    ),
    Edge(
        number=3,
        name="limit_usd",
        last=0.3,
        first=0.3001,
        book={"tick_usd": 0.1},
    ),
    Edge(
        number=3,
        name="limit_usd",
        last=100.05,
        first=100.06,
        book={"tick_usd": 0.05},
    ),
    Edge(
        number=3,
        name="stop_usd",
        last=98.0,
        first=98.005,
    ),
    Edge(
        number=4,
        name="reference_at",
        last=NOW - 5 * SECOND,
        first=NOW - 5 * SECOND - 1,
    ),
    Edge(
        number=4,
        name="reference_at",
        last=NOW,
        first=NOW + 1,
    ),
    Edge(
        number=5,
        name="limit_usd",
        last=101.99,
        first=102.01,
        limits={"collar_sigma": FREE},
    ),
    Edge(
        number=5,
        name="limit_usd",
        last=98.01,
        first=97.99,
        order={"qty": -100.0},
        limits={"collar_sigma": FREE},
    ),
    Edge(
        number=5,
        name="daily_volatility",
        last=0.002,
        first=0.0016,
    ),
    Edge(
        number=5,
        name="reference_usd",
        last=99.0,
        first=98.0,
        limits={"collar_sigma": FREE},
    ),
    Edge(
        number=6,
        name="qty",
        last=50_000.0,
        first=50_001.0,
        limits={"max_order_share": FREE, "max_volume_share": FREE},
    ),
    Edge(
        number=6,
        name="qty",
        last=1_000.0,
        first=1_001.0,
        order=AT_100,
    ),
    Edge(
        number=6,
        name="day_volume",
        last=10_000.0,
        first=9_999.0,
    ),
    Edge(
        number=6,
        name="equity_usd",
        last=100_000.0,
        first=99_999.0,
        order=AT_100,
    ),
    Edge(
        number=7,
        name="position",
        last=900.0,
        first=901.0,
        order=AT_100,
    ),
    Edge(
        number=7,
        name="working_buys",
        last=900.0,
        first=901.0,
        order=AT_100,
    ),
    Edge(
        number=7,
        name="position",
        last=-900.0,
        first=-901.0,
        order={"qty": -100.0, "limit_usd": 100.0},
    ),
    Edge(
        number=7,
        name="gross_usd",
        last=990_000.0,
        first=990_001.0,
        order=AT_100,
    ),
    Edge(
        number=7,
        name="working_opening_usd",
        last=990_000.0,
        first=990_001.0,
        order=AT_100,
    ),
    Edge(
        number=7,
        name="net_usd",
        last=990_000.0,
        first=990_001.0,
        order=AT_100,
    ),
    Edge(
        number=7,
        name="net_usd",
        last=-990_000.0,
        first=-990_001.0,
        order={"qty": -100.0, "limit_usd": 100.0},
    ),
    Edge(
        number=7,
        name="sector_gross_usd",
        last=290_000.0,
        first=290_001.0,
        order=AT_100,
    ),
    Edge(
        number=7,
        name="long_usd",
        last=990_000.0,
        first=990_001.0,
        order=AT_100,
    ),
    Edge(
        number=8,
        name="working_orders",
        last=49,
        first=50,
    ),
    Edge(
        number=8,
        name="working_usd",
        last=240_000.0,
        first=240_001.0,
        order=AT_100,
    ),
    Edge(
        number=9,
        name="buying_power_usd",
        last=11_055.01,
        first=11_054.99,
    ),
    Edge(
        number=10,
        name="orders_1s",
        last=4,
        first=5,
    ),
    Edge(
        number=10,
        name="orders_30s",
        last=49,
        first=50,
    ),
    Edge(
        number=10,
        name="orders_day",
        last=1_999,
        first=2_000,
        book={"fills_day": 1_000},
    ),
    Edge(
        number=10,
        name="fills_day",
        last=5,
        first=4,
        book={"orders_day": 99 + 1},
        limits={"max_order_to_trade": 20.2},
    ),
    Edge(
        number=10,
        name="cancels_1s",
        last=4,
        first=5,
        order=CANCEL,
    ),
    Edge(
        number=10,
        name="cancels_30s",
        last=49,
        first=50,
        order=CANCEL,
    ),
    Edge(
        number=10,
        name="cancels_day",
        last=1_999,
        first=2_000,
        order=CANCEL,
    ),
    Edge(
        number=11,
        name="duplicates",
        last=0,
        first=1,
    ),
    Edge(
        number=12,
        name="parent_qty",
        last=100.0,
        first=99.0,
    ),
    Edge(
        number=12,
        name="children_qty",
        last=400.0,
        first=401.0,
        order={"parent_qty": 500.0},
    ),
    Edge(
        number=12,
        name="children_qty",
        last=0.0,
        first=-1.0,
        order={"parent_qty": 500.0},
    ),
    Edge(
        number=13,
        name="repeats",
        last=2,
        first=3,
    ),
    Edge(
        number=14,
        name="own_lowest_sell_usd",
        last=100.51,
        first=100.5,
    ),
    Edge(
        number=14,
        name="own_highest_buy_usd",
        last=99.49,
        first=99.5,
        order=SELLING,
    ),
    Edge(
        number=14,
        name="own_lowest_sell_usd",
        last=math.inf,
        first=1e9,
        order=AT_MARKET,
    ),
    Edge(
        number=14,
        name="own_highest_buy_usd",
        last=0.0,
        first=0.01,
        order={**AT_MARKET, "qty": -100.0},
    ),
    Edge(
        number=15,
        name="day_start_usd",
        last=1e6 / 0.97501,
        first=1e6 / 0.97499,
    ),
    Edge(
        number=15,
        name="rolling_start_usd",
        last=1e6 / 0.95001,
        first=1e6 / 0.94999,
    ),
    Edge(
        number=15,
        name="session_peak_usd",
        last=1e6 / 0.97001,
        first=1e6 / 0.96999,
    ),
    Edge(
        number=15,
        name="peak_usd",
        last=1e6 / 0.90001,
        first=1e6 / 0.89999,
    ),
    Edge(
        number=15,
        name="kill_latched",
        last=0,
        first=1,
    ),
    Edge(
        number=16,
        name="stage_capital_usd",
        last=10_050.0,
        first=10_049.99,
    ),
    Edge(
        number=16,
        name="other_symbols",
        last=49.0,
        first=50.0,
    ),
    Edge(
        number=16,
        name="strategy_gross_usd",
        last=489_950.0,
        first=489_950.01,
    ),
    Edge(
        number=17,
        name="band_high_usd",
        last=100.5,
        first=100.49,
    ),
    Edge(
        number=17,
        name="band_low_usd",
        last=99.5,
        first=99.51,
        order=SELLING,
    ),
    Edge(
        number=18,
        name="model_at",
        last=NOW - 30 * DAY,
        first=NOW - 30 * DAY - 1,
    ),
    Edge(
        number=18,
        name="features_at",
        last=NOW - 60 * SECOND,
        first=NOW - 60 * SECOND - 1,
    ),
    Edge(
        number=18,
        name="heartbeat_at",
        last=NOW - 5 * SECOND,
        first=NOW - 5 * SECOND - 1,
    ),
    Edge(
        number=18,
        name="heartbeat_at",
        last=NOW,
        first=NOW + 1,
    ),
    Edge(
        number=18,
        name="clock_skew_ms",
        last=50.0,
        first=50.1,
    ),
    Edge(
        number=18,
        name="clock_skew_ms",
        last=-50.0,
        first=-50.1,
    ),
    Edge(
        number=19,
        name="opens_at",
        last=NOW,
        first=NOW + 1,
    ),
    Edge(
        number=19,
        name="closes_at",
        last=NOW + 1,
        first=NOW,
    ),
    Edge(
        number=19,
        name="opens_at",
        last=NOW + 1,
        first=NOW,
        order={"type": OrderType.MARKET_ON_OPEN},
    ),
    Edge(
        number=19,
        name="auction_cutoff_at",
        last=NOW + 1,
        first=NOW,
        order={"type": OrderType.MARKET_ON_CLOSE},
    ),
    Edge(
        number=20,
        name="located",
        last=100.0,
        first=99.0,
        order=SELLING,
    ),
    Edge(
        number=20,
        name="position",
        last=0.0,
        first=-1.0,
        order=SELLING,
        book={"located": 100.0},
    ),
    Edge(
        number=22,
        name="qty",
        last=-300.0,
        first=-301.0,
        order={"limit_usd": 99.5, "reduce_only": YES},
        book=LONG,
    ),
    Edge(
        number=22,
        name="working_sells",
        last=200.0,
        first=201.0,
        order={**SELLING, "reduce_only": YES},
        book=LONG,
    ),
)
