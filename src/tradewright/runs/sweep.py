"""Many candidates over one panel: the parameter grid of a strategy, or any list of strategies."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from math import prod
from typing import Any, overload

import numpy as np

from tradewright.execution.limits.registry import RESEARCH_DEFAULT
from tradewright.kernel.batch import simulate
from tradewright.kernel.inputs import Terms, check_decisions, check_panel, terms_of
from tradewright.kernel.memory import fresh
from tradewright.runs.backtest import asked_at_once, decide_loop
from tradewright.runs.gate.artifacts import gate_before
from tradewright.runs.gate.plain import binds
from tradewright.runs.own_code import broken
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.values.decisions import DecisionBatch, Decisions, batch_of
from tradewright.values.errors import InvalidOption, TradewrightError
from tradewright.values.panel import Floats, Panel
from tradewright.values.parameters import refuse_axes
from tradewright.values.profile import AccountOptions, ExecutionProfile

# The last chunks hold this part of what one thread does: nobody waits longer for another.
_LAST_CHUNKS_A_THREAD = 16
# A candidate may decide on every row: a chunk's worst case stays below this, in numbers.
_CHUNK_ROOM = 1 << 25


@dataclass(frozen=True, eq=False)
class Sweep:
    """Candidates, what each decided, and its equity, K x T dollars, in the order they were given."""

    strategies: Sequence[Strategy]
    decisions: DecisionBatch
    equity_usd: Floats


@dataclass(frozen=True, eq=False)
class _Market:
    """What all candidates share."""

    panel: Panel
    frame: Frame
    account: AccountOptions
    profile: ExecutionProfile
    terms: Terms
    limits: str


@dataclass(frozen=True)
class Grid(Sequence[Strategy]):
    """Every combination of some axes' values, each built when it is asked for: made by `grid`.

    Building is Python's work; a sweep does it in its threads, beside the compiled work of the others.
    """

    kind: type[Strategy]
    axes: tuple[tuple[str, tuple[Any, ...]], ...]
    fixed: Mapping[str, Any]

    def __len__(self) -> int:
        """The number of combinations."""
        return prod(len(values) for _, values in self.axes)

    @overload
    def __getitem__(self, place: int) -> Strategy: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Strategy, ...]: ...
    def __getitem__(self, place: int | slice) -> Strategy | tuple[Strategy, ...]:
        """One combination, or some; the last axis moves fastest."""
        if isinstance(place, int):
            return self._built(range(len(self))[place])
        return tuple(self._built(number) for number in range(len(self))[place])

    def _built(self, number: int) -> Strategy:
        given = dict(self.fixed)  # checked once, for all combinations
        for name, values in reversed(self.axes):
            number, at = divmod(number, len(values))
            given[name] = values[at]
        return self.kind.of_checked(given)


def grid(kind: type[Strategy], axes: Mapping[str, Iterable[Any]], **fixed: Any) -> Grid:
    """Every combination of the axes' values, the last axis fastest; the other parameters as in `fixed`.

    Raises: UnknownParameter or InvalidOption for a name, value or pair that the strategy refuses.
    """
    given = {name: tuple(values) for name, values in axes.items()}
    kept = refuse_axes(kind.__name__, kind.declared(), given, fixed)
    alone = {name: values[0] for name, values in kept.items() if name not in given}
    return Grid(kind, tuple((name, kept[name]) for name in given), alone)


def sweep(
    strategies: Sequence[Strategy],
    panel: Panel,
    account: AccountOptions,
    profile: ExecutionProfile,
    threads: int = 1,
    limits: str = RESEARCH_DEFAULT,
) -> Sweep:
    """Let each candidate trade the panel with an account, and behind a gateway, of its own.

    Row k of the equity is that of `backtest(strategies[k], ...)` to the last bit, whatever the number of
    threads: candidates share read-only columns and nothing else. Limits that bind are asked candidate by
    candidate, which takes longer.
    Raises: InvalidOption for less than one thread; Failure where a strategy's own code breaks.
    """
    if threads < 1:
        raise InvalidOption(f"threads = {threads}.", "Give 1 or more.")
    check_panel(panel)
    gate_before(limits, panel)  # a misspelt name is told before anything runs
    market = _Market(panel, Frame(panel), account, profile, terms_of(panel, account, profile), limits)
    equity = fresh(len(strategies), len(panel.instants))
    spans = _spans(len(strategies), threads, panel)
    batches: dict[int, DecisionBatch] = {}
    waiting = iter(range(len(spans)))

    def work() -> None:
        try:
            for place in waiting:  # shared: each chunk goes to whoever is free
                first, last = spans[place]
                batches[place] = _decided(strategies[first:last], market)
                _trade(batches[place], market, equity[first:last])
        finally:
            deque(waiting, maxlen=0)  # after a failure nobody begins another

    # The caller's thread is one of them: starting a thread takes longer than some chunks.
    with ThreadPoolExecutor(max(1, threads - 1)) as pool:
        others = [pool.submit(work) for _ in range(threads - 1)]
        work()
        for other in others:
            other.result()
    ordered = [batches[place] for place in range(len(spans))]
    return Sweep(strategies, _joined(ordered, len(panel.symbols)), equity)


def _spans(candidates: int, threads: int, panel: Panel) -> list[tuple[int, int]]:
    """The candidates cut into chunks, ever smaller ones, so that the threads end together.

    Candidates differ in how much they trade; each chunk has a price of its own. None is too large for memory.
    """
    largest = max(1, _CHUNK_ROOM // max(1, panel.close.size))
    least = max(1, candidates // (_LAST_CHUNKS_A_THREAD * threads))
    spans, first = [], 0
    while first < candidates:
        size = min(largest, max(least, (candidates - first) // (2 * threads)))
        spans.append((first, min(first + size, candidates)))
        first += size
    return spans


def _decided(candidates: Sequence[Strategy], market: _Market) -> DecisionBatch:
    """What each candidate decides, neighbours of one kind asked together where they can be."""
    batches = []
    for kind, group in groupby(candidates, _kind):
        alike = list(group)
        try:
            together = kind.targets_of_many(market.frame, alike)
        except TradewrightError:
            raise
        except (Exception, SystemExit) as error:
            raise broken(alike[0], "targets_of_many failed", error) from error
        if together is None:
            together = batch_of([_wishes(one, market) for one in alike], len(market.panel.symbols))
        batches.append(together)
    return _joined(batches, len(market.panel.symbols))


def _kind(candidate: Strategy) -> type[Strategy]:
    return type(candidate)


def _wishes(strategy: Strategy, market: _Market) -> Decisions:
    """One candidate's decisions. Without `targets` it decides beside its account, then trades again."""
    decisions = asked_at_once(strategy, market.frame)
    if decisions is None:
        gate = gate_before(market.limits, market.panel)
        return decide_loop(strategy, market.frame, market.panel, market.account, market.profile, gate)[0]
    check_decisions(decisions, market.panel)
    return decisions


def _trade(batch: DecisionBatch, market: _Market, equity: Floats) -> None:
    """Fill each candidate's row of equity, in one compiled call.

    `simulate_many` of the kernel takes one Decisions object a candidate and checks each in Python, under the
    lock that all threads share; a joined batch goes to the same compiled loop without.
    """
    from tradewright.kernel.native.books import Books

    if binds(market.limits):
        for candidate in range(len(batch)):
            gate = gate_before(market.limits, market.panel)
            one = simulate(market.panel, batch[candidate], market.account, market.profile, gate)
            equity[candidate] = one.equity_usd
        return
    if len(batch):
        Books(market.panel, market.terms, (batch.rows, batch.weights)).run_many(batch.starts, equity)
    for candidate, said in enumerate(batch.said):
        if said:  # single orders are traded one candidate after the other
            one = simulate(market.panel, batch[candidate], market.account, market.profile)
            equity[candidate] = one.equity_usd


def _joined(batches: Sequence[DecisionBatch], assets: int) -> DecisionBatch:
    """Batches one after the other as one."""
    if len(batches) == 1:
        return batches[0]
    counts = [np.zeros(1, np.int64), *(np.diff(batch.starts) for batch in batches)]
    rows = [np.zeros(0, np.int64), *(batch.rows for batch in batches)]
    weights = [np.zeros((0, assets)), *(batch.weights for batch in batches)]
    starts = np.cumsum(np.concatenate(counts))
    said = tuple(words for batch in batches for words in batch.said or ((),) * len(batch))
    return DecisionBatch(starts, np.concatenate(rows), np.concatenate(weights), said if any(said) else ())
