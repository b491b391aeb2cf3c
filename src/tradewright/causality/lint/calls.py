"""Reads calls: the program's own functions, methods of tables and models, functions of libraries.

The order matters. An imported name goes to the library's function; a name of the program is entered and read
with these arguments; a method goes by what it is called on. A model that is fitted is another one afterwards,
a list that is appended to as well: both are put back under their name.
"""

import ast
import re

from tradewright.causality.lint import models, tables
from tradewright.causality.lint.builtin_calls import BUILTINS
from tradewright.causality.lint.functions import library_call
from tradewright.causality.lint.operators import METHODS
from tradewright.causality.lint.outside import outside_rule
from tradewright.causality.lint.own_calls import call_value, method_node, run_function
from tradewright.causality.lint.reach import (
    FAR,
    INF,
    NOTHING,
    Cause,
    Kind,
    Value,
    blend,
    sequence,
    settled,
)
from tradewright.causality.lint.session import Arguments, Session
from tradewright.causality.lint.vocabulary import (
    BY_COLUMN,
    EXPRESSION_READERS,
    GROUP_KEEPERS,
    PERIOD_KEYS,
    PLOT_METHODS,
    SHUFFLES,
    SPREADING,
)

PLOTTING = re.compile(r"^(matplotlib|plotly|seaborn|bokeh|altair|mplfinance)\b")
# Libraries whose classes learn.
MODELS = re.compile(
    r"^(sklearn|lightgbm|xgboost|catboost|hmmlearn|statsmodels|pykalman|filterpy|imblearn|skfolio)\b"
)
# Functions that judge predictions: one number out of all of them.
METRICS = re.compile(r"^(sklearn\.metrics|scipy\.stats)\.(?!zscore|rankdata|norm|t$)\w+$")


def called(session: Session, node: ast.Call) -> Value:
    """What a call answers."""
    from tradewright.causality.lint.expressions import dotted

    name = dotted(session, node.func)
    if name:
        return _imported(session, name, node)
    if isinstance(node.func, ast.Name):
        return _by_name(session, node.func.id, node)
    if isinstance(node.func, ast.Attribute):
        return _method(session, node.func, node)
    return call_value(session, session.evaluate(session, node.func), arguments(session, node))


def arguments(session: Session, node: ast.Call) -> Arguments:
    """The arguments of a call, read."""
    given: list[Value] = []
    for arg in node.args:
        value = session.evaluate(session, arg)
        given += value.items if isinstance(arg, ast.Starred) and value.kind is Kind.SEQUENCE else [value]
    named: dict[str, Value] = {}
    for keyword in node.keywords:
        value = session.evaluate(session, keyword.value)
        if keyword.arg is None:
            named.update(value.fields)
        else:
            named[keyword.arg] = value
    return Arguments(node, given, named)


def _imported(session: Session, name: str, node: ast.Call) -> Value:
    """A call of something imported."""
    given = arguments(session, node)
    rule = outside_rule(name, node)
    if rule:
        return _outside(session, rule, name, node)
    if PLOTTING.match(name):
        return NOTHING
    last = name.rpartition(".")[2]
    if last == "train_test_split":
        return models.split_once(session, given)
    if last == "cross_val_predict":
        return models.cross_predicted(session, given)
    if METRICS.match(name) or last in ("cross_val_score", "cross_validate"):
        return models.scored(session, given)
    if (
        models.SPLITTERS.search(last)
        or (MODELS.match(name) and (last[:1].isupper() or last.startswith("make_")))
    ) and last not in ("STL", "OLS"):
        return models.made(session, name, given)
    if last in ("Timestamp", "to_datetime", "datetime", "date", "datetime64", "Timedelta", "timedelta"):
        return _date(given)
    return library_call(session, name, given)


def _date(given: Arguments) -> Value:
    """A date made of a text or of numbers; of a column it stays a column."""
    first = given.given[0] if given.given else NOTHING
    if first.rowed or first.text is not None:
        return first
    numbers = [value.low for value in given.given[:3] if value.low is not None]
    return Value(text="-".join(f"{int(part):02d}" for part in numbers)) if numbers else NOTHING


def _outside(session: Session, rule: str, name: str, node: ast.Call) -> Value:
    """A read beside the table; in a script's own body it is where the table comes from.

    Read by a function that was handed a table, it stands beside it and nothing says when it was known.
    """
    takes_table = any(value.rowed for value in session.names.values())
    if rule in ("file", "network") and not takes_table:
        library = name.partition(".")[0]
        return Value(Kind.TABLE, base=0.0, library=library, marks=frozenset({"raw", "data"}))
    return Value(ahead={session.cause(rule, node): INF}, marks=frozenset({"data"}))


def _by_name(session: Session, name: str, node: ast.Call) -> Value:
    """A call of the program's own function or class, of a local one, or of a builtin."""
    local = session.evaluate(session, node.func)
    given = arguments(session, node)
    if local.kind is Kind.FUNCTION:
        return call_value(session, local, given)
    if name in BUILTINS:
        return BUILTINS[name](session, given)
    if name == "open":
        return _outside(session, "file", name, node)
    if local is not NOTHING:
        return blend(local.but(text=None), *given.every)
    return blend(*given.every) if given.every else NOTHING


def _method(session: Session, func: ast.Attribute, node: ast.Call) -> Value:
    """A call of a method."""
    name = func.attr
    if (
        isinstance(func.value, ast.Call)
        and isinstance(func.value.func, ast.Name)
        and func.value.func.id == "super"
    ):
        return NOTHING
    owner = session.evaluate(session, func.value)
    with session.within(owner if owner.kind in (Kind.TABLE, Kind.GROUPS) and name in EXPRESSION_READERS else (
            session.tables[-1] if session.tables else NOTHING.but(kind=Kind.TABLE, base=0.0))):  # fmt: skip
        given = arguments(session, node)
    if owner.kind is Kind.OBJECT or owner.kind is Kind.FUNCTION:
        return _own_method(session, owner, name, given, func)
    if models.is_model_method(owner, name):
        answer, after = models.method(session, owner, name, given)
        _replace(session, func.value, after)
        return answer
    if name in ("append", "add", "extend", "appendleft") and owner.kind is not Kind.TABLE:
        return _appended(session, owner, func.value, given)
    if name in PLOT_METHODS or name in ("plot",):
        return NOTHING
    return method_of(session, owner, name, given)


def method_of(session: Session, owner: Value, name: str, given: Arguments) -> Value:
    """A method of a table, a column, a window, a group, a number."""
    cause = session.cause(RULE_OF.get(name, "whole-sample"), given.node)
    if name in SHUFFLES:
        return library_call(session, name, Arguments(given.node, given.given, given.named))
    if name in SPREADING:
        return _spread(owner, name)
    if owner.kind is Kind.WINDOW and name not in ("apply", "map", "agg", "aggregate", "rank"):
        return blend(owner.but(kind=Kind.ROWED), *(v for v in given.every if v.rowed))
    if owner.kind in (Kind.MAPPING, Kind.SEQUENCE) or not owner.rowed:
        return _of_number(session, owner, name, given)
    if name == "sort_index" or name in METHODS or name in tables.TABLE_METHODS:
        answer = _by_columns(session, owner, name, given, cause)
        if owner.kind is Kind.GROUPS and answer.kind is Kind.GROUPS and name not in GROUP_KEEPERS:
            return answer.but(kind=Kind.ROWED, detail=None)
        if owner.library == "polars" and name in POLARS_SINGLE and answer.kind is Kind.SCALAR:
            return answer.but(text=owner.text)
        return answer

    if name in PERIOD_KEYS:
        return owner.but(kind=Kind.ROWED, fields={}).marked("period-key")
    rest = [value for value in given.every if value.kind is not Kind.FUNCTION]
    result = blend(owner, *rest)
    return result.but(kind=owner.kind, fields=owner.fields, text=owner.text) if owner.rowed else result


# Methods whose look ahead is not that of a statistic.
RULE_OF = dict.fromkeys(("shift", "diff", "pct_change"), "shift-ahead")
POLARS_SINGLE = frozenset(METHODS) - {"shift"}


def _by_columns(session: Session, owner: Value, name: str, given: Arguments, cause: Cause) -> Value:
    """A method of a table is one of each of its columns, where it is no method of tables alone."""
    work = tables.TABLE_METHODS.get(name) or METHODS[name]
    if owner.kind is Kind.TABLE and owner.fields and name in BY_COLUMN and name not in tables.TABLE_METHODS:
        return tables.mapped(owner, lambda value: work(session, value, given, cause))
    return work(session, owner, given, cause)


def _spread(owner: Value, name: str) -> Value:
    """The same rows in another shape or library."""
    if name in ("to_numpy", "to_list", "tolist"):
        whole = blend(owner).but(text=None)
        library = "numpy" if name == "to_numpy" else "list"
        kind = Kind.ROWED if whole.rowed else whole.kind
        if owner.kind is Kind.PERIODS:
            return settled(owner.but(fields={})).but(library=library)
        return whole.but(
            library=library, kind=kind, flipped=owner.flipped, start=owner.start, stop=owner.stop
        )
    return owner.but(library={"to_pandas": "pandas", "to_polars": "polars"}.get(name, owner.library))


def _of_number(session: Session, owner: Value, name: str, given: Arguments) -> Value:
    """A method of something without rows: a text, a number, a mapping, a generator.

    A draw of as many numbers as there are rows has rows and knows nothing.
    """
    if owner.kind is Kind.MAPPING:
        if name in ("get", "pop", "setdefault"):
            return owner.fields.get(given.text(0), blend(owner, *given.every))
        if name in ("items", "values", "keys"):
            pairs = [sequence([Value(text=key), value]) for key, value in owner.fields.items()]
            return sequence(
                {"items": pairs, "values": [p.items[1] for p in pairs]}.get(name, [p.items[0] for p in pairs])
            )
    if owner.text is not None and name in ("startswith", "endswith"):
        return Value(text=str(getattr(owner.text, name)(given.text(0)))).marked("guard")
    if name == "over" or name == "alias":
        return tables.TABLE_METHODS[name](
            session, owner, given, session.cause("period-statistic", given.node)
        )
    sizes = [value.but(latent=frozenset()) for value in given.every]
    if any((value.number or 0) >= FAR for value in sizes) and not any(value.rowed for value in sizes):
        # Random draws, one a row.
        return Value(Kind.ROWED, library="numpy")
    return blend(owner.but(text=None), *sizes).but(text=owner.text if owner.library == "polars" else None)


def _replace(session: Session, node: ast.expr, value: Value) -> None:
    """What a name (or an attribute of one) holds after a method changed it."""
    if isinstance(node, ast.Name) and node.id in session.names:
        session.names[node.id] = value
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = session.names.get(node.value.id)
        if owner is not None and owner.kind is Kind.OBJECT:
            session.names[node.value.id] = owner.but(fields={**owner.fields, node.attr: value})


def _appended(session: Session, owner: Value, node: ast.expr, given: Arguments) -> Value:
    """append: in a loop over rows, the list grows by one row a step.

    Within the loop it ends at the present row, so that its last entry and its maximum are known there.
    """
    from tradewright.causality.lint.indexing import leads_at

    value = session.controlled(blend(*given.every)) if given.every else NOTHING
    if session.row is None:
        grown = (
            owner.but(items=(*owner.items, *given.given))
            if owner.kind is Kind.SEQUENCE
            else blend(owner, value)
        )
    elif value.rowed:
        grown = blend(owner, value) if owner.rowed else value.but(library="list")
    else:
        entry = leads_at(session, value, session.row, given.node)
        old = owner if owner.rowed else Value(Kind.ROWED, library="list")
        ahead = {**entry.ahead, **old.ahead}
        grown = old.but(base=max(old.base, entry.base), ahead=ahead).marked("growing", "appended")
    _replace(session, node, grown)
    return NOTHING


def _own_method(session: Session, owner: Value, name: str, given: Arguments, func: ast.Attribute) -> Value:
    """A method of one of the program's own classes."""
    kind = owner.node if isinstance(owner.node, ast.ClassDef) else None
    method = method_node(session, kind, name) if kind is not None else None
    if method is None:
        field = owner.fields.get(name)
        if field is not None and field.kind is Kind.FUNCTION:
            return call_value(session, field, given)
        return blend(*given.every) if given.every else NOTHING
    answer, after = run_function(session, method, given, owner)
    if after is not None:
        _replace(session, func.value, after)
    return answer
