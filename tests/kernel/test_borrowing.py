"""Borrowing by name: what cannot be borrowed is not sold short, and what can costs its own fee."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, NAN, Traits, account, draw, market, profile, wishes
from order_drivers import bars, flat, states

from tradewright.kernel import reference
from tradewright.values.errors import InvalidOption
from tradewright.values.order import Order, TimeInForce
from tradewright.values.outcome import CANCELLED, FILLED, NOT_BORROWED, REFUSAL_NAMES
from tradewright.values.panel import borrow_dtype

YEAR = 365.0


def lent(panel, *facts):
    """The panel with facts: row, instrument, whether shares are to be had, fee a year."""
    return replace(panel, borrows=np.array(list(facts), dtype=borrow_dtype))


# --- availability -----------------------------------------------------------------------------------------


def test_a_name_that_cannot_be_borrowed_refuses_the_short_by_name_and_changes_nothing(trade):
    panel = lent(market([50.0] * 4), (0, 0, 0, 0.0))
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert [REFUSAL_NAMES[one["reason"]] for one in outcome.refusals] == ["the shares cannot be borrowed"]
    assert len(outcome.orders) == 0
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_it_can_still_be_bought_and_sold(trade):
    panel = lent(market([50.0] * 5), (0, 0, 0, 0.0))
    outcome = trade(panel, wishes({0: 0.5, 2: 0.0}), account(), profile())
    assert outcome.fills["qty"].tolist() == [10.0, -10.0]
    assert len(outcome.refusals) == 0


def test_turning_round_sells_what_is_held_and_refuses_the_rest(trade):
    panel = lent(market([50.0] * 5), (0, 0, 0, 0.0))
    outcome = trade(panel, wishes({0: 0.5, 2: -0.5}), account(), profile())
    assert outcome.positions.tolist() == [0.0]
    assert outcome.refusals.tolist() == [(2, 0, NOT_BORROWED)]


def test_other_names_are_sold_short_as_before(trade):
    panel = lent(market([[50.0, 50.0]] * 4), (0, 0, 0, 0.0))
    outcome = trade(panel, wishes({0: [-0.5, -0.5]}), account(), profile())
    assert outcome.positions.tolist() == [0.0, -10.0]


def test_a_fact_holds_from_its_row_on_and_until_the_next(trade):
    panel = lent(market([50.0] * 8), (2, 0, 0, 0.0), (5, 0, 1, 0.1))
    decided = wishes({0: -0.2, 2: -0.4, 5: -0.6})
    outcome = trade(panel, decided, account(), profile())
    assert outcome.fills["row"].tolist() == [1, 6]
    assert outcome.refusals.tolist() == [(2, 0, NOT_BORROWED)]


def test_a_fact_of_the_morning_binds_the_order_of_the_evening_before(trade):
    panel = lent(market([50.0] * 4), (1, 0, 0, 0.0))
    assert len(trade(panel, wishes({0: -0.5}), account(), profile()).fills) == 0


def test_what_is_short_already_may_stay_and_be_bought_back(trade):
    panel = lent(market([50.0] * 6), (2, 0, 0, 0.0))
    outcome = trade(panel, wishes({0: -0.5, 3: 0.0}), account(), profile())
    assert outcome.short_usd.tolist() == [0.0, 500.0, 500.0, 500.0, 0.0, 0.0]


def test_an_order_that_still_works_is_stopped_by_the_fact(trade):
    panel = market([50.0] * 5, volume=[1e6, 4.0, 1e6, 1e6, 1e6])
    outcome = trade(lent(panel, (2, 0, 0, 0.0)), wishes({0: -0.5}), account(), profile())
    assert outcome.positions.tolist() == [-4.0]
    assert outcome.orders["state"].tolist() == [CANCELLED]
    assert outcome.refusals.tolist() == [(2, 0, NOT_BORROWED)]


def test_a_flip_that_waited_keeps_its_selling_half(trade):
    panel = market([50.0] * 6, open=[50.0, 50.0, 50.0, NAN, 50.0, 50.0])
    outcome = trade(lent(panel, (4, 0, 0, 0.0)), wishes({0: 0.5, 2: -0.5}), account(), profile())
    assert outcome.fills["qty"].tolist() == [10.0, -10.0]
    assert outcome.orders["state"].tolist() == [FILLED, CANCELLED]


def test_single_orders_are_refused_when_they_arrive(trade_orders):
    panel = lent(bars([flat()] * 4), (1, 0, 0, 0.0))
    outcome = trade_orders(panel, [(0, Order("A", -5.0))], account(), profile())
    assert outcome.refusals.tolist() == [(0, 0, NOT_BORROWED)]
    assert states(outcome) == ["rejected"]


def test_single_orders_at_work_are_stopped_by_the_fact(trade_orders):
    rest = Order("A", -5.0, time_in_force=TimeInForce.GTC)
    panel = lent(bars([flat(), flat(volume=2.0), flat(), flat()]), (2, 0, 0, 0.0))
    outcome = trade_orders(panel, [(0, rest)], account(), profile())
    assert outcome.positions.tolist() == [-2.0]
    assert states(outcome) == ["cancelled"]


# --- fees -------------------------------------------------------------------------------------------------


def test_each_name_pays_its_own_fee_and_the_profiles_where_none_is_on_file(trade):
    panel = lent(market([[100.0, 100.0]] * 4), (0, 0, 1, 0.73))
    outcome = trade(panel, wishes({0: [-0.5, -0.3]}), account(), profile(borrow_rate=0.365))
    daily = 500.0 * 0.73 / YEAR + 300.0 * 0.365 / YEAR
    assert np.diff(outcome.borrow_fee_usd).tolist() == pytest.approx([0.0, daily, daily])


def test_a_fee_changes_with_its_fact_and_the_night_before_pays_the_old_one(trade):
    panel = lent(market([100.0] * 6), (0, 0, 1, 0.365), (3, 0, 1, 3.65))
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert np.diff(outcome.borrow_fee_usd).tolist() == pytest.approx([0.0, 0.5, 0.5, 5.0, 5.0])


def test_a_free_name_costs_nothing_though_the_profile_asks_for_a_fee(trade):
    panel = lent(market([100.0] * 4), (0, 0, 1, 0.0))
    outcome = trade(panel, wishes({0: -0.5}), account(), profile(borrow_rate=0.5))
    assert outcome.borrow_fee_usd[-1] == 0.0


def test_what_can_no_longer_be_borrowed_goes_on_at_its_last_fee(trade):
    panel = lent(market([100.0] * 6), (0, 0, 1, 0.365), (3, 0, 0, 0.0))
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert np.diff(outcome.borrow_fee_usd).tolist() == pytest.approx([0.0, 0.5, 0.5, 0.5, 0.5])


def test_the_profile_may_stretch_fees_by_name(trade):
    panel = lent(market([100.0] * 4), (0, 0, 1, 0.365))
    dear = profile(borrow_fee_multiple=2.0)
    outcome = trade(panel, wishes({0: -0.5}), account(), dear)
    assert np.diff(outcome.borrow_fee_usd).tolist() == pytest.approx([0.0, 1.0, 1.0])


def test_without_facts_nothing_is_different(trade):
    panel = market([100.0, 100.0, 110.0, 90.0])
    rules = profile(borrow_rate=0.5, cash_rate=0.02)
    plain = trade(panel, wishes({0: -0.5}), account(), rules)
    same = trade(lent(panel, (0, 0, 1, 0.5)), wishes({0: -0.5}), account(), rules)
    assert same.equity_usd.tolist() == pytest.approx(plain.equity_usd.tolist(), rel=1e-12)


# --- the accountant ---------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.sampled_from([0.0, 0.4]))
def test_fees_are_those_of_the_facts_and_of_what_was_short(seed, assets, rate):
    traits = Traits(bars=30, assets=assets, gaps=0.0, acts=0, facts=8, volume=1e9)
    stream = draw(seed, traits, account(max_gross=4.0, capital_usd=1e5), profile(borrow_rate=rate))
    outcome, panel = reference.simulate(*stream.all), stream.panel
    held, fees = np.zeros(assets), np.full(assets, rate)
    paid = 0.0
    for row in range(len(panel.instants)):
        if row:
            days = (panel.instants[row] - panel.instants[row - 1]) / DAY_NS
            paid += float(np.sum(np.maximum(-held, 0.0) * panel.close[row - 1] * fees)) * days / YEAR
        assert outcome.borrow_fee_usd[row] == pytest.approx(paid, rel=1e-9, abs=1e-9)
        for fact in panel.borrows[panel.borrows["row"] == row]:
            fees[fact["asset"]] = fact["rate"] if fact["available"] else fees[fact["asset"]]
        for fill in outcome.fills[outcome.fills["row"] == row]:
            held[fill["asset"]] += fill["qty"]


# --- the panel --------------------------------------------------------------------------------------------


def test_a_cut_of_the_panel_knows_what_was_said_before_it():
    panel = lent(market([50.0] * 6), (1, 0, 0, 0.0), (4, 0, 1, 0.2))
    assert panel.rows(3, 6).borrows.tolist() == [(0, 0, 0, 0.0), (1, 0, 1, 0.2)]
    assert panel.rows(0, 3).borrows.tolist() == [(1, 0, 0, 0.0)]


@pytest.mark.parametrize("fact", [(0, 3, 1, 0.1), (0, -1, 1, 0.1), (0, 0, 1, -0.1), (0, 0, 1, NAN)])
def test_a_fact_that_cannot_be_is_refused_before_anything_trades(trade, fact):
    with pytest.raises(InvalidOption, match="A borrow fee of"):
        trade(lent(market([50.0] * 4), fact), wishes({0: -0.5}), account(), profile())


def test_facts_out_of_order_make_no_panel():
    with pytest.raises(ValueError, match="borrows must be sorted by row"):
        lent(market([50.0] * 4), (2, 0, 0, 0.0), (1, 0, 1, 0.1))
