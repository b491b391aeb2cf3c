"""What must not matter: names and their order, the unit of price, a later split, untraded instruments."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markets import Stream, Traits, account, draw, market, profile, wishes

from tradewright.execution.profiles.registry import PROFILES
from tradewright.values.decisions import Decisions
from tradewright.values.panel import DELISTING, DIVIDEND, MERGER, RENAME, SPIN_OFF, SPLIT, Panel
from tradewright.values.profile import AccountOptions

simulate = DRIVERS["batch"]
seeds = st.integers(0, 2**32 - 1)
fractional = st.builds(
    AccountOptions,
    capital_usd=st.just(100_000.0),
    max_gross=st.sampled_from([0.5, 1.0, 3.0]),
    fractional=st.just(True),
    liquidate_at_end=st.booleans(),
)
proportional = st.sampled_from(
    [
        profile(),
        profile(half_spread_bps=5.0, commission_bps=2.0),
        profile(cash_rate=0.02, margin_rate=0.05, borrow_rate=0.03, participation=0.2),
    ]
)
traits = st.builds(
    Traits,
    bars=st.integers(5, 40),
    assets=st.integers(2, 4),
    gaps=st.sampled_from([0.0, 0.2]),
    acts=st.integers(0, 5),
    closes_alone=st.booleans(),
    pace=st.integers(1, 6),
    volume=st.sampled_from([500.0, 1e6]),
)
streams = st.builds(draw, seeds, traits, fractional, proportional)


def rebuilt(panel: Panel, columns, actions, symbols=None) -> Panel:
    """The same instants with other columns."""
    made = [np.ascontiguousarray(column) for column in columns]
    return Panel(panel.instants, panel.opens_at, symbols or panel.symbols, *made, actions)


def permuted(stream: Stream, order: list[int]) -> Stream:
    """The same market with its instruments in another order."""
    panel = stream.panel
    actions = panel.actions.copy()
    places = np.argsort(order)
    actions["asset"] = places[actions["asset"]]
    actions["other"] = np.where(actions["other"] >= 0, places[actions["other"]], -1)
    symbols = tuple(panel.symbols[place] for place in order)
    turned = rebuilt(panel, [column[:, order] for column in panel.columns()], actions, symbols)
    weights = np.ascontiguousarray(stream.decisions.weights[:, order])
    return replace(stream, panel=turned, decisions=Decisions(stream.decisions.rows, weights))


@settings(max_examples=120, deadline=None)
@given(streams, st.randoms(use_true_random=False))
def test_the_order_of_instruments_does_not_matter(stream, random):
    order = list(range(len(stream.panel.symbols)))
    random.shuffle(order)
    one, other = simulate(*stream.all), simulate(*permuted(stream, order).all)
    assert other.equity_usd == pytest.approx(one.equity_usd, rel=1e-9, abs=1e-6)
    assert other.positions == pytest.approx(one.positions[order], rel=1e-7, abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(streams, st.sampled_from([0.25, 2.0, 8.0, 1024.0]))
def test_the_unit_of_price_does_not_matter(stream, factor):
    panel = stream.panel
    prices = [column * factor for column in panel.columns()[:4]]
    actions = panel.actions.copy()
    actions["value"][actions["kind"] == DIVIDEND] *= factor
    actions["cash_usd"] *= factor
    scaled = rebuilt(panel, [*prices, panel.volume], actions)
    money = replace(stream.account, capital_usd=stream.account.capital_usd * factor)
    one = simulate(*stream.all)
    other = simulate(scaled, stream.decisions, money, stream.profile)
    # Factors are powers of two, so that not even rounding differs.
    assert np.array_equal(other.equity_usd, one.equity_usd * factor)
    assert np.array_equal(other.positions, one.positions)


@settings(max_examples=80, deadline=None)
@given(streams, st.sampled_from([2.0, 4.0, 0.5]), st.data())
def test_a_split_put_into_the_market_leaves_wealth(stream, ratio, data):
    panel = stream.panel
    # A rename is one for one by its nature: no split can come between.
    assume(not np.isin(panel.actions["kind"], (DELISTING, RENAME)).any())
    bars, assets = panel.shape
    row, asset = data.draw(st.integers(1, bars - 1)), data.draw(st.integers(0, assets - 1))
    columns = [column.copy() for column in panel.columns()]
    for column in columns[:4]:
        column[row:, asset] /= ratio
    columns[4][row:, asset] *= ratio
    actions = panel.actions.copy()
    later, gives = actions["row"] >= row, np.isin(actions["kind"], (SPIN_OFF, MERGER))
    mine = later & (actions["asset"] == asset) & (actions["kind"] != SPLIT)
    actions["value"][mine] /= ratio
    actions["cash_usd"][mine] /= ratio
    actions["value"][later & gives & (actions["other"] == asset)] *= ratio
    split = np.array([(row, asset, SPLIT, ratio, -1, 0.0, 0)], dtype=actions.dtype)
    together = np.concatenate([actions, split])
    together = together[np.argsort(together["row"], kind="stable")]
    one = simulate(*stream.all)
    other = simulate(rebuilt(panel, columns, together), stream.decisions, stream.account, stream.profile)
    assert other.equity_usd == pytest.approx(one.equity_usd, rel=1e-9, abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(streams)
def test_an_instrument_nobody_trades_changes_nothing(stream):
    panel = stream.panel
    stranger = np.cumsum(np.ones((len(panel.instants), 1)), axis=0)
    columns = [np.hstack([column, stranger]) for column in panel.columns()]
    if panel.is_close_only:
        columns = [column.copy() for column in columns]
        for place in (0, 1, 2, 4):
            columns[place][:, -1] = np.nan
    wider = rebuilt(panel, columns, panel.actions.copy(), (*panel.symbols, "Z"))
    silent = np.full((len(stream.decisions.rows), 1), np.nan)
    weights = np.hstack([stream.decisions.weights, silent])
    one = simulate(*stream.all)
    other = simulate(wider, Decisions(stream.decisions.rows, weights), stream.account, stream.profile)
    assert np.array_equal(one.equity_usd, other.equity_usd)


@settings(max_examples=80, deadline=None)
@given(streams, st.data())
def test_the_future_does_not_change_the_past(stream, data):
    bars = len(stream.panel.instants)
    cut = data.draw(st.integers(1, bars - 1))
    calm = replace(stream, account=replace(stream.account, liquidate_at_end=False))
    assume(stream.panel.is_close_only or not np.isnan(stream.panel.open[:cut]).all())
    assume(stream.panel.is_close_only or not np.isnan(stream.panel.volume[:cut]).all())
    keep = calm.decisions.rows < cut
    decisions = Decisions(calm.decisions.rows[keep], calm.decisions.weights[keep])
    whole = simulate(*calm.all)
    part = simulate(calm.panel.rows(0, cut), decisions, calm.account, calm.profile)
    assert np.array_equal(part.equity_usd, whole.equity_usd[:cut])
    assert np.array_equal(part.cash_usd, whole.cash_usd[:cut])


@settings(max_examples=60, deadline=None)
@given(streams)
def test_saying_the_same_in_more_rows_of_nan_changes_nothing(stream):
    bars, assets = stream.panel.shape
    weights = np.full((bars, assets), np.nan)
    weights[stream.decisions.rows] = stream.decisions.weights
    wordy = Decisions(np.arange(bars), weights)
    one = simulate(*stream.all)
    other = simulate(stream.panel, wordy, stream.account, stream.profile)
    assert np.array_equal(one.equity_usd, other.equity_usd)
    assert one.fills.tolist() == other.fills.tolist()


@settings(max_examples=60, deadline=None)
@given(seeds, st.sampled_from([0.0, 0.3]))
def test_a_short_account_mirrors_a_long_one_where_nothing_costs(seed, gaps):
    rules = account(capital_usd=1e6, fractional=True, max_gross=10.0)
    stream = draw(seed, Traits(bars=8, assets=1, gaps=gaps, acts=0, pace=100, volume=1e9), rules, profile())
    weights = np.array([[0.1]])
    long = simulate(stream.panel, Decisions(np.array([0]), weights), rules, profile())
    short = simulate(stream.panel, Decisions(np.array([0]), -weights), rules, profile())
    gains = long.equity_usd - 1e6, short.equity_usd - 1e6
    assert gains[0] == pytest.approx(-gains[1], abs=1e-6)


COST_LADDERS = {
    "half_spread_bps": (0.0, 1.0, 5.0, 20.0),
    "commission_bps": (0.0, 1.0, 5.0, 20.0),
    "commission_per_share_usd": (0.0, 0.001, 0.01, 0.05),
    "commission_minimum_usd": (0.0, 0.5, 1.0, 5.0),
    "margin_rate": (0.0, 0.05, 0.2, 0.5),
    "borrow_rate": (0.0, 0.05, 0.2, 0.5),
}


@pytest.mark.parametrize("name", sorted(COST_LADDERS))
@pytest.mark.parametrize("seed", range(8))
def test_a_higher_cost_never_helps_a_fixed_list_of_trades(name, seed):
    # Positions in shares, far below the limit, so that costs change no quantity.
    random = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, (60, 2)), axis=0))
    shares = {row: np.rint(random.normal(0.0, 400.0, 2)) for row in range(0, 55, 5)}
    shares[0] = np.array([900.0, -900.0])
    options = account(capital_usd=60_000.0, max_gross=10.0)
    ends = [fixed_trades(market(close), shares, options, profile(**{name: v})) for v in COST_LADDERS[name]]
    assert ends == sorted(ends, reverse=True)


def fixed_trades(panel, shares, options, rules):
    """Final equity of positions given in shares."""
    from tradewright.kernel.session import Session

    session = Session(panel, options, rules)
    for row in range(len(panel.instants)):
        session.advance(row)
        if row in shares:
            session.intend_shares(shares[row])
    return session.finish().equity_usd[-1]


@pytest.mark.parametrize("seed", range(10))
def test_the_three_profiles_stand_in_their_order_on_fixed_trades(seed):
    random = np.random.default_rng(seed)
    close = 80.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, (250, 3)), axis=0))
    panel = market(close, volume=np.full(close.shape, 1e8))
    shares = {row: np.rint(random.normal(0.0, 300.0, 3)) for row in range(0, 240, 10)}
    options = account(capital_usd=200_000.0, max_gross=3.0)
    ends = {name: fixed_trades(panel, shares, options, rules) for name, rules in PROFILES.items()}
    assert ends["idealistic"] > ends["realistic"] > ends["stressed"]


def test_money_does_not_depend_on_the_number_of_bars_nobody_acts_on():
    short = simulate(market([100.0, 100.0, 120.0]), wishes({0: 0.5}), account(), profile())
    long = simulate(market([100.0, 100.0] + [110.0] * 500 + [120.0]), wishes({0: 0.5}), account(), profile())
    assert short.equity_usd[-1] == long.equity_usd[-1]
