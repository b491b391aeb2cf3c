"""Manifests: equal causes have one name, and a manifest that cannot be trusted says so."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import causes, written

from tradewright.runs import manifest as manifests
from tradewright.runs.manifest import (
    MANIFEST,
    RUN_ID,
    LedgerMark,
    code_version,
    library_versions,
    read_manifest,
    same_run,
)
from tradewright.values.errors import StorageFailure


def test_equal_causes_have_the_same_run_id():
    assert causes().run_id == causes().run_id
    assert RUN_ID.fullmatch(causes().run_id)


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 8},
        {"snapshot_id": "another"},
        {"code_version": "f00d" * 16},
        {"config": {"study": {"title": "another"}}},
        {"kind": "backtest"},
    ],
    ids=["seed", "snapshot", "code", "config", "kind"],
)
def test_each_cause_changes_the_run_id(other):
    assert causes(**other).run_id != causes().run_id


def test_the_name_alone_is_no_cause():
    assert causes(name="called otherwise").run_id == causes().run_id


@pytest.mark.parametrize(
    "edit",
    [{"name": "another"}, {"written_at": 2}, {"versions": {}}, {"ledger": LedgerMark(1, "x")}, {"seal": ""}],
    ids=lambda edit: next(iter(edit)),
)
def test_the_seal_covers_what_the_id_does_not(tmp_path, edit):
    kept = written(tmp_path)
    assert kept.is_sealed
    assert not replace(kept, **edit).is_sealed


def test_two_writings_of_one_run_differ_in_time_alone(tmp_path):
    kept = written(tmp_path)
    assert same_run(kept, replace(kept, written_at=5, ledger=LedgerMark(3, "x"), seal=""))
    assert not same_run(kept, replace(kept, name="another"))


def test_the_order_of_a_configurations_keys_is_no_cause():
    one, two = {"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}
    assert causes(config=one).run_id == causes(config=two).run_id


def test_a_configuration_with_a_nan_has_no_name():
    with pytest.raises(ValueError, match="Out of range float"):
        causes(config={"x": float("nan")}).config_hash


def test_a_manifest_read_back_is_the_manifest(tmp_path):
    kept = written(tmp_path)
    assert read_manifest(tmp_path / kept.run_id) == kept


def test_a_manifest_names_every_cause_and_every_file(tmp_path):
    raw = json.loads((tmp_path / written(tmp_path).run_id / MANIFEST).read_text())
    assert raw["seed"] == 7
    assert raw["snapshot_id"] == "feedbeef"
    assert raw["code_version"] == "c0de" * 16
    assert raw["config_hash"] == causes().config_hash
    assert sorted(raw["files"]) == ["config.json", "context.json", "equity.parquet", "summary.json"]
    assert all(len(digest) == 64 for digest in raw["files"].values())
    assert {"python", "numpy", "numba", "polars"} <= set(raw["versions"])
    # What an estimator's kept bytes, and the order of a search's proposals, follow from.
    assert {"skops", "optuna"} <= set(raw["versions"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "damaged"),
        (b'{"run_id": "12', "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[]", "damaged"),
        (b"{}", "missing required field"),
    ],
    ids=["empty", "cut off", "binary", "a list", "no fields"],
)
def test_a_damaged_manifest_is_a_readable_error(tmp_path, content, says):
    folder = tmp_path / written(tmp_path).run_id
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(StorageFailure, match=says) as failure:
        read_manifest(folder)
    assert "\n" not in str(failure.value)
    assert "run the study again" in str(failure.value)


def test_a_missing_manifest_is_a_readable_error(tmp_path):
    folder = tmp_path / written(tmp_path).run_id
    (folder / MANIFEST).unlink()
    with pytest.raises(StorageFailure, match="No such file"):
        read_manifest(folder)


def test_a_manifest_under_another_runs_name_is_refused(tmp_path):
    kept = written(tmp_path)
    shutil.copytree(tmp_path / kept.run_id, tmp_path / ("0" * 16))
    with pytest.raises(StorageFailure, match=f"it names run {kept.run_id}"):
        read_manifest(tmp_path / ("0" * 16))


def test_a_third_status_is_refused(tmp_path):
    folder = tmp_path / written(tmp_path).run_id
    text = (folder / MANIFEST).read_text()
    (folder / MANIFEST).write_text(text.replace('"complete"', '"almost"'))
    with pytest.raises(StorageFailure, match="its status is 'almost'"):
        read_manifest(folder)


def made_package(folder: Path, content: str = "x = 1\n") -> Path:
    """A folder of sources."""
    (folder / "room").mkdir(parents=True)
    (folder / "room" / "a.py").write_text(content)
    return folder


def test_the_code_version_covers_every_source(tmp_path):
    plain = code_version(made_package(tmp_path / "plain"))
    edited = code_version(made_package(tmp_path / "edited", "x = 2\n"))
    longer = made_package(tmp_path / "longer")
    (longer / "b.py").write_text("")
    renamed = made_package(tmp_path / "renamed")
    (renamed / "room" / "a.py").rename(renamed / "room" / "b.py")
    assert len({plain, edited, code_version(longer), code_version(renamed)}) == 4


def test_the_code_version_is_the_same_wherever_the_package_lies(tmp_path):
    one, two = made_package(tmp_path / "one"), made_package(tmp_path / "deeper" / "two")
    assert code_version(one) == code_version(two)


def test_what_is_no_source_does_not_change_the_code_version(tmp_path):
    package = made_package(tmp_path / "package")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.pyc").write_bytes(b"compiled")
    assert code_version(package) == code_version(made_package(tmp_path / "clean"))


def test_the_package_has_a_code_version():
    assert len(code_version()) == 64


def test_a_library_that_is_not_there_is_named_as_absent(monkeypatch):
    monkeypatch.setattr(manifests, "LIBRARIES", ("numpy", "no-such-library"))
    library_versions.cache_clear()
    try:
        assert library_versions()["no-such-library"] == "absent"
    finally:
        library_versions.cache_clear()
