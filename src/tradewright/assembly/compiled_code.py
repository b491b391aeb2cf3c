"""Where compiled code is kept: a folder that can be written to, found in three tries."""

import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tradewright.config import Options

Say = Callable[[str], None]
# What compiling the kernel and the features took on one core of a small machine.
COMPILE_SECONDS = 20
_light: set[Path] = set()


def prepare(
    options: Options,
    environment: Mapping[str, str],
    say: Say,
    what: str = "the kernel",
    entry: str = "",
    seconds: int = COMPILE_SECONDS,
) -> Path:
    """Tell the kernel where compiled code is kept; `say` what somebody has to wait for. Gives the folder.

    `what` is about to be used and `entry` names its compiled function, where it is not the kernel; `seconds`
    is how long compiling it takes.
    """
    from tradewright.kernel.native import cache

    folder, note = folder_for(options, environment)
    if note:
        say(note)
    cache.configure(folder)
    load_lightly(cache.home_of(folder))
    if not cache.is_compiled(folder, entry):
        say(f"compiling {what} once, about {seconds} s; later starts load it from {folder}")
    return folder


def load_lightly(home: Path) -> None:
    """Load compiled code from `home` without what only compiling needs, a fifth of a warm start.

    Before it loads anything, numba reads in all that it can compile, SciPy's linear algebra included. Code
    that lies there ready asks for its memory runtime alone; where it does not lie there, and for everybody
    else's functions, numba does as it always does.
    """
    from numba.core import caching
    from numba.core.runtime.nrt import rtsys

    cached: Any = caching.Cache
    usual = cached.load_overload

    def load_overload(self: Any, signature: Any, target_context: Any) -> Any:
        if not Path(self.cache_path).is_relative_to(home):
            return usual(self, signature, target_context)
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(signature, target_context)

    if home not in _light:
        _light.add(home)
        cached.load_overload = load_overload


def folder_for(options: Options, environment: Mapping[str, str]) -> tuple[Path, str]:
    """The first folder that can be written to, and a note where it is not the one a person would expect."""
    first = options.cache or users_cache(environment)
    if is_writable(first):
        return first, ""
    for folder in (options.workspace / "cache", *own_temporary()):
        if is_writable(folder):
            return folder, f"{first} cannot be written to: compiled code is kept in {folder}"
    folder = Path(tempfile.mkdtemp(prefix="tradewright-"))
    return folder, f"{first} cannot be written to: compiled code is kept for this run only, in {folder}"


def users_cache(environment: Mapping[str, str]) -> Path:
    """The user's cache folder for this package, as desktop systems agree on it."""
    base = environment.get("XDG_CACHE_HOME") or ""
    if Path(base).is_absolute():
        return Path(base) / "tradewright"
    # Nothing can be made below a device: without a home there is no such folder, not even for root.
    return Path(environment.get("HOME") or os.devnull) / ".cache" / "tradewright"


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in a folder, which is created where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def own_temporary() -> list[Path]:
    """A temporary folder that nobody else could have put code into; none where somebody could have."""
    folder = Path(tempfile.gettempdir()) / f"tradewright-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return []
    is_private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return [folder] if is_private else []
