"""Strategies that answer with orders: what is taken, and what is refused in words."""

import numpy as np
import pytest
from priced import market, prices

from tradewright.runs.backtest import backtest
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.view import View, Wish, decide_rows, words_of
from tradewright.values.errors import InvalidOption, Misuse, UnknownName
from tradewright.values.order import Amend, Bracket, Cancel, Order, OrderState, TimeInForce
from tradewright.values.profile import AccountOptions, ExecutionProfile

FREE = ExecutionProfile("free", 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
PANEL = market(prices(1, 30, 1), ("AAA",))


class Saying(Strategy):
    """Says at each row what a table holds for it: a strategy for tests."""

    watches_account = True

    @property
    def warm_up_bars(self) -> int:
        """None."""
        return 1

    def decide(self, view: View) -> Wish:
        """What the table says."""
        seen.append(view.working_orders)
        return table.get(view.row)


table: dict[int, object] = {}
seen: list[tuple] = []


def run(words: dict[int, object]):
    """Trade what is said."""
    table.clear(), seen.clear()
    table.update(words)
    return backtest(Saying(), PANEL, AccountOptions(), FREE)


def test_one_order_alone_is_an_answer():
    outcome = run({2: Order.market("AAA", 5)}).outcome
    assert outcome.fills["row"].tolist() == [3]


def test_a_list_of_words_is_an_answer():
    found = run({2: [Order.market("AAA", 5), Bracket.around(Order.market("AAA", 1), 1e6, 0.01)]})
    assert [row for row, _ in found.decisions.said] == [2, 2]
    assert len(found.outcome.orders) == 4


def test_an_empty_list_says_nothing():
    assert run({2: [], 3: ()}).decisions.said == ()


def test_working_orders_are_seen_with_their_tickets():
    far = Order.limit("AAA", 5, 0.01, TimeInForce.GTC)
    run({2: far, 5: Cancel(0)})
    assert [len(orders) for orders in seen[:8]] == [0, 0, 0, 1, 1, 1, 0, 0]
    assert seen[3][0].ticket == 0
    assert seen[3][0].state is OrderState.WORKING


def test_orders_and_weights_may_take_turns():
    found = run({2: Order.market("AAA", 5), 6: {"AAA": 0.5}})
    assert found.decisions.rows.tolist() == [6]
    assert found.outcome.orders["ticket"].tolist() == [0, -1]


def test_words_and_weights_do_not_mix_in_one_answer():
    with pytest.raises(InvalidOption, match="among its orders"):
        run({2: [Order.market("AAA", 5), 0.5]})


def test_a_symbol_that_is_not_in_the_panel_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'AAA'"):
        run({2: Order.market("AAB", 5)})


def test_a_ticket_that_was_never_given_is_refused():
    with pytest.raises(InvalidOption, match="never given"):
        run({2: Amend(7, qty=4.0)})


def test_a_list_of_numbers_is_weights():
    assert words_of([0.5, 0.5]) is None
    assert words_of(np.array([0.5])) is None
    assert words_of({"AAA": 0.5}) is None
    assert words_of(Cancel(3)) == (Cancel(3),)


def test_orders_cannot_be_looked_at_without_an_account():
    table.clear()
    with pytest.raises(Misuse, match="no account"):
        decide_rows(Saying(), Frame(PANEL))
