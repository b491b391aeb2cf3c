"""The ledger's rows in one SQLite file; several processes may write to it at once."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tradewright.research.ledger_rows import Run
from tradewright.values.errors import StorageFailure

# How long a writer waits for another process before it gives up.
PATIENCE_S = 30.0
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
CREATE TRIGGER IF NOT EXISTS no_replacement BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TABLE IF NOT EXISTS series (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS no_update_of_series BEFORE UPDATE ON series
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_replacement_of_series BEFORE INSERT ON series
    WHEN EXISTS (SELECT 1 FROM series WHERE name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete_of_series BEFORE DELETE ON series
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""


class SqliteRows:
    """Each call opens its own connection, so that threads may share it and nobody has to close it."""

    def __init__(self, path: Path) -> None:
        """`path` is made with its folder by `create`."""
        self.path = path

    @property
    def name(self) -> str:
        """The file."""
        return str(self.path)

    def create(self) -> None:
        """Make file and tables where they are missing."""
        with self._failures():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._connected() as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(SCHEMA)

    @contextmanager
    def reading(self) -> Iterator[Run]:
        """Look at rows."""
        with self._failures(), self._connected() as connection:
            yield _runner(connection)

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """One transaction that holds the write lock from its first statement, so that chains never fork."""
        with self._failures(), self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _runner(connection)
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


def _runner(connection: sqlite3.Connection) -> Run:
    def run(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return connection.execute(sql, tuple(values)).fetchall()

    return run
