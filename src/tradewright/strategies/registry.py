"""The strategies that come with the package, by name. A new file in this folder is a new member."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from tradewright.strategies.contract import Strategy
from tradewright.values.errors import unknown_name

_ROOM = __name__.rpartition(".")[0]


@cache
def members() -> dict[str, type[Strategy]]:
    """Every strategy by its name, which is the name of its file.

    Looked up rather than listed, so that adding one touches no second file; the law of `tests/contracts`
    finds its members here too.
    """
    room = import_module(_ROOM)
    names = sorted(module.name for module in pkgutil.iter_modules(room.__path__))
    found = {name: _strategy_in(name) for name in names}
    return {name: strategy for name, strategy in found.items() if strategy is not None}


def find(name: str) -> type[Strategy]:
    """The strategy of that name.

    Raises: UnknownName with the nearest name.
    """
    if name not in members():
        raise unknown_name(name, "strategy", members())
    return members()[name]


def build(name: str, given: Mapping[str, Any]) -> Strategy:
    """The strategy of that name with these parameters, the others at their defaults.

    Raises: UnknownName, UnknownParameter or InvalidOption, each with the mend.
    """
    return find(name)(**given)


def _strategy_in(name: str) -> type[Strategy] | None:
    """The strategy defined in a file of this room; None where the file is part of the contract."""
    module = import_module(f"{_ROOM}.{name}")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Strategy) and value.__module__ == module.__name__:
            return value if value is not Strategy else None
    return None
