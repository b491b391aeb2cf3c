"""What a bar's volume lets through, and series that have none."""

import pytest
from markets import NAN, account, close_only, market, profile, wishes

from tradewright.values.outcome import FILLED, REPLACED, WORKING

FLAT = [100.0] * 6


def filled(trade, volume, rules, **rest):
    """Quantities filled when ten shares are wanted."""
    panel = market(FLAT, volume=volume)
    outcome = trade(panel, wishes({0: 1.0}), account(**rest), rules)
    return outcome, list(zip(outcome.fills["row"].tolist(), outcome.fills["qty"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("participation", "multiple", "expected"),
    [
        (0.1, 1.0, [(1, 4.0), (2, 4.0), (3, 2.0)]),
        (0.1, 0.5, [(1, 2.0), (2, 2.0), (3, 2.0), (4, 2.0), (5, 2.0)]),
        (0.1, 2.0, [(1, 8.0), (2, 2.0)]),
        (0.25, 1.0, [(1, 10.0)]),
        (1.0, 1.0, [(1, 10.0)]),
    ],
)
def test_a_bar_lets_its_share_of_the_volume_through(trade, participation, multiple, expected):
    rules = profile(participation=participation, partial_fill_multiple=multiple)
    _, fills = filled(trade, [40.0] * 6, rules)
    assert fills == expected


def test_the_share_of_a_bar_is_capped_at_all_of_it(trade):
    rules = profile(participation=1.0, partial_fill_multiple=5.0)
    _, fills = filled(trade, [4.0] * 6, rules)
    assert fills == [(1, 4.0), (2, 4.0), (3, 2.0)]


def test_whole_accounts_take_whole_shares_of_the_volume(trade):
    _, fills = filled(trade, [39.0] * 6, profile(participation=0.1))
    assert fills == [(1, 3.0), (2, 3.0), (3, 3.0), (4, 1.0)]


def test_fractional_accounts_take_parts(trade):
    _, fills = filled(trade, [39.0] * 6, profile(participation=0.1), fractional=True)
    assert [qty for _, qty in fills] == pytest.approx([3.9, 3.9, 2.2])


def test_too_thin_a_bar_for_one_share_fills_nothing(trade):
    outcome, fills = filled(trade, [9.0] * 6, profile(participation=0.1))
    assert fills == []
    assert outcome.orders["state"].tolist() == [WORKING]


def test_no_volume_no_fill(trade):
    _, fills = filled(trade, [40.0, 0.0, 0.0, 40.0, 40.0, 40.0], profile())
    assert fills == [(3, 10.0)]


def test_an_unknown_volume_fills_nothing_where_others_are_known(trade):
    _, fills = filled(trade, [40.0, NAN, NAN, 40.0, 40.0, 40.0], profile())
    assert fills == [(3, 10.0)]


def test_a_negative_volume_fills_nothing(trade):
    _, fills = filled(trade, [40.0, -5.0, 40.0, 40.0, 40.0, 40.0], profile())
    assert fills == [(2, 10.0)]


def test_a_panel_without_any_volume_has_no_cap(trade):
    _, fills = filled(trade, [NAN] * 6, profile(participation=0.01))
    assert fills == [(1, 10.0)]


def test_one_known_volume_far_away_makes_the_others_count(trade):
    _, fills = filled(trade, [NAN, NAN, NAN, NAN, NAN, 40.0], profile())
    assert fills == [(5, 10.0)]


def test_volume_known_for_another_instrument_makes_it_count(trade):
    panel = market([[100.0, 100.0]] * 3, volume=[[NAN, 40.0]] * 3)
    outcome = trade(panel, wishes({0: [0.5, 0.5]}), account(), profile())
    assert outcome.positions.tolist() == [0.0, 5.0]


def test_sales_are_capped_like_purchases(trade):
    panel = market(FLAT, volume=[1e6, 1e6, 4.0, 4.0, 4.0, 4.0])
    outcome = trade(panel, wishes({0: 1.0, 1: 0.0}), account(), profile())
    assert outcome.fills["qty"].tolist() == [10.0, -4.0, -4.0, -2.0]


def test_short_sales_are_capped_too(trade):
    panel = market(FLAT, volume=[4.0] * 6)
    outcome = trade(panel, wishes({0: -1.0}), account(), profile())
    assert outcome.fills["qty"].tolist() == [-4.0, -4.0, -2.0]


def test_a_remainder_is_replaced_by_the_next_word(trade):
    panel = market(FLAT, volume=[4.0] * 6)
    outcome = trade(panel, wishes({0: 1.0, 1: 0.5}), account(), profile())
    assert outcome.orders["state"].tolist() == [REPLACED, FILLED]
    assert outcome.positions.tolist() == [5.0]


def test_two_wishes_for_one_instrument_never_share_a_bar(trade):
    panel = market(FLAT, volume=[4.0] * 6)
    outcome = trade(panel, wishes({0: 1.0, 1: 1.0, 2: 1.0}), account(), profile())
    assert outcome.fills["qty"].tolist() == [4.0, 4.0, 2.0]


def test_an_order_remembers_how_much_is_filled(trade):
    outcome, _ = filled(trade, [4.0] * 6, profile())
    order = outcome.orders[0]
    assert (order["filled_qty"], order["state"], order["done_row"]) == (10.0, FILLED, 3)


def test_a_working_order_shows_the_row_of_its_last_fill(trade):
    outcome, _ = filled(trade, [4.0, 4.0, 4.0, 0.0, 0.0, 0.0], profile())
    order = outcome.orders[0]
    assert (order["filled_qty"], order["state"], order["done_row"]) == (8.0, WORKING, 2)


def test_each_part_pays_the_price_of_its_own_bar(trade):
    panel = market([100.0, 100.0, 110.0, 120.0], volume=[4.0] * 4)
    outcome = trade(panel, wishes({0: 1.0}), account(), profile())
    assert outcome.fills["price"].tolist() == [100.0, 110.0, 120.0]


def test_closes_alone_fill_at_the_next_close(trade):
    outcome = trade(close_only([100.0, 105.0, 110.0]), wishes({0: 0.5}), account(), profile())
    fill = outcome.fills[0]
    assert (fill["row"], fill["reference"], fill["qty"]) == (1, 105.0, 5.0)


def test_closes_alone_never_fill_on_the_decision_s_close(trade):
    outcome = trade(close_only([100.0] * 3), wishes({0: 0.5}), account(), profile())
    assert outcome.long_usd.tolist() == [0.0, 500.0, 500.0]


def test_closes_alone_are_not_capped(trade):
    rules = profile(participation=0.01)
    outcome = trade(close_only([100.0] * 3), wishes({0: 1.0}), account(), rules)
    assert outcome.positions.tolist() == [10.0]


def test_a_missing_close_keeps_a_close_only_order_working(trade):
    outcome = trade(close_only([100.0, NAN, 110.0]), wishes({0: 0.5}), account(), profile())
    assert outcome.fills["row"].tolist() == [2]


def test_closes_alone_pay_the_same_costs(trade):
    rules = profile(half_spread_bps=10.0, commission_minimum_usd=1.0)
    outcome = trade(close_only([100.0] * 3), wishes({0: 0.5}), account(), rules)
    assert outcome.fills["price"][0] == pytest.approx(100.1)
    assert outcome.equity_usd[-1] == pytest.approx(1_000.0 - 0.5 - 1.0)


def test_one_known_open_makes_a_panel_trade_at_opens(trade):
    panel = market(close=FLAT, open=[NAN, NAN, NAN, 90.0, NAN, NAN])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.fills["row"].tolist() == [3]
    assert outcome.fills["price"].tolist() == [90.0]


@pytest.mark.parametrize("price", [0.0, -5.0, float("inf"), NAN])
def test_a_price_that_cannot_be_never_fills(trade, price):
    panel = market(close=FLAT, open=[100.0, price, 100.0, 100.0, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.fills["row"].tolist() == [2]


@pytest.mark.parametrize("price", [0.0, -5.0, float("inf"), NAN])
def test_a_price_that_cannot_be_never_marks(trade, price):
    panel = market(close=[100.0, 120.0, price, 100.0], open=[100.0] * 4)
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.long_usd.tolist() == [0.0, 600.0, 600.0, 500.0]


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.5])
def test_a_smaller_share_never_fills_sooner(trade, share):
    panel = market([100.0] * 40, volume=[100.0] * 40)
    slow = trade(panel, wishes({0: 1.0}), account(), profile(participation=share))
    fast = trade(panel, wishes({0: 1.0}), account(), profile(participation=min(1.0, share * 2)))
    assert fast.fills["row"][-1] <= slow.fills["row"][-1]
    assert fast.positions[0] == slow.positions[0] == 10.0


def test_all_parts_together_are_the_order(trade):
    panel = market([100.0] * 40, volume=[7.0] * 40)
    outcome = trade(panel, wishes({0: 1.0}), account(fractional=True), profile(participation=0.1))
    assert outcome.fills["qty"].sum() == pytest.approx(10.0)
    assert outcome.orders["state"].tolist() == [FILLED]
