"""Any scikit-learn estimator forecasts: honest chances, kept without pickle, only listed modules imported."""

import io
import json
import os
from importlib.util import find_spec
from itertools import pairwise
from zipfile import ZipFile

import numpy as np
import pytest

from tradewright.models import estimator_bytes, extra
from tradewright.models.contract import FittedModel
from tradewright.models.estimator_bytes import SCHEMA, as_bytes, estimator_of
from tradewright.models.forecasts import Abstention
from tradewright.models.members.estimator import Estimator
from tradewright.models.skill import skills
from tradewright.models.table import FeatureRows, Targets
from tradewright.runs.model_store import load_model, save_model
from tradewright.values.errors import BadInput, Blocked, InvalidOption, UnknownName

LACKING = [name for name in ("sklearn", "skops") if find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"the extra [ml] is not installed: {LACKING}")
ENSEMBLE, LINES = "sklearn.ensemble", "sklearn.linear_model"
FOREST = f"{ENSEMBLE}.RandomForestRegressor"
TREES = {
    "plain": "sklearn.tree.DecisionTreeRegressor",
    "histogram": f"{ENSEMBLE}.HistGradientBoostingRegressor",
}
SKEWED = 0.8


def made(rows: int = 2_500, symbols: int = 2, seed: int = 4) -> tuple[FeatureRows, Targets]:
    """A return that hangs on one feature's size, which no line finds, with skewed noise."""
    draws = np.random.default_rng(seed)
    values = draws.standard_normal((2, rows, symbols))
    noise = SKEWED * (draws.exponential(size=values[0].shape) - 1.0)
    outcomes = (0.5 * (np.abs(values[0]) - 0.8) + noise)[..., None]
    instants = np.arange(rows, dtype=np.int64)
    ends = np.broadcast_to(instants[:, None, None] + 1, outcomes.shape).copy()
    names = tuple(f"s{number}" for number in range(symbols))
    held = FeatureRows(("size", "noise"), values, instants, names, "two")
    return held, Targets(outcomes, ends, np.ones(outcomes.shape[:2]), (1,))


ROWS, TARGETS = made()
LATER = made(seed=5)


def fitted(learner: str, settings: str = "", seed: int = 3) -> FittedModel:
    return Estimator(learner=learner, settings=settings).fit(ROWS, TARGETS, seed=seed)


@pytest.fixture(scope="module")
def forest() -> FittedModel:
    return fitted(f"{ENSEMBLE}.RandomForestRegressor", '{"n_estimators": 30, "min_samples_leaf": 20}')


@pytest.fixture(scope="module")
def sided() -> FittedModel:
    return fitted(f"{ENSEMBLE}.HistGradientBoostingClassifier", '{"max_iter": 40}')


@pytest.mark.parametrize("kind", ["forest", "sided"])
def test_it_forecasts_what_came_of_rows_it_never_saw(kind, request):
    (skill,) = skills(request.getfixturevalue(kind).predict(LATER[0]), LATER[1])
    assert skill.coefficient > 0.2 and skill.right_share > 0.55


@pytest.mark.parametrize("kind", ["forest", "sided"])
def test_a_stated_chance_comes_true_as_often_as_it_says(kind, request):
    said, came = request.getfixturevalue(kind).predict(LATER[0]), LATER[1].values > 0.0
    # The noise is skewed: a normal distribution around the mean would say too many rises.
    edges = np.quantile(said.rise, [0.0, 0.25, 0.5, 0.75, 1.0])
    for low, high in pairwise(edges):
        inside = (said.rise >= low) & (said.rise <= high)
        assert abs(said.rise[inside].mean() - came[inside].mean()) < 0.09
    assert abs(said.rise.mean() - came.mean()) < 0.04


@pytest.mark.parametrize("kind", ["forest", "sided"])
def test_the_deviation_is_how_far_forecasts_miss_on_rows_that_taught_nothing(kind, request):
    said = request.getfixturevalue(kind).predict(LATER[0])
    missed = float(np.sqrt(np.mean((LATER[1].values - said.mean) ** 2)))
    assert said.deviation.mean() == pytest.approx(missed, rel=0.12)


@pytest.mark.parametrize(
    ("learner", "settings"),
    [
        (f"{LINES}.Lasso", '{"alpha": 0.05}'),
        (f"{LINES}.LogisticRegression", ""),
        (f"{ENSEMBLE}.GradientBoostingRegressor", '{"n_estimators": 5}'),
        (f"{ENSEMBLE}.HistGradientBoostingRegressor", '{"max_iter": 5}'),
        ("sklearn.neighbors.KNeighborsRegressor", '{"algorithm": "brute"}'),
        ("sklearn.neural_network.MLPRegressor", '{"max_iter": 3, "hidden_layer_sizes": [4]}'),
        ("sklearn.naive_bayes.GaussianNB", ""),
    ],
)
def test_all_kinds_are_kept_and_served_bit_for_bit(learner, settings, tmp_path):
    one = fitted(learner, settings)
    save_model(tmp_path / "model", one)
    served = load_model(tmp_path / "model").predict(LATER[0])
    for name in ("mean", "rise", "deviation"):
        assert np.array_equal(getattr(served, name), getattr(one.predict(LATER[0]), name))


def test_the_seed_decides_what_is_drawn_and_nothing_else_does():
    forest, settings = f"{ENSEMBLE}.ExtraTreesRegressor", '{"n_estimators": 3, "max_depth": 3}'
    one, same, other = (fitted(forest, settings, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.learned["learner.0"], same.learned["learner.0"])
    assert not np.array_equal(one.learned["learner.0"], other.learned["learner.0"])


def test_what_the_library_warns_of_goes_on_record():
    story = fitted("sklearn.neural_network.MLPRegressor", '{"max_iter": 2, "hidden_layer_sizes": [4]}').story
    assert any("ConvergenceWarning" in line for line in story["warnings"])
    assert story["library"].startswith("sklearn ")


def test_a_model_of_another_version_of_the_library_is_refused_by_both_names(forest):
    older = np.frombuffer(b"sklearn 0.1", dtype=np.uint8)
    moved = FittedModel(forest.model, forest.signature, {**forest.learned, "library": older}, 3)
    with pytest.raises(BadInput, match=r"fitted by sklearn 0\.1; sklearn [\d.]+ might answer otherwise"):
        moved.predict(ROWS)


def test_an_archive_that_names_other_code_is_refused_and_none_of_it_runs(forest, tmp_path):
    content = io.BytesIO(forest.learned["learner.0"].tobytes())
    with ZipFile(content) as held:
        schema = json.loads(held.read(SCHEMA))
    schema |= {"__module__": "os", "__class__": "mkdir", "__loader__": "TypeNode"}
    schema["content"] = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode",
                         "content": json.dumps(str(tmp_path / "sprung")), "is_json": True}  # fmt: skip
    trapped = io.BytesIO()
    with ZipFile(trapped, "w") as archive:
        archive.writestr(SCHEMA, json.dumps(schema))
    with pytest.raises(BadInput, match="kept estimator cannot be read"):
        estimator_of(np.frombuffer(trapped.getvalue(), dtype=np.uint8), FOREST, 2)
    assert os.listdir(tmp_path) == []


def grown(kind: str):
    """A small tree of each kind, and its nodes."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.tree import DecisionTreeRegressor

    x, y = ROWS.values[:, :200, 0].T, TARGETS.values[:200, 0, 0]
    if kind == "histogram":
        booster = HistGradientBoostingRegressor(max_iter=1, early_stopping=False).fit(x, y)
        return booster, booster._predictors[0][0].nodes
    tree = DecisionTreeRegressor(max_depth=2).fit(x, y)
    return tree, tree.tree_.__getstate__()["nodes"]


@pytest.mark.parametrize(
    ("kind", "field"),
    [("plain", "left_child"), ("plain", "feature"), ("histogram", "left"), ("histogram", "feature_idx"),
     ("histogram", "is_categorical")],
)  # fmt: skip
def test_a_tree_that_would_be_walked_out_of_its_memory_is_neither_kept_nor_read(kind, field, monkeypatch):
    tree, nodes = grown(kind)
    assert estimator_of(as_bytes(tree, 2), TREES[kind], 2).predict([[0.1, 0.2]]) == tree.predict([[0.1, 0.2]])
    nodes[field][0] = 1 if field == "is_categorical" else 1_000_000
    if kind == "plain":
        tree.tree_.__setstate__({**tree.tree_.__getstate__(), "nodes": nodes})
    with pytest.raises(InvalidOption, match="could not be read again: a node"):
        as_bytes(tree, 2)
    monkeypatch.setattr(estimator_bytes, "_refuse_wild", lambda *given: None)
    doctored = as_bytes(tree, 2)
    monkeypatch.undo()
    with pytest.raises(BadInput, match="kept estimator cannot be read: ValueError: a node"):
        estimator_of(doctored, TREES[kind], 2)


def test_a_tree_that_claims_more_columns_than_rows_have_is_refused():
    tree, _ = grown("plain")
    kept = as_bytes(tree, 2)
    with pytest.raises(BadInput, match="fitted to 2 columns of 3"):
        estimator_of(kept, TREES["plain"], 3)
    del tree.n_features_in_
    with pytest.raises(InvalidOption, match="grown on other columns"):
        as_bytes(tree, 3)


def test_what_a_kept_learner_cannot_answer_is_said():
    one = fitted(f"{LINES}.Lasso", '{"alpha": 0.05}')
    learner = estimator_of(one.learned["learner.0"], f"{LINES}.Lasso", 2)
    learner.coef_ = np.zeros(7)
    moved = FittedModel(one.model, one.signature, {**one.learned, "learner.0": as_bytes(learner, 2)}, 3)
    with pytest.raises(BadInput, match="A kept Lasso cannot answer: ValueError"):
        moved.predict(ROWS)


def test_bytes_of_another_class_than_the_recipe_names_are_refused(forest):
    lasso = fitted(f"{LINES}.Lasso", '{"alpha": 0.05}')
    moved = {**lasso.learned, "learner.0": forest.learned["learner.0"]}
    with pytest.raises(BadInput, match="A kept estimator is no Lasso but a RandomForestRegressor"):
        FittedModel(lasso.model, lasso.signature, moved, 3).predict(ROWS)


def test_an_array_that_is_missing_is_named(forest):
    less = {name: array for name, array in forest.learned.items() if name != "library"}
    with pytest.raises(BadInput, match="weights of this Estimator lack 'library': they are damaged"):
        FittedModel(forest.model, forest.signature, less, 3).predict(ROWS)


def test_an_estimator_that_holds_foreign_code_is_not_kept():
    from sklearn.preprocessing import FunctionTransformer

    with pytest.raises(InvalidOption, match=r"FunctionTransformer holds .*which no reader trusts"):
        as_bytes(FunctionTransformer(as_bytes), 2)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"learner": "os.system"}, "no class of a trusted module"),
        ({"learner": "sklearn.pipeline.Pipeline"}, "Give a class's full name"),
        ({"settings": "max_depth=3"}, "is no JSON object"),
        ({"settings": '{"random_state": 3}'}, "the seed is given to the training"),
    ],
)
def test_what_is_no_recipe_is_refused_before_anything_is_imported(given, told):
    with pytest.raises(InvalidOption, match=told):
        Estimator(**given)


@pytest.mark.parametrize(
    ("learner", "settings", "kind", "told"),
    [
        (f"{ENSEMBLE}.RandomForrestRegressor", "", UnknownName, "Did you mean 'RandomForestRegressor'"),
        # The real list: neither an ending nor a place in the module makes a forecaster.
        (f"{LINES}.BayesianRidg", "", UnknownName, r"Did you mean 'BayesianRidge'\? Known: ARDRegression, "),
        (
            f"{LINES}.RidgeClasifier",
            "",
            UnknownName,
            "Known: (?!.*RidgeClassifier)(?!.*MultiTask)(?!.*PoissonRegressor).*LassoCV",
        ),
        (
            "sklearn.tree.ExtraTree",
            "",
            UnknownName,
            r"Known: DecisionTreeClassifier, .*ExtraTreeRegressor\.$",
        ),
        (f"{LINES}.Lasso", '{"alfa": 1}', UnknownName, "Did you mean 'alpha'"),
        (f"{LINES}.Lasso", '{"alpha": -1}', InvalidOption, "Lasso refused to learn: .*alpha"),
        (f"{ENSEMBLE}.StackingRegressor", "", InvalidOption, "made of other estimators"),
        (f"{ENSEMBLE}.BaggingRegressor", '{"estimator": "x"}', InvalidOption, "cannot take these settings"),
        (f"{LINES}.RidgeClassifier", "", InvalidOption, "gives no chances"),
        (f"{ENSEMBLE}.IsolationForest", "", InvalidOption, "neither a regressor nor a classifier"),
    ],
)
def test_what_cannot_learn_is_refused_with_the_way_out(learner, settings, kind, told):
    with pytest.raises(kind, match=told):
        fitted(learner, settings)


def test_an_answer_that_is_no_number_is_an_abstention_and_judges_nothing():
    one = fitted("sklearn.neighbors.RadiusNeighborsRegressor", '{"algorithm": "brute", "radius": 0.3}')
    assert np.isfinite(one.learned["missed.0"]).all()
    values = np.array(ROWS.values)
    values[:, 7, 0] = 40.0
    said = one.predict(FeatureRows(ROWS.names, values, ROWS.instants, ROWS.symbols, ROWS.schema_hash))
    assert said.reasons[7, 0] == Abstention.NO_NUMBER and np.isnan(said.rise[7, 0]).all()
    assert np.isfinite(said.rise[~said.abstained]).all() and (~said.abstained).mean() > 0.9
    with pytest.raises(InvalidOption, match="rows that judge it; it needs 20"):
        fitted("sklearn.neighbors.RadiusNeighborsRegressor", '{"algorithm": "brute", "radius": 1e-9}')


def test_weights_are_not_left_out_silently():
    weights = np.ones(TARGETS.weights.shape)
    weights[::2] = 0.5
    uneven = Targets(TARGETS.values, TARGETS.ends, weights, TARGETS.horizons_bars)
    with pytest.raises(InvalidOption, match="KNeighborsRegressor takes no sample weights"):
        Estimator(learner="sklearn.neighbors.KNeighborsRegressor").fit(ROWS, uneven, seed=0)


def test_a_library_that_is_missing_is_named_with_what_installs_it(forest, monkeypatch):
    monkeypatch.setattr(extra, "find_spec", lambda name: None if name == "skops" else find_spec(name))
    with pytest.raises(Blocked, match=r"needs skops, which is not installed.*tradewright\[ml\]"):
        forest.predict(ROWS)
    monkeypatch.setattr(extra, "find_spec", lambda name: None if name == "xgboost" else find_spec(name))
    with pytest.raises(Blocked, match=r"needs xgboost, which is not installed.*tradewright\[ml\]"):
        fitted("xgboost.XGBRegressor")


@pytest.mark.skipif(find_spec("xgboost") is None, reason="the extra [ml] is not installed: xgboost")
@pytest.mark.parametrize("kind", ["XGBRegressor", "XGBClassifier"])
def test_xgboost_is_an_estimator_like_the_others(kind, tmp_path):
    one, again = (fitted(f"xgboost.{kind}", '{"n_estimators": 30, "max_depth": 3}') for _ in range(2))
    assert np.array_equal(one.learned["learner.0"], again.learned["learner.0"])
    (skill,) = skills(one.predict(LATER[0]), LATER[1])
    assert skill.coefficient > 0.25
    save_model(tmp_path / "model", one)
    served = load_model(tmp_path / "model").predict(LATER[0])
    assert np.array_equal(served.mean, one.predict(LATER[0]).mean)
