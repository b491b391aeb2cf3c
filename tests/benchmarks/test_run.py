"""The whole benchmark on tiny inputs: it runs, it compares, it writes, and it claims nothing."""

import json
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import arguments, run
from benchmarks.contestant import OURS

from benchmarks import contestant


@pytest.fixture
def without_peers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interpreter(environment: str) -> Path:
        return Path(sys.executable) if environment == OURS else tmp_path / environment / "python"

    monkeypatch.setattr(contestant, "interpreter", interpreter)


@pytest.mark.usefixtures("without_peers")
@pytest.mark.parametrize("case", ["sma", "top_decile", "sma_grid", "decide"])
def test_a_case_runs_this_side_where_no_peer_is_installed(case: str, capsys, tmp_path: Path):
    figures = tmp_path / "figures.json"
    assert run([case, "--small", "--rounds", "1", "--json", str(figures)]) == 0
    printed = capsys.readouterr().out
    assert "peer not installed: make bench-peers" in printed
    written = json.loads(figures.read_text())["cases"][0]
    ours = [line for line in written["contestants"] if line["name"].startswith(("tradewright", "floor"))]
    assert len(ours) >= 2
    assert all(line["agrees"] for line in ours)
    assert not any(bar["claimed"] for bar in written["bars"])


def test_without_a_choice_every_case_runs():
    assert arguments([]).cases == ["sma", "top_decile", "sma_grid", "decide", "gateway", "commands"]


def test_a_misspelt_case_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as stop:
        arguments(["sam"])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "'sam' is no case. Known: sma, top_decile, sma_grid, decide, gateway, commands." in said


def test_no_rounds_at_all_are_refused(capsys):
    with pytest.raises(SystemExit):
        arguments(["--rounds", "0"])
    assert "--rounds must be 1 or more" in capsys.readouterr().err
