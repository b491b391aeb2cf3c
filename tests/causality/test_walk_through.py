"""What the page on audits shows is what its examples do."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tradewright.assembly.audits import AuditWords, run_audit
from tradewright.causality.audit import audit
from tradewright.causality.options import AuditOptions
from tradewright.causality.verdict import DependsOnFuture, NoDependenceObserved, Stage

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "audit"
PAGE = (ROOT / "docs" / "audit.md").read_text()

OPTIONS = {
    "regime": AuditOptions(known_at="date"),
    "weekly_trend": AuditOptions(known_at="date"),
    "position_at_the_open": AuditOptions(known_at="date", decide_at="open", stage=Stage.STRATEGY),
}


def module_of(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def signals():
    return module_of("signals")


@pytest.fixture
def here(tmp_path, monkeypatch, signals):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "signals", signals)
    module_of("make_bars")
    return pd.read_csv("bars.csv", parse_dates=["date"])


@pytest.mark.parametrize("name", OPTIONS)
def test_the_page_quotes_what_the_audit_says_and_the_mend_holds(name, signals, here):
    found = audit(getattr(signals, name), here, OPTIONS[name]).verdict
    assert isinstance(found, DependsOnFuture)
    assert str(found) in PAGE
    mended = audit(getattr(signals, f"{name}_mended"), here, OPTIONS[name]).verdict
    assert isinstance(mended, NoDependenceObserved)


def test_the_page_quotes_what_is_said_of_a_file_beside_the_table(here, tmp_path):
    (tmp_path / "signals.py").write_text((FOLDER / "signals.py").read_text())
    words = AuditWords("signals.py:above_all_of_the_file", data="bars.csv", known_at="date")
    found = run_audit(words, tmp_path).certificate.verdict
    assert isinstance(found, DependsOnFuture) and found.stage is Stage.SIDE_CHANNEL
    assert str(found) in PAGE
    mended = run_audit(replace(words, target=f"{words.target}_mended"), tmp_path).certificate.verdict
    assert isinstance(mended, NoDependenceObserved)


def test_the_page_quotes_what_models_and_fills_print(here, capfd):
    module_of("models_and_fills")
    printed = capfd.readouterr().out.splitlines()
    quoted = [
        line.strip()
        for line in PAGE.splitlines()
        if line.startswith(("    fit: mean", "    label", "    filled", "    no "))
    ]
    assert len(quoted) == 4
    assert set(quoted) <= set(printed)
    assert any(line.startswith("fit_mended: no dependence") for line in printed)
