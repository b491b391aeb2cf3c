"""Features over a dataset of the workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import InvalidOption, StorageFailure
from tradewright.values.instant import NS_PER_DAY, Instant, instant_of

if TYPE_CHECKING:
    from tradewright.features.feature_set import FeatureSet, FeatureTable

WRITERS = {".parquet": "write_parquet", ".csv": "write_csv"}


@dataclass(frozen=True)
class FeatureRequest:
    """What somebody typed. `parameters` are text as typed, for a lone feature."""

    features: Sequence[str]
    dataset: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    symbols: tuple[str, ...] = ()
    start: str = ""
    end: str = ""


def compute(workspace: Workspace, request: FeatureRequest) -> "FeatureTable":
    """The features over a dataset as it is known now, all history before `start` used and then left out.

    Raises: UnknownName, InvalidOption, NotFound, BadInput.
    """
    features = wanted(request)
    snapshot = workspace.catalogue.resolve(request.dataset)
    last = _day(request.end, "--end")
    as_of = workspace.clock() if last is None else Instant(last + NS_PER_DAY - 1)
    panel = workspace.catalogue.panel(snapshot, as_of, request.symbols or None)
    workspace.prepare_features()
    table = features.of_panel(panel)
    first = _day(request.start, "--start")
    row = 0 if first is None else int(np.searchsorted(panel.instants, first))
    if row >= len(panel.instants):
        raise InvalidOption("The data hold no row in this period.", "Widen --start and --end.")
    return table.since(row)


def wanted(request: FeatureRequest) -> "FeatureSet":
    """All features that were named, in one set."""
    from tradewright.runs.feature_source import load, load_all

    if len(request.features) == 1:
        return load(request.features[0], request.parameters)
    if request.parameters:
        raise InvalidOption("--set belongs to one feature.", "Name a single one, or drop --set.")
    return load_all(request.features)


def write(table: "FeatureTable", where: Path) -> int:
    """Write a table as Parquet or CSV, by the file's ending; gives the number of rows.

    Raises: InvalidOption for another ending, StorageFailure where the file cannot be written.
    """
    if where.suffix not in WRITERS:
        raise InvalidOption(f"--out {where} ends in neither .parquet nor .csv.", "Give one of the two.")
    frame = table.to_polars()
    try:
        getattr(frame, WRITERS[where.suffix])(where)
    except OSError as error:
        raise StorageFailure(f"{where} cannot be written: {error.strerror or error}.") from error
    return len(frame)


def _day(text: str, option: str) -> int | None:
    """Midnight UTC of a day as typed; None where none was."""
    if not text:
        return None
    try:
        return int(instant_of(text))
    except ValueError as error:
        raise InvalidOption(f"{option} {text} is no day.", "Give one such as 2010-01-04.") from error
