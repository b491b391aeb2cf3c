"""The volatility breakout, by hand: where it buys, gives up and is content."""

import numpy as np
import pytest
from priced import market, prices

from tradewright.runs.backtest import backtest
from tradewright.runs.sweep import sweep
from tradewright.strategies.breakout import VolatilityBreakout
from tradewright.values.order import Bracket, OrderType, TimeInForce
from tradewright.values.panel import SPLIT, Panel, action_dtype
from tradewright.values.profile import AccountOptions, ExecutionProfile

ACCOUNT = AccountOptions(100_000.0, 2.0, fractional=True)
FREE = ExecutionProfile("free", 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
PLAIN = VolatilityBreakout(window=2, entry=1.0, stop=1.0, target=2.0)


def said(close, strategy=PLAIN, actions=None):
    """What the strategy says over closes whose opens are the closes before."""
    panel = market(np.asarray(close, dtype=float), actions=actions)
    return backtest(strategy, panel, ACCOUNT, FREE).decisions.said


def test_it_buys_one_range_above_the_close_for_a_day():
    (row, word), *_ = said([[100.0], [110.0], [100.0], [100.0]])
    assert row == 2
    assert isinstance(word, Bracket)
    assert word.entry.type is OrderType.STOP
    assert word.entry.time_in_force is TimeInForce.DAY
    # Ranges of the last two rows: 10 of 110 and 10 of 100.
    average = (10 / 110 + 10 / 100) / 2
    assert word.entry.stop_usd == pytest.approx(100.0 * (1 + average))
    assert word.stop_loss.stop_usd == pytest.approx(100.0)
    assert word.take_profit.limit_usd == pytest.approx(100.0 * (1 + 3 * average))


def test_each_name_has_its_share_of_the_equity():
    close = [[100.0, 50.0], [110.0, 55.0], [100.0, 50.0], [100.0, 50.0]]
    words = [word for row, word in said(close) if row == 2]
    assert len(words) == 2
    for word in words:
        assert word.entry.qty * word.entry.stop_usd == pytest.approx(50_000.0)


def test_exits_stay_until_one_is_met_and_no_second_entry_is_said_meanwhile():
    close = [[100.0], [110.0], [100.0], [120.0], [121.0], [122.0], [123.0]]
    wide = VolatilityBreakout(window=2, entry=0.5, stop=10.0, target=20.0)
    rows = [row for row, _ in said(close, wide)]
    assert rows == [2]


def test_a_name_without_a_range_or_a_price_is_left_alone():
    assert said([[100.0], [100.0], [100.0], [100.0]]) == ()
    assert said([[np.nan], [np.nan], [np.nan], [np.nan]]) == ()


def test_a_split_does_not_look_like_a_range():
    close = np.array([[100.0], [101.0], [100.0], [10.0], [10.1], [10.0], [10.1]])
    plain = market(close)
    actions = np.array([(3, 0, SPLIT, 10.0)], dtype=action_dtype)
    columns = (close.copy(), close * 1.01, close * 0.99, close.copy(), plain.volume.copy())
    panel = Panel(plain.instants, plain.opens_at, plain.symbols, *columns, actions)
    words = backtest(PLAIN, panel, ACCOUNT, FREE).decisions.said
    assert any(row >= 3 for row, _ in words)
    for _, word in words:
        assert word.entry.stop_usd / word.stop_loss.stop_usd < 1.1


def test_its_orders_are_traded():
    run = backtest(VolatilityBreakout(), market(prices(3, 400, 2)), ACCOUNT, FREE)
    assert run.path == "decide"
    assert len(run.outcome.fills) > 10
    assert len(run.decisions.rows) == 0
    tickets = run.outcome.orders["ticket"].tolist()
    assert tickets == list(range(len(tickets)))
    assert run.band.final_equity_usd.base == run.outcome.equity_usd[-1]


def test_a_sweep_trades_the_same_orders():
    panel = market(prices(4, 200, 2))
    candidates = [VolatilityBreakout(window=window) for window in (5, 10, 20)]
    together = sweep(candidates, panel, ACCOUNT, FREE, threads=2)
    for place, one in enumerate(candidates):
        alone = backtest(one, panel, ACCOUNT, FREE)
        assert np.array_equal(together.equity_usd[place], alone.outcome.equity_usd)
