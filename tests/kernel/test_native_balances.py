"""The phases of kept balances one by one: compiled ones beside their plain twins, and what both promise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, account, market, profile

from tradewright.kernel import reference
from tradewright.kernel import reference_balances as plain_balances
from tradewright.kernel.inputs import Terms, terms_of
from tradewright.kernel.native import balances as native
from tradewright.kernel.native.books import market_of
from tradewright.kernel.native.records import new_account, new_assets, new_balances
from tradewright.values.balances import Currencies

amounts = st.one_of(st.just(0.0), st.floats(-1e6, 1e6, allow_subnormal=False).filter(lambda x: abs(x) > 1e-3))
holdings = st.lists(amounts, min_size=2, max_size=4)
rates = st.lists(st.floats(0.01, 100.0), min_size=3, max_size=3)
shares = st.sampled_from([0.0, 0.001, 0.05])
PANEL = market([10.0, 10.0])


def interpreted(function):
    """The function without its compiler; what it calls is compiled on the way."""
    return getattr(function, "py_func", function)


def terms_for(count: int, worth: list[float], exchange: int, share: float) -> Terms:
    """Terms of an account that keeps so many currencies, over two rows."""
    names = ("USD", "AUD", "CAD", "CHF")[:count]
    table = np.array([[1.0] * count, [1.0, *worth[: count - 1]]])
    usual = np.array([0.1] * count), np.array([0.3] * count)
    kinds = Currencies(names, np.zeros(1, dtype=np.int64), table, *usual, exchange, share)
    return replace(terms_of(PANEL, account(), profile()), currencies=kinds)


def both(units: list[float], terms: Terms, claims: float = 0.0):
    """The same balances in the plain account and in the compiled one, as it stood before row 1."""
    state = reference.opened(PANEL, terms)
    assert state.balances is not None
    state.balances.units, state.balances.claims[-1] = list(units), claims
    state.cash, state.receivable = sum(units), claims
    record, kept = new_account(terms)[0], new_balances(terms)
    record["cash"], record["receivable"] = sum(units), claims
    kept["units"], kept["claims"][-1] = units, claims
    world = (record, new_assets(1), market_of(PANEL, terms), (), ())
    world[2][16][:] = kept
    return state, world


def seen(world) -> list:
    """What the compiled account holds."""
    record, kept = world[0], world[2][16]
    told = [record["cash"], record["receivable"], record["interest"], record["exchange_gain"]]
    return [*told, record["exchange_cost"], *kept["units"].tolist(), *kept["exchanged"].tolist()]


def kept_by_plain(state) -> list:
    """The same of the plain one."""
    own = state.balances
    return [state.cash, state.receivable, state.interest, own.gain, own.cost, *own.units, *own.exchanged]


@settings(max_examples=150, deadline=None)
@given(holdings, rates, shares, st.sampled_from([0, 1, 2]))
def test_settling_is_its_plain_twin_to_the_bit(units, worth, share, exchange):
    state, world = both(units, terms_for(len(units), worth, exchange, share))
    plain_balances.settle(state, 1)
    interpreted(native.settle_balances)(world, 1)
    assert seen(world) == kept_by_plain(state)
    assert world[2][18][1].tolist() == state.balances.path[1].tolist()


@settings(max_examples=150, deadline=None)
@given(holdings, rates, st.sampled_from([0.0, 250.0, -40.0]))
def test_accruing_and_revaluing_are_their_plain_twins_to_the_bit(units, worth, claims):
    state, world = both(units, terms_for(len(units), worth, 0, 0.0), claims)
    plain_balances.accrue(state, 1)
    interpreted(native.accrue_balances)(world, 1)
    assert seen(world) == kept_by_plain(state)


def worth_of(units: list[float], worth: list[float]) -> np.ndarray:
    """Every balance in the account's own currency."""
    return np.array(units) * np.array([1.0, *worth[: len(units) - 1]])


@settings(max_examples=150, deadline=None)
@given(holdings, rates, shares, st.sampled_from([1, 2]))
def test_changing_money_makes_none_and_loses_its_cost_alone(units, worth, share, exchange):
    state, _ = both(units, terms_for(len(units), worth, exchange, share))
    before = worth_of(units, worth)
    plain_balances.settle(state, 1)
    after = worth_of(state.balances.units, worth)
    scale = np.abs(before).sum() + 1.0
    assert abs(before.sum() - after.sum() - state.balances.cost) <= 1e-12 * scale
    assert 0.0 <= state.balances.cost <= share * np.abs(before).sum() * (1.0 + 1e-9)
    moved = worth_of(state.balances.exchanged, worth)
    assert np.abs(after - before - moved).max() <= 1e-12 * scale


@settings(max_examples=150, deadline=None)
@given(holdings, rates, shares)
def test_no_shortfall_is_left_beside_money_that_could_cover_it(units, worth, share):
    state, _ = both(units, terms_for(len(units), worth, 1, share))
    plain_balances.settle(state, 1)
    left = state.balances.units
    assert not (min(left) < 0.0 < max(left))
    # What was there is never overdrawn, and what was owed never becomes more.
    assert all(min(0.0, was) <= now <= max(0.0, was) for was, now in zip(units, left, strict=True))


@settings(max_examples=60, deadline=None)
@given(holdings, rates, shares, st.sampled_from([1, 2]))
def test_settling_twice_changes_nothing_more(units, worth, share, exchange):
    state, _ = both(units, terms_for(len(units), worth, exchange, share))
    plain_balances.settle(state, 1)
    once = kept_by_plain(state)
    plain_balances.settle(state, 1)
    assert kept_by_plain(state) == once


def test_covering_goes_by_the_order_of_the_names_and_the_payer_bears_the_cost():
    state, _ = both([0.0, 50.0, 500.0, -100.0], terms_for(4, [1.0, 1.0, 1.0], 1, 0.01))
    plain_balances.settle(state, 1)
    first = 50.0 / 1.01
    assert state.balances.units == pytest.approx([0.0, 0.0, 500.0 - (100.0 - first) * 1.01, 0.0])
    assert state.balances.cost == pytest.approx(1.0)


def test_a_currency_nobody_knew_the_rate_of_is_never_touched():
    for exchange in (0, 1, 2):
        state, world = both([100.0, 0.0], terms_for(2, [float("nan")], exchange, 0.01))
        plain_balances.accrue(state, 1)
        plain_balances.settle(state, 1)
        interpreted(native.accrue_balances)(world, 1)
        interpreted(native.settle_balances)(world, 1)
        assert np.isfinite(kept_by_plain(state)).all()
        assert seen(world) == kept_by_plain(state)


def test_a_year_bears_the_interest_of_a_year():
    long = market([10.0, 10.0], instants=[0, 365 * DAY_NS])
    terms = terms_for(2, [1.0], 0, 0.0)
    state = reference.opened(long, terms)
    state.balances.units = [1_000.0, -500.0]
    plain_balances.accrue(state, 1)
    assert state.balances.units == pytest.approx([1_100.0, -650.0])
    assert state.interest == pytest.approx(-50.0)


def test_opening_again_forgets_everything():
    _, world = both([1.0, 2.0, 3.0], terms_for(3, [1.0, 1.0], 2, 0.05), claims=4.0)
    interpreted(native.settle_balances)(world, 1)
    interpreted(native.open_balances)(world[0], world[2][16])
    assert world[2][16]["units"].tolist() == [1_000.0, 0.0, 0.0]
    assert not world[2][16]["claims"].any()
    assert not world[2][16]["exchanged"].any()
    assert world[0]["exchange_cost"] == world[0]["exchange_gain"] == 0.0


@settings(max_examples=60, deadline=None)
@given(rates, st.floats(0.01, 1e6))
def test_last_prices_follow_the_rate_in_both_kernels_alike(worth, price):
    terms = terms_for(2, worth, 0, 0.0)
    terms.currencies.of_asset[:] = 1
    state, world = both([0.0, 0.0], terms)
    state.mark = [price]
    world[1]["mark"], world[1]["currency"], world[1]["seen_row"], world[0]["keeps"] = price, 1, 0, 1
    plain_balances.restate(state, 1)
    interpreted(native.restate_marks)(world, 1)
    assert world[1]["mark"][0] == state.mark[0] == price * worth[0]


def test_a_price_without_a_rate_before_it_stays_and_so_does_one_of_the_own_currency():
    for place, worth in ((1, float("nan")), (0, 3.0)):
        terms = terms_for(2, [worth], 0, 0.0)
        terms.currencies.of_asset[:] = place
        state, _ = both([0.0, 0.0], terms)
        state.mark = [7.0]
        plain_balances.restate(state, 1)
        assert state.mark == [7.0]


@settings(max_examples=100, deadline=None)
@given(holdings, st.lists(st.floats(0.0, 1e6), min_size=4, max_size=4))
def test_interest_is_never_earned_on_more_than_is_there_less_all_that_is_short(units, owed):
    owed = [amount if amount > 1e-3 else 0.0 for amount in owed[: len(units)]]
    wide = market([[10.0] * len(units)] * 2)
    terms = replace(terms_for(len(units), [1.0] * 3, 0, 0.0))
    terms = replace(
        terms, currencies=replace(terms.currencies, of_asset=np.arange(len(units))), borrow_rate=0.0
    )
    state = reference.opened(wide, terms)
    state.balances.units, state.mark = list(units), [1.0] * len(units)
    state.qty = [-amount for amount in owed]
    plain_balances.accrue(state, 1)
    there, debts = sum(max(one, 0.0) for one in units), sum(min(one, 0.0) for one in units)
    expected = (0.1 * max(there - sum(owed), 0.0) + 0.3 * debts) / 365.0
    assert state.interest == pytest.approx(expected, rel=1e-9, abs=1e-6)
