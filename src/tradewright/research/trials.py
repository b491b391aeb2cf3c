"""The ledger of trials: append-only, chained by hashes, so that no try can be forgotten or rewritten.

A trial is one configuration of a strategy on data. It counts from its start, whatever becomes of it.
Chain: each row's hash covers the hash before it and all of the row. Edits, deletions and reorderings
inside the chain show; rows cut off its very end are found by what runs have noted (ledger_marks).
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tradewright.runs.manifest import LedgerMark
from tradewright.values.errors import Blocked, StorageFailure
from tradewright.values.instant import Instant

# How long a writer waits for another process before it gives up.
PATIENCE_S = 30.0
GENESIS = "0" * 64

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, hypothesis TEXT NOT NULL,
    study TEXT NOT NULL, trial TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS by_hypothesis ON events (hypothesis, kind, trial);
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""


class Kind(Enum):
    """What a row of the ledger says."""

    REGISTERED = "registered"
    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


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
    """The ledger in one SQLite file; several processes may write to it at once.

    Each call opens its own connection, so that a ledger may be shared between threads and forgotten at will.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the ledger.

        Raises: StorageFailure where it is damaged, edited, or cannot be written.
        """
        self.path = path
        with self._failures():
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._connected() as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(SCHEMA)
        self.verify()

    def register(self, hypothesis: str, statement: str, study: str, at: Instant) -> None:
        """Record a hypothesis and a study's hash, before its first trial; the same again adds nothing."""
        with self._writing() as connection:
            if self._is_registered(connection, hypothesis, study):
                return
            body = json.dumps({"statement": statement}, ensure_ascii=False)
            _append(connection, [Event(at, Kind.REGISTERED, hypothesis, study, body=body)])

    def start(self, hypothesis: str, study: str, trials: Sequence[str], at: Instant) -> None:
        """Record that these configurations are being tried: from now on they count.

        Raises: Blocked where the study has not been registered first.
        """
        with self._writing() as connection:
            if not self._is_registered(connection, hypothesis, study):
                raise Blocked(f"study {study[:12]} is not registered.", "Register it before its first trial.")
            _append(connection, [Event(at, Kind.STARTED, hypothesis, study, trial) for trial in trials])

    def end(self, events: Sequence[Event]) -> None:
        """Record how trials ended: finished, failed or interrupted."""
        with self._writing() as connection:
            _append(connection, events)

    def count(self, hypothesis: str) -> int:
        """How many different configurations have been tried on a hypothesis, interrupted ones included."""
        sql = "SELECT COUNT(DISTINCT trial) FROM events WHERE hypothesis = ? AND kind = 'started'"
        with self._failures(), self._connected() as connection:
            return int(connection.execute(sql, (hypothesis,)).fetchone()[0])

    def events(self, hypothesis: str) -> list[Event]:
        """All rows of a hypothesis, oldest first."""
        sql = "SELECT at, kind, hypothesis, study, trial, body FROM events WHERE hypothesis = ? ORDER BY seq"
        with self._failures(), self._connected() as connection:
            rows = connection.execute(sql, (hypothesis,)).fetchall()
        return [Event(at, Kind(kind), *rest) for at, kind, *rest in rows]

    def mark(self) -> LedgerMark:
        """How far the ledger goes: its rows, and the hash of the last."""
        sql = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"
        with self._failures(), self._connected() as connection:
            return LedgerMark(*(connection.execute(sql).fetchone() or ()))

    def hashes(self, rows: Sequence[int]) -> dict[int, str]:
        """The hash of each of these rows that is there."""
        sql = "SELECT seq, hash FROM events WHERE seq = ?"
        with self._failures(), self._connected() as connection:
            found = [connection.execute(sql, (row,)).fetchone() for row in sorted(set(rows))]
        return dict(pair for pair in found if pair)

    def verify(self) -> int:
        """Recompute the whole chain; gives the number of rows.

        Raises: StorageFailure naming the first row that is not what was written.
        """
        before, last = GENESIS, 0
        with self._failures(), self._connected() as connection:
            for seq, *content, kept in connection.execute(
                "SELECT seq, at, kind, hypothesis, study, trial, body, hash FROM events ORDER BY seq"
            ):
                before = _chained(before, seq, content)
                if seq != last + 1 or kept != before:
                    raise StorageFailure(
                        f"the trial ledger {self.path} was changed at row {seq}.",
                        "Restore it from a backup: results without their trials cannot be judged.",
                    )
                last = seq
        return last

    def _is_registered(self, connection: sqlite3.Connection, hypothesis: str, study: str) -> bool:
        sql = "SELECT 1 FROM events WHERE hypothesis = ? AND study = ? AND kind = 'registered' LIMIT 1"
        return connection.execute(sql, (hypothesis, study)).fetchone() is not None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its first statement, so that chains never fork."""
        with self._failures(), self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Map what SQLite and the disk say to one readable line."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            mend = "Check that the folder can be written and has space; a damaged ledger needs its backup."
            raise StorageFailure(f"the trial ledger {self.path} cannot be used: {error}.", mend) from error


def _append(connection: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Chain rows to the end of the ledger, inside the caller's transaction."""
    found = connection.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    seq, before = found or (0, GENESIS)
    for event in events:
        seq += 1
        content = [event.at, event.kind.value, event.hypothesis, event.study, event.trial, event.body]
        before = _chained(before, seq, content)
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (seq, *content, before))


def _chained(before: str, seq: int, content: Sequence[object]) -> str:
    text = json.dumps([before, seq, *content], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
