"""Spoils clean functions: each operator at each line, for each horizon and condition, as text that runs.

Mutants that change nothing are left out by what is declared, before anything runs:
- an operator that sees h rows ahead, at a line that is h rows late, sees nothing new;
- a change of level (scale, shift, order) at a line whose answer is immune to it leaves the answer as it is;
- a leak in the first rows alone, in a function that is silent in them, is never heard.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from leak_zoo.clean import CLEAN, LEVELS, Clean
from leak_zoo.labels import MARK, Specimen, fault_lines
from leak_zoo.operators import CONDITIONS, HORIZONS, OPERATORS, Operator

PREAMBLE = (
    "import numpy as np",
    "import pandas as pd",
    "import polars as pl",
    "from scipy import ndimage, signal",
    "from leak_zoo.clean import ewm",
    "from leak_zoo.features_numpy import Arrays",
    "from tradewright.features.trailing import trailing_mean, trailing_return, trailing_zscore",
)
WARM_UP_ROWS = 40
LINE = re.compile(r"^    (\w+) = (.+)$")


@dataclass(frozen=True)
class Mutant:
    """One spoilt function: which, where, how, and its source with the lines at fault marked."""

    clean: Clean
    line: str
    operator: Operator
    horizon: int
    condition: str
    source: str

    @property
    def name(self) -> str:
        """Its name in reports."""
        horizon = "" if self.operator.lead == "end" else f" {self.horizon}"
        return f"{self.clean.name} / {self.line} / {self.operator.name}{horizon} / {self.condition}"

    def specimen(self) -> Specimen:
        """The mutant as the judge takes it."""
        lines = fault_lines(self.source)
        function = compiled(self.source, self.clean.name)
        return Specimen(
            self.name, function, self.operator.pattern, True, "features", self.clean.table, "rows",
            dict(self.clean.options), lines, "<mutant>",
        )  # fmt: skip


def compiled(source: str, name: str) -> Any:
    """Run a mutant's source, which holds its imports, and give its function."""
    import linecache

    home: dict[str, Any] = {"__name__": "mutant", "__file__": "<mutant>"}
    exec(compile(source, "<mutant>", "exec"), home)
    linecache.cache["<mutant>"] = (len(source), None, source.splitlines(keepends=True), "<mutant>")
    return home[name]


def is_equivalent(clean: Clean, line: str, operator: Operator, horizon: int, condition: str) -> bool:
    """Whether the mutant would give the same answers, by what is declared."""
    immunity = clean.immunity(line) if line != "out" else "none"
    is_level = operator.group in LEVELS and LEVELS.index(operator.group) <= LEVELS.index(immunity)
    if is_level and (condition == "always" or immunity == "monotone"):
        # Only order counts there, and rows that were rescaled keep theirs and lie below all others.
        return True
    if is_level and (line in clean.saturates or (condition == "warm-up" and line in clean.forgets)):
        return True
    if condition == "always" and operator.bounds and line in clean.one_sided:
        return True
    if operator.bounds == "unit" and line in clean.unit:
        return True
    if operator.lead == "h" and horizon <= clean.late.get(line, 0):
        return True
    reach = 0 if operator.lead == "end" else horizon
    return condition == "warm-up" and clean.warm_up >= WARM_UP_ROWS - reach - 5


@cache
def all_mutants() -> tuple[Mutant, ...]:
    """Every mutant that is one, in a fixed order."""
    return tuple(_generated())


def equivalents() -> Iterator[Mutant]:
    """Those left out, for the test that they change nothing indeed."""
    for clean, line, operator, horizon, condition in _combinations():
        if is_equivalent(clean, line, operator, horizon, condition):
            yield Mutant(
                clean, line, operator, horizon, condition, spoilt(clean, line, operator, horizon, condition)
            )


def _generated() -> Iterator[Mutant]:
    for clean, line, operator, horizon, condition in _combinations():
        if not is_equivalent(clean, line, operator, horizon, condition):
            yield Mutant(
                clean, line, operator, horizon, condition, spoilt(clean, line, operator, horizon, condition)
            )


def _combinations() -> Iterator[tuple[Clean, str, Operator, int, str]]:
    for clean in CLEAN:
        for line in lines_of(clean):
            for operator in OPERATORS[clean.library]:
                if operator.only_out and line != "out":
                    continue
                for horizon in HORIZONS[:1] if operator.lead == "end" else HORIZONS:
                    for condition in operator.conditions:
                        yield clean, line, operator, horizon, condition


def lines_of(clean: Clean) -> list[str]:
    """The names that a clean function assigns, in order."""
    return [match[1] for line in clean.source if (match := LINE.match(line))]


def spoilt(clean: Clean, line: str, operator: Operator, horizon: int, condition: str) -> str:
    """The source with one line spoilt; what was put in is marked."""
    body: list[str] = []
    for text in clean.source:
        match = LINE.match(text)
        if match is None or match[1] != line:
            body.append(text)
            continue
        body.append(f"    raw = {match[2]}")
        body += [f"    {added.replace('{h}', str(horizon))}  {MARK}" for added in operator.lines]
        mix = CONDITIONS[condition].mix.get(clean.library, "")
        if clean.options.get("decide_at") == "open":
            # At the open only yesterday's volume is known.
            mix = mix.replace('["volume"]', '["volume"].shift(1)').replace(
                '("volume")', '("volume").shift(1)'
            )
        body += [f"    {mix}"] if mix else []
        body.append(f"    {line} = leaked")
    return "\n".join([*PREAMBLE, *operator.preamble, "", "", *body]) + "\n"


def as_specimen(clean: Clean) -> Specimen:
    """A clean function as it is, which must not be flagged."""
    return Specimen(
        f"clean.{clean.name}",
        clean.function,
        "clean features and strategies",
        False,
        "features",
        clean.table,
        "rows",
        dict(clean.options),
        (),
        clean.file,
    )


def sample(count: int, seed: int) -> list[Mutant]:
    """Some of them, drawn by a seed and spread over operators: each pattern and library gets its part."""
    every = list(all_mutants())
    if count >= len(every):
        return every
    random.Random(seed).shuffle(every)
    groups: dict[tuple[str, str], list[Mutant]] = {}
    for mutant in every:
        groups.setdefault((mutant.clean.library, mutant.operator.name), []).append(mutant)
    picked: list[Mutant] = []
    while len(picked) < count:
        for group in groups.values():
            if group and len(picked) < count:
                picked.append(group.pop())
    return picked
