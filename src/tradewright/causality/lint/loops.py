"""Loops: short ones are read step by step; one over the rows twice, so that what it carries is seen.

A loop over rows stands at one stand-in row. In its second reading, what it carries over was learned a row
earlier; where the loop runs backwards, it was learned from rows that come later. What still grows between
the readings grows without end.
"""

import ast
from collections.abc import Callable

from tradewright.causality.lint import indexing
from tradewright.causality.lint.reach import (
    FAR,
    INF,
    LOOP_ROW,
    NOTHING,
    Cause,
    Kind,
    Value,
    blend,
    number,
    sequence,
)
from tradewright.causality.lint.session import Session

# Loops up to this length are read step by step.
UNROLLED = 12


def loop_over(
    session: Session, target: ast.expr, source: ast.expr, body: Callable[[], None], node: ast.AST
) -> None:
    """Run a loop's body for what it runs over: known items one by one, rows twice."""
    over = session.evaluate(session, source)
    items = _items(over)
    if items is not None:
        for item in items:
            session.store(session, target, item, node)
            body()
        return
    if not _is_long(over):
        session.store(session, target, _span(over), node)
        body()
        return
    over_rows(session, target, over, body, node)


def _items(over: Value) -> list[Value] | None:
    """The items of a short loop, one by one; None where there are too many or they are not known."""
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] == "range":
        _, low, stop, step = over.detail
        if (
            low is None
            or stop is None
            or abs(stop - low) > UNROLLED * abs(step or 1)
            or not step
            or max(abs(low), abs(stop)) >= FAR
        ):
            return None
        return [number(value) for value in range(int(low), int(stop), int(step))]
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] in ("zip", "enumerate"):
        return _zipped(over)
    if over.kind is Kind.SEQUENCE and len(over.items) <= UNROLLED and not over.detail:
        return list(over.items)
    if over.kind is Kind.MAPPING and len(over.fields) <= UNROLLED:
        return [Value(text=name) for name in over.fields]
    return None


def _zipped(over: Value) -> list[Value] | None:
    parts = [over.detail[1]] if over.detail[0] == "enumerate" else list(over.detail[1])
    if not all(
        part.kind is Kind.SEQUENCE and not part.detail and len(part.items) <= UNROLLED for part in parts
    ):
        return None
    if over.detail[0] == "enumerate":
        return [sequence([number(place), item]) for place, item in enumerate(parts[0].items)]
    return [sequence(together) for together in zip(*(part.items for part in parts), strict=False)]


def _is_long(over: Value) -> bool:
    """Whether a loop runs over the rows."""
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] == "range":
        _, low, stop, _ = over.detail
        near = any(end is not None and abs(end - LOOP_ROW) < FAR for end in (low, stop))
        return not near and any(end is not None and end >= FAR for end in (low, stop))
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] in ("zip", "enumerate"):
        parts = [over.detail[1]] if over.detail[0] == "enumerate" else over.detail[1]
        return any(part.rowed or _is_long(part) for part in parts)
    return over.rowed and over.kind is not Kind.GROUPS


def _span(over: Value) -> Value:
    """The loop's name in a loop that is too long to read step by step."""
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] == "range":
        _, low, stop, step = over.detail
        if low is None or stop is None:
            return NOTHING
        return (
            number(min(low, stop + 1), max(low, stop - 1))
            if (step or 1) < 0
            else number(low, max(low, stop - 1))
        )
    if over.kind is Kind.GROUPS:
        marks = frozenset({"across"}) if over.detail and over.detail.get("across") else frozenset()
        part = over.but(kind=Kind.TABLE, detail=None, marks=over.marks | marks)
        return sequence([NOTHING, part])
    return blend(*over.items) if over.items else NOTHING


def over_rows(
    session: Session, target: ast.expr, over: Value, body: Callable[[], None], node: ast.AST
) -> None:
    """Read a loop over rows twice, then say what it leaves behind.

    A list that grew in it has a row for each step; a number that it carried knows every row.
    """
    backwards = _is_backwards(over)
    with session.looping() as row:
        before = dict(session.names)
        session.store(session, target, _element(over, row), node)
        body()
        carried = {n for n, v in session.names.items() if n in before and v != before[n]}
        for name in carried:
            session.names[name] = _a_step_later(session, session.names[name], backwards, node)
        first = {n: v for n, v in session.names.items() if n in carried}
        session.store(session, target, _element(over, row), node)
        body()
        for name in carried:
            session.names[name] = _widened(first[name], session.names[name])
    for name, value in session.names.items():
        if "growing" in value.marks and "appended" in value.marks:
            session.names[name] = _grown(value, backwards, node)
        elif not value.rowed and name in carried:
            session.names[name] = _after_loop(session, value, node)


def _grown(value: Value, backwards: bool, node: ast.AST) -> Value:
    """A list after the loop that filled it; one that was filled from the last row on stands in reverse."""
    after = value.but(marks=value.marks - {"growing", "appended"})
    if not backwards:
        return after
    return after.but(flipped=True, latent=after.latent | {_cause_of_loop("reversed", node)})


def _cause_of_loop(rule: str, node: ast.AST) -> Cause:
    return Cause(rule, getattr(node, "lineno", 1), getattr(node, "col_offset", 0), _head(node))


def _is_backwards(over: Value) -> bool:
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] == "range":
        return (over.detail[3] or 1) < 0
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] in ("zip", "enumerate"):
        parts = [over.detail[1]] if over.detail[0] == "enumerate" else over.detail[1]
        return all(_is_backwards(part) for part in parts if part.rowed or part.detail)
    return over.flipped


def _element(over: Value, row: float) -> Value:
    """What the loop's name holds at a row."""
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] == "range":
        return number(row).marked("row-counter")
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] == "enumerate":
        return sequence([number(row).marked("row-counter"), _element(over.detail[1], row)])
    if isinstance(over.detail, tuple) and over.detail and over.detail[0] == "zip":
        against = not _is_backwards(over)
        return sequence(
            _mirrored(part) if against and part.rowed and part.flipped else _element(part, row)
            for part in over.detail[1]
        )
    if over.kind is Kind.TABLE:
        fields = {name: _element(value, row) for name, value in over.fields.items()}
        one = Value(
            Kind.MAPPING,
            fields=fields,
            base=row + over.base,
            ahead={c: row + lead for c, lead in over.ahead.items()},
        )
        return one.but(kind=Kind.OBJECT) if not fields else one
    if not over.rowed:
        return blend(*over.items) if over.items else NOTHING
    return Value(base=row + over.base, ahead={cause: row + lead for cause, lead in over.ahead.items()})


def _mirrored(part: Value) -> Value:
    """A reversed column beside one that is not: row t stands beside the t-th from the end."""
    reversing = [cause for cause in part.latent if cause.rule == "reversed"]
    return Value(ahead=dict.fromkeys([*part.ahead, *reversing], INF)) if part.has_data else NOTHING


def _a_step_later(session: Session, value: Value, backwards: bool, node: ast.AST) -> Value:
    """What a loop carries to its next row: learned one row earlier, or later where it runs backwards.

    An online mean of labels is lawful where each label enters once it is over; this is how that is seen.
    """
    if value.rowed or not _near_loop(value):
        return value
    if backwards:
        cause = _cause_of_loop("reversed", node)
        return value.but(base=-INF, ahead={**dict.fromkeys(value.ahead, INF), cause: INF})
    if value.low is not None:
        return value
    return value.but(base=value.base - 1, ahead={cause: row - 1 for cause, row in value.ahead.items()})


def _head(node: ast.AST) -> str:
    text = ast.unparse(node).split("\n")[0] if isinstance(node, ast.stmt) else "for"
    return text[:80]


def _near_loop(value: Value) -> bool:
    return any(abs(row - LOOP_ROW) < FAR for row in (value.base, *value.ahead.values()))


def _widened(first: Value, second: Value) -> Value:
    """What grows from step to step grows to the end.

    Otherwise a recursion from behind would seem to look one row ahead.
    """
    grown = {
        c: (INF if c in first.ahead and lead > first.ahead[c] else lead) for c, lead in second.ahead.items()
    }
    return second.but(ahead=grown) if grown != dict(second.ahead) else second


def _after_loop(session: Session, value: Value, node: ast.AST) -> Value:
    """A number that a loop over all rows leaves behind knows all rows."""
    if not _near_loop(value) and not any(row < INF for row in value.ahead.values()):
        return value
    if value.base == -INF and not value.ahead:
        return value
    cause = _cause_of_loop("whole-sample", node)
    return value.but(base=-INF, ahead={**dict.fromkeys(value.ahead, INF), cause: INF})


def comprehended(session: Session, generators: list[ast.comprehension], elements: list[ast.expr]) -> Value:
    """A comprehension: a list of known items, or one with a row for each row that it runs over.

    A comprehension inside a loop over rows gives a few values known at that loop's row.
    """
    collected: list[Value] = []
    rowed: list[Value] = []
    before = dict(session.names)

    def inner(depth: int) -> None:
        if depth == len(generators):
            values = [session.evaluate(session, element) for element in elements]
            one = values[0] if len(values) == 1 else sequence(values)
            if session.row is not None and not one.rowed:
                rowed.append(
                    indexing.leads_at(session, session.controlled(blend(one)), session.row, elements[0])
                )
            else:
                collected.append(one)
            return
        part = generators[depth]

        def body() -> None:
            tests = [session.evaluate(session, test) for test in part.ifs]
            if not any(test.text == "False" for test in tests):
                inner(depth + 1)

        loop_over(session, part.target, part.iter, body, part.target)

    inner(0)
    session.frames[-1].names = before
    if rowed and not collected and session.row is None:
        return blend(*rowed).but(kind=Kind.ROWED, library="list")
    return sequence(collected) if collected else _inside(rowed, session)


def _inside(rowed: list[Value], session: Session) -> Value:
    """A comprehension inside a loop over rows: a few values, known at the loop's row."""
    if not rowed:
        return Value(Kind.SEQUENCE)
    here = session.row or LOOP_ROW
    whole = blend(*rowed)
    return sequence(
        [Value(base=here + whole.base, ahead={c: here + lead for c, lead in whole.ahead.items()})]
    )
