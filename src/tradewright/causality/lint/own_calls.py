"""Calls of what a program defines itself: its functions, lambdas, classes and their methods.

A function is read anew for each call, with what its arguments know, so that a helper is blamed for what it
does and its caller for what it asks. A function that calls itself is taken to work row by row.
"""

import ast

from tradewright.causality.lint.reach import (
    NOTHING,
    Kind,
    Value,
    blend,
    number,
    sequence,
)
from tradewright.causality.lint.session import DEEPEST_CALL, Arguments, Frame, Session


def method_node(session: Session, kind: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """A method of a class or of its bases in the same file."""
    for node in kind.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    for base in kind.bases:
        if isinstance(base, ast.Name) and base.id in session.program.classes:
            return method_node(session, session.program.classes[base.id], name)
    return None


def call_value(session: Session, function: Value, given: Arguments) -> Value:
    """Call a function, a lambda or a class of the program."""
    node = function.node
    if isinstance(node, ast.ClassDef):
        return instance(session, node, given)
    if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef):
        return run_function(session, node, given, None, function)[0]
    return blend(*given.every) if given.every else NOTHING


def instance(session: Session, node: ast.ClassDef, given: Arguments) -> Value:
    """An object of one of the program's classes: its defaults, then what its constructor sets.

    Fields without a default are assumed to be positive numbers, as arguments are.
    """
    fields: dict[str, Value] = {}
    declared: list[str] = []
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            declared.append(statement.target.id)
            fields[statement.target.id] = (
                session.evaluate(session, statement.value) if statement.value else number(7)
            )
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            fields[statement.targets[0].id] = session.evaluate(session, statement.value)
    made = Value(Kind.OBJECT, fields=fields, node=node)
    constructor = method_node(session, node, "__init__")
    if constructor is None:
        fields.update(dict(zip(declared, given.given, strict=False)) | given.named)
        return made.but(fields=fields)
    return run_function(session, constructor, given, made)[1] or made


def run_function(
    session: Session,
    node: ast.AST,
    given: Arguments,
    owner: Value | None = None,
    function: Value | None = None,
) -> tuple[Value, Value | None]:
    """Read a function's body for these arguments; gives its answer and its object afterwards."""
    if node in session.open_calls or len(session.open_calls) >= DEEPEST_CALL:
        return (blend(*given.every) if given.every else NOTHING), owner
    assert isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef)
    frame = Frame(getattr(node, "name", "<lambda>"))
    if isinstance(function.detail if function else None, dict):
        frame.names.update(function.detail)  # type: ignore[union-attr]
    elif isinstance(node, ast.Lambda):
        frame.names.update(session.names)
    frame.names.update(bound(session, node.args, given, owner))
    session.frames.append(frame)
    session.open_calls.append(node)
    loops, session.loops = (
        session.loops,
        list(session.loops) if isinstance(node, ast.Lambda) else session.loops,
    )
    try:
        if isinstance(node, ast.Lambda):
            return session.evaluate(session, node.body), None
        session.execute(session, node.body)
    finally:
        session.loops = loops
        session.open_calls.pop()
        session.frames.pop()
    return merged_returns(frame.returned), frame.names.get("self", owner)


def merged_returns(returned: list[Value]) -> Value:
    """The answer of a function that may return at several places."""
    real = [value for value in returned if value is not NOTHING]
    if not real:
        return NOTHING
    return real[0] if len(real) == 1 else blend(*real).but(fields=real[-1].fields, kind=real[-1].kind)


def bound(session: Session, args: ast.arguments, given: Arguments, owner: Value | None) -> dict[str, Value]:
    """The parameters of a function with the arguments that it got, or its defaults.

    Arguments left out take their defaults, read where the function is called.
    """
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    values = [owner, *given.given] if owner is not None and names[:1] == ["self"] else list(given.given)
    found: dict[str, Value] = {}
    for name, default in zip(reversed(names), reversed(args.defaults), strict=False):
        found[name] = session.evaluate(session, default)
    for arg, fallback in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        if fallback is not None:
            found[arg.arg] = session.evaluate(session, fallback)
    found.update({name: value for name, value in zip(names, values, strict=False) if value is not None})
    found.update(dict(given.named.items()))
    if args.vararg is not None:
        found[args.vararg.arg] = sequence(v for v in values[len(names) :] if v is not None)
    return found
