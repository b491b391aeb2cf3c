"""A panel refuses arrays that disagree and cannot be changed afterwards."""

import numpy as np
import pytest

from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.panel import DIVIDEND, SPLIT, Panel, action_dtype, no_actions, panel_of_closes


def bars(sessions: int = 4, assets: int = 2) -> Panel:
    instants = np.arange(1, sessions + 1, dtype=np.int64) * 10
    prices = [np.arange(sessions * assets, dtype=float).reshape(sessions, assets) + 10 for _ in range(5)]
    opened, high, low, close, volume = prices
    actions = np.array([(1, 0, SPLIT, 2.0), (3, 1, DIVIDEND, 0.5)], dtype=action_dtype)
    return Panel(instants, instants - 5, ("A", "B")[:assets], opened, high, low, close, volume, actions)


def test_a_panel_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        bars().close[0, 0] = 1.0


def test_columns_of_another_shape_are_refused():
    good = bars()
    with pytest.raises(ValueError, match=r"close has shape \(3, 2\)"):
        Panel(
            good.instants, good.opens_at, good.symbols, good.open, good.high, good.low,
            good.close[:3], good.volume, good.actions,
        )  # fmt: skip


def test_columns_in_fortran_order_are_refused():
    good = bars()
    with pytest.raises(ValueError, match="C order"):
        Panel(
            good.instants, good.opens_at, good.symbols, np.asfortranarray(good.open), good.high, good.low,
            good.close, good.volume, good.actions,
        )  # fmt: skip


def test_instants_must_rise():
    with pytest.raises(ValueError, match="rise strictly"):
        panel_of_closes(np.array([2, 2], dtype=np.int64), ("A",), np.ones((2, 1)))


def test_actions_out_of_order_are_refused():
    good = bars()
    with pytest.raises(ValueError, match="sorted by row"):
        Panel(good.instants, good.opens_at, good.symbols, *good.columns(), good.actions[::-1].copy())


def test_a_cut_keeps_the_actions_inside_it_and_moves_their_rows():
    cut = bars().rows(1, 3)
    assert cut.shape == (2, 2)
    assert cut.actions.tolist() == [(0, 0, SPLIT, 2.0, -1, 0.0, 0)]
    np.testing.assert_array_equal(cut.close, bars().close[1:3])


def test_a_series_of_closes_knows_that_it_is_one():
    closes = panel_of_closes(np.array([1, 2], dtype=np.int64), ("A",), np.ones((2, 1)))
    assert closes.is_close_only
    assert not bars().is_close_only
    assert len(no_actions()) == 0


def test_decisions_of_another_length_or_order_are_refused():
    with pytest.raises(ValueError, match="2 rows but weights"):
        Decisions(np.array([1, 2]), np.ones((1, 2)))
    with pytest.raises(ValueError, match="rise strictly"):
        Decisions(np.array([2, 1]), np.ones((2, 2)))
    assert no_decisions(3).weights.shape == (0, 3)
