"""Where a gate may stand before the market: what it sees, what it may do, and what it leaves alone."""

import ctypes
import math

import numpy as np
import pytest
from markets import account, market, profile, wishes

from tradewright.kernel import reference
from tradewright.kernel.batch import simulate
from tradewright.kernel.native.cache import is_interpreted
from tradewright.kernel.native.gate import INTERPRETED, reduces
from tradewright.kernel.session import Session
from tradewright.values.outcome import CANCELLED, FILLED, REPLACED

REASON = 777
WHOLE, REAL = ctypes.c_int64, ctypes.c_double
SIGNATURE = ctypes.CFUNCTYPE(REAL, WHOLE, WHOLE, REAL, WHOLE)


class ToyGate:
    """A gate whose rule is a Python function of (asset, shares, row); both kernels can stand behind it."""

    def __init__(self, rule):
        self.rule, self.asked, self.room, self._books, self.terms = rule, [], [], None, []
        self._function = SIGNATURE(self._answer)

    def attach(self, books):
        self._books = books
        address = ctypes.cast(self._function, ctypes.c_void_p).value
        if is_interpreted:
            INTERPRETED[address] = self._answer
        return address, 42

    def make_room(self, orders):
        self.room.append(orders)

    def _answer(self, memory, asset, shares, row):
        self.terms.append(self._books.account["asked_type"][0])
        self.asked.append((memory, asset, shares, row))
        admitted = self.rule(asset, shares, row)
        self._books.account["gate_reason"] = 0 if admitted else REASON
        return admitted

    # As the plain kernel asks.

    def opened(self, state):
        """Nothing to remember."""

    def closed(self, state, row):
        """Nothing to follow."""
        return False

    def beside(self, desk):
        """Nothing to look at."""

    def admitted(self, state, wish):
        admitted = self.rule(wish.asset, wish.shares, wish.row)
        return (admitted, 0) if admitted else (0.0, REASON)


def both(rule, panel, decisions, terms=None):
    """The outcome of both kernels behind the same rule, and the compiled kernel's gate."""
    terms = account(capital_usd=10_000.0) if terms is None else terms
    gate = ToyGate(rule)
    fast = simulate(panel, decisions, terms, profile(), gate)
    slow = reference.simulate(panel, decisions, terms, profile(), ToyGate(rule))
    for name in ("orders", "fills", "refusals"):
        assert getattr(fast, name).tolist() == getattr(slow, name).tolist(), name
    assert np.array_equal(fast.equity_usd, slow.equity_usd)
    return fast, gate


def passes(asset, shares, row):
    return shares


def refuses(asset, shares, row):
    return 0.0


FLAT = market([10.0] * 6)
TWO = market([[10.0, 20.0]] * 8)


def test_a_gate_that_passes_everything_changes_nothing():
    decisions = wishes({0: [0.3, 0.4], 2: [0.6, 0.1], 4: [0.0, math.nan]})
    gated, _ = both(passes, TWO, decisions)
    free = simulate(TWO, decisions, account(capital_usd=10_000.0), profile())
    assert np.array_equal(gated.equity_usd, free.equity_usd)
    assert np.array_equal(gated.positions, free.positions)


def test_it_is_asked_for_every_order_with_asset_shares_and_the_row_of_the_decision():
    _, gate = both(passes, TWO, wishes({0: [0.3, 0.4], 2: [0.5, math.nan]}))
    assert gate.asked == [(42, 0, 300.0, 0), (42, 1, 200.0, 0), (42, 0, 200.0, 2)]


def test_it_is_told_how_many_orders_may_come():
    _, gate = both(passes, TWO, wishes({0: [0.3, 0.4], 2: [0.5, math.nan]}))
    assert gate.room == [4]


def test_what_it_refuses_never_works_and_keeps_its_reason():
    outcome, _ = both(refuses, FLAT, wishes({0: 0.5}))
    assert len(outcome.orders) == 0
    assert outcome.refusals.tolist() == [(0, 0, REASON)]
    assert outcome.positions.tolist() == [0.0]


def test_what_it_scales_works_at_the_smaller_size():
    outcome, _ = both(lambda asset, shares, row: shares / 2, FLAT, wishes({0: 0.5}))
    assert outcome.orders["qty"].tolist() == [250.0]
    assert outcome.orders["state"].tolist() == [FILLED]
    assert len(outcome.refusals) == 0


@pytest.mark.parametrize("first", [0, 1])
def test_reductions_are_asked_for_before_increases(first):
    weights = [0.5, 0.0] if first else [0.0, 0.5]
    _, gate = both(passes, TWO, wishes({0: weights[::-1], 3: weights}))
    sides = [math.copysign(1.0, shares) for _, _, shares, row in gate.asked if row == 3]
    assert sides == [-1.0, 1.0]


def test_a_flip_is_no_mere_reduction():
    _, gate = both(passes, TWO, wishes({0: [0.5, 0.4], 3: [-0.5, 0.1]}))
    assert [asset for _, asset, _, row in gate.asked if row == 3] == [1, 0]


@pytest.mark.parametrize(
    ("held", "shares", "expected"),
    [
        (100.0, -50.0, True),
        (100.0, -100.0, True),
        (100.0, -101.0, False),
        (100.0, 50.0, False),
        (-100.0, 50.0, True),
        (-100.0, 150.0, False),
        (0.0, 50.0, False),
        (100.0, 0.0, False),
    ],
)
def test_what_reduces(held, shares, expected):
    assert reduces(held, shares) is expected


def test_a_new_word_ends_the_unfinished_order_even_where_its_own_is_refused():
    panel = market([10.0] * 6, volume=[100.0] * 6)
    outcome, _ = both(lambda asset, shares, row: 0.0 if row == 2 else shares, panel, wishes({0: 0.5, 2: 0.9}))
    assert outcome.orders["state"].tolist() == [REPLACED]
    assert outcome.refusals["row"].tolist() == [2]


def test_wishes_that_the_market_refuses_never_reach_it():
    outcome, gate = both(passes, FLAT, wishes({0: 0.0001}))
    assert gate.asked == []
    assert len(outcome.refusals) == 1


def test_a_word_that_leaves_a_name_alone_asks_for_nothing():
    _, gate = both(passes, TWO, wishes({0: [0.3, math.nan]}))
    assert [asset for _, asset, _, _ in gate.asked] == [0]


def test_a_name_that_is_not_held_and_not_wanted_asks_for_nothing():
    _, gate = both(passes, TWO, wishes({0: [0.3, 0.0]}))
    assert [asset for _, asset, _, _ in gate.asked] == [0]


def test_the_last_sale_of_a_run_is_not_asked_for():
    terms = account(capital_usd=10_000.0, liquidate_at_end=True)
    outcome, gate = both(lambda asset, shares, row: max(shares, 0.0), FLAT, wishes({0: 0.5}), terms)
    assert len(gate.asked) == 1
    assert outcome.positions.tolist() == [0.0]
    assert CANCELLED not in outcome.orders["state"]


def test_a_session_asks_the_same_questions_as_the_batch():
    wanted = {0: [0.3, 0.4], 2: [0.6, 0.1], 4: [0.0, 0.2]}
    batch, own = ToyGate(passes), ToyGate(passes)
    simulate(TWO, wishes(wanted), account(capital_usd=10_000.0), profile(), batch)
    session = Session(TWO, account(capital_usd=10_000.0), profile(), gate=own)
    for row in range(8):
        session.advance(row)
        if row in wanted:
            session.intend(np.array(wanted[row]))
    session.finish()
    assert own.asked == batch.asked


def test_a_session_of_shares_is_asked_for_in_shares():
    gate = ToyGate(passes)
    session = Session(FLAT, account(capital_usd=10_000.0), profile(), gate=gate)
    session.advance(0)
    session.intend_shares(np.array([7.0]))
    session.advance(3)
    session.finish()
    assert gate.asked == [(42, 0, 7.0, 0)]
