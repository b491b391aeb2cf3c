"""The project speaks of itself alone, and its imports go one way."""

import re
import subprocess
import sys
import tomllib

from source_tree import ROOT

ADDRESS = re.compile(
    r"https?://[^ \"']*/(simple|packages|pool|dists)/|(extra-)?index-" + "url *=|find-" + "links *=", re.I
)
# A path that only exists where somebody happened to work.
MACHINE_PATH = re.compile(r"(^|[^\w./-])/(home|Users|work|root)/\w")


def tracked_texts() -> dict[str, str]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listing.stdout.splitlines() if listing.returncode == 0 else []
    texts = {}
    for name in names:
        path = ROOT / name
        if path.is_file():
            texts[name] = path.read_bytes().decode("utf-8", errors="ignore")
    return texts


def test_no_file_holds_an_index_or_download_address():
    assert [name for name, text in tracked_texts().items() if ADDRESS.search(text)] == []


def test_no_file_names_a_path_of_somebodys_machine():
    found = [
        f"{name}: {line.strip()}"
        for name, text in tracked_texts().items()
        if not name.endswith((".lock", ".js"))
        for line in text.splitlines()
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_every_pin_has_a_version_and_a_hash():
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip())
    assert len(blocks) > 20
    assert [
        block.split("\n")[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block
    ] == []


def test_every_declared_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.split(r"[<>=!\[; ]", line)[0].lower().replace("_", "-") for line in declared}
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.M))
    assert names - pinned == set()


def test_imports_follow_the_law_of_the_layers():
    lint = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    done = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, tradewright, tradewright.cli.main; print(*(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "pandas",
        "numba",
        "polars",
        "scipy",
        "plotly",
        "skfolio",
        "sklearn",
        "exchange_calendars",
        "deltalake",
    }
    assert set(done.stdout.split()) & heavy == set()


def test_the_picture_of_the_imports_is_what_the_code_is():
    check = [sys.executable, str(ROOT / "scripts" / "draw_imports.py"), "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
