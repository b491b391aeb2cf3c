"""The frame: causal columns of a whole period, computed when asked for."""

import numpy as np
import pytest
from priced import market, prices

from tradewright.data.adjustments import growth_index
from tradewright.features.trailing import trailing_mean, trailing_return, trailing_zscore
from tradewright.strategies.frame import Frame
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT, action_dtype


def acted(*actions: tuple[int, int, int, float]) -> np.ndarray:
    return np.array(list(actions), dtype=action_dtype)


def test_without_actions_and_gaps_the_growth_index_is_the_close_without_a_copy():
    panel = market(prices(1, 50, 2))
    assert Frame(panel).growth is panel.close
    assert np.array_equal(growth_index(panel), panel.close)


@pytest.mark.parametrize(
    ("gaps", "actions"),
    [
        (0.1, acted()),
        (0.0, acted((20, 0, SPLIT, 4.0))),
        (0.0, acted((20, 1, DIVIDEND, 1.5))),
        (0.1, acted((20, 1, DELISTING, 0.3))),
    ],
)
def test_with_actions_or_gaps_it_is_the_forward_built_index(gaps, actions):
    panel = market(prices(1, 50, 2, gaps), actions=actions)
    assert np.array_equal(Frame(panel).growth, growth_index(panel), equal_nan=True)


def test_a_split_moves_no_signal():
    close = prices(2, 100, 1)
    split = close.copy()
    split[60:] /= 4.0
    plain, acted_on = Frame(market(close)), Frame(market(split, actions=acted((60, 0, SPLIT, 4.0))))
    assert np.allclose(plain.mean(20), acted_on.mean(20), rtol=1e-12, equal_nan=True)
    assert np.allclose(plain.zscore(20), acted_on.zscore(20), rtol=1e-6, equal_nan=True)
    assert np.array_equal(plain.mean_crossings(5, 20)[0], acted_on.mean_crossings(5, 20)[0])


def test_a_dividend_is_a_return_and_not_a_fall():
    close = np.full((30, 1), 100.0)
    close[15:] = 95.0
    frame = Frame(market(close, actions=acted((15, 0, DIVIDEND, 5.0))))
    assert np.allclose(frame.return_over(1)[1:], 0.0, atol=1e-12)


def test_columns_are_the_trailing_functions_of_the_growth_index():
    frame = Frame(market(prices(3, 80, 3, gaps=0.05)))
    growth = frame.growth
    assert np.array_equal(frame.mean(7), trailing_mean(growth, 7), equal_nan=True)
    assert np.array_equal(frame.zscore(7), trailing_zscore(growth, 7), equal_nan=True)
    assert np.array_equal(frame.return_over(7, 2), trailing_return(growth, 7, 2), equal_nan=True)
    rows = np.array([3, 40])
    assert np.array_equal(frame.return_at(rows, 7, 2), trailing_return(growth, 7, 2)[rows], equal_nan=True)


def test_a_column_is_computed_once():
    frame = Frame(market(prices(3, 80, 3)))
    assert frame.mean(7) is frame.mean(7)
    assert frame.mean(7) is not frame.mean(8)


def test_a_sweep_over_hundreds_of_windows_keeps_only_the_latest_columns():
    frame = Frame(market(prices(3, 80, 1)))
    first = frame.mean(1)
    for window in range(2, 60):
        frame.mean(window)
    assert len(frame._kept) <= 32
    again = frame.mean(1)
    assert again is not first
    assert np.array_equal(again, first, equal_nan=True)


@pytest.mark.parametrize("name", ["open", "high", "low", "close", "volume", "growth", "instants"])
def test_shared_arrays_cannot_be_written(name):
    frame = Frame(market(prices(3, 80, 1, gaps=0.1)))
    with pytest.raises(ValueError, match="read-only"):
        getattr(frame, name)[0] = 1


def test_shared_columns_cannot_be_written():
    frame = Frame(market(prices(3, 80, 1)))
    for column in (frame.mean(5), frame.zscore(5), frame.return_over(5), frame.new_month()):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_its_length_is_its_rows_and_its_symbols_are_the_panels():
    frame = Frame(market(prices(3, 80, 2)))
    assert len(frame) == 80
    assert frame.symbols == ("Q00", "Z01")


def test_a_feature_set_is_computed_once_for_a_frame_and_row_by_row_the_same_in_a_view():
    from tradewright.features.families.oscillators import Rsi
    from tradewright.features.families.returns import Momentum
    from tradewright.features.feature_set import FeatureSet
    from tradewright.strategies.view import View

    panel = market(np.exp(np.cumsum(np.random.default_rng(4).normal(0, 0.02, (60, 2)), axis=0)) * 30.0)
    frame, wanted = Frame(panel), FeatureSet([Rsi(5), Momentum(10, 0)])
    table = frame.features(wanted)
    assert frame.features(FeatureSet([Rsi(5), Momentum(10, 0)])) is table
    assert np.array_equal(table.values, wanted.of_panel(panel).values, equal_nan=True)
    view = View(frame)
    for row in range(60):
        view._row = row
        assert np.array_equal(view.features(wanted), table.values[:, row], equal_nan=True)
        before = table.values[:, row - 3] if row >= 3 else np.full((2, 2), np.nan)
        assert np.array_equal(view.features(wanted, ago=3), before, equal_nan=True)
    with pytest.raises(InvalidOption, match="future"):
        view.features(wanted, ago=-1)
    assert view.features(wanted).base is None
