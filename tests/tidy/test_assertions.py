"""A test that cannot fail is worse than none: it is believed."""

import ast

import pytest
from source_tree import TESTS, python_files, tree_of, where


def is_always_true(test: ast.expr, imported: set[str]) -> bool:
    """A constant, something `or` a constant that is true, or the bare name of what was imported."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(is_always_true(part, imported) for part in test.values)
    if isinstance(test, ast.Constant):
        return bool(test.value)
    return isinstance(test, ast.Name) and test.id in imported


def empty_assertions(tree: ast.AST) -> list[ast.Assert]:
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and is_always_true(node.test, imported)
    ]


def test_every_assertion_can_fail():
    assert [
        where(path, node) for path in python_files(TESTS) for node in empty_assertions(tree_of(path))
    ] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("assert True", 1),
        ("assert broken() or True", 1),
        ("from rooms import door\nassert door", 1),
        ("from rooms import door\nassert door()", 0),
        ("assert one or other", 0),
        ("assert False", 0),
    ],
)
def test_the_look_for_empty_assertions_finds_them(line, found):
    assert len(empty_assertions(ast.parse(line))) == found
