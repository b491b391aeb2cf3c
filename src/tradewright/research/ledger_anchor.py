"""How far the ledger went, kept apart from it: a chain cannot tell that its own end is missing."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from tradewright.runs.durable import replace_file
from tradewright.runs.manifest import LedgerMark
from tradewright.values.errors import StorageFailure


@dataclass(frozen=True)
class LedgerAnchor:
    """A small file that remembers the ledger's length and the hash of its last row.

    It may lag behind by what was written when a process was killed, and is never ahead: it is written after
    the rows are on the disk.
    """

    path: Path

    def seen(self) -> LedgerMark:
        """What was there when somebody last wrote; nothing where nobody has.

        Raises: StorageFailure where the file cannot be read.
        """
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=LedgerMark)
        except FileNotFoundError:
            return LedgerMark()
        except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
            raise StorageFailure(
                f"the ledger's anchor {self.path} cannot be read: {' '.join(str(error).split())}.",
                "Restore it from a backup.",
            ) from error

    def move(self, mark: LedgerMark) -> None:
        """Remember a longer ledger; a shorter one is forgotten by nobody."""
        if mark.rows <= self.seen().rows:
            return
        try:
            replace_file(self.path, json.dumps(asdict(mark)).encode())
        except OSError as error:
            raise StorageFailure(f"the anchor {self.path} cannot be written: {error.strerror}.") from error

    def check(self, name: str, seen: LedgerMark, now: LedgerMark, there: str | None) -> None:
        """Compare a ledger with what was seen: `there` is the hash of the row that was the last one then.

        Raises: StorageFailure saying what is missing.
        """
        if there == seen.head or not seen.rows:
            return
        if not now.rows:
            what = f"the trial ledger {name} is gone: {seen.rows:,} rows were in it"
        elif now.rows < seen.rows:
            what = f"the trial ledger {name} was cut: {seen.rows:,} rows were in it, {now.rows:,} are left"
        else:
            what = f"the trial ledger {name} is another one than before: its row {seen.rows:,} differs"
        raise StorageFailure(
            f"{what}.",
            f"Restore it from a backup. Without one, remove {self.path} to begin anew: what was tried before "
            "is then lost for good, and the gates of every run that saw it say so.",
        )
