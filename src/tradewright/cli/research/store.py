"""`tradewright research store`"""

from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.ladder_tables import Name


def run(
    context: typer.Context,
    name: Name,
    file: Annotated[Path, typer.Argument(help="An evidence file, JSON.", show_default=False)],
    json: Json = False,
) -> None:
    """Keep evidence that was made elsewhere.

    Its hash is computed again: a file that was edited is refused. Nobody here
    has derived what it says, so it is shown and passes no gate; bring the run
    itself and record it, to have it count.
    """
    candidate, kept = ladder_tables.opened(context).store(name, file)
    if json:
        screen.as_json([{"id": kept.kind, "hash": kept.hash, "is_proven": kept.is_proven, **kept.values}])
        return
    screen.say(f"{candidate.name}: {kept.kind} kept from {file.name}, unproven: it passes no gate.")
