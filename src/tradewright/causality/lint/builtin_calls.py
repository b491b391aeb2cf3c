"""What Python's own functions do: len, max, range, zip, reversed and their like."""

import ast
from collections.abc import Callable

from tradewright.causality.lint.functions import library_call
from tradewright.causality.lint.operators import length_of
from tradewright.causality.lint.reach import (
    NOTHING,
    Kind,
    Value,
    blend,
    reduced,
    so_far,
)
from tradewright.causality.lint.session import Arguments, Session


def _reduce_builtin(session: Session, given: Arguments) -> Value:
    """max(a, b) of numbers, or max(x) of all rows.

    With a key, the choice knows what the key's function looked at: a threshold that was best on the test.
    """
    values = [*given.given]
    key = given.get(99, "key")
    if len(values) == 1 and values[0].rowed:
        return reduced(so_far(values[0], session.row), session.cause("whole-sample", given.node))
    chosen = blend(*values)
    if key is not None and key.kind is Kind.FUNCTION:
        item = blend(*values[0].items) if values and values[0].items else NOTHING
        judged = session.call(session, key, Arguments(given.node, [item], {}))
        chosen = chosen.but(ahead={**chosen.ahead, **judged.ahead}, base=max(chosen.base, judged.base))
    spans = [v for v in (values[0].items if len(values) == 1 else values) if v.low is not None]
    if spans and len(spans) == len(values[0].items if len(values) == 1 else values):
        pick = max if getattr(given.node.func, "id", "") == "max" else min
        chosen = chosen.but(low=pick(v.low or 0 for v in spans), high=pick(v.high or 0 for v in spans))
    return chosen


def _rounded(session: Session, given: Arguments) -> Value:
    """int, float, round, abs: numbers stay numbers."""
    value = given.given[0] if given.given else NOTHING
    is_whole = getattr(given.node.func, "id", "") in ("int", "round")
    if value.low is None or value.high is None:
        return blend(value)
    if getattr(given.node.func, "id", "") == "abs":
        return value.but(low=min(abs(value.low), abs(value.high)), high=max(abs(value.low), abs(value.high)))
    return value.but(low=float(int(value.low)), high=float(int(value.high)), text=None) if is_whole else value


def _listed(session: Session, given: Arguments) -> Value:
    if not given.given:
        return Value(Kind.SEQUENCE)
    value = given.given[0]
    if value.kind is Kind.TABLE:
        names = ast.Attribute(given.node.args[0], "columns")
        return session.evaluate(session, ast.copy_location(names, given.node))
    return value.but(library="list") if value.rowed else value


def _reversed(session: Session, given: Arguments) -> Value:
    value = given.given[0]
    if isinstance(value.detail, tuple) and value.detail and value.detail[0] == "range":
        _, low, stop, _ = value.detail
        return value.but(detail=("range", low, stop, -1.0))
    if value.kind is Kind.SEQUENCE:
        return value.but(items=value.items[::-1])
    return value.but(flipped=not value.flipped)


Builtin = Callable[[Session, Arguments], Value]

BUILTINS: dict[str, Builtin] = {
    **dict.fromkeys(("max", "min", "sum"), _reduce_builtin),
    **dict.fromkeys(("int", "float", "round", "abs"), _rounded),
    **dict.fromkeys(("list", "tuple", "set", "dict", "iter", "deque"), _listed),
    "sorted": lambda s, g: library_call(s, "numpy.sort", g) if g.given[0].rowed else g.given[0],
    "reversed": _reversed,
    "len": lambda s, g: length_of(s, g.given[0], s.cause("length", g.node)) if g.given else NOTHING,
    "range": lambda s, g: library_call(s, "range", g),
    "print": lambda s, g: NOTHING,
    "isinstance": lambda s, g: NOTHING.marked("guard"),
    "hasattr": lambda s, g: NOTHING.marked("guard"),
    "any": lambda s, g: blend(*g.given).but(kind=Kind.SCALAR).marked("guard"),
    "all": lambda s, g: blend(*g.given).but(kind=Kind.SCALAR).marked("guard"),
    "enumerate": lambda s, g: Value(Kind.SEQUENCE, detail=("enumerate", g.given[0])),
    "zip": lambda s, g: Value(Kind.SEQUENCE, detail=("zip", tuple(g.given))),
    "super": lambda s, g: s.names.get("self", NOTHING),
}
