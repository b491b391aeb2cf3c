"""Fitted models as folders: bit for bit, with their lineage, refused when they are not what was saved."""

import json
import os
import pickle
import shutil

import numpy as np
import pytest

from tradewright.models.members.ridge import Ridge
from tradewright.models.table import FeatureRows, Targets
from tradewright.runs import kept_folder, model_store
from tradewright.runs.kept_folder import LOCK
from tradewright.runs.locks import alone
from tradewright.runs.model_store import (
    CONFIG,
    WEIGHTS,
    Damaged,
    Lineage,
    cards,
    data_hash_of,
    find_model,
    keep_model,
    load_model,
    read_card,
    save_model,
)
from tradewright.values.errors import BadInput, Blocked, InvalidOption, NotFound, UnknownName

DRAWS = np.random.default_rng(1)
ROWS = FeatureRows(("a", "b"), DRAWS.normal(size=(2, 50, 3)), np.arange(50), ("X", "Y", "Z"), "schema")
ENDS = np.broadcast_to(np.arange(1, 51)[:, None, None], (50, 3, 1)).copy()
TARGETS = Targets(DRAWS.normal(size=(50, 3, 1)), ENDS, np.ones((50, 3)), (1,))
FITTED = Ridge(penalty=3.0).fit(ROWS, TARGETS, seed=4)


@pytest.fixture
def folder(tmp_path):
    save_model(tmp_path / "model", FITTED, Lineage(data_hash_of(ROWS, TARGETS), "mother", {"ic": 0.1}))
    return tmp_path / "model"


def test_a_card_says_where_a_model_comes_from(folder):
    card = read_card(folder)
    assert (card.name, card.parameters, card.seed) == ("ridge", {"penalty": 3.0}, 4)
    assert card.lineage == Lineage(data_hash_of(ROWS, TARGETS), "mother", {"ic": 0.1})
    assert card.signature == FITTED.signature
    assert len(card.code) >= 12 and len(card.version) == 16


def test_another_seed_data_or_parent_is_another_version(tmp_path):
    lineages = [Lineage(), Lineage("data"), Lineage("", "mother")]
    versions = [save_model(tmp_path / f"{place}", FITTED, one) for place, one in enumerate(lineages)]
    other = Ridge(penalty=3.0).fit(ROWS, TARGETS, seed=5)
    versions.append(save_model(tmp_path / "seed", other))
    assert len(set(versions)) == 4
    assert save_model(tmp_path / "again", FITTED) == versions[0]


def test_the_data_hash_follows_every_part():
    moved = FeatureRows(ROWS.names, ROWS.values + 1e-12, ROWS.instants, ROWS.symbols, "schema")
    heavier = Targets(TARGETS.values, TARGETS.ends, 2.0 * TARGETS.weights, (1,))
    assert len({data_hash_of(ROWS, TARGETS), data_hash_of(moved, TARGETS), data_hash_of(ROWS, heavier)}) == 3


@pytest.mark.parametrize("kept", [0, 7, 300])
def test_a_truncated_weight_file_is_named(folder, kept):
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadInput, match=rf"weights\.npz has {kept} of [\d,]+ bytes: it is truncated"):
        load_model(folder)


def test_a_changed_weight_is_named(folder):
    content = bytearray((folder / WEIGHTS).read_bytes())
    content[-40] ^= 1
    (folder / WEIGHTS).write_bytes(bytes(content))
    with pytest.raises(BadInput, match=r"weights\.npz is not what was saved"):
        load_model(folder)


def test_weights_of_a_newer_version_are_refused(folder):
    told = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**told, "version": 2}))
    with pytest.raises(BadInput, match=r"is of version 2; this program reads up to 1\. Update tradewright"):
        load_model(folder)


def test_a_pickle_in_the_weights_is_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    trapped = tmp_path / "model"
    held = {"slopes": np.array([Trap()], dtype=object)}
    with open(tmp_path / "trap.npz", "wb") as file:
        np.savez(file, allow_pickle=True, **held)
    save_model(trapped, FITTED)
    content = (tmp_path / "trap.npz").read_bytes()
    told = json.loads((trapped / CONFIG).read_text())
    import hashlib

    told |= {"weights_bytes": len(content), "weights_sha256": hashlib.sha256(content).hexdigest()}
    (trapped / CONFIG).write_text(json.dumps(told))
    (trapped / WEIGHTS).write_bytes(content)
    with pytest.raises(BadInput, match="holds what is no plain array"):
        load_model(trapped)
    assert not (tmp_path / "sprung").exists()
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(content)


def test_a_model_that_this_program_does_not_know_is_refused_with_the_nearest(folder):
    told = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**told, "name": "rigde"}))
    with pytest.raises(UnknownName, match="Did you mean 'ridge'"):
        load_model(folder)


def test_a_card_that_lacks_something_is_damaged(folder):
    told = json.loads((folder / CONFIG).read_text())
    del told["signature"]
    (folder / CONFIG).write_text(json.dumps(told))
    with pytest.raises(BadInput, match=r"model\.json lacks 'signature'"):
        load_model(folder)


def test_a_folder_that_is_there_is_not_written_over(folder):
    with pytest.raises(InvalidOption, match="exists"):
        save_model(folder, FITTED)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"model\.json"):
        load_model(tmp_path)


def two_kept(room) -> tuple[str, str]:
    return tuple(keep_model(room, FITTED, Lineage(data)) for data in ("one", "other"))


@pytest.mark.parametrize("config", [b"", b"{", None], ids=["empty", "cut short", "whole"])
def test_a_save_that_was_killed_is_no_model_and_hides_none(tmp_path, config):
    one, other = two_kept(tmp_path)
    orphan = tmp_path / ".writing-killed"
    shutil.copytree(tmp_path / one, orphan)
    if config is not None:
        (orphan / CONFIG).write_bytes(config)
    assert [card.version for card in cards(tmp_path)] == sorted((one, other))
    assert find_model(tmp_path, one) == tmp_path / one
    with pytest.raises(NotFound, match="Known"):
        find_model(tmp_path, ".writing")


def test_a_damaged_card_is_listed_by_name_and_hides_no_other(tmp_path):
    one, other = two_kept(tmp_path)
    for text in ("{", "[]", json.dumps({"kind": "tradewright model"})):
        (tmp_path / one / CONFIG).write_text(text)
        told = {card.version: card for card in cards(tmp_path)}
        assert isinstance(told[one], Damaged) and "model.json" in told[one].why
        assert told[other].name == "ridge"
        assert load_model(find_model(tmp_path, other)).signature == FITTED.signature
        with pytest.raises(BadInput, match=one):
            load_model(find_model(tmp_path, one))


def test_the_next_save_sweeps_what_was_killed_and_nothing_else(tmp_path):
    for name, file in ((".writing-old", CONFIG), (".writing-foreign", "diary.txt")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("half")
    version = keep_model(tmp_path, FITTED, Lineage())
    assert sorted(one.name for one in tmp_path.iterdir()) == [".writing-foreign", LOCK, version]


def test_a_save_waits_for_the_one_at_work(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_folder, "PATIENCE_SECONDS", 0.05)
    with alone(tmp_path / LOCK, "the room"), pytest.raises(Blocked, match="in use by another process"):
        keep_model(tmp_path, FITTED, Lineage())
    assert keep_model(tmp_path, FITTED, Lineage()) == cards(tmp_path)[0].version


def test_a_model_that_another_process_kept_first_is_kept(tmp_path, monkeypatch):
    save = model_store.save_model

    def overtaken(*told):
        save(*told)
        return save(*told)

    monkeypatch.setattr(model_store, "save_model", overtaken)
    version = keep_model(tmp_path, FITTED, Lineage())
    assert load_model(tmp_path / version).signature == FITTED.signature
