"""Processes that train and save are killed at random: a small seeded share of the benchmark."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KILLS = [sys.executable, "-m", "benchmarks.kills", "--no-overhead", "--processes", "4", "--seed", "6"]


def test_a_dozen_kills_leave_every_checkpoint_and_model_whole():
    done = subprocess.run([*KILLS, "--kills", "12"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 kills of 4 processes over 2 trainings" in done.stdout and " 0 faults" in done.stdout
