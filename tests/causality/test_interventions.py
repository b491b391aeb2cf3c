"""Each change of the future leaves the past as it is, in every kind of table."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from bars_for_audits import bars
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.causality.audit import audit, world_of
from tradewright.causality.frames import table_of
from tradewright.causality.interventions import INTERVENTIONS, Change, changed
from tradewright.causality.options import AuditOptions
from tradewright.causality.verdict import NoDependenceObserved
from tradewright.values.errors import UnknownName

ROWS = 60
BASE = bars(ROWS).assign(halted=lambda d: d.volume < 20_000, sector="tech")
KINDS = {
    "pandas": BASE,
    "polars": pl.DataFrame({"time": BASE.index.to_numpy(), **{name: BASE[name].to_list() for name in BASE}}),
    "numpy": BASE[["open", "close", "volume"]].to_numpy(dtype=np.float64),
    "mapping": {"close": BASE.close.to_numpy(), "volume": BASE.volume.to_numpy()},
}


def columns_of(native) -> dict[str, np.ndarray]:
    if isinstance(native, dict):
        return native
    if isinstance(native, np.ndarray):
        return {str(number): native[:, number] for number in range(native.shape[1])}
    if isinstance(native, pl.DataFrame):
        return {name: native[name].to_numpy() for name in native.columns}
    return {name: native[name].to_numpy() for name in native.columns}


def equal(one, other) -> bool:
    return pd.Series(one).reset_index(drop=True).equals(pd.Series(other).reset_index(drop=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", INTERVENTIONS)
@settings(max_examples=12, deadline=None)
@given(cut_row=st.integers(1, ROWS - 6), seed=st.integers(0, 5))
def test_the_past_stays_and_the_future_does_not(kind, name, cut_row, seed):
    world = world_of(KINDS[kind], AuditOptions())
    cut = int(world[0].known.decided[cut_row])
    (asked,) = changed(world, Change(name, cut, seed))
    before, after = columns_of(KINDS[kind]), columns_of(asked.given)
    for column in before:
        assert equal(before[column][: cut_row + 1], after[column][: cut_row + 1]), column
    if name == "words":
        return
    assert any(not equal(before[column], after[column]) for column in before) or name == "permute"


@pytest.mark.parametrize("kind", KINDS)
def test_missing_values_are_missing_in_the_tables_own_way(kind):
    world = world_of(KINDS[kind], AuditOptions())
    (asked,) = changed(world, Change("missing", int(world[0].known.decided[30])))
    after = columns_of(asked.given)
    close = after["1" if kind == "numpy" else "close"]
    assert not isinstance(close, np.ma.MaskedArray)
    assert np.isnan(close[31:].astype(float)).all() and not np.isnan(close[:31].astype(float)).any()
    if kind == "polars":
        assert asked.given["close"].null_count() == ROWS - 31


def test_writing_nan_into_an_array_made_of_the_table_is_no_leak():
    def previous_close(table):
        rolled = np.roll(table["close"], 2)
        rolled[:2] = np.nan
        return table["close"] / rolled

    assert isinstance(audit(previous_close, KINDS["mapping"]).verdict, NoDependenceObserved)


def test_the_same_change_draws_the_same_numbers():
    world = world_of(BASE, AuditOptions())
    one, other = (changed(world, Change("shock", 41, 3))[0].given for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    assert not changed(world, Change("shock", 41, 4))[0].given.equals(one)


def test_the_dose_is_the_size_of_the_shock():
    world = world_of(BASE, AuditOptions())
    moves = [
        np.abs(np.log(changed(world, Change("shock", 41, 3, dose))[0].given.close / BASE.close)).max()
        for dose in (0.001, 0.01, 0.1)
    ]
    assert moves[0] < moves[1] / 5 < moves[2] / 25


def test_one_column_or_one_asset_can_be_changed_alone():
    table = (
        pd.concat([bars(40).assign(symbol=name) for name in ("AAA", "BBB")]).rename_axis("day").reset_index()
    )
    world = world_of(table, AuditOptions(known_at="day", asset="symbol"))
    cut = int(world[0].known.decided[20])
    place = list(table.columns).index("close")
    (asked,) = changed(world, Change("shock", cut, columns=(place,), asset="BBB"))
    moved = asked.given.drop(columns="symbol") != table.drop(columns="symbol")
    assert set(moved.columns[moved.any()]) == {"close"}
    assert set(table.symbol[moved.any(axis=1)]) == {"BBB"}


def test_longer_tables_go_on_in_time():
    for kind in ("pandas", "polars"):
        world = world_of(KINDS[kind], AuditOptions())
        (asked,) = changed(world, Change("lengthen", 41))
        times = asked.given.index if kind == "pandas" else pd.Index(asked.given["time"].to_numpy())
        assert len(times) > ROWS and times.is_monotonic_increasing and times.is_unique


def test_an_unknown_change_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'shock'"):
        changed(world_of(BASE, AuditOptions()), Change("schock", 1))


def test_a_polars_table_made_of_a_stretch_shares_no_column_with_the_one_it_came_from():
    native = pl.DataFrame({"a": [1.0, None, 3.0, 4.0], "b": [1, 2, None, 4], "c": ["x", "y", "z", None]})
    table = table_of(native)
    other = np.ma.masked_array(np.array([9.0, 8.0]), [True, False])
    made = table.rebuilt(np.array([1, 2]), {0: other})
    assert made.to_dicts() == [{"a": None, "b": 2, "c": "y"}, {"a": 8.0, "b": None, "c": "z"}]
    scattered = table.rebuilt(np.array([0, 2, 3]), {0: np.array([7.0, 8.0, 9.0])})
    assert scattered["a"].to_list() == [7.0, 8.0, 9.0] and scattered["b"].to_list() == [1, None, 4]
    assert native["a"].to_list() == [1.0, None, 3.0, 4.0]
    assert np.array_equal(table.values(0), [1.0, np.nan, 3.0, 4.0], equal_nan=True)
