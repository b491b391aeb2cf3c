"""What must hold for every check of the gateway, as functions that raise where it does not.

They take any check, so that the tests can also turn them on checks that let orders slip through.
"""

import re
from dataclasses import replace

from tradewright.execution.checks.contract import (
    Book,
    Check,
    Refusal,
    Request,
    is_bounded_exit,
)
from tradewright.execution.limits.contract import FREE, Limits


def must_refuse(check: Check, order: Request, book: Book, limits: Limits) -> Refusal:
    """The check says no, under its own name and number."""
    refusal = check.judge(order, book, limits)
    assert refusal is not None, f"{check.name} let it pass"
    assert (refusal.check, refusal.code) == (check.name, check.code), "a refusal under another check's name"
    return refusal


def must_refuse_the_unknown(check: Check, order: Request, book: Book, limits: Limits) -> None:
    """Without its input a check refuses, and says that this is why."""
    refusal = must_refuse(check, order, book, limits)
    assert refusal.is_unknown, f"{check.name} took an unknown input for a violation: {refusal.words}"
    assert "nobody knows" in refusal.words


def must_refuse_whoever_knows_nothing(check: Check, order: Request, limits: Limits) -> None:
    """An empty book refuses at every check that reads it."""
    assert check.judge(order, Book(), limits) is not None, f"{check.name} passes on an empty book"


def must_name_limit_value_and_way_out(refusal: Refusal, words: str = "") -> None:
    """One readable line: what was met, what holds, what to do; word for word where the words are given."""
    assert refusal.limit and refusal.value and refusal.way_out, "a part of the refusal is empty"
    for part in (refusal.check, refusal.limit, refusal.value, refusal.way_out):
        assert part in refusal.words, f"{part!r} is not in {refusal.words!r}"
    assert not words or refusal.words == words
    assert refusal.way_out.endswith("."), "the way out is a sentence"
    assert re.fullmatch(r"[A-Z].*", refusal.way_out), "the way out is a sentence"
    assert "\n" not in refusal.words


def must_be_pure(check: Check, order: Request, book: Book, limits: Limits) -> None:
    """Asked again, after other questions, it says the same; values cannot change under it."""
    first = check.judge(order, book, limits)
    check.judge(replace(order, qty=-order.qty), Book(), limits)
    assert check.judge(order, book, limits) == first, "asked twice, it said different things"
    copied = replace(order), replace(book), replace(limits)
    assert check.judge(*copied) == first, "it told equal values apart"


def must_not_favour_size(check: Check, order: Request, larger: Request, book: Book, limits: Limits) -> None:
    """Where an order that opens is refused, a larger one on its side is refused too."""
    assert abs(larger.qty) >= abs(order.qty) and order.qty * larger.qty > 0.0
    if is_bounded_exit(order, book) or check.judge(order, book, limits) is None:
        return
    assert check.judge(larger, book, limits) is not None, f"{check.name} passes a larger order"


def must_loosen_with_its_limits(check: Check, order: Request, book: Book, limits: Limits) -> None:
    """What passes under limits passes where each of them is taken away."""
    if check.judge(order, book, limits) is not None:
        return
    for name in limits.binding():
        if name.startswith("max_") or name in ("collar_bps", "collar_sigma", "buying_power_haircut"):
            freed = replace(limits, **{name: FREE})
            assert check.judge(order, book, freed) is None, f"without {name} it is harder"


def must_leave_exits_a_door(check: Check, order: Request, book: Book, limits: Limits) -> None:
    """A check that binds exits refuses one for a violation alone, never for what it does not know."""
    assert is_bounded_exit(order, book)
    refusal = check.judge(order, book, limits)
    if refusal is not None and not refusal.is_unknown:
        assert check.binds_exits, f"{check.name} stands in the way of an exit"
