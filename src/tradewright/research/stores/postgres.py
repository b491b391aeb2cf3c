"""The ledger's rows in a PostgreSQL database, for several machines that share one count of trials."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tradewright.research.ledger_rows import Run
from tradewright.values.errors import InvalidOption, StorageFailure

if TYPE_CHECKING:
    from pg8000.dbapi import Connection

SCHEMES = ("postgresql", "postgres")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# How long a writer waits for another one before it gives up, and how long anybody waits for the server.
PATIENCE_MS, CONNECT_S = 30_000, 10.0
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS events (
        seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, kind TEXT NOT NULL, hypothesis TEXT NOT NULL,
        study TEXT NOT NULL, trial TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS by_hypothesis ON events (hypothesis, kind, trial)",
    """CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    """CREATE OR REPLACE TRIGGER no_update BEFORE UPDATE OR DELETE OR TRUNCATE ON events
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()""",
)
SERIES = (
    "CREATE TABLE IF NOT EXISTS series (name TEXT PRIMARY KEY, content BYTEA NOT NULL)",
    """CREATE OR REPLACE TRIGGER no_update BEFORE UPDATE OR DELETE OR TRUNCATE ON series
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()""",
)
# Whoever makes the table first keeps others out meanwhile: "if not exists" alone may still collide.
MAKING = 7_290_155


class PostgresRows:
    """Each call opens its own connection, as the SQLite member does."""

    def __init__(self, url: str, password: str = "") -> None:
        """`url` is postgresql://USER@HOST:PORT/DATABASE.

        Beyond this machine the connection is encrypted, unless the URL ends in ?sslmode=disable.
        Raises: InvalidOption where it is none; what it says wrongly is not repeated, it may hold a password.
        """
        mend = "Give postgresql://USER@HOST:PORT/DATABASE; the password may come from PGPASSWORD."
        try:
            parts = urlsplit(url)
            port = parts.port or 5432
        except ValueError:
            raise InvalidOption("the ledger's URL is none.", mend) from None
        database = unquote(parts.path.lstrip("/"))
        if parts.scheme not in SCHEMES or not parts.hostname or not database or not parts.username:
            raise InvalidOption("the ledger's URL lacks a scheme, user, host or database.", mend)
        self._host, self._port, self._database = parts.hostname, port, database
        self._user, self._password = unquote(parts.username), unquote(parts.password or "") or password
        self._tls = _tls(parse_qs(parts.query), parts.hostname, mend)

    @property
    def name(self) -> str:
        """The database, without its password."""
        return f"postgresql://{self._user}@{self._host}:{self._port}/{self._database}"

    def create(self) -> None:
        """Make the tables where they are missing."""
        with self._transaction() as run:
            run("SELECT pg_advisory_xact_lock(?)", (MAKING,))
            wanted = {"events": SCHEMA, "series": SERIES}
            lacking = [table for table in wanted if run("SELECT to_regclass(?)", (table,))[0][0] is None]
            for statement in (one for table in lacking for one in wanted[table]):
                run(statement, ())

    @contextmanager
    def reading(self) -> Iterator[Run]:
        """Look at rows."""
        with self._transaction() as run:
            yield run

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """One transaction that locks the table against every other writer, so that chains never fork."""
        with self._transaction() as run:
            run("LOCK TABLE events IN EXCLUSIVE MODE", ())
            yield run

    @contextmanager
    def _transaction(self) -> Iterator[Run]:
        with self._failures():
            connection = self._connected()
            try:
                yield _runner(connection)
                connection.commit()
            finally:
                # What was not committed is gone with the connection.
                connection.close()

    def _connected(self) -> "Connection":
        from pg8000 import dbapi

        connection = dbapi.connect(
            user=self._user,
            host=self._host,
            port=self._port,
            database=self._database,
            password=self._password or None,
            ssl_context=self._tls,
            timeout=CONNECT_S + PATIENCE_MS / 1_000.0,
            application_name="tradewright",
        )
        connection.cursor().execute(f"SET lock_timeout = {PATIENCE_MS}")
        return connection

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Map what the server and the driver say to one readable line; a missing driver is named."""
        try:
            from pg8000 import Error
        except ImportError:
            mend = "Install it: pip install 'tradewright[postgres]'."
            raise StorageFailure("a ledger in PostgreSQL needs the package pg8000.", mend) from None
        try:
            yield
        except (Error, OSError) as error:
            said = (
                error.args[0].get("M", "") if error.args and isinstance(error.args[0], dict) else str(error)
            )
            mend = "Is the server up, and may this user write there? A damaged ledger needs its backup."
            raise StorageFailure(f"the trial ledger {self.name} cannot be used: {said}.", mend) from error


def _tls(query: dict[str, list[str]], host: str, mend: str) -> ssl.SSLContext | None:
    """How the connection is encrypted; the server's certificate is always checked."""
    unknown = set(query) - {"sslmode"}
    usual = "disable" if host in LOOPBACK else "require"
    wanted = query.get("sslmode", [usual])[-1]
    if unknown or wanted not in ("disable", "require", "verify-full"):
        raise InvalidOption("the ledger's URL asks for an option that does not exist.", mend)
    return None if wanted == "disable" else ssl.create_default_context()


def _runner(connection: "Connection") -> Run:
    def run(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        cursor = connection.cursor()
        cursor.execute(sql.replace("?", "%s"), tuple(values))
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []

    return run
