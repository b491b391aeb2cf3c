"""What every verb may be told, wherever it stands on the line, and the workspace that follows from it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tradewright.assembly.workspace import Workspace

Json = Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")]
RunId = Annotated[
    str, typer.Argument(help="A run's id, its first characters, or 'latest'.", show_default=False)
]


@dataclass(frozen=True)
class Asked:
    """The options before the verb."""

    workspace: Path | None = None


def workspace_of(context: typer.Context) -> "Workspace":
    """The workspace that holds for this command."""
    from tradewright.assembly.workspace import Workspace
    from tradewright.cli.screen import note
    from tradewright.config import options_of

    asked = context.find_object(Asked) or Asked()
    options = options_of(asked.workspace, os.environ, Path.cwd())
    return Workspace(options, os.environ, note)


def hoisted(arguments: Sequence[str]) -> list[str]:
    """The words of a command line with the options that belong to all verbs moved before the verb.

    Typer knows such options only there; a person types them where they come to mind. What stands behind a
    lone -- is left as it is.
    """
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--workspace":
            front += [word, *_next(words)]
        elif word == "--debug" or word.startswith("--workspace="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def _next(words: Iterator[str]) -> list[str]:
    """The following word, if there is one."""
    return [word for word in [next(words, None)] if word is not None]


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """Options of the form name=value.

    Raises: InvalidOption for one without an equals sign or given twice.
    """
    from tradewright.values.errors import InvalidOption

    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidOption(f"{option} {text} is no pair.", f"Give {option} name=value.")
        if name in found:
            raise InvalidOption(f"{option} gives '{name}' twice.", "Give each name once.")
        found[name] = value
    return found
