"""What the lint knows of a value: how many rows ahead of its own row it may know, and through which operator.

A program is read once with stand-in numbers in place of the unknown ones: a table has `ROWS` rows, a loop
over them stands at `LOOP_ROW`. Two kinds of reach follow. A value with rows (a column, an array) has a
*lead*: 0 knows its own row, 5 the five after it, infinity the whole sample, -1 only the row before. A single
number knows up to a *row*: `close[t + 1]` knows row t + 1. Written to `out[t]` it becomes a lead of one.
"""

import ast
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from tradewright.causality.lint.findings import Confidence

INF = math.inf
# How many rows a table stands for, and the row at which a loop over them stands.
ROWS = 1_000_000.0
LOOP_ROW = 500_000.0
# Numbers of this size come from the length of the data: they cut it into parts.
FAR = 10_000.0
# A slice from a later row than this leaves a part out (training and test); from an earlier one, a warm-up.
WARM = 60.0
# An argument without a default stands for this many rows; shift(-h).shift(h) is nothing whatever h is.
UNKNOWN_COUNT = 7.0


@dataclass(frozen=True)
class Cause:
    """The operator at which a look ahead begins."""

    rule: str
    line: int
    column: int
    operator: str
    confidence: Confidence = Confidence.LIKELY


class Kind(Enum):
    """What sort of thing a value is.

    PERIODS has a row for each day, week or hour; WINDOW waits for its statistic; GROUPS for its method.
    SPECTRUM is a Fourier transform; EXPRESSION a Polars expression that is read where it is used.
    """

    SCALAR = "scalar"
    ROWED = "rows"
    TABLE = "table"
    GROUPS = "groups"
    WINDOW = "window"
    PERIODS = "periods"
    SPECTRUM = "spectrum"
    SEQUENCE = "sequence"
    MAPPING = "mapping"
    MODEL = "model"
    SPLITTER = "splitter"
    FUNCTION = "function"
    OBJECT = "object"
    EXPRESSION = "expression"


WITH_ROWS = (Kind.ROWED, Kind.TABLE, Kind.PERIODS, Kind.WINDOW, Kind.GROUPS, Kind.SPECTRUM)


@dataclass(frozen=True)
class Value:
    """One value of the program, as far as its knowledge of rows goes.

    `base` is what it knows lawfully and `ahead` what each cause lets it know beyond, as leads where it has
    rows, else as row numbers. `low` and `high` are its number, or a span of numbers. `items` and `fields`
    are what stands in it: entries, columns, attributes. `start` and `stop` are the rows it was cut to;
    `flipped` says that they stand in reversed order. `latent` causes count once something is made of the
    value: a length once it is computed with, a slice once it is put down. `origin` is the argument it came
    from.
    """

    kind: Kind = Kind.SCALAR
    base: float = -INF
    ahead: Mapping[Cause, float] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    text: str | None = None
    items: tuple["Value", ...] = ()
    fields: Mapping[str, "Value"] = field(default_factory=dict)
    library: str = ""
    flipped: bool = False
    start: float = 0.0
    stop: float = INF
    marks: frozenset[str] = frozenset()
    latent: frozenset[Cause] = frozenset()
    node: ast.AST | None = None
    origin: str = ""
    detail: Any = None

    @property
    def rowed(self) -> bool:
        """Whether it has one entry a row."""
        return self.kind in WITH_ROWS

    @property
    def has_data(self) -> bool:
        """Whether it knows anything of the rows at all."""
        return self.base > -INF or bool(self.ahead)

    @property
    def is_part(self) -> bool:
        """Whether it is a part of the rows that ends before the last."""
        return self.stop < INF

    @property
    def number(self) -> float | None:
        """Its number, the higher one where it is a span."""
        return self.high

    @property
    def reach(self) -> float:
        """The furthest that it knows."""
        return max([self.base, *self.ahead.values()])

    def but(self, **changes: Any) -> "Value":
        """A copy with some things changed."""
        return replace(self, **changes)

    def marked(self, *marks: str) -> "Value":
        """A copy with marks added."""
        return replace(self, marks=self.marks | set(marks))


def number(low: float, high: float | None = None) -> Value:
    """A number, or a span of them."""
    return Value(low=float(low), high=float(low if high is None else high))


def words(text: str) -> Value:
    """A string."""
    return Value(text=text)


def sequence(items: Iterable[Value]) -> Value:
    """A list or tuple of values."""
    return Value(Kind.SEQUENCE, items=tuple(items))


def column(library: str = "", base: float = 0.0) -> Value:
    """A column that knows its own row."""
    return Value(Kind.ROWED, base=base, library=library)


NOTHING = Value()


def union(maps: Iterable[Mapping[Cause, float]]) -> dict[Cause, float]:
    """All causes, each with the furthest that it reaches."""
    every: dict[Cause, float] = {}
    for one in maps:
        for cause, lead in one.items():
            every[cause] = max(lead, every.get(cause, -INF))
    return every


def flat(value: Value) -> list[Value]:
    """A value, or what stands in a sequence or mapping."""
    if value.kind in (Kind.SEQUENCE, Kind.MAPPING):
        own = [Value(base=value.base, ahead=value.ahead)] if value.has_data else []
        return own + [inner for item in (*value.items, *value.fields.values()) for inner in flat(item)]
    if value.kind is Kind.TABLE and value.fields:
        return [value.but(fields={}), *(inner for item in value.fields.values() for inner in flat(item))]
    return [value]


def blend(*values: Value) -> Value:
    """What is computed row by row from several values.

    Numbers known at some row join columns only where they know all rows: a column has no single row that they
    could be compared with. In a part of the rows they lengthen what the part knows.
    """
    parts = [part for value in values for part in flat(value)]
    rowed = [part for part in parts if part.rowed]
    if len({part.kind is Kind.PERIODS for part in rowed if part.has_data}) == 2:
        rowed = [settled(part) for part in rowed]
    marks = frozenset(mark for part in parts for mark in part.marks & LASTING)
    latent = frozenset(cause for part in parts for cause in part.latent)
    if not rowed:
        return Value(
            base=max([part.base for part in parts], default=-INF),
            ahead=union(part.ahead for part in parts),
            marks=marks,
            latent=latent,
        )
    singles = [part for part in parts if not part.rowed]
    stops = [part.stop for part in rowed]
    stop = min(stops)
    if stop < INF:
        known = [lead + 1 for part in singles for lead in (part.base, *part.ahead.values())]
        stop = max([stop, *known])
    flips = {part.flipped for part in rowed if part.has_data}
    kinds = [part.kind for part in rowed]
    return Value(
        kind=next((kind for kind in PREFERRED if kind in kinds), Kind.ROWED),
        base=max([part.base for part in rowed]),
        ahead=union(
            [part.ahead for part in rowed]
            + [{cause: INF for cause, row in part.ahead.items() if row == INF} for part in singles]
        ),
        library=next((part.library for part in rowed if part.library), ""),
        flipped=flips == {True},
        start=max(part.start for part in rowed),
        stop=stop,
        marks=marks,
        latent=latent,
        origin=next((part.origin for part in rowed if part.origin), ""),
        detail=next((part.detail for part in rowed if part.kind is Kind.PERIODS), None),
    )


# Marks that stay on what is computed from a value.
LASTING = frozenset({"in-sample", "guard", "assumed", "wrapped", "across"})
# Which kind a mixture is: the first of these that is in it.
PREFERRED = (Kind.TABLE, Kind.PERIODS, Kind.SPECTRUM)


def moved(value: Value, rows: float, cause: Cause) -> Value:
    """The value moved back by `rows` (a shift), or ahead where that is negative; `cause` is to blame then.

    What was ahead by less is undone: a label shifted ahead by five and back by five is the past again.
    """
    if value.flipped:
        rows = -rows
    base = value.base - rows
    ahead: dict[Cause, float] = {}
    for old, lead in value.ahead.items():
        if lead - rows > 0:
            ahead[old] = lead - rows
        else:
            base = max(base, lead - rows)
    if base > 0:
        ahead[cause] = max(base, ahead.get(cause, -INF))
        base = -INF
    return value.but(base=base, ahead=ahead)


def seeing(value: Value, cause: Cause, lead: float = INF) -> Value:
    """The value after an operator that looks ahead by `lead` rows more, or to the end."""
    if not value.has_data:
        return value
    if lead < INF:
        return moved(value.but(flipped=False), -lead, cause).but(flipped=value.flipped)
    return value.but(base=-INF if value.rowed else value.base, ahead={**value.ahead, cause: INF})


def so_far(value: Value, row: float | None) -> Value:
    """A list that grows in the loop that is being read: at this row it ends here."""
    return value.but(stop=min(value.stop, row + 1)) if row is not None and "growing" in value.marks else value


def reduced(value: Value, cause: Cause) -> Value:
    """A single number out of all rows of a value.

    Of a part of the rows it knows the last of them, and as far beyond as the part does.
    """
    if not value.rowed:
        return blend(value)
    marks = value.marks & LASTING
    if not value.has_data:
        return Value(marks=marks)
    if value.is_part:
        last = value.stop - 1
        base = last + max(value.base, 0.0) if value.base > -INF else -INF
        ahead = {c: last + lead for c, lead in value.ahead.items()}
        ahead |= {c: last for c in value.latent if c.rule == "index-ahead"}
        return Value(base=base, ahead=ahead, marks=marks)
    # What looked a few rows ahead does not matter any more: the statistic sees them all.
    kept = {c: lead for c, lead in value.ahead.items() if lead == INF}
    return Value(ahead={**kept, cause: INF}, marks=marks)


def settled(value: Value) -> Value:
    """Periods brought down to rows: a statistic that is not finished there looks ahead."""
    if value.kind is not Kind.PERIODS:
        return value
    if isinstance(value.detail, Cause):
        return seeing(value.but(kind=Kind.ROWED, detail=None), value.detail)
    return value.but(kind=Kind.ROWED, detail=None)
