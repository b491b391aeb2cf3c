"""Lines of forecasting models: who is champion, who was, who waits in shadow, and on what evidence.

Everything is a row of the ledger of trials, so that one chain vouches for it; where a line stands follows
from its rows alone. A model is a candidate when it is trained, in shadow from its first comparison on,
champion by promotion, and retired when another takes its place.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from tradewright.research.trials import Event, Kind
from tradewright.values.errors import Blocked, InvalidOption

# Evidence holds so long: a market may have changed since.
FRESH_NS = 7 * 86_400 * 10**9
ALPHA = 0.05


class ModelStage(Enum):
    """Where a model stands in a line."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    CHAMPION = "champion"
    RETIRED = "retired"


@dataclass(frozen=True)
class Compared:
    """A comparison on record: who challenged whom, on what, and whether the joint rule took it for better.

    Units: `at` ns UTC; `alpha` what this comparison might spend; `told` holds its figures.
    """

    at: int
    challenger: str
    champion: str
    data: str
    is_better: bool
    alpha: float
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """Where a line stands. `former` are earlier champions that it could go back to, the last one last."""

    name: str
    champion: str = ""
    former: tuple[str, ...] = ()
    stages: Mapping[str, ModelStage] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()
    comparisons_since: int = 0

    def stage_of(self, version: str) -> ModelStage:
        """The stage of a model; a candidate where nobody has said anything of it."""
        return self.stages.get(version, ModelStage.CANDIDATE)

    def next_alpha(self) -> float:
        """What the next comparison may spend: whoever tries often pays for each try.

        All that are ever made under one champion spend `ALPHA` together at most, since 1 / k^2 sums up to
        pi^2 / 6. Source: Foster and Stine (2008), Journal of the Royal Statistical Society B 70(2).
        """
        return ALPHA * 6.0 / (math.pi * (self.comparisons_since + 1)) ** 2

    def same_comparison(self, challenger: str, champion: str, data: str) -> Compared | None:
        """This very comparison, made before: it would come out the same and costs nothing."""
        wanted = challenger, champion, data
        made = (one for one in self.compared if (one.challenger, one.champion, one.data) == wanted)
        return next(made, None)


def line_of(name: str, rows: Sequence[Event]) -> Line:
    """A line from its rows, oldest first.

    Raises: InvalidOption for what is no name.
    """
    if not name or any(letter.isspace() or letter in "/\\" for letter in name):
        raise InvalidOption(f"'{name}' is no name for a line of models.", "Use letters, digits and dashes.")
    line = Line(name)
    for event in rows:
        line = _after(line, event, json.loads(event.body))
    return line


def _after(line: Line, event: Event, body: Mapping[str, Any]) -> Line:
    """The line after one more row."""
    model = event.trial
    if event.kind is Kind.MODEL_COMPARED:
        found = Compared(event.at, model, **body)
        stage = line.stage_of(model)
        moved = {model: ModelStage.SHADOW} if stage is ModelStage.CANDIDATE else {}
        return replace(
            line,
            compared=(*line.compared, found),
            stages={**line.stages, **moved},
            comparisons_since=line.comparisons_since + 1,
        )
    if event.kind is Kind.MODEL_PROMOTED:
        before = {line.champion: ModelStage.RETIRED} if line.champion else {}
        former = (*line.former, line.champion) if line.champion else line.former
        return _led_by(line, model, former, before)
    if event.kind is Kind.MODEL_ROLLED_BACK:
        return _led_by(line, model, line.former[:-1], {line.champion: ModelStage.RETIRED})
    return line


def _led_by(line: Line, model: str, former: tuple[str, ...], stages: Mapping[str, ModelStage]) -> Line:
    """The line under a champion; its comparisons are counted anew."""
    told = {**line.stages, **stages, model: ModelStage.CHAMPION}
    return replace(line, champion=model, former=former, stages=told, comparisons_since=0)


def promotion(line: Line, version: str, opponent: str, by: str, now: int) -> Compared:
    """The evidence on which a model may become champion; `opponent` is whom it must have beaten.

    Raises: InvalidOption without a person's name or for the champion itself; Blocked, saying what is missing,
    without fresh evidence that the joint rule takes it for better.
    """
    _need_person(by)
    if version == line.champion:
        raise InvalidOption(f"{version} is the champion of '{line.name}' already.")
    if line.stage_of(version) is ModelStage.RETIRED:
        raise Blocked(f"{version} is retired.", "Train a new version, or: tradewright models rollback")
    found = [one for one in line.compared if (one.challenger, one.champion) == (version, opponent)]
    mend = f"First: tradewright models compare {version} {opponent}"
    if not found:
        raise Blocked(f"{version} was never compared with {opponent or 'anybody'} in '{line.name}'.", mend)
    latest = found[-1]
    if now - latest.at > FRESH_NS:
        raise Blocked(f"Its comparison is older than {FRESH_NS // 86_400 // 10**9} days.", f"{mend} again.")
    if not latest.is_better:
        doubts = "; ".join(latest.told.get("doubts", ())) or "the joint rule says no"
        raise Blocked(f"{version} is not shown to be better than {opponent}: {doubts}.", "Keep the champion.")
    return latest


def way_back(line: Line, by: str, reason: str) -> str:
    """The champion before the present one. It takes a person and a reason, and no proof: it undoes a step.

    Raises: InvalidOption without a name or a reason; Blocked where there is nothing to go back to.
    """
    _need_person(by)
    if not reason.strip():
        raise InvalidOption("A rollback says why.", "Give --reason 'what went wrong'.")
    if not line.former:
        had = "had no champion before this one" if line.champion else "has no champion"
        raise Blocked(f"'{line.name}' {had}: there is nothing to go back to.")
    return line.former[-1]


def _need_person(by: str) -> None:
    """Refuse what nobody answers for."""
    if not by.strip():
        raise InvalidOption("Nobody answers for it.", "Give --by PERSON.")
