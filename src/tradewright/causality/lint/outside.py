"""What a program reads beside its table: files, the clock, the network, the environment, global names.

A constant of the file is harmless. A container that some function writes into is not, nor is a table that
stands beside the one that was handed in: whoever calls the function decides what is in them.
"""

import ast
import re

from tradewright.causality.lint.session import Program
from tradewright.causality.lint.vocabulary import MUTATORS

PATTERNS = {
    "file": re.compile(
        r"^(pandas|polars)\.(read_|scan_)\w+$|^numpy\.(load|loadtxt|genfromtxt|fromfile|memmap)$|^(open|io\.open)$"
        r"|^(pickle|json|joblib|yaml|tomllib|csv)\.(load|reader)$|^sqlite3\.connect$|^pyarrow\.\w+\.read_table$"
        r"|^pathlib\.Path$"
    ),
    "clock": re.compile(
        r"^datetime\.(datetime|date)\.(now|utcnow|today)$|^time\.(time|time_ns|localtime|gmtime|strftime)$"
        r"|^pandas\.(Timestamp|to_datetime)\.(now|utcnow|today)$"
    ),
    "network": re.compile(
        r"^(requests|httpx|urllib|aiohttp|yfinance|ccxt|socket|pandas_datareader|websocket)\b"
    ),
    "global": re.compile(r"^os\.(environ|getenv|environ\.get)\b"),
}


def outside_rule(name: str, node: ast.Call | None = None) -> str:
    """The rule that a call of this full name falls under, empty where it reads nothing outside.

    The name is the full one, after imports are resolved.
    """
    if node is not None and name in ("pandas.to_datetime", "pandas.Timestamp", "numpy.datetime64"):
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        return "clock" if any(text in ("now", "today") for text in texts) else ""
    return next((rule for rule, pattern in PATTERNS.items() if pattern.match(name)), "")


def program_of(tree: ast.Module) -> Program:
    """What a file defines and imports."""
    program = Program(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                program.imports[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                program.imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            program.functions[statement.name] = statement
        elif isinstance(statement, ast.ClassDef):
            program.classes[statement.name] = statement
    program.mutated = _mutated(tree)
    return program


def _mutated(tree: ast.Module) -> set[str]:
    """Names that functions write to though they do not own them: caches, registers, counters.

    Whether they are the module's is seen later, when a function reads one.
    """
    found: set[str] = set()
    for function in (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ):
        own = _own_names(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                found |= set(node.names)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                found |= _root(node.value) - own
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in MUTATORS
            ):
                found |= _root(node.func.value) - own
    return found


def _own_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return {arg.arg for arg in every} | stored


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
