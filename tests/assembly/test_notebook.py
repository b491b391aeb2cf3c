"""What is tried from Python is on record as what is typed is; the page that shows it is run."""

import re
import sys
from pathlib import Path

import pytest

from tradewright.assembly.notebook import Look, backtest
from tradewright.strategies.contract import Strategy
from tradewright.values.errors import InvalidOption, UnknownName

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from shell import Shell, daily_csv

PAGE = Path(__file__).parents[2] / "docs" / "notebook.md"
MINE = """
from tradewright.strategies.contract import Strategy


class Mine(Strategy):
    @property
    def warm_up_bars(self):
        return 1

    def decide(self, view):
        return None
"""


class InACell(Strategy):
    """Made where no file is."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder whose workspace holds `walk`, and a strategy in a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRADEWRIGHT_WORKSPACE", raising=False)
    daily_csv(tmp_path / "walk.csv")
    (tmp_path / "mine.py").write_text(MINE)
    said = Shell(tmp_path / ".tradewright")("data", "ingest", "walk.csv", "--name", "walk")
    assert said.code == 0, said.err
    return tmp_path


def test_the_page_runs_and_what_it_tries_is_counted_with_what_is_typed(folder: Path):
    code = "\n".join(line[4:] for line in PAGE.read_text().splitlines() if line.startswith("    "))
    names: dict[str, object] = {}
    exec(compile(code.replace("mine.py:Mine", str(folder / "mine.py:Mine")), str(PAGE), "exec"), names)
    look = names["look"]
    assert isinstance(look, Look)
    assert look.table("equity").height > 0
    with pytest.raises(UnknownName, match="equity"):
        look.table("equty")
    typed = Shell(folder / ".tradewright")(
        "backtest", "sma_cross", "--data", "walk", "--set", "fast=5", "--set", "slow=20"
    )
    assert re.search(r"Trials of hypothesis[^:]*: 2\b", typed.out), typed.out
    assert backtest("sma_cross", "walk", {"fast": 10, "slow": 40}).summary["trials"] == 2


def test_first_mistakes_are_told_before_anything_is_counted(folder: Path):
    with pytest.raises(InvalidOption, match=r"no code that could be kept.*writefile"):
        backtest(InACell, "walk")
    with pytest.raises(InvalidOption, match="one text"):
        backtest("sma_cross", "walk", symbols="SPY")
    with pytest.raises(InvalidOption, match="names and values"):
        backtest("sma_cross", "walk", [1])
    with pytest.raises(InvalidOption, match="20180102 is no date"):
        backtest("sma_cross", "walk", start=20180102)
    with pytest.raises(UnknownName, match="currency"):
        backtest("sma_cross", "walk", account={"curency": "EUR"})
    with pytest.raises(InvalidOption, match="capital_usd"):
        backtest("sma_cross", "walk", account={"capital_usd": -1.0})
    with pytest.raises(UnknownName, match="profil"):
        backtest("sma_cross", "walk", profil="stressed")
    assert not (folder / ".tradewright" / "ledger.sqlite").exists()
