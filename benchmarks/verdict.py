"""A case's bars: what must hold between the times of its contestants, and whether it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

MET, AIM, MISSED, OPEN, TOLD = "met", "met, aim reached", "NOT MET", "open", "information"


@dataclass(frozen=True)
class Bar:
    """Time of `over` divided by time of `under`, held against a limit.

    Of several names the fastest counts. An empty `over` stands for `work` (bars, say), an empty `under` for
    one: that makes rates and plain seconds. `at_most` says on which side of `limit` the figure must lie;
    without a limit the figure is told and not judged.
    """

    words: str
    over: tuple[str, ...]
    under: tuple[str, ...]
    limit: float | None
    at_most: bool
    aim: float | None = None
    work: float = 1.0
    unit: str = "x"


@dataclass(frozen=True)
class Judged:
    """A bar with its figure: the median over the rounds, and the lowest and highest round."""

    bar: Bar
    status: str
    reason: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None


def fastest(names: Sequence[str], times: Mapping[str, Sequence[float]]) -> str | None:
    """The contestant with the lowest median time, of those that ran."""
    ran = [name for name in names if times.get(name)]
    return min(ran, key=lambda name: median(times[name])) if ran else None


def judge(bar: Bar, times: Mapping[str, Sequence[float]], absent: Mapping[str, str]) -> Judged:
    """Hold a bar against the rounds. One whose contestants did not run stays open, with their reason."""
    over, under = fastest(bar.over, times), fastest(bar.under, times)
    missing = [names[0] for names, found in ((bar.over, over), (bar.under, under)) if names and not found]
    if missing:
        return Judged(bar, OPEN, f"{missing[0]}: {absent.get(missing[0], 'did not run')}")
    rounds = len(times[over or under or ""])
    top = times[over] if over else [bar.work] * rounds
    bottom = times[under] if under else [1.0] * rounds
    values = [a / b for a, b in zip(top, bottom, strict=True)]
    value = median(values)
    return Judged(bar, _status(bar, value), _against(bar, over, under), value, min(values), max(values))


def _status(bar: Bar, value: float) -> str:
    if bar.limit is None:
        return TOLD

    def holds(limit: float) -> bool:
        return value <= limit if bar.at_most else value >= limit

    if bar.aim is not None and holds(bar.aim):
        return AIM
    return MET if holds(bar.limit) else MISSED


def _against(bar: Bar, over: str | None, under: str | None) -> str:
    chosen = [found for names, found in ((bar.over, over), (bar.under, under)) if len(names) > 1 and found]
    return f"the fastest: {chosen[0]}" if chosen else ""
