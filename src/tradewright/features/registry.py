"""The features that come with the package, by name. A new class in `families` is a new member."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from tradewright.features.contract import Feature, plain_name
from tradewright.values.errors import unknown_name

_ROOM = f"{__name__.rpartition('.')[0]}.families"


@cache
def members() -> dict[str, type[Feature]]:
    """Every feature by its name, that of its class in small letters; family by family.

    Looked up rather than listed, so that adding one touches no second file; the law of `tests/contracts`
    finds its members here too.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(import_module(_ROOM).__path__))
    found = [kind for name in names for kind in _features_in(f"{_ROOM}.{name}")]
    return {plain_name(kind): kind for kind in found}


def family_of(kind: type[Feature]) -> str:
    """The family a feature belongs to: the name of its file."""
    return kind.__module__.rpartition(".")[2]


def find(name: str) -> type[Feature]:
    """The feature of that name.

    Raises: UnknownName with the nearest name.
    """
    if name not in members():
        raise unknown_name(name, "feature", members())
    return members()[name]


def build(name: str, given: Mapping[str, Any]) -> Feature:
    """The feature of that name with these parameters, the others at their defaults.

    Raises: UnknownName, UnknownParameter or InvalidOption, each with the mend.
    """
    return find(name)(**given)


def _features_in(module_name: str) -> list[type[Feature]]:
    """The features a file defines, in the order in which it does."""
    module = import_module(module_name)
    kinds = [value for value in vars(module).values() if isinstance(value, type)]
    return [kind for kind in kinds if issubclass(kind, Feature) and kind.__module__ == module_name]
