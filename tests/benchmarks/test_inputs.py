"""The bars of the benchmarks are the same for everybody, every time, and kind to comparison."""

import numpy as np
import pytest
from benchmarks.inputs import DAY_NS, MINUTE_NS, Walk, bars_of, month_starts, sma_pairs

WALK = Walk(300, 4, 0.02, DAY_NS, seed=7, common=0.3)


def test_a_seed_gives_the_same_bytes_again():
    first, second = bars_of(WALK), bars_of(WALK)
    assert {name: values.tobytes() for name, values in first.items()} == {
        name: values.tobytes() for name, values in second.items()
    }


def test_another_seed_gives_other_bars():
    other = Walk(300, 4, 0.02, DAY_NS, seed=8, common=0.3)
    assert not np.array_equal(bars_of(WALK)["close"], bars_of(other)["close"])


def test_every_open_is_the_close_before():
    held = bars_of(WALK)
    assert np.array_equal(held["open"][1:], held["close"][:-1])


def test_high_and_low_hold_open_and_close_between_them():
    held = bars_of(WALK)
    assert np.all(held["high"] >= np.maximum(held["open"], held["close"]))
    assert np.all(held["low"] <= np.minimum(held["open"], held["close"]))


def test_bars_are_positive_finite_and_in_c_order():
    for values in bars_of(WALK).values():
        assert np.all(np.isfinite(values)) and np.all(values > 0) and values.flags.c_contiguous


def test_a_bar_moves_about_as_much_as_was_asked():
    moves = np.diff(np.log(bars_of(Walk(20_000, 1, 0.01, MINUTE_NS, seed=9))["close"][:, 0]))
    assert 0.006 < moves.std() < 0.015


def test_what_is_common_moves_all_instruments_together():
    returns = np.diff(np.log(bars_of(Walk(5_000, 2, 0.01, DAY_NS, seed=3, common=0.5))["close"]), axis=0)
    assert np.corrcoef(returns.T)[0, 1] == pytest.approx(0.5, abs=0.05)


def test_month_starts_are_the_first_rows_of_a_month_and_never_the_last_row():
    instants = bars_of(WALK)["instants"]
    rows = month_starts(instants)
    months = instants.astype("datetime64[ns]").astype("datetime64[M]")
    assert np.all(months[rows - 1] != months[rows])
    assert len(rows) == len(np.unique(months)) - 1
    assert rows[-1] < len(instants) - 1


def test_a_thousand_pairs_are_all_different_and_their_fast_window_is_the_shorter():
    fast, slow = sma_pairs()
    assert len(set(zip(fast.tolist(), slow.tolist(), strict=True))) == 1_000
    assert np.all(fast < slow)
