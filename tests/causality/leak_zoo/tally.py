"""Counts what the audit found of many specimens, and lays it out as the table that is printed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from leak_zoo.judge import ABSTAINED, FOUND, Judged
from leak_zoo.labels import Specimen

Pair = tuple[Specimen, Judged]


@dataclass
class Tally:
    """Of specimens of one kind: how many, how many found, abstained, named rightly, and in what time."""

    total: int = 0
    found: int = 0
    abstained: int = 0
    named: int = 0
    seconds: float = 0.0
    astray: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)

    def add(self, specimen: Specimen, judged: Judged) -> None:
        """Count one more."""
        self.total += 1
        self.seconds += judged.seconds
        self.found += judged.outcome == FOUND
        self.abstained += judged.outcome == ABSTAINED
        if (judged.outcome == FOUND) != specimen.is_leak or judged.outcome == ABSTAINED:
            self.astray.append(f"{specimen.name} ({specimen.pattern}): {judged.said}")
        if specimen.is_leak and judged.outcome == FOUND:
            self.named += judged.is_named
            if not judged.is_named:
                self.unnamed.append(f"{specimen.name}: {judged.said}")

    @property
    def recall(self) -> float:
        """The share of leaks that were found."""
        return self.found / self.total if self.total else 0.0

    @property
    def localisation(self) -> float:
        """Of the leaks found, the share of which line or stage was named rightly."""
        return self.named / self.found if self.found else 0.0


def tally(pairs: Iterable[Pair]) -> Tally:
    """All in one."""
    whole = Tally()
    for specimen, judged in pairs:
        whole.add(specimen, judged)
    return whole


def by(pairs: Iterable[Pair], *keys: str) -> dict[tuple[str, ...], Tally]:
    """One tally for each value of some fields of the specimens, in the order of first appearance."""
    groups: dict[tuple[str, ...], Tally] = {}
    for specimen, judged in pairs:
        key = tuple(str(getattr(specimen, name)) for name in keys)
        groups.setdefault(key, Tally()).add(specimen, judged)
    return groups


def leak_rows(groups: dict[tuple[str, ...], Tally]) -> list[str]:
    """One line a group of leaks."""
    width = max(len(" · ".join(key)) for key in groups) + 2
    lines = [f"{'':{width}}{'leaks':>7}{'found':>7}{'missed':>8}{'named':>8}"]
    for key, one in groups.items():
        missed = one.total - one.found - one.abstained
        lines.append(f"{' · '.join(key):{width}}{one.total:>7}{one.found:>7}{missed:>8}{one.named:>8}")
    return lines


def clean_rows(groups: dict[tuple[str, ...], Tally]) -> list[str]:
    """One line a group of what must not be flagged."""
    width = max(len(" · ".join(key)) for key in groups) + 2
    lines = [f"{'':{width}}{'total':>7}{'flagged':>9}{'abstained':>11}"]
    for key, one in groups.items():
        lines.append(f"{' · '.join(key):{width}}{one.total:>7}{one.found:>9}{one.abstained:>11}")
    return lines
