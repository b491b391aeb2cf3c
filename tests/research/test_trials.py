"""The ledger of trials: nothing counts twice, nothing is forgotten, and a changed byte shows."""

import multiprocessing
import os
import sqlite3
import stat

import pytest

from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.values.errors import Blocked, StorageFailure
from tradewright.values.instant import Instant

NOW = Instant(1_700_000_000_000_000_000)


@pytest.fixture
def ledger(tmp_path):
    return TrialLedger(tmp_path / "ledger.sqlite")


@pytest.fixture
def registered(ledger):
    ledger.register("h", "Something is true.", "study-1", NOW)
    return ledger


def edit(ledger, sql: str) -> None:
    """Change the file behind the ledger's back, its guards removed."""
    with sqlite3.connect(ledger.path) as connection:
        connection.executescript(f"DROP TRIGGER no_update; DROP TRIGGER no_delete; {sql}")
    connection.close()


# Counting


def test_a_trial_counts_from_its_start(registered):
    registered.start("h", "study-1", ["a", "b"], NOW)
    assert registered.count("h") == 2


def test_the_same_configuration_counts_once_however_often_it_is_tried(registered):
    for _ in range(3):
        registered.start("h", "study-1", ["a"], NOW)
    assert registered.count("h") == 1


@pytest.mark.parametrize("kind", [Kind.FINISHED, Kind.FAILED, Kind.INTERRUPTED])
def test_a_trial_counts_whatever_becomes_of_it(registered, kind):
    registered.start("h", "study-1", ["a"], NOW)
    registered.end([Event(NOW, kind, "h", "study-1", "a")])
    assert registered.count("h") == 1


def test_hypotheses_are_counted_apart(registered):
    registered.register("other", "Something else.", "study-2", NOW)
    registered.start("h", "study-1", ["a"], NOW)
    registered.start("other", "study-2", ["a", "b"], NOW)
    assert (registered.count("h"), registered.count("other")) == (1, 2)


def test_another_study_of_the_same_hypothesis_adds_its_new_trials(registered):
    registered.start("h", "study-1", ["a", "b"], NOW)
    registered.register("h", "Something is true.", "study-2", NOW)
    registered.start("h", "study-2", ["b", "c"], NOW)
    assert registered.count("h") == 3


def test_nothing_was_tried_on_what_nobody_registered(ledger):
    assert ledger.count("unheard-of") == 0
    assert ledger.events("unheard-of") == []


# Registration


def test_a_trial_before_its_registration_is_refused(ledger):
    with pytest.raises(Blocked, match="not registered"):
        ledger.start("h", "study-1", ["a"], NOW)
    assert ledger.count("h") == 0


def test_a_registration_of_another_study_does_not_do(registered):
    with pytest.raises(Blocked, match="not registered"):
        registered.start("h", "study-2", ["a"], NOW)


def test_registering_again_adds_nothing(registered):
    registered.register("h", "Something is true.", "study-1", Instant(NOW + 5))
    assert len(registered.events("h")) == 1


def test_events_come_back_as_they_were_written(registered):
    registered.start("h", "study-1", ["a"], Instant(NOW + 1))
    end = Event(Instant(NOW + 2), Kind.FINISHED, "h", "study-1", "a", '{"sharpe_a_year": 0.5}')
    registered.end([end])
    assert [event.kind for event in registered.events("h")] == [Kind.REGISTERED, Kind.STARTED, Kind.FINISHED]
    assert registered.events("h")[-1] == end


def test_words_in_any_script_survive(registered):
    registered.register("h2", "Über Größe: 動量", "study-3", NOW)
    assert "動量" in registered.events("h2")[0].body
    assert registered.verify() == 2


# Append-only and chained


@pytest.mark.parametrize("sql", ["UPDATE events SET trial = 'z'", "DELETE FROM events"])
def test_rows_cannot_be_changed_or_deleted_through_the_front_door(registered, sql):
    with (
        sqlite3.connect(registered.path) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(sql)
    connection.close()


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("UPDATE events SET body = '{}' WHERE seq = 1", 1),
        ("UPDATE events SET at = at + 1 WHERE seq = 2", 2),
        ("UPDATE events SET trial = 'z' WHERE seq = 3", 3),
        ("DELETE FROM events WHERE seq = 2", 3),
        ("UPDATE events SET hash = lower(hash) || 'x' WHERE seq = 3", 3),
    ],
    ids=["body", "time", "trial", "deleted", "hash"],
)
def test_an_edited_ledger_is_refused_and_the_row_is_named(registered, sql, row):
    registered.start("h", "study-1", ["a", "b", "c"], NOW)
    edit(registered, sql)
    with pytest.raises(StorageFailure, match=f"changed at row {row}"):
        TrialLedger(registered.path)


def test_an_honest_ledger_verifies_with_its_length(registered):
    registered.start("h", "study-1", ["a", "b"], NOW)
    assert registered.verify() == 3
    assert TrialLedger(registered.path).count("h") == 2


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_text("this is no database, and it is long enough to be taken for a header " * 20)
    with pytest.raises(StorageFailure, match="cannot be used"):
        TrialLedger(path)


def test_a_byte_changed_on_disk_is_refused(registered):
    registered.start("h", "study-1", [f"trial-{number}" for number in range(50)], NOW)
    with sqlite3.connect(registered.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(registered.path.read_bytes())
    at = content.rindex(b"trial-25")
    content[at + 6] ^= 1
    registered.path.write_bytes(content)
    with pytest.raises(StorageFailure):
        TrialLedger(registered.path)


# The world


def test_a_failed_write_leaves_nothing_behind(registered):
    class Broken:
        at, kind, hypothesis, study, trial = NOW, Kind.FINISHED, "h", "study-1", "a"

        @property
        def body(self):
            raise KeyboardInterrupt

    registered.start("h", "study-1", ["a"], NOW)
    with pytest.raises(KeyboardInterrupt):
        registered.end([Event(NOW, Kind.FINISHED, "h", "study-1", "a"), Broken()])
    assert [event.kind for event in registered.events("h")] == [Kind.REGISTERED, Kind.STARTED]
    assert registered.verify() == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write into a read-only folder")
def test_a_read_only_folder_is_a_storage_failure(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(StorageFailure, match="cannot be used"):
            TrialLedger(tmp_path / "ledger.sqlite")
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_ledger_below_a_file_is_a_storage_failure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailure, match="cannot be used"):
        TrialLedger(tmp_path / "file" / "ledger.sqlite")


def test_a_full_disk_is_a_storage_failure_and_keeps_what_was_there(registered, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("tradewright.research.trials._append", full)
    with pytest.raises(StorageFailure, match="disk is full"):
        registered.start("h", "study-1", ["a"], NOW)
    monkeypatch.undo()
    assert registered.verify() == 1


def write_many(path, name: str) -> None:
    ledger = TrialLedger(path)
    ledger.register("h", "Something is true.", f"study-{name}", NOW)
    for number in range(25):
        ledger.start("h", f"study-{name}", [f"{name}-{number}"], NOW)


def test_two_processes_write_at_once_and_the_chain_holds(ledger):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(ledger.path, name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert ledger.count("h") == 50
    assert ledger.verify() == 52
