"""Pure rooms take time and randomness as arguments and touch no file, network or environment."""

import ast

from source_tree import PACKAGE, python_files, tree_of, where

PURE_ROOMS = (
    "values",
    "kernel",
    "features",
    "models",
    "portfolio",
    "strategies",
    "validation",
    "causality",
    "execution",
)
FORBIDDEN_IMPORTS = {
    "os", "time", "random", "socket", "subprocess", "urllib", "http", "requests", "sqlite3", "secrets",
    "uuid", "tempfile", "shutil",
}  # fmt: skip
FORBIDDEN_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "np.random.rand", "np.random.randn",
    "np.random.seed", "np.random.normal", "np.random.uniform", "np.random.randint", "np.random.choice",
    "np.random.shuffle", "np.random.permutation", "open", "input", "print",
}  # fmt: skip
# Rooms of adapters may touch the world even inside a pure room's folder; each stands here with its reason.
ALLOWED = {
    # Tells numba where compiled code is kept; the folder is handed in by assembly.
    "kernel/native/cache.py",
}


def pure_files() -> list:
    every = [
        path for room in PURE_ROOMS for path in python_files(PACKAGE / room) if (PACKAGE / room).is_dir()
    ]
    return [path for path in every if str(path.relative_to(PACKAGE)) not in ALLOWED]


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module.split(".")[0]]
    return []


def test_pure_rooms_import_nothing_that_reaches_the_world():
    found = [
        f"{where(path, node)} {name}"
        for path in pure_files()
        for node in ast.walk(tree_of(path))
        for name in imported(node)
        if name in FORBIDDEN_IMPORTS
    ]
    assert found == []


def test_pure_rooms_read_no_clock_and_no_global_generator():
    found = [
        f"{where(path, node)} {ast.unparse(node.func)}"
        for path in pure_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) in FORBIDDEN_CALLS or ast.unparse(node.func).endswith((".now", ".utcnow"))
        )
    ]
    assert found == []


def test_only_assembly_and_the_command_line_read_the_environment():
    allowed = {"assembly.py", "config.py"}
    found = [
        where(path, node)
        for path in python_files(PACKAGE)
        if path.name not in allowed and "cli" not in path.parts and "assembly" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    ]
    # A child process needs its parent's environment to find its libraries: runs/ may hand it on.
    assert [place for place in found if "/runs/" not in place] == []


def test_bare_randomness_is_never_used():
    found = [
        f"{where(path, node)} {ast.unparse(node.func)}"
        for path in python_files(PACKAGE)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func).startswith(("random.", "np.random.seed"))
            or (ast.unparse(node.func) == "np.random.default_rng" and not node.args)
        )
    ]
    assert found == []
