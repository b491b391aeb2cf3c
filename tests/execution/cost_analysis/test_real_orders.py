"""Orders in real bars, through a real split: what they cost is what the profile and the market say."""

import sys
from pathlib import Path

import numpy as np
import pytest
from markets import account, profile, wishes

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "golden"))

from bars import actions_of, frame_of, panel_of, row_of

from tradewright.execution.cost_analysis.order_costs import order_costs
from tradewright.execution.cost_analysis.prediction import predicted_bps, realised_bps
from tradewright.kernel.batch import simulate
from tradewright.runs.backtest import backtest
from tradewright.strategies.breakout import VolatilityBreakout
from tradewright.values.instructions import instructions_of

TERMS = profile(half_spread_bps=3.0, participation=0.001)

pytestmark = pytest.mark.market


@pytest.fixture(scope="module")
def apple(market_dir):
    frame = frame_of(market_dir, "daily", "AAPL", "2014-05-01", "2014-08-29")
    return frame, panel_of(frame, "AAPL", actions=actions_of(market_dir, "AAPL", frame))


@pytest.fixture(scope="module")
def costs(apple):
    _, panel = apple
    decisions = wishes({row: [0.9 if row % 10 else 0.1] for row in range(0, 80, 5)})
    outcome = simulate(panel, decisions, account(capital_usd=1e7), TERMS)
    return order_costs(panel, outcome)


def test_there_are_orders_on_both_sides_of_the_split(apple, costs):
    frame, _ = apple
    split = row_of(frame, "2014-06-09")
    assert (costs["done_row"] < split).any()
    assert (costs["row"] >= split).any()


def test_no_order_pays_for_the_split(costs):
    # A seven for one split that was not taken out would show as 60,000 basis points.
    for name in ("arrival_bps", "vwap_bps", "close_bps", "markout_1_bps", "markout_5_bps"):
        assert np.nanmax(np.abs(costs[name])) < 2_000.0, name
    assert np.abs(costs["delay"]).max() < 0.1


def test_every_fill_pays_half_the_spread_on_its_own_bar(costs):
    at_once = costs["filled"] == costs["ordered"]
    one_bar = at_once & (costs["done_row"] == costs["row"] + 1)
    assert one_bar.any()
    assert costs["arrival_bps"][one_bar] == pytest.approx(3.0)


def test_forecasts_of_orders_that_filled_at_once_come_true(costs):
    one_bar = (costs["filled"] == costs["ordered"]) & (costs["done_row"] == costs["row"] + 1)
    error = realised_bps(costs)[one_bar] - predicted_bps(costs, TERMS)[one_bar]
    assert np.abs(error).max() < 1e-6


@pytest.fixture(scope="module")
def breakout(apple):
    _, panel = apple
    run = backtest(VolatilityBreakout(window=5), panel, account(capital_usd=1e6), TERMS)
    return run, order_costs(panel, run.outcome, run.decisions.said)


def test_brackets_on_real_bars_fill_and_pay_the_spread_but_for_targets_held_at_their_limit(breakout):
    run, costs = breakout
    assert costs["filled"] == pytest.approx(costs["ordered"])
    tickets = instructions_of(run.panel, run.decisions.said).tickets
    orders = run.outcome.orders
    own = tickets[orders["ticket"][np.searchsorted(orders["order_id"], costs["order_id"])]]
    is_target = np.isfinite(own["limit"])
    assert 0 < np.count_nonzero(is_target) < len(costs) / 2
    assert costs["arrival_bps"] == pytest.approx(np.where(is_target, 0.0, 3.0), abs=1e-9)
    assert costs["missed"] == pytest.approx([0.0] * len(costs), abs=1e-12)


def test_an_exit_that_waited_through_the_split_is_measured_in_shares_of_its_decision(apple, breakout):
    frame, _ = apple
    split, (_, costs) = row_of(frame, "2014-06-09"), breakout
    through = costs[(costs["row"] < split) & (costs["done_row"] >= split)]
    assert len(through) == 1
    assert 500.0 < through["paid_price"][0] < 800.0


def test_exits_on_real_bars_are_decided_after_their_entries(breakout):
    run, costs = breakout
    orders = run.outcome.orders
    said = dict(zip(orders["order_id"].tolist(), orders["row"].tolist(), strict=True))
    later = [one["row"] > said[one["order_id"]] for one in costs]
    assert 0 < sum(later) < len(later)
    assert all(one["row"] >= said[one["order_id"]] for one in costs)


def test_half_of_all_orders_of_brackets_never_wanted_to_trade(breakout):
    run, costs = breakout
    measured = set(costs["order_id"].tolist())
    left_out = [one for one in run.outcome.orders if one["order_id"] not in measured]
    assert len(left_out) > len(costs) / 2
    assert all(one["filled_qty"] == 0.0 for one in left_out)
