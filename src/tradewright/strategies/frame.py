"""A whole period at once, for strategies that decide in one pass over it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.data.adjustments import growth_index
from tradewright.features.changes import Sides, band_changes, mean_crossings, mean_crossings_of_many
from tradewright.features.feature_set import FeatureSet, FeatureTable
from tradewright.features.months import new_months
from tradewright.features.trailing import return_at, trailing_mean, trailing_return, trailing_zscore
from tradewright.values.errors import Misuse
from tradewright.values.panel import Floats, Ints, Panel

# A table holds all columns of a set.
_COLUMNS_KEPT, _TABLES_KEPT = 32, 4


class Frame:
    """T rows of N symbols with their causal columns, each computed when first asked for.

    Signals are taken from the growth index, so that splits and dividends never make one; raw prices are there
    for rules about dollars. A frame holds the whole period: that `targets` reads no row ahead is not enforced
    here but shown by the contract test, which demands the decisions of `decide`.
    All arrays are read-only and may be shared between threads.
    """

    def __init__(self, panel: Panel) -> None:
        """Over a panel; nothing is computed yet."""
        self._panel = panel
        self._kept: dict[tuple[str, int, int], NDArray[Any]] = {}
        self._tables: dict[str, FeatureTable] = {}

    def __len__(self) -> int:
        """Rows of the period."""
        return len(self._panel.instants)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The N symbols, in the order of the columns."""
        return self._panel.symbols

    @property
    def instants(self) -> Ints:
        """When each row is known, ns UTC."""
        return self._panel.instants

    @property
    def open(self) -> Floats:
        """Raw opens, T x N; NaN where unknown."""
        return self._panel.open

    @property
    def high(self) -> Floats:
        """Raw highs, T x N; NaN where unknown."""
        return self._panel.high

    @property
    def low(self) -> Floats:
        """Raw lows, T x N; NaN where unknown."""
        return self._panel.low

    @property
    def close(self) -> Floats:
        """Raw closes, T x N; NaN where unknown."""
        return self._panel.close

    @property
    def volume(self) -> Floats:
        """Shares traded, T x N; NaN where unknown."""
        return self._panel.volume

    @property
    def growth(self) -> Floats:
        """What one share grows to, dividends reinvested, T x N; carried through gaps, NaN before listing."""
        return self._column(("growth", 0, 0), self._growth)

    def mean(self, window: int) -> Floats:
        """Average growth index of the last `window` rows, T x N.

        Known at: its row; NaN until the window is full.
        """
        return self._column(("mean", window, 0), lambda: trailing_mean(self.growth, window))

    def zscore(self, window: int) -> Floats:
        """Standard deviations of the growth index above its average of the last `window` rows, T x N."""
        return self._column(("zscore", window, 0), lambda: trailing_zscore(self.growth, window))

    def return_over(self, lookback: int, skip: int = 0) -> Floats:
        """Total return from `lookback` rows ago to `skip` rows ago, T x N.

        Units: fraction, dividends included. Known at: its row; NaN where either end is unknown.
        """
        key = ("return_over", lookback, skip)
        return self._column(key, lambda: trailing_return(self.growth, lookback, skip))

    def return_at(self, rows: Ints, lookback: int, skip: int = 0) -> Floats:
        """`return_over` at K rows only, K x N."""
        return return_at(self.growth, rows, lookback, skip)

    def new_month(self) -> NDArray[np.bool_]:
        """True on the first row of each month, T; the very first row is False."""
        return self._column(("new_month", 0, 0), lambda: new_months(self.instants))

    def features(self, wanted: FeatureSet) -> FeatureTable:
        """The columns of a feature set over the period, computed once; each known at its row."""
        kept = self._tables.get(wanted.schema_hash)
        if kept is None:
            kept = wanted.of_panel(self._panel)
            if len(self._tables) >= _TABLES_KEPT:
                self._tables.pop(next(iter(self._tables)), None)
            self._tables[wanted.schema_hash] = kept
        return kept

    def forecast(self, horizon_bars: int, of: str = "mean") -> Floats:
        """What models expected over a horizon, T x N, each row as it was said then; NaN where nothing was.

        `of` is the mean return, the chance of a rise ("rise") or the "deviation".
        Raises: Misuse where nobody forecast this market; InvalidOption for another horizon or part.
        """
        if self._panel.forecasts is None:
            raise Misuse(
                "Nobody has forecast this market.", "Add [model] to a study, and declare forecasts_bars."
            )
        return self._panel.forecasts.over(horizon_bars, of)

    def mean_crossings(self, fast: int, slow: int, both_sides: bool = False) -> tuple[Ints, Sides]:
        """Rows on which the fast mean changes its side of the slow one, and the sides; see features."""
        return mean_crossings(self.growth, fast, slow, both_sides)

    def mean_crossings_of_many(
        self, windows: Ints, both_sides: NDArray[np.bool_]
    ) -> tuple[Ints, Ints, Sides]:
        """`mean_crossings` for K pairs of windows: K + 1 starts, and all rows and sides."""
        return mean_crossings_of_many(self.growth, windows, both_sides)

    def band_changes(
        self, window: int, entry: float, leave: float, both_sides: bool = False
    ) -> tuple[Ints, Sides]:
        """Rows on which a fade of extreme z-scores changes its side, and the sides; see features."""
        return band_changes(self.zscore(window), self.close, entry, leave, both_sides)

    def _growth(self) -> Floats:
        """Without actions and gaps the closes are the index; a sum finds any NaN in one cheap pass."""
        close = self._panel.close
        if len(self._panel.actions) == 0 and not np.isnan(close.sum()):
            return close
        return growth_index(self._panel)

    def _column(self, key: tuple[str, int, int], compute: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """A column, computed once; two threads may both compute it, and get the same bits."""
        kept = self._kept.get(key)
        if kept is None:
            kept = compute()
            kept.flags.writeable = False
            if len(self._kept) >= _COLUMNS_KEPT:
                # A sweep over hundreds of windows must not keep them all.
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[key] = kept
        return kept
