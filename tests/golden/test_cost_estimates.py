"""Estimated spreads and impact on real bars: sizes that traders of these names know."""

import sys
from pathlib import Path

import numpy as np
import pytest
from bars import actions_of, frame_of, panel_of
from drivers import DRIVERS
from markets import wishes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from tradewright.execution.profiles.registry import PROFILES
from tradewright.execution.profiles.us_fees import US_FEES
from tradewright.kernel import costs
from tradewright.kernel.costs import Rates, Restated
from tradewright.kernel.inputs import terms_of
from tradewright.values.profile import AccountOptions

pytestmark = pytest.mark.market

REALISTIC = PROFILES["realistic"]
RICH = AccountOptions(capital_usd=1_000_000.0)


def looked_at(market_dir, symbol, day, folder="daily", shares=None):
    """Half the spread, and the impact of these shares or 1 % of the usual volume, in bps at a day's open."""
    frame = frame_of(market_dir, folder, symbol, f"{int(day[:4]) - 1}{day[4:]}", f"{day} 99")
    panel = panel_of(frame, symbol)
    terms, row = terms_of(panel, RICH, REALISTIC), len(panel.instants) - 1
    seen = costs.liquidity(panel, 0, row, Restated())
    tick = [step.tick_usd for step in US_FEES if step.from_day <= day][-1]
    half = costs.half_spread(terms, seen, Rates(tick_usd=tick))
    size = shares or 0.01 * seen.volume
    return half * 1e4, costs.impact(terms, seen) * np.sqrt(size) * 1e4


@pytest.mark.parametrize(
    ("symbol", "day", "low_bps", "high_bps"),
    [
        # A sixteenth on a stock of fifty dollars is six basis points, half of it to each side of the middle.
        ("SPY", "1999-06-01", 2.0, 3.0),
        ("AAPL", "1999-06-01", 6.0, 8.0),
        ("BAC", "1999-06-01", 4.0, 6.0),
        # Cents: the most traded names are a tick wide.
        ("SPY", "2003-06-02", 0.3, 0.7),
        ("IBM", "2003-06-02", 0.4, 1.0),
        ("SPY", "2013-06-03", 0.2, 0.4),
        ("SPY", "2017-06-01", 0.15, 0.3),
        ("IWM", "2017-06-01", 0.3, 0.6),
        ("GOOG", "2017-06-01", 0.2, 0.8),
        # A cent on a share of thirteen dollars.
        ("BAC", "2013-06-03", 3.0, 4.5),
        # A small fund, seldom traded.
        ("BNO", "2013-06-03", 2.0, 10.0),
        ("BNO", "2017-06-01", 2.0, 10.0),
        # Crises: wider everywhere.
        ("AIG", "2008-10-15", 10.0, 30.0),
        ("AAPL", "2008-10-15", 0.6, 3.0),
        ("IBM", "2020-03-20", 1.0, 4.0),
    ],
)
def test_half_a_spread_is_what_traders_saw(market_dir, symbol, day, low_bps, high_bps):
    half_bps, _ = looked_at(market_dir, symbol, day)
    assert low_bps < half_bps < high_bps


@pytest.mark.parametrize("symbol", ["SPY", "AAPL", "IBM", "BAC", "IWM", "GOOG", "FB"])
def test_a_hundredth_of_the_volume_moves_a_large_name_by_some_basis_points(market_dir, symbol):
    _, moved_bps = looked_at(market_dir, symbol, "2017-06-01")
    assert 2.0 < moved_bps < 10.0


@pytest.mark.parametrize("symbol", ["SPY", "AAPL", "IBM", "BAC", "AIG", "IWM", "GOOG", "FB", "USO", "BNO"])
def test_a_crisis_costs_several_times_a_calm_year(market_dir, symbol):
    calm, crisis = (looked_at(market_dir, symbol, day) for day in ("2017-06-01", "2020-03-20"))
    assert crisis[1] > 3.0 * calm[1]
    assert crisis[0] > 1.05 * calm[0]


@pytest.mark.parametrize("symbol", ["SPY", "AAPL"])
def test_hours_give_about_the_costs_of_their_days(market_dir, symbol):
    """The estimate does not know how long a bar is; hours know their own volatility only roughly."""
    by_day = looked_at(market_dir, symbol, "2017-06-01", shares=1e5)
    by_hour = looked_at(market_dir, symbol, "2017-06-01", "hourly", shares=1e5)
    for daily, hourly in zip(by_day, by_hour, strict=True):
        assert 0.4 < hourly / daily < 1.6


@pytest.fixture(scope="module")
def apple(market_dir):
    """Three years of AAPL with its dividends and its seven for one."""
    frame = frame_of(market_dir, "daily", "AAPL", "2013-01-02", "2015-12-31")
    return panel_of(frame, "AAPL", actions=actions_of(market_dir, "AAPL", frame))


def in_and_out(panel, rules, every=10, weight=0.9):
    """In and out of the market every so many days, through every driver the same."""
    rows = range(30, len(panel.instants) - 1, every)
    weights = wishes({row: weight * (place % 2) for place, row in enumerate(rows)})
    return DRIVERS["batch"](panel, weights, RICH, rules)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_terms_of_real_fills_add_up(apple, name):
    fills = in_and_out(apple, PROFILES[name]).fills
    assert len(fills) > 30
    moved = np.abs(fills["qty"]) * np.abs(fills["price"] - fills["reference"])
    told = fills["spread_usd"] + fills["impact_usd"] + fills["latency_usd"]
    assert told == pytest.approx(moved, rel=1e-9, abs=1e-9)


def test_nothing_jumps_in_what_is_known_of_a_stock_at_its_split(apple):
    fills = in_and_out(apple, REALISTIC, every=1).fills
    split_row = int(apple.actions["row"][apple.actions["kind"] == 1][0])
    before, after = (fills[fills["row"] == row][0] for row in (split_row - 1, split_row + 1))
    assert after["sigma"] == pytest.approx(before["sigma"], rel=0.25)
    dollars = [one["usual_volume"] * one["reference"] for one in (before, after)]
    assert dollars[1] == pytest.approx(dollars[0], rel=0.25)


def test_hard_profiles_leave_less_of_the_same_trades(apple):
    ladder = ("idealistic", "realistic", "stressed")
    ends = [in_and_out(apple, PROFILES[name]).equity_usd[-1] for name in ladder]
    assert ends == sorted(ends, reverse=True)


def test_costs_of_a_million_dollars_in_a_large_name_are_a_few_basis_points(apple):
    outcome = in_and_out(apple, REALISTIC)
    fills = outcome.fills
    notional = (np.abs(fills["qty"]) * fills["price"]).sum()
    in_price = (fills["spread_usd"] + fills["impact_usd"] + fills["latency_usd"]).sum()
    assert 0.5e-4 < in_price / notional < 5e-4
    assert 0.0 < fills["regulatory_usd"].sum() / notional < 0.3e-4


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_every_driver_pays_the_same_on_real_bars(apple, driver):
    cut = apple.rows(0, 200)
    weights = wishes({row: 0.8 * (place % 2) for place, row in enumerate(range(25, 199, 7))})
    found = DRIVERS[driver](cut, weights, RICH, PROFILES["stressed"])
    expected = DRIVERS["batch"](cut, weights, RICH, PROFILES["stressed"])
    assert found.fills.tolist() == expected.fills.tolist()
    assert np.array_equal(found.equity_usd, expected.equity_usd)


def test_a_huge_account_pays_for_its_size(apple):
    rules = REALISTIC
    weights = wishes({30: 0.9})
    shares = []
    for capital in (1e6, 1e8, 1e10):
        fill = DRIVERS["batch"](apple, weights, AccountOptions(capital_usd=capital), rules).fills[0]
        shares.append(fill["price"] / fill["reference"] - 1.0)
    assert shares[0] < shares[1] < shares[2] < 0.02
