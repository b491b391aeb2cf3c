"""Compiled code is kept in a folder named by its sources, and a folder that cannot be used stops nobody."""

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tradewright.kernel.native import cache

TRADE = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from drivers import DRIVERS, differences
from markets import Traits, account, draw, profile
from tradewright.kernel import reference
from tradewright.kernel.native import cache
cache.configure(Path(sys.argv[1]))
{before}
stream = draw(7, Traits(), account(fractional=True), profile(cash_rate=0.1))
found = DRIVERS["batch"](*stream.all)
assert differences(reference.simulate(*stream.all), found) == []
print("traded", len(found.fills))
"""

NO_COMPILER = """
from numba.core import compiler
def refuse(*args, **kwargs):
    raise SystemExit("compiled something")
compiler.compile_extra = compiler.compile_ir = refuse
"""


def in_a_process(folder, before="", **environment):
    """Trade a small stream in a fresh process that keeps its compiled code in `folder`."""
    here = str(Path(__file__).parent)
    command = [sys.executable, "-W", "error", "-c", TRADE.format(before=before), str(folder), here]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A folder in which one process has compiled the kernel."""
    folder = tmp_path_factory.mktemp("compiled")
    done = in_a_process(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_nothing_is_compiled_in_an_empty_folder(tmp_path):
    assert not cache.is_compiled(tmp_path)


def test_nothing_is_compiled_in_a_folder_that_is_not_there(tmp_path):
    assert not cache.is_compiled(tmp_path / "absent")


def test_a_first_process_leaves_its_compiled_code_behind(warm):
    assert cache.is_compiled(warm)
    assert [path.name for path in warm.iterdir()] == [f"kernel-{cache.source_hash()}"]


def test_a_second_process_compiles_nothing(warm):
    done = in_a_process(warm, before=NO_COMPILER)
    assert done.returncode == 0, done.stderr
    assert "traded" in done.stdout


def test_the_compiler_guard_would_catch_a_compilation(tmp_path):
    done = in_a_process(tmp_path, before=NO_COMPILER)
    assert done.returncode != 0
    assert "compiled something" in done.stderr


def test_damaged_compiled_code_is_compiled_anew_not_believed(warm, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(warm, folder)
    for index in folder.rglob("*.nbi"):
        index.write_bytes(b"")
    done = in_a_process(folder, before=NO_COMPILER)
    assert "compiled something" in done.stderr


def test_interpreted_code_trades_alike(tmp_path):
    done = in_a_process(tmp_path, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr
    assert not cache.is_compiled(tmp_path)


def test_interpreted_sessions_and_sweeps_agree_with_the_reference():
    program = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from drivers import DRIVERS, differences
from markets import Traits, account, draw, profile
from tradewright.kernel import reference
from tradewright.kernel.sweep import simulate_many
for seed in range(6):
    stream = draw(seed, Traits(bars=25), account(liquidate_at_end=True), profile(borrow_rate=0.2))
    expected = reference.simulate(*stream.all)
    assert differences(expected, DRIVERS["session"](*stream.all)) == []
    equity = simulate_many(stream.panel, [stream.decisions] * 3, stream.account, stream.profile, 2)
    assert np.array_equal(equity, np.tile(expected.equity_usd, (3, 1)))
"""
    command = [sys.executable, "-W", "error", "-c", program, str(Path(__file__).parent)]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_the_hash_is_short_and_stable():
    assert cache.source_hash() == cache.source_hash()
    assert len(cache.source_hash()) == 16
    assert set(cache.source_hash()) <= set("0123456789abcdef")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the package's sources that the cache takes for the real ones."""
    package = tmp_path / "tradewright"
    for room in ("kernel", "features", "models", "values", "execution", "runs"):
        shutil.copytree(cache._PACKAGE / room, package / room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "_PACKAGE", package)
    cache.source_hash.cache_clear()
    yield package
    cache.source_hash.cache_clear()


def hash_anew():
    """The hash as a fresh process would compute it."""
    cache.source_hash.cache_clear()
    return cache.source_hash()


def test_an_unchanged_copy_has_the_hash_of_the_original(copied):
    there = hash_anew()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "_PACKAGE", Path(cache.__file__).resolve().parents[2])
        assert hash_anew() == there


@pytest.mark.parametrize(
    "source",
    [
        "kernel/native/phases.py",
        "kernel/native/matching.py",
        "kernel/native/glide.py",
        "kernel/native/numbers.py",
        "kernel/native/records.py",
        "kernel/native/step.py",
        "kernel/inputs.py",
        "features/native/windows.py",
        "features/native/opcodes.py",
        "execution/native/judge.py",
        "execution/limits/contract.py",
        "runs/gate/compiled.py",
        "models/option_pricing/native/normal.py",
        "values/outcome.py",
        "values/panel.py",
    ],
)
def test_an_edit_of_any_source_changes_the_hash(copied, source):
    before = hash_anew()
    path = copied / source
    path.write_text(path.read_text() + "\n# edited\n")
    assert hash_anew() != before


@pytest.mark.parametrize(
    "source", ["kernel/reference.py", "kernel/session.py", "kernel/batch.py", "features/planner.py"]
)
def test_an_edit_of_code_that_is_not_compiled_keeps_the_hash(copied, source):
    before = hash_anew()
    path = copied / source
    path.write_text(path.read_text() + "\n# edited\n")
    assert hash_anew() == before


def test_an_edited_source_is_not_compiled_yet(copied, warm):
    assert not cache.is_compiled(warm) or hash_anew() in {path.name[7:] for path in warm.iterdir()}
    path = copied / "kernel/native/phases.py"
    path.write_text(path.read_text() + "\n# edited\n")
    hash_anew()
    assert not cache.is_compiled(warm)


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """A folder to keep compiled code in, for one test."""
    monkeypatch.setattr(cache, "_configured", [])
    cache.configure(tmp_path)
    return tmp_path


def recording(failures):
    """A stand-in for numba's decorator: notes how it was called, and fails where it was told to."""
    calls = []

    def make(cache):
        calls.append((cache, settings_folder()))

        def decorate(function):
            if cache and failures:
                raise failures.pop()
            return function

        return decorate

    return make, calls


def settings_folder():
    """Where numba would keep its cache at this moment."""
    return cache.settings.CACHE_DIR


def test_functions_are_kept_in_the_configured_folder(configured):
    make, calls = recording([])
    assert cache.compile_kept(make, len) is len
    assert calls == [(True, str(cache.home_of(configured)))]


def test_numba_s_own_folder_is_put_back(configured):
    before = settings_folder()
    make, _ = recording([])
    cache.compile_kept(make, len)
    assert settings_folder() == before


def test_numba_s_own_folder_is_put_back_after_a_failure(configured):
    before = settings_folder()
    with pytest.raises(ZeroDivisionError), cache.kept_in(configured):
        raise ZeroDivisionError
    assert settings_folder() == before


@pytest.mark.parametrize(
    "failure",
    [
        PermissionError("read-only"),
        OSError(28, "No space left on device"),
        RuntimeError("cannot cache function: no locator available"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_folder_that_fails_leaves_a_kernel_in_memory(configured, failure):
    make, calls = recording([failure])
    assert cache.compile_kept(make, len) is len
    assert [kept for kept, _ in calls] == [True, False]


@pytest.mark.parametrize(
    "failure",
    [EOFError("ran out of input"), pickle.UnpicklingError("damaged")],
    ids=lambda failure: type(failure).__name__,
)
def test_damaged_code_is_removed_and_made_anew(configured, failure):
    damaged = cache.home_of(configured) / "native" / "entry.nbi"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"")
    make, calls = recording([failure])
    assert cache.compile_kept(make, len) is len
    assert [kept for kept, _ in calls] == [True, True]
    assert not damaged.exists()


def test_code_that_stays_damaged_is_made_in_memory(configured):
    make, calls = recording([EOFError("again"), EOFError("once")])
    assert cache.compile_kept(make, len) is len
    assert [kept for kept, _ in calls] == [True, True, False]


def test_a_folder_that_cannot_be_made_leaves_a_kernel_in_memory(tmp_path, monkeypatch):
    file = tmp_path / "a file"
    file.write_text("in the way")
    monkeypatch.setattr(cache, "_configured", [file / "cache"])
    make, calls = recording([])
    assert cache.compile_kept(make, len) is len
    assert [kept for kept, _ in calls] == [False]


def test_an_error_in_the_kernel_itself_is_not_hidden(configured):
    make, _ = recording([TypeError("a mistake in the code")])
    with pytest.raises(TypeError, match="a mistake"):
        cache.compile_kept(make, len)


def test_the_last_folder_configured_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_configured", [])
    cache.configure(tmp_path / "one")
    cache.configure(tmp_path / "two")
    make, calls = recording([])
    cache.compile_kept(make, len)
    assert calls[0][1].startswith(str(tmp_path / "two"))


def test_without_a_folder_code_lies_beside_its_sources(monkeypatch):
    monkeypatch.setattr(cache, "_configured", [])
    make, calls = recording([])
    cache.compile_kept(make, len)
    assert "__pycache__" in calls[0][1]


def test_importing_the_drivers_loads_no_compiler():
    program = (
        "import sys, tradewright.kernel.batch, tradewright.kernel.session, tradewright.kernel.sweep;"
        "assert 'numba' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
