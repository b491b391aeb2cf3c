"""The stages that a candidate climbs, one at a time, and the two outside the climb."""

import math
from enum import Enum

from tradewright.execution.limits.registry import LIVE_DEFAULT
from tradewright.values.errors import unknown_name

CAPITAL_USD = {"live-1": 1_000.0, "live-2": 5_000.0, "live-3": 25_000.0, "full": math.inf}


class Stage(Enum):
    """Where a candidate stands. `halted` keeps it from trading; `retired` is for good."""

    IDEA = "idea"
    REGISTERED = "registered"
    BACKTESTED = "backtested"
    SELECTED = "selected"
    SEALED_HOLDOUT = "sealed-holdout"
    PAPER = "paper"
    SHADOW = "shadow"
    LIVE_1 = "live-1"
    LIVE_2 = "live-2"
    LIVE_3 = "live-3"
    FULL = "full"
    HALTED = "halted"
    RETIRED = "retired"

    @property
    def is_rung(self) -> bool:
        """Whether this stage is part of the climb."""
        return self in RUNGS

    @property
    def height(self) -> int:
        """How many stages lie below; -1 outside the climb."""
        return RUNGS.index(self) if self in RUNGS else -1

    @property
    def has_money(self) -> bool:
        """Whether real money may be at risk."""
        return self.height >= Stage.LIVE_1.height

    @property
    def limits(self) -> str:
        """The risk profile its orders are held against; empty where no real order may be sent."""
        return LIVE_DEFAULT if self is Stage.FULL else self.value if self.has_money else ""

    @property
    def capital_usd(self) -> float:
        """What all its positions may be worth; 0 where no real order may be sent, infinite at the top."""
        return CAPITAL_USD.get(self.value, 0.0)


RUNGS = tuple(stage for stage in Stage if stage not in (Stage.HALTED, Stage.RETIRED))
# Who was halted begins again here at most: what stopped it has to be seen not to happen.
HIGHEST_AFTER_HALT = Stage.PAPER


def stage_named(name: str) -> Stage:
    """The stage of that name.

    Raises: UnknownName with the nearest one.
    """
    try:
        return Stage(name)
    except ValueError:
        raise unknown_name(name, "stage of the ladder", [stage.value for stage in Stage]) from None


def rungs_to(stage: Stage) -> tuple[Stage, ...]:
    """Every stage of the climb up to this one, lowest first; the idea itself asks nothing."""
    return RUNGS[1 : stage.height + 1]
