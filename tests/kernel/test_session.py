"""A session: bars one after the other, seen as the batch would show them."""

import numpy as np
import pytest
from drivers import DRIVERS, differences
from markets import NAN, account, market, profile, wishes

from tradewright.kernel.session import Session
from tradewright.values.errors import InvalidOption
from tradewright.values.outcome import FILLED, REPLACED
from tradewright.values.panel import DIVIDEND, SPLIT

FLAT = [100.0] * 6


def opened(close=FLAT, rules=None, options=None, **more):
    """A session over a small panel."""
    return Session(market(close, **more), options or account(), rules or profile())


def test_before_the_first_bar_there_is_only_capital():
    session = opened()
    assert session.row == -1
    assert session.cash_usd == session.equity_usd == 1_000.0
    assert session.positions.tolist() == [0.0]


def test_advance_moves_to_the_row():
    session = opened()
    session.advance(0)
    assert session.row == 0
    session.advance(3)
    assert session.row == 3


def test_rows_between_are_run_as_well():
    session = opened(close=[100.0, 100.0, 100.0, 150.0, 150.0, 150.0])
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(5)
    assert session.equity_usd == 1_250.0
    assert len(session.finish().equity_usd) == 6


def test_a_decision_meets_the_next_row_only():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.5]))
    assert session.positions.tolist() == [0.0]
    session.advance(1)
    assert session.positions.tolist() == [5.0]


def test_cash_and_equity_are_those_of_the_row():
    session = opened(close=[100.0, 100.0, 120.0, 120.0])
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(1)
    assert (session.cash_usd, session.equity_usd) == (500.0, 1_000.0)
    session.advance(2)
    assert (session.cash_usd, session.equity_usd) == (500.0, 1_100.0)


def test_looking_twice_changes_nothing():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(2)
    first = session.equity_usd, session.cash_usd, session.positions.tolist()
    second = session.equity_usd, session.cash_usd, session.positions.tolist()
    assert first == second


def test_looking_between_decision_and_fill_changes_nothing():
    silent, curious = opened(), opened()
    for session in (silent, curious):
        for row in range(6):
            session.advance(row)
            session.intend(np.array([0.1 * row]))
            if session is curious:
                _ = session.equity_usd
    assert differences(silent.finish(), curious.finish()) == []


def test_the_second_word_on_a_row_replaces_the_first():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.9]))
    session.intend(np.array([0.2]))
    session.advance(1)
    assert session.positions.tolist() == [2.0]
    assert len(session.finish().orders) == 1


def test_the_second_word_replaces_the_first_even_after_a_look():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.9]))
    _ = session.equity_usd
    session.intend(np.array([0.2]))
    session.advance(1)
    assert session.positions.tolist() == [2.0]


def test_a_word_in_shares_replaces_one_in_weights():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.9]))
    session.intend_shares(np.array([3.0]))
    session.advance(1)
    assert session.positions.tolist() == [3.0]


def test_a_word_in_weights_replaces_one_in_shares():
    session = opened()
    session.advance(0)
    session.intend_shares(np.array([3.0]))
    session.intend(np.array([0.9]))
    session.advance(1)
    assert session.positions.tolist() == [9.0]


def test_shares_are_a_position_not_a_trade():
    session = opened()
    for row in range(4):
        session.advance(row)
        session.intend_shares(np.array([4.0]))
    outcome = session.finish()
    assert outcome.positions.tolist() == [4.0]
    assert len(outcome.orders) == 1


def test_shares_may_be_short():
    session = opened()
    session.advance(0)
    session.intend_shares(np.array([-4.0]))
    session.advance(1)
    assert session.positions.tolist() == [-4.0]
    assert session.cash_usd == 1_400.0


def test_shares_are_cut_to_whole_ones_where_the_account_says_so():
    session = opened()
    session.advance(0)
    session.intend_shares(np.array([4.9]))
    session.advance(1)
    assert session.positions.tolist() == [4.0]


def test_shares_obey_the_gross_limit():
    session = opened(options=account(max_gross=1.0))
    session.advance(0)
    session.intend_shares(np.array([40.0]))
    session.advance(1)
    assert session.positions.tolist() == [10.0]


def test_nan_shares_leave_a_position():
    session = opened()
    session.advance(0)
    session.intend_shares(np.array([4.0]))
    session.advance(1)
    session.intend_shares(np.array([NAN]))
    session.advance(5)
    assert session.positions.tolist() == [4.0]


def test_weights_are_copied_when_they_are_given():
    session = opened()
    weights = np.array([0.5])
    session.advance(0)
    session.intend(weights)
    weights[0] = 0.9
    session.advance(1)
    assert session.positions.tolist() == [5.0]


def test_positions_are_a_copy():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(1)
    session.positions[0] = 999.0
    assert session.positions.tolist() == [5.0]


def test_plain_lists_are_taken_as_weights():
    session = opened()
    session.advance(0)
    session.intend([0.5])
    session.advance(1)
    assert session.positions.tolist() == [5.0]


@pytest.mark.parametrize("row", [-1, 0, 1, 2])
def test_time_never_goes_back(row):
    session = opened()
    session.advance(2)
    with pytest.raises(InvalidOption, match=f"Row {row} after row 2 of a panel of 6 rows"):
        session.advance(row)


@pytest.mark.parametrize("row", [6, 7, 100])
def test_time_ends_with_the_panel(row):
    session = opened()
    with pytest.raises(InvalidOption, match="Advance to a row from 0 to 5"):
        session.advance(row)


def test_a_refused_row_leaves_the_session_where_it_was():
    session = opened()
    session.advance(2)
    with pytest.raises(InvalidOption):
        session.advance(9)
    assert session.row == 2
    session.advance(3)


def test_a_decision_before_the_first_bar_is_refused():
    with pytest.raises(InvalidOption, match="Advance to a bar first"):
        opened().intend(np.array([0.5]))


@pytest.mark.parametrize("weights", [[0.5, 0.5], [], [[0.5]], 0.5])
def test_weights_of_another_shape_are_refused(weights):
    session = opened()
    session.advance(0)
    with pytest.raises(InvalidOption, match=r"Targets of shape .* at row 0\. Give 1 numbers"):
        session.intend(np.array(weights))


@pytest.mark.parametrize("weight", [float("inf"), float("-inf")])
def test_an_infinite_weight_is_refused_on_the_spot(weight):
    session = opened()
    session.advance(3)
    with pytest.raises(InvalidOption, match="for A at row 3"):
        session.intend(np.array([weight]))


def test_an_infinite_weight_beside_a_nan_is_found():
    session = opened(close=[[100.0, 100.0]] * 3)
    session.advance(1)
    with pytest.raises(InvalidOption, match="for B at row 1"):
        session.intend(np.array([NAN, np.inf]))


def test_a_refused_decision_leaves_the_one_before():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.5]))
    with pytest.raises(InvalidOption):
        session.intend(np.array([np.inf]))
    session.advance(1)
    assert session.positions.tolist() == [5.0]


def test_finish_reports_the_whole_panel():
    session = opened()
    session.advance(5)
    assert session.finish().equity_usd.tolist() == [1_000.0] * 6


def test_finish_in_the_middle_reports_what_ran():
    session = opened()
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(2)
    outcome = session.finish()
    assert len(outcome.equity_usd) == 3
    assert outcome.positions.tolist() == [5.0]


def test_finish_in_the_middle_liquidates_there():
    session = opened(options=account(liquidate_at_end=True))
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(2)
    outcome = session.finish()
    assert outcome.fills["row"].tolist() == [1, 2]
    assert outcome.positions.tolist() == [0.0]


def test_finish_before_the_first_bar_is_empty():
    outcome = opened().finish()
    assert len(outcome.equity_usd) == 0
    assert len(outcome.flows) == 0


def test_finish_twice_is_the_same():
    session = opened(options=account(liquidate_at_end=True))
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(5)
    assert differences(session.finish(), session.finish()) == []


def test_a_finished_session_does_not_go_on():
    session = opened()
    session.advance(2)
    session.finish()
    with pytest.raises(InvalidOption, match="Row 3 after the session was finished"):
        session.advance(3)
    with pytest.raises(InvalidOption, match="outside the session"):
        session.intend(np.array([0.5]))


def test_liquidation_waits_for_finish():
    session = opened(options=account(liquidate_at_end=True))
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(5)
    assert session.positions.tolist() == [5.0]
    session.finish()
    assert session.positions.tolist() == [0.0]


def test_a_decision_on_the_last_row_meets_nothing():
    session = opened()
    session.advance(5)
    session.intend(np.array([0.5]))
    assert len(session.finish().orders) == 0


def test_a_look_at_every_bar_sees_flows_and_splits():
    acts = [(2, 0, DIVIDEND, 10.0), (4, 0, SPLIT, 2.0)]
    session = opened(close=[100.0, 100.0, 90.0, 90.0, 45.0, 45.0], actions=acts)
    seen = []
    for row in range(6):
        session.advance(row)
        if row == 0:
            session.intend(np.array([0.5]))
        seen.append((session.equity_usd, session.positions[0]))
    assert seen == [(1_000.0, 0.0)] + [(1_000.0, 5.0)] * 3 + [(1_000.0, 10.0)] * 2


def test_more_decisions_than_the_queue_holds_are_all_met():
    bars = 70_000
    random = np.random.default_rng(5)
    panel = market(100.0 * np.exp(np.cumsum(random.normal(0.0, 0.001, bars))))
    weights = random.uniform(0.0, 1.0, bars)
    session = Session(panel, account(fractional=True), profile())
    for row in range(bars):
        session.advance(row)
        session.intend(weights[row : row + 1])
    decisions = wishes(dict(enumerate(weights.tolist())))
    batch = DRIVERS["batch"](panel, decisions, account(fractional=True), profile())
    assert differences(batch, session.finish()) == []


def test_a_queue_of_many_instruments_overflows_as_quietly():
    bars, assets = 60, 5_000
    panel = market_of_many(bars, assets)
    random = np.random.default_rng(6)
    weights = random.uniform(0.0, 2.0 / assets, (bars, assets))
    session = Session(panel, account(fractional=True), profile())
    for row in range(bars):
        session.advance(row)
        session.intend(weights[row])
    decisions = wishes(dict(enumerate(weights.tolist())))
    batch = DRIVERS["batch"](panel, decisions, account(fractional=True), profile())
    assert differences(batch, session.finish()) == []


def market_of_many(bars, assets):
    """A panel of very many instruments."""
    from tradewright.values.panel import Panel

    random = np.random.default_rng(7)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, (bars, assets)), axis=0))
    small = market(close[:, :1])
    volume = np.full(close.shape, 1e9)
    symbols = tuple(f"S{number}" for number in range(assets))
    return Panel(
        small.instants,
        small.opens_at,
        symbols,
        close.copy(),
        close.copy(),
        close.copy(),
        close,
        volume,
        small.actions,
    )


def test_orders_replaced_in_a_session_are_told():
    session = opened(open=[100.0, NAN, NAN, 100.0, 100.0, 100.0])
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(1)
    session.intend(np.array([0.3]))
    session.advance(5)
    assert session.finish().orders["state"].tolist() == [REPLACED, FILLED]


def test_two_sessions_over_one_panel_do_not_meet():
    panel = market(FLAT)
    one, other = Session(panel, account(), profile()), Session(panel, account(), profile())
    one.advance(0)
    other.advance(0)
    one.intend(np.array([0.5]))
    one.advance(1)
    other.advance(1)
    assert one.positions.tolist() == [5.0]
    assert other.positions.tolist() == [0.0]


def test_a_session_outlives_the_names_its_inputs_had():
    session = opened(close=np.linspace(100.0, 200.0, 50).tolist())
    session.advance(0)
    session.intend(np.array([1.0]))
    clutter = [np.full(100_000, float(number)) for number in range(20)]
    session.advance(49)
    assert session.equity_usd == pytest.approx(1_000.0 + 10 * (200.0 - 102.0408163265306))
    assert len(clutter) == 20
