"""Whether a training may meet an accelerator, and the process in which it does."""

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tradewright.assembly.workspace import Workspace
from tradewright.runs.on_the_cpu import run_or_go_on_on_the_cpu

if TYPE_CHECKING:
    from tradewright.models.contract import Model

# Set for the process that trains: it starts no further one.
HERE = "TRADEWRIGHT_TRAINING_PROCESS"


def may_meet_one(environment: Mapping[str, str]) -> bool:
    """Whether JAX would look for an accelerator: a plugin for one is installed, and nobody chose the CPU.

    Asked without loading JAX, which takes a second and would open the device in this process.
    """
    if environment.get("JAX_PLATFORMS", "") == "cpu" or environment.get(HERE):
        return False
    return bool(entry_points(group="jax_plugins")) or find_spec("libtpu") is not None


def trained_apart(
    workspace: Workspace, name: str, given: Mapping[str, str], arguments: Sequence[str]
) -> int | None:
    """The exit code of the same command in a process of its own; None where this process may train.

    That is where no accelerator can be met, or the recipe (`given` its parameters as typed) and its sources
    do without JAX.
    Raises: UnknownName, UnknownParameter, InvalidOption.
    """
    from tradewright.models import registry

    if not may_meet_one(workspace.environment):
        return None
    return _apart(workspace, registry.find(name).from_text(given), arguments)


def studied_apart(workspace: Workspace, file: Path, arguments: Sequence[str]) -> int | None:
    """The same of a study: one that was cut off by its accelerator is finished on the CPU.

    Raises: whatever is wrong with the file.
    """
    from tradewright.models import registry
    from tradewright.research import study

    if not may_meet_one(workspace.environment):
        return None
    model = study.load(file).model
    if model is None or model.name not in registry.members():
        return None
    return _apart(workspace, registry.build(model.name, model.parameters), arguments)


def _apart(workspace: Workspace, recipe: "Model", arguments: Sequence[str]) -> int | None:
    """The exit code of a command in a process of its own, where its recipe learns with JAX."""
    if "jax" not in recipe.libraries:
        return None
    command = [sys.executable, "-m", "tradewright.cli.main", *arguments]
    return run_or_go_on_on_the_cpu(command, {**workspace.environment, HERE: "yes"}, workspace.say)
