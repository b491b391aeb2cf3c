"""Kept balances on random streams: the teller finds every unit of every currency, and each policy holds."""

from dataclasses import replace

import numpy as np
import pytest
from accountant import cash_of, changes_of_equity, holdings_of, marks_of
from accountant import worth as worth_of
from drivers import DRIVERS
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, DEAR, Traits, draw, profile
from order_drivers import ORDER_DRIVERS
from order_streams import draw_orders
from teller import kinds_of, told

from tradewright.execution.profiles.registry import PROFILES
from tradewright.validation.trading import round_trips
from tradewright.values.outcome import EXCHANGE_COST, EXCHANGE_GAIN
from tradewright.values.panel import DIVIDEND, SPLIT
from tradewright.values.profile import AccountOptions
from tradewright.values.reading import Reading

CENT = 1e-9
simulate = DRIVERS["batch"]
costs = st.sampled_from(
    [*PROFILES.values(), replace(DEAR, conversion_bps=40.0), profile(cash_rate=0.5, margin_rate=2.0)]
)
POLICIES = {"cash": ("", "shortfalls", "all"), "margin": ("", "never", "shortfalls", "all")}


@st.composite
def kept_accounts(draw_from) -> AccountOptions:
    """Accounts of any type that keep balances, with any policy that theirs allows."""
    type_ = draw_from(st.sampled_from(["unrestricted", "cash", "margin"]))
    return AccountOptions(
        capital_usd=draw_from(st.sampled_from([500.0, 10_000.0, 1_000_000.0])),
        max_gross=draw_from(st.sampled_from([0.5, 1.0, 2.0, 4.0])),
        fractional=draw_from(st.booleans()),
        liquidate_at_end=draw_from(st.booleans()),
        type=type_,
        currency="USD",
        balances="kept",
        exchange=draw_from(st.sampled_from(POLICIES.get(type_, POLICIES["margin"]))),
        interest=draw_from(st.sampled_from([{}, {"EUR": (0.3, 0.7), "JPY": (-0.2, 0.0)}])),
    )


markets = st.builds(
    Traits,
    bars=st.integers(2, 45),
    assets=st.integers(1, 4),
    gaps=st.sampled_from([0.0, 0.1, 0.4]),
    acts=st.integers(0, 6),
    closes_alone=st.booleans(),
    pace=st.integers(1, 8),
    volume=st.sampled_from([300.0, 1e5]),
    facts=st.sampled_from([0, 0, 6]),
    abroad=st.sampled_from([True, True, True, False]),
    length_ns=st.sampled_from([0, 3_600 * 10**9, DAY_NS]),
)
streams = st.builds(draw, st.integers(0, 2**32 - 1), markets, kept_accounts(), costs)
spoken = st.builds(draw_orders, st.integers(0, 2**32 - 1), markets, kept_accounts(), costs)


def scale_of(outcome, worth):
    """What a relative error is relative to: the money in play at each row, loans counted as well."""
    held = np.abs(outcome.balances * np.nan_to_num(worth)).sum(axis=1)
    return np.maximum(np.maximum.accumulate(outcome.long_usd + outcome.short_usd + held), 1.0)


@settings(max_examples=150, deadline=None)
@given(streams)
def test_every_balance_is_what_its_own_fills_flows_interest_and_exchanges_leave(stream):
    explained(stream, simulate(*stream.all))


@settings(max_examples=100, deadline=None)
@given(spoken, st.sampled_from(list(Reading)))
def test_balances_of_single_orders_are_explained_as_well_in_every_reading(stream, reading):
    made = ORDER_DRIVERS["batch"](*stream.all, stream.stream.decisions, reading)
    explained(stream, made)
    owes_nothing(stream, made)
    expected = changes_of_equity(stream.panel, made)
    found = np.diff(made.equity_usd, prepend=stream.account.capital_usd)
    assert np.all(
        np.abs(found - expected) <= CENT * scale_of(made, kinds_of(stream.panel, stream.account)[2])
    )


def explained(stream, outcome):
    """The teller finds every unit of every currency, and all interest, fees and gains."""
    names, _, worth = kinds_of(stream.panel, stream.account)
    found = told(stream.panel, outcome, stream.account, stream.profile)
    scale = scale_of(outcome, worth)
    assert list(outcome.currencies) == names
    gap = np.abs(outcome.balances - found["balances"]) * np.nan_to_num(worth, nan=1.0)
    assert np.all(gap <= CENT * scale[:, None])
    for name, column in (
        ("interest", "interest_usd"),
        ("fees", "borrow_fee_usd"),
        ("gain", "exchange_gain_usd"),
    ):
        assert np.all(np.abs(getattr(outcome, column) - found[name]) <= CENT * scale), name


@settings(max_examples=150, deadline=None)
@given(streams)
def test_cash_is_what_all_balances_are_worth_together(stream):
    outcome = simulate(*stream.all)
    worth = kinds_of(stream.panel, stream.account)[2]
    together = (outcome.balances * np.nan_to_num(worth)).sum(axis=1)
    assert np.all(np.abs(outcome.cash_usd - together) <= CENT * scale_of(outcome, worth))


@settings(max_examples=150, deadline=None)
@given(streams)
def test_equity_changes_by_prices_flows_costs_and_the_exchange_gain_alone(stream):
    outcome = simulate(*stream.all)
    expected = changes_of_equity(stream.panel, outcome, stream.profile.conversion_bps)
    found = np.diff(outcome.equity_usd, prepend=stream.account.capital_usd)
    scale = scale_of(outcome, kinds_of(stream.panel, stream.account)[2])
    assert np.all(np.abs(found - expected) <= CENT * scale)


@settings(max_examples=150, deadline=None)
@given(streams)
def test_what_is_exchanged_is_worth_its_cost_less_and_the_cost_is_that_of_the_profile(stream):
    outcome = simulate(*stream.all)
    worth = np.nan_to_num(kinds_of(stream.panel, stream.account)[2])
    moved = outcome.exchanged * worth
    paid = np.diff(outcome.exchange_cost_usd, prepend=0.0)
    scale = scale_of(outcome, worth)
    assert np.all(np.abs(moved.sum(axis=1) + paid) <= CENT * scale)
    share = stream.profile.conversion_bps * 1e-4
    if stream.account.liquidate_at_end:  # its last row may change money there and back
        moved, paid, scale = moved[:-1], paid[:-1], scale[:-1]
    if stream.account.exchanges == "all":
        assert np.all(np.abs(np.abs(moved[:, 1:]).sum(axis=1) * share - paid) <= CENT * scale)
    else:
        assert np.all(np.abs(np.maximum(moved, 0.0).sum(axis=1) * share - paid) <= CENT * scale)


@settings(max_examples=150, deadline=None)
@given(streams)
def test_every_policy_holds_at_every_close(stream):
    outcome = simulate(*stream.all)
    units, policy = outcome.balances, stream.account.exchanges
    if stream.account.liquidate_at_end:
        assert not units[-1, 1:].any()
    if policy == "never":
        rows = slice(0, -1 if stream.account.liquidate_at_end else None)
        assert not outcome.exchanged[rows].any()
        assert not outcome.exchange_cost_usd[rows].any()
    elif policy == "all":
        assert not units[:, 1:].any()
    else:
        both = (units < 0.0).any(axis=1) & (units > 0.0).any(axis=1)
        assert not both.any()


@settings(max_examples=150, deadline=None)
@given(streams)
def test_a_cash_account_owes_nothing_in_any_currency(stream):
    owes_nothing(stream, simulate(*stream.all))


def owes_nothing(stream, outcome):
    """No balance of a cash account is below zero, but for rounding."""
    if stream.account.type == "cash":
        worth = np.nan_to_num(kinds_of(stream.panel, stream.account)[2])
        assert np.all(outcome.balances * worth >= -CENT * scale_of(outcome, worth)[:, None])


@settings(max_examples=60, deadline=None)
@given(streams)
def test_flows_hold_the_totals_of_gains_and_costs_of_exchange_once(stream):
    outcome = simulate(*stream.all)
    totals = (
        (EXCHANGE_GAIN, outcome.exchange_gain_usd[-1]),
        (EXCHANGE_COST, -outcome.exchange_cost_usd[-1]),
    )
    for kind, total in totals:
        flows = outcome.flows[outcome.flows["kind"] == kind]
        assert flows["amount_usd"].tolist() == ([total] if total else [])
        assert np.all(flows["row"] == len(stream.panel.instants) - 1)


@settings(max_examples=60, deadline=None)
@given(streams)
def test_nothing_is_nan_and_no_fill_pays_for_changing_money(stream):
    outcome = simulate(*stream.all)
    for column in (outcome.balances, outcome.exchanged, outcome.exchange_gain_usd, outcome.equity_usd):
        assert np.isfinite(column).all()
    dear = replace(stream.profile, conversion_bps=0.0)
    if stream.account.exchanges == "never":
        again = simulate(stream.panel, stream.decisions, stream.account, dear)
        assert again.fills.tolist() == outcome.fills.tolist()


@pytest.mark.parametrize("seed", range(6))
def test_without_names_from_abroad_kept_and_converted_are_one_account(seed):
    plain = AccountOptions(10_000.0, 2.0, bool(seed % 2), type=["cash", "margin"][seed % 2])
    rule = profile(half_spread_bps=3.0, cash_rate=0.0, margin_rate=0.2, borrow_rate=0.1, conversion_bps=10.0)
    stream = draw(seed, Traits(bars=40, acts=6), plain, rule)
    one = simulate(*stream.all)
    kept = replace(plain, balances="kept", exchange="all")
    other = simulate(stream.panel, stream.decisions, kept, replace(rule, conversion_bps=0.0))
    assert other.cash_usd == pytest.approx(one.cash_usd, rel=1e-12)
    assert other.balances[:, 0] == pytest.approx(one.cash_usd, rel=1e-9)
    assert not other.exchange_gain_usd.any()


@settings(max_examples=150, deadline=None)
@given(streams)
def test_cash_is_what_fills_flows_interest_and_the_exchange_leave(stream):
    outcome = simulate(*stream.all)
    expected = cash_of(stream.panel, outcome, stream.account.capital_usd)
    worth = kinds_of(stream.panel, stream.account)[2]
    assert np.all(np.abs(outcome.cash_usd - expected) <= CENT * scale_of(outcome, worth))


@settings(max_examples=100, deadline=None)
@given(streams)
def test_positions_are_worth_their_last_close_at_the_rate_of_each_row(stream):
    outcome = simulate(*stream.all)
    marks = marks_of(stream.panel, outcome)
    traded = holdings_of(stream.panel, outcome, marks)[1]
    for row in range(len(marks)):
        long, short = np.maximum(traded[row], 0.0), np.minimum(traded[row], 0.0)
        assert outcome.long_usd[row] == pytest.approx(worth_of(long, marks[row]), rel=1e-9, abs=1e-6)
        assert outcome.short_usd[row] == pytest.approx(-worth_of(short, marks[row]), rel=1e-9, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(streams)
def test_trips_interest_fees_and_the_exchange_are_the_whole_gain(stream):
    actions = stream.panel.actions
    # Trips tell shares given for shares, and what is paid after they ended, by rules of their own.
    if not np.isin(actions["kind"], (SPLIT, DIVIDEND)).all() or np.any(actions["pay_row"] > actions["row"]):
        return
    outcome = simulate(*stream.all)
    trips = round_trips(outcome, stream.panel)
    account = outcome.flows[outcome.flows["asset"] < 0]["amount_usd"].sum()
    gained = outcome.equity_usd[-1] - outcome.receivable_usd[-1] - stream.account.capital_usd
    scale = scale_of(outcome, kinds_of(stream.panel, stream.account)[2])[-1]
    assert abs(sum(trip.pnl_usd for trip in trips) + account - gained) <= 1e-6 * scale
