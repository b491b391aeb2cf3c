"""Corporate actions of every kind, thick and fast: the compiled kernel is the plain one to the last bit."""

import numpy as np
import pytest
from accountant import cash_of, changes_of_equity
from drivers import DRIVERS, differences
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DEAR, FREE, Traits, draw

from tradewright.kernel import reference
from tradewright.kernel.sweep import simulate_many
from tradewright.values.profile import AccountOptions

seeds = st.integers(0, 2**32 - 1)
busy = st.builds(
    Traits,
    bars=st.integers(3, 40),
    assets=st.integers(2, 5),
    gaps=st.sampled_from([0.0, 0.1, 0.5]),
    acts=st.integers(5, 40),
    closes_alone=st.booleans(),
    pace=st.integers(1, 6),
    volume=st.sampled_from([500.0, 1e6]),
)
accounts = st.builds(
    AccountOptions,
    capital_usd=st.sampled_from([1_000.0, 1e6]),
    max_gross=st.sampled_from([1.0, 4.0]),
    fractional=st.booleans(),
    liquidate_at_end=st.booleans(),
)
streams = st.builds(draw, seeds, busy, accounts, st.sampled_from([FREE, DEAR]))


@settings(max_examples=150, deadline=None)
@given(streams)
def test_crowded_actions_agree_in_every_bit(stream):
    expected = reference.simulate(*stream.all)
    assert differences(expected, DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=60, deadline=None)
@given(streams)
def test_a_session_lives_through_the_same_actions(stream):
    assert differences(DRIVERS["batch"](*stream.all), DRIVERS["session"](*stream.all)) == []


@settings(max_examples=60, deadline=None)
@given(streams)
def test_a_sweep_forgets_the_claims_of_the_candidate_before(stream):
    first, second = simulate_many(
        stream.panel, [stream.decisions, stream.decisions], stream.account, stream.profile, 1
    )
    assert np.array_equal(first, second)
    assert np.array_equal(first, DRIVERS["batch"](*stream.all).equity_usd)


@settings(max_examples=80, deadline=None)
@given(streams)
def test_the_accountant_finds_every_cent_of_crowded_actions(stream):
    outcome = DRIVERS["batch"](*stream.all)
    money = np.maximum(outcome.long_usd + outcome.short_usd + np.abs(outcome.cash_usd), 1.0)
    expected = changes_of_equity(stream.panel, outcome, stream.profile.conversion_bps)
    found = np.diff(outcome.equity_usd, prepend=stream.account.capital_usd)
    assert np.all(np.abs(found - expected) <= 1e-9 * np.maximum(money, np.roll(money, 1)))
    cash = cash_of(stream.panel, outcome, stream.account.capital_usd)
    assert np.all(np.abs(outcome.cash_usd - cash) <= 1e-9 * money)


@pytest.mark.parametrize("seed", range(3))
def test_actions_are_not_written_to(seed):
    stream = draw(seed, Traits(assets=3, acts=30), AccountOptions(), FREE)
    before = stream.panel.actions.copy()
    DRIVERS["batch"](*stream.all)
    assert stream.panel.actions.tolist() == before.tolist()
