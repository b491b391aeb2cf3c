"""Augmentation: it appends to a fold's training rows, and touches nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.features import augmentation
from tradewright.features.augmentation import Augmentation, Fold
from tradewright.values.errors import InvalidOption


def fold(seed: int = 0, rows: int = 200, gaps: float = 0.05) -> Fold:
    draws = np.random.default_rng(seed)
    x = draws.normal(5.0, 2.0, (rows, 4)) * np.array([1.0, 10.0, 0.1, 1000.0])
    x[draws.random(x.shape) < gaps] = np.nan
    order = draws.permutation(rows)
    split = rows * 3 // 4
    instants = np.repeat(np.arange(rows // 2), 2)[:rows] * 10**9
    return Fold(x, draws.normal(size=rows), instants, np.sort(order[:split]), np.sort(order[split:]))


options = st.builds(
    Augmentation,
    noise=st.floats(0, 1),
    warp=st.floats(0, 1),
    dropout=st.floats(0, 0.9),
    copies=st.integers(1, 3),
    seed=st.integers(0, 5),
)


@settings(deadline=None, max_examples=40)
@given(options, st.integers(0, 50))
def test_validation_rows_stay_byte_identical_and_training_rows_come_first_as_they_were(made, seed):
    one = fold(seed)
    before = one.x.tobytes(), one.y.tobytes()
    found = made.of_fold(one)
    assert (one.x.tobytes(), one.y.tobytes()) == before
    assert found.x_validation.tobytes() == one.x[one.validation].tobytes()
    assert found.y_validation.tobytes() == one.y[one.validation].tobytes()
    assert found.x_train[: found.originals].tobytes() == one.x[one.train].tobytes()
    assert found.y_train[: found.originals].tobytes() == one.y[one.train].tobytes()
    assert len(found.x_train) == len(found.y_train) == len(found.origin) == len(one.train) * (made.copies + 1)


@settings(deadline=None, max_examples=40)
@given(options, st.integers(0, 50))
def test_made_rows_know_nothing_of_validation_rows(made, seed):
    one = fold(seed)
    other_x, other_y = one.x.copy(), one.y.copy()
    other_x[one.validation], other_y[one.validation] = 1e9, -1e9
    other = Fold(other_x, other_y, one.instants, one.train, one.validation)
    assert np.array_equal(made.of_fold(one).x_train, made.of_fold(other).x_train, equal_nan=True)


def test_each_made_row_says_what_it_was_made_from():
    one = fold()
    found = Augmentation(copies=2).of_fold(one)
    assert set(found.origin) == set(one.train)
    assert np.array_equal(found.y_train, one.y[found.origin])
    assert np.array_equal(np.isnan(found.x_train), np.isnan(one.x[found.origin]))


def test_the_same_seed_gives_the_same_rows_and_another_one_others():
    one = fold()
    first, again, other = (Augmentation(seed=seed).of_fold(one).x_train for seed in (3, 3, 4))
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_copies_differ_from_each_other_and_the_first_does_not_depend_on_how_many():
    one = fold()
    size = len(one.train)
    two, three = (Augmentation(copies=copies).of_fold(one).x_train for copies in (2, 3))
    assert np.array_equal(two, three[: 3 * size], equal_nan=True)
    assert not np.array_equal(two[size : 2 * size], two[2 * size :], equal_nan=True)


def test_noise_has_its_share_of_each_features_deviation():
    one = fold(rows=20_000, gaps=0.0)
    found = Augmentation(noise=0.05, warp=0.0, dropout=0.0).of_fold(one)
    added = found.x_train[found.originals :] - one.x[one.train]
    assert np.allclose(added.std(axis=0) / one.x[one.train].std(axis=0), 0.05, rtol=0.03)
    assert np.allclose(added.mean(axis=0) / one.x[one.train].std(axis=0), 0.0, atol=0.002)


def test_dropout_replaces_its_share_of_values_by_the_training_mean():
    one = fold(rows=20_000, gaps=0.0)
    found = Augmentation(noise=0.0, warp=0.0, dropout=0.1).of_fold(one)
    made, own = found.x_train[found.originals :], one.x[one.train]
    dropped = made != own
    assert dropped.mean() == pytest.approx(0.1, abs=0.01)
    assert np.allclose(np.where(dropped, made, own.mean(axis=0)), own.mean(axis=0), rtol=1e-12)


def test_warping_is_smooth_in_time_and_of_the_stated_size():
    one = fold(rows=20_000, gaps=0.0)
    found = Augmentation(noise=0.0, warp=0.2, dropout=0.0, copies=40).of_fold(one)
    curves = (found.x_train[found.originals :] / np.tile(one.x[one.train], (40, 1))).reshape(40, -1, 4)
    assert curves[:, [0, -1]].std() == pytest.approx(0.2, rel=0.15)
    assert curves.mean() == pytest.approx(1.0, abs=0.05)
    assert np.abs(np.diff(curves, axis=1)).max() < 0.01


def test_rows_of_one_instant_are_warped_alike():
    one = fold(rows=400, gaps=0.0)
    found = Augmentation(noise=0.0, warp=0.2, dropout=0.0).of_fold(one)
    curves = found.x_train[found.originals :] / one.x[one.train]
    at = one.instants[one.train]
    for row in np.flatnonzero(at[1:] == at[:-1]):
        assert np.allclose(curves[row], curves[row + 1])


def test_nothing_asked_for_gives_the_rows_again():
    one = fold()
    found = Augmentation(noise=0.0, warp=0.0, dropout=0.0).of_fold(one)
    assert np.allclose(found.x_train[found.originals :], one.x[one.train], equal_nan=True)


def test_the_defaults_are_those_of_the_design():
    assert (Augmentation().noise, Augmentation().warp, Augmentation().dropout) == (0.05, 0.2, 0.1)


def test_there_is_no_way_to_augment_anything_but_a_fold():
    public = [name for name in vars(Augmentation) if not name.startswith("_")]
    assert [name for name in public if callable(getattr(Augmentation, name))] == ["of_fold"]
    own = [
        one for one in vars(augmentation).values() if getattr(one, "__module__", "") == augmentation.__name__
    ]
    assert {one.__name__ for one in own} == {"Augmentation", "AugmentedFold", "Fold"}


@pytest.mark.parametrize("rows", [1, 2])
def test_a_handful_of_rows_at_one_instant_can_be_augmented(rows):
    one = Fold(
        np.ones((rows + 1, 2)),
        np.ones(rows + 1),
        np.zeros(rows + 1, np.int64),
        np.arange(rows),
        np.array([rows]),
    )
    assert np.isfinite(Augmentation().of_fold(one).x_train).all()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: Fold(np.ones((3, 1)), np.ones(3), np.arange(3), np.array([0, 1]), np.array([1])),
            "both sides",
        ),
        (
            lambda: Fold(np.ones((3, 1)), np.ones(2), np.arange(3), np.array([0]), np.array([1])),
            "K rows each",
        ),
        (lambda: Fold(np.ones(3), np.ones(3), np.arange(3), np.array([0]), np.array([1])), "K rows each"),
        (
            lambda: Fold(np.ones((3, 1)), np.ones(3), np.arange(3), np.arange(0), np.array([1])),
            "without training",
        ),
        (lambda: Augmentation(noise=-0.1), "0 or more"),
        (lambda: Augmentation(dropout=1.0), "dropout in"),
        (lambda: Augmentation(copies=0), "copies from 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(make, words):
    with pytest.raises(InvalidOption, match=words):
        make()
