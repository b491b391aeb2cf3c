"""What features are written in: columns made of columns, each of which says how far back it looks.

    rises = CLOSE / lag(CLOSE, 20) - 1.0

An expression computes nothing. It says what is wanted; the planner joins many of them into one program,
shares what they have in common, and derives how much history they need. No operation looks ahead.
"""

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any, Union

import numpy as np

from tradewright.features.native import opcodes
from tradewright.values.errors import InvalidOption

Operand = Union["Expression", float, int]

# Older rows that together weigh less than this count as forgotten by an exponential average.
FORGOTTEN = 1e-9
SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
LARGEST = 1.7e308


@dataclass(frozen=True, eq=False)
class Operation:
    """What one operation is made of: its instruction, its numbers, and its memory for each symbol.

    `rows` is how many rows, the present one included, the first value takes. `reach` is how many rows can
    move a value: those rows, more where old ones fade away, infinitely many where nothing is forgotten.
    `memory` gives what a fresh memory holds, in blocks of one value a symbol. `phase` is where in its first
    block of rows a window begins.
    """

    code: int
    words: str
    numbers: tuple[float, ...] = ()
    rows: int = 1
    reach: float = 1.0
    memory: tuple[tuple[int, float], ...] = ()
    outputs: int = 1
    phase: int = 0
    call: Any = None


@dataclass(frozen=True, eq=False)
class Expression:
    """One column, T x N. `input` names a column from outside; else an operation on other expressions."""

    operation: Operation
    of: tuple["Expression", ...] = ()
    output: int = 0
    input: str = ""
    key: str = field(init=False)
    first_row: int = field(init=False)
    reach: float = field(init=False)

    def __post_init__(self) -> None:
        """Derive the key (equal formulas have equal keys), the first known row, and the reach."""
        one = self.operation
        told = [one.words, *map(repr, one.numbers), self.input, *(inner.key for inner in self.of)]
        digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
        object.__setattr__(self, "key", f"{digest}/{self.output}")
        before = max((inner.first_row for inner in self.of), default=0)
        object.__setattr__(self, "first_row", before + one.rows - 1)
        reach = max((inner.reach for inner in self.of), default=1.0) + one.reach - 1.0
        object.__setattr__(self, "reach", reach)

    @property
    def lookback_bars(self) -> int:
        """Rows, the present one included, until the first value."""
        return self.first_row + 1

    def __str__(self) -> str:
        """As a formula."""
        if self.input:
            return self.input
        words, numbers = self.operation.words, [_told(number) for number in self.operation.numbers]
        inner = [str(one) for one in self.of]
        if words in SIGNS:
            return f"({inner[0]} {SIGNS[words]} {inner[1]})"
        if words == "affine":
            scaled = {"1": inner[0], "-1": f"-{inner[0]}"}.get(numbers[0], f"{numbers[0]} * {inner[0]}")
            return f"({scaled})" if numbers[1] == "0" else f"({scaled} + {numbers[1]})".replace("+ -", "- ")
        if words == "over":
            return f"({numbers[0]} / {inner[0]})"
        which = f"[{self.output}]" if self.operation.outputs > 1 else ""
        return f"{words}{which}({', '.join([*inner, *numbers])})"

    def __add__(self, other: Operand) -> "Expression":
        """Sum."""
        return joined(opcodes.ADD, "add", self, other) if is_column(other) else affine(self, 1.0, other)

    def __sub__(self, other: Operand) -> "Expression":
        """Difference."""
        if is_column(other):
            return joined(opcodes.SUBTRACT, "subtract", self, other)
        return affine(self, 1.0, -as_number(other))

    def __mul__(self, other: Operand) -> "Expression":
        """Product."""
        return joined(opcodes.MULTIPLY, "multiply", self, other) if is_column(other) else affine(self, other)

    def __truediv__(self, other: Operand) -> "Expression":
        """Quotient; by zero it is infinite or unknown, as floating point has it."""
        if is_column(other):
            return joined(opcodes.DIVIDE, "divide", self, other)
        return affine(self, 1.0 / as_number(other))

    def __radd__(self, other: Operand) -> "Expression":
        """Sum with a number."""
        return affine(self, 1.0, other)

    def __rsub__(self, other: Operand) -> "Expression":
        """A number less this column."""
        return affine(self, -1.0, other)

    def __rmul__(self, other: Operand) -> "Expression":
        """Product with a number."""
        return affine(self, other)

    def __rtruediv__(self, other: Operand) -> "Expression":
        """A number divided by this column."""
        return Expression(Operation(opcodes.OVER, "over", (as_number(other),)), (self,))

    def __neg__(self) -> "Expression":
        """The other sign."""
        return affine(self, -1.0)

    def __bool__(self) -> bool:
        """Refuse `if column > 0`: a formula has no value yet."""
        raise InvalidOption("A formula is neither true nor false.", "Use band(x, low, high) for thresholds.")


def column(name: str) -> Expression:
    """An input by its name: open, high, low, close, volume, or a column of your own."""
    if not name.isidentifier():
        raise InvalidOption(f"'{name}' is no name of a column.", "Give letters, digits and underscores.")
    return Expression(Operation(opcodes.LOAD, "input"), input=name)


OPEN, HIGH, LOW, CLOSE, VOLUME = map(column, ("open", "high", "low", "close", "volume"))


def _told(number: float) -> str:
    """A number as a formula shows it."""
    return f"{number:g}" if abs(number) < LARGEST else ("-" if number < 0 else "") + "inf"


def is_column(value: object) -> bool:
    """True for a formula, False for a number."""
    return isinstance(value, Expression)


def as_number(value: object) -> float:
    """A finite number. Raises: InvalidOption."""
    if not isinstance(value, int | float | np.number) or not math.isfinite(value):
        raise InvalidOption(f"{value!r} stands in a formula.", "Give a finite number or another formula.")
    return float(value)


def joined(code: int, words: str, left: Expression, right: Any) -> Expression:
    """Two columns in one."""
    return Expression(Operation(code, words), (left, right))


def affine(x: Expression, factor: Operand, offset: Operand = 0.0) -> Expression:
    """A column times a number, plus a number."""
    return Expression(Operation(opcodes.AFFINE, "affine", (as_number(factor), as_number(offset))), (x,))


def counted(window: int, least: int = 1) -> int:
    """A window as a whole number of rows. Raises: InvalidOption."""
    if isinstance(window, bool) or not isinstance(window, int | np.integer) or window < least:
        raise InvalidOption(f"A window of {window!r} rows.", f"Give a whole number, {least} or more.")
    return int(window)
