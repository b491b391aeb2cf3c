"""An option as a contract: a right to buy or to sell at a strike until an expiry."""

from dataclasses import dataclass
from enum import Enum
from math import isfinite

from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.instant import DAYS_PER_YEAR, NS_PER_DAY, Instant, date_of


class Right(Enum):
    """What the holder may do. The right owns its sign, so that no formula is written twice."""

    CALL = 1
    PUT = -1

    @property
    def sign(self) -> int:
        """+1 for the right to buy, -1 for the right to sell."""
        return self.value

    @classmethod
    def of(cls, text: str) -> "Right":
        """The right that a word names: call, put, C or P, in any case.

        Raises: UnknownName for another word.
        """
        found = {"call": cls.CALL, "c": cls.CALL, "put": cls.PUT, "p": cls.PUT}.get(text.strip().casefold())
        if found is None:
            raise unknown_name(text, "right", ("call", "put"))
        return found


class Exercise(Enum):
    """When the holder may use the right: at expiry alone, or at any time until then."""

    EUROPEAN = "european"
    AMERICAN = "american"


@dataclass(frozen=True)
class OptionContract:
    """A listed option: what it is written on, its right, strike and expiry.

    Units: `strike` in the currency of the underlying; `multiplier` units of the underlying a contract.
    Raises: InvalidOption for a strike or multiplier that is not positive.
    """

    underlying: str
    right: Right
    strike: float
    expires_at: Instant
    exercise: Exercise = Exercise.EUROPEAN
    multiplier: float = 100.0

    def __post_init__(self) -> None:
        """Refuse what could not be a contract."""
        for name in ("strike", "multiplier"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0.0):
                raise InvalidOption(f"{name} = {value:g}.", "Give a positive number.")

    def years_at(self, instant: Instant) -> float:
        """Years of 365 days left until expiry.

        Raises: InvalidOption when it has expired by then.
        """
        left = self.expires_at - instant
        if left < 0:
            raise InvalidOption(
                f"The option expired on {date_of(self.expires_at)}, before {date_of(instant)}.",
                "Give an expiry that is still to come, or an earlier day to look from.",
            )
        return left / NS_PER_DAY / DAYS_PER_YEAR
