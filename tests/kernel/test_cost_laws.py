"""Laws of costs on a fixed list of trades: dearer never helps, and thinner never fills more."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import DAY_NS, DEAR, Traits, account, draw, market, wishes

from tradewright.kernel.session import Session
from tradewright.values.panel import Panel

seeds = st.integers(0, 2**32 - 1)
RICH = account(capital_usd=1e9, max_gross=10.0, fractional=True)
QUIET = replace(DEAR, reject_share=0.0)
RAISED = {
    "half_spread_bps": 60.0,
    "slippage_multiple": 4.0,
    "commission_bps": 30.0,
    "commission_minimum_usd": 40.0,
    "margin_rate": 0.5,
    "borrow_rate": 0.5,
    "spread_scale_bps": 90.0,
    "impact_coefficient": 5.0,
    "latency_high_ms": 9_000.0,
    "fee_multiple": 3.0,
    "commission_tiers": ((0.0, 0.5),),
}


def listed(seed, volume=1e5, acts=2):
    """A market and a list of positions in shares, decided on some of its rows."""
    stream = draw(seed, Traits(bars=40, assets=2, acts=acts, volume=volume, length_ns=DAY_NS), RICH, QUIET)
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(random.random(40) < 0.3)
    return stream.panel, {int(row): np.trunc(random.normal(0.0, 300.0, 2)) for row in rows}


def carried_out(panel, wanted, rules):
    """The account that trades a list of positions in shares."""
    session = Session(panel, RICH, rules)
    for row in range(len(panel.instants)):
        session.advance(row)
        if row in wanted:
            session.intend_shares(wanted[row])
    return session.finish()


@pytest.mark.parametrize("name", sorted(RAISED))
@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_a_raised_cost_never_helps_a_fixed_list_of_trades(name, seed):
    panel, wanted = listed(seed)
    plain = carried_out(panel, wanted, QUIET)
    dear = carried_out(panel, wanted, replace(QUIET, **{name: RAISED[name]}))
    assert dear.fills["qty"].tolist() == plain.fills["qty"].tolist()
    assert np.all(dear.equity_usd <= plain.equity_usd + 1e-6)


def test_every_raised_cost_is_felt():
    panel, wanted = listed(3)
    plain = carried_out(panel, wanted, QUIET).equity_usd[-1]
    for name, value in RAISED.items():
        # Debt costs nothing where there is none, a flat spread nothing where it is estimated throughout.
        dear = carried_out(panel, wanted, replace(QUIET, **{name: value})).equity_usd[-1]
        assert dear < plain or name == "margin_rate", name


def halved(panel: Panel, times: float) -> Panel:
    """The same market with a part of its volume."""
    columns = (*panel.columns()[:4], panel.volume * times)
    return Panel(
        panel.instants.copy(), panel.opens_at.copy(), panel.symbols,
        *(column.copy() for column in columns), panel.actions.copy(),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(seeds, st.sampled_from([50.0, 1e3, 1e5]), st.sampled_from([-700.0, -40.0, 40.0, 700.0]))
def test_half_the_volume_never_fills_more_of_an_order(seed, volume, shares):
    panel, _ = listed(seed, volume, acts=0)  # a split would count its shares anew
    wanted = {5: np.array([shares, -shares])}
    whole = carried_out(panel, wanted, QUIET)
    half = carried_out(halved(panel, 0.5), wanted, QUIET)
    for row in range(len(panel.instants)):
        for asset in range(2):
            filled = [
                np.abs(one.fills["qty"][(one.fills["asset"] == asset) & (one.fills["row"] <= row)]).sum()
                for one in (half, whole)
            ]
            assert filled[0] <= filled[1] * (1.0 + 1e-12) + 1e-9


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_half_the_volume_never_makes_a_fill_of_the_same_size_cheaper(seed):
    panel, _ = listed(seed, 1e6)
    rules = replace(QUIET, participation=1.0)
    fills = [
        carried_out(one, {20: np.array([20.0, 0.0])}, rules).fills for one in (panel, halved(panel, 0.5))
    ]
    if len(fills[0]) == len(fills[1]) == 1 and fills[0]["row"] == fills[1]["row"]:
        assert fills[1]["price"][0] >= fills[0]["price"][0]


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(0, 2**31))
def test_what_one_order_draws_does_not_depend_on_the_others(seed, key):
    """A second instrument takes order ids of its own; the draws of equal ids are equal all the same."""
    rules = replace(DEAR, seed=key)
    panel, _ = listed(seed)
    alone = DRIVERS["batch"](panel, wishes({3: [0.1, np.nan], 9: [0.0, np.nan]}), RICH, rules)
    both = DRIVERS["batch"](panel, wishes({3: [0.1, 0.1], 9: [0.0, 0.0]}), RICH, rules)
    drawn = [dict(zip(one.fills["order_id"].tolist(), one.fills["latency_ms"].tolist(), strict=True))
             for one in (alone, both)]  # fmt: skip
    assert all(drawn[0][number] == drawn[1][number] for number in drawn[0].keys() & drawn[1].keys())
    states = [one.orders["state"] == 5 for one in (alone, both)]
    shared = min(map(len, states))
    assert states[0][:shared].tolist() == states[1][:shared].tolist()


@pytest.mark.parametrize("scale", [0.01, 10.0, 1_000.0])
def test_costs_in_shares_of_the_price_do_not_know_the_unit_of_prices(scale):
    closes = 40.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 0.02, 40)))
    rules = replace(QUIET, fee_schedule=(), commission_minimum_usd=0.0, commission_tiers=())
    rich = replace(RICH, capital_usd=1e6)
    plain = DRIVERS["batch"](market(closes), wishes({25: 0.1}), rich, rules)
    # Ten times the price and a tenth of the volume is the same market in other shares.
    other = market(closes * scale, volume=np.full(40, 1e6 / scale))
    scaled = DRIVERS["batch"](other, wishes({25: 0.1}), rich, rules)
    assert scaled.equity_usd == pytest.approx(plain.equity_usd, rel=1e-12)
