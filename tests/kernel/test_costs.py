"""What a fill costs: spread, commission by share and by notional, and the minimum."""

import pytest
from markets import account, market, profile, wishes

FLAT = [100.0] * 4
HALF = {0: 0.5}


def bought(trade, rules, price=100.0, fractional=False):
    """The one fill of half a fresh account."""
    outcome = trade(market([price] * 4), wishes(HALF), account(fractional=fractional), rules)
    assert len(outcome.fills) == 1
    return outcome, outcome.fills[0]


def test_a_free_profile_costs_nothing(trade):
    outcome, fill = bought(trade, profile())
    assert (fill["spread_usd"], fill["commission_usd"]) == (0.0, 0.0)
    assert outcome.equity_usd[-1] == 1_000.0


def test_a_buyer_pays_half_the_spread_above_the_print(trade):
    _, fill = bought(trade, profile(half_spread_bps=10.0))
    assert fill["price"] == pytest.approx(100.1)
    assert fill["reference"] == 100.0
    assert fill["spread_usd"] == pytest.approx(0.5)


def test_a_seller_gets_half_the_spread_below_the_print(trade):
    outcome = trade(market(FLAT), wishes({0: -0.5}), account(), profile(half_spread_bps=10.0))
    fill = outcome.fills[0]
    assert fill["price"] == pytest.approx(99.9)
    assert fill["spread_usd"] == pytest.approx(0.5)


def test_the_slippage_multiple_widens_the_spread(trade):
    _, fill = bought(trade, profile(half_spread_bps=10.0, slippage_multiple=1.6))
    assert fill["price"] == pytest.approx(100.16)


def test_a_slippage_multiple_of_zero_removes_the_spread(trade):
    _, fill = bought(trade, profile(half_spread_bps=10.0, slippage_multiple=0.0))
    assert fill["price"] == 100.0


@pytest.mark.parametrize(
    ("per_share", "minimum", "expected"),
    [
        (0.005, 0.0, 0.025),
        (0.005, 1.0, 1.0),
        (0.2, 1.0, 1.0),
        (0.3, 1.0, 1.5),
        (0.0, 2.0, 2.0),
        (0.0, 0.0, 0.0),
    ],
)
def test_commission_by_share_has_a_minimum(trade, per_share, minimum, expected):
    rules = profile(commission_per_share_usd=per_share, commission_minimum_usd=minimum)
    _, fill = bought(trade, rules)
    assert fill["qty"] == 5.0
    assert fill["commission_usd"] == pytest.approx(expected)


def test_commission_by_notional_is_on_the_price_paid(trade):
    _, fill = bought(trade, profile(commission_bps=20.0, half_spread_bps=100.0))
    assert fill["commission_usd"] == pytest.approx(5 * 101.0 * 0.002)


def test_commission_by_notional_comes_on_top_of_that_by_share(trade):
    rules = profile(commission_bps=20.0, commission_per_share_usd=0.1, commission_minimum_usd=0.2)
    _, fill = bought(trade, rules)
    assert fill["commission_usd"] == pytest.approx(0.5 + 1.0)


def test_the_minimum_comes_on_top_of_commission_by_notional(trade):
    _, fill = bought(trade, profile(commission_bps=20.0, commission_minimum_usd=3.0))
    assert fill["commission_usd"] == pytest.approx(4.0)


def test_sales_pay_commission_like_purchases(trade):
    rules = profile(commission_bps=10.0)
    outcome = trade(market(FLAT), wishes({0: 0.5, 1: 0.0}), account(), rules)
    assert outcome.fills["commission_usd"].tolist() == pytest.approx([0.5, 0.5])
    assert outcome.equity_usd[-1] == pytest.approx(999.0)


def test_costs_leave_equity_at_the_moment_of_the_fill(trade):
    outcome, fill = bought(trade, profile(half_spread_bps=10.0, commission_minimum_usd=2.0))
    assert outcome.equity_usd[0] == 1_000.0
    assert outcome.equity_usd[1] == pytest.approx(1_000.0 - fill["spread_usd"] - fill["commission_usd"])


def test_cash_falls_by_price_and_commission(trade):
    outcome, fill = bought(trade, profile(half_spread_bps=10.0, commission_minimum_usd=2.0))
    assert outcome.cash_usd[1] == pytest.approx(1_000.0 - 5 * fill["price"] - 2.0)


def test_the_position_is_marked_at_the_close_not_at_the_price_paid(trade):
    outcome, _ = bought(trade, profile(half_spread_bps=100.0))
    assert outcome.long_usd[1] == 500.0


def test_a_round_trip_costs_twice_the_half_spread(trade):
    rules = profile(half_spread_bps=50.0)
    outcome = trade(market(FLAT), wishes({0: 0.5, 1: 0.0}), account(), rules)
    assert outcome.equity_usd[-1] == pytest.approx(1_000.0 - 2 * 500.0 * 0.005)


def test_a_flip_pays_one_commission_minimum(trade):
    rules = profile(commission_minimum_usd=5.0)
    outcome = trade(market([100.0] * 6), wishes({0: 0.5, 2: -0.5}), account(), rules)
    assert outcome.fills["commission_usd"].tolist() == [5.0, 5.0]


def test_an_order_filled_on_two_bars_pays_the_minimum_on_each(trade):
    panel = market([100.0] * 4, volume=[1e6, 2.0, 1e6, 1e6])
    outcome = trade(panel, wishes(HALF), account(), profile(commission_minimum_usd=1.0))
    assert outcome.fills["qty"].tolist() == [2.0, 3.0]
    assert outcome.fills["commission_usd"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("bps", [0.0, 1.0, 5.0, 25.0, 125.0])
@pytest.mark.parametrize("name", ["half_spread_bps", "commission_bps"])
def test_a_cost_of_some_basis_points_takes_that_share_of_the_notional(trade, name, bps):
    outcome, _ = bought(trade, profile(**{name: bps}), fractional=True)
    assert 1_000.0 - outcome.equity_usd[-1] == pytest.approx(500.0 * bps * 1e-4, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("price", [0.01, 1.0, 37.5, 499.0])
def test_spread_scales_with_the_price(trade, price):
    _, fill = bought(trade, profile(half_spread_bps=10.0), price)
    assert fill["price"] / fill["reference"] == pytest.approx(1.001)


def test_costs_are_booked_once_however_long_the_position_is_held(trade):
    rules = profile(commission_minimum_usd=1.0, half_spread_bps=10.0)
    short = trade(market([100.0] * 3), wishes(HALF), account(), rules)
    long = trade(market([100.0] * 50), wishes(HALF), account(), rules)
    assert short.equity_usd[-1] == long.equity_usd[-1]


def test_higher_costs_never_help_a_fixed_list_of_trades(trade):
    closes = [100.0, 104.0, 99.0, 101.0, 103.0, 97.0]
    ends = []
    for bps in (0.0, 1.0, 3.0, 10.0, 30.0):
        rules = profile(half_spread_bps=bps)
        outcome = trade(market(closes), wishes({0: 0.4, 2: -0.3, 4: 0.0}), account(), rules)
        ends.append(outcome.equity_usd[-1])
    assert ends == sorted(ends, reverse=True)
    assert len(set(ends)) == 5


def test_spread_and_commission_are_never_negative(trade):
    rules = profile(half_spread_bps=10.0, commission_bps=2.0)
    outcome = trade(market(FLAT), wishes({0: 0.5, 1: -0.5, 2: 0.1}), account(), rules)
    assert (outcome.fills["spread_usd"] > 0.0).all()
    assert (outcome.fills["commission_usd"] > 0.0).all()
