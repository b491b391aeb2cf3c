"""Arrays as bytes: the same arrays are the same bytes, and no object comes out of them."""

import numpy as np
import pytest

from tradewright.runs.array_bytes import arrays_as_bytes, arrays_of

ARRAYS = {"w": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], dtype=np.int8)}


def test_the_same_arrays_are_the_same_bytes_and_come_back_as_they_were():
    content = arrays_as_bytes(ARRAYS)
    assert content == arrays_as_bytes(dict(reversed(ARRAYS.items())))
    found = arrays_of(content)
    assert all(found[name].dtype == ARRAYS[name].dtype for name in ARRAYS)
    assert all((found[name] == ARRAYS[name]).all() for name in ARRAYS)


def test_an_object_among_them_is_refused():
    with pytest.raises(ValueError, match="allow_pickle"):
        arrays_of(arrays_as_bytes({"w": np.array([{}], dtype=object)}))
