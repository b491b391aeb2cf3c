"""What moves prices together: the market, the sectors, and the variances the model declares."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.data.synthetic.factors import (
    Weather,
    base_returns,
    characters,
    drawn_weather,
    other_weather,
    split_causes,
)
from tradewright.data.synthetic.options import SyntheticOptions
from tradewright.data.synthetic.volatility import regime_drift, regime_shares

OPTIONS = SyntheticOptions(seed=5, names=40, sectors=5)


@pytest.fixture(scope="module")
def weather() -> Weather:
    return other_weather(OPTIONS, characters(OPTIONS), 2500, 12)


@pytest.fixture(scope="module")
def returns(weather: Weather) -> np.ndarray:
    return base_returns(OPTIONS, weather, characters(OPTIONS))


def test_names_differ_and_stay_what_they_are_when_others_join():
    few, many = (characters(replace(OPTIONS, names=n)) for n in (10, 40))
    for field in ("beta", "sector", "idiosyncratic_vol", "first_price_usd", "dividend_yield", "turnover_usd"):
        assert np.array_equal(getattr(few, field), getattr(many, field)[:10]), field
    assert len(np.unique(many.beta)) == 40


def test_dividend_yields_average_to_what_was_asked_for():
    many = characters(replace(OPTIONS, names=2000, dividend_yield=0.02))
    assert many.dividend_yield.mean() == pytest.approx(0.02, rel=0.05)
    assert np.mean(many.dividend_yield == 0.0) == pytest.approx(0.3, abs=0.04)


def test_the_first_eigenvalue_is_the_market_and_carries_what_the_volatilities_say(returns: np.ndarray):
    correlation = np.corrcoef(returns.reshape(-1, 40).T)
    eigenvalues = np.linalg.eigvalsh(correlation)[::-1]
    mean_pair = correlation[np.triu_indices(40, 1)].mean()
    # 0.14^2 / (0.14^2 + 0.08^2 + 0.25^2) with a little for the sectors.
    assert 0.17 < mean_pair < 0.30
    assert eigenvalues[0] == pytest.approx(1.0 + 39.0 * mean_pair, rel=0.08)
    assert eigenvalues[0] > 4.0 * eigenvalues[1]


def test_names_of_a_sector_move_together_more_than_names_of_two(returns: np.ndarray):
    correlation = np.corrcoef(returns.reshape(-1, 40).T)
    sector = characters(OPTIONS).sector
    same = (sector[:, None] == sector) & ~np.eye(40, dtype=bool)
    inside, across = correlation[same].mean(), correlation[sector[:, None] != sector].mean()
    assert inside - across == pytest.approx(0.08**2 / (0.14**2 + 0.08**2 + 0.26**2), abs=0.03)


def test_without_market_and_sectors_names_go_their_own_ways():
    alone = replace(OPTIONS, market_vol=0.0, sector_vol=0.0)
    drawn = base_returns(alone, other_weather(alone, characters(alone), 2500, 8), characters(alone))
    demeaned = drawn - drawn.mean(axis=-1, keepdims=True)
    correlation = np.corrcoef(demeaned.reshape(-1, 40).T)
    assert abs(correlation[np.triu_indices(40, 1)].mean()) < 0.04


def test_every_name_has_the_drift_of_the_regime_whatever_its_beta(returns: np.ndarray, weather: Weather):
    names = characters(OPTIONS)
    market, sectors, own = split_causes(weather.moves, OPTIONS.sectors)
    left = returns - own - market[..., None] * names.beta - sectors[..., names.sector]
    assert np.allclose(left, regime_drift(OPTIONS)[weather.regimes][..., None], atol=1e-15)


def test_volatility_in_the_long_run_is_what_was_asked_for(returns: np.ndarray):
    told = characters(OPTIONS).session_vol(OPTIONS)
    shown = returns.reshape(-1, 40).std(axis=0)
    assert shown.mean() == pytest.approx(told.mean(), rel=0.06)
    assert np.corrcoef(told, shown)[0, 1] > 0.95


def test_turbulent_sessions_are_wilder_by_the_multiple(returns: np.ndarray, weather: Weather):
    wild = returns[weather.regimes == 1].std() / returns[weather.regimes == 0].std()
    assert wild == pytest.approx(OPTIONS.turbulence, rel=0.08)


def test_daily_returns_have_fat_tails_and_clusters_but_no_memory_of_direction(returns: np.ndarray):
    flat = returns - returns.mean(axis=0)
    spread = flat.std(axis=0)
    kurtosis = np.mean((flat / spread) ** 4)
    direction = np.mean(flat[1:] * flat[:-1]) / np.mean(flat**2)
    square = flat**2 - np.mean(flat**2, axis=0)
    clustering = np.mean(square[1:] * square[:-1]) / np.mean(square**2)
    assert kurtosis > 4.5
    assert abs(direction) < 0.02
    assert clustering > 0.1


def test_drift_averages_over_regimes_by_their_shares(returns: np.ndarray):
    expected = float(np.sum(regime_shares(OPTIONS) * regime_drift(OPTIONS))) * 252
    # 119 years of a market with a volatility near 15 %.
    assert returns.mean() * 252 == pytest.approx(expected, abs=3.5 * 0.15 / np.sqrt(119))


def test_weather_of_the_published_path_is_prefix_stable_in_time_and_names():
    short = drawn_weather(OPTIONS, characters(OPTIONS), 400)
    long = drawn_weather(OPTIONS, characters(OPTIONS), 700)
    fewer_options = replace(OPTIONS, names=10)
    fewer = drawn_weather(fewer_options, characters(fewer_options), 400)
    assert np.array_equal(short.moves, long.moves[:400])
    assert np.array_equal(short.moves[..., : 1 + 5 + 10], fewer.moves)
    assert np.array_equal(short.regimes, fewer.regimes)


def test_unpublished_paths_differ_from_each_other_and_from_the_published_one(weather: Weather):
    published = drawn_weather(OPTIONS, characters(OPTIONS), 2500).moves[:, 0, 0]
    paths = np.vstack([weather.moves[:, :, 0].T, published])
    apart = np.corrcoef(paths)[np.triu_indices(len(paths), 1)]
    assert np.abs(apart).max() < 0.15
