"""The gross limit: reductions first, increases cut alike, costs included, the rest dropped."""

import numpy as np
import pytest
from markets import NAN, account, market, profile, wishes

from tradewright.values.outcome import CANCELLED, FILLED, WORKING

FLAT = [100.0] * 4


def gross_after(outcome, row, prices):
    """Gross exposure and equity after the fills of a row, at given prices, for one instrument."""
    shares = outcome.fills["qty"][outcome.fills["row"] <= row].sum()
    return abs(shares) * prices, outcome.cash_usd[row] + shares * prices


def test_a_weight_above_the_limit_is_cut_to_it(trade):
    outcome = trade(market(FLAT), wishes({0: 3.0}), account(max_gross=1.0), profile())
    assert outcome.positions.tolist() == [10.0]
    assert outcome.orders["state"].tolist() == [CANCELLED]


def test_a_weight_inside_the_limit_is_not_cut(trade):
    outcome = trade(market(FLAT), wishes({0: 1.0}), account(max_gross=1.0), profile())
    assert outcome.positions.tolist() == [10.0]
    assert outcome.orders["state"].tolist() == [FILLED]


@pytest.mark.parametrize("limit", [0.3, 0.5, 1.0, 1.5, 2.0, 4.0])
def test_longs_stop_at_the_limit(trade, limit):
    rules = account(max_gross=limit, fractional=True)
    outcome = trade(market(FLAT), wishes({0: 8.0}), rules, profile())
    assert outcome.long_usd[1] == pytest.approx(limit * 1_000.0)


@pytest.mark.parametrize("limit", [0.3, 0.5, 1.0, 1.5, 2.0, 4.0])
def test_shorts_stop_at_the_limit(trade, limit):
    rules = account(max_gross=limit, fractional=True)
    outcome = trade(market(FLAT), wishes({0: -8.0}), rules, profile())
    assert outcome.short_usd[1] == pytest.approx(limit * 1_000.0)


def test_both_sides_count_toward_the_limit(trade):
    panel = market([[100.0, 100.0]] * 3)
    rules = account(max_gross=1.0, fractional=True)
    outcome = trade(panel, wishes({0: [1.0, -1.0]}), rules, profile())
    assert outcome.positions.tolist() == pytest.approx([5.0, -5.0])


def test_all_increases_are_cut_by_the_same_share(trade):
    panel = market([[100.0, 50.0, 20.0]] * 3)
    rules = account(max_gross=1.0, fractional=True)
    outcome = trade(panel, wishes({0: [1.0, 0.6, 0.4]}), rules, profile())
    values = outcome.positions * np.array([100.0, 50.0, 20.0])
    assert values.tolist() == pytest.approx([500.0, 300.0, 200.0])


def test_a_gap_up_at_the_open_buys_fewer_shares(trade):
    panel = market(close=[100.0, 125.0, 125.0], open=[100.0, 125.0, 125.0])
    outcome = trade(panel, wishes({0: 1.0}), account(max_gross=1.0), profile())
    assert outcome.fills["qty"].tolist() == [8.0]
    assert outcome.cash_usd[1] == 0.0


def test_a_gap_down_at_the_open_leaves_cash(trade):
    panel = market(close=[100.0, 80.0, 80.0], open=[100.0, 80.0, 80.0])
    outcome = trade(panel, wishes({0: 1.0}), account(max_gross=1.0), profile())
    assert outcome.fills["qty"].tolist() == [10.0]
    assert outcome.cash_usd[1] == 200.0


def test_spread_is_paid_out_of_the_limit(trade):
    rules = account(max_gross=1.0, fractional=True)
    costs = profile(half_spread_bps=100.0)
    outcome = trade(market(FLAT), wishes({0: 1.0}), rules, costs)
    assert outcome.cash_usd[1] == pytest.approx(0.0, abs=1e-9)
    assert outcome.positions[0] == pytest.approx(1_000.0 / 101.0)


def test_commission_on_notional_is_paid_out_of_the_limit(trade):
    rules = account(max_gross=1.0, fractional=True)
    outcome = trade(market(FLAT), wishes({0: 1.0}), rules, profile(commission_bps=100.0))
    assert outcome.cash_usd[1] == pytest.approx(0.0, abs=1e-9)


def test_the_commission_minimum_is_paid_out_of_the_limit(trade):
    rules = account(max_gross=1.0, fractional=True)
    outcome = trade(market(FLAT), wishes({0: 1.0}), rules, profile(commission_minimum_usd=10.0))
    assert outcome.cash_usd[1] == pytest.approx(0.0, abs=1e-9)
    assert outcome.long_usd[1] == pytest.approx(990.0)


@pytest.mark.parametrize("per_share", [0.01, 0.5, 3.0])
@pytest.mark.parametrize("minimum", [0.0, 1.0, 40.0])
@pytest.mark.parametrize("weight", [0.9, 1.0, 1.7])
def test_cash_never_turns_negative_without_leverage(trade, per_share, minimum, weight):
    rules = account(max_gross=1.0, fractional=True)
    costs = profile(commission_per_share_usd=per_share, commission_minimum_usd=minimum, half_spread_bps=20.0)
    outcome = trade(market(FLAT), wishes({0: weight}), rules, costs)
    assert outcome.cash_usd.min() >= -1e-9


def test_leverage_is_measured_on_equity_after_costs(trade):
    rules = account(max_gross=2.0, fractional=True)
    outcome = trade(market(FLAT), wishes({0: 5.0}), rules, profile(half_spread_bps=100.0))
    gross, equity = gross_after(outcome, 1, 100.0)
    assert gross == pytest.approx(2.0 * equity)


def test_short_sales_leave_room_for_their_costs(trade):
    rules = account(max_gross=1.0, fractional=True)
    outcome = trade(market(FLAT), wishes({0: -2.0}), rules, profile(half_spread_bps=100.0))
    gross, equity = gross_after(outcome, 1, 100.0)
    assert gross == pytest.approx(equity)


def test_a_reduction_pays_for_an_increase_of_the_same_row(trade):
    panel = market([[100.0, 100.0]] * 4)
    rules = account(max_gross=1.0)
    outcome = trade(panel, wishes({0: [1.0, 0.0], 1: [0.0, 1.0]}), rules, profile())
    assert outcome.positions.tolist() == [0.0, 10.0]
    assert outcome.fills["row"].tolist() == [1, 2, 2]


def test_a_reduction_listed_later_still_pays_for_an_increase_listed_first(trade):
    panel = market([[100.0, 100.0]] * 4)
    rules = account(max_gross=1.0)
    outcome = trade(panel, wishes({0: [0.0, 1.0], 1: [1.0, 0.0]}), rules, profile())
    assert outcome.positions.tolist() == [10.0, 0.0]


def test_an_increase_is_dropped_where_the_reduction_could_not_trade(trade):
    panel = market(
        close=[[100.0, 100.0]] * 4,
        open=[[100.0, 100.0], [100.0, 100.0], [NAN, 100.0], [100.0, 100.0]],
    )
    rules = account(max_gross=1.0)
    outcome = trade(panel, wishes({0: [1.0, 0.0], 1: [0.0, 1.0]}), rules, profile())
    assert outcome.positions.tolist() == [0.0, 0.0]
    assert outcome.orders["state"].tolist() == [FILLED, FILLED, CANCELLED]


def test_a_reduction_is_never_cut(trade):
    panel = market([[100.0, 100.0]] * 2 + [[10.0, 100.0]] * 3)
    rules = account(max_gross=0.5)
    outcome = trade(panel, wishes({0: [0.2, 0.3], 2: [0.0, 0.0]}), rules, profile())
    assert outcome.positions.tolist() == [0.0, 0.0]
    assert set(outcome.orders["state"].tolist()) == {FILLED}


def test_an_account_already_above_its_limit_may_only_shrink(trade):
    panel = market([[100.0, 100.0]] * 2 + [[300.0, 100.0]] * 3)
    rules = account(max_gross=1.0, fractional=True)
    # A short position that triples: gross 1200 of equity 200.
    outcome = trade(panel, wishes({0: [-0.4, 0.0], 2: [NAN, 0.5]}), rules, profile())
    assert outcome.positions.tolist() == [pytest.approx(-4.0), 0.0]
    assert outcome.orders["state"].tolist() == [FILLED, CANCELLED]


def test_the_increasing_half_of_a_flip_is_cut(trade):
    panel = market(close=[100.0] * 3 + [300.0] * 2, open=[100.0] * 3 + [300.0] * 2)
    rules = account(max_gross=1.0, fractional=True)
    outcome = trade(panel, wishes({0: 0.5, 2: -1.0}), rules, profile())
    # Five shares sold at 300 leave 2000 in cash: of ten shares short only 6.67 fit.
    assert outcome.positions[0] == pytest.approx(-2_000.0 / 300.0)


def test_a_small_flip_at_the_limit_has_the_room_its_closing_makes(trade):
    panel = market(close=[100.0, 100.0, 100.0, 100.0], open=[100.0] * 4)
    rules = account(max_gross=0.5, fractional=True)
    outcome = trade(panel, wishes({0: 0.5, 1: -0.0001}), rules, profile(commission_bps=0.0))
    assert outcome.positions[0] == pytest.approx(-0.001)


def test_what_is_dropped_does_not_come_back(trade):
    panel = market(close=[100.0, 200.0, 100.0, 100.0], open=[100.0, 200.0, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 1.0}), account(max_gross=1.0), profile())
    assert outcome.fills["qty"].tolist() == [5.0]
    assert outcome.orders["filled_qty"].tolist() == [5.0]


def test_what_waits_for_volume_is_not_dropped(trade):
    panel = market(close=[100.0, 200.0, 100.0, 100.0], volume=[1e6, 4.0, 1e6, 1e6])
    outcome = trade(panel, wishes({0: 1.0}), account(max_gross=1.0), profile())
    # Four of ten shares met the first bar and fitted; the other six fill later, at 100 dollars.
    assert outcome.fills["qty"].tolist() == [4.0, 2.0]
    assert outcome.orders["state"].tolist() == [CANCELLED]


def test_whole_shares_are_cut_toward_zero(trade):
    panel = market(close=[100.0, 101.0, 101.0], open=[100.0, 101.0, 101.0])
    outcome = trade(panel, wishes({0: 1.0}), account(max_gross=1.0), profile())
    assert outcome.fills["qty"].tolist() == [9.0]


def test_a_cut_to_nothing_cancels_without_a_fill(trade):
    panel = market([[100.0, 100.0]] * 4)
    rules = account(max_gross=1.0)
    outcome = trade(panel, wishes({0: [1.0, NAN], 1: [NAN, 0.5]}), rules, profile())
    assert outcome.orders["state"].tolist() == [FILLED, CANCELLED]
    assert len(outcome.fills) == 1


def test_an_order_cut_to_nothing_pays_no_commission(trade):
    panel = market([[100.0, 100.0]] * 4)
    rules = account(max_gross=1.0)
    costs = profile(commission_minimum_usd=1.0)
    outcome = trade(panel, wishes({0: [0.9, NAN], 1: [NAN, 0.5]}), rules, costs)
    assert outcome.fills["commission_usd"].tolist() == [1.0]


def test_held_instruments_without_a_print_count_at_their_mark(trade):
    panel = market(
        close=[[100.0, 100.0]] * 4,
        open=[[100.0, 100.0], [100.0, 100.0], [NAN, 100.0], [100.0, 100.0]],
    )
    rules = account(max_gross=1.0)
    outcome = trade(panel, wishes({0: [0.6, 0.0], 1: [NAN, 0.6]}), rules, profile())
    assert outcome.positions.tolist() == [6.0, 4.0]


def test_held_instruments_count_at_the_open_of_the_row(trade):
    panel = market(
        close=[[100.0, 100.0]] * 4,
        open=[[100.0, 100.0], [100.0, 100.0], [150.0, 100.0], [100.0, 100.0]],
    )
    rules = account(max_gross=1.0)
    outcome = trade(panel, wishes({0: [0.6, 0.0], 1: [NAN, 0.6]}), rules, profile())
    # At the open equity is 400 + 6 x 150 = 1300, so that 400 are free.
    assert outcome.positions.tolist() == [6.0, 4.0]


def test_a_fall_at_the_open_takes_room_away_from_leverage(trade):
    panel = market(
        close=[[100.0, 100.0]] * 4,
        open=[[100.0, 100.0], [100.0, 100.0], [50.0, 100.0], [100.0, 100.0]],
    )
    rules = account(max_gross=2.0, fractional=True)
    outcome = trade(panel, wishes({0: [1.0, 0.0], 1: [NAN, 1.0]}), rules, profile())
    # Equity at the open: 500; gross allowed 1000, of which 500 is held already.
    assert outcome.positions.tolist() == pytest.approx([10.0, 5.0])


def test_orders_waiting_for_a_print_take_no_room(trade):
    panel = market(
        close=[[100.0, 100.0]] * 4,
        open=[[100.0, 100.0], [NAN, 100.0], [NAN, 100.0], [NAN, 100.0]],
    )
    rules = account(max_gross=1.0)
    outcome = trade(panel, wishes({0: [1.0, 1.0]}), rules, profile())
    assert outcome.positions.tolist() == [0.0, 10.0]
    assert outcome.orders["state"].tolist() == [WORKING, FILLED]


@pytest.mark.parametrize("limit", [0.5, 1.0, 2.0])
def test_a_passive_breach_by_price_sells_nothing(trade, limit):
    panel = market([100.0, 100.0, 400.0, 400.0])
    rules = account(max_gross=limit, fractional=True)
    outcome = trade(panel, wishes({0: limit * 0.9}), rules, profile())
    assert len(outcome.fills) == 1


def test_the_limit_binds_alike_on_either_side(trade):
    rules = account(max_gross=1.0, fractional=True)
    costs = profile(commission_bps=50.0)
    long = trade(market(FLAT), wishes({0: 4.0}), rules, costs)
    short = trade(market(FLAT), wishes({0: -4.0}), rules, costs)
    assert long.positions[0] == pytest.approx(-short.positions[0])


def test_ten_instruments_fill_the_limit_exactly(trade):
    panel = market([[10.0 * (number + 1) for number in range(10)]] * 3)
    rules = account(max_gross=1.0, fractional=True)
    costs = profile(half_spread_bps=5.0, commission_bps=1.0, commission_minimum_usd=0.5)
    outcome = trade(panel, wishes({0: [0.2] * 10}), rules, costs)
    assert outcome.cash_usd[1] == pytest.approx(0.0, abs=1e-9)
    assert len(outcome.fills) == 10
