"""What a strategy sees when it decides one row: the past, its own account, and nothing later.

Every array handed out is a copy, so its memory ends at the present row: there is no `.base` to climb and
nothing to spoil. Attributes that begin with an underscore are not protected, because Python cannot protect
them; a strategy that reads them cheats, and the prefix test of the contract shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from tradewright.features.feature_set import FeatureSet
from tradewright.strategies.frame import Frame
from tradewright.strategies.lens import AssetView
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.errors import InvalidOption, Misuse, unknown_name
from tradewright.values.order import (
    Amend,
    Bracket,
    Cancel,
    Instruction,
    OneCancelsOther,
    Order,
    OrderStatus,
)
from tradewright.values.panel import Floats

Weights = Mapping[str, float] | Floats | None
# What `decide` may answer: weights, or words on single orders, or nothing.
Wish = Weights | Instruction | Sequence[Instruction]

_INSTRUCTIONS = (Order, Bracket, OneCancelsOther, Amend, Cancel)

_COLUMNS = ("open", "high", "low", "close", "volume", "growth")


class Account(Protocol):
    """The account behind a view. Rows are asked for in rising order, earlier decisions handed in before."""

    def decided(self, row: int, weights: Floats) -> None:
        """Take note of target weights decided at the close of a row."""

    def said(self, row: int, instructions: Sequence[Instruction]) -> None:
        """Take note of what was said about single orders at the close of a row."""

    def working_orders(self, row: int) -> tuple[OrderStatus, ...]:
        """Submitted orders that have not ended after a row's close, those on their way included."""

    def positions(self, row: int) -> Floats:
        """Shares held after a row's close, N."""

    def cash_usd(self, row: int) -> float:
        """Cash after a row's close."""

    def equity_usd(self, row: int) -> float:
        """Equity after a row's close."""


class View:
    """One row of N symbols, and the way back from it. It moves from row to row itself: keep no view."""

    __slots__ = (
        "_account",
        "_frame",
        "_lenses",
        "_made",
        "_months",
        "_only",
        "_overlaid",
        "_row",
        "_said",
        "_symbols",
        "_wanted",
    )

    def __init__(self, frame: Frame, account: Account | None = None) -> None:
        """Over a frame, before its first row; without an account, money cannot be looked at."""
        self._frame = frame
        self._account = account
        self._row = -1
        self._symbols = frame.symbols
        self._lenses: dict[int, AssetView] = {}
        self._only = AssetView(self, frame, 0) if len(frame.symbols) == 1 else None
        self._months: bytes | None = None
        self._made: list[tuple[int, Floats]] = []
        self._said: list[tuple[int, Instruction]] = []
        self._overlaid = 0
        self._wanted = np.zeros(len(frame.symbols))

    @property
    def row(self) -> int:
        """The number of this row, from 0."""
        return self._row

    @property
    def instant(self) -> int:
        """The instant of the decision, this row's close, in ns UTC."""
        return int(self._frame.instants[self._row])

    @property
    def symbols(self) -> tuple[str, ...]:
        """The N symbols, in the order of every array."""
        return self._symbols

    @property
    def close(self) -> Floats:
        """Raw closes of this row, N dollars; NaN where the name did not trade."""
        return self._past(self._frame.close, 0)

    @property
    def volume(self) -> Floats:
        """Shares traded on this row, N; NaN where unknown."""
        return self._past(self._frame.volume, 0)

    @property
    def growth(self) -> Floats:
        """The growth index of this row, N: the price that signals are made of."""
        return self._past(self._frame.growth, 0)

    @property
    def new_month(self) -> bool:
        """True on the first row of a calendar month."""
        if self._months is None:
            self._months = self._frame.new_month().tobytes()
        return self._months[self._row] == 1

    def window(self, bars: int, of: str = "growth") -> Floats:
        """The last `bars` rows of a column, this one last: at most bars x N, fewer near the start."""
        if bars < 1:
            raise InvalidOption(f"A window of {bars} bars.", "Give 1 or more.")
        if of not in _COLUMNS:
            raise unknown_name(of, "column", _COLUMNS)
        column: Floats = getattr(self._frame, of)
        return column[max(0, self._row + 1 - bars) : self._row + 1].copy()

    def mean(self, window: int, ago: int = 0) -> Floats:
        """Average growth index of the last `window` rows, N, as it stood `ago` rows back; NaN until warm.

        Raises: InvalidOption for a window below 1, or a negative `ago`, which would be the future.
        """
        return self._past(self._frame.mean(window), ago)

    def zscore(self, window: int, ago: int = 0) -> Floats:
        """Standard deviations of the growth index above its average of `window` rows, N; NaN until warm."""
        return self._past(self._frame.zscore(window), ago)

    def return_over(self, lookback: int, skip: int = 0) -> Floats:
        """Total return from `lookback` rows ago to `skip` rows ago, N; NaN where either end is unknown."""
        found: Floats = self._frame.return_at(np.array([self._row]), lookback, skip)[0].copy()
        return found

    def features(self, wanted: FeatureSet, ago: int = 0) -> Floats:
        """The columns of a feature set as they stood `ago` rows back, columns x N; NaN until each is warm.

        Raises: InvalidOption for a negative `ago`, which would be the future.
        """
        table = self._frame.features(wanted)
        return self._past(table.values.transpose(1, 0, 2), ago)

    def forecast(self, horizon_bars: int, of: str = "mean", ago: int = 0) -> Floats:
        """What models expected over a horizon, as it was said `ago` rows back, N; NaN where nothing was said.

        `of` is the mean return, the chance of a rise ("rise") or the "deviation".
        Raises: Misuse where nobody forecast this market; InvalidOption for another horizon or part.
        """
        return self._past(self._frame.forecast(horizon_bars, of), ago)

    @property
    def only(self) -> AssetView:
        """The one symbol of this panel, in plain numbers.

        Raises: Misuse where the panel has several.
        """
        if self._only is None:
            raise Misuse(f"This panel has {len(self.symbols)} symbols.", "Choose one: view.asset('SPY').")
        return self._only

    def asset(self, which: str | int) -> AssetView:
        """One symbol in plain numbers, by its name or its place.

        Raises: UnknownName with the nearest symbol.
        """
        if isinstance(which, str):
            if which not in self.symbols:
                raise unknown_name(which, "symbol of this panel", self.symbols)
            which = self.symbols.index(which)
        lens = self._lenses.get(which)
        if lens is None:
            lens = self._lenses[which] = AssetView(self, self._frame, which)
        return lens

    @property
    def has_decided(self) -> bool:
        """True once a decision was made on an earlier row."""
        return bool(self._made or self._said)

    @property
    def last_weights(self) -> Floats:
        """What this strategy last asked for, N weights; zero where it never asked. Fills may differ.

        This is the memory a strategy may have: it follows from its own decisions alone, so that deciding row
        by row and all at once agree, whatever the account could fill.
        """
        for _, weights in self._made[self._overlaid :]:
            self._wanted = np.where(np.isnan(weights), self._wanted, weights)
        self._overlaid = len(self._made)
        return self._wanted.copy()

    @property
    def positions(self) -> Floats:
        """Shares held now, N."""
        return self._money.positions(self._row)

    @property
    def working_orders(self) -> tuple[OrderStatus, ...]:
        """This strategy's orders that have not ended, each with its ticket, those on their way included."""
        return self._money.working_orders(self._row)

    @property
    def cash_usd(self) -> float:
        """Cash now."""
        return self._money.cash_usd(self._row)

    @property
    def equity_usd(self) -> float:
        """Equity now."""
        return self._money.equity_usd(self._row)

    @property
    def _money(self) -> Account:
        if self._account is None:
            raise Misuse("This view has no account.", "Run the strategy with backtest(..., path='decide').")
        return self._account

    def _past(self, column: Floats, ago: int) -> Floats:
        """A row of a column `ago` rows back; NaN before the first row, because there is nothing."""
        if ago < 0:
            raise InvalidOption(f"ago = {ago} asks for the future.", "Give 0 or more rows back.")
        at = self._row - ago
        return column[at].copy() if at >= 0 else np.full(column.shape[1:], np.nan)

    def _take(self, wanted: "Mapping[str, float] | Floats | Instruction | Sequence[Instruction]") -> None:
        """Keep a decision of this row and hand it to the account."""
        words = words_of(wanted)
        if words is not None:
            self._say(words)
            return
        weights = weights_of(wanted, self.symbols)  # type: ignore[arg-type]
        self._made.append((self._row, weights))
        if self._account is not None:
            self._account.decided(self._row, weights)

    def _say(self, words: Sequence[Instruction]) -> None:
        """Keep words on single orders and hand them to the account."""
        self._said += [(self._row, word) for word in words]
        if self._account is not None:
            self._account.said(self._row, words)


def words_of(wanted: object) -> Sequence[Instruction] | None:
    """A strategy's answer as words on single orders; None where it is weights.

    Raises: InvalidOption for a list in which words and something else are mixed.
    """
    if isinstance(wanted, _INSTRUCTIONS):
        return (wanted,)
    if not isinstance(wanted, list | tuple) or not any(isinstance(one, _INSTRUCTIONS) for one in wanted):
        return None if not isinstance(wanted, list | tuple) or len(wanted) else ()
    for one in wanted:
        if not isinstance(one, _INSTRUCTIONS):
            raise InvalidOption(
                f"decide gave {type(one).__name__} among its orders.",
                "Give a list of Order, Bracket, OneCancelsOther, Amend and Cancel, or weights.",
            )
    return wanted


def weights_of(wanted: Mapping[str, float] | Floats, symbols: tuple[str, ...]) -> Floats:
    """A strategy's answer as N weights, NaN for names it did not speak of.

    Raises: UnknownName for a symbol that is not in the panel; InvalidOption for a wrong shape or an infinite
    weight.
    """
    if isinstance(wanted, Mapping):
        weights = np.full(len(symbols), np.nan)
        for symbol, weight in wanted.items():
            if symbol not in symbols:
                raise unknown_name(str(symbol), "symbol of this panel", symbols)
            weights[symbols.index(symbol)] = weight
    else:
        weights = np.array(wanted, dtype=np.float64)
    if weights.shape != (len(symbols),):
        raise InvalidOption(
            f"decide gave weights of shape {weights.shape}.",
            f"Give {len(symbols)} weights in the order of view.symbols, or a mapping by symbol.",
        )
    if np.isinf(weights).any():
        raise InvalidOption("decide gave an infinite weight.", "Give a share of equity, such as 0.5.")
    return weights


class Decider(Protocol):
    """The part of a strategy that the loop below needs."""

    @property
    def warm_up_bars(self) -> int:
        """Rows that must be there before the first decision."""

    def decide(self, view: View) -> Wish:
        """Target weights, or words on single orders, of the view's row."""


def decide_rows(strategy: Decider, frame: Frame) -> Decisions:
    """What a strategy decides over a whole frame, asked row by row and without an account."""
    return walk(strategy, View(frame))


def walk(strategy: Decider, view: View) -> Decisions:
    """Move a fresh view from the strategy's first warm row to the last, and ask it on each.

    The loop is kept bare: what a row costs is the strategy's own call and 0.1 microseconds.
    """
    decide = strategy.decide
    for row in range(max(strategy.warm_up_bars - 1, 0), len(view._frame)):
        view._row = row
        wanted = decide(view)
        if wanted is not None:
            view._take(wanted)
    said = tuple(view._said)
    if not view._made:
        return replace(no_decisions(len(view.symbols)), said=said)
    rows, weights = zip(*view._made, strict=True)
    return Decisions(np.array(rows), np.array(weights), said)
