"""Training a network: what it learns, and what it does when numbers or memory fail."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from tradewright.models.mamba import training
from tradewright.models.members.mamba import Mamba
from tradewright.models.table import FeatureRows, Targets
from tradewright.models.training import devices
from tradewright.models.training.rules import LossIsNoNumber, Standing
from tradewright.models.training.watch import Unwatched
from tradewright.values.errors import LostDevice

RECIPE = Mamba(d_model=8, d_state=4, layers=1, sequence_bars=8, epochs=6, batch=32, rate=0.02)
SYMBOLS, ROWS = 6, 400


def remembered(seed: int = 3) -> tuple[FeatureRows, Targets, np.ndarray]:
    """Returns that follow the feature of the row before: one row must be remembered."""
    draws = np.random.default_rng(seed)
    feature, noise = draws.standard_normal((ROWS, SYMBOLS)), draws.standard_normal((ROWS, SYMBOLS))
    oracle = np.vstack([np.zeros(SYMBOLS), feature[:-1]])
    outcomes = (oracle + noise)[:, :, None].copy()
    outcomes[-1] = np.nan
    instants = np.arange(ROWS, dtype=np.int64)
    ends = np.broadcast_to((instants + 1)[:, None, None], outcomes.shape).copy()
    rows = FeatureRows(("f",), feature[None], instants, tuple("abcdef"), "one")
    return rows, Targets(outcomes, ends, np.ones((ROWS, SYMBOLS)), (1,)), oracle


class Listening(Unwatched):
    """Notes what it hears, keeps the last checkpoint, and asks to stop after so many epochs."""

    def __init__(self, stop_after: int = 99, resume=None):
        self.heard, self.kept, self.stop_after, self._resume = [], [], stop_after, resume

    def resumed(self):
        return self._resume

    def keep(self, checkpoint, is_best):
        self.kept.append(checkpoint)

    def wants_stop(self):
        return len(self.kept) + 1 >= self.stop_after

    def hear(self, event, facts):
        self.heard.append((event, dict(facts)))


def arrays_equal(one, other) -> bool:
    return all(np.array_equal(one.learned[name], other.learned[name]) for name in one.learned)


@pytest.fixture(scope="module")
def taught():
    rows, targets, oracle = remembered()
    cut = 280
    return rows, targets, oracle, cut, RECIPE.fit(rows, targets.known_by(cut), seed=2)


def test_it_remembers_what_a_line_in_the_present_row_cannot_know(taught):
    rows, targets, oracle, cut, fitted = taught
    said, came = fitted.predict(rows).mean[cut:-1, :, 0].ravel(), targets.values[cut:-1, :, 0].ravel()
    found, best = np.corrcoef(said, came)[0, 1], np.corrcoef(oracle[cut:-1].ravel(), came)[0, 1]
    assert found >= 0.9 * best > 0.5


def test_on_noise_it_finds_nothing(taught):
    rows, targets, _, cut, _ = taught
    noise = np.random.default_rng(8).standard_normal(targets.values.shape)
    told = Targets(noise, targets.ends, targets.weights, (1,))
    said = RECIPE.fit(rows, told.known_by(cut), seed=3).predict(rows).mean[cut:, :, 0].ravel()
    # Rows are independent here: three standard errors of a correlation that is zero.
    assert abs(np.corrcoef(said, noise[cut:].ravel())[0, 1]) < 3.0 / np.sqrt(said.size)


def test_rows_that_taught_do_not_judge(monkeypatch):
    rows, targets, _ = remembered()
    one = FeatureRows(rows.names, rows.values[:, :260, :1], rows.instants[:260], ("a",), "one")
    came = Targets(targets.values[:260, :1], targets.ends[:260, :1], targets.weights[:260, :1], (1,))
    judges = []

    def noted(self, network, watch):
        judges.append(self.judged)
        return network, Standing.first(self.rules)

    monkeypatch.setattr(training.Course, "run", noted)
    replace(RECIPE, sequence_bars=60).fit(one, came, seed=2)
    (judged,) = judges
    ends, cut = judged.ends(None), int(judged.examples.at[:, 1].min())
    weight = np.asarray(judged.batch(ends, len(ends)).weight)[..., 0]
    seen = ends[:, 1:] + np.arange(-59, 1)
    assert sorted(seen[weight > 0.0]) == list(range(cut, 260)), "each judged row once, and no other"


def test_its_story_says_how_it_came_about(taught):
    story = taught[-1].story
    assert (story["attempts"], story["reasons"], story["batch_sizes"]) == (1, (), (32,))
    assert len(story["losses"]) == story["epoch"] <= 6


def test_memory_that_ends_is_met_by_smaller_parts_of_the_same_update(taught, monkeypatch):
    rows, targets, _, cut, fitted = taught
    whole = training.part_slopes

    def small(network, batch, shares):
        if len(batch.x) > 16:
            raise MemoryError
        return whole(network, batch, shares)

    monkeypatch.setattr(training, "part_slopes", small)
    again = RECIPE.fit(rows, targets.known_by(cut), seed=2)
    assert again.story["batch_sizes"] == (32, 16)
    assert again.story["reasons"] == ("out of memory with 32 sequences",)
    one, other = again.predict(rows).mean, fitted.predict(rows).mean
    np.testing.assert_allclose(one, other, rtol=0.02, atol=0.02)


def test_a_poisoned_batch_is_named_and_training_goes_on_from_the_last_good_state(taught, monkeypatch):
    rows, targets, _, cut, _ = taught
    honest, poisoned = training.Sequences.batch, []

    def once(self, chosen, size):
        batch = honest(self, chosen, size)
        if not poisoned and len(chosen) > 2:
            poisoned.append(tuple(chosen[2]))
            return batch._replace(x=batch.x.at[2, 5, 0].set(np.nan))
        return batch

    monkeypatch.setattr(training.Sequences, "batch", once)
    watch = Listening()
    fitted = RECIPE.fit(rows, targets.known_by(cut), seed=2, watch=watch)
    symbol, row = poisoned[0]
    assert watch.heard[0][0] == "loss is no number"
    assert f"1 sequences at fault: symbol {symbol}, rows to {row}" in watch.heard[0][1]["told"]
    assert fitted.story["attempts"] == 2 and fitted.story["reasons"][0].startswith("loss is no number")
    assert all(np.isfinite(array).all() for array in fitted.learned.values())


def test_a_loss_that_stays_bad_ends_training_by_name(taught, monkeypatch):
    rows, targets, _, cut, _ = taught
    honest = training.Sequences.batch

    def always(self, chosen, size):
        batch = honest(self, chosen, size)
        return batch._replace(x=batch.x * np.nan)

    monkeypatch.setattr(training.Sequences, "batch", always)
    with pytest.raises(LossIsNoNumber, match="no number after 3 restarts: gradient norm nan, 32 sequences"):
        RECIPE.fit(rows, targets.known_by(cut), seed=2)


def test_training_that_was_stopped_and_resumed_ends_where_it_would_have_ended(taught):
    rows, targets, _, cut, fitted = taught
    first = Listening(stop_after=2)
    stopped = RECIPE.fit(rows, targets.known_by(cut), seed=2, watch=first)
    assert stopped.story["interrupted"] and stopped.story["epoch"] == 2
    resumed = RECIPE.fit(rows, targets.known_by(cut), seed=2, watch=Listening(resume=first.kept[-1]))
    assert resumed.story["reasons"] == ("resumed after epoch 2 on the cpu",)
    assert arrays_equal(resumed, fitted)


def test_a_device_that_is_lost_is_noted_in_the_last_checkpoint_from_which_training_goes_on(
    taught, monkeypatch
):
    rows, targets, _, cut, fitted = taught
    honest, watch = training.part_losses, Listening()

    def broken(*asked):
        if len(watch.kept) == 2:
            raise jax.errors.JaxRuntimeError("INTERNAL: CUDA_ERROR_ILLEGAL_ADDRESS")
        return honest(*asked)

    with monkeypatch.context() as lost:
        lost.setattr(training, "part_losses", broken)
        lost.setattr(training, "platform", lambda: "gpu")
        lost.setattr(devices, "platform", lambda: "gpu")
        lost.setattr(devices, "answers", lambda: False)
        with pytest.raises(LostDevice, match="The gpu does not answer any more"):
            RECIPE.fit(rows, targets.known_by(cut), seed=2, watch=watch)
    resumed = RECIPE.fit(rows, targets.known_by(cut), seed=2, watch=Listening(resume=watch.kept[-1]))
    told = ("the gpu was lost in epoch 3", "resumed after epoch 2 on the cpu")
    assert (resumed.story["reasons"], resumed.story["platforms"]) == (told, ("gpu", "cpu"))
    assert resumed.story["attempts"] == 2
    assert arrays_equal(resumed, fitted)


def test_a_child_begins_with_its_parents_weights_and_says_what_did_not_fit(taught):
    rows, targets, _, cut, fitted = taught
    still = replace(RECIPE, epochs=1, rate=1e-7)
    child = still.fit(rows, targets.known_by(cut), seed=5, parent=fitted)
    told = child.story["transfer"]
    assert told["other_shape"] == told["not_there"] == told["left_over"] == ()
    np.testing.assert_allclose(child.predict(rows).mean, fitted.predict(rows).mean, atol=1e-3)
