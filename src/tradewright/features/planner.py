"""Joins many formulas into few programs: common work once, everything in its order, warm-up derived.

A program is compiled work over all rows. Where a formula holds a function of the user's own, the plan is cut:
what that function reads is computed by the programs before it, what reads its result by those after it.
"""

import hashlib
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from tradewright.features.expression import Expression, Operation
from tradewright.features.native import opcodes
from tradewright.values.errors import InvalidOption

# The compiled program takes a fixed number of input columns: one signature, compiled once.
INPUTS_AT_MOST = 16
SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False)
class Step:
    """One operation in its place, or the loading of an input: where it reads and writes, in columns.

    `reads` and `writes` hold scratch columns (0 and up) and results of the stage (-1 and down). Without an
    operation it loads the stage's input number `loads`.
    """

    operation: Operation | None
    loads: int
    reads: tuple[int, ...]
    writes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Stage:
    """One compiled program, and the user's functions that follow it.

    `inputs` are the keys of the columns it loads; `results` those of the columns it hands on.
    """

    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    results: tuple[str, ...]
    calls: tuple[Expression, ...]
    scratch_columns: int


@dataclass(frozen=True, eq=False)
class Plan:
    """How a list of formulas is computed. The same list gives the same plan."""

    wanted: tuple[Expression, ...]
    stages: tuple[Stage, ...]
    names: dict[str, str]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns it needs from outside, in alphabetical order."""
        return tuple(sorted(self.names))

    @cached_property
    def warm_up_bars(self) -> int:
        """Rows, the present one included, until every column has its first value."""
        return max((one.lookback_bars for one in self.wanted), default=1)

    @cached_property
    def reach_bars(self) -> float:
        """Rows that can move a value; infinite where nothing is forgotten."""
        return max((one.reach for one in self.wanted), default=1.0)


def plan_of(wanted: Sequence[Expression]) -> Plan:
    """The plan for these formulas, in this order.

    Raises: InvalidOption where they need more columns from outside than a program takes.
    """
    nodes = _in_order(wanted)
    depth = _depths(nodes)
    names = {one.input: one.key for one in nodes if one.input}
    last = max((depth[one.key] for one in wanted), default=0)
    stages = tuple(_stage(number, nodes, depth, wanted) for number in range(last + 1))
    for stage in stages:
        if len(stage.inputs) > INPUTS_AT_MOST:
            raise InvalidOption(
                f"These features read {len(stage.inputs)} columns.", f"Split them: {INPUTS_AT_MOST} at most."
            )
    return Plan(tuple(wanted), stages, names)


def schema_hash(names: Sequence[str], wanted: Sequence[Expression]) -> str:
    """Names one list of columns: their order, their names and their formulas, and nothing else."""
    told = [f"schema {SCHEMA_VERSION}", *(f"{n} = {one.key}" for n, one in zip(names, wanted, strict=True))]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def operation_key(one: Expression) -> str:
    """What all outputs of one operation share."""
    return one.key.partition("/")[0]


def _in_order(wanted: Sequence[Expression]) -> list[Expression]:
    """Every distinct expression, each after those it is made of, near to who reads it."""
    found: dict[str, Expression] = {}
    waiting = [(one, False) for one in reversed(wanted)]
    while waiting:
        one, is_ready = waiting.pop()
        if one.key in found:
            continue
        if is_ready:
            found[one.key] = one
            continue
        waiting.append((one, True))
        waiting.extend((inner, False) for inner in reversed(one.of))
    return list(found.values())


def _depths(nodes: Sequence[Expression]) -> dict[str, int]:
    """The stage in which each expression is there; a function comes one stage after what it reads."""
    depth: dict[str, int] = {}
    for one in nodes:
        before = max((depth[inner.key] for inner in one.of), default=0)
        depth[one.key] = before + (one.operation.code == opcodes.CALL)
    return depth


def _stage(
    number: int, nodes: Sequence[Expression], depth: dict[str, int], wanted: Sequence[Expression]
) -> Stage:
    """The program of one stage: what is computed in it, loaded into it, and handed on."""
    codes = opcodes.CALL, opcodes.LOAD
    own = [one for one in nodes if depth[one.key] == number and one.operation.code not in codes]
    calls = [one for one in nodes if depth[one.key] == number + 1 and one.operation.code == opcodes.CALL]
    made, read = {one.key for one in own}, {inner.key for one in own for inner in one.of}
    loaded = tuple(one.key for one in nodes if one.key in read and one.key not in made)
    later = [inner for one in nodes if depth[one.key] > number for inner in one.of]
    results = dict.fromkeys(one.key for one in (*wanted, *later) if one.key in made)
    return _Layout(tuple(results)).stage(loaded, own, tuple(calls))


class _Work(NamedTuple):
    """One operation to be computed, and the keys of the columns it reads."""

    operation: Operation
    key: str
    reads: tuple[str, ...]


def _works(own: Sequence[Expression], wanted: Container[str]) -> list[_Work]:
    """Each operation once; a quotient that one scaling alone reads becomes one with it: the same bits."""
    readers = Counter(inner.key for one in own for inner in one.of)
    quotients = {one.key: one for one in own if one.operation.code == opcodes.DIVIDE}
    works: dict[str, _Work] = {}
    joined = set()
    for one in own:
        work = _Work(one.operation, operation_key(one), tuple(inner.key for inner in one.of))
        inner = quotients.get(work.reads[0]) if one.operation.code == opcodes.AFFINE else None
        if inner is not None and readers[inner.key] == 1 and inner.key not in wanted:
            joined.add(operation_key(inner))
            ratio = replace(one.operation, code=opcodes.RATIO)
            work = work._replace(operation=ratio, reads=tuple(each.key for each in inner.of))
        works.setdefault(work.key, work)
    return [work for key, work in works.items() if key not in joined]


class _Layout:
    """Gives each column its place; a scratch column is free again once it was read for the last time."""

    def __init__(self, results: tuple[str, ...]) -> None:
        self.results = {key: -1 - number for number, key in enumerate(results)}
        self.places: dict[str, int] = {}
        self.free: list[int] = []
        self.used = 0

    def stage(
        self, loaded: tuple[str, ...], own: Sequence[Expression], calls: tuple[Expression, ...]
    ) -> Stage:
        """The stage that loads some columns, each just before its first reader, and computes the others."""
        once = _works(own, self.results)
        last_read = {key: number for number, one in enumerate(once) for key in one.reads}
        steps: list[Step] = []
        for number, one in enumerate(once):
            for key in dict.fromkeys(one.reads):
                if key not in self.places:
                    steps.append(Step(None, loaded.index(key), (), (self._place(key),)))
            reads = tuple(self.places[key] for key in one.reads)
            outputs = [f"{one.key}/{output}" for output in range(one.operation.outputs)]
            steps.append(Step(one.operation, -1, reads, tuple(map(self._place, outputs))))
            ended = {key for key in one.reads if last_read[key] == number}
            self._release(ended | {key for key in outputs if key not in last_read})
        return Stage(loaded, tuple(steps), tuple(self.results), calls, max(self.used, 1))

    def _place(self, key: str) -> int:
        """The place of a column: its result, or a scratch column."""
        if key in self.results:
            place = self.results[key]
        elif self.free:
            place = self.free.pop()
        else:
            place, self.used = self.used, self.used + 1
        self.places[key] = place
        return place

    def _release(self, keys: set[str]) -> None:
        """Let others use these columns' places."""
        self.free.extend(sorted(self.places[key] for key in keys if self.places[key] >= 0))
