"""Checkpoints of a training: whole whatever happens, taken up again, stopped by a real signal."""

import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tradewright.models.training.watch import Checkpoint
from tradewright.runs import checkpoints, durable
from tradewright.runs.checkpoints import KeptTraining, stopping_between_epochs
from tradewright.values.errors import BadInput, Blocked

WRITER = """
import sys
import numpy as np
from pathlib import Path
from tradewright.models.training.watch import Checkpoint
from tradewright.runs.checkpoints import KeptTraining
training = KeptTraining(Path(sys.argv[1]), lambda event, facts: None)
with training.alone():
    kept = training.resumed()
    number = int(kept.progress["epoch"]) if kept else 0
    print("ready", flush=True)
    while True:
        number += 1
        training.keep(Checkpoint({"w": np.full(40_000, float(number))}, {"epoch": number}), True)
"""


def training(tmp_path, heard=None) -> KeptTraining:
    return KeptTraining(tmp_path / "kept.npz", lambda event, facts: heard is not None and heard.append(event))


def checkpoint(number: float, size: int = 10) -> Checkpoint:
    return Checkpoint({"network.w": np.full(size, number)}, {"epoch": int(number), "best_loss": float("inf")})


def test_what_was_kept_is_taken_up_bit_for_bit(tmp_path):
    assert training(tmp_path).resumed() is None
    for number in (1.0, 2.0):
        training(tmp_path).keep(checkpoint(number), True)
    found = training(tmp_path).resumed()
    assert found.progress == {"epoch": 2, "best_loss": float("inf")}
    np.testing.assert_array_equal(found.arrays["network.w"], np.full(10, 2.0))
    training(tmp_path).forget()
    assert list(tmp_path.iterdir()) == []


def test_a_writer_that_is_killed_leaves_a_whole_checkpoint_each_time(tmp_path):
    draws, last = random.Random(4), 0
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "kept.npz")], stdout=subprocess.PIPE
        )
        assert writer.stdout.readline() == b"ready\n"
        with pytest.raises(Blocked, match="kept, is in use by another process"), training(tmp_path).alone():
            pass
        time.sleep(draws.uniform(0.01, 0.15))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        found = training(tmp_path).resumed()
        number = int(found.progress["epoch"]) if found else 0
        assert number >= last, "a later start went on from where the one before stood"
        assert found is None or (found.arrays["w"] == number).all(), "weights and progress are of one epoch"
        last = number
    assert last > 0
    with training(tmp_path).alone():
        left = sorted(one.name for one in tmp_path.iterdir())
    assert left == [".kept.npz.lock", "kept.npz"], "who comes next sweeps what was half written"


def test_the_file_of_a_lock_stays_so_that_two_never_lock_different_files(tmp_path):
    seen = set()
    for _ in range(3):
        with training(tmp_path).alone():
            seen.add((tmp_path / ".kept.npz.lock").stat().st_ino)
            with pytest.raises(Blocked), training(tmp_path).alone():
                pass
        seen.add((tmp_path / ".kept.npz.lock").stat().st_ino)
    assert len(seen) == 1


def test_a_full_disk_frees_what_killed_trainings_left_and_no_checkpoint(tmp_path, monkeypatch):
    heard, orphan = [], tmp_path / ".other.npz-99-dead"
    other = KeptTraining(tmp_path / "other.npz", lambda event, facts: None)
    with other.alone():
        other.keep(checkpoint(5.0), True)
    busy = KeptTraining(tmp_path / "busy.npz", lambda event, facts: None)
    half = tmp_path / ".busy.npz-98-alive"
    for one in (orphan, half):
        one.write_bytes(b"half")

    def full_until_freed(path, content):
        if orphan.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        durable.replace_file(path, content)

    monkeypatch.setattr(checkpoints, "replace_file", full_until_freed)
    with busy.alone():
        half.write_bytes(b"half")
        kept = training(tmp_path, heard)
        with kept.alone():
            kept.keep(checkpoint(1.0), True)
    assert heard == ["disk full"] and kept.kept_epoch == 1
    assert half.exists(), "of a training that is at work nothing goes"
    assert other.resumed().progress["epoch"] == 5


def test_a_file_that_may_not_grow_leaves_the_old_checkpoint_and_says_so(tmp_path):
    heard = []
    training(tmp_path, heard).keep(checkpoint(1.0), True)
    full = training(tmp_path, heard)
    full.resumed()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, limits[1]))
        full.keep(checkpoint(2.0, size=100_000), True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert heard == ["not kept"] and full.kept_epoch == 1
    assert training(tmp_path).resumed().progress["epoch"] == 1
    assert [one.name for one in tmp_path.iterdir()] == ["kept.npz"]


def test_the_first_signal_asks_and_the_second_ends_at_once(tmp_path):
    heard, before = [], signal.getsignal(signal.SIGINT)
    kept = training(tmp_path, heard)
    with stopping_between_epochs(kept):
        assert not kept.wants_stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert kept.wants_stop() and heard == ["stop asked"]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("kept", [0, 30, 500])
def test_a_checkpoint_that_is_cut_short_is_named(tmp_path, kept):
    training(tmp_path).keep(checkpoint(1.0), True)
    path = tmp_path / "kept.npz"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadInput, match=r"kept\.npz is damaged\. Remove it"):
        training(tmp_path).resumed()
