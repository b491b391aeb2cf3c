"""What an audit may say of a pipeline: what it saw and how it looked, never that there is no leak."""

from dataclasses import dataclass
from enum import Enum


class Stage(Enum):
    """The part of the work in which a decision was given something it could not have known."""

    DATA = "data"
    FEATURES = "features"
    MODEL = "model"
    STRATEGY = "strategy"
    FILLS = "fills"
    RESEARCH = "research"
    SIDE_CHANNEL = "side channel"


class AuditLevel(Enum):
    """How an answer was come by, from weak to strong: C1 and C2 look, C4 follows from how it is built."""

    C0 = "C0"
    C1 = "C1"
    C2 = "C2"
    C4 = "C4"


@dataclass(frozen=True)
class Suspect:
    """A place in the source that may read the future: what the lint found, or what tracing pointed at.

    `operator` is the call or expression as written, such as `shift(-1)`; `rule` a code for machines;
    `channels` the outputs that it reaches, where it is known which.
    """

    line: int
    operator: str
    rule: str = ""
    message: str = ""
    file: str = ""
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class DependsOnFuture:
    """Something that happened after a decision changed it.

    `row` is the number of the decided row in the table and `instant` its label; `horizon` how many instants
    ahead it looks at most, 0 for what its own row says only later, None where it has no end; `source` the
    columns, rows, order, file or global it came through; `intervention` what was done to the future when it
    moved.
    """

    row: int
    channel: str
    horizon: int | None
    stage: Stage
    instant: str = ""
    source: str = ""
    intervention: str = ""
    before: str = ""
    after: str = ""
    place: Suspect | None = None

    code = "DEPENDS_ON_FUTURE"

    def __str__(self) -> str:
        """In words, with the place where it is known."""
        when = f" ({self.instant})" if self.instant else ""
        where = f"{self.channel} at row {self.row:,}{when}"
        if self.stage is Stage.FILLS and self.source.startswith("order "):
            return f"'{self.channel}' does not hold: {self.source}, bar {self.row:,}"
        if self.stage is Stage.RESEARCH:
            return self.source
        if self.stage is Stage.MODEL and self.horizon is None and self.source:
            if self.source.endswith("training rows"):
                return f"{self.source} meet held-out rows by their {self.channel}; first: row {self.row:,}"
            return f"{self.channel} depends on {self.source}"
        ahead = "later rows" if self.horizon is None else f"{_rows(self.horizon)} ahead"
        ahead = "what its own row says only later" if self.horizon == 0 else ahead
        through = f", through {self.source}" if self.source else ""
        line = f"; line {self.place.line}: {self.place.operator}" if self.place else ""
        return f"{where} depends on {ahead}{through}{line}"


@dataclass(frozen=True)
class NoDependenceObserved:
    """The future was changed as `coverage` says and no decision before it moved."""

    level: AuditLevel
    coverage: str

    code = "NO_DEPENDENCE_OBSERVED"

    def __str__(self) -> str:
        """In words."""
        return f"no dependence on the future observed at level {self.level.value}: {self.coverage}"


@dataclass(frozen=True)
class CausalByConstruction:
    """Built from declared windows through a handle that holds only what is known; `window` in rows back."""

    window: int

    code = "CAUSAL_BY_CONSTRUCTION"

    def __str__(self) -> str:
        """In words."""
        return f"causal by construction: sees the last {_rows(self.window)} and nothing else"


@dataclass(frozen=True)
class NotAssessed:
    """The question could not be answered, and why. It is never a pass."""

    reason: str

    code = "NOT_ASSESSED"

    def __str__(self) -> str:
        """In words."""
        return f"not assessed: {self.reason}"


Verdict = DependsOnFuture | NoDependenceObserved | CausalByConstruction | NotAssessed


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """The one that decides: a dependence first, then what was not assessed, then the weakest answer.

    Raises: ValueError for no verdicts, since nothing cannot be an answer.
    """
    if not verdicts:
        raise ValueError("no verdicts")
    return min(verdicts, key=_severity)


def exit_code(verdict: Verdict) -> int:
    """0 when nothing was seen to depend on the future, 1 when something does, 3 when it was not assessed."""
    if isinstance(verdict, DependsOnFuture):
        return 1
    return 3 if isinstance(verdict, NotAssessed) else 0


def _severity(verdict: Verdict) -> tuple[int, int]:
    if isinstance(verdict, DependsOnFuture):
        return 0, verdict.row
    if isinstance(verdict, NotAssessed):
        return 1, 0
    if isinstance(verdict, NoDependenceObserved):
        return 2, list(AuditLevel).index(verdict.level)
    return 3, 0


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
