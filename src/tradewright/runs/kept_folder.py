"""Folders of things that were learnt: a description in JSON, weights beside it, a hash over the weights.

A folder appears whole or not at all, and nothing that is read from it can run code. One process at a time
writes into a room of them.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradewright.runs.durable import sync_folder, write_through
from tradewright.runs.locks import alone
from tradewright.values.errors import BadInput, InvalidOption, NotFound, StorageFailure

WRITING, LOCK = ".writing-", ".writing.lock"
# A save is over in seconds; who waits so long for others' waits for something that hangs.
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Keeping:
    """What a kind of folder is called and made of; `source` says in an error where one comes from."""

    kind: str
    version: int
    config: str
    weights: str
    source: str
    beside: str = ""

    def write(self, folder: Path, told: Mapping[str, Any], weights: bytes, beside: bytes = b"") -> None:
        """Write a new folder; `told` is kept as it is. `beside` is a second file, where the kind has one.

        Raises: InvalidOption where something is there already; StorageFailure when the disk is full or
        read-only; Blocked where another process writes beside it and does not end.
        """
        config = {
            "kind": self.kind,
            "version": self.version,
            **told,
            "weights_sha256": hashlib.sha256(weights).hexdigest(),
            "weights_bytes": len(weights),
        }
        files = {self.weights: weights}
        if beside:
            config["beside_sha256"] = hashlib.sha256(beside).hexdigest()
            files[self.beside] = beside
        files[self.config] = (json.dumps(config, indent=1) + "\n").encode()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with alone(folder.parent / LOCK, str(folder.parent), PATIENCE_SECONDS):
                refuse_taken(folder)
                _sweep(folder.parent, {self.config, self.weights, self.beside})
                _place(folder, files)
        except OSError as error:
            raise StorageFailure(
                f"{folder} could not be written: {error.strerror or error}.", "Nothing of it was kept."
            ) from error

    def read_config(self, folder: Path) -> dict[str, Any]:
        """What a folder says of what is in it.

        Raises: NotFound, BadInput.
        """
        path = folder / self.config
        try:
            config = json.loads(self._bytes(path))
        except ValueError:
            raise BadInput(
                f"{path} is no JSON: it is damaged.", "Copy it again, or remove its folder and train anew."
            ) from None
        if not isinstance(config, dict) or config.get("kind") != self.kind:
            raise BadInput(f"{path} is of no {self.kind.partition(' ')[2]}.", f"Give {self.source}.")
        if not isinstance(config.get("version"), int):
            raise BadInput(
                f"{path} has no version: it is damaged.",
                "Copy it again, or remove its folder and train anew.",
            )
        if config["version"] > self.version:
            raise BadInput(
                f"{path} is of version {config['version']}; this program reads up to {self.version}.",
                "Update tradewright, or train anew.",
            )
        return config

    def read_weights(self, folder: Path, config: Mapping[str, Any]) -> bytes:
        """The weights, byte for byte as they were written.

        Raises: NotFound; BadInput naming a file that is truncated or changed.
        """
        path = folder / self.weights
        content = self._bytes(path)
        if len(content) != config["weights_bytes"]:
            raise BadInput(
                f"{path} has {len(content):,} of {config['weights_bytes']:,} bytes: it is truncated.",
                "Copy it again, or remove its folder and train anew.",
            )
        if hashlib.sha256(content).hexdigest() != config["weights_sha256"]:
            raise BadInput(
                f"{path} is not what was saved.", "Copy it again, or remove its folder and train anew."
            )
        return content

    def read_beside(self, folder: Path, config: Mapping[str, Any]) -> bytes:
        """The second file, byte for byte as it was written; empty where the folder was written without one.

        Raises: NotFound; BadInput naming a file that is changed.
        """
        if not config.get("beside_sha256"):
            return b""
        content = self._bytes(folder / self.beside)
        if hashlib.sha256(content).hexdigest() != config["beside_sha256"]:
            raise BadInput(
                f"{folder / self.beside} is not what was saved.",
                "Copy it again, or remove its folder and train anew.",
            )
        return content

    def _bytes(self, path: Path) -> bytes:
        """A file's content."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise NotFound(f"There is no {path}.", f"Give {self.source}.") from None


def refuse_taken(folder: Path) -> None:
    """Refuse a place where something is already, before hours of training are lost to it.

    Raises: InvalidOption.
    """
    if folder.exists():
        raise InvalidOption(f"{folder} exists.", "Give a folder that is not there yet.")


def _place(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files beside the folder's place, make them durable, and rename; for who is alone in the room."""
    fresh = Path(tempfile.mkdtemp(prefix=WRITING, dir=folder.parent))
    try:
        for name, content in files.items():
            write_through(fresh / name, content)
        sync_folder(fresh)
        fresh.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _sweep(room: Path, names: set[str]) -> None:
    """Remove what saves that were killed left half written; one with other files is not ours."""
    for orphan in room.glob(f"{WRITING}*"):
        try:
            if {one.name for one in orphan.iterdir()} <= names:
                shutil.rmtree(orphan, ignore_errors=True)
        except OSError:
            continue
