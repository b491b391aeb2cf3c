"""The profiles at work in the kernel: each assumption moves money the way it says."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from markets import account, market, wishes

from tradewright.execution.profiles.registry import PROFILES, find
from tradewright.kernel.batch import simulate

LADDER = ("idealistic", "realistic", "stressed")
FLAT = [50.0] * 30


def bought(name, weight=0.5, volume=1e9):
    """Half a fresh account of 100,000 dollars in a flat market."""
    panel = market(FLAT, volume=[volume] * 30)
    return simulate(panel, wishes({0: weight}), account(capital_usd=100_000.0), find(name))


@pytest.mark.parametrize("name", LADDER)
def test_a_buyer_pays_above_the_print(name):
    fill = bought(name).fills[0]
    profile = PROFILES[name]
    worse = profile.half_spread_bps * profile.slippage_multiple
    assert (fill["price"] / fill["reference"] - 1.0) * 1e4 == pytest.approx(worse)


@pytest.mark.parametrize("name", LADDER)
def test_a_seller_gets_below_the_print(name):
    fill = bought(name, weight=-0.5).fills[0]
    assert fill["price"] < fill["reference"]


@pytest.mark.parametrize(
    ("name", "commission"),
    [
        ("idealistic", 0.0),
        ("realistic", 5.0),
        ("stressed", 5.0),
    ],
)
def test_a_thousand_shares_cost_their_commission(name, commission):
    fill = bought(name).fills[0]
    assert fill["qty"] == 1_000.0
    assert fill["commission_usd"] == commission


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("idealistic", 110.0),
        ("realistic", 100.0),
        ("stressed", 75.0),
    ],
)
def test_a_thin_bar_fills_its_share(name, first):
    fills = bought(name, volume=1_000.0).fills
    assert fills["qty"][0] == first


def swinging(name, decided=40, weight=0.5, volume=1e6, account_usd=100_000.0):
    """The first fill after forty bars that move 2 % a day: volatility and volume are known."""
    closes = [50.0 * 1.02 ** (row % 2) for row in range(60)]
    panel = market(closes, volume=[volume] * 60, length_ns=23_400 * 10**9)
    return simulate(panel, wishes({decided: weight}), account(capital_usd=account_usd), find(name)).fills[0]


@pytest.mark.parametrize("name", LADDER)
def test_where_volume_is_known_the_spread_is_estimated(name):
    fill, profile = swinging(name), PROFILES[name]
    assert fill["usual_volume"] == pytest.approx(1e6)
    sigma, dollars = fill["sigma"] / 0.02, 1e6 * 50.0 / 40e6
    share = profile.slippage_multiple * max(2.08e-4 * (sigma**2 / dollars) ** (1 / 3), 0.0625 / 50.0)
    assert fill["spread_usd"] == pytest.approx(share * fill["qty"] * fill["reference"], rel=1e-6)


@pytest.mark.parametrize("name", LADDER)
def test_impact_follows_the_square_root_of_the_size(name):
    small, large = swinging(name, weight=0.1), swinging(name, weight=0.4)
    times = large["qty"] / small["qty"]
    assert times == pytest.approx(4.0, rel=0.01)
    assert large["impact_usd"] == pytest.approx(times**1.5 * small["impact_usd"])


@pytest.mark.parametrize("name", LADDER)
def test_every_order_travels_as_long_as_its_profile_says(name):
    profile, fill = PROFILES[name], swinging(name)
    assert profile.latency_low_ms <= fill["latency_ms"] <= profile.latency_high_ms


@pytest.mark.parametrize("name", LADDER)
def test_sales_pay_fees_and_purchases_do_not(name):
    assert swinging(name)["regulatory_usd"] == 0.0
    assert swinging(name, weight=-0.5)["regulatory_usd"] > 0.0


def test_thinner_markets_and_harder_profiles_cost_more():
    sizes = (1e5, 1e6, 1e8)
    costs = {(name, size): swinging(name, volume=size)["price"] for name in LADDER for size in sizes}
    for volume in sizes:
        prices = [costs[name, volume] for name in LADDER]
        assert prices == sorted(prices)
    for name in LADDER:
        prices = [costs[name, volume] for volume in (1e8, 1e6, 1e5)]
        assert prices == sorted(prices)


def test_two_orders_in_a_hundred_are_rejected_under_stress_alone():
    random = np.random.default_rng(8)
    closes = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, (1_000, 4)), axis=0))
    panel = market(closes, volume=np.full(closes.shape, 1e7))
    weights = wishes({row: random.uniform(0.0, 0.25, 4).tolist() for row in range(999)})
    rejected = {}
    for name in LADDER:
        orders = simulate(panel, weights, account(capital_usd=1e6), find(name)).orders
        rejected[name] = float(np.mean(orders["state"] == 5))
    assert (rejected["idealistic"], rejected["realistic"]) == (0.0, 0.0)
    assert rejected["stressed"] == pytest.approx(0.02, abs=0.007)


def test_thin_bars_take_longer_in_hard_profiles():
    rows = [bought(name, volume=1_000.0).fills["row"][-1] for name in LADDER]
    assert rows == sorted(rows)
    assert rows[0] < rows[-1]


@pytest.mark.parametrize("name", LADDER)
def test_all_shares_are_filled_in_the_end(name):
    outcome = bought(name, volume=1_000.0)
    assert outcome.positions.tolist() == [1_000.0]


def test_a_round_trip_costs_more_in_hard_profiles():
    ends = []
    for name in LADDER:
        panel = market(FLAT)
        outcome = simulate(panel, wishes({0: 0.5, 10: 0.0}), account(capital_usd=100_000.0), find(name))
        ends.append(outcome.equity_usd[-1])
    assert ends == sorted(ends, reverse=True)


@pytest.mark.parametrize("name", LADDER)
def test_debt_costs_money_in_every_profile(name):
    outcome = bought(name, weight=1.9)
    assert outcome.cash_usd[-1] < outcome.cash_usd[1] < 0.0


@pytest.mark.parametrize("name", LADDER)
def test_short_positions_cost_money_in_every_profile(name):
    outcome = bought(name, weight=-1.0)
    assert outcome.borrow_fee_usd[-1] > 0.0


@pytest.mark.parametrize(
    ("name", "earns"),
    [
        ("idealistic", True),
        ("realistic", True),
        ("stressed", False),
    ],
)
def test_idle_cash_earns_except_under_stress(name, earns):
    outcome = bought(name, weight=0.0)
    assert bool(outcome.interest_usd[-1] > 0.0) is earns


def test_the_band_between_the_profiles_is_finite_and_ordered_on_a_real_walk():
    random = np.random.default_rng(3)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, 400)))
    panel = market(close, volume=[1e7] * 400)
    weights = wishes({row: float(random.choice([0.0, 0.9])) for row in range(0, 390, 5)})
    ends = [simulate(panel, weights, account(capital_usd=1e5), find(name)).equity_usd[-1] for name in LADDER]
    assert ends[0] > ends[1] > ends[2] > 0.0
