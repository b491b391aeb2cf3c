"""The teller of the balance tests is itself tested: whatever is falsified, it notices."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS
from markets import DAY_NS, NAN, account, market, profile, wishes
from teller import booked, claimed, fees_known, kinds_of, told

from tradewright.data.currency import in_currency
from tradewright.values.currency import Quotes, rate_dtype
from tradewright.values.panel import DIVIDEND, SPLIT, borrow_dtype

CAPITAL = 1_000.0
RATES = [1.0, 1.1, 1.2, 0.9, 1.3, 1.25]
FACTS = np.array(
    [(day * DAY_NS, day * DAY_NS, "USD", "EUR", rate) for day, rate in enumerate(RATES)], dtype=rate_dtype
)
PLAIN = market(
    close=[[100.0, 20.0], [104.0, 21.0], [52.0, 22.0], [50.0, 20.0], [51.0, 19.0], [49.0, 18.0]],
    actions=[(2, 0, SPLIT, 2.0), (3, 0, DIVIDEND, 1.0), (3, 1, DIVIDEND, 2.0, -1, 0.0, 5)],
)
PANEL = in_currency(replace(PLAIN, currency="EUR", quotes=Quotes(("USD", "EUR"), FACTS)), "EUR")
FEES = np.array([(2, 0, 1, 0.5), (4, 0, 0, 0.0)], dtype=borrow_dtype)
RULES = profile(half_spread_bps=10.0, commission_minimum_usd=1.0, cash_rate=0.5, conversion_bps=20.0)
ACCOUNT = replace(
    account(fractional=True, currency="EUR", balances="kept", exchange="shortfalls"),
    interest={"USD": (0.2, 0.9)},
)
ROWS = wishes({0: [0.6, 0.3], 2: [0.2, NAN], 3: [-0.2, 0.4]})


@pytest.fixture(scope="module")
def honest():
    """A true outcome with fills, flows, interest, exchanges, a claim and a short position."""
    return DRIVERS["reference"](PANEL, ROWS, ACCOUNT, RULES)


def missing(outcome) -> float:
    """The largest number of units in any currency that nothing explains."""
    return float(np.abs(outcome.balances - told(PANEL, outcome, ACCOUNT, RULES)["balances"]).max())


def unexplained(outcome, name: str, column: str) -> float:
    """The largest amount of a running total that nothing explains."""
    return float(np.abs(getattr(outcome, column) - told(PANEL, outcome, ACCOUNT, RULES)[name]).max())


def test_an_honest_outcome_is_explained(honest):
    assert missing(honest) < 1e-9
    assert unexplained(honest, "interest", "interest_usd") < 1e-9
    assert unexplained(honest, "gain", "exchange_gain_usd") < 1e-9


def test_the_sample_has_all_that_can_be_falsified(honest):
    assert len(honest.fills) >= 4
    assert (honest.flows["asset"] >= 0).sum() == 2
    assert honest.interest_usd[-1] != 0.0
    assert honest.exchange_cost_usd[-1] > 0.0
    assert np.abs(honest.exchange_gain_usd[-1]) > 0.1
    assert honest.receivable_usd[3] > 1.0
    assert honest.short_usd[-1] > 0.0


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("row", range(6))
def test_a_cent_added_to_a_balance_is_noticed(honest, row, place):
    balances = honest.balances.copy()
    balances[row, place] += 0.01
    assert missing(replace(honest, balances=balances)) > 0.009


@pytest.mark.parametrize("name", ["qty", "price"])
@pytest.mark.parametrize("number", range(4))
def test_a_falsified_fill_is_noticed_in_its_currency(honest, name, number):
    fills = honest.fills.copy()
    fills[name][number] *= 1.01
    assert missing(replace(honest, fills=fills)) > 1e-2


def test_a_hidden_commission_is_noticed(honest):
    fills = honest.fills.copy()
    fills["commission_usd"][0] = 0.0
    assert missing(replace(honest, fills=fills)) > 0.5


def test_a_fill_in_the_wrong_currency_is_noticed(honest):
    fills = honest.fills.copy()
    fills["asset"][0] = 1 - fills["asset"][0]
    assert missing(replace(honest, fills=fills)) > 1.0


def test_a_dividend_that_was_not_paid_is_noticed(honest):
    for asset in (0, 1):
        flows = honest.flows[honest.flows["asset"] != asset]
        assert missing(replace(honest, flows=flows)) > 0.5


def test_an_exchange_that_is_hidden_or_made_up_is_noticed(honest):
    none = np.zeros_like(honest.exchanged)
    assert missing(replace(honest, exchanged=none)) > 1.0
    twice = honest.exchanged * 2.0
    assert missing(replace(honest, exchanged=twice)) > 1.0


def test_a_rate_that_was_not_told_is_noticed_in_the_gain(honest):
    still = np.zeros_like(honest.exchange_gain_usd)
    assert unexplained(replace(honest, exchange_gain_usd=still), "gain", "exchange_gain_usd") > 0.1


def test_interest_at_another_rate_is_noticed(honest):
    cheap = replace(ACCOUNT, interest={})
    made = DRIVERS["reference"](PANEL, ROWS, cheap, RULES)
    assert missing(made) > 1e-3


def test_kinds_are_told_apart_by_name_with_the_own_one_first():
    names, of_asset, worth = kinds_of(PANEL, ACCOUNT)
    assert (names, of_asset.tolist()) == (["EUR", "USD"], [1, 0])
    assert worth[:, 1].tolist() == RATES
    assert worth[:, 0].tolist() == [1.0] * 6


def test_a_fee_on_file_holds_from_the_night_after_it_was_known():
    lent = replace(PANEL, borrows=FEES)
    rule = profile(borrow_rate=0.1, borrow_fee_multiple=2.0)
    assert [fees_known(lent, row, rule).tolist() for row in (2, 3, 5)] == [[0.1, 0.1], [1.0, 0.1], [1.0, 0.1]]


def test_claims_stand_in_their_own_units_from_the_day_they_are_due_to_the_day_before_they_are_paid(honest):
    _, of_asset, worth = kinds_of(PANEL, ACCOUNT)
    claims = claimed(PANEL, honest, of_asset, worth)
    assert not claims[:, 1].any()
    assert np.flatnonzero(claims[:, 0]).tolist() == [3, 4]


def test_what_a_row_booked_is_told_in_the_currency_of_each_name(honest):
    _, of_asset, worth = kinds_of(PANEL, ACCOUNT)
    moved = booked(PANEL, honest, 1, (of_asset, worth[1]))
    first = honest.fills[honest.fills["row"] == 1]
    paid = first["qty"] * first["price"] + first["commission_usd"]
    assert moved == pytest.approx([-paid[first["asset"] == 1].sum(), -paid[first["asset"] == 0].sum() / 1.1])
