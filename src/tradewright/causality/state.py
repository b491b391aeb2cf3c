"""What a function keeps outside itself: globals, closures, caches. Each call starts from the same."""

import copy
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_PLAIN = (int, float, complex, str, bytes, bool, type(None))
_CODE = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)


@dataclass
class Kept:
    """The state reachable from a target's code, as it was before the first call.

    Tables and arrays are kept by reference, containers and objects as deep copies: a cache that was filled by
    one call must not answer for the next, and copying a large table would cost more than the call.
    """

    homes: list[tuple[dict[str, Any], frozenset[str]]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    cells: list[tuple[Any, Any]] = field(default_factory=list)
    caches: list[Any] = field(default_factory=list)
    read: list[tuple[dict[str, Any], str, Any]] = field(default_factory=list)

    def restore(self) -> None:
        """Put everything back."""
        for (home, names), values in zip(self.homes, self.values, strict=True):
            for name in (names & set(home)) - set(values):
                if _is_data(name, home[name]):
                    del home[name]
            for name, value in values.items():
                home[name] = _restored(home.get(name), value)
        for cell, value in self.cells:
            cell.cell_contents = _restored(cell.cell_contents, value)
        for cache in self.caches:
            cache.cache_clear()


def kept_state(target: Any) -> Kept:
    """Look at what a target can reach: the globals of its file, its closure, its own fields."""
    kept = Kept()
    for function in functions_of(target):
        home, names = function.__globals__, frozenset(names_read(function.__code__))
        if _is_users(home):
            _keep(kept, home, names)
            found = {name: home[name] for name in sorted(names & set(home))}
            kept.caches += [value for value in found.values() if hasattr(value, "cache_clear")]
            kept.read += [(home, name, value) for name, value in found.items() if holds_rows(value)]
        for cell in function.__closure__ or ():
            if _is_data("cell", _content(cell)):
                kept.cells.append((cell, _copied(_content(cell))))
        if function.__dict__:
            _keep(kept, function.__dict__, frozenset(function.__dict__))
    own = getattr(getattr(target, "__self__", target), "__dict__", None)
    if isinstance(own, dict) and not isinstance(target, types.FunctionType | type):
        _keep(kept, own, frozenset(own))
    kept.caches += [target] if hasattr(target, "cache_clear") else []
    return kept


def _keep(kept: Kept, home: dict[str, Any], names: frozenset[str]) -> None:
    kept.homes.append((home, names))
    values = {name: _copied(home[name]) for name in sorted(names & set(home)) if _is_data(name, home[name])}
    kept.values.append(values)


def functions_of(target: Any) -> Iterator[types.FunctionType]:
    """The functions of the target's own file that its code can reach by name, itself first."""
    waiting = [_function_of(target), *map(_function_of, getattr(target, "audited_code", ()))]
    seen: set[int] = set()
    while waiting:
        function = waiting.pop()
        if function is None or id(function) in seen:
            continue
        seen.add(id(function))
        yield function
        for name in sorted(names_read(function.__code__)):
            reached = _function_of(function.__globals__.get(name))
            if reached is not None and reached.__globals__ is function.__globals__:
                waiting.append(reached)
        waiting += [_function_of(_content(cell)) for cell in function.__closure__ or ()]


def names_read(code: types.CodeType) -> set[str]:
    """Names a piece of code may look up, those of the functions inside it too."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= names_read(constant)
    return names


def _function_of(thing: Any) -> types.FunctionType | None:
    if isinstance(thing, types.FunctionType):
        return thing
    inner = (
        getattr(thing, "__wrapped__", None)
        or getattr(thing, "__func__", None)
        or getattr(thing, "func", None)
    )
    if inner is None and not isinstance(thing, type):
        inner = vars(type(thing)).get("__call__")
    return inner if isinstance(inner, types.FunctionType) else None


def _is_users(home: dict[str, Any]) -> bool:
    """Files of installed libraries keep caches of their own, which are not the user's doing."""
    file = str(home.get("__file__", ""))
    return "site-packages" not in file and "/lib/python" not in file


def _is_data(name: str, value: Any) -> bool:
    return not name.startswith("__") and not isinstance(value, _CODE) and type(value).__module__ != "typing"


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _copied(value: Any) -> Any:
    if isinstance(value, _PLAIN) or holds_table(value):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - anything may refuse to be copied; it is then left as it is
        return value


def _restored(present: Any, saved: Any) -> Any:
    """The saved value; containers are refilled in place, because others may hold them."""
    if isinstance(saved, _PLAIN):
        return saved
    fresh = _copied(saved)
    if type(present) is type(saved) and isinstance(saved, dict | set):
        present.clear()
        present.update(fresh)
        return present
    if type(present) is type(saved) and isinstance(saved, list):
        present[:] = fresh
        return present
    return fresh


def holds_table(value: Any) -> bool:
    """Whether a value is an array or a table; those are put back as they are, without a copy."""
    home = type(value).__module__.partition(".")[0]
    return home in ("pandas", "polars", "numpy") and hasattr(value, "__len__")


def holds_rows(value: Any) -> bool:
    """Whether a global is something rows could be hidden in: a table, an array, a long list."""
    if holds_table(value):
        return getattr(value, "ndim", 1) > 0 and len(value) > 1
    return isinstance(value, list | tuple) and len(value) > 8
