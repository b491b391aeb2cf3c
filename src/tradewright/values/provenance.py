"""Where data came from, and the name of the exact bytes a run read."""

from dataclasses import dataclass
from enum import Enum

UNKNOWN = "unknown"


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

    @property
    def stated_origin(self) -> Origin | None:
        """Real or synthetic, None where a file was taken in and nobody said who made its prices.

        A file cannot show that it holds a real market; somebody has to stand for it by name.
        """
        is_vouched = self.vendor.strip().lower() not in ("", UNKNOWN)
        return self.origin if is_vouched or self.origin is Origin.SYNTHETIC else None


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
