"""Combinatorial purged folds: no label meets a test's, every stretch is tested as often, skfolio as
oracle.
"""

import warnings
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.validation.combinatorial import combinatorial, path_count

DAY = 86_400_000_000_000


def daily(bars: int, names: int = 1, label_bars: int = 0) -> tuple[np.ndarray, np.ndarray]:
    instants = np.repeat(np.arange(bars, dtype=np.int64) * DAY, names)
    return instants, instants + label_bars * DAY


@given(st.integers(3, 7), st.data(), st.integers(1, 3), st.integers(0, 4), st.randoms(use_true_random=False))
def test_no_training_label_meets_that_of_a_tested_row_whatever_the_labels(
    groups, data, embargo, reach, shuffler
):
    tested = data.draw(st.integers(1, min(2, groups - 1)))
    instants, _ = daily(120, 2)
    ends = instants + np.array([shuffler.randint(0, reach) for _ in instants], dtype=np.int64) * DAY
    order = list(range(len(instants)))
    shuffler.shuffle(order)
    instants, ends = instants[order], ends[order]
    for fold in combinatorial(instants, ends, groups, tested, embargo):
        for test in fold.tests:
            begins, last = instants[test].min(), ends[test].max()
            overlaps = (instants[fold.train] <= last + embargo * DAY) & (ends[fold.train] >= begins)
            assert not overlaps.any()
        assert not set(fold.train) & set(fold.test)
        assert len(fold.train) + len(fold.test) + fold.purged == len(instants)


def test_every_stretch_is_tested_equally_often_and_every_choice_is_there_once():
    folds = combinatorial(*daily(60), groups=6, tested=2)
    assert len({fold.groups for fold in folds}) == len(folds) == comb(6, 2)
    counts = np.bincount(np.concatenate([fold.test for fold in folds]), minlength=60)
    assert set(counts) == {path_count(6, 2)} == {5}


@pytest.mark.parametrize(
    ("groups", "tested", "label_bars", "embargo"), [(4, 2, 2, 0), (5, 2, 1, 2), (6, 3, 0, 1)]
)
def test_where_labels_have_one_span_the_rows_are_those_of_skfolio(groups, tested, label_bars, embargo):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        selection = pytest.importorskip("skfolio.model_selection")
    peer = selection.CombinatorialPurgedCV(groups, tested, purged_size=label_bars, embargo_size=embargo)
    ours = {fold.groups: fold for fold in combinatorial(*daily(60, 1, label_bars), groups, tested, embargo)}
    for train, tests in peer.split(np.zeros((60, 1))):
        chosen = tuple(sorted(int(test[0]) * groups // 60 for test in tests))
        assert ours[chosen].test.tolist() == sorted(np.concatenate(tests).tolist())
        assert ours[chosen].train.tolist() == train.tolist()


@pytest.mark.parametrize(
    ("groups", "tested", "label_bars", "words"),
    [(2, 2, 0, "no such folds"), (100, 2, 0, "no such folds"), (40, 20, 0, "at most 10,000"),
     (3, 1, 60, "nothing is left")],
)  # fmt: skip
def test_what_cannot_be_cut_is_refused_in_words(groups, tested, label_bars, words):
    with pytest.raises(ValueError, match=words):
        combinatorial(*daily(60, 1, label_bars), groups, tested)
