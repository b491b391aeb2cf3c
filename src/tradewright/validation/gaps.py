"""Overnight gaps: how often the price opened away from its last close, and what that did to stops."""

from dataclasses import dataclass

import numpy as np

from tradewright.values.panel import DIVIDEND, SPIN_OFF, SPLIT, Floats, Panel

GAP, LARGE_GAP = 0.005, 0.02
STOP_DISTANCES = (0.01, 0.02, 0.05)


@dataclass(frozen=True)
class GapStatistics:
    """Nights of one panel, or of those on which a position was held.

    `nights` had a close before and an open after; `gaps` moved by at least 0.5 %, `large` by more than 2 %,
    of which `large_against` went against the position (where none is given: down). Units: moves as shares
    of the close before, dividends and splits taken out; `worst` is the most adverse one.
    """

    nights: int
    gaps: int
    large: int
    large_against: int
    mean_gap: float
    worst: float


@dataclass(frozen=True)
class JumpedStops:
    """What gaps do to stops set `distance` away from the last close on every night.

    `jumped` opened beyond the stop. Units: `mean_cost` and `worst_cost` are how far beyond, as shares of the
    close before: what the stop did not protect from. NaN where none was jumped.
    """

    distance: float
    nights: int
    jumped: int
    mean_cost: float
    worst_cost: float


def overnight_returns(panel: Panel) -> Floats:
    """From each close to the next open, as a holder saw it: what the morning's actions did is put back.

    Splits, dividends and spin-offs, these at the open of the new company. Shape: T x N; row t is the night
    before row t, NaN where a price of it is not known, that of a new company among them, and on the first
    row. A panel without opens has no nights.
    """
    before, opened = panel.close[:-1], panel.open[1:].copy()
    actions = panel.actions[(panel.actions["row"] > 0) & (panel.actions["row"] < len(panel.instants))]
    for action in actions[np.argsort(actions["kind"], kind="stable")[::-1]]:
        # New companies and dividends are given per new share: they come back before the split multiplies.
        place = (action["row"] - 1, action["asset"])
        if action["kind"] == SPIN_OFF:
            price = panel.open[action["row"], action["other"]]
            opened[place] += action["value"] * (price if price > 0.0 else np.nan)
        elif action["kind"] == DIVIDEND:
            opened[place] += action["value"]
        elif action["kind"] == SPLIT:
            opened[place] *= action["value"]
    known = (before > 0.0) & (panel.open[1:] > 0.0)
    moves = np.full(panel.shape, np.nan)
    moves[1:][known] = opened[known] / before[known] - 1.0
    return moves


def gap_statistics(moves: Floats, held: Floats | None = None) -> GapStatistics:
    """Count the nights' gaps; `held` keeps those over which a position was carried.

    Shape: both are T x N; the sign of `held[t]` is that of the position over the night before row t.
    """
    seen = _as_held(moves, held)
    size = np.abs(seen)
    wide = size >= GAP
    return GapStatistics(
        nights=len(seen),
        gaps=int(np.count_nonzero(wide)),
        large=int(np.count_nonzero(size > LARGE_GAP)),
        large_against=int(np.count_nonzero(seen < -LARGE_GAP)),
        mean_gap=float(np.mean(size[wide])) if wide.any() else float("nan"),
        worst=float(np.min(seen)) if len(seen) else float("nan"),
    )


def jumped_stops(moves: Floats, distance: float, held: Floats | None = None) -> JumpedStops:
    """How often, and by how much, the open lay beyond a stop this far from the last close."""
    seen = _as_held(moves, held)
    beyond = -seen[seen < -distance] - distance
    none = float("nan")
    mean, worst = (float(np.mean(beyond)), float(np.max(beyond))) if len(beyond) else (none, none)
    return JumpedStops(distance, len(seen), len(beyond), mean, worst)


def _as_held(moves: Floats, held: Floats | None) -> Floats:
    """Known moves as their holder felt them: a short position is hurt by a rise."""
    felt = moves if held is None else moves * np.sign(held)
    keep = np.isfinite(moves) if held is None else np.isfinite(moves) & (held != 0.0)
    return felt[keep]
