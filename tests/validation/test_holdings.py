"""Shares and weights read back from fills are those the kernel held."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from markets import account, market, profile, wishes

from tradewright.kernel.batch import simulate
from tradewright.validation.holdings import held_shares, held_weights
from tradewright.values.panel import DELISTING, SPLIT


def run(panel, decisions, capital=1e6):
    return simulate(panel, decisions, account(capital_usd=capital, max_gross=2.0), profile())


def test_a_purchase_is_held_from_its_row_on():
    panel = market([100.0] * 4)
    held = held_shares(panel, run(panel, wishes({0: 0.5})))
    assert held[:, 0].tolist() == [0.0, 5_000.0, 5_000.0, 5_000.0]


def test_a_sale_of_everything_leaves_nothing():
    panel = market([100.0, 100.0, 103.0, 101.0, 100.0])
    held = held_shares(panel, run(panel, wishes({0: 0.5, 2: 0.0})))
    assert held[:, 0].tolist() == [0.0, 5_000.0, 5_000.0, 0.0, 0.0]


def test_a_short_position_is_negative():
    panel = market([100.0] * 3)
    assert held_shares(panel, run(panel, wishes({0: -0.5})))[-1, 0] == -5_000.0


def test_a_split_multiplies_what_is_held():
    panel = market([100.0, 100.0, 50.0, 50.0], actions=[(2, 0, SPLIT, 2.0)])
    outcome = run(panel, wishes({0: 0.5}))
    held = held_shares(panel, outcome)
    assert held[:, 0].tolist() == [0.0, 5_000.0, 10_000.0, 10_000.0]
    assert held[-1, 0] == outcome.positions[0]


def test_what_was_delisted_is_gone():
    panel = market([100.0] * 4, actions=[(2, 0, DELISTING, 0.5)])
    held = held_shares(panel, run(panel, wishes({0: 0.5})))
    assert held[:, 0].tolist() == [0.0, 5_000.0, 0.0, 0.0]


def test_actions_outside_the_panel_are_nobodys():
    panel = market([100.0] * 3, actions=[(5, 0, SPLIT, 2.0), (7, 0, DELISTING, 0.0)])
    assert held_shares(panel, run(panel, wishes({0: 0.5})))[-1, 0] == 5_000.0


def test_a_run_without_fills_held_nothing():
    panel = market([[100.0, 50.0]] * 3)
    outcome = run(panel, wishes({0: [0.0, 0.0]}))
    assert not held_shares(panel, outcome).any()
    assert not held_weights(panel, outcome).any()


def test_weights_are_values_over_equity():
    panel = market([[100.0, 50.0]] * 3)
    weights = held_weights(panel, run(panel, wishes({0: [0.5, -0.25]})))
    assert weights[-1].tolist() == pytest.approx([0.5, -0.25])


def test_a_weight_follows_its_price():
    panel = market([100.0, 100.0, 200.0])
    weights = held_weights(panel, run(panel, wishes({0: 0.5})))
    assert weights[-1, 0] == pytest.approx(1.0 / 1.5)


def test_a_price_that_stopped_counts_at_the_last():
    panel = market([100.0, 100.0, np.nan], open=[100.0, 100.0, np.nan])
    assert held_weights(panel, run(panel, wishes({0: 0.5})))[-1, 0] == pytest.approx(0.5)


def test_a_price_that_stopped_before_a_split_counts_as_restated():
    panel = market(
        [100.0, 100.0, np.nan, np.nan], open=[100.0, 100.0, np.nan, np.nan], actions=[(2, 0, SPLIT, 2.0)]
    )
    assert held_weights(panel, run(panel, wishes({0: 0.5})))[-1, 0] == pytest.approx(0.5)


def test_without_equity_there_are_no_weights():
    panel = market([100.0, 100.0, 10.0, 10.0])
    outcome = simulate(panel, wishes({0: 2.0}), account(capital_usd=1e4, max_gross=4.0), profile())
    assert outcome.equity_usd[-1] < 0.0
    assert np.isnan(held_weights(panel, outcome)[-1, 0])


@given(seed=st.integers(0, 10_000), split=st.booleans())
@settings(max_examples=60, deadline=None)
def test_gross_and_net_of_the_weights_are_those_of_the_account(seed, split):
    generator = np.random.default_rng(seed)
    closes = 50.0 * np.exp(np.cumsum(generator.normal(0.0, 0.02, (25, 3)), axis=0))
    actions = []
    if split:
        closes[12:, 1] /= 4.0
        actions = [(12, 1, SPLIT, 4.0)]
    panel = market(closes.tolist(), actions=actions)
    decisions = wishes({row: list(generator.uniform(-0.4, 0.4, 3)) for row in range(0, 24, 3)})
    outcome = run(panel, decisions)
    weights = held_weights(panel, outcome)
    net = (outcome.long_usd - outcome.short_usd) / outcome.equity_usd
    gross = (outcome.long_usd + outcome.short_usd) / outcome.equity_usd
    assert weights.sum(axis=1) == pytest.approx(net, abs=1e-9)
    assert np.abs(weights).sum(axis=1) == pytest.approx(gross, abs=1e-9)
    assert held_shares(panel, outcome)[-1] == pytest.approx(outcome.positions)
