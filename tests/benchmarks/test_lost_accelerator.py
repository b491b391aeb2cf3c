"""What is held against a training that lost its accelerator; and the loss itself where one can be lost."""

import os
import subprocess
import sys

import pytest
from benchmarks.lost_accelerator import faults_of

from tradewright.assembly.accelerators import may_meet_one

COEFFICIENTS = [[0.24, 0.28], [0.41, 0.48]]
WHOLE = {"story": {"platforms": ["gpu"], "reasons": []}, "coefficients": COEFFICIENTS}
REASONS = ["the gpu was lost in epoch 4", "resumed after epoch 3 on the cpu"]
STORY = {"platforms": ["gpu", "cpu"], "reasons": REASONS}
DONE = {"story": STORY, "coefficients": COEFFICIENTS}
WELL = {"code": 0, "said": ["lost: its library says so"], "raised": {"named": "LostDevice"}, "done": DONE}


def test_a_training_that_went_on_as_it_must_has_no_fault():
    assert faults_of(WELL, WHOLE, was_cpu=False) == []
    # A driver that takes the process down leaves no error, and no word in the checkpoint.
    taken = {**WELL, "said": ["lost: the process was ended by SIGABRT"], "raised": None}
    assert faults_of(taken, WHOLE, was_cpu=False) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": 1}, "did not go on: exit code 1"),
        ({"done": None}, "did not go on"),
        ({"said": []}, "nobody was told"),
        ({"done": {**DONE, "story": {**STORY, "platforms": ["gpu", "gpu"]}}}, "it worked on"),
        ({"done": {**DONE, "story": {**STORY, "reasons": REASONS[:1]}}}, "does not say that it was resumed"),
        ({"done": {**DONE, "story": {**STORY, "reasons": REASONS[1:]}}}, "the loss has no name"),
        ({"raised": None}, "the loss has no name"),
        ({"done": {**DONE, "coefficients": [[0.24, 0.28], [0.3, 0.48]]}}, "coefficients are 0.110 apart"),
    ],
)
def test_what_is_not_as_it_must_be_is_said(changed, words):
    assert words in " ".join(faults_of({**WELL, **changed}, WHOLE, was_cpu=False))


@pytest.mark.skipif(not may_meet_one(os.environ), reason="no accelerator that could be lost")
def test_a_context_that_breaks_for_real_is_named_and_training_goes_on_on_the_cpu():
    command = [sys.executable, "-m", "benchmarks.lost_accelerator", "--small"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
