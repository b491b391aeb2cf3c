"""Round trips, costs, turnover and exposure, read from fills and flows."""

import math
from dataclasses import replace

import numpy as np
import pytest
from made_accounts import fill, outcome_of, panel_of

from tradewright.kernel.batch import simulate
from tradewright.validation.trading import (
    costs_a_year_bps,
    costs_of,
    exposure_figures,
    gross_exposure,
    last_marks,
    net_exposure,
    round_trips,
    traded_share,
    turnover_figure,
)
from tradewright.values.decisions import Decisions
from tradewright.values.outcome import CASH_IN_LIEU, DELISTING_CASH, DIVIDEND_CASH
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT
from tradewright.values.profile import AccountOptions, ExecutionProfile

FLAT = panel_of(np.full((10, 2), 10.0))
CASH = np.full(10, 1000.0)


def trips_of(fills, flows=(), panel=FLAT):
    return round_trips(outcome_of(np.full(len(panel.instants), 1000.0), fills, flows), panel)


def test_changing_money_is_a_cost_and_the_gain_of_balances_is_none():
    bars = len(CASH)
    gain, cost = np.linspace(0.0, -90.0, bars), np.concatenate([[0.0], np.full(bars - 1, 4.0)])
    kept = replace(
        outcome_of(CASH, [fill(1, 0, 10, 5.0, 0.1, 1.0)]), currencies=("USD", "EUR"),
        exchange_gain_usd=gain, exchange_cost_usd=cost,
    )  # fmt: skip
    found = costs_of(kept)
    assert (found.exchange_usd, found.exchange_gain_usd) == pytest.approx((4.0, -90.0))
    assert found.total_usd == pytest.approx(
        costs_of(outcome_of(CASH, [fill(1, 0, 10, 5.0, 0.1, 1.0)])).total_usd + 4.0
    )
    assert costs_of(kept, start_row=4).exchange_usd == 0.0
    assert costs_of(kept, start_row=4).exchange_gain_usd == pytest.approx(-50.0)
    assert costs_a_year_bps(kept, 1.0)["exchange_usd"] == pytest.approx(40.0)


def test_an_account_in_one_currency_pays_nothing_for_changing_money():
    plain = costs_a_year_bps(outcome_of(CASH, [fill(1, 0, 10, 5.0)]), 1.0)
    assert (plain["exchange_usd"], plain["exchange_gain_usd"]) == (0.0, 0.0)


# Round trips


def test_a_purchase_and_its_sale_are_one_round_trip():
    (trip,) = trips_of([fill(1, 0, 10, 5.0, 0.1, 1.0), fill(4, 0, -10, 7.0, 0.1, 1.0)])
    assert (trip.entry_row, trip.exit_row, trip.is_open, trip.qty) == (1, 4, False, 10)
    assert (trip.entry_price, trip.exit_price) == (5.0, 7.0)
    # Spread is inside the prices paid: only the commission comes on top.
    assert trip.pnl_usd == pytest.approx(20.0 - 2.0)
    assert trip.costs_usd == pytest.approx(2.2)


def test_adding_and_reducing_stay_within_one_trip():
    (trip,) = trips_of([fill(1, 0, 10, 5.0), fill(2, 0, 10, 6.0), fill(3, 0, -5, 7.0), fill(5, 0, -15, 8.0)])
    assert trip.qty == 20
    assert trip.entry_price == pytest.approx(5.5)
    assert trip.exit_price == pytest.approx(7.75)
    assert trip.pnl_usd == pytest.approx(5 * 7 + 15 * 8 - 110)


def test_a_short_sale_gains_when_the_price_falls():
    (trip,) = trips_of([fill(1, 0, -10, 8.0), fill(2, 0, 10, 6.0)])
    assert (trip.qty, trip.entry_price, trip.exit_price) == (-10, 8.0, 6.0)
    assert trip.pnl_usd == pytest.approx(20.0)


def test_a_fill_through_zero_ends_one_trip_and_begins_the_next():
    first, second = trips_of([fill(1, 0, 10, 5.0), fill(3, 0, -15, 6.0, 3.0, 1.5), fill(5, 0, 5, 4.0)])
    assert (first.qty, first.exit_row) == (10, 3)
    assert first.pnl_usd == pytest.approx(10.0 - 1.0)
    assert first.costs_usd == pytest.approx(3.0)
    assert (second.qty, second.entry_row) == (-5, 3)
    assert second.pnl_usd == pytest.approx(10.0 - 0.5)


def test_two_assets_keep_books_of_their_own():
    trips = trips_of([fill(1, 0, 1, 5.0), fill(1, 1, 1, 50.0), fill(2, 1, -1, 60.0), fill(3, 0, -1, 4.0)])
    assert [(trip.asset, trip.pnl_usd) for trip in trips] == [(1, 10.0), (0, -1.0)]


def test_a_position_still_held_is_open_and_valued_at_the_last_close():
    (trip,) = trips_of([fill(1, 0, 10, 5.0)])
    assert trip.is_open
    assert (trip.exit_row, trip.exit_price) == (9, 10.0)
    assert trip.pnl_usd == pytest.approx(10 * (10.0 - 5.0))


def test_dividends_belong_to_the_trip_that_held_the_shares():
    (trip,) = trips_of([fill(1, 0, 10, 5.0), fill(4, 0, -10, 5.0)], [(2, 0, DIVIDEND_CASH, 3.0)])
    assert trip.pnl_usd == pytest.approx(3.0)


def test_cash_that_comes_after_the_sale_makes_no_trip():
    (trip,) = trips_of([fill(1, 0, 10, 5.0), fill(2, 0, -10, 5.0)], [(5, 0, DIVIDEND_CASH, 3.0)])
    assert trip.pnl_usd == 0.0


def test_a_split_multiplies_the_shares_of_a_trip():
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, SPLIT, 2.0)])
    (trip,) = trips_of([fill(1, 0, 10, 20.0), fill(4, 0, -20, 11.0)], panel=panel)
    assert not trip.is_open
    assert trip.qty == 20
    assert trip.pnl_usd == pytest.approx(20.0)


def test_a_trip_through_a_split_shows_its_entry_in_the_shares_of_its_exit():
    """Bought at 88.91, split 7 for 1, sold at 39.34: a winner, which raw prices would show as a loser."""
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, SPLIT, 7.0)])
    (trip,) = trips_of([fill(1, 0, 100, 88.91), fill(4, 0, -700, 39.34)], panel=panel)
    assert (trip.splits, trip.opened_qty) == (7.0, 700.0)
    assert trip.entry_price == pytest.approx(88.91 / 7.0)
    assert trip.exit_price == 39.34
    assert trip.pnl_usd == pytest.approx((trip.exit_price - trip.entry_price) * 700.0)


def test_a_split_before_the_entry_leaves_the_entry_as_it_was():
    panel = panel_of(np.full((6, 1), 10.0), [(1, 0, SPLIT, 7.0)])
    (trip,) = trips_of([fill(2, 0, 10, 5.0), fill(4, 0, -10, 6.0)], panel=panel)
    assert (trip.splits, trip.entry_price) == (1.0, 5.0)


def test_two_splits_in_one_trip_multiply():
    panel = panel_of(np.full((6, 1), 10.0), [(2, 0, SPLIT, 2.0), (3, 0, SPLIT, 3.0)])
    (trip,) = trips_of([fill(1, 0, 10, 60.0), fill(4, 0, -60, 11.0)], panel=panel)
    assert (trip.splits, trip.entry_price) == (6.0, pytest.approx(10.0))


def test_an_open_position_through_a_split_is_valued_in_its_own_shares():
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, SPLIT, 2.0)])
    (trip,) = trips_of([fill(1, 0, 10, 16.0)], panel=panel)
    assert (trip.entry_price, trip.exit_price, trip.opened_qty) == (8.0, 10.0, 20.0)
    assert trip.pnl_usd == pytest.approx(40.0)


def test_a_fill_on_the_day_of_a_split_comes_after_it():
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, SPLIT, 2.0)])
    (trip,) = trips_of([fill(1, 0, 10, 20.0), fill(3, 0, -20, 11.0)], panel=panel)
    assert (trip.is_open, trip.exit_row) == (False, 3)


def test_cash_in_lieu_takes_its_fraction_out_of_the_trip():
    """One share at 15 becomes one and a half at 10: half is paid out, one is sold, and nothing was gained."""
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, SPLIT, 1.5)])
    flows = [(3, 0, CASH_IN_LIEU, 5.0)]
    (trip,) = trips_of([fill(1, 0, 1, 15.0), fill(4, 0, -1, 10.0)], flows, panel)
    assert (trip.is_open, trip.exit_row) == (False, 4)
    assert trip.pnl_usd == pytest.approx(0.0)


def test_a_position_paid_out_as_a_fraction_altogether_has_ended():
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, SPLIT, 0.1)])
    (trip,) = trips_of([fill(1, 0, 5, 1.0)], [(3, 0, CASH_IN_LIEU, 5.0)], panel)
    assert (trip.is_open, trip.exit_row) == (False, 3)
    assert trip.pnl_usd == pytest.approx(0.0)


def test_rounding_in_a_split_begins_no_trip_in_the_other_direction():
    panel = panel_of(np.full((6, 1), 49.0), [(3, 0, SPLIT, 1.0 / 49.0)])
    assert 49 * (1.0 / 49.0) < 1.0
    (trip,) = trips_of([fill(1, 0, 49, 1.0), fill(4, 0, -1, 49.0)], (), panel)
    assert not trip.is_open


def test_a_dividend_on_the_day_of_a_delisting_does_not_swallow_its_proceeds():
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, DIVIDEND, 1.0), (3, 0, DELISTING, 0.4)])
    flows = [(3, 0, DIVIDEND_CASH, 10.0), (3, 0, DELISTING_CASH, 40.0)]
    (trip,) = trips_of([fill(1, 0, 10, 10.0)], flows, panel)
    assert trip.pnl_usd == pytest.approx(-50.0)


@pytest.mark.parametrize("stake", [0.101, -0.101])
def test_whole_shares_through_an_uneven_split_leave_trips_that_add_up(stake):
    close = np.array([10.0] * 4 + [10.0 / 1.5] * 6)[:, None]
    panel = panel_of(close, [(4, 0, SPLIT, 1.5)])
    profile = ExecutionProfile("own", 2.0, 1.0, 0.0, 0.005, 1.0, 0.1, 1.0, 0.0, 0.0, 0.0)
    decisions = Decisions(np.array([1, 6]), np.array([[stake], [0.0]]))
    outcome = simulate(panel, decisions, AccountOptions(10_000.0), profile)
    (trip,) = round_trips(outcome, panel)
    assert not trip.is_open
    assert trip.pnl_usd == pytest.approx(outcome.equity_usd[-1] - 10_000.0)


def test_a_delisting_ends_the_trip_at_its_payout():
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, DELISTING, 0.4)])
    (trip,) = trips_of([fill(1, 0, 10, 10.0)], [(3, 0, DELISTING_CASH, 40.0)], panel)
    assert (trip.is_open, trip.exit_row, trip.exit_price) == (False, 3, 4.0)
    assert trip.pnl_usd == pytest.approx(-60.0)


def test_a_delisting_that_pays_nothing_ends_the_trip_at_nothing():
    panel = panel_of(np.full((6, 1), 10.0), [(3, 0, DELISTING, 0.0)])
    (trip,) = trips_of([fill(1, 0, 10, 10.0)], [(3, 0, DELISTING_CASH, 0.0)], panel)
    assert (trip.exit_price, trip.pnl_usd) == (0.0, -100.0)


def test_no_fills_make_no_trips():
    assert trips_of([]) == ()


@pytest.mark.parametrize("seed", range(6))
def test_all_trips_and_account_flows_add_up_to_the_whole_gain(seed):
    """The identity that ties trips to the account: nothing is counted twice and nothing is lost."""
    rng = np.random.default_rng(seed)
    close = np.exp(np.cumsum(0.02 * rng.standard_normal((300, 5)), axis=0)) * 50.0
    actions = [(60, 1, SPLIT, 3.0), (90, 2, DIVIDEND, 0.7), (150, 0, DIVIDEND, 1.1), (200, 3, DELISTING, 0.3)]
    close[60:, 1] /= 3.0
    close[200:, 3] = np.nan
    rows = np.arange(5, 290, 11, dtype=np.int64)
    weights = rng.uniform(-0.4, 0.6, (len(rows), 5))
    profile = ExecutionProfile("own", 5.0, 1.0, 1.0, 0.005, 1.0, 0.1, 1.0, 0.02, 0.06, 0.01)
    panel, account = panel_of(close, actions), AccountOptions(100_000.0, max_gross=2.0)
    outcome = simulate(panel, Decisions(rows, weights), account, profile)
    trips, costs = round_trips(outcome, panel), costs_of(outcome)
    carried = costs.interest_earned_usd - costs.margin_interest_usd - costs.borrow_usd
    gain = outcome.equity_usd[-1] - account.capital_usd
    assert sum(trip.pnl_usd for trip in trips) + carried == pytest.approx(gain, abs=1e-5)
    assert sum(trip.costs_usd for trip in trips) == pytest.approx(
        costs.spread_usd + costs.impact_usd + costs.latency_usd + costs.commission_usd + costs.regulatory_usd
    )
    for trip in trips:
        moved = (trip.exit_price - trip.entry_price) * trip.opened_qty
        assert moved + trip.dividends_usd - trip.commission_usd == pytest.approx(trip.pnl_usd, abs=1e-5)
    assert {trip.splits for trip in trips} == {1.0, 3.0}
    held = {trip.asset for trip in trips if trip.is_open}
    assert held == set(np.flatnonzero(np.abs(outcome.positions) > 1e-9).tolist())


def test_the_last_mark_shrinks_with_a_split_after_the_last_close():
    panel = panel_of([[10.0], [12.0], [math.nan], [math.nan]], [(3, 0, SPLIT, 4.0)])
    assert last_marks(panel).tolist() == [3.0]


def test_what_never_had_a_close_has_no_mark():
    assert np.isnan(last_marks(panel_of([[math.nan], [math.nan]])))[0]


# Costs


def test_interest_of_the_warm_up_is_not_of_the_period():
    outcome = outcome_of(CASH, interest_usd=np.arange(10) * 2.0)
    assert costs_of(outcome, 7).interest_earned_usd == pytest.approx(4.0)
    assert costs_of(outcome).interest_earned_usd == pytest.approx(18.0)


def test_costs_are_split_by_their_cause():
    outcome = outcome_of(
        CASH,
        [fill(1, 0, 10, 5.0, 0.4, 1.0), fill(2, 0, -10, 5.0, 0.6, 2.0)],
        borrow_fee_usd=np.linspace(0, 9, 10),
        interest_usd=[0, 1, 3, 2, 2, 0, 5, 5, 5, 5],
    )
    costs = costs_of(outcome)
    assert (costs.spread_usd, costs.commission_usd) == (pytest.approx(1.0), pytest.approx(3.0))
    assert costs.borrow_usd == 9.0
    # Bars that charged: 3 to 2 and 2 to 0. Bars that paid: 0 to 3 and 0 to 5.
    assert costs.margin_interest_usd == pytest.approx(3.0)
    assert costs.interest_earned_usd == pytest.approx(8.0)
    assert costs.total_usd == pytest.approx(1.0 + 3.0 + 9.0 + 3.0)


def test_an_account_that_did_nothing_paid_nothing():
    assert costs_of(outcome_of(CASH)).total_usd == 0.0


def test_a_cost_a_year_is_of_the_equity_of_its_day():
    """10 of 1,000 and 1,000 of 100,000 are the same hundredth, however the account has grown since."""
    fills = [fill(1, 0, 10, 5.0, 10.0, 0.0), fill(3, 0, -10, 5.0, 1000.0, 0.0)]
    outcome = outcome_of([1000.0, 1000.0, 100_000.0, 100_000.0], fills)
    assert costs_a_year_bps(outcome, 2.0)["spread_usd"] == pytest.approx(100.0)


def test_costs_a_year_have_the_causes_of_the_costs_in_dollars():
    outcome = outcome_of(CASH, interest_usd=[0, 1, 3, 2, 2, 0, 5, 5, 5, 5])
    costs, bps = costs_of(outcome), costs_a_year_bps(outcome, 1.0)
    assert {name: pytest.approx(10.0 * usd) for name, usd in vars(costs).items()} == bps


@pytest.mark.parametrize(("equity", "years"), [([1000.0, 1000.0], 0.0), ([0.0, 0.0], 1.0)])
def test_a_cost_of_no_time_or_no_equity_is_no_number(equity, years):
    outcome = outcome_of(equity, [fill(1, 0, 10, 5.0, 1.0, 1.0)])
    assert math.isnan(costs_a_year_bps(outcome, years)["spread_usd"])


# Turnover and exposure


def test_turnover_counts_a_whole_replacement_once():
    # Sell everything and buy something else, once in a year: 1000 sold and 1000 bought.
    found = turnover_figure(outcome_of(CASH, [fill(1, 0, -100, 10.0), fill(1, 1, 100, 10.0)]), 1.0)
    assert found.value == pytest.approx(1.0)


def test_turnover_is_of_the_equity_before_each_bar():
    # Half the account each time, though the account grew tenfold in between.
    outcome = outcome_of([100.0, 100.0, 1000.0, 1000.0], [fill(1, 0, 10, 10.0), fill(3, 0, -10, 100.0)])
    assert turnover_figure(outcome, 1.0).value == pytest.approx(1.0)


def test_turnover_is_the_sum_of_what_its_chart_shows():
    outcome = outcome_of(CASH, [fill(2, 0, 10, 10.0), fill(3, 0, -10, 12.0), fill(6, 1, 5, 20.0)])
    assert turnover_figure(outcome, 0.5).value == pytest.approx(2.0 * traded_share(outcome).sum())


def test_turnover_has_no_interval_and_says_why():
    assert turnover_figure(outcome_of(CASH), 1.0).reason == "a fact of this path, no interval"


def test_turnover_of_no_time_is_not_evaluated():
    assert turnover_figure(outcome_of(CASH), 0.0).value is None
    assert turnover_figure(outcome_of([1000.0]), 1.0).value is None


def test_turnover_of_an_account_without_equity_is_not_evaluated():
    assert turnover_figure(outcome_of(np.zeros(5)), 1.0).value is None


def test_exposures_are_shares_of_equity():
    outcome = outcome_of(CASH, long_usd=np.full(10, 800.0), short_usd=np.full(10, 300.0))
    assert gross_exposure(outcome).tolist() == [1.1] * 10
    assert net_exposure(outcome).tolist() == [0.5] * 10
    gross, net, invested = exposure_figures(outcome)
    assert (gross.value, net.value, invested.value) == (pytest.approx(1.1), pytest.approx(0.5), 1.0)


def test_exposure_leaves_the_warm_up_out():
    outcome = outcome_of(CASH, long_usd=[0.0] * 5 + [1000.0] * 5)
    assert exposure_figures(outcome)[0].value == pytest.approx(0.5)
    assert exposure_figures(outcome, 5)[0].value == pytest.approx(1.0)
    assert exposure_figures(outcome, 5)[0].sample == 5


def test_exposure_of_a_ruined_account_is_not_evaluated():
    outcome = outcome_of([100.0, 0.0], long_usd=[50.0, 0.0])
    assert exposure_figures(outcome)[0].value is None


def test_traded_share_lies_on_the_bar_of_the_fill():
    share = traded_share(outcome_of(CASH, [fill(3, 0, 10, 5.0), fill(3, 1, -10, 5.0)]))
    assert share[3] == pytest.approx(0.05)
    assert np.count_nonzero(share) == 1
