"""The file of results: one line a search, so that a measurement can stop anywhere and go on another day."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.honesty.searches import Setting, as_row, search

ROOT = Path(__file__).resolve().parents[2]
# What decides a search's outcome: with other code, lines kept earlier are not counted.
DECIDING = {
    "src/tradewright/validation": (
        "after_selection.py", "bootstrap.py", "circular_blocks.py", "gates.py", "search_price.py",
        "selection.py",
    ),
    "src/tradewright/research/ladder": ("holdout.py",),
    "benchmarks/honesty": ("families.py", "searches.py"),
}  # fmt: skip


def code_hash() -> str:
    """A name for the code that draws, searches and judges."""
    files = [ROOT / folder / name for folder, names in DECIDING.items() for name in names]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def kept(path: Path, code: str) -> list[dict[str, Any]]:
    """The lines that this code wrote; one that was cut off in the middle counts as never written."""
    return [row for row in _rows(path) if row.get("code") == code]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def measure(settings: list[Setting], searches: int, path: Path) -> Iterator[dict[str, Any]]:
    """Run what is missing of so many searches of each setting, one seed after the other; each is kept at
    once.

    All settings advance together, so that a run that is stopped has measured all of them.
    """
    code = code_hash()
    done = {(Setting(**row["setting"]), row["seed"]) for row in kept(path, code)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for seed in range(searches):
            for setting in settings:
                if (setting, seed) in done:
                    continue
                row = {"code": code, **as_row(setting, seed, search(setting, seed))}
                file.write(json.dumps(row) + "\n")
                file.flush()
                yield row
