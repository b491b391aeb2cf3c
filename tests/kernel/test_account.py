"""Marks, short positions, ruin, liquidation and refusals: the account between and after trades."""

import numpy as np
import pytest
from markets import NAN, account, market, profile, wishes

from tradewright.values.outcome import (
    CANCELLED,
    DELISTED,
    FILLED,
    NO_PRICE,
    RUINED,
    UNDER_ONE_SHARE,
    WORKING,
)
from tradewright.values.panel import DELISTING

FLAT = [100.0] * 5


def test_equity_follows_the_close(trade):
    panel = market([100.0, 110.0, 90.0, 120.0], open=[100.0] * 4)
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0, 1_050.0, 950.0, 1_100.0]


def test_a_missing_close_keeps_the_last_mark(trade):
    panel = market([100.0, 110.0, NAN, NAN, 90.0], open=[100.0] * 5)
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.long_usd.tolist() == [0.0, 550.0, 550.0, 550.0, 450.0]


def test_an_open_is_never_a_mark(trade):
    panel = market([100.0, 110.0, NAN, 90.0], open=[100.0, 100.0, 500.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.long_usd[2] == 550.0


def test_a_fill_on_a_row_without_a_close_is_marked_at_the_last_known_one(trade):
    panel = market([100.0, NAN, 120.0], open=[100.0, 104.0, 120.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.long_usd.tolist() == [0.0, 500.0, 600.0]


def test_closes_that_printed_while_an_order_waited_count_as_known(trade):
    panel = market(
        close=[100.0, 140.0, NAN, NAN],
        open=[100.0, NAN, 130.0, 130.0],
    )
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.fills["row"].tolist() == [2]
    assert outcome.long_usd.tolist() == [0.0, 0.0, 700.0, 700.0]


def test_several_instruments_are_marked_each_at_its_own_close(trade):
    panel = market([[100.0, 10.0], [110.0, 10.0], [120.0, 8.0]], open=[[100.0, 10.0]] * 3)
    outcome = trade(panel, wishes({0: [0.5, 0.2]}), account(), profile())
    assert outcome.long_usd.tolist() == [0.0, 750.0, 760.0]


def test_a_short_position_is_a_liability_and_its_proceeds_are_cash(trade):
    outcome = trade(market(FLAT), wishes({0: -0.5}), account(), profile())
    assert outcome.cash_usd[1] == 1_500.0
    assert outcome.short_usd[1] == 500.0
    assert outcome.equity_usd[1] == 1_000.0


def test_a_short_position_gains_when_the_price_falls(trade):
    outcome = trade(market([100.0, 100.0, 60.0]), wishes({0: -0.5}), account(), profile())
    assert outcome.equity_usd[-1] == 1_200.0


def test_a_short_position_can_lose_more_than_it_brought_in(trade):
    panel = market([100.0, 100.0, 260.0])
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert outcome.equity_usd[-1] == 200.0
    assert outcome.short_usd[-1] == 1_300.0


def test_buying_back_a_short_position_settles_the_liability(trade):
    panel = market([100.0, 100.0, 80.0, 80.0])
    outcome = trade(panel, wishes({0: -0.5, 2: 0.0}), account(), profile())
    assert outcome.short_usd[-1] == 0.0
    assert outcome.cash_usd[-1] == 1_100.0


def test_longs_and_shorts_stand_side_by_side(trade):
    panel = market([[100.0, 100.0], [100.0, 100.0], [110.0, 110.0]])
    outcome = trade(panel, wishes({0: [0.5, -0.5]}), account(), profile())
    assert (outcome.long_usd[-1], outcome.short_usd[-1]) == (550.0, 550.0)
    assert outcome.equity_usd[-1] == 1_000.0


def test_positions_are_those_of_the_last_row(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5, 2: 0.2}), account(), profile())
    assert outcome.positions.tolist() == [2.0]


def test_short_columns_are_plain_zeros_while_nothing_is_short(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5}), account(), profile())
    assert not np.signbit(outcome.short_usd).any()
    assert not outcome.short_usd.any()


# --- ruin ---------------------------------------------------------------------------------------------


def ruined(trade, weights, closes=(100.0, 100.0, 300.0, 100.0, 100.0, 100.0), **rest):
    """A short position of the whole equity meets a price that trebles."""
    panel = market([[price, 100.0] for price in closes], **rest)
    return trade(panel, wishes(weights), account(fractional=True), profile())


def test_the_first_row_without_equity_is_told(trade):
    outcome = ruined(trade, {0: [-1.0, NAN]})
    assert outcome.equity_usd[2] == -1_000.0
    assert outcome.ruined_row == 2


def test_an_account_with_equity_is_not_ruined(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5}), account(), profile())
    assert outcome.ruined_row == -1


def test_equity_of_exactly_nothing_is_ruin(trade):
    outcome = ruined(trade, {0: [-1.0, NAN]}, closes=(100.0, 100.0, 200.0, 200.0, 200.0, 200.0))
    assert outcome.equity_usd[2] == 0.0
    assert outcome.ruined_row == 2


def test_ruin_cancels_working_orders(trade):
    opens = [[100.0, 100.0], [100.0, NAN], [300.0, NAN], [300.0, 100.0], [300.0, 100.0], [300.0, 100.0]]
    outcome = ruined(trade, {0: [-1.0, 0.5]}, open=opens)
    assert outcome.orders["state"].tolist() == [FILLED, CANCELLED]
    assert outcome.orders["done_row"].tolist() == [1, 2]


def test_a_ruined_account_may_close_a_position(trade):
    outcome = ruined(trade, {0: [-1.0, NAN], 3: [0.0, NAN]})
    assert outcome.positions.tolist() == [0.0, 0.0]


def test_a_ruined_account_may_not_open_one(trade):
    outcome = ruined(trade, {0: [-1.0, NAN], 3: [NAN, 0.5]})
    assert outcome.refusals["reason"].tolist() == [RUINED]
    assert outcome.positions[1] == 0.0


def test_a_ruined_account_may_not_flip_a_position(trade):
    outcome = ruined(trade, {0: [-1.0, NAN], 3: [1.0, NAN]})
    assert outcome.positions.tolist() == [0.0, 0.0]


def test_a_ruined_account_may_not_add_to_a_position(trade):
    outcome = ruined(
        trade, {0: [-0.9, NAN], 3: [-5.0, NAN]}, closes=(100.0, 100.0, 300.0, 100.0, 100.0, 100.0)
    )
    assert outcome.ruined_row == 2
    assert outcome.positions[0] == pytest.approx(-9.0)
    assert RUINED in outcome.refusals["reason"]


def test_ruin_is_for_good_even_if_prices_come_back(trade):
    outcome = ruined(trade, {0: [-1.0, NAN], 4: [NAN, 0.5]})
    assert outcome.equity_usd[4] > 0.0
    assert outcome.refusals["reason"].tolist() == [RUINED]


def test_a_negative_equity_never_turns_a_weight_around(trade):
    outcome = ruined(trade, {0: [-1.0, NAN], 2: [0.5, NAN]})
    # A weight of a negative equity would be a short target; here it can only close the short position.
    assert outcome.positions[0] == 0.0


def test_a_ruined_long_account_is_told_too(trade):
    panel = market([100.0, 100.0, 40.0, 40.0])
    outcome = trade(panel, wishes({0: 2.0}), account(), profile())
    assert outcome.equity_usd[2] == -200.0
    assert outcome.ruined_row == 2


def test_ruin_by_costs_of_borrowing_is_found_on_a_quiet_row(trade):
    panel = market([100.0] * 40)
    outcome = trade(panel, wishes({0: -1.0}), account(), profile(borrow_rate=20.0))
    assert outcome.ruined_row == int(np.argmax(outcome.equity_usd <= 0.0))
    assert outcome.ruined_row > 2


def test_ruin_by_margin_interest_is_found_on_a_quiet_row(trade):
    panel = market([100.0] * 60)
    outcome = trade(panel, wishes({0: 2.0}), account(), profile(margin_rate=8.0))
    assert outcome.ruined_row == int(np.argmax(outcome.equity_usd <= 0.0))
    assert outcome.ruined_row > 2


def test_ruin_in_the_middle_of_a_quiet_block_names_its_row(trade):
    closes = [100.0] * 700
    closes[600:] = [40.0] * 100
    outcome = trade(market(closes), wishes({0: 2.0}), account(), profile())
    assert outcome.ruined_row == 600


# --- liquidation --------------------------------------------------------------------------------------


def test_liquidation_sells_everything_at_the_last_close(trade):
    panel = market([100.0, 110.0, 120.0], open=[100.0] * 3)
    outcome = trade(panel, wishes({0: 0.5}), account(liquidate_at_end=True), profile())
    assert outcome.positions.tolist() == [0.0]
    assert outcome.fills["price"].tolist() == [100.0, 120.0]
    assert outcome.equity_usd[-1] == outcome.cash_usd[-1] == 1_100.0


def test_liquidation_pays_costs(trade):
    rules = profile(half_spread_bps=100.0, commission_minimum_usd=1.0)
    outcome = trade(market(FLAT), wishes({0: 0.5}), account(liquidate_at_end=True), rules)
    assert outcome.equity_usd[-1] == pytest.approx(1_000.0 - 2 * (5.0 + 1.0))


def test_liquidation_buys_back_what_is_short(trade):
    outcome = trade(market(FLAT), wishes({0: -0.5}), account(liquidate_at_end=True), profile())
    assert outcome.fills["qty"].tolist() == [-5.0, 5.0]
    assert outcome.short_usd[-1] == 0.0


def test_liquidation_happens_once_on_the_last_row(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5}), account(liquidate_at_end=True), profile())
    assert outcome.fills["row"].tolist() == [1, 4]
    assert outcome.orders["row"].tolist() == [0, 4]
    assert outcome.long_usd.tolist() == [0.0, 500.0, 500.0, 500.0, 0.0]


def test_liquidation_cancels_working_orders(trade):
    panel = market(FLAT, open=[100.0, NAN, NAN, NAN, NAN])
    outcome = trade(panel, wishes({0: 0.5}), account(liquidate_at_end=True), profile())
    assert outcome.orders["state"].tolist() == [CANCELLED]
    assert outcome.orders["done_row"].tolist() == [4]


def test_liquidation_ignores_the_volume_of_the_last_bar(trade):
    panel = market(FLAT, volume=[1e6, 1e6, 1e6, 1e6, 0.0])
    outcome = trade(panel, wishes({0: 0.5}), account(liquidate_at_end=True), profile())
    assert outcome.positions.tolist() == [0.0]


def test_liquidation_uses_the_last_known_close_where_the_last_row_has_none(trade):
    panel = market([100.0, 110.0, NAN], open=[100.0] * 3)
    outcome = trade(panel, wishes({0: 0.5}), account(liquidate_at_end=True), profile())
    assert outcome.fills["reference"][-1] == 110.0


def test_liquidation_of_nothing_is_nothing(trade):
    outcome = trade(market(FLAT), wishes({4: NAN}), account(liquidate_at_end=True), profile())
    assert len(outcome.orders) == 0


def test_liquidation_of_many_instruments_gives_each_its_order(trade):
    panel = market([[100.0, 50.0, 20.0]] * 4)
    rules = account(liquidate_at_end=True)
    outcome = trade(panel, wishes({0: [0.3, -0.3, 0.0]}), rules, profile())
    assert outcome.orders["order_id"].tolist() == [0, 1, 2, 3]
    assert outcome.orders["asset"].tolist() == [0, 1, 0, 1]
    assert outcome.orders["state"].tolist() == [FILLED] * 4


def test_without_liquidation_positions_stay_open(trade):
    panel = market(FLAT, open=[100.0, 100.0, NAN, NAN, NAN])
    outcome = trade(panel, wishes({0: 0.5, 2: 0.0}), account(), profile())
    assert outcome.positions.tolist() == [5.0]
    assert outcome.orders["state"].tolist() == [FILLED, WORKING]


def test_a_panel_of_one_row_can_be_liquidated(trade):
    outcome = trade(market([100.0]), wishes({0: 1.0}), account(liquidate_at_end=True), profile())
    assert outcome.equity_usd.tolist() == [1_000.0]


# --- refusals -----------------------------------------------------------------------------------------


def test_an_instrument_without_a_price_is_refused(trade):
    panel = market([[100.0, NAN]] * 3, open=[[100.0, NAN]] * 3)
    outcome = trade(panel, wishes({0: [0.5, 0.5]}), account(), profile())
    refusal = outcome.refusals[0]
    assert (refusal["row"], refusal["asset"], refusal["reason"]) == (0, 1, NO_PRICE)


def test_no_wish_no_refusal(trade):
    panel = market([[100.0, NAN]] * 3, open=[[100.0, NAN]] * 3)
    outcome = trade(panel, wishes({0: [0.5, 0.0], 1: [0.5, NAN]}), account(), profile())
    assert len(outcome.refusals) == 0


def test_a_target_under_one_share_is_refused(trade):
    outcome = trade(market([100.0] * 3), wishes({0: 0.05}), account(), profile())
    assert outcome.refusals["reason"].tolist() == [UNDER_ONE_SHARE]


def test_fractional_accounts_may_hold_less_than_a_share(trade):
    outcome = trade(market([100.0] * 3), wishes({0: 0.05}), account(fractional=True), profile())
    assert len(outcome.refusals) == 0
    assert outcome.positions.tolist() == [0.5]


def test_a_target_under_one_share_still_closes_what_is_held(trade):
    outcome = trade(market(FLAT), wishes({0: 0.5, 2: 0.05}), account(), profile())
    assert outcome.positions.tolist() == [0.0]
    assert len(outcome.refusals) == 0


def test_every_repeated_wish_is_refused_again(trade):
    panel = market([100.0] * 5, actions=[(1, 0, DELISTING, 1.0)])
    outcome = trade(panel, wishes({1: 0.5, 2: 0.5, 3: 0.5}), account(), profile())
    assert outcome.refusals["row"].tolist() == [1, 2, 3]
    assert set(outcome.refusals["reason"].tolist()) == {DELISTED}


def test_a_refusal_takes_no_order_id(trade):
    panel = market([[NAN, 100.0]] * 3, open=[[NAN, 100.0]] * 3)
    outcome = trade(panel, wishes({0: [0.5, 0.5]}), account(), profile())
    assert outcome.orders["order_id"].tolist() == [0]
    assert outcome.orders["asset"].tolist() == [1]


def test_an_instrument_that_never_prints_never_trades(trade):
    panel = market([[NAN, 100.0]] * 5, open=[[NAN, 100.0]] * 5)
    outcome = trade(panel, wishes({row: [0.5, 0.1] for row in range(4)}), account(), profile())
    assert outcome.positions[0] == 0.0
    assert len(outcome.refusals) == 4


def test_a_price_that_printed_only_at_an_open_is_no_basis_for_a_size(trade):
    panel = market(close=[NAN, NAN, 100.0, 100.0], open=[100.0] * 4)
    outcome = trade(panel, wishes({0: 0.5, 2: 0.5}), account(), profile())
    assert outcome.refusals["row"].tolist() == [0]
    assert outcome.fills["row"].tolist() == [3]
