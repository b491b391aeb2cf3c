"""The project's files as the tidy tests see them."""

import ast
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tradewright"
TESTS = ROOT / "tests"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(folder: Path) -> list[Path]:
    """Every Python file below a folder, in a stable order."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def line_count(path: Path) -> int:
    """Lines of a file, blank ones included."""
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[FunctionNode]:
    """Every function and method of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, FunctionNode):
            yield node


def body_lines(node: FunctionNode) -> int:
    """Lines from a function's first statement (its docstring aside) to its end."""
    statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return node.end_lineno - statements[0].lineno + 1 if statements and node.end_lineno else 0


def nesting(node: ast.AST, depth: int = 0) -> int:
    """How deep blocks stand inside blocks; an `elif` is as deep as its `if`."""
    deepest = depth
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, FunctionNode | ast.ClassDef | ast.Lambda):
                continue
            is_block = isinstance(child, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Match)
            is_elif = name == "orelse" and isinstance(node, ast.If) and isinstance(child, ast.If)
            deepest = max(deepest, nesting(child, depth + (is_block and not is_elif)))
    return deepest


def parameters(node: FunctionNode) -> list[ast.arg]:
    """All parameters of a function but self and cls."""
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [arg for arg in every if arg.arg not in ("self", "cls")]


def explaining_lines(path: Path) -> int:
    """Lines that explain: comments, and what a docstring says after its first line."""
    with path.open("rb") as file:
        tokens = tokenize.tokenize(file.readline)
        comments = len({token.start[0] for token in tokens if token.type == tokenize.COMMENT})
    documented = ast.Module | ast.ClassDef | FunctionNode
    texts = [ast.get_docstring(node) for node in ast.walk(tree_of(path)) if isinstance(node, documented)]
    return comments + sum(bool(line.strip()) for text in texts if text for line in text.splitlines()[1:])


def where(path: Path, node: ast.AST) -> str:
    """A place in the project, as file:line."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
