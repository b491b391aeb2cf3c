"""Margin accounts: what may be opened, when a call comes, and what the broker sells then."""

import numpy as np
import pytest
from markets import DAY_NS, NAN, account, market, profile, wishes
from order_drivers import bars, flat

from tradewright.kernel.sweep import simulate_many
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.order import Bracket, Order, OrderType, TimeInForce
from tradewright.values.outcome import CANCELLED, FILLED, FORCED, REPLACED, WORKING
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT
from tradewright.values.profile import AccountOptions


def margin(**changes):
    """A margin account of 1000 dollars that may use all the margin it is given."""
    return account(type="margin", max_gross=10.0, **changes)


def calls_of(outcome):
    """Row, equity and requirement of every margin call."""
    return [(int(row), float(equity), float(needed)) for row, equity, needed in outcome.margin_calls]


# --- opening ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [5.0, -5.0])
def test_half_of_what_is_opened_must_be_equity(trade, weight):
    outcome = trade(market([50.0] * 3), wishes({0: weight}), margin(), profile())
    assert np.abs(outcome.positions).tolist() == [40.0]


@pytest.mark.parametrize(("initial", "shares"), [(1.0, 20.0), (0.5, 40.0), (0.4, 50.0)])
def test_another_initial_margin_is_another_limit(trade, initial, shares):
    rules = margin(initial_margin=initial)
    assert trade(market([50.0] * 3), wishes({0: 9.0}), rules, profile()).positions.tolist() == [shares]


def test_the_accounts_own_limit_holds_where_it_is_tighter(trade):
    rules = account(type="margin", max_gross=1.5)
    assert trade(market([50.0] * 3), wishes({0: 9.0}), rules, profile()).positions.tolist() == [30.0]


def test_long_and_short_are_margined_alike_when_opened(trade):
    panel = market([[50.0, 50.0]] * 3)
    outcome = trade(panel, wishes({0: [3.0, -3.0]}), margin(), profile())
    assert outcome.positions.tolist() == [20.0, -20.0]


def test_nothing_is_opened_while_equity_is_below_the_initial_margin_but_nothing_is_sold_either(trade):
    panel = market([50.0, 50.0, 40.0, 40.0, 40.0])
    outcome = trade(panel, wishes({0: 2.0, 2: 3.0}), margin(), profile())
    assert outcome.positions.tolist() == [40.0]  # equity 600 of 1600: above 25 %, below 50 %
    assert calls_of(outcome) == []


# --- calls --------------------------------------------------------------------------------------------


def test_a_long_position_is_called_below_a_quarter(trade):
    # 40 shares against 1000 of debt: equity is a quarter at 33.33.
    panel = market([50.0, 50.0, 33.5, 33.0, 33.0])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert calls_of(outcome) == [(3, 320.0, 330.0)]


def test_a_short_position_is_called_below_thirty_per_cent(trade):
    # 20 shares sold for 1000 beside 1000 of capital: equity is 30 % of the debt at 76.9.
    panel = market([50.0, 50.0, 76.5, 77.0, 77.0], open=[50.0, 50.0, 50.0, 50.0, 77.0])
    outcome = trade(panel, wishes({0: -1.0}), margin(), profile())
    (row, equity, needed), *more = calls_of(outcome)
    assert (row, equity, more) == (3, 460.0, [])
    assert needed == pytest.approx(0.3 * 20 * 77)


def test_what_is_sold_is_the_least_that_meets_the_call_at_the_last_close(trade):
    panel = market([50.0, 50.0, 30.0, 30.0, 30.0])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert calls_of(outcome) == [(2, 200.0, 300.0)]  # a third of 40 shares must go: 13.33, so 14
    assert outcome.forced_orders["qty"].tolist() == [-14.0]
    assert outcome.equity_usd[3] >= 0.25 * outcome.long_usd[3]


def test_where_parts_of_shares_trade_exactly_the_share_that_must_go_is_sold(trade):
    panel = market([50.0, 50.0, 30.0, 30.0, 30.0])
    outcome = trade(panel, wishes({0: 2.0}), margin(fractional=True), profile())
    assert outcome.forced_orders["qty"].tolist() == pytest.approx([-40.0 / 3.0])
    assert len(outcome.margin_calls) == 1


def test_the_broker_sells_at_the_next_open_and_at_the_profiles_costs(trade):
    panel = market([50.0, 50.0, 30.0, 28.0], open=[50.0, 50.0, 45.0, 26.0])
    dear = profile(half_spread_bps=100.0, commission_minimum_usd=2.0)
    outcome = trade(panel, wishes({0: 1.9}), margin(), dear)
    forced, fill = outcome.forced_orders[0], outcome.fills[-1]
    assert (forced["row"], forced["done_row"], forced["state"]) == (2, 3, FILLED)
    assert (fill["row"], fill["reference"]) == (3, 26.0)
    assert fill["price"] == pytest.approx(26.0 * 0.99)
    assert fill["commission_usd"] == 2.0


def test_every_position_gives_the_same_share_long_and_short(trade):
    panel = market([[50.0, 50.0]] * 2 + [[40.0, 70.0]] * 3)
    outcome = trade(panel, wishes({0: [1.0, -1.0]}), margin(), profile())
    # equity 400, long 800, short 1400: 25 % + 30 % ask for 620, so 22/62 of each must go: 7.1 shares
    assert calls_of(outcome) == [(2, 400.0, 620.0)]
    assert outcome.forced_orders["qty"].tolist() == [-8.0, 8.0]
    assert outcome.positions.tolist() == [12.0, -12.0]


def test_a_call_that_the_next_close_repeats_is_met_again(trade):
    panel = market([50.0, 50.0, 30.0, 27.0, 27.0, 27.0])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert outcome.margin_calls["row"].tolist() == [2, 3]
    assert (np.diff(outcome.long_usd[2:4]) < 0.0).all()


def test_without_equity_everything_goes(trade):
    panel = market([50.0, 50.0, 24.0, 24.0, 24.0])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert outcome.ruined_row == 2
    assert outcome.positions.tolist() == [0.0]
    assert outcome.equity_usd[-1] == -40.0  # the debt that is left is owed


def test_the_last_close_may_call_and_nothing_is_left_to_sell_at(trade):
    outcome = trade(market([50.0, 50.0, 30.0]), wishes({0: 2.0}), margin(), profile())
    assert len(outcome.margin_calls) == 1
    assert len(outcome.forced_orders) == 0


def test_an_unrestricted_account_is_never_called(trade):
    panel = market([50.0, 50.0, 30.0, 26.0, 26.0])
    outcome = trade(panel, wishes({0: 2.0}), account(), profile())
    assert calls_of(outcome) == []
    assert outcome.positions.tolist() == [40.0]


def test_dividends_that_are_owed_to_the_account_are_no_equity_for_a_call(trade):
    actions = [(2, 0, DIVIDEND, 5.0, -1, 0.0, 4)]
    panel = market([50.0, 50.0, 33.0, 33.0, 33.0], actions=actions)
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert outcome.equity_usd[2] == 520.0
    assert calls_of(outcome)[0] == (2, 320.0, 330.0)


# --- what stands in the way -------------------------------------------------------------------------------


@pytest.mark.parametrize("price", [NAN, 0.0])
def test_an_open_that_did_not_print_makes_the_broker_wait(trade, price):
    panel = market([50.0, 50.0, 30.0, NAN, 30.0, 30.0], open=[50.0, 50.0, 30.0, price, 30.0, 30.0])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert outcome.margin_calls["row"].tolist() == [2, 3]  # called again at the old mark
    assert outcome.forced_orders["state"].tolist() == [FILLED]  # the first one still stood
    assert outcome.fills["row"].tolist() == [1, 4]


def test_a_bar_without_the_volume_lets_the_rest_work_on_under_the_next_call(trade):
    panel = market([50.0, 50.0, 30.0, 30.0, 30.0], volume=[1e6, 1e6, 1e6, 10.0, 1e6])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert outcome.fills["qty"].tolist() == [40.0, -10.0, -4.0]
    assert outcome.margin_calls["row"].tolist() == [2, 3]


def test_an_own_order_that_sells_as_much_stands(trade):
    panel = market([50.0, 50.0, 30.0, 30.0])
    outcome = trade(panel, wishes({0: 2.0, 2: 0.0}), margin(), profile())
    assert len(outcome.forced_orders) == 0
    assert outcome.positions.tolist() == [0.0]


@pytest.mark.parametrize("weight", [4.5, 6.5])
def test_an_own_order_that_sells_less_or_buys_gives_way(trade, weight):
    panel = market([50.0, 50.0, 30.0, 30.0])
    outcome = trade(panel, wishes({0: 2.0, 2: weight}), margin(), profile())
    assert outcome.orders["state"].tolist() == [FILLED, REPLACED, FILLED]
    assert outcome.positions.tolist() == [26.0]


def test_a_split_between_call_and_open_sells_the_same_share(trade):
    panel = market([50.0, 50.0, 30.0, 15.0, 15.0], actions=[(3, 0, SPLIT, 2.0)])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert outcome.forced_orders["qty"].tolist() == [-27.0]  # a third of 80


def test_an_instrument_that_is_delisted_before_the_open_needs_no_sale(trade):
    panel = market([50.0, 50.0, 30.0, 30.0], actions=[(3, 0, DELISTING, 1.0)])
    outcome = trade(panel, wishes({0: 2.0}), margin(), profile())
    assert len(outcome.forced_orders) == 0
    assert outcome.cash_usd[-1] == 200.0


def test_the_brokers_order_is_neither_rejected_nor_late(trade):
    slow = profile(reject_share=1.0, latency_low_ms=1e5, latency_high_ms=1e5, spread_scale_bps=1.0)
    panel = market([50.0, 50.0, 30.0, 30.0, 30.0], length_ns=DAY_NS)
    before = trade(panel, wishes({0: 2.0}), margin(), slow)
    assert len(before.fills) == 0  # every order of its own is rejected
    calm = profile(latency_low_ms=1e5, latency_high_ms=1e5, spread_scale_bps=1.0)
    outcome = trade(panel, wishes({0: 1.9}), margin(), calm)
    forced = outcome.fills[outcome.fills["qty"] < 0.0][0]
    assert (forced["row"], forced["latency_ms"]) == (3, 0.0)


# --- beside single orders ---------------------------------------------------------------------------------

FALL = [flat(50.0), flat(50.0), (50.0, 50.0, 30.0, 30.0), flat(30.0), flat(30.0)]
GTC = TimeInForce.GTC


def test_positions_of_single_orders_are_called_too(trade_orders):
    outcome = trade_orders(bars(FALL), [(0, Order("A", 40.0))], margin(), profile())
    assert calls_of(outcome) == [(2, 200.0, 300.0)]
    assert outcome.forced_orders["qty"].tolist() == [-14.0]
    assert outcome.forced_orders["ticket"].tolist() == [FORCED]


def test_exits_reduce_what_the_broker_left(trade_orders):
    entry = Order("A", 40.0)
    stop = Order("A", -40.0, OrderType.STOP, stop_usd=20.0, time_in_force=GTC)
    rows = [*FALL, (28.0, 28.0, 19.0, 19.0), flat(19.0)]
    outcome = trade_orders(bars(rows), [(0, Bracket(entry, None, stop))], margin(), profile())
    assert outcome.fills["qty"].tolist() == [40.0, -14.0, -26.0]
    assert outcome.positions.tolist() == [0.0]


def test_an_entry_that_is_met_under_a_call_opens_nothing(trade_orders):
    more = Order("A", 10.0, OrderType.LIMIT, limit_usd=29.0, time_in_force=GTC)
    rows = [*FALL[:3], (28.0, 28.0, 28.0, 28.0), flat(28.0)]
    outcome = trade_orders(bars(rows), [(0, Order("A", 40.0)), (1, more)], margin(), profile())
    assert outcome.fills["qty"].tolist()[:2] == [40.0, -14.0]
    assert outcome.orders["state"].tolist()[1] in (CANCELLED, WORKING)
    assert (outcome.fills["qty"] > 0.0).sum() == 1


# --- drivers and options ----------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 3])
def test_a_sweep_calls_each_candidate_for_itself(trade, threads):
    panel = market([50.0, 50.0, 30.0, 27.0, 26.5, 26.5, 30.0])
    tried = [wishes({0: weight}) for weight in (2.0, 0.5, -1.5, 1.8)]
    rows = simulate_many(panel, tried, margin(), profile(), threads)
    for row, one in zip(rows, tried, strict=True):
        assert row.tolist() == trade(panel, one, margin(), profile()).equity_usd.tolist()


def test_an_unknown_type_of_account_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match=r"'margins' is not a type of account\. Did you mean 'margin'"):
        AccountOptions(type="margins")


@pytest.mark.parametrize(
    "figures",
    [
        {"initial_margin": 1.5},
        {"initial_margin": 0.0},
        {"long_maintenance": 0.6},
        {"short_maintenance": 0.51},
        {"short_maintenance": 0.0},
        {"long_maintenance": NAN},
    ],
)
def test_margins_that_cannot_be_are_refused_by_name(figures):
    with pytest.raises(InvalidOption, match="maintenance = "):
        AccountOptions(type="margin", **figures)
