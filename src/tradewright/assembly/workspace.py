"""A workspace opened: its catalogue, its runs and its ledger, each made when first asked for."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from tradewright.assembly import compiled_code
from tradewright.config import Options
from tradewright.values.errors import StorageFailure
from tradewright.values.instant import Instant

if TYPE_CHECKING:
    from tradewright.data.catalogue import Catalogue
    from tradewright.research.ledger_rows import LedgerRows
    from tradewright.research.plan import Shelf
    from tradewright.research.trials import TrialLedger
    from tradewright.runs.store import RunStore


@dataclass(frozen=True)
class Workspace:
    """Everything that is kept between two commands, in one folder.

    `say` gets whole sentences for a person who waits; it is told nothing that a program would read.
    """

    options: Options
    environment: Mapping[str, str]
    say: compiled_code.Say

    @property
    def root(self) -> Path:
        """The folder."""
        return self.options.workspace

    @property
    def ledger_file(self) -> Path:
        """Where the ledger of trials lies."""
        return self.root / "ledger.sqlite"

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The datasets."""
        from tradewright.data.catalogue import Catalogue

        return Catalogue(self.root / "catalogue")

    @cached_property
    def runs(self) -> "RunStore":
        """The runs."""
        from tradewright.runs.store import RunStore

        return RunStore(self.root / "runs")

    @cached_property
    def ledger(self) -> "TrialLedger":
        """The ledger of trials, in a file or in the database that the options name.

        Its anchor lies in the workspace, apart from it.
        """
        from tradewright.research.trials import TrialLedger

        return TrialLedger(self._ledger_rows(), self.root / "ledger-anchor.json")

    def _ledger_rows(self) -> "LedgerRows | Path":
        if not self.options.ledger:
            return self.ledger_file
        from tradewright.research.stores.postgres import PostgresRows

        return PostgresRows(self.options.ledger, self.environment.get("PGPASSWORD", ""))

    @property
    def ledger_is_there(self) -> bool:
        """Whether there is a ledger to look into; asking makes none."""
        return bool(self.options.ledger) or self.ledger_file.exists()

    def lost_trials(self) -> str:
        """What the ledger lacks of what the runs saw in it, in words; no ledger is made by asking."""
        from tradewright.research.ledger_marks import lost_rows

        runs = self.runs.all()
        try:
            return lost_rows(self.ledger if self.ledger_is_there else None, runs)
        except StorageFailure as failure:
            return failure.what.rstrip(".")

    def shelf(self, pins: Mapping[str, str] | None = None) -> "Shelf":
        """Where studies take their data from; `pins` name exact snapshots for a replay."""
        from tradewright.data.feeds.packaged import PACKAGED, read
        from tradewright.research.plan import Shelf

        sources = {name: partial(read, name) for name in PACKAGED}
        return Shelf(self.catalogue, self.clock(), sources, pins or {})

    def prepare_kernel(self) -> Path:
        """Choose where compiled code is kept, and say so where somebody has to wait; gives the folder."""
        return compiled_code.prepare(self.options, self.environment, self.say)

    def prepare_features(self) -> None:
        """As `prepare_kernel`, for the features."""
        told = self.options, self.environment, self.say
        compiled_code.prepare(*told, what="the features", entry="run_program")

    def prepare_pricing(self, entry: str) -> None:
        """As `prepare_kernel`, for one compiled loop of the option pricer."""
        told = self.options, self.environment, self.say
        compiled_code.prepare(*told, what="the option pricer", entry=entry, seconds=4)

    @staticmethod
    def clock() -> Instant:
        """The present instant."""
        return Instant(time.time_ns())
