"""What happened to an account that changes what every figure means: said before the figures are."""

import numpy as np

from tradewright.research.dossier.wording import counted
from tradewright.research.plan import Plan
from tradewright.research.result import StudyResult
from tradewright.values.balances import ALL, CONVERTED, NEVER, SHORTFALLS
from tradewright.values.currency import USD
from tradewright.values.instant import date_of
from tradewright.values.outcome import WORKING

# Weights that add up to the limit but for rounding are within it.
ROUNDING = 1e-9
MOST_NAMED = 5


def cautions_on(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """Whole sentences on the headline's account: it was ruined, or got less than its strategy asked for."""
    every = (_ruin, _called, _above_gross, _never_filled, _spread_unheard, _abroad)
    return tuple(words for one in every for words in one(plan, result))


def _ruin(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    row = result.headline.outcome.ruined_row
    if row < 0:
        return ()
    day = date_of(int(plan.panel.instants[row]))
    return (f"The account was ruined on {day}: its equity fell to zero or below.",)


def _called(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """Margin calls, and what the broker sold or bought back to meet them."""
    outcome = result.headline.outcome
    if not len(outcome.margin_calls):
        return ()
    first = date_of(int(plan.panel.instants[outcome.margin_calls["row"][0]]))
    forced = np.isin(outcome.fills["order_id"], outcome.forced_orders["order_id"])
    traded = float(np.sum(np.abs(outcome.fills["qty"] * outcome.fills["price"])[forced]))
    return (
        f"{counted(len(outcome.margin_calls), 'margin call')}, the first on {first}: the broker closed "
        f"positions of {traded:,.0f} $ at the opens that followed. From there on this is no longer what the "
        "strategy wanted; margin_calls.parquet holds each.",
    )


def _above_gross(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """Decisions whose weights alone are more than the account allows; names left alone count as none."""
    limit, decisions = plan.options.account.gross_limit, result.headline.decisions
    asked = np.nansum(np.abs(decisions.weights), axis=1)
    above = asked > limit * (1.0 + ROUNDING)
    if not above.any():
        return ()
    day = date_of(int(plan.panel.instants[decisions.rows[above][0]]))
    whose_limit = "max_gross" if limit == plan.options.account.max_gross else "the initial margin"
    whose = f"{counted(int(above.sum()), 'decision')} of {len(asked):,}"
    return (
        f"{whose} asked for more than the account may hold: up to {asked.max():.4g} times equity, first on "
        f"{day}, where {whose_limit} allows {limit:g}. Fills were cut to that, so this is not what the "
        f"strategy wanted: lower its weights, or raise {whose_limit}.",
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


def _spread_unheard(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """A flat spread that somebody chose, where the profile reckons spreads from volume and volatility."""
    chosen, profile = plan.options.execution.override, plan.profile
    is_heard = "spread_scale_bps" in chosen or profile.spread_scale_bps == 0.0
    if "half_spread_bps" not in chosen or is_heard or not np.isfinite(plan.panel.volume).any():
        return ()
    flat, named = profile.half_spread_bps, profile.name.partition(" ")[0]
    return (
        f"half_spread_bps = {flat:g} holds only for fills whose spread cannot be reckoned from volume and "
        f"volatility; profile {named} reckons all others. To have it everywhere, set spread_scale_bps = 0 "
        "beside it.",
    )


def _abroad(plan: Plan, result: StudyResult) -> tuple[str, ...]:
    """Amounts that are no dollars, and names whose prices were converted."""
    panel = plan.panel
    said = []
    if panel.currency != USD:
        said.append(f"every amount of this run is in {panel.currency}, whatever $ or usd stands beside it")
    names = [name for name, is_foreign in zip(panel.symbols, panel.is_foreign, strict=True) if is_foreign]
    if names:
        named = ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")
        said.append(
            f"prices of {counted(len(names), 'name')} ({named}) are told in {panel.currency} at the rate of "
            f"the day; {_changing(plan)}"
        )
    return (". ".join(one[0].upper() + one[1:] for one in said) + ".",) if said else ()


def _changing(plan: Plan) -> str:
    """What becomes of money in other currencies, and what changing it costs."""
    account, cost = plan.options.account, f"{plan.profile.conversion_bps:g} bp"
    if account.balances == CONVERTED:
        return f"changing the money costs {cost} of every fill and dividend"
    changed = "is never changed" if account.exchanges == NEVER else f"is changed at the close for {cost}"
    what = {
        NEVER: "money in another currency",
        SHORTFALLS: "what a balance lacks",
        ALL: "every other balance",
    }
    return f"balances are kept by currency, and {what[account.exchanges]} {changed}"
