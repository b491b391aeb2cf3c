"""Which orders are measured, and from where: brackets, pairs, stops, auctions, and what never worked."""

from dataclasses import replace

import numpy as np
import pytest
from markets import DAY_NS, account, profile
from order_drivers import FREE, RICH, bars, flat

from tradewright.execution.cost_analysis.at_market import at_market
from tradewright.execution.cost_analysis.order_costs import order_costs
from tradewright.execution.cost_analysis.quality import Standing, execution_quality
from tradewright.execution.profiles.registry import find
from tradewright.kernel.reference_orders import simulate_orders
from tradewright.runs.backtest import backtest
from tradewright.strategies.breakout import VolatilityBreakout
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.values.errors import InvalidOption
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Bracket, Cancel, OneCancelsOther, Order, OrderType, TimeInForce
from tradewright.values.panel import SPLIT, Panel, no_actions

GTC = TimeInForce.GTC
OPTIONS = BootstrapOptions(seed=0)


def costs_of(panel, *said, costs=FREE, terms=RICH):
    """The costs of what was said, each word with its row, over these bars."""
    panel = panel if isinstance(panel, Panel) else bars(panel)
    return order_costs(panel, simulate_orders(panel, said, terms, costs), said)


def around(entry, target=None, loss=None):
    """A bracket with its target above and its stop below."""
    return Bracket.around(entry, take_profit_usd=target, stop_loss_usd=loss)


def test_forty_brackets_that_all_fill_freely_fill_wholly_and_cost_nothing():
    # An entry is met at 100, then its target at 110 or its stop at 90; the other of the two loses its shares.
    rows = [
        row
        for number in range(40)
        for row in [(100, 101, 99, 100)] * 3 + [(100, 112, 99.5, 111) if number % 2 else (100, 100.5, 89, 90)]
    ]
    said = [(4 * number + 1, around(Order.market("A", 100), 110.0, 90.0)) for number in range(40)]
    found = costs_of(rows, *said)
    assert len(found) == 80
    assert found["filled"].tolist() == found["ordered"].tolist() == [100.0] * 80
    for name in ("arrival_bps", "explicit", "realised", "delay", "missed"):
        assert np.abs(found[name]).max() == 0.0, name
    slippage, rate = execution_quality(found, OPTIONS)
    assert (slippage.figure.value, slippage.standing) == (0.0, Standing.WITHIN)
    assert (rate.figure.value, rate.standing) == (1.0, Standing.WITHIN)


@pytest.mark.parametrize(("name", "least_bps"), [("idealistic", 0.5), ("realistic", 1.0), ("stressed", 2.0)])
def test_the_breakout_strategy_pays_what_its_profile_says_and_misses_little(name, least_bps):
    random = np.random.default_rng(3)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.015, (600, 1)), axis=0))
    open_ = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(open_, close) * 1.004, np.minimum(open_, close) * 0.996
    opens_at = np.arange(600) * DAY_NS
    columns = (open_, high, low, close, np.full(close.shape, 1e8))
    panel = Panel(opens_at + DAY_NS // 3, opens_at, ("A",), *columns, no_actions())
    run = backtest(VolatilityBreakout(), panel, account(capital_usd=1e5), find(name))
    found = order_costs(panel, run.outcome, run.decisions.said)
    assert 40 < len(found) < len(run.outcome.orders)
    slippage, rate = execution_quality(found, OPTIONS)
    assert rate.figure.value == pytest.approx(1.0, abs=0.02)
    assert least_bps < slippage.figure.value < 60.0
    assert np.nanmax(np.abs(found["arrival_bps"])) < 200.0  # no way from entry to exit among them


def test_exits_whose_entry_never_filled_wanted_nothing():
    entry = Order.limit("A", 100, 50.0)
    found = costs_of([flat()] * 5, (0, around(entry, 110.0, 40.0)))
    assert found["ordered"].tolist() == [100.0]
    assert found["filled"].tolist() == [0.0]  # the limit order itself worked, and was not filled


def test_exits_that_still_wait_at_the_end_wanted_nothing():
    found = costs_of([flat()] * 5, (0, around(Order.market("A", 100), 110.0, 90.0)))
    assert found["order_id"].tolist() == [0]


def test_a_stop_that_was_never_set_off_wanted_nothing():
    assert len(costs_of([flat()] * 5, (0, Order.stop("A", 100, 120.0)))) == 0


def test_a_stop_jumped_by_a_gap_arrives_at_the_print_that_set_it_off():
    said = (0, Order.market("A", 100)), (1, Order.stop("A", -100, 95.0, GTC))
    stop = costs_of([flat()] * 3 + [flat(80.0)] * 2, *said, costs=profile(half_spread_bps=10.0))[1]
    assert (stop["decision_price"], stop["arrival_price"]) == (80.0, 80.0)
    assert stop["arrival_bps"] == pytest.approx(10.0)
    assert stop["delay"] == 0.0


def test_a_stop_limit_that_was_set_off_and_left_behind_is_unfilled():
    order = Order("A", 100, OrderType.STOP_LIMIT, 101.0, 100.5, time_in_force=GTC)
    found = costs_of([flat()] * 2 + [flat(110.0)] * 2, (0, order))
    assert (found["ordered"], found["filled"]) == (100.0, 0.0)
    assert found["decision_price"] == 110.0  # at the close of the row that set it off


def test_an_exit_is_decided_where_its_entry_let_it_work():
    rows = [flat()] * 5 + [(100, 112, 100, 111)]
    entry, target = costs_of(rows, (1, around(Order.market("A", 100), 110.0)))
    assert (entry["row"], target["row"], target["done_row"]) == (1, 2, 5)


def test_what_a_sibling_took_in_parts_is_not_missed():
    # 30 shares a bar: the target gets some, the price falls, the stop takes the rest.
    thin = [(100, 100, 100, 100, 1e6)] * 3 + [(100, 111, 100, 100, 30.0)] + [(100, 100, 80, 80, 1e6)] * 2
    entry, target, stop = costs_of(thin, (0, around(Order.market("A", 100), 110.0, 90.0)))
    assert (target["filled"], stop["filled"]) == (30.0, 70.0)
    assert entry["missed"] == target["missed"] == stop["missed"] == 0.0
    assert (target["ordered"] + stop["ordered"]) == 100.0


def test_of_a_pair_that_filled_nothing_one_is_unfilled():
    pair = OneCancelsOther(Order.limit("A", 100, 80.0), Order.limit("A", -100, 120.0))
    found = costs_of([flat()] * 4, (0, pair))
    assert found["order_id"].tolist() == [0]
    assert found["filled"].tolist() == [0.0]


def test_an_order_for_the_close_arrives_in_the_closing_auction():
    found = costs_of([flat()] * 2 + [(105, 110, 104, 108)] * 2, (1, Order.at_close("A", 100)))[0]
    assert (found["decision_price"], found["arrival_price"]) == (100.0, 108.0)
    assert (found["arrival_bps"], found["delay"]) == (0.0, pytest.approx(0.08))


@pytest.mark.parametrize(
    "order", [Order.market("A", 1e12), Order.market("A", 0.4), Order.market("A", -10)], ids=str
)
def test_an_order_that_was_refused_in_words_is_no_execution(order):
    terms = account(capital_usd=1e6, type="cash")
    assert len(costs_of([flat()] * 4, (0, order), terms=terms)) == 0


def test_an_order_turned_down_at_random_was_sent_and_did_not_fill():
    said = [(row, Order.market("A", 1)) for row in range(40)]
    found = costs_of([flat()] * 42, *said, costs=replace(FREE, reject_share=0.5))
    assert len(found) == 40
    assert 5 < np.count_nonzero(found["filled"]) < 35


def test_an_order_filled_in_part_at_the_end_missed_the_rest():
    rows = [flat(), (100, 100, 100, 100, 30.0), (110, 110, 110, 110, 0.0)]
    found = costs_of(rows, (0, Order.market("A", 100, GTC)))[0]
    assert (found["filled"], found["done_row"], found["last_price"]) == (30.0, 2, 110.0)
    assert found["missed"] == pytest.approx(0.07)


def test_a_split_between_entry_and_exit_costs_nothing():
    panel = bars([flat()] * 3 + [(50, 50, 50, 50)] + [(50, 57, 50, 56)] * 2, actions=[(3, 0, SPLIT, 2.0)])
    found = costs_of(panel, (0, around(Order.market("A", 100), 110.0, 90.0)))
    assert found["ordered"].tolist() == found["filled"].tolist() == [100.0, 100.0]
    assert found["paid_price"].tolist() == found["arrival_price"].tolist() == [100.0, 110.0]
    assert np.abs(found["missed"]).max() == 0.0


def test_a_cancelled_limit_order_missed_what_the_price_did():
    said = (0, Order.limit("A", 100, 90.0, GTC)), (1, Cancel(0))
    assert costs_of([flat()] + [flat(103.0)] * 3, *said)[0]["missed"] == pytest.approx(0.03)


def test_costs_of_submitted_orders_want_the_words_that_submitted_them():
    panel = bars([flat()] * 3)
    outcome = simulate_orders(panel, [(0, Order.market("A", 1))], RICH, FREE)
    with pytest.raises(InvalidOption, match=r"decisions\.said"):
        order_costs(panel, outcome)


# The facts behind the figures, as `at_market` gives them.


def facts_of(panel, *said):
    """What `at_market` says of these words over these bars."""
    panel = bars(panel)
    words = instructions_of(panel, said)
    return at_market(simulate_orders(panel, said, RICH, FREE), words.tickets[: words.submitted])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("row", [1, 2]),
        ("since", [1, 4]),
        ("first_fill", [2, 4]),
        ("reference", [100.0, 90.0]),
        ("at_print", [False, True]),
        ("at_auction", [False, False]),
        ("taken", [False, False]),
    ],
)
def test_the_facts_about_an_entry_and_its_stop(name, expected):
    rows = [*[flat()] * 4, (100, 100, 85, 86), flat(86.0)]
    found = facts_of(rows, (1, around(Order.market("A", 100), loss=90.0)))
    assert getattr(found, name).tolist() == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("row", [0, 1, 1]),
        ("since", [0, 3, 4]),
        ("first_fill", [1, 3, 4]),
        ("at_print", [False, True, True]),
        ("taken", [False, True, True]),
    ],
)
def test_the_facts_about_exits_that_share_a_position(name, expected):
    thin = [*[flat()] * 3, (100, 111, 100, 100, 30.0), (100, 100, 80, 80, 1e6), flat(80.0)]
    found = facts_of(thin, (0, around(Order.market("A", 100), 110.0, 90.0)))
    assert getattr(found, name).tolist() == expected


def test_an_order_for_the_close_meets_no_other_print():
    found = facts_of([flat()] * 4, (1, Order.at_close("A", 100)), (1, Order.at_open("A", 100)))
    assert found.at_auction.tolist() == [True, False]
    assert found.first_fill.tolist() == [2, 2]


def test_an_account_without_orders_has_none_at_the_market():
    found = facts_of([flat()] * 3)
    assert len(found.orders) == len(found.row) == len(found.taken) == 0
