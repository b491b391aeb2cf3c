"""What is printed says the figure, its spread, its limit, and whether it may be claimed."""

import json

from benchmarks.cases import CASES, Case
from benchmarks.contestant import OURS, Entry, Turn
from benchmarks.machine import BUSY_CORES, busy_core_seconds, description
from benchmarks.report import BUSY, SMALL, as_json, doubt_of, head, table
from benchmarks.rounds import CaseResult, Line
from benchmarks.verdict import Bar, judge

ENTRIES = (Entry("mine", OURS, "toy", "toy"), Entry("peer", "peer", "toy", "toy"))
BARS = (
    Bar("mine over its floor", ("mine",), ("floor",), 8.0, at_most=True, aim=4.0),
    Bar("peer over mine", ("peer",), ("mine",), 4.0, at_most=False),
)
TOY = Case("toy", "three bars", "all of it", {}, {}, ENTRIES, BARS, 1_000.0, "bar", 1e-9)


def result(others_cores: float | None = 0.0) -> CaseResult:
    turns = (Turn(0.010, 0.01, 0.01), Turn(0.012, 0.01, 0.01), Turn(0.020, 0.01, 0.01))
    lines = {"mine": Line(ENTRIES[0], turns, 1.0, 42, 12.4, {"numpy": "2"}, "equity within 1e-12 from peer")}
    absent = {"peer": "peer not installed: make bench-peers"}
    times = {"mine": [0.010, 0.012, 0.020], "floor": [0.002, 0.002, 0.002]}
    judged = tuple(judge(bar, times, absent) for bar in BARS)
    return CaseResult(TOY, lines, absent, judged, others_cores)


def test_the_table_shows_figure_spread_aim_limit_and_verdict():
    line = "mine over its floor: 6.00 x [5.00 to 10.00 x], aim 4.00 x, at most 8.00 x: met"
    assert line in table(result(), "").replace("   - ", "").splitlines()


def test_the_table_shows_time_per_bar_memory_and_fills():
    row = next(line for line in table(result(), "").splitlines() if line.startswith("   mine "))
    assert row.split() == ["mine", "12.0", "ms", "10.0", "ms", "20.0", "ms", "12000.00", "12", "MiB", "42"]


def test_a_missing_peer_is_a_named_line_and_an_open_bar():
    printed = table(result(), "")
    assert "peer    peer not installed: make bench-peers" in printed
    assert "peer over mine: open (peer: peer not installed: make bench-peers)" in printed


def test_nothing_is_claimed_of_a_busy_machine():
    assert "met (not claimed: the machine was busy)" in table(result(), BUSY)
    assert as_json(result(), BUSY)["bars"][0]["claimed"] is False
    assert as_json(result(), "")["bars"][0]["claimed"] is True


def test_a_machine_is_busy_when_others_use_more_than_the_tolerated_share_of_a_core():
    assert doubt_of(BUSY_CORES + 0.01, is_small=False) == BUSY
    assert doubt_of(BUSY_CORES, is_small=False) == ""


def test_tiny_inputs_claim_nothing_on_the_quietest_machine():
    assert doubt_of(0.0, is_small=True) == SMALL


def test_a_system_that_does_not_tell_is_not_called_busy():
    assert doubt_of(None, is_small=False) == ""
    assert "others used" not in table(result(None), "")


def test_json_holds_every_round_and_survives_a_round_trip():
    written = json.loads(json.dumps(as_json(result(), "")))
    assert written["contestants"][0]["seconds"] == [0.010, 0.012, 0.020]
    assert written["bars"][0]["status"] == "met"
    assert written["bars"][1]["value"] is None


def test_the_head_names_processor_cores_load_and_versions():
    machine = description()
    printed = head(machine)
    assert machine["processor"] in printed
    assert f"{machine['cores']} cores" in printed
    assert "numba" in printed and "python" in printed


def test_busy_seconds_never_run_backwards():
    first, second = busy_core_seconds(), busy_core_seconds()
    assert (first is None and second is None) or second >= first


def test_every_case_holds_this_side_against_something():
    for make in CASES.values():
        case = make(0.001)
        names = {entry.name for entry in case.entries}
        assert all(set(bar.over) | set(bar.under) <= names for bar in case.bars)
        assert all(not entry.like or entry.like in names for entry in case.entries)
        assert any(bar.limit is not None for bar in case.bars)
