"""Stops that a run itself had at the market, and what gaps made of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tradewright.values.instructions import AMEND, Instructions, instructions_of
from tradewright.values.order import Instruction, OrderType
from tradewright.values.outcome import TRIGGERED, WORKING, Outcome
from tradewright.values.panel import SPLIT, Floats, Panel

_ROUNDING = 1e-9
_STOPS = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)


@dataclass(frozen=True)
class OwnStops:
    """Stop orders of a run that were set off, and those that an open jumped.

    Units: `mean_cost` and `worst_cost` are how far beyond the stop the open lay, as shares of the stop's
    price, NaN where none was jumped; `cost_usd` is that distance times the shares filled at that open.
    """

    set_off: int
    jumped: int
    mean_cost: float
    worst_cost: float
    cost_usd: float


def own_stops(
    panel: Panel, outcome: Outcome, said: Iterable[tuple[int, Instruction]], late_bars: int = 0
) -> OwnStops:
    """What became of every stop order that was said, trailing stops among them.

    A word is in force `late_bars` later than at the next open. A stop that is moved through the market is set
    off by that word, and no gap has jumped it.
    """
    run = _Run(panel, outcome, instructions_of(panel, said), late_bars)
    set_off = outcome.events[outcome.events["state"] == TRIGGERED]
    lost, dollars, count = [], 0.0, 0
    for row, ticket in zip(set_off["row"].tolist(), set_off["ticket"].tolist(), strict=True):
        terms = run.terms[ticket]
        if terms["type"] not in _STOPS:
            continue
        count += 1
        side, opened = float(np.sign(terms["qty"])), float(panel.open[row, terms["asset"]])
        stop = run.stop_before(row, ticket)
        if side * (opened - stop) > stop * _ROUNDING and not run.was_moved_on(row, ticket):
            lost.append(side * (opened - stop) / stop)
            dollars += side * (opened - stop) * run.filled_at(ticket, row, opened)
    none = float("nan")
    mean, worst = (float(np.mean(lost)), max(lost)) if lost else (none, none)
    return OwnStops(count, len(lost), mean, worst, dollars)


class _Run:
    """A run's records by ticket, read once."""

    def __init__(self, panel: Panel, outcome: Outcome, words: Instructions, late_bars: int) -> None:
        """Sort what was said and what came of it."""
        self._late_bars = late_bars
        refused = set(outcome.refusals[["row", "asset"]].tolist())
        self._panel, self.terms = panel, words.tickets[: words.submitted]
        self._splits: dict[int, Floats] = {}
        lines = {int(one["order_id"]): int(one["ticket"]) for one in outcome.orders if one["ticket"] >= 0}
        self._said = {int(one["ticket"]): int(one["row"]) for one in outcome.orders if one["ticket"] >= 0}
        self._fills: dict[int, list[np.void]] = {}
        for fill in outcome.fills:
            if int(fill["order_id"]) in lines:
                self._fills.setdefault(lines[int(fill["order_id"])], []).append(fill)
        self._moved: dict[int, list[tuple[int, float]]] = {}
        for word in words.words[: words.said]:
            where = (int(word["row"]), int(self.terms["asset"][word["ticket"]]))
            if word["kind"] == AMEND and word["stop"] > 0.0 and where not in refused:
                self._moved.setdefault(int(word["ticket"]), []).append(
                    (int(word["row"]), float(word["stop"]))
                )
        works = outcome.events[outcome.events["state"] == WORKING]
        self._works = dict(zip(works["ticket"].tolist(), works["row"].tolist(), strict=True))

    def filled_at(self, ticket: int, row: int, price: float) -> float:
        """Shares that an order filled at one print."""
        fills = self._fills.get(ticket, [])
        return float(sum(abs(one["qty"]) for one in fills if one["row"] == row and one["reference"] == price))

    def was_moved_on(self, row: int, ticket: int) -> bool:
        """True where an amendment of the stop came into force at this row's open."""
        return any(said + 1 + self._late_bars == row for said, _ in self._moved.get(ticket, []))

    def stop_before(self, row: int, ticket: int) -> float:
        """Where a stop stood before a row's open, in dollars of that row's shares."""
        terms, said = self.terms[ticket], self._said[ticket]
        splits = self._grown(int(terms["asset"]))
        if terms["type"] != OrderType.TRAILING_STOP:
            steps = [
                (said, float(terms["stop"])),
                *(one for one in self._moved.get(ticket, []) if one[0] + self._late_bars < row),
            ]
            at, stop = steps[-1]
            return float(stop * splits[at] / splits[row])
        side, best = float(np.sign(terms["qty"])), self._best_before(row, ticket) / splits[row]
        if terms["trail_share"] == terms["trail_share"]:
            return float(best * (1.0 + side * terms["trail_share"]))
        return float(best + side * terms["trail_usd"] * splits[said] / splits[row])

    def _best_before(self, row: int, ticket: int) -> float:
        """The best price that a trail has seen before a row, in dollars of the first row's shares."""
        terms, first, panel = self.terms[ticket], self._works[ticket], self._panel
        asset, side = int(terms["asset"]), float(np.sign(terms["qty"]))
        grown = self._grown(asset)
        seen = (panel.low if side > 0.0 else panel.high)[first:row, asset] * grown[first:row]
        begins = panel.close[first - 1, asset] * grown[first - 1]
        if terms["entry"] >= 0:
            begins = float(self._fills[int(terms["entry"])][0]["reference"]) * grown[first]
            if begins != panel.open[first, asset] * grown[first] and first < row:
                # Its entry filled inside the bar: of that bar only the close is known to lie behind it.
                seen[0] = panel.close[first, asset] * grown[first]
        return side * float(np.nanmin(np.concatenate([[begins], seen]) * side))

    def _grown(self, asset: int) -> Floats:
        """What one share of the first row has become at each row."""
        if asset not in self._splits:
            found = np.ones(len(self._panel.instants))
            for action in self._panel.actions:
                if action["kind"] == SPLIT and action["asset"] == asset and 0 <= action["row"] < len(found):
                    found[action["row"] :] *= action["value"]
            self._splits[asset] = found
        return self._splits[asset]
