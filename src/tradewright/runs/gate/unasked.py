"""What a gate would have been asked where none stood: the same decisions, and all of them have passed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.runs.gate.plain import COUNTS, INPUTS, decision_dtype
from tradewright.values.decisions import Decisions
from tradewright.values.instructions import CANCEL, SUBMIT, Instructions, instructions_of
from tradewright.values.outcome import (
    FORCED,
    NO_VOLUME,
    NOTHING_TO_REDUCE,
    REJECTED,
    STOOD_DOWN,
    TOO_LATE,
    UNSETTLED,
    Outcome,
)
from tradewright.values.panel import Panel

# What befalls words that were let in: orders wait and work on, or end; a cancellation finds its order gone.
AFTERWARDS = (UNSETTLED, STOOD_DOWN, NOTHING_TO_REDUCE, NO_VOLUME, TOO_LATE)


class Unasked(NamedTuple):
    """The market of a run, and by how many bars a word is late."""

    panel: Panel
    latency_bars: float


def unasked(met: Unasked, decisions: Decisions, outcome: Outcome) -> NDArray[np.void]:
    """One line (`decision_dtype`) for every decision that the market took, in the order of their rows."""
    words = instructions_of(met.panel, decisions.said)
    terms = words.tickets[: words.submitted]
    told = outcome.refusals[~np.isin(outcome.refusals["reason"], AFTERWARDS)]
    refused = set(told[["row", "asset"]].tolist())
    last_row = len(met.panel.instants) - 1
    orders = outcome.orders[_decided(outcome, terms, refused, last_row)]
    amended = _amended(words, refused, last_row - met.latency_bars)
    log = np.zeros(len(orders) + len(amended), dtype=decision_dtype)
    for name in INPUTS:
        log[name] = np.nan
    for name in COUNTS:
        log[name] = -1
    log["limit_usd"] = log["stop_usd"] = np.nan
    ticket = np.concatenate([orders["ticket"], amended["ticket"]])
    said, own = ticket >= 0, terms[ticket[ticket >= 0]]
    log["kind"][said], log["limit_usd"][said], log["stop_usd"][said] = own["type"], own["limit"], own["stop"]
    log["row"] = np.concatenate([orders["row"], amended["row"]])
    log["asset"][: len(orders)], log["qty"][: len(orders)] = orders["asset"], orders["qty"]
    # An order's line has the size that splits and amendments made of it; asked for was what was said.
    sized = np.flatnonzero(said[: len(orders)])
    wished = own["qty"][: len(sized)]
    is_whole = np.trunc(wished) == orders["qty"][sized]
    log["qty"][sized] = np.where(is_whole, orders["qty"][sized], wished)
    changed, terms = log[len(orders) :], terms[amended["ticket"]]
    changed["asset"] = terms["asset"]
    for name, column in (("qty", "qty"), ("limit", "limit_usd"), ("stop", "stop_usd")):
        changed[column] = np.where(np.isnan(amended[name]), terms[name], amended[name])
    changed["is_cancel"] = amended["kind"] == CANCEL
    shrinks = _shrinks(amended, terms)
    changed["is_exit"] = (amended["kind"] != CANCEL) & ((terms["reduce_only"] == 1) | shrinks)
    changed["limit_usd"][shrinks] = changed["stop_usd"][shrinks] = np.nan
    log["is_exit"][sized] = own["reduce_only"][: len(sized)]
    log["admitted"] = log["qty"]
    return log[np.argsort(log["row"], kind="stable")]


def _decided(
    outcome: Outcome, terms: NDArray[np.void], refused: set[tuple[int, int]], last_row: int
) -> NDArray[np.bool_]:
    """The orders that somebody decided on and that the market took.

    The exits of a bracket come with it; a margin call and the last sale of a run are no decision.
    """
    orders, ticket = outcome.orders, outcome.orders["ticket"]
    submitted = ticket >= 0
    kept = submitted | (ticket != FORCED) & (orders["row"] < last_row)
    for place in np.flatnonzero(submitted).tolist():
        where = (int(orders["row"][place]), int(orders["asset"][place]))
        turned_down = orders["state"][place] == REJECTED and where in refused
        kept[place] = not (turned_down or terms["entry"][ticket[place]] >= 0)
    return np.asarray(kept)


def _shrinks(amended: NDArray[np.void], terms: NDArray[np.void]) -> NDArray[np.bool_]:
    """True for an amendment of size alone that makes its order no larger than the words before left it."""
    found, sizes = np.zeros(len(amended), dtype=np.bool_), dict[int, float]()
    for place, (word, own) in enumerate(zip(amended, terms, strict=True)):
        qty, before = abs(float(word["qty"])), sizes.get(int(word["ticket"]), abs(float(own["qty"])))
        if word["kind"] == CANCEL or np.isnan(qty):
            continue
        found[place] = qty <= before and np.isnan(word["limit"]) and np.isnan(word["stop"])
        sizes[int(word["ticket"])] = qty
    return found


def _amended(words: Instructions, refused: set[tuple[int, int]], before: float) -> NDArray[np.void]:
    """The amendments and cancellations that arrived and found their order at work."""
    said, terms = words.words[: words.said], words.tickets
    kept = (said["kind"] != SUBMIT) & (said["row"] < before)
    for place in np.flatnonzero(kept).tolist():
        own = terms[said["ticket"][place]]
        where = (int(said["row"][place]), int(own["asset"]))
        kept[place] = where not in refused
    found: NDArray[np.void] = said[kept]
    return found
