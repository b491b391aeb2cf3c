"""From a target to an order: sizes, whole shares, replacement, and what becomes no order."""

import numpy as np
import pytest
from markets import NAN, account, market, profile, wishes

from tradewright.values.outcome import CANCELLED, FILLED, REPLACED, WORKING
from tradewright.values.panel import SPLIT

FLAT = [100.0, 100.0, 100.0, 100.0, 100.0]


def test_half_the_equity_buys_five_of_ten_shares(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5}), account(), profile())
    assert outcome.orders["qty"].tolist() == [5.0]
    assert outcome.positions.tolist() == [5.0]


def test_a_decision_fills_at_the_open_of_the_following_row(trade):
    panel = market(close=[100.0, 110.0, 120.0], open=[100.0, 105.0, 115.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    fill = outcome.fills[0]
    assert (fill["row"], fill["price"], fill["reference"]) == (1, 105.0, 105.0)


def test_the_row_of_an_order_is_the_row_of_its_decision(trade):
    outcome = trade(market(FLAT), wishes({2: 0.5}), account(), profile())
    assert outcome.orders["row"].tolist() == [2]
    assert outcome.fills["row"].tolist() == [3]


def test_a_decision_at_the_last_row_meets_nothing(trade):
    outcome = trade(market(FLAT), wishes({4: 1.0}), account(), profile())
    assert len(outcome.orders) == 0
    assert outcome.equity_usd.tolist() == [1_000.0] * 5


def test_no_decision_leaves_all_cash(trade):
    outcome = trade(market(FLAT), wishes({4: NAN}), account(), profile())
    assert outcome.cash_usd.tolist() == [1_000.0] * 5
    assert len(outcome.fills) == 0


def test_a_size_comes_from_the_close_of_the_decision_not_from_the_fill(trade):
    panel = market(close=[100.0, 50.0, 50.0], open=[100.0, 50.0, 50.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.fills["qty"].tolist() == [5.0]
    assert outcome.cash_usd[1] == 750.0


def test_whole_shares_round_toward_zero_for_a_long(trade):
    outcome = trade(market([30.0] * 3), wishes({0: 0.5}), account(), profile())
    assert outcome.positions.tolist() == [16.0]


def test_whole_shares_round_toward_zero_for_a_short(trade):
    outcome = trade(market([30.0] * 3), wishes({0: -0.5}), account(), profile())
    assert outcome.positions.tolist() == [-16.0]


def test_fractional_accounts_hold_the_exact_weight(trade):
    outcome = trade(market([30.0] * 3), wishes({0: 0.5}), account(fractional=True), profile())
    assert outcome.positions[0] == pytest.approx(500.0 / 30.0, rel=1e-15)


@pytest.mark.parametrize(
    ("weight", "price", "shares"),
    [
        (0.1, 10.0, 10.0),
        (0.3, 10.0, 30.0),
        (0.7, 7.0, 100.0),
        (0.57, 19.0, 30.0),
        (0.29, 29.0, 10.0),
        (0.07, 0.7, 100.0),
        (0.999, 3.7, 270.0),
    ],
)
def test_a_product_that_should_be_whole_is_not_cut_by_rounding(trade, weight, price, shares):
    outcome = trade(market([price] * 3), wishes({0: weight}), account(), profile())
    assert outcome.positions.tolist() == [shares]


def test_nan_leaves_a_position_as_it_is(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5, 2: NAN}), account(), profile())
    assert outcome.positions.tolist() == [5.0]
    assert len(outcome.orders) == 1


def test_zero_sells_everything(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5, 2: 0.0}), account(), profile())
    assert outcome.positions.tolist() == [0.0]
    assert outcome.fills["qty"].tolist() == [5.0, -5.0]


def test_the_same_weight_again_makes_no_order(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5, 1: 0.5, 2: 0.5}), account(), profile())
    assert len(outcome.orders) == 1


def test_the_same_weight_again_trades_back_what_the_price_moved(trade):
    panel = market([100.0, 100.0, 200.0, 200.0, 200.0])
    outcome = trade(panel, wishes({0: 0.5, 2: 0.5}), account(fractional=True), profile())
    # 5 shares at 200 are 1000 of 1500 dollars: half of it is 3.75 shares.
    assert outcome.orders["qty"].tolist() == [5.0, -1.25]


def test_a_weight_from_long_to_short_is_one_order(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5, 2: -0.5}), account(), profile())
    assert outcome.orders["qty"].tolist() == [5.0, -10.0]
    assert outcome.fills["qty"].tolist() == [5.0, -10.0]
    assert outcome.positions.tolist() == [-5.0]


def test_a_weight_from_short_to_long_is_one_order(trade):
    outcome = trade(market(FLAT), wishes({0: -0.5, 2: 0.5}), account(), profile())
    assert outcome.fills["qty"].tolist() == [-5.0, 10.0]
    assert outcome.positions.tolist() == [5.0]


def test_order_ids_follow_the_order_of_instruments_and_rows(trade):
    panel = market([[100.0, 50.0]] * 4)
    outcome = trade(panel, wishes({0: [0.2, 0.3], 1: [0.4, 0.0]}), account(), profile())
    found = [(one["order_id"], one["row"], one["asset"]) for one in outcome.orders]
    assert found == [(0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1)]


def test_an_order_that_cannot_fill_works_until_it_can(trade):
    panel = market(close=FLAT, open=[100.0, NAN, NAN, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.fills["row"].tolist() == [3]
    assert outcome.orders["state"].tolist() == [FILLED]
    assert outcome.orders["done_row"].tolist() == [3]


def test_an_order_that_never_fills_is_still_working_at_the_end(trade):
    panel = market(close=FLAT, open=[100.0, NAN, NAN, NAN, NAN])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.orders["state"].tolist() == [WORKING]
    assert outcome.orders["filled_qty"].tolist() == [0.0]


def test_a_new_word_replaces_the_unfinished_order(trade):
    panel = market(close=FLAT, open=[100.0, NAN, NAN, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5, 1: 0.2}), account(), profile())
    assert outcome.orders["state"].tolist() == [REPLACED, FILLED]
    assert outcome.orders["done_row"].tolist() == [1, 3]
    assert outcome.positions.tolist() == [2.0]


def test_a_new_word_that_wants_what_is_held_only_ends_the_old_order(trade):
    panel = market(close=FLAT, open=[100.0, NAN, NAN, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5, 1: 0.0}), account(), profile())
    assert outcome.orders["state"].tolist() == [REPLACED]
    assert len(outcome.fills) == 0


def test_nan_does_not_end_a_working_order(trade):
    panel = market(close=FLAT, open=[100.0, NAN, NAN, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5, 1: NAN}), account(), profile())
    assert outcome.orders["state"].tolist() == [FILLED]


def test_a_word_on_one_instrument_leaves_the_order_of_another_alone(trade):
    panel = market(
        close=[[100.0, 100.0]] * 4,
        open=[[100.0, 100.0], [NAN, NAN], [100.0, 100.0], [100.0, 100.0]],
    )
    outcome = trade(panel, wishes({0: [0.2, 0.2], 1: [NAN, 0.4]}), account(), profile())
    assert outcome.orders["state"].tolist() == [FILLED, REPLACED, FILLED]
    assert outcome.positions.tolist() == [2.0, 4.0]


def test_a_replaced_order_keeps_what_it_had_filled(trade):
    panel = market(close=FLAT, volume=[1e6, 2.0, 1e6, 1e6, 1e6])
    outcome = trade(panel, wishes({0: 0.5, 1: 0.6}), account(), profile())
    assert outcome.orders["filled_qty"].tolist() == [2.0, 4.0]
    assert outcome.orders["state"].tolist() == [REPLACED, FILLED]
    assert outcome.positions.tolist() == [6.0]


def test_orders_of_one_row_share_one_equity(trade):
    panel = market([[10.0, 20.0, 40.0]] * 3)
    outcome = trade(panel, wishes({0: [0.2, 0.2, 0.2]}), account(), profile())
    assert outcome.positions.tolist() == [20.0, 10.0, 5.0]


def test_equity_for_sizing_is_that_of_the_decision_s_close(trade):
    panel = market(
        close=[[100.0, 10.0], [100.0, 10.0], [200.0, 10.0], [50.0, 10.0], [50.0, 10.0]],
        open=[[100.0, 10.0], [100.0, 10.0], [200.0, 10.0], [50.0, 10.0], [50.0, 10.0]],
    )
    outcome = trade(panel, wishes({0: [0.5, NAN], 2: [NAN, 0.1]}), account(), profile())
    # At the close of row 2 equity is 500 + 5 x 200 = 1500; the fall after it does not shrink the order.
    assert outcome.orders["qty"].tolist() == [5.0, 15.0]


def test_a_split_after_the_decision_sizes_the_order_in_new_shares(trade):
    panel = market(
        close=[100.0, 50.0, 50.0],
        open=[100.0, 50.0, 50.0],
        actions=[(1, 0, SPLIT, 2.0)],
    )
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.positions.tolist() == [10.0]
    assert outcome.equity_usd.tolist() == [1_000.0] * 3


def test_an_order_of_dust_is_not_placed(trade):
    panel = market([100.0, 100.0, 100.0 * (1.0 + 1e-13), 100.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5, 2: 0.5}), account(fractional=True), profile())
    assert len(outcome.orders) == 1


def test_sides_are_treated_alike(trade):
    panel = market(close=[100.0, 110.0, 90.0, 95.0, 95.0])
    long = trade(panel, wishes({0: 0.5, 3: 0.0}), account(fractional=True), profile())
    short = trade(panel, wishes({0: -0.5, 3: 0.0}), account(fractional=True), profile())
    assert long.orders["qty"][0] == -short.orders["qty"][0]
    gains = long.equity_usd - 1_000.0, short.equity_usd - 1_000.0
    assert gains[0] == pytest.approx(-gains[1], abs=1e-9)


@pytest.mark.parametrize("weight", [1.0, 0.25, -0.25, -1.0])
def test_the_position_at_the_fill_is_worth_its_weight(trade, weight):
    outcome = trade(market(FLAT), wishes({0: weight}), account(fractional=True), profile())
    signed = outcome.long_usd[1] - outcome.short_usd[1]
    assert signed == pytest.approx(weight * 1_000.0)


def test_an_order_decided_on_a_row_without_any_price_uses_the_last_known_close(trade):
    panel = market(close=[100.0, NAN, NAN, 100.0, 100.0], open=FLAT)
    outcome = trade(panel, wishes({2: 0.5}), account(), profile())
    assert outcome.orders["qty"].tolist() == [5.0]
    assert outcome.fills["row"].tolist() == [3]


def test_prices_of_instruments_nobody_held_are_known_all_the_same(trade):
    closes = [[10.0, 5.0], [11.0, NAN], [12.0, 8.0], [13.0, NAN], [14.0, NAN], [15.0, 8.0]]
    opens = [[10.0, 8.0]] * 6
    outcome = trade(market(closes, opens), wishes({4: [NAN, 0.5]}), account(), profile())
    # The last known close of the second instrument is 8, from row 2.
    assert outcome.orders["qty"].tolist() == [62.0]


def test_a_cancelled_remainder_is_told_from_a_filled_order(trade):
    panel = market(close=[100.0, 100.0, 100.0], open=[100.0, 250.0, 100.0])
    outcome = trade(panel, wishes({0: 1.0}), account(max_gross=1.0), profile())
    order = outcome.orders[0]
    assert (order["state"], order["qty"], order["filled_qty"]) == (CANCELLED, 10.0, 4.0)


def test_filled_quantities_carry_the_sign_of_the_order(trade):
    outcome = trade(market(FLAT), wishes({0: -0.5, 2: 0.5}), account(), profile())
    assert outcome.orders["filled_qty"].tolist() == [-5.0, 10.0]


def test_many_rows_of_decisions_each_make_their_own_orders(trade):
    weights = {row: 0.1 * (row + 1) for row in range(4)}
    outcome = trade(market(FLAT), wishes(weights), account(), profile())
    assert outcome.orders["row"].tolist() == [0, 1, 2, 3]
    assert outcome.positions.tolist() == [4.0]


def test_decisions_before_the_first_price_are_refused_and_later_ones_filled(trade):
    panel = market(close=[NAN, 100.0, 100.0, 100.0], open=[NAN, 100.0, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5, 1: 0.5}), account(), profile())
    assert outcome.refusals["row"].tolist() == [0]
    assert outcome.fills["row"].tolist() == [2]


def test_equity_never_moves_before_the_first_fill(trade):
    panel = market(close=[100.0, 50.0, 200.0, 400.0], open=[100.0, 50.0, 200.0, 400.0])
    outcome = trade(panel, wishes({2: 1.0}), account(), profile())
    assert outcome.equity_usd[:3].tolist() == [1_000.0] * 3


def test_a_buyer_at_a_gap_pays_the_gap(trade):
    panel = market(close=[100.0, 130.0, 130.0], open=[100.0, 120.0, 130.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.cash_usd[1] == 1_000.0 - 5 * 120.0
    assert outcome.equity_usd[1] == 1_000.0 + 5 * 10.0


def test_all_outcome_columns_have_one_number_a_row(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5}), account(), profile())
    for name in ("equity_usd", "cash_usd", "long_usd", "short_usd", "interest_usd", "borrow_fee_usd"):
        assert getattr(outcome, name).shape == (5,)
        assert getattr(outcome, name).dtype == np.float64
