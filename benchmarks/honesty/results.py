"""The file of results: one line a search, so that a measurement can stop anywhere and go on another day."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.honesty.searches import Setting, Told, as_row, search

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

# Searchers who take ten times as long as a grid are asked for a tenth of its searches.
SLOW, SLOW_SHARE = ("optuna", "adaptive"), 10
Asked = tuple[Setting, int]


def code_hash() -> str:
    """A name for the code that draws, searches and judges."""
    files = [ROOT / folder / name for folder, names in DECIDING.items() for name in names]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def kept(path: Path, code: str) -> list[dict[str, Any]]:
    """The searches that this code wrote down, each once; a line cut off in the middle was never written."""
    own = (row for row in _rows(path) if row.get("code") == code)
    return list({(Setting(**row["setting"]), row["seed"]): row for row in own}.values())


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def measure(
    settings: Sequence[Setting], searches: int, path: Path, workers: int = 1
) -> Iterator[dict[str, Any]]:
    """Run what is missing of so many searches of each setting, one seed after the other; each is kept at
    once.

    All settings advance together, so that a run that is stopped has measured all of them. Of searchers who
    take long a share is asked for (`searches_of`). Several processes give the same rows in the same order.
    """
    code = code_hash()
    done = {(Setting(**row["setting"]), row["seed"]) for row in kept(path, code)}
    missing = [
        (setting, seed)
        for seed in range(searches)
        for setting in settings
        if seed < searches_of(setting, searches) and (setting, seed) not in done
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        if not _ends_whole(path):
            file.write("\n")
        for setting, seed, told in _told(missing, workers):
            row = {"code": code, **as_row(setting, seed, told)}
            file.write(json.dumps(row) + "\n")
            file.flush()
            yield row


def _ends_whole(path: Path) -> bool:
    """Whether a file ends with a whole line; what is written behind half of one is lost with it."""
    return path.read_bytes()[-1:] in (b"", b"\n")


def searches_of(setting: Setting, searches: int) -> int:
    """How many searches of a setting are meant, where so many of a grid are: a tenth by who takes long, and
    twenty before it is a tenth.
    """
    return min(searches, max(searches // SLOW_SHARE, 20)) if setting.searcher in SLOW else searches


def _told(missing: Sequence[Asked], workers: int) -> Iterator[tuple[Setting, int, Told]]:
    """How each search ended, in order, whoever made it."""
    if workers == 1 or len(missing) < 2:
        for setting, seed in missing:
            yield setting, seed, search(setting, seed)
        return
    # Searches share nothing and answer in a few bytes, so plain processes do, and nothing need be installed.
    with ProcessPoolExecutor(min(workers, len(missing)), get_context("spawn")) as pool:
        try:
            for (setting, seed), told in zip(missing, pool.map(_searched, missing), strict=True):
                yield setting, seed, told
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _searched(asked: Asked) -> Told:
    return search(*asked)
