"""Names come from the trade, and every public thing says in words what it is."""

import ast
import re

from source_tree import PACKAGE, ROOT, TESTS, functions, python_files, tree_of, where

EMPTY_WORDS = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|services?|handlers?|processors?)($|_)")


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def test_no_file_folder_or_class_has_an_empty_name():
    files = [*python_files(PACKAGE), *python_files(TESTS), *python_files(ROOT / "benchmarks")]
    words = [(path, part) for path in files for part in path.relative_to(ROOT).with_suffix("").parts]
    words += [
        (path, node.name)
        for path in files
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    ]
    assert [f"{path}: {word}" for path, word in words if EMPTY_WORDS.search(snake(word))] == []


def test_every_public_function_class_and_file_has_a_docstring():
    silent = []
    for path in python_files(PACKAGE):
        definitions = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
        named = [node for node in [*definitions, *functions(path)] if not node.name.startswith("_")]
        # A function inside a function is nobody's interface.
        inner = {child for node in functions(path) for child in ast.walk(node) if child is not node}
        silent += [
            f"{where(path, node)} {node.name}"
            for node in named
            if node not in inner and not ast.get_docstring(node)
        ]
        if not ast.get_docstring(tree_of(path)):
            silent.append(where(path, tree_of(path)))
    assert silent == []


def test_no_room_is_empty():
    folders = [path for path in PACKAGE.rglob("*") if path.is_dir() and "__pycache__" not in path.parts]
    contents = {
        folder: [p for p in folder.iterdir() if p.name not in ("__init__.py", "__pycache__")]
        for folder in folders
    }
    assert [str(folder) for folder, inside in contents.items() if not inside] == []


def test_every_package_opens_with_words_and_nothing_else():
    busy = []
    for path in PACKAGE.rglob("__init__.py"):
        body = tree_of(path).body
        if path != PACKAGE / "__init__.py" and (len(body) != 1 or not ast.get_docstring(tree_of(path))):
            busy.append(str(path.relative_to(ROOT)))
    assert busy == []


def test_no_two_modules_beside_the_tests_share_a_name():
    # They are imported by their bare name, and one process runs all tests.
    names = [path.name for path in python_files(TESTS) if not path.name.startswith(("test_", "conftest"))]
    assert sorted(names) == sorted(set(names))


def test_the_code_leaves_no_unfinished_business():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    files = [path for path in [*python_files(PACKAGE), *python_files(TESTS)] if path.parent.name != "tidy"]
    assert [str(path) for path in files if marks.search(path.read_text())] == []
