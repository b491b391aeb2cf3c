"""Reads expressions: what each part of the syntax tree knows.

The value of `a / b` knows what either knows; of `close[t + 1]` the row t + 1; of `close.mean()` every row.
Names of imported things are resolved first, so that `pd.merge_asof` and `from pandas import merge_asof` are
one. What is not understood is taken to work row by row, which is what most of a researcher's code does: the
lint would rather miss an exotic call than cry over a plain one; the dynamic audit looks at what it missed.
"""

import ast
import re
from collections.abc import Callable

from tradewright.causality.lint import indexing
from tradewright.causality.lint.calls import called
from tradewright.causality.lint.outside import outside_rule
from tradewright.causality.lint.reach import (
    FAR,
    INF,
    NOTHING,
    ROWS,
    Kind,
    Value,
    blend,
    flat,
    number,
    reduced,
    seeing,
    sequence,
    union,
    words,
)
from tradewright.causality.lint.session import Session
from tradewright.causality.lint.vocabulary import IN_SAMPLE, PERIOD_KEYS, SAME

# Results of smoothers in statsmodels.
SMOOTHED = re.compile(r"smoothed|smoother_results")


def evaluate(session: Session, node: ast.expr) -> Value:
    """What an expression knows."""
    reader = READERS.get(type(node))
    if isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        session.reading = (node.lineno, node.col_offset)
    if reader is not None:
        return reader(session, node)
    return blend(
        *(evaluate(session, child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    )


def _constant(session: Session, node: ast.Constant) -> Value:
    value = node.value
    if isinstance(value, bool):
        return number(float(value)).but(text=str(value))
    if isinstance(value, int | float):
        return number(value)
    return words(value) if isinstance(value, str) else Value(text=None)


def _name(session: Session, node: ast.Name) -> Value:
    frame = session.frames[-1]
    if node.id in frame.names:
        value = frame.names[node.id]
        return evaluate(session, value.detail) if value.kind is Kind.EXPRESSION else value
    if node.id in session.program.functions:
        return Value(Kind.FUNCTION, node=session.program.functions[node.id])
    if node.id in session.program.classes:
        return Value(Kind.FUNCTION, node=session.program.classes[node.id])
    outer = session.frames[0].names.get(node.id) if len(session.frames) > 1 else None
    if outer is None:
        return NOTHING
    return _global(session, outer, node)


def _global(session: Session, outer: Value, node: ast.Name) -> Value:
    """A name of the module: constants are harmless, data and caches are read beside the table."""
    is_data = (
        outer.rowed or (outer.kind is Kind.MODEL and outer.has_data) or any(p.rowed for p in flat(outer))
    )
    if not (is_data or node.id in session.program.mutated or "data" in outer.marks):
        return evaluate(session, outer.detail) if outer.kind is Kind.EXPRESSION else outer
    cause = session.cause("global", node)
    if outer.rowed:
        return Value(outer.kind, ahead={cause: INF}, library=outer.library)
    return outer.but(ahead={**outer.ahead, cause: INF}, fields={}, items=())


def _attribute(session: Session, node: ast.Attribute) -> Value:
    name = dotted(session, node)
    if name:
        rule = outside_rule(name)
        return Value(ahead={session.cause(rule, node): INF}) if rule == "global" else NOTHING
    owner = evaluate(session, node.value)
    if "raw" in owner.marks and owner.kind is Kind.TABLE and session.decides_at_open:
        return _of_rows(session, indexing.at_node(session, owner, node), node)
    if owner.kind in (Kind.OBJECT, Kind.MAPPING) and node.attr in owner.fields:
        return owner.fields[node.attr]
    if owner.kind is Kind.MODEL:
        return _of_model(session, owner, node)
    if node.attr in ("shape", "height", "size"):
        from tradewright.causality.lint.operators import length_of

        length = length_of(session, owner, session.cause("length", node))
        return sequence([length, number(2)]) if node.attr == "shape" else length
    if not owner.rowed:
        return blend(owner)
    return _of_rows(session, owner, node)


def _of_rows(session: Session, owner: Value, node: ast.Attribute) -> Value:
    """An attribute of a table or column."""
    name = node.attr
    if name == "values":
        return blend(owner).but(
            library="numpy", kind=owner.kind if owner.kind is not Kind.TABLE else Kind.ROWED
        )
    if name == "T":
        return owner.marked("transposed")
    if name == "index":
        return owner.but(kind=Kind.ROWED, fields={}, text=None).marked("date-like") if owner.kind is not (
            Kind.PERIODS) else owner  # fmt: skip
    if name in ("empty", "is_monotonic_increasing"):
        return Value(marks=frozenset({"guard"}))
    if name in ("columns", "dtypes", "dtype", "schema"):
        return sequence([*(words(key) for key in owner.fields), *_raw_names(owner)])
    if name in PERIOD_KEYS:
        return owner.marked("period-key").but(fields={}, kind=Kind.ROWED)
    if name in SAME:
        return owner
    return indexing.column_of(session, owner, name) if owner.kind in (Kind.TABLE, Kind.GROUPS) else owner


def _raw_names(owner: Value) -> list[Value]:
    return [words(name) for name in ("open", "high", "low", "close", "volume") if owner.has_data]


def _of_model(session: Session, owner: Value, node: ast.Attribute) -> Value:
    """Learned attributes; smoothed ones know all rows, and so do in-sample ones."""
    data = owner.fields.get("data", NOTHING)
    if SMOOTHED.search(node.attr):
        known = data if data.has_data else Value(Kind.ROWED, base=0.0)
        # A table with a column for each state: [0] is one of them.
        return known.but(
            kind=Kind.TABLE,
            library="states",
            ahead={**known.ahead, session.cause("smoothed-states", node): INF},
        )
    if node.attr in IN_SAMPLE and data.rowed:
        return data.but(ahead={**data.ahead, **owner.ahead})
    return owner.but(kind=Kind.SCALAR, fields={}, text=None, items=(), detail=None)


def dotted(session: Session, node: ast.expr) -> str:
    """The full name of something imported (pd.merge_asof is pandas.merge_asof), else empty."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or (session.frames and node.id in session.names):
        return ""
    root = session.program.imports.get(node.id)
    return ".".join([root, *reversed(parts)]) if root else ""


def _binary(session: Session, node: ast.BinOp) -> Value:
    left, right = evaluate(session, node.left), evaluate(session, node.right)
    spectra = [v for v in (left, right) if v.kind is Kind.SPECTRUM]
    if len(spectra) == 2 and isinstance(node.op, ast.Mult) and not all(v.has_data for v in spectra):
        return blend(left, right).but(kind=Kind.SPECTRUM, detail="convolution")
    if spectra:
        return blend(left, right).but(
            kind=Kind.SPECTRUM, detail=next((v.detail for v in spectra if v.detail), None)
        )
    if left.text is not None and right.text is not None and isinstance(node.op, ast.Add):
        return words(left.text + right.text) if not (left.rowed or right.rowed) else blend(left, right)
    if left.kind is Kind.SEQUENCE and isinstance(node.op, ast.Add) and right.kind is Kind.SEQUENCE:
        return sequence([*left.items, *right.items])
    if left.kind is Kind.SEQUENCE and isinstance(node.op, ast.Mult) and (right.number or 0) >= FAR:
        return Value(Kind.ROWED, library="list")
    if left.low is not None and right.low is not None and not left.rowed and not right.rowed:
        return _arithmetic(node.op, left, right)
    if isinstance(node.op, ast.MatMult):
        return _product(session, node, left, right)
    if "closed" in (left.detail, right.detail) and isinstance(node.op, ast.Add):
        return blend(left, right)
    pointed = _pointer(node.op, left, right)
    if pointed is not None:
        return pointed
    return with_length(_aligned(session, node, left, right), left, right)


def _product(session: Session, node: ast.BinOp, left: Value, right: Value) -> Value:
    """A matrix product: where the right side's rows are summed over, all of them are in each result.

    `X.T @ y` sums over rows, which is a fit; `X @ weights` works row by row; a square matrix of rows, such
    as a smoother's, mixes them all.
    """
    if not right.rowed or "transposed" in right.marks:
        return blend(left, right)
    if left.rowed and "transposed" not in left.marks:
        return seeing(blend(left, right), session.cause("whole-transform", node))
    return reduced(blend(left, right), session.cause("whole-sample", node))


def with_length(result: Value, left: Value, right: Value) -> Value:
    """Rows and the number of rows, computed with each other: every row knows how many are to come."""
    singles = [v for v in (left, right) if not v.rowed and v.latent]
    if result.rowed and singles:
        ahead = union([result.ahead, *(dict.fromkeys(v.latent, INF) for v in singles)])
        return result.but(ahead=ahead, latent=frozenset())
    return result


def _aligned(session: Session, node: ast.BinOp, left: Value, right: Value) -> Value:
    """Reversed and unreversed arrays side by side: pandas aligns by label, numpy and Polars do not.

    This is what makes a reversed cumulative sum dangerous in numpy and harmless in pandas until reversed
    back.
    """
    both = left.rowed and right.rowed and left.has_data and right.has_data
    if both and left.flipped != right.flipped and {left.library, right.library} & {"numpy", "polars", "list"}:
        result = blend(left, right)
        return result.but(ahead={**result.ahead, session.cause("reversed", node): INF})
    return blend(left, right)


def _pointer(op: ast.operator, left: Value, right: Value) -> Value | None:
    """searchsorted(...) - 1: the last known entry instead of the next one."""
    if not (isinstance(left.detail, tuple) and left.detail and left.detail[0] == "pointer"):
        return None
    if right.number is None or not isinstance(op, ast.Add | ast.Sub):
        return None
    step = right.number if isinstance(op, ast.Add) else -right.number
    return left.but(detail=("pointer", left.detail[1], left.detail[2] + step))


def _arithmetic(op: ast.operator, left: Value, right: Value) -> Value:
    """Numbers, as spans."""
    rest = blend(left.but(text=None), right.but(text=None))
    work = ARITHMETIC.get(type(op))
    if work is None:
        return rest
    lefts, rights = [[end or 0.0 for end in (v.low, v.high)] for v in (left, right)]
    try:
        ends = [work(a, b) for a in lefts for b in rights]
    except (ZeroDivisionError, OverflowError, ValueError):
        return rest
    if any(isinstance(end, complex) for end in ends):
        return rest
    return rest.but(low=float(min(ends)), high=float(max(ends)))


ARITHMETIC: dict[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a**b if abs(b) < 64 else INF,
}


def _unary(session: Session, node: ast.UnaryOp) -> Value:
    value = evaluate(session, node.operand)
    if isinstance(node.op, ast.USub) and value.low is not None and not value.rowed and value.high is not None:
        return value.but(low=-value.high, high=-value.low, text=None)
    return value if value.rowed or isinstance(node.op, ast.Not) else value.but(text=None)


def _compare(session: Session, node: ast.Compare) -> Value:
    left, *others = [evaluate(session, part) for part in (node.left, *node.comparators)]
    part = _part_of_rows(node, left, others[0])
    if part is not None:
        return part
    if isinstance(node.ops[0], ast.Is | ast.IsNot | ast.In | ast.NotIn):
        texts = blend(left, *others)
        return texts.but(marks=texts.marks | {"guard"}) if not texts.rowed else texts
    result = blend(left, *others)
    return with_length(result, left, others[0])


def _part_of_rows(node: ast.Compare, left: Value, right: Value) -> Value | None:
    """`index < cut`: a mask that cuts the table into a part before and a part from there on.

    The cut may be a row number or a date; both are compared with stand-ins in the same order.
    """
    if not left.rowed or right.rowed or not left.marks & {"date-like", "positions"}:
        return None
    row = date_row(right.text) if right.text else right.number
    if row is None or row < FAR:
        return None
    if isinstance(node.ops[0], ast.Lt | ast.LtE):
        return left.but(kind=Kind.ROWED, base=-INF, stop=row, start=0.0, text=None)
    return left.but(kind=Kind.ROWED, base=-INF, start=row, stop=INF, text=None)


def date_row(text: str | None) -> float | None:
    """A date as a stand-in for the row at which it falls: later dates are later rows."""
    match = re.match(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text or "")
    if match is None:
        return None
    year, month, day = (int(part) if part else 1 for part in match.groups())
    return float(min(max((year - 1980) * 8_000 + month * 600 + day * 19 + FAR, FAR), ROWS - 2 * FAR))


def _list(session: Session, node: ast.List | ast.Tuple | ast.Set) -> Value:
    items: list[Value] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            inner = evaluate(session, element.value)
            items += inner.items if inner.kind is Kind.SEQUENCE else [inner]
        else:
            items.append(evaluate(session, element))
    return sequence(items)


def _dict(session: Session, node: ast.Dict) -> Value:
    fields: dict[str, Value] = {}
    for place, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        known = evaluate(session, value)
        if key is None:
            fields.update(known.fields)
            continue
        name = evaluate(session, key).text
        fields[name if name is not None else f"key {place}"] = known
    return Value(Kind.MAPPING, fields=fields)


def _subscript(session: Session, node: ast.Subscript) -> Value:
    if dotted(session, node.value).endswith((".r_", ".c_")):
        return _stacked(session, node)
    owner = indexing.at_node(session, evaluate(session, node.value), node)
    if isinstance(node.slice, ast.Slice):
        texts = [evaluate(session, end).text if end else None for end in (node.slice.lower, node.slice.upper)]
        if any(texts) and owner.rowed:
            low, high = (date_row(text) for text in texts)
            return indexing.cut_to(owner, low or 0.0, high or INF)
    return indexing.read(session, owner, node.slice, node)


def _stacked(session: Session, node: ast.Subscript) -> Value:
    """np.r_[a, b] and np.c_[a, b]."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    name = "concatenate" if dotted(session, node.value).endswith("r_") else "column_stack"
    func = ast.Attribute(ast.Name("numpy"), name)
    call = ast.copy_location(ast.Call(func, [ast.List(list(parts))], []), node)
    call.func = ast.copy_location(func, node.value)
    func.end_lineno, func.end_col_offset = node.value.end_lineno, node.value.end_col_offset
    from tradewright.causality.lint.functions import library_call
    from tradewright.causality.lint.session import Arguments

    return library_call(
        session, f"numpy.{name}", Arguments(call, [_list(session, ast.List(list(parts)))], {})
    )


def _conditional(session: Session, node: ast.IfExp) -> Value:
    test = evaluate(session, node.test)
    one, other = evaluate(session, node.body), evaluate(session, node.orelse)
    either = blend(one, other)
    if one.low is not None and other.low is not None and not either.rowed:
        either = either.but(low=min(one.low, other.low), high=max(one.high or 0.0, other.high or 0.0))
    with session.under(test):
        return session.controlled(either)


def _boolean(session: Session, node: ast.BoolOp) -> Value:
    return blend(*(evaluate(session, value) for value in node.values))


def _lambda(session: Session, node: ast.Lambda) -> Value:
    return Value(Kind.FUNCTION, node=node)


def _comprehension(session: Session, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Value:
    from tradewright.causality.lint.loops import comprehended

    return comprehended(session, node.generators, [node.elt])


def _dict_comprehension(session: Session, node: ast.DictComp) -> Value:
    from tradewright.causality.lint.loops import comprehended

    pairs = comprehended(session, node.generators, [node.key, node.value])
    if pairs.kind is not Kind.SEQUENCE:
        return pairs
    named = {
        pair.items[0].text or f"key {i}": pair.items[1] for i, pair in enumerate(pairs.items) if pair.items
    }
    return Value(Kind.MAPPING, fields=named)


def _formatted(session: Session, node: ast.JoinedStr) -> Value:
    texts = []
    for part in node.values:
        value = evaluate(session, part.value if isinstance(part, ast.FormattedValue) else part)
        shown = value.text if value.text is not None else value.low
        texts.append(f"{shown:g}" if isinstance(shown, float) else str(shown))
    return words("".join(texts))


def _walrus(session: Session, node: ast.NamedExpr) -> Value:
    value = evaluate(session, node.value)
    session.names[node.target.id] = value
    return value


READERS: dict[type, Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.Call: called,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.Subscript: _subscript,
    ast.IfExp: _conditional,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.JoinedStr: _formatted,
    ast.NamedExpr: _walrus,
    ast.Starred: lambda session, node: evaluate(session, node.value),
}
