"""Fills: none before its decision could be known, none at a price its bar could not have given.

Each rule is one sentence about one fill and its bar; what a bar cannot tell is decided against the order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tradewright.causality.certificate import ChannelVerdict
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Verdict,
)

# A price printed to this share of itself is the same price.
SAME_PRICE = 1e-9


@dataclass(frozen=True)
class AuditedBar:
    """The bar a fill happened in: prices in dollars, volume in shares, known at `closes_at`, ns UTC."""

    opens_at: int
    closes_at: int
    open: float
    high: float
    low: float
    close: float
    volume: float = float("nan")


@dataclass(frozen=True)
class AuditedFill:
    """One fill as a backtest reports it; instants in ns UTC, prices in dollars.

    `side` is 1 for a purchase and -1 for a sale; `kind` "market", "limit" or "stop", with its `limit_usd` or
    `stop_usd`. `group` is set where two orders exclude each other, such as a stop and a target.
    """

    order_id: str
    side: int
    kind: str
    decided_at: int
    filled_at: int
    quantity: float
    price_usd: float
    bar: int
    limit_usd: float = float("nan")
    stop_usd: float = float("nan")
    other_stop_usd: float = float("nan")


@dataclass(frozen=True)
class FillRules:
    """What holds for fills: `latency_ns` after the decision, at most `participation` of a bar's volume.

    `fills_at_close` are kinds that may be filled in the bar in which they are decided, after the decision.
    """

    latency_ns: int = 0
    participation: float = 1.0


def audit_fills(
    fills: Sequence[AuditedFill], bars: Sequence[AuditedBar], rules: FillRules | None = None
) -> tuple[ChannelVerdict, ...]:
    """Each rule over all fills: the first fill that breaks it, or that none was seen to.

    A rule about something that the fills do not have (limits, volume) is not assessed.
    """
    rules = rules or FillRules()
    told = []
    for name, (concerns, broken) in RULES.items():
        asked = [fill for fill in fills if concerns(fill, bars[fill.bar])]
        guilty = next((fill for fill in asked if broken(fill, bars[fill.bar], rules)), None)
        told.append(ChannelVerdict(name, _verdict(name, guilty, len(asked))))
    return tuple(told)


def _verdict(name: str, guilty: AuditedFill | None, asked: int) -> Verdict:
    if guilty is not None:
        return DependsOnFuture(
            guilty.bar,
            name,
            0,
            Stage.FILLS,
            source=f"order {guilty.order_id}",
            after=f"{guilty.price_usd:.6g}",
        )
    if not asked:
        return NotAssessed(f"no fill that '{name}' speaks of")
    return NoDependenceObserved(AuditLevel.C2, f"all {asked:,} fills it speaks of")


def _too_early(fill: AuditedFill, bar: AuditedBar, rules: FillRules) -> bool:
    return fill.filled_at <= fill.decided_at or fill.filled_at < fill.decided_at + rules.latency_ns


def _outside_its_bar(fill: AuditedFill, bar: AuditedBar, rules: FillRules) -> bool:
    low, high = bar.low * (1 - SAME_PRICE), bar.high * (1 + SAME_PRICE)
    better = fill.price_usd < low if fill.side > 0 else fill.price_usd > high
    return better or not bar.opens_at <= fill.filled_at <= bar.closes_at


def _better_than_its_limit(fill: AuditedFill, bar: AuditedBar, rules: FillRules) -> bool:
    """A resting limit gives its own price, or the open where that gaps through it in the order's favour."""
    fair = min(fill.limit_usd, bar.open) if fill.side > 0 else max(fill.limit_usd, bar.open)
    return fill.side * (fair - fill.price_usd) > SAME_PRICE * abs(fair)


def _better_than_a_gap(fill: AuditedFill, bar: AuditedBar, rules: FillRules) -> bool:
    """A stop jumped by a gap gives the open, not its trigger."""
    fair = max(fill.stop_usd, bar.open) if fill.side > 0 else min(fill.stop_usd, bar.open)
    return fill.side * (fair - fill.price_usd) > SAME_PRICE * abs(fair)


def _larger_than_its_share(fill: AuditedFill, bar: AuditedBar, rules: FillRules) -> bool:
    return abs(fill.quantity) > rules.participation * bar.volume * (1 + SAME_PRICE)


def _resolved_favourably(fill: AuditedFill, bar: AuditedBar, rules: FillRules) -> bool:
    """The bar touched the stop too, and nothing in it says the target came first."""
    stop_touched = bar.low <= fill.other_stop_usd if fill.side < 0 else bar.high >= fill.other_stop_usd
    opened_beyond = fill.side * (fill.limit_usd - bar.open) >= 0
    return stop_touched and not opened_beyond


Concerns = Callable[[AuditedFill, AuditedBar], bool]
Broken = Callable[[AuditedFill, AuditedBar, FillRules], bool]

RULES: Mapping[str, tuple[Concerns, Broken]] = {
    "filled after its decision": (lambda fill, bar: True, _too_early),
    "priced inside its bar": (lambda fill, bar: True, _outside_its_bar),
    "no better than its limit": (lambda fill, bar: fill.kind == "limit", _better_than_its_limit),
    "no better than a gap": (lambda fill, bar: fill.kind == "stop", _better_than_a_gap),
    "within the bar's volume": (lambda fill, bar: bar.volume == bar.volume, _larger_than_its_share),
    "stop and target in one bar": (
        lambda fill, bar: fill.kind == "limit" and fill.other_stop_usd == fill.other_stop_usd,
        _resolved_favourably,
    ),
}
