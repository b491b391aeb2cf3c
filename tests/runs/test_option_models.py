"""Learned pricers as folders: served bit for bit as they were trained, and what is damaged is named."""

import json
import pickle

import numpy as np
import pytest

from tradewright.models import extra
from tradewright.models.option_pricing.contract import Terms
from tradewright.models.option_pricing.domain import Domain, Smile
from tradewright.runs.kept_folder import LOCK
from tradewright.runs.option_models import CONFIG, WEIGHTS, load_pricer, read_config, save_pricer
from tradewright.values.errors import BadInput, Blocked, InvalidOption, NotFound, StorageFailure

TERMS = Terms(["call", "put", "call"], 100.0, [80.0, 100.0, 130.0], [0.1, 0.5, 1.5], 0.03)


@pytest.fixture(scope="module")
def pricer():
    pytest.importorskip("jax", reason="the extra [ml] is not installed")
    from tradewright.models.option_pricing.learned import LearnedPricer

    return LearnedPricer.untrained(Domain(smile=Smile(0.2, 0.1, 0.5)), width=5, depth=2, seed=8)


@pytest.fixture
def folder(pricer, tmp_path):
    save_pricer(tmp_path / "kept" / "pricer", pricer, {"seed": 8})
    return tmp_path / "kept" / "pricer"


def test_what_is_loaded_prices_bit_for_bit_as_what_was_saved(pricer, folder):
    again = load_pricer(folder)
    np.testing.assert_array_equal(again.price(TERMS, 0.3), pricer.price(TERMS, 0.3))
    assert again.domain == pricer.domain
    assert read_config(folder)["training"] == {"seed": 8}


def test_a_folder_holds_two_files_and_no_pickle(folder):
    assert sorted(path.name for path in folder.iterdir()) == [CONFIG, WEIGHTS]
    assert sorted(path.name for path in folder.parent.iterdir()) == [LOCK, "pricer"]
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads((folder / WEIGHTS).read_bytes())


@pytest.mark.parametrize("kept", [0, 7, 100])
def test_a_truncated_weight_file_is_named(folder, kept):
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadInput, match=rf"weights\.safetensors has {kept} of [\d,]+ bytes: it is truncated"):
        load_pricer(folder)


def test_a_changed_weight_is_named(folder):
    path = folder / WEIGHTS
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(BadInput, match=r"weights\.safetensors is not what was saved"):
        load_pricer(folder)


def test_a_newer_version_is_refused(folder):
    config = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps({**config, "version": 2}))
    with pytest.raises(BadInput, match=r"is of version 2; this program reads up to 1\. Update tradewright"):
        load_pricer(folder)


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is no JSON"), ("[]", "of no option pricer"), ('{"kind": "x"}', "of no option")]
)
def test_a_description_that_is_none_is_refused(folder, text, said):
    (folder / CONFIG).write_text(text)
    with pytest.raises(BadInput, match=said):
        load_pricer(folder)


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(NotFound, match=name):
        load_pricer(folder)


def test_a_folder_that_is_there_is_not_written_over(folder, pricer):
    before = (folder / WEIGHTS).read_bytes()
    with pytest.raises(InvalidOption, match="exists"):
        save_pricer(folder, pricer, {})
    assert (folder / WEIGHTS).read_bytes() == before


def test_where_a_folder_cannot_be_made_nothing_is_left(pricer, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageFailure, match="could not be written"):
        save_pricer(tmp_path / "file" / "pricer", pricer, {})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_without_the_extra_its_name_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    with pytest.raises(Blocked, match="needs jax and equinox") as caught:
        load_pricer(tmp_path)
    assert "pip install 'tradewright[ml]'" in caught.value.mend


def test_a_save_that_was_killed_is_in_no_pricers_way_and_is_swept_by_the_next(pricer, folder):
    orphan = folder.parent / ".writing-killed"
    orphan.mkdir()
    (orphan / WEIGHTS).write_bytes(b"half")
    load_pricer(folder)
    save_pricer(folder.parent / "second", pricer, {})
    assert sorted(one.name for one in folder.parent.iterdir()) == [LOCK, "pricer", "second"]
