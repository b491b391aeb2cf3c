"""What is special about a ledger in PostgreSQL: its URL, its server, its driver."""

import sys

import pytest
from ledger_stores import InPostgres

from tradewright.research.stores.postgres import PostgresRows
from tradewright.research.trials import TrialLedger
from tradewright.values.errors import InvalidOption, StorageFailure


@pytest.mark.parametrize(
    "url",
    [
        "", "ledger", "sqlite:///x", "postgresql://", "postgresql://host/db", "postgresql://u@host",
        "postgresql://u@/db", "postgresql://u:geheim@host:port/db", "postgresql://u@host:99999/db",
        "postgresql://u:geheim@host/db?sslmode=maybe", "postgresql://u:geheim@host/db?slmode=require",
    ],
)  # fmt: skip
def test_a_url_that_is_none_is_refused_without_repeating_it(url):
    with pytest.raises(InvalidOption, match="postgresql://USER@HOST") as caught:
        PostgresRows(url)
    assert "geheim" not in str(caught.value)


def test_the_name_never_shows_a_password():
    assert PostgresRows("postgresql://u:geheim@h:1/db").name == "postgresql://u@h:1/db"
    assert PostgresRows("postgres://u%40x@h/db").name == "postgresql://u@x@h:5432/db"


@pytest.mark.parametrize(
    ("url", "is_encrypted"),
    [
        ("postgresql://u@db.example/ledger", True),
        ("postgresql://u@db.example/ledger?sslmode=require", True),
        ("postgresql://u@db.example/ledger?sslmode=disable", False),
        ("postgresql://u@127.0.0.1/ledger", False),
        ("postgresql://u@[::1]/ledger", False),
        ("postgresql://u@localhost/ledger?sslmode=verify-full", True),
    ],
)
def test_beyond_this_machine_the_connection_is_encrypted_unless_told_otherwise(url, is_encrypted):
    context = PostgresRows(url)._tls
    assert (context is not None) == is_encrypted
    assert context is None or context.check_hostname


def test_nobody_listening_is_a_storage_failure():
    with pytest.raises(StorageFailure, match=r"postgresql://u@127\.0\.0\.1:1/db cannot be used"):
        TrialLedger(PostgresRows("postgresql://u:geheim@127.0.0.1:1/db"))


def test_a_wrong_password_is_a_storage_failure(postgres):
    at = postgres.rpartition("@")[2]
    with pytest.raises(StorageFailure, match="password authentication failed") as caught:
        TrialLedger(PostgresRows(f"postgresql://ledger:geheim@{at}"))
    assert "geheim" not in str(caught.value)


def test_the_password_may_come_from_the_environment(postgres):
    head, at = postgres.rsplit("@", 1)
    password = head.rpartition(":")[2]
    own = InPostgres(postgres)
    url = f"postgresql://ledger@{at.rpartition('/')[0]}/{own.name}"
    assert TrialLedger(PostgresRows(url, password)).verify() == 0


def test_a_driver_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pg8000", None)
    with pytest.raises(StorageFailure, match=r"needs the package pg8000.*tradewright\[postgres\]"):
        TrialLedger(PostgresRows("postgresql://u@h/db"))


def test_rows_cannot_be_emptied_at_once_either(postgres):
    own = InPostgres(postgres)
    TrialLedger(own.rows())
    with pytest.raises(StorageFailure, match="append-only"):
        own.say("TRUNCATE events")


def test_opening_again_makes_nothing_twice(postgres):
    own = InPostgres(postgres)
    assert [TrialLedger(own.rows()).verify() for _ in range(3)] == [0, 0, 0]
