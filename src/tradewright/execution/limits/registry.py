"""Finds a risk profile by its name, and fits one to a simulation."""

from dataclasses import replace

from tradewright.execution.limits.aggressive import AGGRESSIVE
from tradewright.execution.limits.balanced import BALANCED
from tradewright.execution.limits.conservative import CONSERVATIVE
from tradewright.execution.limits.contract import FREE, Limits
from tradewright.execution.limits.live import LIVE_1, LIVE_2, LIVE_3
from tradewright.execution.limits.research import NEEDS, RESEARCH
from tradewright.values.errors import unknown_name

PROFILES = {one.name: one for one in (CONSERVATIVE, BALANCED, AGGRESSIVE, RESEARCH, LIVE_1, LIVE_2, LIVE_3)}
LIVE_DEFAULT, RESEARCH_DEFAULT = CONSERVATIVE.name, RESEARCH.name

# What bars cannot tell: a simulation says that it left these out instead of making facts up.
NOT_SIMULATED = {
    **{name: 0 for name in NEEDS if name != "needs_kill_switch"},
    "max_price_age_s": FREE,
    "collar_sigma": FREE,
    "max_sector_share": FREE,
    "max_orders_1s": FREE,
    "max_orders_30s": FREE,
    "max_cancels_1s": FREE,
    "max_cancels_30s": FREE,
    "max_order_to_trade": FREE,  # all orders of one close come before any of them can trade
    "max_duplicates": FREE,
    "max_repeats": FREE,
    "max_model_age_s": FREE,
    "max_features_age_s": FREE,
    "max_clock_skew_ms": FREE,
    "max_heartbeat_age_s": FREE,
}


def find(name: str) -> Limits:
    """The limits of that name.

    Raises: UnknownName with the nearest name that exists.
    """
    if name not in PROFILES:
        raise unknown_name(name, "risk profile", PROFILES)
    return PROFILES[name]


def simulated(limits: Limits) -> tuple[Limits, tuple[str, ...]]:
    """The limits as a simulation on bars can hold them, and the names of those it must leave out."""
    held = replace(limits, **NOT_SIMULATED)  # type: ignore[arg-type]  # numbers alone: `name` is not in it
    left_out = tuple(name for name in NOT_SIMULATED if getattr(limits, name) != getattr(held, name))
    return held, left_out
