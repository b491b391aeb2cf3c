"""What happened to an account that changes what every figure means: said before the figures are."""

import numpy as np

from tradewright.research.dossier.wording import counted
from tradewright.research.plan import Plan
from tradewright.research.result import StudyResult
from tradewright.values.instant import date_of
from tradewright.values.outcome import WORKING

# Weights that add up to the limit but for rounding are within it.
ROUNDING = 1e-9
MOST_NAMED = 5


def cautions_on(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """Whole sentences on the headline's account: it was ruined, or got less than its strategy asked for."""
    return (*_ruin(plan, result), *_above_gross(plan, result), *_never_filled(plan, result))


def _ruin(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    row = result.headline.outcome.ruined_row
    if row < 0:
        return ()
    day = date_of(int(plan.panel.instants[row]))
    return (f"The account was ruined on {day}: its equity fell to zero or below.",)


def _above_gross(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """Decisions whose weights alone are more than the account allows; names left alone count as none."""
    limit, decisions = plan.options.account.max_gross, result.headline.decisions
    asked = np.nansum(np.abs(decisions.weights), axis=1)
    above = asked > limit * (1.0 + ROUNDING)
    if not above.any():
        return ()
    day = date_of(int(plan.panel.instants[decisions.rows[above][0]]))
    whose = f"{counted(int(above.sum()), 'decision')} of {len(asked):,}"
    return (
        f"{whose} asked for more than the account may hold: up to {asked.max():.4g} times equity, first on "
        f"{day}, where max_gross allows {limit:g}. Fills were cut to that, so this is not what the strategy "
        "wanted: lower its weights, or raise max_gross.",
    )


def _never_filled(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """Orders for names with closes only among others with opens: they wait for an open that never comes."""
    panel, orders = plan.panel, result.headline.outcome.orders
    if panel.is_close_only:
        return ()
    working = orders["asset"][orders["state"] == WORKING].tolist()
    waiting = sorted(
        {panel.symbols[asset] for asset in working if not np.isfinite(panel.open[:, asset]).any()}
    )
    if not waiting:
        return ()
    named = ", ".join(waiting[:MOST_NAMED]) + (", ..." if len(waiting) > MOST_NAMED else "")
    it_has = "it has" if len(waiting) == 1 else "they have"
    return (
        f"{counted(len(waiting), 'name')} ({named}) never traded: {it_has} closes only, others have "
        "opens, and orders fill at the open. Study close-only series by themselves, or give their opens.",
    )
