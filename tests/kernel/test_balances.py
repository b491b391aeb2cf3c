"""Accounts that keep balances in their currencies, reckoned by hand: each rule by itself, in every driver."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS
from kept_markets import abroad, dollars, keeps
from markets import account, market, profile, wishes

from tradewright.values.outcome import (
    CASH_IN_LIEU,
    DELISTING_CASH,
    DIVIDEND_CASH,
    EXCHANGE_COST,
    EXCHANGE_GAIN,
    MERGER_CASH,
    UNSETTLED,
)
from tradewright.values.panel import DELISTING, DIVIDEND, MERGER, SPIN_OFF, SPLIT, borrow_dtype

YEAR = 365.0
drivers = pytest.mark.parametrize("simulate", DRIVERS.values(), ids=DRIVERS)


@drivers
def test_a_purchase_without_dollars_makes_a_loan_in_dollars(simulate):
    # 500 euros at row 0 are 50 shares at 10 $; at row 1 they cost 500 $, whatever a dollar is worth.
    made = simulate(dollars([1.0, 2.0, 2.0]), wishes({0: 0.5}), keeps(), profile())
    assert made.currencies == ("EUR", "USD")
    assert made.balances.tolist() == [[1_000.0, 0.0], [1_000.0, -500.0], [1_000.0, -500.0]]
    assert made.cash_usd.tolist() == [1_000.0, 0.0, 0.0]
    assert made.equity_usd.tolist() == [1_000.0] * 3


@drivers
def test_shares_on_a_loan_of_their_own_currency_do_not_care_for_its_rate(simulate):
    made = simulate(dollars([1.0, 1.0, 1.5, 0.5, 2.0]), wishes({0: 0.5}), keeps(max_gross=10.0), profile())
    assert made.equity_usd == pytest.approx([1_000.0] * 5)
    assert made.exchange_gain_usd == pytest.approx([0.0, 0.0, -250.0, 250.0, -500.0])
    assert made.flows[["kind", "amount_usd"]].tolist() == [(EXCHANGE_GAIN, -500.0)]


@drivers
def test_what_a_sale_earned_stays_in_dollars_and_moves_with_them(simulate):
    panel = dollars([1.0, 1.0, 1.0, 1.5, 2.0], [10.0, 10.0, 12.0, 12.0, 12.0])
    made = simulate(panel, wishes({0: 0.5, 1: 0.0}), keeps(), profile())
    # Bought for 500 $, sold for 600 $: 100 $ are left, worth 150 and then 200 euros.
    assert made.balances[2:].tolist() == [[1_000.0, 100.0]] * 3
    assert made.cash_usd.tolist() == [1_000.0, 500.0, 1_100.0, 1_150.0, 1_200.0]
    assert made.exchange_gain_usd.tolist() == [0.0, 0.0, 0.0, 50.0, 100.0]


@drivers
def test_commission_is_paid_in_the_currency_of_the_trade_and_nothing_for_changing_it(simulate):
    rule = profile(commission_minimum_usd=4.0, conversion_bps=100.0)
    made = simulate(dollars([1.0, 2.0, 2.0]), wishes({0: 0.2}), keeps(), rule)
    assert made.fills["commission_usd"].tolist() == [4.0]
    assert made.balances[1] == pytest.approx([1_000.0, -200.0 - 2.0])


@drivers
def test_a_short_sale_pays_dollars_in_and_the_dividend_takes_them_out(simulate):
    panel = dollars([2.0] * 5, actions=[(3, 0, DIVIDEND, 1.0)])
    made = simulate(panel, wishes({0: -0.4}), keeps(), profile(conversion_bps=50.0))
    assert made.balances[:, 1].tolist() == [0.0, 200.0, 200.0, 180.0, 180.0]
    assert made.balances[:, 0].tolist() == [1_000.0] * 5
    assert made.flows[["kind", "amount_usd"]].tolist() == [(DIVIDEND_CASH, -40.0)]


@drivers
def test_a_dividend_is_due_and_paid_in_its_own_currency(simulate):
    panel = dollars([1.0, 1.0, 2.0, 4.0, 4.0], actions=[(2, 0, DIVIDEND, 1.0, -1, 0.0, 3)])
    made = simulate(panel, wishes({0: 0.5}), keeps(max_gross=10.0), profile(conversion_bps=50.0))
    # 50 $ are due from row 2 on, worth 100 euros then and 200 when they are paid.
    assert made.receivable_usd == pytest.approx([0.0, 0.0, 100.0, 0.0, 0.0])
    assert made.balances[:, 1].tolist() == [0.0, -500.0, -500.0, -450.0, -450.0]
    assert made.flows[made.flows["kind"] == DIVIDEND_CASH]["amount_usd"].tolist() == [200.0]
    # The loan of 500 $ lost 500 and 1,000 euros; what the claim won on its way is the dividend's.
    assert made.exchange_gain_usd == pytest.approx([0.0, 0.0, -500.0, -1_500.0, -1_500.0])
    paid = (made.fills["qty"] * made.fills["price"]).sum()
    assert made.cash_usd[-1] == pytest.approx(1_000.0 - paid + made.flows["amount_usd"].sum())


@pytest.mark.parametrize(
    ("action", "kind", "dollars_paid"),
    [
        ((2, 0, MERGER, 0.0, -1, 7.0, 0), MERGER_CASH, 350.0),
        ((2, 0, DELISTING, 0.5), DELISTING_CASH, 250.0),
    ],
)
@drivers
def test_cash_of_a_merger_and_of_a_delisting_is_paid_in_dollars(simulate, action, kind, dollars_paid):
    made = simulate(
        dollars([1.0, 1.0, 1.0, 2.0, 2.0], actions=[action]), wishes({0: 0.5}), keeps(), profile()
    )
    assert made.flows[made.flows["kind"] == kind]["amount_usd"].tolist() == [dollars_paid]
    assert made.balances[:, 1].tolist() == [0.0, -500.0, *[-500.0 + dollars_paid] * 3]


@drivers
def test_a_fraction_of_a_share_is_paid_out_in_dollars(simulate):
    panel = dollars([2.0] * 5, [10.0, 10.0, 4.0, 4.0, 4.0], actions=[(2, 0, SPLIT, 2.5)])
    made = simulate(panel, wishes({0: 0.1}), keeps(fractional=False), profile())
    # Five shares become twelve and a half; the half is paid at the mark of 4 $ = 8 euros.
    assert made.flows[made.flows["kind"] == CASH_IN_LIEU]["amount_usd"].tolist() == [4.0]
    assert made.balances[:, 1].tolist() == [0.0, -50.0, -48.0, -48.0, -48.0]


@drivers
def test_every_currency_bears_interest_of_its_own(simulate):
    rule = profile(cash_rate=0.365, margin_rate=0.73)
    made = simulate(dollars([1.0, 1.0, 2.0]), wishes({0: 0.5}), keeps(max_gross=10.0), rule)
    # A day's interest is 0.1 % earned on euros and 0.2 % owed on dollars; it is told at the last row's rate.
    assert made.balances[1] == pytest.approx([1_001.0, -500.0])
    assert made.balances[2] == pytest.approx([1_001.0 * 1.001, -500.0 * 1.002])
    assert made.interest_usd == pytest.approx([0.0, 1.0, 1.0 + 1.001 - 1.0])
    assert made.exchange_gain_usd == pytest.approx([0.0, 0.0, -501.0])


@drivers
def test_interest_may_be_said_by_currency(simulate):
    rule = profile(cash_rate=0.365, margin_rate=0.73)
    chosen = {"USD": (0.1, 3.65)}
    made = simulate(dollars([1.0] * 3), wishes({0: 0.5}), keeps(interest=chosen), rule)
    assert made.balances[2] == pytest.approx([1_000.0 * 1.001**2, -500.0 * 1.01])
    assert made.interest_usd[-1] == pytest.approx(1.0 + 1.001 - 5.0)


@drivers
def test_interest_below_zero_is_taken_from_what_is_there(simulate):
    panel = dollars([1.0] * 5, [10.0, 10.0, 12.0, 12.0, 12.0])
    made = simulate(panel, wishes({0: 0.5, 1: 0.0}), keeps(interest={"USD": (-0.365, 0.1)}), profile())
    assert made.balances[4] == pytest.approx([1_000.0, 100.0 * 0.999**2 - 500.0 * 0.1 / 365.0], rel=1e-4)


@drivers
def test_proceeds_of_short_sales_earn_nothing_and_tie_up_no_other_currency(simulate):
    rule = profile(cash_rate=0.365)
    made = simulate(dollars([2.0] * 3), wishes({0: -0.5}), keeps(), rule)
    assert made.balances[1] == pytest.approx([1_001.0, 250.0])
    assert made.balances[2] == pytest.approx([1_001.0 * 1.001, 250.0])


@drivers
@pytest.mark.parametrize("exchange", ["never", "shortfalls", "all"])
def test_proceeds_of_short_sales_earn_nothing_wherever_they_were_changed_to(simulate, exchange):
    rule = profile(cash_rate=0.365)
    made = simulate(dollars([1.0] * 4), wishes({0: -1.0}), keeps(exchange=exchange), rule)
    # 2,000 euros lie there from row 1 on, and 1,000 of them are owed.
    assert made.interest_usd == pytest.approx([0.0, 1.0, 2.0, 3.0], abs=0.01)


@drivers
def test_what_shorts_owe_beyond_their_own_currency_ties_up_the_others_in_their_order(simulate):
    closes = [[10.0, 10.0], [10.0, 10.0], [18.0, 5.0], [18.0, 5.0]]
    panel = abroad(closes, ("USD", "JPY"), {"USD": [1.0] * 4, "JPY": [1.0] * 4})
    bears = {"JPY": (3.65, 0.0), "USD": (5.0, 0.0)}
    # 1,400 dollars and 400 yen come in for what is 2,520 and 200 short at row 2: 1,120 dollars are not
    # covered there, which takes all 1,002.001 euros and 117.999 of the 200 yen that are free.
    made = simulate(panel, wishes({0: [-1.4, -0.4]}), keeps(interest=bears), profile(cash_rate=0.365))
    assert made.interest_usd == pytest.approx([0.0, 1.0, 2.001, 2.001 + 0.82001])


# Prices that stand still while rates move.


@drivers
def test_a_name_that_does_not_print_is_worth_its_last_price_at_the_rate_of_the_day(simulate):
    panel = dollars([1.0, 1.0, 2.0, 2.5, 2.5], [10.0, 10.0, np.nan, np.nan, 10.0])
    made = simulate(panel, wishes({0: 0.5}), keeps(), profile())
    assert made.equity_usd.tolist() == pytest.approx([1_000.0] * 5)
    assert made.long_usd.tolist() == pytest.approx([0.0, 500.0, 1_000.0, 1_250.0, 1_250.0])


@drivers
def test_a_holiday_with_a_rate_of_its_own_calls_no_margin(simulate):
    panel = dollars([1.0, 1.0, 1.5, 1.0], [10.0, 10.0, np.nan, 10.0])
    made = simulate(panel, wishes({0: 1.9}), keeps(type="margin"), profile())
    assert not len(made.margin_calls)
    assert made.equity_usd.tolist() == pytest.approx([1_000.0] * 4)


@drivers
def test_a_delisting_after_a_halt_pays_the_last_price_in_dollars(simulate):
    panel = dollars(
        [1.0, 1.0, 2.0, 3.0, 3.0], [10.0, 10.0, np.nan, np.nan, np.nan], actions=[(3, 0, DELISTING, 1.0)]
    )
    made = simulate(panel, wishes({0: 0.5}), keeps(), profile())
    assert made.balances[-1].tolist() == pytest.approx([1_000.0, 0.0])
    assert made.equity_usd[-1] == pytest.approx(1_000.0)


@drivers
def test_a_fraction_after_a_halt_is_paid_at_the_last_price_in_dollars(simulate):
    panel = dollars([1.0, 1.0, 2.0, 3.0], [10.0, 10.0, np.nan, 4.0], actions=[(3, 0, SPLIT, 2.5)])
    made = simulate(panel, wishes({0: 0.09}), keeps(fractional=False), profile())
    # Nine shares become 22 and a half, which is worth half of 10 / 2.5 = 4 $.
    assert made.positions.tolist() == [22.0]
    assert made.balances[-1, 1] == pytest.approx(-90.0 + 2.0)


@drivers
def test_shares_given_on_the_first_row_of_their_currency_have_a_price(simulate):
    panel = abroad(
        [[10.0, np.nan], [10.0, np.nan], [10.0, np.nan], [10.0, 6.0]],
        ("EUR", "USD"),
        {"USD": [1.0, 1.0, 2.0, 3.0]},
        actions=[(2, 0, SPIN_OFF, 1.0, 1, 0.0, 0)],
    )
    made = simulate(panel, wishes({0: [0.5, np.nan]}), keeps(), profile())
    assert made.positions.tolist() == [50.0, 50.0]
    assert made.equity_usd.tolist() == pytest.approx([1_000.0, 1_000.0, 1_000.0, 1_000.0 + 50.0 * 18.0])


@drivers
def test_who_decides_at_a_close_knows_the_rate_of_that_close_alone(simulate):
    made = [
        simulate(
            dollars([1.0, 1.0, 1.0, late], [10.0, 10.0, np.nan, 10.0]),
            wishes({0: 0.5, 2: 0.8}),
            keeps(),
            profile(),
        )
        for late in (1.0, 4.0)
    ]
    assert made[0].orders["qty"].tolist() == made[1].orders["qty"].tolist()


@drivers
def test_the_fee_for_borrowing_is_owed_in_the_currency_of_the_name(simulate):
    made = simulate(dollars([2.0] * 3), wishes({0: -0.5}), keeps(), profile(borrow_rate=3.65))
    assert made.balances[:, 0].tolist() == [1_000.0] * 3
    assert made.balances[2, 1] == pytest.approx(250.0 - 2.5)
    assert made.borrow_fee_usd.tolist() == pytest.approx([0.0, 0.0, 5.0])


@drivers
def test_fees_on_file_by_name_are_those_of_each_currency(simulate):
    facts = np.array([(1, 0, 1, 0.365), (1, 1, 1, 7.3)], dtype=borrow_dtype)
    panel = abroad([[10.0, 10.0]] * 3, ("USD", "JPY"), {"USD": [2.0] * 3, "JPY": [0.5] * 3})
    panel = replace(panel, borrows=facts)
    made = simulate(panel, wishes({0: [-0.2, -0.2]}), keeps(), profile(borrow_rate=9.0))
    assert made.currencies == ("EUR", "JPY", "USD")
    assert made.balances[2] == pytest.approx([1_000.0, 400.0 * (1.0 - 0.02), 100.0 * (1.0 - 0.001)])


# What is changed at each close.


@drivers
def test_shortfalls_are_covered_at_the_close_and_the_own_currency_bears_the_cost(simulate):
    made = simulate(
        dollars([1.0, 2.0, 2.0]), wishes({0: 0.2}), keeps(exchange="shortfalls"), profile(conversion_bps=50.0)
    )
    # 20 shares cost 200 $ = 400 euros, and changing them 2 euros.
    assert made.balances[1] == pytest.approx([598.0, 0.0])
    assert made.balances[1, 1] == 0.0
    assert made.exchanged[1] == pytest.approx([-402.0, 200.0])
    assert made.exchange_cost_usd == pytest.approx([0.0, 2.0, 2.0])
    assert made.flows[["kind", "amount_usd"]].tolist() == [(EXCHANGE_COST, pytest.approx(-2.0))]
    assert made.equity_usd == pytest.approx([1_000.0, 998.0, 998.0])


@drivers
def test_dollars_that_are_there_already_are_spent_before_any_is_changed(simulate):
    rule = profile(conversion_bps=50.0)
    rows = wishes({0: 0.5, 1: 0.0, 2: 0.5})
    kept = simulate(dollars([1.0] * 5), rows, keeps(exchange="shortfalls"), rule)
    assert kept.exchange_cost_usd.tolist()[1:] == pytest.approx([2.5] * 4)
    assert kept.balances[2] == pytest.approx([497.5, 500.0])
    assert kept.balances[3] == pytest.approx([497.5, 1.25])  # half of equity of 997.50 was wanted
    converted = simulate(dollars([1.0] * 5), rows, replace(keeps(), balances="converted"), rule)
    assert converted.fills["commission_usd"].sum() == pytest.approx(2.5 + 2.5 + 2.49, abs=0.02)


@drivers
def test_all_changes_every_balance_back_at_each_close(simulate):
    made = simulate(
        dollars([1.0] * 4), wishes({0: 0.5, 1: 0.0}), keeps(exchange="all"), profile(conversion_bps=100.0)
    )
    assert not made.balances[:, 1].any()
    assert made.balances[:, 0] == pytest.approx([1_000.0, 495.0, 990.0, 990.0])
    assert made.exchange_cost_usd == pytest.approx([0.0, 5.0, 10.0, 10.0])
    assert not made.exchange_gain_usd.any()


@drivers
def test_trades_of_one_row_are_netted_before_money_is_changed(simulate):
    panel = abroad([[10.0, 10.0]] * 4, ("USD", "USD"), {"USD": [1.0] * 4})
    rows = wishes({0: [0.5, 0.0], 1: [0.0, 0.5]})
    made = simulate(panel, rows, keeps(exchange="all"), profile(conversion_bps=100.0))
    # The second day sells 500 $ and buys 497.50 $: only the difference is changed.
    assert made.exchange_cost_usd[2] - made.exchange_cost_usd[1] == pytest.approx(0.025, abs=1e-9)


@drivers
def test_a_shortfall_that_the_own_currency_cannot_cover_takes_the_others_by_name(simulate):
    panel = abroad(
        [[10.0, 10.0, 10.0]] * 4,
        ("USD", "JPY", "EUR"),
        {"USD": [1.0] * 4, "JPY": [1.0] * 4},
    )
    # Short 40 shares in dollars and 40 in yen, then euros for 1,500: yen come before dollars.
    rows = wishes({0: [-0.4, -0.4, 0.0], 1: [np.nan, np.nan, 1.5]})
    made = simulate(panel, rows, keeps(exchange="shortfalls", max_gross=5.0), profile(conversion_bps=100.0))
    assert made.currencies == ("EUR", "JPY", "USD")
    assert made.balances[1] == pytest.approx([1_000.0, 400.0, 400.0])
    covered = 400.0 / 1.01
    assert made.balances[2] == pytest.approx([0.0, 0.0, 400.0 - (500.0 - covered) * 1.01])


@drivers
def test_what_nothing_covers_stays_a_loan_in_its_currency(simulate):
    panel = dollars([1.0] * 4)
    made = simulate(panel, wishes({0: 1.8}), keeps(exchange="shortfalls"), profile())
    assert made.balances[1].tolist() == [0.0, -800.0]


@drivers
def test_by_itself_a_cash_account_covers_shortfalls_and_any_other_lends(simulate):
    panel, rule = dollars([1.0] * 3), profile(conversion_bps=100.0)
    cash = simulate(panel, wishes({0: 0.5}), keeps(type="cash", max_gross=1.0), rule)
    margin = simulate(panel, wishes({0: 0.5}), keeps(type="margin"), rule)
    assert cash.balances[1] == pytest.approx([495.0, 0.0])
    assert margin.balances[1] == pytest.approx([1_000.0, -500.0])


@drivers
def test_a_cash_account_that_buys_for_all_it_has_keeps_enough_to_change_the_money(simulate):
    panel = dollars([1.0] * 3)
    made = simulate(panel, wishes({0: 1.0}), keeps(type="cash", max_gross=1.0), profile(conversion_bps=100.0))
    assert made.balances[1] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert made.fills["qty"][0] == pytest.approx(1_000.0 / 1.01 / 10.0)


@drivers
def test_dollars_that_have_not_settled_buy_nothing_in_any_currency(simulate):
    panel = abroad([[10.0, 10.0]] * 5, ("USD", "EUR"), {"USD": [1.0] * 5})
    rows = wishes({0: [1.0, 0.0], 1: [0.0, 1.0]})
    made = simulate(panel, rows, keeps(type="cash", max_gross=1.0), profile())
    assert made.refusals["reason"].tolist() == [UNSETTLED]
    assert made.fills[["row", "qty"]].tolist() == [(1, 100.0), (2, -100.0), (3, 100.0)]
    assert made.balances[3] == pytest.approx([0.0, 0.0])


@drivers
def test_selling_everything_at_the_end_changes_what_the_account_changes(simulate):
    panel, rule = dollars([1.0] * 3), profile(conversion_bps=100.0)
    for exchange, left in (("never", 1_000.0), ("all", 990.0), ("shortfalls", 990.0)):
        made = simulate(panel, wishes({0: 0.5}), keeps(exchange=exchange, liquidate_at_end=True), rule)
        assert made.balances[-1] == pytest.approx([left, 0.0])
        assert made.equity_usd[-1] == made.cash_usd[-1] == pytest.approx(left)


@drivers
def test_who_liquidates_pays_for_changing_what_was_never_changed_before(simulate):
    panel = dollars([1.0, 1.0, 1.0], [10.0, 10.0, 12.0])
    account_ = keeps(exchange="never", liquidate_at_end=True)
    made = simulate(panel, wishes({0: 0.5}), account_, profile(conversion_bps=100.0))
    assert made.balances[-1] == pytest.approx([1_000.0 + 99.0, 0.0])
    assert made.exchanged[-1] == pytest.approx([99.0, -100.0])
    assert made.exchange_cost_usd.tolist() == pytest.approx([0.0, 0.0, 1.0])


@drivers
def test_names_of_the_own_currency_leave_nothing_where_none_of_their_money_is_changed(simulate):
    rule = profile(conversion_bps=100.0)
    alone = replace(market([10.0] * 3), currency="EUR")
    beside = abroad([[10.0, 10.0]] * 3, ("EUR", "USD"), {"USD": [1.0] * 3})
    for panel, weights, exchange, bought in (
        (alone, [1.0], "shortfalls", 100.0),
        (beside, [1.0, np.nan], "all", 100.0),
        (beside, [1.0, np.nan], "shortfalls", 1_000.0 / 10.1),
        (beside, [np.nan, 1.0], "all", 1_000.0 / 10.1),
    ):
        kept = keeps(type="cash", max_gross=1.0, exchange=exchange)
        assert simulate(panel, wishes({0: weights}), kept, rule).fills["qty"] == pytest.approx([bought])


@drivers
@pytest.mark.parametrize(("rate", "spends"), [(2.0, 10.0), (1.0, 10.0), (0.5, 10.0)])
def test_what_waits_to_settle_moves_with_its_rate_and_is_not_spent(simulate, rate, spends):
    # 900 of 1,000 euros go into dollars and come back as 900 $, which settle three sessions later.
    panel = abroad([[10.0, 10.0]] * 6, ("USD", "EUR"), {"USD": [1.0, 1.0, 1.0, *[rate] * 3]})
    rule = replace(profile(), settlement_schedule=(("1960-01-01", 3),))
    rows = wishes({0: [0.9, np.nan], 1: [0.0, np.nan], 2: [np.nan, 1.0]})
    made = simulate(panel, rows, keeps(type="cash", max_gross=1.0), rule)
    bought = made.fills[(made.fills["asset"] == 1) & (made.fills["row"] == 3)]
    assert bought["qty"] == pytest.approx([spends])


@drivers
def test_a_currency_that_rises_ruins_a_short_in_it_only_where_its_proceeds_were_changed(simulate):
    panel = abroad([[10.0], [10.0], [10.0], [10.0]], ("JPY",), {"JPY": [1.0, 1.0, 3.5, 3.5]})
    made = simulate(panel, wishes({0: -0.4}), keeps(type="margin"), profile())
    # The short owes 40 x 35 = 1,400 euros, and its yen are worth as much.
    assert made.equity_usd.tolist() == [1_000.0] * 4
    again = simulate(panel, wishes({0: -0.4}), keeps(type="margin", exchange="all"), profile())
    assert again.equity_usd[2] == pytest.approx(0.0)
    assert again.margin_calls["row"].tolist() == [2]


@drivers
def test_names_in_the_own_currency_alone_keep_one_balance(simulate):
    plain = market([10.0, 10.0, 12.0])
    made = simulate(plain, wishes({0: 0.5}), account(balances="kept"), profile(cash_rate=0.365))
    assert made.currencies == ("USD",)
    assert made.balances[:, 0].tolist() == pytest.approx(made.cash_usd.tolist())
    assert not made.exchange_gain_usd.any()


@drivers
def test_a_name_that_comes_later_brings_its_currency_with_it(simulate):
    nan = np.nan
    panel = abroad(
        [[10.0, nan], [10.0, nan], [10.0, 5.0], [10.0, 5.0], [10.0, 6.0]],
        ("EUR", "USD"),
        {"USD": [1.0, 1.0, 2.0, 2.0, 2.0]},
    )
    made = simulate(panel, wishes({0: [0.2, nan], 2: [nan, 0.2]}), keeps(), profile())
    assert made.balances[3:].tolist() == [[800.0, -100.0]] * 2
    assert np.isfinite(made.balances).all()
