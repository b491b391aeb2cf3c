"""What an order is expected to cost, from the profile, against what it did."""

import math
from dataclasses import replace

import numpy as np
import pytest
from markets import DAY_NS, account, market, profile, wishes

from tradewright.execution.cost_analysis.order_costs import order_cost_dtype, order_costs
from tradewright.execution.cost_analysis.prediction import (
    dated_terms,
    predicted_bps,
    realised_bps,
    unless_limited,
)
from tradewright.execution.profiles.registry import PROFILES, find
from tradewright.kernel.batch import simulate
from tradewright.kernel.inputs import BENCHMARK_SIGMA, BENCHMARK_USD
from tradewright.kernel.reference_orders import simulate_orders
from tradewright.values.instant import instant_of
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Order, OrderType, TimeInForce
from tradewright.values.outcome import fill_dtype
from tradewright.values.panel import Panel, no_actions


def orders_of(shares, price):
    costs = np.zeros(1, dtype=order_cost_dtype)
    costs["ordered"], costs["decision_price"], costs["sign"] = shares, price, 1
    return costs


@pytest.mark.parametrize(
    ("terms", "shares", "price", "expected"),
    [
        ({}, 100.0, 10.0, 0.0),
        ({"half_spread_bps": 4.0}, 100.0, 10.0, 4.0),
        ({"half_spread_bps": 4.0, "slippage_multiple": 1.5}, 100.0, 10.0, 6.0),
        ({"commission_bps": 3.0}, 100.0, 10.0, 3.0),
        ({"commission_per_share_usd": 0.01}, 100.0, 10.0, 10.0),
        ({"commission_minimum_usd": 1.0}, 100.0, 10.0, 10.0),
        ({"commission_minimum_usd": 1.0}, 1.0, 10.0, 1_000.0),
        ({"commission_minimum_usd": 1.0, "commission_per_share_usd": 0.005}, 1_000.0, 10.0, 5.0),
        ({"half_spread_bps": 2.0, "commission_bps": 1.0, "commission_minimum_usd": 1.0}, 100.0, 10.0, 13.0),
    ],
)
def test_a_forecast_is_half_the_spread_and_the_commission(terms, shares, price, expected):
    assert predicted_bps(orders_of(shares, price), profile(**terms)) == pytest.approx([expected])


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_foresees_a_cost_of_zero_or_more(name):
    assert (predicted_bps(orders_of(100.0, 50.0), find(name)) >= 0.0).all()


def test_profiles_foresee_costs_in_their_order():
    found = [float(predicted_bps(orders_of(100.0, 50.0), find(name))[0]) for name in PROFILES]
    assert found == sorted(found)


@pytest.mark.parametrize("shares", [100.0, 10_000.0])
def test_impact_grows_with_the_root_of_the_share_of_volume(shares):
    terms = profile(impact_coefficient=0.7)
    costs = orders_of(shares, 10.0)
    costs["sigma"], costs["usual_volume"] = 0.02, 1e6
    assert predicted_bps(costs, terms) == pytest.approx([0.7 * 0.02 * math.sqrt(shares / 1e6) * 1e4])


def test_without_volume_there_is_no_impact_and_the_spread_is_flat():
    terms = profile(impact_coefficient=0.7, spread_scale_bps=5.0, half_spread_bps=3.0)
    assert predicted_bps(orders_of(100.0, 10.0), terms) == pytest.approx([3.0])


@pytest.mark.parametrize(
    ("sigma", "volume", "times"),
    [
        (BENCHMARK_SIGMA, BENCHMARK_USD / 10.0, 1.0),
        (BENCHMARK_SIGMA, BENCHMARK_USD / 80.0, 2.0),
        (BENCHMARK_SIGMA * 8.0**0.5, BENCHMARK_USD / 10.0, 2.0),
    ],
)
def test_the_estimated_spread_scales_with_volatility_and_dollar_volume(sigma, volume, times):
    costs = orders_of(100.0, 10.0)
    costs["sigma"], costs["usual_volume"] = sigma, volume
    assert predicted_bps(costs, profile(spread_scale_bps=4.0)) == pytest.approx([4.0 * times])


def test_no_orders_have_no_forecast():
    assert len(predicted_bps(np.zeros(0, dtype=order_cost_dtype), find("realistic"))) == 0
    assert len(realised_bps(np.zeros(0, dtype=order_cost_dtype))) == 0


def test_the_realised_cost_is_slippage_and_fees():
    costs = orders_of(100.0, 10.0)
    costs["filled"], costs["arrival_bps"], costs["fees_usd"] = 100.0, 5.0, 1.0
    assert realised_bps(costs) == pytest.approx([15.0])


def test_nothing_filled_has_no_realised_cost():
    assert math.isnan(realised_bps(orders_of(100.0, 10.0))[0])


@pytest.mark.parametrize("seed", range(5))
def test_in_a_market_that_keeps_its_word_forecasts_come_true(seed):
    generator = np.random.default_rng(seed)
    closes = 50.0 * np.exp(np.cumsum(generator.normal(0.0, 0.02, (40, 1)), axis=0))
    panel = market(closes.tolist())
    decisions = wishes({row: [0.5 if row % 4 else -0.5] for row in range(0, 38, 2)})
    costs = profile(half_spread_bps=6.0, slippage_multiple=1.5)
    found = order_costs(panel, simulate(panel, decisions, account(capital_usd=1e6), costs))
    assert realised_bps(found) == pytest.approx(predicted_bps(found, costs), abs=1e-6)


def test_what_the_market_did_later_has_no_part_in_the_forecast():
    costs = orders_of(100.0, 10.0)
    before = predicted_bps(costs, find("stressed"))
    costs["filled"], costs["paid_price"], costs["last_price"] = 50.0, 99.0, 1.0
    assert predicted_bps(costs, find("stressed")) == before


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("shares", [10.0, 1_000.0, 100_000.0])
def test_a_larger_order_is_foreseen_to_move_its_price_no_less(name, shares):
    small, large = orders_of(shares, 50.0), orders_of(2.0 * shares, 50.0)
    for costs in (small, large):
        costs["sigma"], costs["usual_volume"] = 0.02, 1e6
    terms = find(name)
    fixed = terms.commission_minimum_usd / (shares * 50.0) * 1e4
    assert predicted_bps(large, terms)[0] >= predicted_bps(small, terms)[0] - fixed


def test_a_cost_that_is_foreseen_is_a_number_whatever_is_unknown():
    costs = orders_of(100.0, 50.0)
    costs["sigma"] = 0.02
    assert np.isfinite(predicted_bps(costs, find("realistic"))).all()


# What changes with time: the tick of the day, the commission's tier of the month.


def traded_on(day, price, costs, shares=100.0, bars=60, volume=5e6):
    """Market orders on every bar of a stock that moves as most do; their costs and forecasts."""
    random = np.random.default_rng(1)
    close = price * np.exp(np.cumsum(random.normal(0.0, 0.015, (bars, 1)), axis=0))
    open_ = np.concatenate([[[price]], close[:-1]])
    instants = instant_of(day) + np.arange(bars) * DAY_NS + DAY_NS // 2
    high, low = np.maximum(open_, close) * 1.002, np.minimum(open_, close) * 0.998
    columns = (open_, high, low, close, np.full(close.shape, volume))
    panel = Panel(instants, instants - DAY_NS // 4, ("A",), *columns, no_actions())
    words = [(row, Order.market("A", shares if row // 2 % 2 else -shares)) for row in range(12, bars - 2)]
    outcome = simulate_orders(panel, words, account(capital_usd=1e9), costs)
    found = order_costs(panel, outcome, words)
    return (
        found,
        predicted_bps(found, costs, dated_terms(found, costs, panel.instants, outcome.fills)),
        outcome,
    )


STILL = replace(find("realistic"), latency_low_ms=0.0, latency_high_ms=0.0, fee_multiple=0.0)


@pytest.mark.parametrize(
    ("day", "price"),
    [
        ("1995-01-02", 40.0),
        ("1999-01-04", 40.0),
        ("2015-01-02", 5.0),
        ("2015-01-02", 1.5),
        ("2015-01-02", 100.0),
    ],
)
def test_a_forecast_of_the_same_model_is_not_biased_whatever_the_tick(day, price):
    found, foreseen, _ = traded_on(day, price, STILL)
    # A forecast knows the price of the decision, a fill that of its own bar.
    assert np.median(realised_bps(found) / foreseen) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("day", "tick_usd"), [("1995-01-02", 0.125), ("1999-01-04", 0.0625), ("2015-01-02", 0.01)]
)
def test_half_a_tick_of_its_day_is_the_least_that_is_foreseen(day, tick_usd):
    costs = replace(STILL, commission_per_share_usd=0.0, commission_minimum_usd=0.0, impact_coefficient=0.0)
    found, foreseen, _ = traded_on(day, 40.0, replace(costs, spread_scale_bps=1e-6))
    assert foreseen == pytest.approx(0.5e4 * tick_usd / found["decision_price"])


def test_the_tick_of_the_day_on_which_an_order_arrives_counts():
    found, foreseen, _ = traded_on("1997-05-20", 40.0, replace(STILL, spread_scale_bps=1e-6))
    days = np.datetime64("1997-05-20") + found["row"] + 1
    eighths = days < np.datetime64("1997-06-24")
    assert 5 < eighths.sum() < len(found) - 5
    steps = np.where(eighths, 0.125, 0.0625) * 0.5e4 / found["decision_price"]
    assert (foreseen >= steps).all()
    assert foreseen[eighths].min() > foreseen[~eighths].max()


def test_a_spread_that_is_not_estimated_has_no_tick():
    found, foreseen, _ = traded_on("1995-01-02", 1.0, profile(half_spread_bps=3.0))
    assert foreseen == pytest.approx([3.0] * len(found))


TIERS = ((0.0, 0.05), (1_000.0, 0.02), (2_500.0, 0.001))


@pytest.mark.parametrize("shares", [1.0, 100.0, 1_000.0])
def test_a_forecast_has_the_tier_that_the_month_has_reached(shares):
    costs = profile(commission_tiers=TIERS)
    found, foreseen, _ = traded_on("2015-01-02", 100.0, costs, shares)
    paid = found["fees_usd"] / (found["filled"] * found["decision_price"]) * 1e4
    assert foreseen == pytest.approx(paid)
    assert len(set(np.round(foreseen * found["decision_price"], 6))) == {1.0: 1, 100.0: 3, 1_000.0: 3}[shares]


def test_a_new_month_begins_at_the_first_tier():
    found, foreseen, outcome = traded_on("2015-01-02", 100.0, profile(commission_tiers=TIERS))
    first = np.flatnonzero(np.datetime64("2015-01-02") + found["row"] + 1 == np.datetime64("2015-02-01"))[0]
    rates = foreseen * found["decision_price"] * 1e-4
    assert rates[first - 1] < rates[first] == pytest.approx(0.05)
    assert len(outcome.fills) == len(found)


def test_without_dates_the_first_tier_stands():
    costs = profile(commission_tiers=TIERS)
    assert predicted_bps(orders_of(100.0, 10.0), costs) == pytest.approx([50.0])


def test_no_orders_have_no_dated_terms():
    nothing = np.zeros(0, dtype=order_cost_dtype)
    found = dated_terms(nothing, STILL, np.arange(3), np.zeros(0, dtype=fill_dtype))
    assert len(found.tick_usd) == 0
    assert len(predicted_bps(nothing, STILL, found)) == 0


def test_nothing_is_foreseen_of_an_order_that_is_held_at_its_limit():
    panel = market([100.0] * 10, volume=[1e6] * 10)
    words = (
        (1, Order.market("A", 100.0)),
        (2, Order.limit("A", 100.0, 100.2)),
        (3, Order.market("A", -200.0)),
    )
    costs = profile(half_spread_bps=50.0)
    outcome = simulate_orders(panel, words, account(capital_usd=1e9), costs)
    found = order_costs(panel, outcome, words)
    tickets = instructions_of(panel, words).tickets
    foreseen = unless_limited(predicted_bps(found, costs), found, outcome.orders, tickets)
    assert np.isnan(foreseen).tolist() == [False, True, False]
    error = realised_bps(found) - foreseen
    assert error[[0, 2]] == pytest.approx([0.0, 0.0], abs=1e-9)
    # Taken at the market it would have cost 50 bps; its limit lay 20 above the open.
    assert realised_bps(found)[1] == pytest.approx(20.0)


def test_target_weights_have_no_limit_and_are_foreseen():
    panel = market([100.0] * 6, volume=[1e6] * 6)
    costs = profile(half_spread_bps=5.0)
    outcome = simulate(panel, wishes({0: [0.5]}), account(), costs)
    found = order_costs(panel, outcome)
    none = instructions_of(panel, ()).tickets
    assert unless_limited(predicted_bps(found, costs), found, outcome.orders, none) == pytest.approx([5.0])


@pytest.mark.parametrize(
    ("order", "is_foreseen"),
    [
        (Order.market("A", 100.0), True),
        (Order.stop("A", 100.0, 101.0), True),
        (Order("A", 100.0, OrderType.STOP_LIMIT, 103.0, 101.0), False),
        (Order("A", 100.0, OrderType.LIMIT_IF_TOUCHED, 99.5, 99.8), False),
        (Order.at_close("A", 100.0), True),
    ],
    ids=["market", "stop", "stop limit", "touched", "at the close"],
)
def test_whatever_takes_at_the_market_is_foreseen(order, is_foreseen):
    panel = market([100.0, 100.0, 102.0, 99.0, 102.0, 102.0], volume=[1e6] * 6)
    words = ((0, replace(order, time_in_force=TimeInForce.GTC) if order.stop_usd else order),)
    costs = profile(half_spread_bps=5.0)
    outcome = simulate_orders(panel, words, account(capital_usd=1e9), costs)
    found = order_costs(panel, outcome, words)
    assert len(found) == 1
    tickets = instructions_of(panel, words).tickets
    foreseen = unless_limited(predicted_bps(found, costs), found, outcome.orders, tickets)
    assert np.isfinite(foreseen).tolist() == [is_foreseen]
