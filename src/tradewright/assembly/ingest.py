"""Data on their way into the catalogue: the source is chosen by what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import InvalidOption
from tradewright.values.findings import Finding
from tradewright.values.provenance import Snapshot

if TYPE_CHECKING:
    from tradewright.data.content import DatasetContent

PACKAGED, SYNTHETIC = "packaged:", "synthetic"


@dataclass(frozen=True)
class IngestRequest:
    """What somebody typed: a source, the dataset's name, and how files or a made market are described.

    `files` are fields of `FileOptions`, `market` options of the synthetic market, both only as far as given.
    """

    source: str
    name: str = ""
    files: Mapping[str, Any] = field(default_factory=dict)
    market: Mapping[str, str] = field(default_factory=dict)


def ingest(workspace: Workspace, request: IngestRequest) -> tuple[Snapshot, list[Finding]]:
    """Read or make a dataset and keep it, all of it or nothing; gives its snapshot and what the checks found.

    Raises: BadInput naming file, line, column and value; StorageFailure with earlier snapshots intact.
    """
    content = content_of(request)
    snapshot = workspace.catalogue.commit(content, workspace.clock())
    return snapshot, workspace.catalogue.findings(snapshot)


def content_of(request: IngestRequest) -> "DatasetContent":
    """The dataset that a request describes.

    Raises: InvalidOption for options that do not belong to the source; whatever the feed finds wrong.
    """
    if request.source == SYNTHETIC:
        _refuse("a made market", request.files)
        return _made(request)
    if request.market:
        raise InvalidOption("--set describes a made market only.", f"Use it with the source '{SYNTHETIC}'.")
    if request.source.startswith(PACKAGED):
        _refuse("a packaged dataset", request.files)
        return _packaged(request)
    return _from_files(request)


def _made(request: IngestRequest) -> "DatasetContent":
    from tradewright.data.synthetic.make import make
    from tradewright.data.synthetic.options import options_of

    named = {"name": request.name} if request.name else {}
    return make(options_of({**named, **request.market}))


def _packaged(request: IngestRequest) -> "DatasetContent":
    from tradewright.data.feeds import packaged

    content = packaged.read(request.source.removeprefix(PACKAGED))
    return replace(content, name=request.name) if request.name else content


def _from_files(request: IngestRequest) -> "DatasetContent":
    from tradewright.data.feeds.csv_parquet import FileOptions, read

    path = Path(request.source)
    name = request.name or path.resolve().stem.lower()
    return read(path, FileOptions(name=name, **request.files))


def _refuse(what: str, given: Mapping[str, Any]) -> None:
    """Refuse options that would be ignored."""
    if given:
        first = next(iter(given)).replace("_", "-")
        raise InvalidOption(f"--{first} says nothing about {what}.", "Leave it out: it is for files of bars.")
