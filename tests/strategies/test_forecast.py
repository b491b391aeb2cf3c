"""A strategy that holds what a model expects most of, read as dated facts."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.strategies.forecast import Forecast
from tradewright.strategies.frame import Frame
from tradewright.strategies.view import View, decide_rows
from tradewright.values.dated_forecasts import DatedForecasts
from tradewright.values.errors import InvalidOption, Misuse
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.panel import Panel, panel_of_closes

NAN = np.nan
SAID = [
    [NAN, NAN, NAN, NAN],
    [0.01, 0.04, 0.03, -0.02],
    [0.01, NAN, 0.03, -0.02],
    [-0.01, -0.04, -0.03, -0.02],
    [NAN, NAN, NAN, NAN],
]


def panel_with(said: list[list[float]]) -> Panel:
    mean = np.array(said)[:, :, None]
    instants = np.arange(1, len(said) + 1, dtype=np.int64) * NS_PER_DAY
    panel = panel_of_closes(instants, ("A", "B", "C", "D"), np.full(mean.shape[:2], 10.0))
    told = DatedForecasts(mean, mean + 0.5, np.abs(mean), instants.copy(), (5,))
    return replace(panel, forecasts=told)


def held(**given) -> list[list[float]]:
    strategy = Forecast(monthly=False, **given)
    decisions = decide_rows(strategy, Frame(panel_with(SAID)))
    at_once = strategy.targets(Frame(panel_with(SAID)))
    assert np.array_equal(at_once.rows, decisions.rows)
    assert np.array_equal(at_once.weights, decisions.weights)
    return [
        [int(row), *weights] for row, weights in zip(decisions.rows, decisions.weights.tolist(), strict=True)
    ]


def test_the_names_with_the_highest_forecasts_share_the_money_from_the_first_forecast_on():
    rows = held(top=0.5)
    assert rows[0] == [1, 0.0, 0.5, 0.5, 0.0]


def test_a_name_about_which_the_model_abstains_is_not_held():
    # Three names are spoken about: two places, rounded up.
    assert held(top=0.5)[1] == [2, 0.5, 0.0, 0.5, 0.0]


def test_a_place_stays_in_cash_where_the_model_expects_no_more_than_the_dead_band():
    rows = held(top=0.5, dead_band=0.02)
    assert rows[1] == [2, 0.0, 0.0, 0.5, 0.0]
    assert rows[2] == [3, 0.0, 0.0, 0.0, 0.0]


def test_where_the_model_falls_silent_nothing_is_held():
    assert held(top=0.5)[3] == [4, 0.0, 0.0, 0.0, 0.0]


def test_a_view_hands_out_what_was_said_by_its_row_and_its_past_alone():
    view = View(Frame(panel_with(SAID)))
    view._row = 2
    assert view.forecast(5).tolist()[2] == 0.03
    assert view.forecast(5, "rise").tolist()[3] == pytest.approx(0.48)
    assert view.forecast(5, ago=1).tolist()[1] == 0.04
    assert view.forecast(5).base is None
    with pytest.raises(InvalidOption, match="asks for the future"):
        view.forecast(5, ago=-1)


def test_a_horizon_that_nobody_forecast_is_refused_with_those_there_are():
    with pytest.raises(InvalidOption, match="over 30 bars"):
        decide_rows(Forecast(horizon=30, monthly=False), Frame(panel_with(SAID)))


def test_a_market_that_nobody_forecast_is_refused_in_words():
    panel = replace(panel_with(SAID), forecasts=None)
    with pytest.raises(Misuse, match=r"Add \[model\] to a study"):
        decide_rows(Forecast(monthly=False), Frame(panel))


def test_a_panel_refuses_a_forecast_that_was_known_later_than_its_row():
    panel = panel_with(SAID)
    told = panel.forecasts
    late = DatedForecasts(told.mean, told.rise, told.deviation, told.known_at + 1, (5,))
    with pytest.raises(ValueError, match="known later than the row"):
        replace(panel, forecasts=late)


def test_a_cut_panel_keeps_the_forecasts_of_its_own_rows():
    cut = panel_with(SAID).rows(1, 3)
    assert cut.forecasts.over(5).tolist()[0] == SAID[1]
    assert cut.forecasts.known_at.tolist() == cut.instants.tolist()
