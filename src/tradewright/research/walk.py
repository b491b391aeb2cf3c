"""Walks a study through its folds: each picks on its training sessions, and trades what follows at full cost.

The joined record is one account that does what a person would: at the start of each fold it moves to what the
picked configuration wants to hold then, and pays for the move. Strategies that place single orders cannot be
taken over in mid-life: there every fold is an account of its own, which begins in cash and ends in cash.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.kernel.batch import simulate
from tradewright.kernel.inputs import WINDOW_BARS
from tradewright.research.plan import Plan
from tradewright.research.points import Point
from tradewright.research.result_series import Earned
from tradewright.research.study import digest_of
from tradewright.runs.backtest import backtest
from tradewright.runs.gate.artifacts import gate_before
from tradewright.validation import benchmark, trading
from tradewright.validation.bootstrap import BootstrapOptions, resampling
from tradewright.validation.figure import Figure
from tradewright.validation.out_of_sample import Flags, OutOfSample, Picks, held_out, picked
from tradewright.validation.performance import Period, bar_returns, bars_per_year, cash_returns
from tradewright.validation.sharpe import sharpe_annualised
from tradewright.validation.walk_forward import Fold
from tradewright.values.decisions import Decisions
from tradewright.values.instant import date_of
from tradewright.values.panel import Floats, Ints

if TYPE_CHECKING:
    from tradewright.research.trying import Watch

Span = tuple[int, int]


@dataclass(frozen=True)
class Tested:
    """One fold: what it picked on its training rows, and what that then earned in an account of its own.

    Units: `train` and `test` are rows of the panel, first in and last out; `purged` rows were left out for
    their labels; `pick` is a place in the plan's points; ratios a year, NaN where there is none.
    """

    train: Span
    test: Span
    purged: int
    pick: int
    in_sample: float
    out_of_sample: float


@dataclass(frozen=True, eq=False)
class Walk:
    """A study walked forward.

    Shape: `bars` is M, the rows whose next bar is out of sample, `fold_of` the fold that traded each;
    `returns` and `exposure` are T - 1, the joined account, idle in cash outside of `bars`; `in_sample` K x N.
    Units: `in_sample` ratios a year; `above_benchmark` the Sharpe ratio a year above that of the benchmark at
    matched exposure. `point` is what the ledger counts: the walk itself is one try. `points` are what its
    folds picked from, as `in_sample` has them.
    """

    point: Point
    points: tuple[Point, ...]
    tested: tuple[Tested, ...]
    bars: Ints
    fold_of: Ints
    returns: Floats
    exposure: Floats
    in_sample: Floats
    found: OutOfSample
    above_benchmark: Figure


@dataclass(frozen=True, eq=False)
class _Track:
    """The joined account. Shape: both T - 1, the bar after each row and the net exposure at the row."""

    returns: Floats
    exposure: Floats


def walked(
    plan: Plan, excess: Floats, options: BootstrapOptions, watch: "Watch", may_pick: Flags | None = None
) -> Walk:
    """Pick and trade every fold; the walk goes on record before its first fold, and each fold as it is done.

    Shape: `excess` is what every point of the plan earned above cash on the bars from `common_start` on; a
    bar of it is known when the next row closes, and depends on nothing later. `may_pick` is K x N, which
    points each fold knew; all of them where it is None.
    """
    point = walk_point(plan)
    watch.started((point,))
    try:
        picks = picked(excess, [_shifted(fold, plan.common_start) for fold in plan.folds], may_pick)
        walk = _walk(plan, picks, options, (point, watch))
    except Exception as error:
        watch.failed(point, f"{type(error).__name__}: {error}")
        raise
    exposure = float(np.mean(walk.exposure[plan.common_start :]))
    earned = Earned(walk.returns, exposure, int(walk.bars[0]))
    watch.finished(point, walk.found.out_of_sample, earned)
    return walk


def walk_point(plan: Plan) -> Point:
    """The walk as one try: another scheme, or other candidates, is another."""
    import msgspec

    folds = msgspec.to_builtins(plan.options.folds)
    trial = digest_of(["walk", folds, *sorted(point.trial for point in plan.points)])
    assert plan.options.folds is not None  # a plan holds folds only where its study asks for them
    return Point((), (("walk", plan.options.folds.words),), plan.headline.strategy, trial, is_headline=False)


def _walk(plan: Plan, picks: Picks, options: BootstrapOptions, told: "tuple[Point, Watch]") -> Walk:
    point, watch = told
    desk = _Desk(plan, picks)
    tested = []
    for number in range(len(plan.folds)):
        watch.progress("folds", number, len(plan.folds))
        tested.append(desk.tested(number))
        watch.folded(point, _record(plan, tested, number) | {"tried": desk.known_to(number)})
    watch.progress("folds", len(plan.folds), len(plan.folds))
    track, bars = desk.track(), desk.bars
    found, above = _measured(plan, desk, track, options)
    fold_of = np.repeat(np.arange(len(desk.spans)), [last - first for first, last in desk.spans])
    series = (track.returns, track.exposure)
    return Walk(point, plan.points, tuple(tested), bars, fold_of, *series, desk.in_sample, found, above)


def _shifted(fold: Fold, rows: int) -> Fold:
    shifted = Fold(fold.train - rows, fold.test - rows, fold.purged)
    # A negative row would be read from the end of the record: from the future.
    assert shifted.train[0] >= 0
    return shifted


def _record(plan: Plan, tested: list[Tested], number: int) -> dict[str, Any]:
    """A fold as the ledger keeps it."""
    fold = tested[number]
    days = [date_of(int(plan.panel.instants[row])) for row in (*fold.train, *fold.test)]
    return {
        "fold": number + 1,
        "folds": len(plan.folds),
        "trained": days[:2],
        "tested": days[2:],
        "picked": plan.points[fold.pick].trial,
        "parameters": dict(plan.points[fold.pick].parameters),
        "in_sample_sharpe_a_year": fold.in_sample if math.isfinite(fold.in_sample) else None,
        "out_of_sample_sharpe_a_year": fold.out_of_sample if math.isfinite(fold.out_of_sample) else None,
    }


class _Desk:
    """Trades the picks of a plan's folds: each alone, and all joined."""

    def __init__(self, plan: Plan, picks: Picks) -> None:
        """Ask every configuration that some fold picked for its decisions, once."""
        self.plan, self.picks = plan, picks
        instants = plan.panel.instants
        self.cash = cash_returns(instants, plan.profile.cash_rate)
        self.bars_per_year = bars_per_year(instants[plan.common_start :])
        self.in_sample = picks.in_sample * math.sqrt(self.bars_per_year)
        self.spans = spans_of(plan.folds)
        self.asked = {int(pick): self._decisions(int(pick)) for pick in np.unique(picks.chosen)}
        self.is_spoken = any(decisions.said for decisions in self.asked.values())

    @cached_property
    def bars(self) -> Ints:
        """The rows whose next bar is out of sample, each once."""
        return np.concatenate([np.arange(first, last) for first, last in self.spans])

    def tested(self, number: int) -> Tested:
        """One fold's pick in an account of its own over the whole test, from cash, its entry paid for."""
        fold, pick = self.plan.folds[number], int(self.picks.chosen[number])
        span = (int(fold.test[0]), int(fold.test[-1]) + 1)
        returns, _ = self._alone(pick, span)
        ratio = sharpe_annualised(returns - self.cash[slice(*span)], self.bars_per_year).value
        train = (int(fold.train[0]), int(fold.train[-1]) + 1)
        best = float(self.in_sample[number, pick])
        return Tested(train, span, fold.purged, pick, best, math.nan if ratio is None else ratio)

    def known_to(self, number: int) -> int:
        """How many configurations a fold could choose among."""
        return int(np.count_nonzero(np.isfinite(self.picks.in_sample[number])))

    def track(self) -> _Track:
        """The joined account."""
        return self._apart() if self.is_spoken else self._joined()

    def _decisions(self, pick: int) -> Decisions:
        """What a configuration decides over the period: up to each row, a function of that row's past."""
        plan, strategy = self.plan, self.plan.points[pick].strategy
        limits = plan.options.execution.limits
        run = backtest(strategy, plan.panel, plan.options.account, plan.profile, limits=limits)
        return run.decisions

    def _alone(self, pick: int, span: Span) -> tuple[Floats, Floats]:
        """Returns of the bars after each row of a span, and the net exposure at it, of a fresh account."""
        plan, (first, last) = self.plan, span
        if self.is_spoken:
            strategy = plan.points[pick].strategy
            start = max(0, first - strategy.warm_up_bars + 1)
            account = replace(plan.options.account, liquidate_at_end=True)
            limits = plan.options.execution.limits
            panel = plan.panel.rows(start, last + 1)
            outcome = backtest(strategy, panel, account, plan.profile, limits=limits).outcome
        else:
            # What a fill costs is reckoned from the bars before it.
            start = max(0, first - WINDOW_BARS - 1)
            panel = plan.panel.rows(start, last + 1)
            own = taken_over(self.asked[pick], span)
            moved = Decisions(own.rows - start, own.weights)
            gate = gate_before(plan.options.execution.limits, panel)
            outcome = simulate(panel, moved, plan.options.account, plan.profile, gate)
        inside = slice(first - start, last - start)
        return bar_returns(outcome.equity_usd)[inside], trading.net_exposure(outcome)[inside]

    def _joined(self) -> _Track:
        """One account through all folds; where a fold picks what is held already, nothing is traded."""
        plan = self.plan
        decisions = joined([self.asked[int(pick)] for pick in self.picks.chosen], self.spans)
        gate = gate_before(plan.options.execution.limits, plan.panel)
        outcome = simulate(plan.panel, decisions, plan.options.account, plan.profile, gate)
        return _Track(bar_returns(outcome.equity_usd), trading.net_exposure(outcome)[:-1])

    def _apart(self) -> _Track:
        """Accounts of their own, one after the other, each from cash to cash."""
        returns, exposure = self.cash.copy(), np.zeros(len(self.cash))
        for pick, span in zip(self.picks.chosen.tolist(), self.spans, strict=True):
            returns[slice(*span)], exposure[slice(*span)] = self._alone(pick, span)
        return _Track(returns, exposure)


def spans_of(folds: tuple[Fold, ...]) -> list[Span]:
    """The rows on which each fold's pick is the newest: its test, up to where the next test begins.

    Property: no row is in two spans, so that overlapping tests are not counted twice.
    """
    firsts = [int(fold.test[0]) for fold in folds]
    ends = [int(fold.test[-1]) + 1 for fold in folds]
    newest = zip(firsts, ends, [*firsts[1:], ends[-1]], strict=True)
    return [(first, min(end, then)) for first, end, then in newest]


def standing(decisions: Decisions, row: int) -> Floats:
    """What a configuration wants to hold at a row: its last word on each instrument, N; 0 without one."""
    wanted = np.full(decisions.weights.shape[1], np.nan)
    for at in range(int(np.searchsorted(decisions.rows, row, side="right")) - 1, -1, -1):
        wanted = np.where(np.isnan(wanted), decisions.weights[at], wanted)
        if not np.isnan(wanted).any():
            break
    return np.asarray(np.nan_to_num(wanted), dtype=np.float64)


def taken_over(decisions: Decisions, span: Span) -> Decisions:
    """The decisions of a span, begun with what the configuration wants to hold at its first row."""
    first, last = span
    inside = (decisions.rows > first) & (decisions.rows < last)
    rows = np.concatenate([np.array([first]), decisions.rows[inside]])
    weights = np.concatenate([standing(decisions, first)[None, :], decisions.weights[inside]])
    return Decisions(rows, np.ascontiguousarray(weights))


def joined(picks: list[Decisions], spans: list[Span]) -> Decisions:
    """The decisions of one account that goes through all spans, each with the decisions of its pick.

    A pick that is held already goes on without a word; before a stretch that no test covers all is sold.
    """
    parts: list[Decisions] = []
    for number, (own, (first, last)) in enumerate(zip(picks, spans, strict=True)):
        goes_on = number > 0 and picks[number - 1] is own and spans[number - 1][1] == first
        if goes_on:
            inside = (own.rows >= first) & (own.rows < last)
            part = Decisions(own.rows[inside], own.weights[inside])
        else:
            part = taken_over(own, (first, last))
        is_gap = number + 1 < len(spans) and spans[number + 1][0] > last
        parts.append(_sold_at(part, last - 1) if is_gap else part)
    rows = np.concatenate([part.rows for part in parts])
    return Decisions(rows, np.ascontiguousarray(np.concatenate([part.weights for part in parts])))


def _sold_at(decisions: Decisions, row: int) -> Decisions:
    """The same, with everything sold by the decision of a row."""
    before = decisions.rows < row
    flat = np.zeros((1, decisions.weights.shape[1]))
    rows = np.concatenate([decisions.rows[before], np.array([row])])
    return Decisions(rows, np.concatenate([decisions.weights[before], flat]))


def _measured(
    plan: Plan, desk: _Desk, track: _Track, options: BootstrapOptions
) -> tuple[OutOfSample, Figure]:
    """The joined record's figures, and its Sharpe ratio above the benchmark's at its average exposure."""
    bars = desk.bars
    instants = plan.panel.instants[np.append(bars, bars[-1] + 1)]
    period = Period(instants, track.returns[bars], desk.cash[bars], desk.bars_per_year)
    sample = resampling(period.excess, options, "out of sample")
    borrowed = cash_returns(plan.panel.instants, plan.profile.margin_rate)[bars]
    exposure = float(np.mean(track.exposure[bars]))
    matched = benchmark.matched_returns(plan.market[bars], exposure, desk.cash[bars], borrowed)
    best = desk.in_sample[np.arange(len(plan.folds)), desk.picks.chosen]
    found = held_out(best, len(plan.points), period, sample)
    found = replace(found, over_benchmark=benchmark.mean_difference(period, matched, sample))
    return found, benchmark.sharpe_difference(period, matched, sample)
