"""What was said about single orders, as the records that both kernels read."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.order import Amend, Bracket, Cancel, Instruction, OneCancelsOther, Order, OrderType
from tradewright.values.panel import Panel

SUBMIT, AMEND, CANCEL = 0, 1, 2
FOR_EVER = np.iinfo(np.int64).max

# The terms of an order, one record a ticket. `entry` is the ticket an exit waits for, `sibling` the one that
# loses what this one fills, -1 for none; a price that the type does not have is NaN; a trail is dollars or a
# share of the price.
ticket_dtype = np.dtype(
    [
        ("asset", np.int64), ("type", np.int64), ("time_in_force", np.int64), ("good_till", np.int64),
        ("reduce_only", np.int64), ("entry", np.int64), ("sibling", np.int64),
        ("qty", np.float64), ("limit", np.float64), ("stop", np.float64),
        ("trail_usd", np.float64), ("trail_share", np.float64),
    ],
    align=True,
)  # fmt: skip

# One word, said at the close of `row`; `qty`, `limit` and `stop` are an amendment's, NaN leaves them.
word_dtype = np.dtype(
    [
        ("row", np.int64), ("kind", np.int64), ("ticket", np.int64),
        ("qty", np.float64), ("limit", np.float64), ("stop", np.float64),
    ],
    align=True,
)  # fmt: skip


class Instructions:
    """The words of one run in the order they were said; tickets are handed out from zero on.

    Invariant: `words` and `tickets` are full up to `said` and `submitted`; either array may be replaced by a
    longer one when something is said.
    """

    __slots__ = ("_places", "said", "submitted", "symbols", "tags", "tickets", "words")

    def __init__(self, symbols: tuple[str, ...], room: int = 64) -> None:
        """Nothing was said yet about orders of these symbols."""
        self.symbols = symbols
        self._places = {symbol: place for place, symbol in enumerate(symbols)}
        self.tickets: NDArray[Any] = np.zeros(room, dtype=ticket_dtype)
        self.words: NDArray[Any] = np.zeros(room, dtype=word_dtype)
        self.said = self.submitted = 0
        self.tags: dict[int, str] = {}  # only of orders that have one

    def say(self, row: int, instruction: Instruction) -> tuple[int, ...]:
        """Take down one instruction of the close of `row`; returns the tickets of the orders it submits.

        A bracket's tickets are those of its entry, its target and its stop.
        Raises: UnknownName for a symbol that is not in the panel; InvalidOption for a ticket that was never
        given, an amendment that does not fit its order, or a word said after later ones.
        """
        if self.said and row < self.words[self.said - 1]["row"]:
            raise InvalidOption(
                f"A word of row {row} after one of row {self.words[self.said - 1]['row']}.",
                "Say them in the order of their rows.",
            )
        if isinstance(instruction, Order):
            return (self._submit(row, instruction, (-1, -1)),)
        if isinstance(instruction, Bracket):
            return self._submit_bracket(row, instruction)
        if isinstance(instruction, OneCancelsOther):
            first = self.submitted
            self._submit(row, instruction.first, (-1, first + 1))
            self._submit(row, instruction.second, (-1, first))
            return first, first + 1
        if isinstance(instruction, Amend | Cancel):
            self._change(row, instruction)
            return ()
        raise InvalidOption(
            f"{type(instruction).__name__} is no instruction.",
            "Give an Order, Bracket, OneCancelsOther, Amend or Cancel.",
        )

    def _submit_bracket(self, row: int, bracket: Bracket) -> tuple[int, ...]:
        """The entry first; its exits point to it and to each other."""
        entry, exits = self.submitted, bracket.exits
        self._submit(row, bracket.entry, (-1, -1))
        for number, order in enumerate(exits):
            other = entry + 2 - number if len(exits) == 2 else -1
            self._submit(row, order, (entry, other), reduce_only=True)
        return tuple(range(entry, self.submitted))

    def _submit(self, row: int, order: Order, links: tuple[int, int], reduce_only: bool = False) -> int:
        """Write an order's terms and the word that submits it."""
        place = self._places.get(order.symbol)
        if place is None:
            raise unknown_name(order.symbol, "symbol of this panel", self.symbols)
        ticket = self.submitted
        if ticket == len(self.tickets):
            self.tickets = _longer(self.tickets)
        percent = order.trail_percent
        self.tickets[ticket] = (
            place, order.type, order.time_in_force,
            FOR_EVER if order.good_till is None else order.good_till,
            order.reduce_only or reduce_only, *links, order.qty,
            _number(order.limit_usd), _number(order.stop_usd),
            _number(order.trail_usd), np.nan if percent is None else percent * 0.01,
        )  # fmt: skip
        if order.tag:
            self.tags[ticket] = order.tag
        self.submitted += 1
        self._write((row, SUBMIT, ticket, np.nan, np.nan, np.nan))
        return ticket

    def _change(self, row: int, word: Amend | Cancel) -> None:
        """Write an amendment or a cancellation."""
        if word.ticket >= self.submitted:
            given = (
                f"Tickets 0 to {self.submitted - 1} were given." if self.submitted else "None was given yet."
            )
            raise InvalidOption(f"Ticket {word.ticket} was never given.", given)
        if isinstance(word, Cancel):
            self._write((row, CANCEL, word.ticket, np.nan, np.nan, np.nan))
            return
        self._check_amendment(word)
        wanted = (_number(word.qty), _number(word.limit_usd), _number(word.stop_usd))
        self._write((row, AMEND, word.ticket, *wanted))

    def _check_amendment(self, word: Amend) -> None:
        """Refuse a price the order does not have, another side, and a size that follows from elsewhere."""
        terms = self.tickets[word.ticket]
        name = f"Amend ticket {word.ticket}, a {OrderType(int(terms['type'])).words} order"
        for price, given in (("limit", word.limit_usd), ("stop", word.stop_usd)):
            if given is not None and np.isnan(terms[price]):
                raise InvalidOption(f"{name}: it has no {price}_usd.", "Cancel it and submit another order.")
        if word.qty is None:
            return
        if word.qty * terms["qty"] < 0.0:
            raise InvalidOption(
                f"{name}: qty = {word.qty:g} turns its side.", "Cancel it and submit another order."
            )
        if terms["entry"] >= 0 or terms["sibling"] >= 0:
            raise InvalidOption(
                f"{name}: its size is that of the orders it is tied to.", "Amend its prices, or cancel it."
            )

    def _write(self, word: tuple[float, ...]) -> None:
        """Append a word."""
        if self.said == len(self.words):
            self.words = _longer(self.words)
        self.words[self.said] = word
        self.said += 1


def instructions_of(panel: Panel, said: Iterable[tuple[int, Instruction]]) -> Instructions:
    """Everything that is said over a period, each with the row at whose close it was decided."""
    found = Instructions(panel.symbols)
    for row, instruction in said:
        if not 0 <= row < len(panel.instants):
            raise InvalidOption(
                f"An instruction at row {row} of a panel of {len(panel.instants)} rows.",
                f"Give rows 0 to {len(panel.instants) - 1}.",
            )
        found.say(row, instruction)
    return found


def _number(price: float | None) -> float:
    """NaN where there is none."""
    return np.nan if price is None else price


def _longer(records: NDArray[Any]) -> NDArray[Any]:
    """The same records with twice the room."""
    longer = np.zeros(max(2 * len(records), 64), dtype=records.dtype)
    longer[: len(records)] = records
    return longer
