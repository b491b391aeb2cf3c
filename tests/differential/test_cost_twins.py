"""Costs through every way of running the kernel: batch, session, sweep, threads, growth of the journal."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS, differences
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, DEAR, FREE, Traits, draw

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel import reference
from tradewright.kernel.session import Session
from tradewright.kernel.sweep import simulate_many
from tradewright.values.decisions import Decisions
from tradewright.values.profile import AccountOptions

seeds = st.integers(0, 2**32 - 1)

# One term of the profile at a time: what a term does must not hang on the others.
ALONE = {
    "spread": {"spread_scale_bps": 30.0},
    "spread and tick": {"spread_scale_bps": 1e-3, "fee_schedule": DEAR.fee_schedule, "fee_multiple": 0.0},
    "impact": {"impact_coefficient": 3.0},
    "latency": {"latency_low_ms": 1.0, "latency_high_ms": 900.0},
    "latency of days": {"latency_low_ms": 8e5, "latency_high_ms": 9e5},
    "rejects": {"reject_share": 0.3},
    "tiers": {"commission_tiers": DEAR.commission_tiers},
    "fees": {"fee_schedule": DEAR.fee_schedule},
    "flat spread": {"half_spread_bps": 50.0},
    "minimum": {"commission_minimum_usd": 3.0, "commission_per_share_usd": 0.2},
    "notional": {"commission_bps": 40.0},
    "thin": {"participation": 0.02},
}


def stream_of(seed, rules, **traits):
    """A random market with actions, traded under these rules."""
    random = np.random.default_rng(seed)
    account = AccountOptions(
        capital_usd=float(random.choice([2_000.0, 50_000.0, 3e6])),
        max_gross=float(random.choice([0.5, 1.0, 3.0])),
        fractional=bool(random.integers(2)),
        liquidate_at_end=bool(random.integers(2)),
    )
    chosen = {"bars": 50, "assets": 3, "acts": 4, "pace": 3, "volume": 2e4, "length_ns": DAY_NS // 4}
    return draw(seed, Traits(**{**chosen, **traits}), account, rules)


@pytest.mark.parametrize("term", sorted(ALONE))
@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_each_term_by_itself_is_the_same_compiled(term, seed):
    stream = stream_of(seed, replace(FREE, seed=seed % 100, **ALONE[term]))
    assert differences(reference.simulate(*stream.all), DRIVERS["batch"](*stream.all)) == []


@pytest.mark.parametrize("left_out", sorted(ALONE))
@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_all_terms_but_one_are_the_same_compiled(left_out, seed):
    terms = {name: value for key in ALONE if key != left_out for name, value in ALONE[key].items()}
    terms["latency_low_ms"] = min(terms["latency_low_ms"], terms["latency_high_ms"])
    stream = stream_of(seed, replace(FREE, **terms))
    assert differences(reference.simulate(*stream.all), DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 3))
def test_a_sweep_pays_what_each_candidate_alone_pays(seed, threads):
    stream = stream_of(seed, DEAR)
    random = np.random.default_rng(seed)
    candidates = []
    for _ in range(5):
        rows = np.flatnonzero(random.random(50) < 0.3)
        candidates.append(Decisions(rows, random.normal(0.0, 0.5, (len(rows), 3))))
    equity = simulate_many(stream.panel, candidates, stream.account, stream.profile, threads)
    for row, one in zip(equity, candidates, strict=True):
        alone = DRIVERS["batch"](stream.panel, one, stream.account, stream.profile)
        assert np.array_equal(row, alone.equity_usd)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_a_candidate_leaves_no_month_or_fee_behind_for_the_next(seed):
    """The same candidate twice in one sweep: tiers and fees begin anew."""
    stream = stream_of(seed, DEAR)
    first, second = simulate_many(
        stream.panel, [stream.decisions, stream.decisions], stream.account, stream.profile, 1
    )
    assert np.array_equal(first, second)


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 9))
def test_a_session_pays_the_same_however_often_it_is_looked_at(seed, pace):
    stream = stream_of(seed, DEAR)
    session = Session(stream.panel, stream.account, stream.profile)
    weights = dict(zip(stream.decisions.rows.tolist(), stream.decisions.weights, strict=True))
    for row in range(len(stream.panel.instants)):
        session.advance(row)
        if row in weights:
            session.intend(weights[row])
        if row % pace == 0:
            _ = session.cash_usd
    assert differences(DRIVERS["batch"](*stream.all), session.finish()) == []


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(5, 45))
def test_a_cut_of_the_market_pays_the_same_up_to_the_cut(seed, stop):
    """What comes later changes no fill: costs are known when they are paid."""
    stream = stream_of(seed, DEAR, acts=0, gaps=0.0)
    cut = stream.panel.rows(0, stop)
    inside = stream.decisions.rows < stop
    decisions = Decisions(stream.decisions.rows[inside], stream.decisions.weights[inside])
    account = replace(stream.account, liquidate_at_end=False)
    whole = DRIVERS["batch"](stream.panel, stream.decisions, account, stream.profile)
    part = DRIVERS["batch"](cut, decisions, account, stream.profile)
    assert part.fills.tolist() == whole.fills[whole.fills["row"] < stop].tolist()
    assert np.array_equal(part.equity_usd, whole.equity_usd[:stop])


@pytest.mark.parametrize("name", sorted(PROFILES))
@pytest.mark.parametrize("length_ns", [0, 10**7, 10**9, DAY_NS])
def test_bars_of_any_length_agree_in_every_bit(name, length_ns):
    for seed in range(15):
        stream = stream_of(seed, replace(PROFILES[name], seed=seed), length_ns=length_ns, volume=1e6)
        expected = reference.simulate(*stream.all)
        assert differences(expected, DRIVERS["batch"](*stream.all)) == []


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_symbols_in_another_order_pay_the_same_where_nothing_is_drawn(seed):
    """Order ids follow the panel's order, so that what they key is left out here."""
    still = replace(
        DEAR,
        reject_share=0.0,
        latency_low_ms=0.0,
        latency_high_ms=0.0,
        commission_tiers=(),
        participation=1.0,
    )
    stream = stream_of(seed, still, acts=0)
    stream = replace(stream, account=replace(stream.account, max_gross=10.0))
    panel, turned = stream.panel, [2, 0, 1]
    columns = [np.ascontiguousarray(column[:, turned]) for column in panel.columns()]
    symbols = tuple(panel.symbols[place] for place in turned)
    other = type(panel)(panel.instants.copy(), panel.opens_at.copy(), symbols, *columns, panel.actions.copy())
    weights = np.ascontiguousarray(stream.decisions.weights[:, turned]) / 20.0
    plain = Decisions(stream.decisions.rows, stream.decisions.weights / 20.0)
    one = DRIVERS["batch"](panel, plain, stream.account, stream.profile)
    two = DRIVERS["batch"](other, Decisions(stream.decisions.rows, weights), stream.account, stream.profile)
    assert two.equity_usd == pytest.approx(one.equity_usd, rel=1e-9)
    told = [
        sorted((int(fill["row"]), names[fill["asset"]], float(fill["price"])) for fill in outcome.fills)
        for outcome, names in ((one, panel.symbols), (two, symbols))
    ]
    assert [fill[:2] for fill in told[0]] == [fill[:2] for fill in told[1]]
    prices = [[fill[2] for fill in one] for one in told]
    assert prices[0] == pytest.approx(prices[1], rel=1e-9)
