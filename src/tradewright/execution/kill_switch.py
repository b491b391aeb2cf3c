"""The kill switch: on by default, and once it has tripped it stays so until a person releases it."""

from dataclasses import dataclass

from tradewright.execution.checks.contract import NO, NS_PER_S, YES, Book
from tradewright.execution.checks.losses import lost_share, measured
from tradewright.execution.limits.contract import FREE, Limits
from tradewright.values.errors import Blocked, InvalidOption
from tradewright.values.instant import iso_of

NEVER = -1


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """The latch. Units: `tripped_at` ns UTC, -1 where it has not tripped; `reason` says what tripped it.

    Source: kill functionality of RTS 6 (EU 2017/589), article 12; what cancels working orders is the driver.
    """

    tripped_at: int = NEVER
    reason: str = ""

    @property
    def is_latched(self) -> bool:
        """True where only bounded exits pass."""
        return self.tripped_at != NEVER

    @property
    def state(self) -> int:
        """The switch as a book of the gateway holds it."""
        return YES if self.is_latched else NO

    def trip(self, at: int, reason: str) -> "KillSwitch":
        """Stop everything but exits; a switch that has tripped keeps its first reason."""
        return self if self.is_latched else KillSwitch(at, reason)

    def watch(self, at: int, book: Book, limits: Limits) -> "KillSwitch":
        """Look at the account, whether or not anybody wants to trade, and trip on a loss at its limit.

        An unknown loss does not trip: it refuses every order for as long as it is unknown.
        """
        for name, start_usd, limit in measured(book, limits):
            lost = lost_share(book.equity_usd, start_usd)
            if limit != FREE and lost >= limit:
                return self.trip(at, f"{name} of {lost:.2%}; the limit is {limit:.2%}")
        return self

    def release(self, at: int, by: str, why: str, limits: Limits) -> "KillSwitch":
        """A person lets orders pass again.

        Raises: InvalidOption without a name and a reason; Blocked before the cool-down is over.
        """
        if not by.strip() or not why.strip():
            raise InvalidOption("a release without a name or a reason.", "Say who releases it, and why.")
        if not self.is_latched:
            return self
        free_at = self.tripped_at + int(limits.cooldown_min * 60.0 * NS_PER_S)
        if at < free_at:
            raise Blocked(
                f"the kill switch tripped at {iso_of(self.tripped_at)}: {self.reason}.",
                f"The cool-down of {limits.cooldown_min:g} min ends at {iso_of(free_at)}: release it then.",
            )
        return KillSwitch()
