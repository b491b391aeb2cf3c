"""How a contestant talks to the benchmark: one line in, one line of JSON out.

A contestant is a process of its own. It reads its inputs from an .npz file, warms up (compiles), says `ready`
and then waits. Each `run` is a turn: it times a run, and only the run, again and again for a short while;
`save` writes the equity curve of the last run for the comparison. Because all contestants of a case wait side
by side, the benchmark can run them in turns.

Standard library and numpy only: this file is executed by the Python of each contestant's environment.
"""

import argparse
import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np

Inputs = dict[str, np.ndarray]

# A turn repeats short runs, so that every contestant is measured warm and for longer than a clock's noise.
TURN_S, TURN_RUNS = 0.15, 25


@dataclass(frozen=True)
class Task:
    """One prepared run and how its result is read afterwards, outside the clock.

    Shape: `equity` gives the whole equity curve, T or K x T; `fills` how many fills the run made.
    """

    run: Callable[[], object]
    equity: Callable[[object], np.ndarray]
    fills: Callable[[object], int]


def serve(tasks: dict[str, Callable[[Inputs, dict], Task]], versions: dict[str, str]) -> None:
    """Answer the benchmark's lines until its end of input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task")
    parser.add_argument("inputs")
    parser.add_argument("options")
    given = parser.parse_args()
    # Whatever a library prints must not be taken for an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    if given.task not in tasks:
        _say(answers, {"absent": f"this contestant has no way to run '{given.task}'"})
        return
    with np.load(given.inputs) as held:
        inputs = {name: held[name] for name in held.files}
    task = tasks[given.task](inputs, json.loads(given.options))
    before_mib = _peak_mib()
    started = time.perf_counter()
    result = task.run()
    first_s = time.perf_counter() - started
    ready = {"ready": True, "versions": versions, "first_s": first_s, "fills": int(task.fills(result))}
    _say(answers, {**ready, "before_mib": before_mib})
    for line in sys.stdin:
        _, _, where = line.strip().partition(" ")
        if where:
            np.save(where, np.asarray(task.equity(result), dtype=np.float64))
            _say(answers, {"saved": where, "peak_mib": _peak_mib()})
            continue
        result, answer = _take_turn(task)
        _say(answers, answer)


def _take_turn(task: Task) -> tuple[object, dict]:
    """Run until a turn is long enough for its clock, and answer the median run of the turn.

    Results are freed outside the clock. Runs follow each other at once: in a pause of a few milliseconds the
    inputs leave the processor's cache, and then the fastest contestants time its memory instead.
    """
    seconds: list[float] = []
    result = None
    gc.collect()
    began, processor_began = time.perf_counter(), time.process_time()
    while not seconds or (sum(seconds) < TURN_S and len(seconds) < TURN_RUNS):
        result = None
        started = time.perf_counter()
        result = task.run()
        seconds.append(time.perf_counter() - started)
    wall_s, processor_s = time.perf_counter() - began, time.process_time() - processor_began
    return result, {"seconds": median(seconds), "wall_s": wall_s, "processor_s": processor_s}


def _say(answers: object, what: dict) -> None:
    print(json.dumps(what), file=answers, flush=True)


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0 * 1024.0 if sys.platform == "darwin" else 1024.0)
