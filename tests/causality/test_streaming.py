"""Batch equals stream at every row, or it is said why not."""

import numpy as np
import pytest

from tradewright.causality.streaming import Streamed, audit_stream
from tradewright.causality.verdict import AuditLevel, DependsOnFuture, NoDependenceObserved, NotAssessed

INSTANTS = np.arange(50, dtype=np.int64)
CLOSE = np.random.default_rng(2).normal(size=(50, 3)).cumsum(axis=0)
NAMES = ("highest so far", "change")


def in_one_pass(instants, columns):
    close = columns["close"]
    return np.stack([np.maximum.accumulate(close), np.vstack([np.full(3, np.nan), np.diff(close, axis=0)])])


def opened():
    kept = {}

    def push(instant, row):
        close = row["close"]
        kept["high"] = np.maximum(kept.get("high", close), close)
        told = np.stack([kept["high"], close - kept.get("last", np.full(3, np.nan))])
        kept["last"] = close
        return told

    return push


def verdicts(batch, stream=opened, close=CLOSE):
    return {
        one.channel: one.verdict
        for one in audit_stream(Streamed(NAMES, batch, stream), INSTANTS, {"close": close})
    }


def test_a_stream_that_equals_its_batch_is_at_level_c2():
    found = verdicts(in_one_pass)
    assert all(isinstance(one, NoDependenceObserved) and one.level is AuditLevel.C2 for one in found.values())


def test_missing_values_count_as_equal_where_both_have_them():
    close = CLOSE.copy()
    close[10:13, 1] = np.nan
    assert all(isinstance(one, NoDependenceObserved) for one in verdicts(in_one_pass, close=close).values())


def test_a_batch_that_uses_later_rows_is_found_at_its_first_row():
    def over_the_whole(instants, columns):
        told = in_one_pass(instants, columns)
        told[0] = columns["close"].max(axis=0)
        return told

    found = verdicts(over_the_whole)
    assert isinstance(found["highest so far"], DependsOnFuture) and found["highest so far"].row == 0
    assert isinstance(found["change"], NoDependenceObserved)


def test_one_bit_is_a_difference():
    def one_bit_off(instants, columns):
        told = in_one_pass(instants, columns)
        told[1, 20] = np.nextafter(told[1, 20], np.inf)
        return told

    assert isinstance(verdicts(one_bit_off)["change"], NotAssessed)


@pytest.mark.parametrize(
    ("batch", "says"),
    [
        (lambda i, c: in_one_pass(i, c) * 2, "whatever follows"),
        (lambda i, c: in_one_pass(i, c) + len(i), "two different things"),
        (lambda i, c: in_one_pass(i, c)[:1], "the stream"),
    ],
)
def test_what_differs_for_another_reason_is_not_called_a_leak(batch, says):
    verdict = verdicts(batch)["highest so far"]
    assert isinstance(verdict, NotAssessed) and says in verdict.reason


def test_the_stream_is_handed_copies_and_one_row_at_a_time():
    seen = []

    def watching():
        push = opened()

        def looks(instant, row):
            seen.append((instant, row["close"].shape))
            told = push(instant, row)
            row["close"][:] = 0.0
            return told

        return looks

    kept = CLOSE.copy()
    verdicts(in_one_pass, watching)
    assert seen == [(row, (3,)) for row in range(50)]
    assert np.array_equal(CLOSE, kept)
