"""The stress table: ten shocks with source and date, and losses that follow from positions alone."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.validation.stress import IMAGINED, LEAST_RETURNS, REAL, SHOCKS, Shock, betas, stress

BY_NAME = {one.name: one for one in SHOCKS}


def loss(shock: Shock, weights, beta=None) -> float:
    weights = np.array(weights, dtype=np.float64)
    beta = np.ones(len(weights)) if beta is None else np.array(beta)
    return stress(weights, beta, (shock,))[0].loss


def test_there_are_five_imagined_and_five_real_shocks():
    assert (len(IMAGINED), len(REAL)) == (5, 5)
    assert len({one.name for one in SHOCKS}) == 10


@pytest.mark.parametrize("shock", REAL, ids=lambda one: one.name)
def test_a_real_shock_has_its_date_and_source(shock):
    assert re.fullmatch(r"\d{4}-\d\d-\d\d( to \d{4}-\d\d-\d\d)?", shock.when)
    assert "S&P 500" in shock.source
    assert shock.market < 0.0


@pytest.mark.parametrize("shock", IMAGINED, ids=lambda one: one.name)
def test_an_imagined_shock_says_that_it_is_an_assumption(shock):
    assert shock.when == ""
    assert shock.source.startswith("assumption")


@pytest.mark.parametrize(
    ("when", "market"),
    [
        ("1987-10-19", 224.84 / 282.70 - 1.0),
        ("2008-10-15", 907.84 / 998.01 - 1.0),
        ("2011-08-08", 1119.46 / 1199.38 - 1.0),
        ("2020-03-16", 2386.13 / 2711.02 - 1.0),
        ("2020-02-19 to 2020-03-23", 2237.40 / 3386.15 - 1.0),
    ],
)
def test_real_moves_follow_from_closes_of_the_index(when, market):
    shock = next(one for one in REAL if one.when == when)
    assert shock.market == pytest.approx(market, abs=5e-5)


@pytest.mark.market
@pytest.mark.parametrize("when", ["2008-10-15", "2011-08-08", "2020-03-16", "2020-02-19 to 2020-03-23"])
def test_real_moves_are_near_those_of_spy_on_file(market_dir, when):
    import polars as pl

    frame = pl.read_csv(market_dir / "daily" / "SPY.csv")
    days, close = [str(one)[:10] for one in frame[frame.columns[0]].to_list()], frame["close"].to_list()
    first, _, last = when.partition(" to ")
    if (last or first) not in days:
        pytest.skip(f"{when} is not on file")
    end = days.index(last or first)
    start = days.index(first) if last else end - 1
    shock = next(one for one in REAL if one.when == when)
    assert close[end] / close[start] - 1.0 == pytest.approx(shock.market, abs=0.015)


@pytest.mark.parametrize(
    ("name", "weights", "expected"),
    [
        ("Market falls 10 % overnight", [1.0], 0.10),
        ("Market falls 10 % overnight", [-1.0], -0.10),
        ("Market falls 20 % overnight", [0.5], 0.10),
        ("Market rises 10 % overnight", [1.0], -0.10),
        ("Market rises 10 % overnight", [-0.5], 0.05),
        ("Market falls 10 % overnight", [0.5, -0.5], 0.0),
        ("Largest position moves 50 % against", [0.3, -0.6, 0.1], 0.30),
        ("All moves 5 % against, out at 100 bps", [0.5, -0.5], 0.06),
        ("All moves 5 % against, out at 100 bps", [1.0], 0.06),
        ("Black Monday", [1.0], 0.2047),
    ],
)
def test_what_a_shock_takes(name, weights, expected):
    assert loss(BY_NAME[name], weights) == pytest.approx(expected)


def test_an_empty_book_loses_nothing():
    assert [one.loss for one in stress(np.zeros(0), np.zeros(0))] == [0.0] * 10
    assert [one.loss for one in stress(np.zeros(3), np.ones(3))] == [0.0] * 10


def test_a_high_beta_loses_more():
    assert loss(BY_NAME["Black Monday"], [1.0], [1.5]) == pytest.approx(1.5 * 0.2047)


@given(st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=6), st.floats(0.1, 3.0))
def test_losses_grow_in_proportion_to_positions(weights, times):
    once = stress(np.array(weights), np.ones(len(weights)))
    more = stress(np.array(weights) * times, np.ones(len(weights)))
    for one, other in zip(once, more, strict=True):
        assert other.loss == pytest.approx(times * one.loss, abs=1e-12)


@given(st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=6))
def test_what_moves_against_everybody_never_helps(weights):
    for name in ("Largest position moves 50 % against", "All moves 5 % against, out at 100 bps"):
        assert loss(BY_NAME[name], weights) >= 0.0


# Betas.


def grown(*slopes, bars=200, seed=1):
    """Growth indices whose returns are a market's times these slopes."""
    market = np.random.default_rng(seed).normal(0.0, 0.01, bars)
    returns = np.stack([slope * market for slope in slopes], axis=1)
    return 100.0 * np.cumprod(1.0 + np.concatenate([np.zeros((1, len(slopes))), returns]), axis=0)


def test_one_instrument_is_its_own_market():
    assert betas(grown(1.0)).tolist() == pytest.approx([1.0])


def test_betas_are_slopes_on_the_equal_weighted_market():
    assert betas(grown(0.5, 1.0, 1.5)).tolist() == pytest.approx([0.5, 1.0, 1.5])


def test_betas_average_to_one_where_all_are_always_there():
    assert betas(grown(0.2, 0.9, 1.7, 2.0)).mean() == pytest.approx(1.0)


@pytest.mark.parametrize("bars", [0, 1, LEAST_RETURNS - 1])
def test_too_short_a_past_says_one(bars):
    assert betas(grown(0.5, 1.5, bars=bars)).tolist() == [1.0, 1.0]


def test_a_name_that_was_not_there_says_one():
    growth = grown(1.0, 1.0)
    growth[:, 1] = np.nan
    assert betas(growth).tolist() == pytest.approx([1.0, 1.0])


def test_a_market_that_does_not_move_says_one():
    assert betas(np.full((100, 2), 5.0)).tolist() == [1.0, 1.0]


def test_holes_are_left_out_pairwise():
    growth = grown(0.5, 1.5)
    growth[50, 0] = np.nan
    assert betas(growth) == pytest.approx([0.5, 1.5], abs=0.05)
