"""A contestant: a process that waits for its turn, so that all contestants of a case run interleaved.

Peers live in environments of their own and are never imported here; `peers/protocol.py` says which lines are
spoken.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = "ours"

# One thread each, unless a contestant asks for more: what is compared is work, not cores.
THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


class Absent(Exception):
    """A contestant that cannot run here; the words say why and what to do."""


@dataclass(frozen=True)
class Entry:
    """Who runs what: an environment (`ours`, or a peer's name), a driver, its task and options.

    `like` names the contestant whose equity curve this one's must equal, within the case's tolerance.
    """

    name: str
    environment: str
    driver: str
    task: str
    options: Mapping[str, object] = field(default_factory=dict)
    threads: int = 1
    like: str = ""


@dataclass(frozen=True)
class Turn:
    """One turn: the median run's `seconds`, and what the whole turn took of clock and processor."""

    seconds: float
    wall_s: float
    processor_s: float


def interpreter(environment: str) -> Path:
    """The Python of an environment."""
    if environment == OURS:
        return Path(sys.executable)
    return ROOT / f".venv-peers-{environment}" / "bin" / "python"


def command(entry: Entry, inputs: Path, options: Mapping[str, object]) -> list[str]:
    """What starts a contestant; raises Absent where its environment is missing."""
    python = interpreter(entry.environment)
    if not python.is_file():
        raise Absent("peer not installed: make bench-peers")
    if entry.environment == OURS:
        start = [str(python), "-m", f"benchmarks.ours.{entry.driver}"]
    else:
        start = [str(python), str(ROOT / "benchmarks" / "peers" / f"{entry.driver}.py")]
    return [*start, entry.task, str(inputs), json.dumps({**options, **entry.options})]


class Contestant:
    """A started, warmed-up contestant. Use as a context, so that its process ends with the case."""

    def __init__(self, entry: Entry, inputs: Path, options: Mapping[str, object]) -> None:
        """Start the process and wait until it has run once.

        Raises: Absent when its environment is missing, it cannot do the task, or it fails.
        """
        self.entry = entry
        words = command(entry, inputs, options)
        environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(entry.threads))}
        # A file rather than a pipe: nobody reads while a run is on, and a full pipe would stop it.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        hello = self._answer()
        if "absent" in hello:
            self.close()
            raise Absent(str(hello["absent"]))
        self.versions: dict[str, str] = hello["versions"]
        self.first_s: float = hello["first_s"]
        self.fills: int = hello["fills"]
        self.before_mib: float = hello["before_mib"]
        self.peak_mib: float = hello["before_mib"]

    def __enter__(self) -> "Contestant":
        """The contestant itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def run(self) -> Turn:
        """Let it take its turn."""
        answer = self._ask("run")
        return Turn(answer["seconds"], answer["wall_s"], answer["processor_s"])

    def save(self, where: Path) -> None:
        """Let it write the equity curve of its last run, and read its memory."""
        self.peak_mib = self._ask(f"save {where}")["peak_mib"]

    def close(self) -> None:
        """End the process: it stops at the end of its input."""
        if self._process.stdin and not self._process.stdin.closed:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()

    def _ask(self, line: str) -> dict:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._process.wait()
        self._errors.seek(0)
        words = self._errors.read().strip()
        self.close()
        raise Absent(f"failed: {words.splitlines()[-1] if words else 'its process ended without a word'}")
