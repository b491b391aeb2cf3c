"""Whether a training meets an accelerator is known without loading JAX."""

import os
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tradewright.assembly import accelerators
from tradewright.assembly.workspace import Workspace
from tradewright.config import Options


@pytest.mark.parametrize(
    ("environment", "plugins", "meets"),
    [
        ({}, 1, True),
        ({}, 0, False),
        ({"JAX_PLATFORMS": "cpu"}, 1, False),
        ({"JAX_PLATFORMS": "cuda,cpu"}, 1, True),
        ({accelerators.HERE: "yes"}, 1, False),
    ],
)
def test_a_training_has_a_process_of_its_own_where_a_plugin_could_be_met(
    monkeypatch, environment, plugins, meets
):
    found = [EntryPoint("cuda", "jax_cuda_plugin", "jax_plugins")] * plugins
    monkeypatch.setattr(accelerators, "entry_points", lambda group: found)
    monkeypatch.setattr(accelerators, "find_spec", lambda name: None)
    assert accelerators.may_meet_one(environment) is meets


@pytest.mark.parametrize(
    ("name", "given", "is_apart"),
    [
        ("mamba", {}, True),
        ("ensemble", {"sources": "ridge; mamba layers=1"}, True),
        ("ensemble", {"sources": "ridge; momentum"}, False),
        ("boosted_trees", {}, False),
    ],
)
def test_what_trains_with_jax_is_trained_apart_an_ensemble_that_holds_it_too(
    monkeypatch, tmp_path, name, given, is_apart
):
    asked = []
    monkeypatch.setattr(accelerators, "may_meet_one", lambda environment: True)
    monkeypatch.setattr(accelerators, "run_or_go_on_on_the_cpu", lambda *told: asked.append(told) or 0)
    workspace = Workspace(Options(tmp_path), os.environ, str)
    found = accelerators.trained_apart(workspace, name, given, ("models", "train", name))
    assert found == (0 if is_apart else None)
    if is_apart:
        ((command, environment, _),) = asked
        assert command[-3:] == ["models", "train", name] and environment[accelerators.HERE] == "yes"


@pytest.mark.parametrize(("study", "is_apart"), [("mamba", True), ("momentum", False)])
def test_a_study_that_teaches_with_jax_runs_apart(monkeypatch, tmp_path, study, is_apart):
    monkeypatch.setattr(accelerators, "may_meet_one", lambda environment: True)
    monkeypatch.setattr(accelerators, "run_or_go_on_on_the_cpu", lambda *told: 3)
    file = Path(__file__).parents[2] / "examples" / f"{study}.toml"
    found = accelerators.studied_apart(Workspace(Options(tmp_path), os.environ, str), file, ("study", "run"))
    assert found == (3 if is_apart else None)
