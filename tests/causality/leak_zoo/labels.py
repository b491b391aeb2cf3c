"""The label on each specimen: what it is, at which stage it stands, what it is given, which line leaks."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MARK = "# leaks here"


@dataclass(frozen=True)
class Specimen:
    """One small pipeline with its label.

    `pattern` is its line in the zoo's list; `stage` one of the audit's. `shape` says how it is asked: "rows"
    (a table in, rows out), and others that `judge.py` knows.
    `lines` are the lines of its file at which the future comes in; none for a look-alike.
    """

    name: str
    function: Callable[..., Any]
    pattern: str
    is_leak: bool
    stage: str
    table: str
    shape: str = "rows"
    options: dict[str, Any] = field(default_factory=dict)
    lines: tuple[int, ...] = ()
    file: str = ""


SPECIMENS: list[Specimen] = []


def leak(
    pattern: str, stage: str = "features", table: str = "daily", shape: str = "rows", **options: Any
) -> Callable:
    """Label a function as a leak; the lines at fault end in a mark."""
    return _labelled(pattern, True, stage, table, shape, options)


def look_alike(
    pattern: str, stage: str = "features", table: str = "daily", shape: str = "rows", **options: Any
) -> Callable:
    """Label a function as one that must not be flagged."""
    return _labelled(pattern, False, stage, table, shape, options)


def _labelled(pattern: str, is_leak: bool, stage: str, table: str, shape: str, options: dict) -> Callable:
    def label(function: Callable[..., Any]) -> Callable[..., Any]:
        file = inspect.getsourcefile(function) or ""
        lines = _marked(function) if is_leak else ()
        SPECIMENS.append(
            Specimen(
                f"{function.__module__.rpartition('.')[2]}.{function.__name__}",
                function,
                pattern,
                is_leak,
                stage,
                table,
                shape,
                options,
                lines,
                file,
            )
        )
        return function

    return label


def _marked(function: Callable[..., Any]) -> tuple[int, ...]:
    """The lines of the statements that carry the mark."""
    source, first = inspect.getsourcelines(function)
    lines = fault_lines("".join(source))
    if not lines:
        raise ValueError(f"{function.__name__} is labelled a leak and no line of it is marked.")
    return tuple(first - 1 + line for line in lines)


def fault_lines(source: str) -> tuple[int, ...]:
    """The lines of all statements that carry the mark; of a loop its head alone."""
    marked = {n for n, line in enumerate(source.splitlines(), start=1) if line.rstrip().endswith(MARK)}
    found = set(marked)
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            found |= set(span) if marked & set(span) else set()
    return tuple(sorted(found))
