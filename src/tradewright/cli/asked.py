"""What every verb may be told, wherever it stands on the line, and the workspace that follows from it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """The options that every verb takes; `arguments` is the whole line as it was typed."""

    workspace: Path | None = None
    debug: bool = False
    arguments: tuple[str, ...] = ()


def workspace_of(context: typer.Context) -> "Workspace":
    """The workspace that holds for this command."""
    from tradewright.assembly.workspace import Workspace
    from tradewright.cli.screen import note
    from tradewright.config import options_of

    asked = context.find_object(Asked) or Asked()
    options = options_of(asked.workspace, os.environ, Path.cwd())
    return Workspace(options, os.environ, note)


def nothing_yet(workspace: "Workspace", words: str) -> str:
    """What an empty list says: where no workspace is at all, its path may be misspelt."""
    if workspace.root.is_dir():
        return words
    return f"There is no workspace at {workspace.root}. Is its path spelt right? {words}"


def note_lost_trials(workspace: "Workspace") -> None:
    """Say on stderr where the ledger has lost tries that runs saw in it."""
    from tradewright.cli.screen import note

    lost = workspace.lost_trials()
    if lost:
        note(f"warning: {lost}. Restore {workspace.ledger_file} from a backup: until then no count is whole.")


def taken_out(arguments: Sequence[str]) -> tuple[Asked, list[str]]:
    """The options that every verb takes, wherever they stand on the line, and the words without them.

    They are read here and not by typer, which would know them only before the verb and would load a library
    for them that costs a third of the time in which help must be there. What stands behind a lone -- is left
    as it is.
    Raises: InvalidOption for --workspace without a folder.
    """
    asked, rest = Asked(arguments=tuple(arguments)), []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--debug":
            asked = replace(asked, debug=True)
        elif word == "--workspace":
            asked = replace(asked, workspace=_folder(next(words, "")))
        elif word.startswith("--workspace="):
            asked = replace(asked, workspace=_folder(word.partition("=")[2]))
        else:
            rest.append(word)
    return asked, rest


def account_figures(given: Sequence[str]) -> tuple[float, float, float]:
    """The figures of a margin account in their order, from what was typed: name=value.

    Raises: UnknownName with the nearest figure, InvalidOption for what is no number.
    """
    from tradewright.values.errors import InvalidOption, unknown_name
    from tradewright.values.profile import USUAL_MARGINS

    figures = dict(USUAL_MARGINS)
    for name, text in pairs(given, "--margin").items():
        if name not in USUAL_MARGINS:
            raise unknown_name(name, "figure of a margin account (--margin)", USUAL_MARGINS)
        try:
            figures[name] = float(text)
        except ValueError:
            given = f"--margin {name}={text}"
            raise InvalidOption(f"{given} is no number.", "Give a share such as 0.5.") from None
    initial, long, short = figures.values()
    return initial, long, short


def interest_figures(given: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Interest by currency, from what was typed: USD=0.04/0.06, earned and owed a year.

    Raises: InvalidOption for what is no pair of numbers.
    """
    from tradewright.values.errors import InvalidOption

    figures = {}
    for code, text in pairs(given, "--interest").items():
        earned, _, owed = text.partition("/")
        try:
            figures[code] = (float(earned), float(owed))
        except ValueError:
            wrong = f"--interest {code}={text} is no pair of numbers."
            raise InvalidOption(wrong, "Give what is earned and what is owed: USD=0.04/0.06.") from None
    return figures


def _folder(given: str) -> Path:
    """The folder behind --workspace."""
    if not given or given.startswith("-"):
        from tradewright.values.errors import InvalidOption

        raise InvalidOption(
            "--workspace names no folder.", "Give --workspace FOLDER. See: tradewright --help"
        )
    return Path(given)


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
