"""What holders receive in shares, told as if it were cash: for views that follow one instrument by itself."""

import numpy as np
from numpy.typing import NDArray

from tradewright.values.panel import DELISTING, DIVIDEND, MERGER, RENAME, SPIN_OFF, Panel


def in_cash(panel: Panel) -> NDArray[np.void]:
    """The panel's actions with spin-offs as dividends, mergers and renames as delistings.

    Known at: each row by the closes up to it. Shares of a company that has no close by then count as nothing
    in a spin-off, and as the last price of what they replace in a merger or a rename.
    """
    actions = panel.actions
    gives = np.isin(actions["kind"], (SPIN_OFF, MERGER, RENAME))
    if not gives.any():
        return actions
    told = actions.copy()
    for number in np.flatnonzero(gives):
        action = told[number]
        row, ratio, cash = int(action["row"]), float(action["value"]), float(action["cash_usd"])
        if action["kind"] == SPIN_OFF:
            action["kind"], action["value"] = DIVIDEND, ratio * _last_close(panel, row, int(action["other"]))
            continue
        before = _last_close(panel, row - 1, int(action["asset"]))
        other = _last_close(panel, row - 1, int(action["other"])) if action["other"] >= 0 else 0.0
        share = (cash + ratio * other) / before if before > 0.0 and (other > 0.0 or ratio == 0.0) else 1.0
        action["kind"], action["value"] = DELISTING, 1.0 if actions[number]["kind"] == RENAME else share
    return told


def _last_close(panel: Panel, row: int, asset: int) -> float:
    """The last close known at a row; 0 where there is none."""
    known = np.flatnonzero(np.isfinite(panel.close[: row + 1, asset]))
    return float(panel.close[known[-1], asset]) if len(known) else 0.0
