"""The one door: order of asking, exits, soft limits, the latch, and a log without which nothing passes."""

import json
import math
from dataclasses import replace

import pytest
from desk_violations import DESK_VIOLATIONS
from gate_cases import BOOK, BUY, LIMITS, MARKET, NOW, SECOND, SELL, holding
from hypothesis import given
from hypothesis import strategies as st
from order_violations import ORDER_VIOLATIONS

from tradewright.execution.checks.contract import NAN, NO, YES, Book
from tradewright.execution.checks.losses import scale
from tradewright.execution.checks.registry import CHECKS
from tradewright.execution.gateway import (
    Gateway,
    Verdict,
    decide,
    decide_exit,
    log_record,
    scaled_qty,
    value_usd,
)
from tradewright.execution.kill_switch import KillSwitch
from tradewright.execution.limits.contract import FREE, Limits
from tradewright.execution.limits.registry import PROFILES, find
from tradewright.values.errors import Blocked

VIOLATIONS = (*ORDER_VIOLATIONS, *DESK_VIOLATIONS)
MINUTE = 60 * SECOND


def door(limits: Limits = LIMITS, switch: KillSwitch | None = None) -> tuple[Gateway, list]:
    """A gateway that logs into a list."""
    log: list = []
    return Gateway(limits, log.append, switch), log


def losing(share: float, start: str = "session_peak_usd") -> Book:
    """A book whose equity lies a share below one of its starting values."""
    return replace(BOOK, **{start: 1e6 / (1.0 - share)})


# Deciding.


def test_a_sound_order_passes_whole():
    decision = decide(BUY, BOOK, LIMITS)
    assert decision.verdict is Verdict.PASSED
    assert decision.qty == BUY.qty
    assert decision.refusal is None
    assert decision.rule == "all"
    assert not decision.is_exit


def test_a_refused_order_sends_nothing():
    decision = decide(BUY, replace(BOOK, halted=YES), LIMITS)
    assert decision.verdict is Verdict.REFUSED
    assert decision.qty == 0.0
    assert decision.rule == "tradable"


def test_the_first_refusal_stands():
    book = replace(BOOK, halted=YES, restricted=YES, log_open=NO)
    assert decide(BUY, book, LIMITS).rule == "tradable"
    assert decide(BUY, replace(book, halted=NO), LIMITS).rule == "restricted list"
    assert decide(BUY, replace(book, halted=NO, restricted=NO), LIMITS).rule == "decision log"


@pytest.mark.parametrize("case", VIOLATIONS, ids=str)
def test_of_two_violations_the_earlier_check_speaks(case):
    order, book, limits = case.made()
    decision = decide(order, replace(book, log_open=NO), limits)
    assert decision.refusal.code - 100 <= case.number
    assert decision.verdict is Verdict.REFUSED


def test_deciding_is_repeatable():
    assert decide(BUY, BOOK, LIMITS) == decide(BUY, BOOK, LIMITS)


def test_a_decision_keeps_time_limits_and_inputs():
    decision = decide(BUY, BOOK, LIMITS)
    assert decision.at == NOW
    assert decision.limits == "conservative"
    assert decision.request == BUY
    assert decision.book == BOOK


@pytest.mark.parametrize("name", [one for one in PROFILES if one != "research"])
def test_a_sound_order_passes_every_profile(name):
    assert decide(BUY, BOOK, find(name)).verdict is Verdict.PASSED


def test_under_research_a_known_price_and_a_size_are_enough():
    book = Book(reference_usd=100.0, position=0.0, working_buys=0.0, working_sells=0.0)
    assert decide(MARKET, book, find("research")).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("order", "book", "rule"),
    [
        ({"qty": 0.0}, {}, "conformity"),
        ({"qty": NAN}, {}, "conformity"),
        ({"qty": math.inf}, {}, "conformity"),
        ({"limit_usd": -1.0}, {}, "conformity"),
        ({}, {"reference_usd": NAN}, "fresh price"),
        ({}, {"reference_usd": 0.0}, "fresh price"),
        ({}, {"reference_usd": -5.0}, "fresh price"),
    ],
)
def test_under_research_what_is_always_wrong_is_refused(order, book, rule):
    decision = decide(replace(MARKET, **order), replace(BOOK, **book), find("research"))
    assert decision.rule == rule
    assert decision.verdict is Verdict.REFUSED


@pytest.mark.parametrize("qty", [1e12, -1e12])
def test_a_size_of_a_trillion_is_refused_by_name(qty):
    decision = decide(replace(MARKET, qty=qty), BOOK, LIMITS)
    assert decision.rule == "order size"
    assert "1,000,000,000,000 shares" in decision.refusal.words


# Exits.


def test_an_exit_passes_and_says_what_it_is():
    decision = decide(SELL, holding(), LIMITS)
    assert decision.is_exit
    assert decision.rule == "exit"
    assert decision.qty == SELL.qty


def test_an_exit_passes_when_the_switch_has_tripped():
    assert decide(SELL, replace(holding(), kill_latched=YES), LIMITS).verdict is Verdict.PASSED


def test_an_opening_order_does_not_pass_when_the_switch_has_tripped():
    decision = decide(BUY, replace(holding(), kill_latched=YES), LIMITS)
    assert decision.rule == "losses"


def test_an_exit_is_bounded_by_what_is_held_when_the_switch_has_tripped():
    halted = replace(holding(), kill_latched=YES)
    assert decide(replace(SELL, qty=-300.0), halted, LIMITS).verdict is Verdict.PASSED
    assert decide(replace(SELL, qty=-301.0), halted, LIMITS).verdict is Verdict.REFUSED


def test_an_exit_passes_on_a_book_that_knows_only_the_position():
    book = Book(position=300.0, working_buys=0.0, working_sells=0.0)
    assert decide(replace(SELL, limit_usd=NAN, type=0), book, LIMITS).verdict is Verdict.PASSED


def test_a_short_position_is_bought_back_the_same_way():
    book = Book(position=-300.0, working_buys=0.0, working_sells=0.0)
    assert decide(MARKET, book, LIMITS).verdict is Verdict.PASSED
    assert decide(replace(MARKET, qty=301.0), book, LIMITS).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("book", "order", "rule"),
    [
        ({"halted": YES}, {}, "tradable"),
        ({"tradable": NO}, {}, "tradable"),
        ({"restricted": YES}, {}, "restricted list"),
        ({}, {"qty": -100.5}, "conformity"),
        ({}, {"limit_usd": 95.0}, "price collar"),
        ({"duplicates": 1}, {}, "duplicate"),
        ({}, {"parent_qty": -50.0}, "parent order"),
        ({"repeats": 3}, {}, "execution loop"),
        ({"own_highest_buy_usd": 99.6}, {}, "self-match"),
        ({"band_low_usd": 99.6}, {}, "trading phase"),
        ({"closes_at": NOW - 1}, {}, "session"),
        ({"log_open": NO}, {}, "decision log"),
    ],
)
def test_an_exit_that_no_market_would_take_is_refused(book, order, rule):
    decision = decide(replace(SELL, **order), replace(holding(), **book), LIMITS)
    assert decision.rule == rule
    assert decision.is_exit


def test_soft_limits_do_not_scale_exits():
    book = replace(holding(), session_peak_usd=1e6 / 0.98)
    assert decide(SELL, book, LIMITS).qty == SELL.qty


# Soft limits.


@pytest.mark.parametrize(
    ("lost", "left"),
    [
        (0.0, 1.0),
        (-0.5, 1.0),
        (0.015, 1.0),
        (0.01875, 0.75),
        (0.0225, 0.5),
        (0.02625, 0.25),
        (0.03, 0.0),
        (0.5, 0.0),
    ],
)
def test_soft_limits_fall_in_a_straight_line_to_the_hard_one(lost, left):
    assert scale(losing(lost), LIMITS) == pytest.approx(left, abs=1e-9)


def test_of_several_soft_limits_the_tightest_counts():
    book = replace(losing(0.02), day_start_usd=1e6 / 0.976)
    alone = min(scale(losing(0.02), LIMITS), scale(losing(0.024, "day_start_usd"), LIMITS))
    assert scale(book, LIMITS) == alone


def test_without_limits_nothing_scales():
    assert scale(losing(0.9), find("research")) == 1.0


def test_a_soft_share_of_one_switches_scaling_off():
    assert scale(losing(0.029), replace(LIMITS, soft_share=1.0)) == 1.0


def test_an_unknown_loss_scales_nothing_because_the_check_refuses_it():
    book = replace(BOOK, session_peak_usd=NAN)
    assert scale(book, LIMITS) == 1.0
    assert decide(BUY, book, LIMITS).verdict is Verdict.REFUSED


def test_an_order_is_scaled_to_whole_lots():
    decision = decide(BUY, losing(0.0225), LIMITS)
    assert decision.verdict is Verdict.SCALED
    assert decision.qty == 50.0
    assert decision.request == BUY
    assert decision.rule == "soft limits"


def test_a_sale_is_scaled_on_its_side():
    assert decide(SELL, losing(0.0225), LIMITS).qty == -50.0


@pytest.mark.parametrize(
    ("qty", "left", "lot", "expected"),
    [
        (100.0, 1.0, 1.0, 100.0),
        (100.0, 0.5, 1.0, 50.0),
        (100.0, 0.555, 1.0, 56.0),
        (1.0, 0.01, 1.0, 1.0),
        (300.0, 0.5, 100.0, 200.0),
        (-100.0, 0.25, 1.0, -25.0),
        (100.0, 0.0, 1.0, 1.0),
    ],
)
def test_scaling_leaves_whole_lots_and_at_least_one(qty, left, lot, expected):
    assert scaled_qty(replace(MARKET, qty=qty), replace(BOOK, lot=lot), left) == expected


def test_only_what_opens_is_scaled():
    book = replace(BOOK, position=-60.0)
    assert scaled_qty(MARKET, book, 0.5) == 80.0


def test_an_order_that_cannot_be_judged_is_not_scaled():
    assert scaled_qty(MARKET, replace(BOOK, position=NAN), 0.5) == 100.0


def test_a_scaled_order_still_meets_every_check():
    decision = decide(BUY, replace(losing(0.0225), halted=YES), LIMITS)
    assert decision.verdict is Verdict.REFUSED
    assert decision.rule == "tradable"
    assert decision.request == BUY


def test_scaling_can_bring_an_order_under_a_limit():
    large = replace(BUY, qty=1_200.0)
    assert decide(large, BOOK, LIMITS).verdict is Verdict.REFUSED
    assert decide(large, losing(0.0225), LIMITS).verdict is Verdict.SCALED


@given(lost=st.floats(0.0, 0.05), more=st.floats(0.0, 0.05))
def test_a_larger_loss_never_leaves_more(lost, more):
    assert scale(losing(lost + more), LIMITS) <= scale(losing(lost), LIMITS)


@given(qty=st.integers(1, 5_000), left=st.floats(0.0, 1.0))
def test_scaling_never_enlarges_and_never_turns_an_order(qty, left):
    found = scaled_qty(replace(MARKET, qty=float(qty)), BOOK, left)
    assert 1.0 <= found <= qty


# Cancels.


def test_a_cancel_passes_though_the_switch_has_tripped():
    cancel = replace(BUY, is_cancel=YES)
    assert decide(cancel, replace(BOOK, kill_latched=YES), LIMITS).verdict is Verdict.PASSED


def test_a_cancel_meets_the_throttle():
    decision = decide(replace(BUY, is_cancel=YES), replace(BOOK, cancels_1s=5), LIMITS)
    assert decision.rule == "pace"


# The log.


def test_the_record_of_a_pass_holds_rule_inputs_verdict_and_time():
    record = log_record(decide(BUY, BOOK, LIMITS))
    assert record["at"] == NOW
    assert record["rule"] == "all"
    assert record["verdict"] == "passed"
    assert record["qty"] == 100.0
    assert record["code"] == 0
    assert record["request"]["symbol"] == "SPY"
    assert record["book"]["equity_usd"] == 1e6


def test_the_record_of_a_refusal_holds_limit_value_and_way_out():
    record = log_record(decide(BUY, replace(BOOK, orders_1s=5), LIMITS))
    assert record["rule"] == "pace"
    assert record["verdict"] == "refused"
    assert record["code"] == 110
    assert record["limit"] == "5"
    assert record["value"] == "6 orders in 1 s"
    assert record["way_out"] == "Slow down, or send fewer."


def test_what_is_unknown_is_not_in_the_record():
    record = log_record(decide(MARKET, Book(position=5.0), LIMITS))
    assert record["book"] == {"position": 5.0}
    assert "limit_usd" not in record["request"]


@pytest.mark.parametrize("case", VIOLATIONS, ids=str)
def test_every_record_is_plain_enough_for_json(case):
    record = log_record(decide(*case.made()))
    assert json.loads(json.dumps(record, allow_nan=True))["verdict"] == "refused"


# The door with its memory.


def test_every_decision_is_logged_refused_or_not():
    gateway, log = door()
    gateway.ask(BUY, BOOK)
    gateway.ask(BUY, replace(BOOK, halted=YES))
    assert [one.verdict for one in log] == [Verdict.PASSED, Verdict.REFUSED]


def test_what_cannot_be_logged_is_not_sent():
    def full(decision):
        raise OSError(28, "No space left on device")

    decision = Gateway(LIMITS, full).ask(BUY, BOOK)
    assert decision.verdict is Verdict.REFUSED
    assert decision.rule == "decision log"
    assert decision.qty == 0.0


def test_an_exit_that_cannot_be_logged_is_not_sent_either():
    def full(decision):
        raise OSError(28, "No space left on device")

    assert Gateway(LIMITS, full).ask(SELL, holding()).verdict is Verdict.REFUSED


def test_even_limits_that_ask_for_no_log_send_nothing_unlogged():
    def full(decision):
        raise OSError(28, "No space left on device")

    assert Gateway(find("research"), full).ask(MARKET, BOOK).verdict is Verdict.REFUSED


def test_an_order_that_could_not_be_logged_is_not_counted_as_sent():
    def full(decision):
        raise OSError(28, "No space left on device")

    gateway = Gateway(LIMITS, full)
    gateway.ask(BUY, BOOK)
    assert gateway.tally.counts(BUY)["orders_day"] == 0


def test_the_tally_counts_what_passed_alone():
    gateway, _ = door()
    gateway.ask(BUY, BOOK)
    gateway.ask(BUY, replace(BOOK, halted=YES))
    assert gateway.tally.counts(BUY)["orders_day"] == 1


def test_the_second_of_two_equal_orders_is_a_duplicate():
    gateway, _ = door()
    first = gateway.ask(BUY, replace(BOOK, **gateway.tally.counts(BUY)))
    second = gateway.ask(BUY, replace(BOOK, **gateway.tally.counts(BUY)))
    assert first.verdict is Verdict.PASSED
    assert second.rule == "duplicate"


def test_a_runaway_loop_is_throttled():
    gateway, log = door()
    for place in range(20):
        order = replace(BUY, qty=float(place + 1))
        gateway.ask(order, replace(BOOK, **gateway.tally.counts(order)))
    assert sum(one.verdict is Verdict.PASSED for one in log) == LIMITS.max_orders_1s
    assert {one.rule for one in log if one.refusal} == {"pace"}


def test_a_loss_trips_the_switch_and_recovery_does_not_release_it():
    gateway, _ = door()
    assert gateway.ask(BUY, losing(0.2)).verdict is Verdict.REFUSED
    assert gateway.switch.is_latched
    assert gateway.ask(BUY, BOOK).rule == "losses"


def test_a_caller_cannot_open_the_door_with_a_book_of_its_own():
    gateway, _ = door(switch=KillSwitch().trip(NOW, "a test"))
    decision = gateway.ask(BUY, replace(BOOK, kill_latched=NO))
    assert decision.rule == "losses"
    assert decision.book.kill_latched == YES


def test_exits_pass_a_latched_door():
    gateway, _ = door(switch=KillSwitch().trip(NOW, "a test"))
    assert gateway.ask(SELL, holding()).verdict is Verdict.PASSED


def test_the_switch_trips_without_an_order():
    gateway, log = door()
    assert gateway.look(NOW, losing(0.2)).is_latched
    assert log == []
    assert gateway.ask(BUY, BOOK).verdict is Verdict.REFUSED


def test_the_door_opens_again_only_after_the_cool_down_and_by_name():
    gateway, _ = door(switch=KillSwitch().trip(NOW, "a test"))
    with pytest.raises(Blocked, match="cool-down"):
        gateway.release(NOW + 59 * MINUTE, "Ada", "looked at it")
    gateway.release(NOW + 60 * MINUTE, "Ada", "looked at it")
    assert gateway.ask(BUY, BOOK).verdict is Verdict.PASSED


def test_a_switch_that_was_kept_is_still_latched_after_a_restart():
    first, _ = door()
    first.look(NOW, losing(0.2))
    second, _ = door(switch=first.switch)
    assert second.ask(BUY, BOOK).verdict is Verdict.REFUSED


def test_the_value_of_an_order_is_its_size_at_its_price():
    assert value_usd(BUY, BOOK) == pytest.approx(10_050.0)
    assert math.isnan(value_usd(MARKET, replace(BOOK, reference_usd=NAN)))


def test_all_checks_off_lets_everything_sound_pass():
    free = Limits(
        name="free",
        **{name: 0 for name in find("research").__dataclass_fields__ if name.startswith("needs_")},
    )
    assert decide(replace(MARKET, qty=1e9), BOOK, free).verdict is Verdict.PASSED
    assert free.max_gross == FREE
    assert len(CHECKS) == 23


# An order that its market keeps from opening anything is an exit, whatever else works.


@pytest.mark.parametrize("held", [0.0, 50.0, -50.0])
@pytest.mark.parametrize("works", [0.0, 1_000.0])
def test_what_others_keep_from_opening_passes_as_an_exit(held, works):
    book = replace(BOOK, position=held, working_sells=works, kill_latched=1, orders_day=10**9)
    found = decide_exit(replace(SELL, reduce_only=0), book, LIMITS)
    assert (found.verdict, found.is_exit, found.rule) == (Verdict.PASSED, True, "exit")
    assert found.qty == SELL.qty


def test_what_no_market_would_take_is_no_exit_either():
    found = decide_exit(replace(SELL, qty=float("nan")), BOOK, LIMITS)
    assert (found.verdict, found.rule) == (Verdict.REFUSED, "conformity")
