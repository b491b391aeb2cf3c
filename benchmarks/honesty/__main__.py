"""Run the honesty benchmark: `make honesty`, or `python -m benchmarks.honesty [--searches N] [--family NAME
...]`.

Searches over worthless candidates are put before the project's luck gate, and it is counted how often one
is promoted; a candidate with a known edge is hidden among them, and it is counted how often it is found.
Every search is kept in a file, so that a run may be stopped and goes on where it was, on as many cores as
there are; `--report` prints what the file holds and measures nothing.
"""

import argparse
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path

from benchmarks import machine
from benchmarks.honesty.families import FAMILIES
from benchmarks.honesty.report import table
from benchmarks.honesty.results import code_hash, kept, measure
from benchmarks.honesty.searches import PLANTED, SEARCHERS, Setting

DEFAULT_FILE = Path("build/honesty.jsonl")


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the user asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.honesty", description=__doc__)
    known = [*FAMILIES, PLANTED]
    parser.add_argument("--family", action="append", choices=known, metavar="NAME", help=", ".join(known))
    parser.add_argument("--searcher", action="append", choices=list(SEARCHERS), help="all of them")
    parser.add_argument(
        "--searches",
        type=int,
        default=20,
        help="of each family by grid and random (20); by optuna and adaptive a tenth, or the first 20",
    )
    parser.add_argument("--days", type=int, default=1_250, help="length of a record (1250)")
    parser.add_argument("--candidates", type=int, default=1_000, help="tried in one search (1000)")
    parser.add_argument("--draws", type=int, default=199, help="resamples of the test (199)")
    parser.add_argument("--planted", type=float, default=2.0, help="Sharpe ratio a year of the edge (2)")
    parser.add_argument("--out", type=Path, default=DEFAULT_FILE, metavar="FILE", help=f"({DEFAULT_FILE})")
    parser.add_argument(
        "--workers", type=int, default=machine.cores(), help="processes that search (all cores)"
    )
    parser.add_argument("--report", action="store_true", help="print what was measured; measure nothing")
    asked = parser.parse_args(given)
    for name, least in (("searches", 1), ("days", 60), ("candidates", 4), ("draws", 100), ("workers", 1)):
        if getattr(asked, name) < least:
            parser.error(f"--{name} must be {least} or more.")
    return asked


def settings_of(asked: argparse.Namespace) -> list[Setting]:
    """Every family by every searcher that was asked for; what this machine lacks is said and left out."""
    families, searchers = asked.family or [*FAMILIES, PLANTED], asked.searcher or list(SEARCHERS)
    for package, name, among in (("optuna", "optuna", searchers), ("skfolio", "shifted-signals", families)):
        if name in among and not _is_there(package):
            print(f"{name}: left out, {package} is not installed (the extra 'research')", file=sys.stderr)
            among.remove(name)
    return [
        Setting(family, searcher, asked.days, asked.candidates, asked.draws, asked.planted)
        for family in families
        for searcher in searchers
    ]


def _is_there(package: str) -> bool:
    from importlib.util import find_spec

    return find_spec(package) is not None


def run(given: list[str] | None = None) -> int:
    """Measure and print; 1 where nothing was measured, or a family's false promotion is shown to be above
    6 %.
    """
    asked = arguments(given)
    settings = settings_of(asked)
    if not asked.report:
        try:
            found = measure(settings, asked.searches, asked.out, asked.workers)
            for number, row in enumerate(found, start=1):
                if sys.stderr.isatty():
                    setting = row["setting"]
                    print(
                        f"\r{number}: {setting['family']}, {setting['searcher']}   ", end="", file=sys.stderr
                    )
        except KeyboardInterrupt:
            print("\nstopped; what was measured is kept", file=sys.stderr)
        except BrokenExecutor:
            words = "a search's process was killed, perhaps for memory; what was measured is kept"
            print(f"\n{words}, and the same command goes on: give fewer --workers", file=sys.stderr)
    wanted = set(settings)
    rows = [row for row in kept(asked.out, code_hash()) if Setting(**row["setting"]) in wanted]
    words, is_met = table(rows, settings)
    print(f"\n{words}\nload average {machine.load_average()}: times are no claim on a busy machine")
    return int(not is_met)


if __name__ == "__main__":
    sys.exit(run())
