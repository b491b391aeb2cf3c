"""Locks that hold across processes: who writes is alone, and whoever is killed lets go at once.

The system keeps a lock for a process that holds a file open, so a dead holder never bars anybody. The file of
a lock is never removed: whoever removed it could lock one file while the next process locks another of the
same name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradewright.values.errors import Blocked, StorageFailure


@contextmanager
def alone(lock: Path, what: str, patience_s: float = 0.0) -> Iterator[None]:
    """While this lasts, no other process and no other thread is within the same lock.

    Raises: Blocked, saying `what` is in use, where somebody else still is after `patience_s`; StorageFailure
    where the lock's file cannot be made.
    """
    from filelock import FileLock, Timeout

    # A soft lock, a file that outlives a kill, would keep neither promise.
    held = FileLock(lock, timeout=patience_s, thread_local=False, fallback_to_soft=False)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held.acquire()
    except Timeout:
        raise Blocked(f"{what} is in use by another process.", "Wait until that one has ended.") from None
    except (OSError, NotImplementedError) as error:
        why = getattr(error, "strerror", None) or error
        raise StorageFailure(f"{lock} cannot be locked: {why}.") from error
    try:
        yield
    finally:
        held.release()
