"""The declared truth against what happens: realised Sharpe ratios over centuries agree within their error.

A Sharpe ratio measured over Y years has a standard error of about sqrt((1 + S^2 / 2 / 252) / Y), a year.
"""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.data.synthetic import truth as truth_module
from tradewright.data.synthetic.factors import base_returns, characters, other_weather
from tradewright.data.synthetic.listings import schedule
from tradewright.data.synthetic.market import simulate
from tradewright.data.synthetic.options import SESSIONS_PER_YEAR, SyntheticOptions
from tradewright.data.synthetic.portfolios import DEFINITIONS, weights_of
from tradewright.data.synthetic.truth import BURN_IN, Stage, measured
from tradewright.values.errors import InvalidOption

SESSIONS = 2520
MONTHS = np.arange(20, SESSIONS, 21)
# Nobody leaves here, so that many paths can be walked at once; delistings have a test of their own below.
CALM = SyntheticOptions(seed=1, names=24, delisting_rate=0.0, late_share=0.2)
EDGES = {"momentum": 1.2, "mean_reversion": 1.5, "lead_lag": 0.8}


def stage_of(options: SyntheticOptions, sessions: int = SESSIONS) -> Stage:
    return Stage(options, characters(options), schedule(options, sessions), np.arange(20, sessions, 21))


def realised(stage: Stage, amplitude: float, seed: int, paths: int = 50) -> dict[str, np.ndarray]:
    """What each portfolio earned, session by session, on paths that the truth never saw."""
    elsewhere = replace(stage.options, seed=seed)
    weather = other_weather(elsewhere, stage.names, stage.sessions, paths)
    returns, scores = stage.walk(base_returns(stage.options, weather, stage.names), amplitude)
    board = stage.board(scores)
    held = {name: weights_of(name, board)[BURN_IN - 1 : -1] for name in DEFINITIONS}
    return {name: (weights * returns[BURN_IN:]).sum(axis=-1) for name, weights in held.items()}


@pytest.fixture(scope="module", params=sorted(EDGES))
def edge(request: pytest.FixtureRequest):
    options = replace(CALM, edge=request.param, edge_sharpe=EDGES[request.param])
    stage = stage_of(options)
    truth = measured(stage)
    return options, truth, realised(stage, truth.amplitude, seed=1001)


def test_the_true_sharpe_ratio_is_the_one_asked_for(edge):
    options, truth, _ = edge
    reference = truth.portfolios["reference"]
    assert reference.sharpe == pytest.approx(options.edge_sharpe, rel=0.005)
    assert 0.0 < reference.standard_error < 0.03 * options.edge_sharpe


@pytest.mark.parametrize("portfolio", DEFINITIONS)
def test_five_hundred_years_of_realised_returns_agree_with_the_truth(edge, portfolio: str):
    _, truth, earned = edge
    seen, told = earned[portfolio], truth.portfolios[portfolio]
    years = seen.size / SESSIONS_PER_YEAR
    sharpe = seen.mean() / seen.std() * np.sqrt(SESSIONS_PER_YEAR)
    error = np.hypot(np.sqrt((1 + told.sharpe**2 / 504) / years), told.standard_error)
    assert years > 490
    assert abs(sharpe - told.sharpe) < 3.5 * error


@pytest.mark.parametrize("portfolio", DEFINITIONS)
def test_realised_volatility_agrees_with_the_truth(edge, portfolio: str):
    _, truth, earned = edge
    seen = earned[portfolio].std() * np.sqrt(SESSIONS_PER_YEAR)
    assert seen == pytest.approx(truth.portfolios[portfolio].annual_volatility, rel=0.05)


def test_monthly_rebalancing_keeps_most_of_a_slow_edge_and_little_of_a_fast_one(edge):
    options, truth, _ = edge
    kept = truth.portfolios["long_short_monthly"].sharpe / options.edge_sharpe
    if options.edge == "momentum":
        assert 0.75 < kept < 1.0
    else:
        assert -0.05 < kept < 0.25


def test_picking_only_winners_beats_holding_everybody_where_momentum_is_planted():
    truth = measured(stage_of(replace(CALM, edge="momentum", edge_sharpe=1.2))).portfolios
    assert truth["long_only_monthly"].annual_return > truth["equal_weight"].annual_return + 0.03
    assert truth["long_only_monthly"].sharpe > truth["equal_weight"].sharpe + 0.1


def test_where_no_edge_is_planted_hedged_portfolios_truly_earn_nothing():
    truth = measured(stage_of(replace(CALM, delisting_rate=0.05)))
    assert truth.amplitude == 0.0
    for portfolio in ("reference", "long_short_monthly"):
        assert abs(truth.portfolios[portfolio].sharpe) < 0.01
    assert truth.portfolios["equal_weight"].sharpe > 0.2


def test_where_no_edge_is_planted_five_hundred_years_show_none():
    stage = stage_of(CALM)
    earned = realised(stage, 0.0, seed=1002)["reference"]
    sharpe = earned.mean() / earned.std() * np.sqrt(SESSIONS_PER_YEAR)
    assert abs(sharpe) < 3.5 / np.sqrt(earned.size / SESSIONS_PER_YEAR)


def test_without_an_edge_picking_winners_earns_what_everybody_earns():
    truth = measured(stage_of(CALM)).portfolios
    assert truth["long_only_monthly"].annual_return == pytest.approx(
        truth["equal_weight"].annual_return, abs=1e-3
    )


def test_published_paths_with_delistings_agree_with_their_truths(monkeypatch: pytest.MonkeyPatch):
    # A shorter walk is precise enough beside sixteen paths of ten years.
    monkeypatch.setattr(truth_module, "WALKED_BARS", 400_000)
    options = SyntheticOptions(names=16, edge="momentum", edge_sharpe=1.5, delisting_rate=0.08)
    markets = [simulate(replace(options, seed=seed), SESSIONS, MONTHS) for seed in range(16)]
    assert all(market.stage.schedule.delisted.any() for market in markets)
    for portfolio in ("reference", "long_short_monthly", "equal_weight"):
        luck = [
            market.path_sharpe(portfolio) - market.truth.portfolios[portfolio].sharpe for market in markets
        ]
        error = np.sqrt((1 + 1.5**2 / 504) / (len(markets) * SESSIONS / SESSIONS_PER_YEAR))
        assert abs(np.mean(luck)) < 3.5 * error
        assert np.std(luck) == pytest.approx(np.sqrt(SESSIONS_PER_YEAR / SESSIONS), rel=0.6)


def test_two_walks_of_the_same_market_agree_within_the_errors_they_declare():
    options = replace(CALM, edge="momentum", edge_sharpe=1.0)
    stage = stage_of(options)
    told = measured(stage)
    again = measured(Stage(replace(options, seed=77), stage.names, stage.schedule, stage.month_starts))
    for portfolio in DEFINITIONS:
        first, second = told.portfolios[portfolio], again.portfolios[portfolio]
        # Both walks have their own error, and the amplitude is found anew in each.
        error = 4.5 * np.hypot(first.standard_error, second.standard_error)
        assert abs(first.sharpe - second.sharpe) < error + 0.002
    # The reference's ratio is the target in both: what the walks disagree on is the amplitude.
    disagreement = abs(told.amplitude / again.amplitude - 1.0)
    assert disagreement < 4.5 * np.hypot(
        told.portfolios["reference"].standard_error, again.portfolios["reference"].standard_error
    )


@pytest.mark.parametrize("sharpe", [0.3, 1.0, 3.0])
def test_a_stronger_edge_needs_a_larger_amplitude_in_proportion(sharpe: float):
    one = measured(stage_of(replace(CALM, edge="mean_reversion", edge_sharpe=0.5), 1260))
    other = measured(stage_of(replace(CALM, edge="mean_reversion", edge_sharpe=sharpe), 1260))
    assert other.amplitude / one.amplitude == pytest.approx(sharpe / 0.5, rel=0.1)


def test_more_names_need_a_smaller_amplitude_for_the_same_ratio():
    few, many = (
        measured(stage_of(replace(CALM, names=names, edge="momentum", edge_sharpe=1.0), 1260)).amplitude
        for names in (8, 64)
    )
    assert many < 0.75 * few


def test_an_edge_stronger_than_the_market_can_bear_is_refused():
    options = SyntheticOptions(names=4, idiosyncratic_vol=1.5, edge="momentum", edge_sharpe=10.0)
    with pytest.raises(InvalidOption, match=r"edge_sharpe = 10 with 4 names is beyond reach"):
        measured(stage_of(options, 600))


def test_a_market_that_never_turns_still_has_a_truth():
    options = replace(CALM, calm_sessions=1e6, turbulent_sessions=5.0, edge="momentum", edge_sharpe=1.0)
    assert measured(stage_of(options, 300)).portfolios["reference"].sharpe == pytest.approx(1.0, rel=0.01)
