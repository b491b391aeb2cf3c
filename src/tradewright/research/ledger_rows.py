"""The port behind the ledger: a database of rows that are only ever added, one writer at a time."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

# Runs one statement with `?` for its values; gives what it found.
Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

COLUMNS = "seq, at, kind, hypothesis, study, trial, body, hash"


class LedgerRows(Protocol):
    """Tables `events` and `series` that refuse to change or delete a row.

    Every member maps what its database and the disk say to StorageFailure.
    """

    @property
    def name(self) -> str:
        """What a person calls it, without a password."""

    def create(self) -> None:
        """Make the tables where they are missing, also beside rows of a version that had fewer."""

    def reading(self) -> AbstractContextManager[Run]:
        """Look at rows that are on record."""

    def writing(self) -> AbstractContextManager[Run]:
        """One transaction that keeps every other writer out from its first statement on."""
