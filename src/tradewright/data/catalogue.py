"""The catalogue: immutable snapshots of datasets, each named by a hash of what it says.

An ingest appends to Delta tables (bars, actions, listings, sessions, findings) and then writes one row to the
table `snapshots`, which names the exact files and their hashes. That row is the commit: a reader finds a
snapshot through it alone, so whatever a crash leaves behind before it is never seen.
"""

import uuid
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from tradewright.data import fingerprint, tables
from tradewright.data.as_of import Facts, panel_of
from tradewright.data.calendar import local_dates
from tradewright.data.content import (
    ACTIONS,
    BARS,
    LISTINGS,
    SESSIONS,
    TERMS,
    DatasetContent,
    check_name,
    empty,
)
from tradewright.data.quality import inspect
from tradewright.data.tables import StoredFile
from tradewright.values.errors import BadInput, NotFound, StorageFailure
from tradewright.values.findings import Finding, Level
from tradewright.values.instant import Instant
from tradewright.values.panel import Panel
from tradewright.values.provenance import Provenance, Snapshot

_SCHEMAS = {
    "bars": BARS,
    "actions": ACTIONS,
    "terms": TERMS,
    "listings": LISTINGS,
    "sessions": SESSIONS,
    "findings": fingerprint.FINDINGS,
}
# The largest last: what is most likely to fail has then left least behind.
_WRITE_ORDER = ("sessions", "listings", "terms", "actions", "findings", "bars")
_LOG = "snapshots"
_SHORTEST_PREFIX = 6


class _Record(msgspec.Struct, frozen=True):
    """One row of the table `snapshots`: all there is to know about a snapshot except its rows."""

    id: str
    dataset: str
    ingested_at: int
    provenance: Provenance
    calendar: str
    time_zone: str
    symbols: tuple[str, ...]
    first: str
    last: str
    rows: int
    truth: dict[str, Any] | None
    files: tuple[StoredFile, ...]

    def snapshot(self) -> Snapshot:
        """The public part."""
        return Snapshot(
            self.id, self.dataset, self.ingested_at, self.provenance, self.calendar, self.symbols,
            self.first, self.last, self.rows,
        )  # fmt: skip


class Catalogue:
    """Where datasets are kept. Every read names a snapshot and an instant; neither has a default."""

    def __init__(self, root: Path) -> None:
        """`root` is the folder; it appears with the first commit."""
        self.root = root
        self._known: dict[str, _Record] = {}

    def commit(self, dataset: DatasetContent, now: Instant) -> Snapshot:
        """Check a dataset and keep it: all of it or nothing. What is there already is not stored twice.

        Either way it is from now on the dataset's latest snapshot.
        Raises: BadInput without any bar; InvalidOption for a name that is none; StorageFailure when it
        cannot be written (nothing is taken then).
        """
        check_name(dataset.name)
        if dataset.bars.is_empty():
            raise BadInput(f"dataset '{dataset.name}' has no bars.", "Give at least one.")
        if dataset.truth is not None:
            # As a reader will get it back, so that the name can be recomputed from what is stored.
            dataset = replace(dataset, truth=msgspec.json.decode(fingerprint.encoded(dataset.truth)))
        findings = [*dataset.findings, *inspect(dataset)]
        parts = fingerprint.tables_of(dataset, findings)
        head = fingerprint.head_of(
            dataset.name, dataset.provenance, dataset.calendar, dataset.time_zone, dataset.truth
        )
        name = fingerprint.content_id(head, parts)
        with tables.one_writer(self.root):
            records = [record for record in self._records() if record.dataset == dataset.name]
            kept = next((record for record in records if record.id == name), None)
            if kept is None:
                record = self._write(dataset, parts, name, now)
            else:
                record = kept if kept is records[0] else self._latest_again(kept, now)
        self._known[name] = record
        return record.snapshot()

    def snapshots(self, dataset: str | None = None) -> list[Snapshot]:
        """The snapshots of one dataset, or of all, newest first.

        Raises: StorageFailure naming what cannot be read.
        """
        return [r.snapshot() for r in self._records() if dataset is None or r.dataset == dataset]

    def resolve(self, name_or_id: str) -> Snapshot:
        """The snapshot of this id (six or more of its characters do), or the latest one of this dataset.

        Raises: NotFound, with the nearest name that is there.
        """
        return self._record(name_or_id).snapshot()

    def panel(self, snapshot: Snapshot, as_of: Instant, symbols: tuple[str, ...] | None = None) -> Panel:
        """The bars and corporate actions of a snapshot that were known at an instant.

        Shape: see `as_of.panel_of`. Known at: every bar and action in it has known_at <= `as_of`.
        Raises: UnknownName for a symbol it does not have; StorageFailure naming a damaged file.
        """
        return panel_of(self.facts(snapshot), as_of, symbols)

    def facts(self, snapshot: Snapshot) -> Facts:
        """The tables of a snapshot as they were ingested, every byte verified."""
        record = self._record(snapshot.id)
        bars, actions, listings, sessions, terms = (
            self._table(record, name) for name in ("bars", "actions", "listings", "sessions", "terms")
        )
        return Facts(bars, actions, listings, sessions, record.time_zone, terms)

    def findings(self, snapshot: Snapshot) -> list[Finding]:
        """What the quality report said when the snapshot was ingested, errors first."""
        rows = self._table(self._record(snapshot.id), "findings").iter_rows(named=True)
        return [Finding(**{**row, "level": Level(row["level"])}) for row in rows]

    def truth(self, snapshot: Snapshot) -> dict[str, Any] | None:
        """What a synthetic market knows about itself; None for real data."""
        return self._record(snapshot.id).truth

    def verify(self, snapshot: Snapshot) -> None:
        """Read everything again and recompute the snapshot's name from it.

        Raises: StorageFailure naming a damaged file, or the snapshot whose content is not what it was.
        """
        record = self._record(snapshot.id)
        parts = {name: self._table(record, name) for name in _SCHEMAS}
        if parts["terms"].is_empty():
            del parts["terms"]
        head = fingerprint.head_of(
            record.dataset, record.provenance, record.calendar, record.time_zone, record.truth
        )
        found = fingerprint.content_id(head, parts)
        if found != record.id:
            raise StorageFailure(
                f"snapshot {record.id} in {self.root} now hashes to {found}.", "Ingest it again."
            )

    def _write(
        self, dataset: DatasetContent, parts: dict[str, pl.DataFrame], name: str, now: Instant
    ) -> _Record:
        """Append the tables, then the row that makes them visible."""
        ingest = uuid.uuid4().hex
        files = [f for part in _WRITE_ORDER if part in parts
                 for f in tables.append(self.root, part, parts[part], ingest)]  # fmt: skip
        known_at = dataset.bars["known_at"]
        ends = local_dates(pl.Series([known_at.min(), known_at.max()]), dataset.time_zone)
        record = _Record(
            name, dataset.name, int(now), dataset.provenance, dataset.calendar, dataset.time_zone,
            dataset.symbols, str(ends[0]), str(ends[1]), len(dataset.bars), dataset.truth, tuple(files),
        )  # fmt: skip
        self._log(record, ingest)
        return record

    def _latest_again(self, record: _Record, now: Instant) -> _Record:
        """Somebody went back to what an earlier ingest brought: its name's snapshot is that one again."""
        again = msgspec.structs.replace(record, ingested_at=int(now))
        self._log(again, uuid.uuid4().hex)
        return again

    def _log(self, record: _Record, ingest: str) -> None:
        """The row that makes a snapshot visible."""
        text = msgspec.json.encode(record, order="deterministic").decode()
        row = {"id": record.id, "dataset": record.dataset, "ingested_at": record.ingested_at, "record": text}
        tables.append(self.root, _LOG, pl.DataFrame([row]), ingest)

    def _records(self) -> list[_Record]:
        """Every snapshot's record, newest first; the last of equal ids stands."""
        rows = tables.read_log(self.root, _LOG)
        if rows is None:
            return []
        records: dict[str, _Record] = {}
        for row in rows.sort("ingested_at", "id").iter_rows(named=True):
            records.pop(row["id"], None)
            records[row["id"]] = msgspec.json.decode(row["record"], type=_Record)
        self._known.update(records)
        return list(records.values())[::-1]

    def _record(self, name_or_id: str) -> _Record:
        """The record behind an id, a part of one, or a dataset's name."""
        if name_or_id in self._known:
            return self._known[name_or_id]
        records = self._records()
        found = [r for r in records if name_or_id in (r.dataset, r.id)]
        if not found and len(name_or_id) >= _SHORTEST_PREFIX:
            found = [r for r in records if r.id.startswith(name_or_id)]
        if not found and not self.root.parent.is_dir():
            raise NotFound(f"there is no workspace at {self.root.parent}.", "Is its path spelt right?")
        if not found:
            raise _not_found(name_or_id, sorted({r.dataset for r in records}))
        return found[0]

    def _table(self, record: _Record, name: str) -> pl.DataFrame:
        """One table of a snapshot, verified; empty where the dataset has no such facts."""
        parts = [tables.read(self.root, file) for file in record.files if file.table == name]
        if not parts:
            return empty(_SCHEMAS[name])
        # Terms have a number only where actions need one.
        kept = pl.concat(parts)
        return kept.cast({column: kind for column, kind in _SCHEMAS[name].items() if column in kept.columns})


def _not_found(given: str, datasets: list[str]) -> NotFound:
    """The error for a dataset that is not there, with the nearest one that is."""
    near = get_close_matches(given, datasets, n=1, cutoff=0.5)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    if not datasets:
        return NotFound(f"no dataset or snapshot '{given}'.", "None yet: see tradewright data ingest.")
    return NotFound(f"no dataset or snapshot '{given}'.", f"{hint}Datasets: {', '.join(datasets)}.")
