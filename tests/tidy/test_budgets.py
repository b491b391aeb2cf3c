"""The budgets of the design: sizes that keep a room readable. They may shrink, never grow."""

import ast

import pytest
from source_tree import (
    PACKAGE,
    TESTS,
    body_lines,
    explaining_lines,
    functions,
    line_count,
    nesting,
    parameters,
    python_files,
    where,
)

FILE_LINES = 500
FUNCTION_LINES = 60
NESTING = 3
PARAMETERS = 6
# Aims rather than walls: the share of the package that may lie above them only shrinks.
FILES_ABOVE_300_SHARE = 0.10
FUNCTIONS_ABOVE_25_SHARE = 0.06


def test_no_file_is_longer_than_its_budget():
    long = [
        f"{p} {line_count(p)}"
        for p in [*python_files(PACKAGE), *python_files(TESTS)]
        if line_count(p) > FILE_LINES
    ]
    assert long == []


def test_few_files_are_longer_than_aimed():
    files = python_files(PACKAGE)
    long = [path.name for path in files if line_count(path) > 300]
    assert len(long) <= FILES_ABOVE_300_SHARE * len(files), long


def test_no_function_is_longer_than_its_budget():
    long = [
        f"{where(path, node)} {node.name} {body_lines(node)}"
        for path in python_files(PACKAGE)
        for node in functions(path)
        if body_lines(node) > FUNCTION_LINES
    ]
    assert long == []


def test_few_functions_are_longer_than_aimed():
    sizes = {
        f"{where(path, node)} {node.name}": body_lines(node)
        for path in python_files(PACKAGE)
        for node in functions(path)
    }
    long = {name: size for name, size in sizes.items() if size > 25}
    assert len(long) <= FUNCTIONS_ABOVE_25_SHARE * len(sizes), long


def test_blocks_nest_no_deeper_than_three():
    deep = [
        f"{where(path, node)} {node.name} {nesting(node)}"
        for path in python_files(PACKAGE)
        for node in functions(path)
        if nesting(node) > NESTING
    ]
    assert deep == []


def test_no_function_takes_more_than_six_parameters():
    wide = [
        f"{where(path, node)} {node.name}"
        for path in python_files(PACKAGE)
        # A verb's options are its user interface: typer reads them from the signature.
        if "cli" not in path.parts
        for node in functions(path)
        if len(parameters(node)) > PARAMETERS
    ]
    assert wide == []


def test_every_argument_and_result_is_typed():
    bare = [
        f"{where(path, node)} {node.name}"
        for path in python_files(PACKAGE)
        for node in functions(path)
        if node.returns is None or any(arg.annotation is None for arg in parameters(node))
    ]
    # Compiled functions take their types from numba's signature; there annotations would be read by nobody.
    assert [place for place in bare if "/native/" not in place] == []


def test_explanations_stay_between_five_and_nine_percent():
    files = python_files(PACKAGE)
    share = sum(map(explaining_lines, files)) / sum(map(line_count, files))
    assert 0.05 <= share <= 0.09


@pytest.mark.parametrize(
    ("room", "times"),
    [("kernel", 3.0), ("execution", 3.0), ("", 1.0)],
    ids=["kernel", "execution", "package"],
)
def test_tests_outweigh_the_code(room: str, times: float):
    code = sum(map(line_count, python_files(PACKAGE / room)))
    tested = [TESTS / room]
    if room == "kernel":
        tested += [TESTS / "differential", TESTS / "golden"]
    if room == "execution":
        tested += [TESTS / "contracts" / "check"]
    tests = sum(line_count(path) for folder in tested for path in python_files(folder))
    assert tests >= times * code


def test_the_package_root_holds_at_most_sixteen_rooms_and_exports_twelve_names():
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    exported = [
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    rooms = [path for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert len(exported) <= 12
    assert len(rooms) <= 16
