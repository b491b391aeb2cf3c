"""Where compiled code is kept: the first folder that can be written to, and never one that others can."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tradewright.assembly import compiled_code
from tradewright.assembly.compiled_code import folder_for, is_writable, own_temporary, users_cache
from tradewright.config import Options
from tradewright.kernel.native import cache


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """A place below a file: nobody can write to it, not even root."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "below"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch) -> Path:
    """A folder of temporary files of the test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_users_cache_folder_is_the_first_choice(tmp_path):
    environment = {"HOME": str(tmp_path)}
    assert folder_for(Options(tmp_path / "w"), environment) == (tmp_path / ".cache" / "tradewright", "")


def test_the_desktops_cache_folder_goes_before_the_home(tmp_path):
    environment = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "x")}
    assert users_cache(environment) == tmp_path / "x" / "tradewright"


@pytest.mark.parametrize("given", ["", "relative/path"])
def test_a_cache_folder_that_is_no_absolute_path_says_nothing(tmp_path, given):
    assert (
        users_cache({"HOME": str(tmp_path), "XDG_CACHE_HOME": given}) == tmp_path / ".cache" / "tradewright"
    )


def test_without_a_home_there_is_no_users_cache():
    assert not is_writable(users_cache({}))


def test_a_chosen_folder_goes_before_everything(tmp_path):
    assert folder_for(Options(tmp_path / "w", tmp_path / "c"), {"HOME": str(tmp_path)}) == (
        tmp_path / "c",
        "",
    )


def test_where_the_home_is_read_only_the_workspace_holds_compiled_code_and_a_note_says_so(tmp_path, blocked):
    folder, note = folder_for(Options(tmp_path / "w"), {"HOME": str(blocked)})
    assert folder == tmp_path / "w" / "cache"
    assert (
        note
        == f"{blocked / '.cache' / 'tradewright'} cannot be written to: compiled code is kept in {folder}"
    )


def test_where_the_workspace_is_read_only_too_a_temporary_folder_of_the_users_own_does(blocked, temporary):
    folder, note = folder_for(Options(blocked / "w"), {"HOME": str(blocked)})
    assert folder == temporary / f"tradewright-{os.getuid()}"
    assert folder.stat().st_mode & 0o077 == 0
    assert "cannot be written to" in note


def test_a_temporary_folder_that_others_can_write_to_is_not_trusted(blocked, temporary):
    open_to_all = temporary / f"tradewright-{os.getuid()}"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    assert own_temporary() == []
    folder, note = folder_for(Options(blocked / "w"), {"HOME": str(blocked)})
    assert folder != open_to_all
    assert folder.parent == temporary
    assert "for this run only" in note


def test_a_link_in_place_of_the_temporary_folder_is_not_trusted(tmp_path, temporary):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (temporary / f"tradewright-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    assert own_temporary() == []


def test_a_temporary_folder_that_is_a_file_is_not_used(temporary):
    (temporary / f"tradewright-{os.getuid()}").write_text("")
    assert own_temporary() == []


LIGHT = """
import sys
from pathlib import Path
from types import SimpleNamespace
import numpy as np
from tradewright.assembly import compiled_code
from tradewright.config import Options
from tradewright.features.changes import mean_crossings
compiled_code.prepare(Options(Path(sys.argv[1]), Path(sys.argv[1]) / "c"), {}, print)
found = mean_crossings(np.random.default_rng(1).normal(size=(400, 2)).cumsum(axis=0) + 50.0, 3, 8)
print([np.asarray(one).tolist() for one in found])
print("scipy.linalg" in sys.modules, "numba.np.arraymath" in sys.modules)
import numba
product = numba.njit(lambda a, b: np.dot(a, b))(np.eye(3), np.full((3, 3), 2.0))
assert product.tolist() == np.full((3, 3), 2.0).tolist()
assert numba.njit(lambda a, b: np.convolve(a, b))(np.ones(3), np.ones(2)).tolist() == [1.0, 2.0, 2.0, 1.0]
"""


def test_compiled_code_is_loaded_without_the_compiler_which_still_works_when_asked(tmp_path):
    def told() -> list[str]:
        words = [sys.executable, "-c", LIGHT, str(tmp_path)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    announced, *cold = told()
    warm = told()
    assert announced.startswith("compiling the kernel once")
    assert cold[0] == warm[0], "the same numbers"
    assert (cold[1], warm[1]) == ("True True", "False False")


def test_functions_of_others_are_loaded_as_numba_loads_them(tmp_path, monkeypatch):
    from numba.core import caching

    asked = []
    monkeypatch.setattr(caching.Cache, "load_overload", lambda self, *given: asked.append(self.cache_path))
    monkeypatch.setattr(compiled_code, "_light", set())
    compiled_code.load_lightly(tmp_path)
    theirs = SimpleNamespace(cache_path="/elsewhere")
    caching.Cache.load_overload(theirs, (), None)
    assert asked == ["/elsewhere"]


def test_the_first_compilation_is_announced_and_later_ones_are_not(tmp_path, monkeypatch):
    said: list[str] = []
    chosen: list[Path] = []
    monkeypatch.setattr(cache, "configure", chosen.append)
    options = Options(tmp_path / "w", tmp_path / "c")
    monkeypatch.setattr(cache, "is_compiled", lambda folder, entry: False)
    assert compiled_code.prepare(options, {}, said.append) == tmp_path / "c"
    assert len(said) == 1
    assert said[0].startswith("compiling the kernel once, about")
    monkeypatch.setattr(cache, "is_compiled", lambda folder, entry: True)
    compiled_code.prepare(options, {}, said.append)
    assert len(said) == 1
    assert chosen == [tmp_path / "c"] * 2
