"""Three ways to read a bar that does not say what happened first."""

from dataclasses import asdict, dataclass
from enum import IntEnum


class Reading(IntEnum):
    """How an open question inside a bar is answered. A run reports `BASE`; the other two are its band.

    | question | pessimistic | base | optimistic |
    |---|---|---|---|
    | stop and target in one bar | the stop | the stop | the target |
    | a limit price met, not passed | no fill | no fill, or the profile's share of the queue | a fill |
    | the price of a stop met inside a bar | slips towards the bar's worst | the stop's | the stop's |
    | a trail met only if the best price came first | met at the bar's worst | met at its stop | not met |
    | the best price that a trail saw in its entry's bar | the close | the close | the bar's best |
    | an exit whose entry filled inside the same bar | its stop is met | its stop is met | its target is met |
    | a volume that is not known | no fill | no fill | a fill |
    """

    PESSIMISTIC = -1
    BASE = 0
    OPTIMISTIC = 1


@dataclass(frozen=True)
class Span:
    """One figure in the three readings."""

    pessimistic: float
    base: float
    optimistic: float

    @property
    def values(self) -> tuple[float, float, float]:
        """Pessimistic, base, optimistic."""
        return self.pessimistic, self.base, self.optimistic

    @property
    def low(self) -> float:
        """The least of the three: a run that is read against itself may still end higher by luck."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The most of the three."""
        return max(self.values)

    @property
    def is_open(self) -> bool:
        """True where the readings differ."""
        return self.low < self.high


@dataclass(frozen=True)
class Band:
    """What a run's result would be, however its bars are read.

    Units: dollars; return and drawdown as shares of the capital and of the peak.
    """

    final_equity_usd: Span
    total_return: Span
    max_drawdown: Span

    @property
    def sign_depends(self) -> bool:
        """True where money is made in one reading and lost in another: the bars cannot tell which."""
        return self.total_return.low < 0.0 < self.total_return.high

    def plain(self) -> dict[str, object]:
        """As a summary keeps it."""
        return {**asdict(self), "sign_depends": self.sign_depends}
