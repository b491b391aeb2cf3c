"""What the door once decided it decides today: a change of any check's meaning shows here, case by case."""

import math
from collections import Counter
from dataclasses import replace

import pytest
from gate_cases import BOOK, BUY
from kept_decision import Kept
from kept_exposures import EXPOSURES
from kept_instruments import INSTRUMENTS
from kept_losses import LOSSES
from kept_passes import PASSES
from kept_prices import PRICES
from kept_repeats import REPEATS
from kept_sessions import SESSIONS
from kept_stages import STAGES

from tradewright.execution.checks.contract import NAMES
from tradewright.execution.gateway import Verdict, decide
from tradewright.execution.limits.registry import PROFILES, find
from tradewright.execution.native.door import CompiledDoor

KEPT = (*INSTRUMENTS, *PRICES, *EXPOSURES, *REPEATS, *LOSSES, *SESSIONS, *PASSES, *STAGES)
NUMBERED = [(place, kept) for place, kept in enumerate(KEPT)]
REFUSALS = set(NAMES.values())


def named(value) -> str:
    return f"{value[0]}-{value[1].limits}-{value[1].rule}" if isinstance(value, tuple) else str(value)


def made(kept: Kept):
    return replace(BUY, **kept.order), replace(BOOK, **kept.book), find(kept.limits)


@pytest.fixture(scope="module")
def doors():
    return {name: CompiledDoor(find(name)) for name in PROFILES}


@pytest.mark.parametrize("numbered", NUMBERED, ids=named)
def test_the_plain_door_decides_as_it_did(numbered):
    _, kept = numbered
    decision = decide(*made(kept))
    assert decision.rule == kept.rule
    assert decision.qty == kept.qty or (math.isnan(decision.qty) and math.isnan(kept.qty))
    assert bool(decision.refusal and decision.refusal.is_unknown) is kept.lacked


@pytest.mark.parametrize("numbered", NUMBERED, ids=named)
def test_the_compiled_door_decides_as_it_did(doors, numbered):
    _, kept = numbered
    order, book, _ = made(kept)
    code, admitted = doors[kept.limits].ask(order, book)
    assert admitted == kept.qty or (math.isnan(admitted) and math.isnan(kept.qty))
    assert (NAMES[abs(code)] if code else "") == (kept.rule if kept.rule in REFUSALS else "")
    assert (code < 0) is kept.lacked


def test_every_check_is_met_several_times():
    met = Counter(kept.rule for kept in KEPT)
    few = [name for name in NAMES.values() if met[name] < 3]
    assert few == []
    assert met["all"] >= 10
    assert met["exit"] >= 10
    assert met["soft limits"] >= 5


def test_every_profile_is_met():
    assert {kept.limits for kept in KEPT} == set(PROFILES)


@pytest.mark.parametrize("bolder", [("conservative", "balanced"), ("balanced", "aggressive")])
def test_what_a_careful_profile_passes_a_bolder_one_passes_too(bolder):
    careful, bold = (find(name) for name in bolder)
    for kept in KEPT:
        order, book, _ = made(kept)
        if decide(order, book, careful).verdict is Verdict.PASSED:
            assert decide(order, book, bold).verdict is Verdict.PASSED, kept
