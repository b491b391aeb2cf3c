"""Does the audit of models that are refitted find what learnt too early, and leave alone what did not?"""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.causality.verdict import AuditLevel, DependsOnFuture, NoDependenceObserved, NotAssessed
from tradewright.features.families.averages import SmaRatio
from tradewright.features.families.returns import Momentum
from tradewright.features.feature_set import FeatureSet
from tradewright.models.contract import How, Lesson
from tradewright.models.forecasts import Answers
from tradewright.models.members.boosted_trees import BoostedTrees
from tradewright.models.members.ridge import Ridge
from tradewright.models.walk_forward import Refits
from tradewright.runs.model_audit import FORECASTS, audit_models, with_another_future
from tradewright.runs.model_walk import Forecasting, Material, ModelWalk, material_of, walked
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.panel import Panel, panel_of_closes

ROWS, HORIZON = 260, 5


def market() -> Panel:
    steps = np.random.default_rng(4).normal(0.0, 0.01, (ROWS, 4))
    instants = np.arange(1, ROWS + 1, dtype=np.int64) * NS_PER_DAY
    return panel_of_closes(instants, tuple("ABCD"), 50.0 * np.exp(np.cumsum(steps, axis=0)))


def walk_of(model) -> ModelWalk:
    features = FeatureSet([Momentum(5, 0), SmaRatio(10)])
    return ModelWalk(model, features, (HORIZON,), Refits(120, 60), seed=5)


def silent(done: int, total: int) -> None:
    """Nobody listens."""


def honest(model) -> tuple[Forecasting, Panel]:
    walk, panel = walk_of(model), market()
    return walked(walk, material_of(walk, panel), walk.stretches(panel), silent), panel


@pytest.fixture(scope="module")
def by_ridge() -> tuple[Forecasting, Panel]:
    return honest(Ridge())


def test_honest_fits_pass_at_every_row(by_ridge):
    channels = audit_models(*by_ridge)
    assert len(channels) == len(by_ridge[0].taught) + 1 == 4
    for one in channels:
        assert isinstance(one.verdict, NoDependenceObserved), one
        assert one.verdict.level is AuditLevel.C2


def test_boosted_trees_pass_too():
    pytest.importorskip("lightgbm")
    channels = audit_models(*honest(BoostedTrees(trees=5)))
    assert {type(one.verdict) for one in channels} == {NoDependenceObserved}


def test_a_fit_that_knew_outcomes_of_the_rows_it_serves_is_found():
    walk, panel = walk_of(Ridge()), market()
    first, leaky, last = walk.stretches(panel)
    leaky = replace(leaky, learnt_until=leaky.learnt_until + HORIZON * NS_PER_DAY)
    found = walked(walk, material_of(walk, panel), (first, leaky, last), silent)
    one, other, *_ = audit_models(found, panel)
    assert isinstance(one.verdict, NoDependenceObserved)
    assert isinstance(other.verdict, DependsOnFuture)
    assert "depends on what came after it" in str(other.verdict)


def test_features_that_know_a_later_row_are_found():
    walk, panel = walk_of(Ridge()), market()
    material = material_of(walk, panel)
    later = np.roll(material.rows.values, -1, axis=1)
    leaky = Material(replace(material.rows, values=later), material.labels)
    found = walked(walk, leaky, walk.stretches(panel), silent)
    verdicts = {one.channel: one.verdict for one in audit_models(found, panel)}
    assert isinstance(verdicts[FORECASTS], DependsOnFuture)
    assert all(isinstance(verdict, DependsOnFuture) for verdict in verdicts.values())


@pytest.mark.parametrize("part", ["mean", "rise", "deviation", "reasons"])
@pytest.mark.parametrize("fit", [0, 1, 2])
def test_a_forecast_that_its_fit_did_not_make_is_found(by_ridge, part, fit):
    found, panel = by_ridge
    forged, row = getattr(found.said, part).copy(), found.taught[fit].stretch.until - 1
    forged[row] += 1
    *_, last = audit_models(replace(found, said=replace(found.said, **{part: forged})), panel)
    assert isinstance(last.verdict, DependsOnFuture)
    assert last.verdict.row == row


class Mute(Ridge):
    """A ridge that learns and never speaks."""

    def _answer(self, learned, windows) -> Answers:
        return replace(super()._answer(learned, windows), reasons=np.full(len(windows), 4))


def test_a_model_that_said_nothing_is_not_assessed():
    *_, last = audit_models(*honest(Mute()))
    assert isinstance(last.verdict, NotAssessed)
    assert "said nothing" in str(last.verdict)


class Restless(Ridge):
    """A ridge that never comes out the same, as a training that is not repeatable."""

    def _learn(self, examples, signature, how: How) -> Lesson:
        lesson = super()._learn(examples, signature, how)
        noise = np.random.default_rng().normal(size=lesson.arrays["slopes"].shape)
        return Lesson({**lesson.arrays, "slopes": lesson.arrays["slopes"] + noise})


def test_a_training_that_does_not_repeat_is_not_assessed():
    *_, last = audit_models(*honest(Restless()))
    assert isinstance(last.verdict, NotAssessed)
    assert "came out otherwise" in str(last.verdict)


def test_another_future_begins_at_its_row():
    panel = market()
    other = with_another_future(panel, 100, 1)
    assert np.array_equal(other.close[:100], panel.close[:100])
    assert (other.close[100:] != panel.close[100:]).all()


def test_a_silent_row_is_a_fact_as_well(by_ridge):
    found, panel = by_ridge
    dated = found.dated()
    assert np.array_equal(dated.known_at, panel.instants)
    assert np.isnan(dated.mean[: found.taught[0].stretch.serves]).all()
    assert np.isfinite(dated.mean[found.taught[0].stretch.serves :]).all()
