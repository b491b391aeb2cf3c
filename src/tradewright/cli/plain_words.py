"""What typer would load and this command line has no use for: it is a third of the time of an answer.

Words that are meant as words are taken as typed, without the library that typer checks values with.
Loading that library is a tenth of a warm start, and a word that should be a word has nothing to check. All
else (numbers as text, paths, bounds) goes typer's way, with typer's messages.
"""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, get_args

from typer import _click, core
from typer._coercion import RuntimeParam, TypeDescriptor, build_runtime_param

PLAIN = (str, int, float, bool)


def take_plain_words(command: _click.Command) -> _click.Command:
    """The same command, its verbs included, with nothing checked that is right as it stands."""
    for parameter in parameters_of(command):
        descriptor = parameter.type_descriptor
        info, annotation = descriptor.parameter_info, descriptor.annotation
        parameter._runtime_param = AsTyped(info, annotation, descriptor, plain_kind(descriptor))
    return command


def parameters_of(command: _click.Command) -> Iterator[Any]:
    """Every option and argument of a command and of those below it."""
    yield from (one for one in command.params if isinstance(one, core.TyperOption | core.TyperArgument))
    for below in getattr(command, "commands", {}).values():
        yield from parameters_of(below)


def plain_kind(descriptor: TypeDescriptor) -> type | None:
    """The type of one value, a list's member included, where any value of that type will do; else None."""
    info, annotation = descriptor.parameter_info, descriptor.annotation
    kind = get_args(annotation)[0] if descriptor.is_list else annotation
    if kind not in PLAIN or descriptor.is_path or info.parser is not None:
        return None
    return kind if info.min is None and info.max is None else None


@dataclass(frozen=True)
class AsTyped(RuntimeParam):
    """Values of `kind` pass as they are, as does one not given; others are read as typer reads them."""

    descriptor: TypeDescriptor
    kind: type | None

    def _coerce_value(self, value: Any, param: Any, ctx: _click.Context) -> Any:
        # Exactly the type: a bool is no number here.
        if type(value) is self.kind:
            return value
        if self.descriptor.is_list and all(type(one) is self.kind for one in value):
            return list(value)
        return build_runtime_param(self.descriptor)._coerce_value(value, param=param, ctx=ctx)


def help_without_markdown() -> None:
    """Let typer draw its help without a reader of Markdown, a quarter of its time: no text here is in it."""
    name = "rich.markdown"
    if name in sys.modules or "typer.rich_utils" in sys.modules:
        return
    placeholder: Any = ModuleType(name)
    placeholder.Markdown = None
    sys.modules[name] = placeholder
    try:
        importlib.import_module("typer.rich_utils")
    finally:
        del sys.modules[name]
