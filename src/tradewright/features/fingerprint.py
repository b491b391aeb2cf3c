"""A short name for what a function of the user's own does, and for all of its file that it reaches.

Two functions of one text may differ in a constant, a default, a closure or a helper below them in the file:
each changes what a feature says, so each changes its name. Comments and line numbers change nothing.
"""

import builtins
import dis
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from inspect import unwrap
from types import CellType, CodeType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

import numpy as np

from tradewright.values.errors import InvalidOption

PLAIN = (type(None), bool, int, float, complex, str, bytes, range, np.generic)
EXACT = (date, datetime, time, timedelta, timezone, Decimal, Fraction)
GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")
# Parts of a class that say where it stands, or how it is kept, and not what it does.
SAID = ("__dict__", "__weakref__", "__doc__", "__module__", "__firstlineno__", "__static_attributes__")


def fingerprint(function: Callable[..., Any]) -> str:
    """Names a function by its instructions, constants, defaults, closure, and what it reaches in its module.

    Functions and classes of the same module are followed; those of others stand by their names, since a
    library's version is recorded elsewhere. Numbers, text, dates, arrays, and lists and dictionaries of them
    stand by their values, objects of the module's own classes by their parts, all else by its type.
    Raises: InvalidOption for a name that its module does not define yet, or what is nested without end.
    """
    told = _Told(getattr(unwrap(function), "__module__", ""), {})
    try:
        return hashlib.sha256(told.of(function).encode()).hexdigest()[:16]
    except RecursionError:
        raise InvalidOption("A value that this function uses is nested too deep.", "Flatten it.") from None


class _Told:
    """Everything that is reached, as text; what was met before is not told twice."""

    def __init__(self, module: str, met: Mapping[int, tuple[int, Any]]) -> None:
        self.module = module
        # The values themselves are held too: an address that was given back names another value.
        self._met = dict(met)

    def of(self, one: Any) -> str:
        """A value as text that no address and no hash seed changes."""
        if isinstance(one, PLAIN) or type(one) in EXACT:
            return f"{type(one).__name__} {one!r}"
        if isinstance(one, np.ndarray):
            return self._of_array(one)
        if isinstance(one, CodeType):
            return self._of_code(one)
        if isinstance(one, tuple):
            return f"tuple {[*map(self.of, one)]}"
        if isinstance(one, frozenset):
            return self._of_set(one)
        if id(one) in self._met:
            return f"met {self._met[id(one)][0]}"
        self._met[id(one)] = len(self._met), one
        return self._of_held(one)

    def _of_held(self, one: Any) -> str:
        """What may hold itself: a list, a mapping, a function, a class, an object."""
        if isinstance(one, list | deque):
            return f"list {[*map(self.of, one)]}"
        if isinstance(one, set):
            return self._of_set(one)
        # No other mapping: one that forgets, such as a cache, would be another after each use.
        if isinstance(one, dict | MappingProxyType):
            return f"mapping {[(self.of(key), self.of(held)) for key, held in one.items()]}"
        inside = _inside(one)
        if inside:
            return f"{type(one).__name__} {self.of(inside)}"
        # A function stands for itself, also one that wraps another: that one is in its closure.
        is_wrapper = callable(one) and not isinstance(one, FunctionType)
        return self._of_named(getattr(one, "py_func", None) or (unwrap(one) if is_wrapper else one))

    def _of_set(self, one: Iterable[Any]) -> str:
        """A set, whatever the order in which it is gone through: each part is told for itself."""
        return f"set {sorted(_Told(self.module, self._met).of(part) for part in one)}"

    def _of_named(self, one: Any) -> str:
        """A module, function or class, followed where it is of this module; an object by its parts if so."""
        if isinstance(one, ModuleType):
            return f"module {one.__name__}"
        where, name = getattr(one, "__module__", ""), getattr(one, "__qualname__", None)
        if where == self.module:
            if isinstance(one, FunctionType):
                return self._of_function(one)
            if isinstance(one, type):
                return self._of_class(one)
            return f"object {self.of(type(one))} {self.of(_state(one))}"
        named = name or getattr(one, "__name__", None)
        return f"{where} {named}" if named else f"a {type(one).__module__}.{type(one).__qualname__}"

    def _of_function(self, one: FunctionType) -> str:
        """Its code, what it was made with, and what its names stand for."""
        own = {name: held for name, held in vars(one).items() if name != "__wrapped__"}
        made = (one.__code__, one.__defaults__ or (), one.__kwdefaults__ or {}, own)
        names = one.__code__.co_freevars
        held = [
            self._of_cell(one, name, cell) for name, cell in zip(names, one.__closure__ or (), strict=True)
        ]
        reached = [self._of_global(one, name) for name in sorted(_globals_of(one.__code__))]
        return f"function {[*map(self.of, made), *held, *reached]}"

    def _of_cell(self, function: FunctionType, name: str, cell: CellType) -> str:
        """What a name of the function around it stands for."""
        try:
            return self.of(cell.cell_contents)
        except ValueError:
            raise _undefined(function, name) from None

    def _of_class(self, one: type) -> str:
        """What it is made of, and what it is made from."""
        members = [f"{name}: {self.of(held)}" for name, held in sorted(vars(one).items()) if name not in SAID]
        return f"class {[self.of(base) for base in one.__bases__]} {members}"

    def _of_global(self, function: FunctionType, name: str) -> str:
        """What a global name of a function stands for."""
        if name in function.__globals__:
            return f"{name}: {self.of(function.__globals__[name])}"
        if hasattr(builtins, name):
            return f"{name}: builtin"
        raise _undefined(function, name)

    def _of_code(self, code: CodeType) -> str:
        """Instructions, constants and names, those of functions inside it too."""
        constants = [self.of(one) for one in code.co_consts]
        return repr((code.co_code.hex(), constants, code.co_names, code.co_varnames))

    def _of_array(self, one: np.ndarray[Any, Any]) -> str:
        """An array by its shape, type and values; of objects by the values' own text."""
        if one.dtype.hasobject:
            return f"array {one.shape} {self.of(one.tolist())}"
        held = hashlib.sha256(np.ascontiguousarray(one).tobytes()).hexdigest()
        return f"array {one.shape} {one.dtype} {held}"


def _inside(one: Any) -> tuple[Any, ...]:
    """What stands in a holder of functions; empty where it is none."""
    if isinstance(one, partial):
        return one.func, one.args, one.keywords
    if isinstance(one, MethodType):
        return one.__func__, one.__self__
    if isinstance(one, property):
        return one.fget, one.fset
    if isinstance(one, staticmethod | classmethod):
        return (one.__func__,)
    if isinstance(one, cached_property):
        return (one.func,)
    return (one.pyfunc,) if isinstance(one, np.vectorize) else ()


def _state(one: Any) -> dict[str, Any]:
    """The parts of an object, those in slots too."""
    slots = [name for kind in type(one).__mro__ for name in _listed(getattr(kind, "__slots__", ()))]
    held = {name: getattr(one, name) for name in slots if hasattr(one, name)}
    return {**held, **getattr(one, "__dict__", {})}


def _listed(slots: Any) -> tuple[str, ...]:
    """Slots as they may be written: one name, or several; places for other things than values left out."""
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in SAID)


def _undefined(function: FunctionType, name: str) -> InvalidOption:
    """The error for a name that stands for nothing yet."""
    return InvalidOption(
        f"{function.__qualname__} uses '{name}', which its file has not defined yet.",
        "Define it above the features that use it.",
    )


def _globals_of(code: CodeType) -> set[str]:
    """The global names that code reads, those of functions inside it too."""
    found = {str(one.argval) for one in dis.get_instructions(code) if one.opname in GLOBAL}
    for one in code.co_consts:
        if isinstance(one, CodeType):
            found |= _globals_of(one)
    return found
