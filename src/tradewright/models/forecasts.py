"""What a model says, and that it says nothing where it does not know."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tradewright.models.table import Flags
from tradewright.values.panel import Floats, Ints


class Abstention(IntEnum):
    """Why a model said nothing about a row; SPOKE where it did."""

    SPOKE = 0
    TOO_FEW_ROWS = 1
    MISSING_INPUT = 2
    SOURCE_SILENT = 3
    IN_DEAD_BAND = 4
    NO_NUMBER = 5


@dataclass(frozen=True, eq=False)
class Answers:
    """What was answered about K places: `mean`, `rise` and `deviation`, each K x H.

    Units: as in `Forecasts`. `reasons`, K, where a place was answered with silence; None where none was.
    """

    mean: Floats
    rise: Floats
    deviation: Floats
    reasons: Ints | None = None


@dataclass(frozen=True, eq=False)
class Forecasts:
    """What is expected of each row and symbol over each horizon.

    Shape: `mean`, `rise`, `deviation` T x N x H; `reasons` T x N, of `Abstention`.
    Units: `mean` and `deviation` in the outcome's unit (a return over the horizon), `rise` a probability that
    the outcome is above zero. All three are NaN where the model abstains, never a guess.
    Known at: row t at `instants[t]`.
    """

    mean: Floats
    rise: Floats
    deviation: Floats
    reasons: NDArray[np.int8]
    instants: Ints
    symbols: tuple[str, ...]
    horizons_bars: tuple[int, ...]

    @property
    def abstained(self) -> Flags:
        """Where nothing was said, T x N."""
        found: Flags = self.reasons != Abstention.SPOKE
        return found

    def counts(self) -> dict[str, int]:
        """How many rows were answered, and how many not, by reason."""
        return {one.name.lower(): int(np.count_nonzero(self.reasons == one)) for one in Abstention}
