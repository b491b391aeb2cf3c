"""What no market could mean is refused by name, and leaves the account as it was."""

import numpy as np
import pytest
from drivers import DRIVERS, differences
from markets import NAN, account, market, profile, wishes
from order_drivers import bars, flat, states

from tradewright.kernel import reference
from tradewright.kernel.session import Session
from tradewright.kernel.sweep import simulate_many
from tradewright.values import outcome as out
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.order import Amend, Order, OrderType, TimeInForce
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT
from tradewright.values.profile import AccountOptions
from tradewright.values.reading import Reading

ALL = {"reference": reference.simulate, "batch": DRIVERS["batch"], "session": DRIVERS["session"]}


@pytest.fixture(params=sorted(ALL))
def simulate(request):
    """Every way to trade decisions."""
    return ALL[request.param]


# --- sizes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e12, -1e12, 1e300, float("inf"), float("-inf")])
def test_a_size_of_a_trillion_is_refused_with_its_symbol_and_row(simulate, size):
    with pytest.raises(InvalidOption, match=r"for B at row 1\. Give a share of equity"):
        simulate(market([[50.0, 50.0]] * 4), wishes({0: [0.1, 0.1], 1: [0.1, size]}), account(), profile())


@pytest.mark.parametrize("size", [1e12, -1e12, float("inf")])
def test_a_position_of_a_trillion_shares_is_refused_and_the_session_goes_on(size):
    panel = market([50.0] * 5)
    session = Session(panel, account(), profile())
    session.advance(0)
    session.intend(np.array([0.5]))
    session.advance(1)
    before = session.cash_usd, session.equity_usd, session.positions.tolist()
    with pytest.raises(InvalidOption, match="for A at row 1"):
        session.intend_shares(np.array([size]))
    assert (session.cash_usd, session.equity_usd, session.positions.tolist()) == before
    for row in range(2, 5):
        session.advance(row)
    expected = DRIVERS["batch"](panel, wishes({0: 0.5}), account(), profile())
    assert differences(session.finish(), expected) == []


def test_a_sweep_refuses_the_one_candidate_that_is_beyond_all_bounds():
    good, wrong = wishes({0: 0.5}), wishes({0: 0.5, 2: 1e12})
    with pytest.raises(InvalidOption, match="for A at row 2"):
        simulate_many(market([50.0] * 5), [good, wrong, good], account(), profile())


def test_a_large_size_that_could_be_is_cut_to_what_the_account_allows(simulate):
    outcome = simulate(market([50.0] * 4), wishes({0: 1e11}), account(max_gross=1.0), profile())
    assert outcome.positions.tolist() == [20.0]


# --- prices and volumes -------------------------------------------------------------------------------


@pytest.mark.parametrize("price", [NAN, -5.0, 0.0, float("inf")])
def test_an_open_that_cannot_have_printed_fills_nothing(simulate, price):
    panel = market([50.0] * 4, open=[50.0, price, 50.0, 50.0])
    outcome = simulate(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.fills["row"].tolist() == [2]
    assert outcome.cash_usd[1] == 1_000.0


@pytest.mark.parametrize("price", [NAN, -5.0, 0.0, float("inf")])
def test_a_close_that_cannot_have_printed_leaves_the_mark(simulate, price):
    outcome = simulate(market([50.0, 50.0, price, 55.0]), wishes({0: 0.5}), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0, 1_000.0, 1_000.0, 1_050.0]


@pytest.mark.parametrize("price", [NAN, -5.0, 0.0])
def test_an_order_without_any_price_is_refused_by_name_and_changes_nothing(simulate, price):
    outcome = simulate(market([price, price, 50.0, 50.0]), wishes({0: 0.5}), account(), profile())
    reasons = [out.REFUSAL_NAMES[reason] for *_, reason in outcome.refusals.tolist()]
    assert reasons == ["no price is known yet"]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4
    assert len(outcome.orders) == 0


@pytest.mark.parametrize("volume", [0.0, NAN, -100.0])
def test_a_bar_without_volume_fills_nothing_and_the_order_works_on(simulate, volume):
    panel = market([50.0] * 4, volume=[1e6, volume, volume, 1e6])
    outcome = simulate(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.fills["row"].tolist() == [3]
    assert outcome.orders["state"].tolist() == [out.FILLED]


def test_a_market_without_any_volume_leaves_the_order_working_and_the_account_as_it_was(simulate):
    panel = market([50.0] * 4, volume=[0.0] * 4)
    outcome = simulate(panel, wishes({0: 0.5}), account(), profile())
    assert outcome.orders["state"].tolist() == [out.WORKING]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


# --- names that are gone ------------------------------------------------------------------------------


def test_an_order_for_a_delisted_name_is_refused_by_name_and_changes_nothing(simulate):
    panel = market([[50.0, 20.0]] * 5, actions=[(2, 0, DELISTING, 1.0)])
    outcome = simulate(panel, wishes({2: [0.5, NAN], 3: [-0.5, NAN]}), account(), profile())
    reasons = [out.REFUSAL_NAMES[reason] for *_, reason in outcome.refusals.tolist()]
    assert reasons == ["the instrument was delisted"] * 2
    assert outcome.equity_usd.tolist() == [1_000.0] * 5
    assert (len(outcome.orders), len(outcome.flows)) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(SPLIT, 0.0), (SPLIT, -2.0), (SPLIT, NAN), (DIVIDEND, -1.0), (DIVIDEND, NAN), (DELISTING, -0.1)],
)
def test_an_action_that_cannot_be_is_refused_before_anything_trades(simulate, kind, value):
    panel = market([50.0] * 4, actions=[(1, 0, kind, value)])
    with pytest.raises(InvalidOption, match="for A at row 1"):
        simulate(panel, wishes({0: 0.5}), account(), profile())


# --- accounts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("capital_usd", [0.0, -1.0, NAN, float("inf"), 1e15])
def test_an_account_without_sensible_money_is_refused(capital_usd):
    with pytest.raises(InvalidOption, match="capital_usd"):
        AccountOptions(capital_usd=capital_usd)


@pytest.mark.parametrize("weights", [[0.5], [0.5, 0.1, 0.1]])
def test_weights_for_other_instruments_than_the_panels_are_refused(simulate, weights):
    with pytest.raises(InvalidOption, match=r"panel has 2|Give 2 numbers"):
        simulate(market([[50.0, 20.0]] * 4), wishes({0: weights}), account(), profile())


# --- single orders that no market could mean ----------------------------------------------------------------


@pytest.mark.parametrize("qty", [1e12, -1e12, 1e300])
def test_an_order_of_a_trillion_shares_is_refused_by_name_and_changes_nothing(trade_orders, qty):
    panel = bars([flat()] * 4)
    outcome = trade_orders(panel, [(0, Order("A", qty))], account(), profile())
    assert states(outcome) == ["rejected"]
    assert [out.REFUSAL_NAMES[one["reason"]] for one in outcome.refusals] == [
        "no market could fill a size of a trillion shares"
    ]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4
    assert len(outcome.fills) == 0


def test_an_order_amended_to_a_trillion_shares_works_on_as_it_was(trade_orders):
    panel = bars([flat()] * 3 + [flat(40.0)] * 2)
    order = Order.limit("A", 5.0, 45.0, TimeInForce.GTC)
    outcome = trade_orders(panel, [(0, order), (1, Amend(0, qty=1e12))], account(), profile())
    assert outcome.refusals.tolist() == [(1, 0, out.TOO_LARGE)]
    assert outcome.fills["qty"].tolist() == [5.0]


@pytest.mark.parametrize("price", [NAN, -5.0, 0.0, float("inf")])
@pytest.mark.parametrize("name", ["limit", "stop"])
def test_an_order_at_a_price_that_cannot_be_is_refused_with_its_symbol_before_anybody_hears_of_it(
    name, price
):
    with pytest.raises(InvalidOption, match=f"order for A: {name}_usd = "):
        getattr(Order, name)("A", 5.0, price)


@pytest.mark.parametrize("qty", [NAN, 0.0, float("inf")])
def test_an_order_without_a_size_is_refused_with_its_symbol(qty):
    with pytest.raises(InvalidOption, match="Market order for A: qty = "):
        Order("A", qty)


def test_an_order_for_a_name_that_is_not_there_is_refused_and_the_session_goes_on():
    panel = bars([flat()] * 4)
    session = Session(panel, account(), profile())
    session.advance(0)
    with pytest.raises(UnknownName, match="'AA' is not a symbol"):
        session.submit(Order("AA", 5.0))
    assert session.submit(Order("A", 5.0)) == (0,)
    session.advance(3)
    assert (session.positions.tolist(), session.cash_usd) == ([5.0], 500.0)


def test_an_order_for_a_name_that_was_delisted_is_refused_by_name(trade_orders):
    panel = bars([flat()] * 5, actions=[(2, 0, DELISTING, 1.0)])
    outcome = trade_orders(panel, [(2, Order("A", 5.0)), (3, Order("A", -5.0))], account(), profile())
    assert states(outcome) == ["rejected"] * 2
    assert outcome.refusals["reason"].tolist() == [out.DELISTED] * 2
    assert outcome.equity_usd.tolist() == [1_000.0] * 5


@pytest.mark.parametrize("price", [NAN, -5.0, 0.0])
def test_an_order_before_any_price_is_refused_by_name(trade_orders, price):
    panel = bars([(price,) * 4] * 2 + [flat()] * 2)
    outcome = trade_orders(panel, [(0, Order("A", 5.0))], account(), profile())
    assert outcome.refusals.tolist() == [(0, 0, out.NO_PRICE)]
    assert outcome.equity_usd.tolist() == [1_000.0] * 4


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "US$", "dollars"])
def test_an_account_in_a_currency_that_is_none_is_refused_by_name(currency):
    with pytest.raises(UnknownName, match="is not a currency of an account"):
        AccountOptions(currency=currency)


# --- single orders on bars that say nothing ---------------------------------------------------------------


@pytest.mark.parametrize("volume", [0.0, NAN, -1.0])
@pytest.mark.parametrize("kept", ["GTC", "IOC", "FOK"])
def test_an_order_that_may_wait_does_and_one_that_must_fill_at_once_is_cancelled(trade_orders, volume, kept):
    panel = bars([flat(), flat(volume=volume), flat(), flat()])
    order = Order("A", 5.0, time_in_force=TimeInForce[kept])
    outcome = trade_orders(panel, [(0, order)], account(), profile())
    assert states(outcome) == (["filled"] if kept == "GTC" else ["cancelled"])
    assert outcome.equity_usd[1] == 1_000.0
    assert outcome.refusals.tolist() == ([] if kept == "GTC" else [(1, 0, out.NO_VOLUME)])


@pytest.mark.parametrize("kept", [TimeInForce.IOC, TimeInForce.FOK])
@pytest.mark.parametrize("bar", [(NAN, NAN, NAN, NAN, 1e6), (NAN, 101.0, 99.0, 100.0, 1e6)])
def test_what_must_fill_at_once_says_so_where_no_open_printed(trade_orders, bar, kept):
    order = Order("A", 5.0, time_in_force=kept)
    outcome = trade_orders(bars([flat(), bar, flat()]), [(0, order)], account(), profile())
    assert outcome.refusals.tolist() == [(1, 0, out.NO_VOLUME)]
    assert out.REFUSAL_NAMES[out.NO_VOLUME].startswith("nothing traded")


@pytest.mark.parametrize("kept", [TimeInForce.IOC, TimeInForce.FOK])
def test_what_a_bar_that_traded_leaves_unfilled_is_no_refusal(trade_orders, kept):
    # Its limit was not met, or others had the bar's volume, or it is too thin for the participation.
    away = Order("A", 5.0, OrderType.LIMIT, 90.0, time_in_force=kept)
    taken = [(0, Order("A", 5.0)), (0, Order("A", 5.0, time_in_force=kept))]
    thin = [(0, Order("A", 5.0, time_in_force=kept))]
    for said, volume, share in (([(0, away)], 1e6, 1.0), (taken, 5.0, 1.0), (thin, 5.0, 0.1)):
        panel = bars([flat(), flat(volume=volume), flat()])
        outcome = trade_orders(panel, said, account(), profile(participation=share))
        assert states(outcome)[-1] == "cancelled"
        assert len(outcome.refusals) == 0


def test_the_optimistic_reading_takes_an_unknown_volume_for_enough(trade_orders):
    order = Order("A", 5.0, time_in_force=TimeInForce.IOC)
    panel = bars([flat(), flat(volume=NAN), flat()])
    outcome = trade_orders(panel, [(0, order)], account(), profile(), None, Reading.OPTIMISTIC)
    assert states(outcome) == ["filled"]
    assert len(outcome.refusals) == 0
