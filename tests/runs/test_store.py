"""The store: a run appears whole or not at all, is found again, and outlives crashes and full disks."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made_runs import causes, files, written

from tradewright.runs import store as stores
from tradewright.runs.manifest import MANIFEST, PARTIAL
from tradewright.runs.store import Change, RunStore, changes
from tradewright.values.errors import Blocked, InvalidOption, NotFound, StorageFailure


def visible(root: Path) -> list[str]:
    """What a person sees in the folder of runs."""
    return sorted(path.name for path in root.iterdir() if not path.name.startswith("."))


def leftovers(root: Path) -> list[str]:
    """Hidden folders that nobody needs any more."""
    return [path.name for path in root.iterdir() if path.name.startswith((".writing-", ".replaced-"))]


def test_a_run_lies_under_its_id_with_all_its_files(tmp_path):
    kept = written(tmp_path)
    assert visible(tmp_path) == [kept.run_id]
    inside = sorted(path.name for path in (tmp_path / kept.run_id).iterdir())
    assert inside == sorted([*kept.files, MANIFEST])
    assert leftovers(tmp_path) == []


def test_files_read_back_are_the_files_written(tmp_path):
    store, kept = RunStore(tmp_path), written(tmp_path)
    assert store.read_json(kept.run_id, "summary.json")["figures"] == {"Sharpe": 0.5}
    assert store.read_table(kept.run_id, "equity.parquet").columns == ["known_at", "equity_usd"]


def test_runs_are_listed_newest_first(tmp_path):
    ids = [written(tmp_path, now=now, seed=now).run_id for now in (30, 10, 20)]
    assert [one.run_id for one in RunStore(tmp_path).all()] == [ids[0], ids[2], ids[1]]


def test_a_store_without_runs_lists_none(tmp_path):
    assert RunStore(tmp_path / "nothing").all() == []


def test_a_run_is_found_by_the_beginning_of_its_id(tmp_path):
    kept = written(tmp_path)
    assert RunStore(tmp_path).find(kept.run_id[:5]) == kept
    assert RunStore(tmp_path).find(kept.run_id.upper()) == kept


def test_a_beginning_that_several_ids_share_is_refused_with_their_names(tmp_path, monkeypatch):
    for run_id in ("aa11" + "0" * 12, "aa22" + "0" * 12):
        monkeypatch.setattr(stores.Causes, "run_id", run_id)
        written(tmp_path)
    with pytest.raises(InvalidOption, match=r"'aa' begins 2 run ids: aa110{12}, aa220{12}\. Give more of it"):
        RunStore(tmp_path).find("aa")
    assert RunStore(tmp_path).find("aa2").run_id.startswith("aa22")


@pytest.mark.parametrize("asked", ["ffff", "", "../runs", ".lock"])
def test_a_run_that_is_not_there_is_not_found(tmp_path, asked):
    written(tmp_path, seed=3)
    with pytest.raises(NotFound, match="tradewright runs list"):
        RunStore(tmp_path).find(asked)


def test_the_latest_run_needs_no_id(tmp_path):
    written(tmp_path, now=1, seed=1)
    newest = written(tmp_path, now=2, seed=2)
    assert RunStore(tmp_path).find("latest") == newest


def test_there_is_no_latest_run_in_an_empty_store(tmp_path):
    with pytest.raises(NotFound, match="tradewright study run"):
        RunStore(tmp_path).find("latest")


def test_the_same_run_written_again_stays_as_it_was(tmp_path):
    first, second = written(tmp_path, now=1), written(tmp_path, now=2)
    assert second.written_at == first.written_at == 1
    assert leftovers(tmp_path) == []


def test_a_run_with_other_bytes_is_replaced(tmp_path):
    written(tmp_path, now=1)
    store = RunStore(tmp_path)
    fresh = store.write(causes(), files(sharpe=0.9), now=2)
    assert store.all() == [fresh]
    assert store.read_json(fresh.run_id, "summary.json")["figures"] == {"Sharpe": 0.9}
    assert leftovers(tmp_path) == []


def test_a_run_that_somebody_edited_is_mended_by_running_it_again(tmp_path):
    kept = written(tmp_path)
    summary = tmp_path / kept.run_id / "summary.json"
    summary.write_text(summary.read_text().replace("NOT ESTABLISHED", "ESTABLISHED"))
    written(tmp_path, now=5)
    assert changes(tmp_path / kept.run_id, RunStore(tmp_path).find(kept.run_id)) == []
    assert "NOT ESTABLISHED" in summary.read_text()


def test_a_partial_run_is_never_taken_for_a_whole_one(tmp_path):
    store, kept = RunStore(tmp_path), written(tmp_path, status=PARTIAL)
    assert store.find(kept.run_id).status == PARTIAL
    with pytest.raises(Blocked, match="partial: it was interrupted"):
        store.complete(kept.run_id)


def test_a_whole_run_takes_the_place_of_a_partial_one(tmp_path):
    written(tmp_path, now=1, status=PARTIAL)
    assert written(tmp_path, now=2).is_complete
    assert [one.status for one in RunStore(tmp_path).all()] == ["complete"]


def test_a_partial_run_never_takes_the_place_of_a_whole_one(tmp_path):
    whole = written(tmp_path, now=1)
    assert written(tmp_path, now=2, status=PARTIAL) == whole
    assert RunStore(tmp_path).complete(whole.run_id) == whole


def test_a_damaged_run_is_listed_as_damaged_beside_the_others(tmp_path):
    good, bad = written(tmp_path, seed=1), written(tmp_path, seed=2)
    (tmp_path / bad.run_id / MANIFEST).write_text("{")
    listed = {one.run_id: one.status for one in RunStore(tmp_path).all()}
    assert listed == {good.run_id: "complete", bad.run_id: "damaged"}
    with pytest.raises(StorageFailure, match="damaged"):
        RunStore(tmp_path).find(bad.run_id)
    assert RunStore(tmp_path).find("latest") == good


def test_a_damaged_run_is_replaced_by_running_it_again(tmp_path):
    kept = written(tmp_path)
    (tmp_path / kept.run_id / MANIFEST).write_text("{")
    assert RunStore(tmp_path).complete(written(tmp_path, now=9).run_id).written_at == 9


@pytest.mark.parametrize("name", ["config.json", "equity.parquet"])
def test_a_file_that_cannot_be_read_names_itself_and_the_mend(tmp_path, name):
    store, kept = RunStore(tmp_path), written(tmp_path)
    read = store.read_json if name.endswith("json") else store.read_table
    (tmp_path / kept.run_id / name).write_bytes(b"\x00 not what it was")
    with pytest.raises(StorageFailure, match=f"{name} of run {kept.run_id} is damaged.*runs verify"):
        read(kept.run_id, name)
    (tmp_path / kept.run_id / name).unlink()
    with pytest.raises(StorageFailure, match=f"{name} of run {kept.run_id} cannot be read"):
        read(kept.run_id, name)


@pytest.mark.parametrize("full_at", ["equity.parquet", MANIFEST])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_half_visible_and_the_old_run_intact(
    tmp_path, monkeypatch, full_at, number
):
    old = written(tmp_path, now=1)
    write = stores.write_through

    def full(path: Path, content: bytes) -> None:
        if path.name == full_at:
            path.write_bytes(content[: len(content) // 2])
            raise OSError(number, os.strerror(number))
        write(path, content)

    monkeypatch.setattr(stores, "write_through", full)
    store = RunStore(tmp_path)
    with pytest.raises(StorageFailure, match=f"{os.strerror(number)}.*intact") as failure:
        store.write(causes(), files(sharpe=0.9), now=2)
    assert failure.value.mend.startswith("What was there before")
    assert store.all() == [old]
    assert changes(tmp_path / old.run_id, old) == []
    assert leftovers(tmp_path) == []


def test_a_store_that_cannot_be_made_is_a_readable_failure(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageFailure, match="could not be written"):
        written(tmp_path / "file" / "runs")


def test_a_crash_between_two_renames_loses_no_run(tmp_path):
    kept = written(tmp_path)
    (tmp_path / kept.run_id).rename(tmp_path / f".replaced-{kept.run_id}")
    store = RunStore(tmp_path)
    assert store.all() == [kept]
    assert store.find(kept.run_id) == kept
    assert store.read_json(kept.run_id, "context.json") == {"trials": 3}
    written(tmp_path, now=7)
    assert visible(tmp_path) == [kept.run_id]
    assert leftovers(tmp_path) == []


def test_what_a_dead_process_left_half_written_is_never_seen_and_goes_in_time(tmp_path):
    fresh, old = (tmp_path / f".writing-{'a' * 16}-{end}" for end in ("fresh", "old"))
    for folder in (fresh, old):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    long_ago = time.time() - 2 * stores.ABANDONED_SECONDS
    os.utime(old, (long_ago, long_ago))
    kept = written(tmp_path)
    assert RunStore(tmp_path).all() == [kept]
    assert fresh.exists()
    assert not old.exists()


def test_changes_name_each_file_that_is_not_what_it_was(tmp_path):
    kept = written(tmp_path)
    folder = tmp_path / kept.run_id
    (folder / "summary.json").write_text("{}")
    (folder / "equity.parquet").unlink()
    (folder / "notes.txt").write_text("mine")
    assert changes(folder, kept) == [
        Change("equity.parquet", "missing"),
        Change("notes.txt", "unexpected"),
        Change("summary.json", "edited"),
    ]


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from made_runs import causes, files
from tradewright.runs.store import RunStore
store = RunStore(Path(sys.argv[2]))
for turn in range(25):
    store.write(causes(), files(sharpe=turn + float(sys.argv[3])), now=turn)
"""


def test_two_processes_that_write_the_same_run_leave_one_whole_run(tmp_path):
    words = [sys.executable, "-c", WRITER, str(Path(__file__).parent), str(tmp_path)]
    both = [
        subprocess.Popen([*words, str(share)], stderr=subprocess.PIPE, text=True) for share in (0.25, 0.75)
    ]
    ends = [(one.communicate()[1], one.returncode) for one in both]
    assert ends == [("", 0), ("", 0)]
    (kept,) = RunStore(tmp_path).all()
    assert changes(tmp_path / kept.run_id, kept) == []
    assert leftovers(tmp_path) == []
