"""A whole workspace in a folder, with a clock that counts and nobody watching."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tradewright.data.catalogue import Catalogue
from tradewright.research.plan import Shelf
from tradewright.research.study_run import Ports
from tradewright.research.trials import TrialLedger
from tradewright.runs.store import RunStore
from tradewright.values.instant import Instant, instant_of

START = instant_of("2024-01-01")


@dataclass
class Workspace:
    """What assembly joins for real, for a test."""

    root: Path
    told: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.catalogue = Catalogue(self.root / "catalogue")
        self.ledger = TrialLedger(self.root / "ledger.sqlite")
        self.store = RunStore(self.root / "runs")
        self.ticks = count(START, 1_000_000_000)

    def shelf(self, **more) -> Shelf:
        return Shelf(self.catalogue, START, **more)

    def ports(self, progress=None) -> Ports:
        return Ports(self.shelf(), self.ledger, self.store, self.clock, progress or self.heard)

    def clock(self) -> Instant:
        return Instant(next(self.ticks))

    def heard(self, stage: str, done: int, total: int) -> None:
        self.told.append((stage, done, total))
