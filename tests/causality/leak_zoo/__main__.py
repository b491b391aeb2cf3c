"""Audit the zoo: `python -m leak_zoo [--mutants N] [--seed N] [--json FILE]`, also as `make audit-zoo`.

Every specimen and every mutant is linted and then audited; nobody tells the audit which line is at fault.
"""

# ruff: noqa: T201 - it is made to print

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from leak_zoo.clean import CLEAN
from leak_zoo.corpus import specimens
from leak_zoo.judge import Judged, judge, judged
from leak_zoo.labels import Specimen
from leak_zoo.mutants import all_mutants, as_specimen, sample
from leak_zoo.tally import Pair, Tally, by, clean_rows, leak_rows, tally

BARS = {"recall": 1.0, "mutants": 0.995, "flagged": 0, "abstained": 2, "localisation": 0.95}


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m leak_zoo", description=__doc__)
    parser.add_argument("--mutants", type=int, default=2000, help="how many mutants are drawn (2000)")
    parser.add_argument("--seed", type=int, default=1, help="by which seed (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every verdict there")
    return parser.parse_args(given)


def told(things: Iterable, work: Callable, words: str) -> list[Pair]:
    """Judge one after the other, and say on the error stream how far it is."""
    pairs: list[Pair] = []
    every = list(things)
    for number, thing in enumerate(every, start=1):
        pairs.append(work(thing))
        if number % 100 == 0 or number == len(every):
            print(f"{words}: {number} of {len(every)}", file=sys.stderr, flush=True)
    return pairs


def of_specimen(specimen: Specimen) -> Pair:
    """A specimen and what was said of it."""
    return specimen, judged(specimen)


def of_mutant(mutant) -> Pair:
    """A mutant and what was said of it."""
    specimen = mutant.specimen()
    return specimen, judge(specimen, mutant.source, mutant.clean.name)


def figures(
    leaks: Tally, mutants: Tally, look_alikes: Tally, clean: Tally
) -> list[tuple[str, str, str, bool]]:
    """Each bar: what is measured, the figure, the bar, whether it is met."""
    named = (leaks.named + mutants.named) / max(leaks.found + mutants.found, 1)
    abstained = look_alikes.abstained + clean.abstained + leaks.abstained
    return [
        ("zoo leaks found", f"{leaks.found} of {leaks.total}", "all", leaks.found == leaks.total),
        ("mutants found", f"{mutants.found} of {mutants.total} ({mutants.recall:.2%})", "at least 99.5 %",
         mutants.recall >= BARS["mutants"]),
        ("look-alikes flagged", f"{look_alikes.found} of {look_alikes.total}", "none", not look_alikes.found),
        ("clean features flagged", f"{clean.found} of {clean.total}", "none", clean.found == 0),
        ("abstentions", f"{abstained}", "at most 2", abstained <= BARS["abstained"]),
        ("line or stage named rightly", f"{named:.1%}", "at least 95 %", named >= BARS["localisation"]),
    ]  # fmt: skip


def run(given: list[str] | None = None) -> int:
    """Print the table; 1 where a bar was not met."""
    asked = arguments(given)
    warnings.simplefilter("ignore")
    begun = time.perf_counter()
    zoo = told(specimens(), of_specimen, "zoo")
    leaks = [pair for pair in zoo if pair[0].is_leak]
    look_alikes = [pair for pair in zoo if not pair[0].is_leak]
    clean = told([as_specimen(one) for one in CLEAN], of_specimen, "clean features")
    mutants = told(sample(asked.mutants, asked.seed), of_mutant, "mutants")
    print("== Leaks of the zoo\n" + "\n".join(leak_rows(by(leaks, "stage", "pattern"))))
    print("\n== Look-alikes\n" + "\n".join(clean_rows(by(look_alikes, "pattern"))))
    print(
        f"\n== Mutants: {len(mutants):,} drawn from {len(all_mutants()):,}\n"
        + "\n".join(leak_rows(by(mutants, "pattern")))
    )
    totals = [tally(part) for part in (leaks, mutants, look_alikes, clean)]
    _print_astray(totals)
    alone = [pair[0].name for pair in zoo if pair[1].is_by_lint_alone]
    print(f"\n== Judged by the lint alone (level C0)\n{', '.join(alone)}")
    print("\n== Bars")
    bars = figures(*totals)
    for words, figure, bar, is_met in bars:
        print(f"{words:30}{figure:>28}   {bar:>16}   {'met' if is_met else 'MISSED'}")
    audits = sum(one.seconds for one in totals)
    count = sum(one.total for one in totals)
    print(f"{count:,} audits in {time.perf_counter() - begun:.0f} s, {1000 * audits / count:.0f} ms each")
    if asked.json:
        asked.json.write_text(
            json.dumps([_as_json(*pair) for pair in [*zoo, *clean, *mutants]], indent=1) + "\n"
        )
    return int(not all(is_met for *_, is_met in bars))


def _print_astray(totals: list[Tally]) -> None:
    for heading, lines in (
        ("Astray", [line for one in totals for line in one.astray]),
        ("Found, but not where it is", [line for one in totals for line in one.unnamed]),
    ):
        if lines:
            print(f"\n== {heading}\n" + "\n".join(lines))


def _as_json(specimen: Specimen, said: Judged) -> dict:
    return {
        "name": specimen.name,
        "pattern": specimen.pattern,
        "is_leak": specimen.is_leak,
        "outcome": said.outcome,
        "verdict": said.said,
        "named": said.is_named,
        "lint": [str(one) for one in said.linted],
        "seconds": round(said.seconds, 4),
    }


if __name__ == "__main__":
    sys.exit(run())
