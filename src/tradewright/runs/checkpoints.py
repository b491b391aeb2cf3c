"""Training that is kept on disk: what ended in the middle goes on from its last whole epoch.

A checkpoint is one file that is replaced at once, so that whoever is killed leaves the old one or the new
one. Its name is a hash of everything that the training hangs on: another training never takes it up, and one
process at a time is at it.
"""

import errno
import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any
from zipfile import BadZipFile

import numpy as np

from tradewright.models.training.watch import Checkpoint
from tradewright.runs.array_bytes import arrays_as_bytes, arrays_of
from tradewright.runs.durable import replace_file, sweep_fresh
from tradewright.runs.locks import alone
from tradewright.values.errors import BadInput, Blocked, StorageFailure

PROGRESS, LOCK = "progress.json", ".lock"
# What a disk without room says: full, or a quota used up.
FULL = (errno.ENOSPC, errno.EDQUOT)
Hear = Callable[[str, Mapping[str, Any]], None]


class KeptTraining:
    """A watch that keeps each epoch in a file, and stops training after one where somebody asked.

    `hear` is told what happens, among it `not kept` where the disk is full and nothing is left to free:
    training goes on, and the checkpoint before stands. `kept_epoch` is the epoch that is on the disk, 0 where
    none is.
    """

    def __init__(self, path: Path, hear: Hear) -> None:
        """Of the file of one training."""
        self.path, self.hear = path, hear
        self.stop_asked = False
        self.kept_epoch = 0

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this lasts no other process is at this training; what killed ones left half written goes.

        Raises: Blocked where another one is at it.
        """
        with alone(_lock_of(self.path), f"This very training, {self.path.stem},"):
            sweep_fresh(self.path)
            yield

    def resumed(self) -> Checkpoint | None:
        """Where an earlier attempt stood; None where there was none.

        Raises: BadInput naming a file that is damaged.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            arrays = arrays_of(content)
            progress = json.loads(arrays.pop(PROGRESS).tobytes())
        except (ValueError, KeyError, EOFError, BadZipFile) as error:
            raise BadInput(f"{self.path} is damaged.", "Remove it: training begins anew.") from error
        self.kept_epoch = int(progress["epoch"])
        return Checkpoint(arrays, progress)

    def keep(self, checkpoint: Checkpoint, is_best: bool) -> None:
        """Put the file of this epoch in the place of the one before."""
        told = np.frombuffer(json.dumps(dict(checkpoint.progress)).encode(), dtype=np.uint8)
        content = arrays_as_bytes({**checkpoint.arrays, PROGRESS: told})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                replace_file(self.path, content)
            except OSError as error:
                if error.errno not in FULL or not self._freed():
                    raise
                replace_file(self.path, content)
            self.kept_epoch = int(checkpoint.progress["epoch"])
        except OSError as error:
            self.hear("not kept", {"why": error.strerror or str(error), "path": str(self.path)})

    def _freed(self) -> bool:
        """Whether a full disk got room back: what killed trainings left half written.

        A whole checkpoint stays, also of another training: it is the best that one has.
        """
        freed: list[Path] = []
        for lock in self.path.parent.glob(f"*{LOCK}"):
            other = _locked_by(lock)
            if other == self.path:
                continue
            # A neighbour whose files nobody here may touch keeps no other from being freed.
            with suppress(Blocked, StorageFailure, OSError), alone(lock, ""):
                freed += sweep_fresh(other)
        if freed:
            self.hear("disk full", {"freed": len(freed), "path": str(self.path.parent)})
        return bool(freed)

    def wants_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return self.stop_asked

    def forget(self) -> None:
        """Remove the file: training is over."""
        self.path.unlink(missing_ok=True)


def _lock_of(path: Path) -> Path:
    """The file by which a checkpoint is locked."""
    return path.with_name(f".{path.name}{LOCK}")


def _locked_by(lock: Path) -> Path:
    """The checkpoint that such a file locks."""
    return lock.with_name(lock.name[1 : -len(LOCK)])


@contextmanager
def stopping_between_epochs(training: KeptTraining) -> Iterator[None]:
    """While this lasts, the first Ctrl-C ends training after its epoch; the second one ends it at once.

    Signals reach the main thread alone; elsewhere nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, frame: FrameType | None) -> None:
        if training.stop_asked:
            raise KeyboardInterrupt
        training.stop_asked = True
        training.hear("stop asked", {})

    before = signal.signal(signal.SIGINT, asked)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
