"""Runs a case: all its contestants side by side, in turns, and their results held against each other."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.cases import Case
from benchmarks.contestant import Absent, Contestant, Entry, Turn
from benchmarks.machine import busy_core_seconds
from benchmarks.verdict import Judged, judge


@dataclass(frozen=True)
class Line:
    """What one contestant did. `agreement` says how far its equity curve is from the one it must equal."""

    entry: Entry
    turns: tuple[Turn, ...]
    first_s: float
    fills: int
    memory_mib: float
    versions: dict[str, str]
    agreement: str = ""
    agrees: bool = True


@dataclass(frozen=True)
class CaseResult:
    """A case's lines and judged bars; `others_cores` is what the rest of the machine used meanwhile."""

    case: Case
    lines: dict[str, Line]
    absent: dict[str, str]
    judged: tuple[Judged, ...]
    others_cores: float | None


@dataclass
class _Meter:
    """Adds up what the machine used beside the contestant whose turn it was."""

    wall_s: float = 0.0
    others_s: float = 0.0
    known: bool = True
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    def take_turn(self, contestant: Contestant) -> None:
        before = busy_core_seconds()
        turn = contestant.run()
        after = busy_core_seconds()
        self.turns.setdefault(contestant.entry.name, []).append(turn)
        if before is None or after is None:
            self.known = False
            return
        self.wall_s += turn.wall_s
        self.others_s += after - before - turn.processor_s

    def others_cores(self) -> float | None:
        return max(self.others_s, 0.0) / self.wall_s if self.known and self.wall_s else None


def run_case(case: Case, rounds: int, say: Callable[[str], None]) -> CaseResult:
    """Start everybody, let each run once in every round, then compare results and judge the bars."""
    absent: dict[str, str] = {}
    meter = _Meter()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        inputs = room / "inputs.npz"
        np.savez(inputs, **case.inputs)
        present: list[Contestant] = []
        for entry in case.entries:
            say(f"{case.name}: {entry.name} warms up")
            try:
                present.append(stack.enter_context(Contestant(entry, inputs, case.options)))
            except Absent as reason:
                absent[entry.name] = str(reason)
        for turn in range(rounds):
            say(f"{case.name}: round {turn + 1} of {rounds}")
            for contestant in list(present):
                try:
                    meter.take_turn(contestant)
                except Absent as reason:
                    absent[contestant.entry.name] = str(reason)
                    present.remove(contestant)
        curves = {one.entry.name: _curve(one, room / f"{i}.npy") for i, one in enumerate(present)}
    lines = {one.entry.name: _line(one, meter, curves, case) for one in present}
    wrong = {name: f"its results differ: {line.agreement}" for name, line in lines.items() if not line.agrees}
    times = {name: [turn.seconds for turn in line.turns] for name, line in lines.items() if name not in wrong}
    judged = tuple(judge(bar, times, {**absent, **wrong}) for bar in case.bars)
    return CaseResult(case, lines, absent, judged, meter.others_cores())


def _curve(contestant: Contestant, where: Path) -> np.ndarray:
    contestant.save(where)
    return np.load(where)


def _line(one: Contestant, meter: _Meter, curves: dict[str, np.ndarray], case: Case) -> Line:
    entry = one.entry
    agreement, agrees = "", True
    if entry.like in curves:
        agreement, agrees = compare(curves[entry.name], curves[entry.like], case.tolerance, case.compared)
        agreement += f" from {entry.like}"
    turns = tuple(meter.turns[entry.name])
    memory = one.peak_mib - one.before_mib
    return Line(entry, turns, one.first_s, one.fills, memory, one.versions, agreement, agrees)


def compare(
    mine: np.ndarray, other: np.ndarray, tolerance: float, compared: str = "equity"
) -> tuple[str, bool]:
    """The largest relative difference of two results, in words, and whether it is tolerable.

    One that kept its last value alone, 1 or K x 1, is compared with the other's last.
    """
    is_final = mine.shape[-1:] == (1,) != other.shape[-1:]
    if is_final:
        other = other[..., -1:]
    if mine.shape != other.shape:
        return f"shape {mine.shape} against {other.shape}", False
    worst = float(np.max(np.abs(mine / other - 1.0))) if mine.size else 0.0
    return f"{'final ' * is_final}{compared} within {worst:.1e}", bool(worst <= tolerance)
