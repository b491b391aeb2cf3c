"""Splits, dividends and delistings: booked before the open of their row, on what was held then."""

import pytest
from markets import NAN, account, market, profile, wishes

from tradewright.values.outcome import (
    CANCELLED,
    CASH_IN_LIEU,
    DELISTED,
    DELISTING_CASH,
    DIVIDEND_CASH,
    FILLED,
)
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT

FIVE_SHARES = {0: 0.5}


def flows_of(outcome):
    """Cash flows as plain tuples."""
    return [(one["row"], one["asset"], one["kind"], one["amount_usd"]) for one in outcome.flows]


def test_a_split_multiplies_shares_and_leaves_wealth(trade):
    panel = market([100.0, 100.0, 50.0, 50.0], actions=[(2, 0, SPLIT, 2.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.positions.tolist() == [10.0]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


@pytest.mark.parametrize("ratio", [2.0, 3.0, 7.0, 20.0, 0.5, 0.2])
def test_any_whole_ratio_leaves_wealth(trade, ratio):
    price = 100.0 / ratio
    panel = market([100.0, 100.0, price, price], actions=[(2, 0, SPLIT, ratio)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(fractional=True), profile())
    assert outcome.positions[0] == pytest.approx(5.0 * ratio)
    assert outcome.equity_usd[-1] == pytest.approx(1_000.0)


def test_a_split_multiplies_a_short_position_too(trade):
    panel = market([100.0, 100.0, 50.0, 50.0], actions=[(2, 0, SPLIT, 2.0)])
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert outcome.positions.tolist() == [-10.0]
    assert outcome.short_usd[-1] == 500.0


def test_a_split_without_a_print_restates_the_mark(trade):
    panel = market([100.0, 100.0, NAN, 50.0], actions=[(2, 0, SPLIT, 2.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.equity_usd[2] == 1_000.0


def test_the_fraction_of_a_share_after_a_split_is_paid_in_cash(trade):
    panel = market([100.0, 100.0, 66.0, 66.0], actions=[(2, 0, SPLIT, 1.5)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    # 7.5 new shares: seven stay, half a share is paid at 100 / 1.5.
    assert outcome.positions.tolist() == [7.0]
    assert flows_of(outcome) == [(2, 0, CASH_IN_LIEU, pytest.approx(0.5 * 100.0 / 1.5))]


def test_a_short_seller_pays_the_fraction(trade):
    panel = market([100.0, 100.0, 66.0, 66.0], actions=[(2, 0, SPLIT, 1.5)])
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert outcome.positions.tolist() == [-7.0]
    assert flows_of(outcome) == [(2, 0, CASH_IN_LIEU, pytest.approx(-0.5 * 100.0 / 1.5))]


def test_fractional_accounts_keep_the_fraction(trade):
    panel = market([100.0, 100.0, 66.0, 66.0], actions=[(2, 0, SPLIT, 1.5)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(fractional=True), profile())
    assert outcome.positions.tolist() == [7.5]
    assert flows_of(outcome) == []


def test_a_reverse_split_may_turn_everything_into_cash(trade):
    panel = market([100.0, 100.0, 1_000.0, 1_000.0], actions=[(2, 0, SPLIT, 0.1)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.positions.tolist() == [0.0]
    assert outcome.cash_usd[-1] == pytest.approx(1_000.0)


def test_a_ratio_of_a_third_does_not_lose_a_share_to_rounding(trade):
    panel = market([10.0, 10.0, 30.0, 30.0], actions=[(2, 0, SPLIT, 1.0 / 3.0)])
    outcome = trade(panel, wishes({0: 0.3}), account(), profile())
    assert outcome.positions.tolist() == [10.0]
    assert flows_of(outcome) == []


def test_a_split_restates_a_working_order(trade):
    panel = market(
        close=[100.0, 100.0, 50.0, 50.0],
        open=[100.0, NAN, 50.0, 50.0],
        actions=[(2, 0, SPLIT, 2.0)],
    )
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    order = outcome.orders[0]
    assert (order["qty"], order["filled_qty"], order["state"]) == (10.0, 10.0, FILLED)
    assert outcome.positions.tolist() == [10.0]


def test_a_split_restates_the_filled_part_of_an_order(trade):
    panel = market(
        close=[100.0, 100.0, 50.0, 50.0],
        volume=[1e6, 2.0, 1e6, 1e6],
        actions=[(2, 0, SPLIT, 2.0)],
    )
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.fills["qty"].tolist() == [2.0, 6.0]
    assert outcome.orders["qty"].tolist() == [10.0]
    assert outcome.orders["filled_qty"].tolist() == [10.0]


def test_a_reverse_split_can_cancel_what_is_left_of_an_order(trade):
    panel = market(
        close=[100.0, 100.0, 1_000.0, 1_000.0],
        open=[100.0, NAN, NAN, 1_000.0],
        actions=[(2, 0, SPLIT, 0.1)],
    )
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.orders["state"].tolist() == [CANCELLED]
    assert outcome.orders["done_row"].tolist() == [2]
    assert len(outcome.fills) == 0


def test_two_splits_on_one_row_multiply(trade):
    panel = market([100.0, 100.0, 25.0, 25.0], actions=[(2, 0, SPLIT, 2.0), (2, 0, SPLIT, 2.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.positions.tolist() == [20.0]
    assert outcome.equity_usd[-1] == 1_000.0


def test_splits_of_other_instruments_do_nothing(trade):
    panel = market([[100.0, 10.0]] * 4, actions=[(2, 1, SPLIT, 2.0)])
    outcome = trade(panel, wishes({0: [0.5, 0.0]}), account(), profile())
    assert outcome.positions.tolist() == [5.0, 0.0]


def test_a_dividend_pays_what_was_held_before_the_open(trade):
    panel = market([100.0, 100.0, 98.0, 98.0], actions=[(2, 0, DIVIDEND, 2.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert flows_of(outcome) == [(2, 0, DIVIDEND_CASH, 10.0)]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_a_short_position_pays_the_dividend(trade):
    panel = market([100.0, 100.0, 98.0, 98.0], actions=[(2, 0, DIVIDEND, 2.0)])
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert flows_of(outcome) == [(2, 0, DIVIDEND_CASH, -10.0)]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_a_buyer_on_the_day_of_the_dividend_gets_none(trade):
    panel = market([100.0, 100.0, 98.0, 98.0], actions=[(2, 0, DIVIDEND, 2.0)])
    outcome = trade(panel, wishes({1: 0.5}), account(), profile())
    assert flows_of(outcome) == []


def test_a_seller_on_the_day_of_the_dividend_still_gets_it(trade):
    panel = market([100.0, 100.0, 98.0, 98.0], actions=[(2, 0, DIVIDEND, 2.0)])
    outcome = trade(panel, wishes({0: 0.5, 1: 0.0}), account(), profile())
    assert flows_of(outcome) == [(2, 0, DIVIDEND_CASH, 10.0)]
    assert outcome.cash_usd[-1] == 1_000.0


def test_a_dividend_of_nothing_is_noted_but_moves_nothing(trade):
    panel = market([100.0] * 4, actions=[(2, 0, DIVIDEND, 0.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert flows_of(outcome) == [(2, 0, DIVIDEND_CASH, 0.0)]


def test_dividends_count_new_shares_when_a_split_falls_on_the_same_day(trade):
    acts = [(2, 0, DIVIDEND, 1.0), (2, 0, SPLIT, 2.0)]
    panel = market([100.0, 100.0, 49.0, 49.0], actions=acts)
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert flows_of(outcome) == [(2, 0, DIVIDEND_CASH, 10.0)]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_the_order_of_actions_on_a_row_does_not_matter(trade):
    one = [(2, 0, DIVIDEND, 1.0), (2, 0, SPLIT, 2.0)]
    other = one[::-1]
    ends = []
    for acts in (one, other):
        panel = market([100.0, 100.0, 49.0, 49.0], actions=acts)
        ends.append(trade(panel, wishes(FIVE_SHARES), account(), profile()).equity_usd.tolist())
    assert ends[0] == ends[1]


def test_a_dividend_on_the_first_row_pays_nobody(trade):
    panel = market([100.0] * 4, actions=[(0, 0, DIVIDEND, 1.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert flows_of(outcome) == []


def test_dividends_are_cash_for_the_next_decision(trade):
    panel = market([100.0, 100.0, 100.0, 100.0, 100.0], actions=[(2, 0, DIVIDEND, 100.0)])
    outcome = trade(panel, wishes({0: 0.5, 2: 1.0}), account(), profile())
    # 500 cash + 500 dividend + 500 shares at the close of row 2: fifteen shares.
    assert outcome.positions.tolist() == [15.0]


def test_a_delisting_pays_the_last_price(trade):
    panel = market([100.0, 110.0, NAN, NAN], actions=[(2, 0, DELISTING, 1.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert flows_of(outcome) == [(2, 0, DELISTING_CASH, 550.0)]
    assert outcome.positions.tolist() == [0.0]


@pytest.mark.parametrize(("share", "paid"), [(0.0, 0.0), (0.3, 150.0), (0.7, 350.0), (1.2, 600.0)])
def test_a_delisting_pays_its_share_of_the_last_price(trade, share, paid):
    panel = market([100.0, 100.0, NAN, NAN], actions=[(2, 0, DELISTING, share)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert flows_of(outcome) == [(2, 0, DELISTING_CASH, pytest.approx(paid))]
    assert outcome.equity_usd[-1] == pytest.approx(500.0 + paid)


def test_a_short_seller_of_a_worthless_share_keeps_the_proceeds(trade):
    panel = market([100.0, 100.0, NAN, NAN], actions=[(2, 0, DELISTING, 0.0)])
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert outcome.equity_usd[-1] == 1_500.0
    assert outcome.short_usd[-1] == 0.0


def test_a_short_seller_pays_the_last_price_back(trade):
    panel = market([100.0, 120.0, NAN, NAN], open=[100.0, 100.0, NAN, NAN], actions=[(2, 0, DELISTING, 1.0)])
    outcome = trade(panel, wishes({0: -0.5}), account(), profile())
    assert flows_of(outcome) == [(2, 0, DELISTING_CASH, -600.0)]
    assert outcome.equity_usd[-1] == 900.0


def test_a_delisting_cancels_the_working_order(trade):
    panel = market(
        close=[100.0, 100.0, NAN, NAN],
        open=[100.0, NAN, NAN, NAN],
        actions=[(2, 0, DELISTING, 1.0)],
    )
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.orders["state"].tolist() == [CANCELLED]
    assert outcome.orders["done_row"].tolist() == [2]


def test_a_delisted_instrument_is_refused_even_where_prices_go_on(trade):
    panel = market([100.0] * 5, actions=[(2, 0, DELISTING, 1.0)])
    outcome = trade(panel, wishes({0: 0.5, 3: 0.5}), account(), profile())
    assert outcome.refusals["reason"].tolist() == [DELISTED]
    assert outcome.positions.tolist() == [0.0]


def test_a_decision_that_meets_the_delisting_row_comes_too_late(trade):
    panel = market([100.0] * 5, actions=[(2, 0, DELISTING, 1.0)])
    outcome = trade(panel, wishes({1: 0.5}), account(), profile())
    assert outcome.refusals["reason"].tolist() == [DELISTED]
    assert outcome.refusals["row"].tolist() == [1]


def test_prices_after_a_delisting_move_nothing(trade):
    panel = market([100.0, 100.0, 500.0, 900.0], actions=[(2, 0, DELISTING, 1.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_no_delisting_cash_where_nothing_was_held(trade):
    panel = market([[100.0, 100.0]] * 4, actions=[(2, 1, DELISTING, 1.0)])
    outcome = trade(panel, wishes({0: [0.5, 0.0]}), account(), profile())
    assert flows_of(outcome) == []


def test_a_split_of_an_instrument_nobody_held_restates_its_known_price(trade):
    panel = market(
        close=[[100.0], [100.0], [NAN], [NAN], [NAN]],
        open=[[100.0], [100.0], [NAN], [NAN], [50.0]],
        actions=[(2, 0, SPLIT, 2.0)],
    )
    outcome = trade(panel, wishes({3: 0.5}), account(), profile())
    assert outcome.orders["qty"].tolist() == [10.0]


def test_a_split_before_any_price_is_harmless(trade):
    panel = market(
        close=[NAN, NAN, 50.0, 50.0, 50.0],
        open=[NAN, NAN, 50.0, 50.0, 50.0],
        actions=[(1, 0, SPLIT, 2.0)],
    )
    outcome = trade(panel, wishes({2: 0.5}), account(), profile())
    assert outcome.positions.tolist() == [10.0]


def test_a_split_on_the_row_of_the_fill_is_booked_before_it(trade):
    panel = market([100.0, 50.0, 50.0, 50.0], actions=[(1, 0, SPLIT, 2.0)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.fills["qty"].tolist() == [10.0]
    assert outcome.fills["price"].tolist() == [50.0]


@pytest.mark.parametrize("row", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("ratio", [2.0, 5.0, 0.25])
def test_a_split_inserted_anywhere_leaves_the_path_of_wealth(trade, row, ratio):
    closes = [100.0, 103.0, 99.0, 105.0, 98.0, 102.0]
    plain = trade(market(closes), wishes({0: 0.5, 3: -0.4}), account(fractional=True), profile())
    split = [price / (ratio if place >= row else 1.0) for place, price in enumerate(closes)]
    panel = market(split, actions=[(row, 0, SPLIT, ratio)])
    other = trade(panel, wishes({0: 0.5, 3: -0.4}), account(fractional=True), profile())
    assert other.equity_usd == pytest.approx(plain.equity_usd, rel=1e-12)


@pytest.mark.parametrize("kind", [SPLIT, DIVIDEND, DELISTING])
def test_actions_outside_the_panel_s_rows_never_happen(trade, kind):
    quiet = trade(market([100.0] * 4), wishes(FIVE_SHARES), account(), profile())
    panel = market([100.0] * 4, actions=[(-1, 0, kind, 1.5), (9, 0, kind, 1.5)])
    outcome = trade(panel, wishes(FIVE_SHARES), account(), profile())
    assert outcome.equity_usd.tolist() == quiet.equity_usd.tolist()
    assert len(outcome.flows) == 0
