"""The state of one reading of a program: its names, the loops and conditions that it stands in.

Everything that reads takes the session first and gives a value. The four callables at its end join the rooms
of the lint that would otherwise import each other in a circle.
"""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tradewright.causality.lint.findings import Confidence
from tradewright.causality.lint.reach import INF, LOOP_ROW, NOTHING, Cause, Value, flat

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
DEEPEST_CALL = 8


@dataclass
class Program:
    """What a file defines: imports under their full names, functions, classes, and its global names.

    `assigned` and `mutated` are names of the module: those it sets, and those that functions write into.
    """

    tree: ast.Module
    imports: dict[str, str] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    mutated: set[str] = field(default_factory=set)

    @property
    def libraries(self) -> set[str]:
        """The first names of what it imports."""
        return {name.partition(".")[0] for name in self.imports.values()}


@dataclass
class Arguments:
    """The arguments of a call, read."""

    node: ast.Call
    given: list[Value]
    named: dict[str, Value]

    def get(self, position: int, *names: str) -> Value | None:
        """The argument at a position, or under one of its names."""
        for name in names:
            if name in self.named:
                return self.named[name]
        return self.given[position] if 0 <= position < len(self.given) else None

    def text(self, position: int, *names: str) -> str:
        """A string argument, empty where there is none."""
        value = self.get(position, *names)
        return value.text if value is not None and value.text else ""

    def number(self, position: int, *names: str) -> float | None:
        """A number argument: the larger one of a span."""
        value = self.get(position, *names)
        return None if value is None else value.high

    @property
    def every(self) -> list[Value]:
        """All of them."""
        return [*self.given, *self.named.values()]


@dataclass
class Frame:
    """The names of one function being read, and what it returned so far."""

    function: str
    names: dict[str, Value] = field(default_factory=dict)
    returned: list[Value] = field(default_factory=list)
    global_names: set[str] = field(default_factory=set)


@dataclass
class Session:
    """One reading of a program from one entry.

    `frames` are the functions being read, the file's own body first; `loops` the rows at which loops stand;
    `conditions` what the branches being read depend on; `tables` those whose columns an expression reads.
    `notes` are findings that stand whatever the value is used for.
    """

    program: Program
    source: str
    decides_at_open: bool = False
    frames: list[Frame] = field(default_factory=list)
    loops: list[float] = field(default_factory=list)
    conditions: list[Value] = field(default_factory=list)
    tables: list[Value] = field(default_factory=list)
    open_calls: list[ast.AST] = field(default_factory=list)
    table_names: set[str] = field(default_factory=set)
    evaluate: Callable[["Session", ast.expr], Value] = lambda _session, _node: NOTHING
    store: Callable[["Session", ast.expr, Value, ast.AST], None] = lambda _session, _target, _value, _node: (
        None
    )
    execute: Callable[["Session", list[ast.stmt]], None] = lambda _session, _body: None
    call: Callable[["Session", Value, Arguments], Value] = lambda _session, _function, _given: NOTHING
    notes: dict[Cause, float] = field(default_factory=dict)
    reading: tuple[int, int] = (1, 0)
    with_labels: bool = False

    @property
    def names(self) -> dict[str, Value]:
        """The names of the function being read."""
        return self.frames[-1].names

    @property
    def row(self) -> float | None:
        """The row at which the innermost loop over rows stands; None outside of one."""
        return self.loops[-1] if self.loops else None

    def cause(self, rule: str, node: ast.AST, confidence: Confidence = Confidence.LIKELY) -> Cause:
        """A look ahead that begins at `node`; for a chain of calls, where its last operator is written.

        A chain of calls over several lines ends where its last name is written, which is where one would
        mend it.
        """
        line, col = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        shown: ast.AST = node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            line, col = _operator_place(node.func)
            shown = ast.Call(ast.Name(node.func.attr), node.args, node.keywords)
        words = " ".join(ast.unparse(shown).split()) if isinstance(shown, ast.expr | ast.stmt) else ""
        return Cause(rule, line, col, words if len(words) <= 80 else words[:77] + "...", confidence)

    def note(self, cause: Cause) -> None:
        """A finding that stands by itself, whatever the value is used for."""
        self.notes[cause] = INF

    def controlled(self, value: Value) -> Value:
        """The value, knowing also what the conditions that it stands under know.

        A column set under a condition about one row is not what that row decides; one about all rows decides
        all.
        """
        extra: dict[Cause, float] = {}
        base = value.base
        for condition in self.conditions:
            if value.rowed:
                extra.update({c: row for c, row in condition.ahead.items() if row == INF})
            else:
                extra.update(condition.ahead)
                base = max(base, condition.base)
        return value.but(base=base, ahead={**extra, **value.ahead}) if extra or base != value.base else value

    @contextmanager
    def looping(self) -> Iterator[float]:
        """Stand in one more loop over rows."""
        self.loops.append(LOOP_ROW)
        try:
            yield LOOP_ROW
        finally:
            self.loops.pop()

    @contextmanager
    def under(self, condition: Value) -> Iterator[None]:
        """Stand under a condition, as far as it knows rows that its branch should not."""
        matters = not condition.rowed and "guard" not in condition.marks
        if matters:
            self.conditions.append(condition)
        try:
            yield
        finally:
            if matters:
                self.conditions.pop()

    @contextmanager
    def within(self, table: Value) -> Iterator[None]:
        """Column expressions (Polars) read this table."""
        self.tables.append(table)
        try:
            yield
        finally:
            self.tables.pop()


def _operator_place(node: ast.Attribute) -> tuple[int, int]:
    """Where the name after the dot stands; the syntax tree gives only its end."""
    line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    return line, max(end - len(node.attr), 0)


def known_of(values: list[Value]) -> Value:
    """All that a list of values knows, as one."""
    parts = [part for value in values for part in flat(value)]
    return parts[0] if len(parts) == 1 else Value(items=tuple(parts))
