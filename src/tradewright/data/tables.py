"""Delta tables on a local disk: append once, read exact files for ever, say in one line what went wrong."""

import contextlib
import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec
import polars as pl

from tradewright.values.errors import StorageFailure


class StoredFile(msgspec.Struct, frozen=True):
    """One Parquet file of a table: where it lies under the catalogue, and what its bytes must hash to."""

    table: str
    path: str
    sha256: str
    rows: int


def append(root: Path, table: str, rows: pl.DataFrame, ingest: str) -> list[StoredFile]:
    """Append rows to a table as one atomic Delta commit and return the file that now holds them.

    The file is named by the hash of its bytes and is on the disk before the commit that makes it visible.
    The library's own writer is not used: on a full disk it panics in a thread of its own.
    Raises: StorageFailure; nothing of this append is visible then.
    """
    from deltalake.exceptions import DeltaError

    if rows.is_empty():
        return []
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    content = buffer.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    path = root / table / f"ingest={ingest}" / f"{digest}.parquet"
    try:
        _write(path, content)
        _commit(root / table, rows, path, ingest)
    except (OSError, DeltaError) as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise writing_failed(root, error) from error
    return [StoredFile(table, path.relative_to(root).as_posix(), digest, len(rows))]


def read(root: Path, file: StoredFile) -> pl.DataFrame:
    """The rows of one file, after its bytes were compared with what was written.

    Raises: StorageFailure naming the file when it is missing or its bytes have changed.
    """
    return _verified(root / file.path, file.sha256)


def read_log(root: Path, table: str) -> pl.DataFrame | None:
    """All rows of a small table as of its latest commit; None where the table does not exist yet.

    Raises: StorageFailure naming the table or the file that cannot be read.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError, TableNotFoundError

    if not (root / table / "_delta_log").is_dir():
        return None
    try:
        uris = DeltaTable(_uri(root / table)).file_uris()
    except TableNotFoundError:
        return None
    except (OSError, DeltaError) as error:
        raise StorageFailure(f"{root / table} cannot be read: {reason_of(error)}.", _RESTORE) from error
    # Of each address only what was written by `append` is taken: folder and file name.
    paths = [root / table / Path(unquote(uri)).parent.name / Path(uri).name for uri in uris]
    parts = [_verified(path, path.stem) for path in paths]
    return pl.concat(parts) if parts else None


@contextlib.contextmanager
def one_writer(root: Path) -> Iterator[None]:
    """Hold the catalogue for one ingest; another one waits its turn. The system lets go when a process dies.

    Raises: StorageFailure when the folder cannot be written to.
    """
    if "%" in str(root.absolute()):
        raise StorageFailure(
            f"{root} has a percent sign in it, which the tables' library takes for an encoded letter.",
            "Give --workspace a folder without one.",
        )
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(root / ".writer", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise writing_failed(root, error) from error
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def writing_failed(root: Path, error: Exception) -> StorageFailure:
    """The failure of a write, in one line. What was committed before is untouched."""
    return StorageFailure(
        f"could not write to {root}: {reason_of(error)}. Nothing was taken; earlier snapshots are intact.",
        "Free some space or give --workspace a folder that can be written to.",
    )


def reason_of(error: Exception) -> str:
    """What the system said, without the library's wrapping."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    words = " ".join(str(error).split())
    for number, plainly in _PLAIN_REASONS.items():
        if f"os error {number}" in words.lower():
            return plainly
    return words[:200].rstrip(".")


_RESTORE = "Restore it from a copy, or ingest the data again into another workspace."
_PLAIN_REASONS = {
    13: "permission denied",
    27: "file too large",
    28: "no space left on device",
    30: "read-only file system",
}


def _write(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _commit(table: Path, rows: pl.DataFrame, path: Path, ingest: str) -> None:
    """Make a written file part of a table; the table appears with its first one."""
    from deltalake import DeltaTable, write_deltalake
    from deltalake.transaction import AddAction

    if not DeltaTable.is_deltatable(_uri(table)):
        nothing = rows.clear().with_columns(ingest=pl.lit(ingest).cast(pl.String))
        write_deltalake(_uri(table), nothing, mode="append", partition_by=["ingest"])
    delta = DeltaTable(_uri(table))
    where = path.stat()
    add = AddAction(
        path=path.relative_to(table).as_posix(), size=where.st_size, partition_values={"ingest": ingest},
        modification_time=where.st_mtime_ns // 1_000_000, data_change=True,
        stats=f'{{"numRecords": {len(rows)}}}',
    )  # fmt: skip
    delta.create_write_transaction([add], mode="append", schema=delta.schema(), partition_by=["ingest"])


def _uri(table: Path) -> str:
    """A table's address: a plain path with a percent sign in it would be read as if it were encoded."""
    return table.absolute().as_uri()


def _verified(path: Path, digest: str) -> pl.DataFrame:
    """The rows of a file whose bytes hash to `digest`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StorageFailure(f"{path} cannot be read: {reason_of(error)}.", _RESTORE) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise StorageFailure(f"{path} is damaged: its bytes are not those that were ingested.", _RESTORE)
    return pl.read_parquet(io.BytesIO(content))


def _lock(handle: int) -> None:
    """Wait for the lock where the system has one; elsewhere Delta's own conflict check stands alone."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
