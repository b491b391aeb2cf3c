"""The models that come with the package, by name. A new file in `members` is a new member."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from tradewright.models.contract import Model
from tradewright.values.errors import unknown_name

_ROOM = f"{__name__.rpartition('.')[0]}.members"


@cache
def members() -> dict[str, type[Model]]:
    """Every model by its name, which is the name of its file.

    Looked up rather than listed, so that adding one touches no second file; the law of `tests/contracts`
    finds its members here too. Files load light: libraries of the extra are imported where they are used.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(import_module(_ROOM).__path__))
    return {name: _model_in(name) for name in names}


def find(name: str) -> type[Model]:
    """The model of that name.

    Raises: UnknownName with the nearest name.
    """
    if name not in members():
        raise unknown_name(name, "model", members())
    return members()[name]


def build(name: str, given: Mapping[str, Any]) -> Model:
    """The recipe of that name with these parameters, the others at their defaults.

    Raises: UnknownName, UnknownParameter or InvalidOption, each with the mend.
    """
    return find(name)(**given)


def name_of(model: Model) -> str:
    """The name by which a recipe is found again."""
    return type(model).__module__.rpartition(".")[2]


def _model_in(name: str) -> type[Model]:
    """The one model that a file defines."""
    module = import_module(f"{_ROOM}.{name}")
    kinds = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Model)]
    (own,) = [kind for kind in kinds if kind.__module__ == module.__name__]
    return own
