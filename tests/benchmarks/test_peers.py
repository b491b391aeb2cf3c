"""Peers stay strangers: named by version, run by their own Python, never imported by this project."""

import ast
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "benchmarks" / "peers"
NAMES = {
    "vectorbt",
    "vectorbt_rust",
    "backtesting",
    "backtrader",
    "QuantLib",
    "py_vollib_vectorized",
    "torch",
}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    plain |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain}


def ours() -> list[Path]:
    folders = [ROOT / "src", ROOT / "tests", ROOT / "scripts", ROOT / "benchmarks"]
    return [path for folder in folders for path in folder.rglob("*.py") if PEERS not in path.parents]


def test_nothing_of_ours_imports_a_peer():
    assert [str(path) for path in ours() if imported(path) & NAMES] == []


def test_peers_drivers_import_nothing_of_ours():
    drivers = sorted(PEERS.glob("*.py"))
    assert len(drivers) == 9
    assert [str(path) for path in drivers if imported(path) & {"tradewright", "benchmarks"}] == []


def test_every_peer_has_pins_and_a_driver():
    assert {path.stem for path in PEERS.glob("*.txt")} == {
        path.stem.removesuffix("_driver") for path in PEERS.glob("*_driver.py")
    }


@pytest.mark.parametrize("path", sorted(PEERS.glob("*.txt")), ids=lambda path: path.stem)
def test_pins_are_names_with_exact_versions_and_nothing_else(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines and all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line) for line in lines)
    assert lines[0].startswith(f"{path.stem}==")


def test_the_script_that_installs_them_can_be_run():
    assert os.access(ROOT / "scripts" / "bench-peers", os.X_OK)
