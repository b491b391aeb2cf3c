"""Contestants take turns, their equity curves must agree, and a lone failure leaves the rest running."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.cases import Case
from benchmarks.contestant import OURS, Absent, Entry, Turn
from benchmarks.rounds import compare, run_case
from benchmarks.verdict import MET, OPEN, Bar

from benchmarks import rounds

CURVES = {
    "mine": np.array([1.0, 2.0, 3.0]),
    "floor": np.array([1.0, 2.0, 3.0]),
    "stranger": np.array([1.0, 2.0, 3.5]),
    "mortal": np.array([1.0, 2.0, 3.0]),
}
order: list[str] = []


class Toy:
    """Stands in for a process: a fixed time, a fixed curve."""

    def __init__(self, entry: Entry, inputs: Path, options: dict) -> None:
        if entry.name == "missing":
            raise Absent("peer not installed: make bench-peers")
        self.entry, self.inputs = entry, inputs
        self.versions, self.first_s, self.fills = {}, 0.1, 2
        self.before_mib, self.peak_mib = 10.0, 15.0

    def __enter__(self) -> "Toy":
        return self

    def __exit__(self, *_: object) -> None:
        order.append(f"{self.entry.name} ends")

    def run(self) -> Turn:
        if self.entry.name == "mortal":
            raise Absent("failed: out of memory")
        order.append(self.entry.name)
        return Turn({"mine": 2.0, "floor": 1.0, "stranger": 9.0}[self.entry.name], 2.0, 2.0)

    def save(self, where: Path) -> None:
        np.save(where, CURVES[self.entry.name])


def case(*names: str) -> Case:
    entries = tuple(Entry(name, OURS, "toy", "toy", like="" if name == "mine" else "mine") for name in names)
    bars = tuple(Bar(f"{name} over mine", (name,), ("mine",), 0.1, False) for name in names if name != "mine")
    return Case("toy", "a toy", "nothing", {"x": np.zeros(1)}, {}, entries, bars, 1.0, "bar", 1e-9)


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    order.clear()
    monkeypatch.setattr(rounds, "Contestant", Toy)


def silent(_: str) -> None:
    """Say nothing."""


def test_contestants_take_turns_and_all_end_with_the_case():
    run_case(case("mine", "floor"), 2, silent)
    assert order == ["mine", "floor", "mine", "floor", "floor ends", "mine ends"]


def test_a_result_holds_every_round_memory_and_agreement():
    result = run_case(case("mine", "floor"), 3, silent)
    line = result.lines["floor"]
    assert [turn.seconds for turn in line.turns] == [1.0, 1.0, 1.0]
    assert (line.memory_mib, line.agreement) == (5.0, "equity within 0.0e+00 from mine")
    assert result.judged[0].status == MET


def test_a_missing_peer_leaves_the_rest_to_run():
    result = run_case(case("mine", "missing", "floor"), 1, silent)
    assert result.absent == {"missing": "peer not installed: make bench-peers"}
    assert [one.status for one in result.judged] == [OPEN, MET]


def test_a_contestant_that_fails_in_its_turn_is_out_and_the_rest_go_on():
    result = run_case(case("mine", "mortal", "floor"), 2, silent)
    assert result.absent == {"mortal": "failed: out of memory"}
    assert len(result.lines["floor"].turns) == 2


def test_whoever_trades_something_else_is_not_compared():
    result = run_case(case("mine", "stranger"), 1, silent)
    assert result.judged[0].status == OPEN
    assert "its results differ: equity within 1.7e-01 from mine" in result.judged[0].reason


def test_curves_are_compared_at_every_bar_not_at_the_end_alone():
    words, agrees = compare(np.array([1.0, 2.2, 3.0]), np.array([1.0, 2.0, 3.0]), 1e-6)
    assert (words, agrees) == ("equity within 1.0e-01", False)


def test_curves_of_different_length_do_not_agree():
    words, agrees = compare(np.zeros(3), np.zeros(4), 1.0)
    assert not agrees and "shape (3,) against (4,)" in words


def test_a_floor_that_keeps_its_final_equity_alone_is_compared_with_the_last_bar():
    words, agrees = compare(np.array([3.0]), CURVES["mine"], 1e-9)
    assert (words, agrees) == ("final equity within 0.0e+00", True)
    assert not compare(np.array([2.0]), CURVES["mine"], 1e-9)[1]


def test_many_final_equities_are_compared_each_with_its_own_curve():
    curves = np.array([[1.0, 2.0], [1.0, 4.0]])
    assert compare(np.array([[2.0], [4.0]]), curves, 1e-9)[1]
    assert not compare(np.array([[4.0], [2.0]]), curves, 1e-9)[1]


def test_a_curve_with_an_unknown_value_does_not_agree():
    assert not compare(np.array([1.0, np.nan]), np.array([1.0, 1.0]), 1.0)[1]
