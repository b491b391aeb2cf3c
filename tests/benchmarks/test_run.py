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
@pytest.mark.parametrize("case", ["sma", "top_decile", "sma_grid", "decide", "options"])
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


@pytest.mark.parametrize("case", ["features", "features_panel"])
def test_features_by_hand_and_by_pandas_are_the_columns_of_the_package(case: str, tmp_path: Path):
    figures = tmp_path / "figures.json"
    assert run([case, "--small", "--rounds", "1", "--json", str(figures)]) == 0
    written = json.loads(figures.read_text())["cases"][0]
    lines = {line["name"]: line for line in written["contestants"]}
    assert set(lines) == {"floor", "floor, leaner", "tradewright", "pandas rolling"}
    assert all(line["agrees"] for line in lines.values())
    assert all("columns within" in line["agreement"] for name, line in lines.items() if name != "tradewright")
    assert not any(bar["claimed"] for bar in written["bars"])


def test_a_stream_of_rows_is_timed_by_its_slow_ones(capsys):
    assert run(["streaming", "--small", "--rounds", "2"]) == 0
    printed = capsys.readouterr().out
    assert "30 columns x 20 assets" in printed
    assert "99th percentile of one streamed row" in printed
    assert "99th percentile of a fixed loop" in printed
    assert "not claimed: tiny inputs" in printed


def test_without_a_choice_every_case_runs():
    races = "sma top_decile sma_grid momentum_sweep decide brackets order_kernel features features_panel spa"
    assert arguments([]).cases == [*f"{races} options mamba".split(), "streaming", "gateway", "commands"]


def test_a_misspelt_case_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as stop:
        arguments(["sam"])
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert "'sam' is no case. Known: sma, top_decile, sma_grid, momentum_sweep, decide, brackets, " in told
    assert "features_panel, spa, options, mamba, streaming, gateway, commands." in told


def test_no_rounds_at_all_are_refused(capsys):
    with pytest.raises(SystemExit):
        arguments(["--rounds", "0"])
    assert "--rounds must be 1 or more" in capsys.readouterr().err


def test_the_test_of_the_best_of_many_runs_alone_and_takes_less_than_its_bar(tmp_path: Path):
    figures = tmp_path / "figures.json"
    assert run(["spa", "--small", "--rounds", "1", "--json", str(figures)]) == 0
    (bar,) = json.loads(figures.read_text())["cases"][0]["bars"]
    assert 0.0 < bar["value"] < bar["limit"] == 5.0
