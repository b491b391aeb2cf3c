"""What goes wrong on a first day and is nobody's fault: Ctrl-C, a full disk, a home that is read-only."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from shell import STUDY, TRADEWRIGHT, Shell

from tradewright.assembly.compiled_code import users_cache
from tradewright.research.trials import TrialLedger

# Four hundred points take long enough to be interrupted among them.
LARGE = STUDY.replace("lookback = [40, 60]", f"lookback = {list(range(20, 220))}")


def started(shell: Shell, text: str) -> subprocess.Popen:
    """A study in a process of its own, in the midst of its trials."""
    words = [*TRADEWRIGHT, "study", "run", shell.study(text), "--no-verify"]
    # Whoever runs the tests may ignore SIGHUP, as nohup does, or SIGINT, as a shell's background does, and
    # children inherit that.
    heeding = (
        "import os, signal\n"
        "for one in (signal.SIGHUP, signal.SIGINT): signal.signal(one, signal.SIG_DFL)\n"
        f"os.execv({words[0]!r}, {words!r})"
    )
    running = subprocess.Popen(
        [words[0], "-c", heeding],
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline and running.poll() is None:
        if trials_begun(shell.workspace / "ledger.sqlite"):
            return running
        time.sleep(0.02)
    raise AssertionError(running.communicate())


def trials_begun(ledger: Path) -> int:
    """How many trials stand in a ledger that somebody is writing."""
    if not ledger.exists():
        return 0
    connection = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT count(*) FROM events WHERE kind = 'started'").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_a_study_that_is_stopped_leaves_a_run_marked_as_partial_and_nothing_corrupt(shell, stop):
    running = started(shell, LARGE)
    running.send_signal(stop)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert out == ""
    assert "the study was stopped" in err
    assert "partial run" in err
    assert "Traceback" not in err
    (row,) = shell("runs", "list", "--json").rows()
    assert row["status"] == "partial"
    assert "PARTIAL" in shell("runs", "list").out
    assert "it has no result" in shell("runs", "show", row["id"]).out
    for verb in ("verify", "replay"):
        said = shell("runs", verb, row["id"])
        assert said.code == 1
        assert "is partial" in said.line
    ledger = TrialLedger(shell.workspace / "ledger.sqlite")
    assert ledger.count("small-momentum") > 0
    assert {event.kind.value for event in ledger.events("small-momentum")} >= {"started", "interrupted"}


def test_a_study_started_to_outlive_its_terminal_is_not_stopped_with_it(shell):
    words = [*TRADEWRIGHT, "study", "run", shell.study(LARGE), "--no-verify"]
    ignoring = (
        f"import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv({words[0]!r}, {words!r})"
    )
    running = subprocess.Popen([words[0], "-c", ignoring], env=shell.environment(), stdout=subprocess.PIPE)
    while running.poll() is None and not trials_begun(shell.workspace / "ledger.sqlite"):
        time.sleep(0.02)
    running.send_signal(signal.SIGHUP)
    running.communicate(timeout=120)
    assert running.returncode == 0


def test_an_interrupted_study_can_be_finished_and_its_partial_run_is_replaced(shell):
    short = STUDY.replace("lookback = [40, 60]", f"lookback = {list(range(20, 120))}")
    running = started(shell, short)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    partial = shell("runs", "list", "--json").rows()[0]["id"]
    (row,) = shell("study", "run", shell.study(short), "--no-verify", "--json").rows()
    assert row["id"] == partial
    assert row["trials"] == 200
    assert [one["status"] for one in shell("runs", "list", "--json").rows()] == ["complete"]


def test_a_study_that_is_killed_leaves_no_run_and_all_its_trials_on_record(shell):
    running = started(shell, LARGE)
    running.kill()
    running.communicate()
    assert shell("runs", "list", "--json").rows() == []
    assert TrialLedger(shell.workspace / "ledger.sqlite").count("small-momentum") > 0
    assert shell("data", "check", "small").code == 0


def test_two_studies_at_once_are_both_kept(shell):
    texts = [STUDY, STUDY.replace("top = 0.34\n", "top = 0.2\n")]
    both = [
        subprocess.Popen(
            [*TRADEWRIGHT, "study", "run", shell.study(text, f"study-{number}.toml"), "--no-verify"],
            env=shell.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, text in enumerate(texts)
    ]
    ends = [(one.communicate()[1], one.returncode) for one in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert [row["status"] for row in shell("runs", "list", "--json").rows()] == ["complete", "complete"]


def test_a_disk_that_is_full_when_a_run_is_kept_leaves_no_half_of_it(lived_in):
    before = lived_in("runs", "list", "--json").rows()

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    done = subprocess.run(
        [*TRADEWRIGHT, "study", "run", lived_in.study(STUDY.replace("seed = 5", "seed = 6")), "--no-verify"],
        env=lived_in.environment(),
        preexec_fn=no_room,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "could not be written" in done.stderr
    assert "intact" in done.stderr
    assert lived_in("runs", "list", "--json").rows() == before
    hidden = [
        path.name for path in (lived_in.workspace / "runs").iterdir() if path.name.startswith(".writing")
    ]
    assert hidden == []


def test_a_home_that_cannot_be_written_to_is_said_and_does_not_matter(lived_in, tmp_path):
    # A path below a file can be written to by nobody, not even by root.
    file = tmp_path / "file"
    file.write_text("")
    compiled = users_cache(os.environ)
    shutil.copytree(compiled, lived_in.workspace / "cache")
    said = lived_in.apart(
        "backtest", "sma_cross", "--data", "walk", "--json", HOME=str(file / "home"), XDG_CACHE_HOME=""
    )
    assert said.code == 0, said.err
    assert said.line == (
        f"{file / 'home' / '.cache' / 'tradewright'} cannot be written to: "
        f"compiled code is kept in {lived_in.workspace / 'cache'}"
    )
    assert said.rows()[0]["id"]


def test_a_workspace_that_cannot_be_written_to_is_one_readable_line(shell, tmp_path):
    (tmp_path / "file").write_text("")
    inside = Shell(tmp_path / "file" / "workspace")
    said = inside("data", "ingest", "synthetic", "--set", "names=3", "--set", "last=2012-12-31")
    assert said.code == 1
    assert "could not write to" in said.line
    assert inside("runs", "list").code == 0


@pytest.mark.parametrize("folder", ["catalogue", "runs", "ledger.sqlite"])
def test_what_is_damaged_in_a_workspace_is_named_in_one_line(lived_in, folder):
    place = lived_in.workspace / folder
    for path in [place] if place.is_file() else place.rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged")
    said = lived_in("backtest", "sma_cross", "--data", "walk", "--set", "fast=5", "--set", "slow=20")
    if folder == "runs":
        # A run is made again from its causes; what was damaged is replaced.
        assert said.code == 0, said.err
        return
    assert said.code == 1
    assert str(lived_in.workspace) in said.line
