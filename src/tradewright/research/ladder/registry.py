"""Candidates and their histories, kept as rows of the ledger of trials: one chain vouches for both."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from tradewright.research.ladder.evidence import Record, Subject, as_json, from_json
from tradewright.research.ladder.stages import Stage
from tradewright.research.ladder.standing import Approval, Move, Standing
from tradewright.research.study import StudyOptions
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.values.errors import Blocked, InvalidOption, NotFound, unknown_name
from tradewright.values.instant import Instant

MOVES = {True: Kind.PROMOTED, False: Kind.DEMOTED}


@dataclass(frozen=True)
class Candidate:
    """A strategy on the ladder under a name, with its study, its rows and where they leave it.

    Units: `created_at` ns UTC.
    """

    name: str
    hypothesis: str
    study: StudyOptions
    created_at: int
    standing: Standing
    frozen: Mapping[str, Any]
    rows: tuple[Event, ...]


@dataclass(frozen=True)
class Registry:
    """Reads and writes candidates; `clock` gives ns UTC."""

    ledger: TrialLedger
    clock: Callable[[], Instant]

    def names(self) -> list[str]:
        """Every candidate, newest first."""
        rows = [event for event in self.ledger.ladder() if event.kind is Kind.CREATED]
        return [event.study for event in reversed(rows)]

    def find(self, name: str) -> Candidate:
        """The candidate of that name.

        Raises: UnknownName with the nearest one; NotFound where there is none at all.
        """
        rows = self.ledger.ladder(name) if name else []
        if rows:
            return candidate_of(rows)
        known = self.names()
        if not known:
            raise NotFound(
                "there is no candidate on the ladder.",
                "Create one: tradewright research create NAME STUDY.toml",
            )
        raise unknown_name(name, "candidate", known)

    def create(self, name: str, study: StudyOptions, parent: str = "") -> Candidate:
        """Put a study on the ladder as an idea; a fork names the candidate it was made from.

        Raises: InvalidOption where the name is taken or no name, or a fork keeps its parent's hypothesis.
        """
        if not name or name.strip() != name or any(letter.isspace() or letter in "/\\" for letter in name):
            raise InvalidOption(f"'{name}' is no name for a candidate.", "Use letters, digits and dashes.")
        hypothesis, now = study.hypothesis.id, self.clock()
        if parent:
            source = self.find(parent)
            if source.hypothesis != hypothesis:
                self.ledger.fork(hypothesis, source.hypothesis, now)
        body = json.dumps(
            {"study": msgspec.to_builtins(study), "parent": parent}, ensure_ascii=False, default=str
        )

        def first(rows: list[Event]) -> list[Event]:
            if rows:
                raise InvalidOption(f"there is a candidate '{name}' already.", "Choose another name.")
            return [Event(now, Kind.CREATED, hypothesis, name, body=body)]

        self.ledger.decide(first, name)
        return self.find(name)

    def freeze(self, name: str, subject: Subject, more: Mapping[str, Any]) -> Candidate:
        """Say exactly what is judged from now on; the same again adds nothing.

        Raises: Blocked for the retired.
        """
        body = json.dumps({"subject": asdict(subject), **more}, sort_keys=True)

        def wanted(candidate: Candidate) -> list[tuple[Kind, str]]:
            _check_alive(candidate)
            return [] if candidate.standing.subject == subject else [(Kind.FROZEN, body)]

        return self._added(name, wanted)

    def record(self, name: str, records: Sequence[Record]) -> Candidate:
        """Keep evidence. Raises: Blocked for the retired."""

        def wanted(candidate: Candidate) -> list[tuple[Kind, str]]:
            _check_alive(candidate)
            return [(Kind.RECORDED, as_json(record)) for record in records]

        return self._added(name, wanted)

    def approve(self, name: str, to: Stage, by: str, reason: str) -> Candidate:
        """Keep a person's yes to one step of the present snapshot.

        Raises: Blocked before the first snapshot and for the retired, InvalidOption without a name.
        """
        if not by.strip():
            raise InvalidOption("an approval has no name.", "Give --by PERSON.")

        def wanted(candidate: Candidate) -> list[tuple[Kind, str]]:
            _check_alive(candidate)
            subject = candidate.standing.subject
            if subject is None:
                raise Blocked(
                    "there is nothing to approve yet.", f"First: tradewright research snapshot {name}"
                )
            said = {"by": by.strip(), "to": to.value, "subject": asdict(subject), "reason": reason}
            return [(Kind.APPROVED, json.dumps(said, sort_keys=True, ensure_ascii=False))]

        return self._added(name, wanted)

    def move(self, name: str, decide: Callable[[Candidate], Sequence[Move]]) -> Candidate:
        """Make the moves that follow from the candidate as it stands, with everybody else kept out."""

        def wanted(candidate: Candidate) -> list[tuple[Kind, str]]:
            return [(MOVES[move.is_up], _move_json(move)) for move in decide(candidate)]

        return self._added(name, wanted)

    def note(self, name: str, kind: Kind, body: Mapping[str, Any]) -> Candidate:
        """Keep a row about the sealed holdout."""
        return self._added(name, lambda candidate: [(kind, json.dumps(dict(body), sort_keys=True))])

    def _added(self, name: str, wanted: Callable[[Candidate], list[tuple[Kind, str]]]) -> Candidate:
        self.find(name)

        def rows(found: list[Event]) -> list[Event]:
            candidate, now = candidate_of(found), self.clock()
            return [
                Event(now, kind, candidate.hypothesis, name, body=body) for kind, body in wanted(candidate)
            ]

        self.ledger.decide(rows, name)
        return self.find(name)


def candidate_of(rows: Sequence[Event]) -> Candidate:
    """A candidate from its rows, oldest first."""
    created, standing = rows[0], Standing()
    frozen: dict[str, Any] = {}
    for event in rows:
        body = {} if event.kind is Kind.RECORDED else json.loads(event.body)
        if event.kind is Kind.FROZEN:
            frozen = body
        standing = _told(standing, event, body)
    study = msgspec.convert(json.loads(created.body)["study"], StudyOptions)
    return Candidate(created.study, created.hypothesis, study, created.at, standing, frozen, tuple(rows))


def _told(standing: Standing, event: Event, body: Mapping[str, Any]) -> Standing:
    """The standing after one more row."""
    if event.kind is Kind.FROZEN:
        return standing.with_subject(Subject(**body["subject"]))
    if event.kind is Kind.RECORDED:
        return standing.with_record(from_json(event.body, f"a row of {event.study}"))
    if event.kind is Kind.APPROVED:
        subject = Subject(**body["subject"])
        return standing.with_approval(
            Approval(body["by"], Stage(body["to"]), subject, event.at, body["reason"])
        )
    if event.kind in (Kind.PROMOTED, Kind.DEMOTED):
        return standing.after(_move_of(body))
    return standing


def _move_json(move: Move) -> str:
    plain = {**asdict(move), "before": move.before.value, "after": move.after.value}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _move_of(body: Mapping[str, Any]) -> Move:
    return msgspec.convert(body, Move)


def _check_alive(candidate: Candidate) -> None:
    if candidate.standing.stage is Stage.RETIRED:
        raise Blocked(f"candidate '{candidate.name}' is retired.", "Create a fork of it: --fork-of.")


def moves_of(candidate: Candidate) -> list[Move]:
    """Every move a candidate made, oldest first."""
    kinds = (Kind.PROMOTED, Kind.DEMOTED)
    return [_move_of(json.loads(event.body)) for event in candidate.rows if event.kind in kinds]
