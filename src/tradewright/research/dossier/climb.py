"""What the page says of the way to real money, and of parameters that were moved: plain values."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Blocker:
    """One gate that a stage asks for and this run does not answer with yes."""

    name: str
    reason: str
    way_out: str


@dataclass(frozen=True)
class Rung:
    """One stage of the ladder: how many of its own gates this run's evidence passes, and what is in the way.

    `approvals` is how many named people must say yes to the step.
    """

    stage: str
    gates: int
    passed: int
    approvals: int
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True)
class Moved:
    """The reported parameters with one moved by a share of itself.

    Units: `sharpe` a year, NaN for none; `own` is that of the reported parameters on the same bars.
    """

    parameter: str
    moved: float
    value: float
    own: float
    sharpe: float = math.nan
    is_cliff: bool = False
    is_same: bool = False
