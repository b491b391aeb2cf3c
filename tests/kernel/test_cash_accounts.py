"""Cash accounts: no debt, nothing short, and no purchase with proceeds that have not settled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, NAN, Traits, account, draw, market, profile, wishes
from order_drivers import ORDER_DRIVERS, bars, flat, states
from order_streams import draw_orders

from tradewright.execution.profiles.registry import PROFILES
from tradewright.execution.profiles.us_settlement import US_SETTLEMENT
from tradewright.kernel import batch, reference
from tradewright.kernel.inputs import terms_of
from tradewright.kernel.sweep import simulate_many
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import instant_of
from tradewright.values.order import Order, OrderType, TimeInForce
from tradewright.values.outcome import (
    CANCELLED,
    CASH_ACCOUNT,
    FILLED,
    NOTHING_TO_REDUCE,
    REPLACED,
    UNSETTLED,
    WORKING,
)
from tradewright.values.panel import DELISTING, DIVIDEND, Panel
from tradewright.values.profile import AccountOptions

TWO = [[50.0, 50.0]] * 8


def cash(**changes):
    """A cash account of 1000 dollars."""
    return account(type="cash", max_gross=1.0, **changes)


def after(sessions: int, **changes: float):
    """A profile without costs under which sales settle after so many sessions."""
    return profile(settlement_schedule=(("1970-01-01", sessions),), **changes)


def waits(outcome):
    """Rows on which an order waited for its cash."""
    return outcome.refusals["row"][outcome.refusals["reason"] == UNSETTLED].tolist()


# --- settlement -------------------------------------------------------------------------------------------


def test_proceeds_of_a_sale_buy_nothing_on_the_day_of_the_sale(trade):
    outcome = trade(market(TWO), wishes({0: [1.0, 0.0], 2: [0.0, 1.0]}), cash(), profile())
    assert outcome.fills["row"].tolist() == [1, 3, 4]
    assert outcome.fills["qty"].tolist() == [20.0, -20.0, 20.0]
    assert waits(outcome) == [3]


@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_the_order_waits_as_many_sessions_as_the_sale_takes_to_settle(trade, sessions):
    outcome = trade(market(TWO), wishes({0: [1.0, 0.0], 2: [0.0, 1.0]}), cash(), after(sessions))
    assert outcome.fills["row"].tolist() == [1, 3, 3 + sessions]
    assert waits(outcome) == list(range(3, 3 + sessions))


def test_an_unrestricted_account_buys_with_what_it_sold_a_moment_ago(trade):
    outcome = trade(market(TWO), wishes({0: [1.0, 0.0], 2: [0.0, 1.0]}), account(), profile())
    assert outcome.fills["row"].tolist() == [1, 3, 3]


def test_cash_that_had_settled_before_buys_its_part_at_once(trade):
    outcome = trade(market(TWO), wishes({0: [0.6, 0.0], 2: [0.0, 1.0]}), cash(), profile())
    assert outcome.fills[["row", "qty"]].tolist() == [(1, 12.0), (3, -12.0), (3, 8.0), (4, 12.0)]


def test_several_purchases_share_the_settled_cash_alike(trade):
    panel = market([[50.0, 50.0, 50.0]] * 6)
    decided = wishes({0: [0.5, 0.0, 0.0], 2: [0.0, 0.5, 0.5]})
    outcome = trade(panel, decided, cash(), profile())
    assert outcome.fills["row"].tolist() == [1, 3, 3, 3, 4, 4]
    assert outcome.fills["qty"].tolist() == [10.0, -10.0, 5.0, 5.0, 5.0, 5.0]


def test_costs_of_the_purchase_are_paid_from_settled_cash_too(trade):
    dear = profile(commission_minimum_usd=10.0)
    outcome = trade(market(TWO), wishes({0: [0.5, 0.0], 2: [0.0, 0.9]}), cash(), dear)
    bought = outcome.fills[(outcome.fills["asset"] == 1) & (outcome.fills["row"] == 3)]
    settled = outcome.cash_usd[2]
    assert float((bought["qty"] * bought["price"] + bought["commission_usd"]).sum()) <= settled


def test_a_new_decision_replaces_the_order_that_waits(trade):
    decided = wishes({0: [1.0, 0.0], 2: [0.0, 1.0], 3: [NAN, 0.5]})
    outcome = trade(market(TWO), decided, cash(), after(3))
    assert outcome.orders["state"].tolist() == [FILLED, FILLED, REPLACED, FILLED]
    assert outcome.positions.tolist() == [0.0, 10.0]


def test_what_no_cash_will_ever_pay_is_dropped_once_all_has_settled(trade):
    panel = market(TWO, open=[[50.0, 50.0]] * 4 + [[50.0, 60.0]] * 4)
    outcome = trade(panel, wishes({0: [1.0, 0.0], 2: [0.0, 1.0]}), cash(), profile())
    assert outcome.positions.tolist() == [0.0, 16.0]
    assert outcome.orders["state"].tolist() == [FILLED, FILLED, CANCELLED]


@pytest.mark.parametrize("kind", ["dividend", "delisting"])
def test_dividends_and_what_a_delisting_pays_are_settled_cash(trade, kind):
    action = (3, 0, DIVIDEND, 25.0) if kind == "dividend" else (3, 0, DELISTING, 1.0)
    outcome = trade(market(TWO, actions=[action]), wishes({0: [1.0, 0.0], 2: [NAN, 0.4]}), cash(), profile())
    assert outcome.fills["row"].tolist() == [1, 3]
    assert waits(outcome) == []


def test_hours_of_one_day_are_one_session(trade):
    panel = market(TWO)
    moments = np.array([1, 2, 3, 4, 25, 26, 27, 28]) * (DAY_NS // 24)
    hours = Panel(
        moments, moments - 1, panel.symbols,
        *(column.copy() for column in panel.columns()), panel.actions.copy(),
    )  # fmt: skip
    outcome = trade(hours, wishes({0: [1.0, 0.0], 1: [0.0, 1.0]}), cash(), profile())
    assert outcome.fills["row"].tolist() == [1, 2, 4]


def test_the_cycle_is_a_dated_fact():
    days = ["1994-06-01", "1995-06-06", "1995-06-07", "2017-09-01", "2017-09-05", "2024-05-24", "2024-05-28"]
    instants = [int(instant_of(day)) + DAY_NS // 2 for day in days]
    panel = market([50.0] * len(days), instants=instants)
    rules = terms_of(panel, cash(), PROFILES["realistic"]).rules
    assert (rules.settles - rules.sessions).tolist() == [5, 5, 4, 3, 2, 2, 1]  # never before an older sale
    assert [count for _, count in US_SETTLEMENT] == [5, 3, 2, 1]


def test_a_cycle_that_is_out_of_order_is_refused_by_name():
    with pytest.raises(InvalidOption, match="settlement_schedule of profile 'free'"):
        profile(settlement_schedule=(("2024-05-28", 1), ("2017-09-05", 2)))


# --- no debt, nothing short -------------------------------------------------------------------------------


def test_a_short_target_is_refused_by_name_and_changes_nothing(trade):
    outcome = trade(market([50.0] * 4), wishes({0: -0.5}), cash(), profile())
    assert outcome.refusals.tolist() == [(0, 0, CASH_ACCOUNT)]
    assert len(outcome.orders) == 0
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_a_target_that_turns_a_position_round_sells_it_and_no_more(trade):
    outcome = trade(market([50.0] * 5), wishes({0: 0.5, 2: -0.5}), cash(), profile())
    assert outcome.fills["qty"].tolist() == [10.0, -10.0]
    assert outcome.refusals.tolist() == [(2, 0, CASH_ACCOUNT)]


def test_more_than_the_cash_is_never_spent_whatever_the_gross_limit(trade):
    rules = account(type="cash", max_gross=5.0)
    outcome = trade(market([50.0] * 4), wishes({0: 3.0}), rules, profile())
    assert outcome.positions.tolist() == [20.0]
    assert outcome.cash_usd[-1] == 0.0


def test_a_sale_of_what_is_not_held_is_refused_by_name(trade_orders):
    outcome = trade_orders(bars([flat()] * 4), [(0, Order("A", -5.0))], cash(), profile())
    assert outcome.refusals.tolist() == [(0, 0, CASH_ACCOUNT)]
    assert states(outcome) == ["rejected"]


def test_a_sale_of_more_than_is_held_sells_what_is_held(trade_orders):
    said = [(0, Order("A", 5.0)), (1, Order("A", -8.0, time_in_force=TimeInForce.GTC))]
    outcome = trade_orders(bars([flat()] * 5), said, cash(), profile())
    assert outcome.positions.tolist() == [0.0]
    assert outcome.fills["qty"].tolist() == [5.0, -5.0]
    assert CASH_ACCOUNT in outcome.refusals["reason"]


def test_an_exit_of_an_order_says_itself_that_it_only_reduces(trade_orders):
    only = Order("A", -5.0, reduce_only=True)
    outcome = trade_orders(bars([flat()] * 4), [(0, only)], cash(), profile())
    assert outcome.refusals["reason"].tolist() == [NOTHING_TO_REDUCE]


def test_single_orders_wait_for_their_cash_too(trade_orders):
    again = Order("A", 6.0, time_in_force=TimeInForce.GTC)
    said = [(0, Order("A", 10.0)), (1, Order("A", -10.0)), (1, again)]
    outcome = trade_orders(bars([flat()] * 5), said, cash(), profile())
    assert outcome.fills[["row", "qty"]].tolist() == [(1, 10.0), (2, -10.0), (3, 6.0)]
    assert waits(outcome)[0] == 2


@pytest.mark.parametrize("kept", [TimeInForce.FOK, TimeInForce.IOC])
def test_orders_that_do_not_wait_are_cancelled_where_the_cash_is_missing(trade_orders, kept):
    said = [(0, Order("A", 8.0)), (1, Order("A", -8.0)), (1, Order("A", 6.0, time_in_force=kept))]
    outcome = trade_orders(bars([flat()] * 5), said, cash(), profile())
    bought = outcome.fills["qty"].tolist()[2:]
    assert bought == ([] if kept is TimeInForce.FOK else [2.0])
    assert states(outcome)[2] == "cancelled"


def test_a_limit_met_inside_the_bar_takes_what_has_settled(trade_orders):
    low = Order("A", 8.0, OrderType.LIMIT, limit_usd=95.0, time_in_force=TimeInForce.GTC)
    rows = [flat(), flat(), (100.0, 100.0, 90.0, 100.0), (100.0, 100.0, 90.0, 100.0), flat()]
    said = [(0, Order("A", 6.0)), (1, Order("A", -6.0)), (1, low)]
    outcome = trade_orders(bars(rows), said, cash(), profile())
    assert outcome.fills[["row", "qty"]].tolist() == [(1, 6.0), (2, -6.0), (2, 4.0), (3, 4.0)]


# --- the law, checked from the records alone --------------------------------------------------------------

seeds = st.integers(0, 2**32 - 1)
accounts = st.builds(
    AccountOptions,
    capital_usd=st.sampled_from([500.0, 10_000.0]),
    fractional=st.booleans(),
    type=st.just("cash"),
)
kinds = st.builds(Traits, bars=st.integers(2, 45), assets=st.integers(1, 4), pace=st.integers(1, 6))


def settled_before(outcome, capital, sessions):
    """What each purchase could draw on: money in hand less proceeds of its own and unsettled sessions."""
    spent = []
    for row in range(len(outcome.equity_usd)):
        fills = outcome.fills[outcome.fills["row"] == row]
        beside = fills["commission_usd"] + fills["regulatory_usd"]
        paid = float((fills["qty"] * fills["price"] + beside)[fills["qty"] > 0.0].sum())
        sold = outcome.fills[(outcome.fills["qty"] < 0.0) & (outcome.fills["row"] <= row)]
        young = sold[sold["row"] > row - sessions]
        net = -(young["qty"] * young["price"]) - young["commission_usd"] - young["regulatory_usd"]
        before_costs = float(np.minimum(net, 0.0).sum())
        hand = float(outcome.cash_usd[row]) + paid - float(np.maximum(net, 0.0).sum()) - before_costs
        spent.append((paid, hand))
    return spent


@settings(max_examples=80, deadline=None)
@given(seeds, kinds, accounts, st.sampled_from([1, 2, 3]), st.sampled_from([0.0, 25.0]))
def test_no_purchase_ever_draws_on_proceeds_that_have_not_settled(seed, kind, options, sessions, minimum):
    stream = draw(seed, kind, options, after(sessions, commission_minimum_usd=minimum, half_spread_bps=20.0))
    outcome = reference.simulate(*stream.all)
    for paid, hand in settled_before(outcome, options.capital_usd, sessions):
        assert paid <= max(hand, 0.0) + 1e-6 * options.capital_usd


@settings(max_examples=80, deadline=None)
@given(seeds, kinds, accounts)
def test_a_cash_account_is_never_short(seed, kind, options):
    stream = draw_orders(seed, kind, options, PROFILES["realistic"])
    outcome = ORDER_DRIVERS["reference"](*stream.all, stream.stream.decisions)
    assert outcome.short_usd.max() == 0.0
    assert outcome.positions.min() >= 0.0


@pytest.mark.parametrize("threads", [1, 2])
def test_a_sweep_forgets_what_settles_between_candidates(threads):
    tried = [wishes({0: [1.0, 0.0], 2: [0.0, weight]}) for weight in (1.0, 0.3, 1.0)]
    rows = simulate_many(market(TWO), tried, cash(), after(3), threads)
    for row, one in zip(rows, tried, strict=True):
        assert row.tolist() == batch.simulate(market(TWO), one, cash(), after(3)).equity_usd.tolist()


def test_the_last_rows_order_still_waits(trade):
    outcome = trade(market(TWO[:4]), wishes({0: [1.0, 0.0], 2: [0.0, 1.0]}), cash(), profile())
    assert outcome.orders["state"].tolist() == [FILLED, FILLED, WORKING]
