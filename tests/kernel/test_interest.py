"""Interest on cash, margin and borrowed shares: simple, actual over 365 days, booked at every row."""

import pytest
from markets import DAY_NS, NAN, account, market, profile, wishes

from tradewright.values.outcome import BORROW_FEE, INTEREST

YEAR = 365 * DAY_NS


def yearly(close, **more):
    """A panel whose rows are a year apart, so that a rate is a share."""
    return market(close, instants=[number * YEAR for number in range(len(close))], **more)


def test_cash_earns_its_rate_over_a_year(trade):
    outcome = trade(yearly([100.0] * 2), wishes({1: 0.0}), account(), profile(cash_rate=0.05))
    assert outcome.cash_usd.tolist() == pytest.approx([1_000.0, 1_050.0])


def test_interest_compounds_because_it_is_cash(trade):
    outcome = trade(yearly([100.0] * 3), wishes({2: 0.0}), account(), profile(cash_rate=0.1))
    assert outcome.cash_usd.tolist() == pytest.approx([1_000.0, 1_100.0, 1_210.0])


def test_the_first_row_earns_nothing(trade):
    outcome = trade(yearly([100.0] * 2), wishes({1: 0.0}), account(), profile(cash_rate=0.1))
    assert outcome.interest_usd[0] == 0.0


@pytest.mark.parametrize("days", [1, 3, 7, 30, 365, 366])
def test_interest_counts_calendar_days(trade, days):
    panel = market([100.0] * 2, instants=[0, days * DAY_NS])
    outcome = trade(panel, wishes({1: 0.0}), account(), profile(cash_rate=0.0365))
    assert outcome.interest_usd[-1] == pytest.approx(1_000.0 * 0.0001 * days)


def test_intraday_bars_earn_their_share_of_a_day(trade):
    panel = market([100.0] * 2, instants=[0, DAY_NS // 24])
    outcome = trade(panel, wishes({1: 0.0}), account(), profile(cash_rate=0.365))
    assert outcome.interest_usd[-1] == pytest.approx(1.0 / 24.0)


def test_interest_is_cumulative_and_signed(trade):
    outcome = trade(yearly([100.0] * 3), wishes({2: 0.0}), account(), profile(cash_rate=0.1))
    assert outcome.interest_usd.tolist() == pytest.approx([0.0, 100.0, 210.0])


def test_the_total_of_interest_is_one_flow_at_the_last_row(trade):
    outcome = trade(yearly([100.0] * 3), wishes({2: 0.0}), account(), profile(cash_rate=0.1))
    flow = outcome.flows[0]
    assert (flow["row"], flow["asset"], flow["kind"]) == (2, -1, INTEREST)
    assert flow["amount_usd"] == pytest.approx(210.0)


def test_without_rates_there_is_no_flow(trade):
    outcome = trade(yearly([100.0] * 3), wishes({0: 0.5}), account(), profile())
    assert len(outcome.flows) == 0
    assert not outcome.interest_usd.any()


def test_invested_money_earns_nothing(trade):
    outcome = trade(yearly([100.0] * 3), wishes({0: 1.0}), account(), profile(cash_rate=0.1))
    # Row 1 earns on 1000 before the purchase at its open; from then on 100 are left.
    assert outcome.interest_usd.tolist() == pytest.approx([0.0, 100.0, 110.0])


def test_debt_pays_the_margin_rate(trade):
    rules = profile(margin_rate=0.08)
    outcome = trade(yearly([100.0] * 3), wishes({0: 1.5}), account(), rules)
    assert outcome.cash_usd[1] == -500.0
    assert outcome.cash_usd[2] == pytest.approx(-540.0)
    assert outcome.interest_usd[2] == pytest.approx(-40.0)


def test_debt_does_not_earn_the_cash_rate(trade):
    rules = profile(margin_rate=0.08, cash_rate=0.5)
    outcome = trade(yearly([100.0] * 3), wishes({0: 1.5}), account(), rules)
    earned = 500.0
    owed = 0.08 * (500.0 - earned)
    assert outcome.interest_usd[2] == pytest.approx(earned - owed)


def test_unpaid_margin_interest_grows(trade):
    rules = profile(margin_rate=0.1)
    outcome = trade(yearly([100.0] * 4), wishes({0: 1.5}), account(), rules)
    assert outcome.cash_usd.tolist() == pytest.approx([1_000.0, -500.0, -550.0, -605.0])


def test_a_short_position_pays_the_borrow_rate_on_its_value(trade):
    rules = profile(borrow_rate=0.1)
    outcome = trade(yearly([100.0] * 3), wishes({0: -0.5}), account(), rules)
    assert outcome.borrow_fee_usd.tolist() == pytest.approx([0.0, 0.0, 50.0])
    assert outcome.cash_usd[2] == pytest.approx(1_450.0)


def test_the_borrow_fee_follows_the_price_of_the_last_row(trade):
    rules = profile(borrow_rate=0.1)
    outcome = trade(yearly([100.0, 100.0, 200.0, 200.0]), wishes({0: -0.2}), account(), rules)
    # Two shares: 200 owed during the first year, 400 during the second.
    assert outcome.borrow_fee_usd.tolist() == pytest.approx([0.0, 0.0, 20.0, 60.0])


def test_the_borrow_fee_is_one_negative_flow_in_the_end(trade):
    outcome = trade(yearly([100.0] * 3), wishes({0: -0.5}), account(), profile(borrow_rate=0.1))
    flow = outcome.flows[0]
    assert (flow["row"], flow["asset"], flow["kind"]) == (2, -1, BORROW_FEE)
    assert flow["amount_usd"] == pytest.approx(-50.0)


def test_proceeds_of_a_short_sale_earn_nothing(trade):
    rules = profile(cash_rate=0.1)
    outcome = trade(yearly([100.0] * 3), wishes({0: -0.5}), account(), rules)
    # Row 1: 100 on 1000. Row 2: cash 1600 of which 500 secure the short position.
    assert outcome.interest_usd.tolist() == pytest.approx([0.0, 100.0, 210.0])


def test_a_short_position_worth_more_than_all_cash_leaves_nothing_free(trade):
    rules = profile(cash_rate=0.1)
    panel = yearly([100.0, 100.0, 300.0, 300.0])
    outcome = trade(panel, wishes({0: -0.9}), account(), rules)
    assert outcome.interest_usd[3] == outcome.interest_usd[2]


def test_long_positions_pay_no_borrow_fee(trade):
    outcome = trade(yearly([100.0] * 3), wishes({0: 1.0}), account(), profile(borrow_rate=0.5))
    assert not outcome.borrow_fee_usd.any()


def test_interest_is_in_cash_before_the_fills_of_the_same_row(trade):
    rules = profile(cash_rate=0.1)
    panel = yearly([100.0, 100.0, 100.0])
    outcome = trade(panel, wishes({0: 1.1}), account(max_gross=1.0), rules)
    # 11 shares for 1100 dollars: the interest of the first year pays for the eleventh.
    assert outcome.positions.tolist() == [11.0]
    assert outcome.cash_usd[1] == pytest.approx(0.0, abs=1e-9)


def test_sizing_uses_the_equity_before_that_interest(trade):
    rules = profile(cash_rate=0.1)
    outcome = trade(yearly([100.0] * 3), wishes({0: 1.0}), account(), rules)
    assert outcome.orders["qty"].tolist() == [10.0]


def test_missing_closes_do_not_stop_interest(trade):
    panel = yearly([100.0, NAN, NAN, 100.0], open=[100.0] * 4)
    outcome = trade(panel, wishes({3: 0.0}), account(), profile(cash_rate=0.1))
    assert outcome.cash_usd.tolist() == pytest.approx([1_000.0, 1_100.0, 1_210.0, 1_331.0])


def test_fees_on_a_gap_use_the_last_known_price(trade):
    panel = yearly([100.0, 100.0, NAN, 100.0], open=[100.0] * 4)
    outcome = trade(panel, wishes({0: -0.5}), account(), profile(borrow_rate=0.1))
    assert outcome.borrow_fee_usd.tolist() == pytest.approx([0.0, 0.0, 50.0, 100.0])


def test_a_margin_rate_alone_touches_no_account_without_debt(trade):
    outcome = trade(yearly([100.0] * 3), wishes({0: 1.0}), account(), profile(margin_rate=0.5))
    assert not outcome.interest_usd.any()


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.02, 0.05])
def test_a_higher_cash_rate_never_hurts(trade, rate):
    low = trade(yearly([100.0] * 3), wishes({0: 0.5}), account(), profile(cash_rate=rate))
    high = trade(yearly([100.0] * 3), wishes({0: 0.5}), account(), profile(cash_rate=rate + 0.01))
    assert high.equity_usd[-1] > low.equity_usd[-1]


@pytest.mark.parametrize("name", ["margin_rate", "borrow_rate"])
def test_a_higher_rate_on_what_is_owed_never_helps(trade, name):
    weight = {0: 1.8} if name == "margin_rate" else {0: -0.8}
    ends = [
        trade(yearly([100.0] * 3), wishes(weight), account(), profile(**{name: rate})).equity_usd[-1]
        for rate in (0.0, 0.01, 0.05, 0.2)
    ]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] > ends[-1]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_interest_is_the_same_however_many_instruments_the_panel_has(trade, count):
    panel = yearly([[100.0] * count] * 4)
    weights = wishes({0: [0.5] + [0.0] * (count - 1)})
    rules = profile(cash_rate=0.03, margin_rate=0.06, borrow_rate=0.02)
    outcome = trade(panel, weights, account(), rules)
    # 1000 for a year, then what is left of 1030 after buying 500 worth.
    left = 530.0
    assert outcome.interest_usd[-1] == pytest.approx(30.0 + left * (1.03**2 - 1.0))
