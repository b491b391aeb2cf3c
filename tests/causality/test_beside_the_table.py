"""Globals, caches, closures, and what a target does to its input."""

import functools

import numpy as np
import pandas as pd
import pytest
from bars_for_audits import bars

from tradewright.causality.audit import audit
from tradewright.causality.options import AuditOptions
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
)

EVERYTHING = bars(300)
CLOSES = EVERYTHING.close.to_numpy()
WEIGHTS = [0.1, 0.2, 0.3, 0.4]
REMEMBERED: dict = {}
SEEN_FIRST: list = []


def reads_a_global(frame):
    return frame.close / EVERYTHING.close.shift(-1).reindex(frame.index)


def reads_a_global_array(frame):
    return frame.close - CLOSES[: len(frame)].mean() if len(frame) < 300 else frame.close - CLOSES.mean()


def reads_weights(frame):
    return sum(weight * frame.close.shift(lag) for lag, weight in enumerate(WEIGHTS))


def remembers_the_longest(frame):
    if len(frame) > REMEMBERED.get("rows", 0):
        REMEMBERED.update(rows=len(frame), mean=frame.close.mean())
    return frame.close.pct_change() + (
        0 if len(frame) < 250 and REMEMBERED["rows"] < 250 else REMEMBERED["mean"]
    )


def fits_once(frame):
    if not SEEN_FIRST:
        SEEN_FIRST.append(frame.close.std())
    return frame.close / SEEN_FIRST[0]


@functools.lru_cache
def level_of(rows: int) -> float:
    return float(rows)


def uses_a_cache(frame):
    return frame.close.pct_change() * (level_of(3) > 0)


def closes_over():
    kept = bars(300)
    return lambda frame: frame.close - kept.close.shift(-1).reindex(frame.index)


@pytest.fixture
def table():
    return bars(300)


@pytest.mark.parametrize("target", [reads_a_global, closes_over()], ids=["global", "closure"])
def test_rows_hidden_beside_the_table_are_found_and_named(target, table):
    verdict = audit(target, table).verdict
    assert isinstance(verdict, DependsOnFuture)
    assert verdict.stage is Stage.SIDE_CHANNEL
    assert "global 'EVERYTHING'" in verdict.source or "enclosing" in verdict.source


@pytest.mark.parametrize("target", [reads_a_global_array, remembers_the_longest, fits_once])
def test_what_is_kept_from_the_whole_is_found(target, table):
    assert isinstance(audit(target, table).verdict, DependsOnFuture)


@pytest.mark.parametrize("target", [reads_weights, uses_a_cache])
def test_constants_and_caches_of_constants_are_no_leak(target, table):
    assert isinstance(audit(target, table).verdict, NoDependenceObserved)


def test_the_audit_leaves_no_trace_in_the_targets_own_state(table):
    REMEMBERED.clear(), SEEN_FIRST.clear()
    audit(remembers_the_longest, table), audit(fits_once, table)
    audit(reads_a_global, table)
    pd.testing.assert_frame_equal(EVERYTHING, bars(300))


def test_a_target_that_writes_into_its_table_is_not_passed(table):
    def overwrites(frame):
        frame["close"] = frame.close.ffill() * 1.0 + 1.0
        return frame.close.pct_change()

    kept = table.copy()
    verdict = audit(overwrites, table).verdict
    assert isinstance(verdict, NotAssessed) and "close" in verdict.reason and "copy" in verdict.reason
    pd.testing.assert_frame_equal(table, kept)


def test_adding_columns_to_the_table_is_the_targets_own_affair(table):
    def adds(frame):
        frame["ret"] = frame.close.pct_change()
        return frame[["ret"]]

    assert isinstance(audit(adds, table).verdict, NoDependenceObserved)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (lambda d: 1 / 0, "ZeroDivisionError"),
        (lambda d: None, "returned None"),
        (lambda d: d.close.mean(), "not rows"),
        (lambda d: d.close.to_numpy()[:-7], "nothing says which"),
        (lambda d: d.close * np.random.default_rng().normal(size=len(d)), "not repeatable"),
        (lambda d: {"mean": d.close.mean()}, "nothing that stands beside rows"),
    ],
)
def test_what_cannot_be_assessed_says_why(target, words, table):
    certificate = audit(target, table)
    assert isinstance(certificate.verdict, NotAssessed)
    assert words in certificate.verdict.reason
    assert certificate.exit_code == 3


def test_a_target_that_only_takes_its_own_table_is_not_passed(table):
    def fussy(frame):
        if not frame.equals(table):
            raise ValueError("not my data")
        return frame.close.pct_change()

    verdict = audit(fussy, table).verdict
    assert isinstance(verdict, NotAssessed) and "not my data" in verdict.reason


def test_a_leak_at_one_row_only_is_found_at_level_c2(table):
    def once(frame):
        told = frame.close.pct_change()
        if len(frame) > 138:
            told.iloc[137] = frame.close.iloc[138]
        return told

    verdict = audit(once, table, AuditOptions(level=AuditLevel.C2)).verdict
    assert isinstance(verdict, DependsOnFuture)
    assert verdict.row == 137


def test_level_c2_is_granted_for_every_prefix(table):
    certificate = audit(lambda d: d.close.rolling(20).mean(), table, AuditOptions(level=AuditLevel.C2))
    assert certificate.level is AuditLevel.C2
    assert certificate.coverage.cuts == 299
