"""Order, book and limits as records: the same names as the plain values, in the same order."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_type_hints

import numba
import numpy as np

from tradewright.execution.checks.contract import Book, Request
from tradewright.execution.limits.contract import Limits
from tradewright.kernel.native.records import Records


def _dtype_of(kind: type, *more: tuple[str, type]) -> np.dtype[np.void]:
    """A record with a place for every number of a frozen value; words have none."""
    hints = get_type_hints(kind)
    numbers = [(one.name, hints[one.name]) for one in fields(kind) if hints[one.name] is not str]
    places = {float: np.float64, int: np.int64}
    return np.dtype([(name, places[hint]) for name, hint in (*numbers, *more)])


# Left to the compiler what to splice: spliced by force, 23 checks at two places take it half a minute.
compiled: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True)

# `admitted` is the answer: what may be sent, signed, 0.0 where refused. `opening` is worked out once.
request_dtype = _dtype_of(Request, ("admitted", float), ("opening", float))
book_dtype = _dtype_of(Book)
limits_dtype = _dtype_of(Limits)


def record_of(value: Request | Book | Limits, kind: "np.dtype[np.void]") -> Records:
    """A frozen value as an array of one record."""
    record = np.zeros(1, dtype=kind)
    write(record[0], value)
    return record


def write(record: Any, value: Request | Book | Limits) -> None:
    """Overwrite a record with a frozen value of its kind."""
    for name in record.dtype.names:
        if hasattr(value, name):
            record[name] = getattr(value, name)
