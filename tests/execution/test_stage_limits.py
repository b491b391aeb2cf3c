"""What a stage of the ladder lets through: its names, its money, its shares and its loss budget."""

import math
from dataclasses import replace

import pytest
from gate_cases import BOOK, BUY, LONG, NOW, SECOND, SELL, holding

from tradewright.execution.checks.contract import NAN, Book, Request
from tradewright.execution.gateway import decide
from tradewright.execution.limits.registry import NOT_SIMULATED, PROFILES, find, simulated
from tradewright.execution.native.door import CompiledDoor
from tradewright.execution.native.records import write

STAGES = {
    "live-1": (1, 1_000.0, 0.10),
    "live-2": (3, 5_000.0, 0.15),
    "live-3": (7, 25_000.0, 0.20),
}
# An account as small as its stage, and an order that fits the first of them: one share at 100 $.
SMALL = replace(BOOK, equity_usd=1_000.0, buying_power_usd=1_000.0, other_symbols=0.0)
PEAKS = {
    "day_start_usd": 1_000.0,
    "rolling_start_usd": 1_000.0,
    "session_peak_usd": 1_000.0,
    "peak_usd": 1_000.0,
}
SMALL = replace(SMALL, **PEAKS, stage_capital_usd=1_000.0)
ONE_SHARE = replace(BUY, qty=1.0, limit_usd=100.0)


@pytest.fixture(scope="module")
def door() -> CompiledDoor:
    return CompiledDoor(find("live-1"))


def of_size(equity_usd: float, **more) -> Book:
    """The small account with another equity, its peaks moved along."""
    moved = dict.fromkeys(PEAKS, equity_usd)
    sized = {"equity_usd": equity_usd, "buying_power_usd": equity_usd, "stage_capital_usd": equity_usd}
    return replace(SMALL, **{**sized, **moved, **more})


def said(stage: str, order: Request, book: Book, door: CompiledDoor) -> str:
    """The refusal's words, empty for none; the compiled twin must refuse by the same check."""
    limits = find(stage)
    write(door.limits[0], limits)
    code, admitted = door.ask(order, book)
    plain = decide(order, book, limits)
    if plain.refusal is None:
        assert code == 0
        assert admitted == plain.qty
        return ""
    sign = -1 if plain.refusal.is_unknown else 1
    assert code == (plain.refusal.code - 100) * sign
    return plain.refusal.words


@pytest.mark.parametrize("stage", STAGES)
def test_an_order_that_fits_the_stage_passes(stage, door):
    _, capital, share = STAGES[stage]
    whole = math.floor(capital * share / 100.0)
    order = replace(ONE_SHARE, qty=float(whole))
    assert said(stage, order, of_size(capital), door) == ""


# Names


@pytest.mark.parametrize("stage", STAGES)
def test_the_last_name_that_a_stage_allows_passes_and_the_next_is_refused(stage, door):
    names = STAGES[stage][0]
    assert said(stage, ONE_SHARE, of_size(25_000.0, other_symbols=names - 1.0), door) == ""
    words = said(stage, ONE_SHARE, of_size(25_000.0, other_symbols=float(names)), door)
    assert words == (
        f"stage capital: {names + 1} names; allowed: {names} names at this stage. Close another name first, "
        "or earn the next stage."
    )


@pytest.mark.parametrize("unknown", [NAN, -1.5, -math.inf])
def test_names_that_nobody_has_counted_refuse(unknown, door):
    words = said("live-2", ONE_SHARE, replace(SMALL, other_symbols=unknown), door)
    assert "nobody knows the names that the strategy holds" in words


def test_an_exit_passes_however_many_names_are_held(door):
    book = replace(holding(BOOK), other_symbols=99.0)
    exit_order = replace(SELL, qty=-300.0, limit_usd=99.5)
    for stage in STAGES:
        assert said(stage, exit_order, book, door) == ""
        assert said(stage, exit_order, replace(book, other_symbols=NAN), door) == ""


def test_adding_to_a_name_already_held_takes_no_further_name(door):
    book = of_size(25_000.0, other_symbols=0.0, position=5.0, gross_usd=500.0, net_usd=500.0, long_usd=500.0)
    assert said("live-1", ONE_SHARE, replace(book, strategy_gross_usd=500.0), door) == ""


def test_turning_a_position_round_opens_and_counts(door):
    book = replace(of_size(25_000.0), **{**LONG, "position": 1.0, "gross_usd": 100.0, "net_usd": 100.0})
    book = replace(book, long_usd=100.0, other_symbols=1.0)
    turn = replace(SELL, qty=-3.0, limit_usd=100.0)
    assert "2 names; allowed: 1 names" in said("live-1", turn, book, door)


# Money and shares


@pytest.mark.parametrize("stage", STAGES)
def test_an_order_beyond_the_stages_capital_is_refused(stage, door):
    _, capital, _ = STAGES[stage]
    # A far larger account: its shares bind nothing, the stage's capital does.
    book = of_size(1e6, stage_capital_usd=capital)
    whole = capital / 100.0
    assert said(stage, replace(ONE_SHARE, qty=whole), book, door) == ""
    words = said(stage, replace(ONE_SHARE, qty=whole + 1.0), book, door)
    assert words.startswith(f"stage capital: {capital + 100.0:,.2f} USD; allowed: {capital:,.2f} USD")


def test_what_the_strategy_holds_already_counts_against_its_capital(door):
    book = of_size(1e6, stage_capital_usd=1_000.0, strategy_gross_usd=950.0)
    assert "1,050.00 USD; allowed: 1,000.00 USD of stage capital" in said("live-1", ONE_SHARE, book, door)


@pytest.mark.parametrize("stage", STAGES)
def test_a_position_beyond_its_share_is_refused(stage, door):
    _, capital, share = STAGES[stage]
    order = replace(ONE_SHARE, qty=math.floor(capital * share / 100.0) + 1.0)
    words = said(stage, order, of_size(capital), door)
    assert words.startswith(("order size", "exposure"))
    assert f"{share:.2%}" in words


# Losses


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("start", "limit"),
    [
        ("day_start_usd", "max_day_loss"),
        ("rolling_start_usd", "max_rolling_loss"),
        ("session_peak_usd", "max_session_drawdown"),
        ("peak_usd", "max_drawdown"),
    ],
)
def test_a_loss_beyond_the_stages_budget_stops_what_opens(stage, start, limit, door):
    budget = getattr(find(stage), limit)
    book = of_size(25_000.0)
    lost = replace(book, **{start: 25_000.0 / (1.0 - budget - 1e-6)})
    assert said(stage, ONE_SHARE, lost, door).startswith("losses")
    # Just inside the budget nothing is left to scale an order of one share to.
    inside = replace(book, **{start: 25_000.0 / (1.0 - budget / 2.0 + 1e-6)})
    assert said(stage, ONE_SHARE, inside, door) == ""


# In a simulation


@pytest.mark.parametrize("name", PROFILES)
def test_a_simulation_on_bars_counts_names(name):
    held, left_out = simulated(find(name))
    assert held.max_symbols == find(name).max_symbols
    assert "max_symbols" not in left_out
    assert "max_symbols" not in NOT_SIMULATED


def test_the_order_of_this_file_is_fresh():
    """The clock of the sound book: a price from a second ago."""
    assert BOOK.reference_at == NOW - SECOND
