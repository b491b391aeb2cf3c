"""A contestant is a process that answers lines; what it cannot do is said in words and stops nobody else."""

import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.contestant import OURS, ROOT, Absent, Contestant, Entry

from benchmarks import contestant

DRIVER = """
import sys, time
sys.path.insert(0, {peers!r})
from protocol import Task, serve
def doubled(inputs, options):
    return Task(lambda: inputs["x"] * options["by"], lambda result: result, lambda result: 3)
def slow(inputs, options):
    return Task(lambda: time.sleep(0.2) or inputs["x"], lambda result: result, lambda result: 0)
def chatty(inputs, options):
    print("a library says hello")
    return doubled(inputs, options)
def broken(inputs, options):
    raise ValueError("no such luck")
def mortal(inputs, options):
    left = [2]
    def run():
        left[0] -= 1
        if left[0] == 0:
            sys.stdout.flush()
            raise SystemExit("worn out")
        return inputs["x"]
    return Task(run, lambda result: result, lambda result: 0)
tasks = (doubled, slow, chatty, broken, mortal)
serve({{task.__name__: task for task in tasks}}, {{"toy": "1.0"}})
"""


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    where = tmp_path / "inputs.npz"
    np.savez(where, x=np.arange(3.0))
    return where


@pytest.fixture
def start(tmp_path: Path, inputs: Path, monkeypatch: pytest.MonkeyPatch):
    script = tmp_path / "toy_driver.py"
    script.write_text(DRIVER.format(peers=str(ROOT / "benchmarks" / "peers")))

    def command(entry: Entry, where: Path, options: dict) -> list[str]:
        return [sys.executable, str(script), entry.task, str(where), '{"by": 2}']

    monkeypatch.setattr(contestant, "command", command)
    return lambda task: Contestant(Entry("toy", OURS, "toy_driver", task), inputs, {})


def test_a_contestant_warms_up_and_says_what_it_is(start):
    with start("doubled") as toy:
        assert toy.versions == {"toy": "1.0"}
        assert toy.fills == 3
        assert toy.first_s >= 0.0


def test_a_turn_times_the_run_alone(start):
    with start("slow") as toy:
        turn = toy.run()
    assert turn.seconds >= 0.2
    assert turn.wall_s >= turn.seconds
    assert turn.processor_s < turn.seconds


def test_the_result_of_a_turn_can_be_read_afterwards(start, tmp_path: Path):
    with start("doubled") as toy:
        toy.run()
        toy.save(tmp_path / "curve.npy")
        assert toy.peak_mib >= toy.before_mib > 0.0
    assert np.load(tmp_path / "curve.npy").tolist() == [0.0, 2.0, 4.0]


def test_what_a_library_prints_is_not_taken_for_an_answer(start):
    with start("chatty") as toy:
        assert toy.run().seconds >= 0.0


def test_a_task_nobody_can_do_is_absent_by_name(start):
    with pytest.raises(Absent, match="no way to run 'poker'"):
        start("poker")


def test_a_contestant_that_fails_at_the_start_gives_its_last_words(start):
    with pytest.raises(Absent, match="failed: ValueError: no such luck"):
        start("broken")


def test_a_contestant_that_dies_in_its_turn_gives_its_last_words(start):
    with start("mortal") as toy, pytest.raises(Absent, match="worn out"):
        toy.run()


def test_a_peer_without_its_environment_says_how_to_get_it(inputs: Path, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(contestant, "interpreter", lambda environment: tmp_path / environment)
    with pytest.raises(Absent, match="peer not installed: make bench-peers"):
        Contestant(Entry("vectorbt", "vectorbt", "vectorbt_driver", "sma"), inputs, {})


def test_a_peer_is_run_by_the_python_of_its_own_environment():
    assert contestant.interpreter("backtrader") == ROOT / ".venv-peers-backtrader" / "bin" / "python"
    assert contestant.interpreter(OURS) == Path(sys.executable)
