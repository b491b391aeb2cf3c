"""Folds that go forward: those of validation, cut out of examples."""

import numpy as np
import pytest

from tradewright.models.forward_folds import forward_folds
from tradewright.models.table import Examples
from tradewright.validation.walk_forward import WalkForward, walk
from tradewright.values.errors import InvalidOption


def examples(rows: int, horizon: int) -> Examples:
    values = np.random.default_rng(1).standard_normal((2, rows, 1))
    ends = np.broadcast_to(np.arange(rows)[None, :, None] + horizon, values.shape).copy()
    at = np.argwhere(np.ones((rows, 2), dtype=bool))[:, ::-1]
    return Examples(values, values, ends, np.ones(values.shape[:2]), np.arange(rows), 1, at)


def places(of: Examples) -> set[tuple[int, int]]:
    return {(int(symbol), int(row)) for symbol, row in of.at}


@pytest.mark.parametrize("horizon", [1, 7])
def test_they_are_the_expanding_walk_of_validation(horizon):
    whole = examples(100, horizon)
    rows = whole.at[:, 1]
    walked = walk(rows, rows + horizon, WalkForward(20, 20, 20, expanding=True))
    found = list(forward_folds(whole, 4))
    assert len(found) == len(walked) == 4
    for (early, late), fold in zip(found, walked, strict=True):
        assert places(early) == {tuple(map(int, whole.at[one])) for one in fold.train}
        assert places(late) == {tuple(map(int, whole.at[one])) for one in fold.test}


def test_each_row_after_the_first_block_is_asked_about_once():
    asked = [place for _, late in forward_folds(examples(53, 2), 5) for place in places(late)]
    assert len(asked) == len(set(asked)) == 2 * (53 - 53 // 6)


def test_fewer_rows_than_blocks_are_refused():
    with pytest.raises(InvalidOption, match=r"5 folds need more than 5 rows with outcomes; there are 5"):
        list(forward_folds(examples(5, 1), 5))
