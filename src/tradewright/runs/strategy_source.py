"""Where a strategy comes from: a name of the package, or a class in a file of the user's own.

Reading such a file runs it: it is the user's program, with the user's rights.
"""

import hashlib
from collections.abc import Callable, Mapping
from inspect import getsourcefile
from pathlib import Path
from types import ModuleType
from typing import Any

from tradewright.runs.own_code import broken, said_by
from tradewright.runs.user_file import module_of, parted
from tradewright.strategies import registry
from tradewright.strategies.contract import Strategy
from tradewright.values.errors import BadInput, NotFound, TradewrightError, unknown_name

# What a strategy must have, as one writes it.
_TO_WRITE = {
    "warm_up_bars": "warm_up_bars = 1",
    "decide": "def decide(self, view)",
}


def load(source: str) -> type[Strategy]:
    """The strategy behind "momentum" or "path/to/file.py:ClassName"; a lone class may be left out.

    Raises: UnknownName with the nearest name, NotFound for a missing file, BadInput for a file that does not
    run or whose class is no strategy.
    """
    path, wanted = parted(source)
    if path is None:
        return registry.find(source)
    if not path.is_file():
        raise NotFound(
            f"No strategy file '{path}'.", "Give path/to/file.py:ClassName, or a name such as momentum."
        )
    return _chosen(module_of(path), path, wanted)


def build(source: str, given: Mapping[str, Any]) -> Strategy:
    """The strategy behind a name or file, with these parameters, the others at their defaults.

    Raises: as `load`; UnknownParameter or InvalidOption for a parameter it refuses.
    """
    strategy = built(source, lambda: load(source)(**given))
    _refuse_warm_up(source, strategy)
    return strategy


def built(source: str, make: Callable[[], Strategy]) -> Strategy:
    """What `make` builds, or in words why the strategy's own code does not let itself be built.

    Raises: BadInput, and whatever the package itself raises.
    """
    try:
        return make()
    except TradewrightError:
        raise
    except (Exception, SystemExit) as error:
        raise BadInput(
            f"{source} cannot be built: {said_by(error)}.",
            "Declare what it needs with parameter(...) and write no __init__: it is a frozen dataclass.",
        ) from error


def _refuse_warm_up(source: str, strategy: Strategy) -> None:
    """Refuse a warm-up that is no count of rows.

    Raises: BadInput.
    """
    try:
        given = strategy.warm_up_bars
    except (Exception, SystemExit) as error:
        raise broken(strategy, "warm_up_bars failed", error) from error
    if isinstance(given, bool) or not hasattr(given, "__index__") or given.__index__() < 0:
        raise BadInput(
            f"{source}: warm_up_bars is {given!r}.",
            "It is a count of rows, the present one included: 1 or more.",
        )


def fingerprint(kind: type[Strategy]) -> str:
    """SHA-256 of the file that holds a strategy, so that a run can say which code it ran.

    Raises: NotFound where the class was made without a file.
    """
    try:
        where = getsourcefile(kind)
    except TypeError:
        where = None
    if where is None or not Path(where).is_file():
        raise NotFound(f"{kind.__name__} has no source file.", "Put the strategy into a file of its own.")
    return hashlib.sha256(Path(where).read_bytes()).hexdigest()


def file_of(source: str) -> Path | None:
    """The user's file behind a source; None for a strategy that comes with the package."""
    return parted(source)[0]


def _chosen(module: ModuleType, path: Path, wanted: str) -> type[Strategy]:
    """The strategy asked for among those that the file defines itself."""
    mine = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    strategies = {name: value for name, value in mine.items() if issubclass(value, Strategy)}
    if wanted in strategies:
        return _whole(strategies[wanted], path)
    if wanted in mine:
        raise BadInput(f"{wanted} in '{path}' is no Strategy.", f"Write class {wanted}(Strategy): ...")
    if wanted:
        raise unknown_name(wanted, f"strategy in '{path}'", strategies)
    if len(strategies) == 1:
        return _whole(next(iter(strategies.values())), path)
    if not strategies:
        raise BadInput(f"'{path}' defines no strategy.", "Write one: class Name(Strategy): ...")
    raise BadInput(
        f"'{path}' defines {len(strategies)} strategies: {', '.join(sorted(strategies))}.",
        f"Say which: {path}:ClassName.",
    )


def _whole(kind: type[Strategy], path: Path) -> type[Strategy]:
    """The strategy, unless it lacks something that every strategy has.

    Raises: BadInput with the lines to write.
    """
    lacking = sorted(getattr(kind, "__abstractmethods__", ()))
    if not lacking:
        return kind
    lines = " and ".join(f"'{_TO_WRITE.get(name, f'def {name}')}'" for name in lacking)
    raise BadInput(
        f"{kind.__name__} in '{path}' lacks {' and '.join(lacking)}.", f"Add {lines} to the class."
    )
