"""What to expect live, as figures of a study: shrunk for the choice, in days, or with the reason why not."""

import math

import numpy as np
import pytest

from tradewright.research.expectation import CONFIRM, LIVE, expected_figures
from tradewright.validation.after_selection import expected_after


def records(seed: int, edge: float, candidates: int = 10) -> np.ndarray:
    columns = 0.01 * np.random.default_rng(seed).standard_normal((800, candidates))
    columns[:, 0] += edge
    return columns


def test_the_figures_are_those_of_the_statistic_a_year():
    columns = records(1, 0.003)
    live, days = expected_figures(columns, 252.0)
    plain = expected_after(columns, 0)
    assert (live.name, days.name) == (LIVE, CONFIRM)
    assert live.value == pytest.approx(math.sqrt(252.0) * plain.value)
    assert (live.interval.low, live.interval.high) == pytest.approx(
        (math.sqrt(252.0) * plain.low, math.sqrt(252.0) * plain.high)
    )
    assert days.value == math.ceil(plain.bars_to_confirm())
    assert "best of the search" in live.interval.method


def test_a_record_that_was_not_the_best_says_that_it_is_held_against_all():
    live, _ = expected_figures(records(2, -0.002), 252.0)
    assert "not the best of its search: holds for all 10" in live.interval.method


def test_a_record_that_was_tried_alone_says_that_there_is_nothing_to_shrink_for():
    live, _ = expected_figures(records(2, 0.002, candidates=1), 252.0)
    assert "nothing to shrink for" in live.interval.method


def test_where_nothing_is_to_be_expected_no_length_of_trading_confirms_it():
    live, days = expected_figures(records(2, -0.002), 252.0)
    assert live.value < 0.0
    assert not days.is_evaluated
    assert "no length of live trading" in days.reason


def test_a_ruined_account_has_nothing_to_expect_and_a_ruined_neighbour_is_left_out():
    columns = records(3, 0.002)
    columns[500:, 4] = np.nan
    whole = np.delete(columns, 4, axis=1)
    assert expected_figures(columns, 252.0)[0] == expected_figures(whole, 252.0)[0]
    columns[500:, 0] = np.nan
    live, days = expected_figures(columns, 252.0)
    assert not live.is_evaluated and "ruined" in live.reason
    assert not days.is_evaluated


def test_a_record_that_never_moves_says_so():
    live, _ = expected_figures(np.zeros((100, 2)), 252.0)
    assert "never moved" in live.reason


def test_a_record_whose_error_is_not_known_says_so_and_does_not_end_the_study():
    evenly = 0.01 * np.where(np.arange(240) % 2 == 0, 0.5, -0.25)
    live, days = expected_figures(np.stack([evenly, -evenly], axis=1), 252.0)
    assert "error cannot be known" in live.reason and "error cannot be known" in days.reason
