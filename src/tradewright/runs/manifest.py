"""What a run is: its four causes, the hash that names it, and the manifest that vouches for its files."""

import hashlib
import json
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from tradewright.values.errors import StorageFailure

MANIFEST = "manifest.json"
COMPLETE, PARTIAL, DAMAGED = "complete", "partial", "damaged"
ID_LENGTH = 16
RUN_ID = re.compile(r"[0-9a-f]{16}")

# The libraries whose version can change a bit of a result.
LIBRARIES = (
    "numpy", "numba", "llvmlite", "polars", "deltalake", "plotly", "msgspec", "scipy",
    "jax", "jaxlib", "equinox", "optax", "lightgbm", "scikit-learn", "skops", "xgboost", "xgboost-cpu",
    "optuna",
)  # fmt: skip


@dataclass(frozen=True)
class Causes:
    """Everything a run follows from: equal causes, equal bytes.

    `kind` is study or backtest, `name` what a person calls it. `config` is all that was asked for, as JSON
    holds it.
    """

    kind: str
    name: str
    seed: int
    snapshot_id: str
    config: Mapping[str, Any]
    code_version: str

    @property
    def config_hash(self) -> str:
        """SHA-256 of the configuration, whatever the order of its keys."""
        return hashlib.sha256(_canonical([self.kind, dict(self.config)])).hexdigest()

    @property
    def run_id(self) -> str:
        """The run's name: a hash of seed, code version, data snapshot and configuration."""
        causes = [self.seed, self.code_version, self.snapshot_id, self.config_hash]
        return hashlib.sha256(_canonical(causes)).hexdigest()[:ID_LENGTH]


@dataclass(frozen=True)
class LedgerMark:
    """How far the ledger of trials went when something was written: its rows, and the hash of the last."""

    rows: int = 0
    head: str = ""


@dataclass(frozen=True)
class Manifest:
    """The record of one run. A run without a readable manifest is not a run.

    `status` is complete or partial; `files` holds the SHA-256 of every other file in the folder, `ledger` how
    far the ledger of trials went. `seal` is a hash of all the rest: it shows an edit of what the id does not
    cover (name, time, versions). Whoever makes a new seal is found only where a run is executed again.
    Units: `written_at` ns UTC.
    """

    run_id: str
    kind: str
    name: str
    status: str
    seed: int
    code_version: str
    snapshot_id: str
    config_hash: str
    written_at: int
    files: dict[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    ledger: LedgerMark = field(default_factory=LedgerMark)
    seal: str = ""

    @property
    def is_sealed(self) -> bool:
        """True where every field is what it was when the run was written."""
        return self.seal == _seal_of(self)

    @property
    def is_complete(self) -> bool:
        """True where the run went to its end."""
        return self.status == COMPLETE


def manifest_of(
    causes: Causes, files: Mapping[str, str], status: str, written_at: int, ledger: LedgerMark | None = None
) -> Manifest:
    """The manifest of a run with these causes and files, sealed."""
    manifest = Manifest(
        run_id=causes.run_id,
        kind=causes.kind,
        name=causes.name,
        status=status,
        seed=causes.seed,
        code_version=causes.code_version,
        snapshot_id=causes.snapshot_id,
        config_hash=causes.config_hash,
        written_at=written_at,
        files=dict(sorted(files.items())),
        versions=library_versions(),
        ledger=ledger or LedgerMark(),
    )
    return replace(manifest, seal=_seal_of(manifest))


def same_run(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests vouch for the same bytes, whenever they were written."""
    timeless = [replace(each, written_at=0, ledger=LedgerMark(), seal="") for each in (one, other)]
    return timeless[0] == timeless[1]


def _seal_of(manifest: Manifest) -> str:
    """SHA-256 of every field but the seal."""
    return hashlib.sha256(_canonical({**asdict(manifest), "seal": ""})).hexdigest()


def edited_fields(manifest: Manifest, config: Mapping[str, Any]) -> list[str]:
    """Which of a manifest's own statements do not agree with each other or with the run's config.json."""
    causes = Causes(
        manifest.kind, manifest.name, manifest.seed, manifest.snapshot_id, config, manifest.code_version
    )
    if manifest.config_hash != causes.config_hash:
        return ["kind or config_hash does not agree with config.json"]
    if manifest.run_id != causes.run_id:
        return ["seed, snapshot_id or code_version is not the one that the run's id was made from"]
    asked = config.get("study")
    if isinstance(asked, Mapping) and manifest.name != asked.get("title", manifest.name):
        return ["name is not the title in config.json"]
    return []


def sha256_of(content: bytes) -> str:
    """The hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as its file holds it."""
    return json.dumps(asdict(manifest), indent=2, sort_keys=True).encode() + b"\n"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run's folder.

    Raises: StorageFailure where it is missing, cut off or not a manifest.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (msgspec.MsgspecError, OSError, UnicodeDecodeError) as error:
        raise _damaged(folder, str(error)) from error
    if manifest.run_id != folder.name.removeprefix(".replaced-"):
        raise _damaged(folder, f"it names run {manifest.run_id}")
    if manifest.status not in (COMPLETE, PARTIAL):
        raise _damaged(folder, f"its status is '{manifest.status}'")
    return manifest


def _damaged(folder: Path, why: str) -> StorageFailure:
    """The error for a manifest that cannot be trusted."""
    return StorageFailure(
        f"the manifest of run {folder.name} is damaged: {' '.join(why.split())}.",
        f"Nothing in {folder} can be trusted: remove that folder and run the study again.",
    )


def code_version(package: Path | None = None) -> str:
    """SHA-256 over the name and content of every Python source of the package."""
    return _code_version(package or Path(__file__).resolve().parents[1])


@cache
def _code_version(package: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(package).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def library_versions() -> dict[str, str]:
    """Python, the machine's kind and the libraries whose version can change a bit of a result."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _canonical(value: object) -> bytes:
    """One spelling for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
