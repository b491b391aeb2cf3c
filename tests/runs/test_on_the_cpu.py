"""A process that its accelerator takes down, by a real signal: another goes on from the last checkpoint."""

import os
import signal
import subprocess
import sys

import pytest

from tradewright.cli import failures
from tradewright.runs.checkpoints import KeptTraining
from tradewright.runs.on_the_cpu import LOST_DEVICE, lost_by, run_or_go_on_on_the_cpu

# Descends for six epochs and keeps each; where it is not told to keep to the CPU, epoch 3 ends it.
TRAINING = """
import os, sys
import numpy as np
from pathlib import Path
from tradewright.models.training.watch import Checkpoint
from tradewright.runs.checkpoints import KeptTraining
training, how = KeptTraining(Path(sys.argv[1]), lambda event, facts: None), sys.argv[2]
with training.alone():
    kept = training.resumed()
    first, weights = (int(kept.progress["epoch"]), kept.arrays["w"]) if kept else (0, np.ones(1000))
    began = first
    for epoch in range(first + 1, 7):
        weights = 0.9 * weights + epoch
        if epoch == 3 and os.environ.get("JAX_PLATFORMS") != "cpu":
            os.kill(os.getpid(), int(how)) if how.isdigit() else sys.exit(4)
        training.keep(Checkpoint({"w": weights}, {"epoch": epoch, "began": began}), True)
"""


@pytest.mark.parametrize("how", [str(int(signal.SIGSEGV)), "says so"], ids=["a crash", "an error"])
def test_what_an_accelerator_took_down_goes_on_on_the_cpu_from_its_last_checkpoint(tmp_path, how):
    said, path = [], tmp_path / "kept.npz"
    command = [sys.executable, "-c", TRAINING, str(path), how]
    environment = {name: value for name, value in os.environ.items() if name != "JAX_PLATFORMS"}
    assert run_or_go_on_on_the_cpu(command, environment, said.append) == 0
    found = KeptTraining(path, lambda event, facts: None).resumed()
    assert found.progress == {"epoch": 6, "began": 2}, "it went on after epoch 2, in another process"
    weights = 1.0
    for epoch in range(1, 7):
        weights = 0.9 * weights + epoch
    assert (found.arrays["w"] == weights).all()
    assert len(said) == 1 and said[0].startswith("The accelerator was lost: ")


@pytest.mark.parametrize("code", [0, 1, 2, 130, -signal.SIGKILL, -signal.SIGINT, -signal.SIGTERM])
def test_no_other_end_is_taken_for_a_lost_accelerator(code):
    assert lost_by(code) == ""


def test_who_lost_an_accelerator_leaves_without_tidying_up_and_what_was_said_is_said():
    said = "import atexit; atexit.register(print, 'tidied'); print('lost')"
    told = f"{said}; from tradewright.runs.on_the_cpu import leave_at_once; leave_at_once()"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (LOST_DEVICE, "lost\n")


def test_the_exit_code_of_a_lost_accelerator_is_the_command_lines():
    assert LOST_DEVICE == failures.LOST_DEVICE
