"""Adjusted views of raw prices as of a given row, so that a later split never changes an earlier signal.

An adjusted price is a way of looking at returns, never a price anybody paid: orders fill at raw prices.
Two columns carry everything (T rows, N instruments), both built forward from the first known close on:

    shares[t]   what one first share has become by row t through splits
    units[t]    the same with each dividend reinvested at the close of its day, so growth = units * close
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tradewright.data.consideration import in_cash
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT, Floats, Ints, Panel


@dataclass(frozen=True, eq=False)
class AdjustedBars:
    """Bars with splits and dividends taken out of the returns, as seen from the last row.

    Shape: rows 0 to `as_of_row` of the panel, by N instruments.
    Units: prices in dollars of the last row's share; volume in the last row's shares (splits only).
    Known at: `instants[-1]`. An earlier row's value changes with the row it is looked at from: for use as a
    feature take returns or ratios of it, which do not change.
    """

    instants: Ints
    symbols: tuple[str, ...]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def growth_index(panel: Panel) -> Floats:
    """What one share grows to with dividends reinvested at the close of the day they are paid.

    Shape: T x N. Starts at the first known close, NaN before it, carried through missing rows and after a
    delisting. growth[t] = growth[t-1] * split * (close[t] + dividend) / close[t-1].
    Known at: row t uses rows up to t alone, to the last bit, so it never changes when more rows come.
    """
    return _growth(_traded(panel), in_cash(panel))[0]


def held_value(panel: Panel) -> Floats:
    """What one share bought at the first known close is worth, dividends kept as idle cash.

    Shape: T x N, NaN before the first known close. This is what the kernel books for a position that is
    bought once and held: splits change the shares, dividends the cash.
    Known at: row t uses rows up to t alone.
    """
    close = _traded(panel)
    shares = _shares(close, in_cash(panel))
    worth = _carried(close * shares)
    for act in _of_kind(in_cash(panel), DELISTING):
        if act["row"] > 0:
            worth[act["row"] :, act["asset"]] = worth[act["row"] - 1, act["asset"]] * act["value"]
    paid = np.zeros(close.shape)
    dividends = _after_first_close(_of_kind(in_cash(panel), DIVIDEND), close)
    where = dividends["row"], dividends["asset"]
    np.add.at(paid, where, dividends["value"] * shares[where])
    return worth + np.cumsum(paid, axis=0)


def adjusted_closes(panel: Panel, as_of_row: int) -> Floats:
    """Closes adjusted for splits and dividends, as somebody standing at `as_of_row` would draw them.

    Shape: (as_of_row + 1) x N. The last row equals the raw close (or the last known one, carried).
    Known at: the close of `as_of_row`; no later row is read.
    """
    seen = panel.rows(0, as_of_row + 1)
    growth, units, _ = _growth(_traded(seen), in_cash(seen))
    return cast(Floats, growth / units[-1])


def adjusted_bars(panel: Panel, as_of_row: int) -> AdjustedBars:
    """Open, high, low, close and volume adjusted as of a row.

    Shape: (as_of_row + 1) x N each. A missing bar stays missing: unlike `adjusted_closes` nothing is carried.
    Known at: the close of `as_of_row`; no later row is read.
    """
    seen = panel.rows(0, as_of_row + 1)
    _, units, shares = _growth(_traded(seen), in_cash(seen))
    factor, to_last_share = units / units[-1], shares[-1] / shares
    for act in _of_kind(in_cash(seen), DELISTING):
        factor[act["row"] :, act["asset"]] = np.nan
    opened, high, low, close, volume = seen.columns()
    return AdjustedBars(
        seen.instants, seen.symbols, opened * factor, high * factor, low * factor, close * factor,
        volume * to_last_share,
    )  # fmt: skip


def forward_bars(panel: Panel) -> AdjustedBars:
    """Open, high, low, close and volume adjusted forward: in units of the share at its first known close.

    Shape: T x N each. Where the close is known it equals the growth index; a missing bar stays missing, and
    nothing is left from a delisting on. Volume is in those first shares, splits only.
    Known at: row t uses rows up to t alone, to the last bit, so no later event changes it.
    """
    opened, high, low, close, volume = panel.columns()
    if len(panel.actions):
        traded = _traded(panel)
        _, units, shares = _growth(traded, in_cash(panel))
        for act in _of_kind(in_cash(panel), DELISTING):
            units[act["row"] :, act["asset"]] = np.nan
        opened, high, low = opened * units, high * units, low * units
        close, volume = traded * units, volume / shares
    return AdjustedBars(panel.instants, panel.symbols, opened, high, low, close, volume)


def total_return(panel: Panel, first_row: int, last_row: int) -> Floats:
    """Growth of money from the close of one row to the close of another, dividends reinvested.

    Shape: N. Units: fraction, 0.1 is 10 %. NaN where nothing was known at `first_row`.
    """
    closes = adjusted_closes(panel, last_row)
    return cast(Floats, closes[last_row] / closes[first_row] - 1.0)


def _growth(close: Floats, actions: NDArray[np.void]) -> tuple[Floats, Floats, Floats]:
    """T x N each: the growth index, the units behind it and the shares from splits alone."""
    shares = _shares(close, actions)
    dividends = _after_first_close(_of_kind(actions, DIVIDEND), close)
    units, pending = _reinvested(close, shares, dividends)
    growth = _carried(close * units)
    for act in _of_kind(actions, DELISTING):
        row, asset = int(act["row"]), int(act["asset"])
        if row > 0:
            owed = sum(amount for at, of, amount in pending if of == asset and at <= row)
            bought = units[row - 1, asset] / shares[row - 1, asset]
            growth[row:, asset] = growth[row - 1, asset] * act["value"] + owed * bought
    return growth, units, shares


def _shares(close: Floats, actions: NDArray[np.void]) -> Floats:
    """T x N: what one share held from the first known close has become, splits only."""
    splits = _after_first_close(_of_kind(actions, SPLIT), close)
    factor = np.ones(close.shape)
    if not len(splits):
        return factor
    np.multiply.at(factor, (splits["row"], splits["asset"]), splits["value"])
    return cast(Floats, np.cumprod(factor, axis=0))


def _reinvested(
    close: Floats, shares: Floats, dividends: NDArray[np.void]
) -> tuple[Floats, list[tuple[int, int, float]]]:
    """T x N: shares with each dividend reinvested at the next known close; and those that never met one."""
    pending: list[tuple[int, int, float]] = []
    if not len(dividends):
        return shares.copy(), pending
    bump = np.ones(close.shape)
    for act in dividends:
        row, asset = int(act["row"]), int(act["asset"])
        amount = float(act["value"] * shares[row, asset])
        at = row if not np.isnan(close[row, asset]) else _next_known(close[:, asset], row)
        if at < 0:
            pending.append((row, asset, amount))
        else:
            bump[at, asset] += amount / (shares[at, asset] * close[at, asset])
    return np.cumprod(bump, axis=0) * shares, pending


def _traded(panel: Panel) -> Floats:
    """T x N: raw closes, with nothing from a delisting on."""
    delistings = _of_kind(in_cash(panel), DELISTING)
    close = panel.close.copy() if len(delistings) else panel.close
    for act in delistings:
        close[act["row"] :, act["asset"]] = np.nan
    return close


def _after_first_close(acts: NDArray[np.void], close: Floats) -> NDArray[np.void]:
    """The actions that somebody who bought at the first known close lives through."""
    assets = np.unique(acts["asset"])
    first = np.full(close.shape[1], len(close))
    for asset in assets:
        known = ~np.isnan(close[:, asset])
        if known.any():
            first[asset] = int(np.argmax(known))
    return cast(NDArray[np.void], acts[acts["row"] > first[acts["asset"]]])


def _carried(values: Floats) -> Floats:
    """T x N: the last known value of each instrument up to each row; NaN before the first."""
    known = ~np.isnan(values)
    if known.all():
        return values
    rows = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], 0), axis=0)
    return np.take_along_axis(values, rows, axis=0)


def _next_known(column: Floats, row: int) -> int:
    """The first row from `row` on that holds a value, -1 where none does."""
    known = np.flatnonzero(~np.isnan(column[row:]))
    return row + int(known[0]) if len(known) else -1


def _of_kind(actions: NDArray[np.void], kind: int) -> NDArray[np.void]:
    """The actions of one kind, in their order."""
    return cast(NDArray[np.void], actions[actions["kind"] == kind])
