"""What was forecast about instruments, row by row, each with the instant at which it was said."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import InvalidOption

PARTS = ("mean", "rise", "deviation")


@dataclass(frozen=True, eq=False)
class DatedForecasts:
    """Forecasts as facts beside prices: what had been said of each symbol at each row.

    Shape: `mean`, `rise` and `deviation` T x N x H, one for each of the H `horizons_bars`, read-only; NaN
    where nothing was said. `known_at` is T.
    Units: `mean` and `deviation` are returns over the horizon, `rise` a probability, `known_at` ns UTC.
    Known at: `known_at`; a panel refuses forecasts that were known later than its rows.
    Raises: ValueError where shapes do not match.
    """

    mean: NDArray[np.float64]
    rise: NDArray[np.float64]
    deviation: NDArray[np.float64]
    known_at: NDArray[np.int64]
    horizons_bars: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what does not fit together, and let nobody write into it."""
        shape = self.mean.shape
        if len(shape) != 3 or shape[2] != len(self.horizons_bars) or shape[0] != len(self.known_at):
            raise ValueError(
                f"forecasts have shape {shape}, with {len(self.known_at)} instants and "
                f"{len(self.horizons_bars)} horizons"
            )
        for column in (self.mean, self.rise, self.deviation):
            if column.shape != shape:
                raise ValueError(f"forecasts have shapes {shape} and {column.shape}")
            column.flags.writeable = False
        self.known_at.flags.writeable = False

    def over(self, horizon_bars: int, of: str = "mean") -> NDArray[np.float64]:
        """One part of the forecasts over one horizon, T x N.

        Raises: InvalidOption for a horizon or part that nobody forecast.
        """
        if horizon_bars not in self.horizons_bars:
            listed = ", ".join(map(str, self.horizons_bars))
            raise InvalidOption(f"Nothing was forecast over {horizon_bars} bars.", f"There is: {listed}.")
        if of not in PARTS:
            raise InvalidOption(f"A forecast has no '{of}'.", f"It has: {', '.join(PARTS)}.")
        column: NDArray[np.float64] = getattr(self, of)
        return column[..., self.horizons_bars.index(horizon_bars)]

    def of_symbols(self, places: list[int]) -> "DatedForecasts":
        """The forecasts of these symbols, in this order."""
        mean, rise, deviation = (np.ascontiguousarray(getattr(self, part)[:, places]) for part in PARTS)
        return DatedForecasts(mean, rise, deviation, self.known_at, self.horizons_bars)

    def rows(self, start: int, stop: int) -> "DatedForecasts":
        """The rows from number `start` up to `stop`, that one left out."""
        mean, rise, deviation = (getattr(self, part)[start:stop].copy() for part in PARTS)
        return DatedForecasts(mean, rise, deviation, self.known_at[start:stop].copy(), self.horizons_bars)
