"""A reader who compares the grid with the headline is told why the two may differ."""

import numpy as np

from tradewright.research.dossier.content import Grid
from tradewright.research.dossier.grid_chart import grid_words

BASIS = "Each is measured from the row on which the slowest of them could first decide."


def grid(chosen: tuple[int, ...], basis: str) -> Grid:
    return Grid(("lookback",), ((126, 252),), "Sharpe ratio a year", np.array([0.5, 0.7]), 2, chosen, basis)


def test_the_words_end_with_what_the_points_were_measured_over():
    assert grid_words(grid((1,), BASIS)).endswith(BASIS)


def test_parameters_off_the_grid_keep_the_sentence():
    assert grid_words(grid((), BASIS)).endswith(f"not on this grid. {BASIS}")


def test_without_a_basis_nothing_is_claimed():
    assert grid_words(grid((1,), "")).endswith("marked \u25c6.")
