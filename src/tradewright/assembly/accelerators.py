"""Whether a training may meet an accelerator, and the process in which it does."""

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec

from tradewright.assembly.workspace import Workspace
from tradewright.runs.on_the_cpu import run_or_go_on_on_the_cpu

# Set for the process that trains: it starts no further one.
HERE = "TRADEWRIGHT_TRAINING_PROCESS"


def may_meet_one(environment: Mapping[str, str]) -> bool:
    """Whether JAX would look for an accelerator: a plugin for one is installed, and nobody chose the CPU.

    Asked without loading JAX, which takes a second and would open the device in this process.
    """
    if environment.get("JAX_PLATFORMS", "") == "cpu" or environment.get(HERE):
        return False
    return bool(entry_points(group="jax_plugins")) or find_spec("libtpu") is not None


def trained_apart(workspace: Workspace, name: str, arguments: Sequence[str]) -> int | None:
    """The exit code of the same command in a process of its own; None where this process may train.

    That is where nothing is kept from epoch to epoch, or no accelerator can be met.
    Raises: UnknownName.
    """
    from tradewright.models import registry

    if not registry.find(name).has_epochs or not may_meet_one(workspace.environment):
        return None
    command = [sys.executable, "-m", "tradewright.cli.main", *arguments]
    return run_or_go_on_on_the_cpu(command, {**workspace.environment, HERE: "yes"}, workspace.say)
