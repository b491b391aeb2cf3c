"""Lines of forecasting models: who is champion, who was, who waits in shadow, and on what evidence.

Everything is a row of the ledger of trials, so that one chain vouches for it; where a line stands follows
from its rows alone. A model is a candidate when it is trained, in shadow from its first comparison on,
champion by promotion, and retired when another takes its place or somebody withdraws it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any

from tradewright.research.trials import Event, Kind
from tradewright.values.errors import Blocked, InvalidOption, StorageFailure

# Evidence holds so long: a market may have changed since.
FRESH_NS = 7 * 86_400 * 10**9
ALPHA = 0.05
MAIN = "main"


class ModelStage(Enum):
    """Where a model stands in a line."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    CHAMPION = "champion"
    RETIRED = "retired"


@dataclass(frozen=True)
class Compared:
    """A comparison on record: who challenged whom, on what, and whether the joint rule took it for better.

    Units: `at` ns UTC; `alpha` what this comparison might spend; `told` holds its figures. `data` names the
    very rows and outcomes, `dataset` and `snapshot` where they stand, `code` the package that compared,
    `origin` who stands for the data: real, synthetic, or empty where nobody does. `is_again` where the same
    was compared before: it comes out the same, costs nothing, and is fresh.
    """

    at: int
    challenger: str
    champion: str
    data: str
    dataset: str
    snapshot: str
    code: str
    origin: str
    is_better: bool
    alpha: float
    told: Mapping[str, Any]
    is_again: bool = False


@dataclass(frozen=True)
class Now:
    """What evidence is held against: the instant (ns UTC), the code that runs, and the champion's data."""

    at: int
    code: str
    dataset: str
    snapshot: str


@dataclass(frozen=True)
class Line:
    """Where a line stands. `former` are earlier champions that it could go back to, the last one last."""

    name: str
    champion: str = ""
    former: tuple[str, ...] = ()
    stages: Mapping[str, ModelStage] = field(default_factory=dict)
    compared: tuple[Compared, ...] = ()

    def stage_of(self, version: str) -> ModelStage:
        """The stage of a model; a candidate where nobody has said anything of it."""
        return self.stages.get(version, ModelStage.CANDIDATE)


def next_alpha(rows: Sequence[Event], challenger: str, champion: str, dataset: str) -> float:
    """What the next comparison may spend, from the rows of every line: whoever tries often pays for it.

    The k-th comparison with one champion may spend its share of `ALPHA`, and all of them together no more,
    since 1 / k^2 sums up to pi^2 / 6. Each share is divided by how many models the challenger was chosen
    from: those trained on this dataset and not yet compared with this champion, whose coefficients are known.
    Source: Foster and Stine (2008), Journal of the Royal Statistical Society B 70(2); Bonferroni.
    """
    before = [one for one in comparisons(rows) if one.champion == champion and not one.is_again]
    paid = {one.challenger for one in before} | {champion}
    told = (event for event in rows if event.kind is Kind.MODEL_TRAINED)
    trained = {event.trial for event in told if json.loads(event.body)["dataset"] == dataset}
    share = ALPHA * 6.0 / (math.pi * (len(before) + 1)) ** 2
    return share / len((trained - paid) | {challenger})


def comparisons(rows: Sequence[Event]) -> list[Compared]:
    """Every comparison among rows, oldest first."""
    return [_compared(event) for event in rows if event.kind is Kind.MODEL_COMPARED]


def same_comparison(rows: Sequence[Event], made: tuple[str, str, str]) -> Compared | None:
    """The first comparison of this challenger, champion and data in any line; None where there was none."""
    found = (one for one in comparisons(rows) if (one.challenger, one.champion, one.data) == made)
    return next(found, None)


def _compared(event: Event) -> Compared:
    """A comparison from its row."""
    body, names = (
        json.loads(event.body),
        [one.name for one in fields(Compared)[1:] if one.name != "challenger"],
    )
    try:
        return Compared(at=event.at, challenger=event.trial, **{name: body[name] for name in names})
    except KeyError as error:
        raise StorageFailure(
            f"A comparison on record lacks {error}: another version of this program wrote it.", "Update it."
        ) from None


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
        stage = line.stage_of(model)
        moved = {model: ModelStage.SHADOW} if stage is ModelStage.CANDIDATE else {}
        return replace(
            line,
            compared=(*line.compared, _compared(event)),
            stages={**line.stages, **moved},
        )
    if event.kind is Kind.MODEL_PROMOTED:
        before = {line.champion: ModelStage.RETIRED} if line.champion else {}
        former = (*line.former, line.champion) if line.champion else line.former
        return _led_by(line, model, former, before)
    if event.kind is Kind.MODEL_ROLLED_BACK:
        before = {line.champion: ModelStage.RETIRED} if line.champion else {}
        return _led_by(line, model, line.former[:-1], before)
    if event.kind is Kind.MODEL_RETIRED:
        return _without(line, model)
    return line


def _without(line: Line, model: str) -> Line:
    """The line after a model was withdrawn: nobody takes its place, and nobody goes back to it."""
    champion = "" if line.champion == model else line.champion
    former = tuple(one for one in line.former if one != model)
    stages = {**line.stages, model: ModelStage.RETIRED}
    return replace(line, champion=champion, former=former, stages=stages)


def _led_by(line: Line, model: str, former: tuple[str, ...], stages: Mapping[str, ModelStage]) -> Line:
    """The line under a champion."""
    told = {**line.stages, **stages, model: ModelStage.CHAMPION}
    return replace(line, champion=model, former=former, stages=told)


# Whom the first champion must have beaten, before any model of that kind was met.
NOBODY_YET = "naive"


def promotion(line: Line, version: str, opponent: str, by: str, now: Now) -> Compared:
    """The evidence on which a model may become champion; `opponent` is whom it must have beaten.

    Raises: InvalidOption without a person's name or for the champion itself; Blocked, with a reason, without
    sound and fresh evidence that the joint rule takes it for better.
    """
    _need_person(by)
    if version == line.champion:
        raise InvalidOption(f"{version} is the champion of '{line.name}' already.")
    if line.stage_of(version) is ModelStage.RETIRED:
        raise Blocked(f"{version} is retired.", "Train a new version, or: tradewright models rollback")
    found = [one for one in line.compared if (one.challenger, one.champion) == (version, opponent)]
    mend = f"First: tradewright models compare {version} {opponent}{_where(line)}"
    if opponent == NOBODY_YET:
        mend = (
            f"First: tradewright models compare {version} NAIVE{_where(line)}, "
            "NAIVE the id of what 'tradewright models train naive' kept"
        )
    if not found:
        raise Blocked(f"{version} was never compared with {opponent} in '{line.name}' [missing].", mend)
    # A repeat is free and refreshes its age; it does not become a later answer than the one it repeats.
    asked_last = list(dict.fromkeys(one.data for one in found))[-1]
    latest = [one for one in found if one.data == asked_last][-1]
    if not latest.is_better:
        doubts = "; ".join(latest.told.get("doubts", ())) or "the joint rule says no"
        raise Blocked(f"{version} is not shown to be better than {opponent}: {doubts}.", "Keep the champion.")
    unsound = _unsound(latest, now)
    if unsound:
        raise Blocked(unsound, mend)
    return latest


def _where(line: Line) -> str:
    """How a command names a line."""
    return "" if line.name == MAIN else f" --line {line.name}"


def _unsound(found: Compared, now: Now) -> str:
    """Why a comparison is no evidence here and now, in words with a reason code; empty where it is."""
    days = FRESH_NS // (86_400 * 10**9)
    data = f"'{found.dataset}' at {found.snapshot[:12]}"
    said = {
        f"its data are made up [synthetic]: {data}": found.origin == "synthetic",
        f"nobody stands for its data [unvouched]: ingest {data} with --vendor NAME": found.origin
        not in ("real", "synthetic"),
        f"it was made by other code [wrong_code]: {found.code[:12]}": found.code != now.code,
        f"it was made on other data [wrong_data]: {data}": found.dataset != now.dataset,
        f"there are newer data than it saw [stale]: {data}": found.snapshot != now.snapshot,
        f"it is older than {days} days [stale]": now.at - found.at > FRESH_NS,
        "it is of a time to come [future]": found.at > now.at,
    }
    why = [words for words, holds in said.items() if holds]
    return f"The comparison with {found.champion} does not count: {'; '.join(why)}." if why else ""


def way_back(line: Line, by: str, reason: str) -> str:
    """The champion before the present one. It takes a person and a reason, and no proof: it undoes a step.

    Raises: InvalidOption without a name or a reason; Blocked where there is nothing to go back to.
    """
    _need_person(by)
    _need_reason("A rollback", reason)
    if not line.former:
        had = "had no champion before this one" if line.champion else "has no champion"
        told = f"To withdraw it: tradewright models retire {line.champion}{_where(line)}"
        mend = told if line.champion else ""
        raise Blocked(f"'{line.name}' {had}: there is nothing to go back to.", mend)
    return line.former[-1]


def withdrawal(line: Line, rows: Sequence[Event], version: str, by: str, reason: str) -> dict[str, Any]:
    """What is put on record where a model is withdrawn: who, why, what it was, and what spoke against it.

    It takes a person and a reason, and no proof: it takes risk away. `rows` are those of every line.
    Raises: InvalidOption without a name or a reason; Blocked where it is withdrawn already.
    """
    _need_person(by)
    _need_reason("A withdrawal", reason)
    stage = line.stage_of(version)
    if stage is ModelStage.RETIRED and version not in line.former:
        raise Blocked(f"{version} is retired, and nobody can go back to it.")
    looks = [one for one in rows if one.kind is Kind.MODEL_CHECKED and one.trial == version]
    drifted = json.loads(looks[-1].body)["drifted"] if looks else []
    better = [one.challenger for one in line.compared if one.champion == version and one.is_better]
    was = "former champion" if version in line.former else stage.value
    told = {"by": by.strip(), "reason": reason.strip(), "was": was}
    return {**told, "drifted": drifted, "beaten_by": list(dict.fromkeys(better))}


def _need_reason(what: str, reason: str) -> None:
    """Refuse what nobody says why of."""
    if not reason.strip() or not reason.isprintable():
        raise InvalidOption(f"{what} says why.", "Give --reason 'what went wrong'.")


def _need_person(by: str) -> None:
    """Refuse what nobody answers for."""
    if not by.strip() or not by.isprintable():
        raise InvalidOption("Nobody answers for it.", "Give --by PERSON.")
