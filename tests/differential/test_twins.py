"""The compiled kernel against the plain reference: on random streams they agree to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS, differences
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, DEAR, WAYS, Stream, Traits, draw, kept_by, profile, wishes

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel import reference
from tradewright.kernel.reference_state import Intent
from tradewright.kernel.session import Session
from tradewright.kernel.sweep import simulate_many
from tradewright.values import outcome as out
from tradewright.values.decisions import Decisions
from tradewright.values.profile import AccountOptions

seeds = st.integers(0, 2**32 - 1)
rules = st.sampled_from(
    [
        *PROFILES.values(),
        profile(),
        profile(commission_bps=1.0),
        profile(cash_rate=0.5, margin_rate=0.9, borrow_rate=0.7),
        profile(commission_minimum_usd=25.0, commission_per_share_usd=0.5, participation=0.03),
        profile(half_spread_bps=400.0, borrow_rate=3.0),
        DEAR,
    ]
)
plain_accounts = st.builds(
    AccountOptions,
    capital_usd=st.sampled_from([200.0, 10_000.0, 1_000_000.0]),
    max_gross=st.sampled_from([0.3, 1.0, 1.0, 2.0, 10.0]),
    fractional=st.booleans(),
    liquidate_at_end=st.booleans(),
    type=st.sampled_from(["unrestricted", "cash", "margin"]),
)
accounts = st.builds(kept_by, plain_accounts, st.sampled_from(WAYS))
markets = st.builds(
    Traits,
    bars=st.integers(1, 60),
    assets=st.integers(1, 5),
    gaps=st.sampled_from([0.0, 0.05, 0.3, 0.7]),
    acts=st.integers(0, 8),
    closes_alone=st.booleans(),
    pace=st.integers(1, 15),
    volume=st.sampled_from([50.0, 1e4, 1e9]),
    facts=st.sampled_from([0, 0, 6]),
    abroad=st.booleans(),
    length_ns=st.sampled_from([0, 10**8, 3_600 * 10**9, DAY_NS]),
)
streams = st.builds(draw, seeds, markets, accounts, rules)
singles = st.builds(
    draw, seeds, st.builds(Traits, bars=st.just(90), assets=st.just(1), pace=st.just(20)), accounts, rules
)


@settings(max_examples=300, deadline=None)
@given(streams)
def test_the_compiled_batch_equals_the_reference_in_every_bit(stream):
    assert differences(reference.simulate(*stream.all), DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=150, deadline=None)
@given(singles)
def test_one_instrument_over_long_quiet_stretches_equals_the_reference(stream):
    assert differences(reference.simulate(*stream.all), DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=60, deadline=None)
@given(seeds, accounts, rules)
def test_quiet_stretches_longer_than_a_block_equal_the_reference(seed, account, rule):
    stream = draw(seed, Traits(bars=1_300, assets=1, gaps=0.01, acts=2, pace=700), account, rule)
    assert differences(reference.simulate(*stream.all), DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=150, deadline=None)
@given(streams)
def test_a_session_that_looks_at_every_bar_equals_the_batch(stream):
    assert differences(DRIVERS["batch"](*stream.all), DRIVERS["session"](*stream.all)) == []


@settings(max_examples=150, deadline=None)
@given(streams, st.integers(1, 9))
def test_a_session_that_looks_now_and_then_equals_the_batch(stream, pace):
    assert differences(DRIVERS["batch"](*stream.all), looking_every(stream, pace)) == []


@settings(max_examples=100, deadline=None)
@given(streams)
def test_a_session_that_nobody_looks_at_equals_the_batch(stream):
    assert differences(DRIVERS["batch"](*stream.all), looking_every(stream, 10**9)) == []


def looking_every(stream: Stream, pace: int):
    """Trade by a session that is asked for its positions on every `pace`-th row."""
    session = Session(stream.panel, stream.account, stream.profile)
    weights = dict(zip(stream.decisions.rows.tolist(), stream.decisions.weights, strict=True))
    for row in range(len(stream.panel.instants)):
        session.advance(row)
        if row in weights:
            session.intend(weights[row])
        if row % pace == pace - 1:
            _ = session.positions
    return session.finish()


@settings(max_examples=60, deadline=None)
@given(streams)
def test_a_session_shows_the_numbers_of_the_batch_as_it_goes(stream):
    calm = Stream(stream.panel, stream.decisions, account_without_end(stream.account), stream.profile)
    outcome = DRIVERS["batch"](*calm.all)
    session = Session(calm.panel, calm.account, calm.profile)
    weights = dict(zip(calm.decisions.rows.tolist(), calm.decisions.weights, strict=True))
    for row in range(len(calm.panel.instants)):
        session.advance(row)
        assert session.equity_usd == outcome.equity_usd[row]
        assert session.cash_usd == outcome.cash_usd[row]
        if row in weights:
            session.intend(weights[row])
    assert np.array_equal(session.positions, outcome.positions)


def account_without_end(account: AccountOptions) -> AccountOptions:
    """The same account, left open at the end."""
    return replace(account, liquidate_at_end=False)


@settings(max_examples=60, deadline=None)
@given(streams, st.integers(1, 3), st.integers(1, 7))
def test_a_sweep_equals_the_batch_for_any_number_of_threads(stream, threads, candidates):
    others = [decisions_of(stream, seed) for seed in range(candidates)]
    equity = simulate_many(stream.panel, others, stream.account, stream.profile, threads)
    for row, one in zip(equity, others, strict=True):
        alone = DRIVERS["batch"](stream.panel, one, stream.account, stream.profile)
        assert np.array_equal(row, alone.equity_usd)


def decisions_of(stream: Stream, seed: int) -> Decisions:
    """Another candidate's decisions over the same market; the first has none at all."""
    bars, assets = stream.panel.shape
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(random.random(bars) < 0.2 * (seed > 0))
    return Decisions(rows, random.normal(0.0, 0.8, (len(rows), assets)))


@settings(max_examples=100, deadline=None)
@given(streams)
def test_targets_in_shares_are_met_alike(stream):
    bars, assets = stream.panel.shape
    random = np.random.default_rng(bars)
    wanted = {row: np.rint(random.normal(0.0, 30.0, assets)) for row in range(0, bars, 3)}
    intents = [Intent(row, shares, in_shares=True) for row, shares in wanted.items()]
    expected = reference.simulate_intents(stream.panel, intents, stream.account, stream.profile)
    session = Session(stream.panel, stream.account, stream.profile)
    for row in range(bars):
        session.advance(row)
        if row in wanted:
            session.intend_shares(wanted[row])
    assert differences(expected, session.finish()) == []


@settings(max_examples=100, deadline=None)
@given(streams)
def test_weights_and_shares_may_take_turns(stream):
    bars, assets = stream.panel.shape
    random = np.random.default_rng(bars + 1)
    intents, session = [], Session(stream.panel, stream.account, stream.profile)
    for row in range(bars):
        session.advance(row)
        if row % 2:
            continue
        in_shares = bool(random.integers(0, 2))
        targets = np.rint(random.normal(0.0, 20.0, assets)) if in_shares else random.normal(0.0, 0.7, assets)
        (session.intend_shares if in_shares else session.intend)(targets)
        intents.append(Intent(row, targets, in_shares))
    expected = reference.simulate_intents(stream.panel, intents, stream.account, stream.profile)
    assert differences(expected, session.finish()) == []


@settings(max_examples=60, deadline=None)
@given(streams)
def test_a_journal_that_overflows_is_continued_without_a_trace(stream):
    from tradewright.kernel.native import books

    expected = DRIVERS["batch"](*stream.all)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "_FIRST_ROOM", 1)
        assert differences(expected, DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=40, deadline=None)
@given(streams)
def test_a_session_whose_journal_overflows_goes_on_without_a_trace(stream):
    from tradewright.kernel.native import books

    expected = DRIVERS["batch"](*stream.all)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "_FIRST_ROOM", 1)
        assert differences(expected, looking_every(stream, 5)) == []


@settings(max_examples=40, deadline=None)
@given(streams)
def test_the_same_stream_gives_the_same_bits_twice(stream):
    assert differences(DRIVERS["batch"](*stream.all), DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=40, deadline=None)
@given(streams)
def test_no_input_is_written_to(stream):
    before = [column.copy() for column in (*stream.panel.columns(), stream.decisions.weights)]
    DRIVERS["batch"](*stream.all)
    DRIVERS["session"](*stream.all)
    after = (*stream.panel.columns(), stream.decisions.weights)
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(before, after, strict=True))


def test_random_streams_reach_every_state_flow_and_refusal():
    states, flows, refusals, ruined = set(), set(), set(), 0
    for seed in range(120):
        account = AccountOptions(1_000.0, 10.0 if seed % 2 else 1.0, bool(seed % 3), bool(seed % 5))
        traits = Traits(acts=8, volume=500.0, abroad=True)
        stream = draw(seed, traits, kept_by(account, WAYS[seed % len(WAYS)]), PROFILES["stressed"])
        outcome = DRIVERS["batch"](*stream.all)
        states |= set(outcome.orders["state"].tolist())
        flows |= set(outcome.flows["kind"].tolist())
        refusals |= set(outcome.refusals["reason"].tolist())
        ruined += outcome.ruined_row >= 0
    # Target weights know no other states and refusals; those of submitted orders: test_order_laws.py.
    assert states == {out.WORKING, out.FILLED, out.REPLACED, out.CANCELLED, out.REJECTED}
    assert flows == set(out.FLOW_NAMES)
    assert refusals == {out.NO_PRICE, out.DELISTED, out.RUINED, out.UNDER_ONE_SHARE}
    assert 0 < ruined < 120


@pytest.mark.parametrize("bars", [1, 2, 511, 512, 513, 1_024, 1_025])
@pytest.mark.parametrize("rate", [0.0, 0.05])
def test_block_edges_of_quiet_bars_leave_no_seam(bars, rate):
    random = np.random.default_rng(bars)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, bars)))
    from markets import account, market

    stream = Stream(market(close), wishes({0: 1.0}), account(fractional=True), profile(cash_rate=rate))
    assert differences(reference.simulate(*stream.all), DRIVERS["batch"](*stream.all)) == []


@pytest.mark.parametrize("missing", [0, 1, 511, 512, 600, 1_199])
@pytest.mark.parametrize("assets", [1, 2])
def test_one_missing_close_in_a_quiet_stretch_carries_the_price_before(missing, assets):
    from markets import account, market

    random = np.random.default_rng(missing)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, (1_200, assets)), axis=0))
    close[missing, 0] = np.nan
    weights = wishes({2: [0.5] + [0.0] * (assets - 1)})
    stream = Stream(market(close), weights, account(fractional=True), profile())
    found = DRIVERS["batch"](*stream.all)
    assert differences(reference.simulate(*stream.all), found) == []
    if missing > 3:
        assert found.long_usd[missing] == found.long_usd[missing - 1]


@pytest.mark.parametrize("name", sorted(PROFILES))
@pytest.mark.parametrize("seed", range(4))
def test_forty_instruments_agree_in_every_bit(name, seed):
    account = AccountOptions(1_000_000.0, 2.0, bool(seed % 2), bool(seed % 3))
    traits = Traits(bars=60, assets=10, gaps=0.1, acts=20, pace=5, volume=1e5)
    stream = draw(seed, traits, account, PROFILES[name])
    wide = four_times(stream)
    expected = reference.simulate(*wide.all)
    assert differences(expected, DRIVERS["batch"](*wide.all)) == []
    assert differences(expected, DRIVERS["session"](*wide.all)) == []
    assert len(expected.fills) > 100


def four_times(stream: Stream) -> Stream:
    """The same market with every instrument four times, at four price levels."""
    panel = stream.panel
    levels = np.repeat([1.0, 0.5, 2.0, 3.0], panel.shape[1])
    columns = [np.ascontiguousarray(np.tile(column, 4) * levels) for column in panel.columns()[:4]]
    symbols = tuple(f"{symbol}{copy}" for copy in range(4) for symbol in panel.symbols)
    volume = np.ascontiguousarray(np.tile(panel.volume, 4))
    actions = np.concatenate([panel.actions] * 4)
    actions["asset"] += np.repeat(np.arange(4) * panel.shape[1], len(panel.actions))
    actions = actions[np.argsort(actions["row"], kind="stable")]
    wide = type(panel)(panel.instants, panel.opens_at, symbols, *columns, volume, actions)
    weights = np.ascontiguousarray(np.tile(stream.decisions.weights, 4) / 8.0)
    return Stream(wide, Decisions(stream.decisions.rows, weights), stream.account, stream.profile)
