"""Whole accounts with every cost, worked out with a pencil: each term, and what is left in the end."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from markets import DAY_NS, FREE, account, market, profile, wishes

from tradewright.kernel import costs
from tradewright.kernel.costs import Liquidity, Rates, Slippage
from tradewright.kernel.inputs import terms_of
from tradewright.values.profile import FeeStep

BARS = 40
RICH = account(capital_usd=1_000_000.0)
PANEL = market([40.0] * 3)


def terms(**changes):
    """The terms of a free profile with these changes."""
    return terms_of(PANEL, RICH, profile(**changes))


# --- the spread, term by term -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sigma", "volume", "price", "bps"),
    [
        # The benchmark stock, and what one thing at a time does to it.
        (0.02, 1e6, 40.0, 2.08),
        (0.02, 8e6, 40.0, 1.04),
        (0.02, 1e6 / 8, 40.0, 4.16),
        (0.02, 1e6, 320.0, 1.04),
        (0.02, 1e6, 5.0, 4.16),
        (0.02 * 8**0.5, 1e6, 40.0, 4.16),
        (0.02 / 8**0.5, 1e6, 40.0, 1.04),
        # A large fund on a calm day; a small stock on a bad one.
        (0.005, 8e7, 250.0, 2.08 * (0.0625 / 500.0) ** (1 / 3)),
        (0.06, 5e4, 8.0, 2.08 * (9.0 / 0.01) ** (1 / 3)),
        # A price that stood still has no spread but its tick.
        (0.0, 1e6, 40.0, 0.0),
    ],
)
def test_half_the_spread_of_a_stock(sigma, volume, price, bps):
    found = costs.half_spread(terms(spread_scale_bps=2.08), Liquidity(sigma, volume, price), Rates())
    assert found * 1e4 == pytest.approx(bps, rel=1e-9)


@pytest.mark.parametrize(
    ("price", "tick", "bps"),
    [
        (100.0, 0.01, 0.5),
        (10.0, 0.01, 5.0),
        (1.0, 0.01, 50.0),
        (50.0, 0.0625, 6.25),
        (50.0, 0.125, 12.5),
        (50.0, 0.0, 0.0),
    ],
)
def test_half_a_tick_is_the_least(price, tick, bps):
    seen = Liquidity(0.0, 1e9, price)
    found = costs.half_spread(terms(spread_scale_bps=2.08), seen, Rates(tick_usd=tick))
    assert found * 1e4 == pytest.approx(bps)


@pytest.mark.parametrize("multiple", [0.0, 0.7, 1.0, 1.6, 3.2])
def test_the_multiple_stretches_estimate_tick_flat_spread_and_impact(multiple):
    rules = terms(
        slippage_multiple=multiple, spread_scale_bps=2.08, half_spread_bps=3.0, impact_coefficient=0.6
    )
    wide, tight = Liquidity(0.02, 1e6, 40.0), Liquidity(0.0, 1e6, 40.0)
    assert costs.half_spread(rules, wide, Rates()) == pytest.approx(2.08e-4 * multiple)
    assert costs.half_spread(rules, tight, Rates(tick_usd=0.01)) == pytest.approx(1.25e-4 * multiple)
    assert costs.half_spread(rules, Liquidity(price=40.0), Rates()) == pytest.approx(3e-4 * multiple)
    assert costs.impact(rules, wide) == pytest.approx(0.6 * 0.02 / 1_000.0 * multiple)


@pytest.mark.parametrize(
    ("sigma", "volume", "size", "bps"),
    [
        (0.02, 1e6, 1e4, 12.0),
        (0.02, 1e6, 1e2, 1.2),
        (0.01, 1e6, 1e4, 6.0),
        (0.02, 4e6, 1e4, 6.0),
        (0.02, 1e6, 1e6, 120.0),
        (0.02, 0.0, 1e4, 0.0),
        (0.0, 1e6, 1e4, 0.0),
    ],
)
def test_what_an_order_moves(sigma, volume, size, bps):
    found = costs.impact(terms(impact_coefficient=0.6), Liquidity(sigma, volume, 40.0)) * sqrt(size)
    assert found * 1e4 == pytest.approx(bps)


# --- one fill -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("qty", "price", "spread", "moved", "late"),
    [
        # A print of 40, 10 bp of spread, 5 bp on the way, 0.1 bp times the root of the shares.
        (100.0, 40.0 * (1 + 10e-4 + 5e-4 + 1e-4), 4.0, 0.4, 2.0),
        (-100.0, 40.0 * (1 - 10e-4 - 5e-4 - 1e-4), 4.0, 0.4, 2.0),
        (10_000.0, 40.0 * (1 + 10e-4 + 5e-4 + 10e-4), 400.0, 400.0, 200.0),
        (1.0, 40.0 * (1 + 10e-4 + 5e-4 + 0.1e-4), 0.04, 0.0004, 0.02),
    ],
)
def test_a_fill_in_dollars(qty, price, spread, moved, late):
    rules, slip = terms(impact_coefficient=0.6), Slippage(10e-4, 5e-4, 0.1e-4)
    paid = costs.charge(rules, Rates(), slip, qty, 40.0)
    assert paid.price == pytest.approx(price, rel=1e-12)
    assert (paid.spread_usd, paid.impact_usd, paid.latency_usd) == pytest.approx((spread, moved, late))


@pytest.mark.parametrize(
    ("qty", "minimum", "rate", "bps", "expected"),
    [
        (100.0, 1.0, 0.005, 0.0, 1.0),
        (200.0, 1.0, 0.005, 0.0, 1.0),
        (300.0, 1.0, 0.005, 0.0, 1.5),
        (-300.0, 1.0, 0.005, 0.0, 1.5),
        (300.0, 0.0, 0.0, 10.0, 12.0),
        (300.0, 1.0, 0.005, 10.0, 13.5),
    ],
)
def test_a_commission_in_dollars(qty, minimum, rate, bps, expected):
    rules = terms(commission_minimum_usd=minimum, commission_bps=bps)
    paid = costs.charge(rules, Rates(per_share_usd=rate), Slippage(0.0), qty, 40.0)
    assert paid.commission_usd == pytest.approx(expected)


@pytest.mark.parametrize(
    ("qty", "expected"),
    [
        (10_000.0, 0.0),
        (-100.0, 4_000.0 * 27.8e-6 + 100 * 0.000166),
        (-10_000.0, 400_000.0 * 27.8e-6 + 10_000 * 0.000166),
        # The cap of the trading activity fee: fifty thousand shares.
        (-50_000.0, 2_000_000.0 * 27.8e-6 + 8.30),
        (-80_000.0, 3_200_000.0 * 27.8e-6 + 8.30),
    ],
)
def test_fees_on_a_sale_in_dollars(qty, expected):
    rates = Rates(sec_share=27.8e-6, taf_usd=0.000166, taf_most_usd=8.30)
    paid = costs.charge(terms(), rates, Slippage(0.0), qty, 40.0)
    assert paid.regulatory_usd == pytest.approx(expected)


# --- an account from purchase to sale -----------------------------------------------------------------

EVERYTHING = replace(
    FREE,
    spread_scale_bps=20.8,
    impact_coefficient=0.5,
    latency_low_ms=2_340.0,
    latency_high_ms=2_340.0,
    commission_minimum_usd=1.0,
    commission_tiers=((0.0, 0.01), (2_000.0, 0.002)),
    fee_schedule=(FeeStep("1970-01-01", 20e-6, 0.0001, 5.0, 0.01),),
)


def swinging():
    """Bars of six and a half hours: opens at the close before, closes 2 % up and down in turns."""
    closes = np.array([40.0 * 1.02 ** (row % 2) for row in range(BARS)])
    opens = np.concatenate([closes[:1], closes[:-1]])
    return market(closes, open=opens, length_ns=23_400 * 10**9)


def expected_distance(size, reference, room):
    """Spread, drift and impact as shares of the print, from the sums written out."""
    sigma = sqrt((0.02**2 + (1.0 - 1.0 / 1.02) ** 2) / 2.0)
    spread = 20.8e-4 * (sigma**2 / 0.02**2 / (1e6 * reference / 40e6)) ** (1.0 / 3.0)
    drift = min(sigma * sqrt(2_340.0 / 23_400_000.0), room)
    return spread, drift, 0.5 * sigma * sqrt(size / 1e6)


def test_a_purchase_with_every_cost(trade):
    # Decided at the close of row 30 (40 dollars): half of a million is 12,500 shares, met at the open of 40.
    fill = trade(swinging(), wishes({30: 0.5}), RICH, EVERYTHING).fills[0]
    spread, drift, moved = expected_distance(12_500.0, 40.0, 0.02)
    assert (fill["row"], fill["qty"], fill["reference"]) == (31, 12_500.0, 40.0)
    assert fill["price"] == pytest.approx(40.0 * (1.0 + spread + drift + moved), rel=1e-9)
    assert fill["spread_usd"] == pytest.approx(500_000.0 * spread, rel=1e-6)
    assert fill["latency_usd"] == pytest.approx(500_000.0 * drift, rel=1e-6)
    assert fill["impact_usd"] == pytest.approx(500_000.0 * moved, rel=1e-6)
    assert fill["commission_usd"] == pytest.approx(125.0)
    assert fill["regulatory_usd"] == 0.0


def test_the_sale_after_it_in_the_same_month_and_in_the_next(trade):
    panel = swinging()
    for sold, rate in ((29, 0.002), (32, 0.01)):  # 1970-01-31 and 1970-02-03
        outcome = trade(panel, wishes({26: 0.5, sold: 0.0}), RICH, EVERYTHING)
        fill = outcome.fills[1]
        assert fill["commission_usd"] == pytest.approx(rate * 12_500.0)
        assert fill["regulatory_usd"] == pytest.approx(20e-6 * 12_500.0 * fill["price"] + 1.25)


def test_what_is_left_is_capital_less_every_term(trade):
    outcome = trade(swinging(), wishes({26: 0.5, 32: 0.0}), RICH, EVERYTHING)
    bought, sold = outcome.fills
    names = ("spread_usd", "impact_usd", "latency_usd", "commission_usd", "regulatory_usd")
    paid = sum(bought[name] + sold[name] for name in names)
    gained = 12_500.0 * (sold["reference"] - bought["reference"])
    assert outcome.equity_usd[-1] == pytest.approx(1_000_000.0 + gained - paid, abs=1e-6)
    assert not outcome.positions.any()


def test_a_working_order_pays_for_each_of_its_parts(trade):
    rules = replace(EVERYTHING, participation=0.005)  # five thousand shares a bar
    fills = trade(swinging(), wishes({30: 0.5}), RICH, rules).fills
    assert fills["qty"].tolist() == [5_000.0, 5_000.0, 2_500.0]
    assert fills["commission_usd"].tolist() == pytest.approx([50.0, 10.0, 5.0])
    shares = fills["impact_usd"] / (fills["qty"] * fills["reference"])
    assert shares[0] == pytest.approx(shares[1], rel=0.05)
    assert shares[2] == pytest.approx(shares[0] / sqrt(2.0), rel=0.05)


def test_a_part_that_arrived_long_ago_does_not_drift_again(trade):
    rules = replace(EVERYTHING, participation=0.005)
    fills = trade(swinging(), wishes({30: 0.5}), RICH, rules).fills
    assert fills["latency_usd"][0] > 0.0
    assert fills["latency_usd"][1:].tolist() == [0.0, 0.0]
    assert fills["latency_ms"].tolist() == [2_340.0] * 3


def test_a_flip_pays_fees_on_the_whole_sale(trade):
    outcome = trade(swinging(), wishes({26: 0.5, 32: -0.5}), RICH, EVERYTHING)
    sold = outcome.fills[1]
    assert sold["qty"] < -24_000.0
    expected = 20e-6 * abs(sold["qty"]) * sold["price"] + 0.0001 * abs(sold["qty"])
    assert sold["regulatory_usd"] == pytest.approx(expected)


@pytest.mark.parametrize("weight", [1.0, 0.999, -1.0])
def test_a_full_account_leaves_room_for_what_it_will_pay(trade, weight):
    rules = replace(RICH, max_gross=1.0)
    outcome = trade(swinging(), wishes({30: weight}), rules, EVERYTHING)
    fill = outcome.fills[0]
    equity = 1_000_000.0 - sum(
        fill[name] for name in ("spread_usd", "impact_usd", "latency_usd", "commission_usd", "regulatory_usd")
    )
    assert abs(fill["qty"]) * fill["reference"] <= equity + 1e-6
    assert abs(fill["qty"]) * fill["reference"] > 0.99 * equity


def test_the_last_sale_is_charged_like_any_other(trade):
    outcome = trade(swinging(), wishes({30: 0.5}), replace(RICH, liquidate_at_end=True), EVERYTHING)
    last = outcome.fills[-1]
    assert (last["row"], last["qty"]) == (BARS - 1, -12_500.0)
    spread, _, moved = expected_distance(12_500.0, 40.0, 0.0)
    assert last["spread_usd"] == pytest.approx(12_500.0 * last["reference"] * spread, rel=1e-3)
    assert last["impact_usd"] == pytest.approx(12_500.0 * last["reference"] * moved, rel=1e-3)
    assert (last["latency_usd"], last["latency_ms"]) == (0.0, 0.0)
    assert last["regulatory_usd"] > 0.0


@pytest.mark.parametrize("days", [1, 7, 30])
def test_a_fill_knows_its_day_by_the_clock_and_not_by_its_row(trade, days):
    instants = np.arange(BARS) * days * DAY_NS
    rules = replace(FREE, fee_schedule=(FeeStep("1970-03-01", 1e-3, 0.0, 0.0, 0.01),))
    panel = market([40.0] * BARS, instants=instants)
    fills = trade(panel, wishes({10: 0.5, 20: 0.0}), RICH, rules).fills
    assert bool(fills["regulatory_usd"][1] > 0.0) is (21 * days >= 59)
