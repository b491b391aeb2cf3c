"""Every term of a fill's price by itself, worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, DEAR, FREE, NAN, account, close_only, market, profile, wishes

from tradewright.kernel.inputs import LATENCY, REJECT
from tradewright.values import outcome as out
from tradewright.values.draws import uniform
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import month_of
from tradewright.values.panel import SPLIT
from tradewright.values.profile import FeeStep

BARS = 40
RICH = account(capital_usd=1_000_000.0, fractional=True)
HOURS = 23_400 * 10**9


def swinging(step=0.02, price=40.0, **more):
    """Closes that go up and down by the same ratio: volatility is known without a sum."""
    close = [price * (1.0 + step) ** (row % 2) for row in range(BARS)]
    return market(close, **more)


def sigma_of(step):
    """Root mean square return of the last twenty of twenty-one swinging closes: as many up as down."""
    down = 1.0 / (1.0 + step) - 1.0
    return float(np.sqrt((step**2 + down**2) / 2.0))


def fill_of(trade, panel, rules, weight=0.5, row=30):
    """The one fill of a decision late enough for volatility to be known."""
    fills = trade(panel, wishes({row: weight}), RICH, rules).fills
    assert len(fills) == 1
    return fills[0]


# --- half spread --------------------------------------------------------------------------------------


def test_the_benchmark_stock_pays_the_published_half_spread(trade):
    # 2 % a day, a million shares of 40 dollars: the scale is the half spread itself.
    fill = fill_of(trade, swinging(), profile(spread_scale_bps=2.08))
    assert fill["sigma"] == pytest.approx(sigma_of(0.02))
    assert fill["usual_volume"] == pytest.approx(1e6)
    sigma = sigma_of(0.02) / 0.02
    share = 2.08e-4 * sigma ** (2 / 3)  # a million shares at 40 dollars, the close before the fill
    assert fill["spread_usd"] == pytest.approx(share * fill["qty"] * fill["reference"])


@pytest.mark.parametrize(("volume", "times"), [(8e6, 0.5), (1e6, 1.0), (125e3, 2.0)])
def test_eight_times_the_volume_halves_the_spread(trade, volume, times):
    wide = fill_of(trade, swinging(volume=[1e6] * BARS), profile(spread_scale_bps=2.08), weight=0.01)
    fill = fill_of(trade, swinging(volume=[volume] * BARS), profile(spread_scale_bps=2.08), weight=0.01)
    assert fill["spread_usd"] == pytest.approx(times * wide["spread_usd"])


def test_more_volatility_widens_the_spread(trade):
    rules = profile(spread_scale_bps=2.08)
    calm, wild = (fill_of(trade, swinging(step), rules, weight=0.01) for step in (0.01, 0.04))
    assert wild["price"] / wild["reference"] > 1.5 * (calm["price"] / calm["reference"] - 1.0) + 1.0


def test_the_spread_is_never_under_half_a_tick(trade):
    rules = profile(spread_scale_bps=1e-6, fee_schedule=(FeeStep("1970-01-01", 0.0, 0.0, 0.0, 0.125),))
    fill = fill_of(trade, swinging(), rules)
    assert fill["price"] - fill["reference"] == pytest.approx(0.0625 * fill["reference"] / 40.0)


@pytest.mark.parametrize("row", [0, 1, 4])
def test_the_flat_spread_holds_until_volatility_is_known(trade, row):
    fill = fill_of(trade, swinging(), profile(half_spread_bps=9.0, spread_scale_bps=2.08), row=row)
    assert fill["price"] / fill["reference"] == pytest.approx(1.0009)
    assert (fill["sigma"], fill["usual_volume"]) == (0.0, 0.0)


def test_five_returns_make_a_volatility(trade):
    fill = fill_of(trade, swinging(), profile(half_spread_bps=9.0, spread_scale_bps=2.08), row=5)
    assert fill["sigma"] > 0.0


def test_closes_alone_pay_the_flat_spread_and_no_impact(trade):
    panel = close_only([40.0 * 1.02 ** (row % 2) for row in range(BARS)])
    fill = fill_of(trade, panel, replace(DEAR, reject_share=0.0, slippage_multiple=1.0))
    assert fill["price"] / fill["reference"] == pytest.approx(1.002)
    assert (fill["impact_usd"], fill["latency_usd"], fill["usual_volume"]) == (0.0, 0.0, 0.0)


def test_bars_without_a_trade_count_as_no_volume(trade):
    volume = [1e6 if row % 2 else NAN for row in range(BARS)]
    fill = fill_of(trade, swinging(volume=volume), profile(impact_coefficient=1.0), weight=0.001)
    seen = volume[fill["row"] - 21 : fill["row"]]
    assert fill["usual_volume"] == pytest.approx(np.nansum(seen) / 21)


def test_a_split_on_the_way_changes_nothing_that_was_known(trade):
    closes = [40.0 * 1.02 ** (row % 2) for row in range(BARS)]
    split = [price / (2.0 if row >= 25 else 1.0) for row, price in enumerate(closes)]
    volume = [2e6 if row >= 25 else 1e6 for row in range(BARS)]
    rules = profile(spread_scale_bps=2.08, impact_coefficient=0.6)
    plain = fill_of(trade, market(closes), rules, weight=0.1)
    fill = fill_of(trade, market(split, volume=volume, actions=[(25, 0, SPLIT, 2.0)]), rules, weight=0.1)
    assert fill["sigma"] == pytest.approx(plain["sigma"], rel=1e-12)
    assert fill["usual_volume"] == pytest.approx(2.0 * plain["usual_volume"], rel=1e-12)
    assert fill["impact_usd"] == pytest.approx(plain["impact_usd"], rel=1e-9)
    assert fill["spread_usd"] == pytest.approx(plain["spread_usd"], rel=1e-9)


def test_of_two_splits_in_the_window_nothing_before_the_first_is_looked_at(trade):
    closes = [40.0] * 20 + [80.0] * 6 + [20.0] * 14
    panel = market(closes, actions=[(20, 0, SPLIT, 0.5), (26, 0, SPLIT, 4.0)])
    fill = fill_of(trade, panel, profile(impact_coefficient=1.0))
    assert fill["sigma"] == 0.0  # seen in one kind of share nothing moved
    assert fill["usual_volume"] == pytest.approx((6 * 4e6 + 5 * 1e6) / 11)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(8, 30))
def test_what_comes_after_the_decision_changes_no_term(seed, row):
    from drivers import DRIVERS

    random = np.random.default_rng(seed)
    closes = 40.0 * np.exp(np.cumsum(random.normal(0.0, 0.03, BARS)))
    other = closes.copy()
    other[row + 1 :] *= random.uniform(0.2, 5.0, BARS - row - 1)
    opens = np.full(BARS, 40.0)
    rules = replace(DEAR, reject_share=0.0, latency_low_ms=0.0, latency_high_ms=0.0)
    one, two = (
        DRIVERS["batch"](market(close, open=opens), wishes({row: 0.01}), RICH, rules).fills[0]
        for close in (closes, other)
    )
    assert one.tolist() == two.tolist()


# --- impact -------------------------------------------------------------------------------------------


def test_impact_is_the_square_root_law(trade):
    fill = fill_of(trade, swinging(), profile(impact_coefficient=0.6))
    share = 0.6 * sigma_of(0.02) * np.sqrt(fill["qty"] / 1e6)
    assert fill["price"] / fill["reference"] - 1.0 == pytest.approx(share)
    assert fill["impact_usd"] == pytest.approx(share * fill["qty"] * fill["reference"])


def test_a_hundredth_of_the_volume_at_two_percent_costs_what_was_published():
    # Kyle and Obizhaeva (2016): 12.08 basis points, of which the profile keeps a coefficient of 0.604.
    assert 0.604 * 0.02 * np.sqrt(0.01) == pytest.approx(12.08e-4)


def test_four_times_the_shares_move_the_price_twice_as_far(trade):
    rules = profile(impact_coefficient=0.6)
    small, large = (fill_of(trade, swinging(), rules, weight) for weight in (0.1, 0.4))
    assert large["qty"] == pytest.approx(4.0 * small["qty"])
    moved = [fill["price"] / fill["reference"] - 1.0 for fill in (small, large)]
    assert moved[1] == pytest.approx(2.0 * moved[0])


def test_a_seller_moves_the_price_down(trade):
    fill = fill_of(trade, swinging(), profile(impact_coefficient=0.6), weight=-0.5)
    assert fill["price"] < fill["reference"]


def test_an_estimate_never_moves_a_price_by_more_than_half(trade):
    absurd = profile(impact_coefficient=1_000.0, spread_scale_bps=10.0)
    fill = fill_of(trade, swinging(0.5), absurd, weight=0.01)
    assert fill["price"] / fill["reference"] == pytest.approx(1.5)
    paid = fill["spread_usd"] + fill["impact_usd"] + fill["latency_usd"]
    assert paid == pytest.approx(0.5 * fill["qty"] * fill["reference"])


# --- latency and rejects ------------------------------------------------------------------------------

SLOW = profile(latency_low_ms=100.0, latency_high_ms=100.0)


def test_the_price_drifts_while_an_order_travels(trade):
    opens = [40.0] * BARS
    panel = swinging(open=opens, length_ns=HOURS)
    fill = fill_of(trade, panel, SLOW, row=30)  # row 31 closes above its open
    share = sigma_of(0.02) * np.sqrt(100.0 / 23_400_000.0)
    assert fill["latency_ms"] == 100.0
    assert fill["price"] / fill["reference"] - 1.0 == pytest.approx(share)
    assert fill["latency_usd"] == pytest.approx(share * fill["qty"] * 40.0)


def test_a_drift_stays_within_what_the_bar_printed(trade):
    opens = [40.0 * 1.02 ** (row % 2) for row in range(BARS)]
    opens[31] = 40.0 * 1.02 - 0.001
    panel = swinging(open=opens, length_ns=10**9)
    fill = fill_of(trade, panel, SLOW, row=30)
    assert fill["price"] == pytest.approx(40.0 * 1.02)


def test_a_bar_that_never_went_against_the_order_costs_no_drift(trade):
    fill = fill_of(trade, swinging(length_ns=HOURS), SLOW, weight=-0.5, row=29)
    assert fill["latency_usd"] == 0.0


def test_an_order_slower_than_its_bar_meets_a_later_one(trade):
    moments = np.arange(BARS) * 40_000_000  # bars of 40 ms, one after the other
    panel = market([40.0 * 1.02 ** (row % 2) for row in range(BARS)], instants=moments, length_ns=40_000_000)
    fill = fill_of(trade, panel, SLOW, row=10)
    assert fill["row"] == 13  # sent at the open of row 11, 100 ms later two bars are over


def test_every_order_has_its_own_latency_within_the_range(trade):
    rules = replace(FREE, latency_low_ms=15.0, latency_high_ms=120.0, seed=3)
    weights = wishes({row: 0.5 if row % 2 else 0.0 for row in range(1, 35)})
    fills = trade(swinging(), weights, RICH, rules).fills
    drawn = fills["latency_ms"]
    assert np.all((drawn >= 15.0) & (drawn <= 120.0))
    assert len(set(drawn.tolist())) == len(fills)
    expected = [15.0 + 105.0 * uniform(3, int(order), LATENCY) for order in fills["order_id"]]
    assert drawn.tolist() == expected


def test_a_rejected_order_never_trades_and_is_told(trade):
    rules = replace(FREE, reject_share=1.0)
    outcome = trade(swinging(), wishes({3: 0.5}), RICH, rules)
    assert len(outcome.fills) == 0
    assert outcome.orders["state"].tolist() == [out.REJECTED]
    assert outcome.orders["filled_qty"].tolist() == [0.0]
    assert outcome.equity_usd[-1] == RICH.capital_usd


def test_rejects_are_drawn_by_seed_and_order(trade):
    rules = replace(FREE, reject_share=0.4, seed=11)
    weights = wishes({row: 0.5 if row % 2 else 0.0 for row in range(1, 35)})
    orders = trade(swinging(), weights, RICH, rules).orders
    told = [state == out.REJECTED for state in orders["state"].tolist()]
    assert told == [uniform(11, int(order), REJECT) < 0.4 for order in orders["order_id"]]
    assert 0 < sum(told) < len(told)


def test_the_last_sale_of_an_account_is_neither_late_nor_rejected(trade):
    rules = replace(FREE, reject_share=0.5, latency_low_ms=50.0, latency_high_ms=60.0, seed=5)
    weights = wishes({row: 0.1 * (1 + row % 5) for row in range(2, 30, 3)})
    outcome = trade(swinging(), weights, replace(RICH, liquidate_at_end=True), rules)
    assert not outcome.positions.any()
    assert outcome.fills["latency_ms"][-1] == 0.0


# --- commissions and fees -----------------------------------------------------------------------------

TIERS = ((0.0, 0.10), (1_000.0, 0.01), (5_000.0, 0.001))


def test_the_tier_a_month_has_reached_holds_for_the_whole_fill(trade):
    rules = replace(FREE, commission_tiers=TIERS)
    fills = trade(swinging(), wishes({3: 0.1, 4: 0.0, 5: 0.1}), RICH, rules).fills
    assert fills["qty"][0] > 1_000.0
    assert fills["commission_usd"][0] == pytest.approx(0.10 * fills["qty"][0])
    assert fills["commission_usd"][1] == pytest.approx(0.01 * abs(fills["qty"][1]))


def test_a_new_month_begins_in_the_first_tier(trade):
    rules = replace(FREE, commission_tiers=TIERS)
    fills = trade(swinging(), wishes({3: 0.1, 35: 0.0}), RICH, rules).fills  # 1970-01-05 and 1970-02-06
    assert fills["commission_usd"][1] == pytest.approx(0.10 * abs(fills["qty"][1]))


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        (((5.0, 0.1),), "Begin at 0 shares"),
        (((0.0, 0.1), (0.0, 0.05)), "Begin at 0 shares"),
        (((0.0, 0.1), (10.0, 0.2)), "let prices fall"),
    ],
)
def test_tiers_that_cannot_be_are_refused(tiers, words):
    with pytest.raises(InvalidOption, match=words):
        replace(FREE, commission_tiers=tiers)


FEES = (FeeStep("1970-01-01", 20e-6, 0.0001, 5.0, 0.01), FeeStep("1970-01-20", 10e-6, 0.0002, 0.3, 0.01))


def test_sales_pay_the_fees_of_their_day(trade):
    fills = trade(
        swinging(), wishes({3: 0.1, 5: 0.0, 25: 0.1, 27: 0.0}), RICH, replace(FREE, fee_schedule=FEES)
    ).fills
    shares, prices = np.abs(fills["qty"]), fills["price"]
    assert fills["regulatory_usd"][[0, 2]].tolist() == [0.0, 0.0]
    early = 20e-6 * shares[1] * prices[1] + 0.0001 * shares[1]
    late = 10e-6 * shares[3] * prices[3] + 0.3
    assert fills["regulatory_usd"][[1, 3]].tolist() == pytest.approx([early, late])


def test_a_short_sale_is_a_sale(trade):
    fill = fill_of(trade, swinging(), replace(FREE, fee_schedule=FEES), weight=-0.1)
    assert fill["regulatory_usd"] > 0.0


def test_the_multiple_of_fees_stretches_them(trade):
    once, twice = (
        fill_of(trade, swinging(), replace(FREE, fee_schedule=FEES, fee_multiple=times), weight=-0.1)
        for times in (1.0, 2.0)
    )
    assert twice["regulatory_usd"] == pytest.approx(2.0 * once["regulatory_usd"])


def test_fees_before_the_first_step_are_none(trade):
    rules = replace(FREE, fee_schedule=(FeeStep("1999-01-01", 1e-3, 0.1, 5.0, 0.01),))
    assert fill_of(trade, swinging(), rules, weight=-0.1)["regulatory_usd"] == 0.0


def test_a_schedule_out_of_order_is_refused():
    with pytest.raises(InvalidOption, match="order of its days"):
        replace(FREE, fee_schedule=tuple(reversed(FEES)))


@pytest.mark.parametrize("name", ["reject_share"])
def test_a_share_above_one_is_refused(name):
    with pytest.raises(InvalidOption, match=name):
        replace(FREE, **{name: 1.5})


def test_a_range_of_latency_upside_down_is_refused():
    with pytest.raises(InvalidOption, match="from low to high"):
        replace(FREE, latency_low_ms=10.0, latency_high_ms=5.0)


# --- draws and months ---------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**53), st.integers(0, 2**40), st.integers(1, 3))
def test_a_draw_lies_inside_zero_and_one_and_repeats(seed, key, purpose):
    drawn = uniform(seed, key, purpose)
    assert 0.0 < drawn < 1.0
    assert drawn == uniform(seed, key, purpose)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 2**40), st.integers(1, 3))
def test_the_compiled_draw_is_the_plain_one(seed, key, purpose):
    from tradewright.kernel.native.costs import uniform as compiled

    assert compiled(seed, key, purpose) == uniform(seed, key, purpose)


def test_draws_are_spread_evenly_and_know_nothing_of_each_other():
    drawn = np.array([[uniform(seed, key, LATENCY) for key in range(4_000)] for seed in (0, 1)])
    counts = np.histogram(drawn[0], bins=20, range=(0.0, 1.0))[0]
    assert ((counts - 200.0) ** 2 / 200.0).sum() < 43.8  # chi-square, 19 degrees, one in a thousand
    for one, other in ((drawn[0], drawn[1]), (drawn[0][1:], drawn[0][:-1])):
        assert abs(np.corrcoef(one, other)[0, 1]) < 3.3 / np.sqrt(4_000)


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**10), 10**10))
def test_months_are_those_of_the_calendar(second):
    moment = np.datetime64(second, "s")
    month = int(moment.astype("datetime64[M]").astype(np.int64)) + 1970 * 12
    assert month_of(second * 10**9) == month


def test_a_bar_of_a_day_and_its_hours_cost_the_same_spread_and_impact():
    """Sigma grows with the root of time, volume with time: what is estimated does not depend on the bar."""
    from tradewright.kernel.costs import Liquidity, Rates, half_spread, impact
    from tradewright.kernel.inputs import terms_of

    terms = terms_of(market([1.0] * 3), RICH, profile(spread_scale_bps=2.08, impact_coefficient=0.6))
    day = Liquidity(sigma=0.02, volume=6.5e6, price=40.0)
    hour = Liquidity(sigma=0.02 / np.sqrt(6.5), volume=1e6, price=40.0)
    assert half_spread(terms, hour, Rates()) == pytest.approx(half_spread(terms, day, Rates()))
    assert impact(terms, hour) == pytest.approx(impact(terms, day))


def test_a_day_has_as_many_nanoseconds_as_the_markets_of_the_tests():
    assert month_of(31 * DAY_NS) - month_of(30 * DAY_NS) == 1
