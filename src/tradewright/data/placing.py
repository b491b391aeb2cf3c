"""Dated corporate actions on the rows of a panel."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.values.currency import USD, Quotes, rate_dtype
from tradewright.values.errors import BadInput
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.panel import ACTION_NAMES, DIVIDEND, MERGER, SPIN_OFF, Ints, borrow_dtype, event_dtype

KINDS = {name: kind for kind, name in ACTION_NAMES.items()}
# Facts about borrowing stand among the actions: from their date on, at this fee a year or not at all.
BORROW, NO_BORROW = "borrow", "no_borrow"
BORROWING = (BORROW, NO_BORROW)
# So do the currency that an instrument is quoted in (the code stands in `other`), and what one unit of a
# currency (`symbol`) was worth in another (`other`, dollars where empty) on a day.
CURRENCY, RATE = "currency", "rate"
QUOTING = (CURRENCY, RATE)


def place(actions: pl.DataFrame, columns: Sequence[str], days: Ints) -> NDArray[np.void]:
    """The corporate actions on the first row whose session is on or after their date, splits first.

    Shape: `days` is T, each row's day as days since 1970. Those dated before the first row or after the last
    have no row to act on. A dividend is paid on the first row on or after its pay date, else at once.
    Raises: BadInput for shares of an instrument that is not asked for and whose worth is not on file.
    """
    actions = actions.filter(~pl.col("kind").is_in((*BORROWING, *QUOTING)))
    if actions.is_empty() or not len(days):
        return np.zeros(0, dtype=event_dtype)
    dated = actions["ex_date"].cast(pl.Int32).to_numpy()
    placed = np.zeros(len(actions), dtype=event_dtype)
    placed["row"] = np.searchsorted(days, dated, side="left")
    placed["asset"] = _numbers(actions["symbol"], columns)
    placed["kind"] = actions["kind"].replace_strict(KINDS, return_dtype=pl.Int64).to_numpy()
    placed["value"] = actions["value"].to_numpy()
    placed["cash_usd"] = actions["cash"].fill_null(0.0).to_numpy()
    placed["other"] = _numbers(actions["other"].fill_null(""), columns)
    paid = actions["pay_date"].cast(pl.Int32).fill_null(0).to_numpy()
    placed["pay_row"] = np.where(paid > dated, np.searchsorted(days, paid, side="left"), 0)
    inside = (placed["row"] < len(days)) & (dated >= days[0])
    for number in np.flatnonzero(inside & (placed["other"] < 0)):
        placed[number] = _without_other(placed[number], actions.row(int(number), named=True))
    return np.sort(placed[inside], order=["row", "asset", "kind", "value"])


def place_borrows(actions: pl.DataFrame, columns: Sequence[str], days: Ints) -> NDArray[np.void]:
    """What is known of borrowing, on the first row whose session is on or after its date.

    What was said before the first row holds on it. Of facts of one day the one that bars the name stands.
    """
    facts = actions.filter(pl.col("kind").is_in(BORROWING)).sort("ex_date", maintain_order=True)
    placed = np.zeros(len(facts), dtype=borrow_dtype)
    if len(placed):
        placed["row"] = np.searchsorted(days, facts["ex_date"].cast(pl.Int32).to_numpy(), side="left")
        placed["asset"] = _numbers(facts["symbol"], columns)
        placed["available"] = (facts["kind"] == BORROW).to_numpy()
        placed["rate"] = facts["value"].to_numpy()
    return placed[placed["row"] < len(days)]


def quotes_of(facts: pl.DataFrame, columns: Sequence[str]) -> Quotes:
    """In which currency each column is quoted, and every rate on file.

    Shape: `facts` are actions with their terms, of the kind 'currency' all there are, whatever their date. A
    column that nothing is said of is quoted in dollars.
    Raises: BadInput for an instrument that is said to be quoted in two currencies.
    """
    said = facts.filter(pl.col("kind") == CURRENCY, pl.col("symbol").is_in(list(columns)))
    own: dict[str, str] = {}
    for symbol, code in zip(said["symbol"].to_list(), said["other"].to_list(), strict=True):
        if own.setdefault(symbol, code) != code:
            raise BadInput(
                f"{symbol} is said to be quoted in {own[symbol]} and in {code}.",
                "Keep one line of kind 'currency' for it; after a change give the new shares another symbol.",
            )
    rates = facts.filter(pl.col("kind") == RATE)
    placed = np.zeros(len(rates), dtype=rate_dtype)
    if len(rates):
        placed["known_at"], placed["rate"] = rates["known_at"].to_numpy(), rates["value"].to_numpy()
        placed["day_at"] = rates["ex_date"].cast(pl.Int32).to_numpy().astype(np.int64) * NS_PER_DAY
        placed["of"] = rates["symbol"].to_list()
        placed["priced_in"] = rates["other"].fill_null(USD).to_list()
    mixed = tuple(own.get(symbol, USD) for symbol in columns) if own else ()
    return Quotes(mixed, placed)


def _without_other(event: Any, fact: dict[str, Any]) -> Any:
    """An action whose other instrument is not in the panel, as the cash that its shares were worth."""
    gives = event["kind"] == SPIN_OFF or (event["kind"] == MERGER and event["value"] > 0.0)
    if not (gives or fact["kind"] == "rename"):
        return event
    if fact["kind"] == "rename" or not event["cash_usd"] > 0.0:
        raise BadInput(
            f"{fact['symbol']}'s {fact['kind']} of {fact['ex_date']} gives shares of '{fact['other']}', "
            "which is not among the instruments.",
            f"Add {fact['other']} to the symbols, or give the worth of one share in the column 'cash'.",
        )
    event = event.copy()
    event["kind"] = DIVIDEND if event["kind"] == SPIN_OFF else MERGER
    worth = float(event["value"] * event["cash_usd"])
    event["value"], event["cash_usd"] = (worth, 0.0) if event["kind"] == DIVIDEND else (0.0, worth)
    return event


def _numbers(symbols: pl.Series, columns: Sequence[str]) -> Ints:
    """The column number of each symbol, -1 for one that is not asked for."""
    known = list(columns)
    found = symbols.replace_strict(known, list(range(len(known))), default=-1, return_dtype=pl.Int64)
    return cast(Ints, found.to_numpy())
