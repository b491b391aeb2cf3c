"""Fixtures of the command line: an empty workspace, and one in which a study and a dataset are."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from shell import Shell, daily_csv


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    """No word about the width of a screen, wherever the tests were started from."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An empty workspace."""
    return Shell(tmp_path / "workspace")


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose workspace holds the dataset `walk`, one small study and one backtest; never changed."""
    folder = tmp_path_factory.mktemp("furnished")
    shell = Shell(folder / "workspace")
    daily_csv(folder / "walk.csv")
    for words in (
        ("data", "ingest", str(folder / "walk.csv"), "--name", "walk"),
        ("study", "run", shell.study(), "--no-verify"),
        ("backtest", "sma_cross", "--data", "walk", "--set", "fast=5", "--set", "slow=20"),
    ):
        said = shell(*words)
        assert said.code == 0, said.err
    return folder


@pytest.fixture
def lived_in(furnished: Path, tmp_path: Path) -> Shell:
    """A workspace of the test's own in which there is something already."""
    shutil.copytree(furnished, tmp_path / "home")
    return Shell(tmp_path / "home" / "workspace")
