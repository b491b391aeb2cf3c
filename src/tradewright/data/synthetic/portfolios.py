"""The portfolios whose true Sharpe ratio a made market tells: weights from scores known at each close."""

from dataclasses import dataclass

import numpy as np

from tradewright.data.synthetic.edges import Mask
from tradewright.values.panel import Floats, Ints

# Monthly portfolios hold this share of the scored names at either end.
TOP_SHARE = 0.2

# The name of each portfolio and what it is, in words; `weights_of` builds them in this order.
DEFINITIONS = {
    "reference": (
        "long and short every scored name in proportion to its score, gross exposure 1 (half long, half "
        "short), rebalanced at every close and held to the next"
    ),
    "long_short_monthly": (
        "long the fifth of names with the highest scores and short the fifth with the lowest, each name "
        "alike, gross exposure 1; chosen at the first close of a month, in force from the following close, "
        "weights kept constant until the next month's"
    ),
    "long_only_monthly": (
        "long the fifth of names with the highest scores, each name alike, gross exposure 1; chosen and kept "
        "as the monthly long-short portfolio"
    ),
    "equal_weight": "long every listed name alike, gross exposure 1, rebalanced at every close",
}


@dataclass(frozen=True, eq=False)
class Scoreboard:
    """What a portfolio is chosen from, at each close.

    Shape: `scores` T x R x N; `scored` and `listed` T x N; `month_starts` the rows on which months begin.
    """

    scores: Floats
    scored: Mask
    listed: Mask
    month_starts: Ints


def weights_of(portfolio: str, board: Scoreboard) -> Floats:
    """Weights of a named portfolio, in force from each row's close to the next.

    Shape: T x R x N. Known at: row t at its close.
    """
    if portfolio == "reference":
        return _normalised(board.scores)
    if portfolio == "equal_weight":
        return _normalised(np.broadcast_to(board.listed[:, None, :], board.scores.shape).astype(np.float64))
    return _kept(board, short_too=portfolio == "long_short_monthly")


def _kept(board: Scoreboard, short_too: bool) -> Floats:
    """The choice of the latest month start before each row, less the names that are gone since."""
    choices = _extremes(board, short_too)
    latest = np.searchsorted(board.month_starts, np.arange(len(board.scores)), side="left") - 1
    kept: Floats = np.where((latest >= 0)[:, None, None], choices[np.maximum(latest, 0)], 0.0)
    kept *= board.listed[:, None, :]
    return kept


def _extremes(board: Scoreboard, short_too: bool) -> Floats:
    """M x R x N: equal weights on the best names of each month start, and on the worst as shorts."""
    scored = np.broadcast_to(board.scored[board.month_starts][:, None, :], _taken_shape(board))
    scores = np.where(scored, board.scores[board.month_starts], np.nan)
    # NaN sorts last: places 0 .. count - 1 are the scored names from worst to best.
    place = np.argsort(np.argsort(scores, axis=-1, kind="stable"), axis=-1, kind="stable")
    count = scored.sum(axis=-1, keepdims=True)
    held = np.maximum((TOP_SHARE * count).astype(np.int64), 1)
    best = ((place >= count - held) & scored).astype(np.float64)
    if not short_too:
        return _normalised(best)
    return _normalised(best - ((place < held) & scored))


def _taken_shape(board: Scoreboard) -> tuple[int, int, int]:
    return len(board.month_starts), board.scores.shape[1], board.scores.shape[2]


def _normalised(weights: Floats) -> Floats:
    """Weights scaled to gross exposure 1 where there are any."""
    gross = np.abs(weights).sum(axis=-1, keepdims=True)
    scaled: Floats = np.divide(weights, gross, out=np.zeros_like(weights), where=gross > 0)
    return scaled
