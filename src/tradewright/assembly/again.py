"""A run executed again from what it kept: here to be looked at, in a new process to be compared."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.assembly.workspace import Workspace
from tradewright.runs.manifest import Manifest
from tradewright.values.errors import Blocked, StorageFailure

if TYPE_CHECKING:
    from tradewright.research.study import StudyOptions
    from tradewright.runs.verify import Verification


def replayed(workspace: Workspace, manifest: Manifest) -> dict[str, bytes]:
    """All files of a whole run but its manifest, executed again on the data it read.

    Raises: StorageFailure where the run's own files or its snapshot are not what they were.
    """
    from tradewright.assembly.backtests import replay_backtest
    from tradewright.research.study_run import pins_of, replay

    store = workspace.runs
    config = store.read_json(manifest.run_id, "config.json")
    context = store.read_json(manifest.run_id, "context.json")
    _check_asked(manifest, config)
    workspace.prepare_kernel()
    shelf = workspace.shelf(pins_of(config, manifest.snapshot_id))
    if manifest.kind != "study":
        return replay_backtest(config, context, shelf)
    return replay(config, context, shelf, lambda: workspace.ledger)


def verification_of(workspace: Workspace, run_id: str) -> "Verification":
    """Execute a whole run again in a new process and compare every hash.

    Raises: Blocked for a partial run; Failure where the new process breaks.
    """
    from tradewright.runs.verify import verify

    manifest = workspace.runs.complete(run_id)
    again = [sys.executable, "-m", "tradewright.cli.main", "--workspace", str(workspace.root)]
    return verify(workspace.runs, manifest, [*again, "runs", "replay", manifest.run_id, "--into"])


def as_kept(options: "StudyOptions") -> "StudyOptions":
    """A study exactly as a replay will read it, so that the order of its keys cannot change the run."""
    import msgspec

    from tradewright.research.study import StudyOptions
    from tradewright.runs.artifacts import json_bytes

    return msgspec.convert(msgspec.json.decode(json_bytes(msgspec.to_builtins(options))), StudyOptions)


def write_into(folder: Path, files: dict[str, bytes]) -> None:
    """Put a run's files into a folder of the caller's, which must be empty or not there.

    Raises: Blocked for a folder that holds something, StorageFailure where it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Blocked(f"{folder} is not empty.", "Name a folder that does not exist yet.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise StorageFailure(f"{folder} cannot be written: {error.strerror}.", "Name another one.") from error


def _check_asked(manifest: Manifest, config: dict[str, Any]) -> None:
    """Refuse to execute a configuration that somebody edited under the run's name."""
    from tradewright.runs.manifest import Causes

    causes = Causes(
        manifest.kind, manifest.name, manifest.seed, manifest.snapshot_id, config, manifest.code_version
    )
    if causes.config_hash != manifest.config_hash:
        raise StorageFailure(
            f"config.json of run {manifest.run_id} was edited: it is not what the run was made from.",
            "Restore it from a copy, or run the study again.",
        )
