"""A printed number and what it rests on: its sample, its interval, or the reason why there is none."""

import math
from dataclasses import dataclass, replace

FACT = "a fact of this path, no interval"


@dataclass(frozen=True)
class Interval:
    """Where the true value plausibly lies, and how that was found.

    Units: `low` and `high` as the figure's; `level` is the share of repeated samples that would cover the
    truth.
    """

    low: float
    high: float
    level: float
    method: str
    block_bars: float
    draws: int

    def __post_init__(self) -> None:
        """Refuse bounds that are not numbers or stand the wrong way round."""
        if not self.low <= self.high:
            raise ValueError(f"an interval from {self.low} to {self.high} is none")


@dataclass(frozen=True)
class Figure:
    """One number of a report; `value` is None where it could not be evaluated, and `reason` then says why.

    A value without an interval may say in `reason` why it has none.

    Units: named in `unit` (for instance "ratio a year", "share of equity", "usd"); `sample` counts
    observations.
    """

    name: str
    value: float | None
    unit: str
    sample: int
    interval: Interval | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse NaN dressed as a number, and silence about a missing one."""
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.name} = {self.value}: say why it is missing instead")
        if self.value is None and not self.reason:
            raise ValueError(f"{self.name} has neither a value nor a reason")

    @property
    def is_evaluated(self) -> bool:
        """Whether there is a number at all."""
        return self.value is not None

    def within(self, interval: Interval | None) -> "Figure":
        """The same figure with its interval; a figure without a value takes none."""
        return self if self.value is None else replace(self, interval=interval)


def not_evaluated(name: str, unit: str, sample: int, reason: str) -> Figure:
    """A figure that could not be computed, with the reason in words."""
    return Figure(name, None, unit, sample, None, reason)


def fact(found: Figure, why: str = FACT) -> Figure:
    """A figure that takes no interval and says why; most tell what happened and estimate nothing."""
    return found if found.value is None else replace(found, reason=why)


def figure(name: str, value: float, unit: str, sample: int, needs: int = 1) -> Figure:
    """A figure from a computed value: too few observations or a value that is no number become a reason."""
    if sample < needs:
        return not_evaluated(name, unit, sample, f"needs at least {needs} observations, has {sample}")
    if not math.isfinite(value):
        return not_evaluated(name, unit, sample, "the data do not determine it")
    # Adding zero turns -0.0, which reads as a loss, into 0.0.
    return Figure(name, float(value) + 0.0, unit, sample)
