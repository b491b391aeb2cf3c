"""Train under a real limit of memory: `python -m benchmarks.memory_limit`.

A process of its own trains a forecaster without a limit, then again with room for less than a whole batch
(RLIMIT_AS), where XLA's own allocation fails. The rules must halve the batch until it fits, and the weights
must be those of the whole batch: the parts' slopes add up to the same update. Every size is compiled before
the limit is set, since a compiler without memory ends the process and teaches nothing.
"""

import gc
import os
import resource
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

# Large blocks go back to the system at once and no thread keeps a heap of its own in reserve, so that what a
# limit leaves is what can be had.
GIVEN_BACK = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "262144",
}
MIB = 2**20
ROOMS_MIB = (4, 8, 16, 24, 32, 48, 64, 96, 128)
CHILD = "--here"
# Parts are summed in another order than a whole: float32 differs in the last digits.
CLOSE = 1e-5


@dataclass(frozen=True)
class Tried:
    """A room in memory, the batch sizes that were tried in it, and how far the weights came out apart."""

    room_mib: int
    batch_sizes: tuple[int, ...]
    apart: float

    def line(self) -> str:
        """For a person."""
        sizes = ", ".join(map(str, self.batch_sizes)) or "none fits: refused by name"
        return f"{self.room_mib:>4} MiB: batch {sizes}; weights apart by {self.apart:.1g}"


def lesson() -> tuple[Any, Any, Any]:
    """A recipe, rows and outcomes: batches of 32 sequences of 256 rows."""
    from tradewright.models.members.mamba import Mamba
    from tradewright.models.table import FeatureRows, Targets

    rows, symbols = 700, 24
    draws = np.random.default_rng(1)
    instants = np.arange(rows, dtype=np.int64)
    names = tuple(f"S{number}" for number in range(symbols))
    table = FeatureRows(("f",), draws.normal(size=(1, rows, symbols)), instants, names, "memory")
    ends = np.broadcast_to((instants + 1)[:, None, None], (rows, symbols, 1)).copy()
    outcomes = draws.normal(size=(rows, symbols, 1))
    recipe = Mamba(d_model=64, d_state=16, layers=1, sequence_bars=256, epochs=1)
    return recipe, table, Targets(outcomes, ends, np.ones((rows, symbols)), (1,))


def address_space() -> int:
    """What the process has taken of its address space, in bytes."""
    with open("/proc/self/statm", encoding="ascii") as told:
        return int(told.read().split()[0]) * resource.getpagesize()


def tried(room_mib: int, recipe: Any, table: Any, targets: Any, whole: Any) -> Tried:
    """Train with so much room."""
    from tradewright.models.training.rules import OutOfMemory

    gc.collect()
    free = resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + room_mib * MIB, free))
    try:
        fitted = recipe.fit(table, targets, seed=1)
    except OutOfMemory:
        return Tried(room_mib, (), 0.0)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (free, free))
    apart = max(float(np.abs(fitted.learned[name] - whole.learned[name]).max()) for name in whole.learned)
    return Tried(room_mib, tuple(fitted.story["batch_sizes"]), apart)


def here() -> int:
    """Train without a limit, then in ever larger rooms; 1 where nothing was halved or weights are apart."""
    recipe, table, targets = lesson()
    whole = recipe.fit(table, targets, seed=1)
    for size in (16, 8):
        replace(recipe, batch=size).fit(table, targets, seed=1)
    found = []
    for room in ROOMS_MIB:
        found.append(tried(room, recipe, table, targets, whole))
        print(found[-1].line(), flush=True)
    halved = [one for one in found if len(one.batch_sizes) > 1]
    return int(not halved or any(one.apart > CLOSE for one in found))


def main() -> int:
    """Start the process that trains, with memory given back as soon as it is free."""
    if CHILD in sys.argv:
        return here()
    command = [sys.executable, "-m", "benchmarks.memory_limit", CHILD]
    return subprocess.run(command, env={**os.environ, **GIVEN_BACK}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
