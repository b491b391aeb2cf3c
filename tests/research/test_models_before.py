"""A study with a model says how many models were judged on its dataset before, outside of studies."""

import pytest
from study_files import STUDY
from workspaces import Workspace

from tradewright.assembly.models import ModelRequest, train
from tradewright.assembly.workspace import Workspace as Opened
from tradewright.config import Options
from tradewright.research.model_registry import ModelRegistry, models_before, recipes_before
from tradewright.research.plan import prepare
from tradewright.research.study import parse
from tradewright.research.study_run import run_study

TAUGHT = (
    STUDY[: STUDY.index("[strategy]")].replace('last = "2017-06-30"', 'last = "2015-12-31"')
    + '[strategy]\nname = "forecast"\n\n[model]\nname = "ridge"\nfeatures = ["simple_return"]\n'
    + "horizons_bars = [5]\ntrain_bars = 60\nrefit_bars = 120\n\n"
    + STUDY[STUDY.index("[account]") :]
).replace("end = 2017-06-30", "end = 2015-12-31")
WORDS = "3 models had been trained and judged on this dataset outside of studies"


def told(name: str, dataset: str, **recipe) -> dict:
    """A row as `models train` writes it."""
    return {"name": name, "dataset": dataset, "until": 1, "recipe": {"name": name, **recipe}}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study of ridge; before it two other recipes were judged on its data, and its own twice."""
    workspace = Workspace(tmp_path_factory.mktemp("before"))
    models, options = ModelRegistry(workspace.ledger, workspace.clock), parse(TAUGHT, "taught.toml")
    own = {
        one: prepare(options, workspace.ports().shelf).recipe[one] for one in ("parameters", "schema_hash")
    }
    models.trained("main", "own", told("ridge", "made", **own))
    models.trained("main", "a", told("ridge", "made", parameters={"penalty": 7.0}, schema_hash="elsewise"))
    for _ in range(2):
        models.trained("main", "b", told("momentum", "made", parameters={}, schema_hash="elsewise"))
    models.trained("main", "c", told("mamba", "elsewhere", parameters={}, schema_hash="elsewise"))
    return workspace, run_study(options, workspace.ports())


@pytest.mark.parametrize(("name", "where"), [("context.json", "models_before"), ("summary.json", "notes")])
def test_it_is_said_and_kept(finished, name, where):
    workspace, run = finished
    found = str(workspace.store.read_json(run.manifest.run_id, name)[where])
    assert WORDS in found and "priced as one more worthless try: 2." in found


def test_the_dossier_says_it_and_where_there_are_none_nothing_is_said(finished):
    workspace, run = finished
    page = (workspace.store.folder(run.manifest.run_id) / "dossier.html").read_text()
    assert WORDS in page
    assert models_before(workspace.ledger.models(), "other", 0) == ""


def test_recipes_that_were_judged_before_are_priced_and_the_studys_own_is_not(finished):
    workspace, run = finished
    tried = workspace.ledger.count(run.plan.options.hypothesis.id)
    summary = workspace.store.read_json(run.manifest.run_id, "summary.json")
    assert (summary["trials"], summary["recipes_before"], run.context.priced) == (tried, 2, tried + 2)
    for one, kept in zip(run.result.search, summary["search"], strict=True):
        assert one.missing(run.context.priced) == 2
        assert kept["p"] == one.p(run.context.priced)
    luck = next(gate for gate in run.verdict.gates if gate.code == "luck")
    assert "2 of them without a record here and priced as unrelated worthless ones" in luck.reason


def test_a_training_names_its_recipe_as_a_study_does(finished, tmp_path):
    """Through the verb itself: the same member, parameters and features are the study's own recipe."""
    _, run = finished
    own = parse(TAUGHT, "taught.toml")
    workspace = Opened(Options(tmp_path), {}, lambda words: None)
    prepare(own, workspace.shelf())
    for parameters in ({}, {"penalty": "3"}):
        asked = ModelRequest("ridge", "made", ("simple_return",), parameters, (5,))
        train(workspace, asked, lambda *told: None)
    rows = workspace.ledger.models()
    assert recipes_before(rows, "made", run.plan.recipe) == 1
    assert recipes_before(rows, "made", {}) == 2
    assert recipes_before(rows, "other", {}) == 0
