"""The ledger of trials: nothing counts twice, nothing is forgotten, and a changed byte shows."""

import json
import multiprocessing
import os
import signal
import sqlite3
import stat
import time
from pathlib import Path

import pytest
from ledger_stores import opened

from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.values.errors import Blocked, StorageFailure
from tradewright.values.instant import Instant

NOW = Instant(1_700_000_000_000_000_000)


@pytest.fixture
def ledger(store):
    return TrialLedger(store.rows())


@pytest.fixture
def registered(ledger):
    ledger.register("h", "Something is true.", "study-1", NOW)
    return ledger


@pytest.fixture
def in_file(tmp_path):
    """A ledger in a SQLite file, for faults of files."""
    ledger = TrialLedger(tmp_path / "own" / "ledger.sqlite")
    ledger.register("h", "Something is true.", "study-1", NOW)
    return ledger


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
def test_rows_cannot_be_changed_or_deleted_through_the_front_door(registered, store, sql):
    with pytest.raises(StorageFailure, match="append-only"):
        store.say(sql)
    assert registered.verify() == 1


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
def test_an_edited_ledger_is_refused_and_the_row_is_named(registered, store, sql, row):
    registered.start("h", "study-1", ["a", "b", "c"], NOW)
    store.edit(sql)
    with pytest.raises(StorageFailure, match=f"changed at row {row}"):
        opened(store.place)


def test_an_honest_ledger_verifies_with_its_length(registered, store):
    registered.start("h", "study-1", ["a", "b"], NOW)
    assert registered.verify() == 3
    assert opened(store.place).count("h") == 2


def test_a_ledger_longer_than_one_reading_verifies_and_names_a_late_row(registered, store, monkeypatch):
    monkeypatch.setattr("tradewright.research.trials.READ_AT_ONCE", 7)
    registered.start("h", "study-1", [f"trial-{number}" for number in range(50)], NOW)
    assert registered.verify() == 51
    store.edit("UPDATE events SET trial = 'z' WHERE seq = 48")
    with pytest.raises(StorageFailure, match="changed at row 48"):
        registered.verify()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_text("this is no database, and it is long enough to be taken for a header " * 20)
    with pytest.raises(StorageFailure, match="cannot be used"):
        TrialLedger(path)


def test_a_byte_changed_on_disk_is_refused(in_file):
    registered = in_file
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


def test_a_full_disk_is_a_storage_failure_and_keeps_what_was_there(in_file, monkeypatch):
    registered = in_file

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("tradewright.research.trials._append", full)
    with pytest.raises(StorageFailure, match="disk is full"):
        registered.start("h", "study-1", ["a"], NOW)
    monkeypatch.undo()
    assert registered.verify() == 1


def write_many(place: str, name: str) -> None:
    ledger = opened(place)
    ledger.register("h", "Something is true.", f"study-{name}", NOW)
    for number in range(25):
        ledger.start("h", f"study-{name}", [f"{name}-{number}"], NOW)


def test_two_processes_write_at_once_and_the_chain_holds(ledger, store):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(store.place, name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert ledger.count("h") == 50
    assert ledger.verify() == 52


def write_for_ever(place: str, anchor: str, said: str) -> None:
    """Write, and say of each trial that it is on record once it is."""
    ledger = opened(place, Path(anchor))
    with Path(said).open("a") as heard:
        for number in range(100_000):
            ledger.start("h", "study-1", [f"trial-{number}-{step}" for step in range(20)], NOW)
            heard.write(f"{number}\n")
            heard.flush()


def test_a_process_killed_while_it_writes_loses_nothing_it_said_and_breaks_no_chain(
    registered, store, tmp_path
):
    """SIGKILL at three moments: what was told to be on record is, and only whole transactions are."""
    spawn = multiprocessing.get_context("spawn")
    anchor, said = tmp_path / "anchor.json", tmp_path / "said"
    for moment, wait_s in enumerate((0.0, 0.013, 0.029)):
        said.write_text("")
        writer = spawn.Process(target=write_for_ever, args=(store.place, str(anchor), str(said)))
        writer.start()
        wait_until(lambda: len(said.read_text().splitlines()) >= 2, writer)
        time.sleep(wait_s)
        writer.kill()
        writer.join(60)
        assert writer.exitcode == -signal.SIGKILL, moment
        # PostgreSQL notices a lost client when it next writes to it: its open transaction ends by itself.
        again = opened(store.place, anchor)
        started = {event.trial for event in again.events("h") if event.kind is Kind.STARTED}
        told = [int(line) for line in said.read_text().splitlines()]
        assert {f"trial-{number}-{step}" for number in told for step in range(20)} <= started
        assert len(started) % 20 == 0
        again.register("h", "Something is true.", f"study-after-{moment}", NOW)


def wait_until(holds, process) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert process.is_alive(), "the writer died by itself"
        assert time.monotonic() < end
        time.sleep(0.002)


def fill_the_disk(place: str) -> None:
    """No file may grow past 64 KiB: what the system says then is what it says of a full disk."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))
    ledger = opened(place)
    try:
        for number in range(100):
            ledger.start("h", "study-1", [f"trial-{number}-{step}" for step in range(50)], NOW)
    except StorageFailure:
        os._exit(7)


def test_a_file_that_may_not_grow_is_a_storage_failure_and_the_chain_holds(in_file):
    spawn = multiprocessing.get_context("spawn")
    writer = spawn.Process(target=fill_the_disk, args=(str(in_file.path),))
    writer.start()
    writer.join(60)
    assert writer.exitcode == 7
    assert in_file.verify() >= 1
    assert (in_file.count("h") % 50) == 0


# Forks


def test_a_fork_inherits_the_trials_of_what_it_was_made_from(registered):
    registered.start("h", "study-1", ["a", "b"], NOW)
    registered.fork("h2", "h", NOW)
    assert registered.count("h2") == 2
    registered.register("h2", "Something like it.", "study-2", NOW)
    registered.start("h2", "study-2", ["b", "c"], NOW)
    assert registered.count("h2") == 3


def test_forks_of_forks_and_their_siblings_share_one_count(registered):
    registered.fork("h2", "h", NOW)
    registered.fork("h3", "h2", NOW)
    registered.fork("sibling", "h", NOW)
    for number, name in enumerate(("h", "h2", "h3", "sibling", "stranger")):
        registered.register(name, "Something.", f"study-{number}", NOW)
        registered.start(name, f"study-{number}", [f"trial-{number}"], NOW)
    assert registered.family("sibling") == ("h", "h2", "h3", "sibling")
    assert [registered.count(name) for name in ("h", "h3", "sibling", "stranger")] == [4, 4, 4, 1]


def test_a_fork_of_itself_or_a_ring_of_forks_ends(registered):
    registered.fork("h", "h", NOW)
    registered.fork("a", "b", NOW)
    registered.fork("b", "a", NOW)
    assert registered.family("h") == ("h",)
    assert registered.family("a") == ("a", "b")


# Open trials and what a start says


def test_a_trial_that_never_ended_is_open_and_one_that_broke_is_not(registered):
    registered.start("h", "study-1", ["a", "b", "c", "d"], NOW)
    ends = {"a": Kind.FINISHED, "b": Kind.FAILED, "c": Kind.INTERRUPTED}
    registered.end([Event(NOW, kind, "h", "study-1", trial) for trial, kind in ends.items()])
    assert registered.open_trials("h") == 1
    registered.fork("h2", "h", NOW)
    assert registered.open_trials("h2") == 1


def test_a_start_says_on_what(registered):
    registered.start("h", "study-1", ["a"], NOW, {"code": "c", "until": 5})
    (event,) = registered.started()
    assert (event.trial, json.loads(event.body)) == ("a", {"code": "c", "until": 5})


# Rows of the ladder, decided upon with everybody else kept out


def test_what_is_decided_is_added_to_what_was_there(registered):
    def one_more(name):
        return lambda found: [Event(NOW, Kind.APPROVED, "h", name, body=str(len(found)))]

    for _ in range(3):
        registered.decide(one_more("one"), "one")
    registered.decide(one_more("two"), "two")
    assert [event.body for event in registered.ladder("one")] == ["0", "1", "2"]
    assert [event.study for event in registered.ladder()] == ["one", "one", "one", "two"]
    assert registered.verify() == 5


def test_a_decision_that_refuses_adds_nothing(registered):
    def refuse(found):
        raise Blocked("no.", "Never.")

    with pytest.raises(Blocked):
        registered.decide(refuse)
    assert registered.ladder() == []


def decide_many(place: str) -> None:
    ledger = opened(place)
    for _ in range(20):
        ledger.decide(lambda found: [Event(NOW, Kind.PROMOTED, "h", "one", body=str(len(found)))], "one")


def test_two_processes_that_decide_see_each_other(ledger, store):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=decide_many, args=(store.place,)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [event.body for event in ledger.ladder("one")] == [str(number) for number in range(40)]
