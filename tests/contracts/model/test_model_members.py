"""The law of models, on every one that comes with the package."""

from functools import cache
from importlib.util import find_spec

import model_law as law
import numpy as np
import pytest
from model_rows import NAMES, changed, taught

from tradewright.models import registry
from tradewright.models.contract import FittedModel
from tradewright.models.table import FeatureRows, Targets
from tradewright.runs.model_store import load_model, save_model
from tradewright.values.errors import InvalidOption, Misuse

# What learns long is made small; the law is the same.
CLASSIFIER = "estimator: classifier"
FOREST = '{"n_estimators": 8, "max_depth": 4}'
SMALL = {
    "ensemble": {"sources": "ridge; logistic; momentum", "folds": 3},
    CLASSIFIER: {"learner": "sklearn.ensemble.RandomForestClassifier", "settings": FOREST},
    "boosted_trees": {"trees": 20, "leaves": 4, "least_rows": 5},
    "mamba": {"d_model": 8, "d_state": 4, "layers": 1, "sequence_bars": 8, "epochs": 2, "batch": 8},
}
NEEDS = {
    "boosted_trees": ("lightgbm",),
    "estimator": ("sklearn", "skops"),
    "mamba": ("jax", "equinox", "optax"),
}
ROWS, TARGETS = taught()


@cache
def fitted(name: str) -> FittedModel:
    return recipe(name).fit(ROWS, TARGETS, seed=11)


def recipe(name: str):
    return registry.build(member_of(name), SMALL.get(name, {}))


def member_of(name: str) -> str:
    """Some members stand under the law more than once, each time with other parameters."""
    return name.partition(":")[0]


@pytest.fixture(params=sorted({*registry.members(), *SMALL}))
def name(request) -> str:
    missing = [one for one in NEEDS.get(member_of(request.param), ()) if find_spec(one) is None]
    if missing:
        pytest.skip(f"the extra [ml] is not installed: {missing}")
    return request.param


def test_it_refits_to_the_same(name):
    law.must_refit_to_the_same(recipe(name), fitted(name), ROWS, TARGETS)


def test_what_is_loaded_answers_bit_for_bit_as_what_was_saved(name, tmp_path):
    save_model(tmp_path / "model", fitted(name))
    law.must_be_equal(load_model(tmp_path / "model").predict(ROWS), fitted(name).predict(ROWS), "loaded")


def test_it_answers_row_by_row_as_at_once(name):
    law.must_answer_row_by_row_as_at_once(fitted(name), ROWS, [20, 41, 101, 159])


@pytest.mark.parametrize("cut", [30, 128])
def test_it_does_not_see_beyond_its_rows(name, cut):
    law.must_not_see_beyond_its_rows(fitted(name), ROWS, cut)


def test_it_abstains_on_missing_input(name):
    law.must_abstain_on_missing_input(fitted(name), ROWS, 60)


def test_it_speaks_in_units(name):
    law.must_speak_in_units(fitted(name), ROWS)


def test_it_speaks_in_units_where_outcomes_never_move(name):
    still = np.where(np.isfinite(TARGETS.values), 0.0, np.nan)
    flat = Targets(still, TARGETS.ends, TARGETS.weights, TARGETS.horizons_bars)
    law.must_speak_in_units(recipe(name).fit(ROWS, flat, seed=11), ROWS)


def test_it_leaves_its_input_alone(name):
    law.must_leave_its_input_alone(recipe(name), ROWS, TARGETS)


def test_it_learns_only_what_it_may(name):
    law.must_learn_only_what_it_may(recipe(name), fitted(name), ROWS, TARGETS)


def test_it_refuses_features_that_changed(name):
    other = FeatureRows(NAMES, ROWS.values, ROWS.instants, ROWS.symbols, "another-schema")
    with pytest.raises(Misuse, match=r"features changed: .* another order or by other formulas"):
        fitted(name).predict(other)
    fewer = FeatureRows(NAMES[:2], ROWS.values[:2], ROWS.instants, ROWS.symbols, "schema-of-three")
    with pytest.raises(Misuse, match="rows without slow"):
        fitted(name).predict(fewer)


def test_it_says_what_it_needs_where_there_is_nothing_to_learn(name):
    nothing = Targets(np.full_like(TARGETS.values, np.nan), TARGETS.ends, TARGETS.weights, (1, 5))
    with pytest.raises(InvalidOption, match=r"needs \d+ rows with all features and an outcome; there are 0"):
        recipe(name).fit(ROWS, nothing, seed=0)


def test_a_feature_that_is_never_known_is_named(name):
    values = np.array(ROWS.values)
    values[1] = np.nan
    with pytest.raises(InvalidOption, match=r"there are 0\. Leave out what is never known .*: noise\.$"):
        recipe(name).fit(changed(ROWS, values), TARGETS, seed=0)


def test_it_refuses_a_horizon_of_which_nothing_is_known(name):
    values = np.array(TARGETS.values)
    values[:, :, 1] = np.nan
    bare = Targets(values, TARGETS.ends, TARGETS.weights, (1, 5))
    with pytest.raises(InvalidOption, match=r"outcomes of each horizon; of 5 bars 0 may be learnt"):
        recipe(name).fit(ROWS, bare, seed=0)


def test_it_refuses_outcomes_of_another_panel(name):
    with pytest.raises(InvalidOption, match=r"Features are of 100 rows and 3 symbols, outcomes of 160 and 3"):
        recipe(name).fit(ROWS.between(0, 100), TARGETS, seed=0)


def test_a_parent_is_taken_where_weights_can_be_begun_with_and_refused_elsewhere(name):
    if recipe(name).takes_parent:
        child = recipe(name).fit(ROWS, TARGETS, seed=12, parent=fitted(name))
        assert child.story["transfer"]["not_there"] == ()
        return
    with pytest.raises(Misuse, match="is learnt at once"):
        recipe(name).fit(ROWS, TARGETS, seed=12, parent=fitted(name))


def test_all_abstain_where_nothing_is_known(name):
    said = fitted(name).predict(changed(ROWS, np.full_like(ROWS.values, np.nan)))
    assert said.abstained.all()
