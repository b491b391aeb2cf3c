"""Verification: what was edited and what comes out otherwise are named, file by file."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import written

from tradewright.runs.manifest import MANIFEST, code_version, library_versions, sha256_of
from tradewright.runs.store import Change, RunStore
from tradewright.runs.verify import notes_on, source_notes, verify
from tradewright.values.errors import Failure

# Stands in for executing a run again: copies its files and does to the copies what it is told.
AGAIN = """
import shutil, sys
from pathlib import Path
kept, then, target = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
shutil.copytree(kept, target, ignore=shutil.ignore_patterns("manifest.json"))
exec(then)
"""


def checked(tmp_path: Path, then: str = "", before: str = ""):
    """Verify a run that was changed `before`, and whose execution changes files `then`."""
    kept = written(tmp_path / "runs")
    folder = tmp_path / "runs" / kept.run_id
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in kept.files:
        (copy / name).write_bytes((folder / name).read_bytes())
    exec(before, {"folder": folder})
    command = [sys.executable, "-c", AGAIN, str(copy), then]
    return verify(RunStore(tmp_path / "runs"), kept, command)


def test_a_run_that_comes_out_equal_holds(tmp_path):
    found = checked(tmp_path)
    assert found.holds
    assert found.files == 4
    assert found.changes == found.differences == ()


def test_an_edited_file_is_named(tmp_path):
    found = checked(tmp_path, before="(folder / 'summary.json').write_text('{}')")
    assert not found.holds
    assert found.changes == (Change("summary.json", "edited"),)
    assert found.differences == ()


def test_a_single_flipped_bit_is_named(tmp_path):
    flip = (
        "path = folder / 'equity.parquet'; raw = bytearray(path.read_bytes()); "
        "raw[len(raw) // 2] ^= 1; path.write_bytes(bytes(raw))"
    )
    assert checked(tmp_path, before=flip).changes == (Change("equity.parquet", "edited"),)


def test_missing_and_added_files_are_named(tmp_path):
    before = "(folder / 'equity.parquet').unlink(); (folder / 'more.txt').write_text('x')"
    assert checked(tmp_path, before=before).changes == (
        Change("equity.parquet", "missing"),
        Change("more.txt", "unexpected"),
    )


@pytest.mark.parametrize("name", ["config.json", "context.json"])
def test_what_a_run_was_made_from_is_not_executed_once_it_was_edited(tmp_path, name):
    found = checked(tmp_path, then="raise SystemExit(3)", before=f"(folder / '{name}').write_text('{{}}')")
    assert found.changes == (Change(name, "edited"),)
    assert any("not executed again" in words for words in found.notes)
    assert not found.holds


def test_each_file_that_comes_out_otherwise_is_named(tmp_path):
    then = (
        "(target / 'equity.parquet').write_bytes(b'x'); (target / 'context.json').unlink(); "
        "(target / 'extra.csv').write_text('1')"
    )
    found = checked(tmp_path, then)
    assert found.differences == (
        Change("context.json", "not written again"),
        Change("equity.parquet", "other bytes"),
        Change("extra.csv", "new"),
    )
    assert not found.holds


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        ({"seed": 77}, "seed"),
        ({"snapshot_id": "0ther"}, "snapshot_id"),
        ({"code_version": "0" * 64}, "code_version"),
        ({"config_hash": "0" * 64}, "config_hash"),
        ({"kind": "backtest"}, "kind"),
        ({"name": "called otherwise"}, "name"),
    ],
)
def test_an_edited_manifest_is_named_and_the_run_is_not_executed_again(tmp_path, edit, named):
    kept = replace(written(tmp_path / "runs"), **edit)
    found = verify(RunStore(tmp_path / "runs"), kept, [sys.executable, "-c", "raise SystemExit(9)"])
    (change,) = found.changes
    assert change.file == MANIFEST
    assert named in change.how
    assert not found.holds


@pytest.mark.parametrize(
    ("edit", "how"),
    [({"written_at": 5}, "edited"), ({"versions": {"numpy": "0"}}, "edited"), ({"seal": ""}, "not sealed")],
    ids=["time", "versions", "seal"],
)
def test_what_only_the_manifest_knows_is_named_once_it_was_edited(tmp_path, edit, how):
    kept = replace(written(tmp_path / "runs"), **edit)
    folder = tmp_path / "runs" / kept.run_id
    found = verify(RunStore(tmp_path / "runs"), kept, [sys.executable, "-c", AGAIN, str(folder), ""])
    assert found.changes == (Change(MANIFEST, how),)
    assert found.differences == ()


def test_a_strategy_file_that_changed_since_is_named_as_the_cause(tmp_path):
    file = tmp_path / "drift.py"
    file.write_text("x = 1\n")
    config = {"study": {"strategy": {"name": f"{file}:Drift"}}, "strategy_source": sha256_of(b"x = 1\n")}
    assert source_notes(config) == []
    file.write_text("x = 2\n")
    (words,) = source_notes(config)
    assert f"the strategy's source {file} has changed since the run" in words
    file.unlink()
    assert "is not there any more" in source_notes(config)[0]
    assert source_notes({"study": {"strategy": {"name": "momentum"}}}) == []


def test_a_features_file_that_changed_since_is_named_as_the_cause(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("x = 1\n")
    config = {"model_recipe": {"feature_files": {str(file): sha256_of(b"x = 1\n")}}}
    assert source_notes(config) == []
    file.write_text("x = 2\n")
    (words,) = source_notes(config)
    assert f"the features' source {file} has changed since the run" in words


def test_a_configuration_that_is_gone_from_folder_and_manifest_is_named(tmp_path):
    kept = written(tmp_path / "runs")
    (tmp_path / "runs" / kept.run_id / "config.json").unlink()
    files = {name: digest for name, digest in kept.files.items() if name != "config.json"}
    found = verify(RunStore(tmp_path / "runs"), replace(kept, files=files), [sys.executable, "-c", "raise"])
    assert not found.holds
    assert found.changes[-1].file == "config.json"


def test_an_execution_that_breaks_is_a_failure_with_its_last_words(tmp_path):
    with pytest.raises(Failure, match="failed with exit code 1: ValueError: no such data"):
        checked(tmp_path, "raise ValueError('no such data')")


def test_an_execution_that_dies_silently_is_a_failure(tmp_path):
    with pytest.raises(Failure, match="exit code 9: it wrote nothing"):
        checked(tmp_path, "import os; os._exit(9)")


def test_changed_code_and_libraries_are_said_beside_the_result(tmp_path):
    kept = written(tmp_path, code_version=code_version())
    assert notes_on(kept) == []
    then = replace(kept, code_version="0" * 64, versions={**library_versions(), "numpy": "1.0"})
    code, numpy = notes_on(then)
    assert code.startswith("the package's code has changed since: 000000000000 then")
    assert numpy.startswith("numpy was 1.0 then")


def test_verification_leaves_the_run_as_it_is(tmp_path):
    checked(tmp_path, "(target / 'equity.parquet').write_bytes(b'x')")
    (kept,) = RunStore(tmp_path / "runs").all()
    raw = json.loads((tmp_path / "runs" / kept.run_id / MANIFEST).read_text())
    assert raw["status"] == "complete"
    assert sorted(path.name for path in (tmp_path / "runs" / kept.run_id).iterdir()) == sorted(
        [*kept.files, MANIFEST]
    )
