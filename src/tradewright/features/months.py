"""Calendar marks of rows, from their instants alone."""

import numpy as np
from numpy.typing import NDArray

from tradewright.values.panel import Ints


def new_months(instants: Ints) -> NDArray[np.bool_]:
    """True on the first row of each calendar month (UTC), as seen against the row before.

    Shape: T. The very first row is False: nothing before it says that a month has begun.
    Known at: its row.
    """
    marks = np.zeros(len(instants), np.bool_)
    months = instants.astype("datetime64[ns]").astype("datetime64[M]")
    marks[1:] = months[1:] != months[:-1]
    return marks
