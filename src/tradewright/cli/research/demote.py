"""`tradewright research demote`"""

from typing import Annotated

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.ladder_tables import Name


def run(
    context: typer.Context,
    name: Name,
    to: Annotated[str, typer.Option(help="A lower stage, halted or retired.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    by: Annotated[str, typer.Option(help="Who answers for it.", show_default=False)],
    json: Json = False,
) -> None:
    """Move a candidate down on a person's word: it takes a reason and no evidence."""
    candidate = ladder_tables.opened(context).demote(name, to, reason, by)
    if json:
        screen.as_json([ladder_tables.plain_candidate(candidate)])
        return
    ladder_tables.say_standing(candidate)
