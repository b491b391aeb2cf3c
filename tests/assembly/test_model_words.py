"""What a person is told of a child's beginning: what was loaded of its parent, and what was not, and why."""

import pytest

from tradewright.assembly.models import transfer_words

WHOLE = {"loaded": ("a", "b"), "other_shape": (), "not_there": (), "left_over": ()}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "Begun with 2 arrays of 1234; all of it."),
        ({"loaded": ("a",), "other_shape": ("b",)}, "Begun with 1 array of 1234; of another shape: b."),
        (
            {"not_there": ("c", "d"), "left_over": ("e",)},
            "Begun with 2 arrays of 1234; not there: c, d; without a place here: e.",
        ),
    ],
)
def test_what_was_not_loaded_is_said_by_name(changed, words):
    assert transfer_words("1234", {**WHOLE, **changed}) == words
