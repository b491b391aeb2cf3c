"""What a study lets one expect live: its Sharpe ratio, shrunk for the choice, and the days to confirm it."""

import math

import numpy as np

from tradewright.validation.after_selection import METHOD, Expected, expected_after
from tradewright.validation.figure import Figure, Interval, fact, figure, not_evaluated
from tradewright.values.panel import Floats

LIVE, CONFIRM = "Sharpe ratio a year to expect live", "Days of trading to confirm it"
DAYS_HOW = "until an edge of this size stands out at 5 %, one-sided, in four records of five"


def expected_figures(excess: Floats, bars_per_year: float) -> tuple[Figure, ...]:
    """The expected ratio with its 90 % interval, and the bars of live trading that would confirm it.

    Shape: `excess` is T x N above cash and after costs, the reported configuration first, then all others of
    the study, its neighbours, and comparable tries of earlier studies. One that was ruined is left
    out: it was not chosen.
    """
    bars, unit = len(excess), "ratio a year"
    known = np.asarray(np.isfinite(excess).all(axis=0), dtype=np.bool_)
    if not known[0]:
        reason = "the account was ruined, or its equity is unknown"
        return not_evaluated(LIVE, unit, bars, reason), not_evaluated(CONFIRM, "bars", bars, reason)
    try:
        found = expected_after(np.ascontiguousarray(excess[:, known]), 0)
    except ValueError as error:
        return not_evaluated(LIVE, unit, bars, str(error)), not_evaluated(CONFIRM, "bars", bars, str(error))
    scale = math.sqrt(bars_per_year)
    inside = Interval(scale * found.low, scale * found.high, found.level, _how(found), 1.0, 0)
    live = figure(LIVE, scale * found.value, unit, bars).within(inside)
    needed = found.bars_to_confirm()
    if not math.isfinite(needed):
        reason = "nothing above zero is to be expected: no length of live trading would confirm it"
        return live, not_evaluated(CONFIRM, "bars", bars, reason)
    return live, fact(figure(CONFIRM, float(math.ceil(needed)), "bars", bars), DAYS_HOW)


def _how(found: Expected) -> str:
    if found.was_best:
        return METHOD
    if found.candidates == 1:
        return "tried alone: nothing to shrink for"
    return f"not the best of its search: holds for all {found.candidates} configurations at once"
