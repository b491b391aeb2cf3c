"""Corporate actions that turn shares of one company into those of another, as happenings of an account."""

import numpy as np

from tradewright.values.outcome import CASH_IN_LIEU, Outcome
from tradewright.values.panel import MERGER, RENAME, SPIN_OFF, SPLIT, Panel

# Row, place within the row (0 splits, 1 flows, 2 fills), instrument, word, numbers.
Happening = tuple[int, float, int, str, tuple[float, ...]]


def shares_given(panel: Panel, outcome: Outcome) -> tuple[list[Happening], set[tuple[int, int, int]]]:
    """Each spin-off, merger and rename, and the flows (row, instrument, kind) that are counted in it.

    Numbers: the other company, its shares and their price for one held, cash for one held, whether the held
    ones are gone, cash in lieu of a fraction, and whether there was any.
    """
    lieu = {(row, asset): usd for row, asset, kind, usd in outcome.flows.tolist() if kind == CASH_IN_LIEU}
    actions = panel.actions
    splits = {(one["row"], one["asset"]) for one in actions[actions["kind"] == SPLIT]}
    found: list[Happening] = []
    counted: set[tuple[int, int, int]] = set()
    for action in actions[np.isin(actions["kind"], (SPIN_OFF, MERGER, RENAME))]:
        row, other, kind = int(action["row"]), int(action["other"]), int(action["kind"])
        place = (row, other)
        ratio, cash = (1.0, 0.0) if kind == RENAME else (float(action["value"]), float(action["cash_usd"]))
        is_parted = place in lieu and place not in splits
        if is_parted:
            counted.add((row, other, CASH_IN_LIEU))
        numbers = (
            float(other), ratio, _price_of(panel, place), 0.0 if kind == SPIN_OFF else cash,
            float(kind != SPIN_OFF), lieu[place] if is_parted else 0.0, float(is_parted),
        )  # fmt: skip
        found.append((row, 0.5, int(action["asset"]), "given", numbers))
    return found, counted


def _price_of(panel: Panel, place: tuple[int, int]) -> float:
    """The last close before a row, else what prints on it, else nothing."""
    row, asset = place
    if asset < 0:
        return 0.0
    known = np.flatnonzero(np.isfinite(panel.close[:row, asset]))
    if len(known):
        return float(panel.close[known[-1], asset])
    price = panel.close[row, asset] if panel.is_close_only else panel.open[row, asset]
    return float(price) if np.isfinite(price) else 0.0
