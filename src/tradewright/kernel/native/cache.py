"""Where compiled kernels are kept, so that only the first run on a machine waits for the compiler.

The folder's name holds a hash of every source the compiled code is made of: numba itself does not notice an
edited function in another file. Whoever knows the user's cache folder (assembly) calls `configure` before the
first simulation; without it, compiled code lies beside this file, or in memory alone where that is read-only.
"""

import hashlib
import pickle
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba

_PACKAGE = Path(__file__).resolve().parents[2]
_SOURCES = (
    "*/native/*.py", "models/*/native/*.py", "kernel/inputs.py", "values/*.py",
    "execution/checks/contract.py", "execution/limits/contract.py", "runs/gate/*.py",
)  # fmt: skip
_configured: list[Path] = []
settings: Any = numba.config
is_interpreted = bool(settings.DISABLE_JIT)


def configure(folder: Path) -> None:
    """Keep compiled code under `folder` from now on; what this process has compiled stays in memory."""
    _configured[:] = [folder]


def is_compiled(folder: Path, entry: str = "") -> bool:
    """True where these sources were compiled into `folder` before; else the first use takes seconds.

    `entry` names one function that is asked for; without it any will do.
    """
    kept = home_of(folder)
    named = f"*{entry}*" if entry else "*"
    return any(kept.rglob(f"{named}.nbi")) and any(kept.rglob(f"{named}.nbc"))


def home_of(folder: Path) -> Path:
    """The folder inside `folder` that belongs to exactly these sources, this Python and this numba."""
    return folder / f"kernel-{source_hash()}"


@lru_cache(maxsize=1)
def source_hash() -> str:
    """A short name for the sources: any edit of any of them changes it."""
    digest = hashlib.sha256(f"{platform.python_version()} {numba.__version__}".encode())
    for pattern in _SOURCES:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def compile_kept(make: Callable[..., Callable[[Any], Any]], function: Callable[..., Any]) -> Any:
    """Compile `function`, or load it from the folder; in memory alone where that cannot be used."""
    folder = _configured[0] if _configured else Path(__file__).resolve().parent / "__pycache__"
    home = home_of(folder)
    for _ in range(2):
        try:
            home.mkdir(parents=True, exist_ok=True)
            with kept_in(home):
                return make(cache=True)(function)
        except (EOFError, pickle.UnpicklingError):
            _clear(home)
        except (OSError, RuntimeError):
            break
    return make(cache=False)(function)


def _clear(home: Path) -> None:
    """Remove damaged compiled code, so that the next attempt makes it anew."""
    for path in home.rglob("*.nb?"):
        path.unlink(missing_ok=True)


@contextmanager
def kept_in(home: Path) -> Iterator[None]:
    """Functions decorated inside keep their compiled code in `home`, whatever numba does elsewhere."""
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(home)
    try:
        yield
    finally:
        settings.CACHE_DIR = before
