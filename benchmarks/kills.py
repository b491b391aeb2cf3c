"""Kill processes that train and save: `python -m benchmarks.kills [--kills N] [--processes N] [--seed N]`.

Ten processes train, keep checkpoints and keep models in one room, over fewer trainings than there are
processes, so that they contend for them. One after another is ended by SIGKILL at a random moment and begun
anew. After each kill every file is read: a checkpoint must be, bit for bit, the state of the epoch that it
names with the best state of the epochs before, and each model must load as it was learnt.

Beside it stands what safe saving costs: seconds in saving against seconds in training, in one run of a
forecaster of the usual size.
"""

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np

from tradewright.models.contract import FittedModel, Signature
from tradewright.models.members.ridge import Ridge
from tradewright.models.training.watch import Checkpoint, Unwatched
from tradewright.runs.checkpoints import KeptTraining
from tradewright.runs.kept_folder import LOCK
from tradewright.runs.locks import alone
from tradewright.runs.model_store import Damaged, Lineage, cards, find_model, keep_model, load_model
from tradewright.values.errors import BadInput, Blocked

EPOCHS, WEIGHTS = 12, 30_000
BAR_SHARE = 0.05
SIGNATURE = Signature(("f",), "kills", (1,))


def unheard(event: str, facts: Mapping[str, Any]) -> None:
    """Nobody listens."""


def states(training: int) -> list[np.ndarray]:
    """The weights after each epoch of a training: descent on a quadratic, the same in every process."""
    draws = np.random.default_rng([training, 1])
    goal, weights = draws.normal(size=WEIGHTS), np.zeros(WEIGHTS)
    found = [weights]
    for _ in range(EPOCHS):
        weights = weights - 0.3 * (weights - goal) + 0.05 * draws.normal(size=WEIGHTS)
        found.append(weights)
    return found


def losses(training: int) -> np.ndarray:
    """A validation loss of each epoch that does not only fall, so that the best is not always the last."""
    return np.random.default_rng([training, 2]).normal(size=EPOCHS + 1)


def best_of(training: int, epoch: int) -> int:
    """The best epoch up to one."""
    return 1 + int(np.argmin(losses(training)[1 : epoch + 1]))


def train(training: int, room: Path, kept: KeptTraining) -> None:
    """One training from where it stood to its end: each epoch is kept, then its best weights as a model."""
    found = kept.resumed()
    first = int(found.progress["epoch"]) if found else 0
    known = states(training)
    for epoch in range(first + 1, EPOCHS + 1):
        best = best_of(training, epoch)
        held = {"weights": known[epoch], "best": known[best]}
        kept.keep(Checkpoint(held, {"epoch": epoch, "best_epoch": best}), best == epoch)
    fitted = FittedModel(Ridge(), SIGNATURE, {"slopes": known[best_of(training, EPOCHS)]}, training)
    keep_model(room, fitted, Lineage(data=f"{training}"))
    kept.forget()


def work(room: Path, trainings: int, seed: tuple[int, int]) -> None:
    """Train whatever nobody else is at, until the end comes."""
    draws = np.random.default_rng(list(seed))
    while True:
        training = int(draws.integers(trainings))
        kept = KeptTraining(room / "unfinished" / f"{training}.npz", unheard)
        try:
            with kept.alone(), noted(room, training):
                train(training, room, kept)
        except Blocked:
            time.sleep(0.002)


@contextmanager
def noted(room: Path, training: int) -> Iterator[None]:
    """Leave a note while within a training; one of a process that lives says that two are."""
    note, own = room / f"within-{training}", str(os.getpid())
    other = note.read_text() if note.exists() else ""
    if other and is_alive(int(other)):
        (room / f"two-{training}-{own}").touch()
    note.write_text(own)
    yield
    note.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Whether a process runs; one that was killed and not yet waited for does not."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] not in ("Z", "X")


@dataclass
class Room:
    """What is on the disk, read after each kill."""

    path: Path
    trainings: int
    known: list[list[np.ndarray]] = field(default_factory=list)
    checkpoints_read: int = 0
    models_read: int = 0

    def __post_init__(self) -> None:
        """What each training must have come to after each epoch."""
        self.known = [states(training) for training in range(self.trainings)]

    def faults(self) -> list[str]:
        """Everything that is not as it was written."""
        found = [f"two at once: {one.name}" for one in self.path.glob("two-*")]
        found += [fault for training in range(self.trainings) for fault in self._of_checkpoint(training)]
        for card in cards(self.path):
            self.models_read += 1
            if isinstance(card, Damaged):
                found.append(f"model {card.version}: {card.why}")
                continue
            folder = find_model(self.path, card.version)
            try:
                learned = load_model(folder).learned["slopes"]
            except BadInput as error:
                found.append(str(error))
                continue
            # Removed, so that it is written again.
            with alone(self.path / LOCK, "the room", 60.0):
                shutil.rmtree(folder)
            if not np.array_equal(learned, self.known[card.seed][best_of(card.seed, EPOCHS)]):
                found.append(f"model {card.version}: other weights than it learnt")
        return found

    def _of_checkpoint(self, training: int) -> list[str]:
        """What is wrong with one checkpoint; one that is not there is none."""
        try:
            found = KeptTraining(self.path / "unfinished" / f"{training}.npz", unheard).resumed()
        except BadInput as error:
            return [str(error)]
        if found is None:
            return []
        self.checkpoints_read += 1
        epoch, known = int(found.progress["epoch"]), self.known[training]
        is_whole = np.array_equal(found.arrays["weights"], known[epoch])
        is_best = np.array_equal(found.arrays["best"], known[best_of(training, epoch)])
        return [] if is_whole and is_best else [f"checkpoint {training}: not the state of epoch {epoch}"]

    def left_over(self) -> list[str]:
        """Half-written files that are still there once everybody has come by again."""
        for training in range(self.trainings):
            kept = KeptTraining(self.path / "unfinished" / f"{training}.npz", unheard)
            with kept.alone():
                train(training, self.path, kept)
        # One more save sweeps what killed saves of models left.
        last = FittedModel(Ridge(), SIGNATURE, {"slopes": self.known[0][best_of(0, EPOCHS)]}, 0)
        keep_model(self.path, last, Lineage("last"))
        names = [one.name for one in (*self.path.iterdir(), *(self.path / "unfinished").iterdir())]
        return [name for name in names if name.startswith(".") and not name.endswith(".lock")]


def killed(asked: argparse.Namespace, room: Path) -> tuple[Room, list[str]]:
    """Kill at random; gives what was read and what was wrong."""
    forked = multiprocessing.get_context("fork")
    draws = np.random.default_rng([asked.seed, 3])
    read, found = Room(room, max(asked.processes // 2, 1)), []
    begun = 0

    def begin() -> BaseProcess:
        nonlocal begun
        begun += 1
        one = forked.Process(target=work, args=(room, read.trainings, (asked.seed, begun)), daemon=True)
        one.start()
        return one

    workers = [begin() for _ in range(asked.processes)]
    for _ in range(asked.kills):
        time.sleep(float(draws.uniform(0.0, 0.05)))
        place = int(draws.integers(len(workers)))
        os.kill(workers[place].pid or 0, signal.SIGKILL)
        workers[place].join()
        found += read.faults()
        workers[place] = begin()
    for one in workers:
        one.kill()
        one.join()
    # What was left is read, then every training is brought to its end and its model read.
    return read, [*found, *read.faults(), *read.left_over(), *read.faults()]


class Timed(Unwatched):
    """A watch that keeps every epoch for real and adds up how long that takes."""

    def __init__(self, path: Path) -> None:
        """Keeps in this file."""
        self.kept, self.saving_s, self.saves = KeptTraining(path, unheard), 0.0, 0

    def keep(self, checkpoint: Checkpoint, is_best: bool) -> None:
        """Keep, timed."""
        began = time.perf_counter()
        self.kept.keep(checkpoint, is_best)
        self.saving_s += time.perf_counter() - began
        self.saves += 1


def overhead(room: Path) -> tuple[float, Timed]:
    """Seconds in saving as a share of seconds in training, of the usual forecaster on 1,500 rows.

    The first epoch compiles: it is trained once before, so that its seconds are not counted as training.
    """
    from tradewright.models.members.mamba import Mamba
    from tradewright.models.table import FeatureRows, Targets

    draws = np.random.default_rng(1)
    rows, symbols = 1_500, 4
    instants = np.arange(rows, dtype=np.int64)
    table = FeatureRows(
        tuple("abcde"), draws.normal(size=(5, rows, symbols)), instants, tuple("WXYZ"), "kills"
    )
    ends = np.broadcast_to((instants + 1)[:, None, None], (rows, symbols, 1)).copy()
    targets = Targets(draws.normal(size=(rows, symbols, 1)), ends, np.ones((rows, symbols)), (1,))
    recipe = Mamba(epochs=4, patience=9)
    recipe.fit(table, targets, seed=1)
    watch = Timed(room / "timed.npz")
    began = time.perf_counter()
    recipe.fit(table, targets, seed=1, watch=watch)
    took = time.perf_counter() - began
    return watch.saving_s / (took - watch.saving_s), watch


def main() -> int:
    """Kill, read, time; 1 where anything was corrupt or saving cost too much."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--processes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-overhead", action="store_true", help="leave out what saving costs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        read, found = killed(asked, Path(folder) / "models")
        for fault in found:
            print(f"corrupt: {fault}")
        print(
            f"{asked.kills} kills of {asked.processes} processes over {read.trainings} trainings: "
            f"{read.checkpoints_read} checkpoints and {read.models_read} models read, {len(found)} faults; "
            f"{time.monotonic() - began:.0f} s"
        )
        is_bad = bool(found) or not read.models_read
        if not asked.no_overhead:
            share, watch = overhead(Path(folder))
            print(
                f"safe saving: {share:.2%} of training ({watch.saves} epochs, {watch.saving_s:.2f} s); "
                f"bar {BAR_SHARE:.0%}"
            )
            is_bad = is_bad or share >= BAR_SHARE
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main())
