"""Spin-offs, mergers and renames in the list of trips: nothing is counted twice and nothing is lost."""

import numpy as np
import pytest
from made_accounts import panel_of

from tradewright.kernel.batch import simulate
from tradewright.validation.trading import round_trips
from tradewright.values.decisions import Decisions
from tradewright.values.panel import MERGER, RENAME, SPIN_OFF, Panel, event_dtype
from tradewright.values.profile import AccountOptions, ExecutionProfile

FREE = ExecutionProfile("free", 0, 1, 0, 0, 0, 1.0, 1, 0, 0, 0)


def market(close, actions) -> Panel:
    """Bars with actions as (row, asset, kind, value, other, cash)."""
    plain = panel_of(close)
    events = np.zeros(len(actions), dtype=event_dtype)
    for place, action in enumerate(actions):
        events[place] = (*action, 0)
    return Panel(
        plain.instants, plain.opens_at, plain.symbols, *(column.copy() for column in plain.columns()), events
    )


def traded(close, actions, weights, **options):
    """The trips of one decision at the first close, and the account's whole gain."""
    panel = market(close, actions)
    account = AccountOptions(1_000.0, 2.0, **options)
    decided = Decisions(np.array([0]), np.array([weights]))
    outcome = simulate(panel, decided, account, FREE)
    return round_trips(outcome, panel), outcome.equity_usd[-1] - 1_000.0


CLOSE = [[90.0, 60.0], [90.0, 60.0], [np.nan, 61.0], [np.nan, 66.0]]


@pytest.mark.parametrize(
    ("value", "cash", "kind"),
    [(0.0, 95.0, MERGER), (1.5, 0.0, MERGER), (0.55, 60.0, MERGER), (1.0, 0.0, RENAME)],
    ids=["cash", "shares", "both", "rename"],
)
@pytest.mark.parametrize("weight", [0.9, -0.9])
@pytest.mark.parametrize("fractional", [True, False])
def test_trips_through_a_merger_add_up(value, cash, kind, weight, fractional):
    trips, gain = traded(CLOSE, [(2, 0, kind, value, 1, cash)], [weight, 0.1], fractional=fractional)
    assert sum(trip.pnl_usd for trip in trips) == pytest.approx(gain, abs=1e-9)
    assert next(trip for trip in trips if trip.asset == 0).exit_row == 2


def test_a_cash_merger_ends_the_trip_at_what_it_paid():
    trips, gain = traded(CLOSE, [(2, 0, MERGER, 0.0, -1, 95.0)], [0.9, np.nan])
    (trip,) = trips
    assert (trip.entry_price, trip.exit_price, trip.is_open) == (90.0, 95.0, False)
    assert trip.pnl_usd == pytest.approx(gain) == pytest.approx(50.0)


def test_a_merger_for_shares_begins_a_trip_of_the_other_company():
    trips, gain = traded(CLOSE, [(2, 0, MERGER, 1.5, 1, 0.0)], [0.9, np.nan])
    gone, received = trips
    assert (gone.exit_price, gone.pnl_usd) == (90.0, 0.0)
    assert (received.asset, received.qty, received.entry_row, received.is_open) == (1, 15.0, 2, True)
    assert received.pnl_usd == pytest.approx(gain) == pytest.approx(90.0)


SPUN = [[100.0, np.nan], [100.0, np.nan], [80.0, 40.0], [82.0, 44.0]]


@pytest.mark.parametrize("weight", [0.8, -0.8])
@pytest.mark.parametrize("ratio", [0.5, 0.2])
@pytest.mark.parametrize("fractional", [True, False])
def test_trips_through_a_spin_off_add_up(weight, ratio, fractional):
    trips, gain = traded(SPUN, [(2, 0, SPIN_OFF, ratio, 1, 0.0)], [weight, np.nan], fractional=fractional)
    assert sum(trip.pnl_usd for trip in trips) == pytest.approx(gain, abs=1e-9)


def test_shares_spun_off_count_as_a_dividend_of_the_old_company():
    trips, _ = traded(SPUN, [(2, 0, SPIN_OFF, 0.5, 1, 0.0)], [0.8, np.nan])
    old, new = sorted(trips, key=lambda trip: trip.asset)
    assert old.dividends_usd == pytest.approx(160.0)
    assert (new.qty, new.entry_price) == (4.0, 40.0)
    assert new.pnl_usd == pytest.approx(16.0)
