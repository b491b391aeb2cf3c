"""Work in chunks: in order, whole, and refused in words where nobody can do it."""

import os
import signal
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.runs.spread import DASK, PROCESSES, Workers, _alive, chunked, spread
from tradewright.values.errors import Failure, InvalidOption, UnknownName


def doubled(items):
    return [2 * item for item in items]


def broken(items):
    raise ValueError(f"no {items[0]}")


def killed(items):
    os.kill(os.getpid(), signal.SIGKILL)


@given(st.integers(0, 50), st.integers(1, 20))
def test_chunks_hold_every_item_once_in_order_and_none_is_empty(count, pieces):
    chunks = chunked(range(count), pieces)
    assert [item for chunk in chunks for item in chunk] == list(range(count))
    assert all(len(chunk) for chunk in chunks)
    assert len(chunks) == min(count, pieces)
    assert not chunks or max(map(len, chunks)) - min(map(len, chunks)) <= 1


def test_answers_come_in_the_order_of_the_items_here_and_from_processes():
    assert list(spread(doubled, range(11))) == list(range(0, 22, 2))
    assert list(spread(doubled, range(11), Workers(PROCESSES, 2))) == list(range(0, 22, 2))
    assert list(spread(doubled, [], Workers(PROCESSES, 2))) == []


def test_here_one_item_is_done_when_it_is_asked_for():
    seen = []
    answers = spread(lambda items: [seen.append(items[0])], range(5))
    next(answers)
    assert seen == [0]


def test_what_breaks_elsewhere_breaks_here():
    with pytest.raises(ValueError, match="no 0"):
        list(spread(broken, range(3), Workers(PROCESSES, 2)))


def test_a_process_that_dies_is_told_with_what_to_do_about_it():
    with pytest.raises(Failure, match="died at its work") as caught:
        list(spread(killed, range(3), Workers(PROCESSES, 2)))
    assert "fewer --workers" in str(caught.value.mend)


def test_work_that_killed_every_worker_of_a_cluster_is_told_in_words():
    distributed = pytest.importorskip("distributed")

    def answers():
        yield 1
        raise distributed.KilledWorker("chunk-1", None, 3)

    given = _alive(answers(), Workers(DASK, scheduler="tcp://10.0.0.5:8786"))
    assert next(given) == 1
    with pytest.raises(Failure, match=r"tcp://10.0.0.5:8786 died one after the other") as caught:
        next(given)
    assert "more memory" in str(caught.value.mend)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [({"back_end": "dusk"}, UnknownName, "dask"), ({"count": 0}, InvalidOption, "1 or more"),
     ({"back_end": DASK}, InvalidOption, "scheduler"),
     ({"scheduler": "tcp://x:1"}, InvalidOption, "address")],
)  # fmt: skip
def test_workers_that_cannot_be_meant_are_refused(given, error, words):
    with pytest.raises(error) as caught:
        Workers(**given)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("module", "workers"),
    [("joblib", Workers(PROCESSES, 2)), ("distributed", Workers(DASK, scheduler="tcp://127.0.0.1:9"))],
)
def test_a_missing_package_is_named_with_its_extra(monkeypatch, module, workers):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Failure, match="tradewright\\[research\\]"):
        list(spread(doubled, range(3), workers))
