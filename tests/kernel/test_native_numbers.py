"""The small sums of the compiled kernel, each beside its plain twin."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import account, market, profile

from tradewright.kernel import costs, reference
from tradewright.kernel.costs import Rates, Slippage
from tradewright.kernel.inputs import terms_of
from tradewright.kernel.native import costs as native_costs
from tradewright.kernel.native import numbers
from tradewright.kernel.native.records import new_account, new_assets

PANEL = market([100.0] * 3)
prices = st.floats(0.01, 1e6)
quantities = st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda qty: qty != 0.0)
rules = st.builds(
    profile,
    half_spread_bps=st.floats(0.0, 500.0),
    slippage_multiple=st.floats(0.0, 3.0),
    commission_bps=st.floats(0.0, 100.0),
    commission_per_share_usd=st.floats(0.0, 2.0),
    commission_minimum_usd=st.floats(0.0, 50.0),
)


def plain(function):
    """The function without its compiler."""
    return getattr(function, "py_func", function)


def record_of(terms):
    """The account's record under these terms."""
    return new_account(terms)[0]


def flat(terms):
    """What a fill pays where nothing is estimated."""
    return Rates(per_share_usd=terms.per_share_usd), Slippage(terms.spread_bps * 1e-4)


def asset_at(terms, price):
    """An instrument about to fill at this print."""
    asset = new_assets(1)[0]
    asset["reference"], asset["spread"] = price, terms.spread_bps * 1e-4
    return asset


def charge(terms, qty, price):
    """Price and commission by the reference."""
    paid = costs.charge(terms, *flat(terms), qty, price)
    return paid.price, paid.commission_usd


def cost(terms, qty, price):
    """The most that a fill loses, by the reference."""
    return costs.most(terms, *flat(terms), qty, price)


@settings(max_examples=300, deadline=None)
@given(st.floats(-1e12, 1e12))
def test_whole_shares_agree_with_the_reference(shares):
    assert plain(numbers.whole_shares)(shares) == reference.whole_shares(shares)


@pytest.mark.parametrize(
    ("shares", "whole"),
    [
        (0.0, 0.0),
        (0.4, 0.0),
        (0.999, 0.0),
        (1.0, 1.0),
        (1.5, 1.0),
        (2.5, 2.0),
        (2.9999999999, 3.0),
        (3.0000000001, 3.0),
        (2.999999, 2.0),
        (-0.5, 0.0),
        (-1.0, -1.0),
        (-1.9, -1.0),
        (-2.9999999999, -3.0),
        (99.99999999999, 100.0),
        (1e15 + 0.5, 1e15),
        (-1e15, -1e15),
    ],
)
def test_whole_shares_go_toward_zero_but_not_for_rounding(shares, whole):
    assert plain(numbers.whole_shares)(shares) == whole
    assert reference.whole_shares(shares) == whole


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e9, 1e9))
def test_whole_shares_never_grow_by_more_than_rounding(shares):
    whole = reference.whole_shares(shares)
    assert abs(whole) <= abs(shares) + 1e-9 * max(1.0, abs(shares))
    assert abs(shares - whole) < 1.0


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e9, 1e9))
def test_whole_shares_are_odd_in_the_side(shares):
    assert reference.whole_shares(-shares) == -reference.whole_shares(shares)


@pytest.mark.parametrize(
    ("price", "printed"),
    [
        (1.0, True),
        (1e-300, True),
        (1e300, True),
        (0.0, False),
        (-0.0, False),
        (-1.0, False),
        (math.nan, False),
        (math.inf, False),
        (-math.inf, False),
    ],
)
def test_a_price_is_known_where_it_is_positive_and_finite(price, printed):
    assert plain(numbers.known)(price) is printed
    assert reference.known(price) is printed


@settings(max_examples=200, deadline=None)
@given(rules, quantities, prices)
def test_price_and_commission_agree_with_the_reference(rule, qty, price):
    terms = terms_of(PANEL, account(), rule)
    record = record_of(terms)
    paid = native_costs.price_paid(record, asset_at(terms, price), qty)
    fee = native_costs.commission(record, qty, paid)
    assert (paid, fee) == charge(terms, qty, price)


@settings(max_examples=200, deadline=None)
@given(rules, quantities, prices)
def test_costs_agree_with_the_reference(rule, qty, price):
    terms = terms_of(PANEL, account(), rule)
    assert native_costs.most(record_of(terms), asset_at(terms, price), qty) == cost(terms, qty, price)


@settings(max_examples=100, deadline=None)
@given(rules, prices)
def test_the_cost_of_nothing_is_the_minimum(rule, price):
    terms = terms_of(PANEL, account(), rule)
    assert native_costs.most(record_of(terms), asset_at(terms, price), 0.0) == rule.commission_minimum_usd
    assert cost(terms, 0.0, price) == rule.commission_minimum_usd


@settings(max_examples=200, deadline=None)
@given(rules, quantities, prices, st.floats(0.0, 1.0))
def test_costs_are_convex_so_a_straight_line_is_never_too_low(rule, qty, price, share):
    terms = terms_of(PANEL, account(), rule)
    least, full = cost(terms, 0.0, price), cost(terms, qty, price)
    found = cost(terms, qty * share, price)
    line = least + share * (full - least)
    assert found <= line * (1.0 + 1e-9) + 1e-12


@settings(max_examples=200, deadline=None)
@given(rules, quantities, prices)
def test_a_fill_never_improves_on_the_print(rule, qty, price):
    paid, fee = charge(terms_of(PANEL, account(), rule), qty, price)
    assert (paid - price) * qty >= 0.0
    assert fee >= 0.0


@settings(max_examples=100, deadline=None)
@given(rules, quantities, prices)
def test_both_sides_pay_the_same_spread(rule, qty, price):
    terms = terms_of(PANEL, account(), rule)
    bought, _ = charge(terms, abs(qty), price)
    sold, _ = charge(terms, -abs(qty), price)
    assert bought - price == pytest.approx(price - sold, rel=1e-6, abs=1e-9)


rates = st.floats(0.0, 2.0)
money = st.floats(-1e9, 1e9)


@settings(max_examples=200, deadline=None)
@given(rates, rates, money, st.floats(0.0, 1e9), st.floats(0.0, 1.0))
def test_interest_agrees_with_the_reference(cash_rate, margin_rate, cash, short, years):
    instants = [0, int(years * 365 * 86_400 * 10**9)]
    panel = market([100.0, 100.0], instants=[0, max(1, instants[1])])
    rule = profile(cash_rate=cash_rate, margin_rate=margin_rate)
    terms = terms_of(panel, account(), rule)
    state = reference.opened(panel, terms)
    state.cash, state.short = cash, short
    reference.accrue(state, 1)
    span = plain(numbers.years_between)(panel.instants, 1)
    assert plain(numbers.interest_on)(record_of(terms), cash, short, span) == state.interest


@settings(max_examples=100, deadline=None)
@given(rates, rates, money, st.floats(0.0, 1e9))
def test_interest_has_the_sign_of_cash(cash_rate, margin_rate, cash, short):
    record = record_of(terms_of(PANEL, account(), profile(cash_rate=cash_rate, margin_rate=margin_rate)))
    interest = plain(numbers.interest_on)(record, cash, short, 1.0)
    assert interest >= 0.0 if cash >= 0.0 else interest <= 0.0


@pytest.mark.parametrize(
    ("days", "years"),
    [(365, 1.0), (730, 2.0), (73, 0.2), (1, 1.0 / 365.0)],
)
def test_a_year_has_365_days(days, years):
    instants = np.array([0, days * 86_400 * 10**9])
    assert plain(numbers.years_between)(instants, 1) == pytest.approx(years, rel=1e-15)


@pytest.mark.parametrize(
    ("column", "row", "expected"),
    [
        ([1.0, 2.0, 3.0], 2, 3.0),
        ([1.0, 2.0, math.nan], 2, 2.0),
        ([1.0, math.nan, math.nan], 2, 1.0),
        ([math.nan] * 3, 2, math.nan),
        ([1.0, 2.0, 3.0], 0, 1.0),
        ([1.0, -2.0, 0.0], 2, 1.0),
        ([1.0, math.inf, math.nan], 2, 1.0),
    ],
)
def test_looking_back_finds_the_last_known_close(column, row, expected):
    asset = new_assets(1)[0]
    plain(numbers.look_back)(asset, np.array(column)[:, None], row)
    assert asset["mark"] == expected or (math.isnan(asset["mark"]) and math.isnan(expected))
    assert asset["seen_row"] == row


def test_looking_back_stops_where_it_has_looked_before():
    asset = new_assets(1)[0]
    close = np.array([[5.0], [math.nan], [math.nan]])
    plain(numbers.look_back)(asset, close, 1)
    asset["mark"] = 2.5
    plain(numbers.look_back)(asset, close, 2)
    assert asset["mark"] == 2.5


def test_lists_name_what_is_held_and_what_works_in_the_panel_s_order():
    accounts, assets = new_account(terms_of(PANEL, account(), profile())), new_assets(5)
    assets["qty"] = [0.0, 3.0, 0.0, -2.0, 0.0]
    assets["order"] = [7, -1, -1, 9, 0]
    plain(numbers.list_assets)(accounts[0], assets)
    held, working = int(accounts["held"][0]), int(accounts["working"][0])
    assert assets["held"][:held].tolist() == [1, 3]
    assert assets["working"][:working].tolist() == [0, 3, 4]


def test_a_new_account_is_cash_alone():
    accounts = new_account(terms_of(PANEL, account(), profile()))
    assert accounts["cash"][0] == accounts["equity"][0] == 1_000.0
    assert accounts["row"][0] == 0
    assert accounts["ruined_row"][0] == -1


@pytest.mark.parametrize(
    ("rule", "accrues"),
    [
        (profile(), 0),
        (profile(cash_rate=0.01), 1),
        (profile(margin_rate=0.01), 1),
        (profile(borrow_rate=0.01), 1),
    ],
)
def test_an_account_without_rates_skips_interest(rule, accrues):
    assert new_account(terms_of(PANEL, account(), rule))["accrues"][0] == accrues


def test_new_assets_are_neither_held_nor_known():
    assets = new_assets(4)
    assert assets["number"].tolist() == [0, 1, 2, 3]
    assert np.isnan(assets["mark"]).all()
    assert not assets["qty"].any()
    assert (assets["order"] == -1).all()
