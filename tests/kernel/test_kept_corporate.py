"""Corporate actions in accounts that keep balances: who pays in which currency, and at which rate."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS
from markets import DAY_NS, account, market, profile, wishes

from tradewright.data.currency import in_currency
from tradewright.values.currency import Quotes, rate_dtype
from tradewright.values.outcome import CASH_IN_LIEU, DIVIDEND_CASH, MERGER_CASH
from tradewright.values.panel import DELISTING, DIVIDEND, MERGER, RENAME, SPIN_OFF, SPLIT, Panel

drivers = pytest.mark.parametrize("simulate", DRIVERS.values(), ids=DRIVERS)
NAN = float("nan")


def abroad(close, own, rates, actions) -> Panel:
    """Names in dollars or euros, told in euros at a rate of the dollar a day."""
    facts = [(day * DAY_NS, day * DAY_NS, "USD", "EUR", rate) for day, rate in enumerate(rates)]
    plain = replace(market(close, actions=actions), currency="EUR")
    return in_currency(replace(plain, quotes=Quotes(own, np.array(facts, dtype=rate_dtype))), "EUR")


def keeps(**changes):
    """A fractional account of 1,000 euros that keeps its balances."""
    return account(
        **{"fractional": True, "currency": "EUR", "balances": "kept", "max_gross": 10.0, **changes}
    )


def bought(simulate, panel, weights, **changes):
    """The outcome of weights at the first row, without costs."""
    return simulate(panel, wishes({0: weights}), keeps(**changes), profile(conversion_bps=50.0))


def paid(made, kind) -> list[float]:
    """What flows of a kind brought, in euros."""
    return made.flows[made.flows["kind"] == kind]["amount_usd"].tolist()


@drivers
def test_a_merger_into_a_name_of_another_currency_leaves_the_loan_where_it_was(simulate):
    # 50 shares at 10 $ become 25 at 40 euros and 100 $ in cash, at two euros a dollar.
    close = [[10.0, 40.0], [10.0, 40.0], [NAN, 40.0], [NAN, 44.0]]
    panel = abroad(close, ("USD", "EUR"), [1.0, 1.0, 2.0, 2.0], [(2, 0, MERGER, 0.5, 1, 2.0, 0)])
    made = bought(simulate, panel, [0.5, NAN])
    assert made.positions.tolist() == [0.0, 25.0]
    assert paid(made, MERGER_CASH) == [200.0]
    assert made.balances[2:].tolist() == [[1_000.0, -400.0]] * 2
    assert made.equity_usd[2:].tolist() == pytest.approx([1_000.0 + 1_000.0 - 800.0, 1_200.0 + 100.0])


@drivers
def test_a_merger_into_a_name_without_a_price_counts_it_at_what_it_was_given_for(simulate):
    # Ten dollars less two in cash, at two euros each, for half a share: 32 euros, until it prints.
    close = [[10.0, NAN], [10.0, NAN], [NAN, NAN], [NAN, NAN], [NAN, 40.0]]
    rates = [1.0, 1.0, 2.0, 3.0, 3.0]
    for own, later in ((("USD", "EUR"), 32.0), (("USD", "USD"), 48.0)):
        panel = abroad(close, own, rates, [(2, 0, MERGER, 0.5, 1, 2.0, 0)])
        made = bought(simulate, panel, [0.5, NAN])
        assert made.long_usd[2:4] == pytest.approx([25.0 * 32.0, 25.0 * later])


@drivers
def test_a_rename_carries_price_and_currency_over(simulate):
    close = [[10.0, NAN], [10.0, NAN], [NAN, NAN], [NAN, 11.0]]
    panel = abroad(close, ("USD", "USD"), [1.0, 1.0, 2.0, 2.0], [(2, 0, RENAME, 1.0, 1, 0.0, 0)])
    made = bought(simulate, panel, [0.5, NAN])
    assert made.positions.tolist() == [0.0, 50.0]
    assert made.equity_usd.tolist() == pytest.approx([1_000.0, 1_000.0, 1_000.0, 1_100.0])


@drivers
def test_a_spin_off_pays_its_fraction_in_its_own_currency(simulate):
    # 50 shares give 12 and a half of the other, whose half is paid at its last price of 8 $ = 16 euros.
    close = [[10.0, 8.0], [10.0, 8.0], [10.0, NAN], [10.0, 8.0]]
    panel = abroad(close, ("EUR", "USD"), [1.0, 1.0, 2.0, 2.0], [(2, 0, SPIN_OFF, 0.25, 1, 0.0, 0)])
    made = bought(simulate, panel, [0.5, NAN], fractional=False)
    assert made.positions.tolist() == [50.0, 12.0]
    assert paid(made, CASH_IN_LIEU) == [8.0]
    assert made.balances[2].tolist() == [500.0, 4.0]
    assert made.long_usd[2] == pytest.approx(500.0 + 12.0 * 16.0)


@drivers
def test_a_claim_outlives_its_name_and_is_paid_in_its_currency(simulate):
    acts = [(2, 0, DIVIDEND, 1.0, -1, 0.0, 4), (3, 0, DELISTING, 1.0)]
    close = [[10.0], [10.0], [10.0], [NAN], [NAN], [NAN]]
    made = bought(simulate, abroad(close, ("USD",), [1.0, 1.0, 1.0, 2.0, 4.0, 5.0], acts), [0.5])
    assert made.receivable_usd == pytest.approx([0.0, 0.0, 50.0, 100.0, 0.0, 0.0])
    assert made.balances[:, 1].tolist() == [0.0, -500.0, -500.0, 0.0, 50.0, 50.0]
    assert paid(made, DIVIDEND_CASH) == [200.0]
    assert made.equity_usd == pytest.approx([1_000.0, 1_000.0, 1_050.0, 1_100.0, 1_200.0, 1_250.0])


@drivers
def test_claims_of_two_currencies_are_each_told_at_their_own_rate(simulate):
    acts = [(2, 0, DIVIDEND, 1.0, -1, 0.0, 4), (2, 1, DIVIDEND, 2.0, -1, 0.0, 3)]
    close = [[10.0, 10.0]] * 5
    made = bought(simulate, abroad(close, ("USD", "EUR"), [1.0, 1.0, 1.0, 3.0, 3.0], acts), [0.5, 0.2])
    assert made.receivable_usd == pytest.approx([0.0, 0.0, 50.0 + 40.0, 150.0, 0.0])
    assert made.balances[-1].tolist() == [1_000.0 - 200.0 + 40.0, -500.0 + 50.0]


@drivers
def test_who_is_short_owes_the_dividend_at_the_rate_of_the_day_it_is_paid(simulate):
    acts = [(2, 0, DIVIDEND, 1.0, -1, 0.0, 3)]
    made = bought(simulate, abroad([[10.0]] * 4, ("USD",), [1.0, 1.0, 1.0, 2.0], acts), [-0.5])
    assert made.receivable_usd == pytest.approx([0.0, 0.0, -50.0, 0.0])
    assert made.balances[-1].tolist() == [1_000.0, 450.0]
    assert paid(made, DIVIDEND_CASH) == [-100.0]


@drivers
def test_split_and_dividend_of_one_row_are_paid_on_the_new_shares_at_the_new_rate(simulate):
    acts = [(2, 0, SPLIT, 2.0), (2, 0, DIVIDEND, 0.5)]
    close = [[10.0], [10.0], [NAN], [5.0]]
    made = bought(simulate, abroad(close, ("USD",), [1.0, 1.0, 2.0, 2.0], acts), [0.5])
    assert made.positions.tolist() == [100.0]
    assert made.balances[-1].tolist() == [1_000.0, -450.0]
    assert made.equity_usd == pytest.approx([1_000.0, 1_000.0, 1_100.0, 1_100.0])


@drivers
def test_a_delisting_that_pays_nothing_leaves_the_loan(simulate):
    close = [[10.0], [10.0], [NAN], [NAN]]
    panel = abroad(close, ("USD",), [1.0, 1.0, 1.0, 2.0], [(2, 0, DELISTING, 0.0)])
    made = bought(simulate, panel, [0.5])
    assert made.equity_usd == pytest.approx([1_000.0, 1_000.0, 500.0, 0.0])
    assert made.ruined_row == 3
