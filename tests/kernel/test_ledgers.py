"""Whole accounts followed row by row, every number worked out by hand."""

import pytest
from markets import DAY_NS, NAN, account, close_only, market, profile, wishes

from tradewright.values.outcome import (
    CANCELLED,
    CASH_IN_LIEU,
    DELISTING_CASH,
    DIVIDEND_CASH,
    FILLED,
    REPLACED,
    WORKING,
)
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT

YEAR = 365 * DAY_NS


def check(outcome, ledger):
    """Compare the account with rows of (cash, long, short, equity)."""
    columns = (outcome.cash_usd, outcome.long_usd, outcome.short_usd, outcome.equity_usd)
    found = [tuple(float(column[row]) for column in columns) for row in range(len(outcome.equity_usd))]
    for row, (one, other) in enumerate(zip(found, ledger, strict=True)):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-9), f"row {row}"


def orders_of(outcome):
    """Orders as (row, asset, qty, filled, state)."""
    names = ("row", "asset", "qty", "filled_qty", "state")
    return [tuple(order[name].item() for name in names) for order in outcome.orders]


def fills_of(outcome):
    """Fills as (row, asset, qty, price)."""
    return [tuple(fill[name].item() for name in ("row", "asset", "qty", "price")) for fill in outcome.fills]


def flows_of(outcome):
    """Flows as (row, asset, kind, amount)."""
    names = ("row", "asset", "kind", "amount_usd")
    return [tuple(flow[name].item() for name in names) for flow in outcome.flows]


def test_buy_hold_and_sell(trade):
    panel = market(
        close=[100.0, 102.0, 105.0, 103.0, 110.0, 108.0],
        open=[99.0, 101.0, 103.0, 104.0, 106.0, 109.0],
    )
    outcome = trade(panel, wishes({0: 0.8, 3: 0.0}), account(), profile())
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (192.0, 816.0, 0.0, 1_008.0),
            (192.0, 840.0, 0.0, 1_032.0),
            (192.0, 824.0, 0.0, 1_016.0),
            (1_040.0, 0.0, 0.0, 1_040.0),
            (1_040.0, 0.0, 0.0, 1_040.0),
        ],
    )
    assert orders_of(outcome) == [
        (0, 0, 8.0, 8.0, FILLED),
        (3, 0, -8.0, -8.0, FILLED),
    ]
    assert fills_of(outcome) == [
        (1, 0, 8.0, 101.0),
        (4, 0, -8.0, 106.0),
    ]


def test_a_round_trip_with_every_cost(trade):
    panel = market([100.0, 100.0, 100.0, 100.0])
    rules = profile(
        half_spread_bps=50.0,
        slippage_multiple=2.0,
        commission_bps=10.0,
        commission_per_share_usd=0.1,
        commission_minimum_usd=2.0,
    )
    outcome = trade(panel, wishes({0: 0.5, 1: 0.0}), account(), rules)
    # Bought at 101: 505 + 2 minimum + 0.505; sold at 99: 495 - 2 - 0.495.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (492.495, 500.0, 0.0, 992.495),
            (985.0, 0.0, 0.0, 985.0),
            (985.0, 0.0, 0.0, 985.0),
        ],
    )
    assert outcome.fills["spread_usd"].tolist() == pytest.approx([5.0, 5.0])
    assert outcome.fills["commission_usd"].tolist() == pytest.approx([2.505, 2.495])


def test_a_short_sale_through_a_rise_and_a_fall(trade):
    panel = market([50.0, 50.0, 60.0, 55.0, 40.0, 40.0])
    outcome = trade(panel, wishes({0: -0.6, 4: 0.0}), account(), profile())
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (1_600.0, 0.0, 600.0, 1_000.0),
            (1_600.0, 0.0, 720.0, 880.0),
            (1_600.0, 0.0, 660.0, 940.0),
            (1_600.0, 0.0, 480.0, 1_120.0),
            (1_120.0, 0.0, 0.0, 1_120.0),
        ],
    )


def test_from_long_to_short_and_back(trade):
    panel = market([10.0, 10.0, 12.0, 12.0, 9.0, 9.0])
    outcome = trade(panel, wishes({0: 1.0, 2: -1.0, 4: 1.0}), account(), profile())
    # 100 shares; at 12 equity is 1200: short 100; at 9 equity is 1500: 166 long.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (0.0, 1_000.0, 0.0, 1_000.0),
            (0.0, 1_200.0, 0.0, 1_200.0),
            (2_400.0, 0.0, 1_200.0, 1_200.0),
            (2_400.0, 0.0, 900.0, 1_500.0),
            (6.0, 1_494.0, 0.0, 1_500.0),
        ],
    )
    assert [fill[2] for fill in fills_of(outcome)] == [100.0, -200.0, 266.0]


def test_two_instruments_change_places(trade):
    panel = market([[100.0, 20.0], [100.0, 20.0], [110.0, 20.0], [110.0, 25.0]])
    outcome = trade(panel, wishes({0: [0.9, 0.0], 2: [0.0, 0.9]}), account(max_gross=1.0), profile())
    # Nine of the first; then 990 in cash buy the second: 0.9 x 1090 / 20 = 49 whole shares at 25.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (100.0, 900.0, 0.0, 1_000.0),
            (100.0, 990.0, 0.0, 1_090.0),
            (15.0, 1_075.0, 0.0, 1_090.0),
        ],
    )
    assert orders_of(outcome)[-1] == (2, 1, 49.0, 43.0, CANCELLED)


def test_an_order_that_takes_three_thin_bars(trade):
    panel = market(
        close=[10.0, 10.0, 11.0, 12.0, 12.0],
        open=[10.0, 10.0, 11.0, 12.0, 12.0],
        volume=[900.0, 400.0, 400.0, 400.0, 400.0],
    )
    rules = profile(participation=0.1, commission_minimum_usd=1.0)
    outcome = trade(panel, wishes({0: 0.9}), account(), rules)
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (599.0, 400.0, 0.0, 999.0),
            (158.0, 880.0, 0.0, 1_038.0),
            (37.0, 1_080.0, 0.0, 1_117.0),
            (37.0, 1_080.0, 0.0, 1_117.0),
        ],
    )
    assert [fill[:3] for fill in fills_of(outcome)] == [(1, 0, 40.0), (2, 0, 40.0), (3, 0, 10.0)]


def test_a_split_a_dividend_and_an_odd_fraction(trade):
    panel = market(
        close=[90.0, 90.0, 60.0, 58.0, 58.0],
        actions=[(2, 0, SPLIT, 1.5), (3, 0, DIVIDEND, 2.0)],
    )
    outcome = trade(panel, wishes({0: 0.45}), account(), profile())
    # Five shares become 7.5: seven stay, half a share is paid at 60; each of the seven then pays 2.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (550.0, 450.0, 0.0, 1_000.0),
            (580.0, 420.0, 0.0, 1_000.0),
            (594.0, 406.0, 0.0, 1_000.0),
            (594.0, 406.0, 0.0, 1_000.0),
        ],
    )
    assert flows_of(outcome) == [
        (2, 0, CASH_IN_LIEU, pytest.approx(30.0)),
        (3, 0, DIVIDEND_CASH, 14.0),
    ]


def test_a_merger_at_a_premium_and_a_bankruptcy(trade):
    panel = market(
        close=[[10.0, 10.0], [10.0, 10.0], [NAN, 4.0], [NAN, NAN], [NAN, NAN]],
        open=[[10.0, 10.0], [10.0, 10.0], [NAN, 4.0], [NAN, NAN], [NAN, NAN]],
        actions=[(2, 0, DELISTING, 1.0), (3, 1, DELISTING, 0.25)],
    )
    outcome = trade(panel, wishes({0: [0.4, 0.4]}), account(), profile())
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (200.0, 800.0, 0.0, 1_000.0),
            (600.0, 160.0, 0.0, 760.0),
            (640.0, 0.0, 0.0, 640.0),
            (640.0, 0.0, 0.0, 640.0),
        ],
    )
    assert flows_of(outcome) == [
        (2, 0, DELISTING_CASH, 400.0),
        (3, 1, DELISTING_CASH, 40.0),
    ]


def test_interest_margin_and_borrowing_over_three_years(trade):
    panel = market([[100.0, 100.0]] * 4, instants=[0, YEAR, 2 * YEAR, 3 * YEAR])
    rules = profile(cash_rate=0.02, margin_rate=0.05, borrow_rate=0.01)
    outcome = trade(panel, wishes({0: [1.5, -0.3]}), account(), rules)
    # Row 1: 20 earned on 1000, then 15 bought and 3 sold short leave -180.
    # Row 2: -180 owes 9, the short pays 3. Row 3: -192 owes 9.60, the short pays 3.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (-180.0, 1_500.0, 300.0, 1_020.0),
            (-192.0, 1_500.0, 300.0, 1_008.0),
            (-204.6, 1_500.0, 300.0, 995.4),
        ],
    )
    assert outcome.interest_usd.tolist() == pytest.approx([0.0, 20.0, 11.0, 1.4])
    assert outcome.borrow_fee_usd.tolist() == pytest.approx([0.0, 0.0, 3.0, 6.0])


def test_closes_alone_with_gaps(trade):
    panel = close_only([20.0, NAN, 25.0, NAN, 30.0, 30.0])
    outcome = trade(panel, wishes({0: 0.5, 2: 0.0}), account(), profile())
    # 25 shares bought at the close of row 2, and sold at the next one that printed.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (1_000.0, 0.0, 0.0, 1_000.0),
            (375.0, 625.0, 0.0, 1_000.0),
            (375.0, 625.0, 0.0, 1_000.0),
            (1_125.0, 0.0, 0.0, 1_125.0),
            (1_125.0, 0.0, 0.0, 1_125.0),
        ],
    )


def test_wishes_that_change_before_they_are_met(trade):
    panel = market(
        close=[10.0] * 6,
        open=[10.0, NAN, 10.0, NAN, NAN, 10.0],
    )
    outcome = trade(panel, wishes({0: 0.5, 1: 0.3, 2: 0.8, 3: 0.1}), account(), profile())
    assert orders_of(outcome) == [
        (0, 0, 50.0, 0.0, REPLACED),
        (1, 0, 30.0, 30.0, FILLED),
        (2, 0, 50.0, 0.0, REPLACED),
        (3, 0, -20.0, -20.0, FILLED),
    ]
    assert outcome.positions.tolist() == [10.0]


def test_leverage_into_ruin_and_out_of_the_position(trade):
    panel = market([10.0, 10.0, 6.0, 4.0, 4.0, 5.0])
    outcome = trade(panel, wishes({0: 2.0, 3: 0.0, 4: 1.0}), account(), profile())
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (-1_000.0, 2_000.0, 0.0, 1_000.0),
            (-1_000.0, 1_200.0, 0.0, 200.0),
            (-1_000.0, 800.0, 0.0, -200.0),
            (-200.0, 0.0, 0.0, -200.0),
            (-200.0, 0.0, 0.0, -200.0),
        ],
    )
    assert outcome.ruined_row == 3
    assert outcome.refusals["row"].tolist() == [4]


def test_a_quarterly_rebalance_of_two(trade):
    panel = market(
        [
            [10.0, 10.0],
            [10.0, 10.0],
            [15.0, 10.0],
            [15.0, 10.0],
            [15.0, 5.0],
            [15.0, 5.0],
        ]
    )
    rules = account(fractional=True, max_gross=1.0)
    outcome = trade(panel, wishes({0: [0.5, 0.5], 2: [0.5, 0.5], 4: [0.5, 0.5]}), rules, profile())
    # 1250 at row 2: 625 each; 937.50 at row 4: 468.75 each.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (0.0, 1_000.0, 0.0, 1_000.0),
            (0.0, 1_250.0, 0.0, 1_250.0),
            (0.0, 1_250.0, 0.0, 1_250.0),
            (0.0, 937.5, 0.0, 937.5),
            (0.0, 937.5, 0.0, 937.5),
        ],
    )
    assert outcome.positions.tolist() == pytest.approx([31.25, 93.75])


def test_a_dividend_capture_that_gains_nothing(trade):
    panel = market(
        close=[50.0, 50.0, 48.0, 48.0],
        actions=[(2, 0, DIVIDEND, 2.0)],
    )
    outcome = trade(panel, wishes({0: 1.0, 2: 0.0}), account(), profile())
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (0.0, 1_000.0, 0.0, 1_000.0),
            (40.0, 960.0, 0.0, 1_000.0),
            (1_000.0, 0.0, 0.0, 1_000.0),
        ],
    )


def test_a_halt_with_an_order_and_a_position_in_it(trade):
    panel = market(
        close=[10.0, 10.0, NAN, NAN, 7.0, 7.0],
        open=[10.0, 10.0, NAN, NAN, 8.0, 7.0],
    )
    outcome = trade(panel, wishes({0: 0.5, 1: 0.0}), account(), profile())
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (500.0, 500.0, 0.0, 1_000.0),
            (500.0, 500.0, 0.0, 1_000.0),
            (500.0, 500.0, 0.0, 1_000.0),
            (900.0, 0.0, 0.0, 900.0),
            (900.0, 0.0, 0.0, 900.0),
        ],
    )
    assert fills_of(outcome)[-1] == (4, 0, -50.0, 8.0)


def test_the_end_with_everything_sold_at_a_cost(trade):
    panel = market([[10.0, 20.0]] * 3 + [[11.0, 18.0]])
    rules = profile(commission_minimum_usd=1.0)
    options = account(liquidate_at_end=True)
    outcome = trade(panel, wishes({0: [0.4, -0.4]}), options, rules)
    # 40 bought at 10 and 20 sold short at 20, a dollar each; closed at 11 and 18, a dollar each.
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (998.0, 400.0, 400.0, 998.0),
            (998.0, 400.0, 400.0, 998.0),
            (1_076.0, 0.0, 0.0, 1_076.0),
        ],
    )
    assert [order[4] for order in orders_of(outcome)] == [FILLED] * 4


def test_an_order_left_working_at_the_end(trade):
    panel = market([10.0] * 4, volume=[100.0, 30.0, 0.0, 0.0])
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert orders_of(outcome) == [(0, 0, 50.0, 30.0, WORKING)]
    check(
        outcome,
        [
            (1_000.0, 0.0, 0.0, 1_000.0),
            (700.0, 300.0, 0.0, 1_000.0),
            (700.0, 300.0, 0.0, 1_000.0),
            (700.0, 300.0, 0.0, 1_000.0),
        ],
    )
