"""`tradewright research approve`"""

from typing import Annotated

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.ladder_tables import Name


def run(
    context: typer.Context,
    name: Name,
    by: Annotated[str, typer.Option(help="Who approves.", show_default=False)],
    to: Annotated[str, typer.Option(help="The stage; left out, the next one.", show_default=False)] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: Json = False,
) -> None:
    """Say yes by name to one step of a candidate, as it is frozen now.

    It holds for a week, for this snapshot and this step alone, and moves
    nothing by itself: evidence is asked for as well.
    """
    candidate, stage = ladder_tables.opened(context).approve(name, by, to, reason)
    if json:
        screen.as_json([{"id": candidate.name, "by": by, "to": stage.value}])
        return
    screen.say(f"{by} approves {candidate.name} for {stage.value}. Next: tradewright research promote {name}")
