"""Mean reversion, by hand."""

import numpy as np
import pytest
from priced import market, prices

from tradewright.strategies.frame import Frame
from tradewright.strategies.mean_reversion import MeanReversion
from tradewright.strategies.view import decide_rows

STILL = [100.0, 101.0] * 10


def decided(strategy: MeanReversion, close):
    """Its decisions, the same whether asked row by row or at once."""
    frame = Frame(market(np.asarray(close, dtype=float)))
    once, rows = strategy.targets(frame), decide_rows(strategy, frame)
    assert np.array_equal(once.rows, rows.rows)
    assert np.array_equal(once.weights, rows.weights, equal_nan=True)
    return once


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def test_it_buys_an_unusual_fall_and_sells_when_the_price_is_back():
    decisions = decided(MeanReversion(), column(*STILL, 90.0, 91.0, 101.0, 101.0))
    assert decisions.rows.tolist() == [20, 22]
    assert decisions.weights.tolist() == [[1.0], [0.0]]


def test_without_short_an_unusual_rise_is_left_alone():
    assert len(decided(MeanReversion(), column(*STILL, 110.0, 100.0)).rows) == 0


def test_with_short_it_sells_an_unusual_rise_and_covers_when_it_is_back():
    decisions = decided(MeanReversion(short=True), column(*STILL, 110.0, 109.0, 100.0))
    assert decisions.rows.tolist() == [20, 22]
    assert decisions.weights.tolist() == [[-1.0], [0.0]]


def test_between_exit_and_entry_it_keeps_what_it_has():
    strategy = MeanReversion(entry=2.0, exit=0.1)
    frame = Frame(market(column(*STILL, 90.0, 98.0, 99.0, 100.9)))
    scores = frame.zscore(20)[20:, 0]
    assert scores[0] < -2 < scores[1] < -0.1
    assert decided(strategy, frame.close).rows.tolist() == [20, 23]


def test_a_name_without_a_close_that_day_is_sold_on_the_next_one():
    close = column(*STILL, 90.0, 91.0, 101.0, np.nan, 101.0)
    close[22] = np.nan
    assert decided(MeanReversion(), close).rows.tolist() == [20, 24]


def test_each_of_several_names_has_its_own_slot():
    close = np.hstack([column(*STILL, 90.0, 101.0), column(*STILL, 100.0, 90.0)])
    decisions = decided(MeanReversion(), close)
    assert decisions.rows.tolist() == [20, 21]
    assert np.array_equal(decisions.weights, [[0.5, np.nan], [0.0, 0.5]], equal_nan=True)


def test_a_price_that_stands_still_is_never_unusual():
    assert len(decided(MeanReversion(), np.full((200, 2), 33.3)).rows) == 0


@pytest.mark.parametrize("short", [False, True])
def test_a_long_history_gives_the_same_row_by_row_and_at_once(short):
    decisions = decided(
        MeanReversion(window=10, entry=1.5, exit=0.3, short=short), prices(2, 2500, 3, gaps=0.02)
    )
    assert len(decisions.rows) > 100
