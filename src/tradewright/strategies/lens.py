"""One symbol of a view, in plain numbers."""

from typing import TYPE_CHECKING

from tradewright.strategies.frame import Frame
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats

if TYPE_CHECKING:
    from tradewright.strategies.view import View


class AssetView:
    """One symbol of a view in plain numbers: fast enough to be asked on every one of a million bars.

    A column is computed once for the whole period by a causal function and then opened as plain memory: an
    index into it gives a Python float at a third of what a numpy scalar costs. Only the present row and rows
    before it are ever read for the strategy. Unknown values are NaN, which no comparison finds true.
    """

    __slots__ = ("_columns", "_frame", "_means", "_place", "_view")

    def __init__(self, view: "View", frame: Frame, place: int) -> None:
        """The symbol at a place of the view's panel; it moves with the view."""
        self._view = view
        self._frame = frame
        self._place = place
        self._means: dict[int, memoryview] = {}
        self._columns: dict[tuple[str, int, int], memoryview] = {}

    @property
    def symbol(self) -> str:
        """Its name."""
        return self._view.symbols[self._place]

    @property
    def close(self) -> float:
        """The raw close of this row, in dollars; NaN where it did not trade."""
        return self._number(("close", 0, 0), 0)

    @property
    def volume(self) -> float:
        """Shares traded on this row; NaN where unknown."""
        return self._number(("volume", 0, 0), 0)

    @property
    def growth(self) -> float:
        """The growth index of this row."""
        return self._number(("growth", 0, 0), 0)

    def mean(self, window: int, ago: int = 0) -> float:
        """Average growth index of the last `window` rows, as it stood `ago` rows back; NaN until warm."""
        # The hottest call there is: a look-up and an index, written out instead of shared with `_number`.
        try:
            column = self._means[window]
        except KeyError:
            column = self._means[window] = self._column(("mean", window, 0))
        row = self._view._row
        if 0 <= ago <= row:
            return column[row - ago]
        return _earlier(column, row, ago)

    def zscore(self, window: int, ago: int = 0) -> float:
        """Standard deviations of the growth index above its average of `window` rows; NaN until warm."""
        return self._number(("zscore", window, 0), ago)

    def return_over(self, lookback: int, skip: int = 0) -> float:
        """Total return from `lookback` rows ago to `skip` rows ago; NaN where either end is unknown."""
        return self._number(("return_over", lookback, skip), 0)

    def window(self, bars: int, of: str = "growth") -> Floats:
        """The last `bars` values of a column, this row's last; fewer near the start."""
        return self._view.window(bars, of)[:, self._place].copy()

    @property
    def last_weight(self) -> float:
        """What this strategy last asked for of this symbol; zero where it never asked."""
        return float(self._view.last_weights[self._place])

    @property
    def position(self) -> float:
        """Shares held now."""
        return float(self._view.positions[self._place])

    def _number(self, key: tuple[str, int, int], ago: int) -> float:
        """A column's value `ago` rows back."""
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = self._column(key)
        return _earlier(column, self._view._row, ago)

    def _column(self, key: tuple[str, int, int]) -> memoryview:
        """A whole column of the frame as memory that gives plain floats."""
        name, first, second = key
        source = getattr(self._frame, name)
        if name == "return_over":
            source = source(first, second)
        elif callable(source):
            source = source(first)
        return memoryview(source[:, self._place])


def _earlier(column: memoryview, row: int, ago: int) -> float:
    """A value `ago` rows back. A negative index would count from the end, which is the future."""
    if ago < 0:
        raise InvalidOption(f"ago = {ago} asks for the future.", "Give 0 or more rows back.")
    return column[row - ago] if row >= ago else float("nan")
