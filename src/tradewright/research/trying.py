"""Tries the configurations of a study: here, on all cores or on a cluster, each on record before it runs."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from tradewright.research.plan import Plan
from tradewright.research.points import Point
from tradewright.research.result_series import Earned
from tradewright.runs.backtest import Backtest, backtest
from tradewright.runs.spread import Workers, spread
from tradewright.validation import benchmark, trading
from tradewright.validation.bootstrap import BootstrapOptions, resampling
from tradewright.validation.evidence import GridPoint
from tradewright.validation.figure import Figure
from tradewright.validation.performance import Period, bar_returns, cash_returns, period_of, sharpe_figure
from tradewright.values.errors import InvalidOption
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Floats

# Configurations recorded as started at a time: one disk write for several, few lost to a crash.
TRIALS_AT_ONCE = 32


class Curves(NamedTuple):
    """One configuration. Shape: the first three on the common bars, `net` on all T - 1 of its study.

    `over_cash` and `over_benchmark` are returns above either yardstick, the benchmark at the configuration's
    own average exposure; `exposure` is net of shorts; `net` are returns after costs.
    """

    over_cash: Floats
    over_benchmark: Floats
    exposure: Floats
    net: Floats

    @property
    def earned(self) -> Earned:
        """What the ledger keeps of it."""
        return Earned(self.net, float(np.mean(self.exposure)))

    @property
    def to_price(self) -> "Curves":
        """The same without what only the ledger keeps: a grid of thousands holds all its curves."""
        return self._replace(net=NOTHING)


NOTHING: Floats = np.empty(0)


Tried = tuple[GridPoint, Curves]


class Watch(Protocol):
    """Whoever wants to know how a study goes: the ledger, a progress bar, or nobody."""

    def started(self, points: tuple[Point, ...]) -> None:
        """These configurations are about to be tried."""

    def finished(self, point: Point, sharpe: Figure, earned: Earned) -> None:
        """This one was tried and gave this Sharpe ratio, from these returns."""

    def failed(self, point: Point, reason: str) -> None:
        """This one broke off."""

    def folded(self, walk: Point, body: dict[str, Any]) -> None:
        """One fold of a walk was traded."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """So many of so many steps of a stage are done."""


class Nobody:
    """Watches nothing: for a replay, whose trials have been counted already."""

    def started(self, points: tuple[Point, ...]) -> None:
        """Told, and forgets."""

    def finished(self, point: Point, sharpe: Figure, earned: Earned) -> None:
        """Told, and forgets."""

    def failed(self, point: Point, reason: str) -> None:
        """Told, and forgets."""

    def folded(self, walk: Point, body: dict[str, Any]) -> None:
        """Told, and forgets."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Told, and forgets."""


@dataclass(frozen=True, eq=False)
class Broken:
    """What a configuration broke with, as a value: it was a try all the same."""

    error: Exception


@dataclass(frozen=True, eq=False)
class Trying:
    """Runs configurations of one plan; a process of its own may be given it."""

    plan: Plan

    def __call__(self, points: Sequence[Point]) -> Sequence[Tried | Broken]:
        """Each configuration's grade and curves, or what it broke with."""
        return [self._one(point) for point in points]

    def _one(self, point: Point) -> Tried | Broken:
        try:
            return judged(self.plan, point, run(self.plan, point).outcome)
        except Exception as error:  # noqa: BLE001 - it goes on record first, and then on its way
            return Broken(error)


def tried(plan: Plan, watch: Watch, workers: Workers) -> tuple[Backtest, tuple[GridPoint, ...], list[Curves]]:
    """Run every configuration in order; each is announced before it runs and reported after.

    The headline runs here, whoever runs the others: all of it is needed. Whatever is done elsewhere, this
    process alone puts it on record, so that nothing is counted twice.
    """
    refuse_own_file(plan, workers)
    headline, found, curves = _headline(plan, watch), list[GridPoint](), list[Curves]()
    for point, one in _in_order(plan, watch, workers, judged(plan, plan.headline, headline.outcome)):
        if isinstance(one, Broken):
            # A trial that broke was still a try: it goes on record before the error goes on its way.
            watch.failed(point, f"{type(one.error).__name__}: {one.error}")
            raise one.error
        watch.finished(point, one[0].sharpe, one[1].earned)
        found.append(one[0])
        curves.append(one[1].to_price)
        watch.progress("trials", len(found), len(plan.points))
    return headline, tuple(found), curves


class Bench:
    """Tries configurations that were not known before, each once, whoever asks for it first.

    It begins with what the plan's own points gave. One that breaks off goes on record and is a value: the
    search that asked goes on without it.
    """

    def __init__(self, plan: Plan, found: Sequence[Tried], watch: Watch, workers: Workers) -> None:
        """`found` is what came of each of the plan's points."""
        self.plan, self.watch, self.workers = plan, watch, workers
        self.points, self.found = list(plan.points), list(found)
        self.places: dict[str, int | Broken] = {point.trial: place for place, point in enumerate(plan.points)}

    def places_of(self, points: Sequence[Point]) -> list[int | Broken]:
        """Where each configuration stands among those tried, or what it broke with; new ones run now."""
        fresh = list({point.trial: point for point in points if point.trial not in self.places}.values())
        if fresh:
            self.watch.started(tuple(fresh))
        for point, one in zip(fresh, spread(Trying(self.plan), fresh, self.workers), strict=True):
            self._keep(point, one)
        return [self.places[point.trial] for point in points]

    def _keep(self, point: Point, one: Tried | Broken) -> None:
        if isinstance(one, Broken):
            self.places[point.trial] = one
            self.watch.failed(point, f"{type(one.error).__name__}: {one.error}")
            return
        self.places[point.trial] = len(self.points)
        self.points.append(point)
        self.found.append((one[0], one[1].to_price))
        self.watch.finished(point, one[0].sharpe, one[1].earned)


def _headline(plan: Plan, watch: Watch) -> Backtest:
    watch.started(plan.points[:TRIALS_AT_ONCE])
    watch.progress("trials", 0, len(plan.points))
    try:
        return run(plan, plan.headline)
    except Exception as error:
        watch.failed(plan.headline, f"{type(error).__name__}: {error}")
        raise


def _in_order(
    plan: Plan, watch: Watch, workers: Workers, first: Tried
) -> Iterator[tuple[Point, Tried | Broken]]:
    """Every point with what came of it, the headline's result first."""
    yield plan.headline, first
    for start, end in _batches(len(plan.points), workers):
        if start:
            watch.started(plan.points[start:end])
        points = plan.points[max(start, 1) : end]
        yield from zip(points, spread(Trying(plan), points, workers), strict=True)


def _batches(total: int, workers: Workers) -> list[tuple[int, int]]:
    """The first batch is announced with the headline; elsewhere all others follow in one."""
    least = [0, min(TRIALS_AT_ONCE, total), total]
    edges = least if workers.is_elsewhere else [*range(0, total, TRIALS_AT_ONCE), total]
    return [(first, last) for first, last in itertools.pairwise(edges) if first < last]


def run(plan: Plan, point: Point) -> Backtest:
    """One configuration through the study's whole period."""
    limits = plan.options.execution.limits
    return backtest(point.strategy, plan.panel, plan.options.account, plan.profile, limits=limits)


def judged(plan: Plan, point: Point, outcome: Outcome) -> Tried:
    """A configuration's grade and its curves."""
    return _graded(plan, point, outcome), curves_of(plan, outcome)


def refuse_own_file(plan: Plan, workers: Workers) -> None:
    """Refuse to send elsewhere a strategy or a feature that no other process knows.

    Raises: InvalidOption.
    """
    kind = type(plan.headline.strategy)
    own = [] if kind.__module__.startswith("tradewright.") else [kind.__name__]
    own += [] if plan.walk is None else list(plan.walk.feature_files)
    if workers.is_elsewhere and own:
        words = f"{own[0]} is" if own[0].endswith(".py") else f"{own[0]} stands in"
        raise InvalidOption(
            f"{words} a file of your own, which other processes do not know.",
            "Run its grid here: leave out --workers and --cluster.",
        )


def bootstrap_options(plan: Plan) -> BootstrapOptions:
    """How this study draws its intervals."""
    wanted = plan.options.intervals
    return BootstrapOptions(plan.options.seed, wanted.draws, wanted.level)


def _graded(plan: Plan, point: Point, outcome: Outcome) -> GridPoint:
    """A configuration's Sharpe ratio over the bars at which all of them could trade."""
    # Keyed by the trial: a point's interval is the same in whatever grid it stands.
    period = period_from(plan, outcome, plan.common_start)
    sample = resampling(period.excess, bootstrap_options(plan), "grid", point.trial)
    return GridPoint(point.parameters, point.steps, sharpe_figure(period, sample), point.is_headline)


def curves_of(plan: Plan, outcome: Outcome) -> Curves:
    """Returns over cash and over the benchmark at the configuration's own exposure, on the common bars."""
    start = plan.common_start
    period, exposure = period_from(plan, outcome, start), trading.net_exposure(outcome)[start:-1]
    above = period.returns - matched_at(plan, float(np.mean(exposure)), start)
    return Curves(period.excess, above, exposure, bar_returns(outcome.equity_usd))


def period_from(plan: Plan, outcome: Outcome, start: int) -> Period:
    """An outcome's returns from a row on, over the profile's cash rate."""
    return period_of(plan.panel.instants[start:], outcome.equity_usd[start:], plan.profile.cash_rate)


def matched_at(plan: Plan, exposure: float, start: int) -> Floats:
    """The benchmark's returns from a row on at a given average exposure, at the profile's rates."""
    instants = plan.panel.instants[start:]
    cash = cash_returns(instants, plan.profile.cash_rate)
    borrowed = cash_returns(instants, plan.profile.margin_rate)
    return benchmark.matched_returns(plan.market[start:], exposure, cash, borrowed)
