"""The folder of all runs: each appears whole or not at all, and is found again by its id.

A run is written into a hidden folder beside its place and renamed into it. What stands in the way is moved
aside first and removed last, so that a crash at any point leaves the old run or the new one.
"""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tradewright.runs.durable import sync_folder, write_through
from tradewright.runs.manifest import (
    COMPLETE,
    DAMAGED,
    MANIFEST,
    RUN_ID,
    Causes,
    LedgerMark,
    Manifest,
    manifest_bytes,
    manifest_of,
    read_manifest,
    same_run,
    sha256_of,
)
from tradewright.values.errors import Blocked, InvalidOption, NotFound, StorageFailure
from tradewright.values.instant import Instant

if TYPE_CHECKING:
    import polars as pl

WRITING, REPLACED = ".writing-", ".replaced-"
# A hidden folder older than this belongs to a process that died.
ABANDONED_SECONDS = 86_400.0


class RunStore:
    """All runs of a workspace, one folder each, named by its id."""

    def __init__(self, root: Path) -> None:
        """`root` is created with the first run."""
        self.root = root

    def write(
        self,
        causes: Causes,
        files: Mapping[str, bytes],
        now: Instant,
        status: str = COMPLETE,
        ledger: LedgerMark | None = None,
    ) -> Manifest:
        """Keep a run's files under its id, all at once; `ledger` says how far the ledger of trials went.

        A whole run that is already there with the same bytes stays; one with other bytes is replaced. A
        partial run never replaces a whole one.
        Raises: StorageFailure when the disk is full or read-only; nothing of the new run is then visible.
        """
        hashes = {name: sha256_of(content) for name, content in files.items()}
        manifest = manifest_of(causes, hashes, status, now, ledger)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self._sweep()
            with self._filled({**files, MANIFEST: manifest_bytes(manifest)}, causes.run_id) as fresh:
                return self._place(fresh, manifest)
        except OSError as error:
            raise StorageFailure(
                f"run {causes.run_id} could not be written to {self.root}: {error.strerror or error}.",
                "What was there before is intact. Free some space, or choose another --workspace.",
            ) from error

    def all(self) -> list[Manifest]:
        """Every run, newest first; one whose manifest cannot be read is listed as damaged."""
        found = [_manifest_or_damage(folder) for folder in self._folders()]
        return sorted(found, key=lambda one: (-one.written_at, one.run_id))

    def find(self, prefix: str) -> Manifest:
        """The run whose id begins with `prefix`; 'latest' is the newest one.

        Raises: NotFound without such a run, InvalidOption where several begin like this, StorageFailure
        where its manifest is damaged.
        """
        if prefix == "latest":
            return self._latest()
        folders = {_id_of(folder): folder for folder in self._folders()}
        matches = sorted(run_id for run_id in folders if prefix and run_id.startswith(prefix.lower()))
        if not matches:
            raise self._absent(f"there is no run '{prefix}' in {self.root}.", "See: tradewright runs list")
        if len(matches) > 1:
            raise InvalidOption(
                f"'{prefix}' begins {len(matches)} run ids: {', '.join(matches[:5])}.", "Give more of it."
            )
        return read_manifest(folders[matches[0]])

    def complete(self, prefix: str) -> Manifest:
        """Like `find`, but only a whole run will do.

        Raises: Blocked for a partial run.
        """
        manifest = self.find(prefix)
        if manifest.is_complete:
            return manifest
        raise Blocked(
            f"run {manifest.run_id} ({manifest.name}) is partial: it was interrupted before its end.",
            "Run its study again, then use the whole run.",
        )

    def edits(self, manifest: Manifest, only: str = "") -> list[str]:
        """What was changed after a run was written, in words; `only` as in `changes`, nothing for damage."""
        if manifest.status == DAMAGED:
            return []
        found = changes(self.folder(manifest.run_id), manifest, only)
        return [f"{change.file} ({change.how})" for change in found]

    def folder(self, run_id: str) -> Path:
        """Where a run's files lie."""
        folder = self.root / run_id
        aside = self.root / f"{REPLACED}{run_id}"
        return aside if not folder.exists() and aside.exists() else folder

    def read_bytes(self, run_id: str, name: str) -> bytes:
        """One file of a run.

        Raises: StorageFailure where it is missing.
        """
        try:
            return (self.folder(run_id) / name).read_bytes()
        except OSError as error:
            raise StorageFailure(
                f"{name} of run {run_id} cannot be read: {error.strerror}.",
                f"See what else differs: tradewright runs verify {run_id}",
            ) from error

    def read_json(self, run_id: str, name: str) -> Any:
        """One JSON file of a run, decoded.

        Raises: StorageFailure where it is missing or damaged.
        """
        try:
            return msgspec.json.decode(self.read_bytes(run_id, name))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _unreadable(run_id, name) from error

    def read_table(self, run_id: str, name: str) -> "pl.DataFrame":
        """One table of a run.

        Raises: StorageFailure where it is missing or damaged.
        """
        import io

        import polars as pl

        try:
            return pl.read_parquet(io.BytesIO(self.read_bytes(run_id, name)))
        except pl.exceptions.PolarsError as error:
            raise _unreadable(run_id, name) from error

    def _latest(self) -> Manifest:
        """The newest run with a readable manifest."""
        for manifest in self.all():
            if manifest.status != DAMAGED:
                return manifest
        raise self._absent(f"there is no run in {self.root}.", "Make one: tradewright study run FILE")

    def _absent(self, what: str, mend: str) -> NotFound:
        """The error for a run that is not there; a whole workspace that is not there has been misspelt."""
        if self.root.parent.is_dir():
            return NotFound(what, mend)
        return NotFound(f"there is no workspace at {self.root.parent}.", "Is its path spelt right?")

    def _folders(self) -> Iterator[Path]:
        """The folder of each run, also of one whose replacement never arrived."""
        if not self.root.is_dir():
            return
        for folder in sorted(self.root.iterdir()):
            run_id = _id_of(folder)
            if RUN_ID.fullmatch(run_id) and self.folder(run_id) == folder:
                yield folder

    @contextmanager
    def _filled(self, files: Mapping[str, bytes], run_id: str) -> Iterator[Path]:
        """A hidden folder with these files on disk, removed again if it was not renamed away."""
        fresh = Path(tempfile.mkdtemp(prefix=f"{WRITING}{run_id}-", dir=self.root))
        try:
            for name, content in files.items():
                write_through(fresh / name, content)
            sync_folder(fresh)
            yield fresh
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _place(self, fresh: Path, manifest: Manifest) -> Manifest:
        """Rename a filled folder to its run's place, under the store's lock."""
        place, aside = self.root / manifest.run_id, self.root / f"{REPLACED}{manifest.run_id}"
        with self._locked():
            if aside.exists() and not place.exists():
                aside.rename(place)
            standing = _manifest_or_damage(place) if place.exists() else None
            if standing and _stays(standing, manifest, place):
                return standing
            if standing:
                shutil.rmtree(aside, ignore_errors=True)
                place.rename(aside)
            fresh.chmod(0o755)
            fresh.rename(place)
            sync_folder(self.root)
            shutil.rmtree(aside, ignore_errors=True)
        return manifest

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time may rename runs."""
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        """Remove what processes that died long ago left half written."""
        for folder in self.root.glob(f"{WRITING}*"):
            try:
                age = time.time() - folder.stat().st_mtime
            except FileNotFoundError:
                continue
            if age > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _stays(standing: Manifest, fresh: Manifest, place: Path) -> bool:
    """Whether the run that is there is worth at least as much as the one that arrives."""
    if standing.is_complete and not fresh.is_complete:
        return True
    return same_run(standing, fresh) and not changes(place, standing)


@dataclass(frozen=True)
class Change:
    """One file that is not what the manifest says: `how` is edited, missing, unexpected or not sealed."""

    file: str
    how: str


def changes(folder: Path, manifest: Manifest, only: str = "") -> list[Change]:
    """Every file of a run's folder that is not what its manifest vouches for, by name.

    With `only`, the bytes of files that end so are read and of the others only that they are there.
    """
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    extra = [Change(name, "unexpected") for name in found - set(manifest.files) - {MANIFEST}]
    known = [Change(name, "missing") for name in set(manifest.files) - found]
    known += [
        Change(name, "edited")
        for name in set(manifest.files) & found
        if name.endswith(only) and sha256_of((folder / name).read_bytes()) != manifest.files[name]
    ]
    if not manifest.is_sealed:
        known.append(Change(MANIFEST, "edited" if manifest.seal else "not sealed"))
    return sorted(extra + known, key=lambda change: change.file)


def _id_of(folder: Path) -> str:
    """The run id in a folder's name."""
    return folder.name.removeprefix(REPLACED)


def _manifest_or_damage(folder: Path) -> Manifest:
    """The folder's manifest, or one that says it is damaged."""
    try:
        return read_manifest(folder)
    except StorageFailure:
        return Manifest(_id_of(folder), "", "", DAMAGED, 0, "", "", "", _changed_at(folder), {})


def _changed_at(folder: Path) -> int:
    """When a folder last changed, ns UTC; 0 where it is gone."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _unreadable(run_id: str, name: str) -> StorageFailure:
    """The error for a file that is there but is not what it was."""
    return StorageFailure(
        f"{name} of run {run_id} is damaged.", f"See what differs: tradewright runs verify {run_id}"
    )
