"""The catalogue under fire: killed ingests, full disks and two writers at once, each in a real process."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradewright.data.catalogue import Catalogue
from tradewright.values.instant import Instant

ALWAYS = Instant(2**62)
STAGES = ("sessions", "findings", "bars", "snapshots")

# A process that ingests `rows` bars under `name`; `hook` is Python run before the commit.
INGEST = """
import os, resource, signal, sys
import numpy as np, polars as pl
from pathlib import Path
from tradewright.data import tables
from tradewright.data.catalogue import Catalogue
from tradewright.data.content import ACTIONS, BARS, LISTINGS, SESSIONS, DatasetContent
from tradewright.values.errors import StorageFailure
from tradewright.values.provenance import Origin, Provenance

root, name, rows, hook = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
day = 86_400_000_000_000
known = np.arange(1, rows + 1) * day
noise = np.random.default_rng(rows)
columns = {c: noise.random(rows) + 10 for c in ("open", "high", "low", "close", "volume")}
columns |= {"symbol": ["A"] * rows, "opens_at": known - day // 2, "known_at": known}
bars = pl.DataFrame(columns).select(BARS.names()).cast(BARS)
days = pl.DataFrame({"session": bars["known_at"].cast(pl.Datetime("ns")).dt.date(),
                     "opens_at": bars["opens_at"], "closes_at": bars["known_at"]}, schema=SESSIONS)
given = Provenance(Origin.REAL, "test", "none")
content = DatasetContent(name, given, "XNYS", bars, sessions=days, time_zone="UTC")
exec(hook)
try:
    print(Catalogue(root).commit(content, rows).id)
except StorageFailure as error:
    print(error)
    sys.exit(3)
"""

KILL = """
honest = tables.append
def append(root, table, rows, ingest):
    if table == {stage!r} and {before}:
        os.kill(os.getpid(), signal.SIGKILL)
    files = honest(root, table, rows, ingest)
    if table == {stage!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    return files
tables.append = append
"""

SMALL_FILES = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
"""


def start(root: Path, name: str, rows: int, hook: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", INGEST, str(root), name, str(rows), hook]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out.strip(), err


def ingest(root: Path, name: str, rows: int, hook: str = "") -> tuple[int, str, str]:
    return finish(start(root, name, rows, hook))


@pytest.mark.parametrize(("stage", "before"), [(s, True) for s in STAGES] + [("bars", False)])
def test_a_killed_ingest_leaves_the_old_snapshot_and_the_next_one_works(tmp_path, stage, before) -> None:
    code, old, err = ingest(tmp_path, "prices", 200)
    assert (code, err) == (0, "")
    code, _, _ = ingest(tmp_path, "prices", 300, KILL.format(stage=stage, before=before))
    assert code == -9
    catalogue = Catalogue(tmp_path)
    assert [s.id for s in catalogue.snapshots()] == [old]
    catalogue.verify(catalogue.resolve("prices"))
    code, new, err = ingest(tmp_path, "prices", 300)
    assert (code, err) == (0, "")
    assert Catalogue(tmp_path).panel(Catalogue(tmp_path).resolve(new), ALWAYS).shape == (300, 1)


def test_an_ingest_killed_after_its_commit_is_there(tmp_path) -> None:
    code, _, _ = ingest(tmp_path, "prices", 200, KILL.format(stage="snapshots", before=False))
    assert code == -9
    Catalogue(tmp_path).verify(Catalogue(tmp_path).resolve("prices"))


def test_two_ingests_at_once_both_succeed(tmp_path) -> None:
    running = [start(tmp_path, f"prices{i}", 200 + i) for i in range(3)]
    done = [finish(process) for process in running]
    assert [(code, err) for code, _, err in done] == [(0, "")] * 3
    catalogue = Catalogue(tmp_path)
    assert sorted(s.id for s in catalogue.snapshots()) == sorted(out for _, out, _ in done)
    for snapshot in catalogue.snapshots():
        catalogue.verify(snapshot)


def test_the_same_ingest_twice_at_once_is_one_snapshot(tmp_path) -> None:
    running = [start(tmp_path, "prices", 200) for _ in range(2)]
    done = [finish(process) for process in running]
    assert done[0] == done[1]
    assert [s.id for s in Catalogue(tmp_path).snapshots()] == [done[0][1]]


def test_a_file_that_cannot_grow_fails_in_one_line_and_harms_nothing(tmp_path) -> None:
    """Stands for a full disk where none can be mounted: the system refuses bytes in the middle of a file."""
    _, old, _ = ingest(tmp_path, "prices", 200)
    code, out, err = ingest(tmp_path, "prices", 20_000, SMALL_FILES)
    assert (code, err) == (3, "")
    assert out.startswith(f"could not write to {tmp_path}: file too large.")
    assert "\n" not in out
    assert [s.id for s in Catalogue(tmp_path).snapshots()] == [old]
    Catalogue(tmp_path).verify(Catalogue(tmp_path).resolve("prices"))


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("mount") is None or mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)):
        pytest.skip("this user cannot mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def mount(*arguments: str) -> int:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode


def fill(disk: Path) -> None:
    """Leave not one byte free."""
    with pytest.raises(OSError, match="No space left"), (disk / "filler").open("wb", buffering=0) as stream:
        while True:
            stream.write(b"x" * 4096)


def test_a_full_disk_fails_in_one_line_and_the_old_snapshot_is_intact(small_disk) -> None:
    root = small_disk / "catalogue"
    _, old, _ = ingest(root, "prices", 200)
    code, out, err = ingest(root, "prices", 40_000)
    assert (code, err) == (3, "")
    assert out.startswith(f"could not write to {root}: no space left on device.")
    assert "\n" not in out
    catalogue = Catalogue(root)
    assert [s.id for s in catalogue.snapshots()] == [old]
    catalogue.verify(catalogue.resolve("prices"))
    code, _, _ = ingest(root, "prices", 300)
    assert code == 0


def test_a_disk_without_one_free_byte_fails_in_one_line(small_disk) -> None:
    root = small_disk / "catalogue"
    _, old, _ = ingest(root, "prices", 200)
    fill(small_disk)
    code, out, err = ingest(root, "prices", 300)
    assert (code, err) == (3, "")
    assert "no space left on device" in out
    assert [s.id for s in Catalogue(root).snapshots()] == [old]


def test_a_first_ingest_onto_a_full_disk_fails_in_one_line(small_disk) -> None:
    fill(small_disk)
    code, out, err = ingest(small_disk / "catalogue", "prices", 300)
    assert (code, err) == (3, "")
    assert "no space left on device" in out
    (small_disk / "filler").unlink()
    assert ingest(small_disk / "catalogue", "prices", 300)[0] == 0


def test_a_read_only_disk_can_be_read_and_refuses_an_ingest_in_one_line(small_disk) -> None:
    root = small_disk / "catalogue"
    _, old, _ = ingest(root, "prices", 200)
    assert mount("-o", "remount,ro", str(small_disk)) == 0
    code, out, err = ingest(root, "prices", 300)
    assert (code, err) == (3, "")
    assert out.startswith(f"could not write to {root}: read-only file system.")
    assert Catalogue(root).panel(Catalogue(root).resolve(old), ALWAYS).shape == (200, 1)
