"""An account advanced bar by bar, for strategies that decide in Python."""

from typing import TYPE_CHECKING

import numpy as np

from tradewright.kernel.inputs import check_panel, check_weights, terms_of
from tradewright.values.errors import InvalidOption
from tradewright.values.order import Instruction, OrderStatus
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Floats, Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.reading import Reading

if TYPE_CHECKING:
    from tradewright.kernel.native.gate import Gate

_QUEUED_WEIGHTS = 1 << 16


class Session:
    """One simulated account whose bars arrive one after the other.

    `advance` only notes the row: the compiled loop catches up when somebody looks at the account, or at the
    end, so that bars nobody looks at cost nothing. What is seen is what the batch computes, to the bit.
    """

    __slots__ = (
        "_account", "_bars", "_books", "_closed", "_in_shares", "_queued", "_ran", "_shape",
        "_spoke", "row",
    )  # fmt: skip

    def __init__(
        self,
        panel: Panel,
        account: AccountOptions,
        profile: ExecutionProfile,
        reading: Reading = Reading.BASE,
        gate: "Gate | None" = None,
    ) -> None:
        """Open the account before the first bar; every order is asked of the `gate`, if any."""
        from tradewright.kernel.native.books import Books

        check_panel(panel)
        bars, count = panel.shape
        room = max(16, _QUEUED_WEIGHTS // max(count, 1))
        queue = (np.zeros(room, dtype=np.int64), np.empty((room, count)))
        self._books = Books(panel, terms_of(panel, account, profile, reading), queue, None, gate)
        self._books.account["liquidates"] = 0
        self._books.table["decisions"] = 0
        self._account, self._bars, self._in_shares = account, bars, False
        self._shape = (count,)
        self._queued, self._ran, self._spoke, self._closed = 0, 0, -1, False
        self.row = -1

    def advance(self, row: int) -> None:
        """Let the market move on to the close of `row`; rows between are run as well.

        Raises: InvalidOption for a row that is past or outside the panel, or after `finish`.
        """
        if not self.row < row < self._bars or self._closed:
            raise self._no_such_row(row)
        self.row = row

    def intend(self, weights: Floats) -> None:
        """Decide target weights at the close of the current row; they meet the market on the next one.

        Shape: N, one weight an instrument, NaN leaves it as it is. A second word on a row replaces the first.
        Raises: InvalidOption for a wrong shape, an infinite weight, or before the first bar.
        """
        self._queue(weights, in_shares=False)

    def submit(self, *instructions: Instruction) -> tuple[int, ...]:
        """Say something about single orders at the close of the current row; returns the tickets given.

        What was said before stays said: a bracket has the tickets of its entry, its target and its stop.
        Raises: InvalidOption and UnknownName for what cannot be traded, or before the first bar.
        """
        if self.row < 0 or self._closed:
            raise InvalidOption("An order outside the session's bars.", "Advance to a bar first.")
        said = self._books.said
        return tuple(ticket for one in instructions for ticket in said.say(self.row, one))

    def intend_shares(self, shares: Floats) -> None:
        """Decide target positions in shares, signed, instead of weights; otherwise as `intend`."""
        self._queue(shares, in_shares=True)

    @property
    def cash_usd(self) -> float:
        """Cash at the current row's close; proceeds of short sales are part of it."""
        return self._seen(1)

    @property
    def equity_usd(self) -> float:
        """Equity at the current row's close: cash + long - short."""
        return self._seen(0)

    @property
    def positions(self) -> Floats:
        """Shares held at the current row's close, signed, as a copy."""
        self._catch_up()
        return self._books.assets["qty"].copy()

    @property
    def working_orders(self) -> tuple[OrderStatus, ...]:
        """The submitted orders that have not ended at this row's close, those on their way included."""
        self._catch_up()
        return self._books.working_orders()

    def finish(self) -> Outcome:
        """Close the session at the current row and report; liquidates first where the account says so."""
        if not self._closed:
            self._catch_up()
            self._books.account["liquidates"] = self._account.liquidate_at_end
            self._books.run(self.row + 1)
            self._closed = True
        return self._books.outcome()

    def _seen(self, column: int) -> float:
        """One number of the current row, once the loop has caught up."""
        if self.row < 0:
            return self._account.capital_usd
        if self._ran <= self.row:
            self._catch_up()
        return float(self._books.path[column].item(self.row))

    def _catch_up(self) -> None:
        """Run every bar up to the current row; what was decided on that row waits for the next."""
        if self._ran > self.row:
            return
        books = self._books
        if self._queued:  # most looks find nothing new to say, and writing a record costs as much as running
            books.account["decision"] = 0
            books.table["decisions"] = self._queued
        if books.said.said != books.table["said"][0]:
            books.listen()
        books.run(self.row + 1)
        self._ran = self.row + 1
        if self._queued:
            self._drop_met()

    def _drop_met(self) -> None:
        """Forget the targets that met the market; at most the current row's are left."""
        rows, targets = self._books.targets
        waiting = self._spoke == self.row
        if waiting:
            rows[0], targets[0] = self.row, targets[self._queued - 1]
        self._queued = int(waiting)
        self._books.account["decision"] = 0
        self._books.table["decisions"] = self._queued

    def _queue(self, targets: Floats, in_shares: bool) -> None:
        """Keep targets until the loop reaches the next row."""
        if self.row < 0 or self._closed:
            raise InvalidOption("A decision outside the session's bars.", "Advance to a bar first.")
        rows, queue = self._books.targets
        wish = np.asarray(targets, dtype=np.float64)
        if wish.shape != self._shape:
            mend = f"Give {self._shape[0]} numbers, one for each symbol, NaN to leave a position as it is."
            raise InvalidOption(f"Targets of shape {wish.shape} at row {self.row}.", mend)
        check_weights(wish[None, :], [self.row], self._books.panel.symbols)
        # The loop reads one unit at a time, and the queue has an end: let it catch up first.
        if self._queued == len(rows) or self._in_shares != in_shares:
            self._catch_up()
            self._books.account["in_shares"] = self._in_shares = in_shares
        if self._spoke != self.row:
            self._queued += 1
        rows[self._queued - 1] = self._spoke = self.row
        queue[self._queued - 1] = wish

    def _no_such_row(self, row: int) -> InvalidOption:
        """The error for a row that cannot come next."""
        if self._closed:
            return InvalidOption(f"Row {row} after the session was finished.", "Open a new Session.")
        return InvalidOption(
            f"Row {row} after row {self.row} of a panel of {self._bars} rows.",
            f"Advance to a row from {self.row + 1} to {self._bars - 1}.",
        )
