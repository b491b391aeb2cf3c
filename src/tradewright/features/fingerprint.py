"""A short name for what a function of the user's own does, and for all of its file that it reaches.

Two functions of one text may differ in a constant, a default, a closure or a helper below them in the file:
each changes what a feature says, so each changes its name. Comments and line numbers change nothing.
"""

import dis
import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from inspect import unwrap
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from tradewright.values.errors import InvalidOption

PLAIN = (type(None), bool, int, float, complex, str, bytes, np.generic)
GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")
# Parts of a class that say where it stands, or how it is kept, and not what it does.
SAID = ("__dict__", "__weakref__", "__doc__", "__module__", "__firstlineno__", "__static_attributes__")


def fingerprint(function: Callable[..., Any]) -> str:
    """Names a function by its instructions, constants, defaults, closure, and what it reaches in its module.

    Functions and classes of the same module are followed; those of others stand by their names, since a
    library's version is recorded elsewhere. A value of another kind than numbers, text, arrays and lists of
    them stands by its type.
    Raises: InvalidOption for a name that its module does not define yet.
    """
    told = _Told(getattr(unwrap(function), "__module__", ""))
    return hashlib.sha256(told.of(function).encode()).hexdigest()[:16]


class _Told:
    """Everything that is reached, as text; what was met before is not told twice."""

    def __init__(self, module: str) -> None:
        self.module = module
        # The values themselves are held too: an address that was given back names another value.
        self._met: dict[int, tuple[int, Any]] = {}

    def of(self, one: Any) -> str:
        """A value as text that no address and no hash seed changes."""
        if isinstance(one, PLAIN):
            return f"{type(one).__name__} {one!r}"
        if isinstance(one, np.ndarray):
            return self._of_array(one)
        if isinstance(one, CodeType):
            return self._of_code(one)
        if isinstance(one, tuple):
            return f"tuple {[*map(self.of, one)]}"
        if isinstance(one, frozenset):
            return f"set {sorted(map(self.of, one))}"
        if id(one) in self._met:
            return f"met {self._met[id(one)][0]}"
        self._met[id(one)] = len(self._met), one
        return self._of_held(one)

    def _of_held(self, one: Any) -> str:
        """What may hold itself: a list, a mapping, a function, a class, an object."""
        if isinstance(one, list):
            return f"list {[*map(self.of, one)]}"
        if isinstance(one, set):
            return f"set {sorted(map(self.of, one))}"
        if isinstance(one, Mapping):
            return f"mapping {[(self.of(key), self.of(held)) for key, held in one.items()]}"
        if isinstance(one, partial):
            return f"partial {self.of((one.func, one.args, one.keywords))}"
        if isinstance(one, staticmethod | classmethod | property):
            inner = one.fget if isinstance(one, property) else one.__func__
            return f"{type(one).__name__} {self.of(inner)}"
        return self._of_named(getattr(one, "py_func", None) or (unwrap(one) if callable(one) else one))

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
            return f"object {self.of(type(one))} {self.of(getattr(one, '__dict__', {}))}"
        named = name or getattr(one, "__name__", None)
        return f"{where} {named}" if named else f"a {type(one).__module__}.{type(one).__qualname__}"

    def _of_function(self, one: FunctionType) -> str:
        """Its code, what it was made with, and what its names stand for."""
        made = (one.__code__, one.__defaults__ or (), one.__kwdefaults__ or {})
        held = [self.of(cell.cell_contents) for cell in one.__closure__ or ()]
        reached = [self._of_global(one, name) for name in sorted(_globals_of(one.__code__))]
        return f"function {[*map(self.of, made), *held, *reached]}"

    def _of_class(self, one: type) -> str:
        """What it is made of, and what it is made from."""
        members = [f"{name}: {self.of(held)}" for name, held in sorted(vars(one).items()) if name not in SAID]
        return f"class {[self.of(base) for base in one.__bases__]} {members}"

    def _of_global(self, function: FunctionType, name: str) -> str:
        """What a global name of a function stands for."""
        if name in function.__globals__:
            return f"{name}: {self.of(function.__globals__[name])}"
        if name in function.__builtins__:  # type: ignore[attr-defined]
            return f"{name}: builtin"
        raise InvalidOption(
            f"{function.__qualname__} uses '{name}', which its file has not defined yet.",
            "Define it above the features that use it.",
        )

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


def _globals_of(code: CodeType) -> set[str]:
    """The global names that code reads, those of functions inside it too."""
    found = {str(one.argval) for one in dis.get_instructions(code) if one.opname in GLOBAL}
    for one in code.co_consts:
        if isinstance(one, CodeType):
            found |= _globals_of(one)
    return found
