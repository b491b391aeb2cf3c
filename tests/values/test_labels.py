"""Labels: outcomes that refuse to be read by anything that decides."""

import copy
import pickle

import numpy as np
import pytest

from tradewright.features.families.averages import SimpleAverage
from tradewright.features.feature_set import FeatureSet
from tradewright.features.windowed import windowed
from tradewright.strategies.view import weights_of
from tradewright.values.errors import Misuse
from tradewright.values.labels import NEVER, Labels

INSTANTS = np.array([10, 20, 30, 40], dtype=np.int64)


def labels() -> Labels:
    values = np.array([[0.1, -0.2], [0.3, np.nan], [0.5, 0.6], [0.7, 0.8]])
    end = np.array([[20, 30], [40, 40], [40, NEVER], [NEVER, NEVER]])
    return Labels("made", values, end, INSTANTS, ("A", "B"))


READS = {
    "array": np.asarray,
    "copy as floats": lambda one: np.array(one, dtype=float),
    "index": lambda one: one[0],
    "loop": list,
    "number": float,
    "truth": bool,
    "plus": lambda one: one + 1.0,
    "from the left": lambda one: 1.0 - one,
    "array plus": lambda one: np.ones((4, 2)) + one,
    "array times": lambda one: np.ones((4, 2)) * one,
    "compare": lambda one: one > 0.0,
    "negate": lambda one: -one,
    "mean": np.mean,
    "matrix": lambda one: np.column_stack([one, one]),
    "where": lambda one: np.where(one, 1.0, 0.0),
}


@pytest.mark.parametrize("read", READS)
def test_no_arithmetic_and_no_array_can_be_made_of_labels(read):
    with pytest.raises(Misuse, match="holds what came after"):
        READS[read](labels())


def test_labels_are_no_input_of_a_feature():
    with pytest.raises(Misuse, match="nothing that decides may read it"):
        FeatureSet([SimpleAverage(2)]).of_columns({"close": labels()}, INSTANTS, ("A", "B"))
    with pytest.raises(Misuse, match="nothing that decides may read it"):
        FeatureSet([SimpleAverage(2)]).stream(("A", "B")).push(1, {"close": labels()})


def test_labels_are_no_answer_of_a_users_function():
    made = labels()

    @windowed(window=1)
    def cheat(close):
        return made

    with pytest.raises(Misuse, match="nothing that decides may read it"):
        FeatureSet([cheat]).of_columns({"close": np.ones((4, 2))}, INSTANTS, ("A", "B"))


def test_labels_are_no_weights_of_a_strategy():
    with pytest.raises(Misuse, match="nothing that decides may read it"):
        weights_of(labels(), ("A", "B"))


@pytest.mark.parametrize(
    ("as_of", "places"),
    [
        (10, []),
        (19, []),
        (20, [0]),
        (30, [0, 1]),
        (39, [0, 1]),
        (40, [0, 1, 2, 4]),
        (NEVER - 1, [0, 1, 2, 4]),
    ],
)
def test_what_may_be_learnt_is_what_was_known_by_then(as_of, places):
    found = labels().learnable(as_of)
    assert found.places.tolist() == places
    assert (found.known_at <= as_of).all()
    assert len(found) == len(places)


def test_what_may_be_learnt_carries_its_span_and_its_place():
    found = labels().learnable(40)
    assert found.values.tolist() == [0.1, -0.2, 0.3, 0.5]
    assert found.start.tolist() == [10, 10, 20, 30]
    assert found.end.tolist() == found.known_at.tolist() == [20, 30, 40, 40]


def test_an_instant_before_everything_is_refused():
    with pytest.raises(Misuse, match="nothing was known"):
        labels().learnable(9)


def test_labels_tell_their_name_and_shape_and_no_outcome():
    assert repr(labels()) == "Labels('made', 4 rows x 2 symbols)"
    assert labels().shape == (4, 2)
    assert "0.1" not in str(labels())


def test_spans_cannot_be_written_into():
    with pytest.raises(ValueError, match="read-only"):
        labels().end[0, 0] = 0


def test_an_outcome_that_the_data_do_not_hold_is_not_kept():
    hidden = Labels("x", np.ones((1, 1)), np.full((1, 1), NEVER), INSTANTS[:1], ("A",))
    assert np.isnan(hidden._values).all()


def test_shapes_that_disagree_are_refused():
    with pytest.raises(ValueError, match="shapes"):
        Labels("x", np.ones((3, 2)), np.ones((4, 2), np.int64), INSTANTS, ("A", "B"))


def test_a_copy_and_a_pickle_refuse_as_well():
    for twin in (copy.copy(labels()), pickle.loads(pickle.dumps(labels()))):
        with pytest.raises(Misuse):
            np.asarray(twin)
        assert twin.learnable(20).values.tolist() == [0.1]
