"""Whatever the table looks like and whatever comes back: a verdict, never a crash."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from bars_for_audits import bars

from tradewright.causality.audit import audit
from tradewright.causality.options import AuditOptions, Budget
from tradewright.causality.verdict import DependsOnFuture, NoDependenceObserved, NotAssessed

QUICK = AuditOptions(budget=Budget(calls=30))


def odd_tables():
    base = bars(60)
    yield "two rows", base.iloc[:2]
    yield "one row", base.iloc[:1]
    yield "no rows", base.iloc[:0]
    yield "time zone", base.tz_localize("America/New_York")
    yield "periods", base.set_axis(pd.period_range("2015-01", periods=60, freq="M"))
    yield "numbered", base.reset_index(drop=True)
    yield "words as index", base.set_axis([f"row {n}" for n in range(60)])
    yield "repeated times", base.set_axis(base.index[np.arange(60) // 3])
    yield "all missing", base.assign(close=np.nan)
    yield "whole numbers", base.assign(close=base.close.astype(int))
    yield "nullable numbers", base.assign(close=base.close.round().astype("Int64"))
    yield "categories", base.assign(kind=pd.Categorical(["a", "b"] * 30))
    yield "objects", base.assign(thing=[object() for _ in range(60)])
    yield "dates in a column", base.assign(day=[datetime.date(2015, 1, 1)] * 60)
    yield "infinite", base.assign(close=base.close.where(base.close > base.close.median(), np.inf))
    yield "two columns of one name", pd.concat([base, base[["close"]]], axis=1)
    yield "polars with nulls", pl.DataFrame({"close": [None if n % 7 == 0 else float(n) for n in range(60)]})
    yield "small floats", base.astype("float32")


TABLES = dict(odd_tables())


def last_change(table):
    if isinstance(table, pl.DataFrame):
        return table["close"].diff()
    close = table["close"]
    return (close.iloc[:, 0] if close.ndim == 2 else close).diff()


@pytest.mark.parametrize("name", TABLES)
def test_a_clean_target_over_an_odd_table_has_a_verdict_and_no_leak(name):
    verdict = audit(last_change, TABLES[name], QUICK).verdict
    assert isinstance(verdict, NoDependenceObserved | NotAssessed), verdict
    if len(TABLES[name]) > 10:
        assert isinstance(verdict, NoDependenceObserved), verdict


def next_change(table):
    return last_change(table).shift(-1)


@pytest.mark.parametrize(
    "name", [name for name, table in TABLES.items() if len(table) > 10 and name != "all missing"]
)
def test_a_leak_over_an_odd_table_is_found(name):
    assert isinstance(audit(next_change, TABLES[name], QUICK).verdict, DependsOnFuture)


ODD_ANSWERS = {
    "flags": lambda d: d.close > d.open,
    "words": lambda d: np.where(d.close > d.open, "up", "down"),
    "times": lambda d: d.index,
    "complex numbers": lambda d: d.close.to_numpy() + 1j,
    "tuples": lambda d: list(zip(d.open, d.close, strict=True)),
    "events": lambda d: [{"time": t, "side": "buy"} for t in d.index[d.close > d.open]],
    "arrays of columns": lambda d: d.to_numpy(),
    "a generator": lambda d: (x for x in d.close),
    "an empty list": lambda d: [],
    "an empty frame": lambda d: d.iloc[:0],
    "a frame without columns": lambda d: d[[]],
    "itself": lambda d: d,
    "nested": lambda d: {"a": {"b": d.close}},
    "nullable": lambda d: d.close.round().astype("Int64").diff(),
    "a function": lambda d: last_change,
    "a shorter tail with its index": lambda d: d.close.rolling(10).mean().dropna(),
    "reversed": lambda d: d.close.diff()[::-1],
    "doubled": lambda d: pd.concat([d.close, d.close]),
}


@pytest.mark.parametrize("name", ODD_ANSWERS)
def test_an_odd_answer_has_a_verdict_and_no_leak(name):
    verdict = audit(ODD_ANSWERS[name], bars(80), QUICK).verdict
    assert isinstance(verdict, NoDependenceObserved | NotAssessed), verdict


@pytest.mark.parametrize(
    "name",
    ["flags", "words", "times", "tuples", "events", "arrays of columns", "itself", "nullable", "reversed"],
)
def test_an_odd_answer_that_is_rows_is_assessed(name):
    assert isinstance(audit(ODD_ANSWERS[name], bars(80), QUICK).verdict, NoDependenceObserved)


LEAKING_ANSWERS = {
    "words": lambda d: np.where(d.close.shift(-1) > d.close, "up", "down"),
    "events": lambda d: [{"time": t, "side": "buy"} for t in d.index[d.close.shift(-1) > d.close]],
    "flags": lambda d: d.close > d.close.median(),
    "reversed": lambda d: d.close[::-1].diff(),
    "columns that come and go": lambda d: d.dropna(axis=1)[["close"]] if d.volume.sum() > 1 else d[["open"]],
    "a name per later value": lambda d: pd.get_dummies(d.close > d.close.iloc[-1]),
}


@pytest.mark.parametrize("name", [name for name in LEAKING_ANSWERS if name != "columns that come and go"])
def test_a_leak_in_an_odd_answer_is_found(name):
    assert isinstance(audit(LEAKING_ANSWERS[name], bars(80), QUICK).verdict, DependsOnFuture)


def test_a_column_that_later_gaps_take_away_is_found():
    table = bars(80)

    def columns_without_gaps(d):
        return d[["open", "close"]].dropna(axis=1)

    assert isinstance(audit(columns_without_gaps, table).verdict, DependsOnFuture)


def test_what_a_target_raises_is_told_with_its_line():
    def raises(d):
        raise KeyError("closee")

    verdict = audit(raises, bars(40)).verdict
    assert isinstance(verdict, NotAssessed)
    assert "KeyError" in verdict.reason and f"line {raises.__code__.co_firstlineno + 1}" in verdict.reason
