"""The cross-checks as the dossier and the summary tell them: the number, and what it asks and says."""

from dataclasses import asdict
from typing import Any

import numpy as np

from tradewright.research.cross_checks import CrossChecks
from tradewright.research.dossier.content import CheckLine, Ratio
from tradewright.research.dossier.wording import decimal
from tradewright.validation.figure import Figure

OVERFITTING = (
    "The history is cut into neighbouring stretches, and they are parted into two halves in every possible "
    "way. In how many does the configuration that was best in one half fall to the middle or below in the "
    "other?",
    "About half means that being best said nothing about the rest; near zero, that it lasted. One history "
    "says little about it: on worthless grids the number wanders by twenty points, so that one below a half "
    "is no proof.",
)
TIMING = (
    "The exposure over time is held against the market's returns of other days, by moving them round a "
    "circle. In what share of these worlds does the best of all configurations look as well timed as this "
    "one did?",
    "A small number says that it mattered when the money was in the market. A large one does not speak "
    "against a strategy that is always invested and chooses among names: that is no timing.",
)
BENCHMARK = (
    "Is the reward for risk really another than the benchmark's, or do both differ as two equal ones would? "
    "Both are resampled together, so that days on which all rose or fell count for neither.",
    "A small number says that they differ, in the direction of the sign; a large one, that this history "
    "cannot tell them apart.",
)


def check_lines(checks: CrossChecks) -> tuple[CheckLine, ...]:
    """Each check with what it asks and how its answer is to be read."""
    gap = checks.gap.value
    found = "" if gap is None else f"The strategy's ratio a year is {decimal(abs(gap))} {_side(gap)}. "
    return (
        _line(checks.overfitting, OVERFITTING),
        _line(checks.timing, TIMING),
        _line(checks.benchmark, (BENCHMARK[0], found + BENCHMARK[1])),
    )


def checks_summary(checks: CrossChecks) -> dict[str, Any]:
    """The checks for a program."""
    every = (checks.overfitting, checks.timing, checks.gap, checks.benchmark)
    return {one.name: asdict(one) for one in every}


def _side(gap: float) -> str:
    return "above the benchmark's" if gap >= 0 else "below the benchmark's"


def _line(found: Figure, words: tuple[str, str]) -> CheckLine:
    inside = found.interval
    low, high, level = (np.nan, np.nan, 0.95) if inside is None else (inside.low, inside.high, inside.level)
    how = found.reason if inside is None else inside.method
    value = np.nan if found.value is None else found.value
    ratio = Ratio(found.name, value, found.unit, found.sample, how, low, high, level, reason=found.reason)
    return CheckLine(ratio, *words)
