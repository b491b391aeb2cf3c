"""Kinds of market: told from the past alone, and a losing one is called so about as rarely as promised."""

import math

import numpy as np
import pytest
from return_families import FAMILIES

from tradewright.validation.regimes import LEAST_BARS, NAMES, TREND_BARS, market_regimes, regime_table


def test_a_kind_is_told_from_the_past_alone():
    market = np.random.default_rng(1).normal(0.0003, 0.01, 600)
    whole = market_regimes(market)
    assert np.isnan(whole[:TREND_BARS]).all()
    assert set(np.unique(whole[TREND_BARS:])) <= {0.0, 1.0, 2.0, 3.0}
    for bar in (TREND_BARS, 300, 599):
        changed = market.copy()
        changed[bar:] = 0.5
        assert np.array_equal(market_regimes(changed)[: bar + 1], whole[: bar + 1], equal_nan=True)


def test_the_four_kinds_are_what_they_are_called():
    rng = np.random.default_rng(2)
    parts = [(0.004, 0.002), (-0.004, 0.002), (0.004, 0.02), (-0.012, 0.02)]
    market = np.concatenate([rng.normal(mean, spread, 400) for mean, spread in parts])
    kinds = market_regimes(market)
    assert NAMES[int(kinds[390])].startswith("rising")
    assert NAMES[int(kinds[790])].startswith("falling")
    assert NAMES[int(kinds[1_590])] == "falling and wild"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_strategy_that_loses_in_no_kind_is_hardly_ever_called_losing(family):
    paths = 0.01 * FAMILIES[family](400, 1_000, 3)
    kinds = np.repeat([0.0, 1.0, 2.0, 3.0], 250)
    called = [any(one.p_loss <= 0.05 for one in regime_table(path, kinds)) for path in paths]
    # Bars of a kind stand in blocks here; 400 paths leave 1.1 percentage points of error on 5 %.
    assert np.mean(called) <= 0.05 + 2.0 * np.sqrt(0.05 * 0.95 / 400)


def test_a_kind_that_loses_is_found():
    path = np.random.default_rng(4).normal(0.001, 0.01, 1_000)
    kinds = np.repeat([0.0, 1.0, 2.0, 3.0], 250)
    path[kinds == 1.0] -= 0.005
    table = regime_table(path, kinds)
    assert [one.name for one in table if one.p_loss <= 0.05 and one.sharpe < 0.0] == [NAMES[1]]


def test_too_few_bars_or_constant_ones_are_not_measured():
    kinds = np.concatenate([np.zeros(LEAST_BARS - 1), np.ones(100), np.full(100, np.nan)])
    path = np.random.default_rng(5).normal(0.0, 0.01, len(kinds))
    path[kinds == 1.0] = 0.001
    table = regime_table(path, kinds)
    assert [one.bars for one in table] == [LEAST_BARS - 1, 100, 0, 0]
    assert all(math.isnan(one.p_loss) for one in table)
