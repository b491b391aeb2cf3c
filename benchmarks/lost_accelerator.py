"""An accelerator that fails for real: `python -m benchmarks.lost_accelerator [--small] [--json FILE]`.

A process trains a Mamba on the accelerator and keeps each epoch. In the middle of an epoch a kernel writes to
an address that is none, in the same CUDA context: from then on every call of that process fails, for good.
The training must call that by its name, another process must go on from the last checkpoint on the CPU, the
result must say so, and it must know as much as a training that nobody disturbed, on the same accelerator.

Where there is no accelerator a real SIGSEGV of the process stands for it, and the first line says so.
"""

import argparse
import ctypes
import faulthandler
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.skill import HORIZONS, judged, market
from tradewright.models import registry
from tradewright.runs.checkpoints import KeptTraining
from tradewright.runs.on_the_cpu import leave_at_once, run_or_go_on_on_the_cpu
from tradewright.values.errors import LostDevice

SEED, FAILS_AFTER, LIMIT_S = 0, 3, 100.0
RECIPE = {"d_model": 24, "d_state": 8, "layers": 1, "sequence_bars": 60, "epochs": 15}
TINY = {"d_model": 8, "d_state": 4, "layers": 1, "sequence_bars": 16, "epochs": 5}
# How far coefficients of two trainings may be apart that differ in rounding alone, after the loss.
MOST_APART = 0.02
KEPT, LOST, DONE = "training.npz", "lost.json", "done.json"
# One thread that writes where nothing is.
FAULT = b"""
.version 6.4
.target sm_75
.address_size 64
.visible .entry fault()
{
    .reg .b64 %where;
    .reg .b32 %what;
    mov.u64 %where, 16;
    mov.u32 %what, 1;
    st.global.u32 [%where], %what;
    ret;
}
"""


class Driver:
    """As much of CUDA's driver as it takes to break the context that JAX works in."""

    def __init__(self) -> None:
        """Raises: OSError where there is no driver."""
        self.library = ctypes.CDLL("libcuda.so.1")

    def break_context(self) -> str:
        """Run a kernel with a fault in device 0's primary context; gives what the driver says of it."""
        device, context, module, kernel = ctypes.c_int(), *(ctypes.c_void_p() for _ in range(3))
        self._must("cuInit", 0)
        self._must("cuDeviceGet", ctypes.byref(device), 0)
        self._must("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self._must("cuCtxSetCurrent", context)
        self._must("cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(FAULT))
        self._must("cuModuleGetFunction", ctypes.byref(kernel), module, ctypes.c_char_p(b"fault"))
        one, none = [ctypes.c_uint(1)] * 6, ctypes.c_void_p()
        self._must("cuLaunchKernel", kernel, *one, ctypes.c_uint(0), none, none, none)
        return self._name(self.library.cuCtxSynchronize())

    def _must(self, call: str, *arguments: Any) -> None:
        """Raises: OSError where a call before the fault does not succeed."""
        status = getattr(self.library, call)(*arguments)
        if status != 0:
            raise OSError(f"{call}: {self._name(status)}")

    def _name(self, status: int) -> str:
        """A status in the driver's words."""
        name = ctypes.c_char_p()
        self.library.cuGetErrorName(status, ctypes.byref(name))
        return f"{(name.value or b'unknown').decode()} ({status})"


class Fault:
    """Breaks this process in the middle of the epoch after `FAILS_AFTER`; hears how long epochs take."""

    def __init__(self, is_armed: bool) -> None:
        """`is_armed` where it shall break at all."""
        self.is_armed, self.heard = is_armed, [time.perf_counter()]

    def hear(self, event: str, facts: Mapping[str, Any]) -> None:
        """Told of each epoch."""
        print(f"  {event} {dict(facts)}", flush=True)
        if event != "epoch":
            return
        self.heard.append(time.perf_counter())
        if self.is_armed and facts["epoch"] == FAILS_AFTER:
            threading.Timer(0.5 * (self.heard[-1] - self.heard[-2]), _break_here).start()


def _break_here() -> None:
    """Break the accelerator under this process, or the process where it has none."""
    import jax

    if jax.default_backend() == "cpu":
        os.kill(os.getpid(), signal.SIGSEGV)
    print(f"  the driver says {Driver().break_context()}", flush=True)


def trained(folder: Path, is_small: bool, is_disturbed: bool) -> int:
    """One process of a training, which goes on from what it finds; writes what became of it."""
    import jax

    faulthandler.dump_traceback_later(LIMIT_S, exit=True)
    rows, symbols, recipe = (400, 2, TINY) if is_small else (3_000, 8, RECIPE)
    made, cut = market(1, rows, symbols), int(0.7 * rows)
    known = made.targets.known_by(int(made.rows.instants[cut]))
    # A process that goes on is not broken again.
    fault = Fault(is_disturbed and not (folder / KEPT).exists())
    training = KeptTraining(folder / KEPT, fault.hear)
    print(f"  a process on the {jax.default_backend()}: {jax.devices()[0].device_kind}", flush=True)
    try:
        with training.alone():
            fitted = registry.build("mamba", recipe).fit(made.rows, known, seed=SEED, watch=training)
        found = judged(fitted, made, cut)
    except LostDevice as error:
        cause = error.__cause__
        kinds = [kind.__qualname__ for kind in type(cause).__mro__]
        told = {"named": str(error), "kinds": kinds, "said": str(cause)[:600]}
        (folder / LOST).write_text(json.dumps(told))
        print(f"  {told}", flush=True)
        leave_at_once()
    story = {name: value for name, value in fitted.story.items() if name != "losses"}
    (folder / DONE).write_text(json.dumps({"story": story, "coefficients": found}))
    return 0


def told_disturbed(folder: Path, is_small: bool) -> dict[str, Any]:
    """Train, break, go on: what was said, what was raised, and what came of it."""
    said: list[str] = []
    began = time.perf_counter()
    code = run_or_go_on_on_the_cpu(_command(folder, is_small, True), os.environ, said.append)
    print("\n".join(said))
    raised = json.loads((folder / LOST).read_text()) if (folder / LOST).exists() else None
    done = json.loads((folder / DONE).read_text()) if (folder / DONE).exists() else None
    return {
        "code": code, "said": said, "raised": raised, "done": done, "seconds": time.perf_counter() - began,
    }  # fmt: skip


def faults_of(disturbed: dict[str, Any], whole: dict[str, Any], was_cpu: bool) -> list[str]:
    """What is not as it must be; nothing where all is well."""
    done = disturbed["done"]
    if disturbed["code"] != 0 or done is None:
        return [f"the training did not go on: exit code {disturbed['code']}"]
    found = []
    if len(disturbed["said"]) != 1:
        found.append("nobody was told that the accelerator was lost, or more than once")
    story, before = done["story"], whole["story"]["platforms"][0]
    if story["platforms"] != [before, "cpu"]:
        found.append(f"the result says it worked on {story['platforms']}")
    if not any(reason.startswith("resumed after epoch") for reason in story["reasons"]):
        found.append("the result does not say that it was resumed")
    is_named = disturbed["raised"] is not None and "lost in epoch" in " ".join(story["reasons"])
    if not (was_cpu or is_named or "ended by SIG" in disturbed["said"][0]):
        found.append("the loss has no name, neither as an error nor as a signal")
    pairs = zip(done["coefficients"], whole["coefficients"], strict=True)
    apart = max(abs(ours - theirs) for (ours, _), (theirs, _) in pairs)
    if apart > MOST_APART:
        found.append(f"it learnt otherwise: coefficients are {apart:.3f} apart")
    return found


def _command(folder: Path, is_small: bool, is_disturbed: bool) -> list[str]:
    """The command of one process of a training."""
    switches = [*(["--small"] * is_small), *(["--disturbed"] * is_disturbed)]
    return [sys.executable, "-m", "benchmarks.lost_accelerator", "--process", str(folder), *switches]


def main() -> int:
    """Disturbed, undisturbed, held against each other; 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lost_accelerator", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tiny network: shows that it runs")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--process", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--disturbed", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.process:
        return trained(asked.process, asked.small, asked.disturbed)
    with tempfile.TemporaryDirectory() as held:
        broken, quiet = Path(held) / "broken", Path(held) / "quiet"
        broken.mkdir(), quiet.mkdir()
        disturbed = told_disturbed(broken, asked.small)
        subprocess.run(_command(quiet, asked.small, False), check=True)
        whole = json.loads((quiet / DONE).read_text())
    return _told(disturbed, whole, asked.json)


def _told(disturbed: dict[str, Any], whole: dict[str, Any], keep: Path | None) -> int:
    """Print and keep what was found; the exit code."""
    was_cpu = whole["story"]["platforms"] == ["cpu"]
    found = faults_of(disturbed, whole, was_cpu)
    if was_cpu:
        print("no accelerator here: a real SIGSEGV of the training's process stood for its loss")
    print(f"disturbed, to its end: {disturbed['seconds']:.1f} s")
    print(f"raised: {disturbed['raised'] or 'nothing'}")
    done = disturbed["done"] or {"story": {}, "coefficients": []}
    print(f"its result says: {done['story']}")
    for horizon, one, other in zip(HORIZONS, done["coefficients"], whole["coefficients"], strict=False):
        print(f"  {horizon:>3} bars: {one[0]:.3f}, undisturbed {other[0]:.3f}, oracle {one[1]:.3f}")
    print("\n".join(f"NOT AS IT MUST BE: {one}" for one in found) or "all as it must be")
    if keep:
        told = {"disturbed": disturbed, "whole": whole, "faults": found}
        keep.write_text(json.dumps(told, indent=1) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
