"""Where data came from, and the name of the exact bytes a run read."""

from dataclasses import dataclass
from enum import Enum


class Origin(Enum):
    """Real prices, or made ones. Synthetic data can never satisfy a promotion gate."""

    REAL = "real"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Provenance:
    """Who made the data, under which licence, and what a reader must be told about it.

    `caveats` are sentences for people, shown under every verdict reached on this data. `survivors_only` says
    whether the universe was chosen knowing who would survive; None means that nobody has said.
    """

    origin: Origin
    vendor: str
    licence: str
    caveats: tuple[str, ...] = ()
    survivors_only: bool | None = None


@dataclass(frozen=True)
class Snapshot:
    """A name for exact bytes, for ever.

    Units: `ingested_at` ns UTC. `id` is a hash of the dataset's name, its provenance and its tables' content.
    """

    id: str
    dataset: str
    ingested_at: int
    provenance: Provenance
    calendar: str
    symbols: tuple[str, ...]
    first: str
    last: str
    rows: int
