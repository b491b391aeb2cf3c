"""The kernel on real bars, gaps and corporate actions: the identity holds and the twins agree."""

import numpy as np
import pytest
from accountant import cash_of, changes_of_equity
from bars import actions_of, frame_of, panel_of
from drivers import DRIVERS, differences
from markets import wishes

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel import reference
from tradewright.kernel.sweep import simulate_many
from tradewright.values.decisions import Decisions
from tradewright.values.panel import DIVIDEND, SPLIT
from tradewright.values.profile import AccountOptions

pytestmark = pytest.mark.market

DAILY = ("AAPL", "AIG", "BAC", "FB", "GOOG", "IBM", "IWM", "SPY", "USO")
FIRST, LAST = "2013-01-02", "2016-12-30"
OPTIONS = AccountOptions(capital_usd=250_000.0, max_gross=1.5)


@pytest.fixture(scope="module", params=DAILY)
def panel(request, market_dir):
    """Four years of one instrument with its splits and dividends."""
    frame = frame_of(market_dir, "daily", request.param, FIRST, LAST)
    return panel_of(frame, request.param, 1.0, actions_of(market_dir, request.param, frame))


def monthly(panel, seed):
    """A random weight once a month."""
    rows = np.arange(10, len(panel.instants), 21)
    weights = np.random.default_rng(seed).uniform(-0.5, 1.2, (len(rows), 1))
    return Decisions(rows, weights)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_equity_is_explained_at_every_real_bar(panel, name):
    outcome = DRIVERS["batch"](panel, monthly(panel, 1), OPTIONS, PROFILES[name])
    expected = changes_of_equity(panel, outcome)
    found = np.diff(outcome.equity_usd, prepend=OPTIONS.capital_usd)
    assert np.all(np.abs(found - expected) <= 1e-9 * OPTIONS.capital_usd)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_cash_is_explained_at_every_real_bar(panel, name):
    outcome = DRIVERS["batch"](panel, monthly(panel, 2), OPTIONS, PROFILES[name])
    expected = cash_of(panel, outcome, OPTIONS.capital_usd)
    assert np.all(np.abs(outcome.cash_usd - expected) <= 1e-9 * OPTIONS.capital_usd)


def test_the_twins_agree_on_real_bars(panel):
    everything = panel, monthly(panel, 3), OPTIONS, PROFILES["realistic"]
    assert differences(reference.simulate(*everything), DRIVERS["batch"](*everything)) == []


def test_session_and_batch_agree_on_real_bars(panel):
    everything = panel, monthly(panel, 4), OPTIONS, PROFILES["stressed"]
    assert differences(DRIVERS["session"](*everything), DRIVERS["batch"](*everything)) == []


def test_sweep_and_batch_agree_on_real_bars(panel):
    chosen = [monthly(panel, seed) for seed in range(5)]
    equity = simulate_many(panel, chosen, OPTIONS, PROFILES["realistic"], threads=2)
    for row, decisions in zip(equity, chosen, strict=True):
        assert np.array_equal(
            row, DRIVERS["batch"](panel, decisions, OPTIONS, PROFILES["realistic"]).equity_usd
        )


def test_a_small_order_in_a_large_stock_fills_on_the_next_bar(panel):
    outcome = DRIVERS["batch"](panel, wishes({5: 0.1}), OPTIONS, PROFILES["realistic"])
    assert outcome.fills["row"].tolist() == [6]
    assert outcome.fills["reference"].tolist() == [panel.open[6, 0]]


def test_holding_gains_what_the_price_and_the_dividends_gain(panel):
    free = wishes({0: 0.5})
    rules = PROFILES["idealistic"]
    calm = type(rules)(**{**vars(rules), "half_spread_bps": 0.0, "cash_rate": 0.0})
    outcome = DRIVERS["batch"](panel, free, AccountOptions(250_000.0, fractional=True), calm)
    shares, gained = outcome.fills["qty"][0], 0.0
    for action in panel.actions[panel.actions["row"] > 1]:
        shares *= action["value"] if action["kind"] == SPLIT else 1.0
        gained += shares * action["value"] if action["kind"] == DIVIDEND else 0.0
    gained += shares * panel.close[-1, 0] - outcome.fills["qty"][0] * outcome.fills["price"][0]
    assert outcome.equity_usd[-1] - 250_000.0 == pytest.approx(gained, rel=1e-9, abs=1e-5)


@pytest.mark.parametrize("symbol", ["AAPL", "SPY", "VXX"])
def test_hourly_bars_work_like_daily_ones(market_dir, symbol):
    frame = frame_of(market_dir, "hourly", symbol, "2014-05-01 00:00", "2014-08-01 00:00")
    panel = panel_of(frame, symbol, 1.0, actions_of(market_dir, symbol, frame))
    everything = panel, monthly(panel, 5), OPTIONS, PROFILES["realistic"]
    outcome = DRIVERS["batch"](*everything)
    assert differences(reference.simulate(*everything), outcome) == []
    assert np.isfinite(outcome.equity_usd).all()


def test_apple_s_split_of_2014_leaves_a_holder_whole(market_dir):
    frame = frame_of(market_dir, "daily", "AAPL", "2014-06-02", "2014-06-13")
    panel = panel_of(frame, "AAPL", 1.0, actions_of(market_dir, "AAPL", frame))
    outcome = DRIVERS["batch"](panel, wishes({0: 0.9}), OPTIONS, PROFILES["realistic"])
    row = int(panel.actions["row"][panel.actions["kind"] == SPLIT][0])
    assert abs(outcome.equity_usd[row] / outcome.equity_usd[row - 1] - 1.0) < 0.03
    assert outcome.positions[0] > 6.0 * outcome.fills["qty"][0]


def test_reverse_splits_leave_a_holder_whole(market_dir):
    frame = frame_of(market_dir, "daily", "AIG", "2009-06-22", "2009-07-10")
    panel = panel_of(frame, "AIG", 1.0, actions_of(market_dir, "AIG", frame))
    assert (panel.actions["value"][panel.actions["kind"] == SPLIT] < 1.0).any()
    outcome = DRIVERS["batch"](panel, wishes({0: 0.5}), OPTIONS, PROFILES["realistic"])
    row = int(panel.actions["row"][panel.actions["kind"] == SPLIT][0])
    blind = panel_of(frame, "AIG")
    untold = DRIVERS["batch"](blind, wishes({0: 0.5}), OPTIONS, PROFILES["realistic"])
    told_move = outcome.equity_usd[row] / outcome.equity_usd[row - 1]
    untold_move = untold.equity_usd[row] / untold.equity_usd[row - 1]
    assert abs(told_move - 1.0) < 0.25
    assert untold_move > 5.0
