"""The ledger of trials: append-only, chained by hashes, so that no try can be forgotten or rewritten.

A trial is one configuration of a strategy on data. It counts from its start, whatever becomes of it.
Chain: each row's hash covers the hash before it and all of the row. Edits, deletions and reorderings
inside the chain show; rows cut off its very end are found by what runs have noted (ledger_marks).
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from tradewright.research.ledger_anchor import LedgerAnchor
from tradewright.research.ledger_rows import COLUMNS, LedgerRows, Run
from tradewright.research.result_series import name_of, pressed, unpressed
from tradewright.research.stores.sqlite import SqliteRows
from tradewright.runs.manifest import LedgerMark
from tradewright.values.errors import Blocked, StorageFailure
from tradewright.values.instant import Instant

GENESIS = "0" * 64
LAST_POSSIBLE = 2**62
# The hashes by which the row of a trial names its result series.
NAMED = re.compile(r'"(?:returns|instants)": "([0-9a-f]{64})"')
# Rows of the chain that are recomputed at a time.
READ_AT_ONCE = 5_000
LAST = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"


class Kind(Enum):
    """What a row of the ledger says."""

    REGISTERED = "registered"
    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    FORKED = "forked"
    # Rows of the promotion ladder: `study` is then the candidate's name.
    CREATED = "created"
    FROZEN = "frozen"
    RECORDED = "recorded"
    APPROVED = "approved"
    PROMOTED = "promoted"
    DEMOTED = "demoted"
    HOLDOUT_OPENED = "holdout-opened"
    HOLDOUT_CLOSED = "holdout-closed"
    # Rows about forecasting models: `study` is then the line that they stand in.
    MODEL_TRAINED = "model-trained"
    MODEL_COMPARED = "model-compared"
    MODEL_CHECKED = "model-checked"
    MODEL_PROMOTED = "model-promoted"
    MODEL_ROLLED_BACK = "model-rolled-back"
    MODEL_RETIRED = "model-retired"
    # Looks at what models and choices were worth, outside of every line: `study` is then empty.
    MODEL_CHOSEN = "model-chosen"
    MODEL_REVIEWED = "model-reviewed"


ENDS = (Kind.FINISHED, Kind.FAILED, Kind.INTERRUPTED)


@dataclass(frozen=True)
class Event:
    """One row: what happened to which trial of which study, and when.

    Units: `at` ns UTC. `trial` is a configuration's hash, empty for a registration; `body` is JSON.
    """

    at: int
    kind: Kind
    hypothesis: str
    study: str
    trial: str = ""
    body: str = "{}"


class TrialLedger:
    """The ledger over a database of rows; several processes may write to it at once."""

    def __init__(self, rows: LedgerRows | Path, anchor: Path | None = None) -> None:
        """Open or create the ledger; `rows` may be the path of a SQLite file.

        `anchor` is a file kept elsewhere that remembers how far the ledger went.
        Raises: StorageFailure where it is damaged, edited, cut, gone, or cannot be written.
        """
        self.rows: LedgerRows = SqliteRows(rows) if isinstance(rows, Path) else rows
        self.anchor = LedgerAnchor(anchor) if anchor else None
        self.rows.create()
        self.verify()

    @property
    def path(self) -> Path:
        """The file, where the ledger is one."""
        return Path(self.rows.name)

    def register(self, hypothesis: str, statement: str, study: str, at: Instant) -> None:
        """Record a hypothesis and a study's hash, before its first trial; the same again adds nothing."""

        def wanted(run: Run) -> list[Event]:
            if self._is_registered(run, hypothesis, study):
                return []
            body = json.dumps({"statement": statement}, ensure_ascii=False)
            return [Event(at, Kind.REGISTERED, hypothesis, study, body=body)]

        self._append(wanted)

    def start(
        self,
        hypothesis: str,
        study: str,
        trials: Sequence[str],
        at: Instant,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        """Record that these configurations are being tried: from now on they count.

        `about` says on what: hashes of code, data and configuration, the seed, the last instant read.
        Raises: Blocked where the study has not been registered first.
        """

        def wanted(run: Run) -> list[Event]:
            if not self._is_registered(run, hypothesis, study):
                raise Blocked(f"study {study[:12]} is not registered.", "Register it before its first trial.")
            body = json.dumps(dict(about or {}), sort_keys=True, ensure_ascii=False)
            return [Event(at, Kind.STARTED, hypothesis, study, trial, body) for trial in trials]

        self._append(wanted)

    def end(self, events: Sequence[Event], contents: Mapping[str, bytes] | None = None) -> None:
        """Record how trials ended: finished, failed or interrupted.

        `contents` are the bytes that these rows name by their hashes, written in the same transaction.
        """

        def wanted(run: Run) -> Sequence[Event]:
            for name, content in (contents or {}).items():
                if not run("SELECT 1 FROM series WHERE name = ?", (name,)):
                    run("INSERT INTO series (name, content) VALUES (?, ?)", (name, pressed(content)))
            return events

        self._append(wanted)

    def fork(self, hypothesis: str, parent: str, at: Instant) -> None:
        """Record that a hypothesis was made from another one: from now on they share one count."""
        body = json.dumps({"from": parent}, ensure_ascii=False)
        self._append(lambda run: [Event(at, Kind.FORKED, hypothesis, "", body=body)])

    def decide(
        self,
        wanted: Callable[[list[Event]], Sequence[Event]],
        study: str = "",
        kinds: Sequence[Kind] | None = None,
    ) -> list[Event]:
        """Add the rows that follow from those on record, with every other writer kept out meanwhile.

        `wanted` is given the rows of these kinds (the ladder's), of one candidate or line where `study` names
        it; gives what was added.
        """
        added: list[Event] = []

        def of_the_ladder(run: Run) -> list[Event]:
            added.extend(wanted(_found(run, study, kinds or LADDER)))
            return added

        self._append(of_the_ladder)
        return added

    def ladder(self, study: str = "") -> list[Event]:
        """The ladder's rows, oldest first; of one candidate where `study` names it."""
        with self.rows.reading() as run:
            return _found(run, study, LADDER)

    def models(self, line: str = "") -> list[Event]:
        """The rows about forecasting models, oldest first; of one line where `line` names it."""
        with self.rows.reading() as run:
            return _found(run, line, MODELS)

    def series(self, names: Sequence[str]) -> Iterator[bytes]:
        """The bytes behind these names, in their order, one at a time.

        Raises: StorageFailure where one is gone, or is not what was written.
        """
        with self.rows.reading() as run:
            for name in names:
                found = run("SELECT content FROM series WHERE name = ?", (name,))
                yield self._content(name, bytes(found[0][0]) if found else None)

    def family(self, hypothesis: str, until: int = LAST_POSSIBLE) -> tuple[str, ...]:
        """A hypothesis and its relatives by forks, up and down: what one of them tries, all have tried.

        `until` is the last row that is looked at.
        """
        sql = "SELECT hypothesis, body FROM events WHERE kind = 'forked' AND seq <= ?"
        with self.rows.reading() as run:
            pairs = [(child, json.loads(body)["from"]) for child, body in run(sql, (until,))]
        family, before = {hypothesis}, 0
        while len(family) > before:
            before = len(family)
            family |= {one for pair in pairs if family & set(pair) for one in pair}
        return tuple(sorted(family))

    def count(self, hypothesis: str) -> int:
        """How many different configurations have been tried on a hypothesis and its relatives.

        Interrupted and failed ones count.
        """
        return len({event.trial for event in self._of(self.family(hypothesis), Kind.STARTED)})

    def open_trials(self, hypothesis: str) -> int:
        """How many configurations were started and never said how they ended, relatives included."""
        family = self.family(hypothesis)
        started = {event.trial for event in self._of(family, Kind.STARTED)}
        return len(started - {event.trial for kind in ENDS for event in self._of(family, kind)})

    def started(self) -> list[Event]:
        """Every start of a trial, of all hypotheses, oldest first."""
        with self.rows.reading() as run:
            return _events(run(_SELECT + " WHERE kind = 'started' ORDER BY seq", ()))

    def events(self, hypothesis: str) -> list[Event]:
        """All rows of a hypothesis, oldest first."""
        with self.rows.reading() as run:
            return _events(run(_SELECT + " WHERE hypothesis = ? ORDER BY seq", (hypothesis,)))

    def rows_of(self, family: Sequence[str]) -> list[tuple[int, Event]]:
        """All rows of some hypotheses with their numbers, oldest first."""
        sql = _SELECT.replace("SELECT", "SELECT seq,", 1) + " WHERE hypothesis = ?"
        with self.rows.reading() as run:
            found = [row for one in family for row in run(sql, (one,))]
        return [(seq, _events([rest])[0]) for seq, *rest in sorted(found, key=lambda row: int(row[0]))]

    def mark(self) -> LedgerMark:
        """How far the ledger goes: its rows, and the hash of the last."""
        with self.rows.reading() as run:
            return LedgerMark(*(run(LAST, ()) or [()])[0])

    def hashes(self, rows: Sequence[int]) -> dict[int, str]:
        """The hash of each of these rows that is there."""
        sql = "SELECT seq, hash FROM events WHERE seq = ?"
        with self.rows.reading() as run:
            return dict(pair for row in sorted(set(rows)) for pair in run(sql, (row,)))

    def verify(self) -> int:
        """Recompute the whole chain and compare it with its anchor; gives the number of rows.

        Raises: StorageFailure naming the first row that is not what was written, or what is missing.
        """
        before, last, there = GENESIS, 0, None
        named: set[str] = set()
        seen = self.anchor.seen() if self.anchor else LedgerMark()
        for seq, *content, kept in self._chain():
            before = _chained(before, seq, content)
            if seq != last + 1 or kept != before:
                raise self._changed(seq)
            last, there = seq, kept if seq == seen.rows else there
            named.update(NAMED.findall(content[-1]))
        if self.anchor:
            self.anchor.check(self.rows.name, seen, LedgerMark(last, before), there)
        with self.rows.reading() as run:
            lacking = named - {name for (name,) in run("SELECT name FROM series", ())}
        if lacking:
            self._content(min(lacking), None)
        return last

    def _chain(self) -> Iterator[tuple[Any, ...]]:
        """Every row, some thousands at a time."""
        sql, last = f"SELECT {COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?", 0
        with self.rows.reading() as run:
            while found := run(sql, (last, READ_AT_ONCE)):
                yield from found
                last = found[-1][0]

    def _changed(self, row: int) -> StorageFailure:
        return StorageFailure(
            f"the trial ledger {self.rows.name} was changed at row {row}.",
            "Restore it from a backup: results without their trials cannot be judged.",
        )

    def _content(self, name: str, kept: bytes | None) -> bytes:
        """The bytes as they were written, or what happened to them."""
        try:
            content = None if kept is None else unpressed(kept)
        except ValueError:
            content = b""
        if content is not None and name_of(content) == name:
            return content
        happened = "is gone from" if content is None else "was changed in"
        raise StorageFailure(
            f"the result series {name[:12]} {happened} the trial ledger {self.rows.name}.",
            "Restore it from a backup: results without their trials cannot be judged.",
        )

    def _append(self, wanted: Callable[[Run], Sequence[Event]]) -> None:
        """Chain what is wanted to the ledger's end in one transaction, then move the anchor."""
        with self.rows.writing() as run:
            events = wanted(run)
            _append(run, events)
        if events and self.anchor:
            self.anchor.move(self.mark())

    def _of(self, family: Sequence[str], kind: Kind) -> list[Event]:
        with self.rows.reading() as run:
            sql = _SELECT + " WHERE hypothesis = ? AND kind = ? ORDER BY seq"
            return [event for one in family for event in _events(run(sql, (one, kind.value)))]

    def _is_registered(self, run: Run, hypothesis: str, study: str) -> bool:
        sql = "SELECT 1 FROM events WHERE hypothesis = ? AND study = ? AND kind = 'registered' LIMIT 1"
        return bool(run(sql, (hypothesis, study)))


_SELECT = "SELECT at, kind, hypothesis, study, trial, body FROM events"
LADDER = (
    Kind.CREATED, Kind.FROZEN, Kind.RECORDED, Kind.APPROVED, Kind.PROMOTED, Kind.DEMOTED, Kind.HOLDOUT_OPENED,
    Kind.HOLDOUT_CLOSED,
)  # fmt: skip
MODELS = (
    Kind.MODEL_TRAINED, Kind.MODEL_COMPARED, Kind.MODEL_CHECKED, Kind.MODEL_PROMOTED, Kind.MODEL_ROLLED_BACK,
    Kind.MODEL_RETIRED, Kind.MODEL_CHOSEN, Kind.MODEL_REVIEWED,
)  # fmt: skip


def _found(run: Run, study: str, kinds: Sequence[Kind]) -> list[Event]:
    """The rows of these kinds, of one candidate or line or of all."""
    named = ", ".join(f"'{kind.value}'" for kind in kinds)
    one = " AND study = ?" if study else ""
    return _events(run(f"{_SELECT} WHERE kind IN ({named}){one} ORDER BY seq", (study,) if study else ()))


def _events(rows: Sequence[Sequence[Any]]) -> list[Event]:
    return [Event(at, Kind(kind), *rest) for at, kind, *rest in rows]


def _append(run: Run, events: Sequence[Event]) -> None:
    """Chain rows to the end of the ledger, inside the caller's transaction."""
    seq, before = (run(LAST, ()) or [(0, GENESIS)])[0]
    for event in events:
        seq += 1
        content = [event.at, event.kind.value, event.hypothesis, event.study, event.trial, event.body]
        before = _chained(before, seq, content)
        run(f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (seq, *content, before))


def _chained(before: str, seq: int, content: Sequence[object]) -> str:
    text = json.dumps([before, seq, *content], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
