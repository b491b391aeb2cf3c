"""The compiled checks against the plain ones: same orders, same books, same answers, to the share."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from desk_violations import DESK_VIOLATIONS
from gate_cases import BOOK, BUY, LIMITS, LONG, MARKET, NOW, SECOND, SELL, holding
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from order_violations import ORDER_VIOLATIONS
from unknown_cases import UNKNOWNS

from tradewright.execution.checks.contract import (
    Book,
    Request,
    is_bounded_exit,
    notional_price,
    opening_shares,
)
from tradewright.execution.checks.losses import scale
from tradewright.execution.checks.registry import CHECKS
from tradewright.execution.gateway import decide, decide_exit
from tradewright.execution.limits.contract import FREE, Limits
from tradewright.execution.limits.registry import PROFILES, find, simulated
from tradewright.execution.native import judge
from tradewright.execution.native.door import CompiledDoor
from tradewright.execution.native.door import decide_exit as native_exit
from tradewright.execution.native.records import (
    book_dtype,
    limits_dtype,
    record_of,
    request_dtype,
    write,
)

VIOLATIONS = (*ORDER_VIOLATIONS, *DESK_VIOLATIONS)
PLAIN_NUMBERS = {Request: request_dtype, Book: book_dtype, Limits: limits_dtype}


@pytest.fixture(scope="module")
def door() -> CompiledDoor:
    return CompiledDoor(LIMITS)


def must_agree(door: CompiledDoor, order: Request, book: Book, limits: Limits) -> None:
    """Same check, same reason, same quantity."""
    write(door.limits[0], limits)
    code, admitted = door.ask(order, book)
    plain = decide(order, book, limits)
    wanted = 0
    if plain.refusal is not None:
        wanted = (plain.refusal.code - 100) * (-1 if plain.refusal.is_unknown else 1)
    assert code == wanted, plain.refusal
    assert admitted == plain.qty or (math.isnan(admitted) and math.isnan(plain.qty))


# Records.


@pytest.mark.parametrize("kind", PLAIN_NUMBERS, ids=lambda kind: kind.__name__)
def test_a_record_has_a_place_for_every_number(kind):
    words = {"symbol", "name"}
    numbers = [one.name for one in fields(kind) if one.name not in words]
    own = [name for name in PLAIN_NUMBERS[kind].names if name not in ("admitted", "opening")]
    assert own == numbers


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (BUY, request_dtype),
        (BOOK, book_dtype),
        (LIMITS, limits_dtype),
        (Book(), book_dtype),
    ],
    ids=["order", "book", "limits", "empty book"],
)
def test_a_record_holds_what_the_value_holds(value, kind):
    record = record_of(value, kind)[0]
    for name in kind.names:
        if hasattr(value, name):
            held, given_value = record[name].item(), getattr(value, name)
            assert held == given_value or (math.isnan(held) and math.isnan(given_value)), name


def test_an_unknown_stays_unknown_in_a_record():
    record = record_of(Book(), book_dtype)[0]
    assert math.isnan(record["equity_usd"])
    assert record["tradable"] == -1


# The cases that the plain checks are tested on.


@pytest.mark.parametrize("case", VIOLATIONS, ids=str)
def test_violations_agree(door, case):
    must_agree(door, *case.made())


@pytest.mark.parametrize("case", UNKNOWNS, ids=str)
def test_unknowns_agree(door, case):
    must_agree(door, *case.made())


@pytest.mark.parametrize("case", [*VIOLATIONS, *UNKNOWNS], ids=str)
def test_exits_out_of_the_same_books_agree(door, case):
    order, book, limits = case.made()
    must_agree(door, replace(order, qty=-abs(order.qty)), replace(holding(book)), limits)


@pytest.mark.parametrize("case", VIOLATIONS, ids=str)
def test_cancels_out_of_the_same_books_agree(door, case):
    order, book, limits = case.made()
    must_agree(door, replace(order, is_cancel=1), book, limits)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("order", [BUY, SELL, MARKET], ids=["buy", "sell", "market"])
def test_sound_orders_agree_under_every_profile(door, profile, order):
    must_agree(door, order, BOOK, find(profile))
    must_agree(door, order, holding(), find(profile))
    must_agree(door, order, Book(), find(profile))


@pytest.mark.parametrize("profile", PROFILES)
def test_simulated_limits_agree(door, profile):
    must_agree(door, BUY, BOOK, simulated(find(profile))[0])
    must_agree(door, BUY, Book(), simulated(find(profile))[0])


# Random books: every number may be unknown, zero, negative, small or huge.

numbers = st.one_of(
    st.just(math.nan),
    st.just(0.0),
    st.floats(-2e6, 2e6),
    st.sampled_from([1.0, 100.0, 1e6, 1e12, math.inf, -math.inf]),
)
counts = st.one_of(st.just(-1), st.integers(0, 3), st.integers(0, 3_000))
instants = st.one_of(
    st.just(-1),
    st.just(0),
    st.integers(-10, 10).map(lambda seconds: NOW + seconds * SECOND),
    st.integers(1, 40).map(lambda days: NOW - days * 86_400 * SECOND),
)
FLOATS = [one.name for one in fields(Book) if one.type == "float" or one.type is float]
INTS = [one.name for one in fields(Book) if one.name not in FLOATS]


@st.composite
def random_books(draw) -> Book:
    changes = {name: draw(numbers) for name in draw(st.sets(st.sampled_from(FLOATS), max_size=6))}
    for name in draw(st.sets(st.sampled_from(INTS), max_size=4)):
        changes[name] = draw(instants if name.endswith("_at") else counts)
    if draw(st.booleans()):
        changes["position"] = float(draw(st.integers(-500, 500)))
        changes["working_sells"] = float(draw(st.integers(0, 200)))
        changes["working_buys"] = float(draw(st.integers(0, 200)))
    if draw(st.booleans()):
        changes[draw(st.sampled_from(["day_start_usd", "session_peak_usd", "peak_usd"]))] = draw(
            st.floats(1e6, 1.2e6)
        )
    return replace(BOOK, **changes)


random_orders = st.builds(
    Request,
    symbol=st.just("SPY"),
    qty=st.one_of(st.integers(-2_000, 2_000).map(float), numbers),
    at=st.just(NOW),
    type=st.integers(0, 7),
    limit_usd=st.one_of(
        st.just(math.nan), st.integers(9_000, 11_000).map(lambda ticks: ticks / 100), numbers
    ),
    stop_usd=st.one_of(st.just(math.nan), numbers),
    time_in_force=st.integers(0, 4),
    good_till=st.one_of(st.just(-1), instants),
    reduce_only=st.integers(0, 1),
    parent_qty=st.one_of(st.just(0.0), numbers),
    children_qty=st.one_of(st.just(0.0), numbers),
    is_cancel=st.sampled_from([0, 0, 0, 1]),
)


@st.composite
def random_limits(draw) -> Limits:
    limits = find(draw(st.sampled_from(["conservative", "balanced", "aggressive", "research"])))
    names = [one.name for one in fields(Limits) if one.name.startswith("max_") and "loss" not in one.name]
    names = [name for name in names if "drawdown" not in name]
    freed = draw(st.sets(st.sampled_from(names), max_size=4))
    needs = [one.name for one in fields(Limits) if one.name.startswith("needs_")]
    changes = dict.fromkeys(freed, FREE)
    changes |= {name: draw(st.integers(0, 1)) for name in draw(st.sets(st.sampled_from(needs), max_size=4))}
    return replace(limits, **changes)


@given(order=random_orders, book=random_books(), limits=random_limits())
@example(order=replace(BUY, qty=-0.0), book=BOOK, limits=LIMITS)
@example(order=replace(BUY, limit_usd=-math.inf), book=BOOK, limits=LIMITS)
@example(order=BUY, book=replace(BOOK, lot=math.inf), limits=LIMITS)
@example(order=BUY, book=replace(BOOK, lot=5e-324), limits=LIMITS)  # more lots than a float counts
@example(order=replace(BUY, limit_usd=50.0), book=replace(BOOK, tick_usd=5e-324), limits=LIMITS)
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_twin_is_the_plain_door_on_random_orders_and_books(door, order, book, limits):
    must_agree(door, order, book, limits)


@given(book=random_books(), qty=st.integers(-2_000, 2_000).filter(bool))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_twin_scales_as_the_plain_door_does(door, book, qty):
    near = replace(book, kill_latched=0, session_peak_usd=1.02e6, equity_usd=1e6)
    must_agree(door, replace(MARKET, qty=float(qty)), near, LIMITS)


# Many at once.


def test_many_orders_at_once_are_each_alone():
    many = CompiledDoor(LIMITS, orders=len(VIOLATIONS))
    alone = CompiledDoor(LIMITS)
    write(many.book[0], BOOK)
    for place, case in enumerate(VIOLATIONS):
        write(many.orders[place], case.made()[0])
    many.decide()
    for place, case in enumerate(VIOLATIONS):
        code, admitted = alone.ask(case.made()[0], BOOK)
        assert many.found[place] == code
        assert many.orders[place]["admitted"] == admitted


def test_deciding_leaves_the_order_as_it_was():
    door = CompiledDoor(LIMITS)
    near = replace(BOOK, session_peak_usd=1.02e6)
    _, admitted = door.ask(BUY, near)
    assert abs(admitted) < BUY.qty
    assert door.orders["qty"][0] == BUY.qty


def test_asked_again_it_says_the_same():
    door = CompiledDoor(LIMITS)
    first = door.ask(BUY, BOOK)
    door.ask(SELL, Book())
    assert door.ask(BUY, BOOK) == first


def test_two_doors_do_not_share_their_records():
    wide, narrow = CompiledDoor(find("aggressive")), CompiledDoor(LIMITS)
    order = replace(BUY, qty=2_000.0)
    assert wide.ask(order, BOOK)[0] == 0
    assert narrow.ask(order, BOOK)[0] == 6
    assert wide.ask(order, BOOK)[0] == 0


def test_the_addresses_are_those_of_the_records():
    door = CompiledDoor(LIMITS, orders=3)
    kept = (door.orders, door.book, door.limits, door.found)
    assert door._table.tolist() == [one.ctypes.data for one in kept]
    assert np.array_equal(door.found, np.zeros(3))


# Each check by itself: what an earlier refusal hides is compared too.

SAMPLE = st.tuples(random_orders, random_books(), random_limits())


def plain_answer(check, order, book, limits) -> int:
    """0 passes, 1 is a violation, -1 a missing input."""
    refusal = check.judge(order, book, limits)
    return 0 if refusal is None else -1 if refusal.is_unknown else 1


def compiled_answer(check, order, book, limits) -> int:
    """The compiled check of the same name, on records."""
    records = (record_of(order, request_dtype), record_of(book, book_dtype), record_of(limits, limits_dtype))
    records[0]["opening"] = opening_shares(order, book)
    return int(getattr(judge, check.judge.__name__)(*(record[0] for record in records)))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_has_a_compiled_twin_of_its_name(check):
    assert callable(getattr(judge, check.judge.__name__))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_each_check_agrees_on_all_cases(check):
    for case in (*VIOLATIONS, *UNKNOWNS):
        order, book, limits = case.made()
        assert compiled_answer(check, order, book, limits) == plain_answer(check, order, book, limits), case


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
@given(sample=SAMPLE)
@settings(max_examples=150, deadline=None)
def test_each_check_agrees_on_random_orders_and_books(check, sample):
    assert compiled_answer(check, *sample) == plain_answer(check, *sample)


@given(sample=SAMPLE)
@settings(max_examples=500, deadline=None)
def test_exits_openings_and_scales_agree_on_random_books(sample):
    order, book, limits = sample
    records = record_of(order, request_dtype)[0], record_of(book, book_dtype)[0]
    held = record_of(limits, limits_dtype)[0]
    assert bool(judge.is_bounded_exit(*records)) is is_bounded_exit(order, book)
    assert judge.opening_shares(*records) == pytest.approx(opening_shares(order, book), nan_ok=True)
    assert judge.price_of(*records) == pytest.approx(notional_price(order, book), nan_ok=True)
    assert judge.scale(records[1], held) == scale(book, limits)


@pytest.mark.parametrize("number", [check.number for check in CHECKS if check.binds_exits])
def test_the_compiled_list_for_exits_asks_the_same_checks(number):
    """A violation met by a check that binds exits refuses an exit, in both."""
    found = 0
    for case in VIOLATIONS:
        order, book, limits = case.made()
        if case.number != number or order.is_cancel:
            continue
        held = replace(book, **{name: value for name, value in LONG.items() if name not in case.book})
        sale = order if order.qty < 0.0 else replace(order, qty=-order.qty, limit_usd=mirrored(order))
        plain = decide(sale, held, limits)
        code, _ = CompiledDoor(limits).ask(sale, held)
        assert code == (0 if plain.refusal is None else plain.refusal.code - 100)
        found += plain.refusal is not None
    assert found or number in (12, 22, 14)


def mirrored(order: Request) -> float:
    """The limit of a sale as far on the other side of 100."""
    return order.limit_usd if not order.limit_usd > 0.0 else 200.0 - order.limit_usd


@given(sample=SAMPLE)
@settings(max_examples=300, deadline=None)
def test_twins_agree_on_what_others_keep_from_opening(sample):
    order, book, limits = sample
    order = replace(order, reduce_only=0)
    records = record_of(order, request_dtype)[0], record_of(book, book_dtype)[0]
    code = native_exit(*records, record_of(limits, limits_dtype)[0])
    plain = decide_exit(order, book, limits)
    assert code == (plain.refusal.code - 100 if plain.refusal is not None else 0)
    if code != 0:
        assert records[0]["admitted"] == 0.0
