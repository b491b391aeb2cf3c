"""A training that an accelerator may take down: run in a process of its own, and once more on the CPU if so.

Checkpoints carry what was learnt from one process to the next: nothing of a process whose driver failed is
used again.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NoReturn

# The exit code by which a training says that its accelerator is lost.
LOST_DEVICE = 4
# By these a system ends a process whose driver went wrong. A kill for memory or by a person is none.
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
CPU_ALONE = {"JAX_PLATFORMS": "cpu"}


def run_or_go_on_on_the_cpu(
    command: Sequence[str], environment: Mapping[str, str], say: Callable[[str], None]
) -> int:
    """Run a command; where it lost its accelerator, run it again without one. Gives the last exit code.

    A process that a signal ended gives 128 and the signal's number, as a shell tells it.
    """
    ended = _run(command, environment)
    why = lost_by(ended)
    if why:
        say(
            f"The accelerator was lost: {why}. Going on on the CPU, from the last checkpoint if there is one."
        )
        ended = _run(command, {**environment, **CPU_ALONE})
    return ended if ended >= 0 else 128 - ended


def leave_at_once() -> NoReturn:
    """End this process as one that lost its accelerator, and tidy nothing up.

    A broken driver answers each attempt to free something with an error: hundreds of lines, if it answers.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(LOST_DEVICE)


def lost_by(ended: int) -> str:
    """Why this end of a process means a lost accelerator, in words; empty where it does not."""
    if ended == LOST_DEVICE:
        return "its library says so"
    if ended < 0 and -ended in CRASHES:
        return f"the process was ended by {signal.Signals(-ended).name}"
    return ""


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Wait for a process. Ctrl-C reaches it by itself; whoever ends this one asks it to end too."""
    process = subprocess.Popen(command, env=dict(environment))
    with _deaf_to_ctrl_c():
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """While this lasts Ctrl-C is the other process's affair."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
