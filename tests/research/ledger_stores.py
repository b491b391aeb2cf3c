"""The two places where a ledger may be kept, each with a way to change it behind the ledger's back."""

import itertools
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from tradewright.research.stores.postgres import PostgresRows
from tradewright.research.stores.sqlite import SqliteRows
from tradewright.research.trials import TrialLedger

NUMBERS = itertools.count()


@dataclass
class InSqlite:
    """A file in a folder."""

    folder: Path
    kind: str = "sqlite"

    @property
    def place(self) -> str:
        return str(self.folder / "ledger.sqlite")

    def rows(self) -> SqliteRows:
        return SqliteRows(Path(self.place))

    def edit(self, sql: str) -> None:
        with sqlite3.connect(self.place) as connection:
            guards = [
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ]
            connection.executescript("".join(f"DROP TRIGGER {name};" for name in guards) + sql)
        connection.close()

    def say(self, sql: str) -> None:
        """Through the front door: the guards stand."""
        with self.rows().writing() as run:
            run(sql, ())


@dataclass
class InPostgres:
    """A database of its own on a server that is up."""

    server: str
    kind: str = "postgres"
    name: str = field(default_factory=lambda: f"ledger_{next(NUMBERS)}")

    def __post_init__(self) -> None:
        _autocommitted(self.server, f"CREATE DATABASE {self.name}")

    @property
    def place(self) -> str:
        return self.server.rpartition("/")[0] + f"/{self.name}"

    def rows(self) -> PostgresRows:
        return PostgresRows(self.place)

    def edit(self, sql: str) -> None:
        with self.rows().writing() as run:
            for table in ("events", "series"):
                run(f"ALTER TABLE {table} DISABLE TRIGGER ALL", ())
            run(sql, ())

    def say(self, sql: str) -> None:
        """Through the front door: the guards stand."""
        with self.rows().writing() as run:
            run(sql, ())


def opened(place: str, anchor: Path | None = None) -> TrialLedger:
    """The ledger at a place, as a process of its own would open it."""
    return TrialLedger(PostgresRows(place) if "://" in place else SqliteRows(Path(place)), anchor)


def _autocommitted(url: str, sql: str) -> None:
    from urllib.parse import urlsplit

    from pg8000 import dbapi

    at = urlsplit(url)
    connection = dbapi.connect(
        user=at.username, password=at.password, host=at.hostname, port=at.port, database=at.path[1:]
    )
    connection.autocommit = True
    connection.cursor().execute(sql)
    connection.close()
