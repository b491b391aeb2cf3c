"""Does a run still come out as it did? Executes it again in a new process and compares every hash."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradewright.runs.manifest import (
    MANIFEST,
    Manifest,
    code_version,
    edited_fields,
    library_versions,
    sha256_of,
)
from tradewright.runs.store import Change, RunStore, changes
from tradewright.runs.strategy_source import file_of
from tradewright.values.errors import Failure

# The files a run is executed from; edited ones would answer for a run that never was.
MADE_FROM = ("config.json", "context.json")


@dataclass(frozen=True)
class Verification:
    """What a check of one run found; it holds when `changes` and `differences` are both empty.

    `changes` are files on disk that are not what the manifest vouches for. `differences` are files that came
    out otherwise when the run was executed again. `notes` say what has changed around the run since.
    """

    run_id: str
    files: int
    changes: tuple[Change, ...]
    differences: tuple[Change, ...]
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """True where every file is what it was and comes out as it did."""
        return not self.changes and not self.differences


def verify(
    store: RunStore, manifest: Manifest, command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Verification:
    """Compare a whole run with its manifest and with itself executed again.

    `command` executes the run again in a new process; the folder it shall write into is put at its end.
    Raises: Failure when the new process does not come to its end.
    """
    edited = tuple(changes(store.folder(manifest.run_id), manifest))
    notes = notes_on(manifest)
    if any(change.file in MADE_FROM for change in edited):
        notes.append("it was not executed again: what it was made from is not what it was")
        return Verification(manifest.run_id, len(manifest.files), edited, (), tuple(notes))
    try:
        config = json.loads((store.folder(manifest.run_id) / "config.json").read_bytes())
    except (OSError, ValueError) as error:
        # Its line is gone from the manifest too, or it would have been named above.
        unread = Change(
            "config.json", f"unreadable ({type(error).__name__}), and the manifest does not list it"
        )
        return Verification(manifest.run_id, len(manifest.files), (*edited, unread), (), tuple(notes))
    broken = tuple(Change(MANIFEST, f"edited ({words})") for words in edited_fields(manifest, config))
    if broken:
        # Which field was edited says more than that some field was.
        edited = tuple(change for change in edited if change.file != MANIFEST)
        notes.append("it was not executed again: its manifest does not agree with itself")
        return Verification(manifest.run_id, len(manifest.files), (*edited, *broken), (), tuple(notes))
    notes += source_notes(config)
    with tempfile.TemporaryDirectory(prefix="tradewright-verify-") as folder:
        again = Path(folder) / "run"
        execute([*command, str(again)], environment)
        differences = compared(manifest, again)
    return Verification(manifest.run_id, len(manifest.files), edited, tuple(differences), tuple(notes))


def execute(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command in a new process and wait for its end.

    Raises: Failure with the last words it wrote when it fails.
    """
    done = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "it wrote nothing").splitlines()[-1]
        raise Failure(f"executing the run again failed with exit code {done.returncode}: {last}")


def compared(manifest: Manifest, again: Path) -> list[Change]:
    """The files whose hash differs between a manifest and a folder written anew."""
    fresh = {path.name: sha256_of(path.read_bytes()) for path in again.iterdir() if path.is_file()}
    names = sorted(set(manifest.files) | set(fresh))
    return [
        Change(name, _how(name, manifest.files, fresh))
        for name in names
        if manifest.files.get(name) != fresh.get(name)
    ]


def notes_on(manifest: Manifest) -> list[str]:
    """What has changed since the run was made, and may explain a difference."""
    notes = []
    then_code, now_code = manifest.code_version[:12], code_version()[:12]
    if manifest.code_version != code_version():
        notes.append(f"the package's code has changed since: {then_code} then, {now_code} now")
    now = library_versions()
    notes += [
        f"{name} was {then} then, is {now.get(name, 'absent')} now"
        for name, then in manifest.versions.items()
        if now.get(name) != then
    ]
    return notes


def source_notes(config: Mapping[str, Any]) -> list[str]:
    """Whether the user's own files, of strategy and features, are still those that ran."""
    told = _strategy_notes(config)
    for file, then in config.get("model_recipe", {}).get("feature_files", {}).items():
        told += _file_notes("features", Path(file), then)
    return told


def _strategy_notes(config: Mapping[str, Any]) -> list[str]:
    then = config.get("strategy_source")
    source = config.get("study", {}).get("strategy", {}).get("name", "")
    path = file_of(source)
    return [] if not then or path is None else _file_notes("strategy", path, then)


def _file_notes(whose: str, path: Path, then: str) -> list[str]:
    """What became of a file of the user's own since the run."""
    owner = f"{whose}'" if whose.endswith("s") else f"{whose}'s"
    if not path.is_file():
        return [f"the {owner} file {path} is not there any more"]
    if sha256_of(path.read_bytes()) == then:
        return []
    return [f"the {owner} source {path} has changed since the run: differences below follow from that"]


def _how(name: str, then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """In one word, how a file differs."""
    if name not in now:
        return "not written again"
    return "other bytes" if name in then else "new"
