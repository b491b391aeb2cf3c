"""What an account held at every close, read back from its fills."""

import numpy as np

from tradewright.values.outcome import Outcome
from tradewright.values.panel import DELISTING, SPLIT, Floats, Panel

# Shares left over by rounding count as none below this part of the largest position.
FLAT_SHARE = 1e-9


def held_shares(panel: Panel, outcome: Outcome) -> Floats:
    """Shares held after each row's close, signed, on the basis of that row.

    Shape: T x N. A split's fraction that was paid out in cash is still counted; what was delisted is gone.
    """
    basis = _basis(panel)
    return np.asarray(_held_first(panel, outcome, basis) * basis)


def held_weights(panel: Panel, outcome: Outcome) -> Floats:
    """Value of each position over equity at each close; T x N, NaN where no equity is left.

    A position whose price stopped counts at its last one.
    """
    basis = _basis(panel)
    known = panel.close > 0.0
    row = np.maximum.accumulate(np.where(known, np.arange(panel.shape[0])[:, None], 0), axis=0)
    marks = np.nan_to_num(np.take_along_axis(panel.close * basis, row, axis=0))
    equity = np.where(outcome.equity_usd > 0.0, outcome.equity_usd, np.nan)
    return np.asarray(_held_first(panel, outcome, basis) * marks / equity[:, None])


def _basis(panel: Panel) -> Floats:
    """What one share of the first row has become at each row; T x N."""
    ratios = np.ones(panel.shape)
    splits = panel.actions[panel.actions["kind"] == SPLIT]
    splits = splits[(splits["row"] >= 0) & (splits["row"] < panel.shape[0])]
    np.multiply.at(ratios, (splits["row"], splits["asset"]), splits["value"])
    return np.asarray(np.cumprod(ratios, axis=0))


def _held_first(panel: Panel, outcome: Outcome, basis: Floats) -> Floats:
    """Shares held after each row's close, all on the basis of the first row."""
    traded, fills = np.zeros(panel.shape), outcome.fills
    place = (fills["row"], fills["asset"])
    np.add.at(traded, place, fills["qty"] / basis[place])
    held = np.cumsum(traded, axis=0)
    for action in panel.actions[panel.actions["kind"] == DELISTING].tolist():
        held[max(action[0], 0) :, action[1]] = 0.0
    held[np.abs(held) <= FLAT_SHARE * np.abs(held).max(axis=0, initial=0.0)] = 0.0
    return np.asarray(held)
