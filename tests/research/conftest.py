"""Study files, a workspace and a small market for tests of the research room."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import pytest


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of a PostgreSQL server on loopback, as scripts/start_postgres.py starts it."""
    from start_postgres import NoServer, temporary_server

    try:
        with temporary_server() as url:
            yield url
    except NoServer as why:
        pytest.skip(f"no PostgreSQL server can be started here: {why}")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request, tmp_path):
    """Each place where a ledger may be kept, empty."""
    from ledger_stores import InPostgres, InSqlite

    if request.param == "sqlite":
        return InSqlite(tmp_path)
    return InPostgres(request.getfixturevalue("postgres"))
