"""`tradewright audit` as a person and a program see it."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from shell import STUDY, daily_csv

from tradewright.assembly.audits import with_its_research
from tradewright.causality.certificate import Certificate, ChannelVerdict, Coverage
from tradewright.causality.verdict import AuditLevel, CausalByConstruction

LEAKS = (
    "def ahead(df):\n    return df['close'].shift(-1)\n\n\ndef back(df):\n    return df['close'].shift(1)\n"
)


def test_a_leak_ends_with_code_one_its_line_and_a_folder(shell, tmp_path):
    bars = daily_csv(tmp_path / "bars.csv", days=120)
    (tmp_path / "mine.py").write_text(LEAKS)
    said = shell("audit", f"{tmp_path / 'mine.py'}:ahead", "--data", str(bars), "--known-at", "date")
    assert said.code == 1, said.err
    assert "DEPENDS_ON_FUTURE" in said.out and "2: df['close'].shift(-1)" in said.out
    (folder,) = (shell.workspace / "audits").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "certificate.json",
        "dependence.html",
        "reproducer.py",
    }


def test_for_a_program_it_is_json_and_a_mended_function_leaves_no_reproducer(shell, tmp_path):
    bars = daily_csv(tmp_path / "bars.csv", days=120)
    (tmp_path / "mine.py").write_text(LEAKS)
    words = ("--data", str(bars), "--known-at", "date", "--out", str(tmp_path / "out"), "--json")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "reproducer.py").write_text("raise SystemExit(1)")
    said = shell("audit", f"{tmp_path / 'mine.py'}:back", *words)
    assert said.code == 0, said.err
    (told,) = said.rows()
    assert told["verdict"]["code"] == "NO_DEPENDENCE_OBSERVED" and told["level"] == "C1"
    assert told == {
        **json.loads((tmp_path / "out" / "certificate.json").read_text()),
        **{k: told[k] for k in ("id", "folder")},
    }
    assert not (tmp_path / "out" / "reproducer.py").exists()


def test_a_study_is_audited_on_its_own_panel_and_no_trial_is_counted(shell):
    said = shell("audit", shell.study(), "--json")
    assert said.code == 0, said.err
    (told,) = said.rows()
    assert told["level"] in ("C2", "C4") and told["target"] == "Momentum"
    assert len([one for one in told["channels"] if one["channel"].startswith("weight")]) == 6
    assert shell("study", "list", "--json").out.strip() == "[]"
    assert any(note.startswith("no try of this workspace is missing") for note in told["notes"])
    assert any(words.startswith("results that were seen outside") for words in told["not_assessed"])


def test_a_study_whose_ledger_has_lost_tries_passes_nothing():
    clean = Certificate("Drift", (ChannelVerdict("weight of A", CausalByConstruction(3)),), AuditLevel.C4,
                        Coverage(), 0.0, ())  # fmt: skip
    assert with_its_research(clean, "").exit_code == 0
    lost = with_its_research(clean, "the ledger lacks 3 of its rows")
    assert lost.exit_code == 1 and str(lost.verdict) == "the ledger lacks 3 of its rows"


def test_costs_chosen_after_results_are_found_by_the_study_and_by_its_audit(shell):
    """The first run is clean; with cheaper fills the same idea fails the gate, whatever it earned."""
    assert shell("study", "run", shell.study(), "--json").code == 0
    cheaper = shell.study(STUDY.replace("half_spread_bps = 4.0", "half_spread_bps = 1.0"))
    audited = shell("audit", cheaper, "--json")
    found = [one for one in audited.rows()[0]["channels"] if one.get("stage") == "research"]
    assert audited.code == 1 and [one["channel"] for one in found] == ["costs"]
    page = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text()
    assert found[0]["words"].rpartition(",")[0] in page
    said = shell("study", "run", cheaper, "--json")
    (gate,) = [one for one in said.rows()[0]["gates"] if one["name"] == "No look-ahead, audited"]
    assert gate["status"] == "FAIL" and gate["reason"].startswith("the costs were chosen after 4 tries")


def test_what_is_missing_is_misuse_in_one_line(shell, tmp_path):
    (tmp_path / "mine.py").write_text(LEAKS)
    said = shell("audit", f"{tmp_path / 'mine.py'}:ahead")
    assert said.code == 2
    assert said.line.startswith("error: An audit needs data. Give --data bars.csv, or --facts tables.toml")
    assert shell("audit", "nowhere.py:f", "--data", "x.csv").code == 1


FITTED = """
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

table = pd.read_csv("table.csv", parse_dates=["date"]).dropna()
train = table[table.date <= "2015-04-30"]
scaler = StandardScaler().fit(table[["close", "volume"]])
honest = make_pipeline(StandardScaler(), LinearRegression()).fit(train[["close", "volume"]], train["gain"])
spoiled = make_pipeline(StandardScaler(), LinearRegression()).fit(train[["close", "volume"]], train["gain"])
spoiled.steps[0] = ("standardscaler", scaler)
"""


def fitted(tmp_path, monkeypatch):
    """A file with two pipelines that were fitted when it was loaded, and the table they learned from."""
    monkeypatch.chdir(tmp_path)
    days = daily_csv(tmp_path / "bars.csv", days=120).read_text().splitlines()
    closes = [float(line.split(",")[4]) for line in days[1:]]
    gains = [f"{later / now - 1.0:.6f}" for now, later in pairwise(closes)]
    lines = [f"{line},{gain}" for line, gain in zip(days[1:], [*gains, ""], strict=True)]
    (tmp_path / "table.csv").write_text("\n".join([f"{days[0]},gain", *lines]) + "\n")
    (tmp_path / "mine.py").write_text(FITTED)
    return ("--data", "table.csv", "--answer", "gain", "--trained-until", "2015-04-30")


def test_a_fitted_pipeline_is_named_and_what_it_learned_elsewhere_is_too(shell, tmp_path, monkeypatch):
    words = fitted(tmp_path, monkeypatch)
    said = shell("audit", "mine.py:spoiled", *words)
    assert said.code == 1, said.err
    assert "standardscaler.mean_ depends on rows after 2015-04-30." in said.out
    assert "rows were known by column 'date'" in said.out
    honest = shell("audit", "mine.py:honest", *words, "--json")
    assert honest.code == 0, honest.out
    (told,) = honest.rows()
    assert [one["channel"] for one in told["channels"]] == ["prediction", "fit"]


def test_a_feature_is_named_and_asked_row_by_row(shell, tmp_path):
    bars = daily_csv(tmp_path / "bars.csv", days=60)
    said = shell("audit", "simple_return", "--data", str(bars), "--set", "bars=3")
    assert said.code == 0, said.err
    assert "causal by construction: sees the last 4 rows" in said.out
    assert "asked row by row at all 60 rows" in said.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("tecnical",), "Did you mean 'technical'"),
        (("buy_and_hold",), "'buy_and_hold' is a strategy. Say so: --stage strategy."),
        (("rsi", "--stage", "strategy"), "'rsi' is no strategy. Leave out --stage strategy."),
        (("model.pkl",), "is a pickle: reading one runs whatever code is in it."),
        (("rsi", "--set", "window"), "--set window is no pair."),
        (("rsi", "--set", "widow=3"), "'widow' is not a parameter of Rsi. Did you mean 'window'?"),
    ],
)
def test_a_name_that_does_not_hold_is_answered_at_once(shell, tmp_path, words, says):
    bars = daily_csv(tmp_path / "bars.csv", days=60)
    said = shell("audit", *words, "--data", str(bars))
    assert said.code == 2 and says in said.err


def test_what_belongs_to_a_pipeline_is_refused_for_a_function(shell, tmp_path):
    bars = daily_csv(tmp_path / "bars.csv", days=60)
    (tmp_path / "mine.py").write_text(LEAKS + "\nnumber = 3\n")
    said = shell("audit", f"{tmp_path / 'mine.py'}:back", "--data", str(bars), "--answer", "close")
    assert said.code == 2 and "'back' is no fitted pipeline. Leave out --answer" in said.line
    said = shell("audit", f"{tmp_path / 'mine.py'}:number", "--data", str(bars))
    assert said.code == 2 and "is of type int. An audit takes a function of a table, a feature" in said.line
