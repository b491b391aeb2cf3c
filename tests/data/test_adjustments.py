"""Adjusted views: what a share grows to, and that nothing in it reads ahead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.data import adjustments
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT, Panel, action_dtype

NAN = float("nan")


def plainly(close: np.ndarray, acts: np.ndarray) -> np.ndarray:
    """The growth index of one instrument as its definition reads, one row after another."""
    grown, known, value, owed, became, over = [], NAN, NAN, 0.0, 1.0, False
    for row, price in enumerate(close):
        price = NAN if over else price
        for act in acts[acts["row"] == row]:
            if act["kind"] == SPLIT:
                became *= act["value"]
            elif act["kind"] == DIVIDEND:
                owed += became * act["value"]
            else:
                price, over = known / became * act["value"], True
        if not np.isnan(price):
            value = price if np.isnan(value) else value * (price * became + owed) / known
            known, became, owed = price, 1.0, 0.0
        elif np.isnan(value):
            became, owed = 1.0, 0.0
        grown.append(value)
    return np.array(grown)


@st.composite
def histories(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Closes with holes, and splits, dividends and perhaps a delisting among them, for two instruments."""
    count = draw(st.integers(3, 25))
    price = st.one_of(st.floats(1.0, 500.0), st.just(NAN))
    close = np.array([[draw(price), draw(price)] for _ in range(count)])
    acts = [
        (draw(st.integers(0, count - 1)), draw(st.integers(0, 1)), kind, draw(st.floats(0.1, 7.0)))
        for kind in draw(st.lists(st.sampled_from([SPLIT, DIVIDEND]), max_size=6))
    ]
    if draw(st.booleans()):
        acts.append((draw(st.integers(1, count - 1)), 0, DELISTING, draw(st.floats(0.1, 1.0))))
        acts = [act for act in acts if act[1] != 0 or act[0] <= acts[-1][0]]
    ordered = np.sort(np.array(acts, dtype=action_dtype), order=["row", "asset", "kind"])
    return close, ordered


def panel_from(close: np.ndarray, acts: np.ndarray) -> Panel:
    instants = np.arange(len(close), dtype=np.int64)
    columns = [close.copy() for _ in range(5)]
    return Panel(instants, instants - 1, ("A", "B"), *columns, acts.copy())


@settings(max_examples=300, deadline=None)
@given(histories())
def test_growth_equals_its_definition_read_one_row_after_another(history: tuple) -> None:
    close, acts = history
    grown = adjustments.growth_index(panel_from(close, acts))
    for asset in (0, 1):
        mine = acts[acts["asset"] == asset]
        np.testing.assert_allclose(grown[:, asset], plainly(close[:, asset], mine), rtol=1e-9)


@settings(max_examples=200, deadline=None)
@given(histories(), st.data())
def test_no_row_of_any_view_changes_when_later_rows_arrive(history: tuple, data: st.DataObject) -> None:
    close, acts = history
    whole = panel_from(close, acts)
    row = data.draw(st.integers(0, len(close) - 1))
    early = whole.rows(0, row + 1)
    for view in (adjustments.growth_index, adjustments.held_value):
        np.testing.assert_array_equal(view(early), view(whole)[: row + 1])
    np.testing.assert_array_equal(
        adjustments.adjusted_closes(whole, row), adjustments.adjusted_closes(early, row)
    )


def test_a_later_split_never_changes_the_returns_seen_earlier(panel_with) -> None:
    panel = panel_with([10.0, 11.0, 12.0, 4.0, 4.4], [(3, 0, SPLIT, 3.0)])
    before = adjustments.adjusted_closes(panel, 2)
    after = adjustments.adjusted_closes(panel, 4)
    np.testing.assert_allclose(before[:, 0], [10, 11, 12])
    np.testing.assert_allclose(after[:, 0], [10 / 3, 11 / 3, 4, 4, 4.4])
    np.testing.assert_allclose(after[1:3] / after[:2], before[1:] / before[:-1], rtol=1e-15)


def test_the_last_adjusted_close_is_the_raw_close(panel_with) -> None:
    panel = panel_with([10.0, 5.2, 5.0], [(1, 0, SPLIT, 2.0), (2, 0, DIVIDEND, 0.3)])
    assert adjustments.adjusted_closes(panel, 2)[-1, 0] == pytest.approx(5.0, rel=1e-15)


def test_a_dividend_is_reinvested_at_the_close_of_its_day(panel_with) -> None:
    panel = panel_with([100.0, 99.0, 110.0], [(1, 0, DIVIDEND, 1.0)])
    np.testing.assert_allclose(adjustments.growth_index(panel)[:, 0], [100, 100, 100 * 110 / 99])


def test_two_dividends_on_one_day_are_both_paid_on_the_same_shares(panel_with) -> None:
    panel = panel_with([100.0, 97.0], [(1, 0, DIVIDEND, 1.0), (1, 0, DIVIDEND, 2.0)])
    assert adjustments.growth_index(panel)[1, 0] == pytest.approx(100.0)


def test_a_split_and_a_dividend_on_one_day_pay_on_the_new_shares(panel_with) -> None:
    panel = panel_with([100.0, 49.0], [(1, 0, SPLIT, 2.0), (1, 0, DIVIDEND, 1.0)])
    assert adjustments.growth_index(panel)[1, 0] == pytest.approx(100.0)
    assert adjustments.held_value(panel)[1, 0] == pytest.approx(100.0)


def test_held_value_keeps_dividends_as_cash(panel_with) -> None:
    panel = panel_with([100.0, 99.0, 198.0], [(1, 0, DIVIDEND, 1.0)])
    np.testing.assert_allclose(adjustments.held_value(panel)[:, 0], [100, 100, 199])


def test_actions_on_or_before_the_first_known_close_do_nothing(panel_with) -> None:
    panel = panel_with([NAN, 10.0, 11.0], [(0, 0, SPLIT, 2.0), (1, 0, DIVIDEND, 5.0)])
    np.testing.assert_allclose(adjustments.growth_index(panel)[:, 0], [NAN, 10, 11])
    np.testing.assert_allclose(adjustments.held_value(panel)[:, 0], [NAN, 10, 11])


def test_a_delisting_pays_its_share_of_the_last_close_and_ends_there(panel_with) -> None:
    panel = panel_with([10.0, 20.0, NAN, 99.0], [(2, 0, DELISTING, 0.25)])
    np.testing.assert_allclose(adjustments.growth_index(panel)[:, 0], [10, 20, 5, 5])
    np.testing.assert_allclose(adjustments.held_value(panel)[:, 0], [10, 20, 5, 5])
    assert np.isnan(adjustments.adjusted_bars(panel, 3).close[3, 0])


def test_a_worthless_delisting_leaves_nothing(panel_with) -> None:
    panel = panel_with([10.0, 20.0, NAN], [(2, 0, DELISTING, 0.0)])
    assert adjustments.growth_index(panel)[2, 0] == 0.0
    assert adjustments.total_return(panel, 0, 2)[0] == -1.0


def test_a_split_during_a_missing_bar_is_booked_at_the_next_one(panel_with) -> None:
    panel = panel_with([10.0, NAN, 5.5], [(1, 0, SPLIT, 2.0)])
    np.testing.assert_allclose(adjustments.growth_index(panel)[:, 0], [10, 10, 11])
    np.testing.assert_allclose(adjustments.adjusted_closes(panel, 1)[:, 0], [5, 5])


def test_an_adjusted_bar_keeps_its_shape_and_its_volume_counts_new_shares(panel_with) -> None:
    panel = panel_with([10.0, 5.0], [(1, 0, SPLIT, 2.0)])
    bars = adjustments.adjusted_bars(panel, 1)
    for column in (bars.open, bars.high, bars.low, bars.close):
        np.testing.assert_allclose(column[:, 0], [5, 5])
    np.testing.assert_allclose(bars.volume[:, 0], [2000, 1000])


def test_a_missing_bar_stays_missing_in_adjusted_bars(panel_with) -> None:
    bars = adjustments.adjusted_bars(panel_with([10.0, NAN, 12.0]), 2)
    assert np.isnan(bars.close[1, 0])
    assert bars.symbols == ("S0",)


def test_an_instrument_without_any_close_is_unknown_throughout(panel_with) -> None:
    panel = panel_with([[1.0, NAN], [2.0, NAN]], [(1, 1, SPLIT, 2.0)])
    assert np.isnan(adjustments.growth_index(panel)[:, 1]).all()
    assert np.isnan(adjustments.held_value(panel)[:, 1]).all()


def test_an_empty_panel_has_an_empty_index(panel_with) -> None:
    panel = panel_with([1.0, 2.0]).rows(0, 0)
    assert adjustments.growth_index(panel).shape == (0, 1)


def test_the_raw_prices_are_left_as_they_were(panel_with) -> None:
    panel = panel_with([10.0, NAN, 5.0], [(1, 0, SPLIT, 2.0), (2, 0, DELISTING, 1.0)])
    adjustments.growth_index(panel)
    np.testing.assert_array_equal(panel.close[:, 0], [10.0, NAN, 5.0])
