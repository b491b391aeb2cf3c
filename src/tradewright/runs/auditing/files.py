"""Files and network: what a target reads beside its table is listed, and made to tell another story."""

import builtins
import io
import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

READERS = {
    "pandas": ("read_csv", "read_parquet", "read_table", "read_feather"),
    "polars": ("read_csv", "scan_csv", "read_parquet", "scan_parquet", "read_ipc", "scan_ipc"),
    "numpy": ("load", "loadtxt", "genfromtxt"),
}
TABLES = (".csv", ".txt", ".tsv", ".parquet", ".npy")
NOT_DATA = (".py", ".pyc", ".so", ".pyi", ".toml", ".cfg", ".ini", ".mo", ".pth", ".dll", ".dylib")


class Watch:
    """Listens to the interpreter's audit events while the target runs.

    The network is refused: what came from there would be different tomorrow, and no audit of it could be
    repeated.
    """

    def __init__(self) -> None:
        """Not listening yet."""
        self.is_watching = False
        self.read: dict[str, None] = {}
        self.written: dict[str, None] = {}
        self.network: dict[str, None] = {}
        self.started: dict[str, None] = {}
        self.redirected: dict[str, str] = {}
        self.folder = tempfile.mkdtemp(prefix="tradewright-audit-")
        self._libraries = tuple(
            {os.path.realpath(path) for path in sysconfig.get_paths().values()}
            | {"/dev", "/proc", "/sys", "/usr/share"}
        )
        # Python itself looks into these when it imports something: python311.zip is usually not even there.
        self._archives = frozenset(os.path.realpath(path) for path in sys.path if path.endswith(".zip"))

    def install(self) -> None:
        """Listen from now on, and stand before the readers that open files where no event tells of it."""
        sys.addaudithook(self._heard)
        builtins.open = io.open = self._standing_before(builtins.open)
        for home, names in READERS.items():
            module = __import__(home)
            for name in names:
                if hasattr(module, name):
                    setattr(module, name, self._standing_before(getattr(module, name)))

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_watching:
            return
        if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
            where = str(arguments[1] if event != "socket.getaddrinfo" else arguments[0])
            self.network[where] = None
            raise ConnectionError(f"an audit has no network: the target wanted {where}")
        if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
            self.started[str(arguments[0])] = None
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            # Opened by its number of flags, as Python does to keep what it has parsed, a file has no mode.
            writes = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            self._opened(os.fsdecode(arguments[0]), str(arguments[1] or ("w" if writes else "r")))

    def _opened(self, path: str, mode: str) -> None:
        path = os.path.realpath(path)
        is_parsed_code = f"{os.sep}__pycache__{os.sep}" in path and ".pyc" in path
        is_own = is_parsed_code or path.startswith((*self._libraries, self.folder)) or path in self._archives
        if is_own or path.endswith(NOT_DATA):
            return
        (self.written if set(mode) & set("wax") else self.read)[path] = None

    def _standing_before(self, reader: Callable[..., Any]) -> Callable[..., Any]:
        """The reader itself, which first looks whether the file is to tell another story."""

        def reads(path: Any = None, *rest: Any, **options: Any) -> Any:
            if self.is_watching and isinstance(path, str | os.PathLike):
                if reader is not _OPEN:
                    self._opened(os.fspath(path), "r")
                path = self.redirected.get(os.path.realpath(path), path)
            return reader(path, *rest, **options)

        return reads

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While this is open, what is read, written and called is noted."""
        self.is_watching = True
        try:
            yield
        finally:
            self.is_watching = False

    def channels(self) -> tuple["FileRead", ...]:
        """The files read so far."""
        return tuple(FileRead(path, self) for path in self.read)


_OPEN = builtins.open


class FileRead:
    """One file that the target reads beside its table."""

    def __init__(self, path: str, watch: Watch) -> None:
        """A file and who watches it."""
        self.path = path
        self.name = f"the file '{os.path.basename(path)}'"
        self._watch = watch

    def was_used(self) -> bool:
        """It is only here because it was read."""
        return True

    def refusal(self) -> str:
        """A file that is no table cannot be told another way: nothing says when its content was known."""
        if self.path.endswith(TABLES) and Path(self.path).is_file():
            return ""
        return f"it reads {self.name} beside its table, and nothing says when that was known"

    @contextmanager
    def other(self) -> Iterator[None]:
        """Let the later half of the file hold other numbers."""
        self._watch.redirected[self.path] = _retold(Path(self.path), Path(self._watch.folder))
        try:
            yield
        finally:
            self._watch.redirected.clear()


def _retold(path: Path, folder: Path) -> str:
    """A copy of a table whose numbers after the middle are shocked."""
    import pandas as pd
    import polars as pl

    copy = folder / path.name
    if path.suffix == ".npy":
        np.save(copy, _later_shocked(np.load(path)))
        return str(copy)
    if path.suffix == ".parquet":
        table = pl.read_parquet(path)
        told = {
            name: _later_shocked(table[name].to_numpy())
            for name, kind in table.schema.items()
            if kind.is_float()
        }
        table.with_columns(**{name: pl.Series(column) for name, column in told.items()}).write_parquet(copy)
        return str(copy)
    with path.open(encoding="utf-8", errors="replace") as file:
        header = file.readline()
    table = pd.read_csv(path, sep=next((mark for mark in (";", "\t") if mark in header), ","))
    for name in table.select_dtypes("number").columns:
        table[name] = _later_shocked(table[name].to_numpy())
    table.to_csv(copy, index=False)
    return str(copy)


def _later_shocked(values: Any) -> Any:
    told = np.array(values, dtype=np.float64)
    half = len(told) // 2
    told[half:] *= np.exp(2.0 * np.random.default_rng(0).standard_normal(told[half:].shape))
    return told
