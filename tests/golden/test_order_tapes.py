"""Every driver still prints the tapes: a change of meaning, however small, is seen here.

They were written by `scripts/write_order_tapes.py`; whoever changes what an order means writes them anew and
says in the commit which lines changed, and why.
"""

import importlib
from pathlib import Path

import pytest
from order_drivers import ORDER_DRIVERS
from tape_streams import TAPES, lines_of, stream_of

FILES = sorted(path.stem for path in Path(__file__).parent.glob("order_tapes_*.py"))
LINES = {name: lines for file in FILES for name, lines in importlib.import_module(file).LINES.items()}


def test_there_is_a_tape_for_every_stream():
    assert list(LINES) == list(TAPES)
    assert sum(len(lines) for lines in LINES.values()) > 1_000


@pytest.mark.parametrize("driver", sorted(ORDER_DRIVERS))
@pytest.mark.parametrize("name", TAPES)
def test_the_tape_is_printed_again(driver, name):
    outcome = ORDER_DRIVERS[driver](*stream_of(name).all, None, TAPES[name][2])
    assert lines_of(outcome) == LINES[name]


def test_tapes_hold_every_way_to_end():
    ends = {
        line.split(" at ")[0].split(" ", 2)[2]
        for lines in LINES.values()
        for line in lines
        if line[:3] == "end"
    }
    assert {"filled", "cancelled", "expired", "rejected"} <= ends


@pytest.mark.parametrize("kind", ["calm", "torn", "thin", "closes"])
def test_readings_of_one_stream_are_told_apart(kind):
    tapes = [LINES[f"{kind} 0 {reading}"] for reading in ("pessimistic", "base", "optimistic")]
    assert tapes[0] != tapes[2] or kind == "closes"
