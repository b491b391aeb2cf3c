"""The arrays behind a simulation: sized for what may come, grown when they must, and read without copies."""

import numpy as np
import pytest
from drivers import DRIVERS, differences
from markets import account, close_only, market, profile, wishes

from tradewright.kernel.inputs import terms_of
from tradewright.kernel.native import books
from tradewright.kernel.native.books import Books, address_of, market_of
from tradewright.values.outcome import INTEREST
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT

FLAT = [100.0] * 6


def opened(panel, weights=None, rules=None):
    """Books over a panel with some decisions, by default none."""
    decisions = wishes(weights) if weights else wishes({0: [np.nan] * panel.shape[1]})
    terms = terms_of(panel, account(), rules or profile())
    return Books(panel, terms, (decisions.rows, decisions.weights))


def test_fills_meet_the_open():
    panel = market(FLAT, open=[90.0] * 6)
    assert market_of(panel, terms_of(panel, account(), profile()))[1] is panel.open


def test_closes_alone_are_met_at_the_close():
    panel = close_only(FLAT)
    assert market_of(panel, terms_of(panel, account(), profile()))[1] is panel.close


def test_prices_are_not_copied():
    panel = market([FLAT, FLAT])
    seen = market_of(panel, terms_of(panel, account(), profile()))
    assert np.shares_memory(seen[5], panel.close)
    assert seen[5].tolist() == panel.close.ravel().tolist()


def test_actions_of_a_row_are_sorted_by_kind():
    acts = [(1, 0, DELISTING, 1.0), (1, 0, SPLIT, 2.0), (2, 0, DIVIDEND, 1.0), (2, 0, SPLIT, 2.0)]
    panel = market(FLAT, actions=acts)
    found = market_of(panel, terms_of(panel, account(), profile()))[4]
    assert [(one["row"], one["kind"]) for one in found] == [
        (1, SPLIT),
        (1, DELISTING),
        (2, SPLIT),
        (2, DIVIDEND),
    ]


def test_actions_of_one_kind_keep_their_order():
    acts = [(1, 0, SPLIT, 2.0), (1, 0, SPLIT, 3.0)]
    panel = market(FLAT, actions=acts)
    found = market_of(panel, terms_of(panel, account(), profile()))[4]
    assert found["value"].tolist() == [2.0, 3.0]


def test_actions_outside_the_rows_are_left_out():
    acts = [(-3, 0, SPLIT, 2.0), (2, 0, SPLIT, 2.0), (6, 0, SPLIT, 2.0)]
    panel = market(FLAT, actions=acts)
    found = market_of(panel, terms_of(panel, account(), profile()))[4]
    assert found["row"].tolist() == [2]


def test_the_table_holds_the_address_of_every_array():
    one = opened(market(FLAT))
    row = one.table[0]
    assert row["account"] == one.account.ctypes.data
    assert row["assets"] == one.assets.ctypes.data
    assert row["close"] == one.panel.close.ctypes.data
    assert row["equity"] == one.path[0].ctypes.data
    assert row["orders"] == one.journal[0].ctypes.data
    assert (row["bars"], row["count"]) == (6, 1)


def test_an_address_is_where_the_array_begins():
    array = np.arange(10.0)
    assert address_of(array[3:]) == address_of(array) + 24


def test_rows_run_once():
    one = opened(market(FLAT), {0: 0.5})
    one.run(3)
    one.run(3)
    one.run(2)
    assert one.account["row"][0] == 3
    assert len(one.outcome().fills) == 1


def test_an_outcome_in_the_middle_covers_the_rows_that_ran():
    one = opened(market(FLAT), {0: 0.5})
    one.run(4)
    outcome = one.outcome()
    assert len(outcome.equity_usd) == len(outcome.interest_usd) == 4


def test_an_outcome_before_the_first_row_is_empty():
    assert len(opened(market(FLAT)).outcome().equity_usd) == 0


def test_the_total_of_interest_stands_at_the_last_row_that_ran():
    one = opened(market(FLAT), rules=profile(cash_rate=0.1))
    one.run(4)
    flow = one.outcome().flows[0]
    assert (flow["row"], flow["kind"]) == (3, INTEREST)


def test_outcome_columns_are_not_copied():
    one = opened(market(FLAT), {0: 0.5})
    one.run(6)
    assert np.shares_memory(one.outcome().equity_usd, one.path[0])


def test_positions_of_an_outcome_are_its_own():
    one = opened(market(FLAT), {0: 0.5})
    one.run(3)
    before = one.outcome()
    one.assets["qty"] = 99.0
    assert before.positions.tolist() == [5.0]


@pytest.mark.parametrize("assets", [1, 2, 7])
def test_a_journal_has_room_for_one_row_at_least(assets):
    one = opened(market([[100.0] * assets] * 6))
    rooms = [len(records) for records in one.journal]
    assert all(room > assets for room in (rooms[0], rooms[1], rooms[3]))


def test_the_room_for_flows_is_that_of_the_actions():
    acts = [(row, 0, DIVIDEND, 1.0) for row in range(1, 6)]
    one = opened(market(FLAT, actions=acts), {0: 0.5})
    one.run(6)
    assert len(one.outcome().flows) <= len(acts) <= len(one.journal[2])


@pytest.mark.parametrize("room", [1, 3, 10, 100])
@pytest.mark.parametrize("assets", [1, 3])
def test_a_small_journal_grows_without_loss(monkeypatch, room, assets):
    random = np.random.default_rng(room)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, (200, assets)), axis=0))
    weights = {row: random.normal(0.0, 0.5, assets).tolist() for row in range(199)}
    everything = market(close), wishes(weights), account(fractional=True), profile()
    roomy = DRIVERS["batch"](*everything)
    monkeypatch.setattr(books, "_FIRST_ROOM", room)
    assert differences(roomy, DRIVERS["batch"](*everything)) == []
    assert differences(roomy, DRIVERS["session"](*everything)) == []


def test_thin_bars_overflow_the_fills_alone(monkeypatch):
    monkeypatch.setattr(books, "_FIRST_ROOM", 1)
    panel = market([100.0] * 400, volume=[10.0] * 400)
    rules = profile(participation=0.01)
    outcome = DRIVERS["batch"](panel, wishes({0: 1.0}), account(fractional=True), rules)
    assert len(outcome.orders) == 1
    assert len(outcome.fills) == 100
    assert outcome.fills["qty"].sum() == pytest.approx(10.0)


def test_refusals_alone_can_overflow(monkeypatch):
    monkeypatch.setattr(books, "_FIRST_ROOM", 1)
    panel = market([[100.0, float("nan")]] * 300)
    weights = wishes({row: [float("nan"), 0.5] for row in range(299)})
    outcome = DRIVERS["batch"](panel, weights, account(), profile())
    assert len(outcome.refusals) == 299
    assert outcome.refusals["row"].tolist() == list(range(299))


def test_growing_keeps_what_was_written():
    one = opened(market(FLAT), {0: 0.5})
    one.run(3)
    before = one.outcome()
    kept = before.orders.tolist(), before.fills.tolist()
    one._grow()
    after = one.outcome()
    assert (after.orders.tolist(), after.fills.tolist()) == kept
    assert one.table[0]["orders"] == one.journal[0].ctypes.data
    one.run(6)
    assert one.outcome().positions.tolist() == [5.0]
