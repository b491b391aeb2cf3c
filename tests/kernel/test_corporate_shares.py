"""Spin-offs, mergers, renames and dividends on their pay date, worked out by hand."""

import pytest
from markets import DAY_NS, NAN, account, close_only, market, profile, wishes

from tradewright.values import outcome as out
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import DELISTING, DIVIDEND, MERGER, RENAME, SPIN_OFF, SPLIT

PARTS = account(fractional=True)


def flows_of(outcome):
    """Row, instrument, kind and amount of every flow."""
    return [(row, asset, kind, pytest.approx(usd)) for row, asset, kind, usd in outcome.flows.tolist()]


# --- dividends on their pay date ----------------------------------------------------------------------


def paying(pay_row, close=(100.0, 100.0, 98.0, 98.0, 98.0, 98.0), ratio=None):
    """Two dollars a share, due on row 2 and paid later."""
    actions = [(2, 0, DIVIDEND, 2.0, -1, 0.0, pay_row)]
    if ratio:
        actions.append((3, 0, SPLIT, ratio))
        close = [price / (ratio if row >= 3 else 1.0) for row, price in enumerate(close)]
    return market(close, actions=actions)


def test_a_dividend_is_a_claim_until_it_is_paid(trade):
    outcome = trade(paying(4), wishes({0: 0.5}), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0] * 6
    assert outcome.cash_usd.tolist() == [1_000.0, 500.0, 500.0, 500.0, 510.0, 510.0]
    assert outcome.receivable_usd.tolist() == [0.0, 0.0, 10.0, 10.0, 0.0, 0.0]
    assert flows_of(outcome) == [(4, 0, out.DIVIDEND_CASH, 10.0)]


def test_a_short_position_owes_from_the_ex_date_and_pays_on_the_pay_date(trade):
    outcome = trade(paying(4), wishes({0: -0.5}), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0] * 6
    assert outcome.receivable_usd.tolist() == [0.0, 0.0, -10.0, -10.0, 0.0, 0.0]
    assert flows_of(outcome) == [(4, 0, out.DIVIDEND_CASH, -10.0)]


@pytest.mark.parametrize("pay_row", [0, 1, 2])
def test_a_dividend_without_a_later_day_is_paid_at_once(trade, pay_row):
    outcome = trade(paying(pay_row), wishes({0: 0.5}), account(), profile())
    assert outcome.cash_usd.tolist() == [1_000.0, 500.0, 510.0, 510.0, 510.0, 510.0]


def test_who_sells_after_the_ex_date_is_paid_all_the_same(trade):
    outcome = trade(paying(4), wishes({0: 0.5, 2: 0.0}), account(), profile())
    assert outcome.positions.tolist() == [0.0]
    assert outcome.cash_usd[-1] == pytest.approx(1_000.0)
    assert flows_of(outcome) == [(4, 0, out.DIVIDEND_CASH, 10.0)]


def test_who_buys_on_the_ex_date_is_paid_nothing(trade):
    outcome = trade(paying(4), wishes({1: 0.5}), account(), profile())
    assert outcome.flows.tolist() == []


def test_a_split_before_the_pay_date_does_not_change_what_is_due(trade):
    outcome = trade(paying(4, ratio=7.0), wishes({0: 0.5}), account(), profile())
    assert flows_of(outcome) == [(4, 0, out.DIVIDEND_CASH, 10.0)]
    assert outcome.equity_usd == pytest.approx([1_000.0] * 6)


def test_a_dividend_of_a_stock_that_is_gone_is_still_paid(trade):
    panel = market(
        [100.0, 100.0, 98.0, 98.0, NAN, NAN],
        actions=[(2, 0, DIVIDEND, 2.0, -1, 0.0, 5), (4, 0, DELISTING, 1.0)],
    )
    outcome = trade(panel, wishes({0: 0.5}), account(), profile())
    assert flows_of(outcome) == [(4, 0, out.DELISTING_CASH, 490.0), (5, 0, out.DIVIDEND_CASH, 10.0)]
    assert outcome.equity_usd.tolist() == pytest.approx([1_000.0] * 6)


def test_a_dividend_paid_after_the_end_stays_a_claim(trade):
    outcome = trade(paying(99), wishes({0: 0.5}), account(liquidate_at_end=True), profile())
    assert outcome.cash_usd[-1] == pytest.approx(990.0)
    assert outcome.equity_usd[-1] == pytest.approx(1_000.0)
    assert outcome.receivable_usd[-1] == pytest.approx(10.0)


def test_two_claims_at_once_are_each_paid_on_their_day(trade):
    actions = [(1, 0, DIVIDEND, 9.0), (2, 0, DIVIDEND, 2.0, -1, 0.0, 5), (3, 0, DIVIDEND, 1.0, -1, 0.0, 4)]
    outcome = trade(market([100.0] * 7, actions=actions), wishes({0: 0.5}), account(), profile())
    assert outcome.receivable_usd.tolist() == [0.0, 0.0, 10.0, 15.0, 10.0, 0.0, 0.0]
    assert flows_of(outcome) == [(4, 0, out.DIVIDEND_CASH, 5.0), (5, 0, out.DIVIDEND_CASH, 10.0)]


def test_interest_waits_for_the_pay_date(trade):
    rules = profile(cash_rate=0.365)
    early, late = (trade(paying(pay_row), wishes({0: 0.5}), PARTS, rules).interest_usd for pay_row in (2, 4))
    assert early[3] - early[2] == pytest.approx((late[3] - late[2]) + 10.0 * 0.001, rel=1e-6)


# --- spin-offs ----------------------------------------------------------------------------------------


def spun(ratio=0.5, child=(NAN, NAN, 40.0, 40.0), parent=(100.0, 100.0, 80.0, 80.0)):
    """One share of the new company for every `1 / ratio` of the old one, on row 2."""
    bars = [list(pair) for pair in zip(parent, child, strict=True)]
    return market(bars, actions=[(2, 0, SPIN_OFF, ratio, 1)])


def test_a_spin_off_gives_shares_of_the_new_company(trade):
    outcome = trade(spun(), wishes({0: [0.8, NAN]}), account(), profile())
    assert outcome.positions.tolist() == [8.0, 4.0]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4
    assert outcome.flows.tolist() == []


def test_a_short_position_owes_shares_of_the_new_company(trade):
    outcome = trade(spun(), wishes({0: [-0.8, NAN]}), account(), profile())
    assert outcome.positions.tolist() == [-8.0, -4.0]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


def test_a_fraction_of_the_new_company_is_paid_at_its_first_price(trade):
    outcome = trade(spun(ratio=0.2), wishes({0: [0.8, NAN]}), account(), profile())
    assert outcome.positions.tolist() == [8.0, 1.0]
    assert flows_of(outcome) == [(2, 1, out.CASH_IN_LIEU, 0.6 * 40.0)]


def test_parts_of_shares_are_kept_where_the_account_has_them(trade):
    outcome = trade(spun(ratio=0.2), wishes({0: [0.8, NAN]}), PARTS, profile())
    assert outcome.positions.tolist() == pytest.approx([8.0, 1.6])
    assert outcome.flows.tolist() == []


def test_a_new_company_without_a_price_counts_as_nothing_until_it_has_one(trade):
    outcome = trade(spun(child=(NAN, NAN, NAN, 40.0)), wishes({0: [0.8, NAN]}), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0, 1_000.0, 840.0, 1_000.0]


def test_a_new_company_without_a_price_cannot_be_ordered(trade):
    panel = spun(child=(NAN, NAN, NAN, 40.0))
    outcome = trade(panel, wishes({0: [0.8, NAN], 2: [NAN, 0.3]}), account(), profile())
    assert [tuple(refusal)[1:] for refusal in outcome.refusals.tolist()] == [(1, out.NO_PRICE)]


def test_shares_that_were_given_can_be_sold(trade):
    outcome = trade(spun(), wishes({0: [0.8, NAN], 2: [NAN, 0.0]}), account(), profile())
    assert outcome.positions.tolist() == [8.0, 0.0]
    assert outcome.equity_usd[-1] == pytest.approx(1_000.0)


# --- mergers and renames ------------------------------------------------------------------------------


def merging(value=0.0, cash_usd=0.0, kind=MERGER, other=(60.0, 60.0, 60.0, 60.0)):
    """The first company at 90 dollars is taken over on row 2."""
    bars = [[price, rest] for price, rest in zip((90.0, 90.0, NAN, NAN), other, strict=True)]
    return market(bars, actions=[(2, 0, kind, value, 1, cash_usd)])


@pytest.mark.parametrize(
    ("value", "cash_usd", "positions", "cash", "flows"),
    [
        (0.0, 90.0, [0.0, 0.0], 1_000.0, [(2, 0, out.MERGER_CASH, 900.0)]),
        (1.5, 0.0, [0.0, 15.0], 100.0, []),
        (0.5, 60.0, [0.0, 5.0], 700.0, [(2, 0, out.MERGER_CASH, 600.0)]),
    ],
    ids=["cash", "shares", "both"],
)
def test_a_merger_pays_cash_shares_or_both(trade, value, cash_usd, positions, cash, flows):
    outcome = trade(merging(value, cash_usd), wishes({0: [0.9, NAN]}), account(), profile())
    assert outcome.positions.tolist() == positions
    assert outcome.cash_usd[-1] == pytest.approx(cash)
    assert flows_of(outcome) == flows
    assert outcome.equity_usd.tolist() == pytest.approx([1_000.0] * 4)


def test_a_short_position_pays_the_cash_and_owes_the_shares(trade):
    outcome = trade(merging(0.5, 60.0), wishes({0: [-0.9, NAN]}), account(), profile())
    assert outcome.positions.tolist() == [0.0, -5.0]
    assert flows_of(outcome) == [(2, 0, out.MERGER_CASH, -600.0)]
    assert outcome.equity_usd.tolist() == pytest.approx([1_000.0] * 4)


def test_shares_received_join_those_that_were_held(trade):
    outcome = trade(merging(1.5), wishes({0: [0.45, 0.6]}), account(), profile())
    assert outcome.positions.tolist() == [0.0, 17.0]  # five make seven and a half, and ten were there
    assert flows_of(outcome) == [(2, 1, out.CASH_IN_LIEU, 30.0)]


def test_shares_received_cover_a_short_position(trade):
    outcome = trade(merging(1.0), wishes({0: [0.9, -0.6]}), account(), profile())
    assert outcome.positions.tolist() == [0.0, 0.0]


def test_a_company_that_was_taken_over_cannot_be_ordered(trade):
    outcome = trade(merging(1.5), wishes({0: [0.9, NAN], 2: [0.5, NAN]}), account(), profile())
    assert [tuple(refusal)[1:] for refusal in outcome.refusals.tolist()] == [(0, out.DELISTED)]


def test_an_order_on_a_company_that_was_taken_over_is_cancelled(trade):
    panel = market(
        [[90.0, 60.0]] * 2 + [[NAN, 60.0]] * 2,
        open=[[90.0, 60.0], [NAN, 60.0], [NAN, 60.0], [NAN, 60.0]],
        actions=[(2, 0, MERGER, 1.5, 1)],
    )
    outcome = trade(panel, wishes({0: [0.9, NAN]}), account(), profile())
    assert outcome.orders["state"].tolist() == [out.CANCELLED]


def test_a_rename_changes_the_name_alone(trade):
    panel = merging(kind=RENAME, other=(NAN, NAN, 90.0, 95.0))
    outcome = trade(panel, wishes({0: [0.9, NAN]}), account(), profile())
    assert outcome.positions.tolist() == [0.0, 10.0]
    assert outcome.equity_usd.tolist() == [1_000.0, 1_000.0, 1_000.0, 1_050.0]
    assert outcome.flows.tolist() == []


def test_a_new_name_that_has_not_printed_yet_carries_the_old_price(trade):
    panel = merging(kind=RENAME, other=(NAN, NAN, NAN, 95.0))
    outcome = trade(panel, wishes({0: [0.9, NAN]}), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0, 1_000.0, 1_000.0, 1_050.0]


def test_closes_alone_live_through_the_same(trade):
    panel = close_only([[90.0, 60.0]] * 2 + [[NAN, 60.0]] * 2)
    whole = merging(1.5)
    panel = type(panel)(panel.instants, panel.opens_at, panel.symbols, *panel.columns(), whole.actions.copy())
    outcome = trade(panel, wishes({0: [0.9, NAN]}), account(), profile())
    assert outcome.positions.tolist() == [0.0, 15.0]


def test_nothing_comes_of_a_company_that_is_gone(trade):
    panel = market([[90.0, 60.0]] * 4, actions=[(1, 1, DELISTING, 0.0), (2, 0, SPIN_OFF, 1.0, 1)])
    outcome = trade(panel, wishes({0: [0.9, NAN]}), account(), profile())
    assert outcome.positions.tolist() == [10.0, 0.0]


# --- what cannot be -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ((1, 0, SPIN_OFF, 0.0, 1), "A spin_off of 0.0"),
        ((1, 0, SPIN_OFF, 1.0, -1), "into instrument -1"),
        ((1, 0, SPIN_OFF, 1.0, 2), "into instrument 2"),
        ((1, 0, RENAME, 1.0, 0), "A rename of A at row 1 into instrument 0"),
        ((1, 0, MERGER, 1.0, 5), "A merger of A"),
        ((1, 0, MERGER, NAN, 1), "A merger of nan"),
        ((1, 0, MERGER, 0.0, -1, -5.0), "with -5.0 dollars"),
        ((1, 0, MERGER, 0.0, -1, NAN), "with nan dollars"),
    ],
)
def test_an_action_that_cannot_be_booked_is_refused_by_name(trade, action, words):
    panel = market([[90.0, 60.0]] * 3, actions=[action])
    with pytest.raises(InvalidOption, match=words):
        trade(panel, wishes({0: [0.9, NAN]}), account(), profile())


def test_a_cut_of_a_panel_keeps_how_long_a_claim_waits():
    panel = market([100.0] * 9, actions=[(4, 0, DIVIDEND, 1.0, -1, 0.0, 7), (5, 0, SPLIT, 2.0)])
    cut = panel.rows(3, 9).actions
    assert cut["row"].tolist() == [1, 2]
    assert cut["pay_row"].tolist() == [4, 0]
    assert panel.instants[4] == 4 * DAY_NS
