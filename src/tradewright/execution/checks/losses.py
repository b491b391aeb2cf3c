"""Check 15: has the account lost enough? And how far soft limits scale orders down before that."""

import math

from tradewright.execution.checks.contract import YES, Book, Refusal, Request, refused, unknown
from tradewright.execution.limits.contract import FREE, Limits

_WAY_OUT = "Reduce only; a person releases the switch after its cool-down."


def losses(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The kill switch has not tripped, and no loss or drawdown has reached its limit."""
    if limits.needs_kill_switch and book.kill_latched != 0:
        if book.kill_latched == YES:
            return refused(15, "a switch at rest", "the kill switch has tripped", _WAY_OUT)
        return unknown(15, "the kill switch's state", "Restore it; it is taken as tripped until then.")
    if not has_lost(book):
        return None
    for name, start, limit in measured(book, limits):
        if limit == FREE:
            continue
        lost = lost_share(book.equity_usd, start)
        if lost != lost:
            return unknown(15, f"the {name}", "Reconcile equity with the broker.")
        if lost >= limit:
            return refused(15, f"less than {limit:.2%}", f"a {name} of {lost:.2%}", _WAY_OUT)
    return None


def has_lost(book: Book) -> bool:
    """False where equity is known to stand at or above every value that losses are measured from.

    Most orders are asked for on such a book: this spares them eight divisions. Infinite is not known.
    """
    equity = book.equity_usd
    if not math.isfinite(equity):
        return True
    at_top = equity >= book.peak_usd > 0.0 and equity >= book.session_peak_usd > 0.0
    return not (at_top and equity >= book.day_start_usd > 0.0 and equity >= book.rolling_start_usd > 0.0)


def lost_share(equity_usd: float, start_usd: float) -> float:
    """What of a starting value is gone; negative is a gain, NaN where either is unknown."""
    return 1.0 - equity_usd / start_usd if start_usd > 0.0 and equity_usd < math.inf else math.nan


def scale(book: Book, limits: Limits) -> float:
    """The share of an opening order that soft limits leave: 1 far from a loss limit, 0 at it.

    Between `soft_share` of a limit and the limit it falls in a straight line; of several the smallest counts.
    An unknown loss scales nothing: the check refuses it.
    """
    left = 1.0
    if not has_lost(book):
        return left
    for _, start, limit in measured(book, limits):
        lost = lost_share(book.equity_usd, start)
        if lost > limits.soft_share * limit and limits.soft_share < 1.0:
            soft = limits.soft_share * limit
            left = min(left, max((limit - lost) / (limit - soft), 0.0))
    return left


def measured(book: Book, limits: Limits) -> tuple[tuple[str, float, float], ...]:
    """Each loss: its name, the value it is measured from and its limit."""
    return (
        ("loss since the session began", book.day_start_usd, limits.max_day_loss),
        ("loss of the rolling sessions", book.rolling_start_usd, limits.max_rolling_loss),
        ("fall from the session's peak", book.session_peak_usd, limits.max_session_drawdown),
        ("drawdown", book.peak_usd, limits.max_drawdown),
    )
