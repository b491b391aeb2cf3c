"""Commands are timed as a user types them; one that fails is an open bar with its own last words."""

import csv
from pathlib import Path
from typing import ClassVar

import pytest
from benchmarks.commands import BACKTEST, DAILY_BARS, HELP, LIBRARIES, STUDY, daily_csv, run_commands
from benchmarks.verdict import MET, MISSED, OPEN

from benchmarks import commands


class FakeClock:
    """Gives each command a time of its own and notes what was typed."""

    typed: ClassVar[list[list[str]]] = []
    slow_verb = ("data", "check")
    failing = ""

    def __init__(self, workspace: Path) -> None:
        FakeClock.typed = []

    def seconds(self, words: list[str]) -> float:
        FakeClock.typed.append([Path(words[0]).name, *words[1:]])
        if FakeClock.failing and FakeClock.failing in words:
            raise commands.CommandFailed("it said no")
        if words[-1] == "--help":
            return 0.6 if tuple(words[1:-1]) == FakeClock.slow_verb else 0.2
        return 3.0

    def others_cores(self) -> float:
        return 0.0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_Clock", FakeClock)
    monkeypatch.setattr(FakeClock, "failing", "")


def quiet(_: str) -> None:
    """Say nothing."""


def test_the_slowest_help_is_the_one_that_counts_and_is_named():
    judged = {one.bar.words: one for one in run_commands(3, quiet).judged}
    assert judged[HELP].status == MISSED
    assert (judged[HELP].value, judged[HELP].reason) == (0.6, "tradewright data check")


def test_each_wait_is_held_against_its_own_patience():
    judged = {one.bar.words: one for one in run_commands(2, quiet).judged}
    assert (judged[BACKTEST].status, judged[STUDY].status) == (MISSED, MET)


def test_a_backtest_is_timed_only_after_it_has_run_once():
    result = run_commands(3, quiet)
    backtests = [words for words in FakeClock.typed if words[1] == "backtest" and words[-1] != "--help"]
    assert len(backtests) == 4
    assert len(result.times[BACKTEST]) == 3


def test_a_command_that_fails_leaves_its_bar_open_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(FakeClock, "failing", "ingest")
    monkeypatch.setattr(commands, "VERBS", ((),))
    judged = {one.bar.words: one for one in run_commands(1, quiet).judged}
    assert (judged[BACKTEST].status, judged[BACKTEST].reason) == (OPEN, f"{BACKTEST}: it said no")
    assert judged[STUDY].status == MET


def test_the_result_can_be_printed_and_written():
    result = run_commands(1, quiet)
    assert "make study, second time: 3.00 s" in result.table("")
    assert [bar["bar"] for bar in result.as_json("")["bars"]] == [HELP, BACKTEST, LIBRARIES, STUDY]


def test_the_daily_series_has_a_row_for_every_session(tmp_path: Path):
    where = tmp_path / "walk.csv"
    daily_csv(where)
    with where.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == DAILY_BARS
    assert rows[0]["date"] == "2010-01-04"
    assert all(float(row["low"]) <= float(row["close"]) <= float(row["high"]) for row in rows)


def test_a_failing_command_gives_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    timer = commands._Clock(tmp_path)
    with pytest.raises(commands.CommandFailed, match="'ls /no/such/folder' failed"):
        timer.seconds(["ls", "/no/such/folder"])


def test_a_command_sees_the_workspace_that_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    timer = commands._Clock(tmp_path)
    assert timer.environment["TRADEWRIGHT_WORKSPACE"] == str(tmp_path)
    assert timer.seconds(["true"]) > 0.0
    assert timer.others_cores() is None or timer.others_cores() >= 0.0
