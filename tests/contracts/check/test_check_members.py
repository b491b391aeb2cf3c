"""The law on every check of the ordered list: a new check there is tested here once it has its cases."""

import math
from dataclasses import fields, replace

import check_law as law
import pytest
from desk_violations import DESK_VIOLATIONS
from gate_cases import (
    BOOK,
    BUY,
    LIMITS,
    LONG,
    MARKET,
    SELL,
    holding,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from order_violations import ORDER_VIOLATIONS
from unknown_cases import UNKNOWNS

from tradewright.execution.checks.contract import (
    GATEWAY,
    NAMES,
    Book,
    Refusal,
    Request,
    is_bounded_exit,
)
from tradewright.execution.checks.registry import CHECKS, FOR_CANCELS, FOR_EXITS
from tradewright.execution.gateway import Verdict, decide
from tradewright.execution.limits.registry import PROFILES, find

VIOLATIONS = (*ORDER_VIOLATIONS, *DESK_VIOLATIONS)
BY_NUMBER = {check.number: check for check in CHECKS}
NAMED = [check.name for check in CHECKS]
SOUND = (BUY, SELL, MARKET, replace(BUY, is_cancel=1))
LIVE = ("conservative", "balanced", "aggressive")

# Books drawn at random around the sound one: any number may be unknown, zero, small, large or negative.
dollars = st.one_of(st.just(math.nan), st.floats(-2e6, 2e6), st.just(0.0), st.just(1e6))
held = st.one_of(st.just(math.nan), st.integers(-2_000, 2_000).map(float))
working = st.one_of(st.just(math.nan), st.integers(0, 1_000).map(float))
counts = st.one_of(st.just(-1), st.integers(0, 60))
MONEY = tuple(one.name for one in fields(Book) if one.name.endswith("_usd") and one.name != "tick_usd")
COUNTS = tuple(
    one.name
    for one in fields(Book)
    if one.name.startswith(("orders_", "cancels_", "fills_", "working_orders"))
)


@st.composite
def books(draw) -> Book:
    changes = {name: draw(dollars) for name in draw(st.sets(st.sampled_from(MONEY), max_size=4))}
    changes |= {name: draw(counts) for name in draw(st.sets(st.sampled_from(COUNTS), max_size=2))}
    changes |= {"position": draw(held), "working_buys": draw(working), "working_sells": draw(working)}
    changes["located"] = draw(working)
    changes["day_volume"] = draw(st.sampled_from([math.nan, 0.0, 1e3, 1e5, 1e7]))
    return replace(BOOK, **changes)


orders = st.builds(
    lambda qty, limit, parent: Request(
        "SPY", float(qty), BUY.at, 0 if limit is None else 1, math.nan if limit is None else limit,
        parent_qty=parent,
    ),
    st.integers(-1_500, 1_500).filter(bool),
    st.sampled_from([None, 95.0, 99.5, 100.0, 100.5, 101.5, 103.0]),
    st.sampled_from([0.0, 0.0, 500.0, -500.0, math.nan]),
)  # fmt: skip


def test_there_are_twenty_three_checks_numbered_in_order():
    assert [check.number for check in CHECKS] == list(range(1, 24))
    assert [check.name for check in CHECKS] == [NAMES[number] for number in range(1, 24)]
    assert [check.code for check in CHECKS] == [GATEWAY + number for number in range(1, 24)]


def test_every_check_has_cases_of_violation_and_of_ignorance():
    numbers = {check.number for check in CHECKS}
    assert {case.number for case in VIOLATIONS} == numbers
    assert {case.number for case in UNKNOWNS} == numbers


def test_no_two_checks_are_the_same_function():
    assert len({check.judge for check in CHECKS}) == 23


@pytest.mark.parametrize("order", SOUND, ids=["buy", "sell", "market", "cancel"])
@pytest.mark.parametrize("name", NAMED)
def test_a_sound_order_passes(name, order):
    check = next(one for one in CHECKS if one.name == name)
    assert check.judge(order, BOOK, LIMITS) is None


@pytest.mark.parametrize("case", VIOLATIONS, ids=str)
def test_a_violation_is_refused_in_words(case):
    refusal = law.must_refuse(BY_NUMBER[case.number], *case.made())
    assert not refusal.is_unknown
    law.must_name_limit_value_and_way_out(refusal, case.words)


@pytest.mark.parametrize("case", UNKNOWNS, ids=str)
def test_an_unknown_input_refuses(case):
    law.must_refuse_the_unknown(BY_NUMBER[case.number], *case.made())
    law.must_name_limit_value_and_way_out(BY_NUMBER[case.number].judge(*case.made()), case.words)


@pytest.mark.parametrize("case", [*VIOLATIONS, *UNKNOWNS], ids=str)
def test_the_whole_door_refuses_what_one_check_refuses(case):
    assert decide(*case.made()).verdict is Verdict.REFUSED


@pytest.mark.parametrize("case", VIOLATIONS, ids=str)
def test_it_is_pure(case):
    law.must_be_pure(BY_NUMBER[case.number], *case.made())


# Fields that a market order to buy, that is no slice and no exit, does not need to know.
UNREAD = {
    "working_sells", "located", "daily_volatility", "band_low_usd", "band_high_usd", "auction_cutoff_at",
    "own_highest_buy_usd", "cancels_1s", "cancels_30s", "cancels_day",
}  # fmt: skip
KNOWN_TO_BE_ABSENT = {"model_at": 0, "features_at": 0}


@pytest.mark.parametrize("name", [one.name for one in fields(Book) if one.name not in UNREAD])
@pytest.mark.parametrize("limits", LIVE)
def test_no_order_passes_while_anything_it_needs_is_unknown(name, limits):
    unknown_value = next(one.default for one in fields(Book) if one.name == name)
    decision = decide(MARKET, replace(BOOK, **{name: unknown_value}), find(limits))
    assert decision.verdict is Verdict.REFUSED
    assert decision.refusal.is_unknown


@pytest.mark.parametrize("name", sorted(UNREAD))
def test_what_an_order_does_not_need_may_be_unknown(name):
    unknown_value = next(one.default for one in fields(Book) if one.name == name)
    assert decide(MARKET, replace(BOOK, **{name: unknown_value}), LIMITS).verdict is Verdict.PASSED


@pytest.mark.parametrize("name", KNOWN_TO_BE_ABSENT)
def test_a_strategy_without_a_model_says_so_and_passes(name):
    book = replace(BOOK, **{name: KNOWN_TO_BE_ABSENT[name]})
    assert decide(BUY, book, LIMITS).verdict is Verdict.PASSED


READS_THE_BOOK = [check.number for check in CHECKS if check.number not in (3, 5, 12, 20, 22)]


@pytest.mark.parametrize("number", READS_THE_BOOK)
def test_whoever_knows_nothing_gets_nothing(number):
    law.must_refuse_whoever_knows_nothing(BY_NUMBER[number], MARKET, LIMITS)


@pytest.mark.parametrize("limits", PROFILES)
def test_an_empty_book_refuses_under_every_profile(limits):
    assert decide(MARKET, Book(), find(limits)).verdict is Verdict.REFUSED


@given(order=orders, more=st.integers(1, 20), book=books(), limits=st.sampled_from(LIVE))
@settings(max_examples=300, deadline=None)
def test_a_larger_order_is_never_easier_for_any_check(order, more, book, limits):
    larger = replace(order, qty=order.qty * more)
    for check in CHECKS:
        law.must_not_favour_size(check, order, larger, book, find(limits))


@given(order=orders, more=st.integers(1, 20), book=books(), limits=st.sampled_from(LIVE))
@settings(max_examples=300, deadline=None)
def test_a_larger_order_is_never_easier_for_the_whole_door(order, more, book, limits):
    larger = replace(order, qty=order.qty * more)
    if decide(order, book, find(limits)).verdict is Verdict.REFUSED:
        assert decide(larger, book, find(limits)).verdict is Verdict.REFUSED


@given(order=orders, book=books(), limits=st.sampled_from(LIVE))
@settings(max_examples=150, deadline=None)
def test_taking_a_limit_away_is_never_harder(order, book, limits):
    for check in CHECKS:
        law.must_loosen_with_its_limits(check, order, book, find(limits))


@given(order=orders, book=books())
@settings(max_examples=200, deadline=None)
def test_exits_find_a_door_at_every_check(order, book):
    if not is_bounded_exit(order, book):
        return
    for check in CHECKS:
        law.must_leave_exits_a_door(check, order, book, LIMITS) if check.binds_exits else None
    decision = decide(order, book, LIMITS)
    if decision.verdict is Verdict.REFUSED:
        assert decision.refusal.code in {check.code for check in FOR_EXITS}
        assert not decision.refusal.is_unknown


@given(order=orders, book=books())
@settings(max_examples=200, deadline=None)
def test_an_exit_never_sells_more_than_is_held(order, book):
    if is_bounded_exit(order, book):
        working_on_its_side = book.working_sells if order.qty < 0.0 else book.working_buys
        assert abs(order.qty) + working_on_its_side <= abs(book.position)
        assert order.qty * book.position < 0.0


RISK_ONLY = [case for case in VIOLATIONS if not BY_NUMBER[case.number].binds_exits]


@pytest.mark.parametrize(
    "case", [one for one in RISK_ONLY if not one.order and not set(one.book) & set(LONG)], ids=str
)
def test_a_bounded_exit_passes_where_risk_limits_are_broken(case):
    book = replace(holding(), **{k: v for k, v in case.book.items() if k not in ("gross_usd", "net_usd")})
    decision = decide(SELL, book, LIMITS)
    assert decision.verdict is Verdict.PASSED
    assert decision.is_exit
    assert decision.qty == SELL.qty


@pytest.mark.parametrize(
    "case",
    [one for one in UNKNOWNS if not one.order and "position" not in one.book],
    ids=str,
)
def test_a_bounded_exit_passes_where_inputs_are_unknown(case):
    book = replace(holding(), **{k: v for k, v in case.book.items() if k not in LONG})
    if "working_sells" in case.book:
        return
    assert decide(SELL, book, LIMITS).verdict is Verdict.PASSED


def test_an_exit_of_an_unknown_position_is_no_exit():
    book = replace(holding(), position=math.nan)
    decision = decide(SELL, book, LIMITS)
    assert decision.verdict is Verdict.REFUSED
    assert not decision.is_exit


def test_an_exit_beside_unknown_working_orders_is_no_exit():
    assert not is_bounded_exit(SELL, replace(holding(), working_sells=math.nan))


@pytest.mark.parametrize("number", [1, 2, 3, 5, 11, 12, 13, 14, 17, 19, 22, 23])
def test_what_no_market_would_take_is_refused_of_an_exit_too(number):
    assert BY_NUMBER[number].binds_exits


def test_cancels_meet_pace_and_log_alone():
    assert [check.name for check in FOR_CANCELS] == ["pace", "decision log"]


# The law itself is tested on checks that cheat.


def cheat(judge, number=6, binds_exits=False):
    from tradewright.execution.checks.contract import Check

    return Check(number, judge, binds_exits)


def small_only(order, book, limits):
    if abs(order.qty) < 200.0:
        return Refusal("order size", 106, "200 shares", f"{order.qty} shares", "Send more.")
    return None


def nothing(order, book, limits):
    return None


def no_way_out(order, book, limits):
    return Refusal("order size", 106, "1", "2", "")


def under_another_name(order, book, limits):
    return Refusal("pace", 110, "1", "2", "Stop.")


def moody():
    asked = []

    def judge(order, book, limits):
        asked.append(order)
        return Refusal("order size", 106, "1", "2", "Stop.") if len(asked) % 3 == 1 else None

    return judge


def stands_in_the_way(order, book, limits):
    return Refusal("order size", 106, "1", "2", "Stop.")


def test_the_law_finds_a_check_that_favours_size():
    with pytest.raises(AssertionError, match="larger"):
        law.must_not_favour_size(cheat(small_only), BUY, replace(BUY, qty=400.0), BOOK, LIMITS)


def test_the_law_finds_a_check_that_lets_everything_pass():
    with pytest.raises(AssertionError, match="let it pass"):
        law.must_refuse_the_unknown(cheat(nothing), BUY, Book(), LIMITS)
    with pytest.raises(AssertionError, match="empty book"):
        law.must_refuse_whoever_knows_nothing(cheat(nothing), BUY, LIMITS)


def test_the_law_finds_a_refusal_without_a_way_out():
    with pytest.raises(AssertionError, match="empty"):
        law.must_name_limit_value_and_way_out(no_way_out(BUY, BOOK, LIMITS))


def test_the_law_finds_a_refusal_under_another_name():
    with pytest.raises(AssertionError, match="another check's name"):
        law.must_refuse(cheat(under_another_name), BUY, BOOK, LIMITS)


def test_the_law_finds_a_check_that_remembers():
    with pytest.raises(AssertionError, match="different things"):
        law.must_be_pure(cheat(moody()), BUY, BOOK, LIMITS)


def test_the_law_finds_a_check_that_bars_exits():
    with pytest.raises(AssertionError, match="in the way of an exit"):
        law.must_leave_exits_a_door(cheat(stands_in_the_way), SELL, holding(), LIMITS)
