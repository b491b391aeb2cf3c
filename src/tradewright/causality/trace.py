"""Which line first knew the future: two runs are followed statement by statement until they part.

The target is run twice under a tracer, on its own table and on one with another future. The first statement
after which a row of the past differs is the one at fault; its parts are then evaluated one by one.
"""

import ast
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator, Sized
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from tradewright.causality.answers import Answer, Asked, Unreadable, answer_of
from tradewright.causality.compare import PLAIN_STRUCTURAL, differences
from tradewright.causality.state import functions_of
from tradewright.causality.verdict import Suspect

MOST_EVENTS = 60_000
OFTEN = 12
FEW_VALUES = 32

Statement = ast.stmt | ast.Lambda


@dataclass(frozen=True)
class Event:
    """What a statement left behind: a variable or a part of an expression, as rows or as one value.

    `columns` are those the statement wrote into, where it did not write the whole.
    """

    line: int
    text: str
    value: Answer | str
    columns: frozenset[str] = frozenset()


@dataclass
class Script:
    """The statements of the target's own files, by file and line."""

    trees: dict[str, dict[int, Statement]] = field(default_factory=dict)

    def statement(self, code: types.CodeType, line: int) -> Statement | None:
        """The innermost statement, or lambda, that a line of running code belongs to."""
        known = self.trees.get(code.co_filename)
        if known is None:
            known = self.trees[code.co_filename] = _statements(code.co_filename)
        if code.co_name == "<lambda>":
            return _lambda_of(code, known)
        return known.get(line)

    def own(self, target: Any) -> list[ast.stmt]:
        """All statements of the functions a target reaches."""
        told: dict[int, ast.stmt] = {}
        for function in functions_of(target):
            last = max((spot[1] or 0 for spot in function.__code__.co_positions()), default=0)
            for line in range(function.__code__.co_firstlineno, last + 1):
                statement = self.statement(function.__code__, line)
                if isinstance(statement, ast.stmt):
                    told[id(statement)] = statement
        return list(told.values())

    def lines_behind(self, channel: str, target: Any) -> set[int]:
        """Lines on which something is written that a channel is made of, as far as names tell."""
        return _lines_behind(self.own(target), channel)

    def filling(self, returned: Statement, target: Any) -> ast.stmt | None:
        """The last statement that fills, bit by bit, what another one returns."""
        if not isinstance(returned, ast.Return) or returned.value is None:
            return None
        read = {name for name in _reads(returned.value) if not name.endswith(".*")}
        filling = [
            one for one in self.own(target) if names_written(one) & read and one.lineno < returned.lineno
        ]
        return max(filling, key=lambda one: one.lineno, default=None)


def _lines_behind(statements: list[ast.stmt], channel: str) -> set[int]:
    """Going backwards: lines that write something the channel is made of."""
    own = {channel, channel.rpartition(".")[2]}
    needed: set[str] = set()
    lines = set()
    for statement in sorted(statements, key=lambda one: -one.lineno):
        if isinstance(statement, ast.Return) and statement.value is not None:
            lines.add(statement.lineno)
            read = _reads(statement.value)
            # A table handed back whole: of its columns only the channel's own counts.
            needed |= {name for name in read if not name.endswith(".*")} | own
        elif _writes(statement) & needed:
            lines.add(statement.lineno)
            needed |= _reads(getattr(statement, "value", None) or statement)
    return lines


def _statements(file: str) -> dict[int, Statement]:
    """Each line's innermost statement; nothing where the text is not at hand."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return {}
    told: dict[int, Statement] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef | ast.ClassDef):
            last = (
                node.body[0].lineno - 1 if isinstance(node, ast.For | ast.While | ast.If | ast.With) else None
            )
            for line in range(node.lineno, max(last or node.end_lineno or node.lineno, node.lineno) + 1):
                told[line] = node
        elif isinstance(node, ast.Lambda):
            told[-(node.lineno * 1000 + node.col_offset)] = node
    return told


def _lambda_of(code: types.CodeType, known: dict[int, Statement]) -> Statement | None:
    """The lambda whose body holds the places this code was compiled from."""
    spots = [spot for spot in code.co_positions() if spot[0] is not None and spot[2] is not None]
    spots = [spot for spot in spots if (spot[2], spot[3]) != (0, 0)]
    if not spots:
        return None
    first = min((spot[0], spot[2]) for spot in spots)
    last = max((spot[1], spot[3]) for spot in spots)
    inside = [
        node
        for node in known.values()
        if isinstance(node, ast.Lambda)
        and (node.body.lineno, node.body.col_offset) <= first
        and last <= (node.body.end_lineno, node.body.end_col_offset)
    ]
    return min(inside, key=lambda node: (node.end_lineno or 0) - node.lineno, default=None)


def _reads(node: ast.AST) -> set[str]:
    """Names and columns an expression reads: a column stands for itself, a bare table for all its columns."""
    told: set[str] = set()
    bases = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute):
            told.add(inner.attr)
            bases.add(inner.value)
        elif isinstance(inner, ast.Subscript):
            told |= _texts(inner.slice)
            bases.add(inner.value)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            told |= {inner.id} if inner in bases else {inner.id, f"{inner.id}.*"}
    return told


def _writes(statement: ast.stmt) -> set[str]:
    """Names and columns a statement stores into, and what it fills by a method."""
    told: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            told.add(node.id)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            columns = _texts(node.slice)
            names = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
            told |= (columns | {f"{name}.*" for name in names}) if columns else names
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            told.add(node.attr)
    return told | (names_written(statement) if isinstance(statement, ast.Expr) else set())


def _texts(node: ast.AST) -> set[str]:
    """The words that stand in an expression."""
    constants = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}


class Follower:
    """Follows one run of a target through its own files and notes what each statement left behind."""

    def __init__(self, target: Any, script: Script, asked: Asked, within: Statement | None = None) -> None:
        """`within` asks for the parts of that one statement instead of all variables."""
        self.files = {function.__code__.co_filename for function in functions_of(target)}
        self.script = script
        self.asked = asked
        self.within = within
        self.events: list[Event] = []
        self.visits: dict[tuple[int, str], int] = {}
        self.held: dict[int, tuple[Statement, dict[str, int]]] = {}

    def run(self, call: Callable[[], Any]) -> list[Event]:
        """Make the call and give what was noted; what the call raises is its own affair."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            call()
        finally:
            sys.settrace(before)
        return self.events

    def _enter(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        return self._step if frame.f_code.co_filename in self.files else None

    def _step(self, frame: types.FrameType, event: str, argument: Any) -> Any:
        if event not in ("line", "return") or len(self.events) > MOST_EVENTS:
            return self._step
        statement = self.script.statement(frame.f_code, frame.f_lineno)
        self._left_behind(frame, is_last=event == "return")
        if event == "line" and statement is not None:
            self._begin(frame, statement)
        elif event == "return" and self.within is None and statement is not None:
            self._note(statement, "return", argument)
        return self._step

    def _begin(self, frame: types.FrameType, statement: Statement) -> None:
        """Before a statement runs: remember its variables, or take the one in question apart."""
        if self.within is None:
            self.held[id(frame)] = (statement, {name: id(value) for name, value in frame.f_locals.items()})
        elif statement is self.within:
            is_rare = self._visit(statement, "parts") <= OFTEN
            for node in parts_of(statement):
                value = _worth(node, frame)
                if is_rare or not hasattr(value, "__len__"):
                    self._note(statement, ast.unparse(node), value)

    def _left_behind(self, frame: types.FrameType, is_last: bool) -> None:
        """After a statement: the variables it set, and at a function's end those it filled bit by bit."""
        statement, before = self.held.pop(id(frame), (None, {}))
        if statement is None or self.within is not None:
            return
        written = names_written(statement)
        for name, value in list(frame.f_locals.items()):
            is_new = before.get(name) != id(value) or name in written
            if is_new and (self._visit(statement, name) <= OFTEN or is_last):
                self._note(statement, name, value)

    def _visit(self, statement: Statement, name: str) -> int:
        key = (statement.lineno * 1000 + statement.col_offset, name)
        self.visits[key] = self.visits.get(key, 0) + 1
        return self.visits[key]

    def _note(self, statement: Statement, text: str, value: Any) -> None:
        columns = columns_written(statement) if self.within is None and text != "return" else frozenset()
        self.events.append(Event(statement.lineno, text, _read(value, self.asked), columns))


def _read(value: Any, asked: Asked) -> Answer | str:
    """A value as rows where it is rows, else as its text."""
    if isinstance(value, int | float | str | bool | np.generic | type(None)):
        return repr(value)
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType | types.ModuleType):
        return "code"
    try:
        # A copy of what is read now: the target may write into it later.
        return answer_of(value.copy() if hasattr(value, "copy") else value, asked)
    except (Unreadable, TypeError, ValueError, IndexError, KeyError, AttributeError):
        home, kind = type(value).__module__.partition(".")[0], type(value).__name__
        is_plain = home in ("builtins", "numpy") or kind in ("Series", "Index", "DatetimeIndex")
        is_short = is_plain and isinstance(value, Sized) and len(value) <= FEW_VALUES
        return repr(value) if is_short else kind


def _worth(node: ast.expr, frame: types.FrameType) -> Any:
    """The value of a part of an expression at this point of the run."""
    try:
        code = compile(ast.Expression(node), "<part>", "eval")
        return eval(code, frame.f_globals, dict(frame.f_locals))
    except Exception:  # noqa: BLE001 - a part that cannot be had alone tells nothing
        return None


def parts_of(statement: Statement) -> Iterator[ast.expr]:
    """The parts of a statement's own expressions that can be had alone, innermost first."""
    tops: list[ast.AST]
    if isinstance(statement, ast.For):
        tops = [statement.iter]
    elif isinstance(statement, ast.If | ast.While):
        tops = [statement.test]
    elif isinstance(statement, ast.Lambda):
        tops = [statement.body]
    else:
        tops = [statement]
    for top in tops:
        yield from _inner_first(top)


def _inner_first(node: ast.AST) -> Iterator[ast.expr]:
    is_scope = isinstance(node, ast.Lambda | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp)
    if not is_scope:
        for child in ast.iter_child_nodes(node):
            yield from _inner_first(child)
    is_read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    if isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.BinOp | ast.Compare | ast.UnaryOp):
        if is_read:
            yield node
    elif isinstance(node, ast.ListComp | ast.IfExp | ast.BoolOp) and is_read:
        yield node


def columns_written(statement: Statement) -> frozenset[str]:
    """The columns of a table that a statement stores into by name."""
    stores = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    ]
    return frozenset(text for node in stores for text in _texts(node.slice))


def names_written(statement: Statement) -> set[str]:
    """Variables a statement stores into, or calls a method of that may fill them."""
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names |= {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        names |= {inner.id for inner in ast.walk(statement.value.func) if isinstance(inner, ast.Name)}
    return names


@dataclass(frozen=True, eq=False)
class TwoRuns:
    """The same target on two versions of its world that are alike up to a cut."""

    target: Any
    worlds: tuple[tuple[Asked, ...], tuple[Asked, ...]]
    cut: int
    restore: Callable[[], None]

    def events(self, script: Script, within: Statement | None = None) -> tuple[list[Event], list[Event]]:
        """What both runs left behind."""
        told = []
        for asked in self.worlds:
            self.restore()
            follower = Follower(self.target, script, asked[0], within)
            given = tuple(_copied(one.given) for one in asked)
            # What was noted before it raised still counts.
            with suppress(Exception, SystemExit):
                follower.run(partial(self.target, *given))
            told.append(follower.events)
        return told[0], told[1]


def place_of(runs: TwoRuns, channel: str) -> Suspect | None:
    """The statement, and in it the call or expression, at which the past first followed the future."""
    script = Script()
    parted, scalars = _parted(*runs.events(script), runs)
    if not parted:
        return None
    wanted = script.lines_behind(channel, runs.target)
    event = next((one for one in parted if one.line in wanted), parted[0])
    file, statement = _found(script, event.line, runs.target)
    if statement is None:
        return Suspect(event.line, event.text, "traced", file=file)
    if event.text == "return":
        statement = script.filling(statement, runs.target) or statement
    inner, inner_scalars = _parted(*runs.events(script, statement), runs)
    operator = inner[0].text if inner else _shown(statement)
    within = [one for one in inner_scalars if one.text in operator or not inner]
    if within:
        return Suspect(statement.lineno, within[0].text, "traced", file=file)
    before = [one for one in scalars if _mentions(operator, one.text)]
    if before:
        return _origin_of_scalar(runs, script, before[0], file)
    return Suspect(statement.lineno, operator, "traced", file=file)


def _copied(given: Any) -> Any:
    if isinstance(given, dict):
        return {name: column.copy() for name, column in given.items()}
    return given.clone() if hasattr(given, "clone") else given.copy()


def _origin_of_scalar(runs: TwoRuns, script: Script, scalar: Event, file: str) -> Suspect:
    """A number made of all rows, computed on one line and used on another: the first is at fault."""
    _, statement = _found(script, scalar.line, runs.target)
    if statement is None:
        return Suspect(scalar.line, scalar.text, "traced", file=file)
    value = getattr(statement, "value", None)
    shown = ast.unparse(value) if isinstance(value, ast.AST) else _shown(statement)
    return Suspect(scalar.line, shown, "traced", file=file)


def _found(script: Script, line: int, target: Any) -> tuple[str, Statement | None]:
    for function in functions_of(target):
        statement = script.statement(function.__code__, line)
        if statement is not None and statement.lineno == line:
            return function.__code__.co_filename, statement
    return "", None


def _mentions(expression: str, name: str) -> bool:
    """Whether an expression reads a variable."""
    try:
        nodes = list(ast.walk(ast.parse(expression)))
    except SyntaxError:
        return False
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes)


def line_reading(target: Any, name: str) -> Suspect | None:
    """The first line of a target's own code that reads a name."""
    for function in functions_of(target):
        lines = linecache.getlines(function.__code__.co_filename)
        last = max((spot[1] or 0 for spot in function.__code__.co_positions()), default=0)
        for number in range(function.__code__.co_firstlineno, last + 1):
            if number <= len(lines) and re.search(rf"\b{re.escape(name)}\b", lines[number - 1]):
                return Suspect(number, name, "hidden", file=function.__code__.co_filename)
    return None


def _shown(statement: Statement) -> str:
    return ast.unparse(statement).splitlines()[0]


def _parted(one: list[Event], other: list[Event], runs: TwoRuns) -> tuple[list[Event], list[Event]]:
    """Events whose past rows differ between two runs, and those that are one value and differ; in order."""
    rows, scalars = [], []
    for mine, its in zip(one, other, strict=False):
        if (mine.line, mine.text) != (its.line, its.text):
            break
        if isinstance(mine.value, str) or isinstance(its.value, str):
            if mine.value != its.value and mine.text != "return":
                scalars.append(mine)
        elif _differ(mine.value, its.value, mine.columns, runs):
            rows.append(mine)
    return rows, scalars


def _differ(one: Answer, other: Answer, columns: frozenset[str], runs: TwoRuns) -> bool:
    try:
        found = differences(one, other, runs.cut, runs.worlds[0][0])
    except Unreadable:
        return False
    looked_at = set(found) & columns if columns & {channel.name for channel in one.channels} else set(found)
    return any(found[name].size > PLAIN_STRUCTURAL for name in looked_at)
