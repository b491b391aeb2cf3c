"""Reads statements: assignments, conditions, returns; loops are next door.

Both branches of an `if` are read, and a name that either of them sets knows what both know, the condition
included: `if total < 0: position = -position` makes the position know the total. A branch that only raises
or leaves is a guard and tells its condition to nobody.
"""

import ast
from collections.abc import Callable

from tradewright.causality.lint import indexing
from tradewright.causality.lint.loops import loop_over, over_rows
from tradewright.causality.lint.reach import (
    FAR,
    NOTHING,
    Kind,
    Value,
    blend,
    number,
    union,
)
from tradewright.causality.lint.session import Session
from tradewright.causality.lint.vocabulary import IN_TABLE


def execute(session: Session, body: list[ast.stmt]) -> None:
    """Read statements one after the other."""
    for statement in body:
        reader = READERS.get(type(statement))
        if reader is not None:
            reader(session, statement)


def _assign(session: Session, node: ast.Assign) -> None:
    for target in node.targets:
        value = _deferred(session, target, node.value) or session.evaluate(session, node.value)
        store(session, target, value, node)


def _deferred(session: Session, target: ast.expr, node: ast.expr) -> Value | None:
    """A Polars expression under a name is read where it is used, for the table it is used on.

    `ratio = pl.col("a") / pl.col("b")` knows nothing of a table yet.
    """
    if not isinstance(target, ast.Name) or session.tables:
        return None
    roots = [
        n
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and n.attr == "col" and isinstance(n.value, ast.Name)
    ]
    is_polars = any(session.program.imports.get(root.value.id) == "polars" for root in roots)  # type: ignore[attr-defined]
    in_table = any(isinstance(n, ast.Attribute) and n.attr in IN_TABLE for n in ast.walk(node))
    if not is_polars or in_table or target.id in {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}:
        return None
    return Value(Kind.EXPRESSION, detail=node)


def _annotated(session: Session, node: ast.AnnAssign) -> None:
    if node.value is not None:
        store(session, node.target, session.evaluate(session, node.value), node)


def _augmented(session: Session, node: ast.AugAssign) -> None:
    combined = ast.copy_location(ast.BinOp(_loaded(node.target), node.op, node.value), node)
    value = session.evaluate(session, combined)
    if isinstance(node.target, ast.Name) and value.low is not None and session.row is not None:
        # A counter: after many steps it may be any number.
        old = session.names.get(node.target.id, NOTHING)
        if "row-counter" in old.marks:
            value = old
    store(session, node.target, value, node)


def _loaded(node: ast.expr) -> ast.expr:
    copied = ast.parse(ast.unparse(node), mode="eval").body
    return ast.copy_location(copied, node)


def store(session: Session, target: ast.expr, value: Value, node: ast.AST) -> None:
    """Put a value where an assignment says.

    Under a condition, what is put there knows the condition too.
    """
    if isinstance(target, ast.Name):
        session.names[target.id] = session.controlled(value) if session.conditions else value
    elif isinstance(target, ast.Tuple | ast.List):
        for place, part in enumerate(target.elts):
            whole = value.kind is Kind.SEQUENCE and place < len(value.items)
            store(session, part, value.items[place] if whole else blend(value).but(text=None), node)
    elif isinstance(target, ast.Subscript):
        _store_item(session, target, value, node)
    elif isinstance(target, ast.Attribute):
        _store_attribute(session, target, value)
    elif isinstance(target, ast.Starred):
        store(session, target.value, value, node)


def _store_item(session: Session, target: ast.Subscript, value: Value, node: ast.AST) -> None:
    place = target.value
    if isinstance(place, ast.Attribute) and place.attr in ("loc", "iloc", "at", "iat", "values"):
        place = place.value
    owner = session.evaluate(session, place)
    after = indexing.written(session, owner, target.slice, value, node)
    if isinstance(place, ast.Subscript):
        _store_item(session, place, after, node)
    elif isinstance(place, ast.Name | ast.Attribute):
        _put(session, place, after)


def _put(session: Session, place: ast.Name | ast.Attribute, value: Value) -> None:
    if isinstance(place, ast.Name):
        # A name of the module that a function writes into stays the module's.
        if place.id in session.names or place.id not in session.frames[0].names:
            session.names[place.id] = value
    else:
        _store_attribute(session, place, value)


def _store_attribute(session: Session, target: ast.Attribute, value: Value) -> None:
    owner = session.evaluate(session, target.value)
    if target.attr == "index" and owner.kind is Kind.PERIODS:
        # Stamps moved to where the periods end.
        changed = owner.but(detail="closed")
    elif owner.rowed:
        changed = indexing._with_column(owner, target.attr, value) if target.attr != "columns" else owner
    else:
        changed = owner.but(kind=Kind.OBJECT, fields={**owner.fields, target.attr: session.controlled(value)})
    if isinstance(target.value, ast.Name):
        session.names[target.value.id] = changed


def _expression(session: Session, node: ast.Expr) -> None:
    value = session.evaluate(session, node.value)
    if isinstance(node.value, ast.Yield) and node.value.value is not None:
        value = session.evaluate(session, node.value.value)
        session.frames[-1].returned.append(_yielded(session, value, node))
    call = node.value
    in_place = isinstance(call, ast.Call) and any(
        k.arg == "inplace" and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in call.keywords
    )
    if in_place and isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        place = call.func.value
        if isinstance(place, ast.Name):
            session.names[place.id] = value
        elif isinstance(place, ast.Subscript):
            _store_item(session, place, value, node)


def _yielded(session: Session, value: Value, node: ast.AST) -> Value:
    if session.row is None or value.rowed:
        return value
    return indexing.leads_at(session, session.controlled(blend(value)), session.row, node)


def _return(session: Session, node: ast.Return) -> None:
    if node.value is None:
        return
    value = session.evaluate(session, node.value)
    if isinstance(node.value, ast.Tuple):
        named = [part.id if isinstance(part, ast.Name) else "" for part in node.value.elts]
        items = [item.but(text=name or item.text) for item, name in zip(value.items, named, strict=False)]
        value = value.but(items=tuple(items))
    session.frames[-1].returned.append(session.controlled(value) if session.conditions else value)


def _if(session: Session, node: ast.If) -> None:
    test = session.evaluate(session, node.test)
    before = dict(session.names)
    with session.under(_harmless_length(test, node)):
        execute(session, node.body)
        after_body = dict(session.names)
        session.frames[-1].names = dict(before)
        execute(session, node.orelse)
    session.frames[-1].names = _joined(after_body, session.names, node)


def _harmless_length(test: Value, node: ast.If) -> Value:
    """A guard that raises or leaves early says nothing about the rows of those that stay.

    It checks the input and stops; nobody's row is decided by it.
    """
    leaves = isinstance(node.body[-1], ast.Raise | ast.Continue) and not node.orelse
    return test.marked("guard") if leaves else test


def _joined(first: dict[str, Value], second: dict[str, Value], node: ast.If) -> dict[str, Value]:
    """The names after either branch; one that ends the function does not count.

    A name that only one branch sets keeps what it was, as far as it was anything.
    """
    if _ends(node.body):
        return second
    if node.orelse and _ends(node.orelse):
        return first
    names = {**first, **second}
    for name in set(first) & set(second):
        one, other = first[name], second[name]
        if one is not other and one != other:
            names[name] = _either(one, other)
    return names


def _either(one: Value, other: Value) -> Value:
    if one.low is not None and other.low is not None and one.high is not None and other.high is not None:
        return number(min(one.low, other.low), max(one.high, other.high)).but(
            base=max(one.base, other.base), ahead=union([one.ahead, other.ahead])
        )
    if {one.kind, other.kind} <= {Kind.TABLE, Kind.MAPPING, Kind.OBJECT, Kind.MODEL}:
        fields = {
            n: blend(*(v.fields[n] for v in (one, other) if n in v.fields))
            for n in {*one.fields, *other.fields}
        }
        return other.but(fields=fields, ahead=union([one.ahead, other.ahead]), base=max(one.base, other.base))
    merged = blend(one, other)
    return merged.but(kind=merged.kind if merged.rowed else other.kind, items=other.items, node=other.node,
                      marks=merged.marks | one.marks | other.marks, text=other.text)  # fmt: skip


def _ends(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _for(session: Session, node: ast.For) -> None:
    loop_over(session, node.target, node.iter, lambda: execute(session, node.body), node)
    execute(session, node.orelse)


def _while(session: Session, node: ast.While) -> None:
    changed = {
        n.target.id for n in ast.walk(node) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)
    }
    tested = {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}
    counters = changed & tested & set(session.names)
    if not counters:
        execute(session, node.body)
        return
    down = any(isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Sub) for n in ast.walk(node))
    over = Value(Kind.SEQUENCE, detail=("range", FAR, 2 * FAR, -1.0 if down else 1.0))
    name = sorted(counters)[0]
    over_rows(session, ast.Name(name, ast.Store()), over, lambda: execute(session, node.body), node)


def _with(session: Session, node: ast.With) -> None:
    for item in node.items:
        value = session.evaluate(session, item.context_expr)
        if item.optional_vars is not None:
            store(session, item.optional_vars, value, node)
    execute(session, node.body)


def _try(session: Session, node: ast.Try) -> None:
    execute(session, node.body)
    for handler in node.handlers:
        execute(session, handler.body)
    execute(session, node.orelse)
    execute(session, node.finalbody)


def _define(session: Session, node: ast.FunctionDef) -> None:
    if len(session.frames) > 1:
        session.names[node.name] = Value(Kind.FUNCTION, node=node, detail=session.names)


def _delete(session: Session, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            owner = session.evaluate(session, target.value)
            key = session.evaluate(session, target.slice).text
            session.names[target.value.id] = owner.but(
                fields={n: v for n, v in owner.fields.items() if n != key}
            )


READERS: dict[type, Callable[..., None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Return: _return,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.Try: _try,
    ast.FunctionDef: _define,
    ast.Delete: _delete,
}
