"""Whether a training meets an accelerator is known without loading JAX."""

from importlib.metadata import EntryPoint

import pytest

from tradewright.assembly import accelerators


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
