"""A study with a model says how many models were judged on its dataset before, outside of studies."""

import pytest
from study_files import STUDY
from workspaces import Workspace

from tradewright.research.model_registry import ModelRegistry, models_before
from tradewright.research.study import parse
from tradewright.research.study_run import run_study

TAUGHT = (
    STUDY[: STUDY.index("[strategy]")].replace('last = "2017-06-30"', 'last = "2015-12-31"')
    + '[strategy]\nname = "forecast"\n\n[model]\nname = "ridge"\nfeatures = ["simple_return"]\n'
    + "horizons_bars = [5]\ntrain_bars = 60\nrefit_bars = 120\n\n"
    + STUDY[STUDY.index("[account]") :]
).replace("end = 2017-06-30", "end = 2015-12-31")
WORDS = "2 models had been trained and judged on this dataset outside of studies"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("before"))
    models = ModelRegistry(workspace.ledger, workspace.clock)
    for version, dataset in (("a", "made"), ("b", "made"), ("b", "made"), ("c", "elsewhere")):
        models.trained("main", version, {"name": "ridge", "dataset": dataset, "until": 1})
    return workspace, run_study(parse(TAUGHT, "taught.toml"), workspace.ports())


@pytest.mark.parametrize(("name", "where"), [("context.json", "models_before"), ("summary.json", "notes")])
def test_it_is_said_and_kept(finished, name, where):
    workspace, run = finished
    assert WORDS in str(workspace.store.read_json(run.manifest.run_id, name)[where])


def test_the_dossier_says_it_and_where_there_are_none_nothing_is_said(finished):
    workspace, run = finished
    page = (workspace.store.folder(run.manifest.run_id) / "dossier.html").read_text()
    assert WORDS in page
    assert models_before(workspace.ledger.models(), "other") == ""
