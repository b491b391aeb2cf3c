"""The accountant of the identity tests is itself tested: whatever is falsified, it notices."""

from dataclasses import replace

import numpy as np
import pytest
from accountant import cash_of, changes_of_equity, holdings_of, marks_of, worth
from drivers import DRIVERS
from markets import NAN, account, market, profile, wishes

from tradewright.values.panel import DIVIDEND, SPLIT

CAPITAL = 1_000.0
PANEL = market(
    close=[100.0, 104.0, 52.0, 50.0, 51.0, 49.0],
    open=[100.0, 101.0, 51.0, 52.0, 50.0, 50.0],
    actions=[(2, 0, SPLIT, 2.0), (3, 0, DIVIDEND, 1.0)],
)
RULES = profile(half_spread_bps=10.0, commission_minimum_usd=1.0, cash_rate=0.5)


@pytest.fixture(scope="module")
def honest():
    """A true outcome with fills, flows, interest and costs."""
    return DRIVERS["reference"](PANEL, wishes({0: 0.5, 3: 0.2}), account(), RULES)


def discrepancy(outcome):
    """The largest amount by which equity is not explained."""
    found = np.diff(outcome.equity_usd, prepend=CAPITAL)
    return float(np.abs(found - changes_of_equity(PANEL, outcome)).max())


def unexplained_cash(outcome):
    """The largest amount by which cash is not explained."""
    return float(np.abs(outcome.cash_usd - cash_of(PANEL, outcome, CAPITAL)).max())


def test_an_honest_outcome_is_explained(honest):
    assert discrepancy(honest) < 1e-9
    assert unexplained_cash(honest) < 1e-9


def test_the_sample_has_all_that_can_be_falsified(honest):
    assert len(honest.fills) == 2
    assert (honest.flows["asset"] == 0).sum() == 1
    assert honest.interest_usd[-1] > 0.0


@pytest.mark.parametrize("row", range(1, 6))
def test_a_cent_added_to_equity_is_noticed(honest, row):
    equity = honest.equity_usd.copy()
    equity[row] += 0.01
    assert discrepancy(replace(honest, equity_usd=equity)) > 0.009


@pytest.mark.parametrize("row", range(6))
def test_a_cent_added_to_cash_is_noticed(honest, row):
    cash = honest.cash_usd.copy()
    cash[row] += 0.01
    assert unexplained_cash(replace(honest, cash_usd=cash)) > 0.009


@pytest.mark.parametrize("name", ["qty", "reference"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_falsified_fill_is_noticed_in_equity(honest, name, number):
    fills = honest.fills.copy()
    fills[name][number] *= 1.01
    assert discrepancy(replace(honest, fills=fills)) > 1e-3


@pytest.mark.parametrize("name", ["spread_usd", "commission_usd"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_hidden_cost_is_noticed_in_equity(honest, name, number):
    fills = honest.fills.copy()
    fills[name][number] = 0.0
    assert discrepancy(replace(honest, fills=fills)) > 0.1


@pytest.mark.parametrize("name", ["qty", "price", "commission_usd"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_falsified_fill_is_noticed_in_cash(honest, name, number):
    fills = honest.fills.copy()
    fills[name][number] *= 1.01
    assert unexplained_cash(replace(honest, fills=fills)) > 1e-3


def test_a_missing_fill_is_noticed(honest):
    assert discrepancy(replace(honest, fills=honest.fills[:-1])) > 0.1
    assert unexplained_cash(replace(honest, fills=honest.fills[:-1])) > 0.1


def test_a_fill_told_twice_is_noticed(honest):
    fills = np.concatenate([honest.fills, honest.fills[-1:]])
    assert discrepancy(replace(honest, fills=fills)) > 0.1


def test_a_dividend_that_was_not_paid_is_noticed(honest):
    flows = honest.flows[honest.flows["asset"] < 0]
    assert discrepancy(replace(honest, flows=flows)) > 1.0
    assert unexplained_cash(replace(honest, flows=flows)) > 1.0


def test_interest_that_was_not_paid_is_noticed(honest):
    none = np.zeros_like(honest.interest_usd)
    assert discrepancy(replace(honest, interest_usd=none)) > 0.1


def test_a_fill_moved_to_another_row_is_noticed(honest):
    fills = honest.fills.copy()
    fills["row"][0] += 1
    assert discrepancy(replace(honest, fills=fills)) > 0.1


def test_marks_are_restated_by_splits():
    assert marks_of(PANEL)[:, 0].tolist() == [100.0, 104.0, 52.0, 50.0, 51.0, 49.0]
    gap = market([100.0, NAN, NAN, 50.0], actions=[(2, 0, SPLIT, 2.0)])
    assert marks_of(gap)[:, 0].tolist() == [100.0, 100.0, 50.0, 50.0]


def test_holdings_before_and_after_the_fills_of_a_row(honest):
    acted, traded = holdings_of(PANEL, honest, marks_of(PANEL))
    assert acted[:, 0].tolist() == [0.0, 0.0, 10.0, 10.0, 10.0, 4.0]
    assert traded[:, 0].tolist() == [0.0, 5.0, 10.0, 10.0, 4.0, 4.0]


def test_worth_ignores_prices_of_what_is_not_held():
    assert worth(np.array([0.0, 2.0]), np.array([NAN, 5.0])) == 10.0
