"""A trading day at the door, order by order: what a desk would see, with clock, tally, switch and log."""

import itertools
import math
from dataclasses import dataclass, field, replace

import pytest
from gate_cases import BOOK, LIMITS, NOW, SECOND

from tradewright.execution.checks.contract import (
    CLOSING_AUCTION,
    NO,
    OPENING_AUCTION,
    PAUSED,
    YES,
    Book,
    Request,
    request_of,
)
from tradewright.execution.gateway import Decision, Gateway, Verdict, log_record
from tradewright.execution.limits.registry import find
from tradewright.values.errors import Blocked
from tradewright.values.order import Bracket, Order, OrderType, TimeInForce

MINUTE = 60 * SECOND
OPEN = NOW - 30 * MINUTE
CLOSE = NOW + 360 * MINUTE


@dataclass
class Desk:
    """An account that fills everything it sends at the reference price, and a door before it."""

    limits: str = "conservative"
    at: int = NOW
    price: float = 100.0
    position: float = 0.0
    cash_usd: float = 1e6
    day_start_usd: float = 1e6
    peak_usd: float = 1e6
    changes: dict = field(default_factory=dict)
    log: list[Decision] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.door = Gateway(find(self.limits), self.log.append)

    @property
    def equity_usd(self) -> float:
        return self.cash_usd + self.position * self.price

    def book(self, request: Request) -> Book:
        """Everything the desk knows at this instant."""
        value = abs(self.position) * self.price
        self.peak_usd = max(self.peak_usd, self.equity_usd)
        known = {
            "reference_usd": self.price,
            "reference_at": self.at,
            "features_at": self.at,
            "heartbeat_at": self.at,
            "model_at": self.at,
            "opens_at": OPEN,
            "closes_at": CLOSE,
            "auction_cutoff_at": CLOSE - 10 * MINUTE,
            "equity_usd": self.equity_usd,
            "position": self.position,
            "gross_usd": value,
            "net_usd": self.position * self.price,
            "long_usd": max(self.position, 0.0) * self.price,
            "sector_gross_usd": value,
            "strategy_gross_usd": value,
            "other_symbols": 0.0,
            "buying_power_usd": self.cash_usd,
            "day_start_usd": self.day_start_usd,
            "session_peak_usd": self.peak_usd,
            "peak_usd": self.peak_usd,
            "rolling_start_usd": self.day_start_usd,
            "band_low_usd": self.price * 0.9,
            "band_high_usd": self.price * 1.1,
        }
        return replace(BOOK, **{**known, **self.door.tally.counts(request), **self.changes})

    def send(self, order: Order, fills: bool = True) -> Decision:
        """Ask the door, and let the market fill what passed."""
        request = request_of(order, self.at)
        decision = self.door.ask(request, self.book(request))
        if fills and decision.qty:
            self.position += decision.qty
            self.cash_usd -= decision.qty * self.price
            self.door.tally.filled(self.at, order.symbol, decision.qty)
        return decision

    def wait(self, seconds: float) -> None:
        self.at += int(seconds * SECOND)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def buy(shares: float, limit: float | None = None) -> Order:
    return Order.market("SPY", shares) if limit is None else Order.limit("SPY", shares, limit)


def test_a_quiet_day_passes(desk):
    for shares in (100.0, 200.0, 300.0):
        assert desk.send(buy(shares)).verdict is Verdict.PASSED
        desk.wait(60)
    assert desk.send(buy(-600.0)).is_exit
    assert desk.position == 0.0
    assert [one.verdict for one in desk.log] == [Verdict.PASSED] * 4


def test_a_position_grows_to_its_limit_and_no_further(desk):
    passed = 0
    for shares in range(200, 220):
        passed += desk.send(buy(float(shares))).verdict is Verdict.PASSED
        desk.wait(10)
    assert passed == 4
    assert desk.position * desk.price <= 0.10 * desk.equity_usd
    assert desk.log[-1].rule == "exposure"


def test_a_price_that_went_stale_stops_opening_and_not_closing(desk):
    desk.send(buy(300.0))
    desk.wait(60)
    desk.changes = {"reference_at": desk.at - 30 * SECOND}
    assert desk.send(buy(100.0)).rule == "fresh price"
    assert desk.send(buy(-300.0)).verdict is Verdict.PASSED


def test_a_feed_that_died_altogether_still_lets_the_desk_out(desk):
    desk.send(buy(300.0))
    desk.wait(60)
    desk.changes = {"reference_usd": math.nan, "reference_at": -1, "daily_volatility": math.nan}
    assert desk.send(buy(100.0)).refusal.is_unknown
    assert desk.send(buy(-300.0)).verdict is Verdict.PASSED


def test_nobody_trades_at_the_market_in_an_auction_or_a_pause(desk):
    for phase in (OPENING_AUCTION, CLOSING_AUCTION, PAUSED):
        desk.changes = {"phase": phase}
        assert desk.send(buy(100.0)).rule == "trading phase"
        assert desk.send(buy(50.0 + phase, 100.0)).verdict is Verdict.PASSED
        desk.wait(60)


def test_before_the_open_only_orders_for_the_open_pass(desk):
    desk.at = OPEN - 5 * MINUTE
    assert desk.send(buy(100.0)).rule == "session"
    assert desk.send(Order.at_open("SPY", 100.0)).verdict is Verdict.PASSED


def test_after_the_cut_off_the_closing_auction_is_closed(desk):
    desk.at = CLOSE - 15 * MINUTE
    assert desk.send(Order.at_close("SPY", 100.0)).verdict is Verdict.PASSED
    desk.at = CLOSE - 5 * MINUTE
    assert desk.send(Order.at_close("SPY", 110.0)).rule == "session"


def test_after_the_close_nothing_passes_not_even_an_exit(desk):
    desk.send(buy(300.0))
    desk.at = CLOSE
    assert desk.send(buy(100.0)).rule == "session"
    assert desk.send(buy(-300.0)).rule == "session"


def test_a_runaway_strategy_is_throttled_and_recovers(desk):
    first = [desk.send(buy(10.0 + place)).verdict for place in range(8)]
    assert first.count(Verdict.PASSED) == LIMITS.max_orders_1s
    desk.wait(1.5)
    assert desk.send(buy(30.0)).verdict is Verdict.PASSED


def test_a_stuck_strategy_that_repeats_itself_is_stopped(desk):
    verdicts = []
    for _ in range(6):
        verdicts.append(desk.send(buy(25.0)).rule)
        desk.wait(6)
    assert verdicts == ["all", "all", "all", "execution loop", "execution loop", "execution loop"]
    desk.wait(60)
    assert desk.send(buy(25.0)).verdict is Verdict.PASSED


def test_a_double_click_is_one_order(desk):
    assert desk.send(buy(100.0), fills=False).verdict is Verdict.PASSED
    assert desk.send(buy(100.0), fills=False).rule == "duplicate"
    desk.wait(5)
    assert desk.send(buy(100.0), fills=False).verdict is Verdict.PASSED


def test_a_falling_market_scales_then_stops_then_lets_out(desk):
    desk.changes = {"sector_gross_usd": 0.0}
    for shares in (250.0, 251.0, 252.0):
        desk.send(buy(shares))
        desk.wait(10)
    held = desk.position
    # Positions of a tenth cannot lose three per cent of the account: let cash fall instead.
    desk.cash_usd -= 0.02 * 1e6
    scaled = desk.send(buy(100.0))
    assert scaled.verdict is Verdict.SCALED
    assert 0.0 < scaled.qty < 100.0
    desk.wait(10)
    desk.cash_usd -= 0.012 * 1e6
    assert desk.send(buy(90.0)).rule == "losses"
    assert desk.door.switch.is_latched
    desk.cash_usd += 0.05 * 1e6
    assert desk.send(buy(80.0)).rule == "losses"
    assert desk.send(buy(-desk.position)).verdict is Verdict.PASSED
    assert desk.position == 0.0
    assert held > 0.0


def test_after_a_kill_a_person_opens_the_door_again(desk):
    desk.send(buy(300.0))
    desk.wait(10)
    desk.cash_usd -= 0.05 * 1e6
    assert desk.send(buy(100.0)).verdict is Verdict.REFUSED
    with pytest.raises(Blocked, match="cool-down of 60 min"):
        desk.door.release(desk.at + 10 * MINUTE, "Ada", "the feed lied")
    desk.at += 61 * MINUTE
    desk.door.release(desk.at, "Ada", "the feed lied")
    # Whoever releases begins from the equity of now.
    desk.day_start_usd = desk.peak_usd = desk.equity_usd
    assert desk.send(buy(100.0)).verdict is Verdict.PASSED


def test_a_short_sale_needs_its_locate_and_buying_back_does_not(desk):
    desk.changes = {"located": 50.0}
    assert desk.send(buy(-100.0)).rule == "borrow"
    assert desk.send(buy(-50.0)).verdict is Verdict.PASSED
    desk.changes = {"located": 0.0}
    desk.wait(10)
    assert desk.send(buy(50.0)).is_exit


def test_exits_of_a_bracket_pass_as_what_they_are(desk):
    bracket = Bracket.around(buy(100.0), take_profit_usd=103.0, stop_loss_usd=98.0)
    assert desk.send(bracket.entry).verdict is Verdict.PASSED
    desk.wait(1.1)
    for order in bracket.exits:
        decision = desk.send(order, fills=False)
        assert decision.is_exit
        assert decision.verdict is Verdict.PASSED


def test_an_exit_that_is_already_at_work_is_not_sent_twice(desk):
    desk.send(buy(100.0))
    desk.wait(10)
    desk.changes = {"working_sells": 100.0}
    again = replace(buy(-100.0, 101.0), reduce_only=True)
    assert desk.send(again).verdict is Verdict.REFUSED


def test_a_delisted_name_can_be_neither_bought_nor_sold(desk):
    desk.send(buy(100.0))
    desk.wait(10)
    desk.changes = {"tradable": NO}
    assert desk.send(buy(50.0)).rule == "tradable"
    assert desk.send(buy(-100.0)).rule == "tradable"


def test_code_that_was_not_approved_trades_nothing_but_gets_out(desk):
    desk.send(buy(100.0))
    desk.wait(10)
    desk.changes = {"code_attested": NO}
    assert desk.send(buy(50.0)).rule == "attestation"
    assert desk.send(buy(-100.0)).verdict is Verdict.PASSED


def test_slices_never_exceed_their_parent(desk):
    sent = 0.0
    for shares in (200.0, 210.0, 220.0):
        request = request_of(buy(shares), desk.at, parent_qty=600.0, children_qty=sent)
        decision = desk.door.ask(request, desk.book(request))
        sent += decision.qty
        desk.wait(10)
    assert sent == 410.0
    assert desk.log[-1].rule == "parent order"


@pytest.mark.parametrize("profile", ["conservative", "balanced", "aggressive"])
def test_the_same_day_under_every_profile_logs_every_decision(profile):
    desk = Desk(profile)
    for place in range(30):
        desk.send(buy(50.0 + 10 * place if place % 3 else -40.0))
        desk.wait(3)
    assert len(desk.log) == 30
    records = [log_record(one) for one in desk.log]
    assert all(record["limits"] == profile for record in records)
    assert all(record["at"] <= later["at"] for record, later in itertools.pairwise(records))
    assert all((record["code"] == 0) == (record["qty"] != 0.0) for record in records)
    refused = [record for record in records if record["verdict"] == "refused"]
    assert all(record["way_out"] and record["limit"] and record["value"] for record in refused)


def test_a_good_till_date_in_the_past_is_refused(desk):
    late = Order(
        "SPY",
        100.0,
        OrderType.LIMIT,
        limit_usd=100.0,
        time_in_force=TimeInForce.GTD,
        good_till=desk.at - 1,
    )
    assert desk.send(late).rule == "session"


def test_a_kept_switch_survives_the_process(desk):
    desk.cash_usd -= 0.05 * 1e6
    desk.send(buy(100.0))
    reborn = Gateway(find("conservative"), desk.log.append, desk.door.switch)
    request = request_of(buy(100.0), desk.at)
    assert reborn.ask(request, replace(BOOK, kill_latched=NO)).rule == "losses"
    assert reborn.switch.state == YES
