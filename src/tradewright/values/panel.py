"""Prices of many instruments over many sessions, with the corporate actions that fall between."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradewright.values.currency import USD, Quotes
from tradewright.values.dated_forecasts import DatedForecasts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SPLIT, DIVIDEND, DELISTING, SPIN_OFF, MERGER, RENAME = 1, 2, 3, 4, 5, 6
ACTION_NAMES = {
    SPLIT: "split",
    DIVIDEND: "dividend",
    DELISTING: "delisting",
    SPIN_OFF: "spin_off",
    MERGER: "merger",
    RENAME: "rename",
}

# One corporate action, placed on the first row whose session it precedes: it acts before that row's open.
# SPLIT: value = new shares for one old share. DIVIDEND: value = dollars a share of that day, raw.
# DELISTING: value = share of the last known close that holders receive (1.0 = all of it, 0.0 = nothing).
# SPIN_OFF: value = shares of the new company for one held. MERGER: value = shares of the other company for
# one held, which is gone; 0 where cash alone is paid. RENAME: all shares go on under the other name.
action_dtype = np.dtype(
    [("row", np.int64), ("asset", np.int64), ("kind", np.int64), ("value", np.float64)], align=True
)

# The same with what only some kinds have: `other`, the company whose shares are given (-1: none), `cash_usd`
# a share of a merger, and `pay_row` of a dividend, which is due from its row on and paid then; 0: at once.
event_dtype = np.dtype(
    [
        ("row", np.int64), ("asset", np.int64), ("kind", np.int64), ("value", np.float64),
        ("other", np.int64), ("cash_usd", np.float64), ("pay_row", np.int64),
    ],
    align=True,
)  # fmt: skip


# What is known of borrowing an instrument, from before the open of its first row on: whether shares are to be
# had, and the fee, a year's as a share of their value.
borrow_dtype = np.dtype(
    [("row", np.int64), ("asset", np.int64), ("available", np.int64), ("rate", np.float64)], align=True
)


def one_currency() -> Floats:
    """No rates: every price is in the panel's own currency."""
    return np.zeros((0, 0))


def no_borrows() -> NDArray[np.void]:
    """Nothing on file about borrowing: all can be had at the profile's rate."""
    return np.zeros(0, dtype=borrow_dtype)


@dataclass(frozen=True, eq=False)
class Panel:
    """Raw bars of N instruments over T sessions, known row by row.

    Shape: `open`, `high`, `low`, `close`, `volume` are T x N, C order, read-only; NaN where nothing is known.
    Units: dollars as traded (never adjusted), volume in shares, `instants` and `opens_at` in ns UTC.
    Known at: row t at `instants[t]`, its session's close. An order decided there meets row t + 1 or later.
    A close-only series has NaN in every open, high, low and volume. `actions` may be given as `action_dtype`;
    they are kept as `event_dtype`. `quotes` says in which currency each instrument is quoted, where not all
    are in `currency`; a panel told in one currency (data/currency.py) has its `rates`, T x N. `forecasts`
    stand beside prices where models were asked; none is known later than its row.
    """

    instants: Ints
    opens_at: Ints
    symbols: tuple[str, ...]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    actions: NDArray[np.void]
    borrows: NDArray[np.void] = field(default_factory=no_borrows)
    currency: str = USD
    quotes: Quotes = field(default_factory=Quotes)
    rates: Floats = field(default_factory=one_currency)
    forecasts: DatedForecasts | None = None

    def __post_init__(self) -> None:
        """Refuse arrays whose shapes or order disagree, then freeze them."""
        shape = (len(self.instants), len(self.symbols))
        for name in ("open", "high", "low", "close", "volume"):
            column = getattr(self, name)
            if column.shape != shape:
                raise ValueError(f"{name} has shape {column.shape}; instants and symbols give {shape}")
            if not column.flags.c_contiguous:
                raise ValueError(f"{name} is not in C order")
        if len(self.instants) > 1 and not bool(np.all(np.diff(self.instants) > 0)):
            raise ValueError("instants must rise strictly")
        object.__setattr__(self, "actions", events_of(self.actions))
        if not bool(np.all(np.diff(self.actions["row"]) >= 0)):
            raise ValueError("actions must be sorted by row")
        if not bool(np.all(np.diff(self.borrows["row"]) >= 0)):
            raise ValueError("borrows must be sorted by row")
        if self.quotes.currencies and len(self.quotes.currencies) != len(self.symbols):
            raise ValueError("quotes name another number of currencies than there are symbols")
        if len(self.rates) and self.rates.shape != shape:
            raise ValueError(f"rates have shape {self.rates.shape}; instants and symbols give {shape}")
        self._refuse_late_forecasts()
        frozen = (self.instants, self.opens_at, self.actions, self.borrows, self.rates, *self.columns())
        for array in frozen:
            array.flags.writeable = False

    def _refuse_late_forecasts(self) -> None:
        """A forecast that became known after its row is no fact of that row."""
        if self.forecasts is None:
            return
        if self.forecasts.mean.shape[:2] != self.shape:
            raise ValueError(
                f"forecasts have shape {self.forecasts.mean.shape}; rows and symbols {self.shape}"
            )
        if bool(np.any(self.forecasts.known_at > self.instants)):
            raise ValueError("a forecast was known later than the row it stands at")

    def columns(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Open, high, low, close and volume, in this order."""
        return self.open, self.high, self.low, self.close, self.volume

    @property
    def shape(self) -> tuple[int, int]:
        """Sessions and instruments."""
        return len(self.instants), len(self.symbols)

    @property
    def is_foreign(self) -> NDArray[np.bool_]:
        """N: which instruments are quoted in another currency than the panel is told in."""
        own = self.quotes.currencies or (self.currency,) * len(self.symbols)
        return np.array([code != self.currency for code in own], dtype=bool)

    @property
    def is_close_only(self) -> bool:
        """True where no open is known at all: such a series fills at the next close."""
        return bool(np.isnan(self.open).all())

    def rows(self, start: int, stop: int) -> "Panel":
        """The panel cut to rows start (in) to stop (out), its actions moved along."""
        inside = (self.actions["row"] >= start) & (self.actions["row"] < stop)
        actions = self.actions[inside].copy()
        is_later = actions["pay_row"] > actions["row"]
        actions["row"] -= start
        actions["pay_row"] = np.where(is_later, actions["pay_row"] - start, 0)
        opened, high, low, close, volume = (column[start:stop].copy() for column in self.columns())
        instants, opens_at = self.instants[start:stop].copy(), self.opens_at[start:stop].copy()
        borrows = self.borrows[self.borrows["row"] < stop].copy()
        borrows["row"] = np.maximum(borrows["row"] - start, 0)  # what was known before still holds
        rates = self.rates[start:stop].copy() if len(self.rates) else self.rates
        return Panel(
            *(instants, opens_at, self.symbols, opened, high, low, close, volume, actions, borrows),
            *(self.currency, self.quotes, rates),
            None if self.forecasts is None else self.forecasts.rows(start, stop),
        )


def events_of(actions: NDArray[np.void]) -> NDArray[np.void]:
    """Corporate actions with every term; those given in short name no other company and no later day."""
    if actions.dtype == event_dtype:
        return actions
    events = np.zeros(len(actions), dtype=event_dtype)
    for name in ("row", "asset", "kind", "value"):
        events[name] = actions[name]
    events["other"] = -1
    return events


def no_actions() -> NDArray[np.void]:
    """An empty list of corporate actions."""
    return np.zeros(0, dtype=action_dtype)


def panel_of_closes(instants: Ints, symbols: tuple[str, ...], close: Floats) -> Panel:
    """A close-only panel: open, high, low and volume stay unknown."""
    close = np.ascontiguousarray(close, dtype=np.float64)
    opened, high, low, volume = (np.full(close.shape, np.nan) for _ in range(4))
    return Panel(instants.copy(), instants.copy(), symbols, opened, high, low, close, volume, no_actions())
