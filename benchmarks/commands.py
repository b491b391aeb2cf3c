"""How long a person waits at the command line: help, a warm backtest, and a study run for the second time.

These are plain seconds: what they are held against is patience. The commands run as a user would type them,
in a workspace of their own that is thrown away.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.contestant import ROOT
from benchmarks.inputs import DAY_NS, Walk, bars_of
from benchmarks.machine import busy_core_seconds
from benchmarks.report import bar_as_json, bars
from benchmarks.verdict import Bar, Judged, judge

TRADEWRIGHT = Path(sys.executable).with_name("tradewright")
VERBS = (
    (),
    ("data",),
    ("data", "ingest"),
    ("data", "check"),
    ("backtest",),
    ("study",),
    ("study", "run"),
    ("runs",),
    ("runs", "list"),
    ("runs", "verify"),
)
DAILY_BARS = 2_520
HELP, BACKTEST, STUDY = "slowest --help", "warm backtest", "make study, second time"
# What a warm backtest cannot do without, in a process of its own: the part of its time that is not ours.
LIBRARIES = "of a warm backtest, loading its libraries alone"
IMPORTS = "import numpy, polars, numba, typer, rich.console, rich.table, deltalake, msgspec"


class CommandFailed(Exception):
    """A command that could not be timed because it did not succeed; the words are its own."""


@dataclass(frozen=True)
class CommandsResult:
    """Seconds of each command, its bars, and what the rest of the machine used meanwhile."""

    times: dict[str, list[float]]
    absent: dict[str, str]
    judged: tuple[Judged, ...]
    others_cores: float | None

    def table(self, doubt: str) -> str:
        """As text."""
        rows = ["\n== commands: what a person waits for, in seconds"]
        rows += bars(self.judged, doubt)
        if self.others_cores is not None:
            rows.append(f"   others used {self.others_cores:.2f} cores meanwhile")
        return "\n".join(rows)

    def as_json(self, doubt: str) -> dict:
        """For programs."""
        return {
            "case": "commands",
            "title": "what a person waits for",
            "others_cores": self.others_cores,
            "seconds": self.times,
            "absent": self.absent,
            "bars": [bar_as_json(one, doubt) for one in self.judged],
        }


class _Clock:
    """Times commands and adds up what the rest of the machine used meanwhile."""

    def __init__(self, workspace: Path) -> None:
        # A shell that keeps Python from keeping what it parsed makes every start parse it anew: not a figure.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = {**kept, "TRADEWRIGHT_WORKSPACE": str(workspace)}
        self.wall_s = self.others_s = 0.0
        self.known = busy_core_seconds() is not None

    def seconds(self, words: Sequence[str]) -> float:
        """Run a command to its end. Raises: CommandFailed."""
        busy, children = busy_core_seconds(), os.times()
        started = time.perf_counter()
        done = subprocess.run(
            words, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        elapsed = time.perf_counter() - started
        if done.returncode != 0:
            last = (done.stderr.strip() or done.stdout.strip() or "no words").splitlines()[-1]
            raise CommandFailed(f"'{' '.join([Path(words[0]).name, *words[1:]])}' failed: {last}")
        after = os.times()
        own = after.children_user + after.children_system - children.children_user - children.children_system
        self.wall_s += elapsed
        if busy is not None:
            self.others_s += (busy_core_seconds() or 0.0) - busy - own
        return elapsed

    def others_cores(self) -> float | None:
        """Cores used by others, on average over the timed commands."""
        return max(self.others_s, 0.0) / self.wall_s if self.known and self.wall_s else None


def daily_csv(where: Path) -> None:
    """Write a daily series of one symbol, on the sessions of the New York calendar."""
    from tradewright.data.calendar import sessions

    days = sessions("XNYS", date(2010, 1, 1), date(2020, 12, 31))["session"].to_list()[:DAILY_BARS]
    held = bars_of(Walk(len(days), 1, 0.012, DAY_NS, seed=5))
    lines = ["date,symbol,open,high,low,close,volume"]
    for row, day in enumerate(days):
        prices = ",".join(f"{held[name][row, 0]:.6f}" for name in ("open", "high", "low", "close"))
        lines.append(f"{day},WALK,{prices},1000000000")
    where.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_commands(repeats: int, say: Callable[[str], None]) -> CommandsResult:
    """Time each kind of command; one that fails is an open bar with its last words."""
    absent: dict[str, str] = {}
    slowest: list[str] = []
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        clock = _Clock(Path(folder) / "workspace")
        measured = {
            HELP: lambda: _helps(clock, repeats, slowest),
            BACKTEST: lambda: _backtests(clock, Path(folder), repeats),
            LIBRARIES: lambda: [clock.seconds([sys.executable, "-c", IMPORTS]) for _ in range(repeats)],
            STUDY: lambda: _studies(clock, max(repeats // 2, 1)),
        }
        for name, measure in measured.items():
            say(f"commands: {name}")
            try:
                times[name] = measure()
            except CommandFailed as reason:
                absent[name] = str(reason)
    limits = {HELP: 0.4, BACKTEST: 1.5, LIBRARIES: None, STUDY: 20.0}
    judged = tuple(
        judge(Bar(name, (name,), (), limit, at_most=True, unit="s"), times, absent)
        for name, limit in limits.items()
    )
    named = tuple(
        replace(one, reason=slowest[0]) if one.bar.words == HELP and slowest else one for one in judged
    )
    return CommandsResult(times, absent, named, clock.others_cores())


def _helps(clock: _Clock, repeats: int, slowest: list[str]) -> list[float]:
    """Seconds of the verb whose help has the highest median; its name is added to `slowest`."""
    rounds = [[clock.seconds([str(TRADEWRIGHT), *verb, "--help"]) for verb in VERBS] for _ in range(repeats)]
    each = list(zip(*rounds, strict=True))
    last = max(range(len(VERBS)), key=lambda place: median(each[place]))
    slowest.append(" ".join(["tradewright", *VERBS[last]]))
    return list(each[last])


def _backtests(clock: _Clock, folder: Path, repeats: int) -> list[float]:
    bars_file = folder / "walk.csv"
    daily_csv(bars_file)
    clock.seconds([str(TRADEWRIGHT), "data", "ingest", str(bars_file), "--name", "walk"])
    words = [str(TRADEWRIGHT), "backtest", "sma_cross", "--data", "walk"]
    clock.seconds(words)
    return [clock.seconds(words) for _ in range(repeats)]


def _studies(clock: _Clock, repeats: int) -> list[float]:
    clock.seconds(["make", "study"])
    return [clock.seconds(["make", "study"]) for _ in range(repeats)]
