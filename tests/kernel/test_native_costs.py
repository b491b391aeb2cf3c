"""Each compiled cost beside its plain twin: on the same numbers they agree to the last bit."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, DEAR, NAN, Traits, account, draw, market, profile

from tradewright.kernel import costs, reference
from tradewright.kernel.costs import Liquidity, Rates, Restated, Slippage
from tradewright.kernel.inputs import MOST_SLIPPAGE, terms_of
from tradewright.kernel.native import costs as native
from tradewright.kernel.native.books import market_of
from tradewright.kernel.native.records import new_account, new_assets
from tradewright.values.side import Side

PANEL = market([40.0] * 3)
seeds = st.integers(0, 2**31)
sigmas = st.floats(0.0, 0.5)
volumes = st.sampled_from([0.0, 1.0, 1e3, 1e6, 1e9])
prices = st.floats(0.01, 1e5)
shares = st.floats(0.01, 1e8)
# How far beyond the print a limit lies; most orders have none.
rooms = st.sampled_from([NAN, NAN, 0.0, 1e-6, 1e-3, 0.02, 0.7])
signed = st.builds(lambda size, sign: size * sign, shares, st.sampled_from([-1.0, 1.0]))
rules = st.builds(
    profile,
    half_spread_bps=st.floats(0.0, 300.0),
    slippage_multiple=st.floats(0.0, 3.0),
    commission_bps=st.floats(0.0, 50.0),
    commission_per_share_usd=st.floats(0.0, 1.0),
    commission_minimum_usd=st.floats(0.0, 20.0),
    spread_scale_bps=st.sampled_from([0.0, 2.08, 50.0]),
    impact_coefficient=st.sampled_from([0.0, 0.6, 1.0]),
    latency_high_ms=st.sampled_from([0.0, 500.0]),
)
fees = st.builds(
    Rates,
    sec_share=st.sampled_from([0.0, 27.8e-6, 0.01]),
    taf_usd=st.sampled_from([0.0, 0.000166, 0.01]),
    taf_most_usd=st.sampled_from([0.0, 8.3]),
    tick_usd=st.sampled_from([0.0, 0.01, 0.125]),
)


def under(rule, rates=None):
    """The terms of a profile and the account's record under them, on a day with these fees."""
    terms = terms_of(PANEL, account(), rule)
    record = new_account(terms)[0]
    if rates is not None:
        record["dated"] = 1
        record["sec_share"], record["taf"] = rates.sec_share, rates.taf_usd
        record["taf_most"], record["tick"] = rates.taf_most_usd, rates.tick_usd
    return terms, record


def with_rate(rates, terms):
    """Fees of a day with the commission of the terms."""
    return replace(rates, per_share_usd=terms.per_share_usd)


def about_to_fill(slip, reference):
    """An instrument about to fill at this print, with this slippage."""
    asset = new_assets(1)[0]
    asset["reference"], asset["spread"] = reference, slip.spread
    asset["drift"], asset["impact"] = slip.drift, slip.impact
    asset["sigma"], asset["usual_volume"] = slip.sigma, slip.volume
    asset["limit"] = slip.limit
    return asset


slips = st.builds(
    Slippage,
    spread=st.floats(0.0, 0.1),
    drift=st.floats(0.0, 0.05),
    impact=st.floats(0.0, 1e-3),
    sigma=sigmas,
    volume=volumes,
)


def seen_by(asset):
    """What the record of an instrument holds of its liquidity."""
    return asset["sigma"], asset["usual_volume"]


@settings(max_examples=150, deadline=None)
@given(seeds, st.integers(0, 39), st.sampled_from([0.0, 0.3, 0.9]))
def test_liquidity_is_looked_up_alike(seed, row, gaps):
    traits = Traits(bars=40, assets=2, gaps=gaps, acts=0)
    panel = draw(seed, traits, account(), DEAR).panel
    terms, _ = under(DEAR)
    market_arrays = market_of(panel, terms)
    for number in range(2):
        asset = new_assets(2)[number]
        price = native.look_at_liquidity(asset, market_arrays[2], market_arrays[3], row)
        expected = costs.liquidity(panel, number, row, Restated())
        assert (*seen_by(asset), price) == (expected.sigma, expected.volume, expected.price)


@settings(max_examples=150, deadline=None)
@given(seeds, st.integers(1, 39), st.integers(0, 39), st.integers(0, 39), st.floats(0.1, 10.0))
def test_liquidity_through_splits_is_looked_up_alike(seed, row, split_row, since, ratio):
    panel = draw(seed, Traits(bars=40, assets=1, acts=0), account(), DEAR).panel
    restated = Restated(max(split_row, since), ratio, min(split_row, since))
    asset = new_assets(1)[0]
    asset["restated_row"], asset["restated_ratio"] = restated.row, restated.ratio
    asset["since_row"] = restated.since
    arrays = market_of(panel, under(DEAR)[0])
    price = native.look_at_liquidity(asset, arrays[2], arrays[3], row)
    expected = costs.liquidity(panel, 0, row, restated)
    assert (*seen_by(asset), price) == (expected.sigma, expected.volume, expected.price)


@settings(max_examples=300, deadline=None)
@given(rules, fees, sigmas, volumes, prices)
def test_half_spreads_agree(rule, rates, sigma, volume, price):
    terms, record = under(rule, rates)
    asset = about_to_fill(Slippage(0.0, sigma=sigma, volume=volume), price)
    expected = costs.half_spread(terms, Liquidity(sigma, volume, price), rates)
    assert native.half_spread(record, asset, price) == expected


@settings(max_examples=200, deadline=None)
@given(rules, sigmas, volumes)
def test_impacts_agree(rule, sigma, volume):
    terms, record = under(rule)
    asset = about_to_fill(Slippage(0.0, sigma=sigma, volume=volume), 40.0)
    assert native.impact(record, asset) == costs.impact(terms, Liquidity(sigma, volume, 40.0))


@settings(max_examples=300, deadline=None)
@given(rules, fees, slips, signed, prices, rooms)
def test_prices_paid_and_charges_agree(rule, rates, slip, qty, reference, room):
    terms, record = under(rule, rates)
    if not terms.estimates:
        slip = Slippage(slip.spread)
    slip = replace(slip, limit=reference * (1.0 + math.copysign(room, qty)))
    asset, now = about_to_fill(slip, reference), with_rate(rates, terms)
    expected = costs.charge(terms, now, slip, qty, reference)
    price = native.price_paid(record, asset, qty)
    assert price == expected.price
    assert native.commission(record, qty, price) == expected.commission_usd
    assert native.fees(record, qty, price) == expected.regulatory_usd


@settings(max_examples=300, deadline=None)
@given(rules, fees, slips, signed, prices, rooms)
def test_terms_are_noted_alike(rule, rates, slip, qty, reference, room):
    from tradewright.values.outcome import fill_dtype

    terms, record = under(rule, rates)
    if not terms.estimates:
        slip = Slippage(slip.spread)
    slip = replace(slip, limit=reference * (1.0 + math.copysign(room, qty)))
    asset, fill = about_to_fill(slip, reference), np.zeros(1, dtype=fill_dtype)[0]
    expected = costs.charge(terms, with_rate(rates, terms), slip, qty, reference)
    native.note_costs(record, asset, fill, qty, expected.price)
    found = (fill["spread_usd"], fill["impact_usd"], fill["latency_usd"], fill["held_usd"])
    assert found == (expected.spread_usd, expected.impact_usd, expected.latency_usd, expected.held_usd)


@settings(max_examples=300, deadline=None)
@given(rules, fees, slips, signed, prices)
def test_the_most_that_a_fill_can_cost_agrees(rule, rates, slip, qty, reference):
    terms, record = under(rule, rates)
    if not terms.estimates:
        slip = Slippage(slip.spread)
    asset = about_to_fill(slip, reference)
    assert native.most(record, asset, qty) == costs.most(terms, with_rate(rates, terms), slip, qty, reference)


@settings(max_examples=300, deadline=None)
@given(rules, fees, slips, signed, prices)
def test_no_fill_costs_more_than_the_most(rule, rates, slip, qty, reference):
    terms, _ = under(rule, rates)
    now = with_rate(rates, terms)
    paid = costs.charge(terms, now, slip, qty, reference)
    lost = abs(qty) * abs(paid.price - reference) + paid.commission_usd + paid.regulatory_usd
    assert lost <= costs.most(terms, now, slip, qty, reference) * (1.0 + 1e-9) + 1e-9


@settings(max_examples=300, deadline=None)
@given(rules, fees, slips, signed, prices, st.floats(0.0, 1.0))
def test_the_most_is_convex_so_a_straight_line_is_never_too_low(rule, rates, slip, qty, reference, share):
    terms, _ = under(rule, rates)
    now = with_rate(rates, terms)
    least, full = (costs.most(terms, now, slip, size, reference) for size in (0.0, qty))
    found = costs.most(terms, now, slip, qty * share, reference)
    assert found <= (least + share * (full - least)) * (1.0 + 1e-9) + 1e-9


@settings(max_examples=200, deadline=None)
@given(rules, slips, shares, prices)
def test_both_sides_move_the_price_as_far(rule, slip, size, reference):
    terms, _ = under(rule)
    bought, sold = (costs.charge(terms, Rates(), slip, qty, reference).price for qty in (size, -size))
    assert bought - reference == pytest.approx(reference - sold, rel=1e-9, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(slips, signed, prices)
def test_the_terms_in_the_price_add_up_to_it(slip, qty, reference):
    terms, _ = under(DEAR)
    paid = costs.charge(terms, Rates(), slip, qty, reference)
    moved = abs(qty) * abs(paid.price - reference)
    told = paid.spread_usd + paid.impact_usd + paid.latency_usd
    assert told == pytest.approx(moved, rel=1e-9, abs=1e-9 * abs(qty) * reference)


@settings(max_examples=200, deadline=None)
@given(slips, signed, prices)
def test_an_estimated_price_stays_within_half_of_the_print(slip, qty, reference):
    terms, _ = under(DEAR)
    price = costs.charge(terms, Rates(), slip, qty, reference).price
    assert abs(price / reference - 1.0) <= MOST_SLIPPAGE * (1.0 + 1e-12)


# --- latency ------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(seeds, st.integers(0, 10**6))
def test_latencies_and_rejects_are_drawn_alike(seed, order_id):
    terms, record = under(replace(DEAR, seed=seed))
    assert native.latency_ms(record, order_id) == costs.latency_ms(terms, order_id)
    assert native.is_rejected(record, order_id) == costs.is_rejected(terms, order_id)


@settings(max_examples=200, deadline=None)
@given(
    seeds,
    st.integers(0, 30),
    st.integers(1, 9),
    st.sampled_from([0, 10**6, 10**9, DAY_NS]),
    st.sampled_from([0.0, 0.5, 20.0, 3e3, 9e7]),
)
def test_lateness_and_drift_agree(seed, decided, later, length, travels):
    panel = draw(seed, Traits(bars=40, assets=1, acts=0, gaps=0.0, length_ns=length), account(), DEAR).panel
    terms, _ = under(DEAR)
    arrays, row = market_of(panel, terms), decided + later
    asset = new_assets(1)[0]
    asset["decided"], asset["latency_ms"], asset["sigma"] = decided, travels, 0.02
    asset["reference"] = panel.open[row, 0]
    late = costs.late_ns(panel, decided, row, travels)
    assert native.late_ns(asset, arrays, row) == late
    length_here = costs.bar_ns(panel, row)
    assert native.is_on_its_way(asset, arrays, row) == (0 < length_here <= late)
    for side in Side:
        expected = costs.drift(panel, (row, 0), side, 0.02, late)
        assert native.drift(asset, arrays, row, float(side.sign)) == expected


@pytest.mark.parametrize(
    ("travels_ms", "row", "late_ms"),
    [
        (0.0, 1, 0.0),
        (100.0, 1, 100.0),
        (100.0, 2, -900.0),
        (2_500.0, 1, 2_500.0),
        (2_500.0, 3, 500.0),
        (2_500.0, 4, -500.0),
    ],
)
def test_lateness_is_counted_from_the_open_after_the_decision(travels_ms, row, late_ms):
    panel = market([40.0] * 6, instants=np.arange(6) * 10**9, length_ns=10**9)
    assert costs.late_ns(panel, 0, row, travels_ms) == pytest.approx(late_ms * 1e6)


@pytest.mark.parametrize(
    ("side", "high", "low", "moved"),
    [
        (Side.BUY, 50.0, 30.0, 0.01),
        (Side.BUY, 40.2, 30.0, 0.005),
        (Side.BUY, 40.0, 30.0, 0.0),
        (Side.BUY, 39.0, 30.0, 0.0),
        (Side.BUY, NAN, NAN, 0.0),
        (Side.SELL, 50.0, 30.0, 0.01),
        (Side.SELL, 50.0, 39.8, 0.005),
        (Side.SELL, 50.0, 40.0, 0.0),
        (Side.SELL, NAN, NAN, 0.0),
    ],
)
def test_a_drift_is_one_standard_deviation_within_the_bar(side, high, low, moved):
    panel = market([40.0] * 3, length_ns=10**12)
    columns = [np.full((3, 1), value) for value in (40.0, high, low, 40.0, 1e6)]
    bars = type(panel)(panel.instants, panel.opens_at, ("A",), *columns, panel.actions)
    # A quarter of the bar late: half of its volatility.
    assert costs.drift(bars, (1, 0), side, 0.02, 0.25 * 10**12) == pytest.approx(moved)


# --- the day's fees and tiers -------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(seeds, st.lists(st.floats(0.0, 3_000.0), min_size=1, max_size=30))
def test_days_are_opened_alike_whatever_is_traded(seed, traded):
    panel = draw(seed, Traits(bars=60, assets=1), account(), DEAR).panel
    terms = terms_of(panel, account(), DEAR)
    state, record = reference.opened(panel, terms), new_account(terms)[0]
    arrays = market_of(panel, terms)
    for row, size in zip(range(0, 60, 2), traded, strict=False):
        rates = reference.rates_at(state, row)
        native.open_day(record, arrays, row)
        found = [record[name].item() for name in ("sec_share", "taf", "taf_most", "tick", "rate")]
        expected = (rates.sec_share, rates.taf_usd, rates.taf_most_usd, rates.tick_usd, rates.per_share_usd)
        assert found == list(expected)
        state.month_shares += size
        record["month_shares"] += size


def test_a_days_fees_hold_from_its_midnight_on():
    rule = replace(DEAR, commission_tiers=())
    instants = [0, 11 * DAY_NS - 1, 11 * DAY_NS, 12 * DAY_NS]
    panel = market([40.0] * 4, instants=instants)
    state = reference.opened(panel, terms_of(panel, account(), rule))
    assert [reference.rates_at(state, row).sec_share for row in range(4)] == [1e-3, 1e-3, 5e-3, 5e-3]


def test_a_days_tier_is_that_of_the_shares_before_it():
    panel = market([40.0] * 4)
    state = reference.opened(panel, terms_of(panel, account(), DEAR))
    tiers = []
    for row, size in enumerate((99.0, 1.0, 900.0, 0.0)):
        tiers.append(reference.rates_at(state, row).per_share_usd)
        state.month_shares += size
    assert tiers == [0.05, 0.05, 0.02, 0.001]


# --- liquidity, by hand -------------------------------------------------------------------------------


def look(closes, row, volume=None, restated=None):
    """What is known of one instrument at the close before a row."""
    return costs.liquidity(market(closes, volume=volume), 0, row, restated or Restated())


def test_nothing_is_known_before_the_first_bar():
    assert look([40.0] * 30, 0) == Liquidity()


@pytest.mark.parametrize("row", range(1, 6))
def test_four_returns_are_no_volatility(row):
    assert look([40.0] * 30, row) == Liquidity(0.0, 0.0, 40.0)


def test_a_price_that_stands_still_has_no_volatility_but_a_volume():
    assert look([40.0] * 30, 20) == Liquidity(0.0, 1e6, 40.0)


def test_twenty_one_bars_are_looked_back_at():
    volume = [1e9] * 9 + [1e6] * 21
    assert look([40.0] * 30, 30, volume).volume == 1e6
    assert look([40.0] * 30, 29, volume).volume > 1e6


def test_the_bar_of_the_fill_is_not_looked_at():
    calm, wild = [40.0] * 30, [40.0] * 29 + [400.0]
    assert look(calm, 29) == look(wild, 29)


def test_a_missing_close_is_bridged_by_the_return_over_it():
    closes = [40.0] * 20
    closes[10], closes[11:] = NAN, [44.0] * 9
    seen = look(closes, 20)
    assert seen.sigma == pytest.approx(np.sqrt(0.1**2 / 18))


def test_bars_before_the_first_close_are_not_thin_bars():
    closes = [NAN] * 12 + [40.0] * 8
    assert look(closes, 20).volume == 1e6


@pytest.mark.parametrize("price", [0.0, -1.0, np.inf])
def test_a_price_that_cannot_have_printed_is_no_close(price):
    closes = [40.0] * 20
    closes[10] = price
    assert look(closes, 20).sigma == 0.0


@pytest.mark.parametrize("ratio", [0.1, 2.0, 7.0])
def test_prices_before_a_split_are_seen_in_shares_of_today(ratio):
    closes = [40.0] * 10 + [40.0 / ratio] * 10
    volume = [1e6] * 10 + [1e6 * ratio] * 10
    seen = look(closes, 20, volume, Restated(10, ratio))
    assert seen.sigma == pytest.approx(0.0, abs=1e-12)
    assert seen.volume == pytest.approx(1e6 * ratio)
