"""Forecasting models from the command line: trained, kept, listed, shown, and refused in words."""

import errno
import json
import os
import signal

import numpy as np
import pytest

from tradewright.models.contract import Lesson
from tradewright.models.members.naive import Naive
from tradewright.models.training.watch import Checkpoint
from tradewright.runs import checkpoints

QUICK = ("--features", "rsi", "--features", "momentum", "--horizon", "1", "--horizon", "5")


@pytest.fixture
def trained(lived_in):
    said = lived_in("models", "train", "ridge", "--data", "walk", *QUICK, "--seed", "3")
    assert said.code == 0, said.err
    return lived_in, said.out.rpartition("show ")[2].strip()


def test_training_says_what_it_was_worth_and_what_it_is_called(trained):
    shell, version = trained
    rows = shell("models", "train", "ridge", "--data", "walk", *QUICK, "--seed", "3", "--json").rows()
    assert [row["horizon_bars"] for row in rows] == [1, 5]
    assert {row["model"] for row in rows} == {version}, "the same training is the same version"
    for row in rows:
        assert -1.0 <= row["coefficient"] <= 1.0 and row["error"] > 0.0 and row["count"] > 50
    assert rows[1]["error"] > rows[0]["error"], "outcomes that overlap tell less"


def test_what_is_kept_is_listed_and_shown_by_the_first_letters(trained):
    shell, version = trained
    (row,) = shell("models", "list", "--json").rows()
    assert (row["id"], row["name"], row["features"], row["seed"]) == (version, "ridge", 2, 3)
    said = shell("models", "show", version[:5])
    assert said.code == 0 and "penalty = 100.0" in said.out and "1 bar, 5 bars" in said.out
    (card,) = shell("models", "show", version, "--json").rows()
    assert card["signature"]["names"] == ["rsi_14", "momentum_20"]
    assert set(card["lineage"]["metrics"]) == {"coefficient_1", "coefficient_5"}


def test_a_weight_file_cut_short_is_named(trained):
    shell, version = trained
    (path,) = shell.workspace.glob(f"models/{version}/weights.npz")
    path.write_bytes(path.read_bytes()[:50])
    said = shell("models", "show", version)
    assert said.code == 1 and "weights.npz has 50 of" in said.line and "truncated" in said.line


def test_a_damaged_model_is_listed_by_name_beside_the_others(trained):
    shell, version = trained
    said = shell("models", "train", "naive", "--data", "walk", *QUICK)
    other = said.out.rpartition("show ")[2].strip()
    (shell.workspace / "models" / version / "model.json").write_text("{")
    rows = {row["id"]: row for row in shell("models", "list", "--json").rows()}
    assert "is no JSON" in rows[version]["damaged"] and rows[other]["damaged"] == ""
    said = shell("models", "list")
    assert said.code == 0 and f"{version} is damaged" in said.out and other in said.out
    assert shell("models", "show", other).code == 0
    said = shell("models", "show", version)
    assert said.code == 1 and "is no JSON" in said.line


def test_a_parent_that_learnt_what_its_child_is_judged_on_is_refused_with_the_share_that_is_left(lived_in):
    said = lived_in("models", "train", "ridge", "--data", "walk", *QUICK, "--judged", "0.3")
    parent = said.out.rpartition("show ")[2].strip()
    (card,) = lived_in("models", "show", parent, "--json").rows()
    assert card["lineage"]["learnt_until"] > 0
    child = ("models", "train", "ridge", "--data", "walk", *QUICK, "--parent", parent, "--judged")
    said = lived_in(*child, "0.5")
    assert said.code == 2 and f"The parent {parent} learnt until" in said.line
    share = said.line.partition("Give --judged ")[2].split()[0]
    assert 0.29 <= float(share) <= 0.301
    # The share that it names passes this check, and the next one speaks: ridge begins with no weights.
    assert "a parent teaches it nothing" in lived_in(*child, share).err
    assert "a parent teaches it nothing" in lived_in(*child, "0.2").err


def test_a_parent_that_does_not_say_until_when_it_learnt_is_refused(trained):
    shell, version = trained
    path = shell.workspace / "models" / version / "model.json"
    told = json.loads(path.read_text())
    del told["lineage"]["learnt_until"]
    path.write_text(json.dumps(told))
    said = shell("models", "train", "ridge", "--data", "walk", *QUICK, "--parent", version)
    assert said.code == 2 and "does not say until when it learnt. Train the parent anew" in said.line


def lesson_of_one_epoch():
    """A lesson that ends after its epoch where its watch says so, after a Ctrl-C within it."""

    def learn(self, examples, signature, how):
        os.kill(os.getpid(), signal.SIGINT)
        how.watch.keep(Checkpoint({"w": np.ones(3)}, {"epoch": 1}), True)
        return Lesson({}, {"interrupted": how.watch.wants_stop(), "epoch": 1})

    return learn


@pytest.mark.parametrize(
    ("is_full", "told"),
    [
        (False, "epoch 1, which is kept. The same command goes on"),
        (True, "epoch 1; nothing of it could be kept"),
    ],
)
def test_ctrl_c_says_what_is_kept_and_what_is_not(lived_in, monkeypatch, is_full, told):
    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    if is_full:
        monkeypatch.setattr(checkpoints, "replace_file", full)
    monkeypatch.setattr(Naive, "has_epochs", True)
    monkeypatch.setattr(Naive, "_learn", lesson_of_one_epoch())
    said = lived_in("models", "train", "naive", "--data", "walk", *QUICK)
    assert said.code == 130 and told in said.err
    assert "Stopping after this epoch" in said.err + said.out
    assert lived_in("models", "list", "--json").rows() == []


@pytest.fixture
def heeds_ctrl_c():
    """Tests that run in the background inherit that Ctrl-C is ignored; a person's terminal does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_ends_at_once_what_has_no_epochs(lived_in, monkeypatch):
    monkeypatch.setattr(Naive, "_learn", lesson_of_one_epoch())
    said = lived_in("models", "train", "naive", "--data", "walk", *QUICK)
    assert said.code == 130 and "Stopping after this epoch" not in said.err + said.out
    assert not list((lived_in.workspace / "models").glob("unfinished/*"))


def test_an_ensemble_is_trained_by_its_sources_and_shows_what_each_is_worth(lived_in):
    sources = "sources=ridge penalty=10; momentum; naive"
    words = ("models", "train", "ensemble", "--data", "walk", *QUICK, "--set", sources, "--set", "folds=2")
    rows = lived_in(*words, "--json").rows()
    assert [row["horizon_bars"] for row in rows] == [1, 5]
    said = lived_in("models", "show", rows[0]["model"])
    assert said.code == 0 and "ridge penalty=10; momentum; naive" in said.out
    lines = [line for line in said.out.splitlines() if line.startswith("sources: ")]
    assert [line.split()[1] for line in lines] == ["ridge", "momentum", "naive"]
    assert all("spoke" in line and "trust" in line and "weight" in line for line in lines)
    assert rows == lived_in(*words, "--json").rows(), "the same training is the same version"


def test_without_a_model_the_list_says_how_to_get_one(lived_in):
    assert "tradewright models train ridge" in lived_in("models", "list").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("rigde", "--data", "walk"), 2, "Did you mean 'ridge'?"),
        (("ridge", "--data", "walk", "--set", "penalti=3"), 2, "Did you mean 'penalty'?"),
        (("ridge", "--data", "wolk"), 1, "Did you mean 'walk'?"),
        (("estimator", "--data", "walk", "--set", "learner=os.system"), 2, "no class of a trusted module"),
        (("ensemble", "--data", "walk", "--set", "sources=ridge; rigde"), 2, "Did you mean 'ridge'?"),
        (("ridge", "--data", "walk", "--judged", "2"), 2, "Give a share such as 0.2"),
        (("ridge", "--data", "walk", "--horizon", "0"), 2, "below its lower bound, 1"),
        (("ridge", "--data", "walk", "--parent", "abc"), 1, "There is no model 'abc'. Known: none"),
    ],
)
def test_what_cannot_be_trained_is_refused_with_the_way_out(lived_in, words, code, told):
    said = lived_in("models", "train", *words)
    assert said.code == code and told in said.err


def test_without_the_extra_its_name_is_said(lived_in, monkeypatch):
    from tradewright.models import extra

    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    said = lived_in("models", "train", "boosted_trees", "--data", "walk", *QUICK)
    assert said.code == 1 and "needs lightgbm, which is not installed" in said.line
    assert "tradewright[ml]" in said.line
