"""Cross-sectional momentum, by hand."""

import numpy as np
import pytest
from priced import market, prices

from tradewright.strategies.frame import Frame
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.view import decide_rows

SHORT_MEMORY = {"lookback": 5, "skip": 0}


def decided(strategy: Momentum, close: np.ndarray, symbols=None):
    """Its decisions, the same whether asked row by row or at once."""
    frame = Frame(market(close, symbols))
    once, rows = strategy.targets(frame), decide_rows(strategy, frame)
    assert np.array_equal(once.rows, rows.rows)
    assert np.array_equal(once.weights, rows.weights)
    return once


def ramps(rows: int, *daily: float) -> np.ndarray:
    """Prices that grow at given rates a day."""
    return 100.0 * np.exp(np.arange(rows)[:, None] * np.array(daily))


def test_it_holds_equal_parts_of_the_highest_past_returns():
    decisions = decided(Momentum(top=0.5, **SHORT_MEMORY), ramps(60, 0.01, -0.01, 0.02, 0.0))
    # The panel begins on 2 January: 1 February is its row 30, counted in calendar days.
    assert decisions.rows.tolist() == [30, 58]
    assert decisions.weights.tolist() == [[0.5, 0.0, 0.5, 0.0]] * 2


def test_the_latest_bars_are_left_out_of_the_return():
    close = ramps(60, 0.01, 0.0)
    close[28:, 0] *= 0.1
    assert decided(Momentum(lookback=20, skip=5, top=0.5), close).weights[0].tolist() == [1.0, 0.0]
    assert decided(Momentum(lookback=20, skip=0, top=0.5), close).weights[0].tolist() == [0.0, 1.0]


def test_a_name_without_its_whole_history_or_without_a_close_takes_no_part():
    close = ramps(40, 0.05, 0.04, 0.03, 0.02, 0.01)
    close[:27, 0] = np.nan
    close[30, 1] = np.nan
    assert decided(Momentum(top=0.34, **SHORT_MEMORY), close).weights.tolist() == [[0, 0, 0.5, 0.5, 0]]


def test_a_gap_inside_the_history_does_not_exclude_a_name():
    close = ramps(40, 0.05, 0.01)
    close[27:29, 0] = np.nan
    assert decided(Momentum(top=0.5, **SHORT_MEMORY), close).weights.tolist() == [[1.0, 0.0]]


def test_nobody_to_choose_from_is_no_decision_rather_than_a_sale_of_everything():
    close = ramps(40, 0.05, 0.01)
    close[30] = np.nan
    assert len(decided(Momentum(**SHORT_MEMORY), close).rows) == 0


@pytest.mark.parametrize(("top", "held"), [(0.0, 0), (0.01, 1), (0.1, 3), (0.34, 11), (1.0, 30)])
def test_the_share_held_is_rounded_up_and_rounding_errors_do_not_add_a_name(top, held):
    decisions = decided(Momentum(top=top, **SHORT_MEMORY), prices(1, 40, 30))
    assert (decisions.weights > 0).sum() == held
    assert decisions.weights.sum() == pytest.approx(1.0 if held else 0.0)


def test_equal_returns_are_told_apart_by_the_alphabet_whatever_the_columns_order():
    close = ramps(40, 0.01, 0.01, 0.01, 0.02)
    held = {}
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        symbols = tuple("CABD"[place] for place in order)
        decisions = decided(Momentum(top=0.5, **SHORT_MEMORY), close[:, order], symbols)
        held[tuple(order)] = {
            symbol for symbol, weight in zip(symbols, decisions.weights[0], strict=True) if weight
        }
    assert list(held.values()) == [{"A", "D"}] * 3


def test_before_the_first_full_lookback_it_is_silent():
    assert len(decided(Momentum(lookback=30, skip=0), ramps(30, 0.01, 0.02)).rows) == 0
    assert decided(Momentum(lookback=30, skip=0), ramps(31, 0.01, 0.02)).rows.tolist() == [30]


def test_with_one_name_it_holds_it_whatever_it_did():
    assert decided(Momentum(**SHORT_MEMORY), ramps(40, -0.05)).weights.tolist() == [[1.0]]


def test_what_is_not_invested_stays_in_cash_and_changes_no_choice():
    close = prices(1, 40, 30)
    whole, half = (decided(Momentum(top=0.1, invested=share, **SHORT_MEMORY), close) for share in (1.0, 0.5))
    assert half.rows.tolist() == whole.rows.tolist()
    assert half.weights == pytest.approx(0.5 * whole.weights)
    assert half.weights.sum() == pytest.approx(0.5 * len(half.rows))
