"""What came after a row: outcomes that a model may be trained on, once they were known, and nothing else.

Labels are no column. Nothing that decides can read them: as an array, a number or an input they refuse.
Training asks for those that were known at an instant, and gets just these.
"""

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import Misuse
from tradewright.values.instant import iso_of
from tradewright.values.panel import Floats, Ints

# known_at of an outcome that the data do not hold: later than any instant.
NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, eq=False)
class LearnableLabels:
    """The outcomes known at an instant, each with its span. K outcomes, in the order of their rows.

    Shape: all K. `places` numbers the rows of a feature table's `matrix()`: row * N + symbol.
    Units: `start`, `end` and `known_at` in ns UTC; an outcome depends on what happened from start to end.
    Known at: `known_at`, each at or before `as_of`.
    """

    as_of: int
    values: Floats
    places: Ints
    start: Ints
    end: Ints
    known_at: Ints

    def __len__(self) -> int:
        """How many."""
        return len(self.values)


class Labels:
    """The outcome of each row and symbol, with the span it covers; read through `learnable` alone.

    Shape: T x N. Units: `start`, `end`, `known_at` in ns UTC, NEVER where an outcome is not in the data.
    """

    __slots__ = ("_values", "end", "instants", "known_at", "name", "start", "symbols")
    # numpy's operators hand over to the methods below, which refuse.
    __array_ufunc__ = None

    def __init__(
        self, name: str, values: Floats, end: Ints, instants: Ints, symbols: tuple[str, ...]
    ) -> None:
        """Of outcomes and the instants at which each was known, T x N; spans start at their rows."""
        shape = (len(instants), len(symbols))
        if values.shape != shape or end.shape != shape:
            raise ValueError(
                f"labels have shapes {values.shape} and {end.shape}; instants and symbols give {shape}"
            )
        self.name, self.instants, self.symbols = name, instants, symbols
        self._values = np.where(end == NEVER, np.nan, values)
        self.start = np.repeat(instants[:, None], len(symbols), axis=1)
        self.end = self.known_at = end
        for column in (self._values, self.start, self.end):
            column.flags.writeable = False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and symbols."""
        return len(self.instants), len(self.symbols)

    def learnable(self, as_of: int) -> LearnableLabels:
        """The outcomes a model may learn from at an instant: those known by then, and no other.

        Raises: Misuse for an instant before the first row.
        """
        if len(self.instants) and as_of < self.instants[0]:
            raise Misuse(
                f"At {iso_of(as_of)} nothing was known.", f"Give {iso_of(self.instants[0])} or later."
            )
        is_known: NDArray[np.bool_] = (self.known_at <= as_of) & ~np.isnan(self._values)
        places = np.flatnonzero(is_known)
        start, end, known_at = (one.reshape(-1)[places] for one in (self.start, self.end, self.known_at))
        return LearnableLabels(as_of, self._values.reshape(-1)[places], places, start, end, known_at)

    def __repr__(self) -> str:
        """What it is, without telling any outcome."""
        return f"Labels({self.name!r}, {len(self.instants)} rows x {len(self.symbols)} symbols)"

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        """Outcomes are not for deciding."""
        raise Misuse(
            f"{self!r} holds what came after: nothing that decides may read it.",
            "To train, ask labels.learnable(as_of).",
        )

    __array__ = __float__ = __int__ = __bool__ = __iter__ = __getitem__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __abs__ = _refuse
