"""Audits one specimen or mutant: static lint first, then the dynamic audit with what the lint suspects."""

import inspect
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from leak_zoo.backtests import bars_of
from leak_zoo.histories import History
from leak_zoo.labels import Specimen
from leak_zoo.tables import KNOWN, table_named
from tradewright.causality.audit import audit
from tradewright.causality.certificate import ChannelVerdict
from tradewright.causality.fill_stage import FillRules, audit_fills
from tradewright.causality.lint.check import lint, suspects
from tradewright.causality.lint.findings import LintFinding
from tradewright.causality.model_stage import audit_out_of_fold, audit_split
from tradewright.causality.options import AuditOptions, Budget
from tradewright.causality.verdict import DependsOnFuture, NotAssessed, Stage, Verdict, worst
from tradewright.runs.auditing.files import Watch

# It listens to what a target opens; one for the whole process, as it stands in the interpreter's own hooks.
WATCH = Watch()
WATCH.install()

FOUND, CLEAN, ABSTAINED = "found", "clean", "abstained"


@dataclass(frozen=True)
class Judged:
    """What the audit said of one specimen, and whether it named the place."""

    name: str
    outcome: str
    said: str
    linted: tuple[LintFinding, ...]
    named_line: bool
    named_stage: bool
    seconds: float

    @property
    def is_by_lint_alone(self) -> bool:
        """Whether only the lint looked."""
        return self.said.startswith("level C0")

    @property
    def is_named(self) -> bool:
        """Whether the operator at fault or the stage was named rightly."""
        return self.named_line or self.named_stage


def library_of(function: Callable[..., Any]) -> str:
    """The library of the table that a function wants, by the annotation of its first argument."""
    words = str(next(iter(inspect.signature(function).parameters.values())).annotation)
    if "polars" in words:
        return "polars"
    return "numpy" if "ndarray" in words else "pandas"


def _by_lint(specimen: Specimen, linted: tuple[LintFinding, ...], seconds: float) -> Judged:
    """Where no rows are answered (a test of significance) the lint is all there is: level C0."""
    said = f"level C0: {linted[0]}" if linted else "level C0: no finding"
    named = any(one.line in specimen.lines for one in linted)
    outcome = FOUND if linted else CLEAN
    return Judged(specimen.name, outcome, said, linted, named, False, seconds)


def _verdict(specimen: Specimen, linted: tuple[LintFinding, ...]) -> Verdict:
    """What the audit says, asked in the way that the specimen's shape wants."""
    if specimen.shape == "fills":
        bars = table_named(specimen.table)
        fills = specimen.function(bars.copy())
        return _of_channels(audit_fills(fills, bars_of(bars), FillRules(participation=0.2)))
    if specimen.shape == "history":
        return _of_history(specimen)
    if specimen.shape == "split":
        return _of_channels(audit_split(*specimen.function(table_named(specimen.table).copy())))
    if specimen.shape == "out of fold":
        return audit_out_of_fold(specimen.function, *_lesson())
    library = library_of(specimen.function)
    known = {**_known(specimen.table, library), **specimen.options}
    watching = (
        {"watching": WATCH.listening, "side_channels": WATCH.channels}
        if specimen.stage == "side channel"
        else {}
    )
    # Every call of a model's specimen trains a model, or dozens.
    budget = {"budget": Budget(calls=48)} if specimen.stage == "model" else {}
    WATCH.read.clear()
    options = AuditOptions(**known, **watching, **budget, suspects=suspects(linted))
    return audit(specimen.function, table_named(specimen.table, library), options).verdict


def _of_history(specimen: Specimen) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder) / "ledger.sqlite")
        specimen.function(history)
        return history.judged()


def _of_channels(channels: tuple[ChannelVerdict, ...]) -> Verdict:
    """The verdict over rules of which some may speak of nothing that is there."""
    assessed = tuple(one.verdict for one in channels if not isinstance(one.verdict, NotAssessed))
    return worst(assessed or tuple(one.verdict for one in channels))


def _lesson() -> tuple[np.ndarray, np.ndarray]:
    """Features and labels for a first model."""
    rng = np.random.default_rng(2)
    features = rng.standard_normal((240, 3))
    return features, features[:, 0] + rng.standard_normal(240)


@cache
def text_of(file: str) -> str:
    """A file of the zoo, read once."""
    return Path(file).read_text(encoding="utf-8")


def judged(specimen: Specimen) -> Judged:
    """Lint and audit a specimen of the zoo."""
    return judge(specimen, text_of(specimen.file), specimen.function.__name__)


def judge(specimen: Specimen, source: str, function: str) -> Judged:
    """Lint the source, then audit the function; the audit names a place among what the lint suspects."""
    begun = time.perf_counter()
    decide_at = specimen.options.get("decide_at", "close")
    linted = tuple(lint(source, specimen.file, function, decide_at))
    if specimen.shape == "research":
        return _by_lint(specimen, linted, time.perf_counter() - begun)
    verdict = _verdict(specimen, linted)
    seconds = time.perf_counter() - begun
    return Judged(
        specimen.name, outcome_of(verdict), str(verdict), linted, _names_line(specimen, verdict),
        _names_stage(specimen, verdict), seconds,
    )  # fmt: skip


def _known(table: str, library: str) -> dict[str, Any]:
    """How the audit is told when rows were known; arrays have no columns of times."""
    if library == "numpy":
        return {}
    if library == "polars" and not isinstance(table_named(table, "polars"), dict):
        return {"known_at": "ts", **KNOWN[table]}
    return KNOWN[table]


def outcome_of(verdict: Verdict) -> str:
    """A verdict in one word."""
    if isinstance(verdict, DependsOnFuture):
        return FOUND
    return ABSTAINED if isinstance(verdict, NotAssessed) else CLEAN


def _names_line(specimen: Specimen, verdict: Verdict) -> bool:
    place = verdict.place if isinstance(verdict, DependsOnFuture) else None
    return place is not None and place.line in specimen.lines


def _names_stage(specimen: Specimen, verdict: Verdict) -> bool:
    # Nobody told the audit the stage; "features" is what it says when it has nothing better.
    if not isinstance(verdict, DependsOnFuture) or verdict.stage is Stage.FEATURES:
        return False
    return verdict.stage.value == specimen.stage
