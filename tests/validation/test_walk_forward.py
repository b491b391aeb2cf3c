"""Walk-forward folds: no label reaches a test, nothing is lost or counted twice, in whatever order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.validation.walk_forward import HALF_YEARLY, MONTHLY, WalkForward, portions, walk

DAY = 86_400_000_000_000


def daily(bars: int, names: int = 1, label_bars: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a panel: every name at every day, labels that last so many bars."""
    instants = np.repeat(np.arange(bars, dtype=np.int64) * DAY, names)
    return instants, instants + label_bars * DAY


plans = st.builds(
    WalkForward, st.integers(8, 40), st.integers(1, 15), st.integers(1, 20), st.booleans(), st.integers(0, 5)
)


@given(plans, st.integers(1, 3), st.integers(0, 6), st.randoms(use_true_random=False))
def test_no_training_label_reaches_any_test_whatever_the_plan(plan, names, label_bars, shuffler):
    instants, ends = daily(120, names, min(label_bars, plan.train_bars - plan.embargo_bars - 1))
    order = list(range(len(instants)))
    shuffler.shuffle(order)
    instants, ends = instants[order], ends[order]
    for fold in walk(instants, ends, plan):
        begins = instants[fold.test].min()
        assert ends[fold.train].max() < begins
        assert instants[fold.train].max() <= begins - (plan.embargo_bars + 1) * DAY
        assert len(np.unique(instants[fold.test])) == plan.test_bars
        # All rows of an instant are in the test or none is.
        assert len(fold.test) == plan.test_bars * names
        assert not set(fold.train) & set(fold.test)


@given(plans)
def test_without_labels_or_embargo_training_has_exactly_the_bars_asked_for(plan):
    plain = WalkForward(plan.train_bars, plan.test_bars, plan.step_bars, plan.expanding)
    for number, fold in enumerate(walk(*daily(120), plain)):
        grown = number * plan.step_bars if plan.expanding else 0
        assert (len(fold.train), fold.purged) == (plan.train_bars + grown, 0)


def test_a_step_of_the_tests_length_tests_every_bar_once():
    tested = np.concatenate([fold.test for fold in walk(*daily(252 + 21 * 10), MONTHLY)])
    assert tested.tolist() == list(range(252, 252 + 210))


def test_a_shorter_step_makes_tests_overlap():
    first, second = walk(*daily(504 + 126 + 21), HALF_YEARLY)
    assert len(np.intersect1d(first.test, second.test)) == 105


def test_a_label_of_five_bars_costs_the_last_five_rows_of_training():
    (fold,) = walk(*daily(273, label_bars=5), MONTHLY)
    assert fold.purged == 5
    assert fold.train.tolist() == list(range(247))


def test_a_label_that_ends_at_the_first_instant_of_the_test_is_purged():
    instants, ends = daily(30)
    ends[19] = instants[20]
    (fold,) = walk(instants, ends, WalkForward(20, 10, 10))
    assert 19 not in fold.train


def test_only_labels_that_reach_the_test_are_purged_however_long_others_are():
    instants, ends = daily(30)
    ends[0] = instants[19]
    (fold,) = walk(instants, ends, WalkForward(20, 10, 10))
    assert (0 in fold.train, fold.purged) == (True, 0)


def test_the_embargo_is_counted_from_the_test_back():
    (fold,) = walk(*daily(30), WalkForward(20, 10, 10, embargo_bars=4))
    assert fold.train.tolist() == list(range(16))


def test_five_portions_share_nothing_and_train_on_seven_tenths_of_each():
    folds = portions(*daily(1_000, names=2))
    assert [len(fold.train) for fold in folds] == [280] * 5
    assert [len(fold.test) for fold in folds] == [120] * 5
    everything = np.concatenate([rows for fold in folds for rows in (fold.train, fold.test)])
    assert sorted(everything) == list(range(2_000))


@given(st.integers(1, 6), st.floats(0.3, 0.9), st.integers(0, 3), st.integers(0, 3))
def test_portions_keep_labels_and_embargo_out_of_the_test(folds, share, label_bars, embargo):
    instants, ends = daily(200, 2, label_bars)
    for fold in portions(instants, ends, folds, share, embargo):
        begins = instants[fold.test].min()
        assert ends[fold.train].max() < begins
        assert instants[fold.train].max() <= begins - (embargo + 1) * DAY


# What cannot be walked through


def test_a_record_too_short_for_one_fold_is_refused_with_what_is_needed():
    with pytest.raises(ValueError, match="272 instants hold no fold: at least 273"):
        walk(*daily(272), MONTHLY)


def test_labels_that_eat_all_training_are_refused():
    with pytest.raises(ValueError, match="nothing is left to train on"):
        walk(*daily(40, label_bars=30), WalkForward(20, 10, 10))


@pytest.mark.parametrize("lengths", [(0, 1, 1), (5, 0, 1), (5, 1, 0), (5, 1, 1, False, -1)])
def test_lengths_that_walk_nowhere_are_refused(lengths):
    with pytest.raises(ValueError, match="at least"):
        WalkForward(*lengths)


def test_an_embargo_as_long_as_the_training_is_refused():
    with pytest.raises(ValueError, match="nothing to train on"):
        WalkForward(5, 1, 1, embargo_bars=5)


@pytest.mark.parametrize(
    ("instants", "ends", "words"),
    [(daily(5)[0], daily(4)[0], "one of each a row"),
     (np.zeros(0, np.int64), np.zeros(0, np.int64), "one of each"),
     (daily(5)[0].astype(float), daily(5)[1], "float64"),
     (daily(5)[0], daily(5)[1] - DAY, "row 0: its label ends")],
    ids=["lengths", "empty", "floats", "backward"],
)  # fmt: skip
def test_rows_that_are_not_dated_are_refused(instants, ends, words):
    for split in (lambda: walk(instants, ends, WalkForward(2, 1, 1)), lambda: portions(instants, ends, 1)):
        with pytest.raises(ValueError, match=words):
            split()


@pytest.mark.parametrize(("folds", "share"), [(0, 0.7), (5, 0.0), (5, 1.0), (40, 0.7), (5, float("nan"))])
def test_portions_that_leave_nothing_to_train_or_test_on_are_refused(folds, share):
    with pytest.raises(ValueError, match=r"portions|too few"):
        portions(*daily(60), folds, share, 1)
