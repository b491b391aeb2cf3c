"""Files that survive: whole, in place, and with nothing left beside them."""

import os

import pytest

from tradewright.runs import durable
from tradewright.runs.durable import replace_file, write_through


def test_a_file_takes_the_place_of_another(tmp_path):
    path = tmp_path / "mark.json"
    for content in (b"one", b"two, and longer"):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["mark.json"]


def test_what_is_on_the_disk_comes_before_its_name(tmp_path, monkeypatch):
    done: list[str] = []
    sync, rename = os.fsync, type(tmp_path).replace
    monkeypatch.setattr(durable.os, "fsync", lambda number: (done.append("sync"), sync(number)))
    monkeypatch.setattr(type(tmp_path), "replace", lambda one, to: (done.append("name"), rename(one, to))[1])
    replace_file(tmp_path / "mark.json", b"x")
    assert done == ["sync", "name", "sync"]


def test_a_full_disk_leaves_the_old_file_and_no_half_of_the_new(tmp_path, monkeypatch):
    path = tmp_path / "mark.json"
    write_through(path, b"old")

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["mark.json"]
